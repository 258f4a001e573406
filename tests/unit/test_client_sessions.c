/* client/sessions: who may work, for how long, and with which key; the staff rows behind it. */
#include "tests/support/check.h"
#include "tests/support/client_fixture.h"

#include "client/calls.h"
#include "client/certs.h"
#include "client/do_partner.h"
#include "client/hublink_parts.h"
#include "client/sessions.h"

#include <sodium.h>
#include <stdio.h>

/* The commands are served as in a running node, without its socket. */
struct served { enum err err; cJSON *reply; struct trouble t; };

static int setup(void **state)
{
    struct client_fixture *f;

    if (client_fixture_setup(state) != 0)
        return -1;
    f = *state;
    return client_sessions_open(client_fixture_node(f, VO)) == OK ? 0 : -1;
}

static int teardown(void **state)
{
    struct client_fixture *f = *state;

    client_sessions_close(client_fixture_node(f, VO)->sessions);
    return client_fixture_close(state);
}

static struct served serve(struct client_fixture *f, struct client_session *who, client_handler *run, const char *args)
{
    struct client_call c = {.node = client_fixture_node(f, VO), .who = who, .trouble = {.lang = LANG_EN}, .reply = cJSON_CreateObject()};
    struct vault_txn *x = client_fixture_begin(f, VO);
    struct served s = {.err = OK};
    cJSON *obj = NULL;

    assert_err(json_parse((const uint8_t *)args, strlen(args), &obj, NULL), OK);
    c.args = obj;
    c.txn = x;
    s.err = run(&c, x);
    if (s.err == OK)
        client_fixture_commit(x);
    else
        client_vault_abort(x);
    s.reply = c.reply;
    s.t = c.trouble;
    cJSON_Delete(obj);
    return s;
}

static enum err outcome(struct served s)
{
    cJSON_Delete(s.reply);
    return s.err;
}

#define ADMIN_ARGS "{\"name\":\"Ada Admin\",\"role\":\"admin\",\"passphrase\":\"long enough\"}"
#define LOGIN_ARGS "{\"as\":\"ada-admin\",\"passphrase\":\"long enough\"}"

/* Logs ada in. */
static struct client_session *login(struct client_fixture *f)
{
    struct served s = serve(f, NULL, client_do_login, LOGIN_ARGS);
    const char *token = NULL;
    struct client_session *who;
    cJSON *args = cJSON_CreateObject();

    assert_err(s.err, OK);
    assert_err(json_text(s.reply, "token", &token), OK);
    json_add_text(args, "token", token);
    who = client_sessions_of_args(client_fixture_node(f, VO), args);
    assert_non_null(who);
    cJSON_Delete(args);
    cJSON_Delete(s.reply);
    return who;
}

/* ---- the tests ---- */

static void the_first_is_an_administrator(void **state)
{
    struct client_fixture *f = *state;

    assert_err(outcome(serve(f, NULL, client_do_staff_add, "{\"name\":\"Cas\",\"role\":\"caseworker\",\"passphrase\":\"long enough\"}")),
        ERR_STATE);
    assert_err(outcome(serve(f, NULL, client_do_staff_add, ADMIN_ARGS)), OK);
}

static void the_second_is_added_by_the_administrator(void **state)
{
    struct client_fixture *f = *state;
    const char *second = "{\"name\":\"Cas\",\"role\":\"caseworker\",\"passphrase\":\"long enough\"}";

    assert_err(outcome(serve(f, NULL, client_do_staff_add, ADMIN_ARGS)), OK);
    assert_err(outcome(serve(f, NULL, client_do_staff_add, second)), ERR_DENIED);
    assert_err(outcome(serve(f, &f->partner[VO].session[WORKER], client_do_staff_add, second)), ERR_DENIED);
    assert_err(outcome(serve(f, login(f), client_do_staff_add, second)), OK);
}

static void a_login_is_taken_once(void **state)
{
    struct client_fixture *f = *state;

    assert_err(outcome(serve(f, NULL, client_do_staff_add, ADMIN_ARGS)), OK);
    assert_err(outcome(serve(f, login(f), client_do_staff_add, ADMIN_ARGS)), ERR_EXISTS);
}

static const struct refused { const char *name, *args; enum err err; } refuseds[] = {
    {"no name", "{\"role\":\"admin\",\"passphrase\":\"long enough\"}", ERR_USAGE},
    {"no role", "{\"name\":\"Ada\",\"passphrase\":\"long enough\"}", ERR_USAGE},
    {"a role that is none", "{\"name\":\"Ada\",\"role\":\"king\",\"passphrase\":\"long enough\"}", ERR_RANGE},
    {"a short passphrase", "{\"name\":\"Ada\",\"role\":\"admin\",\"passphrase\":\"short\"}", ERR_RANGE},
    {"no letters to log in with", "{\"name\":\"\xc3\x89\",\"role\":\"admin\",\"passphrase\":\"long enough\"}", ERR_SYNTAX},
    {"a login that is no text", "{\"name\":\"Ada\",\"login\":3,\"role\":\"admin\",\"passphrase\":\"long enough\"}", ERR_USAGE},
};

static void wrong_staff_are_refused(void **state)
{
    for (size_t i = 0; i < sizeof refuseds / sizeof *refuseds; i++) {
        struct served s = serve(*state, NULL, client_do_staff_add, refuseds[i].args);

        if (s.err != refuseds[i].err)
            fail_msg("%s: %s", refuseds[i].name, err_word(s.err));
        cJSON_Delete(s.reply);
    }
    assert_int_equal(client_fixture_waiting(*state, VO, PROTO_PUBLISH, NULL), 0);
}

static void the_certificate_is_for_seven_days_and_published(void **state)
{
    struct client_fixture *f = *state;
    struct client_node *n = client_fixture_node(f, VO);
    struct client_session *who;
    struct proto_msg m;
    struct proto_cert c;
    uint64_t now = clock_now_s();

    assert_err(outcome(serve(f, NULL, client_do_staff_add, ADMIN_ARGS)), OK);
    assert_int_equal(client_fixture_waiting(f, VO, PROTO_PUBLISH, &m), 1);
    who = login(f);
    assert_err(client_certs_of_key(n, who->key, PROTO_USE_STAFF, now, &c), OK);
    assert_int_equal(c.role, PROTO_ROLE_ADMIN);
    assert_in_range(c.until_s, now + CLIENT_STAFF_CERT_S, clock_now_s() + CLIENT_STAFF_CERT_S);
    assert_err(client_certs_of_key(n, who->key, PROTO_USE_STAFF, clock_now_s() + CLIENT_STAFF_CERT_S + 60, &c), ERR_NOTFOUND);
    /* Not yet near its end: logging in did not publish another. */
    assert_int_equal(client_fixture_waiting(f, VO, PROTO_PUBLISH, NULL), 1);
}

static bool make_old(void *arg, const struct client_staff *s)
{
    struct client_staff *copy = arg;

    *copy = *s;
    copy->wrapped = malloc(s->wrapped_len);
    assert_non_null(copy->wrapped);
    memcpy(copy->wrapped, s->wrapped, s->wrapped_len);
    return false;
}

static void a_certificate_near_its_end_is_renewed_at_login(void **state)
{
    struct client_fixture *f = *state;
    struct client_staff s = {.role = 0};
    struct vault_txn *x;

    assert_err(outcome(serve(f, NULL, client_do_staff_add, ADMIN_ARGS)), OK);
    x = client_fixture_begin(f, VO);
    assert_err(client_staff_walk(x, make_old, &s), OK);
    s.cert_until_s = clock_now_s() + DAY_S;
    assert_err(client_staff_put(x, &s), OK);
    client_fixture_commit(x);
    client_staff_fini(&s);
    assert_true(login(f)->cert_until_s > clock_now_s() + 6 * (uint64_t)DAY_S);
    assert_int_equal(client_fixture_waiting(f, VO, PROTO_PUBLISH, NULL), 2);
}

static void wrong_name_and_wrong_passphrase_sound_the_same(void **state)
{
    struct client_fixture *f = *state;
    struct served a, b;

    assert_err(outcome(serve(f, NULL, client_do_staff_add, ADMIN_ARGS)), OK);
    a = serve(f, NULL, client_do_login, "{\"as\":\"ada-admin\",\"passphrase\":\"long enougj\"}");
    b = serve(f, NULL, client_do_login, "{\"as\":\"nobody\",\"passphrase\":\"long enough\"}");
    assert_err(a.err, ERR_DENIED);
    assert_err(b.err, ERR_DENIED);
    assert_string_equal(a.t.text, b.t.text);
    assert_int_equal(client_sessions_count(client_fixture_node(f, VO)), 0);
    cJSON_Delete(a.reply);
    cJSON_Delete(b.reply);
}

static void a_second_login_ends_the_first(void **state)
{
    struct client_fixture *f = *state;
    char token[65];
    cJSON *args = cJSON_CreateObject();

    assert_err(outcome(serve(f, NULL, client_do_staff_add, ADMIN_ARGS)), OK);
    memcpy(token, login(f)->token, sizeof token);
    (void)login(f);
    json_add_text(args, "token", token);
    assert_null(client_sessions_of_args(client_fixture_node(f, VO), args));
    assert_int_equal(client_sessions_count(client_fixture_node(f, VO)), 1);
    cJSON_Delete(args);
}

static void a_session_ends_by_itself(void **state)
{
    struct client_fixture *f = *state;
    struct client_node *n = client_fixture_node(f, VO);
    struct client_session *who;
    cJSON *args = cJSON_CreateObject();

    assert_err(outcome(serve(f, NULL, client_do_staff_add, ADMIN_ARGS)), OK);
    who = login(f);
    json_add_text(args, "token", who->token);
    who->until_s = clock_now_s();
    assert_null(client_sessions_of_args(n, args));
    client_sessions_step(n);
    assert_int_equal(client_sessions_count(n), 0);
    cJSON_Delete(args);
}

/* The rows lie in the order of the keys, which are drawn: four pairs, or luck would hide it. */
static void a_name_that_is_anothers_login_ends_nobody(void **state)
{
    struct client_fixture *f = *state;
    struct client_session *ada;
    struct client_staff s = {.role = 0};
    struct vault_txn *x;
    char args[160];

    assert_err(outcome(serve(f, NULL, client_do_staff_add, ADMIN_ARGS)), OK);
    ada = login(f);
    for (int i = 0; i < 4; i++) {
        snprintf(args, sizeof args, "{\"name\":\"Cas\",\"login\":\"cas-%d\",\"role\":\"caseworker\",\"passphrase\":\"long enough\"}", i);
        assert_err(outcome(serve(f, ada, client_do_staff_add, args)), OK);
        snprintf(args, sizeof args, "{\"name\":\"cas-%d\",\"login\":\"joe-%d\",\"role\":\"caseworker\",\"passphrase\":\"long enough\"}", i, i);
        assert_err(outcome(serve(f, ada, client_do_staff_add, args)), OK);
    }
    /* Four have this name: none is meant. */
    assert_err(outcome(serve(f, ada, client_do_staff_end, "{\"login\":\"Cas\"}")), ERR_NOTFOUND);
    for (int i = 0; i < 4; i++) {
        char who[16];

        snprintf(args, sizeof args, "{\"login\":\"cas-%d\"}", i);
        assert_err(outcome(serve(f, ada, client_do_staff_end, args)), OK);
        x = client_fixture_begin(f, VO);
        snprintf(who, sizeof who, "joe-%d", i);
        assert_err(client_staff_find(x, who, &s), OK);
        assert_string_equal(s.login, who);
        client_staff_fini(&s);
        client_vault_abort(x);
    }
}

static void who_leaves_cannot_log_in(void **state)
{
    struct client_fixture *f = *state;
    struct client_session *ada;

    assert_err(outcome(serve(f, NULL, client_do_staff_add, ADMIN_ARGS)), OK);
    ada = login(f);
    assert_err(outcome(serve(f, ada, client_do_staff_add, "{\"name\":\"Cas\",\"role\":\"caseworker\",\"passphrase\":\"long enough\"}")), OK);
    assert_err(outcome(serve(f, NULL, client_do_login, "{\"as\":\"cas\",\"passphrase\":\"long enough\"}")), OK);
    assert_int_equal(client_sessions_count(client_fixture_node(f, VO)), 2);
    assert_err(outcome(serve(f, ada, client_do_staff_end, "{\"login\":\"ada-admin\"}")), ERR_STATE);
    assert_err(outcome(serve(f, ada, client_do_staff_end, "{\"login\":\"cas\"}")), OK);
    assert_int_equal(client_sessions_count(client_fixture_node(f, VO)), 1);
    assert_err(outcome(serve(f, NULL, client_do_login, "{\"as\":\"cas\",\"passphrase\":\"long enough\"}")), ERR_DENIED);
}

static void names_become_logins(void **state)
{
    const struct { const char *name, *login; } rows[] = {
        {"Anna de Vries", "anna-de-vries"}, {"  Jan-Willem  ", "jan-willem"}, {"O'Hara 2", "o-hara-2"}, {"9 to 5", "to-5"},
        {"A very long name that goes on and on", "a-very-long-name-that-goes-on-an"},
    };
    char out[CLIENT_LOGIN_MAX + 1];

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_err(client_staff_login(rows[i].name, out), OK);
        assert_string_equal(out, rows[i].login);
    }
    assert_err(client_staff_login("!", out), ERR_SYNTAX);
}

static void tokens_that_are_none_are_nobody(void **state)
{
    struct client_fixture *f = *state;
    const char *const args[] = {"{}", "{\"token\":3}", "{\"token\":\"\"}", "{\"token\":\"0123\"}",
        "{\"token\":\"0000000000000000000000000000000000000000000000000000000000000000\"}"};

    assert_err(outcome(serve(f, NULL, client_do_staff_add, ADMIN_ARGS)), OK);
    (void)login(f);
    for (size_t i = 0; i < sizeof args / sizeof *args; i++) {
        cJSON *obj = NULL;

        assert_err(json_parse((const uint8_t *)args[i], strlen(args[i]), &obj, NULL), OK);
        assert_null(client_sessions_of_args(client_fixture_node(f, VO), obj));
        cJSON_Delete(obj);
    }
}

#define session_test(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

static const char *reply_text(const struct served *s, const char *key)
{
    const char *text = "";

    return json_text(s->reply, key, &text) == OK ? text : "";
}

static bool reply_is(const struct served *s, const char *key)
{
    bool is = false;

    return json_bool(s->reply, key, &is) == OK && is;
}

/* Who left keeps a certificate for some days, and with it a key that counts: it can be revoked as long as that runs. */
static void who_left_can_be_revoked(void **state)
{
    struct client_fixture *f = *state;
    struct client_session *ada;
    struct served s;

    assert_err(outcome(serve(f, NULL, client_do_staff_add, ADMIN_ARGS)), OK);
    ada = login(f);
    assert_err(outcome(serve(f, ada, client_do_staff_add, "{\"name\":\"Cas\",\"role\":\"caseworker\",\"passphrase\":\"long enough\"}")), OK);
    assert_err(outcome(serve(f, ada, client_do_staff_end, "{\"login\":\"cas\"}")), OK);
    s = serve(f, ada, client_do_staff_end, "{\"login\":\"cas\"}");
    assert_err(s.err, OK);
    assert_true(reply_is(&s, "already"));
    assert_non_null(strstr(reply_text(&s, "next"), "schakel staff revoke"));
    cJSON_Delete(s.reply);
    s = serve(f, ada, client_do_staff_revoke, "{\"login\":\"cas\"}");
    assert_err(s.err, OK);
    assert_false(reply_is(&s, "already"));
    cJSON_Delete(s.reply);
    assert_err(outcome(serve(f, ada, client_do_staff_revoke, "{\"login\":\"nobody\"}")), ERR_NOTFOUND);
    assert_err(outcome(serve(f, ada, client_do_staff_end, "{\"login\":\"nobody\"}")), ERR_NOTFOUND);
}

static void make_over(struct client_fixture *f, const char *who)
{
    struct vault_txn *x = client_fixture_begin(f, VO);
    struct client_staff s = {.role = 0};

    assert_err(client_staff_find_left(x, who, &s), OK);
    s.cert_until_s = clock_now_s() - 1;
    assert_err(client_staff_put(x, &s), OK);
    client_staff_fini(&s);
    client_fixture_commit(x);
}

static void a_key_that_is_over_is_not_revoked_again(void **state)
{
    struct client_fixture *f = *state;
    struct client_session *ada;
    struct served s;

    assert_err(outcome(serve(f, NULL, client_do_staff_add, ADMIN_ARGS)), OK);
    ada = login(f);
    assert_err(outcome(serve(f, ada, client_do_staff_add, "{\"name\":\"Cas\",\"role\":\"caseworker\",\"passphrase\":\"long enough\"}")), OK);
    assert_err(outcome(serve(f, ada, client_do_staff_end, "{\"login\":\"cas\"}")), OK);
    make_over(f, "cas");
    s = serve(f, ada, client_do_staff_revoke, "{\"login\":\"cas\"}");
    assert_err(s.err, OK);
    assert_true(reply_is(&s, "already"));
    assert_non_null(strstr(reply_text(&s, "next"), "schakel audit"));
    cJSON_Delete(s.reply);
    s = serve(f, ada, client_do_staff_end, "{\"login\":\"cas\"}");
    assert_err(s.err, OK);
    assert_string_equal(reply_text(&s, "next"), "");
    cJSON_Delete(s.reply);
}

static void the_only_administrator_stays(void **state)
{
    struct client_fixture *f = *state;
    struct client_session *ada;

    assert_err(outcome(serve(f, NULL, client_do_staff_add, ADMIN_ARGS)), OK);
    ada = login(f);
    assert_err(outcome(serve(f, ada, client_do_staff_add, "{\"name\":\"Cas\",\"role\":\"caseworker\",\"passphrase\":\"long enough\"}")), OK);
    assert_err(outcome(serve(f, ada, client_do_staff_revoke, "{\"login\":\"ada-admin\"}")), ERR_STATE);
    assert_err(outcome(serve(f, ada, client_do_staff_add, "{\"name\":\"Bo\",\"login\":\"bo\",\"role\":\"admin\",\"passphrase\":\"long enough\"}")), OK);
    assert_err(outcome(serve(f, ada, client_do_staff_revoke, "{\"login\":\"ada-admin\"}")), OK);
}

static void who_knows_the_present_passphrase_gets_another(void **state)
{
    struct client_fixture *f = *state;
    struct client_session *who;

    assert_err(outcome(serve(f, NULL, client_do_staff_add, ADMIN_ARGS)), OK);
    who = login(f);
    assert_err(outcome(serve(f, who, client_do_passphrase, "{\"passphrase\":\"long enough\",\"new_passphrase\":\"another one\"}")), OK);
    assert_err(outcome(serve(f, NULL, client_do_login, LOGIN_ARGS)), ERR_DENIED);
    assert_err(outcome(serve(f, NULL, client_do_login, "{\"as\":\"ada-admin\",\"passphrase\":\"another one\"}")), OK);
}

static void who_does_not_changes_nothing(void **state)
{
    struct client_fixture *f = *state;
    struct client_session *who;

    assert_err(outcome(serve(f, NULL, client_do_staff_add, ADMIN_ARGS)), OK);
    who = login(f);
    assert_err(outcome(serve(f, who, client_do_passphrase, "{\"passphrase\":\"long enougj\",\"new_passphrase\":\"another one\"}")), ERR_DENIED);
    assert_err(outcome(serve(f, who, client_do_passphrase, "{\"passphrase\":\"long enough\",\"new_passphrase\":\"short\"}")), ERR_RANGE);
    assert_err(outcome(serve(f, NULL, client_do_login, "{\"as\":\"ada-admin\",\"passphrase\":\"another one\"}")), ERR_DENIED);
    assert_err(outcome(serve(f, NULL, client_do_login, LOGIN_ARGS)), OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        session_test(the_first_is_an_administrator),
        session_test(the_second_is_added_by_the_administrator),
        session_test(a_login_is_taken_once),
        session_test(wrong_staff_are_refused),
        session_test(the_certificate_is_for_seven_days_and_published),
        session_test(a_certificate_near_its_end_is_renewed_at_login),
        session_test(wrong_name_and_wrong_passphrase_sound_the_same),
        session_test(a_second_login_ends_the_first),
        session_test(a_session_ends_by_itself),
        session_test(a_name_that_is_anothers_login_ends_nobody),
        session_test(who_leaves_cannot_log_in),
        session_test(who_left_can_be_revoked),
        session_test(a_key_that_is_over_is_not_revoked_again),
        session_test(the_only_administrator_stays),
        session_test(names_become_logins),
        session_test(tokens_that_are_none_are_nobody),
        session_test(who_knows_the_present_passphrase_gets_another),
        session_test(who_does_not_changes_nothing),
    };

    return cmocka_run_group_tests_name("client/sessions", tests, NULL, NULL);
}
