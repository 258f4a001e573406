/* client/desk_reply: the hub's rows as answers: each no says why, also the hub's own, to the asker and to the holder. */
#include "tests/support/client_fixture.h"

#include "client/desk_reply.h"
#include "tests/support/check.h"

#include <stdio.h>
#include <string.h>

/* A row of vo's desk about one section. */
static struct client_desk answered(struct client_fixture *f, const char *section, uint8_t verdict, uint8_t reason)
{
    struct client_desk d = {.rows = {.count = 1}, .purpose = "att_followup"};
    struct proto_row *row = &d.rows.row[0];

    memcpy(d.pack, f->pack->digest, sizeof d.pack);
    memcpy(d.other, client_fixture_partner(f, LEERPLICHT)->id, sizeof d.other);
    *row = (struct proto_row){.verdict = verdict, .reason = reason, .rule = "R02"};
    (void)snprintf(row->section, sizeof row->section, "%s", section);
    return d;
}

static void expect(cJSON *reply, const char *expected)
{
    char *text = NULL;

    assert_err(json_print(reply, &text), OK);
    assert_string_equal(text, expected);
    free(text);
    cJSON_Delete(reply);
}

static void what_outlasts_the_rule_says_so(void **state)
{
    struct client_fixture *f = *state;
    struct client_node *n = client_fixture_node(f, VO);
    struct client_desk d = answered(f, "att", POLICY_DENY, PROTO_REASON_OUTLASTS);
    cJSON *reply = cJSON_CreateObject();

    client_reply_rows(reply, n, LANG_NL, &d);
    expect(reply, "{\"sections\":[{\"section\":\"att\",\"verdict\":\"DENY\",\"reason\":\"OUTLASTS\",\"rule\":\"R02\","
        "\"text\":\"Dit mag niet. De toegang zou langer duren dan de regel of de toestemming toelaat.\",\"step\":\"Doe het opnieuw met een eerdere "
        "laatste dag (--until), of laat de toestemming voor langer vastleggen.\",\"whose\":\"holder\",\"if_no\":\"\"}]}");
}

static void the_holder_reads_what_is_lacking(void **state)
{
    struct client_fixture *f = *state;
    struct client_node *n = client_fixture_node(f, VO);
    struct client_desk d = answered(f, "att", POLICY_DENY, PROTO_REASON_OUTLASTS);
    cJSON *reply = cJSON_CreateObject();

    client_reply_lacking(reply, n, LANG_EN, &d);
    expect(reply, "{\"lacking\":[{\"sections\":[\"att\"],\"text\":\"This is not allowed. Access would go on longer than the rule or the consent allows. "
        "Do it again with an earlier last day (--until), or have the consent recorded for longer.\"}]}");
}

static void a_no_of_policy_has_its_reason(void **state)
{
    struct client_fixture *f = *state;
    struct client_node *n = client_fixture_node(f, VO);
    struct client_desk d = answered(f, "att", POLICY_DENY, POLICY_RESTRICTED);
    cJSON *reply = cJSON_CreateObject();

    client_reply_lacking(reply, n, LANG_EN, &d);
    expect(reply, "{\"lacking\":[{\"sections\":[\"att\"],\"text\":\"This is not allowed. There is an objection. So this is not allowed now. "
        "Wait until the objection is settled, or ask the family for consent after the objection.\"}]}");
}

static void nothing_is_lacking_of_a_yes(void **state)
{
    struct client_fixture *f = *state;
    struct client_node *n = client_fixture_node(f, VO);
    struct client_desk d = answered(f, "att", POLICY_PERMIT, POLICY_NO_REASON);
    cJSON *reply = cJSON_CreateObject();

    client_reply_lacking(reply, n, LANG_EN, &d);
    expect(reply, "{}");
}

/* One text of the first section. */
static const char *first(const cJSON *reply, const char *name)
{
    const char *text = "";

    (void)!json_text(cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(reply, "sections"), 0), name, &text);
    return text;
}

/* Where a yes is being asked of the family, what their no would mean goes with it; elsewhere it would be a threat. */
static void what_a_no_means_goes_with_the_question(void **state)
{
    static const struct { uint8_t verdict, reason; bool asks; } rows[] = {
        {POLICY_NEED_CONSENT, POLICY_NO_REASON, true}, {POLICY_DENY, POLICY_RESTRICTED, false}, {POLICY_PERMIT, POLICY_NO_REASON, false},
    };
    struct client_fixture *f = *state;
    struct client_node *n = client_fixture_node(f, VO);

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct client_desk d = answered(f, "att", rows[i].verdict, rows[i].reason);
        cJSON *reply = cJSON_CreateObject();

        d.offer = d.mine = true;
        check_name(d.rows.row[0].rule, "R35");
        check_name(d.purpose, "youth_help_access");
        client_reply_rows(reply, n, LANG_EN, &d);
        assert_int_equal(first(reply, "if_no")[0] != '\0', rows[i].asks);
        cJSON_Delete(reply);
    }
}

static void the_first_rule_has_its_name(void **state)
{
    struct client_fixture *f = *state;
    struct client_desk d = answered(f, "att", POLICY_PERMIT, POLICY_NO_REASON);
    cJSON *reply = cJSON_CreateObject();

    check_name(d.rows.row[0].rule, f->pack->rule[0].id);
    client_reply_rows(reply, client_fixture_node(f, VO), LANG_EN, &d);
    assert_string_equal(first(reply, "rule"), f->pack->rule[0].id);
    cJSON_Delete(reply);
}

/* By att_followup the family is told before: of what was allowed and given, while it stands, until it was told. */
static void what_is_still_to_be_done_is_told(void **state)
{
    static const struct { const char *name; uint8_t verdict, state; const char *granted; bool told, duties, before; } rows[] = {
        {"granted", POLICY_PERMIT, CLIENT_DESK_GRANTED, "att", false, true, true},
        {"not yet answered", POLICY_PERMIT, CLIENT_DESK_WAITING, "", false, true, true},
        {"told", POLICY_PERMIT, CLIENT_DESK_GRANTED, "att", true, true, false},
        {"another section was granted", POLICY_PERMIT, CLIENT_DESK_GRANTED, "ident", false, false, false},
        {"not allowed", POLICY_DENY, CLIENT_DESK_GRANTED, "att", false, false, false},
        {"refused", POLICY_PERMIT, CLIENT_DESK_REFUSED, "", false, false, false},
    };
    struct client_fixture *f = *state;
    struct client_node *n = client_fixture_node(f, VO);
    const char *before = policy_texts_get(n->texts, LANG_EN, "duty", "inform_before");

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct client_desk d = answered(f, "att", rows[i].verdict, POLICY_NO_REASON);
        const cJSON *duty, *list;
        bool has = false;
        cJSON *reply = cJSON_CreateObject();

        d.state = rows[i].state;
        d.informed_s = rows[i].told ? f->now_s : 0;
        if (rows[i].granted[0] != '\0')
            d.granted = client_fixture_sections(rows[i].granted);
        client_reply_duties(reply, n, LANG_EN, &d);
        list = cJSON_GetObjectItemCaseSensitive(reply, "duties");
        cJSON_ArrayForEach(duty, list)
            has = has || strcmp(duty->valuestring, before) == 0;
        if ((cJSON_GetArraySize(list) != 0) != rows[i].duties || has != rows[i].before)
            fail_msg("%s", rows[i].name);
        cJSON_Delete(reply);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        client_fixture_test(what_outlasts_the_rule_says_so), client_fixture_test(the_holder_reads_what_is_lacking),
        client_fixture_test(a_no_of_policy_has_its_reason), client_fixture_test(nothing_is_lacking_of_a_yes),
        client_fixture_test(what_a_no_means_goes_with_the_question), client_fixture_test(the_first_rule_has_its_name),
        client_fixture_test(what_is_still_to_be_done_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
