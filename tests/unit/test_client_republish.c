/* client/republish: a hub that does not know a key of ours is told of all that count, the node's first, and not each time it says so. */
#include "tests/support/hub_played.h"

#include "client/hublink_parts.h"
#include "client/outbox.h"
#include "client/republish.h"
#include "tests/support/check.h"

#include <sodium.h>

static int setup(void **state) { return hub_played_setup(state, SOURCE_DIR "/policy/packs/nl-jeugd"); }

static size_t publish_waiting(struct hub_played *h) { return client_fixture_waiting(h->f, VO, PROTO_PUBLISH, NULL); }

static void again(struct hub_played *h)
{
    struct vault_txn *x = client_fixture_begin(h->f, VO);

    assert_err(client_republish(h->n, x), OK);
    client_fixture_commit(x);
}

/* The claims of the message that goes first. */
static struct proto_cert first_sent(struct hub_played *h)
{
    struct hub_played_msg *m = hub_played_wait(h, PROTO_PUBLISH);
    uint8_t signer[PROTO_KEY_LEN];
    struct proto_cert c;

    assert_err(proto_cert_peek(m->msg.original.data, m->msg.original.len, &c, signer), OK);
    return c;
}

static void all_that_count_are_told_and_the_nodes_first(void **state)
{
    struct hub_played *h = *state;
    struct proto_cert c;

    assert_int_equal(publish_waiting(h), 0);
    again(h);
    assert_int_equal(publish_waiting(h), 4);   /* node, sealing, two persons; not of other partners */
    c = first_sent(h);
    assert_int_equal(c.use, PROTO_USE_NODE);
    assert_memory_equal(c.partner, h->n->me->id, sizeof c.partner);
    assert_memory_equal(c.key, h->n->node_public, sizeof c.key);
}

static void once_in_ten_minutes(void **state)
{
    struct hub_played *h = *state;
    size_t told;

    again(h);
    told = publish_waiting(h);
    again(h);
    assert_int_equal(publish_waiting(h), told);
    h->n->link->republished_ms -= 600000;
    again(h);
    assert_int_equal(publish_waiting(h), 2 * told);
}

/* What ended is nobody's key any more. */
static void what_ended_is_not_told(void **state)
{
    struct hub_played *h = *state;

    check_shift_clock(400 * 86400);
    again(h);
    check_shift_clock(0);
    assert_int_equal(publish_waiting(h), 0);
}

static struct hub_played_msg *an_act(struct hub_played *h, uint8_t seed)
{
    struct vault_txn *x = client_fixture_begin(h->f, VO);
    struct proto_msg m = {.kind = PROTO_CANCEL, .refers = {1}};

    memcpy(m.head.to, client_fixture_partner(h->f, LEERPLICHT)->id, sizeof m.head.to);
    memset(m.head.case_id, seed, sizeof m.head.case_id);
    assert_err(client_outbox_put(h->n, x, &m, NULL, NULL), OK);
    client_fixture_commit(x);
    return hub_played_wait(h, PROTO_CANCEL);
}

static void the_hubs_word_for_an_act_is_enough_and_no_other(void **state)
{
    struct hub_played *h = *state;

    hub_played_refuse(h, an_act(h, 1), PROTO_TROUBLE);
    hub_played_turn(h, 50);
    assert_int_equal(publish_waiting(h), 0);
    hub_played_refuse(h, an_act(h, 2), PROTO_UNKNOWN_KEY);
    hub_played_turn(h, 50);
    assert_int_equal(publish_waiting(h), 4);   /* node, sealing, two persons; not of other partners */
    assert_int_equal(first_sent(h).use, PROTO_USE_NODE);
}

/* It may be a key that the hub will never take: what a person does goes on. */
static void a_key_that_is_not_taken_holds_nothing_back(void **state)
{
    struct hub_played *h = *state;

    again(h);
    hub_played_refuse(h, hub_played_wait(h, PROTO_PUBLISH), PROTO_UNKNOWN_KEY);
    hub_played_turn(h, 50);
    assert_int_equal(publish_waiting(h), 4);
    for (size_t i = 1; i < 4; i++)
        hub_played_refuse(h, hub_played_wait(h, PROTO_PUBLISH), PROTO_UNKNOWN_KEY);
    (void)an_act(h, 3);
}

/* The registry ended the key while its certificate was on its way: it is not sent on and on. */
static void what_was_ended_since_is_dropped_at_the_hubs_word(void **state)
{
    struct hub_played *h = *state;
    struct proto_revoked ended = {.from_s = 1};

    again(h);
    memcpy(ended.partner, h->n->me->id, sizeof ended.partner);
    memcpy(ended.key, h->n->node_public, sizeof ended.key);
    h->n->region.revoked = &ended;
    h->n->region.revoked_count = 1;
    hub_played_refuse(h, hub_played_wait(h, PROTO_PUBLISH), PROTO_UNKNOWN_KEY);
    hub_played_turn(h, 50);
    assert_int_equal(publish_waiting(h), 3);
    hub_played_refuse(h, hub_played_wait(h, PROTO_PUBLISH), PROTO_UNKNOWN_KEY);
    hub_played_turn(h, 50);
    assert_int_equal(publish_waiting(h), 3);   /* the sealing key was not ended */
    h->n->region.revoked = NULL;
    h->n->region.revoked_count = 0;
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, hub_played_teardown)
    static const struct CMUnitTest tests[] = {
        T(all_that_count_are_told_and_the_nodes_first), T(once_in_ten_minutes), T(what_ended_is_not_told),
        T(the_hubs_word_for_an_act_is_enough_and_no_other), T(a_key_that_is_not_taken_holds_nothing_back),
        T(what_was_ended_since_is_dropped_at_the_hubs_word),
    };

    if (sodium_init() < 0)
        return 1;
    return cmocka_run_group_tests_name("client/republish", tests, NULL, NULL);
}
