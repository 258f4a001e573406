/*
 * server/cosigner: a witness under requests in any order, by a log that grows, is cut, or signs another history, with damaged proofs and restarts
 * between. What must hold: what it cosigns has, below the size of what it cosigned before, the same leaves; so of two histories it
 * cosigns one, also when it was started again.
 */
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/same.h"
#include "tests/support/cosigner_world.h"

#include "base/rd.h"

enum { GROW, ASK, FORK, CUT, DAMAGED, AGAIN, STEPS, STEPS_MAX = 24, LEAVES_MAX = 64 };

/* The newest head that was cosigned; size 0: none. */
static struct proto_merkle_head cosigned;

static void judged(struct world *w)
{
    struct proto_merkle_head before;

    if (w->a.status != PROTO_WITNESS_COSIGNED)
        return;
    FUZZ_HOLDS(w->log.size >= cosigned.size);
    before = witness_sample_head(&w->log, cosigned.size);
    FUZZ_HOLDS(cosigned.size == 0 || memcmp(before.root, cosigned.root, sizeof before.root) == 0);
    cosigned = witness_sample_head(&w->log, w->log.size);
}

/* One bit of the request is another: what is said about the old size or the proof, for the checkpoint is signed. */
static void damaged(struct world *w, uint8_t arg)
{
    w->len = witness_sample_request(&w->log, cosigned.size, w->body);
    w->body[(size_t)arg * 5 % w->len] ^= (uint8_t)(1 << arg % 7);
    FUZZ_HOLDS(server_cosigner_judge(&w->c, w->body, w->len, NOW, w->answer, sizeof w->answer, &w->answer_len) == OK);
    FUZZ_HOLDS(proto_witness_answer_decode(w->answer, w->answer_len, &w->a) == OK);
}

static void step(struct world *w, uint8_t what, uint8_t arg)
{
    switch (what % STEPS) {
    case GROW:
        if (w->log.size < LEAVES_MAX)
            log_sample_fill(&w->log, 1 + arg % 8);
        break;
    case ASK:
        (void)ask(w, arg < 128 ? cosigned.size : arg % (LEAVES_MAX + 8));
        judged(w);
        break;
    case FORK: w->log.leaf[arg % w->log.size][0] ^= 1; break;
    case CUT: w->log.size = 1 + arg % w->log.size; break;
    case DAMAGED:
        damaged(w, arg);
        judged(w);
        break;
    default: FUZZ_HOLDS(reopen(w, PARTNERS) == OK); break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    void *state = NULL;
    struct rd r;

    FUZZ_HOLDS(randombytes_set_implementation(&counted) == 0 && sodium_init() >= 0);
    drawn = 0;
    now_s = NOW;
    cosigned = (struct proto_merkle_head){ .size = 0 };
    FUZZ_HOLDS(setup(&state) == 0);
    rd_init(&r, data, len);
    for (size_t i = 0; i < STEPS_MAX && rd_left(&r) >= 2; i++) {
        uint8_t what = rd_u8(&r), arg = rd_u8(&r);

        step(state, what, arg);
    }
    FUZZ_HOLDS(teardown(&state) == 0);
    return 0;
}
