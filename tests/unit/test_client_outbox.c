/*
 * client/do_outbox: what waits and why; and dropping what the hub keeps refusing: only that, only by a person, and what it ended stays ended
 * here. Vo withdraws a consent and objects; the hub refuses both.
 */
#include "tests/support/client_fixture.h"

#include "client/facts.h"
#include "client/hublink_parts.h"
#include "client/keeping.h"
#include "tests/support/check.h"

#include <stdio.h>
#include <string.h>

static struct proto_subject_id child;

struct waiting { char number[10], hex[40]; struct proto_statement consent; };

static void hex_of(const uint8_t id[PROTO_ID_LEN], char out[40])
{
    for (size_t i = 0; i < PROTO_ID_LEN; i++)
        (void) snprintf(out + 2 * i, 3, "%02x", id[i]);
}

/* A withdrawal in the outbox, as after a restart. */
static void withdrawn(struct client_fixture *f, struct waiting *w)
{
    struct client_node *n = client_fixture_node(f, VO);
    struct proto_statement *s = &w->consent;
    char consent[40];

    client_fixture_number(1, w->number);
    client_fixture_know(f, VO, 1);
    *s = client_fixture_say(f, PROTO_SAY_CONSENT, VO, &child, CJG, NOBODY);
    memcpy(s->holder, f->partner[VO].id, PROTO_PARTNER_LEN);
    memcpy(s->receiver, f->partner[CJG].id, PROTO_PARTNER_LEN);
    (void) snprintf(s->purpose, sizeof s->purpose, "youth_help_access");
    s->code = PROTO_CONSENT_PROCESSING;
    s->sections = client_fixture_sections("need");
    s->until_s = f->now_s + 30 * (uint64_t) DAY_S;
    client_fixture_keep(f, VO, s);
    hex_of(s->id, consent);
    assert_err(client_fixture_call(f, VO, "consent.withdraw", "{'statement':'%s'}", consent), OK);
    assert_err(client_outbox_load(n), OK);
    assert_int_equal(n->link->item_count, 1);
    hex_of(n->link->item[0].id, w->hex);
}

static void refuse(struct client_fixture *f)
{
    struct outbox_item *item = &client_fixture_node(f, VO)->link->item[0];

    item->refused = true;
    item->result = PROTO_NOT_YOURS;
}

static void what_waits(void **state)
{
    struct client_fixture *f = *state;
    struct waiting w;

    withdrawn(f, &w);
    assert_err(client_fixture_call(f, VO, "outbox.list", "{}"), OK);
    assert_non_null(strstr(client_fixture_reply(f), "\"kind\":\"withdrawal\",\"to\":\"cjg\""));
    assert_non_null(strstr(client_fixture_reply(f), "\"refused\":false,\"why\":\"the hub cannot be reached now\""));
    refuse(f);
    assert_err(client_fixture_call(f, VO, "outbox.list", "{}"), OK);
    assert_non_null(strstr(client_fixture_reply(f), "\"refused\":true"));
    assert_non_null(strstr(client_fixture_reply(f), proto_refusal_text(PROTO_NOT_YOURS, LANG_EN)));
}

static void only_what_was_refused(void **state)
{
    struct client_fixture *f = *state;
    struct waiting w;

    withdrawn(f, &w);
    assert_err(client_fixture_call(f, VO, "outbox.drop", "{'item':'%s'}", w.hex), ERR_STATE);
    refuse(f);
    client_fixture_node(f, VO)->link->item[0].in_flight = true;
    assert_err(client_fixture_call(f, VO, "outbox.drop", "{'item':'%s'}", w.hex), ERR_STATE);
    client_fixture_node(f, VO)->link->item[0].in_flight = false;
    assert_err(client_fixture_call(f, VO, "outbox.drop", "{'item':'00000000'}"), ERR_NOTFOUND);
    assert_err(client_fixture_call(f, VO, "outbox.drop", "{'item':'%.3s'}", w.hex), ERR_NOTFOUND);
    assert_err(client_fixture_call(f, VO, "outbox.drop", "{}"), ERR_USAGE);
    assert_err(client_fixture_call_as(f, VO, SECOND, "outbox.drop", "{'item':'%s'}", w.hex), ERR_DENIED);
    assert_int_equal(client_fixture_node(f, VO)->link->item_count, 1);
}

static void dropped_and_it_stays_withdrawn(void **state)
{
    struct client_fixture *f = *state;
    struct client_question q = {.child = child, .asker = client_fixture_partner(f, CJG), .holder = client_fixture_partner(f, VO),
        .purpose = "youth_help_access", .now_s = f->now_s};
    struct client_facts *facts = (void *) client_fixture_memory(f, sizeof *facts);
    struct vault_txn *x;
    struct waiting w;
    struct client_unconfirmed late = {9, 9};

    withdrawn(f, &w);
    refuse(f);
    assert_err(client_fixture_call(f, VO, "outbox.drop", "{'item':'%.8s'}", w.hex), OK);
    assert_err(client_fixture_finish(f), OK);
    assert_string_equal(client_fixture_text(f, "kind"), "withdrawal");
    assert_string_equal(client_fixture_text(f, "to"), "cjg");
    assert_int_equal(client_fixture_node(f, VO)->link->item_count, 0);
    assert_int_equal(client_fixture_waiting(f, VO, PROTO_STATEMENT, NULL), 0);
    x = client_fixture_begin(f, VO);
    assert_err(client_facts_collect(client_fixture_node(f, VO), x, &q, facts), OK);
    assert_int_equal(facts->consent_count, 0);
    /* A person decided; it is not counted as unconfirmed for ever. */
    assert_err(client_keeping_unconfirmed(x, f->now_s + 9 * DAY_S, &late), OK);
    client_vault_abort(x);
    assert_int_equal(late.all, 1);   /* the consent itself, which nobody confirmed */
    assert_int_equal(late.stops, 0);
    assert_err(client_fixture_call(f, VO, "statement.list", "{}"), OK);
    assert_non_null(strstr(client_fixture_reply(f), "\"refused\":true,\"dropped\":true"));
    assert_err(client_fixture_call(f, VO, "outbox.list", "{}"), OK);
    assert_non_null(strstr(client_fixture_reply(f), "\"items\":[]"));
}

/* An own objection stops at once, before the hub has it, and when the hub refuses it. */
static void an_own_objection_stops_at_once(void **state)
{
    struct client_fixture *f = *state;
    struct client_question q = {.child = child, .asker = client_fixture_partner(f, CJG), .holder = client_fixture_partner(f, VO),
        .purpose = "youth_help_access", .now_s = f->now_s};
    struct client_facts *facts = (void *) client_fixture_memory(f, sizeof *facts);
    struct proto_statement s = client_fixture_say(f, PROTO_SAY_OBJECTION, VO, &child, CJG, NOBODY);
    struct proto_statement theirs = client_fixture_say(f, PROTO_SAY_OBJECTION, CJG, &child, VO, NOBODY);
    struct vault_txn *x;

    client_fixture_know(f, VO, 1);
    client_fixture_keep_at(f, VO, &theirs, 0);
    x = client_fixture_begin(f, VO);
    assert_err(client_facts_collect(client_fixture_node(f, VO), x, &q, facts), OK);
    client_vault_abort(x);
    assert_false(facts->base.restricted);
    client_fixture_keep_at(f, VO, &s, 0);
    x = client_fixture_begin(f, VO);
    assert_err(client_facts_collect(client_fixture_node(f, VO), x, &q, facts), OK);
    client_vault_abort(x);
    assert_true(facts->base.restricted);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        client_fixture_test(what_waits), client_fixture_test(only_what_was_refused), client_fixture_test(dropped_and_it_stays_withdrawn),
        client_fixture_test(an_own_objection_stops_at_once),
    };

    child = client_fixture_child(1);
    return cmocka_run_group_tests_name("client/do_outbox", tests, NULL, NULL);
}
