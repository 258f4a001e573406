/*
 * A partner that lies with its own keys: what its node and its people sign is what they signed, and is not true. WHAT is "sign:KIND" for the
 * message (its node's signature), "say:event" for what a person says in it, "seal:release" for sealed content.
 */
#include "client/outbox.h"
#include "client/sessions.h"
#include "client/statement.h"
#include "proto/seal.h"
#include "proto/sealing.h"
#include "proto/sign.h"
#include "tests/liar/liar.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { SECRET_LEN = 64 };

enum err __real_client_outbox_sign(struct client_node *n, const struct client_outbox_row *r, struct client_variant *v);
enum err __wrap_client_outbox_sign(struct client_node *n, const struct client_outbox_row *r, struct client_variant *v);
enum err __real_client_statement_check(struct client_node *n, struct vault_txn *x, const uint8_t *data, size_t len, uint64_t at_s,
    struct proto_statement *s, uint8_t signer[PROTO_KEY_LEN], enum proto_role *role);
enum err __wrap_client_statement_check(struct client_node *n, struct vault_txn *x, const uint8_t *data, size_t len, uint64_t at_s,
    struct proto_statement *s, uint8_t signer[PROTO_KEY_LEN], enum proto_role *role);
enum err __real_proto_sign_make(const char *type, const uint8_t *body, size_t body_len, const uint8_t secret_key[PROTO_SIGN_SECRET_LEN],
    uint8_t sig[PROTO_SIGN_SIG_LEN]);
enum err __wrap_proto_sign_make(const char *type, const uint8_t *body, size_t body_len, const uint8_t secret_key[PROTO_SIGN_SECRET_LEN],
    uint8_t sig[PROTO_SIGN_SIG_LEN]);
enum err __real_proto_sign_encode(const struct proto_signed *s, uint8_t *out, size_t cap, size_t *len);
enum err __wrap_proto_sign_encode(const struct proto_signed *s, uint8_t *out, size_t cap, size_t *len);
enum err __real_proto_sealing_release_make(const struct proto_sealing_release *p, struct proto_blob data, uint8_t **out, size_t *out_len);
enum err __wrap_proto_sealing_release_make(const struct proto_sealing_release *p, struct proto_blob data, uint8_t **out, size_t *out_len);

/* What it heard, said and gave before. */
static struct kept { uint8_t data[PROTO_FRAME_MAX]; size_t len; } heard, released, sealed;
static uint8_t other_partner[PROTO_PARTNER_LEN];
static uint8_t person[SECRET_LEN];       /* of somebody who was one of its people */
static const char *signs_as_person;      /* the type of what is being signed with that key */

static void keep(struct kept *k, struct proto_blob b)
{
    if (b.len > sizeof k->data)
        abort();
    memcpy(k->data, b.data, b.len);
    k->len = b.len;
}

/* ---- what a person says ---- */

static const char *about_statement(const char *type, const uint8_t *body, size_t len, struct proto_statement *s)
{
    enum proto_statement_kind kind = proto_statement_of_type(type);

    if (liar_folder()[0] == '\0' || kind != PROTO_SAY_EVENT)
        return NULL;
    liar_look();
    return proto_statement_decode(kind, body, len, s) == OK ? liar_about("say", "event", s->id) : NULL;
}

/* In the place of what was to be signed, of the same length: it is encoded behind this. */
static void replace(const struct proto_statement *s, const uint8_t *body, size_t len)
{
    union { const uint8_t *in; uint8_t *out; } unconst = { .in = body };
    size_t now = 0;

    if (proto_statement_encode(s, unconst.out, len, &now) != OK || now != len)
        abort();
}

enum err __wrap_proto_sign_make(const char *type, const uint8_t *body, size_t body_len, const uint8_t secret_key[PROTO_SIGN_SECRET_LEN],
    uint8_t sig[PROTO_SIGN_SIG_LEN])
{
    struct proto_statement *s = malloc(sizeof *s);
    const char *name;

    if (s == NULL)
        abort();
    name = about_statement(type, body, body_len, s);
    if (name != NULL && strcmp(name, "in-anothers-name") == 0)
        memcpy(s->setter, other_partner, sizeof s->setter);
    if (name != NULL && strcmp(name, "inner-region") == 0)
        memset(s->region, 0x5a, sizeof s->region);
    if (name != NULL)
        replace(s, body, body_len);
    if (name != NULL && strcmp(name, "keep-key") == 0)
        memcpy(person, secret_key, sizeof person);
    if (name != NULL && strcmp(name, "revoked-person") == 0) {
        signs_as_person = type;
        secret_key = person;
    }
    free(s);
    return __real_proto_sign_make(type, body, body_len, secret_key, sig);
}

enum err __wrap_proto_sign_encode(const struct proto_signed *s, uint8_t *out, size_t cap, size_t *len)
{
    struct proto_signed other = *s;

    if (signs_as_person != NULL && strcmp(signs_as_person, s->type) == 0) {
        signs_as_person = NULL;
        other.by[0].key = person + SECRET_LEN - PROTO_KEY_LEN;
    }
    return __real_proto_sign_encode(&other, out, cap, len);
}

/* What other partners' people said to it. */
enum err __wrap_client_statement_check(struct client_node *n, struct vault_txn *x, const uint8_t *data, size_t len, uint64_t at_s,
    struct proto_statement *s, uint8_t signer[PROTO_KEY_LEN], enum proto_role *role)
{
    enum err e = __real_client_statement_check(n, x, data, len, at_s, s, signer, role);

    if (e == OK && s->kind == PROTO_SAY_EVENT && memcmp(s->setter, n->me->id, sizeof s->setter) != 0) {
        keep(&heard, (struct proto_blob){ data, len });
        memcpy(other_partner, s->setter, sizeof other_partner);
    }
    return e;
}

/* ---- what its node sends ---- */

/* Said by nobody whom any partner certified. */
static void by_nobody(struct proto_msg *m, struct kept *room)
{
    struct proto_signed said;
    uint8_t sig[PROTO_SIGN_SIG_LEN], secret[SECRET_LEN], public[PROTO_KEY_LEN];

    (void)crypto_sign_keypair(public, secret);
    if (proto_sign_decode(m->original.data, m->original.len, &said) != OK
        || __real_proto_sign_make(said.type, said.body, said.body_len, secret, sig) != OK)
        abort();
    said.by[0] = (struct proto_signed_by){ public, sig };
    if (__real_proto_sign_encode(&said, room->data, sizeof room->data, &room->len) != OK)
        abort();
    m->original = (struct proto_blob){ room->data, room->len };
}

static void change(const char *name, struct proto_msg *m, struct kept *room)
{
    if (strcmp(name, "other-region") == 0)
        memset(m->head.region, 0x5a, sizeof m->head.region);
    if (strcmp(name, "unknown-setter") == 0)
        by_nobody(m, room);
    if (strcmp(name, "others-words") == 0 && heard.len != 0)
        m->original = (struct proto_blob){ heard.data, heard.len };
    if (strcmp(name, "transplanted") == 0 && released.len != 0) {
        m->payload = (struct proto_blob){ released.data, released.len };
        proto_sealing_digest(m->payload, m->digest);
    }
}

enum err __wrap_client_outbox_sign(struct client_node *n, const struct client_outbox_row *r, struct client_variant *v)
{
    static uint8_t body[PROTO_FRAME_MAX];
    static struct kept room;
    union { const struct client_outbox_row *in; struct client_outbox_row *out; } unconst = { .in = r };
    struct proto_msg *m = malloc(sizeof *m);
    const char *name = NULL;

    if (m == NULL || proto_msg_decode((enum proto_kind)r->kind, r->body.data, r->body.len, m) != OK)
        abort();
    liar_home(n->home);
    liar_look();
    /* Signed again it is what it was. */
    if (v == &r->variant[0])
        name = liar_about("sign", proto_kind_name(m->kind), m->head.id);
    if (name != NULL) {
        change(name, m, &room);
        if (proto_msg_encode(m, body, sizeof body, &unconst.out->body.len) != OK)
            abort();
        unconst.out->body.data = body;
    } else if (m->kind == PROTO_RELEASE) {
        keep(&released, m->payload);
    }
    free(m);
    return __real_client_outbox_sign(n, r, v);
}

/* ---- what it gives ---- */

enum err __wrap_proto_sealing_release_make(const struct proto_sealing_release *p, struct proto_blob data, uint8_t **out, size_t *out_len)
{
    uint8_t *box = NULL;
    size_t len = 0;
    const char *name;
    enum err e = __real_proto_sealing_release_make(p, data, &box, &len);

    if (e != OK)
        return e;
    liar_look();
    name = liar_about("seal", "release", p->about);
    if (name != NULL && strcmp(name, "transplanted") == 0 && sealed.len != 0) {
        proto_seal_free(box, len);
        len = sealed.len;
        box = malloc(len);
        if (box == NULL)
            abort();
        memcpy(box, sealed.data, len);
    } else {
        keep(&sealed, (struct proto_blob){ box, len });
    }
    *out = box;
    *out_len = len;
    return OK;
}
