/*
 * tests/support/registry_world.h: a node with its registry and its witness, and a hub that the test plays: the registry of registry_sample with
 * a main log that others confirm, so that only the registry is looked at. One test program includes this.
 */
#ifndef TESTS_SUPPORT_REGISTRY_WORLD_H
#define TESTS_SUPPORT_REGISTRY_WORLD_H

#include "tests/support/check.h"
#include "tests/support/hub_played.h"
#include "tests/support/registry_sample.h"
#include "tests/support/witness_sample.h"

#include "base/wr.h"
#include "client/distrust.h"
#include "client/registry.h"
#include "client/witness_parts.h"

#include <sodium.h>

enum { US = 0, OTHER = 1, OUTSIDER = SAMPLE_PARTNERS, WAIT_MS = 20000, LEAVES = 4 };

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

static inline void open_witness(void)
{
    struct secret *key = NULL;
    uint8_t copy[64];

    memcpy(copy, w.s.secret[US], sizeof copy);
    assert_err(secret_take(copy, sizeof copy, &key), OK);
    assert_err(client_witness_open(w.n, key, w.s.key[US].key), OK);
    w.n->witness->log[WITNESS_MAIN].other_s = w.now_s;
    w.n->witness->log[WITNESS_MAIN].busy = true;
}

static inline int setup(void **state)
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

static inline int teardown(void **state)
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

static inline void say(enum proto_registry_act act, size_t about)
{
    struct proto_registry_say s = registry_say(&w.hub, act, about);
    struct registry_note n = registry_signed(&w.hub, &s, "01");

    assert_err(proto_registry_leaf(REGISTRY_NOW, n.data, n.len, w.leaf[w.count], sizeof w.leaf[0], &w.len[w.count]), OK);
    assert_int_equal(registry_put(w.hub.r, &n, REGISTRY_NOW), PROTO_REG_COUNTS);
    proto_merkle_leaf(w.leaf[w.count], w.len[w.count], w.tree.leaf[w.count]);
    w.tree.size = ++w.count;
}

static inline size_t copy_from(size_t first, uint8_t *out, size_t cap)
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
static inline void give_leaves(void)
{
    uint8_t copy[32768];
    size_t len = copy_from((size_t)proto_registry_size(client_registry_fold(w.n)), copy, sizeof copy);

    assert_err(client_registry_take(w.n, copy, len), OK);
}

static inline void turn(uint64_t ms)
{
    for (uint64_t until = clock_mono_ms() + ms; clock_mono_ms() < until;) {
        client_witness_step(w.n);
        hub_played_turn(w.h, 10);
    }
}

static inline struct hub_played_msg *find(enum proto_kind kind, uint8_t code)
{
    for (size_t i = 0; i < w.h->count; i++)
        if (!w.h->in[i].answered && w.h->in[i].kind == kind && (kind != PROTO_QUERY || w.h->in[i].msg.code == code))
            return &w.h->in[i];
    return NULL;
}

static inline struct hub_played_msg *await(enum proto_kind kind, uint8_t code)
{
    struct hub_played_msg *m = NULL;

    for (uint64_t until = clock_mono_ms() + WAIT_MS; (m = find(kind, code)) == NULL && clock_mono_ms() < until;)
        turn(10);
    if (m == NULL)
        fail_msg("nothing of kind %d came", (int)kind);
    return m;
}

/* The checkpoint of the registry as it is now, with a line of another partner and of the outsider at these times (0: none). */
static inline struct registry_note lined(uint64_t partner_s, uint64_t outsider_s)
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
static inline uint64_t offer_note(const struct registry_note *note)
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

static inline uint64_t offer(uint64_t partner_s, uint64_t outsider_s)
{
    struct registry_note n = lined(partner_s, outsider_s);

    return offer_note(&n);
}

/* Our line comes to the hub, under the registry as it is; with all the lines, when it is anchored by that. */
static inline void take_line(bool anchor)
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

static inline bool stops(enum proto_kind kind)
{
    return client_heads_stops(w.n, kind, w.hub.region.id[1]);
}

/* Something is given again, as soon as the node has read what was sent. */
static inline void goes_on(void)
{
    for (uint64_t until = clock_mono_ms() + WAIT_MS; stops(PROTO_GRANT) && clock_mono_ms() < until;)
        turn(10);
    assert_false(stops(PROTO_GRANT));
}

static inline const char *said(void)
{
    static char buf[640];

    w.n->witness->opened_ms = 0;
    return client_witness_text(w.n, LANG_EN, buf, sizeof buf);
}

static inline struct client_witness_status status(void)
{
    struct client_witness_status s;

    client_witness_status(w.n, &s);
    return s;
}

#endif
