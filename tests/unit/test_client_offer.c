/*
 * client/do_offer: vo sends what nobody asked for. The person names every section, the offer carries that person's grant, the content follows on
 * the receipt, and the receiver takes it or not.
 */
#include "tests/support/client_fixture.h"

#include "client/casebook.h"
#include "tests/support/check.h"

#include <stdio.h>

static struct proto_subject_id child;
#define ALL "{\"yes\":\"y,g1,g2\",\"no\":\"\"}"

struct sent { char number[10], weighing[40], hex[40]; uint8_t id[PROTO_ID_LEN]; struct proto_statement consent; };

/* The family agreed to a referral to cjg. */
static void prepare(struct client_fixture *f, struct sent *s)
{
    struct proto_statement e = client_fixture_say(f, PROTO_SAY_EVENT, VO, &child, CJG, NOBODY);
    char born[11];

    client_fixture_number(1, s->number);
    client_fixture_know(f, VO, 1);
    (void) client_fixture_node(f, CJG);
    client_fixture_born(f, 14, 100, born);
    client_fixture_person(f, VO, &child, born, "g1 g2");
    client_fixture_record(f, VO, &child, "need", "{\"what\":\"a quiet place\"}");
    (void) snprintf(e.event, sizeof e.event, "REFERRED");
    e.occurred_s = f->now_s;
    client_fixture_keep(f, VO, &e);
    assert_err(client_fixture_call(f, VO, "weigh", "{'number':'%s','answer':['1=help','7=least','17=first_talk']}", s->number), OK);
    (void) snprintf(s->weighing, sizeof s->weighing, "%s", client_fixture_text(f, "weighing"));
}

static void consent(struct client_fixture *f, struct sent *s, enum client_fixture_who setter, int days)
{
    s->consent = client_fixture_say(f, PROTO_SAY_CONSENT, setter, &child, setter == VO ? CJG : VO, NOBODY);
    memcpy(s->consent.holder, f->partner[VO].id, PROTO_PARTNER_LEN);
    memcpy(s->consent.receiver, f->partner[CJG].id, PROTO_PARTNER_LEN);
    (void) snprintf(s->consent.purpose, sizeof s->consent.purpose, "youth_help_access");
    s->consent.code = PROTO_CONSENT_PROCESSING;
    s->consent.sections = client_fixture_sections("ident need own_words");
    s->consent.until_s = clock_midnight_nl(date_add_days(clock_date_nl(f->now_s), days));
    if (setter == VO) {
        struct vault_txn *x = client_fixture_begin(f, VO);
        assert_err(client_vault_put(x, CLIENT_T_DRAFT, s->consent.id, PROTO_ID_LEN, ALL, strlen(ALL)), OK);
        client_fixture_commit(x);
    } else {
        client_fixture_seal(f, &s->consent, VO, ALL);
    }
    client_fixture_keep(f, VO, &s->consent);
}

static enum err send(struct client_fixture *f, struct sent *s, const char *sections, const char *rest)
{
    enum err e = client_fixture_call(f, VO, "send", "{'number':'%s','to':'cjg','purpose':'youth_help_access','sections':'%s'%s%s%s%s}", s->number, sections,
        s->weighing[0] != '\0' ? ",'weigh':'" : "", s->weighing, s->weighing[0] != '\0' ? "'" : "", rest);

    memcpy(s->id, f->last.about, sizeof s->id);
    for (size_t i = 0; i < PROTO_ID_LEN; i++)
        (void) snprintf(s->hex + 2 * i, 3, "%02x", s->id[i]);
    return e;
}

static void sent_taken_and_accepted(void **state)
{
    struct client_fixture *f = *state;
    struct client_desk d;
    struct sent s;

    prepare(f, &s);
    consent(f, &s, VO, 30);
    assert_err(send(f, &s, "ident,need", ",'note':'please phone'"), OK);
    assert_int_equal(client_fixture_waiting(f, VO, PROTO_RELEASE, NULL), 0);
    client_fixture_hub(f);
    assert_err(client_fixture_finish(f), OK);
    d = client_fixture_desk(f, CJG, s.id);
    assert_state(d, CLIENT_DESK_ARRIVED);
    assert_string_equal(d.note, "please phone");
    assert_int_equal(d.access_until_s, s.consent.until_s);
    assert_err(client_fixture_call(f, CJG, "inbox", "{}"), OK);
    assert_non_null(strstr(client_fixture_reply(f), "\"kind\":\"offer\""));
    assert_err(client_fixture_call(f, CJG, "open", "{'share':'%s','informed':'2026-01-05'}", s.hex), OK);
    assert_non_null(strstr(client_fixture_reply(f), "a quiet place"));
    assert_err(client_fixture_call(f, CJG, "accept", "{'offer':'%s'}", s.hex), OK);
    client_fixture_hub(f);
    assert_true(client_fixture_desk(f, CJG, s.id).accepted);
    assert_true(client_fixture_desk(f, VO, s.id).accepted);
    assert_state(client_fixture_desk(f, VO, s.id), CLIENT_DESK_OPENED);
    assert_err(client_fixture_call(f, CJG, "not-for-us", "{'offer':'%s'}", s.hex), ERR_STATE);
    assert_err(client_fixture_call(f, VO, "accept", "{'offer':'%s'}", s.hex), ERR_STATE);
}

static void not_for_us_destroys_the_copy(void **state)
{
    struct client_fixture *f = *state;
    struct sent s;

    prepare(f, &s);
    consent(f, &s, VO, 30);
    assert_err(send(f, &s, "need", ""), OK);
    client_fixture_hub(f);
    assert_true(client_fixture_has_share(f, CJG, s.id));
    assert_err(client_fixture_call(f, CJG, "not-for-us", "{'offer':'%s'}", s.hex), OK);
    client_fixture_hub(f);
    assert_false(client_fixture_has_share(f, CJG, s.id));
    assert_state(client_fixture_desk(f, CJG, s.id), CLIENT_DESK_NOT_FOR_US);
    assert_state(client_fixture_desk(f, VO, s.id), CLIENT_DESK_NOT_FOR_US);
    assert_err(client_fixture_call(f, CJG, "open", "{'share':'%s','informed':'2026-01-05'}", s.hex), ERR_STATE);
}

static void without_consent_nothing_is_made(void **state)
{
    struct client_fixture *f = *state;
    struct sent s;

    prepare(f, &s);
    assert_err(send(f, &s, "need", ""), ERR_DENIED);
    assert_int_equal(client_fixture_waiting(f, VO, PROTO_OFFER, NULL), 0);
    assert_false(client_fixture_has_share(f, VO, s.id));
    /* One section without is one too many. */
    consent(f, &s, VO, 30);
    client_fixture_record(f, VO, &child, "effort", "{\"done\":\"x\"}");
    assert_err(send(f, &s, "need,effort", ""), ERR_DENIED);
    assert_string_equal(f->trouble.where, "effort");
    assert_int_equal(client_fixture_waiting(f, VO, PROTO_OFFER, NULL), 0);
}

static void without_a_weighing(void **state)
{
    struct client_fixture *f = *state;
    struct sent s;

    prepare(f, &s);
    consent(f, &s, VO, 30);
    s.weighing[0] = '\0';
    assert_err(send(f, &s, "need", ""), ERR_DENIED);
}

static void a_section_that_is_not_there(void **state)
{
    struct client_fixture *f = *state;
    struct sent s;

    prepare(f, &s);
    consent(f, &s, VO, 30);
    assert_err(send(f, &s, "need,own_words", ""), ERR_NOTFOUND);
    assert_string_equal(f->trouble.where, "own_words");
    assert_int_equal(client_fixture_waiting(f, VO, PROTO_OFFER, NULL), 0);
}

static void a_consent_recorded_there_needs_the_tick(void **state)
{
    struct client_fixture *f = *state;
    struct sent s;
    char rest[64] = ",'tick':'";

    prepare(f, &s);
    consent(f, &s, CJG, 30);
    assert_err(send(f, &s, "need", ""), ERR_DENIED);
    for (size_t i = 0; i < PROTO_ID_LEN; i++)
        (void) snprintf(rest + strlen(rest), sizeof rest - strlen(rest), "%02x", s.consent.id[i]);
    (void) snprintf(rest + strlen(rest), sizeof rest - strlen(rest), "'");
    assert_err(send(f, &s, "need", rest), OK);
}

static void until_when(void **state)
{
    struct client_fixture *f = *state;
    struct proto_msg m;
    struct sent s;
    char rest[40], day[11];

    prepare(f, &s);
    consent(f, &s, VO, 30);
    date_format(date_add_days(clock_date_nl(f->now_s), 30), day);
    (void) snprintf(rest, sizeof rest, ",'until':'%s'", day);
    assert_err(send(f, &s, "need", rest), ERR_RANGE);
    date_format(date_add_days(clock_date_nl(f->now_s), -1), day);
    (void) snprintf(rest, sizeof rest, ",'until':'%s'", day);
    assert_err(send(f, &s, "need", rest), ERR_RANGE);
    date_format(date_add_days(clock_date_nl(f->now_s), 5), day);
    (void) snprintf(rest, sizeof rest, ",'until':'%s'", day);
    assert_err(send(f, &s, "need", rest), OK);
    assert_int_equal(client_fixture_waiting(f, VO, PROTO_OFFER, &m), 1);
    assert_int_equal(m.until_s, clock_midnight_nl(date_add_days(clock_date_nl(f->now_s), 6)));
}

static void denied_by_the_hub(void **state)
{
    struct client_fixture *f = *state;
    struct sent s;

    prepare(f, &s);
    consent(f, &s, VO, 30);
    assert_err(send(f, &s, "need", ""), OK);
    f->result = PROTO_DENIED;
    client_fixture_row(f, "need", POLICY_DENY, POLICY_RESTRICTED, false);
    assert_true(client_fixture_hub_one(f, VO));
    assert_state(client_fixture_desk(f, VO, s.id), CLIENT_DESK_DENIED);
    assert_false(client_fixture_has_share(f, VO, s.id));
    assert_int_equal(client_fixture_waiting(f, VO, PROTO_RELEASE, NULL), 0);
}

/* Withdrawn at vo itself before the hub answered: the offer may be logged, the content stays. */
static void withdrawn_before_the_receipt(void **state)
{
    struct client_fixture *f = *state;
    struct sent s;
    char id[40] = "";

    prepare(f, &s);
    consent(f, &s, VO, 30);
    assert_err(send(f, &s, "need", ""), OK);
    for (size_t i = 0; i < PROTO_ID_LEN; i++)
        (void) snprintf(id + 2 * i, 3, "%02x", s.consent.id[i]);
    assert_err(client_fixture_call(f, VO, "consent.withdraw", "{'statement':'%s'}", id), OK);
    assert_false(client_fixture_has_share(f, VO, s.id));
    client_fixture_hub(f);
    assert_state(client_fixture_desk(f, VO, s.id), CLIENT_DESK_WITHDRAWN);
    assert_false(client_fixture_has_share(f, CJG, s.id));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        client_fixture_test(sent_taken_and_accepted), client_fixture_test(not_for_us_destroys_the_copy),
        client_fixture_test(without_consent_nothing_is_made), client_fixture_test(without_a_weighing),
        client_fixture_test(a_section_that_is_not_there), client_fixture_test(a_consent_recorded_there_needs_the_tick),
        client_fixture_test(until_when), client_fixture_test(denied_by_the_hub), client_fixture_test(withdrawn_before_the_receipt),
    };

    child = client_fixture_child(1);
    return cmocka_run_group_tests_name("client/do_offer", tests, NULL, NULL);
}
