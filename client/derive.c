#include "client/derive.h"

#include "base/log.h"
#include "base/rd.h"
#include "client/hublink_parts.h"
#include "client/keylink.h"
#include "client/pseudonym.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { ASK_MS = 4000, AGAIN_MS = 2000, HELD_MS = 5000, HELD_MAX_MS = 600000, ENVELOPE_MAX = 6144, LIVES_S = 86400, VALID_S = 2 * 86400,
    NUMBER_LEN = PROTO_PSEUDONYM_NUMBER_LEN };

/* The same bytes, to be filled and to be read: C has no conversion between the two. */
union elements { uint8_t out[PROTO_BATCH_MAX][PROTO_OPRF_LEN]; const uint8_t in[PROTO_BATCH_MAX][PROTO_OPRF_LEN]; };

struct one {
    char number[NUMBER_LEN + 1];
    uint8_t input[PROTO_PSEUDONYM_INPUT_LEN], blind[PROTO_OPRF_LEN];
};

/* One holder of a share. */
struct side {
    bool has_answered, is_away;
    struct client_derive_end no;    /* its last answer, as far as nothing could be done with it; err OK: there is none */
    unsigned times;                 /* so many of these, one after the other */
    uint64_t again_ms;
    union elements evaluated;
    uint8_t proof[PROTO_OPRF_PROOF_LEN];
};

/* A question under way: whose, and to which batch. */
struct asked { struct client_derive *d; uint32_t turn; enum client_holder who; bool under_way; };

struct client_derive {
    struct asked asked[CLIENT_HOLDERS];
    struct one one[PROTO_BATCH_MAX];
    size_t count;                   /* 0: there is no batch */
    uint8_t id[PROTO_ID_LEN];
    uint64_t made_s;
    union elements element;
    struct side side[CLIENT_HOLDERS];
    size_t sides;
    struct side own;                /* of this node: every answer is there, and the pseudonyms could not be kept */
    uint32_t refusals;              /* of all of them together */
    uint32_t turn;                  /* so that an answer to a batch that ended is none to the next */
    bool has_ended;
    struct client_derive_end end;
};

enum err client_derive_new(struct client_derive **out)
{
    struct client_derive *d = calloc(1, sizeof *d);

    if (d == NULL)
        return ERR_NOMEM;
    *out = d;
    return OK;
}

void client_derive_free(struct client_derive *d)
{
    if (d == NULL)
        return;
    sodium_memzero(d, sizeof *d);
    free(d);
}

bool client_derive_is_busy(const struct client_derive *d)
{
    return d->count != 0;
}

const char *client_derive_number(const struct client_derive *d, size_t i)
{
    return i < d->count ? d->one[i].number : NULL;
}

/* What is under way stays so: its answer comes, and finds another turn. */
void client_derive_drop(struct client_derive *d)
{
    struct asked asked[CLIENT_HOLDERS];
    uint32_t turn = d->turn;

    memcpy(asked, d->asked, sizeof asked);
    sodium_memzero(d, sizeof *d);
    memcpy(d->asked, asked, sizeof asked);
    d->turn = turn + 1;
}

enum err client_derive_start(struct client_node *n, struct client_derive *d, const struct client_waiting *numbers, size_t count)
{
    enum err e = OK;

    for (size_t i = 0; e == OK && i < count; i++) {
        struct one *o = &d->one[i];

        e = proto_pseudonym_input(n->region.hash, PROTO_PSEUDONYM_CITIZEN, numbers[i].number, o->input);
        if (e == OK)
            e = proto_pseudonym_blind(o->input, o->blind, d->element.out[i]);
        memcpy(o->number, numbers[i].number, sizeof o->number);
    }
    d->count = count;
    if (e != OK) {
        client_derive_drop(d);
        return e;
    }
    randombytes_buf(d->id, sizeof d->id);
    d->made_s = clock_now_s();
    d->sides = n->region.has_keyholder ? 2 : 1;
    return OK;
}

static void end(struct client_derive *d, enum err e, enum proto_refusal refused, enum client_holder who)
{
    if (d->has_ended)
        return;
    d->has_ended = true;
    d->end = (struct client_derive_end){.err = e, .refused = refused, .who = who};
}

bool client_derive_has_ended(const struct client_derive *d, struct client_derive_end *out)
{
    if (d->count == 0 || !d->has_ended)
        return false;
    *out = d->end;
    return true;
}

/* ---- no ---- */

uint64_t client_derive_pause_ms(unsigned times)
{
    uint64_t ms = HELD_MS;

    for (unsigned i = 1; i < times && ms < HELD_MAX_MS; i++)
        ms *= 2;
    return ms < HELD_MAX_MS ? ms : HELD_MAX_MS;
}

/* Who refuses for want of a quota has counted nothing. When that is all of them, another batch costs no more than this one. */
static bool cost_nothing(const struct client_derive *d)
{
    for (size_t i = 0; i < d->sides; i++)
        if (d->side[i].has_answered || d->side[i].no.refused != PROTO_QUOTA)
            return false;
    return true;
}

/*
 * Whatever was answered: as by one that is away. The batch waits and is asked for again under its id, so that the other side, or this one that
 * counted before it refused, does not count twice. A batch made anew would, and who refuses or lies could so use up the quota at the other.
 */
static void hold(struct client_derive *d, struct side *s, enum client_holder who, enum err e, enum proto_refusal refused)
{
    s->no = (struct client_derive_end){.err = e, .refused = refused, .who = who};
    s->has_answered = false;
    s->times++;
    s->again_ms = clock_mono_ms() + client_derive_pause_ms(s->times);
    d->refusals++;
    if (cost_nothing(d))
        end(d, e, refused, who);
}

/* ---- the answers ---- */

static const uint8_t *share_key(const struct client_node *n, size_t side)
{
    return side == CLIENT_HUB ? n->region.pseudonym_hub : n->region.pseudonym_keyholder;
}

static struct proto_oprf_elements elements(const struct client_derive *d, const union elements *u)
{
    return (struct proto_oprf_elements){u->in, d->count};
}

/* Both proofs, the pinned joint key, and a sum that is not the identity. */
static enum err combine(const struct client_node *n, const struct client_derive *d, union elements *out)
{
    struct proto_pseudonym_answer answer[CLIENT_HOLDERS];

    for (size_t i = 0; i < d->sides; i++)
        answer[i] = (struct proto_pseudonym_answer){share_key(n, i), elements(d, &d->side[i].evaluated), d->side[i].proof};
    return proto_pseudonym_combine(n->region.pseudonym_key, elements(d, &d->element), answer, d->sides, out->out);
}

static enum err store_one(struct client_node *n, struct vault_txn *x, const struct one *o, const uint8_t combined[PROTO_OPRF_LEN])
{
    struct proto_subject_id id = {.type = PROTO_SUBJECT_CITIZEN};
    enum err e = proto_pseudonym_finish(o->input, o->blind, combined, id.value);

    if (e == OK)
        e = client_pseudonym_keep(n, x, o->number, &id);
    return e == OK ? client_waiting_drop(n, x, o->number) : e;
}

static enum err store(struct client_node *n, const struct client_derive *d, const union elements *combined)
{
    struct vault_txn *x = NULL;
    enum err e = client_vault_begin(n->vault, true, &x);

    for (size_t i = 0; e == OK && i < d->count; i++)
        e = store_one(n, x, &d->one[i], combined->out[i]);
    return client_vault_end(x, e);
}

/* Who gave the answer that is not proven? Looked for only when something is wrong. */
static enum client_holder who_is_wrong(const struct client_node *n, const struct client_derive *d)
{
    for (size_t i = 0; i < d->sides; i++)
        if (proto_oprf_check(share_key(n, i), elements(d, &d->element), elements(d, &d->side[i].evaluated), d->side[i].proof) != OK)
            return (enum client_holder)i;
    return CLIENT_HUB;
}

static bool all_have_answered(const struct client_derive *d)
{
    for (size_t i = 0; i < d->sides; i++)
        if (!d->side[i].has_answered)
            return false;
    return true;
}

/* Nothing is taken of a batch of which one answer is not proven; who gave it is asked again. */
static void finish(struct client_node *n, struct client_derive *d)
{
    union elements combined;
    enum err e = combine(n, d, &combined);

    if (e == ERR_SIGNATURE || e == ERR_RANGE) {
        enum client_holder who = who_is_wrong(n, d);

        hold(d, &d->side[who], who, ERR_SIGNATURE, PROTO_ACCEPTED);
    } else {
        if (e == OK)
            e = store(n, d, &combined);
        if (e == OK)
            end(d, OK, PROTO_ACCEPTED, CLIENT_HUB);
        else
            hold(d, &d->own, CLIENT_HOLDERS, e, PROTO_ACCEPTED);
    }
    sodium_memzero(&combined, sizeof combined);
}

/* payload = n * 32 evaluated | 64 proof, for the n that were asked */
static enum err read_payload(const struct client_derive *d, struct proto_blob payload, struct side *s)
{
    struct rd r;

    rd_init(&r, payload.data, payload.len);
    for (size_t i = 0; r.err == OK && i < d->count; i++)
        rd_copy(&r, s->evaluated.out[i], PROTO_OPRF_LEN);
    rd_copy(&r, s->proof, sizeof s->proof);
    return rd_end(&r);
}

static void answered(struct client_node *n, void *arg, enum err result, const struct proto_reply *reply)
{
    struct asked *a = arg;
    struct client_derive *d = a->d;
    struct side *s = &d->side[a->who];

    a->under_way = false;
    if (a->turn != d->turn || d->count == 0 || d->has_ended)
        return;
    s->is_away = result == ERR_PEER;
    if (s->is_away) {
        s->no = (struct client_derive_end){.err = OK};
        s->again_ms = clock_mono_ms() + AGAIN_MS;
    } else if (result != OK) {
        hold(d, s, a->who, result, PROTO_ACCEPTED);
    } else if (reply->result != PROTO_ACCEPTED) {
        hold(d, s, a->who, proto_refusal_err((enum proto_refusal)reply->result), (enum proto_refusal)reply->result);
    } else if (read_payload(d, reply->payload, s) != OK) {
        hold(d, s, a->who, ERR_SIGNATURE, PROTO_ACCEPTED);
    } else {
        s->has_answered = true;
        s->no = (struct client_derive_end){.err = OK};
        if (all_have_answered(d))
            finish(n, d);
    }
}

/* ---- asking ---- */

/* The same body for all; signed anew when it is sent again, with the same id, so that it is not counted again (P-083). */
static enum err make_question(struct client_node *n, const struct client_derive *d, uint8_t *out, size_t cap, size_t *len)
{
    struct proto_msg m = {.kind = PROTO_DERIVE};
    uint8_t body[ENVELOPE_MAX];
    size_t body_len = 0;
    enum err e;

    memcpy(m.head.region, n->region.hash, sizeof m.head.region);
    memcpy(m.head.id, d->id, sizeof m.head.id);
    memcpy(m.head.from, n->me->id, sizeof m.head.from);
    memcpy(m.head.pack, n->region.pack, sizeof m.head.pack);
    m.head.issued_s = clock_now_s();
    m.head.valid_until_s = d->made_s + VALID_S;
    m.payload = (struct proto_blob){d->element.in[0], d->count * PROTO_OPRF_LEN};
    m.original = (struct proto_blob){n->node_cert, n->node_cert_len};
    e = proto_msg_encode(&m, body, sizeof body, &body_len);
    return e == OK ? client_link_sign(n, m.kind, body, body_len, out, cap, len) : e;
}

static bool can_be_asked(const struct client_node *n, const struct client_derive *d, size_t side)
{
    const struct side *s = &d->side[side];

    if (d->asked[side].under_way || s->has_answered || clock_mono_ms() < s->again_ms)
        return false;
    return side == CLIENT_KEYHOLDER ? n->keylink != NULL : client_link_is_up(n);
}

static void ask(struct client_node *n, struct client_derive *d, enum client_holder who, const uint8_t *envelope, size_t len)
{
    struct asked *a = &d->asked[who];
    enum err e;

    *a = (struct asked){.d = d, .turn = d->turn, .who = who};
    e = who == CLIENT_HUB ? client_link_send(n, PROTO_DERIVE, envelope, len, ASK_MS, answered, a)
                          : client_keylink_send(n, PROTO_DERIVE, envelope, len, ASK_MS, answered, a);
    a->under_way = e == OK;
    if (e != OK)
        d->side[who].again_ms = clock_mono_ms() + AGAIN_MS;
}

void client_derive_step(struct client_node *n, struct client_derive *d)
{
    uint8_t envelope[ENVELOPE_MAX];
    size_t len = 0;

    if (d->count == 0 || d->has_ended)
        return;
    if (clock_now_s() > d->made_s + LIVES_S)
        end(d, ERR_EXPIRED, PROTO_ACCEPTED, CLIENT_HUB);
    if (!d->has_ended && all_have_answered(d) && clock_mono_ms() >= d->own.again_ms)
        finish(n, d);
    for (size_t i = 0; !d->has_ended && i < d->sides; i++) {
        if (!can_be_asked(n, d, i))
            continue;
        if (len == 0 && make_question(n, d, envelope, sizeof envelope, &len) != OK) {
            end(d, ERR_RANGE, PROTO_ACCEPTED, CLIENT_HUB);
            return;
        }
        ask(n, d, (enum client_holder)i, envelope, len);
    }
}

/* A lie before anything else: that is said loudly. */
bool client_derive_is_refused(const struct client_derive *d, struct client_derive_end *no, uint32_t *refusals)
{
    const struct client_derive_end *found = NULL;

    if (d->count == 0 || d->has_ended)
        return false;
    if (d->own.no.err != OK && all_have_answered(d))
        found = &d->own.no;
    for (size_t i = 0; i < d->sides; i++) {
        const struct client_derive_end *one = &d->side[i].no;

        if (one->err != OK && (found == NULL || one->err == ERR_SIGNATURE) && (found == NULL || found->err != ERR_SIGNATURE))
            found = one;
    }
    if (found == NULL)
        return false;
    *no = *found;
    for (size_t i = 0; i < d->sides; i++)
        no->others_counted = no->others_counted || (d->side[i].has_answered && i != (size_t)no->who);
    *refusals = d->refusals;
    return true;
}

void client_derive_hurry(struct client_derive *d, uint32_t refusals)
{
    if (d->count == 0 || d->refusals != refusals)
        return;
    d->own.again_ms = 0;
    for (size_t i = 0; i < d->sides; i++)
        if (d->side[i].no.err != OK)
            d->side[i].again_ms = 0;
}

bool client_derive_is_stuck(const struct client_node *n, const struct client_derive *d)
{
    struct client_derive_end no;
    uint32_t refusals;

    if (d->count == 0 || d->has_ended)
        return false;
    if (!d->side[CLIENT_HUB].has_answered && client_link_is_down(n))
        return true;
    for (size_t i = 0; i < d->sides; i++)
        if (d->side[i].is_away && !d->side[i].has_answered)
            return true;
    return client_derive_is_refused(d, &no, &refusals);
}

uint64_t client_derive_due(const struct client_derive *d, uint64_t now_ms, uint64_t max)
{
    if (d->has_ended)
        return 0;
    if (d->count != 0 && all_have_answered(d))
        return d->own.again_ms <= now_ms ? 0 : d->own.again_ms - now_ms < max ? d->own.again_ms - now_ms : max;
    for (size_t i = 0; d->count != 0 && i < d->sides; i++) {
        const struct side *s = &d->side[i];
        uint64_t wait = s->again_ms > now_ms ? s->again_ms - now_ms : AGAIN_MS;

        if (!d->asked[i].under_way && !s->has_answered && wait < max)
            max = wait;
    }
    return max;
}
