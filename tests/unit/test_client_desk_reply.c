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

int main(void)
{
    const struct CMUnitTest tests[] = {
        client_fixture_test(what_outlasts_the_rule_says_so), client_fixture_test(the_holder_reads_what_is_lacking),
        client_fixture_test(a_no_of_policy_has_its_reason), client_fixture_test(nothing_is_lacking_of_a_yes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
