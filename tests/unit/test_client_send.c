/*
 * client/do_send: what is sent without being asked, where the rule asks for four eyes: prepared by one person, approved by another, and then
 * exactly the approved bytes go. Vo reports to veilig_thuis (weighing and second eyes).
 */
#include "tests/support/client_fixture.h"

#include "tests/support/check.h"

#include <stdio.h>
#include <string.h>

static struct proto_subject_id child;

#define EVERY "'1=a','2=b','3=c','4=d','5=e','6=f','7=g','8=h','9=i','10=j','11=k','12=l','13=m','14=n','15=o','16=p','17=q'"

struct sent { char number[10], weighing[40], hex[40]; uint8_t id[PROTO_ID_LEN]; struct proto_statement event; };

static enum err send(struct client_fixture *f, struct sent *s, const char *rest)
{
    return client_fixture_call(f, VO, "send", "{'number':'%s','to':'veilig_thuis','purpose':'child_safety','sections':'att,safety'%s}", s->number, rest);
}

static void reported(struct client_fixture *f, struct sent *s)
{
    char born[11];

    client_fixture_number(1, s->number);
    client_fixture_know(f, VO, 1);
    (void) client_fixture_node(f, VEILIG_THUIS);
    client_fixture_born(f, 14, 100, born);
    client_fixture_person(f, VO, &child, born, "g1 g2");
    client_fixture_record(f, VO, &child, "att", "{\"days\":\"3\"}");
    client_fixture_record(f, VO, &child, "safety", "{\"note\":\"x\"}");
    s->event = client_fixture_say(f, PROTO_SAY_EVENT, VO, &child, VEILIG_THUIS, NOBODY);
    (void) snprintf(s->event.event, sizeof s->event.event, "MELDCODE");
    s->event.occurred_s = f->now_s;
    client_fixture_keep(f, VO, &s->event);
    assert_err(client_fixture_call(f, VO, "weigh", "{'number':'%s','answer':[" EVERY "]}", s->number), OK);
    (void) snprintf(s->weighing, sizeof s->weighing, "%s", client_fixture_text(f, "weighing"));
}

static void prepared(struct client_fixture *f, struct sent *s)
{
    char rest[120];
    unsigned byte;

    reported(f, s);
    (void) snprintf(rest, sizeof rest, ",'weigh':'%s','note':'please phone'", s->weighing);
    assert_err(send(f, s, rest), OK);
    (void) snprintf(s->hex, sizeof s->hex, "%s", client_fixture_text(f, "offer"));
    for (size_t i = 0; i < PROTO_ID_LEN; i++) {
        assert_int_equal(sscanf(s->hex + 2 * i, "%2x", &byte), 1);
        s->id[i] = (uint8_t) byte;
    }
}

static void approve(struct client_fixture *f, const struct sent *s)
{
    assert_err(client_fixture_call_as(f, VO, SECOND, "approve", "{'offer':'%s'}", s->hex), OK);
}

static void it_is_not_sent_but_kept(void **state)
{
    struct client_fixture *f = *state;
    struct sent s;

    prepared(f, &s);
    assert_string_equal(client_fixture_text(f, "result"), "prepared");
    assert_non_null(strstr(client_fixture_reply(f), "NEED_APPROVAL"));
    assert_state(client_fixture_desk(f, VO, s.id), CLIENT_DESK_PREPARED);
    assert_int_equal(client_fixture_waiting(f, VO, PROTO_OFFER, NULL), 0);
    assert_false(client_fixture_has_share(f, VO, s.id));
    assert_err(client_fixture_call_as(f, VO, SECOND, "inbox", "{}"), OK);
    assert_non_null(strstr(client_fixture_reply(f), "\"kind\":\"approval\",\"from\":\"veilig_thuis\""));
    assert_non_null(strstr(client_fixture_reply(f), "schakel approve --offer "));
    assert_err(client_fixture_call(f, VO, "send", "{'offer':'%s'}", s.hex), ERR_STATE);
    assert_non_null(strstr(f->trouble.text, "schakel approve"));
}

static void approved_and_sent(void **state)
{
    struct client_fixture *f = *state;
    struct client_desk approved;
    struct proto_msg m;
    struct sent s;

    prepared(f, &s);
    approve(f, &s);
    assert_non_null(strstr(client_fixture_reply(f), "\"would_leave\":{\"att\":{\"days\":\"3\"},\"safety\":{\"note\":\"x\"}}"));
    approved = client_fixture_desk(f, VO, s.id);
    assert_state(approved, CLIENT_DESK_PREPARED);
    assert_err(client_fixture_call(f, VO, "inbox", "{}"), OK);
    assert_non_null(strstr(client_fixture_reply(f), "schakel send --offer "));
    /* What lies in the record later does not change what was approved. */
    client_fixture_record(f, VO, &child, "att", "{\"days\":\"99\"}");
    assert_err(client_fixture_call(f, VO, "send", "{'offer':'%s'}", s.hex), OK);
    assert_int_equal(client_fixture_waiting(f, VO, PROTO_OFFER, &m), 1);
    assert_memory_equal(m.head.id, s.id, PROTO_ID_LEN);
    assert_memory_equal(m.digest, approved.digest, PROTO_HASH_LEN);
    assert_int_equal(m.until_s, approved.access_until_s);
    assert_true(m.approval.len > 0 && m.weighing.len > 0);
    client_fixture_hub(f);
    assert_err(client_fixture_finish(f), OK);
    assert_state(client_fixture_desk(f, VEILIG_THUIS, s.id), CLIENT_DESK_ARRIVED);
    assert_string_equal(client_fixture_desk(f, VEILIG_THUIS, s.id).note, "please phone");
    assert_err(client_fixture_call(f, VEILIG_THUIS, "open", "{'share':'%s','informed':'2026-01-05'}", s.hex), OK);
    assert_non_null(strstr(client_fixture_reply(f), "\"days\":\"3\""));
    /* Once. */
    assert_err(client_fixture_call(f, VO, "send", "{'offer':'%s'}", s.hex), ERR_STATE);
    assert_err(client_fixture_call_as(f, VO, SECOND, "approve", "{'offer':'%s'}", s.hex), ERR_STATE);
}

static void who_may_approve(void **state)
{
    struct client_fixture *f = *state;
    struct sent s;

    prepared(f, &s);
    assert_err(client_fixture_call(f, VO, "approve", "{'offer':'%s'}", s.hex), ERR_DENIED);
    assert_err(client_fixture_call_as(f, VO, SECOND, "send", "{'offer':'%s'}", s.hex), ERR_DENIED);
    approve(f, &s);
    memcpy(f->partner[VO].session[WORKER].key, f->partner[VO].session[SECOND].key, PROTO_KEY_LEN);
    assert_err(client_fixture_call(f, VO, "send", "{'offer':'%s'}", s.hex), ERR_DENIED);
    assert_non_null(strstr(f->trouble.text, "four eyes"));
    assert_int_equal(client_fixture_waiting(f, VO, PROTO_OFFER, NULL), 0);
}

/* Judged again when it goes: what opened it may have ended since. */
static void judged_again(void **state)
{
    struct client_fixture *f = *state;
    struct proto_statement end;
    struct sent s;

    prepared(f, &s);
    approve(f, &s);
    end = client_fixture_say(f, PROTO_SAY_EVENT_END, VO, &child, VEILIG_THUIS, NOBODY);
    memcpy(end.refers, s.event.id, sizeof end.refers);
    client_fixture_keep(f, VO, &end);
    assert_err(client_fixture_call(f, VO, "send", "{'offer':'%s'}", s.hex), ERR_DENIED);
    assert_err(client_fixture_call_as(f, VO, SECOND, "approve", "{'offer':'%s'}", s.hex), ERR_DENIED);
    assert_int_equal(client_fixture_waiting(f, VO, PROTO_OFFER, NULL), 0);
}

static void the_last_approval_counts(void **state)
{
    struct client_fixture *f = *state;
    char first[40];
    struct sent s;

    prepared(f, &s);
    approve(f, &s);
    (void) snprintf(first, sizeof first, "%s", client_fixture_text(f, "approval"));
    client_fixture_record(f, VO, &child, "safety", "{\"what\":\"another word\"}");
    approve(f, &s);
    assert_err(client_fixture_call(f, VO, "send", "{'offer':'%s','approval':'%s'}", s.hex, first), ERR_STATE);
    assert_err(client_fixture_call(f, VO, "send", "{'offer':'%s'}", s.hex), OK);
}

static void taken_back(void **state)
{
    struct client_fixture *f = *state;
    struct sent s;

    prepared(f, &s);
    approve(f, &s);
    assert_true(client_fixture_has_share(f, VO, s.id));
    assert_err(client_fixture_call(f, VO, "request.cancel", "{'request':'%s'}", s.hex), OK);
    assert_false(client_fixture_has_share(f, VO, s.id));
    assert_state(client_fixture_desk(f, VO, s.id), CLIENT_DESK_CANCELLED);
    assert_int_equal(client_fixture_waiting(f, VO, PROTO_CANCEL, NULL), 0);
    assert_err(client_fixture_call(f, VO, "send", "{'offer':'%s'}", s.hex), ERR_STATE);
}

/* Everything else must be there before a second person is asked. */
static void nothing_is_prepared_that_may_not_go(void **state)
{
    struct client_fixture *f = *state;
    struct sent s;
    char rest[120];

    reported(f, &s);
    assert_err(send(f, &s, ""), ERR_DENIED);   /* not weighed */
    (void) snprintf(rest, sizeof rest, ",'weigh':'%s','until':'2190-01-01'", s.weighing);
    assert_err(send(f, &s, rest), ERR_RANGE);
    assert_err(client_fixture_call(f, VO, "send", "{'number':'%s','to':'veilig_thuis','purpose':'child_safety','sections':'att,plan','weigh':'%s'}",
        s.number, s.weighing), ERR_NOTFOUND);  /* no plan in the record */
    assert_err(client_fixture_call(f, VO, "send", "{'number':'%s'}", s.number), ERR_USAGE);
    assert_err(client_fixture_call(f, VO, "request.list", "{}"), OK);
    assert_non_null(strstr(client_fixture_reply(f), "\"requests\":[]"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        client_fixture_test(it_is_not_sent_but_kept), client_fixture_test(approved_and_sent), client_fixture_test(who_may_approve),
        client_fixture_test(judged_again), client_fixture_test(the_last_approval_counts), client_fixture_test(taken_back),
        client_fixture_test(nothing_is_prepared_that_may_not_go),
    };

    child = client_fixture_child(1);
    return cmocka_run_group_tests_name("client/do_send", tests, NULL, NULL);
}
