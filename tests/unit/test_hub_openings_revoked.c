/* hub/openings: a revoked officer key is sealed to no more. PROTOCOL.md P-171, P-188. */
#include "support/check.h"
#include "support/hub_acts.h"

#include "base/clock.h"
#include "hub/openings.h"

#include <sodium.h>

enum { HOUR = 3600, DAY = 24 * HOUR };

/* The one opening that A's officer has above this number: how many keys it is sealed to, and the first of them. */
static uint8_t keys_of(struct hub_acts *f, uint64_t after, uint8_t first[PROTO_KEY_LEN])
{
    struct proto_opening_item item;
    struct hub_world_reply r;
    struct proto_msg m;
    size_t at = 2;

    hub_world_msg(&f->w, PROTO_QUERY, A, -1, &m);
    m.code = PROTO_QUERY_OPENINGS;
    m.number = after;
    r = hub_acts_send(f, &m, A);
    assert_int_equal(r.reply.result, PROTO_ACCEPTED);
    assert_int_equal(hub_acts_mail_count(&r), 1);
    assert_err(proto_opening_item_decode(r.reply.payload.data, r.reply.payload.len, &at, &item), OK);
    memcpy(first, item.box[0].key, PROTO_KEY_LEN);
    hub_world_reply_free(&r);
    return item.count;
}

static void send_facts(struct hub_acts *f)
{
    uint8_t original[2048];
    struct hub_world_reply r;
    struct proto_msg m;

    hub_acts_facts(f, A, B, original, &m);
    r = hub_acts_send(f, &m, A);
    assert_int_equal(r.reply.result, PROTO_ACCEPTED);
    hub_world_reply_free(&r);
}

static void revoke_officer(struct hub_acts *f, int who, uint64_t from_s, struct proto_revoked *r)
{
    r->from_s = from_s;
    memcpy(r->partner, f->w.partner[who].id, sizeof r->partner);
    memcpy(r->key, f->w.partner[who].officer_key, sizeof r->key);
    f->w.core->region->revoked = r;
    f->w.core->region->revoked_count = 1;
    hub_openings_renew(f->w.core->openings);
}

static void unrevoke(struct hub_acts *f)
{
    f->w.core->region->revoked = NULL;
    f->w.core->region->revoked_count = 0;
}

static void add_officer(struct hub_acts *f, int who, const uint8_t key[32])
{
    struct proto_cert c = { .use = PROTO_USE_OFFICER, .from_s = clock_now_s() - DAY, .until_s = clock_now_s() + 30 * DAY };
    uint8_t cert[PROTO_CERT_MAX];
    struct kv_txn *x = NULL;
    size_t len = 0;

    memcpy(c.region, f->w.region->hash, sizeof c.region);
    memcpy(c.partner, f->w.partner[who].id, sizeof c.partner);
    memcpy(c.key, key, sizeof c.key);
    assert_err(proto_cert_make(&c, f->w.partner[who].root_secret, cert, sizeof cert, &len), OK);
    assert_err(kv_begin(f->w.core->kv, true, &x), OK);
    assert_err(hub_store_cert_put(f->w.core->cert_store, x, &c, cert, len), OK);
    assert_err(kv_commit(x), OK);
    hub_openings_renew(f->w.core->openings);
}

static void nothing_is_sealed_to_a_revoked_officer_key(void **state)
{
    struct hub_acts *f = *state;
    uint8_t key[32], secret[32], first[32];
    struct proto_revoked revoked;

    (void)crypto_box_keypair(key, secret);
    add_officer(f, A, key);
    send_facts(f);
    assert_int_equal(keys_of(f, 1, first), 2);
    revoke_officer(f, A, clock_now_s() - HOUR, &revoked);
    send_facts(f);
    assert_int_equal(keys_of(f, 2, first), 1);
    assert_memory_equal(first, key, sizeof key);
    unrevoke(f);
}

static void a_partner_whose_only_officer_was_revoked_has_none(void **state)
{
    struct hub_acts *f = *state;
    const struct proto_partner *p = proto_region_partner(f->w.core->region, f->w.partner[A].id);
    const uint64_t from_s[] = { clock_now_s() - HOUR, clock_now_s() - 2 * DAY };
    struct proto_revoked revoked;
    uint64_t ended_s;
    struct kv_txn *x = NULL;

    assert_err(kv_begin(f->w.core->kv, false, &x), OK);
    for (size_t i = 0; i < 2; i++) {
        ended_s = 0;
        revoke_officer(f, A, from_s[i], &revoked);
        assert_err(hub_openings_officer_ended(f->w.core, x, p, &ended_s), OK);
        assert_true(ended_s != 0 && ended_s <= from_s[0]);
    }
    kv_abort(x);
    unrevoke(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(nothing_is_sealed_to_a_revoked_officer_key, hub_acts_setup, hub_acts_close),
        cmocka_unit_test_setup_teardown(a_partner_whose_only_officer_was_revoked_has_none, hub_acts_setup, hub_acts_close),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
