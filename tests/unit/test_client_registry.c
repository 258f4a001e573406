/* client/registry: what a node takes from the hub, and what it does when the hub lies (P-187, P-191). */
#include "tests/support/check.h"
#include "tests/support/client_fixture.h"
#include "tests/support/hub_played.h"
#include "tests/support/registry_sample.h"

#include "base/wr.h"
#include "client/hublink_parts.h"
#include "client/outbox.h"
#include "client/registry.h"

#include <sodium.h>

/* The node of the fixture in the region of registry_sample: its own region file, the fixture's vault and a played hub. */
struct world {
    struct hub_played *h;
    struct registry_sample hub;      /* the hub's registry */
    uint8_t leaf[8][PROTO_REGISTRY_LEAF_MAX];
    size_t len[8], count;
    struct proto_region before;
    const struct proto_partner *me;
};

static struct world w;

static int setup(void **state)
{
    assert_int_equal(hub_played_setup(state, SOURCE_DIR "/policy/packs/nl-jeugd"), 0);
    memset(&w, 0, sizeof w);
    w.h = *state;
    registry_sample_init(&w.hub);
    w.before = w.h->n->region;
    w.me = w.h->n->me;
    w.h->n->region = w.hub.region.r;
    w.h->n->me = &w.h->n->region.partner[0];
    w.h->n->home = "/nonexistent";  /* no copy came with a welcome */
    assert_err(client_registry_open(w.h->n, NULL), OK);
    return 0;
}

static int teardown(void **state)
{
    client_registry_close(w.h->n->registry);
    w.h->n->registry = NULL;
    w.h->n->region = w.before;
    w.h->n->me = w.me;
    registry_sample_fini(&w.hub);
    return hub_played_teardown(state);
}

/* The hub appends this, whether it counts or not. */
static void append(const struct registry_note *n)
{
    assert_err(proto_registry_leaf(REGISTRY_NOW, n->data, n->len, w.leaf[w.count], sizeof w.leaf[0], &w.len[w.count]), OK);
    (void)registry_put(w.hub.r, n, REGISTRY_NOW);
    w.count++;
}

static void say(enum proto_registry_act act, size_t about, const char *by)
{
    struct proto_registry_say s = registry_say(&w.hub, act, about);
    struct registry_note n = registry_signed(&w.hub, &s, by);

    append(&n);
}

/* The answer from leaf first on, under the hub's checkpoint. */
static enum err take(size_t first)
{
    struct registry_note checkpoint = registry_checkpoint(&w.hub, w.hub.r);
    uint8_t copy[65536], *exact;
    struct wr out;
    enum err e;

    wr_init(&out, copy, sizeof copy);
    wr_bytes16(&out, checkpoint.data, checkpoint.len);
    wr_u16(&out, (uint16_t)(w.count - first));
    for (size_t i = first; i < w.count; i++)
        wr_bytes16(&out, w.leaf[i], w.len[i]);
    assert_err(wr_end(&out), OK);
    exact = check_exact(copy, out.len);
    e = client_registry_take(w.h->n, exact, out.len);
    free(exact);
    return e;
}

static const struct proto_partner *partner(size_t i)
{
    return proto_region_partner(&w.h->n->region, w.hub.region.id[i]);
}

static void what_the_hub_answers_is_kept_and_folded(void **state)
{
    (void)state;
    say(PROTO_REG_ADMIT, 0, "01");
    assert_err(take(0), OK);
    assert_non_null(proto_region_partner(&w.h->n->region, w.hub.new_id));
    assert_true(client_registry_seen_s(w.h->n) != 0);
    say(PROTO_REG_REVOKE, 2, "01");
    assert_err(take(1), OK);
    assert_true(partner(2)->revoked);
    assert_false(client_registry_takes_part(w.h->n, w.hub.region.id[2]));
    assert_true(client_registry_takes_part(w.h->n, w.hub.region.id[1]));
    assert_true(client_registry_stops(w.h->n, PROTO_GRANT, w.hub.region.id[2]));
    assert_true(client_registry_stops(w.h->n, PROTO_REQUEST, w.hub.region.id[2]));
    assert_false(client_registry_stops(w.h->n, PROTO_STATEMENT, w.hub.region.id[2]));
    assert_false(client_registry_stops(w.h->n, PROTO_GRANT, w.hub.region.id[1]));
}

static void it_is_there_after_a_restart(void **state)
{
    (void)state;
    say(PROTO_REG_ADMIT, 0, "01");
    say(PROTO_REG_REVOKE, 2, "01");
    assert_err(take(0), OK);
    client_registry_close(w.h->n->registry);
    registry_sample_fini(&w.hub);
    registry_sample_init(&w.hub);
    w.h->n->region = w.hub.region.r;
    assert_err(client_registry_open(w.h->n, NULL), OK);
    assert_int_equal(proto_registry_size(client_registry_fold(w.h->n)), 2);
    assert_true(partner(2)->revoked);
    assert_non_null(proto_region_partner(&w.h->n->region, w.hub.new_id));
    assert_int_equal(client_registry_seen_s(w.h->n), 0);
}

/* One signature; an invented partner; both signatures of one: in the hub's log, signed by it, and worth nothing. */
static void a_void_statement_changes_nothing(void **state)
{
    struct proto_registry_say s = registry_say(&w.hub, PROTO_REG_ADMIT, 0);
    struct registry_note n = registry_signed(&w.hub, &s, "0");

    (void)state;
    say(PROTO_REG_REVOKE, 1, "0");
    append(&n);
    registry_add(&n, "buurthuis-west", w.hub.new_secret);
    append(&n);
    assert_err(take(0), OK);
    assert_int_equal(proto_registry_void(client_registry_fold(w.h->n)), 3);
    assert_false(partner(1)->revoked);
    assert_null(proto_region_partner(&w.h->n->region, w.hub.new_id));
    assert_true(client_link_is_trusted(w.h->n));
}

/* ---- through the link ---- */

static struct hub_played_msg *wait_for_question(uint64_t number)
{
    for (int i = 0; i < 60; i++) {
        client_registry_hurry(w.h->n);
        client_registry_step(w.h->n);
        hub_played_turn(w.h, 50);
        for (size_t k = 0; k < w.h->count; k++)
            if (!w.h->in[k].answered && w.h->in[k].kind == PROTO_QUERY && w.h->in[k].msg.code == PROTO_QUERY_REGISTRY
                && w.h->in[k].msg.number == number)
                return &w.h->in[k];
    }
    fail_msg("%s", "the node does not ask");
    return NULL;
}

static void answer(struct hub_played_msg *m, const struct registry_note *checkpoint, size_t first, size_t last)
{
    uint8_t copy[65536];
    struct wr out;

    wr_init(&out, copy, sizeof copy);
    wr_bytes16(&out, checkpoint->data, checkpoint->len);
    wr_u16(&out, (uint16_t)(last - first));
    for (size_t i = first; i < last; i++)
        wr_bytes16(&out, w.leaf[i], w.len[i]);
    assert_err(wr_end(&out), OK);
    hub_played_payload(w.h, m, (struct proto_blob){copy, out.len});
    hub_played_turn(w.h, 100);
}

static void a_rewritten_leaf_ends_trust(void **state)
{
    struct registry_note checkpoint;

    (void)state;
    say(PROTO_REG_ADMIT, 0, "01");
    checkpoint = registry_checkpoint(&w.hub, w.hub.r);
    w.leaf[0][w.len[0] - 4] ^= 1;
    assert_true(client_link_is_trusted(w.h->n));
    answer(wait_for_question(0), &checkpoint, 0, 1);
    assert_false(client_link_is_trusted(w.h->n));
    assert_null(proto_region_partner(&w.h->n->region, w.hub.new_id));
    assert_int_equal(proto_registry_size(client_registry_fold(w.h->n)), 0);
}

static void a_cut_tail_ends_trust(void **state)
{
    struct registry_note empty = registry_checkpoint(&w.hub, w.hub.r);

    (void)state;
    say(PROTO_REG_REVOKE, 2, "01");
    assert_err(take(0), OK);
    answer(wait_for_question(1), &empty, 1, 1);
    assert_false(client_link_is_trusted(w.h->n));
    assert_true(partner(2)->revoked);
}

static void an_answer_in_parts_is_put_together(void **state)
{
    struct registry_note checkpoint;

    (void)state;
    say(PROTO_REG_ADMIT, 0, "01");
    say(PROTO_REG_REVOKE, 2, "01");
    checkpoint = registry_checkpoint(&w.hub, w.hub.r);
    answer(wait_for_question(0), &checkpoint, 0, 1);
    assert_int_equal(proto_registry_size(client_registry_fold(w.h->n)), 0);
    answer(wait_for_question(1), &checkpoint, 1, 2);
    assert_int_equal(proto_registry_size(client_registry_fold(w.h->n)), 2);
    assert_true(client_link_is_trusted(w.h->n));
}

/* ---- a link that comes up ---- */

static struct hub_played_msg *asked_for_registry(void)
{
    for (uint64_t until = clock_mono_ms() + HUB_PLAYED_MS; clock_mono_ms() < until;) {
        client_registry_step(w.h->n);
        hub_played_turn(w.h, 10);
        for (size_t i = 0; i < w.h->count; i++)
            if (!w.h->in[i].answered && w.h->in[i].kind == PROTO_QUERY && w.h->in[i].msg.code == PROTO_QUERY_REGISTRY)
                return &w.h->in[i];
    }
    fail_msg("the registry is not asked for");
    return NULL;
}

static void put_act(void)
{
    struct proto_msg m = client_fixture_msg(w.h->f, PROTO_CANCEL, VO, LEERPLICHT);
    struct vault_txn *x = client_fixture_begin(w.h->f, VO);

    memset(m.head.id, 0, sizeof m.head.id);
    m.refers[0] = 1;
    assert_err(client_outbox_put(w.h->n, x, &m, NULL, NULL), OK);
    client_fixture_commit(x);
}

enum { LONG_MS = 600000 };

/* So long from now on, and not as long as this machine has left of the ten seconds. */
static void waits_for_it(uint64_t ms)
{
    assert_int_not_equal(w.h->n->link->registry_wait_ms, 0);
    w.h->n->link->registry_wait_ms = clock_mono_ms() + ms;
}

/* What it has seen of the log goes with each act, and may be of leaves that were lost while it was away. */
static void nothing_goes_out_before_the_registry_was_answered(void **state)
{
    struct registry_note checkpoint;
    struct hub_played_msg *m;
    uint8_t copy[8192];
    struct wr out;

    (void)state;
    put_act();
    m = asked_for_registry();
    assert_true(client_link_is_up(w.h->n));
    waits_for_it(LONG_MS);
    hub_played_turn(w.h, 200);
    assert_int_equal(hub_played_open(w.h, PROTO_CANCEL), 0);
    say(PROTO_REG_ADMIT, 0, "01");
    checkpoint = registry_checkpoint(&w.hub, w.hub.r);
    wr_init(&out, copy, sizeof copy);
    wr_bytes16(&out, checkpoint.data, checkpoint.len);
    wr_u16(&out, 1);
    wr_bytes16(&out, w.leaf[0], w.len[0]);
    assert_err(wr_end(&out), OK);
    hub_played_payload(w.h, m, (struct proto_blob){copy, out.len});
    (void)hub_played_wait(w.h, PROTO_CANCEL);
    assert_int_equal(proto_registry_size(client_registry_fold(w.h->n)), 1);
}

static void a_hub_that_refuses_it_holds_nothing_up(void **state)
{
    struct hub_played_msg *m;

    (void)state;
    put_act();
    m = asked_for_registry();
    hub_played_refuse(w.h, m, PROTO_TROUBLE);
    (void)hub_played_wait(w.h, PROTO_CANCEL);
}

/* Nor does one that never answers, for long. */
static void a_hub_that_keeps_it_back_holds_up_for_seconds(void **state)
{
    uint64_t began_ms = clock_mono_ms();

    (void)state;
    put_act();
    (void)asked_for_registry();
    assert_in_range(w.h->n->link->registry_wait_ms, began_ms + LINK_REGISTRY_MS, clock_mono_ms() + LINK_REGISTRY_MS);
    waits_for_it(LONG_MS);
    hub_played_turn(w.h, 100);
    assert_int_equal(hub_played_open(w.h, PROTO_CANCEL), 0);
    waits_for_it(200);
    (void)hub_played_wait(w.h, PROTO_CANCEL);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(what_the_hub_answers_is_kept_and_folded), T(it_is_there_after_a_restart), T(a_void_statement_changes_nothing),
        T(a_rewritten_leaf_ends_trust), T(a_cut_tail_ends_trust), T(an_answer_in_parts_is_put_together),
        T(nothing_goes_out_before_the_registry_was_answered), T(a_hub_that_refuses_it_holds_nothing_up),
        T(a_hub_that_keeps_it_back_holds_up_for_seconds),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
