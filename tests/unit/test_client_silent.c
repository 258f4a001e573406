/* client/silent: the school holds the records; the CJG recorded a consent about them, and says daily how it stands. */
#include "tests/support/client_pair.h"

#include "client/silent.h"

static struct proto_subject_id child;

static uint64_t silent(struct client_fixture *f)
{
    struct vault_txn *x;
    uint64_t count = 99;
    struct client_node *n = client_fixture_node(f, VO);

    x = client_fixture_begin(f, VO);
    assert_err(client_silent_consents(n, x, f->now_s, &count), OK);
    client_vault_abort(x);
    return count;
}

static struct proto_statement consent(struct client_fixture *f, uint64_t at_s)
{
    struct proto_statement s;

    child = client_fixture_child(1);
    s = client_fixture_say(f, PROTO_SAY_CONSENT, CJG, &child, VO, NOBODY);
    memcpy(s.holder, f->partner[VO].id, PROTO_PARTNER_LEN);
    memcpy(s.receiver, f->partner[LEERPLICHT].id, PROTO_PARTNER_LEN);
    s.code = PROTO_CONSENT_PROCESSING;
    s.sections = client_fixture_sections("need");
    s.until_s = f->now_s + 30 * (uint64_t)DAY_S;
    client_fixture_keep_at(f, VO, &s, at_s);
    return s;
}

static void word(struct client_fixture *f, const struct proto_statement *s, enum proto_statement_kind kind, enum client_fixture_who by,
    uint8_t code, uint64_t at_s)
{
    struct proto_statement w = client_fixture_say(f, kind, by, &child, VO, NOBODY);

    memcpy(w.refers, s->id, sizeof w.refers);
    w.code = code;
    client_fixture_keep_at(f, VO, &w, at_s);
}

static void a_day_without_a_word_is_counted(void **state)
{
    struct client_fixture *f = *state;
    struct proto_statement s = consent(f, f->now_s - CLIENT_SILENT_S);

    assert_int_equal(silent(f), 0);
    client_fixture_keep_at(f, VO, &s, f->now_s - CLIENT_SILENT_S - 1);
    assert_int_equal(silent(f), 1);
    word(f, &s, PROTO_SAY_STATUS, LEERPLICHT, 0, f->now_s - 60);
    assert_int_equal(silent(f), 1);
    word(f, &s, PROTO_SAY_STATUS, CJG, 0, f->now_s - 60);
    assert_int_equal(silent(f), 0);
}

/* A hub that dates a word ahead does not make its recorder say more. */
static void a_word_is_as_old_as_its_recorder_says(void **state)
{
    struct client_fixture *f = *state;
    struct proto_statement s = consent(f, f->now_s);

    s.made_s = f->now_s - CLIENT_SILENT_S - 1;
    client_fixture_keep_at(f, VO, &s, f->now_s + 10 * (uint64_t)DAY_S);
    assert_int_equal(silent(f), 1);
}

static void what_ended_is_not_waited_for(void **state)
{
    struct client_fixture *f = *state;
    struct proto_statement s = consent(f, f->now_s - 3 * (uint64_t)DAY_S);

    assert_int_equal(silent(f), 1);
    word(f, &s, PROTO_SAY_WITHDRAWAL, CJG, 0, f->now_s - 2 * (uint64_t)DAY_S);
    assert_int_equal(silent(f), 0);
}

/* Who recorded it here needs nobody's word. */
static void our_own_is_not_counted(void **state)
{
    struct client_fixture *f = *state;
    struct proto_statement s;

    child = client_fixture_child(1);
    s = client_fixture_say(f, PROTO_SAY_CONSENT, VO, &child, CJG, NOBODY);
    memcpy(s.holder, f->partner[VO].id, PROTO_PARTNER_LEN);
    memcpy(s.receiver, f->partner[CJG].id, PROTO_PARTNER_LEN);
    s.code = PROTO_CONSENT_PROCESSING;
    s.sections = client_fixture_sections("need");
    s.until_s = f->now_s + 30 * (uint64_t)DAY_S;
    client_fixture_keep_at(f, VO, &s, f->now_s - 3 * (uint64_t)DAY_S);
    assert_int_equal(silent(f), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        client_fixture_test(a_day_without_a_word_is_counted),
        client_fixture_test(a_word_is_as_old_as_its_recorder_says),
        client_fixture_test(what_ended_is_not_waited_for),
        client_fixture_test(our_own_is_not_counted),
    };

    return cmocka_run_group_tests_name("client/silent", tests, NULL, NULL);
}
