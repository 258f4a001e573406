/* base/rd and base/wr: what goes out comes in, and nothing is read or written past the end. */
#include "support/check.h"

#include "base/rd.h"
#include "base/wr.h"

/* One of everything, in wire order. */
static void write_all(struct wr *w)
{
    wr_u8(w, 0x12);
    wr_u16(w, 0x3456);
    wr_u32(w, 0x789abcde);
    wr_u64(w, UINT64_C(0xf00dfeed01020304));
    wr_copy(w, (const uint8_t *)"abc", 3);
    wr_zero(w, 2);
    wr_bytes16(w, (const uint8_t *)"de", 2);
    wr_bytes32(w, (const uint8_t *)"fgh", 3);
    wr_name(w, "school-1.nl:x_Y", 16);
}

static const uint8_t all[] = {
    0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc, 0xde, 0xf0, 0x0d, 0xfe, 0xed, 1, 2, 3, 4, 'a', 'b', 'c', 0, 0,
    0, 2, 'd', 'e', 0, 0, 0, 3, 'f', 'g', 'h',
    's', 'c', 'h', 'o', 'o', 'l', '-', '1', '.', 'n', 'l', ':', 'x', '_', 'Y', 0,
};

static enum err read_all(const uint8_t *data, size_t len)
{
    struct rd r;
    uint8_t abc[3];
    char name[17];
    size_t n16, n32;

    rd_init(&r, data, len);
    (void)rd_u8(&r);
    (void)rd_u16(&r);
    (void)rd_u32(&r);
    (void)rd_u64(&r);
    rd_copy(&r, abc, sizeof abc);
    rd_zero(&r, 2);
    (void)rd_bytes16(&r, 2, &n16);
    (void)rd_bytes32(&r, 3, &n32);
    rd_name(&r, 16, name, sizeof name, false);
    return rd_end(&r);
}

static void test_values(void **state)
{
    struct rd r;
    uint8_t abc[3];
    char name[17];
    const uint8_t *p;
    size_t n;

    (void)state;
    rd_init(&r, all, sizeof all);
    assert_int_equal(rd_left(&r), sizeof all);
    assert_int_equal(rd_u8(&r), 0x12);
    assert_int_equal(rd_u16(&r), 0x3456);
    assert_int_equal(rd_u32(&r), 0x789abcde);
    assert_true(rd_u64(&r) == UINT64_C(0xf00dfeed01020304));
    rd_copy(&r, abc, sizeof abc);
    assert_memory_equal(abc, "abc", 3);
    rd_zero(&r, 2);
    p = rd_bytes16(&r, 2, &n);
    assert_int_equal(n, 2);
    assert_memory_equal(p, "de", 2);
    p = rd_bytes32(&r, 3, &n);
    assert_int_equal(n, 3);
    assert_memory_equal(p, "fgh", 3);
    rd_name(&r, 16, name, sizeof name, false);
    assert_string_equal(name, "school-1.nl:x_Y");
    assert_int_equal(rd_left(&r), 0);
    assert_err(rd_end(&r), OK);
}

static void test_every_prefix_is_short(void **state)
{
    (void)state;
    for (size_t len = 0; len < sizeof all; len++) {
        uint8_t *data = check_exact(all, len);

        assert_err(read_all(data, len), ERR_SHORT);
        free(data);
    }
}

static void test_one_byte_more_is_long(void **state)
{
    uint8_t more[sizeof all + 1] = { 0 };
    uint8_t *data;

    (void)state;
    memcpy(more, all, sizeof all);
    data = check_exact(more, sizeof more);
    assert_err(read_all(data, sizeof more), ERR_LONG);
    free(data);
}

static void test_after_a_failure_all_is_zero(void **state)
{
    static const uint8_t data[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 };
    uint8_t out[4] = { 9, 9, 9, 9 };
    char name[5] = "xxxx";
    struct rd r;
    size_t n = 77;

    (void)state;
    rd_init(&r, data, sizeof data);
    rd_fail(&r, ERR_KEY);
    rd_fail(&r, ERR_QUOTA);
    assert_int_equal(rd_u8(&r), 0);
    assert_int_equal(rd_u16(&r), 0);
    assert_int_equal(rd_u32(&r), 0);
    assert_true(rd_u64(&r) == 0);
    rd_copy(&r, out, sizeof out);
    assert_memory_equal(out, "\0\0\0\0", 4);
    assert_null(rd_view(&r, 1));
    assert_null(rd_bytes16(&r, 10, &n));
    assert_int_equal(n, 0);
    rd_name(&r, 4, name, sizeof name, true);
    assert_string_equal(name, "");
    assert_int_equal(rd_left(&r), 0);
    assert_err(rd_end(&r), ERR_KEY);
}

static void test_nothing_at_all(void **state)
{
    struct rd r;

    (void)state;
    rd_init(&r, NULL, 0);
    assert_non_null(rd_view(&r, 0));
    rd_copy(&r, NULL, 0);
    assert_err(rd_end(&r), OK);
    assert_int_equal(rd_u8(&r), 0);
    assert_err(rd_end(&r), ERR_SHORT);
}

static void test_counts_over_the_limit(void **state)
{
    static const uint8_t two[] = { 0, 2, 'a', 'b' }, huge[] = { 0xff, 0xff, 0xff, 0xff, 'a' };
    struct rd r;
    size_t n;

    (void)state;
    rd_init(&r, two, sizeof two);
    assert_null(rd_bytes16(&r, 1, &n));
    assert_err(rd_end(&r), ERR_RANGE);
    rd_init(&r, huge, sizeof huge);
    assert_null(rd_bytes32(&r, 100, &n));
    assert_err(rd_end(&r), ERR_RANGE);
    rd_init(&r, huge, sizeof huge);
    assert_null(rd_bytes32(&r, SIZE_MAX, &n));
    assert_err(rd_end(&r), ERR_SHORT);
}

static void test_reserved_bytes(void **state)
{
    static const uint8_t data[] = { 0, 0, 1 };
    struct rd r;

    (void)state;
    rd_init(&r, data, sizeof data);
    rd_zero(&r, 3);
    assert_err(rd_end(&r), ERR_RANGE);
}

struct name_row {
    const char *name, bytes[5];
    bool may_be_empty;
    enum err expected;
    const char *read;
};

static const struct name_row name_rows[] = {
    { "name: full width", "abcd", false, OK, "abcd" },
    { "name: padded", "ab\0\0", false, OK, "ab" },
    { "name: empty where it may be", "\0\0\0\0", true, OK, "" },
    { "name: empty where it may not", "\0\0\0\0", false, ERR_SYNTAX, "" },
    { "name: something after the zeros", "a\0b\0", false, ERR_SYNTAX, "" },
    { "name: nothing but a tail", "\0\0\0b", true, ERR_SYNTAX, "" },
    { "name: a space", "a b\0", false, ERR_SYNTAX, "" },
    { "name: a slash", "../x", false, ERR_SYNTAX, "" },
    { "name: a byte over 127", "a\xc3\xa9\0", false, ERR_SYNTAX, "" },
    { "name: a control character", "a\nb\0", false, ERR_SYNTAX, "" },
};

static void test_name(void **state)
{
    const struct name_row *row = *state;
    uint8_t *data = check_exact(row->bytes, 4);
    char name[5] = "xxxx";
    struct rd r;

    rd_init(&r, data, 4);
    rd_name(&r, 4, name, sizeof name, row->may_be_empty);
    assert_err(rd_end(&r), row->expected);
    assert_string_equal(name, row->read);
    free(data);
}

static void test_written_bytes(void **state)
{
    uint8_t *out = check_exact(all, sizeof all);
    struct wr w;

    (void)state;
    memset(out, 0xee, sizeof all);
    wr_init(&w, out, sizeof all);
    write_all(&w);
    assert_err(wr_end(&w), OK);
    assert_int_equal(w.len, sizeof all);
    assert_memory_equal(out, all, sizeof all);
    free(out);
}

static void test_every_smaller_buffer_is_refused(void **state)
{
    (void)state;
    for (size_t cap = 0; cap < sizeof all; cap++) {
        uint8_t *out = check_exact(all, cap);
        struct wr w;

        wr_init(&w, out, cap);
        write_all(&w);
        assert_err(wr_end(&w), ERR_LONG);
        assert_true(w.len <= cap);
        free(out);
    }
}

static void test_writer_keeps_the_first_failure(void **state)
{
    uint8_t out[8] = { 0 };
    struct wr w;

    (void)state;
    wr_init(&w, out, sizeof out);
    wr_fail(&w, ERR_STATE);
    wr_u64(&w, 1);
    wr_u8(&w, 1);
    assert_null(wr_gap(&w, 1));
    assert_int_equal(w.len, 0);
    assert_int_equal(out[0], 0);
    assert_err(wr_end(&w), ERR_STATE);
}

static void test_gap(void **state)
{
    uint8_t out[4] = { 0 };
    struct wr w;
    uint8_t *gap;

    (void)state;
    wr_init(&w, out, sizeof out);
    wr_u8(&w, 1);
    gap = wr_gap(&w, 2);
    assert_ptr_equal(gap, out + 1);
    wr_u8(&w, 4);
    gap[0] = 2;
    gap[1] = 3;
    assert_memory_equal(out, "\1\2\3\4", 4);
    assert_null(wr_gap(&w, 1));
    assert_err(wr_end(&w), ERR_LONG);
}

static void test_values_without_an_encoding(void **state)
{
    static uint8_t big[UINT16_MAX + 1], out[2 * sizeof big];
    struct wr w;

    (void)state;
    wr_init(&w, out, sizeof out);
    wr_bytes16(&w, big, sizeof big);
    assert_err(wr_end(&w), ERR_RANGE);
    wr_init(&w, out, sizeof out);
    wr_bytes16(&w, big, UINT16_MAX);
    assert_err(wr_end(&w), OK);
    wr_init(&w, out, sizeof out);
    wr_name(&w, "abcde", 4);
    assert_err(wr_end(&w), ERR_RANGE);
    wr_init(&w, out, sizeof out);
    wr_name(&w, "a b", 4);
    assert_err(wr_end(&w), ERR_RANGE);
    wr_init(&w, out, sizeof out);
    wr_name(&w, "abcd", 4);
    wr_name(&w, "", 2);
    assert_err(wr_end(&w), OK);
    assert_int_equal(w.len, 6);
}

static void test_nowhere_to_write(void **state)
{
    struct wr w;

    (void)state;
    wr_init(&w, NULL, 0);
    wr_copy(&w, NULL, 0);
    wr_zero(&w, 0);
    assert_err(wr_end(&w), OK);
    wr_u8(&w, 1);
    assert_err(wr_end(&w), ERR_LONG);
}

int main(void)
{
    struct check_list list = { 0 };

    check_add(&list, "values come in as they were written", test_values, NULL);
    check_add(&list, "every strict prefix is short", test_every_prefix_is_short, NULL);
    check_add(&list, "one byte more is long", test_one_byte_more_is_long, NULL);
    check_add(&list, "after a failure all is zero, and the first stays", test_after_a_failure_all_is_zero, NULL);
    check_add(&list, "reading nothing at all", test_nothing_at_all, NULL);
    check_add(&list, "counts over the limit", test_counts_over_the_limit, NULL);
    check_add(&list, "reserved bytes must be zero", test_reserved_bytes, NULL);
    for (size_t i = 0; i < sizeof name_rows / sizeof *name_rows; i++)
        check_add(&list, name_rows[i].name, test_name, &name_rows[i]);
    check_add(&list, "written bytes", test_written_bytes, NULL);
    check_add(&list, "every smaller buffer is refused", test_every_smaller_buffer_is_refused, NULL);
    check_add(&list, "the writer keeps the first failure", test_writer_keeps_the_first_failure, NULL);
    check_add(&list, "a gap is filled later", test_gap, NULL);
    check_add(&list, "values without an encoding", test_values_without_an_encoding, NULL);
    check_add(&list, "nowhere to write", test_nowhere_to_write, NULL);
    return check_run(&list, "base/rd and base/wr");
}
