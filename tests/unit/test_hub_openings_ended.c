/*
 * hub/openings when a partner's officers' keys ended: its leaves are laid open to the last one, and after thirty days it is held to what stops
 * something, answers, reads or mends the lack (P-171, P-177). Officers' keys of these worlds last ten days.
 */
#include "support/check.h"
#include "support/hub_acts.h"

#include "hub/openings.h"
#include "proto/opening.h"

#include <sodium.h>

enum { DAY = 86400, KEY_DAYS = 10 };

static int setup(void **state)
{
    hub_acts_officer_days = KEY_DAYS;
    return hub_acts_setup(state);
}

static int close_world(void **state)
{
    hub_acts_officer_days = 0;
    check_shift_clock(0);
    return hub_acts_close(state);
}

static void later(struct hub_acts *f, int days)
{
    check_shift_clock(days * DAY);
    assert_err(hub_round_run(f->w.core, NULL), OK);
}

/* By a person of A, whose certificate is of today. */
static enum proto_refusal send_facts(struct hub_acts *f, uint64_t *number)
{
    uint8_t original[2048];
    struct hub_world_reply r;
    struct proto_msg m;
    enum proto_refusal result;

    hub_acts_facts(f, A, B, original, &m);
    r = hub_acts_send(f, &m, A);
    result = (enum proto_refusal)r.reply.result;
    *number = r.reply.has_receipt ? r.reply.receipt.number : 0;
    hub_world_reply_free(&r);
    return result;
}

/* The opening of this number of who, with this officer's secret key. */
static enum err opens(struct hub_acts *f, int who, uint64_t number, const uint8_t secret[32])
{
    struct proto_opening_seal s;
    struct proto_opening_item item;
    struct proto_opening o;
    struct hub_world_reply r;
    struct proto_msg m;
    size_t at = 2;
    enum err e;

    hub_world_msg(&f->w, PROTO_QUERY, who, -1, &m);
    m.code = PROTO_QUERY_OPENINGS;
    m.number = number - 1;
    r = hub_acts_send(f, &m, who);
    assert_int_equal(r.reply.result, PROTO_ACCEPTED);
    assert_err(proto_opening_item_decode(r.reply.payload.data, r.reply.payload.len, &at, &item), OK);
    assert_int_equal(item.at.number, number);
    assert_int_equal(item.count, 1);
    e = proto_opening_seal_receive(&s, f->w.region->hash, f->w.partner[who].id, secret, item.box[0].enc);
    if (e == OK)
        e = proto_opening_seal_get(&s, &item.at, item.box[0].sealed, &o);
    if (e == OK)
        e = proto_opening_check_side(&o);
    hub_world_reply_free(&r);
    return e;
}

static void what_is_logged_is_sealed_to_the_last_key(void **state)
{
    struct hub_acts *f = *state;
    uint64_t number = 0;

    later(f, KEY_DAYS + 5);
    hub_acts_publish(f, A, PROTO_ROLE_CASEWORKER, PROTO_ACCEPTED);
    assert_int_equal(send_facts(f, &number), PROTO_ACCEPTED);
    assert_err(opens(f, A, number, f->w.partner[A].officer_secret), OK);
    assert_int_not_equal(opens(f, A, number, f->w.partner[B].officer_secret), OK);
}

/* Of two that ended, the later one. */
static void of_two_that_ended_it_is_the_later(void **state)
{
    struct proto_cert c = { .use = PROTO_USE_OFFICER, .from_s = clock_now_s() - DAY, .until_s = clock_now_s() + (KEY_DAYS + 2) * DAY };
    struct hub_acts *f = *state;
    uint8_t cert[PROTO_CERT_MAX], secret[32];
    struct kv_txn *x = NULL;
    uint64_t number = 0;
    size_t len = 0;

    (void)crypto_box_keypair(c.key, secret);
    memcpy(c.region, f->w.region->hash, sizeof c.region);
    memcpy(c.partner, f->w.partner[A].id, sizeof c.partner);
    assert_err(proto_cert_make(&c, f->w.partner[A].root_secret, cert, sizeof cert, &len), OK);
    assert_err(kv_begin(f->w.core->kv, true, &x), OK);
    assert_err(hub_store_cert_put(f->w.core->cert_store, x, &c, cert, len), OK);
    assert_err(kv_commit(x), OK);
    later(f, KEY_DAYS + 5);
    hub_acts_publish(f, A, PROTO_ROLE_CASEWORKER, PROTO_ACCEPTED);
    assert_int_equal(send_facts(f, &number), PROTO_ACCEPTED);
    assert_err(opens(f, A, number, secret), OK);
    assert_int_not_equal(opens(f, A, number, f->w.partner[A].officer_secret), OK);
}

/* P-177, kind by kind. */
static void what_is_taken_all_the_same(void **state)
{
    static const bool kinds[PROTO_REGISTRY + 1] = { [PROTO_REPORT] = true, [PROTO_ACK] = true, [PROTO_PUBLISH] = true, [PROTO_OPENED_LEAF] = true,
        [PROTO_REGISTRY] = true };
    static const bool says[PROTO_SAY_END] = { [PROTO_SAY_EVENT_END] = true, [PROTO_SAY_WITHDRAWAL] = true, [PROTO_SAY_OBJECTION] = true };
    struct hub_job j = { .kind = PROTO_STATEMENT };

    (void)state;
    for (int kind = PROTO_REQUEST; kind <= PROTO_REGISTRY; kind++) {
        j.kind = (enum proto_kind)kind;
        assert_int_equal(hub_openings_takes(&j), kinds[kind]);
    }
    for (int kind = PROTO_FETCH; kind <= PROTO_WITNESS; kind++) {
        j.kind = (enum proto_kind)kind;
        assert_true(hub_openings_takes(&j));
    }
    j.kind = PROTO_STATEMENT;
    j.act.said.original.len = 1;
    for (int kind = 1; kind < PROTO_SAY_END; kind++) {
        j.act.said.what.kind = (enum proto_statement_kind)kind;
        assert_int_equal(hub_openings_takes(&j), says[kind]);
    }
}

/* Thirty days to the day; then another key mends it at once. */
static void after_thirty_days_until_there_is_another(void **state)
{
    struct hub_acts *f = *state;
    struct proto_cert c = { .use = PROTO_USE_OFFICER };
    uint8_t cert[PROTO_CERT_MAX], secret[32];
    struct proto_msg m;
    uint64_t number = 0;

    later(f, KEY_DAYS + 30);
    check_shift_clock((KEY_DAYS + 30) * DAY - 60);
    hub_acts_publish(f, A, PROTO_ROLE_CASEWORKER, PROTO_ACCEPTED);
    assert_int_equal(send_facts(f, &number), PROTO_ACCEPTED);
    later(f, KEY_DAYS + 30);
    check_shift_clock((KEY_DAYS + 30) * DAY + 60);
    assert_int_equal(send_facts(f, &number), PROTO_NO_OFFICER);
    (void)crypto_box_keypair(c.key, secret);
    c.from_s = clock_now_s() - DAY;
    c.until_s = clock_now_s() + 30 * DAY;
    memcpy(c.region, f->w.region->hash, sizeof c.region);
    memcpy(c.partner, f->w.partner[A].id, sizeof c.partner);
    hub_world_msg(&f->w, PROTO_PUBLISH, A, -1, &m);
    m.original.data = cert;
    assert_err(proto_cert_make(&c, f->w.partner[A].root_secret, cert, sizeof cert, &m.original.len), OK);
    hub_acts_expect(f, &m, A, PROTO_ACCEPTED);
    assert_int_equal(send_facts(f, &number), PROTO_ACCEPTED);
    assert_err(opens(f, A, number, secret), OK);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, close_world)
    const struct CMUnitTest tests[] = {
        T(what_is_logged_is_sealed_to_the_last_key), T(of_two_that_ended_it_is_the_later), T(what_is_taken_all_the_same),
        T(after_thirty_days_until_there_is_another),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
