/* proto/registry: the witness key of a partner that is admitted later (P-180, P-182, P-125). */
#include "tests/support/registry_alone.h"

#include "proto/note.h"

#include <stdio.h>

enum { WITNESS_SEED = 91 };

static void vkey_of(const char *name, const uint8_t key[32], enum proto_note_type type, char out[PROTO_VKEY_MAX])
{
    struct proto_note_key k;

    assert_err(proto_note_key_make(name, (uint8_t)type, key, &k), OK);
    proto_note_key_encode(&k, out);
}

/* An admission whose partner cosigns with the key of this seed. */
static struct proto_registry_say admission(uint8_t seed)
{
    struct proto_registry_say say = registry_say(&s, PROTO_REG_ADMIT, 0);
    uint8_t public[32], secret[64];

    region_sample_key(seed, public, secret);
    vkey_of(say.handle, public, PROTO_NOTE_COSIGNATURE, say.witness);
    return say;
}

static void a_later_partner_is_a_witness(void **state)
{
    struct proto_registry_say say = admission(WITNESS_SEED);
    uint8_t before = s.region.r.witness_count;

    (void)state;
    assert_int_equal(put_by(&say, "01"), PROTO_REG_COUNTS);
    assert_int_equal(s.region.r.witness_count, before + 1);
    assert_false(s.region.r.witness[before].outsider);
    assert_string_equal(s.region.r.witness[before].vkey, say.witness);
}

static void without_a_key_it_is_a_partner_all_the_same(void **state)
{
    struct proto_registry_say say = registry_say(&s, PROTO_REG_ADMIT, 0);
    uint8_t before = s.region.r.witness_count;

    (void)state;
    assert_int_equal(put_by(&say, "01"), PROTO_REG_COUNTS);
    assert_int_equal(s.region.r.witness_count, before);
    assert_non_null(proto_region_partner(&s.region.r, s.new_id));
}

static void what_was_said_is_read_again(void **state)
{
    struct proto_registry_say say = admission(WITNESS_SEED), again;
    struct registry_note n = registry_signed(&s, &say, "01");

    (void)state;
    assert_err(proto_registry_say_parse(n.data, n.len, &again, NULL), OK);
    assert_string_equal(again.witness, say.witness);
    for (size_t cut = 0; cut < n.len; cut++)
        assert_int_not_equal(proto_registry_judge(s.r, n.data, cut, REGISTRY_NOW, NULL), PROTO_REG_COUNTS);
}

/* One key in two hands would count for two. */
static void a_key_that_is_used_is_refused(void **state)
{
    struct proto_registry_say say = registry_say(&s, PROTO_REG_ADMIT, 0);

    (void)state;
    vkey_of(say.handle, s.region.r.log_key, PROTO_NOTE_COSIGNATURE, say.witness);
    assert_int_equal(put_by(&say, "01"), PROTO_REG_EXISTS);
    vkey_of(say.handle, s.region.r.partner[1].root_key, PROTO_NOTE_COSIGNATURE, say.witness);
    assert_int_equal(put_by(&say, "01"), PROTO_REG_EXISTS);
    vkey_of(say.handle, say.key, PROTO_NOTE_COSIGNATURE, say.witness);
    assert_int_equal(put_by(&say, "01"), PROTO_REG_EXISTS);
    for (uint8_t i = 0; i < s.region.r.witness_count; i++) {
        struct proto_note_key k;

        assert_err(proto_note_key_decode(s.region.r.witness[i].vkey, &k), OK);
        vkey_of(say.handle, k.key, PROTO_NOTE_COSIGNATURE, say.witness);
        assert_int_equal(put_by(&say, "01"), PROTO_REG_EXISTS);
    }
}

static void another_name_or_type_has_no_form(void **state)
{
    struct proto_registry_say say = admission(WITNESS_SEED);
    uint8_t public[32], secret[64];

    (void)state;
    assert_err(format(&say), OK);
    region_sample_key(WITNESS_SEED, public, secret);
    vkey_of("somebody-else", public, PROTO_NOTE_COSIGNATURE, say.witness);
    assert_int_not_equal(format(&say), OK);
    vkey_of(say.handle, public, PROTO_NOTE_ED25519, say.witness);
    assert_int_not_equal(format(&say), OK);
    (void)snprintf(say.witness, sizeof say.witness, "%s", "no key");
    assert_int_not_equal(format(&say), OK);
}

/* A checkpoint has room for so many; the next partner counts among those of whom half must cosign. */
static void beyond_the_room_there_are_no_more(void **state)
{
    struct proto_registry_say say = admission(WITNESS_SEED);

    (void)state;
    s.region.r.witness_count = PROTO_WITNESSES_MAX;
    for (uint8_t i = 0; i < PROTO_WITNESSES_MAX; i++) {
        uint8_t public[32], secret[64];

        region_sample_key((uint8_t)(100 + i), public, secret);
        vkey_of("one-of-many", public, PROTO_NOTE_COSIGNATURE, s.region.r.witness[i].vkey);
    }
    assert_int_equal(put_by(&say, "01"), PROTO_REG_COUNTS);
    assert_int_equal(s.region.r.witness_count, PROTO_WITNESSES_MAX);
    assert_non_null(proto_region_partner(&s.region.r, s.new_id));
}

#define ROW(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROW(a_later_partner_is_a_witness), ROW(without_a_key_it_is_a_partner_all_the_same), ROW(what_was_said_is_read_again),
        ROW(a_key_that_is_used_is_refused), ROW(another_name_or_type_has_no_form), ROW(beyond_the_room_there_are_no_more),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests_name("registry witness", tests, NULL, NULL);
}
