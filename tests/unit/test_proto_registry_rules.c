/* proto/registry_rules: who may change the key of a witness, and what such a statement must say (P-200). */
#include "tests/support/registry_alone.h"

#include "proto/region_witness.h"

#include <stdio.h>

/* Seeds of witness keys; the places as the sample's region has them: an outsider, and here the first partner. */
enum { OUTSIDE = 61, OLD = 62, NEW = 63, NEWER = 64, LATE = 65, OUTSIDER = 0, PARTNER = 1 };

static struct proto_note_key key_of(const char *name, uint8_t seed)
{
    uint8_t public[32], secret[64];
    struct proto_note_key k;

    region_sample_key(seed, public, secret);
    assert_err(proto_note_key_make(name, PROTO_NOTE_COSIGNATURE, public, &k), OK);
    return k;
}

static void vkey_of(const char *name, uint8_t seed, char out[PROTO_VKEY_MAX])
{
    struct proto_note_key k = key_of(name, seed);

    proto_note_key_encode(&k, out);
}

static int with_witnesses(void **state)
{
    (void)setup(state);
    vkey_of("outside.example", OUTSIDE, s.region.r.witness[OUTSIDER].vkey);
    vkey_of(s.region.handle[0], OLD, s.region.r.witness[PARTNER].vkey);
    return 0;
}

/* ---- statements ---- */

/* The key of seed old of this name is replaced; partner below 0: of an outsider. */
static struct proto_registry_say change(const char *name, int partner, uint8_t old, uint8_t new)
{
    struct proto_registry_say say = registry_say(&s, PROTO_REG_WITNESS, partner < 0 ? 0 : (size_t)partner);
    struct proto_note_key k = key_of(name, old == 0 ? 1 : old);

    if (partner < 0)
        memset(say.partner, 0, sizeof say.partner);
    memset(say.key, 0, sizeof say.key);
    if (old != 0)
        memcpy(say.key, k.key, sizeof say.key);
    vkey_of(name, new, say.witness);
    return say;
}

static void cosign(struct registry_note *n, const char *name, uint8_t seed)
{
    struct proto_note_key k = key_of(name, seed);
    struct registry_note next;
    uint8_t public[32], secret[64];

    region_sample_key(seed, public, secret);
    assert_err(proto_registry_say_cosign(n->data, n->len, &k, secret, REGISTRY_NOW, (char *)next.data, sizeof next.data, &next.len), OK);
    *n = next;
}

/* Root keys of these partners, and the witness key of seed old when it is not 0. */
static struct registry_note note_of(const struct proto_registry_say *say, const char *roots, const char *name, uint8_t old)
{
    struct registry_note n = registry_signed(&s, say, roots);

    if (old != 0)
        cosign(&n, name, old);
    return n;
}

static enum proto_registry_why put(const struct registry_note *n)
{
    return registry_put(s.r, n, REGISTRY_NOW);
}

static enum proto_registry_why own(const char *roots, uint8_t old_line)
{
    struct proto_registry_say say = change(s.region.handle[0], 0, OLD, NEW);
    struct registry_note n = note_of(&say, roots, s.region.handle[0], old_line);

    return put(&n);
}

/* ---- who may say it ---- */

static void its_root_key_and_the_old_key(void **state)
{
    char now[PROTO_VKEY_MAX];

    (void)state;
    assert_int_equal(own("0", OLD), PROTO_REG_COUNTS);
    vkey_of(s.region.handle[0], NEW, now);
    assert_string_equal(s.region.r.witness[PARTNER].vkey, now);
    assert_int_equal(s.region.r.witness[PARTNER].former_count, 1);
    assert_int_equal(s.region.r.witness[PARTNER].seen.size, 40);
    assert_int_equal(s.region.r.witness[PARTNER].registry.size, 7);
    assert_int_equal(s.region.r.witness_count, 2);
}

/* The node was lost, and the key with it. */
static void its_root_key_and_another_partner(void **state)
{
    (void)state;
    assert_int_equal(own("02", 0), PROTO_REG_COUNTS);
}

static void a_stolen_root_key_alone_is_not_enough(void **state)
{
    (void)state;
    assert_int_equal(own("0", 0), PROTO_REG_ONE_SIGNER);
}

static void a_stolen_node_alone_is_not_enough(void **state)
{
    (void)state;
    assert_int_equal(own("", OLD), PROTO_REG_NOT_OWN);
}

/* Two partners in league with the hub would otherwise have as many votes as they like. */
static void two_others_take_nobodys_vote(void **state)
{
    (void)state;
    assert_int_equal(own("12", 0), PROTO_REG_NOT_OWN);
    assert_int_equal(own("12", OLD), PROTO_REG_NOT_OWN);
}

static void more_than_must_sign_spoils_it(void **state)
{
    (void)state;
    assert_int_equal(own("02", OLD), PROTO_REG_TOO_MANY);
}

static void another_keys_line_spoils_it(void **state)
{
    (void)state;
    assert_int_equal(own("0", NEW), PROTO_REG_UNKNOWN_SIGNER);
    assert_int_equal(own("0", OUTSIDE), PROTO_REG_UNKNOWN_SIGNER);
}

static void a_false_line_of_the_old_key(void **state)
{
    struct proto_registry_say say = change(s.region.handle[0], 0, OLD, NEW);
    struct registry_note n = note_of(&say, "0", s.region.handle[0], OLD);

    (void)state;
    n.data[n.len - 10] = n.data[n.len - 10] == 'A' ? 'B' : 'A';
    assert_int_equal(put(&n), PROTO_REG_BAD_SIGNATURE);
}

static void who_is_out_says_nothing(void **state)
{
    struct proto_registry_say gone = registry_say(&s, PROTO_REG_REVOKE, 0);
    struct registry_note n = registry_signed(&s, &gone, "12");

    (void)state;
    assert_int_equal(put(&n), PROTO_REG_COUNTS);
    assert_int_equal(own("0", OLD), PROTO_REG_REVOKED_SIGNER);
}

/* ---- what it says ---- */

static void a_key_that_was_replaced_replaces_nothing(void **state)
{
    struct proto_registry_say say = change(s.region.handle[0], 0, OLD, NEWER);
    struct registry_note with, without = note_of(&say, "02", NULL, 0);

    (void)state;
    assert_int_equal(own("0", OLD), PROTO_REG_COUNTS);
    say.id[0] ^= 0x80;
    with = note_of(&say, "0", s.region.handle[0], OLD);
    assert_int_equal(put(&with), PROTO_REG_UNKNOWN_SIGNER);
    assert_int_equal(put(&without), PROTO_REG_NOT_WITNESS);
}

static void a_key_that_was_revoked_signs_nothing(void **state)
{
    struct proto_registry_say stolen = registry_say(&s, PROTO_REG_REVOKE, 0);
    struct proto_note_key k = key_of(s.region.handle[0], OLD);
    struct registry_note n;

    (void)state;
    memcpy(stolen.key, k.key, sizeof stolen.key);
    n = registry_signed(&s, &stolen, "0");
    assert_int_equal(put(&n), PROTO_REG_COUNTS);
    assert_int_equal(own("0", OLD), PROTO_REG_UNKNOWN_SIGNER);
    assert_int_equal(own("02", 0), PROTO_REG_COUNTS);
}

static void a_key_that_is_or_was_used_is_refused(void **state)
{
    static const uint8_t taken[] = {OUTSIDE, OLD};
    struct proto_note_key k = key_of(s.region.handle[0], OLD);
    struct proto_registry_say say;
    struct registry_note n;

    (void)state;
    for (size_t i = 0; i < sizeof taken; i++) {
        say = change(s.region.handle[0], 0, OLD, taken[i]);
        n = note_of(&say, "0", s.region.handle[0], OLD);
        assert_int_equal(put(&n), PROTO_REG_EXISTS);
    }
    assert_int_equal(own("0", OLD), PROTO_REG_COUNTS);
    say = change(s.region.handle[0], 0, NEW, OLD);
    n = note_of(&say, "0", s.region.handle[0], NEW);
    assert_int_equal(put(&n), PROTO_REG_EXISTS);
    /* And nobody takes one of before as a root key. */
    say = registry_say(&s, PROTO_REG_ROOT, 1);
    memcpy(say.key, k.key, sizeof say.key);
    n = registry_signed(&s, &say, "02");
    assert_int_equal(put(&n), PROTO_REG_EXISTS);
}

static void another_name_is_no_key_of_this_place(void **state)
{
    struct proto_registry_say say = change(s.region.handle[0], 0, OLD, NEW);
    struct registry_note n;

    (void)state;
    vkey_of("somebody-else", NEW, say.witness);
    n = note_of(&say, "0", s.region.handle[0], OLD);
    assert_int_equal(put(&n), PROTO_REG_MALFORMED);
}

static void the_place_of_another_is_not_touched(void **state)
{
    struct proto_registry_say say = change(s.region.handle[1], 1, OLD, NEW);
    struct registry_note n = note_of(&say, "1", s.region.handle[0], OLD);

    (void)state;
    assert_int_equal(put(&n), PROTO_REG_NOT_WITNESS);
    say = change("outside.example", 1, OUTSIDE, NEW);
    n = note_of(&say, "1", "outside.example", OUTSIDE);
    assert_int_equal(put(&n), PROTO_REG_NOT_WITNESS);
    say = change(s.region.handle[0], -1, OLD, NEW);
    n = note_of(&say, "12", s.region.handle[0], OLD);
    assert_int_equal(put(&n), PROTO_REG_NOT_WITNESS);
}

static void not_from_a_day_to_come(void **state)
{
    struct proto_registry_say say = change(s.region.handle[0], 0, OLD, NEW);
    struct registry_note n;

    (void)state;
    say.from_s = REGISTRY_NOW + 121;
    n = note_of(&say, "0", s.region.handle[0], OLD);
    assert_int_equal(put(&n), PROTO_REG_BAD_TIME);
}

static void so_often_and_no_more(void **state)
{
    struct proto_registry_say say;
    struct registry_note n;

    (void)state;
    for (uint8_t i = 0; i < PROTO_WITNESS_FORMER_MAX; i++) {
        say = change(s.region.handle[0], 0, (uint8_t)(i == 0 ? OLD : 100 + i), (uint8_t)(101 + i));
        n = note_of(&say, "02", NULL, 0);
        assert_int_equal(put(&n), PROTO_REG_COUNTS);
    }
    say = change(s.region.handle[0], 0, 100 + PROTO_WITNESS_FORMER_MAX, NEW);
    n = note_of(&say, "02", NULL, 0);
    assert_int_equal(put(&n), PROTO_REG_FULL);
}

/* ---- a partner that has none ---- */

static void a_first_key_makes_a_place(void **state)
{
    struct proto_registry_say say = change(s.region.handle[1], 1, 0, NEW);
    struct registry_note alone = note_of(&say, "1", NULL, 0), n = note_of(&say, "12", NULL, 0);
    unsigned k;

    (void)state;
    assert_int_equal(put(&alone), PROTO_REG_ONE_SIGNER);
    assert_int_equal(put(&n), PROTO_REG_COUNTS);
    assert_int_equal(s.region.r.witness_count, 3);
    assert_false(s.region.r.witness[2].outsider);
    assert_string_equal(s.region.r.witness[2].vkey, say.witness);
    assert_err(proto_region_witness_at(&s.region.r, 2, REGISTRY_NOW - 1, &k), ERR_NOTFOUND);
    assert_err(proto_region_witness_at(&s.region.r, 2, REGISTRY_NOW, &k), OK);
    /* Now it has one. */
    say = change(s.region.handle[1], 1, 0, NEWER);
    n = note_of(&say, "12", NULL, 0);
    assert_int_equal(put(&n), PROTO_REG_NOT_WITNESS);
}

static void without_room_there_is_no_first_key(void **state)
{
    struct proto_registry_say say = change(s.region.handle[1], 1, 0, NEW);
    struct registry_note n = note_of(&say, "12", NULL, 0);

    (void)state;
    for (uint8_t i = 2; i < PROTO_WITNESSES_MAX; i++)
        vkey_of("one-of-many", (uint8_t)(100 + i), s.region.r.witness[i].vkey);
    s.region.r.witness_count = PROTO_WITNESSES_MAX;
    assert_int_equal(put(&n), PROTO_REG_FULL);
}

/* Who was admitted later changes it like a founder. */
static void a_late_partner(void **state)
{
    struct proto_registry_say say = registry_say(&s, PROTO_REG_ADMIT, 0);
    struct registry_note n;
    uint8_t public[32], secret[64];

    (void)state;
    vkey_of(say.handle, LATE, say.witness);
    n = registry_signed(&s, &say, "01");
    assert_int_equal(put(&n), PROTO_REG_COUNTS);
    region_sample_key(NEW_SEED, public, secret);
    say = change("buurthuis-west", 0, LATE, NEW);
    memcpy(say.partner, s.new_id, sizeof say.partner);
    n = registry_signed(&s, &say, "");
    registry_add(&n, "buurthuis-west", secret);
    assert_int_equal(put(&n), PROTO_REG_ONE_SIGNER);
    say.id[0] ^= 0x80;
    n = registry_signed(&s, &say, "");
    registry_add(&n, "buurthuis-west", secret);
    cosign(&n, "buurthuis-west", LATE);
    assert_int_equal(put(&n), PROTO_REG_COUNTS);
    assert_string_equal(s.region.r.witness[2].vkey, say.witness);
}

/* ---- an outsider ---- */

static enum proto_registry_why outside(const char *roots, uint8_t old_line)
{
    struct proto_registry_say say = change("outside.example", -1, OUTSIDE, NEW);
    struct registry_note n = note_of(&say, roots, "outside.example", old_line);

    return put(&n);
}

static void an_outsider_with_two_partners(void **state)
{
    (void)state;
    assert_int_equal(outside("01", OUTSIDE), PROTO_REG_COUNTS);
    assert_true(s.region.r.witness[OUTSIDER].outsider);
    assert_int_equal(s.region.r.witness[OUTSIDER].former_count, 1);
}

static void an_outsider_with_one_partner_is_too_few(void **state)
{
    (void)state;
    assert_int_equal(outside("1", OUTSIDE), PROTO_REG_ONE_SIGNER);
}

static void partners_alone_do_not_choose_who_looks_from_outside(void **state)
{
    (void)state;
    assert_int_equal(outside("01", 0), PROTO_REG_NOT_WITNESS);
}

/* ---- the form ---- */

static void what_is_missing_has_no_form(void **state)
{
    struct proto_registry_say good = change(s.region.handle[0], 0, OLD, NEW), say = good;
    uint8_t public[32], secret[64];
    struct proto_note_key k;

    (void)state;
    assert_err(format(&say), OK);
    say.witness[0] = '\0';
    assert_int_not_equal(format(&say), OK);
    say = good;
    memset(say.digest, 0, sizeof say.digest);
    assert_int_not_equal(format(&say), OK);
    say = good;
    say.statements = 65536;
    assert_int_not_equal(format(&say), OK);
    say = good;
    region_sample_key(NEW, public, secret);
    assert_err(proto_note_key_make(s.region.handle[0], PROTO_NOTE_ED25519, public, &k), OK);
    proto_note_key_encode(&k, say.witness);
    assert_int_not_equal(format(&say), OK);
}

static void what_was_said_is_read_again(void **state)
{
    struct proto_registry_say say = change(s.region.handle[0], 0, OLD, NEW), again;
    struct registry_note n = note_of(&say, "0", s.region.handle[0], OLD);

    (void)state;
    assert_err(proto_registry_say_parse(n.data, n.len, &again, NULL), OK);
    assert_string_equal(again.witness, say.witness);
    assert_int_equal(again.seen, 40);
    assert_int_equal(again.statements, 7);
    assert_memory_equal(again.key, say.key, sizeof say.key);
    for (size_t cut = 0; cut < n.len; cut++)
        assert_int_not_equal(proto_registry_judge(s.r, n.data, cut, REGISTRY_NOW, NULL), PROTO_REG_COUNTS);
    for (size_t i = 0; i < n.len; i++) {
        n.data[i] ^= 1;
        assert_int_not_equal(proto_registry_judge(s.r, n.data, n.len, REGISTRY_NOW, NULL), PROTO_REG_COUNTS);
        n.data[i] ^= 1;
    }
    assert_int_equal(proto_registry_judge(s.r, n.data, n.len, REGISTRY_NOW, NULL), PROTO_REG_COUNTS);
}

#define ROW(f) cmocka_unit_test_setup_teardown(f, with_witnesses, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROW(its_root_key_and_the_old_key), ROW(its_root_key_and_another_partner), ROW(a_stolen_root_key_alone_is_not_enough),
        ROW(a_stolen_node_alone_is_not_enough), ROW(two_others_take_nobodys_vote), ROW(more_than_must_sign_spoils_it),
        ROW(another_keys_line_spoils_it), ROW(a_false_line_of_the_old_key), ROW(who_is_out_says_nothing),
        ROW(a_key_that_was_replaced_replaces_nothing), ROW(a_key_that_was_revoked_signs_nothing), ROW(a_key_that_is_or_was_used_is_refused),
        ROW(another_name_is_no_key_of_this_place), ROW(the_place_of_another_is_not_touched), ROW(not_from_a_day_to_come),
        ROW(so_often_and_no_more), ROW(a_first_key_makes_a_place), ROW(without_room_there_is_no_first_key), ROW(a_late_partner),
        ROW(an_outsider_with_two_partners), ROW(an_outsider_with_one_partner_is_too_few),
        ROW(partners_alone_do_not_choose_who_looks_from_outside), ROW(what_is_missing_has_no_form), ROW(what_was_said_is_read_again),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests_name("registry rules of witness keys", tests, NULL, NULL);
}
