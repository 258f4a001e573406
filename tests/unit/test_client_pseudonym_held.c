/* client/derive and pseudonym: whoever of the two refuses or lies, the batch waits under its id, so that the other side counts it once. */
#include "tests/support/check.h"
#include "tests/support/holders_played.h"

#include "client/derive.h"
#include "client/pseudonym.h"
#include "proto/sign.h"

#include <sodium.h>

/* For half a second the node gives the same answer, and asks nobody. */
enum { TOLD_MS = 600, ASKED_MS = 60000 };

static struct holders_does *side(struct holders *w, enum client_holder who)
{
    return who == CLIENT_HUB ? &w->does_hub : &w->does_keyholder;
}

/* What a holder counts by: the id, and the question without the moment at which it was signed. */
static void fingerprint(const struct holders *w, enum client_holder who, uint8_t out[PROTO_HASH_LEN])
{
    struct proto_signed s;

    assert_err(proto_sign_decode(w->envelope[who], w->len[who], &s), OK);
    assert_err(proto_msg_repeat_digest(PROTO_DERIVE, s.body, s.body_len, out), OK);
}

/* P-148. Three commands, one after the other, for three children; then the truth. */
static void costs_the_other_nothing(struct holders *w, enum client_holder who, enum err told, const char *why)
{
    enum client_holder other = who == CLIENT_HUB ? CLIENT_KEYHOLDER : CLIENT_HUB;
    uint8_t first[PROTO_HASH_LEN], again[PROTO_HASH_LEN];
    struct trouble t = {.lang = LANG_EN};

    for (unsigned child = 1; child <= 3; child++) {
        assert_err(holders_want_until(w, child), told);
        assert_non_null(strstr(w->call.trouble.text, why));
        if (child == 1)
            fingerprint(w, who, first);
        holders_turn_for(w, TOLD_MS);
    }
    assert_int_equal(w->questions[other], 1);
    assert_true(w->questions[who] > 1);
    fingerprint(w, who, again);
    assert_memory_equal(again, first, sizeof again);
    assert_int_equal(holders_waiting(w), 3);
    assert_err(client_pseudonyms_why(w->n, 3, &t), told);
    assert_non_null(strstr(t.text, who == CLIENT_HUB ? "the hub" : "the keyholder"));
    assert_non_null(strstr(t.text, "3 wait"));
    /* Until when, and why nothing goes before it. */
    if (told == ERR_QUOTA) {
        assert_non_null(strstr(t.text, "soon after "));
        assert_non_null(strstr(t.text, "The other share has counted this batch, so nothing goes before it"));
        assert_non_null(strstr(t.text, "--elements N)"));
    }

    *side(w, who) = (struct holders_does){.share = who == CLIENT_HUB ? holders_hub_share : holders_keyholder_share};
    assert_err(holders_want_until(w, 1), OK);
    holders_until_none_waits(w);
    /* The two others came while the first waited: one batch, and one question more. */
    assert_int_equal(w->questions[other], 2);
    assert_err(client_pseudonyms_why(w->n, 0, &t), OK);
}

#define REFUSES(name, who, refusal, why) static void name(void **state) \
    { \
        struct holders *w = *state; \
        side(w, who)->refuses = (refusal); \
        costs_the_other_nothing(w, who, proto_refusal_err(refusal), why); \
    }
REFUSES(a_keyholder_in_trouble, CLIENT_KEYHOLDER, PROTO_TROUBLE, "the keyholder: ")
REFUSES(a_keyholder_that_blocks, CLIENT_KEYHOLDER, PROTO_BLOCKED, "the keyholder: ")
REFUSES(a_keyholder_that_says_for_ever, CLIENT_KEYHOLDER, PROTO_REVOKED, "the keyholder: ")
REFUSES(a_keyholder_that_knows_no_key, CLIENT_KEYHOLDER, PROTO_UNKNOWN_KEY, "the keyholder: ")
REFUSES(a_keyholder_that_finds_it_malformed, CLIENT_KEYHOLDER, PROTO_MALFORMED, "the keyholder: ")
REFUSES(a_keyholder_of_another_region, CLIENT_KEYHOLDER, PROTO_WRONG_REGION, "the keyholder: ")
REFUSES(a_keyholder_that_alone_counted_enough, CLIENT_KEYHOLDER, PROTO_QUOTA, "the keyholder has given out")
REFUSES(a_hub_in_trouble, CLIENT_HUB, PROTO_TROUBLE, "the hub: ")
REFUSES(a_hub_that_blocks, CLIENT_HUB, PROTO_BLOCKED, "the hub: ")
REFUSES(a_hub_that_alone_counted_enough, CLIENT_HUB, PROTO_QUOTA, "the hub has given out")

static void a_keyholder_of_another_time(void **state)
{
    struct holders *w = *state;

    w->does_keyholder.refuses = PROTO_STALE;
    costs_the_other_nothing(w, CLIENT_KEYHOLDER, ERR_PEER, "the clock of the keyholder");
}

static void a_keyholder_that_lies(void **state)
{
    struct holders *w = *state;

    w->does_keyholder.flip = 1;
    costs_the_other_nothing(w, CLIENT_KEYHOLDER, ERR_SIGNATURE, "the answer of the keyholder is not proven");
}

static void a_keyholder_that_says_too_little(void **state)
{
    struct holders *w = *state;

    w->does_keyholder.cut = 1;
    costs_the_other_nothing(w, CLIENT_KEYHOLDER, ERR_SIGNATURE, "the answer of the keyholder is not proven");
}

static void a_hub_that_lies(void **state)
{
    struct holders *w = *state;

    w->does_hub.flip = 1;
    costs_the_other_nothing(w, CLIENT_HUB, ERR_SIGNATURE, "the answer of the hub is not proven");
}

/* ---- by itself ---- */

static void the_pause_doubles_to_ten_minutes(void **state)
{
    static const uint64_t expected_s[] = {5, 10, 20, 40, 80, 160, 320, 600, 600};

    (void)state;
    for (unsigned i = 0; i < sizeof expected_s / sizeof expected_s[0]; i++)
        assert_int_equal(client_derive_pause_ms(i + 1), expected_s[i] * 1000);
    assert_int_equal(client_derive_pause_ms(1000000), 600000);
}

/* The moment at which the keyholder got so many questions: the pause before the next begins with its answer. */
static uint64_t asked_again(struct holders *w, size_t questions)
{
    uint64_t until = clock_mono_ms() + ASKED_MS;

    while (w->questions[CLIENT_KEYHOLDER] < questions && clock_mono_ms() < until)
        holders_turn(w);
    assert_int_equal(w->questions[CLIENT_KEYHOLDER], questions);
    return w->asked_ms[CLIENT_KEYHOLDER];
}

static void nobody_is_asked_before_the_pause_is_over(void **state)
{
    struct holders *w = *state;
    uint64_t first_ms, second_ms, third_ms;
    size_t asked;

    w->does_keyholder.refuses = PROTO_TROUBLE;
    assert_err(holders_want_until(w, 1), proto_refusal_err(PROTO_TROUBLE));
    /* The refusal that was told is of the last question: one before it may have had its answer too late. */
    asked = w->questions[CLIENT_KEYHOLDER];
    first_ms = w->asked_ms[CLIENT_KEYHOLDER];
    second_ms = asked_again(w, asked + 1);
    third_ms = asked_again(w, asked + 2);
    /* No earlier; how much later is this machine's matter. */
    assert_true(second_ms - first_ms >= client_derive_pause_ms(1));
    assert_true(third_ms - second_ms >= client_derive_pause_ms(2));
    assert_int_equal(w->questions[CLIENT_HUB], 1);
}

/* Neither counted: what is asked for next need not wait for what did not fit. */
static void what_both_refuse_for_its_number_is_dropped(void **state)
{
    struct holders *w = *state;
    uint8_t id[PROTO_ID_LEN];

    w->does_hub.refuses = w->does_keyholder.refuses = PROTO_QUOTA;
    assert_err(holders_want_until(w, 1), ERR_QUOTA);
    assert_null(strstr(w->call.trouble.text, "counted this batch"));
    holders_turn_for(w, TOLD_MS);
    memcpy(id, w->asked[CLIENT_HUB].head.id, sizeof id);
    w->does_hub.refuses = w->does_keyholder.refuses = PROTO_ACCEPTED;
    assert_err(holders_want_until(w, 2), OK);
    assert_memory_not_equal(w->asked[CLIENT_HUB].head.id, id, sizeof id);
    assert_false(holders_is_known(w, 1));
    assert_int_equal(holders_waiting(w), 1);
}

/* A block ended, and then it went away: what is said is that it is away. */
static void who_refused_and_is_away_is_away(void **state)
{
    struct holders *w = *state;

    w->does_keyholder.refuses = PROTO_BLOCKED;
    assert_err(holders_want_until(w, 1), proto_refusal_err(PROTO_BLOCKED));
    holders_turn_for(w, TOLD_MS);
    w->does_keyholder = (struct holders_does){.share = NULL};
    assert_err(holders_want_until(w, 2), ERR_PEER);
    assert_string_equal(w->call.trouble.text, "the keyholder cannot be reached; 2 children wait for a pseudonym, made when it answers. Of "
        "this command nothing was done: give it again then");
    w->does_keyholder.share = holders_keyholder_share;
    holders_until_none_waits(w);
    assert_int_equal(w->questions[CLIENT_HUB], 2);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, holders_setup, holders_teardown)
    const struct CMUnitTest tests[] = {
        T(a_keyholder_in_trouble), T(a_keyholder_that_blocks), T(a_keyholder_that_says_for_ever), T(a_keyholder_that_knows_no_key),
        T(a_keyholder_that_finds_it_malformed), T(a_keyholder_of_another_region), T(a_keyholder_that_alone_counted_enough),
        T(a_hub_in_trouble), T(a_hub_that_blocks), T(a_hub_that_alone_counted_enough), T(a_keyholder_of_another_time),
        T(a_keyholder_that_lies), T(a_keyholder_that_says_too_little), T(a_hub_that_lies), cmocka_unit_test(the_pause_doubles_to_ten_minutes),
        T(nobody_is_asked_before_the_pause_is_over), T(what_both_refuse_for_its_number_is_dropped), T(who_refused_and_is_away_is_away),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
