/* client/witness about the registry: what is cosigned of it, when it is too old to give anything on, and what a hub that hides a part can do (P-196). */
#include "tests/support/check.h"
#include "tests/support/hub_played.h"
#include "tests/support/registry_sample.h"
#include "tests/support/witness_sample.h"

#include "base/wr.h"
#include "client/distrust.h"
#include "client/registry.h"
#include "client/witness_parts.h"

#include <sodium.h>

enum { US = 0, OTHER = 1, OUTSIDER = SAMPLE_PARTNERS, WAIT_MS = 6000, LEAVES = 4 };

/* The node of the fixture in the region of registry_sample, with a main log that others confirm: only the registry is looked at. */
struct world {
    struct hub_played *h;
    struct client_node *n;
    struct registry_sample hub;
    struct witness_sample s;
    struct log_sample tree;          /* the hashes of the registry's leaves, for proofs */
    uint8_t leaf[LEAVES][PROTO_REGISTRY_LEAF_MAX];
    size_t len[LEAVES], count;
    struct proto_region before;
    const struct proto_partner *me;
    uint64_t now_s;
};

static struct world w;

static void open_witness(void)
{
    struct secret *key = NULL;
    uint8_t copy[64];

    memcpy(copy, w.s.secret[US], sizeof copy);
    assert_err(secret_take(copy, sizeof copy, &key), OK);
    assert_err(client_witness_open(w.n, key, w.s.key[US].key), OK);
    w.n->witness->log[WITNESS_MAIN].other_s = w.now_s;
    w.n->witness->log[WITNESS_MAIN].busy = true;
}

static int setup(void **state)
{
    uint8_t public[32];

    assert_int_equal(hub_played_setup(state, SOURCE_DIR "/policy/packs/nl-jeugd"), 0);
    memset(&w, 0, sizeof w);
    w.h = *state;
    w.n = w.h->n;
    w.now_s = clock_now_s();
    registry_sample_init(&w.hub);
    w.before = w.n->region;
    w.me = w.n->me;
    w.n->region = w.hub.region.r;
    w.n->me = &w.n->region.partner[0];
    w.n->home = "/nonexistent";
    witness_sample_into(&w.s, &w.n->region, SAMPLE_PARTNERS, 1);
    memcpy(public, w.s.key[US].key, sizeof public);
    assert_err(proto_note_key_make(w.n->me->handle, PROTO_NOTE_COSIGNATURE, public, &w.s.key[US]), OK);
    proto_note_key_encode(&w.s.key[US], w.n->region.witness[US].vkey);
    assert_err(client_registry_open(w.n, NULL), OK);
    open_witness();
    return 0;
}

static int teardown(void **state)
{
    client_witness_close(w.n->witness);
    w.n->witness = NULL;
    client_registry_close(w.n->registry);
    w.n->registry = NULL;
    w.n->region = w.before;
    w.n->me = w.me;
    registry_sample_fini(&w.hub);
    return hub_played_teardown(state);
}

/* ---- the hub ---- */

static void say(enum proto_registry_act act, size_t about)
{
    struct proto_registry_say s = registry_say(&w.hub, act, about);
    struct registry_note n = registry_signed(&w.hub, &s, "01");

    assert_err(proto_registry_leaf(REGISTRY_NOW, n.data, n.len, w.leaf[w.count], sizeof w.leaf[0], &w.len[w.count]), OK);
    assert_int_equal(registry_put(w.hub.r, &n, REGISTRY_NOW), PROTO_REG_COUNTS);
    proto_merkle_leaf(w.leaf[w.count], w.len[w.count], w.tree.leaf[w.count]);
    w.tree.size = ++w.count;
}

static size_t copy_from(size_t first, uint8_t *out, size_t cap)
{
    struct registry_note checkpoint = registry_checkpoint(&w.hub, w.hub.r);
    struct wr wr;

    wr_init(&wr, out, cap);
    wr_bytes16(&wr, checkpoint.data, checkpoint.len);
    wr_u16(&wr, (uint16_t)(w.count - first));
    for (size_t i = first; i < w.count; i++)
        wr_bytes16(&wr, w.leaf[i], w.len[i]);
    assert_err(wr_end(&wr), OK);
    return wr.len;
}

/* The node gets all leaves there are. */
static void give_leaves(void)
{
    uint8_t copy[32768];
    size_t len = copy_from((size_t)proto_registry_size(client_registry_fold(w.n)), copy, sizeof copy);

    assert_err(client_registry_take(w.n, copy, len), OK);
}

static void turn(uint64_t ms)
{
    for (uint64_t until = clock_mono_ms() + ms; clock_mono_ms() < until;) {
        client_witness_step(w.n);
        hub_played_turn(w.h, 10);
    }
}

static struct hub_played_msg *find(enum proto_kind kind, uint8_t code)
{
    for (size_t i = 0; i < w.h->count; i++)
        if (!w.h->in[i].answered && w.h->in[i].kind == kind && (kind != PROTO_QUERY || w.h->in[i].msg.code == code))
            return &w.h->in[i];
    return NULL;
}

static struct hub_played_msg *await(enum proto_kind kind, uint8_t code)
{
    struct hub_played_msg *m = NULL;

    for (uint64_t until = clock_mono_ms() + WAIT_MS; (m = find(kind, code)) == NULL && clock_mono_ms() < until;)
        turn(10);
    if (m == NULL)
        fail_msg("nothing of kind %d came", (int)kind);
    return m;
}

/* The checkpoint of the registry as it is now, with a line of another partner and of the outsider at these times (0: none). */
static struct registry_note lined(uint64_t partner_s, uint64_t outsider_s)
{
    struct registry_note n = registry_checkpoint(&w.hub, w.hub.r), out = { .len = n.len };
    uint8_t note[PROTO_NOTE_MAX];

    memcpy(note, n.data, n.len);
    if (partner_s != 0)
        witness_sample_cosign(&w.s, OTHER, partner_s, note, &out.len);
    if (outsider_s != 0)
        witness_sample_cosign(&w.s, OUTSIDER, outsider_s, note, &out.len);
    memcpy(out.data, note, out.len);
    return out;
}

/* The node asks what to cosign of the registry, and gets this note. What it asked from. */
static uint64_t offer_note(const struct registry_note *note)
{
    struct hub_played_msg *m = await(PROTO_QUERY, PROTO_QUERY_COSIGN);
    struct proto_tlog_request q = { .old = m->msg.number, .checkpoint = note->data, .checkpoint_len = note->len };
    uint8_t body[PROTO_NOTE_MAX];
    size_t len;

    assert_memory_equal(m->msg.key, w.n->witness->log[WITNESS_REGISTRY].origin_id, 32);
    if (q.old != 0 && q.old < w.count)
        log_sample_consistency(&w.tree, q.old, w.count, &q.path);
    assert_err(proto_tlog_request_encode(&q, body, sizeof body, &len), OK);
    hub_played_payload(w.h, m, (struct proto_blob){body, len});
    return q.old;
}

static uint64_t offer(uint64_t partner_s, uint64_t outsider_s)
{
    struct registry_note n = lined(partner_s, outsider_s);

    return offer_note(&n);
}

/* Our line comes to the hub, under the registry as it is; with all the lines, when it is anchored by that. */
static void take_line(bool anchor)
{
    struct hub_played_msg *m = await(PROTO_WITNESS, 0);
    struct proto_cosigned c;
    uint8_t note[PROTO_NOTE_MAX];
    size_t len = m->msg.payload.len;

    memcpy(note, m->msg.payload.data, len);
    assert_err(proto_cosigned_count(&w.n->region, &w.n->witness->log[WITNESS_REGISTRY].known.key, note, len, w.s.key[US].key, clock_now_s(), &c), OK);
    assert_int_equal(c.head.size, w.count);
    assert_int_not_equal(c.self_s, 0);
    for (size_t i = 1; anchor && i <= OUTSIDER; i++)
        witness_sample_cosign(&w.s, i, clock_now_s(), note, &len);
    hub_played_payload(w.h, m, (struct proto_blob){note, anchor ? len : 0});
    turn(50);
}

static bool stops(enum proto_kind kind)
{
    return client_heads_stops(w.n, kind, w.hub.region.id[1]);
}

static const char *said(void)
{
    static char buf[640];

    w.n->witness->opened_ms = 0;
    return client_witness_text(w.n, LANG_EN, buf, sizeof buf);
}

static struct client_witness_status status(void)
{
    struct client_witness_status s;

    client_witness_status(w.n, &s);
    return s;
}

/* ---- a hub that does what it should ---- */

static void an_empty_registry_is_cosigned_too(void **state)
{
    (void)state;
    assert_true(stops(PROTO_GRANT));
    assert_int_equal(offer(w.now_s, 0), 0);
    take_line(false);
    assert_true(client_witness_is_registry_fresh(w.n));
    assert_false(stops(PROTO_GRANT));
    assert_null(said());
}

static void what_extends_is_stored_then_cosigned(void **state)
{
    (void)state;
    say(PROTO_REG_ADMIT, 0);
    give_leaves();
    assert_int_equal(offer(w.now_s, w.now_s), 0);
    take_line(true);
    assert_int_equal(status().registry_anchored_size, 1);
    client_witness_close(w.n->witness);
    w.n->witness = NULL;
    open_witness();
    assert_int_equal(status().registry_cosigned_size, 1);
    assert_int_equal(status().registry_anchored_size, 1);
    assert_true(client_witness_is_registry_fresh(w.n));
    say(PROTO_REG_REVOKE, 2);
    give_leaves();
    assert_int_equal(offer(w.now_s, 0), 1);
    take_line(false);
    assert_int_equal(status().registry_cosigned_size, 2);
    assert_int_equal(status().cosigned_size, 0);
}

/* Others confirmed the registry as it was before its last statement, which is here already: nothing is kept back by that. */
static void lines_on_fewer_leaves_than_are_here_count(void **state)
{
    struct registry_note before;

    (void)state;
    say(PROTO_REG_ADMIT, 0);
    before = lined(w.now_s, 0);
    say(PROTO_REG_REVOKE, 2);
    give_leaves();
    (void)offer_note(&before);
    turn(50);
    assert_true(client_witness_is_registry_fresh(w.n));
}

/* ---- a hub that hides a revocation ---- */

/* The same registry for ever, with what others once said of it. */
static void a_frozen_registry_stops_what_is_given_and_nothing_else(void **state)
{
    (void)state;
    say(PROTO_REG_ADMIT, 0);
    give_leaves();
    (void)offer(w.now_s - CLIENT_WITNESS_FRESH_S - 1, w.now_s - 3600);
    take_line(false);
    assert_true(stops(PROTO_GRANT));
    assert_true(stops(PROTO_OFFER));
    assert_true(stops(PROTO_RELEASE));
    assert_false(stops(PROTO_REQUEST));
    assert_false(stops(PROTO_STATEMENT));
    assert_false(stops(PROTO_ACK));
    assert_false(stops(PROTO_REPORT));
    assert_false(stops(PROTO_REGISTRY));
    assert_non_null(strstr(said(), "no other witness confirmed the registry"));
    assert_non_null(strstr(said(), "call another partner"));
    (void)offer(w.now_s - 30, 0);
    turn(50);
    assert_false(stops(PROTO_GRANT));
    assert_null(said());
}

/* Nine minutes and a half are enough, ten are not: by the clock of the node. */
static void a_word_of_others_counts_for_ten_minutes(void **state)
{
    (void)state;
    (void)offer(clock_now_s() - CLIENT_WITNESS_FRESH_S + 30, 0);
    turn(50);
    assert_false(stops(PROTO_GRANT));
    w.n->witness->log[WITNESS_REGISTRY].other_s = clock_now_s() - CLIENT_WITNESS_FRESH_S;
    assert_true(stops(PROTO_GRANT));
}

/* Others have it, this node not: it neither cosigns nor gives, and asks for the leaves until it has them. */
static void what_is_not_here_is_never_cosigned(void **state)
{
    (void)state;
    say(PROTO_REG_REVOKE, 2);
    (void)offer(w.now_s, w.now_s);
    turn(200);
    assert_null(find(PROTO_WITNESS, 0));
    assert_true(stops(PROTO_GRANT));
    assert_non_null(strstr(said(), "does not give all of the registry"));
    client_registry_step(w.n);
    (void)await(PROTO_QUERY, PROTO_QUERY_REGISTRY);
    assert_true(client_link_is_trusted(w.n));
    give_leaves();
    assert_true(w.n->region.partner[0].revoked || w.n->region.partner[1].revoked || w.n->region.partner[2].revoked);
    (void)offer(w.now_s, w.now_s);
    take_line(false);
    assert_false(stops(PROTO_GRANT));
}

/* It answers every question about the registry with an error. */
static void a_registry_that_is_refused_goes_stale(void **state)
{
    (void)state;
    (void)offer(w.now_s, 0);
    take_line(false);
    assert_false(stops(PROTO_GRANT));
    for (int i = 0; i < 2; i++) {
        hub_played_refuse(w.h, await(PROTO_QUERY, PROTO_QUERY_COSIGN), PROTO_TROUBLE);
        turn(50);
        w.n->witness->log[WITNESS_REGISTRY].at_ms = 0;
    }
    w.n->witness->log[WITNESS_REGISTRY].other_s -= CLIENT_WITNESS_FRESH_S;
    assert_true(stops(PROTO_GRANT));
    assert_false(stops(PROTO_STATEMENT));
    assert_true(client_link_is_trusted(w.n));
}

static void a_shorter_one_than_was_cosigned_is_said(void **state)
{
    (void)state;
    say(PROTO_REG_REVOKE, 2);
    give_leaves();
    (void)offer(w.now_s, 0);
    take_line(false);
    w.n->witness->log[WITNESS_REGISTRY].at_ms = 0;
    hub_played_refuse(w.h, await(PROTO_QUERY, PROTO_QUERY_COSIGN), PROTO_NOT_FOUND);
    turn(50);
    assert_null(said());
    w.n->witness->log[WITNESS_REGISTRY].other_s -= CLIENT_WITNESS_FRESH_S;
    assert_non_null(strstr(said(), "shows less of the registry than it signed"));
}

/* Without other witnesses the hub itself must have shown it. */
static void without_other_witnesses_the_hub_must_show_it(void **state)
{
    (void)state;
    client_witness_close(w.n->witness);
    w.n->witness = NULL;
    w.n->region.witness_count = 1;
    open_witness();
    assert_true(stops(PROTO_GRANT));
    give_leaves();
    assert_false(stops(PROTO_GRANT));
}

/* ---- a receipt for a statement is a promise ---- */

/* This node brought the statement that the hub's registry would have next, and gets a receipt. */
static void has_receipt_for(const struct registry_note *n)
{
    struct proto_msg m = {.kind = PROTO_REGISTRY, .original = {n->data, n->len}};
    struct proto_reply reply = {.result = PROTO_ACCEPTED};
    const struct client_receipt_event e = {.msg = &m, .reply = &reply};
    struct vault_txn *x = client_fixture_begin(w.h->f, VO);

    assert_err(client_registry_on_receipt(w.n, x, &e), OK);
    client_fixture_commit(x);
}

static void is_ten_minutes_old(void)
{
    struct client_registry_promises *p = client_registry_promises_of(w.n);

    for (size_t i = 0; i < p->count; i++)
        p->at[i].at_s -= CLIENT_REGISTRY_PROMISE_S;
}

static void ask_registry(void)
{
    client_registry_step(w.n);
    turn(20);
}

/* All witnesses confirm a registry that never grew: only who brought the statement knows better. */
static void a_statement_with_a_receipt_must_be_shown(void **state)
{
    struct proto_registry_say s = registry_say(&w.hub, PROTO_REG_REVOKE, 2);
    struct registry_note n = registry_signed(&w.hub, &s, "01");

    (void)state;
    (void)offer(w.now_s, w.now_s);
    take_line(false);
    has_receipt_for(&n);
    has_receipt_for(&n);
    assert_int_equal(client_registry_promises_of(w.n)->count, 1);
    assert_false(stops(PROTO_GRANT));
    is_ten_minutes_old();
    assert_true(stops(PROTO_GRANT));
    assert_false(stops(PROTO_STATEMENT));
    assert_non_null(strstr(said(), "acknowledged a statement from here"));
    assert_err(proto_registry_leaf(REGISTRY_NOW, n.data, n.len, w.leaf[0], sizeof w.leaf[0], &w.len[0]), OK);
    assert_int_equal(registry_put(w.hub.r, &n, REGISTRY_NOW), PROTO_REG_COUNTS);
    w.count = 1;
    give_leaves();
    ask_registry();
    assert_int_equal(client_registry_promises_of(w.n)->count, 0);
    assert_false(stops(PROTO_GRANT));
}

static void a_promise_outlives_a_restart(void **state)
{
    struct proto_registry_say s = registry_say(&w.hub, PROTO_REG_REVOKE, 2);
    struct registry_note n = registry_signed(&w.hub, &s, "01");

    (void)state;
    (void)offer(w.now_s, w.now_s);
    take_line(false);
    has_receipt_for(&n);
    client_registry_close(w.n->registry);
    w.n->registry = NULL;
    assert_err(client_registry_open(w.n, NULL), OK);
    assert_int_equal(client_registry_promises_of(w.n)->count, 1);
    assert_false(stops(PROTO_GRANT));
    is_ten_minutes_old();
    assert_true(stops(PROTO_GRANT));
}

/* ---- two registries ---- */

static void expect_stopped(void)
{
    turn(100);
    assert_null(find(PROTO_WITNESS, 0));
    assert_false(client_link_is_trusted(w.n));
    assert_true(stops(PROTO_REQUEST));
    assert_true(stops(PROTO_GRANT));
    assert_false(stops(PROTO_STATEMENT));
    assert_false(stops(PROTO_REGISTRY));
}

/* Another registry for this node than for the others, with their lines on it. */
static void begin_another(void)
{
    registry_sample_fini(&w.hub);
    registry_sample_init(&w.hub);
    w.hub.ids = 7;
    w.count = 0;
    w.tree.size = 0;
    say(PROTO_REG_ADMIT, 0);
}

static void a_registry_that_forked_is_never_cosigned(void **state)
{
    (void)state;
    say(PROTO_REG_REVOKE, 2);
    give_leaves();
    (void)offer(0, 0);
    take_line(false);
    begin_another();
    (void)offer(w.now_s, w.now_s);
    expect_stopped();
    assert_int_equal(status().registry_cosigned_size, 1);
    assert_true(w.n->witness->log[WITNESS_REGISTRY].contradicts);
    assert_int_equal(w.n->witness->log[WITNESS_REGISTRY].other_s, 0);
}

/* Before this node ever cosigned, its own leaves show it. */
static void a_fork_shows_against_our_own_leaves(void **state)
{
    (void)state;
    say(PROTO_REG_REVOKE, 2);
    give_leaves();
    begin_another();
    (void)offer(w.now_s, w.now_s);
    expect_stopped();
}

/* A person goes on: this node cosigns the registry no more, and the main log as before. */
static void who_goes_on_cosigns_the_registry_no_more(void **state)
{
    struct vault_txn *x;

    a_fork_shows_against_our_own_leaves(state);
    x = client_fixture_begin(w.h->f, VO);
    assert_err(client_witness_retire(w.n, x), OK);
    assert_err(client_heads_accept(w.n, x), OK);
    client_fixture_commit(x);
    assert_true(w.n->witness->log[WITNESS_REGISTRY].retired);
    assert_false(w.n->witness->log[WITNESS_MAIN].retired);
    client_witness_close(w.n->witness);
    w.n->witness = NULL;
    open_witness();
    assert_true(w.n->witness->log[WITNESS_REGISTRY].retired);
    assert_true(status().cosigns);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_empty_registry_is_cosigned_too),
        TEST(what_extends_is_stored_then_cosigned),
        TEST(lines_on_fewer_leaves_than_are_here_count),
        TEST(a_frozen_registry_stops_what_is_given_and_nothing_else),
        TEST(a_word_of_others_counts_for_ten_minutes),
        TEST(what_is_not_here_is_never_cosigned),
        TEST(a_registry_that_is_refused_goes_stale),
        TEST(a_shorter_one_than_was_cosigned_is_said),
        TEST(without_other_witnesses_the_hub_must_show_it),
        TEST(a_statement_with_a_receipt_must_be_shown),
        TEST(a_promise_outlives_a_restart),
        TEST(a_registry_that_forked_is_never_cosigned),
        TEST(a_fork_shows_against_our_own_leaves),
        TEST(who_goes_on_cosigns_the_registry_no_more),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests_name("client/witness registry", tests, NULL, NULL);
}
