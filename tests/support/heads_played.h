/*
 * tests/support/heads_played.h: a node and a hub that the test plays: what the node has seen of the log, a change of its origin, and the proof that
 * the node asks for. One test program includes this.
 */
#ifndef TESTS_SUPPORT_HEADS_PLAYED_H
#define TESTS_SUPPORT_HEADS_PLAYED_H

#include "tests/support/check.h"
#include "tests/support/hub_played.h"
#include "tests/support/witness_sample.h"

#include "base/wr.h"
#include "client/hublink_parts.h"
#include "client/origin.h"
#include "proto/region_log.h"

#include <sodium.h>
#include <stdio.h>

static inline int setup(void **state)
{
    return hub_played_setup(state, SOURCE_DIR "/policy/packs/nl-jeugd");
}

static inline struct proto_merkle_head head(uint64_t size, int fill)
{
    struct proto_merkle_head h = {.size = size};

    memset(h.root, fill, sizeof h.root);
    return h;
}

static inline void has_seen(struct hub_played *h, uint64_t size, int fill)
{
    h->n->link->checked = h->n->link->newest = head(size, fill);
}

/* As the registry's fold does it. */
static inline void change(struct hub_played *h, uint64_t seen, int seen_fill, uint64_t kept, int kept_fill)
{
    struct proto_origin o = {.seen = head(seen, seen_fill), .kept = head(kept, kept_fill), .at_s = clock_now_s()};

    proto_region_log_change(&h->n->region, &o);
    client_origin_step(h->n);
}

static inline struct hub_played_msg *asked_to_prove(struct hub_played *h, uint64_t old, uint64_t size)
{
    for (uint64_t until = clock_mono_ms() + HUB_PLAYED_MS; clock_mono_ms() < until; hub_played_turn(h, 10))
        for (size_t i = 0; i < h->count; i++)
            if (!h->in[i].answered && h->in[i].kind == PROTO_QUERY && h->in[i].msg.code == PROTO_QUERY_CONSISTENCY
                && h->in[i].msg.number == old && h->in[i].msg.number2 == size)
                return &h->in[i];
    fail_msg("no proof is asked for from %llu to %llu", (unsigned long long)old, (unsigned long long)size);
    return NULL;
}

/* This proof, under the region's origin with these letters behind it. */
static inline void prove_under(struct hub_played *h, struct hub_played_msg *m, const char *behind, const struct proto_merkle_proof *proof)
{
    char text[PROTO_VKEY_MAX + 4];
    uint8_t payload[4096];
    struct wr w;

    (void)snprintf(text, sizeof text, "%s%s\n", h->n->region.log_origin, behind);
    wr_init(&w, payload, sizeof payload);
    wr_bytes16(&w, (const uint8_t *)text, strlen(text));
    wr_u8(&w, (uint8_t)proof->count);
    for (size_t i = 0; i < proof->count; i++)
        wr_copy(&w, proof->hash[i], sizeof proof->hash[i]);
    assert_err(wr_end(&w), OK);
    hub_played_payload(h, m, (struct proto_blob){payload, w.len});
    hub_played_turn(h, 100);
}

/* What is asked for, as the hub's log has it. */
static inline void prove(struct hub_played *h, struct hub_played_msg *m)
{
    struct proto_merkle_proof proof;

    log_sample_consistency(&h->log, m->msg.number, m->msg.number2, &proof);
    prove_under(h, m, "", &proof);
}

#endif
