/* client/statement: making, signing, sending and checking what a person says. */
#include "client/statement.h"

#include "client/certs.h"
#include "client/keeping.h"
#include "client/outbox.h"
#include "client/registry.h"
#include "proto/seal.h"
#include "proto/sealing.h"
#include "proto/sign.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { BODY_MAX = PROTO_ORIGINAL_MAX - 256 };

/* ---- making ---- */

static void fill(struct client_node *n, struct proto_statement *s)
{
    memcpy(s->region, n->region.hash, sizeof s->region);
    memcpy(s->setter, n->me->id, sizeof s->setter);
    if (sodium_is_zero(s->id, sizeof s->id))
        randombytes_buf(s->id, sizeof s->id);
    if (s->made_s == 0)
        s->made_s = clock_now_s();
}

/* A person signs; only how a consent stands today is the node's own word (STATUS). */
static enum err sign_body(struct client_node *n, const struct proto_statement *s, const struct client_session *who, const struct proto_signed *envelope,
    uint8_t sig[PROTO_SIG_LEN], const uint8_t **key)
{
    struct secret *secret = who != NULL ? who->secret : n->node_key;
    enum err e;

    if (who == NULL && s->kind != PROTO_SAY_STATUS)
        return ERR_KEY;
    *key = who != NULL ? who->key : n->node_public;
    e = proto_sign_make(envelope->type, envelope->body, envelope->body_len, secret_wake(secret), sig);
    secret_sleep(secret);
    return e;
}

enum err client_statement_sign(struct client_node *n, struct proto_statement *s, const struct client_session *who, uint8_t **out, size_t *len)
{
    struct proto_signed envelope = {.count = 1};
    const char *type = proto_statement_type(s->kind);
    uint8_t *body = NULL, *data = NULL, sig[PROTO_SIG_LEN];
    enum err e = OK;

    if (type == NULL)
        return ERR_RANGE;
    fill(n, s);
    memcpy(envelope.type, type, strlen(type) + 1);
    body = malloc(BODY_MAX);
    data = malloc(PROTO_ORIGINAL_MAX);
    if (body == NULL || data == NULL)
        e = ERR_NOMEM;
    if (e == OK)
        e = proto_statement_encode(s, body, BODY_MAX, &envelope.body_len);
    envelope.body = body;
    if (e == OK)
        e = sign_body(n, s, who, &envelope, sig, &envelope.by[0].key);
    if (e == OK) {
        envelope.by[0].sig = sig;
        e = proto_sign_encode(&envelope, data, PROTO_ORIGINAL_MAX, len);
    }
    free(body);
    if (e != OK) {
        free(data);
        return e;
    }
    *out = data;
    return OK;
}

/* ---- sealed parts ---- */

static void drop_boxes(uint8_t *box[PROTO_ADDRESSEES_MAX], const struct proto_sealed *sealed)
{
    for (size_t i = 0; i < PROTO_ADDRESSEES_MAX; i++)
        if (box[i] != NULL)
            proto_seal_free(box[i], i < sealed->count ? sealed->part[i].box.len : 0);
}

/* One part for each addressee with a note. box owns what s->sealed borrows. */
static enum err seal_notes(struct client_node *n, struct vault_txn *x, struct proto_statement *s, const struct client_note *notes,
    uint8_t *box[PROTO_ADDRESSEES_MAX])
{
    struct proto_sealing_part p;
    enum err e = OK;

    memcpy(p.region, n->region.hash, sizeof p.region);
    memcpy(p.from, n->me->id, sizeof p.from);
    memcpy(p.id, s->id, sizeof p.id);
    s->sealed.count = 0;
    for (size_t i = 0; e == OK && notes != NULL && i < s->addressees.count; i++) {
        uint8_t key[PROTO_KEY_LEN];
        size_t at = s->sealed.count, len = 0;

        if (notes[i].data == NULL || notes[i].len == 0 || !client_registry_takes_part(n, s->addressees.id[i]))
            continue;
        memcpy(p.to, s->addressees.id[i], sizeof p.to);
        e = client_partner_hpke(n, x, p.to, key);
        if (e == OK)
            e = proto_sealing_part_make(&p, key, (struct proto_blob){notes[i].data, notes[i].len}, &box[at], &len);
        if (e == OK) {
            memcpy(s->sealed.part[at].to, p.to, sizeof p.to);
            s->sealed.part[at].box = (struct proto_blob){box[at], len};
            s->sealed.count++;
        }
    }
    return e;
}

/* ---- sending ---- */

static enum err send_one(struct client_node *n, struct vault_txn *x, const struct proto_statement *s, const struct client_session *who,
    struct proto_blob original, const uint8_t *to, struct client_call *wait_for)
{
    struct proto_msg *m = calloc(1, sizeof *m);
    uint8_t id[PROTO_ID_LEN];
    enum err e = m == NULL ? ERR_NOMEM : OK;

    if (e != OK)
        return e;
    m->kind = PROTO_STATEMENT;
    if (to != NULL)
        memcpy(m->head.to, to, sizeof m->head.to);
    memcpy(m->head.case_id, s->case_id, sizeof m->head.case_id);
    m->head.subject = s->subject;
    memcpy(m->head.purpose, s->purpose, sizeof m->head.purpose);
    m->original = original;
    e = client_outbox_put(n, x, m, who, id);
    if (e == OK)
        e = client_keeping_carries(x, id, s->id);
    if (e == OK && wait_for != NULL)
        client_call_wait(wait_for, id);
    free(m);
    return e;
}

static enum err keep_own(struct vault_txn *x, const struct proto_statement *s, const struct client_session *who,
    const uint8_t node_public[PROTO_KEY_LEN], struct proto_blob original)
{
    struct client_kept *k = calloc(1, sizeof *k);
    enum err e = k == NULL ? ERR_NOMEM : OK;

    if (e == OK) {
        *k = (struct client_kept){.what = *s, .original = original.data, .original_len = original.len,
            .role = who != NULL ? (uint8_t)who->role : PROTO_ROLE_NONE, .mine = true, .leaf_index = PROTO_NO_LEAF};
        memcpy(k->signer, who != NULL ? who->key : node_public, sizeof k->signer);
        e = client_kept_put(x, k);
    }
    free(k);
    return e;
}

enum err client_statement_send(struct client_node *n, struct vault_txn *x, struct proto_statement *s, const struct client_session *who,
    const struct client_note *notes, struct client_call *wait_for)
{
    uint8_t *box[PROTO_ADDRESSEES_MAX] = {NULL}, *original = NULL;
    size_t len = 0, sent = 0;
    struct proto_blob blob;
    enum err e;

    fill(n, s);
    e = seal_notes(n, x, s, notes, box);
    if (e == OK)
        e = client_statement_sign(n, s, who, &original, &len);
    blob = (struct proto_blob){original, len};
    if (e == OK)
        e = keep_own(x, s, who, n->node_public, blob);
    client_outbox_group(n, true);
    if (e == OK && s->addressees.count == 0)
        e = send_one(n, x, s, who, blob, NULL, wait_for);
    for (size_t i = 0; e == OK && i < s->addressees.count; i++)
        if (client_registry_takes_part(n, s->addressees.id[i])) {
            e = send_one(n, x, s, who, blob, s->addressees.id[i], wait_for);
            sent++;
        }
    if (e == OK && sent == 0 && s->addressees.count != 0)
        e = ERR_DENIED;
    client_outbox_group(n, false);
    drop_boxes(box, &s->sealed);
    s->sealed.count = 0;   /* what it borrowed is gone */
    free(original);
    return e;
}

enum err client_statement_repeat(struct client_node *n, struct vault_txn *x, const struct client_kept *k)
{
    enum err e = OK;

    client_outbox_group(n, true);
    for (size_t i = 0; e == OK && i < k->what.addressees.count; i++)
        if ((k->acked >> i & 1) == 0 && client_registry_takes_part(n, k->what.addressees.id[i]))
            e = send_one(n, x, &k->what, NULL, (struct proto_blob){k->original, k->original_len}, k->what.addressees.id[i], NULL);
    client_outbox_group(n, false);
    return e;
}

/* ---- checking ---- */

enum err client_statement_check(struct client_node *n, struct vault_txn *x, const uint8_t *data, size_t len, uint64_t at_s,
    struct proto_statement *s, uint8_t signer[PROTO_KEY_LEN], enum proto_role *role)
{
    struct proto_signed envelope;
    struct proto_statement *fresh = NULL;
    struct proto_cert c;
    enum proto_statement_kind kind = PROTO_SAY_NONE;
    enum err e = proto_sign_decode(data, len, &envelope);

    (void)x;
    if (e == OK && (envelope.count != 1 || (kind = proto_statement_of_type(envelope.type)) == PROTO_SAY_NONE))
        e = ERR_SYNTAX;
    if (e == OK && client_certs_of_key(n, envelope.by[0].key, kind == PROTO_SAY_STATUS ? PROTO_USE_NODE : PROTO_USE_STAFF, at_s, &c) != OK) {
        e = client_certs_ask(n, envelope.by[0].key, NULL);
        if (e == ERR_NOTFOUND)
            e = ERR_KEY;
    }
    if (e == OK)
        e = proto_sign_check_all(&envelope);
    if (e == OK && (fresh = malloc(sizeof *fresh)) == NULL)
        e = ERR_NOMEM;
    if (e == OK)
        e = proto_statement_decode(kind, envelope.body, envelope.body_len, fresh);
    if (e == OK && (memcmp(fresh->setter, c.partner, sizeof c.partner) != 0 || sodium_memcmp(fresh->region, n->region.hash, PROTO_HASH_LEN) != 0))
        e = ERR_KEY;
    if (e == OK) {
        *s = *fresh;
        memcpy(signer, envelope.by[0].key, PROTO_KEY_LEN);
        *role = (enum proto_role)c.role;
    }
    free(fresh);
    return e;
}
