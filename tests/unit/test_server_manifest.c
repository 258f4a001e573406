/* server/manifest: pack.json as text, and against the files beside it. */
#include "tests/support/check.h"

#include "base/file.h"
#include "server/manifest.h"
#include "tests/support/home_folder.h"
#include "tests/support/pack_folder.h"
#include "tests/support/policy.h"
#include "tests/support/policy_edit.h"

#include <stdio.h>

#define HEX "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define EIGHT "\"kinds.csv\":\"" HEX "\",\"purposes.csv\":\"" HEX "\",\"grounds.csv\":\"" HEX "\",\"sections.csv\":\"" HEX \
    "\",\"events.csv\":\"" HEX "\",\"rules.csv\":\"" HEX "\",\"parameters.csv\":\"" HEX "\",\"weighing.csv\":\"" HEX "\""

static const char good[] = "{\"format\":\"schakel-pack/v1\",\"name\":\"nl-jeugd\",\"version\":\"2026.1\",\"valid_from\":\"2026-12-01\","
                           "\"digest\":\"" HEX "\",\"tables\":{" EIGHT "},\"adopted_by\":[\"one\\ntwo\\n\"],\"advice\":[]}";

static enum err parse(const char *text, struct server_manifest *m, struct trouble *t)
{
    uint8_t *copy = check_exact(text, strlen(text));
    enum err e = server_manifest_parse(copy, strlen(text), m, t);

    free(copy);
    return e;
}

static void test_good(void **state)
{
    struct server_manifest m = { .name = "" }, again = { .name = "" };
    char *text = NULL, *other = NULL;

    (void)state;
    assert_err(parse(good, &m, NULL), OK);
    assert_string_equal(m.name, "nl-jeugd");
    assert_string_equal(m.version, "2026.1");
    assert_int_equal(m.valid_from.month, 12);
    assert_int_equal(m.digest[1], 0x11);
    assert_int_equal(m.file[6][31], 0xff);
    assert_true(m.has[0] && m.has[7] && !m.has[8]);
    assert_int_equal(m.adoptions, 1);
    assert_string_equal(m.adoption[0], "one\ntwo\n");
    assert_int_equal(m.advices, 0);
    assert_err(server_manifest_format(&m, &text), OK);
    assert_err(parse(text, &again, NULL), OK);
    assert_err(server_manifest_format(&again, &other), OK);
    assert_string_equal(text, other);
    free(text);
    free(other);
    server_manifest_fini(&m);
    server_manifest_fini(&again);
}

/* Every beginning of it is no manifest. */
static void test_prefixes(void **state)
{
    struct server_manifest m = { .name = "untouched" };
    char cut[sizeof good];

    (void)state;
    for (size_t i = 0; i + 1 < sizeof good; i++) {
        memcpy(cut, good, i);
        cut[i] = '\0';
        assert_true(parse(cut, &m, NULL) != OK);
        assert_string_equal(m.name, "untouched");
    }
}

struct bad {
    const char *name, *from, *to;
    enum err err;
    const char *told;
};

static const struct bad bads[] = {
    { "an unknown key", "\"name\"", "\"nome\"", ERR_SYNTAX, "pack.json: nome: this key is unknown" },
    { "another format", "schakel-pack/v1", "schakel-pack/v2", ERR_VERSION, "pack.json: format: this version reads schakel-pack/v1 only" },
    { "no name", "\"name\":\"nl-jeugd\",", "", ERR_SYNTAX, "pack.json: name: a text is needed" },
    { "an empty name", "\"nl-jeugd\"", "\"\"", ERR_RANGE, "pack.json: name: this is empty, too long, or cannot be shown" },
    { "a version too long", "2026.1", "2026.1.2026.1.2026.1.2026.1.2026.1.2026.1", ERR_RANGE,
        "pack.json: version: this is empty, too long, or cannot be shown" },
    { "a day in Dutch", "2026-12-01", "1-12-2026", ERR_SYNTAX, "pack.json: valid_from: a day as 2026-12-01 is needed" },
    { "a short digest", "\"digest\":\"00", "\"digest\":\"", ERR_SYNTAX, "pack.json: digest: a digest of 64 hex digits is needed" },
    { "a table without a digest", "\"kinds.csv\":\"00", "\"kinds.csv\":\"zz", ERR_SYNTAX,
        "pack.json: kinds.csv: a digest of 64 hex digits is needed" },
    { "a table that is none", "\"kinds.csv\"", "\"kind.csv\"", ERR_SYNTAX, "pack.json: kind.csv: this is no table of a pack" },
    { "a table that is missing", "\"rules.csv\":\"" HEX "\",", "", ERR_NOTFOUND,
        "pack.json: rules.csv: its digest is missing in tables" },
    { "tables as a list", "{\"kinds.csv\":\"" HEX "\"", "[{\"kinds.csv\":\"" HEX "\"", ERR_SYNTAX, NULL },
    { "no tables", "\"tables\":{" EIGHT "},", "", ERR_SYNTAX, "pack.json: tables: the digest of each table is needed" },
    { "adoptions as a text", "[\"one\\ntwo\\n\"]", "\"one\"", ERR_SYNTAX, "pack.json: adopted_by: a list is needed, which may be empty" },
    { "a number for an adoption", "[\"one\\ntwo\\n\"]", "[1]", ERR_SYNTAX,
        "pack.json: adopted_by: each is a text, none stands twice, and there are at most 64" },
    { "an adoption twice", "[\"one\\ntwo\\n\"]", "[\"one\",\"one\"]", ERR_EXISTS,
        "pack.json: adopted_by: each is a text, none stands twice, and there are at most 64" },
    { "advice that is not there", ",\"advice\":[]", "", ERR_SYNTAX, "pack.json: advice: a list is needed, which may be empty" },
    { "a list of it", "{\"format\"", "[{\"format\"", ERR_SYNTAX, NULL },
};

static void test_bad(void **state)
{
    const struct bad *b = *state;
    char *text = support_policy_replace(good, b->from, b->to), line[1024];
    struct server_manifest m = { .name = "untouched" };
    struct trouble t = { .lang = LANG_EN };

    assert_err(parse(text, &m, &t), b->err);
    assert_string_equal(m.name, "untouched");
    trouble_line(&t, line, sizeof line);
    if (b->told != NULL)
        assert_string_equal(line, b->told);
    free(text);
}

static void test_not_an_object(void **state)
{
    struct server_manifest m = { .name = "untouched" };
    struct trouble t = { .lang = LANG_NL };

    (void)state;
    assert_err(parse("[1]", &m, &t), ERR_SYNTAX);
    assert_string_equal(t.text, "pack.json: hier hoort een object");
    assert_string_equal(m.name, "untouched");
}

static void test_full(void **state)
{
    struct server_manifest m = { .name = "" };
    char note[8];
    bool added = false;

    (void)state;
    for (int i = 0; i < SERVER_MANIFEST_NOTES_MAX; i++) {
        (void)snprintf(note, sizeof note, "%d", i);
        assert_err(server_manifest_add(m.adoption, &m.adoptions, note, &added), OK);
        assert_true(added);
    }
    assert_err(server_manifest_add(m.adoption, &m.adoptions, "0", &added), OK);
    assert_false(added);
    assert_err(server_manifest_add(m.adoption, &m.adoptions, "more", &added), ERR_FULL);
    server_manifest_fini(&m);
}

/* ---- beside its tables ---- */

struct told {
    char text[2048];
};

static void tell(void *arg, const struct trouble *t)
{
    struct told *told = arg;
    size_t used = strlen(told->text);

    (void)snprintf(told->text + used, sizeof told->text - used, "%s|", t->where);
}

static enum err check(const struct home_folder *f, struct told *told)
{
    struct policy_pack *pack = support_policy_pack(f->path);
    struct server_manifest m = { .name = "" };
    enum err e;

    told->text[0] = '\0';
    assert_err(server_manifest_read(f->path, &m, NULL), OK);
    e = server_manifest_check(f->path, pack, &m, LANG_EN, tell, told);
    server_manifest_fini(&m);
    policy_pack_free(pack);
    return e;
}

static void test_beside(void **state)
{
    const struct home_folder *f = *state;
    struct told told;

    pack_folder_make(f->path, NULL, NULL, NULL);
    pack_folder_manifest(f->path, "2026.1", (struct date){ 2026, 12, 1 });
    assert_err(check(f, &told), OK);
    /* Each file, changed by a line end, is another: also those that decide nothing. */
    for (size_t i = 0; i < SERVER_MANIFEST_FILES_MAX; i++) {
        pack_folder_make(f->path, server_manifest_file(i), "\n", "\r\n");
        assert_err(check(f, &told), ERR_STATE);
        assert_memory_equal(told.text, server_manifest_file(i), strlen(server_manifest_file(i)));
        assert_int_equal(told.text[strlen(server_manifest_file(i))], '|');
        assert_int_equal(strlen(told.text), strlen(server_manifest_file(i)) + 1);
        pack_folder_make(f->path, NULL, NULL, NULL);
    }
    assert_err(check(f, &told), OK);
    assert_int_equal(remove(home_folder_path(f, "texts.csv")), 0);
    assert_int_equal(remove(home_folder_path(f, "cases.csv")), 0);
    assert_err(check(f, &told), ERR_STATE);
    assert_string_equal(told.text, "texts.csv|cases.csv|");
}

static void test_none(void **state)
{
    const struct home_folder *f = *state;
    struct server_manifest m = { .name = "untouched" };

    assert_err(server_manifest_read(f->path, &m, NULL), ERR_NOTFOUND);
    assert_string_equal(m.name, "untouched");
}

int main(void)
{
    static struct check_list list;

    check_add(&list, "a whole one, read and written", test_good, NULL);
    check_add(&list, "every beginning is refused", test_prefixes, NULL);
    check_add(&list, "not an object", test_not_an_object, NULL);
    check_add(&list, "no more than 64 notes", test_full, NULL);
    for (size_t i = 0; i < sizeof bads / sizeof *bads; i++)
        check_add(&list, bads[i].name, test_bad, &bads[i]);
    list.tests[list.count++] = (struct CMUnitTest){ "beside its tables", test_beside, home_folder_setup, home_folder_teardown, NULL };
    list.tests[list.count++] = (struct CMUnitTest){ "there is none", test_none, home_folder_setup, home_folder_teardown, NULL };
    return check_run(&list, "server/manifest");
}
