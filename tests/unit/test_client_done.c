/* client/do_inbox: what needs nothing more is put away, and what waits for an answer cannot be. */
#include "tests/support/client_fixture.h"

#include "policy/clocks.h"
#include "tests/support/check.h"

#include <stdio.h>

static struct proto_subject_id child;

static void hex_of(const uint8_t id[PROTO_ID_LEN], char out[2 * PROTO_ID_LEN + 1])
{
    for (size_t i = 0; i < PROTO_ID_LEN; i++)
        (void) snprintf(out + 2 * i, 3, "%02x", id[i]);
}

/* How many items the inbox of leerplicht has. */
static int items(struct client_fixture *f, const char *args)
{
    assert_err(client_fixture_call(f, LEERPLICHT, "inbox", "%s", args), OK);
    return cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(f->reply, "items"));
}

/* A report came in. */
static void report(struct client_fixture *f, char hex[2 * PROTO_ID_LEN + 1])
{
    struct proto_statement s = client_fixture_say(f, PROTO_SAY_EVENT, VO, &child, LEERPLICHT, NOBODY);

    (void) snprintf(s.event, sizeof s.event, "VZM");
    s.occurred_s = f->now_s - DAY_S;
    client_fixture_keep(f, LEERPLICHT, &s);
    hex_of(s.id, hex);
}

/* A request of this partner in a state. */
static void request(
    struct client_fixture *f, bool mine, enum client_desk_state state, char hex[2 * PROTO_ID_LEN + 1])
{
    struct client_desk d = {.id = {1, 2, 3, (uint8_t) state},
        .mine = mine,
        .state = (uint8_t) state,
        .child = child,
        .child_there = child,
        .purpose = "att_followup",
        .made_s = f->now_s,
        .until_s = f->now_s + DAY_S,
        .access_until_s = f->now_s + DAY_S};

    memcpy(d.other, client_fixture_partner(f, VO)->id, sizeof d.other);
    d.sections = client_fixture_sections("att");
    client_fixture_desk_put(f, LEERPLICHT, &d);
    hex_of(d.id, hex);
}

static void a_report_is_put_away(void **state)
{
    struct client_fixture *f = *state;
    char hex[2 * PROTO_ID_LEN + 1], other[2 * PROTO_ID_LEN + 1];

    report(f, hex);
    report(f, other);
    assert_int_equal(items(f, "{}"), 2);
    assert_err(client_fixture_call(f, LEERPLICHT, "done", "{'item':'%.8s'}", hex), OK);
    assert_string_equal(client_fixture_text(f, "item"), hex);
    assert_int_equal(items(f, "{}"), 1);
    assert_int_equal(items(f, "{'all':true}"), 2);
    assert_err(client_fixture_call(f, LEERPLICHT, "done", "{'item':'%s'}", hex), OK);
    assert_int_equal(items(f, "{}"), 1);
}

static void a_refusal_is_put_away(void **state)
{
    struct client_fixture *f = *state;
    char hex[2 * PROTO_ID_LEN + 1];

    request(f, true, CLIENT_DESK_REFUSED, hex);
    assert_int_equal(items(f, "{}"), 1);
    assert_err(client_fixture_call(f, LEERPLICHT, "done", "{'item':'%s'}", hex), OK);
    assert_int_equal(items(f, "{}"), 0);
}

/* Whoever asked reads why at once. */
static void a_refusal_says_why(void **state)
{
    struct client_fixture *f = *state;
    struct client_desk d;
    char hex[2 * PROTO_ID_LEN + 1];

    request(f, true, CLIENT_DESK_REFUSED, hex);
    d = client_fixture_desk(f, LEERPLICHT, (const uint8_t[PROTO_ID_LEN]){1, 2, 3, CLIENT_DESK_REFUSED});
    d.reason = PROTO_REFUSE_NOTHING_HELD;
    (void) snprintf(d.answer, sizeof d.answer, "phone us");
    client_fixture_desk_put(f, LEERPLICHT, &d);
    assert_int_equal(items(f, "{}"), 1);
    assert_non_null(strstr(client_fixture_reply(f), "\"group\":\"read\""));
    assert_non_null(strstr(client_fixture_reply(f), "\"reason\":\"nothing_held\",\"answer\":\"phone us\""));
}

static void what_waits_for_an_answer_stays(void **state)
{
    static const struct {
        bool mine;
        enum client_desk_state state;
    } waits[] = {{false, CLIENT_DESK_WAITING}, {true, CLIENT_DESK_ARRIVED}};
    struct client_fixture *f = *state;
    char hex[2 * PROTO_ID_LEN + 1];

    for (size_t i = 0; i < sizeof waits / sizeof *waits; i++) {
        request(f, waits[i].mine, waits[i].state, hex);
        assert_err(client_fixture_call(f, LEERPLICHT, "done", "{'item':'%s'}", hex), ERR_STATE);
        assert_int_equal(items(f, "{}"), (int) i + 1);
    }
}

/* An own request that is not answered yet: put away now, a refusal of it would never be seen. */
static void what_is_not_in_the_inbox_stays_out_of_it(void **state)
{
    struct client_fixture *f = *state;
    char hex[2 * PROTO_ID_LEN + 1];

    request(f, true, CLIENT_DESK_WAITING, hex);
    assert_int_equal(items(f, "{}"), 0);
    assert_err(client_fixture_call(f, LEERPLICHT, "done", "{'item':'%s'}", hex), ERR_STATE);
    request(f, true, CLIENT_DESK_REFUSED, hex);
    assert_int_equal(items(f, "{}"), 1);
}

static void nothing_that_is_not_there(void **state)
{
    struct client_fixture *f = *state;

    assert_err(client_fixture_call(f, LEERPLICHT, "done", "{'item':'00112233445566778899aabbccddeeff'}"),
        ERR_NOTFOUND);
    assert_err(client_fixture_call(f, LEERPLICHT, "done", "{'item':'nonsense'}"), ERR_USAGE);
    assert_err(client_fixture_call(f, LEERPLICHT, "done", "{}"), ERR_USAGE);
}

/* The purposes that a report opens for this kind of partner stand with it. */
static void what_a_report_opens(void **state)
{
    struct client_fixture *f = *state;
    char hex[2 * PROTO_ID_LEN + 1];
    const cJSON *item, *purpose;
    bool found = false;

    report(f, hex);
    assert_int_equal(items(f, "{}"), 1);
    item = cJSON_GetObjectItemCaseSensitive(f->reply, "items")->child;
    cJSON_ArrayForEach(purpose, cJSON_GetObjectItemCaseSensitive(item, "purposes")) {
        found = found || strcmp(purpose->valuestring, "att_followup") == 0;
        assert_string_not_equal(purpose->valuestring, "youth_help_access");
    }
    assert_true(found);
}

/* An answer to a report is due in working days, and the Netherlands have public holidays. */
static void an_answer_is_due(void **state)
{
    struct client_fixture *f = *state;
    char hex[2 * PROTO_ID_LEN + 1], due[32], day[11];

    report(f, hex);
    date_format(policy_clocks_working_days_after(f->pack, clock_date_nl(f->now_s), 10), day);
    (void) snprintf(due, sizeof due, "\"due\":\"%s\"", day);
    assert_int_equal(items(f, "{}"), 1);
    assert_non_null(strstr(client_fixture_reply(f), due));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        client_fixture_test(an_answer_is_due), client_fixture_test(a_report_is_put_away),
        client_fixture_test(a_refusal_is_put_away),
        client_fixture_test(a_refusal_says_why),
        client_fixture_test(what_waits_for_an_answer_stays),
        client_fixture_test(what_is_not_in_the_inbox_stays_out_of_it),
        client_fixture_test(nothing_that_is_not_there),
        client_fixture_test(what_a_report_opens),
    };

    child = client_fixture_child(1);
    return cmocka_run_group_tests_name("client/done", tests, NULL, NULL);
}
