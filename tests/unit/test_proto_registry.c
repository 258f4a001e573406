/* proto/registry: which statement counts and what it changes (P-180 to P-188). */
#include "tests/support/registry_alone.h"

#include "base/wr.h"

#include <stdio.h>

/* ---- a partner is admitted ---- */

static void two_partners_admit_a_third(void **state)
{
    struct proto_registry_say say = registry_say(&s, PROTO_REG_ADMIT, 0);
    const struct proto_partner *founder = &s.region.r.partner[0], before = *founder, *p;

    (void)state;
    assert_int_equal(put_by(&say, "01"), PROTO_REG_COUNTS);
    p = proto_region_partner(&s.region.r, s.new_id);
    assert_non_null(p);
    assert_string_equal(p->handle, "buurthuis-west");
    assert_true(proto_partner_exists_at(p, REGISTRY_NOW));
    assert_false(proto_partner_exists_at(p, REGISTRY_NOW - 1));
    assert_false(proto_partner_exists_at(p, REGISTRY_NOW + 1000000));
    assert_ptr_equal(proto_region_handle(&s.region.r, "buurthuis-west"), p);
    assert_memory_equal(founder, &before, sizeof before);
    assert_int_equal(proto_registry_size(s.r), 1);
}

static void who_was_admitted_signs_for_the_next(void **state)
{
    struct proto_registry_say say = registry_say(&s, PROTO_REG_ADMIT, 0), revoke = registry_say(&s, PROTO_REG_REVOKE, 0);
    struct registry_note n;

    (void)state;
    assert_int_equal(put_by(&say, "01"), PROTO_REG_COUNTS);
    n = registry_signed(&s, &revoke, "1");
    registry_add(&n, "buurthuis-west", s.new_secret);
    assert_int_equal(registry_put(s.r, &n, REGISTRY_NOW), PROTO_REG_COUNTS);
    assert_true(proto_region_partner(&s.region.r, s.region.id[0])->revoked);
}

/* ---- each refusal, by name; the registry is as it was, but for its tree ---- */

struct refusal { const char *name; enum proto_registry_act act; size_t about; const char *by; enum proto_registry_why why; };

static const struct refusal refusals[] = {
    {"admit: nobody signed is no note", PROTO_REG_ADMIT, 0, "", PROTO_REG_MALFORMED},
    {"admit: one signature only", PROTO_REG_ADMIT, 0, "0", PROTO_REG_ONE_SIGNER},
    {"admit: three signatures", PROTO_REG_ADMIT, 0, "012", PROTO_REG_TOO_MANY},
    {"revoke: one other partner", PROTO_REG_REVOKE, 0, "1", PROTO_REG_ONE_SIGNER},
    {"revoke: itself and another", PROTO_REG_REVOKE, 0, "01", PROTO_REG_TOO_MANY},
    {"root: itself", PROTO_REG_ROOT, 0, "0", PROTO_REG_OWN},
    {"root: itself and another", PROTO_REG_ROOT, 0, "10", PROTO_REG_OWN},
    {"root: one other", PROTO_REG_ROOT, 0, "1", PROTO_REG_ONE_SIGNER},
    {"quota: itself and another", PROTO_REG_QUOTA, 0, "01", PROTO_REG_OWN},
    {"quota: one other", PROTO_REG_QUOTA, 0, "2", PROTO_REG_ONE_SIGNER},
    {"pack: two in one statement", PROTO_REG_PACK, 0, "01", PROTO_REG_TOO_MANY},
};

static void is_refused(void **state)
{
    const struct refusal *row = *state;
    struct proto_registry_say say = registry_say(&s, row->act, row->about);
    uint16_t before = s.region.r.partner_count;

    assert_int_equal(put_by(&say, row->by), row->why);
    assert_int_equal(s.region.r.partner_count, before);
    assert_false(proto_region_partner(&s.region.r, s.region.id[0])->revoked);
    assert_int_equal(proto_registry_void(s.r), 1);
    assert_int_equal(proto_registry_size(s.r), 1);
    assert_int_equal(proto_registry_quota(s.r, s.region.id[0], REGISTRY_NOW), 0);
}

static void both_signatures_of_one_partner_are_refused(void **state)
{
    struct proto_registry_say say = registry_say(&s, PROTO_REG_ADMIT, 0);
    struct registry_note n = registry_signed(&s, &say, "0"), twice = n;
    const uint8_t *line = (const uint8_t *)strstr((const char *)n.data, "\n\n") + 2;
    size_t len = n.len - (size_t)(line - n.data);

    (void)state;
    memcpy(twice.data + n.len, line, len);
    twice.len += len;
    assert_int_equal(registry_put(s.r, &twice, REGISTRY_NOW), PROTO_REG_SAME_PARTNER);
}

static void an_invented_partner_does_not_sign(void **state)
{
    struct proto_registry_say say = registry_say(&s, PROTO_REG_ADMIT, 0);
    struct registry_note n = registry_signed(&s, &say, "0");

    (void)state;
    registry_add(&n, "buurthuis-west", s.new_secret);
    assert_int_equal(registry_put(s.r, &n, REGISTRY_NOW), PROTO_REG_UNKNOWN_SIGNER);
    n = registry_signed(&s, &say, "0");
    registry_add(&n, s.region.handle[1], s.new_secret);
    assert_int_equal(registry_put(s.r, &n, REGISTRY_NOW), PROTO_REG_UNKNOWN_SIGNER);
}

static void a_statement_counts_once(void **state)
{
    struct proto_registry_say say = registry_say(&s, PROTO_REG_QUOTA, 0);

    (void)state;
    assert_int_equal(put_by(&say, "12"), PROTO_REG_COUNTS);
    assert_int_equal(put_by(&say, "12"), PROTO_REG_REPLAYED);
    assert_int_equal(put_by(&say, "21"), PROTO_REG_REPLAYED);
}

static void of_another_region_too_late_or_too_early_it_is_refused(void **state)
{
    struct proto_registry_say say = registry_say(&s, PROTO_REG_QUOTA, 0);

    (void)state;
    say.region[0] ^= 1;
    assert_int_equal(put_by(&say, "12"), PROTO_REG_OTHER_REGION);
    say.region[0] ^= 1;
    say.before_s = REGISTRY_NOW;
    say.made_s = REGISTRY_NOW - 10;
    assert_int_equal(put_by(&say, "12"), PROTO_REG_EXPIRED);
    say.made_s = REGISTRY_NOW + 121;
    say.before_s = REGISTRY_NOW + 1000;
    assert_int_equal(put_by(&say, "12"), PROTO_REG_EXPIRED);
    say.made_s = REGISTRY_NOW + 120;
    assert_int_equal(put_by(&say, "12"), PROTO_REG_COUNTS);
}

static void a_leaf_never_goes_back_in_time(void **state)
{
    struct proto_registry_say say = registry_say(&s, PROTO_REG_QUOTA, 0), more = registry_say(&s, PROTO_REG_QUOTA, 0);
    struct registry_note n = registry_signed(&s, &say, "12"), m = registry_signed(&s, &more, "12");

    (void)state;
    assert_int_equal(registry_put(s.r, &n, REGISTRY_NOW + 60), PROTO_REG_COUNTS);
    assert_int_equal(registry_put(s.r, &m, REGISTRY_NOW + 59), PROTO_REG_EXPIRED);
}

static void who_is_there_is_not_admitted_again(void **state)
{
    struct proto_registry_say say = registry_say(&s, PROTO_REG_ADMIT, 0), again = registry_say(&s, PROTO_REG_ADMIT, 0), other;
    uint8_t public_key[32], secret_key[64];

    (void)state;
    (void)snprintf(say.handle, sizeof say.handle, "%s", s.region.handle[2]);
    assert_int_equal(put_by(&say, "01"), PROTO_REG_EXISTS);
    say = registry_say(&s, PROTO_REG_ADMIT, 0);
    assert_int_equal(put_by(&say, "01"), PROTO_REG_COUNTS);
    assert_int_equal(put_by(&again, "01"), PROTO_REG_EXISTS);
    other = registry_say(&s, PROTO_REG_ADMIT, 0);
    memcpy(other.key, s.region.r.partner[0].root_key, sizeof other.key);
    proto_partner_id(other.key, other.partner);
    assert_int_equal(put_by(&other, "01"), PROTO_REG_EXISTS);
    other = registry_say(&s, PROTO_REG_ADMIT, 0);
    region_sample_key(77, public_key, secret_key);
    memcpy(other.key, public_key, sizeof other.key);
    assert_int_equal(put_by(&other, "01"), PROTO_REG_MALFORMED);
}

/* ---- revocation wins ---- */

static void a_revoked_partner_does_not_sign_nor_come_back(void **state)
{
    struct proto_registry_say revoke = registry_say(&s, PROTO_REG_REVOKE, 0), admit = registry_say(&s, PROTO_REG_ADMIT, 0),
                              root = registry_say(&s, PROTO_REG_ROOT, 0), again = registry_say(&s, PROTO_REG_ADMIT, 0);
    const struct proto_partner *p = proto_region_partner(&s.region.r, s.region.id[0]);

    (void)state;
    assert_int_equal(put_by(&revoke, "12"), PROTO_REG_COUNTS);
    assert_true(p->revoked);
    assert_false(proto_partner_exists_at(p, REGISTRY_NOW));
    assert_true(proto_partner_exists_at(p, REGISTRY_NOW - 1));
    assert_true(proto_registry_narrowed(s.r));
    assert_false(proto_registry_narrowed(s.r));
    assert_int_equal(put_by(&admit, "01"), PROTO_REG_REVOKED_SIGNER);
    assert_int_equal(put_by(&root, "12"), PROTO_REG_REVOKED);
    memcpy(again.key, p->root_key, sizeof again.key);
    memcpy(again.partner, p->id, sizeof again.partner);
    assert_int_equal(put_by(&again, "12"), PROTO_REG_EXISTS);
}

static void a_partner_leaves_by_its_own_word(void **state)
{
    struct proto_registry_say revoke = registry_say(&s, PROTO_REG_REVOKE, 2), same = registry_say(&s, PROTO_REG_REVOKE, 2);

    (void)state;
    assert_int_equal(put_by(&revoke, "2"), PROTO_REG_COUNTS);
    assert_int_equal(put_by(&same, "01"), PROTO_REG_ALREADY);
    same = registry_say(&s, PROTO_REG_REVOKE, 2);
    same.from_s -= 100;
    assert_int_equal(put_by(&same, "01"), PROTO_REG_COUNTS);
    assert_false(proto_partner_exists_at(proto_region_partner(&s.region.r, s.region.id[2]), REGISTRY_NOW - 100));
}

static void a_revocation_is_never_for_later(void **state)
{
    struct proto_registry_say revoke = registry_say(&s, PROTO_REG_REVOKE, 0);

    (void)state;
    revoke.from_s = REGISTRY_NOW + 121;
    assert_int_equal(put_by(&revoke, "12"), PROTO_REG_BAD_TIME);
    revoke.from_s = REGISTRY_NOW + 120;  /* clocks differ by so much */
    assert_int_equal(put_by(&revoke, "12"), PROTO_REG_COUNTS);
}

/* ---- keys ---- */

enum { NODE_SEED = 51, STAFF_SEED = 52 };

static size_t make_cert(enum proto_use use, uint8_t role, uint8_t seed, const uint8_t signer[64], uint8_t out[PROTO_CERT_MAX])
{
    struct proto_cert c = { .use = (uint8_t)use, .role = role, .from_s = REGISTRY_NOW - 1000, .until_s = REGISTRY_NOW + 1000 };
    uint8_t secret[64];
    size_t len = 0;

    memcpy(c.region, s.region.r.hash, sizeof c.region);
    memcpy(c.partner, s.region.id[0], sizeof c.partner);
    region_sample_key(seed, c.key, secret);
    assert_err(proto_cert_make(&c, signer, out, PROTO_CERT_MAX, &len), OK);
    return len;
}

/* A revocation of a staff key, or an adoption, signed by the node's or the person's key of the first partner. */
static struct registry_note by_chain(struct proto_registry_say *say, uint8_t role)
{
    uint8_t node_public[32], node_secret[64], public_key[32], secret[64];
    struct registry_note n;

    region_sample_key(NODE_SEED, node_public, node_secret);
    region_sample_key(role == 0 ? NODE_SEED : STAFF_SEED, public_key, secret);
    say->node_cert_len = make_cert(PROTO_USE_NODE, 0, NODE_SEED, s.region.root_secret[0], say->node_cert);
    if (role != 0)
        say->staff_cert_len = make_cert(PROTO_USE_STAFF, role, STAFF_SEED, node_secret, say->staff_cert);
    assert_err(proto_registry_say_format(say, (char *)n.data, sizeof n.data, &n.len), OK);
    registry_add(&n, s.region.handle[0], secret);
    return n;
}

static void a_revoked_key_has_certificates_up_to_then(void **state)
{
    struct proto_registry_say revoke = registry_say(&s, PROTO_REG_REVOKE, 0);
    uint8_t cert[PROTO_CERT_MAX], secret[64];
    size_t len = make_cert(PROTO_USE_NODE, 0, NODE_SEED, s.region.root_secret[0], cert);
    struct proto_cert c;

    (void)state;
    assert_err(proto_cert_check(&s.region.r, cert, len, NULL, &c), OK);
    assert_int_equal(c.until_s, REGISTRY_NOW + 1000);
    region_sample_key(NODE_SEED, revoke.key, secret);
    assert_int_equal(put_by(&revoke, "0"), PROTO_REG_COUNTS);
    assert_err(proto_cert_check(&s.region.r, cert, len, NULL, &c), OK);
    assert_int_equal(c.until_s, REGISTRY_NOW);
    assert_false(proto_region_partner(&s.region.r, s.region.id[0])->revoked);
    revoke = registry_say(&s, PROTO_REG_REVOKE, 0);
    memcpy(revoke.key, c.key, sizeof revoke.key);
    revoke.from_s = 5;
    assert_int_equal(put_by(&revoke, "12"), PROTO_REG_COUNTS);
    assert_err(proto_cert_check(&s.region.r, cert, len, NULL, &c), ERR_DENIED);
}

/* Whoever claims that a key is another's does not end it: a revocation is of a partner's own certificates. */
static void a_key_of_another_partner_goes_on(void **state)
{
    struct proto_registry_say revoke = registry_say(&s, PROTO_REG_REVOKE, 1);
    uint8_t cert[PROTO_CERT_MAX], secret[64];
    size_t len = make_cert(PROTO_USE_NODE, 0, NODE_SEED, s.region.root_secret[0], cert);
    struct proto_cert c;

    (void)state;
    region_sample_key(NODE_SEED, revoke.key, secret);
    assert_int_equal(put_by(&revoke, "1"), PROTO_REG_COUNTS);
    assert_err(proto_cert_check(&s.region.r, cert, len, NULL, &c), OK);
    assert_int_equal(c.until_s, REGISTRY_NOW + 1000);
}

static void a_node_key_ends_staff_and_nothing_else(void **state)
{
    struct proto_registry_say revoke = registry_say(&s, PROTO_REG_REVOKE, 0), other = registry_say(&s, PROTO_REG_REVOKE, 1);
    struct registry_note n;
    uint8_t secret[64];

    (void)state;
    n = by_chain(&revoke, 0);  /* the organisation */
    assert_int_equal(registry_put(s.r, &n, REGISTRY_NOW), PROTO_REG_NOT_ADOPTER);
    region_sample_key(STAFF_SEED, other.key, secret);
    n = by_chain(&other, 0);
    assert_int_equal(registry_put(s.r, &n, REGISTRY_NOW), PROTO_REG_NOT_ADOPTER);
    revoke = registry_say(&s, PROTO_REG_REVOKE, 0);
    region_sample_key(STAFF_SEED, revoke.key, secret);
    n = by_chain(&revoke, 0);
    assert_int_equal(registry_put(s.r, &n, REGISTRY_NOW + 1000), PROTO_REG_NOT_ADOPTER);  /* the certificate has ended */
    assert_int_equal(proto_registry_void(s.r), 3);
}

static void a_node_key_ends_its_own_staff(void **state)
{
    struct proto_registry_say revoke = registry_say(&s, PROTO_REG_REVOKE, 0);
    const struct proto_partner *p = proto_region_partner(&s.region.r, s.region.id[0]);
    struct registry_note n;
    uint8_t secret[64];

    (void)state;
    region_sample_key(STAFF_SEED, revoke.key, secret);
    n = by_chain(&revoke, 0);
    assert_int_equal(registry_put(s.r, &n, REGISTRY_NOW), PROTO_REG_COUNTS);
    assert_int_equal(proto_region_revoked_from(&s.region.r, p, revoke.key), REGISTRY_NOW);
}

static void a_new_root_key_takes_over(void **state)
{
    struct proto_registry_say root = registry_say(&s, PROTO_REG_ROOT, 0), quota = registry_say(&s, PROTO_REG_QUOTA, 1),
                              taken = registry_say(&s, PROTO_REG_ROOT, 1);
    uint8_t old[PROTO_CERT_MAX], fresh[PROTO_CERT_MAX];
    size_t old_len = make_cert(PROTO_USE_NODE, 0, NODE_SEED, s.region.root_secret[0], old);
    size_t fresh_len = make_cert(PROTO_USE_NODE, 0, NODE_SEED, s.new_secret, fresh);
    struct registry_note n;
    struct proto_cert c;

    (void)state;
    assert_err(proto_cert_check(&s.region.r, fresh, fresh_len, NULL, &c), ERR_KEY);
    assert_int_equal(put_by(&root, "12"), PROTO_REG_COUNTS);
    assert_err(proto_cert_check(&s.region.r, fresh, fresh_len, NULL, &c), OK);
    assert_int_equal(c.until_s, REGISTRY_NOW + 1000);
    assert_err(proto_cert_check(&s.region.r, old, old_len, NULL, &c), OK);
    assert_int_equal(c.until_s, REGISTRY_NOW);
    assert_int_equal(put_by(&quota, "02"), PROTO_REG_UNKNOWN_SIGNER);  /* the old key signs no more */
    n = registry_signed(&s, &quota, "2");
    registry_add(&n, s.region.handle[0], s.new_secret);
    assert_int_equal(registry_put(s.r, &n, REGISTRY_NOW), PROTO_REG_COUNTS);
    assert_int_equal(put_by(&taken, "2"), PROTO_REG_ONE_SIGNER);
    n = registry_signed(&s, &taken, "2");
    registry_add(&n, s.region.handle[0], s.new_secret);
    assert_int_equal(registry_put(s.r, &n, REGISTRY_NOW), PROTO_REG_EXISTS);
}

/* ---- packs and quotas ---- */

static void a_pack_is_in_force_when_enough_adopted_it(void **state)
{
    struct proto_registry_say one = registry_say(&s, PROTO_REG_PACK, 0), two = registry_say(&s, PROTO_REG_PACK, 0),
                              again = registry_say(&s, PROTO_REG_PACK, 0);
    struct proto_registry_pack pack;
    struct registry_note n;

    (void)state;
    one.from_s = two.from_s = again.from_s = REGISTRY_NOW + 500;
    n = by_chain(&one, PROTO_ROLE_FG);
    assert_int_equal(registry_put(s.r, &n, REGISTRY_NOW), PROTO_REG_NOT_ADOPTER);  /* advises, and never signs */
    n = by_chain(&one, PROTO_ROLE_ADOPTER);
    assert_int_equal(registry_put(s.r, &n, REGISTRY_NOW), PROTO_REG_COUNTS);
    assert_int_equal(put_by(&again, "0"), PROTO_REG_ALREADY);
    proto_registry_pack_in_force(s.r, REGISTRY_NOW + 900, &pack);
    assert_memory_equal(pack.digest, s.region.r.pack, sizeof pack.digest);
    assert_int_equal(proto_registry_adopters(s.r, one.digest, one.from_s, REGISTRY_NOW), 1);
    assert_int_equal(put_by(&two, "2"), PROTO_REG_COUNTS);
    proto_registry_pack_in_force(s.r, REGISTRY_NOW + 499, &pack);
    assert_memory_equal(pack.digest, s.region.r.pack, sizeof pack.digest);
    proto_registry_pack_in_force(s.r, REGISTRY_NOW + 500, &pack);
    assert_memory_equal(pack.digest, one.digest, sizeof pack.digest);
    assert_string_equal(pack.version, "2026.1");
}

static void a_quota_is_raised_for_its_days(void **state)
{
    struct proto_registry_say say = registry_say(&s, PROTO_REG_QUOTA, 0);

    (void)state;
    assert_int_equal(put_by(&say, "12"), PROTO_REG_COUNTS);
    assert_int_equal(proto_registry_quota(s.r, s.region.id[0], REGISTRY_NOW - 1), 0);
    assert_int_equal(proto_registry_quota(s.r, s.region.id[0], REGISTRY_NOW), 50000);
    assert_int_equal(proto_registry_quota(s.r, s.region.id[1], REGISTRY_NOW), 0);
    assert_int_equal(proto_registry_quota(s.r, s.region.id[0], REGISTRY_NOW + 86400), 0);
}

/* ---- form ---- */

static void a_prefix_or_a_changed_byte_does_not_count(void **state)
{
    struct proto_registry_say say = registry_say(&s, PROTO_REG_QUOTA, 0);
    struct registry_note n = registry_signed(&s, &say, "12");

    (void)state;
    for (size_t len = 0; len < n.len; len++) {
        uint8_t *exact = check_exact(n.data, len);

        assert_int_not_equal(proto_registry_judge(s.r, exact, len, REGISTRY_NOW, NULL), PROTO_REG_COUNTS);
        free(exact);
    }
    for (size_t i = 0; i < n.len; i++) {
        n.data[i] ^= 1;
        assert_int_not_equal(proto_registry_judge(s.r, n.data, n.len, REGISTRY_NOW, NULL), PROTO_REG_COUNTS);
        n.data[i] ^= 1;
    }
    assert_int_equal(proto_registry_judge(s.r, n.data, n.len, REGISTRY_NOW, NULL), PROTO_REG_COUNTS);
}

static void every_reason_has_its_sentences(void **state)
{
    (void)state;
    for (int w = 0; w < PROTO_REG_WHY_END; w++) {
        assert_string_not_equal(proto_registry_why_name((enum proto_registry_why)w), "?");
        assert_string_not_equal(proto_registry_why_text((enum proto_registry_why)w, LANG_EN),
            proto_registry_why_text((enum proto_registry_why)w, LANG_NL));
    }
    assert_string_equal(proto_registry_why_name(PROTO_REG_WHY_END), "?");
}

#define ROW(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    struct CMUnitTest tests[32 + sizeof refusals / sizeof *refusals] = {
        ROW(two_partners_admit_a_third), ROW(who_was_admitted_signs_for_the_next), ROW(both_signatures_of_one_partner_are_refused),
        ROW(an_invented_partner_does_not_sign), ROW(a_statement_counts_once), ROW(of_another_region_too_late_or_too_early_it_is_refused),
        ROW(a_leaf_never_goes_back_in_time), ROW(who_is_there_is_not_admitted_again), ROW(a_revoked_partner_does_not_sign_nor_come_back),
        ROW(a_partner_leaves_by_its_own_word), ROW(a_revocation_is_never_for_later), ROW(a_revoked_key_has_certificates_up_to_then),
        ROW(a_key_of_another_partner_goes_on), ROW(a_node_key_ends_staff_and_nothing_else), ROW(a_node_key_ends_its_own_staff),
        ROW(a_new_root_key_takes_over), ROW(a_pack_is_in_force_when_enough_adopted_it), ROW(a_quota_is_raised_for_its_days),
        ROW(a_prefix_or_a_changed_byte_does_not_count), ROW(every_reason_has_its_sentences),
    };
    size_t count = 20;

    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++)
        tests[count++] = (struct CMUnitTest){ .name = refusals[i].name, .test_func = is_refused, .setup_func = setup,
            .teardown_func = teardown, .initial_state = (void *)(uintptr_t)&refusals[i] };
    if (sodium_init() < 0)
        return 1;
    return _cmocka_run_group_tests("registry", tests, count, NULL, NULL);
}
