/*
 * server/oprf: a holder of a share under questions in any order: by whom, of how many elements, again, damaged, on another day, after a restart.
 * What must hold whatever comes:
 *  - each question gets an answer, and an answer proves itself under the share's public key;
 *  - what is answered is counted once, what is refused is not counted, and the quota is never passed;
 *  - nothing that was changed on the way is answered.
 */
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/same.h"
#include "tests/support/oprf_world.h"

#include "base/rd.h"
#include "proto/oprf.h"
#include "proto/refusal.h"
#include "proto/reply.h"

enum { ASK, ASK_BY, FRESH_ID, COUNT, LATER, ELEMENT, DAMAGED, RESTART, AS_IT_CAME, STEPS, STEPS_MAX = 24, START_S = 1800000000 };

static uint8_t out[OPRF_WORLD_FRAME];

static void reply_of(struct oprf_world *w, const uint8_t *frame, size_t len, struct proto_reply *reply)
{
    enum proto_kind kind;
    const uint8_t *body;
    size_t out_len = 0, body_len;

    FUZZ_HOLDS(server_oprf_answer(&w->oprf, frame, len, out, sizeof out, &out_len) == OK);
    FUZZ_HOLDS(proto_frame_decode(out, out_len, &kind, &body, &body_len) == OK && kind == PROTO_REPLY);
    FUZZ_HOLDS(proto_reply_decode(body, body_len, reply) == OK);
}

static void proven(const struct oprf_world *w, const struct proto_reply *reply)
{
    union { uint8_t out[OPRF_WORLD_COUNT][32]; const uint8_t in[OPRF_WORLD_COUNT][32]; } evaluated, asked;

    FUZZ_HOLDS(w->count != 0 && reply->payload.len == w->count * 32 + 64);
    memcpy(evaluated.out, reply->payload.data, w->count * 32);
    memcpy(asked.out, w->element, sizeof asked.out);
    FUZZ_HOLDS(proto_oprf_check(w->region.r.pseudonym_hub, (struct proto_oprf_elements){ asked.in, w->count },
        (struct proto_oprf_elements){ evaluated.in, w->count }, reply->payload.data + w->count * 32) == OK);
}

/* What is counted for an answer is what was asked, once; at 0 of data the frame is as it is, else this byte of it is another. */
static void ask(struct oprf_world *w, size_t at)
{
    uint8_t frame[OPRF_WORLD_FRAME];
    size_t len = oprf_world_frame(w, PROTO_DERIVE, proto_msg_type(PROTO_DERIVE), frame);
    uint32_t before = oprf_world_used(w), after;
    struct proto_reply reply;

    if (at != 0)
        frame[at % len] ^= (uint8_t)(1 + at % 255);
    reply_of(w, frame, len, &reply);
    after = oprf_world_used(w);
    FUZZ_HOLDS(after <= OPRF_WORLD_TOTAL);
    if (reply.result != PROTO_ACCEPTED) {
        FUZZ_HOLDS(after == before && reply.payload.len == 0);
        return;
    }
    FUZZ_HOLDS(at == 0 && (after == before || after == before + w->count));
    proven(w, &reply);
}

/* All that is left. */
static void as_it_came(struct oprf_world *w, struct rd *r)
{
    uint32_t before = oprf_world_used(w);
    size_t len = rd_left(r);
    struct proto_reply reply;

    reply_of(w, rd_view(r, len), len, &reply);
    FUZZ_HOLDS(reply.result != PROTO_ACCEPTED && oprf_world_used(w) == before);
}

static void restart(struct oprf_world *w)
{
    uint32_t before = oprf_world_used(w);

    server_oprf_close(&w->oprf);
    oprf_world_open(w, false, oprf_world_hub_share, OK);
    FUZZ_HOLDS(oprf_world_used(w) == before);
}

/* The question is written anew then, or not. */
static void later(struct oprf_world *w, uint64_t by_s, bool anew)
{
    now_s += by_s;
    if (!anew)
        return;
    w->msg.head.issued_s = now_s;
    w->msg.head.valid_until_s = now_s + 86400;
}

static void step(struct oprf_world *w, uint8_t what, uint8_t arg, struct rd *r)
{
    switch (what % STEPS) {
    case ASK: ask(w, 0); break;
    case ASK_BY: oprf_world_ask_by(w, arg % SAMPLE_PARTNERS); ask(w, 0); break;
    case FRESH_ID: memset(w->msg.head.id, 1 + arg % 255, sizeof w->msg.head.id); break;
    case COUNT: w->count = 1 + arg % OPRF_WORLD_COUNT; break;
    case LATER: later(w, UINT64_C(700) * arg, arg % 2 == 0); break;
    case ELEMENT: memset(w->element[arg % OPRF_WORLD_COUNT], arg, 32); break;
    case DAMAGED: ask(w, 1 + (size_t)arg * 3); break;
    case RESTART: restart(w); break;
    default: as_it_came(w, r); break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    void *state = NULL;
    struct rd r;

    FUZZ_HOLDS(randombytes_set_implementation(&counted) == 0 && sodium_init() >= 0);
    drawn = 0;
    now_s = START_S;
    FUZZ_HOLDS(oprf_world_setup(&state) == 0);
    rd_init(&r, data, len);
    for (size_t i = 0; i < STEPS_MAX && rd_left(&r) >= 2; i++) {
        uint8_t what = rd_u8(&r), arg = rd_u8(&r);

        step(state, what, arg, &r);
    }
    FUZZ_HOLDS(oprf_world_teardown(&state) == 0);
    return 0;
}
