/* proto/tile: the names of a copy's files, row by row as C2SP tlog-tiles has them. */
#include "proto/tile.h"
#include "tests/support/check.h"

#include <stdint.h>

#define WHOLE PROTO_TILE_WIDTH
#define LEAVES_ROW PROTO_TILE_ENTRIES

static const struct row {
    const char *name;
    uint8_t level;
    uint64_t n;
    size_t width;
    const char *path;
} rows[] = {
    {"the first", LEAVES_ROW, 0, WHOLE, "log/tile/entries/000"},
    {"two digits", LEAVES_ROW, 42, WHOLE, "log/tile/entries/042"},
    {"the last of one group", LEAVES_ROW, 999, WHOLE, "log/tile/entries/999"},
    {"the first of two groups", LEAVES_ROW, 1000, WHOLE, "log/tile/entries/x001/000"},
    {"the last of two groups", LEAVES_ROW, 999999, WHOLE, "log/tile/entries/x999/999"},
    {"the first of three groups", LEAVES_ROW, 1000000, WHOLE, "log/tile/entries/x001/x000/000"},
    {"three groups", LEAVES_ROW, 1234067, WHOLE, "log/tile/entries/x001/x234/067"},
    {"the last of three groups", LEAVES_ROW, 999999999, WHOLE, "log/tile/entries/x999/x999/999"},
    {"the first of four groups", LEAVES_ROW, 1000000000, WHOLE, "log/tile/entries/x001/x000/x000/000"},
    {"the largest there can be", LEAVES_ROW, UINT64_MAX, WHOLE, "log/tile/entries/x018/x446/x744/x073/x709/x551/615"},
    {"hashes", 0, 1234067, WHOLE, "log/tile/0/x001/x234/067"},
    {"the highest level", 7, 0, 1, "log/tile/7/000.p/1"},
    {"one of a tile", LEAVES_ROW, 0, 1, "log/tile/entries/000.p/1"},
    {"all but one of a tile", 1, 999, 255, "log/tile/1/999.p/255"},
    {"a part behind groups", LEAVES_ROW, 1234067, 8, "log/tile/entries/x001/x234/067.p/8"},
};

static void is_named(void **state)
{
    const struct row *row = *state;
    const struct proto_tile tile = {row->level, row->n, row->width};
    char out[80];

    assert_err(proto_tile_path("log", &tile, out, sizeof out), OK);
    assert_string_equal(out, row->path);
}

/* A name that does not fit is none: not the beginning of one, which would be another file's. */
static void fits_or_is_left(void **state)
{
    const struct row *row = *state;
    const struct proto_tile tile = {row->level, row->n, row->width};
    size_t len = strlen(row->path);

    for (size_t cap = 0; cap <= len; cap++) {
        char out[80] = "as it was";

        assert_err(proto_tile_path("log", &tile, out, cap), ERR_LONG);
        assert_string_equal(out, "as it was");
    }
    {
        char out[80];

        assert_err(proto_tile_path("log", &tile, out, len + 1), OK);
        assert_string_equal(out, row->path);
    }
}

static void what_is_no_tile_is_refused(void **state)
{
    static const struct proto_tile none[] = {{0, 0, 0}, {0, 0, 257}, {8, 0, 1}, {254, 0, 1}, {PROTO_TILE_ENTRIES, 0, 0}, {PROTO_TILE_ENTRIES, 0, SIZE_MAX}};

    (void)state;
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        char out[80] = "as it was";

        assert_err(proto_tile_path("log", &none[i], out, sizeof out), ERR_RANGE);
        assert_string_equal(out, "as it was");
    }
}

int main(void)
{
    enum { ROWS = sizeof rows / sizeof *rows };
    struct CMUnitTest tests[2 * ROWS + 1] = {{0}};

    for (size_t i = 0; i < ROWS; i++) {
        tests[2 * i] = (struct CMUnitTest){rows[i].name, is_named, NULL, NULL, (void *)(uintptr_t)&rows[i]};
        tests[2 * i + 1] = (struct CMUnitTest){rows[i].path, fits_or_is_left, NULL, NULL, (void *)(uintptr_t)&rows[i]};
    }
    tests[2 * ROWS] = (struct CMUnitTest)cmocka_unit_test(what_is_no_tile_is_refused);
    return _cmocka_run_group_tests("proto/tile", tests, 2 * ROWS + 1, NULL, NULL);
}
