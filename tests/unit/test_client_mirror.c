/* client/mirror: where the copy lies, when it is tried again, and what `status` says of it. */
#include "tests/support/client_fixture.h"

#include "base/file.h"
#include "base/jail.h"
#include "client/do_mirror.h"
#include "client/mirror.h"
#include "tests/support/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

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
    static const struct { enum err e; unsigned s; } rows[] = {{OK, 5}, {ERR_PEER, 5}, {ERR_BUSY, 5}, {ERR_EXPIRED, 5}, {ERR_STATE, 5}, {ERR_FULL, 60},
        {ERR_IO, 60}, {ERR_SIGNATURE, 600}, {ERR_SYNTAX, 600}, {ERR_NOTFOUND, 600}};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (int was_whole = 0; was_whole < 2; was_whole++)
            if (rows[i].e != ERR_STATE)
                assert_int_equal(client_mirror_wait_s(rows[i].e, was_whole), rows[i].s);
            else
                assert_int_equal(client_mirror_wait_s(rows[i].e, was_whole), was_whole ? 600 : rows[i].s);
}

/* What a node that has just begun says is not worth a line; once the copy was whole, the same is a hub that shows less than it did. */
static void less_than_is_here_is_quiet_until_the_copy_was_whole(void **state)
{
    (void)state;
    for (int was_whole = 0; was_whole < 2; was_whole++) {
        assert_true(client_mirror_is_quiet(ERR_PEER, was_whole) && client_mirror_is_quiet(ERR_BUSY, was_whole));
        assert_false(client_mirror_is_quiet(OK, was_whole) || client_mirror_is_quiet(ERR_SIGNATURE, was_whole));
    }
    assert_true(client_mirror_is_quiet(ERR_STATE, false));
    assert_false(client_mirror_is_quiet(ERR_STATE, true));
}

static void a_folder_that_is_not_there_is_no_full_disk(void **state)
{
    struct trouble t = {.lang = LANG_EN};

    (void)state;
    assert_err(client_mirror_room("/nowhere/at/all", &t), OK);
}

/* ---- its walls ---- */

/* What it does in its folder, and that it does nothing beside it. */
static _Noreturn void work(const char *own, const char *beside, enum jail_may may)
{
    const struct jail_path paths[] = {{own, may}};
    char path[128];
    bool made;

    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || jail_files("test mirror", paths, 1) != OK || jail_calls_but_local("test mirror") != OK)
        _exit(1);
    (void)snprintf(path, sizeof path, "%s/tile/x001", own);
    made = file_mkdirs(path, NULL) == OK;
    (void)snprintf(path, sizeof path, "%s/%sleaves", own, made ? "tile/x001/" : "");
    if (file_write(path, "one", 3, 0600, NULL) != OK || file_write(path, "two", 3, 0600, NULL) != OK || unlink(path) != 0)
        _exit(2);
    if (file_write(beside, "one", 3, 0600, NULL) == OK)
        _exit(3);
    _exit(made ? 0 : 4);
}

static int end_of(const char *own, const char *beside, enum jail_may may)
{
    int status = 0;
    pid_t pid = fork();

    if (pid == 0)
        work(own, beside, may);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

/* The copy grows in folders of its own; who may write files only makes none. */
static void it_grows_in_its_folder_and_nowhere_else(void **state)
{
    char own[64] = "/tmp/schakel-mirror-XXXXXX", beside[64];

    (void)state;
    assert_non_null(mkdtemp(own));
    (void)snprintf(beside, sizeof beside, "%.40s.beside", own);
    assert_int_equal(end_of(own, beside, JAIL_WRITES), 4);
    assert_int_equal(end_of(own, beside, JAIL_GROWS), 0);
    assert_int_equal(access(beside, F_OK), -1);
    (void)snprintf(beside, sizeof beside, "%.40s/tile/x001", own);
    assert_int_equal(rmdir(beside), 0);
    (void)snprintf(beside, sizeof beside, "%.40s/tile", own);
    assert_int_equal(rmdir(beside), 0);
    assert_int_equal(rmdir(own), 0);
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

/* As of a moment between these two: a minute may have ended. */
static void expect_whole_at(struct client_fixture *f, uint64_t from_s, uint64_t to_s)
{
    char first[17], last[17];
    cJSON *reply = cJSON_CreateObject();
    const char *text = "";

    clock_format_nl(from_s, first);
    clock_format_nl(to_s, last);
    client_mirror_status(client_fixture_node(f, VO), LANG_EN, reply);
    assert_err(json_text(reply, "mirror_time", &text), OK);
    assert_true(strcmp(text, first) == 0 || strcmp(text, last) == 0);
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
    uint64_t from_s = clock_now_s(), to_s;

    n->keeps_mirror = true;
    expect(f, "mirror_note", "starting");
    expect(f, "mirror_time", "(none)");
    assert_err(tell(f, "{\"leaves\":12,\"ok\":true,\"note\":\"\"}"), OK);
    to_s = clock_now_s();
    expect(f, "mirror_note", "(none)");
    expect_whole_at(f, from_s, to_s);
    /* A copy that does not grow is as old as it was. */
    check_shift_clock(3600);
    assert_err(tell(f, "{\"leaves\":12,\"ok\":false,\"note\":\"the disk is full\"}"), OK);
    expect(f, "mirror_note", "the disk is full");
    expect_whole_at(f, from_s, to_s);
    from_s = clock_now_s();
    assert_err(tell(f, "{\"leaves\":13,\"ok\":true,\"note\":\"\"}"), OK);
    expect(f, "mirror_note", "(none)");
    expect_whole_at(f, from_s, clock_now_s());
    /* Nor does one that says nothing at all look as if it were well. */
    check_shift_clock(3600 + 920);
    expect(f, "mirror_note", "not heard of for a quarter of an hour");
    check_shift_clock(0);
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
        cmocka_unit_test(less_than_is_here_is_quiet_until_the_copy_was_whole),
        cmocka_unit_test(a_folder_that_is_not_there_is_no_full_disk),
        cmocka_unit_test(it_grows_in_its_folder_and_nowhere_else),
        client_fixture_test(a_node_without_one_says_nothing),
        client_fixture_test(what_it_told_last),
        client_fixture_test(what_is_no_word_of_it_changes_nothing),
    };

    return cmocka_run_group_tests_name("client/mirror", tests, NULL, NULL);
}
