/*
 * client/notice and the commands informed and defer: the family is told after it was read, or later when a privacy officer says so;
 * and what that officer is told. The school (vo) holds; leerplicht reads under R56, Veilig Thuis under R51.
 */
#include "tests/support/client_shared.h"

#include "client/notice.h"
#include "policy/clocks.h"
#include "tests/support/check.h"

#include <stdio.h>
#include <string.h>

static struct proto_subject_id child;

/* ---- telling the family ---- */

static enum err tell(struct client_fixture *f, enum client_fixture_who who, const uint8_t *id, const char *more)
{
    char hex[2 * PROTO_ID_LEN + 1];

    client_shared_hex(id, hex);
    return client_fixture_call(f, who, "informed", "{'share':'%s'%s}", hex, more);
}

static void read_days_ago(struct client_fixture *f, enum client_fixture_who who, const uint8_t *id, unsigned days)
{
    struct client_desk d = client_fixture_desk(f, who, id);

    d.opened_s = d.granted_s = f->now_s - (uint64_t) days * DAY_S;
    client_fixture_desk_put(f, who, &d);
}

static void told_on_the_day(void **state)
{
    struct client_fixture *f = *state;
    const uint8_t *id = client_shared(f, LEERPLICHT, "acute_danger", "R56", false);

    assert_err(tell(f, LEERPLICHT, id, ",'day':'2199-01-01'"), ERR_RANGE);
    assert_err(tell(f, LEERPLICHT, id, ",'day':'yesterday'"), ERR_RANGE);
    assert_int_equal(client_fixture_desk(f, LEERPLICHT, id).informed_s, 0);
    assert_err(tell(f, LEERPLICHT, id, ""), OK);
    assert_int_not_equal(client_fixture_desk(f, LEERPLICHT, id).informed_s, 0);
    assert_err(tell(f, LEERPLICHT, id, ""), ERR_STATE);
}

static void told_later(void **state)
{
    struct client_fixture *f = *state;
    const uint8_t *id = client_shared(f, LEERPLICHT, "acute_danger", "R56", false);
    char hex[2 * PROTO_ID_LEN + 1], long_one[700];

    client_shared_hex(id, hex);
    read_days_ago(f, LEERPLICHT, id, 5);
    assert_err(tell(f, LEERPLICHT, id, ""), ERR_USAGE);
    assert_err(tell(f, LEERPLICHT, id, ",'reason':'too short'"), ERR_USAGE);
    (void) snprintf(long_one, sizeof long_one, ",'reason':'%0601d'", 1);
    assert_err(tell(f, LEERPLICHT, id, long_one), ERR_USAGE);
    assert_err(tell(f, LEERPLICHT, id, ",'reason':'they were abroad'"), OK);
    assert_string_equal(client_shared_after(f, LEERPLICHT, id).why, "they were abroad");
    assert_err(client_fixture_call(f, LEERPLICHT, "request.show", "{'request':'%s'}", hex), OK);
    assert_string_equal(client_fixture_text(f, "told_late"), "they were abroad");
}

static void nothing_to_tell(void **state)
{
    struct client_fixture *f = *state;

    assert_err(tell(f, LEERPLICHT, client_shared(f, LEERPLICHT, "att_enforce", "R01", false), ""), ERR_STATE);
    assert_err(tell(f, VO, client_shared(f, LEERPLICHT, "acute_danger", "R56", false), ""), ERR_STATE);
}

/* ---- a longer wait ---- */

static enum err defer(struct client_fixture *f, enum proto_role role, const uint8_t *id, const char *more)
{
    struct client_session *s = &f->partner[VEILIG_THUIS].session[SECOND];
    char hex[2 * PROTO_ID_LEN + 1];
    enum err e;

    client_fixture_node(f, VEILIG_THUIS);
    s->role = role;
    client_shared_hex(id, hex);
    e = client_fixture_call_as(f, VEILIG_THUIS, SECOND, "defer", "{'share':'%s'%s}", hex, more);
    s->role = PROTO_ROLE_SECOND;
    return e;
}

static uint64_t tell_end(struct client_fixture *f, const uint8_t *id)
{
    struct client_desk d = client_fixture_desk(f, VEILIG_THUIS, id);
    struct client_after a = client_shared_after(f, VEILIG_THUIS, id);
    struct client_due due[CLIENT_AFTERS];

    assert_int_equal(client_after_dues(client_fixture_node(f, VEILIG_THUIS), &d, &a, due), 1);
    return due[0].end_s;
}

static void a_longer_wait(void **state)
{
    struct client_fixture *f = *state;
    const uint8_t *id = client_shared(f, VEILIG_THUIS, "child_safety", "R51", false);
    char until[64], hex[2 * PROTO_ID_LEN + 1], day[11];
    uint64_t first;

    read_days_ago(f, VEILIG_THUIS, id, 10);
    first = tell_end(f, id);
    assert_int_equal(first, policy_clocks_defer_end(f->pack, f->now_s - 10 * (uint64_t) DAY_S));
    assert_err(defer(f, PROTO_ROLE_SECOND, id, ",'reason':'it is not safe yet'"), ERR_DENIED);
    assert_err(defer(f, PROTO_ROLE_CASEWORKER, id, ",'reason':'it is not safe yet'"), ERR_DENIED);
    assert_err(defer(f, PROTO_ROLE_FG, id, ",'reason':'it is not safe yet'"), ERR_DENIED);
    assert_err(defer(f, PROTO_ROLE_OFFICER, id, ""), ERR_USAGE);
    date_format(date_add_days(clock_date_nl(f->now_s), 15), day);
    (void) snprintf(until, sizeof until, ",'reason':'it is not safe yet','until':'%s'", day);
    assert_err(defer(f, PROTO_ROLE_OFFICER, id, until), ERR_RANGE);
    assert_int_equal(tell_end(f, id), first);
    assert_err(defer(f, PROTO_ROLE_OFFICER, id, ",'reason':'it is not safe yet'"), OK);
    assert_int_equal(tell_end(f, id), policy_clocks_defer_end(f->pack, clock_now_s()));
    client_shared_hex(id, hex);
    assert_err(client_fixture_call(f, VEILIG_THUIS, "request.show", "{'request':'%s'}", hex), OK);
    assert_non_null(strstr(client_fixture_reply(f), "\"why\":\"it is not safe yet\""));
    assert_err(tell(f, VEILIG_THUIS, id, ",'reason':'it was not safe'"), OK);
    assert_err(defer(f, PROTO_ROLE_OFFICER, id, ",'reason':'it is not safe yet'"), ERR_STATE);
}

static void no_longer_wait(void **state)
{
    struct client_fixture *f = *state;

    assert_err(defer(f, PROTO_ROLE_OFFICER, client_shared(f, VEILIG_THUIS, "acute_danger", "R56", false), ",'reason':'it is not safe yet'"), ERR_STATE);
    assert_err(defer(f, PROTO_ROLE_OFFICER, client_shared(f, VEILIG_THUIS, "att_enforce", "R01", false), ",'reason':'it is not safe yet'"), ERR_STATE);
}

/* ---- the privacy officer ---- */

static int notices(struct client_fixture *f, enum client_fixture_who who, enum proto_role role, const char *args)
{
    struct client_session *s = &f->partner[who].session[SECOND];

    client_fixture_node(f, who);
    s->role = role;
    assert_err(client_fixture_call_as(f, who, SECOND, "inbox", "%s", args), OK);
    s->role = PROTO_ROLE_SECOND;
    return cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(f->reply, "items"));
}

static enum err put_away(struct client_fixture *f, enum client_fixture_who who, enum proto_role role, const uint8_t *id)
{
    struct client_session *s = &f->partner[who].session[SECOND];
    char hex[2 * PROTO_ID_LEN + 1];
    enum err e;

    client_shared_hex(id, hex);
    client_fixture_node(f, who);
    s->role = role;
    e = client_fixture_call_as(f, who, SECOND, "done", "{'item':'%s'}", hex);
    s->role = PROTO_ROLE_SECOND;
    return e;
}

static uint8_t bits_at(struct client_fixture *f, enum client_fixture_who who, const uint8_t *id, uint64_t at_s)
{
    struct client_desk d = client_fixture_desk(f, who, id);
    struct client_after a = client_shared_after(f, who, id);

    return client_notice_of(client_fixture_node(f, who), &d, &a, at_s);
}

static void what_an_officer_is_told(void **state)
{
    struct client_fixture *f = *state;
    const uint8_t *id = client_shared(f, LEERPLICHT, "att_enforce", "R01", false);
    uint64_t eyes_s = policy_clocks_eyes_end(f->pack, f->now_s), tell_s = policy_clocks_inform_end(f->pack, f->now_s);
    struct client_after a = {.after_no = true, .exported_s = 5};
    struct client_desk d;

    assert_int_equal(bits_at(f, LEERPLICHT, id, tell_s), 0);
    client_shared_set(f, VO, id, &a);
    assert_int_equal(bits_at(f, VO, id, f->now_s), CLIENT_NOTICE_AFTER_NO | CLIENT_NOTICE_EXPORTED);
    id = client_shared(f, LEERPLICHT, "acute_danger", "R56", false);
    assert_int_equal(bits_at(f, LEERPLICHT, id, f->now_s + DAY_S - 1), CLIENT_NOTICE_GRAVE);
    assert_int_equal(bits_at(f, LEERPLICHT, id, f->now_s + DAY_S), CLIENT_NOTICE_GRAVE | CLIENT_NOTICE_NOT_WEIGHED);
    assert_int_equal(bits_at(f, VO, id, eyes_s - 1), CLIENT_NOTICE_GRAVE | CLIENT_NOTICE_NOT_WEIGHED);
    assert_int_equal(bits_at(f, VO, id, eyes_s), CLIENT_NOTICE_GRAVE | CLIENT_NOTICE_NOT_WEIGHED | CLIENT_NOTICE_NO_SECOND);
    assert_int_equal(bits_at(f, LEERPLICHT, id, tell_s - 1) & CLIENT_NOTICE_NOT_TOLD, 0);
    assert_int_equal(bits_at(f, LEERPLICHT, id, tell_s) & CLIENT_NOTICE_NOT_TOLD, CLIENT_NOTICE_NOT_TOLD);
    assert_int_equal(bits_at(f, VO, id, tell_s) & CLIENT_NOTICE_NOT_TOLD, 0);
    /* Done, but too late, stays told; what nobody read is late for nobody. */
    client_shared_set(f, VO, id, &(struct client_after){.weighed_s = f->now_s, .second_s = eyes_s});
    assert_int_equal(bits_at(f, VO, id, tell_s), CLIENT_NOTICE_GRAVE | CLIENT_NOTICE_NO_SECOND);
    d = client_fixture_desk(f, LEERPLICHT, id);
    d.opened_s = 0;
    client_fixture_desk_put(f, LEERPLICHT, &d);
    assert_int_equal(bits_at(f, LEERPLICHT, id, tell_s), CLIENT_NOTICE_GRAVE);
}

static void an_officer_puts_it_away(void **state)
{
    struct client_fixture *f = *state;
    const uint8_t *id = client_shared(f, LEERPLICHT, "acute_danger", "R56", false);
    struct client_after a;

    assert_int_equal(notices(f, LEERPLICHT, PROTO_ROLE_OFFICER, "{}"), 1);
    assert_non_null(strstr(client_fixture_reply(f), "\"told\":[\"grave\"]"));
    assert_int_equal(notices(f, LEERPLICHT, PROTO_ROLE_FG, "{}"), 1);
    assert_err(put_away(f, LEERPLICHT, PROTO_ROLE_FG, id), ERR_DENIED);
    assert_err(put_away(f, LEERPLICHT, PROTO_ROLE_OFFICER, id), OK);
    assert_int_equal(notices(f, LEERPLICHT, PROTO_ROLE_OFFICER, "{}"), 0);
    assert_int_equal(notices(f, LEERPLICHT, PROTO_ROLE_OFFICER, "{'all':true}"), 1);
    assert_err(put_away(f, VO, PROTO_ROLE_OFFICER, client_shared(f, LEERPLICHT, "att_enforce", "R01", false)), ERR_STATE);
    /* Something new about it is told again. */
    id = client_shared(f, LEERPLICHT, "acute_danger", "R56", false);
    assert_err(put_away(f, LEERPLICHT, PROTO_ROLE_OFFICER, id), OK);
    a = client_shared_after(f, LEERPLICHT, id);
    a.exported_s = 1;
    client_shared_set(f, LEERPLICHT, id, &a);
    assert_int_equal(notices(f, LEERPLICHT, PROTO_ROLE_OFFICER, "{}"), 1);
    assert_non_null(strstr(client_fixture_reply(f), "\"exported\""));
}

/* Who is told reads no content, and nobody else reads this. */
static void an_officer_reads_no_casework(void **state)
{
    struct client_fixture *f = *state;

    (void) client_shared(f, VEILIG_THUIS, "child_safety", "R51", false);
    assert_int_equal(notices(f, VEILIG_THUIS, PROTO_ROLE_OFFICER, "{}"), 1);
    assert_non_null(strstr(client_fixture_reply(f), "\"next\":\"schakel defer --share "));
    assert_null(strstr(client_fixture_reply(f), "\"kind\":\"tell\""));
    assert_err(client_fixture_call(f, VEILIG_THUIS, "inbox", "{}"), OK);
    assert_null(strstr(client_fixture_reply(f), "\"kind\":\"notice\""));
}

/* ---- after a no ---- */

static bool looks_back(struct client_fixture *f, const uint8_t *id)
{
    struct client_desk d = client_fixture_desk(f, VO, id);
    struct vault_txn *x = client_fixture_begin(f, VO);

    assert_err(client_after_look_back(client_fixture_node(f, VO), x, &d), OK);
    client_fixture_commit(x);
    return client_shared_after(f, VO, id).after_no;
}

/* What the family said of vo's records to this receiver, as vo was told. */
static void family_says(struct client_fixture *f, enum client_fixture_who receiver, const char *purpose, const char *json)
{
    struct proto_statement s = client_fixture_say(f, PROTO_SAY_CONSENT, receiver, &child, VO, NOBODY);

    s.code = PROTO_CONSENT_PROCESSING;
    memcpy(s.holder, f->partner[VO].id, sizeof s.holder);
    memcpy(s.receiver, f->partner[receiver].id, sizeof s.receiver);
    s.sections = client_fixture_sections("ident");
    (void) snprintf(s.purpose, sizeof s.purpose, "%s", purpose);
    client_fixture_seal(f, &s, VO, json);
    client_fixture_keep(f, VO, &s);
}

static void after_a_no_of_the_family(void **state)
{
    struct client_fixture *f = *state;
    const uint8_t *id = client_shared(f, CJG, "youth_help_access", "R35", false);

    assert_false(looks_back(f, id));
    family_says(f, CJG, "youth_help_access", "{\"yes\":\"y,g1\",\"no\":\"\"}");
    family_says(f, CJG, "case_support", "{\"yes\":\"\",\"no\":\"y\"}");
    family_says(f, LEERPLICHT, "youth_help_access", "{\"yes\":\"\",\"no\":\"y\"}");
    assert_false(looks_back(f, id));
    family_says(f, CJG, "youth_help_access", "{\"yes\":\"y\",\"no\":\"g1\"}");
    assert_true(looks_back(f, id));
}

static void after_an_objection(void **state)
{
    struct client_fixture *f = *state;
    const uint8_t *id = client_shared(f, CJG, "youth_help_access", "R35", false);
    struct proto_statement s = client_fixture_say(f, PROTO_SAY_OBJECTION, CJG, &child, VO, NOBODY);

    (void) snprintf(s.purpose, sizeof s.purpose, "case_support");
    client_fixture_keep(f, VO, &s);
    assert_false(looks_back(f, id));
    s = client_fixture_say(f, PROTO_SAY_OBJECTION, CJG, &child, VO, NOBODY);
    (void) snprintf(s.purpose, sizeof s.purpose, "youth_help_access");
    client_fixture_keep(f, VO, &s);
    assert_true(looks_back(f, id));
}

static void after_an_own_no(void **state)
{
    struct client_fixture *f = *state;
    static uint8_t id[PROTO_ID_LEN];
    struct client_desk before;

    memcpy(id, client_shared(f, CJG, "youth_help_access", "R35", false), sizeof id);
    before = client_fixture_desk(f, VO, client_shared(f, CJG, "case_support", "R35", false));
    before.state = CLIENT_DESK_REFUSED;
    client_fixture_desk_put(f, VO, &before);
    assert_false(looks_back(f, id));
    memcpy(before.purpose, "youth_help_access", sizeof "youth_help_access");
    client_fixture_desk_put(f, VO, &before);
    assert_true(looks_back(f, id));
}

static void a_copy_was_taken_out(void **state)
{
    struct client_fixture *f = *state;
    const uint8_t *id = client_shared(f, LEERPLICHT, "att_enforce", "R01", false);
    struct proto_msg m = client_fixture_msg(f, PROTO_REPORT, LEERPLICHT, VO);

    m.code = PROTO_REPORT_EXPORTED;
    memcpy(m.refers, client_fixture_desk(f, VO, id).grant_id, sizeof m.refers);
    m.sections = client_fixture_sections("ident");
    assert_err(client_fixture_mail(f, &m), OK);
    assert_int_equal(client_shared_after(f, VO, id).exported_s, f->now_s);
    assert_int_equal(notices(f, VO, PROTO_ROLE_OFFICER, "{}"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        client_fixture_test(told_on_the_day), client_fixture_test(told_later), client_fixture_test(nothing_to_tell),
        client_fixture_test(a_longer_wait), client_fixture_test(no_longer_wait), client_fixture_test(what_an_officer_is_told),
        client_fixture_test(an_officer_puts_it_away), client_fixture_test(an_officer_reads_no_casework),
        client_fixture_test(after_a_no_of_the_family), client_fixture_test(after_an_objection), client_fixture_test(after_an_own_no),
        client_fixture_test(a_copy_was_taken_out),
    };

    child = client_fixture_child(1);
    return cmocka_run_group_tests_name("client/notice", tests, NULL, NULL);
}
