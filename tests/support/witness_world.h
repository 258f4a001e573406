/*
 * tests/support/witness_world.h: a node with its witness, and a hub that the test plays, whose log the partners of the fixture and an outsider
 * cosign. One test program includes this.
 */
#ifndef TESTS_SUPPORT_WITNESS_WORLD_H
#define TESTS_SUPPORT_WITNESS_WORLD_H

#include "tests/support/check.h"
#include "tests/support/hub_played.h"
#include "tests/support/witness_sample.h"

#include "client/witness.h"

#include <sodium.h>
#include <stdio.h>

enum { PARTNERS = CLIENT_FIXTURE_PARTNERS, US = 0, OUTSIDER = PARTNERS, WAIT_MS = 20000 };

struct world {
    struct hub_played *h;
    struct client_node *n;
    struct witness_sample s;
    uint64_t now_s;
    void (*also)(struct world *);   /* is done each time that the node is turned; NULL: nothing */
};

static inline enum err open_witness(struct world *w)
{
    struct secret *key = NULL;
    uint8_t copy[64];

    memcpy(copy, w->s.secret[US], sizeof copy);
    assert_err(secret_take(copy, sizeof copy, &key), OK);
    return client_witness_open(w->n, key, w->s.key[US].key);
}

static inline int setup(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    void *h = NULL;
    uint8_t public[32];

    if (w == NULL || hub_played_setup(&h, SOURCE_DIR "/policy/packs/nl-jeugd") != 0)
        return -1;
    w->h = h;
    w->n = w->h->n;
    w->now_s = clock_now_s();
    witness_sample_into(&w->s, &w->n->region, PARTNERS, 1);
    memcpy(public, w->s.key[US].key, sizeof public);
    assert_err(proto_note_key_make(w->n->me->handle, PROTO_NOTE_COSIGNATURE, public, &w->s.key[US]), OK);
    proto_note_key_encode(&w->s.key[US], w->n->region.witness[US].vkey);
    assert_err(open_witness(w), OK);
    *state = w;
    return 0;
}

static inline int teardown(void **state)
{
    struct world *w = *state;
    void *h = w->h;

    client_witness_close(w->n->witness);
    w->n->witness = NULL;
    free(w);
    return hub_played_teardown(&h);
}

static inline void turn(struct world *w, uint64_t ms)
{
    for (uint64_t until = clock_mono_ms() + ms; clock_mono_ms() < until;) {
        client_witness_step(w->n);
        hub_played_turn(w->h, 10);
        if (w->also != NULL)
            w->also(w);
    }
}

static inline struct hub_played_msg *find(struct world *w, enum proto_kind kind, uint8_t code)
{
    for (size_t i = 0; i < w->h->count; i++)
        if (!w->h->in[i].answered && w->h->in[i].kind == kind && (kind != PROTO_QUERY || w->h->in[i].msg.code == code))
            return &w->h->in[i];
    return NULL;
}

static inline struct hub_played_msg *await(struct world *w, enum proto_kind kind, uint8_t code)
{
    struct hub_played_msg *m = NULL;

    for (uint64_t until = clock_mono_ms() + WAIT_MS; (m = find(w, kind, code)) == NULL && clock_mono_ms() < until;)
        turn(w, 10);
    if (m == NULL)
        fail_msg("nothing of kind %d came", (int)kind);
    return m;
}

/* The node asks what to cosign, and gets this log as it is, with a line of others at these times (0: none). Gives what it asked from. */
static inline uint64_t offer(struct world *w, uint64_t partner_s, uint64_t outsider_s)
{
    struct hub_played_msg *m = await(w, PROTO_QUERY, PROTO_QUERY_COSIGN);
    uint8_t body[PROTO_NOTE_MAX];
    struct proto_tlog_request q;
    uint8_t note[PROTO_NOTE_MAX];
    size_t len = witness_sample_request(&w->h->log, m->msg.number < w->h->log.size ? m->msg.number : w->h->log.size, body), note_len;

    assert_err(proto_tlog_request_decode(body, len, &q), OK);
    q.old = m->msg.number;
    memcpy(note, q.checkpoint, q.checkpoint_len);
    note_len = q.checkpoint_len;
    if (partner_s != 0)
        witness_sample_cosign(&w->s, 1, partner_s, note, &note_len);
    if (outsider_s != 0)
        witness_sample_cosign(&w->s, OUTSIDER, outsider_s, note, &note_len);
    q.checkpoint = note;
    q.checkpoint_len = note_len;
    assert_err(proto_tlog_request_encode(&q, body, sizeof body, &len), OK);
    hub_played_payload(w->h, m, (struct proto_blob){body, len});
    return q.old;
}

#endif
