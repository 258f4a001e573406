/* proto/region_witness, proto/cosigned: which key of a witness counts when its key was changed (P-125, P-200). */
#include "tests/support/cosigned_world.h"

#include "proto/region_witness.h"

enum { PARTNERS = 3, OUTSIDER = 3, NEXT = 4, FOREIGN = 0x31 };   /* NEXT: the key that takes the place of the first partner's */
#define CHANGE (NOW - 100)

static struct proto_revoked revoked[2];

/* The public key of FOREIGN bytes under the name of this witness. */
static struct proto_note_key foreign_key(const struct world *w, size_t witness, char vkey[PROTO_NOTE_VKEY_ROOM])
{
    struct proto_note_key k;
    uint8_t public[32];

    memset(public, FOREIGN, sizeof public);
    assert_err(proto_note_key_make(w->s.key[witness].name, PROTO_NOTE_COSIGNATURE, public, &k), OK);
    proto_note_key_encode(&k, vkey);
    return k;
}

static void vkey_of_outsider(const struct world *w, char vkey[PROTO_NOTE_VKEY_ROOM])
{
    proto_note_key_encode(&w->s.key[OUTSIDER], vkey);
}

/* Three partners and an outsider have cosigned nothing yet; at CHANGE the first partner's key becomes another one. */
static int setup(void **state)
{
    struct world *w = world_new(PARTNERS, 2);
    struct proto_region_witness_change c = { .from_s = 0, .at_s = CHANGE };
    char vkey[PROTO_NOTE_VKEY_ROOM];
    uint8_t public[32];

    w->region.witness_count = PARTNERS + 1;
    for (size_t i = 0; i < PARTNERS; i++) {
        memcpy(w->region.partner[i].handle, w->s.key[i].name, strlen(w->s.key[i].name) + 1);
        memset(w->region.partner[i].id, (int)i + 1, PROTO_PARTNER_LEN);
    }
    memcpy(public, w->s.key[NEXT].key, sizeof public);
    assert_err(proto_note_key_make(w->s.key[0].name, PROTO_NOTE_COSIGNATURE, public, &w->s.key[NEXT]), OK);
    proto_note_key_encode(&w->s.key[NEXT], vkey);
    c.vkey = vkey;
    proto_region_witness_put(&w->region, 0, &c);
    *state = w;
    return 0;
}

static int revoked_none(void **state)
{
    memset(revoked, 0, sizeof revoked);
    return teardown(state);
}

/* The key of this partner; NEXT is the first one's, too. */
static void revoke(struct world *w, size_t key)
{
    struct proto_revoked *one = &revoked[w->region.revoked_count++];

    one->from_s = NOW;
    memcpy(one->partner, w->region.partner[key % NEXT].id, PROTO_PARTNER_LEN);
    memcpy(one->key, w->s.key[key].key, PROTO_KEY_LEN);
    w->region.revoked = revoked;
}

/* ---- what was cosigned before ---- */

static void what_was_anchored_stays_anchored(void **state)
{
    struct world *w = *state;

    cosign(w, 0, CHANGE - 10);
    cosign(w, 1, CHANGE - 9);
    cosign(w, OUTSIDER, CHANGE - 8);
    assert_int_equal(count(w, NULL).partners, 2);
    assert_true(count(w, NULL).anchored);
}

/* ---- after it ---- */

static void the_new_key_counts_from_then_on(void **state)
{
    struct world *w = *state;

    cosign(w, NEXT, CHANGE);
    cosign(w, 1, CHANGE + 1);
    cosign(w, OUTSIDER, CHANGE + 1);
    assert_true(count(w, NULL).anchored);
}

static void the_old_key_counts_no_more(void **state)
{
    struct world *w = *state;

    cosign(w, 0, CHANGE);
    assert_int_equal(count(w, w->s.key[0].key).self_s, 0);
    cosign(w, 0, CHANGE + 1);
    cosign(w, 1, CHANGE + 1);
    cosign(w, OUTSIDER, CHANGE + 1);
    assert_int_equal(count(w, NULL).partners, 1);
    assert_false(count(w, NULL).anchored);
}

/* Whoever stole the old key writes what time it likes; the lines of the others have theirs. */
static void an_old_line_among_new_ones_counts_no_more(void **state)
{
    struct world *w = *state;

    cosign(w, 0, CHANGE - 1);
    cosign(w, 1, CHANGE + 1);
    cosign(w, OUTSIDER, CHANGE + 1);
    assert_int_equal(count(w, NULL).partners, 1);
    assert_false(count(w, NULL).anchored);
}

/* It must not move the moment either: an archive stays what it was, whoever adds such a line. */
static void a_late_line_of_the_old_key_moves_nothing(void **state)
{
    struct world *w = *state;

    cosign(w, 1, CHANGE - 10);
    cosign(w, 2, CHANGE - 9);
    cosign(w, OUTSIDER, CHANGE - 8);
    cosign(w, 0, NOW);
    assert_int_equal(count(w, NULL).partners, 2);
    assert_true(count(w, NULL).anchored);
    assert_int_equal(count(w, NULL).other_s, CHANGE - 8);
}

static void one_partner_with_two_keys_counts_once(void **state)
{
    struct world *w = *state;

    cosign(w, 0, CHANGE - 1);
    cosign(w, NEXT, CHANGE + 1);
    cosign(w, OUTSIDER, CHANGE + 1);
    assert_int_equal(count(w, NULL).partners, 1);
    assert_false(count(w, NULL).anchored);
    cosign(w, 0, CHANGE + 1);
    assert_int_equal(count(w, NULL).partners, 1);
}

static void the_new_key_says_nothing_of_before(void **state)
{
    struct world *w = *state;

    cosign(w, NEXT, CHANGE - 5);
    cosign(w, 1, CHANGE - 5);
    cosign(w, OUTSIDER, CHANGE - 5);
    assert_int_equal(count(w, NULL).partners, 1);
    assert_false(count(w, NULL).anchored);
}

/* ---- a key that was revoked ---- */

static void a_revoked_key_counts_at_no_moment(void **state)
{
    struct world *w = *state;

    cosign(w, 0, CHANGE - 10);
    cosign(w, 1, CHANGE - 10);
    cosign(w, OUTSIDER, CHANGE - 10);
    assert_true(count(w, NULL).anchored);
    revoke(w, 0);
    assert_int_equal(count(w, NULL).partners, 1);
    assert_false(count(w, NULL).anchored);
    /* With two others it is anchored, as it should be. */
    cosign(w, 2, CHANGE - 10);
    assert_true(count(w, NULL).anchored);
}

static void a_revoked_key_of_now_leaves_the_place_empty(void **state)
{
    struct world *w = *state;

    assert_true(proto_cosigned_is_possible(&w->region, NOW));
    revoke(w, NEXT);
    cosign(w, NEXT, NOW);
    cosign(w, 1, NOW);
    cosign(w, OUTSIDER, NOW);
    assert_int_equal(count(w, NULL).needed, 2);
    assert_int_equal(count(w, NULL).partners, 1);
    assert_true(proto_cosigned_is_possible(&w->region, NOW));
}

/* Who reads that nothing can be anchored knows that waiting does not help: a key that was revoked, or counts later, is none. */
static void with_too_few_keys_nothing_can_be_anchored(void **state)
{
    struct world *w = *state;
    char vkey[PROTO_NOTE_VKEY_ROOM];
    struct proto_region_witness_change later = { .vkey = vkey, .from_s = NOW + 60, .at_s = NOW };

    revoke(w, NEXT);
    assert_true(proto_cosigned_is_possible(&w->region, NOW));
    revoke(w, 1);
    assert_false(proto_cosigned_is_possible(&w->region, NOW));
    w->region.revoked_count = 1;
    assert_true(proto_cosigned_is_possible(&w->region, NOW));
    w->region.witness_count = OUTSIDER;
    assert_false(proto_cosigned_is_possible(&w->region, NOW));
    /* An outsider whose first key is of tomorrow. */
    vkey_of_outsider(w, vkey);
    proto_region_witness_put(&w->region, OUTSIDER, &later);
    w->region.witness[OUTSIDER].outsider = true;
    assert_false(proto_cosigned_is_possible(&w->region, NOW));
    assert_true(proto_cosigned_is_possible(&w->region, NOW + 60));
}

static void of_another_partner_the_same_revocation_says_nothing(void **state)
{
    struct world *w = *state;

    revoke(w, NEXT);
    memset(revoked[0].partner, 0x77, sizeof revoked[0].partner);
    cosign(w, NEXT, NOW);
    assert_int_equal(count(w, NULL).partners, 1);
}

/* ---- whose word it is ---- */

static void what_is_said_under_our_other_key_is_not_anothers_word(void **state)
{
    struct world *w = *state;

    cosign(w, NEXT, CHANGE + 5);
    assert_int_equal(count(w, w->s.key[0].key).other_s, 0);
    assert_int_equal(count(w, w->s.key[0].key).self_s, 0);
    assert_int_equal(count(w, w->s.key[NEXT].key).self_s, CHANGE + 5);
    assert_int_equal(count(w, w->s.key[NEXT].key).other_s, 0);
    assert_int_equal(count(w, w->s.key[1].key).other_s, CHANGE + 5);
}

/* ---- a key of before that somebody goes on with ---- */

static void who_goes_on_with_an_old_key_shows(void **state)
{
    struct world *w = *state;

    cosign(w, 0, CHANGE + PROTO_COSIGNED_STALE_S - 1);
    assert_int_equal(count(w, NULL).stale_s, 0);
    cosign(w, 1, NOW);
    assert_int_equal(count(w, NULL).stale_s, 0);
    cosign(w, 0, CHANGE + PROTO_COSIGNED_STALE_S);
    assert_int_equal(count(w, NULL).stale_s, CHANGE + PROTO_COSIGNED_STALE_S);
    assert_int_equal(count(w, NULL).stale, 0);
}

/* Which of them it is is told by name. */
static void the_newest_of_those_who_go_on_is_told(void **state)
{
    struct world *w = *state;
    char vkey[PROTO_NOTE_VKEY_ROOM];
    struct proto_region_witness_change c = { .vkey = vkey, .at_s = CHANGE };

    (void)foreign_key(w, 1, vkey);
    proto_region_witness_put(&w->region, 1, &c);
    cosign(w, 0, CHANGE + PROTO_COSIGNED_STALE_S);
    cosign(w, 1, CHANGE + PROTO_COSIGNED_STALE_S + 1);
    assert_int_equal(count(w, NULL).stale, 1);
    assert_int_equal(count(w, NULL).stale_s, CHANGE + PROTO_COSIGNED_STALE_S + 1);
    cosign(w, 0, CHANGE + PROTO_COSIGNED_STALE_S + 2);
    assert_int_equal(count(w, NULL).stale, 0);
}

static void who_goes_on_with_a_revoked_key_shows(void **state)
{
    struct world *w = *state;

    cosign(w, NEXT, NOW);
    assert_int_equal(count(w, NULL).stale_s, 0);
    revoke(w, NEXT);
    assert_int_equal(count(w, NULL).stale_s, NOW);
}

/* ---- merging ---- */

static void a_place_keeps_one_line_and_the_newer_keys(void **state)
{
    struct world *w = *state;
    uint8_t out[PROTO_NOTE_MAX], *more;
    size_t len = 0, before = w->len, more_len;
    bool changed = false;

    cosign(w, 0, CHANGE - 10);
    more_len = w->len;
    more = check_exact(w->note, more_len);
    w->len = before;
    assert_err(proto_cosigned_merge(&w->region, &w->key, w->note, w->len, more, more_len, out, sizeof out, &len, &changed), OK);
    assert_true(changed);
    assert_int_equal(len, more_len);
    cosign(w, NEXT, CHANGE + 1);
    assert_err(proto_cosigned_merge(&w->region, &w->key, more, more_len, w->note, w->len, out, sizeof out, &len, &changed), OK);
    assert_true(changed);
    assert_int_equal(len, w->len);
    assert_memory_equal(out, w->note, len);
    free(more);
}

static void a_late_line_of_the_old_key_is_not_merged(void **state)
{
    struct world *w = *state;
    uint8_t out[PROTO_NOTE_MAX];
    size_t len = 0;
    bool changed = true;

    cosign(w, 0, CHANGE);
    assert_err(proto_cosigned_merge(&w->region, &w->key, w->log.note, w->log.note_len, w->note, w->len, out, sizeof out, &len, &changed), OK);
    assert_false(changed);
    assert_int_equal(len, w->log.note_len);
}

/* Nor kept, when it was there first. */
static void a_late_line_of_the_old_key_is_dropped(void **state)
{
    struct world *w = *state;
    uint8_t out[PROTO_NOTE_MAX];
    size_t len = 0;
    bool changed = true;

    cosign(w, 0, CHANGE);
    assert_err(proto_cosigned_merge(&w->region, &w->key, w->note, w->len, w->log.note, w->log.note_len, out, sizeof out, &len, &changed), OK);
    assert_false(changed);
    assert_int_equal(len, w->log.note_len);
    assert_memory_equal(out, w->log.note, len);
}

/* ---- the keys of a place ---- */

static void every_moment_has_one_key(void **state)
{
    struct world *w = *state;
    char vkey[PROTO_NOTE_VKEY_ROOM];
    struct proto_region_witness_change c = { .vkey = vkey, .from_s = 0, .at_s = CHANGE - 50, .seen.size = 9, .registry.size = 4 };
    struct proto_note_key key;
    uint64_t until_s;
    unsigned k;

    /* A clock that went back: it counts from the one before on. */
    (void)foreign_key(w, 0, vkey);
    proto_region_witness_put(&w->region, 0, &c);
    assert_int_equal(proto_region_witness_keys(&w->region, 0), 3);
    assert_err(proto_region_witness_at(&w->region, 0, CHANGE - 1, &k), OK);
    assert_int_equal(k, 2);
    assert_err(proto_region_witness_key(&w->region, 0, k, &key, &until_s), OK);
    assert_memory_equal(key.key, w->s.key[0].key, 32);
    assert_int_equal(until_s, CHANGE);
    assert_err(proto_region_witness_at(&w->region, 0, CHANGE, &k), OK);
    assert_int_equal(k, 0);
    assert_err(proto_region_witness_key(&w->region, 0, 3, &key, &until_s), ERR_RANGE);
    assert_int_equal(w->region.witness_changes, 2);
    assert_int_equal(w->region.witness[0].seen.size, 9);
    assert_int_equal(w->region.witness[0].log_number, 1);
}

/* Changed twice: the key between has its place too, by time and by key. */
static void each_of_three_keys_is_found(void **state)
{
    struct world *w = *state;
    char vkey[PROTO_NOTE_VKEY_ROOM];
    struct proto_region_witness_change c = { .vkey = vkey, .at_s = NOW - 50 };
    struct proto_note_key last = foreign_key(w, 0, vkey), key;
    const struct { const uint8_t *key; uint64_t at_s, until_s; unsigned k; } rows[] = {
        { w->s.key[0].key, CHANGE - 1, CHANGE, 2 },
        { w->s.key[NEXT].key, CHANGE, NOW - 50, 1 },
        { w->s.key[NEXT].key, NOW - 51, NOW - 50, 1 },
        { last.key, NOW - 50, PROTO_NEVER_S, 0 },
    };

    proto_region_witness_put(&w->region, 0, &c);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        uint64_t until_s = 0;
        uint8_t place = 99;
        unsigned k = 99;

        assert_err(proto_region_witness_at(&w->region, 0, rows[i].at_s, &k), OK);
        assert_int_equal(k, rows[i].k);
        assert_err(proto_region_witness_key(&w->region, 0, k, &key, &until_s), OK);
        assert_memory_equal(key.key, rows[i].key, 32);
        assert_int_equal(until_s, rows[i].until_s);
        assert_err(proto_region_witness_find(&w->region, rows[i].key, &place, &k), OK);
        assert_int_equal(place, 0);
        assert_int_equal(k, rows[i].k);
    }
    assert_err(proto_region_witness_key(&w->region, w->region.witness_count, 0, &key, &(uint64_t){ 0 }), ERR_RANGE);
}

static void a_statement_for_later_counts_later(void **state)
{
    struct world *w = *state;
    char vkey[PROTO_NOTE_VKEY_ROOM];
    struct proto_region_witness_change c = { .vkey = vkey, .from_s = NOW + 60, .at_s = NOW };

    (void)foreign_key(w, 1, vkey);
    proto_region_witness_put(&w->region, 1, &c);
    assert_int_equal(w->region.witness[1].from_s, NOW + 60);
    cosign(w, 1, NOW);
    assert_int_equal(count(w, NULL).partners, 1);
    cosign(w, 2, NOW + 60);
    assert_int_equal(count(w, NULL).partners, 1);
}

static void an_outsiders_place_is_found_by_key_and_name(void **state)
{
    struct world *w = *state;
    char vkey[PROTO_NOTE_VKEY_ROOM];
    struct proto_region_witness_change c = { .vkey = vkey, .from_s = 0, .at_s = NOW };
    struct proto_note_key next, renamed = w->s.key[OUTSIDER];
    uint8_t place = 99;

    assert_false(proto_region_witness_is_outsider(&w->region, &w->s.key[1], false, &place));
    renamed.name[0] ^= 1;
    assert_false(proto_region_witness_is_outsider(&w->region, &renamed, false, &place));
    assert_int_equal(place, 99);
    assert_true(proto_region_witness_is_outsider(&w->region, &w->s.key[OUTSIDER], true, &place));
    assert_int_equal(place, OUTSIDER);
    next = foreign_key(w, OUTSIDER, vkey);
    proto_region_witness_put(&w->region, OUTSIDER, &c);
    assert_false(proto_region_witness_is_outsider(&w->region, &w->s.key[OUTSIDER], true, &place));
    assert_true(proto_region_witness_is_outsider(&w->region, &w->s.key[OUTSIDER], false, &place));
    assert_true(proto_region_witness_is_outsider(&w->region, &next, true, &place));
}

static void a_clock_that_is_behind_waits_for_its_key(void **state)
{
    (void)state;
    assert_int_equal(proto_cosigned_time(0, NOW), NOW);
    assert_int_equal(proto_cosigned_time(NOW, NOW), NOW);
    assert_int_equal(proto_cosigned_time(NOW + PROTO_COSIGNED_AHEAD_S, NOW), NOW + PROTO_COSIGNED_AHEAD_S);
    /* Further off than others would take: then it says what it thinks. */
    assert_int_equal(proto_cosigned_time(NOW + PROTO_COSIGNED_AHEAD_S + 1, NOW), NOW);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, revoked_none)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_was_anchored_stays_anchored), TEST(the_new_key_counts_from_then_on), TEST(the_old_key_counts_no_more),
        TEST(an_old_line_among_new_ones_counts_no_more), TEST(a_late_line_of_the_old_key_moves_nothing),
        TEST(one_partner_with_two_keys_counts_once), TEST(the_new_key_says_nothing_of_before), TEST(a_revoked_key_counts_at_no_moment),
        TEST(a_revoked_key_of_now_leaves_the_place_empty), TEST(with_too_few_keys_nothing_can_be_anchored),
        TEST(of_another_partner_the_same_revocation_says_nothing),
        TEST(what_is_said_under_our_other_key_is_not_anothers_word), TEST(who_goes_on_with_an_old_key_shows), TEST(who_goes_on_with_a_revoked_key_shows),
        TEST(the_newest_of_those_who_go_on_is_told), TEST(a_late_line_of_the_old_key_is_dropped),
        TEST(a_place_keeps_one_line_and_the_newer_keys),
        TEST(a_late_line_of_the_old_key_is_not_merged), TEST(every_moment_has_one_key), TEST(each_of_three_keys_is_found),
        TEST(a_statement_for_later_counts_later),
        TEST(an_outsiders_place_is_found_by_key_and_name), TEST(a_clock_that_is_behind_waits_for_its_key),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests_name("region witness", tests, NULL, NULL);
}
