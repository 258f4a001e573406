/* hub/on_ack: the addressee of a statement says that it has it. */
#include "tests/support/check.h"

#include "tests/support/hub_fixture.h"

#include "hub/store_statement.h"

#include <stdio.h>

/* The school told the attendance officer and the access team; *first and *second are the messages. */
static struct hub_statement tell(struct hub_fixture *f, uint8_t first[PROTO_ID_LEN],
    uint8_t second[PROTO_ID_LEN])
{
    struct proto_statement s = hub_fixture_say(f, VO, PROTO_SAY_EVENT, LEERPLICHT, CJG, NOBODY);
    struct hub_statement row;

    (void)snprintf(s.event, sizeof s.event, "VZM");
    assert_refusal(hub_fixture_tell(f, &s, LEERPLICHT), PROTO_ACCEPTED);
    memcpy(first, f->last, PROTO_ID_LEN);
    assert_refusal(hub_fixture_tell(f, &s, CJG), PROTO_ACCEPTED);
    memcpy(second, f->last, PROTO_ID_LEN);
    assert_err(hub_store_statement_get(f->state.tables, f->x, s.id, &row), OK);
    return row;
}

static struct hub_act ack(struct hub_fixture *f, enum hub_fixture_who from,
    const uint8_t message[PROTO_ID_LEN], const struct hub_statement *s)
{
    struct hub_act a = hub_fixture_act(f, PROTO_ACK, from, VO);

    memcpy(a.msg.refers, message, PROTO_ID_LEN);
    memcpy(a.msg.digest, s->digest, sizeof s->digest);
    a.msg.code = PROTO_ACK_STORED;
    a.msg.head.role = PROTO_ROLE_NONE;
    return a;
}

static void each_for_itself(void **state)
{
    struct hub_fixture *f = *state;
    uint8_t first[PROTO_ID_LEN], second[PROTO_ID_LEN];
    struct hub_statement s = tell(f, first, second);
    struct hub_act a = ack(f, CJG, second, &s);

    assert_refusal(hub_fixture_run(f, &a), PROTO_ACCEPTED);
    assert_true(f->out.mailed);
    assert_err(hub_store_statement_get(f->state.tables, f->x, s.id, &s), OK);
    assert_false(hub_statement_delivery(&s, f->who[LEERPLICHT]->id)->acked);
    assert_true(hub_statement_delivery(&s, f->who[CJG]->id)->acked);
    a = ack(f, CJG, second, &s);
    assert_refusal(hub_fixture_run(f, &a), PROTO_ACCEPTED);
}

static void of_a_message_to_somebody_else(void **state)
{
    struct hub_fixture *f = *state;
    uint8_t first[PROTO_ID_LEN], second[PROTO_ID_LEN];
    struct hub_statement s = tell(f, first, second);
    struct hub_act a = ack(f, CJG, first, &s);

    assert_refusal(hub_fixture_run(f, &a), PROTO_NOT_FOUND);
    a = ack(f, JGZ, first, &s);
    assert_refusal(hub_fixture_run(f, &a), PROTO_NOT_FOUND);
    first[0] ^= 0x40;
    a = ack(f, LEERPLICHT, first, &s);
    assert_refusal(hub_fixture_run(f, &a), PROTO_NOT_FOUND);
}

static void of_other_bytes(void **state)
{
    struct hub_fixture *f = *state;
    uint8_t first[PROTO_ID_LEN], second[PROTO_ID_LEN];
    struct hub_statement s = tell(f, first, second);
    struct hub_act a = ack(f, CJG, second, &s);

    for (size_t i = 0; i < sizeof a.msg.digest; i++) {
        a.msg.digest[i] ^= 1;
        assert_refusal(hub_fixture_run(f, &a), PROTO_DIGEST_DIFFERS);
        a.msg.digest[i] ^= 1;
    }
}

static void to_somebody_else_or_about_another_child(void **state)
{
    struct hub_fixture *f = *state;
    uint8_t first[PROTO_ID_LEN], second[PROTO_ID_LEN];
    struct hub_statement s = tell(f, first, second);
    struct hub_act a = ack(f, CJG, second, &s);

    a.to = f->who[JGZ];
    assert_refusal(hub_fixture_run(f, &a), PROTO_MALFORMED);
    a.to = NULL;
    assert_refusal(hub_fixture_run(f, &a), PROTO_MALFORMED);
    a = ack(f, CJG, second, &s);
    a.msg.head.subject.value[9] ^= 1;
    assert_refusal(hub_fixture_run(f, &a), PROTO_MALFORMED);
    a = ack(f, CJG, second, &s);
    a.msg.head.case_id[9] ^= 1;
    assert_refusal(hub_fixture_run(f, &a), PROTO_MALFORMED);
    a = ack(f, CJG, second, &s);
    (void)snprintf(a.msg.head.purpose, sizeof a.msg.head.purpose, "att_followup");
    assert_refusal(hub_fixture_run(f, &a), PROTO_MALFORMED);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        hub_fixture_test(each_for_itself),
        hub_fixture_test(of_a_message_to_somebody_else),
        hub_fixture_test(of_other_bytes),
        hub_fixture_test(to_somebody_else_or_about_another_child),
    };

    return cmocka_run_group_tests_name("hub_on_ack", tests, NULL, NULL);
}
