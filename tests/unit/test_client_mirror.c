/* client/mirror: where the copy lies, when it is tried again, and what `status` says of it. */
#include "tests/support/client_fixture.h"

#include "client/do_mirror.h"
#include "client/mirror.h"
#include "tests/support/check.h"

static void where_it_lies(void **state)
{
    struct client_conf conf = {.mirror = true};
    char path[CLIENT_PATH_MAX];

    (void)state;
    assert_err(client_mirror_folder("/srv/vo", &conf, path, NULL), OK);
    assert_string_equal(path, "/srv/vo/mirror");
    memcpy(conf.mirror_folder, "log", 4);
    assert_err(client_mirror_folder("/srv/vo", &conf, path, NULL), OK);
    assert_string_equal(path, "/srv/vo/log");
    memcpy(conf.mirror_folder, "/mnt/log", 9);
    assert_err(client_mirror_folder("/srv/vo", &conf, path, NULL), OK);
    assert_string_equal(path, "/mnt/log");
}

static void what_comes_back_is_asked_soon(void **state)
{
    static const struct { enum err e; unsigned s; } rows[] = {{OK, 10}, {ERR_PEER, 10}, {ERR_BUSY, 10}, {ERR_EXPIRED, 10}, {ERR_FULL, 60},
        {ERR_IO, 60}, {ERR_SIGNATURE, 600}, {ERR_SYNTAX, 600}, {ERR_NOTFOUND, 600}};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(client_mirror_wait_s(rows[i].e), rows[i].s);
}

static void a_folder_that_is_not_there_is_no_full_disk(void **state)
{
    struct trouble t = {.lang = LANG_EN};

    (void)state;
    assert_err(client_mirror_room("/nowhere/at/all", &t), OK);
}

/* ---- what status says ---- */

static enum err tell(struct client_fixture *f, const char *json)
{
    struct client_call c = {.node = client_fixture_node(f, VO), .reply = cJSON_CreateObject()};
    cJSON *args = cJSON_Parse(json);
    enum err e;

    c.args = args;
    e = client_do_mirror_told(&c, NULL);
    cJSON_Delete(args);
    cJSON_Delete(c.reply);
    return e;
}

static void expect(struct client_fixture *f, const char *key, const char *want)
{
    cJSON *reply = cJSON_CreateObject();
    const char *text = "(none)";

    client_mirror_status(client_fixture_node(f, VO), LANG_EN, reply);
    if (cJSON_HasObjectItem(reply, key))
        assert_err(json_text(reply, key, &text), OK);
    assert_string_equal(text, want);
    cJSON_Delete(reply);
}

static void a_node_without_one_says_nothing(void **state)
{
    expect(*state, "mirror_note", "(none)");
    expect(*state, "mirror_time", "(none)");
}

static void what_it_told_last(void **state)
{
    struct client_fixture *f = *state;
    struct client_node *n = client_fixture_node(f, VO);
    char when[17];

    n->keeps_mirror = true;
    expect(f, "mirror_note", "starting");
    clock_format_nl(clock_now_s(), when);
    assert_err(tell(f, "{\"leaves\":12,\"ok\":true,\"note\":\"\"}"), OK);
    expect(f, "mirror_note", "(none)");
    assert_err(tell(f, "{\"leaves\":12,\"ok\":false,\"note\":\"the disk is full\"}"), OK);
    expect(f, "mirror_note", "the disk is full");
    client_mirror_close(n->mirror);
    n->mirror = NULL;
}

static void what_is_no_word_of_it_changes_nothing(void **state)
{
    static const char *const rows[] = {"{}", "{\"leaves\":\"x\",\"ok\":true,\"note\":\"\"}", "{\"leaves\":1,\"ok\":1,\"note\":\"\"}",
        "{\"leaves\":1,\"ok\":true}"};
    struct client_fixture *f = *state;

    client_fixture_node(f, VO)->keeps_mirror = true;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_not_equal(tell(f, rows[i]), OK);
    expect(f, "mirror_note", "starting");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(where_it_lies),
        cmocka_unit_test(what_comes_back_is_asked_soon),
        cmocka_unit_test(a_folder_that_is_not_there_is_no_full_disk),
        client_fixture_test(a_node_without_one_says_nothing),
        client_fixture_test(what_it_told_last),
        client_fixture_test(what_is_no_word_of_it_changes_nothing),
    };

    return cmocka_run_group_tests_name("client/mirror", tests, NULL, NULL);
}
