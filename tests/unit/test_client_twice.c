/*
 * client/twice: what ends or answers something is said once. The second time the answer says that it was done,
 * and nothing goes out; before its receipt as well as after. And client/replaced: of consents the list that
 * people read has what counts now.
 */
#include "tests/support/client_fixture.h"

#include "base/text.h"
#include "client/casebook.h"
#include "tests/support/check.h"

#include <stdio.h>

static struct proto_subject_id child;

struct said {
    char number[10], id[40], today[11];
};

static void prepare(struct client_fixture *f, struct said *s)
{
    char born[11];

    client_fixture_number(1, s->number);
    client_fixture_know(f, VO, 1);
    client_fixture_know(f, CJG, 1);
    (void) client_fixture_node(f, CJG);
    client_fixture_born(f, 14, 360, born);
    client_fixture_person(f, VO, &child, born, "g1 g2");
    date_format(clock_date_nl(clock_now_s()), s->today);
}

static void take_id(struct client_fixture *f, struct said *s)
{
    (void) snprintf(s->id, sizeof s->id, "%s", client_fixture_text(f, "statement"));
    assert_int_equal(strlen(s->id), 32);
}

static bool is_true(struct client_fixture *f, const char *key)
{
    bool value = false;

    return json_bool(f->reply, key, &value) == OK && value;
}

/* End it; again before the hub answered, and again after. */
static void end_twice(struct client_fixture *f, struct said *s, const char *command)
{
    char first[40];

    client_fixture_hub(f);
    assert_err(client_fixture_call(f, VO, command, "{'statement':'%s'}", s->id), OK);
    assert_false(is_true(f, "already"));
    (void) snprintf(first, sizeof first, "%s", client_fixture_text(f, "statement"));
    assert_int_equal(client_fixture_waiting(f, VO, PROTO_STATEMENT, NULL), 1);
    assert_err(client_fixture_call(f, VO, command, "{'statement':'%.8s'}", s->id), OK);
    assert_true(is_true(f, "already"));
    assert_true(is_true(f, "queued"));
    assert_string_equal(client_fixture_text(f, "statement"), first);
    assert_string_equal(client_fixture_text(f, "already_on"), s->today);
    assert_int_equal(client_fixture_waiting(f, VO, PROTO_STATEMENT, NULL), 1);
    client_fixture_hub(f);
    assert_err(client_fixture_call(f, VO, command, "{'statement':'%s'}", s->id), OK);
    assert_true(is_true(f, "already"));
    assert_false(is_true(f, "queued"));
    assert_string_equal(client_fixture_text(f, "statement"), first);
    assert_int_equal(client_fixture_waiting(f, VO, PROTO_STATEMENT, NULL), 0);
}

#define CONSENT "{'number':'%s','holder':'vo','receiver':'cjg','purpose':'youth_help_access','sections':'%s','yes':'%s'}"

static void consent(struct client_fixture *f, struct said *s, const char *sections, const char *yes)
{
    assert_err(client_fixture_call(f, VO, "consent.record", CONSENT, s->number, sections, yes), OK);
    take_id(f, s);
    client_fixture_hub(f);
    f->now_s++;
}

static void withdrawn_twice(void **state)
{
    struct client_fixture *f = *state;
    struct said s;

    prepare(f, &s);
    consent(f, &s, "need", "y,g1,g2");
    end_twice(f, &s, "consent.withdraw");
}

/* Holder and receiver may both withdraw; the second hears that it was done. */
static void withdrawn_by_the_other_side(void **state)
{
    struct client_fixture *f = *state;
    struct said s;

    prepare(f, &s);
    consent(f, &s, "need", "y,g1,g2");
    assert_err(client_fixture_call(f, CJG, "consent.withdraw", "{'statement':'%s'}", s.id), OK);
    client_fixture_hub(f);
    assert_err(client_fixture_call(f, VO, "consent.withdraw", "{'statement':'%s'}", s.id), OK);
    assert_true(is_true(f, "already"));
    assert_int_equal(client_fixture_waiting(f, VO, PROTO_STATEMENT, NULL), 0);
}

static void event_ended_twice(void **state)
{
    struct client_fixture *f = *state;
    struct said s;

    prepare(f, &s);
    assert_err(client_fixture_call(f, VO, "event.add", "{'number':'%s','event':'VZM','to':'leerplicht'}", s.number), OK);
    take_id(f, &s);
    end_twice(f, &s, "event.end");
    assert_err(client_fixture_call(f, VO, "event.list", "{}"), OK);
    assert_non_null(strstr(client_fixture_reply(f), "\"ended\":true,\"ended_on\":\"2"));
}

static void objection_ended_twice(void **state)
{
    struct client_fixture *f = *state;
    struct said s;

    prepare(f, &s);
    assert_err(client_fixture_call(f, VO, "objection.add", "{'number':'%s','purpose':'youth_help_access','to':'cjg'}", s.number), OK);
    take_id(f, &s);
    end_twice(f, &s, "objection.end");
}

/* A person decided that this end is not sent again: it may be said anew. */
static void what_was_dropped_is_said_again(void **state)
{
    struct client_fixture *f = *state;
    struct client_kept k;
    uint8_t *memory = NULL, id[PROTO_ID_LEN];
    struct vault_txn *x;
    struct said s;

    prepare(f, &s);
    consent(f, &s, "need", "y,g1,g2");
    assert_err(client_fixture_call(f, VO, "consent.withdraw", "{'statement':'%s'}", s.id), OK);
    for (size_t i = 0; i < sizeof id; i++)
        assert_int_equal(sscanf(client_fixture_text(f, "statement") + 2 * i, "%2hhx", &id[i]), 1);
    x = client_fixture_begin(f, VO);
    assert_err(client_kept_get(x, id, &k, &memory), OK);
    k.refused = k.dropped = true;
    assert_err(client_kept_put(x, &k), OK);
    client_fixture_commit(x);
    free(memory);
    assert_err(client_fixture_call(f, VO, "consent.withdraw", "{'statement':'%s'}", s.id), OK);
    assert_false(is_true(f, "already"));
    assert_int_equal(client_fixture_waiting(f, VO, PROTO_STATEMENT, NULL), 2);
}

/* ---- answers ---- */

/* A request that came in at vo, or one that it sent. */
static void request(struct client_fixture *f, bool mine, bool offer, enum client_desk_state state, char hex[40], uint8_t n)
{
    struct client_desk d = {.id = {9, 9, 9, n}, .mine = mine, .offer = offer, .state = (uint8_t) state, .child = child,
        .child_there = child, .purpose = "youth_help_access", .made_s = f->now_s, .until_s = f->now_s + DAY_S, .access_until_s = f->now_s + DAY_S};

    memcpy(d.other, client_fixture_partner(f, CJG)->id, sizeof d.other);
    d.sections = client_fixture_sections("need");
    client_fixture_desk_put(f, VO, &d);
    for (size_t i = 0; i < PROTO_ID_LEN; i++)
        (void) snprintf(hex + 2 * i, 3, "%02x", d.id[i]);
}

static void answer_twice(struct client_fixture *f, const char *command, enum proto_kind kind, const char *args)
{
    assert_err(client_fixture_call(f, VO, command, "%s", args), OK);
    assert_false(is_true(f, "already"));
    assert_int_equal(client_fixture_waiting(f, VO, kind, NULL), 1);
    assert_err(client_fixture_call(f, VO, command, "%s", args), OK);
    assert_true(is_true(f, "already"));
    assert_true(is_true(f, "queued"));
    assert_int_equal(client_fixture_waiting(f, VO, kind, NULL), 1);
    while (client_fixture_hub_one(f, VO)) {
    }
    assert_err(client_fixture_call(f, VO, command, "%s", args), OK);
    assert_true(is_true(f, "already"));
    assert_false(is_true(f, "queued"));
    assert_int_equal(client_fixture_waiting(f, VO, kind, NULL), 0);
}

static void refused_twice(void **state)
{
    struct client_fixture *f = *state;
    struct said s;
    char hex[40], args[120];

    prepare(f, &s);
    request(f, false, false, CLIENT_DESK_WAITING, hex, 1);
    (void) snprintf(args, sizeof args, "{'request':'%s','reason':'not_needed'}", hex);
    answer_twice(f, "refuse", PROTO_REFUSE, args);
    assert_err(client_fixture_call(f, VO, "request.show", "{'request':'%s'}", hex), OK);
    assert_string_equal(client_fixture_text(f, "reason"), "not_needed");
}

/* What was refused a moment ago is not granted, too. */
static void not_granted_after_a_refusal(void **state)
{
    struct client_fixture *f = *state;
    struct said s;
    char hex[40];

    prepare(f, &s);
    request(f, false, false, CLIENT_DESK_WAITING, hex, 1);
    assert_err(client_fixture_call(f, VO, "refuse", "{'request':'%s','reason':'not_needed'}", hex), OK);
    assert_err(client_fixture_call(f, VO, "grant", "{'request':'%s','confirm_child':true}", hex), ERR_STATE);
    assert_non_null(strstr(f->trouble.text, "refused"));
}

static void cancelled_twice(void **state)
{
    struct client_fixture *f = *state;
    struct said s;
    char hex[40], args[80];

    prepare(f, &s);
    request(f, true, false, CLIENT_DESK_WAITING, hex, 1);
    (void) snprintf(args, sizeof args, "{'request':'%s'}", hex);
    answer_twice(f, "request.cancel", PROTO_CANCEL, args);
}

static void accepted_and_sent_back_twice(void **state)
{
    struct client_fixture *f = *state;
    struct said s;
    char hex[40], args[80];

    prepare(f, &s);
    request(f, false, true, CLIENT_DESK_OPENED, hex, 1);
    (void) snprintf(args, sizeof args, "{'offer':'%s'}", hex);
    answer_twice(f, "accept", PROTO_ANSWER, args);
    request(f, false, true, CLIENT_DESK_OPENED, hex, 2);
    (void) snprintf(args, sizeof args, "{'offer':'%s'}", hex);
    answer_twice(f, "not-for-us", PROTO_ANSWER, args);
}

/* ---- cases ---- */

/* The same twice is one case; for one purpose more it is another. */
static void opened_twice(void **arg)
{
    struct client_fixture *f = *arg;
    char number[10], id[40];

    client_fixture_number(1, number);
    client_fixture_know(f, VO, 1);
    assert_err(client_fixture_call(f, VO, "case.open", "{'number':'%s','purpose':'case_support,return_plan'}", number), OK);
    (void) snprintf(id, sizeof id, "%s", client_fixture_text(f, "case"));
    assert_null(strstr(client_fixture_reply(f), "already"));
    client_fixture_hub(f);
    assert_err(client_fixture_call(f, VO, "case.open", "{'number':'%s','purpose':'return_plan'}", number), OK);
    assert_non_null(strstr(client_fixture_reply(f), "\"already\":true"));
    assert_string_equal(client_fixture_text(f, "case"), id);
    assert_int_equal(client_fixture_waiting(f, VO, PROTO_STATEMENT, NULL), 0);
    assert_err(client_fixture_call(f, VO, "case.open", "{'number':'%s','purpose':'return_plan,att_followup'}", number), OK);
    assert_null(strstr(client_fixture_reply(f), "already"));
    assert_err(client_fixture_call(f, VO, "case.open", "{'number':'%s','purpose':'nonsense'}", number), ERR_RANGE);
}

/* Of a child that has no record here, and whose number nobody types. */
static void opened_from_a_report(void **arg)
{
    struct client_fixture *f = *arg;
    struct proto_subject_id handle = client_fixture_handle(1);
    struct proto_statement report = client_fixture_say(f, PROTO_SAY_EVENT, VO, &child, LEERPLICHT, NOBODY),
        under_handle = client_fixture_say(f, PROTO_SAY_EVENT, VO, &handle, LEERPLICHT, NOBODY),
        objection = client_fixture_say(f, PROTO_SAY_OBJECTION, VO, &child, LEERPLICHT, NOBODY);
    struct client_case c;
    struct vault_txn *x;
    char hex[40];
    uint8_t id[PROTO_ID_LEN];

    (void) snprintf(report.event, sizeof report.event, "VZM");
    (void) snprintf(under_handle.event, sizeof under_handle.event, "VZM");
    client_fixture_keep(f, LEERPLICHT, &report);
    client_fixture_keep(f, LEERPLICHT, &under_handle);
    client_fixture_keep(f, LEERPLICHT, &objection);
    text_hex(report.id, sizeof report.id, hex, sizeof hex);
    assert_err(client_fixture_call(f, LEERPLICHT, "inbox", "{}"), OK);
    hex[8] = '\0';
    assert_non_null(strstr(client_fixture_reply(f), "schakel case open --from-report"));
    assert_non_null(strstr(client_fixture_reply(f), hex));
    assert_err(client_fixture_call(f, LEERPLICHT, "case.open", "{'from_report':'%s','purpose':'att_followup'}", hex), OK);
    assert_int_equal(text_unhex(client_fixture_text(f, "case"), id, sizeof id), OK);
    client_fixture_hub(f);
    x = client_fixture_begin(f, LEERPLICHT);
    assert_err(client_case_get(x, id, &c), OK);
    client_vault_abort(x);
    assert_memory_equal(&c.child, &child, sizeof child);
    /* The report is done now: the case goes on with it. */
    assert_err(client_fixture_call(f, LEERPLICHT, "inbox", "{}"), OK);
    assert_null(strstr(client_fixture_reply(f), hex));
    text_hex(under_handle.id, sizeof under_handle.id, hex, sizeof hex);
    assert_err(client_fixture_call(f, LEERPLICHT, "case.open", "{'from_report':'%s','purpose':'att_followup'}", hex), ERR_STATE);
    text_hex(objection.id, sizeof objection.id, hex, sizeof hex);
    assert_err(client_fixture_call(f, LEERPLICHT, "case.open", "{'from_report':'%s','purpose':'att_followup'}", hex), ERR_NOTFOUND);
}

/* ---- the list of consents ---- */

static int listed(struct client_fixture *f, const char *args)
{
    assert_err(client_fixture_call(f, VO, "consent.list", "%s", args), OK);
    return cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(f->reply, "consents"));
}

static void the_newest_state(void **state)
{
    struct client_fixture *f = *state;
    struct said s;

    prepare(f, &s);
    consent(f, &s, "need", "g1");
    consent(f, &s, "need", "y,g1,g2");
    assert_int_equal(listed(f, "{}"), 2);
    assert_int_equal(listed(f, "{'newest':true}"), 1);
    assert_non_null(strstr(client_fixture_reply(f), "\"state\":\"complete\""));
    assert_non_null(strstr(client_fixture_reply(f), "\"older\":1"));
}

/* Of other sections, it is another consent. */
static void other_sections_stay(void **state)
{
    struct client_fixture *f = *state;
    struct said s;

    prepare(f, &s);
    consent(f, &s, "need,effort", "y,g1,g2");
    consent(f, &s, "need", "y,g1,g2");
    assert_int_equal(listed(f, "{'newest':true}"), 2);
    consent(f, &s, "effort", "y,g1,g2");
    assert_int_equal(listed(f, "{'newest':true}"), 2);
}

/* When the newer is withdrawn the older is what counts: it must be seen. */
static void what_counts_again_is_seen(void **state)
{
    struct client_fixture *f = *state;
    struct said s;

    prepare(f, &s);
    consent(f, &s, "need", "y,g1,g2");
    consent(f, &s, "need", "y,g1,g2");
    assert_int_equal(listed(f, "{'newest':true}"), 1);
    assert_err(client_fixture_call(f, VO, "consent.withdraw", "{'statement':'%s'}", s.id), OK);
    client_fixture_hub(f);
    assert_int_equal(listed(f, "{'newest':true}"), 2);
    assert_non_null(strstr(client_fixture_reply(f), "\"withdrawn_on\":\"2"));
    assert_non_null(strstr(client_fixture_reply(f), "\"state\":\"complete\""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        client_fixture_test(withdrawn_twice), client_fixture_test(withdrawn_by_the_other_side),
        client_fixture_test(event_ended_twice), client_fixture_test(objection_ended_twice),
        client_fixture_test(what_was_dropped_is_said_again), client_fixture_test(refused_twice),
        client_fixture_test(not_granted_after_a_refusal), client_fixture_test(cancelled_twice),
        client_fixture_test(accepted_and_sent_back_twice), client_fixture_test(opened_twice), client_fixture_test(opened_from_a_report),
        client_fixture_test(the_newest_state),
        client_fixture_test(other_sections_stay), client_fixture_test(what_counts_again_is_seen),
    };

    child = client_fixture_child(1);
    return cmocka_run_group_tests_name("client/twice", tests, NULL, NULL);
}
