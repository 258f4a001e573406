#include "hub/envelope.h"

#include "hub/registry.h"
#include "proto/sign.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { FRAME_KEEP = 16384 };

static const uint8_t nobody[PROTO_KEY_LEN];

struct hub_job *hub_job_new(void)
{
    return calloc(1, sizeof(struct hub_job));
}

void hub_job_free(struct hub_job *j)
{
    if (j == NULL)
        return;
    free(j->frame);
    free(j);
}

enum err hub_job_reset(struct hub_job *j, size_t len)
{
    /* A large frame is a release: do not keep its room for the many small ones. */
    if (len > j->frame_cap || (j->frame_cap > FRAME_KEEP && len <= FRAME_KEEP)) {
        size_t cap = len < FRAME_KEEP ? FRAME_KEEP : len;
        uint8_t *fresh = malloc(cap);

        if (fresh == NULL)
            return ERR_NOMEM;
        free(j->frame);
        j->frame = fresh;
        j->frame_cap = cap;
    }
    j->frame_len = len;
    j->next = NULL;
    j->kind = PROTO_NONE;
    j->refusal = PROTO_ACCEPTED;
    j->valid_from_s = 0;
    j->valid_until_s = UINT64_MAX;
    j->missed = j->has_row = j->has_sides = false;
    j->wait_until_ms = 0;
    j->act.from = j->act.to = NULL;
    j->act.envelope = NULL;
    j->act.envelope_len = 0;
    j->act.now_s = 0;
    j->act.said.original.len = j->act.weighing.original.len = j->act.approval.original.len = 0;
    memset(j->act.msg.head.id, 0, sizeof j->act.msg.head.id);
    return OK;
}

static void refuse(struct hub_job *j, enum proto_refusal why)
{
    if (j->refusal == PROTO_ACCEPTED)
        j->refusal = why;
}

static void narrow(struct hub_job *j, uint64_t from_s, uint64_t until_s)
{
    if (from_s > j->valid_from_s)
        j->valid_from_s = from_s;
    if (until_s < j->valid_until_s)
        j->valid_until_s = until_s;
}

/* A key that the act rests on: its times narrow the job's. false when it is not known. */
static bool lean_on(const struct hub_envelope_context *c, struct hub_job *j, const uint8_t key[PROTO_KEY_LEN], struct hub_cert *cert)
{
    const struct proto_partner *p;

    if (hub_certs_find(c->certs, key, cert) != OK) {
        j->missed = true;
        refuse(j, PROTO_UNKNOWN_KEY);
        return false;
    }
    p = proto_region_partner(c->region, cert->partner);
    if (p != NULL && proto_region_revoked_from(c->region, p, key) != PROTO_NEVER_S) {
        refuse(j, PROTO_REVOKED);
        return false;
    }
    narrow(j, cert->from_s, cert->until_s);
    return true;
}

/* Take the envelope apart and verify its one signature, by a key that is known. */
static bool open_signed(const struct hub_envelope_context *c, struct hub_job *j, const struct proto_blob *in, struct proto_signed *out,
    struct hub_cert *cert)
{
    enum err e = proto_sign_decode(in->data, in->len, out);

    if (e != OK || out->count != 1) {
        refuse(j, PROTO_MALFORMED);
        return false;
    }
    if (!lean_on(c, j, out->by[0].key, cert))
        return false;
    e = proto_sign_check(out->type, out->body, out->body_len, out->by[0].key, out->by[0].sig);
    if (e != OK)
        refuse(j, e == ERR_NOMEM ? PROTO_TROUBLE : PROTO_BAD_SIGNATURE);
    return e == OK;
}

/*
 * A node key may make itself known: the partner's root key certified it, so nothing more could be said for it by the one before, whose
 * certificate may have ended (P-199). Nothing of the body but the certificate is used before that says whose the key is.
 */
static bool opens_itself(const struct hub_envelope_context *c, struct hub_job *j, const struct proto_blob *in, struct proto_signed *out,
    struct hub_cert *cert)
{
    const struct proto_blob *original = &j->act.msg.original;
    uint8_t signer[PROTO_KEY_LEN];
    struct proto_cert node;

    if (j->kind != PROTO_PUBLISH || proto_sign_decode(in->data, in->len, out) != OK || out->count != 1
        || strcmp(out->type, proto_msg_type(j->kind)) != 0
        || proto_sign_check(out->type, out->body, out->body_len, out->by[0].key, out->by[0].sig) != OK
        || proto_msg_decode(j->kind, out->body, out->body_len, &j->act.msg) != OK
        || proto_cert_peek(original->data, original->len, &node, signer) != OK || node.use != PROTO_USE_NODE
        || sodium_memcmp(node.key, out->by[0].key, PROTO_KEY_LEN) != 0
        || proto_cert_check(c->region, original->data, original->len, NULL, &node) != OK)
        return false;
    *cert = (struct hub_cert){ .use = PROTO_USE_NODE, .from_s = node.from_s, .until_s = node.until_s };
    memcpy(cert->partner, node.partner, sizeof cert->partner);
    narrow(j, cert->from_s, cert->until_s);
    return true;
}

/* A frame of this kind, signed by a node of the partner that from names, for this region. */
static void judge_outer(const struct hub_envelope_context *c, struct hub_job *j)
{
    struct proto_msg *m = &j->act.msg;
    struct proto_blob body;
    struct proto_signed s;
    struct hub_cert cert;

    if (proto_frame_decode(j->frame, j->frame_len, &j->kind, &body.data, &body.len) != OK) {
        refuse(j, PROTO_NOT_A_FRAME);
        return;
    }
    j->act.envelope = body.data;
    j->act.envelope_len = body.len;
    if (!opens_itself(c, j, &body, &s, &cert) && !open_signed(c, j, &body, &s, &cert))
        return;
    if (proto_msg_type(j->kind) == NULL || strcmp(s.type, proto_msg_type(j->kind)) != 0) {
        refuse(j, PROTO_WRONG_KIND);
        return;
    }
    if (proto_msg_decode(j->kind, s.body, s.body_len, m) != OK
        || proto_msg_repeat_digest(j->kind, s.body, s.body_len, j->digest) != OK) {
        refuse(j, PROTO_MALFORMED);
        return;
    }
    if (sodium_memcmp(m->head.region, c->region->hash, PROTO_HASH_LEN) != 0)
        refuse(j, PROTO_WRONG_REGION);
    if (cert.use != PROTO_USE_NODE || sodium_memcmp(cert.partner, m->head.from, PROTO_PARTNER_LEN) != 0)
        refuse(j, PROTO_NOT_YOURS);
    j->act.from = proto_region_partner(c->region, m->head.from);
    if (j->act.from == NULL)
        refuse(j, PROTO_UNKNOWN_PARTNER);
}

/* The addressee: the hub, or a partner that exists and is another. */
static void judge_to(const struct hub_envelope_context *c, struct hub_job *j)
{
    const struct proto_header *h = &j->act.msg.head;

    if (sodium_memcmp(h->to, nobody, PROTO_PARTNER_LEN) == 0)
        return;
    j->act.to = proto_region_partner(c->region, h->to);
    if (j->act.to == NULL)
        refuse(j, PROTO_UNKNOWN_PARTNER);
    else if (j->act.to == j->act.from)
        refuse(j, PROTO_MALFORMED);
}

/* Who at the sender acted: a person of that organisation with that role, or the node itself. */
static void judge_actor(const struct hub_envelope_context *c, struct hub_job *j)
{
    const struct proto_header *h = &j->act.msg.head;
    struct hub_cert cert;

    if (sodium_memcmp(h->actor, nobody, PROTO_KEY_LEN) == 0) {
        if (h->role != PROTO_ROLE_NONE)
            refuse(j, PROTO_MALFORMED);
        return;
    }
    if (!lean_on(c, j, h->actor, &cert))
        return;
    if (cert.use != PROTO_USE_STAFF || sodium_memcmp(cert.partner, h->from, PROTO_PARTNER_LEN) != 0)
        refuse(j, PROTO_NOT_YOURS);
    else if (cert.role != h->role)
        refuse(j, PROTO_ROLE_NOT_ALLOWED);
}

/* A statement inside: signed by a person (or a node) of the organisation that it names. */
static void judge_said(const struct hub_envelope_context *c, struct hub_job *j, const struct proto_blob *in, struct hub_said *said)
{
    enum proto_statement_kind kind;
    struct proto_signed s;
    struct hub_cert cert;

    if (in->len == 0)
        return;
    if (!open_signed(c, j, in, &s, &cert))
        return;
    kind = proto_statement_of_type(s.type);
    if (kind == PROTO_SAY_NONE || proto_statement_decode(kind, s.body, s.body_len, &said->what) != OK) {
        refuse(j, PROTO_MALFORMED);
        return;
    }
    if (sodium_memcmp(said->what.region, c->region->hash, PROTO_HASH_LEN) != 0)
        refuse(j, PROTO_WRONG_REGION);
    if (sodium_memcmp(said->what.setter, cert.partner, PROTO_PARTNER_LEN) != 0)
        refuse(j, PROTO_NOT_YOURS);
    said->original = *in;
    memcpy(said->signer, s.by[0].key, PROTO_KEY_LEN);
    memcpy(said->signer_partner, cert.partner, PROTO_PARTNER_LEN);
    said->role = cert.use == PROTO_USE_STAFF ? (enum proto_role)cert.role : PROTO_ROLE_NONE;
}

/* A certificate to be published: of the sender's own organisation, signed by its root key or its node key. */
static void judge_cert(const struct hub_envelope_context *c, struct hub_job *j)
{
    const struct proto_blob *in = &j->act.msg.original;
    struct proto_cert node, claimed;
    bool is_staff;
    enum err e = proto_cert_peek(in->data, in->len, &claimed, j->cert_signer);

    if (e != OK) {
        refuse(j, PROTO_MALFORMED);
        return;
    }
    is_staff = claimed.use == PROTO_USE_STAFF;
    if (is_staff && hub_certs_node(c->certs, j->cert_signer, &node) != OK) {
        j->missed = true;
        refuse(j, PROTO_UNKNOWN_KEY);
        return;
    }
    e = proto_cert_check(c->region, in->data, in->len, is_staff ? &node : NULL, &j->cert);
    if (e == ERR_DENIED)
        refuse(j, PROTO_REVOKED);
    else if (e != OK)
        refuse(j, e == ERR_SIGNATURE ? PROTO_BAD_SIGNATURE : e == ERR_KEY ? PROTO_UNKNOWN_KEY : PROTO_MALFORMED);
    else if (sodium_memcmp(j->cert.partner, j->act.msg.head.from, PROTO_PARTNER_LEN) != 0)
        refuse(j, PROTO_NOT_YOURS);
    /* It ends with the key above it; else one that came late would stand in the place of one by the next key. */
    else if (is_staff && node.until_s < j->cert.until_s)
        j->cert.until_s = node.until_s;
}

static void judge(const struct hub_envelope_context *c, struct hub_job *j)
{
    struct hub_act *a = &j->act;

    judge_outer(c, j);
    if (j->refusal != PROTO_ACCEPTED)
        return;
    judge_to(c, j);
    judge_actor(c, j);
    if (j->refusal != PROTO_ACCEPTED)
        return;
    if (j->kind == PROTO_PUBLISH)
        judge_cert(c, j);
    else if (j->kind != PROTO_REGISTRY)
        judge_said(c, j, &a->msg.original, &a->said);
    judge_said(c, j, &a->msg.weighing, &a->weighing);
    judge_said(c, j, &a->msg.approval, &a->approval);
}

void hub_envelope_judge(const struct hub_envelope_context *c, struct hub_job *j)
{
    if (c->registry == NULL) {
        judge(c, j);
        return;
    }
    (void)pthread_rwlock_rdlock(&c->registry->lock);
    j->generation = c->registry->generation;
    judge(c, j);
    (void)pthread_rwlock_unlock(&c->registry->lock);
}

static enum proto_refusal judge_partner(const struct proto_partner *p, uint64_t at_s)
{
    if (proto_partner_exists_at(p, at_s))
        return PROTO_ACCEPTED;
    return p->from_s > at_s ? PROTO_UNKNOWN_PARTNER : PROTO_REVOKED;
}

enum proto_refusal hub_envelope_judge_times(const struct hub_job *j, uint64_t now_s, uint64_t leaf_s)
{
    enum proto_refusal r = j->act.from != NULL ? judge_partner(j->act.from, leaf_s) : PROTO_ACCEPTED;

    if (r == PROTO_ACCEPTED && j->act.to != NULL)
        r = judge_partner(j->act.to, leaf_s);
    if (r != PROTO_ACCEPTED)
        return r;
    if (!proto_msg_is_timely(&j->act.msg.head, now_s, leaf_s))
        return PROTO_STALE;
    if (leaf_s < j->valid_from_s || leaf_s >= j->valid_until_s)
        return PROTO_UNKNOWN_KEY;
    return PROTO_ACCEPTED;
}
