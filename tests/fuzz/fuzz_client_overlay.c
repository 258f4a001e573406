/*
 * A region's changes to a pack and what its base lets it loosen: tables that people write. The first byte says which, or which table the rest is: of the
 * base up to a line "%%", of the region behind it. What must hold:
 *  - what is refused is told, and nothing is made;
 *  - what is made has the base's columns, each row of the base that the region says nothing of, and each of the region's that takes nothing away, as they
 *    stand there, and no other;
 *  - a mark that counts names a rule or a parameter of the base.
 * That nothing became looser is proven elsewhere (tests/unit/test_client_overlay); the target answers that call itself.
 */
#include "tests/fuzz/fuzz.h"

#include "base/file.h"
#include "client/loosen.h"
#include "client/overlay.h"
#include "policy/files.h"
#include "server/manifest.h"

#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PACK SOURCE_DIR "/policy/packs/nl-jeugd"
enum { LEN_MAX = 4096, TABLE_MAX = 1 << 20 };

static const char *const files[] = { "parameters.csv", "weighing.csv", "grounds.csv", "loosen.csv", "rules.csv" };
enum { FILES = sizeof files / sizeof *files, MARKS = FILES };

static char folder[64], base[80], overlay[80], out[80];
static struct policy_pack *pack;

enum err __wrap_policy_diff_run(const struct policy_diff *diff, struct policy_diffed *diffed);
enum err __wrap_policy_diff_run(const struct policy_diff *diff, struct policy_diffed *diffed)
{
    (void)diff;
    memset(diffed, 0, sizeof *diffed);
    return OK;
}

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
    (void)st;
    (void)flag;
    (void)ftw;
    return remove(path);
}

static void clean_up(void)
{
    (void)nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    policy_pack_free(pack);
}

static void prepare(void)
{
    if (pack != NULL)
        return;
    (void)snprintf(folder, sizeof folder, "%s/fuzz-overlay-XXXXXX", access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    FUZZ_HOLDS(mkdtemp(folder) != NULL && policy_files_load(PACK, LANG_EN, NULL, NULL, &pack) == OK);
    (void)snprintf(base, sizeof base, "%s/base", folder);
    (void)snprintf(overlay, sizeof overlay, "%s/overlay", folder);
    (void)snprintf(out, sizeof out, "%s/out", folder);
    FUZZ_HOLDS(mkdir(base, 0700) == 0 && mkdir(overlay, 0700) == 0);
    (void)atexit(clean_up);
}

static void count_one(void *arg, const struct trouble *t)
{
    FUZZ_HOLDS(t->err != OK && t->text[0] != '\0');
    ++*(size_t *)arg;
}

/* ---- the tables ---- */

static void put(const char *where, const char *file, const uint8_t *data, size_t len)
{
    char path[128];
    FILE *f;

    (void)snprintf(path, sizeof path, "%s/%s", where, file);
    f = fopen(path, "we");
    FUZZ_HOLDS(f != NULL && fwrite(data, 1, len, f) == len && fclose(f) == 0);
}

static void drop(const char *where, const char *file)
{
    char path[128];

    (void)snprintf(path, sizeof path, "%s/%s", where, file);
    (void)unlink(path);
}

static struct csv *table(const char *where, const char *file)
{
    char path[128];
    struct csv *c = NULL;
    uint8_t *data = NULL;
    size_t len = 0;

    (void)snprintf(path, sizeof path, "%s/%s", where, file);
    if (file_read(path, 4 * TABLE_MAX, &data, &len, NULL) == OK && csv_read(path, LANG_EN, data, len, NULL, NULL, &c) != OK)
        c = NULL;
    free(data);
    return c;
}

static bool is_key(const char *file, size_t column)
{
    return column == 0 || (column == 2 && (strcmp(file, files[0]) == 0 || strcmp(file, files[1]) == 0));
}

/* The cell of a row under the column of this name. */
static const char *cell(const struct csv *c, size_t row, const char *name)
{
    int column = csv_column(c, name);

    FUZZ_HOLDS(column >= 0);
    return csv_cell(c, row, (size_t)column);
}

enum compared { KEYS, ALL };

static bool is_same(const char *file, const struct csv *head, const struct csv *a, size_t i, const struct csv *b, size_t k, enum compared what)
{
    for (size_t n = 0; n < csv_columns(head); n++)
        if ((what == ALL || is_key(file, n)) && strcmp(cell(a, i, csv_header(head, n)), cell(b, k, csv_header(head, n))) != 0)
            return false;
    return true;
}

static size_t times(const char *file, const struct csv *head, const struct csv *a, size_t i, const struct csv *in, enum compared what)
{
    size_t found = 0;

    for (size_t k = 0; k < csv_rows(in); k++)
        found += is_same(file, head, a, i, in, k, what);
    return found;
}

static bool takes_away(const char *file, const struct csv *head, const struct csv *c, size_t row)
{
    for (size_t n = 0; n < csv_columns(head); n++)
        if (!is_key(file, n) && cell(c, row, csv_header(head, n))[0] != '\0')
            return false;
    return true;
}

/* ---- what is made ---- */

static void judge(const char *file)
{
    struct csv *was = table(base, file), *differs = table(overlay, file), *is = table(out, file);
    size_t expected = 0;

    FUZZ_HOLDS((was == NULL) == (is == NULL) && (was != NULL || differs == NULL));
    if (was == NULL)
        return;
    FUZZ_HOLDS(csv_columns(is) == csv_columns(was));
    for (size_t i = 0; i < csv_rows(was); i++)
        if (differs == NULL || times(file, was, was, i, differs, KEYS) == 0) {
            FUZZ_HOLDS(times(file, was, was, i, is, ALL) != 0);
            expected++;
        }
    for (size_t i = 0; differs != NULL && i < csv_rows(differs); i++) {
        bool gone = takes_away(file, was, differs, i);

        FUZZ_HOLDS(times(file, was, differs, i, differs, KEYS) == 1 && times(file, was, differs, i, is, KEYS) == (gone ? 0 : 1));
        FUZZ_HOLDS(gone || times(file, was, differs, i, is, ALL) == 1);
        expected += !gone;
    }
    FUZZ_HOLDS(csv_rows(is) == expected);
    csv_drop(was);
    csv_drop(differs);
    csv_drop(is);
}

static void make(const char *file, const uint8_t *data, size_t len)
{
    const uint8_t *split = len < 4 ? NULL : memmem(data, len, "\n%%\n", 4);
    size_t mistakes = 0, base_len = split == NULL ? len : (size_t)(split - data) + 1;
    enum err e;

    put(base, file, data, base_len);
    if (split != NULL)
        put(overlay, file, split + 4, len - base_len - 3);
    e = client_overlay_make(base, overlay, out, LANG_EN, count_one, &mistakes);
    FUZZ_HOLDS((e == OK) == (mistakes == 0) || e == ERR_NOMEM);
    if (e == OK)
        judge(file);
    else
        FUZZ_HOLDS(access(out, F_OK) != 0);
    drop(base, file);
    drop(overlay, file);
    drop(out, file);
    FUZZ_HOLDS(e != OK || rmdir(out) == 0);
}

/* ---- what may be loosened ---- */

static void marks(const uint8_t *data, size_t len)
{
    size_t mistakes = 0, count = 77;
    struct client_loosen check = { .base = pack, .region = pack, .marks = data, .marks_len = len, .lang = LANG_NL, .mistake = count_one, .arg = &mistakes };
    enum err e = client_loosen_check(&check, &count);
    struct csv *c = NULL;

    FUZZ_HOLDS(e == OK ? count == 0 && mistakes == 0 : count == 77 && mistakes != 0);
    if (e != OK)
        return;
    FUZZ_HOLDS(csv_read("loosen.csv", LANG_EN, data, len, NULL, NULL, &c) == OK);
    for (size_t i = 0; i < csv_rows(c); i++)
        FUZZ_HOLDS(strcmp(cell(c, i, "what"), "rule") != 0 || policy_pack_rule(pack, cell(c, i, "name")) >= 0);
    csv_drop(c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    uint8_t which;

    prepare();
    if (len == 0 || len > LEN_MAX)
        return 0;
    which = data[0] % (FILES + 1);
    if (which == MARKS)
        marks(data + 1, len - 1);
    else
        make(files[which], data + 1, len - 1);
    return 0;
}
