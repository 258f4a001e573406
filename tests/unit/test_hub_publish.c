/* hub/publish and hub/envelope: how a key becomes known, also when the one before has ended (P-199). */
#include "support/check.h"
#include "support/hub_acts.h"

#include "proto/sign.h"

#include <sodium.h>

enum { DAY = 86400, AFTER = 100 * DAY };

static void new_node_key(struct hub_acts *f, int who)
{
    struct hub_world_partner *p = &f->w.partner[who];

    (void)crypto_sign_keypair(p->node_key, p->node_secret);
}

/* A publish by who of the certificate that who's root key makes for its present node key, signed by that. */
static struct proto_msg next_key(struct hub_acts *f, int who, uint8_t cert[1024])
{
    struct proto_msg m;

    hub_world_msg(&f->w, PROTO_PUBLISH, who, -1, &m);
    m.original = (struct proto_blob){ cert, hub_world_node_cert(&f->w, who, cert, 1024) };
    return m;
}

static void facts_are(struct hub_acts *f, enum proto_refusal result)
{
    uint8_t original[2048];
    struct proto_msg m;

    hub_acts_facts(f, A, B, original, &m);
    hub_acts_expect(f, &m, A, result);
}

static void the_next_key_makes_itself_known(void **state)
{
    struct hub_acts *f = *state;
    uint8_t cert[1024];
    struct proto_msg m;

    facts_are(f, PROTO_ACCEPTED);
    check_shift_clock(AFTER);
    facts_are(f, PROTO_UNKNOWN_KEY);
    new_node_key(f, A);
    facts_are(f, PROTO_UNKNOWN_KEY);
    m = next_key(f, A, cert);
    hub_acts_expect(f, &m, A, PROTO_ACCEPTED);
    /* Staff stood under the key of before. */
    facts_are(f, PROTO_UNKNOWN_KEY);
    hub_acts_publish(f, A, PROTO_ROLE_CASEWORKER, PROTO_ACCEPTED);
    facts_are(f, PROTO_ACCEPTED);
}

static void also_while_the_one_before_counts(void **state)
{
    struct hub_acts *f = *state;
    uint8_t cert[1024];
    struct proto_msg m;

    new_node_key(f, A);
    m = next_key(f, A, cert);
    hub_acts_expect(f, &m, A, PROTO_ACCEPTED);
    hub_acts_publish(f, A, PROTO_ROLE_CASEWORKER, PROTO_ACCEPTED);
    facts_are(f, PROTO_ACCEPTED);
}

static void it_gets_a_receipt_and_its_repeat_the_same(void **state)
{
    struct hub_acts *f = *state;
    struct hub_world_reply first, again;
    uint8_t cert[1024];
    struct proto_msg m;

    check_shift_clock(AFTER);
    new_node_key(f, A);
    m = next_key(f, A, cert);
    first = hub_acts_send(f, &m, A);
    hub_acts_check_receipt(f, &m, A, &first);
    again = hub_acts_send(f, &m, A);
    assert_int_equal(first.reply.receipt.index, again.reply.receipt.index);
    hub_world_reply_free(&first);
    hub_world_reply_free(&again);
}

/* ---- nobody's else ---- */

static void not_by_another_root_key(void **state)
{
    struct hub_acts *f = *state;
    uint8_t cert[1024];
    struct proto_msg m;

    new_node_key(f, A);
    memcpy(f->w.partner[A].root_secret, f->w.partner[C].root_secret, 64);
    m = next_key(f, A, cert);
    hub_acts_expect(f, &m, A, PROTO_UNKNOWN_KEY);
}

/* B's certificate, right in itself, under A's name. */
static void not_for_another_partner(void **state)
{
    struct hub_acts *f = *state;
    uint8_t cert[1024];
    struct proto_msg m;

    new_node_key(f, B);
    m = next_key(f, B, cert);
    memcpy(m.head.from, f->w.partner[A].id, sizeof m.head.from);
    hub_acts_expect(f, &m, B, PROTO_NOT_YOURS);
}

/* The certificate of one key does not make another known. */
static void not_signed_by_another_key(void **state)
{
    struct hub_acts *f = *state;
    uint8_t cert[1024];
    struct proto_msg m;

    new_node_key(f, A);
    m = next_key(f, A, cert);
    new_node_key(f, A);
    hub_acts_expect(f, &m, A, PROTO_UNKNOWN_KEY);
}

static void not_one_that_ended(void **state)
{
    struct hub_acts *f = *state;
    uint8_t cert[1024];
    struct proto_msg m;

    new_node_key(f, A);
    m = next_key(f, A, cert);
    check_shift_clock(AFTER);
    m.head.issued_s += AFTER;
    m.head.valid_until_s += AFTER;
    hub_acts_expect(f, &m, A, PROTO_UNKNOWN_KEY);
}

/* Staff stand under a node key: one that is not known makes none known, not even itself. */
static void not_a_key_of_staff(void **state)
{
    struct hub_acts *f = *state;
    struct hub_world_partner *p = &f->w.partner[A];
    uint8_t cert[1024];
    struct proto_msg m;

    hub_world_msg(&f->w, PROTO_PUBLISH, A, -1, &m);
    m.original = (struct proto_blob){ cert, hub_world_staff_cert(&f->w, A, PROTO_ROLE_CASEWORKER, cert, sizeof cert) };
    memcpy(p->node_secret, p->staff_secret, 64);
    memcpy(p->node_key, p->staff_key, 32);
    hub_acts_expect(f, &m, A, PROTO_NOT_YOURS);
}

static void nor_with_any_byte_changed(void **state)
{
    struct hub_acts *f = *state;
    uint8_t cert[1024];
    struct proto_msg m;
    size_t len;

    new_node_key(f, A);
    m = next_key(f, A, cert);
    len = hub_world_frame(&f->w, &m, A, f->frame);
    for (size_t i = PROTO_FRAME_HEAD; i < len; i++) {
        struct hub_world_reply r;

        f->frame[i] ^= 0x20;
        r = hub_acts_one(f, f->frame, len);
        assert_int_not_equal(r.reply.result, PROTO_ACCEPTED);
        hub_world_reply_free(&r);
        f->frame[i] ^= 0x20;
    }
    hub_acts_expect(f, &m, A, PROTO_ACCEPTED);
}

/* ---- late ---- */

/* Made under the key of before and published behind the next one: it must not stand in the place of what that one signed. */
static void staff_of_an_ended_key_comes_too_late(void **state)
{
    struct hub_acts *f = *state;
    uint8_t cert[1024], old[1024];
    struct proto_msg m, late;

    check_shift_clock(AFTER);
    hub_world_msg(&f->w, PROTO_PUBLISH, A, -1, &late);
    late.original = (struct proto_blob){ old, hub_world_staff_cert(&f->w, A, PROTO_ROLE_CASEWORKER, old, sizeof old) };
    new_node_key(f, A);
    m = next_key(f, A, cert);
    hub_acts_expect(f, &m, A, PROTO_ACCEPTED);
    hub_acts_publish(f, A, PROTO_ROLE_CASEWORKER, PROTO_ACCEPTED);
    hub_acts_expect(f, &late, A, PROTO_STALE);
    facts_are(f, PROTO_ACCEPTED);
}

#define T(name) cmocka_unit_test_setup_teardown(name, hub_acts_setup, hub_acts_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(the_next_key_makes_itself_known), T(also_while_the_one_before_counts), T(it_gets_a_receipt_and_its_repeat_the_same),
        T(not_by_another_root_key), T(not_for_another_partner), T(not_signed_by_another_key), T(not_one_that_ended),
        T(not_a_key_of_staff), T(nor_with_any_byte_changed), T(staff_of_an_ended_key_comes_too_late),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
