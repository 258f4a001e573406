/*
 * client/facts: what a holder's node may know when it decides. Statements count only between those they are addressed to, ends only by whom
 * may say them, consents only as long and by whom the family gave them. The attacker is the asker, or a third partner, that wants one more
 * fact than there is, or one fewer.
 *
 * Vo holds, cjg asks for youth_help_access, unless a test says otherwise.
 */
#include "tests/support/client_asked.h"

static struct proto_subject_id child, other_child, handle;

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

/* Seen from the asker: what it was told alone is no fact between it and the holder, and not for the hub to hear of. */
static void what_the_holder_was_not_told(void **state)
{
    struct client_fixture *f = *state;
    struct asked *a = question(f);
    struct proto_statement s = event(f, "REFERRED", LEERPLICHT, VO, NOBODY);

    a->q.asker = client_fixture_partner(f, VO);
    a->q.holder = client_fixture_partner(f, CJG);
    client_fixture_keep(f, VO, &s);
    assert_false(has_event(f, a, "REFERRED"));
    assert_int_equal(a->f.counted.count, 0);
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
    memset(s.reference_digest, 1, sizeof s.reference_digest);
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
    const struct date today = clock_date_nl(f->now_s);  /* at night an hour more or less, since the clocks were changed, is another day */
    struct asked *a = question(f);
    struct proto_statement s = event(f, "REFERRED", VO, CJG, NOBODY);

    s.occurred_s = f->now_s + DAY_S;
    client_fixture_keep(f, VO, &s);
    assert_false(has_event(f, a, "REFERRED"));
    s.occurred_s = clock_midnight_nl(date_add_days(today, -60)) + DAY_S / 2;
    client_fixture_keep(f, VO, &s);
    assert_true(has_event(f, a, "REFERRED"));
    assert_int_equal(a->f.counted.count, 1);
    s.occurred_s = clock_midnight_nl(date_add_days(today, -62)) + DAY_S / 2;
    client_fixture_keep(f, VO, &s);
    assert_false(has_event(f, a, "REFERRED"));
    /* Nor is it named to the hub, which drops it (P-198). */
    assert_int_equal(a->f.counted.count, 0);
    s.occurred_s = f->now_s - 3 * DAY_S;
    s.until_s = f->now_s - 2 * DAY_S;
    client_fixture_keep(f, VO, &s);
    assert_false(has_event(f, a, "REFERRED"));
    assert_int_equal(a->f.counted.count, 0);
}

/* A child that was long away: so many old reports that there is no room for more must not keep a new one out. */
static void what_is_over_takes_no_place(void **state)
{
    struct client_fixture *f = *state;
    struct asked *a = question(f);
    struct proto_statement s;
    size_t blocks;

    for (size_t i = 0; i <= CLIENT_EVENTS_MAX; i++) {
        s = event(f, "REFERRED", VO, CJG, NOBODY);
        s.occurred_s = f->now_s - 100 * (uint64_t) DAY_S;
        memset(s.id, 0, 8);   /* before the new one, in the order in which they are read */
        blocks = f->blocks;
        client_fixture_keep(f, VO, &s);
        while (f->blocks > blocks)
            free(f->block[--f->blocks]);
    }
    assert_false(has_event(f, a, "REFERRED"));
    s = event(f, "REFERRED", VO, CJG, NOBODY);
    memset(s.id, 0xff, 8);
    client_fixture_keep(f, VO, &s);
    assert_true(has_event(f, a, "REFERRED"));
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
    client_facts_for(&client_fixture_node(f, VO)->region, &a->f, "need", &one);
    assert_false(one.consent_after);
    /* Said to be made later than it was logged. */
    c.made_s = f->now_s;
    client_fixture_keep_at(f, VO, &c, f->now_s - 6 * DAY_S);
    collect(f, a);
    client_facts_for(&client_fixture_node(f, VO)->region, &a->f, "need", &one);
    assert_false(one.consent_after);
    client_fixture_keep(f, VO, &c);
    collect(f, a);
    client_facts_for(&client_fixture_node(f, VO)->region, &a->f, "need", &one);
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

/* Who asks would like to say itself how old the child is. */
static void not_from_who_asks(void **state)
{
    struct client_fixture *f = *state;
    struct asked *a = question(f);
    char born[11], json[96];

    client_fixture_born(f, 17, 5, born);
    (void) snprintf(json, sizeof json, "{\"birth_date\":\"%s\",\"custody\":\"g1\",\"incapable\":\"no\"}", born);
    (void) facts(f, CJG, json, f->now_s);
    collect(f, a);
    assert_int_equal(a->f.base.age_years, -1);
    assert_int_equal(a->f.base.custody, 0);
    (void) facts(f, LEERPLICHT, json, f->now_s - DAY_S);
    collect(f, a);
    assert_int_equal(a->f.base.age_years, 17);
    assert_int_equal(a->f.base.custody, POLICY_WHO_G1);
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
    const struct CMUnitTest tests[] = {
        client_fixture_test(an_event_counts_between_setter_and_addressee),
        client_fixture_test(an_event_of_a_third_counts_between_two_addressees),
        client_fixture_test(what_the_holder_was_not_told),
        client_fixture_test(an_event_that_is_not_logged_does_not_count), client_fixture_test(an_event_of_another_child_does_not_count),
        client_fixture_test(the_case_does_not_carry_another_childs_event), client_fixture_test(a_handle_without_the_case_is_another_child),
        client_fixture_test(ended_by_its_setter), client_fixture_test(ended_by_the_wrong_partner),
        client_fixture_test(ended_in_the_wrong_words), client_fixture_test(a_reference_counts_when_it_is_ticked),
        client_fixture_test(a_pair_is_these_two), client_fixture_test(an_event_of_another_purpose),
        client_fixture_test(an_event_on_its_days), client_fixture_test(what_is_over_takes_no_place), client_fixture_test(an_objection_restricts),
        client_fixture_test(an_objection_elsewhere_or_for_something_else), client_fixture_test(consent_after_an_objection),
        client_fixture_test(members), client_fixture_test(not_from_who_asks), client_fixture_test(from_the_own_record), client_fixture_test(from_sealed_facts),
        client_fixture_test(facts_of_another_child_or_not_for_us), cmocka_unit_test(who),
    };

    child = client_fixture_child(1);
    other_child = client_fixture_child(2);
    handle = client_fixture_handle(1);
    return cmocka_run_group_tests_name("client/facts", tests, NULL, NULL);
}
