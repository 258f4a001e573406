/*
 * client/facts: which consent counts for a section: given by whom it takes, for this holder, receiver and purpose, not over, not withdrawn, and
 * recorded where it can be believed.
 */
#include "tests/support/client_asked.h"

#include "client/lapsed.h"

static struct proto_subject_id child, other_child;

/* ---- consents ---- */

static enum { NOTHING, SOME, EVERYBODY, REFUSED } given(struct client_fixture *f, struct asked *a, const char *section)
{
    struct policy_facts one;
    struct policy_decision d;

    collect(f, a);
    client_facts_for(&client_fixture_node(f, VO)->region, &a->f, section, &one);
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
static void too_old(struct client_fixture *f, struct proto_statement *s)
{
    s->made_s = f->now_s - 367 * (uint64_t) DAY_S;
    s->until_s = f->now_s + 30 * (uint64_t) DAY_S;
}


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

static const char *lapsed(struct client_fixture *f, struct asked *a, const char *section, char out[CLIENT_LAPSED_TEXT])
{
    (void)given(f, a, section);
    if (!client_lapsed_explains(&a->f, section))
        return "";
    client_lapsed_text(client_fixture_node(f, VO), LANG_EN, &a->f.lapsed, out, CLIENT_LAPSED_TEXT);
    return out;
}

/* People of the holder read what became of it, and not that there never was one. */
static void what_became_of_a_consent_is_told(void **state)
{
    struct client_fixture *f = *state;
    struct asked *a = question(f);
    struct proto_statement s = consent(f, CJG, ALL), again, end;
    char out[CLIENT_LAPSED_TEXT];

    fourteen(f);
    a->q.before_grant = true;
    assert_string_equal(lapsed(f, a, "need", out), "");
    client_fixture_keep_at(f, VO, &s, f->now_s - 7 * DAY_S);
    assert_string_equal(lapsed(f, a, "need", out), "");
    client_fixture_keep_at(f, VO, &s, f->now_s - 7 * DAY_S - 1);
    assert_non_null(strstr(lapsed(f, a, "need", out), "cjg, who recorded it, has said nothing"));
    assert_string_equal(lapsed(f, a, "no-such-section", out), "");
    /* A newer one that counts explains all; and when that is withdrawn, that is what is told. */
    again = consent(f, VO, ALL);
    client_fixture_keep_at(f, VO, &again, f->now_s - 2 * DAY_S);
    assert_string_equal(lapsed(f, a, "need", out), "");
    end = end_of(f, &again, PROTO_SAY_WITHDRAWAL, VO, VO, NOBODY);
    client_fixture_keep_at(f, VO, &end, f->now_s - DAY_S);
    assert_non_null(strstr(lapsed(f, a, "need", out), "The consent was withdrawn, on "));
    assert_non_null(strstr(out, "says vo."));
}

/* The recorder says when; a hub that dates its last word ahead keeps no consent alive. */
static void elsewhere_is_no_fresher_than_its_recorder_says(void **state)
{
    struct client_fixture *f = *state;
    struct asked *a = question(f);
    struct proto_statement s = consent(f, CJG, ALL), status = end_of(f, &s, PROTO_SAY_STATUS, CJG, VO, NOBODY);

    fourteen(f);
    a->q.before_grant = true;
    s.made_s = f->now_s - 7 * DAY_S - 1;
    client_fixture_keep_at(f, VO, &s, f->now_s);
    assert_int_equal(given(f, a, "need"), NOTHING);
    status.made_s = f->now_s - 7 * DAY_S - 1;
    client_fixture_keep_at(f, VO, &status, f->now_s + 50 * DAY_S);
    assert_int_equal(given(f, a, "need"), NOTHING);
}

/* The young person's own session is first hand at a third; at the asker anybody could have been given that role. */
static void by_a_young_person_at(void **state, enum client_fixture_who where, int expected)
{
    struct client_fixture *f = *state;
    struct asked *a = question(f);
    struct proto_statement s = consent(f, where, "{\"yes\":\"y\",\"no\":\"\"}");
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
    assert_int_equal(given(f, a, "need"), expected);
}

static void elsewhere_by_the_young_person(void **state)
{
    by_a_young_person_at(state, LEERPLICHT, EVERYBODY);
}

static void at_the_asker_by_somebody_called_young(void **state)
{
    by_a_young_person_at(state, CJG, NOTHING);
}

int main(void)
{
    struct check_list list = {.count = 0};
    const struct CMUnitTest tests[] = {
        client_fixture_test(everybody_said_yes), client_fixture_test(one_parent_is_missing), client_fixture_test(one_parent_said_no),
        client_fixture_test(the_newest_wins), client_fixture_test(a_birthday_ends_it),
        client_fixture_test(a_date_in_the_future_does_not_jump_a_birthday), client_fixture_test(whose_yes_by_age),
        client_fixture_test(the_last_of_many_ends), client_fixture_test(the_newest_of_many_consents),
        client_fixture_test(elsewhere_needs_the_tick), client_fixture_test(elsewhere_a_no_counts_at_once),
        client_fixture_test(elsewhere_unticked_does_not_push_out_ours), client_fixture_test(elsewhere_and_not_for_us_to_read),
        client_fixture_test(elsewhere_goes_stale), client_fixture_test(what_became_of_a_consent_is_told),
        client_fixture_test(elsewhere_is_no_fresher_than_its_recorder_says), client_fixture_test(elsewhere_by_the_young_person),
        client_fixture_test(at_the_asker_by_somebody_called_young),
    };

    child = client_fixture_child(1);
    other_child = client_fixture_child(2);
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        check_add(&list, others[i].name, counts_for_nothing, &others[i]);
    for (size_t i = 0; i < sizeof withdrawals / sizeof withdrawals[0]; i++)
        check_add(&list, withdrawals[i].name, withdrawn, &withdrawals[i]);
    return cmocka_run_group_tests_name("client/facts: consents", tests, NULL, NULL) + check_run(&list, "client/facts: consents that count or not");
}
