/* Lies of who holds a share of the pseudonym key: a keyholder's, or the hub's; and of a keyholder as a witness. */
#include "proto/msg.h"
#include "proto/reply.h"
#include "proto/sign.h"
#include "server/cosigner.h"
#include "server/oprf.h"
#include "tests/liar/liar.h"

#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum err __real_server_oprf_open(struct server_oprf *o, const struct server_oprf_config *c, struct trouble *t);
enum err __wrap_server_oprf_open(struct server_oprf *o, const struct server_oprf_config *c, struct trouble *t);
enum err __real_server_oprf_answer(struct server_oprf *o, const uint8_t *frame, size_t frame_len, uint8_t *out, size_t cap, size_t *len);
enum err __wrap_server_oprf_answer(struct server_oprf *o, const uint8_t *frame, size_t frame_len, uint8_t *out, size_t cap, size_t *len);
enum err __real_server_cosigner_open(struct server_cosigner *s, const struct server_cosigner_config *c, struct trouble *t);
enum err __wrap_server_cosigner_open(struct server_cosigner *s, const struct server_cosigner_config *c, struct trouble *t);
enum err __real_server_cosigner_answer(struct server_cosigner *s, const uint8_t *frame, size_t frame_len, uint8_t *out, size_t cap, size_t *len);
enum err __wrap_server_cosigner_answer(struct server_cosigner *s, const uint8_t *frame, size_t frame_len, uint8_t *out, size_t cap, size_t *len);

enum { PAYLOAD_MAX = 8192 };

/* An answer taken apart: n evaluated elements, then the proof. */
struct answer {
    struct proto_reply reply;
    uint8_t payload[PAYLOAD_MAX];
    size_t len, count;
};

/* The last honest answer to another question. */
static struct { uint8_t payload[PAYLOAD_MAX]; size_t len; } earlier;
static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;   /* the role answers from two threads */

static uint8_t *element(struct answer *a, size_t i) { return a->payload + i * PROTO_OPRF_LEN; }
static uint8_t *proof(struct answer *a) { return a->payload + a->count * PROTO_OPRF_LEN; }

/* ---- the lies ---- */

static void bad_proof(struct answer *a) { proof(a)[5] ^= 1; }
static void no_proof(struct answer *a) { memset(proof(a), 0, PROTO_OPRF_PROOF_LEN); }
static void identity(struct answer *a) { memset(element(a, 0), 0, PROTO_OPRF_LEN); }
static void not_canonical(struct answer *a) { memset(element(a, 0), 0xff, PROTO_OPRF_LEN); }
static void one_too_many(struct answer *a) { a->len += PROTO_OPRF_LEN; }
static void nothing(struct answer *a) { a->len = 0; }
static void refuses(struct answer *a) { a->reply.result = PROTO_QUOTA; a->len = 0; }
static void other_region(struct answer *a) { a->reply.result = PROTO_WRONG_REGION; a->len = 0; }

/* Another point of the group in the place of the right one. */
static void other_element(struct answer *a) { crypto_core_ristretto255_random(element(a, 0)); }

static void one_missing(struct answer *a)
{
    memmove(a->payload, element(a, 1), a->len - PROTO_OPRF_LEN);
    a->len -= PROTO_OPRF_LEN;
}

static void swapped(struct answer *a)
{
    uint8_t first[PROTO_OPRF_LEN];

    if (a->count < 2)
        return;
    memcpy(first, element(a, 0), sizeof first);
    memcpy(element(a, 0), element(a, 1), sizeof first);
    memcpy(element(a, 1), first, sizeof first);
}

/* Right, proven, and to another question. */
static void stale(struct answer *a)
{
    if (earlier.len == a->len)
        memcpy(a->payload, earlier.payload, a->len);
}

static const struct { const char *name; void (*tell)(struct answer *a); } lies[] = {
    { "bad-proof", bad_proof }, { "no-proof", no_proof }, { "identity", identity }, { "not-canonical", not_canonical },
    { "one-too-many", one_too_many }, { "nothing", nothing }, { "refuses", refuses }, { "other-region", other_region },
    { "other-element", other_element }, { "one-missing", one_missing }, { "swapped", swapped }, { "stale", stale },
};

/* Another share, with a proof that is right for it. */
static void other_share(struct answer *a, const struct proto_msg *asked)
{
    union { uint8_t out[PROTO_BATCH_MAX][PROTO_OPRF_LEN]; const uint8_t in[PROTO_BATCH_MAX][PROTO_OPRF_LEN]; } question, answer;
    uint8_t share[PROTO_OPRF_LEN];

    memcpy(question.out, asked->payload.data, asked->payload.len);
    crypto_core_ristretto255_scalar_random(share);
    for (size_t i = 0; i < a->count; i++)
        if (proto_oprf_evaluate(share, question.in[i], answer.out[i]) != OK)
            abort();
    memcpy(a->payload, answer.out, a->count * PROTO_OPRF_LEN);
    if (proto_oprf_prove(share, (struct proto_oprf_elements){ question.in, a->count }, (struct proto_oprf_elements){ answer.in, a->count }, NULL,
            proof(a)) != OK)
        abort();
}

/* ---- where they are told ---- */

static void home_of(const char *file)
{
    char home[512];

    if (strlen(file) >= sizeof home || strrchr(file, '/') == NULL)
        abort();
    memcpy(home, file, strlen(file) + 1);
    /* HOME/public/registry */
    *strrchr(home, '/') = '\0';
    if (strrchr(home, '/') == NULL)
        abort();
    *strrchr(home, '/') = '\0';
    liar_home(home);
}

enum err __wrap_server_oprf_open(struct server_oprf *o, const struct server_oprf_config *c, struct trouble *t)
{
    home_of(c->registry);
    return __real_server_oprf_open(o, c, t);
}

enum err __wrap_server_cosigner_open(struct server_cosigner *s, const struct server_cosigner_config *c, struct trouble *t)
{
    home_of(c->registry);
    return __real_server_cosigner_open(s, c, t);
}

/* The question, as far as it has the form. Borrows frame. */
static bool asked_of(const uint8_t *frame, size_t len, enum proto_kind kind, struct proto_msg *m)
{
    enum proto_kind is = PROTO_NONE;
    const uint8_t *body;
    size_t body_len;
    struct proto_signed s;

    return proto_frame_decode(frame, len, &is, &body, &body_len) == OK && is == kind && proto_sign_decode(body, body_len, &s) == OK
        && proto_msg_decode(kind, s.body, s.body_len, m) == OK;
}

static bool take_apart(const uint8_t *frame, size_t len, struct answer *a)
{
    enum proto_kind kind = PROTO_NONE;
    const uint8_t *body;
    size_t body_len;

    if (proto_frame_decode(frame, len, &kind, &body, &body_len) != OK || proto_reply_decode(body, body_len, &a->reply) != OK
        || a->reply.payload.len > sizeof a->payload)
        return false;
    a->len = a->reply.payload.len;
    memcpy(a->payload, a->reply.payload.data, a->len);
    a->count = a->len < PROTO_OPRF_PROOF_LEN ? 0 : (a->len - PROTO_OPRF_PROOF_LEN) / PROTO_OPRF_LEN;
    return true;
}

static enum err put_together(struct answer *a, uint8_t *out, size_t cap, size_t *len)
{
    uint8_t body[PAYLOAD_MAX + 256];
    size_t body_len = 0;
    enum err e;

    a->reply.payload = (struct proto_blob){ a->payload, a->len };
    e = proto_reply_encode(&a->reply, 0, body, sizeof body, &body_len);
    return e == OK ? proto_frame_encode(PROTO_REPLY, body, body_len, out, cap, len) : e;
}

static void change(const char *name, const struct proto_msg *asked, struct answer *a)
{
    if (strcmp(name, "other-share") == 0)
        other_share(a, asked);
    for (size_t i = 0; i < sizeof lies / sizeof *lies; i++)
        if (strcmp(lies[i].name, name) == 0)
            lies[i].tell(a);
}

static enum err answer_lying(const uint8_t *frame, size_t frame_len, uint8_t *out, size_t cap, size_t *len)
{
    struct proto_msg *asked = calloc(1, sizeof *asked);
    struct answer *a = calloc(1, sizeof *a);
    const char *name = NULL;
    enum err e = OK;

    if (asked == NULL || a == NULL)
        abort();
    liar_look();
    if (asked_of(frame, frame_len, PROTO_DERIVE, asked) && take_apart(out, *len, a) && a->reply.result == PROTO_ACCEPTED) {
        name = liar_about("share", "derive", asked->head.id);
        if (name == NULL) {
            memcpy(earlier.payload, a->payload, a->len);
            earlier.len = a->len;
        } else {
            change(name, asked, a);
            e = put_together(a, out, cap, len);
        }
    }
    free(asked);
    free(a);
    return e;
}

enum err __wrap_server_oprf_answer(struct server_oprf *o, const uint8_t *frame, size_t frame_len, uint8_t *out, size_t cap, size_t *len)
{
    enum err e = __real_server_oprf_answer(o, frame, frame_len, out, cap, len);

    if (e != OK)
        return e;
    (void)pthread_mutex_lock(&one_at_a_time);
    e = answer_lying(frame, frame_len, out, cap, len);
    (void)pthread_mutex_unlock(&one_at_a_time);
    return e;
}

/* As a witness: that it cosigned another log (409 without a size), or that the proof is wrong (422). */
enum err __wrap_server_cosigner_answer(struct server_cosigner *s, const uint8_t *frame, size_t frame_len, uint8_t *out, size_t cap, size_t *len)
{
    enum err e = __real_server_cosigner_answer(s, frame, frame_len, out, cap, len);
    struct answer *a = calloc(1, sizeof *a);
    const char *name;

    if (a == NULL)
        abort();
    liar_look();
    name = e == OK && take_apart(out, *len, a) && a->reply.result == PROTO_ACCEPTED ? liar_about("witness", "request", a->reply.id) : NULL;
    if (name != NULL) {
        unsigned status = strcmp(name, "another-log") == 0 ? 409 : 422;

        a->payload[0] = (uint8_t)(status >> 8);
        a->payload[1] = (uint8_t)status;
        a->len = 2;
        e = put_together(a, out, cap, len);
    }
    free(a);
    return e;
}
