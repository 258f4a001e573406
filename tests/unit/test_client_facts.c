/*
 * client/facts: what a holder's node may know when it decides. Statements count only between those they are addressed to, ends only by whom
 * may say them, consents only as long and by whom the family gave them. The attacker is the asker, or a third partner, that wants one more
 * fact than there is, or one fewer.
 *
 * Vo holds, cjg asks for youth_help_access, unless a test says otherwise.
 */
#include "tests/support/client_fixture.h"

#include "client/facts.h"
#include "tests/support/check.h"

#include <stdio.h>

static struct proto_subject_id child, other_child, handle;

struct asked {
    struct client_question q;
    struct client_facts f;
};

static struct asked *question(struct client_fixture *f)
{
    struct asked *a = (void *) client_fixture_memory(f, sizeof *a);

    a->q = (struct client_question) {.child = child, .asker = client_fixture_partner(f, CJG), .holder = client_fixture_partner(f, VO),
        .purpose = "youth_help_access", .now_s = f->now_s};
    (void) client_fixture_node(f, VO);
    return a;
}

static void collect(struct client_fixture *f, struct asked *a)
{
    struct vault_txn *x = client_fixture_begin(f, VO);

    assert_err(client_facts_collect(client_fixture_node(f, VO), x, &a->q, &a->f), OK);
    client_vault_abort(x);
}

static bool has_event(struct client_fixture *f, struct asked *a, const char *event)
{
    collect(f, a);
    return (a->f.base.events >> policy_pack_find(f->pack, POLICY_SET_EVENTS, event) & 1) != 0;
}

static bool could_be_ticked(struct client_fixture *f, const struct asked *a, const char *event)
{
    return (a->f.base.unticked >> policy_pack_find(f->pack, POLICY_SET_EVENTS, event) & 1) != 0;
}

static struct proto_statement event(struct client_fixture *f, const char *name, enum client_fixture_who setter, enum client_fixture_who one,
    enum client_fixture_who two)
{
    struct proto_statement s = client_fixture_say(f, PROTO_SAY_EVENT, setter, &child, one, two, NOBODY);

    (void) snprintf(s.event, sizeof s.event, "%s", name);
    s.occurred_s = f->now_s - DAY_S;
    return s;
}

static struct proto_statement end_of(struct client_fixture *f, const struct proto_statement *s, enum proto_statement_kind kind,
    enum client_fixture_who setter, enum client_fixture_who one, enum client_fixture_who two)
{
    struct proto_statement end = client_fixture_say(f, kind, setter, &s->subject, one, two, NOBODY);

    memcpy(end.refers, s->id, sizeof end.refers);
    memcpy(end.purpose, s->purpose, sizeof end.purpose);
    return end;
}

/* ---- between whom ---- */

static void an_event_counts_between_setter_and_addressee(void **state)
{
    struct client_fixture *f = *state;
    struct asked *a = question(f);
    struct proto_statement s = event(f, "REFERRED", VO, CJG, NOBODY);

    client_fixture_keep(f, VO, &s);
    assert_true(has_event(f, a, "REFERRED"));
    assert_int_equal(a->f.counted.count, 1);
    a->q.asker = client_fixture_partner(f, LEERPLICHT);
    assert_false(has_event(f, a, "REFERRED"));
    assert_int_equal(a->f.counted.count, 0);
}

static void an_event_of_a_third_counts_between_two_addressees(void **state)
{
    struct client_fixture *f = *state;
    struct asked *a = question(f);
    struct proto_statement s = event(f, "REFERRED", LEERPLICHT, VO, CJG), to_us = event(f, "VZM", LEERPLICHT, VO, NOBODY);

    client_fixture_keep(f, VO, &s);
    client_fixture_keep(f, VO, &to_us);
    assert_true(has_event(f, a, "REFERRED"));
    assert_false(has_event(f, a, "VZM"));
    a->q.asker = client_fixture_partner(f, WIJKTEAM);
    assert_false(has_event(f, a, "REFERRED"));
}

static void an_event_that_is_not_logged_does_not_count(void **state)
{
    struct client_fixture *f = *state;
    struct asked *a = question(f);
    struct proto_statement s = event(f, "REFERRED", VO, CJG, NOBODY);

    client_fixture_keep_at(f, VO, &s, 0);
    assert_false(has_event(f, a, "REFERRED"));
    client_fixture_keep(f, VO, &s);
    assert_true(has_event(f, a, "REFERRED"));
}

static void an_event_of_another_child_does_not_count(void **state)
{
    struct client_fixture *f = *state;
    struct asked *a = question(f);
    struct proto_statement s = event(f, "REFERRED", VO, CJG, NOBODY);

    s.subject = other_child;
    client_fixture_keep(f, VO, &s);
    assert_false(has_event(f, a, "REFERRED"));
}

/* The id of a case is known to its members: it must not carry an event of one child to another. */
static void the_case_does_not_carry_another_childs_event(void **state)
{
    struct client_fixture *f = *state;
    struct asked *a = question(f);
    struct proto_statement s = event(f, "REFERRED", VO, CJG, NOBODY);

    client_fixture_case(f, VO, 1, &child, "youth_help_access", CJG, VO, NOBODY);
    client_fixture_case_id(1, a->q.case_id);
    client_fixture_case_id(1, s.case_id);
    s.subject = other_child;
    client_fixture_keep(f, VO, &s);
    assert_false(has_event(f, a, "REFERRED"));
    s.subject = handle;
    client_fixture_keep(f, VO, &s);
    assert_true(has_event(f, a, "REFERRED"));
}

static void a_handle_without_the_case_is_another_child(void **state)
{
    struct client_fixture *f = *state;
    struct asked *a = question(f);
    struct proto_statement s = event(f, "REFERRED", VO, CJG, NOBODY);

    client_fixture_case(f, VO, 1, &child, "youth_help_access", CJG, VO, NOBODY);
    client_fixture_case_id(1, s.case_id);
    s.subject = handle;
    client_fixture_keep(f, VO, &s);
    assert_false(has_event(f, a, "REFERRED"));
}

/* ---- ends ---- */

static void ended_by_its_setter(void **state)
{
    struct client_fixture *f = *state;
    struct asked *a = question(f);
    struct proto_statement s = event(f, "REFERRED", VO, CJG, NOBODY), end = end_of(f, &s, PROTO_SAY_EVENT_END, VO, CJG, NOBODY);

    client_fixture_keep(f, VO, &s);
    client_fixture_keep(f, VO, &end);
    assert_false(has_event(f, a, "REFERRED"));
    assert_int_equal(a->f.counted.count, 0);
}

static void ended_by_the_wrong_partner(void **state)
{
    struct client_fixture *f = *state;
    struct asked *a = question(f);
    struct proto_statement s = event(f, "REFERRED", VO, CJG, NOBODY), end = end_of(f, &s, PROTO_SAY_EVENT_END, CJG, VO, NOBODY);

    client_fixture_keep(f, VO, &s);
    client_fixture_keep(f, VO, &end);
    assert_true(has_event(f, a, "REFERRED"));
}

static void ended_in_the_wrong_words(void **state)
{
    struct client_fixture *f = *state;
    struct asked *a = question(f);
    struct proto_statement s = event(f, "REFERRED", VO, CJG, NOBODY), end = end_of(f, &s, PROTO_SAY_OBJECTION_END, VO, CJG, NOBODY);

    client_fixture_keep(f, VO, &s);
    client_fixture_keep(f, VO, &end);
    assert_true(has_event(f, a, "REFERRED"));
}

/* ---- events with references ---- */

static void a_reference_counts_when_it_is_ticked(void **state)
{
    struct client_fixture *f = *state;
    struct asked *a = question(f);
    struct proto_statement s = event(f, "HELP_REQ", CJG, VO, NOBODY);
    struct proto_ids ticked = {.count = 1};

    client_fixture_keep(f, VO, &s);
    assert_false(has_event(f, a, "HELP_REQ"));
    assert_false(could_be_ticked(f, a, "HELP_REQ"));
    (void) snprintf(s.reference, sizeof s.reference, "letter");
    s.reference_s = f->now_s - DAY_S;
    client_fixture_keep(f, VO, &s);
    assert_false(has_event(f, a, "HELP_REQ"));
    assert_true(could_be_ticked(f, a, "HELP_REQ"));
    memcpy(ticked.id[0], s.id, PROTO_ID_LEN);
    a->q.ticked = &ticked;
    assert_true(has_event(f, a, "HELP_REQ"));
    ticked.id[0][0] ^= 1;
    assert_false(has_event(f, a, "HELP_REQ"));
}

static void a_pair_is_these_two(void **state)
{
    struct client_fixture *f = *state;
    struct asked *a = question(f);
    struct proto_statement s = client_fixture_say(f, PROTO_SAY_EVENT, LEERPLICHT, &child, VO, CJG, WIJKTEAM, NOBODY);

    (void) snprintf(s.event, sizeof s.event, "REFERRED");
    s.occurred_s = f->now_s - DAY_S;
    client_fixture_keep(f, VO, &s);
    assert_false(has_event(f, a, "REFERRED"));
}

static void an_event_of_another_purpose(void **state)
{
    struct client_fixture *f = *state;
    struct asked *a = question(f);
    struct proto_statement s = event(f, "INFORMED", VO, CJG, NOBODY);

    (void) snprintf(s.purpose, sizeof s.purpose, "return_plan");
    client_fixture_keep(f, VO, &s);
    assert_false(has_event(f, a, "INFORMED"));
    (void) snprintf(s.purpose, sizeof s.purpose, "youth_help_access");
    client_fixture_keep(f, VO, &s);
    assert_true(has_event(f, a, "INFORMED"));
}

static void an_event_on_its_days(void **state)
{
    struct client_fixture *f = *state;
    struct asked *a = question(f);
    struct proto_statement s = event(f, "REFERRED", VO, CJG, NOBODY);

    s.occurred_s = f->now_s + DAY_S;
    client_fixture_keep(f, VO, &s);
    assert_false(has_event(f, a, "REFERRED"));
    s.occurred_s = f->now_s - 60 * (uint64_t) DAY_S;
    client_fixture_keep(f, VO, &s);
    assert_true(has_event(f, a, "REFERRED"));
    s.occurred_s = f->now_s - 62 * (uint64_t) DAY_S;
    client_fixture_keep(f, VO, &s);
    assert_false(has_event(f, a, "REFERRED"));
    s.occurred_s = f->now_s - 3 * DAY_S;
    s.until_s = f->now_s - 2 * DAY_S;
    client_fixture_keep(f, VO, &s);
    assert_false(has_event(f, a, "REFERRED"));
}

/* ---- consents ---- */

/* Fourteen years old, with two parents. */
static void fourteen(struct client_fixture *f)
{
    char born[11];

    client_fixture_born(f, 14, 100, born);
    client_fixture_person(f, VO, &child, born, "g1 g2");
}

static struct proto_statement consent(struct client_fixture *f, enum client_fixture_who setter, const char *said)
{
    enum client_fixture_who other = setter == VO ? CJG : VO;
    struct proto_statement s = client_fixture_say(f, PROTO_SAY_CONSENT, setter, &child, other, setter == VO || setter == CJG ? NOBODY : CJG, NOBODY);

    memcpy(s.holder, f->partner[VO].id, sizeof s.holder);
    memcpy(s.receiver, f->partner[CJG].id, sizeof s.receiver);
    (void) snprintf(s.purpose, sizeof s.purpose, "youth_help_access");
    s.code = PROTO_CONSENT_PROCESSING;
    s.sections = client_fixture_sections("need own_words");
    s.until_s = f->now_s + 90 * (uint64_t) DAY_S;
    if (setter != VO && said != NULL)
        client_fixture_seal(f, &s, VO, said);
    return s;
}

/* Own notes of what the family said, as client/do_consent keeps them. */
static void note(struct client_fixture *f, const struct proto_statement *s, const char *said)
{
    struct vault_txn *x = client_fixture_begin(f, VO);

    assert_err(client_vault_put(x, CLIENT_T_DRAFT, s->id, PROTO_ID_LEN, said, strlen(said)), OK);
    client_fixture_commit(x);
}

#define ALL "{\"yes\":\"y,g1,g2\",\"no\":\"\"}"

static enum { NOTHING, SOME, EVERYBODY, REFUSED } given(struct client_fixture *f, struct asked *a, const char *section)
{
    struct policy_facts one;
    struct policy_decision d;

    collect(f, a);
    client_facts_for(&a->f, section, &one);
    one.events = ~UINT64_C(0);
    one.weighed = one.member = true;
    policy_eval_section(f->pack, &one, policy_pack_find(f->pack, POLICY_SET_SECTIONS, section), &d);
    if (d.verdict == POLICY_DENY)
        return REFUSED;
    if (d.verdict == POLICY_PERMIT)
        return EVERYBODY;
    assert_int_equal(d.verdict, POLICY_NEED_CONSENT);
    return one.given == 0 ? NOTHING : SOME;
}

static struct proto_statement own_consent(struct client_fixture *f, const char *said)
{
    struct proto_statement s = consent(f, VO, NULL);

    note(f, &s, said);
    client_fixture_keep(f, VO, &s);
    return s;
}

static void everybody_said_yes(void **state)
{
    struct client_fixture *f = *state;
    struct asked *a = question(f);

    fourteen(f);
    assert_int_equal(given(f, a, "need"), NOTHING);
    (void) own_consent(f, ALL);
    assert_int_equal(given(f, a, "need"), EVERYBODY);
    assert_int_equal(given(f, a, "own_words"), EVERYBODY);
    assert_int_equal(given(f, a, "effort"), NOTHING);
}

static void one_parent_is_missing(void **state)
{
    struct client_fixture *f = *state;
    struct asked *a = question(f);

    fourteen(f);
    (void) own_consent(f, "{\"yes\":\"y,g1\",\"no\":\"\"}");
    assert_int_equal(given(f, a, "need"), SOME);
}

static void one_parent_said_no(void **state)
{
    struct client_fixture *f = *state;
    struct asked *a = question(f);

    fourteen(f);
    (void) own_consent(f, "{\"yes\":\"y,g1\",\"no\":\"g2\"}");
    assert_int_equal(given(f, a, "need"), REFUSED);
}

static void the_newest_wins(void **state)
{
    struct client_fixture *f = *state;
    struct asked *a = question(f);

    fourteen(f);
    (void) own_consent(f, ALL);
    (void) own_consent(f, "{\"yes\":\"y,g1\",\"no\":\"g2\"}");
    assert_int_equal(given(f, a, "need"), REFUSED);
    (void) own_consent(f, ALL);
    assert_int_equal(given(f, a, "need"), EVERYBODY);
}

struct other { const char *name; void (*change)(struct client_fixture *f, struct proto_statement *s); };

static void to_another(struct client_fixture *f, struct proto_statement *s) { memcpy(s->receiver, f->partner[LEERPLICHT].id, sizeof s->receiver); }
static void of_another(struct client_fixture *f, struct proto_statement *s) { memcpy(s->holder, f->partner[LEERPLICHT].id, sizeof s->holder); }
static void other_purpose(struct client_fixture *f, struct proto_statement *s) { (void) f; (void) snprintf(s->purpose, sizeof s->purpose, "case_support"); }
static void other_kind(struct client_fixture *f, struct proto_statement *s) { (void) f; s->code = PROTO_CONSENT_HELP; }
static void secrecy(struct client_fixture *f, struct proto_statement *s) { (void) f; s->code = PROTO_CONSENT_SECRECY; }
static void not_told(struct client_fixture *f, struct proto_statement *s) { (void) f; s->addressees.count = 0; }
static void of_a_sibling(struct client_fixture *f, struct proto_statement *s) { (void) f; s->subject = other_child; }
static void past(struct client_fixture *f, struct proto_statement *s) { s->until_s = f->now_s - DAY_S; s->made_s = f->now_s - 9 * DAY_S; }
static void ends_today(struct client_fixture *f, struct proto_statement *s) { s->until_s = clock_midnight_nl(clock_date_nl(f->now_s)); }
static void too_old(struct client_fixture *f, struct proto_statement *s) { s->made_s = f->now_s - 367 * (uint64_t) DAY_S; s->until_s = f->now_s + 30 * (uint64_t) DAY_S; }

static const struct other others[] = {
    {"a consent to another receiver", to_another}, {"a consent of another holder", of_another}, {"a consent for another purpose", other_purpose},
    {"a consent to help", other_kind}, {"a consent to lift secrecy", secrecy}, {"a consent that the asker was not told", not_told},
    {"a consent of another child", of_a_sibling}, {"a consent whose day is past", past}, {"a consent that ends today", ends_today},
    {"a consent of more than a year ago", too_old},
};

static void counts_for_nothing(void **state)
{
    const struct other *row = *state;
    struct client_fixture *f;
    struct asked *a;
    struct proto_statement s;
    void *fixture = NULL;

    assert_int_equal(client_fixture_setup(&fixture), 0);
    f = fixture;
    a = question(f);
    fourteen(f);
    s = consent(f, VO, NULL);
    note(f, &s, ALL);
    client_fixture_keep(f, VO, &s);
    assert_int_equal(given(f, a, "need"), EVERYBODY);
    row->change(f, &s);
    client_fixture_keep(f, VO, &s);
    assert_int_equal(given(f, a, "need"), NOTHING);
    assert_int_equal(client_fixture_close(&fixture), 0);
}

/* Fifteen when they said yes, sixteen now: the young person decides alone, and did so only then. */
static void a_birthday_ends_it(void **state)
{
    struct client_fixture *f = *state;
    struct asked *a = question(f);
    struct proto_statement s = consent(f, VO, NULL);
    char born[11];

    client_fixture_born(f, 16, 3, born);
    client_fixture_person(f, VO, &child, born, "g1 g2");
    s.made_s = f->now_s - 10 * DAY_S;
    note(f, &s, ALL);
    client_fixture_keep(f, VO, &s);
    assert_int_equal(given(f, a, "need"), NOTHING);
    s.made_s = f->now_s - 2 * DAY_S;
    client_fixture_keep(f, VO, &s);
    assert_int_equal(given(f, a, "need"), EVERYBODY);
}

/* A statement that says it was made next year was made, at the latest, when it was logged. */
static void a_date_in_the_future_does_not_jump_a_birthday(void **state)
{
    struct client_fixture *f = *state;
    struct asked *a = question(f);
    struct proto_statement s = consent(f, VO, NULL);
    char born[11];

    client_fixture_born(f, 16, 3, born);
    client_fixture_person(f, VO, &child, born, "g1 g2");
    s.made_s = f->now_s + DAY_S;
    note(f, &s, ALL);
    client_fixture_keep_at(f, VO, &s, f->now_s - 10 * DAY_S);
    assert_int_equal(given(f, a, "need"), NOTHING);
}

static void whose_yes_by_age(void **state)
{
    struct client_fixture *f = *state;
    struct asked *a = question(f);
    char born[11];

    (void) own_consent(f, "{\"yes\":\"y\",\"no\":\"\"}");
    assert_int_equal(given(f, a, "need"), SOME);  /* the age is not known */
    client_fixture_born(f, 15, 100, born);
    client_fixture_person(f, VO, &child, born, "g1");
    assert_int_equal(given(f, a, "need"), SOME);
    client_fixture_born(f, 17, 100, born);
    client_fixture_person(f, VO, &child, born, "g1");
    assert_int_equal(given(f, a, "need"), EVERYBODY);
    client_fixture_record(f, VO, &child, "guard", "{\"custody\":\"g1\",\"incapable\":\"yes\"}");
    assert_int_equal(given(f, a, "need"), SOME);
}

/* ---- withdrawals ---- */

struct withdrawing { const char *name; enum client_fixture_who by; enum proto_statement_kind kind; uint8_t code; bool counts; };

static const struct withdrawing withdrawals[] = {
    {"withdrawn at the holder", VO, PROTO_SAY_WITHDRAWAL, 0, true},
    {"withdrawn at the receiver", CJG, PROTO_SAY_WITHDRAWAL, 0, true},
    {"withdrawn at the recorder", LEERPLICHT, PROTO_SAY_WITHDRAWAL, 0, true},
    {"withdrawn at a partner that is not named", WIJKTEAM, PROTO_SAY_WITHDRAWAL, 0, false},
    {"the recorder's node says it is withdrawn", LEERPLICHT, PROTO_SAY_STATUS, 1, true},
    {"another node says it is withdrawn", WIJKTEAM, PROTO_SAY_STATUS, 1, false},
    {"the recorder's node says it stands", LEERPLICHT, PROTO_SAY_STATUS, 0, false},
};

static void withdrawn(void **state)
{
    const struct withdrawing *row = *state;
    struct client_fixture *f;
    struct asked *a;
    struct proto_statement s, end;
    void *fixture = NULL;

    assert_int_equal(client_fixture_setup(&fixture), 0);
    f = fixture;
    a = question(f);
    a->q.before_grant = true;
    fourteen(f);
    s = consent(f, LEERPLICHT, ALL);
    client_fixture_keep(f, VO, &s);
    assert_int_equal(given(f, a, "need"), EVERYBODY);
    end = end_of(f, &s, row->kind, row->by, row->by == VO ? CJG : VO, NOBODY);
    end.code = row->code;
    client_fixture_keep(f, VO, &end);
    assert_int_equal(given(f, a, "need"), row->counts ? NOTHING : EVERYBODY);
    assert_int_equal(client_fixture_close(&fixture), 0);
}

/* However many ends lie here, each counts: with a limit a withdrawn consent would one day count again. */
static void the_last_of_many_ends(void **state)
{
    struct client_fixture *f = *state;
    struct asked *a = question(f);
    struct proto_statement s, end;
    struct vault_txn *x;

    fourteen(f);
    s = own_consent(f, ALL);
    end = end_of(f, &s, PROTO_SAY_WITHDRAWAL, CJG, VO, NOBODY);
    memset(end.id, 0xff, sizeof end.id);
    client_fixture_keep(f, VO, &end);
    assert_int_equal(given(f, a, "need"), NOTHING);
    x = client_fixture_begin(f, VO);
    for (unsigned i = 0; i < 300; i++) {
        struct proto_statement noise = end_of(f, &s, PROTO_SAY_EVENT_END, CJG, VO, NOBODY);
        struct proto_blob original;
        struct client_kept k = {.leaf_s = f->now_s, .leaf_index = f->leaf++};
        size_t blocks = f->blocks;

        memset(noise.id, 0, sizeof noise.id);
        noise.id[0] = (uint8_t) (i / 200);
        noise.id[1] = (uint8_t) (i % 200);
        noise.id[2] = 1;
        original = client_fixture_sign(f, &noise, WORKER);
        k.what = noise;
        k.original = original.data;
        k.original_len = original.len;
        assert_err(client_kept_put(x, &k), OK);
        while (f->blocks > blocks)
            free(f->block[--f->blocks]);
    }
    client_fixture_commit(x);
    assert_int_equal(given(f, a, "need"), NOTHING);
}

/* More consents than there is room for: a no among them is not pushed out by older ones. */
static void the_newest_of_many_consents(void **state)
{
    struct client_fixture *f = *state;
    struct asked *a = question(f);

    fourteen(f);
    for (unsigned i = 0; i < CLIENT_CONSENTS_MAX; i++) {
        (void) own_consent(f, ALL);
        while (f->blocks > 1)
            free(f->block[--f->blocks]);
    }
    (void) own_consent(f, "{\"yes\":\"y,g1\",\"no\":\"g2\"}");
    assert_int_equal(given(f, a, "need"), REFUSED);
    assert_int_equal(a->f.consent_count, CLIENT_CONSENTS_MAX);
}

/* ---- recorded elsewhere ---- */

static void elsewhere_needs_the_tick(void **state)
{
    struct client_fixture *f = *state;
    struct asked *a = question(f);
    struct proto_statement s = consent(f, CJG, ALL);
    struct proto_ids ticked = {.count = 1};

    fourteen(f);
    client_fixture_keep(f, VO, &s);
    assert_int_equal(given(f, a, "need"), NOTHING);
    a->q.before_grant = true;
    assert_int_equal(given(f, a, "need"), EVERYBODY);
    a->q.before_grant = false;
    memcpy(ticked.id[0], s.id, PROTO_ID_LEN);
    a->q.ticked = &ticked;
    assert_int_equal(given(f, a, "need"), EVERYBODY);
}

static void elsewhere_a_no_counts_at_once(void **state)
{
    struct client_fixture *f = *state;
    struct asked *a = question(f);
    struct proto_statement s = consent(f, LEERPLICHT, "{\"yes\":\"y,g1\",\"no\":\"g2\"}");

    fourteen(f);
    (void) own_consent(f, ALL);
    client_fixture_keep(f, VO, &s);
    assert_int_equal(given(f, a, "need"), REFUSED);
}

/* The asker cannot unsay what the family told the holder by recording less itself. */
static void elsewhere_unticked_does_not_push_out_ours(void **state)
{
    struct client_fixture *f = *state;
    struct asked *a = question(f);
    struct proto_statement s = consent(f, CJG, "{\"yes\":\"y\",\"no\":\"\"}");

    fourteen(f);
    (void) own_consent(f, ALL);
    client_fixture_keep(f, VO, &s);
    assert_int_equal(given(f, a, "need"), EVERYBODY);
}

static void elsewhere_and_not_for_us_to_read(void **state)
{
    struct client_fixture *f = *state;
    struct asked *a = question(f);
    struct proto_statement s = consent(f, CJG, NULL), broken = consent(f, CJG, "{\"yes\":\"everybody\",\"no\":\"\"}");

    fourteen(f);
    a->q.before_grant = true;
    client_fixture_keep(f, VO, &s);
    assert_int_equal(given(f, a, "need"), NOTHING);
    client_fixture_keep(f, VO, &broken);
    assert_int_equal(given(f, a, "need"), NOTHING);
}

/* Seven days after its recorder last said that it stands, nobody knows any more. */
static void elsewhere_goes_stale(void **state)
{
    struct client_fixture *f = *state;
    struct asked *a = question(f);
    struct proto_statement s = consent(f, CJG, ALL), status = end_of(f, &s, PROTO_SAY_STATUS, CJG, VO, NOBODY);

    fourteen(f);
    a->q.before_grant = true;
    client_fixture_keep_at(f, VO, &s, f->now_s - 7 * DAY_S);
    assert_int_equal(given(f, a, "need"), EVERYBODY);
    client_fixture_keep_at(f, VO, &s, f->now_s - 7 * DAY_S - 1);
    assert_int_equal(given(f, a, "need"), NOTHING);
    client_fixture_keep_at(f, VO, &status, f->now_s - 2 * DAY_S);
    assert_int_equal(given(f, a, "need"), EVERYBODY);
}

/* The young person's own session is first hand, wherever it is. */
static void elsewhere_by_the_young_person(void **state)
{
    struct client_fixture *f = *state;
    struct asked *a = question(f);
    struct proto_statement s = consent(f, CJG, "{\"yes\":\"y\",\"no\":\"\"}");
    struct client_kept k;
    struct vault_txn *x;
    uint8_t *memory = NULL;
    char born[11];

    client_fixture_born(f, 17, 100, born);
    client_fixture_person(f, VO, &child, born, "g1");
    client_fixture_keep(f, VO, &s);
    assert_int_equal(given(f, a, "need"), NOTHING);
    x = client_fixture_begin(f, VO);
    assert_err(client_kept_get(x, s.id, &k, &memory), OK);
    k.role = PROTO_ROLE_YOUNG;
    assert_err(client_kept_put(x, &k), OK);
    free(memory);
    client_fixture_commit(x);
    assert_int_equal(given(f, a, "need"), EVERYBODY);
}

/* ---- objections ---- */

static void an_objection_restricts(void **state)
{
    struct client_fixture *f = *state;
    struct asked *a = question(f);
    struct proto_statement s = client_fixture_say(f, PROTO_SAY_OBJECTION, VO, &child, CJG, NOBODY), end;

    (void) snprintf(s.purpose, sizeof s.purpose, "youth_help_access");
    s.made_s = f->now_s - DAY_S;
    client_fixture_keep(f, VO, &s);
    collect(f, a);
    assert_true(a->f.base.restricted);
    /* Ended by another, ended where the asker does not hear it, and ended for both. */
    end = end_of(f, &s, PROTO_SAY_OBJECTION_END, CJG, VO, NOBODY);
    client_fixture_keep(f, VO, &end);
    collect(f, a);
    assert_true(a->f.base.restricted);
    end = end_of(f, &s, PROTO_SAY_OBJECTION_END, VO, LEERPLICHT, NOBODY);
    client_fixture_keep(f, VO, &end);
    collect(f, a);
    assert_true(a->f.base.restricted);
    end = end_of(f, &s, PROTO_SAY_OBJECTION_END, VO, CJG, NOBODY);
    client_fixture_keep(f, VO, &end);
    collect(f, a);
    assert_false(a->f.base.restricted);
}

static void an_objection_elsewhere_or_for_something_else(void **state)
{
    struct client_fixture *f = *state;
    struct asked *a = question(f);
    struct proto_statement s = client_fixture_say(f, PROTO_SAY_OBJECTION, VO, &child, LEERPLICHT, NOBODY);
    struct proto_statement p = client_fixture_say(f, PROTO_SAY_OBJECTION, VO, &child, CJG, NOBODY);

    (void) snprintf(s.purpose, sizeof s.purpose, "youth_help_access");
    (void) snprintf(p.purpose, sizeof p.purpose, "case_support");
    client_fixture_keep(f, VO, &s);
    client_fixture_keep(f, VO, &p);
    collect(f, a);
    assert_false(a->f.base.restricted);
}

static void consent_after_an_objection(void **state)
{
    struct client_fixture *f = *state;
    struct asked *a = question(f);
    struct proto_statement s = client_fixture_say(f, PROTO_SAY_OBJECTION, VO, &child, CJG, NOBODY), c = consent(f, VO, NULL);
    struct policy_facts one;

    fourteen(f);
    (void) snprintf(s.purpose, sizeof s.purpose, "youth_help_access");
    s.made_s = f->now_s - 5 * DAY_S;
    client_fixture_keep(f, VO, &s);
    note(f, &c, ALL);
    c.made_s = f->now_s - 6 * DAY_S;
    client_fixture_keep(f, VO, &c);
    collect(f, a);
    client_facts_for(&a->f, "need", &one);
    assert_false(one.consent_after);
    /* Said to be made later than it was logged. */
    c.made_s = f->now_s;
    client_fixture_keep_at(f, VO, &c, f->now_s - 6 * DAY_S);
    collect(f, a);
    client_facts_for(&a->f, "need", &one);
    assert_false(one.consent_after);
    client_fixture_keep(f, VO, &c);
    collect(f, a);
    client_facts_for(&a->f, "need", &one);
    assert_true(one.consent_after);
}

/* ---- membership ---- */

static void members(void **state)
{
    struct client_fixture *f = *state;
    struct asked *a = question(f);

    collect(f, a);
    assert_false(a->f.base.member);
    client_fixture_case_id(1, a->q.case_id);
    collect(f, a);
    assert_true(a->f.base.member);  /* opened by the asker: its own word, which the hub took */
    client_fixture_case(f, VO, 1, &child, "youth_help_access", VO, NOBODY);
    collect(f, a);
    assert_false(a->f.base.member);
    a->q.offer = true;
    collect(f, a);
    assert_true(a->f.base.member);
    a->q.offer = false;
    client_fixture_case(f, VO, 1, &child, "youth_help_access", VO, CJG, NOBODY);
    assert_true(has_event(f, a, "CASE"));
    assert_true(a->f.base.member);
    client_fixture_case(f, VO, 1, &child, "youth_help_access", CJG, NOBODY);
    assert_false(has_event(f, a, "CASE"));
    assert_true(a->f.base.member);
    client_fixture_case(f, VO, 1, &other_child, "youth_help_access", VO, CJG, NOBODY);
    assert_false(has_event(f, a, "CASE"));
    assert_false(a->f.base.member);
}

/* ---- age and custody ---- */

static void person(struct client_fixture *f, struct policy_facts *out, char born[11])
{
    struct vault_txn *x = client_fixture_begin(f, VO);

    assert_err(client_facts_person(client_fixture_node(f, VO), x, &child, f->now_s, out, born), OK);
    client_vault_abort(x);
}

static struct proto_statement facts(struct client_fixture *f, enum client_fixture_who setter, const char *json, uint64_t made_s)
{
    struct proto_statement s = client_fixture_say(f, PROTO_SAY_FACTS, setter, &child, VO, NOBODY);

    s.made_s = made_s;
    client_fixture_seal(f, &s, VO, json);
    client_fixture_keep(f, VO, &s);
    return s;
}

static void from_the_own_record(void **state)
{
    struct client_fixture *f = *state;
    struct policy_facts p = {.age_years = 99};
    char born[11], text[11];

    person(f, &p, born);
    assert_int_equal(p.age_years, -1);
    assert_int_equal(p.custody, 0);
    assert_false(p.incapable);
    assert_string_equal(born, "");
    client_fixture_born(f, 13, 5, text);
    client_fixture_person(f, VO, &child, text, "g1 g2");
    person(f, &p, born);
    assert_int_equal(p.age_years, 13);
    assert_int_equal(p.custody, POLICY_WHO_G1 | POLICY_WHO_G2);
    assert_string_equal(born, text);
    client_fixture_record(f, VO, &child, "guard", "{\"custody\":\"voogd\",\"incapable\":\"yes\"}");
    person(f, &p, born);
    assert_int_equal(p.custody, POLICY_WHO_VOOGD);
    assert_true(p.incapable);
    client_fixture_record(f, VO, &child, "guard", "{}");
    person(f, &p, born);
    assert_int_equal(p.custody, 0);
    assert_false(p.incapable);
}

static void from_sealed_facts(void **state)
{
    struct client_fixture *f = *state;
    struct policy_facts p = {.age_years = 99};
    char born[11], json[128], text[11];

    (void) client_fixture_node(f, VO);
    client_fixture_born(f, 9, 5, text);
    (void) snprintf(json, sizeof json, "{\"birth_date\":\"%s\",\"custody\":\"g1\",\"incapable\":\"no\"}", text);
    (void) facts(f, CJG, json, f->now_s - 2 * DAY_S);
    person(f, &p, born);
    assert_int_equal(p.age_years, 9);
    assert_int_equal(p.custody, POLICY_WHO_G1);
    /* The newest; but none that was made before it, and none that says too little. */
    (void) facts(f, LEERPLICHT, "{\"birth_date\":\"1990-01-01\",\"custody\":\"g2\",\"incapable\":\"yes\"}", f->now_s - 3 * DAY_S);
    (void) facts(f, LEERPLICHT, "{\"birth_date\":\"1990-01-01\"}", f->now_s);
    (void) facts(f, LEERPLICHT, "[]", f->now_s);
    person(f, &p, born);
    assert_int_equal(p.age_years, 9);
    (void) facts(f, LEERPLICHT, "{\"birth_date\":\"not known\",\"custody\":\"\",\"incapable\":\"\"}", f->now_s - DAY_S);
    person(f, &p, born);
    assert_int_equal(p.age_years, -1);
    /* The own record goes before what others say. */
    client_fixture_born(f, 13, 5, text);
    client_fixture_person(f, VO, &child, text, "g1 g2");
    person(f, &p, born);
    assert_int_equal(p.age_years, 13);
    assert_int_equal(p.custody, POLICY_WHO_G1 | POLICY_WHO_G2);
}

static void facts_of_another_child_or_not_for_us(void **state)
{
    struct client_fixture *f = *state;
    struct proto_statement s = client_fixture_say(f, PROTO_SAY_FACTS, CJG, &other_child, VO, NOBODY);
    struct proto_statement t = client_fixture_say(f, PROTO_SAY_FACTS, CJG, &child, VO, LEERPLICHT, NOBODY);
    struct policy_facts p = {.age_years = 99};
    char born[11];

    (void) client_fixture_node(f, VO);
    client_fixture_seal(f, &s, VO, "{\"birth_date\":\"2012-01-01\",\"custody\":\"g1\",\"incapable\":\"\"}");
    client_fixture_keep(f, VO, &s);
    client_fixture_seal(f, &t, LEERPLICHT, "{\"birth_date\":\"2012-01-01\",\"custody\":\"g1\",\"incapable\":\"\"}");
    client_fixture_keep(f, VO, &t);
    person(f, &p, born);
    assert_int_equal(p.age_years, -1);
}

/* ---- words ---- */

static void who(void **state)
{
    static const struct { const char *text; enum err expected; uint8_t who; } rows[] = {
        {"", OK, 0}, {"y", OK, POLICY_WHO_Y}, {"y,g1", OK, POLICY_WHO_Y | POLICY_WHO_G1}, {"g1 g2", OK, POLICY_WHO_G1 | POLICY_WHO_G2},
        {" voogd , rep ", OK, POLICY_WHO_VOOGD | POLICY_WHO_REP}, {"y,y", OK, POLICY_WHO_Y}, {"custody", ERR_SYNTAX, 0}, {"age", ERR_SYNTAX, 0},
        {"y,oma", ERR_SYNTAX, 0}, {"Y", ERR_SYNTAX, 0}, {"y;g1", ERR_SYNTAX, 0},
    };

    (void) state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t out = 0xaa;

        assert_err(client_facts_who(rows[i].text, &out), rows[i].expected);
        assert_int_equal(out, rows[i].expected == OK ? rows[i].who : 0xaa);
    }
}

int main(void)
{
    struct check_list list = {.count = 0};
    const struct CMUnitTest tests[] = {
        client_fixture_test(an_event_counts_between_setter_and_addressee), client_fixture_test(an_event_of_a_third_counts_between_two_addressees),
        client_fixture_test(an_event_that_is_not_logged_does_not_count), client_fixture_test(an_event_of_another_child_does_not_count),
        client_fixture_test(the_case_does_not_carry_another_childs_event), client_fixture_test(a_handle_without_the_case_is_another_child),
        client_fixture_test(ended_by_its_setter), client_fixture_test(ended_by_the_wrong_partner), client_fixture_test(ended_in_the_wrong_words),
        client_fixture_test(a_reference_counts_when_it_is_ticked), client_fixture_test(a_pair_is_these_two),
        client_fixture_test(an_event_of_another_purpose), client_fixture_test(an_event_on_its_days), client_fixture_test(everybody_said_yes),
        client_fixture_test(one_parent_is_missing), client_fixture_test(one_parent_said_no), client_fixture_test(the_newest_wins),
        client_fixture_test(a_birthday_ends_it), client_fixture_test(a_date_in_the_future_does_not_jump_a_birthday),
        client_fixture_test(whose_yes_by_age), client_fixture_test(the_last_of_many_ends), client_fixture_test(the_newest_of_many_consents),
        client_fixture_test(elsewhere_needs_the_tick), client_fixture_test(elsewhere_a_no_counts_at_once),
        client_fixture_test(elsewhere_unticked_does_not_push_out_ours), client_fixture_test(elsewhere_and_not_for_us_to_read),
        client_fixture_test(elsewhere_goes_stale), client_fixture_test(elsewhere_by_the_young_person), client_fixture_test(an_objection_restricts),
        client_fixture_test(an_objection_elsewhere_or_for_something_else), client_fixture_test(consent_after_an_objection),
        client_fixture_test(members), client_fixture_test(from_the_own_record), client_fixture_test(from_sealed_facts),
        client_fixture_test(facts_of_another_child_or_not_for_us), cmocka_unit_test(who),
    };

    child = client_fixture_child(1);
    other_child = client_fixture_child(2);
    handle = client_fixture_handle(1);
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        check_add(&list, others[i].name, counts_for_nothing, &others[i]);
    for (size_t i = 0; i < sizeof withdrawals / sizeof withdrawals[0]; i++)
        check_add(&list, withdrawals[i].name, withdrawn, &withdrawals[i]);
    return cmocka_run_group_tests_name("client/facts", tests, NULL, NULL) + check_run(&list, "client/facts: consents that count or not");
}
