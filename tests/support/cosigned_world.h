/*
 * tests/support/cosigned_world.h: a checkpoint of a log, and what witnesses of a region put under it. One test program includes this.
 */
#ifndef TESTS_SUPPORT_COSIGNED_WORLD_H
#define TESTS_SUPPORT_COSIGNED_WORLD_H

#include "tests/support/check.h"
#include "tests/support/witness_sample.h"

#include <sodium.h>

#define NOW UINT64_C(1800000000)

struct world {
    struct proto_region region;
    struct log_sample log;
    struct witness_sample s;         /* the partners first, then who looks from outside */
    struct proto_note_key key;
    uint8_t note[PROTO_NOTE_MAX];
    size_t len;
};

/* Nothing is cosigned yet. */
static inline struct world *world_new(size_t partners, size_t others)
{
    struct world *w = calloc(1, sizeof *w);

    assert_non_null(w);
    log_sample_init(&w->log);
    log_sample_fill(&w->log, 7);
    log_sample_checkpoint(&w->log);
    witness_sample_into(&w->s, &w->region, partners, others);
    w->key = witness_sample_log_key(&w->log);
    memcpy(w->note, w->log.note, w->log.note_len);
    w->len = w->log.note_len;
    return w;
}

static inline int teardown(void **state)
{
    free(*state);
    return 0;
}

static inline struct proto_cosigned count(const struct world *w, const uint8_t *self)
{
    uint8_t *exact = check_exact(w->note, w->len);
    struct proto_cosigned c;

    assert_err(proto_cosigned_count(&w->region, &w->key, exact, w->len, self, NOW, &c), OK);
    free(exact);
    return c;
}

static inline void cosign(struct world *w, size_t i, uint64_t time_s)
{
    witness_sample_cosign(&w->s, i, time_s, w->note, &w->len);
}

#endif
