#include "hub/oprf.h"

#include "base/clock.h"
#include "hub/envelope.h"
#include "proto/pseudonym.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { LOOK_EVERY_MS = 1000, PAYLOAD_MAX = PROTO_OPRF_BATCH_MAX * PROTO_OPRF_LEN + PROTO_OPRF_PROOF_LEN };

static enum err take_share(struct hub_oprf *o, const uint8_t share[PROTO_OPRF_LEN], struct trouble *t)
{
    uint8_t public_key[PROTO_OPRF_LEN];
    enum err e = proto_oprf_public_key(share, public_key);

    if (e == OK && sodium_memcmp(public_key, o->region->pseudonym_hub, sizeof public_key) != 0)
        e = ERR_KEY;
    if (e != OK)
        return trouble_set(t, e, "the share of the pseudonym key is not the one that the region file names",
            "het deel van de pseudoniemsleutel is niet dat uit het regiobestand");
    o->share = sodium_malloc(PROTO_OPRF_LEN);
    if (o->share == NULL)
        return ERR_NOMEM;
    memcpy(o->share, share, PROTO_OPRF_LEN);
    return sodium_mprotect_noaccess(o->share) == 0 ? OK : ERR_NOMEM;
}

enum err hub_oprf_open(struct hub_oprf *o, const char *region, size_t region_len, const char *partners,
    const uint8_t share[PROTO_OPRF_LEN], const char *quota_path, uint32_t per_partner, uint32_t total, struct trouble *t)
{
    bool changed;
    enum err e = ERR_NOMEM;

    memset(o, 0, sizeof *o);
    o->region = calloc(1, sizeof *o->region);
    if (o->region == NULL)
        return e;
    e = proto_region_parse((const uint8_t *)region, region_len, true, o->region, t);
    if (e == OK)
        e = take_share(o, share, t);
    if (e == OK)
        e = hub_certs_new(&o->certs);
    if (e == OK)
        e = hub_roster_new(partners, o->region, o->certs, &o->roster);
    if (e == OK)
        e = hub_roster_refresh(o->roster, NULL, NULL, &changed);
    if (e == OK)
        e = hub_quota_open(quota_path, per_partner, total, &o->quota, t);
    if (e != OK)
        hub_oprf_close(o);
    return e;
}

void hub_oprf_close(struct hub_oprf *o)
{
    hub_quota_close(o->quota);
    hub_roster_free(o->roster);
    hub_certs_free(o->certs);
    sodium_free(o->share);
    free(o->region);
    memset(o, 0, sizeof *o);
}

/* The folder of partners once a second, and at a key that is not known. */
static enum err judge(struct hub_oprf *o, struct hub_job *j)
{
    const struct hub_envelope_context context = { .region = o->region, .certs = o->certs };
    uint64_t now_ms = clock_mono_ms();
    bool changed = false;
    enum err e = OK;

    hub_envelope_judge_outer(&context, j);
    if (!j->missed && now_ms - o->looked_ms < LOOK_EVERY_MS)
        return OK;
    o->looked_ms = now_ms;
    e = hub_roster_refresh(o->roster, NULL, NULL, &changed);
    if (e != OK || !j->missed || !changed)
        return e;
    e = hub_job_reset(j, j->frame_len);
    if (e == OK)
        hub_envelope_judge_outer(&context, j);
    return e;
}

static enum proto_refusal refusal_of(const struct hub_oprf *o, const struct hub_job *j)
{
    uint64_t now_s = clock_now_s();
    enum proto_refusal r = j->refusal;

    if (r == PROTO_ACCEPTED && j->kind != PROTO_DERIVE)
        r = PROTO_WRONG_KIND;
    if (r == PROTO_ACCEPTED)
        r = hub_envelope_judge_times(j, now_s, now_s);
    if (r == PROTO_ACCEPTED && hub_roster_is_blocked(o->roster, j->act.from))
        r = PROTO_BLOCKED;
    return r;
}

/* The same question sent again (its answer was lost) gets the same answer, so it is not counted again. */
static bool is_repeat(struct hub_oprf *o, const struct hub_job *j)
{
    const struct proto_header *h = &j->act.msg.head;

    for (size_t i = 0; i < HUB_OPRF_RECENT; i++)
        if (memcmp(o->recent[i].id, h->id, sizeof h->id) == 0 && memcmp(o->recent[i].from, h->from, sizeof h->from) == 0
            && memcmp(o->recent[i].digest, j->digest, sizeof j->digest) == 0)
            return true;
    return false;
}

static void remember(struct hub_oprf *o, const struct hub_job *j)
{
    const struct proto_header *h = &j->act.msg.head;

    memcpy(o->recent[o->recent_at].from, h->from, sizeof h->from);
    memcpy(o->recent[o->recent_at].id, h->id, sizeof h->id);
    memcpy(o->recent[o->recent_at].digest, j->digest, sizeof j->digest);
    o->recent_at = (o->recent_at + 1) % HUB_OPRF_RECENT;
}

static enum err evaluate(struct hub_oprf *o, const struct proto_blob *in, uint8_t payload[PAYLOAD_MAX], size_t *len)
{
    size_t count = in->len / PROTO_OPRF_LEN;
    uint8_t blinded[PROTO_OPRF_BATCH_MAX][PROTO_OPRF_LEN], evaluated[PROTO_OPRF_BATCH_MAX][PROTO_OPRF_LEN];
    uint8_t proof[PROTO_OPRF_PROOF_LEN];
    struct proto_oprf_elements elements = { .count = count };
    enum err e;

    if (count > PROTO_OPRF_BATCH_MAX)
        return ERR_RANGE;
    memcpy(blinded, in->data, count * PROTO_OPRF_LEN);
    elements.at = (const uint8_t (*)[PROTO_OPRF_LEN])blinded;
    if (sodium_mprotect_readonly(o->share) != 0)
        abort();
    e = proto_pseudonym_evaluate(o->share, elements, evaluated, proof);
    if (sodium_mprotect_noaccess(o->share) != 0)
        abort();
    if (e != OK)
        return e;
    memcpy(payload, evaluated, count * PROTO_OPRF_LEN);
    memcpy(payload + count * PROTO_OPRF_LEN, proof, sizeof proof);
    *len = count * PROTO_OPRF_LEN + sizeof proof;
    return OK;
}

/* Elements are looked at before they are counted: a batch with one bad element costs nothing. */
static enum proto_refusal elements_are_good(const struct proto_blob *in)
{
    if (in->len % PROTO_OPRF_LEN != 0 || in->len == 0)
        return PROTO_MALFORMED;
    for (size_t i = 0; i < in->len; i += PROTO_OPRF_LEN)
        if (proto_oprf_check_element(in->data + i) != OK)
            return PROTO_MALFORMED;
    return PROTO_ACCEPTED;
}

enum err hub_oprf_answer(struct hub_oprf *o, struct hub_job *j, uint8_t *out, size_t cap, size_t *len)
{
    uint8_t payload[PAYLOAD_MAX], body[PAYLOAD_MAX + 256];
    const struct proto_blob *in = &j->act.msg.payload;
    struct proto_reply reply = { 0 };
    size_t payload_len = 0, body_len;
    enum proto_refusal r;
    enum err e = judge(o, j);

    if (e != OK)
        return e;
    r = refusal_of(o, j);
    if (r == PROTO_ACCEPTED)
        r = elements_are_good(in);
    if (r == PROTO_ACCEPTED && !is_repeat(o, j)) {
        e = hub_quota_take(o->quota, j->act.from->id, (uint32_t)(in->len / PROTO_OPRF_LEN), clock_now_s());
        r = e == ERR_QUOTA ? PROTO_QUOTA : PROTO_ACCEPTED;
        if (e == OK)
            remember(o, j);
        else if (e != ERR_QUOTA)
            return e;
    }
    if (r == PROTO_ACCEPTED && evaluate(o, in, payload, &payload_len) != OK)
        r = PROTO_TROUBLE;
    reply.result = (uint8_t)r;
    reply.hub_time_s = clock_now_s();
    memcpy(reply.id, j->act.msg.head.id, sizeof reply.id);
    reply.payload = (struct proto_blob){ payload, r == PROTO_ACCEPTED ? payload_len : 0 };
    e = proto_reply_encode(&reply, 0, body, sizeof body, &body_len);
    return e == OK ? proto_frame_encode(PROTO_REPLY, body, body_len, out, cap, len) : e;
}
