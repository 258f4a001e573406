/*
 * client/weigh and client/do_weigh: a weighing answers what the rule and the sections ask: refused when it is written, when it is known then;
 * when a request or an offer goes out with it; and by the holder that a request comes to. Cjg asks vo for support needs (S3, with consent: 1, 7, 17).
 */
#include "tests/support/client_fixture.h"

#include "client/desk_sent.h"
#include "client/weigh.h"
#include "tests/support/check.h"

#include <stdio.h>
#include <string.h>

static struct proto_subject_id child;

#define ENOUGH "'1=help_fits','7=needs only','17=first_talk'"

struct ours { char number[10], weighing[40]; };

static void prepare(struct client_fixture *f, struct ours *o)
{
    struct proto_statement e = client_fixture_say(f, PROTO_SAY_EVENT, VO, &child, CJG, NOBODY);
    char born[11];

    client_fixture_number(1, o->number);
    client_fixture_know(f, CJG, 1);
    client_fixture_born(f, 14, 100, born);
    client_fixture_person(f, VO, &child, born, "g1 g2");
    client_fixture_case(f, CJG, 1, &child, "youth_help_access", CJG, NOBODY);
    (void) snprintf(e.event, sizeof e.event, "REFERRED");
    e.occurred_s = f->now_s;
    client_fixture_keep(f, CJG, &e);
    client_fixture_keep(f, VO, &e);
}

static void weigh(struct client_fixture *f, struct ours *o, const char *answers)
{
    assert_err(client_fixture_call(f, CJG, "weigh", "{'number':'%s','answer':[%s]}", o->number, answers), OK);
    (void) snprintf(o->weighing, sizeof o->weighing, "%s", client_fixture_text(f, "weighing"));
}

static enum err ask(struct client_fixture *f, const struct ours *o, const char *sections)
{
    return client_fixture_call(f, CJG, "request.new", "{'number':'%s','to':'vo','purpose':'youth_help_access','sections':'%s','weigh':'%s'}",
        o->number, sections, o->weighing);
}

/* With all of it known it is asked at once; the message names what is open. */
static void asked_when_it_is_written(void **state)
{
    struct client_fixture *f = *state;
    struct ours o;

    prepare(f, &o);
    assert_err(client_fixture_call(f, CJG, "weigh",
        "{'number':'%s','to':'vo','purpose':'youth_help_access','sections':'ident,need','answer':['1=a','2=b']}", o.number), ERR_DENIED);
    assert_non_null(strstr(f->trouble.text, "open: 7, 17."));
    assert_err(client_fixture_call(f, CJG, "weigh",
        "{'number':'%s','to':'vo','purpose':'youth_help_access','sections':'ident,need','answer':[" ENOUGH "]}", o.number), OK);
    assert_err(client_fixture_call(f, CJG, "weigh",
        "{'number':'%s','to':'vo','sections':'ident','answer':[" ENOUGH "]}", o.number), ERR_USAGE);
}

/* Without answers it shows what must be answered, in the language of who asks, with what there is to pick. */
static void the_questions(void **state)
{
    struct client_fixture *f = *state;
    struct ours o;

    prepare(f, &o);
    assert_err(client_fixture_call(f, CJG, "weigh",
        "{'number':'%s','to':'vo','purpose':'youth_help_access','sections':'ident,need'}", o.number), OK);
    assert_non_null(strstr(client_fixture_reply(f), "\"known\":true,\"questions\":[{\"question\":1,\"text\":\"What exactly do I want"));
    assert_non_null(strstr(client_fixture_reply(f), "\"help_fits\":\"Help that fits\""));
    assert_non_null(strstr(client_fixture_reply(f), "{\"question\":17,"));
    assert_null(strstr(client_fixture_reply(f), "{\"question\":3,"));
    assert_err(client_fixture_call(f, CJG, "weigh", "{'number':'%s'}", o.number), OK);
    /* Not known yet whom it asks: the questions of its case's purpose, and no others. */
    assert_non_null(strstr(client_fixture_reply(f), "\"known\":false,\"questions\":[{\"question\":1,"));
    assert_non_null(strstr(client_fixture_reply(f), "{\"question\":7,"));
    assert_null(strstr(client_fixture_reply(f), "{\"question\":16,"));
    assert_err(client_fixture_call(f, CJG, "weigh", "{'number':'%s','purpose':'acute_danger'}", o.number), OK);
    assert_non_null(strstr(client_fixture_reply(f), "{\"question\":16,"));
    assert_err(client_fixture_call(f, CJG, "weigh", "{'number':'%s','sections':'ident'}", o.number), OK);
    assert_null(strstr(client_fixture_reply(f), "{\"question\":16,"));
    assert_err(client_fixture_call(f, CJG, "weigh", "{'number':'%s','to':'vo','purpose':'youth_help_access','sections':'ident'}", o.number), OK);
    assert_non_null(strstr(client_fixture_reply(f), "\"questions\":[]"));
}

/* The last answers about the same child are offered, and taken over where no other is given. */
static void once_more(void **state)
{
    struct client_fixture *f = *state;
    struct ours o;

    prepare(f, &o);
    assert_err(client_fixture_call(f, CJG, "weigh", "{'number':'%s','again':true}", o.number), ERR_USAGE);
    weigh(f, &o, "'1=help_fits','7=needs only'");
    assert_err(client_fixture_call(f, CJG, "weigh", "{'number':'%s'}", o.number), OK);
    assert_non_null(strstr(client_fixture_reply(f), "\"last\":\"needs only\""));
    assert_err(ask(f, &o, "need"), ERR_DENIED);
    assert_err(client_fixture_call(f, CJG, "weigh",
        "{'number':'%s','to':'vo','purpose':'youth_help_access','sections':'need','again':true,'answer':['7=dates_only','17=decision']}",
        o.number), OK);
    (void) snprintf(o.weighing, sizeof o.weighing, "%s", client_fixture_text(f, "weighing"));
    assert_err(ask(f, &o, "need"), OK);
    client_fixture_know(f, CJG, 2);
    client_fixture_number(2, o.number);
    /* No case says what it is for. */
    assert_err(client_fixture_call(f, CJG, "weigh", "{'number':'%s'}", o.number), ERR_USAGE);
    assert_string_equal(f->trouble.where, "--purpose");
    assert_err(client_fixture_call(f, CJG, "weigh", "{'number':'%s','again':true}", o.number), ERR_USAGE);
}

static void asked_when_it_goes_out(void **state)
{
    struct client_fixture *f = *state;
    struct proto_msg m;
    struct ours o;

    prepare(f, &o);
    weigh(f, &o, "'1=a','17=b'");
    assert_err(ask(f, &o, "ident,need"), ERR_DENIED);
    assert_non_null(strstr(f->trouble.text, "open: 7."));
    assert_int_equal(client_fixture_waiting(f, CJG, PROTO_REQUEST, NULL), 0);
    assert_err(ask(f, &o, "ident"), OK);  /* of who somebody is nothing has to be weighed */
    weigh(f, &o, ENOUGH);
    assert_err(ask(f, &o, "ident,need"), OK);
    assert_int_equal(client_fixture_waiting(f, CJG, PROTO_REQUEST, &m), 2);
    assert_true(m.weighing.len > 0);
}

/* The holder hears which questions were answered, and does not take less for a weighing. */
static void asked_by_the_holder(void **state)
{
    struct client_fixture *f = *state;
    struct client_desk d;
    struct ours o;
    uint8_t id[PROTO_ID_LEN];
    char hex[40];

    prepare(f, &o);
    weigh(f, &o, ENOUGH);
    assert_err(ask(f, &o, "need"), OK);
    memcpy(id, f->last.about, sizeof id);
    client_fixture_hub(f);
    assert_err(client_fixture_finish(f), OK);
    (void) snprintf(hex, sizeof hex, "%s", client_fixture_text(f, "request"));
    d = client_fixture_desk(f, VO, id);
    assert_true(d.weighed);
    assert_int_equal(d.answered, 1 | 1 << 6 | 1 << 16);
    assert_err(client_fixture_call(f, VO, "preview", "{'request':'%s'}", hex), OK);
    assert_null(strstr(client_fixture_reply(f), "NEED_WEIGH"));
    d.answered &= ~UINT32_C(1);
    client_fixture_desk_put(f, VO, &d);
    assert_err(client_fixture_call(f, VO, "preview", "{'request':'%s'}", hex), OK);
    assert_null(strstr(client_fixture_reply(f), "\"verdict\":\"PERMIT\""));
}

/* In acute danger one reads first and weighs within a day; else access closes. */
static void weighed_afterwards(void **state)
{
    struct client_fixture *f = *state;

    for (int weighs = 0; weighs < 2; weighs++) {
        struct client_desk d = {.mine = true, .state = CLIENT_DESK_OPENED, .child = child, .child_there = child, .purpose = "acute_danger",
            .sections = client_fixture_sections("ident"), .granted = client_fixture_sections("ident"), .granted_s = f->now_s,
            .access_until_s = f->now_s + 3 * (uint64_t) DAY_S,
            .rows = {.count = 1, .row[0] = {.section = "ident", .rule = "R56", .verdict = POLICY_PERMIT}}};
        struct vault_txn *x;

        memset(d.id, 0x71 + weighs, sizeof d.id);
        memset(d.grant_id, 0x81 + weighs, sizeof d.grant_id);
        memcpy(d.other, f->partner[VO].id, sizeof d.other);
        client_fixture_desk_put(f, CJG, &d);
        assert_true(client_weigh_is_owed(client_fixture_node(f, CJG), &d));
        assert_err(client_fixture_call(f, CJG, "inbox", "{}"), OK);
        assert_non_null(strstr(client_fixture_reply(f), "\"kind\":\"weigh\""));
        if (weighs) {
            assert_err(client_fixture_call(f, CJG, "weigh", "{'request':'%s','answer':['1=a']}", "72727272"), ERR_DENIED);
            assert_err(client_fixture_call(f, CJG, "weigh", "{'request':'%s','answer':['1=a','2=b','3=c','4=d','5=e','6=f','7=g','8=h','9=i',"
                "'10=j','11=k','12=l','13=m','14=n','15=o','16=p','17=q']}", "72727272"), OK);
            assert_err(client_fixture_call(f, CJG, "inbox", "{}"), OK);
            assert_null(strstr(client_fixture_reply(f), "\"kind\":\"weigh\""));
        }
        for (uint64_t at = f->now_s + DAY_S - 1; at <= f->now_s + DAY_S; at++) {
            x = client_fixture_begin(f, CJG);
            assert_err(client_desk_tick(client_fixture_node(f, CJG), x, at), OK);
            client_fixture_commit(x);
            assert_state(client_fixture_desk(f, CJG, d.id), !weighs && at == f->now_s + DAY_S ? CLIENT_DESK_ENDED : CLIENT_DESK_OPENED);
        }
    }
}

static void of_no_rule(void **state)
{
    struct client_fixture *f = *state;
    struct client_desk d = {.mine = true, .child = child, .purpose = "youth_help_access", .sections = client_fixture_sections("care_fact")};
    struct vault_txn *x;
    uint32_t needed = 99;
    struct ours o;

    prepare(f, &o);
    memcpy(d.other, f->partner[LEERPLICHT].id, sizeof d.other);
    x = client_fixture_begin(f, CJG);
    assert_err(client_weigh_needed(client_fixture_node(f, CJG), x, &d, &needed), OK);
    assert_int_equal(needed, 0);
    needed = 99;
    memset(d.other, 7, sizeof d.other);
    assert_err(client_weigh_needed(client_fixture_node(f, CJG), x, &d, &needed), ERR_NOTFOUND);
    assert_int_equal(needed, 99);
    client_vault_abort(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        client_fixture_test(asked_when_it_is_written), client_fixture_test(the_questions), client_fixture_test(once_more),
        client_fixture_test(asked_when_it_goes_out), client_fixture_test(asked_by_the_holder), client_fixture_test(of_no_rule),
        client_fixture_test(weighed_afterwards),
    };

    child = client_fixture_child(1);
    return cmocka_run_group_tests_name("client/weigh", tests, NULL, NULL);
}
