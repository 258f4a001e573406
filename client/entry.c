/* client/verify: one entry of the archive, checked. */
#include "client/verify.h"

#include "proto/reply.h"
#include "proto/sign.h"

#include <stdlib.h>
#include <string.h>

static enum err open_sent(const struct client_archived *a, struct proto_blob *envelope, struct proto_receipt *receipt)
{
    struct proto_reply *reply = malloc(sizeof *reply);
    enum err e = reply == NULL ? ERR_NOMEM : proto_reply_decode(a->proof.data, a->proof.len, reply);

    if (e == OK && !reply->has_receipt)
        e = ERR_SIGNATURE;
    if (e == OK) {
        *receipt = reply->receipt;
        *envelope = a->envelope;
    }
    free(reply);
    return e;
}

static enum err open_received(const struct client_archived *a, struct proto_blob *envelope, struct proto_receipt *receipt)
{
    struct proto_mail *mail = malloc(sizeof *mail);
    size_t at = 0;
    enum err e = mail == NULL ? ERR_NOMEM : proto_mail_decode(a->proof.data, a->proof.len, &at, mail);

    if (e == OK && (at != a->proof.len || mail->kind != a->kind))
        e = ERR_SYNTAX;
    if (e == OK) {
        *receipt = mail->receipt;
        *envelope = mail->message;
    }
    free(mail);
    return e;
}

/* Kept without its ciphertext: its leaf says that it was logged with this digest; whose signature it had nobody can see any more. */
static enum err check_bare(const struct proto_region *region, const struct client_archived *a, struct client_entry *out)
{
    const uint8_t *digest = a->envelope.data;
    uint8_t side = a->direction == CLIENT_SENT ? 0 : 1;
    enum err e = a->kind != PROTO_RELEASE || a->envelope.len <= PROTO_HASH_LEN ? ERR_SYNTAX : OK;

    if (e == OK)
        e = proto_msg_decode(PROTO_RELEASE, digest + PROTO_HASH_LEN, a->envelope.len - PROTO_HASH_LEN, &out->msg);
    if (e == OK)
        e = proto_receipt_decode(a->proof.data, a->proof.len, &out->receipt);
    if (e == OK)
        e = proto_receipt_check_bare(region, &out->msg, digest, &out->receipt, side, out->root);
    return e == OK ? proto_act_leaf_bare(&out->msg, digest, &out->receipt, out->leaf) : e;
}

static enum err check_whole(const struct proto_region *region, const struct client_archived *a, struct client_entry *fresh)
{
    struct proto_blob envelope = {0};
    struct proto_signed s;
    bool sent = a->direction == CLIENT_SENT;
    enum err e = sent ? open_sent(a, &envelope, &fresh->receipt) : open_received(a, &envelope, &fresh->receipt);

    if (e == OK)
        e = proto_sign_decode(envelope.data, envelope.len, &s);
    if (e == OK && (proto_msg_type((enum proto_kind)a->kind) == NULL || strcmp(proto_msg_type((enum proto_kind)a->kind), s.type) != 0))
        e = ERR_SYNTAX;
    if (e == OK)
        e = proto_sign_check_all(&s);
    if (e == OK)
        e = proto_msg_decode((enum proto_kind)a->kind, s.body, s.body_len, &fresh->msg);
    if (e == OK)
        e = proto_receipt_check(region, &fresh->msg, envelope.data, envelope.len, &fresh->receipt, sent ? 0 : 1, fresh->root);
    return e == OK ? proto_act_leaf(&fresh->msg, envelope.data, envelope.len, &fresh->receipt, fresh->leaf) : e;
}

enum err client_entry_read(const struct client_archived *a, struct client_entry *out)
{
    struct proto_blob envelope = {0};
    struct proto_signed s;
    enum err e;

    if (a->bare) {
        e = a->envelope.len <= PROTO_HASH_LEN ? ERR_SYNTAX
            : proto_msg_decode(PROTO_RELEASE, a->envelope.data + PROTO_HASH_LEN, a->envelope.len - PROTO_HASH_LEN, &out->msg);
        return e == OK ? proto_receipt_decode(a->proof.data, a->proof.len, &out->receipt) : e;
    }
    e = a->direction == CLIENT_SENT ? open_sent(a, &envelope, &out->receipt) : open_received(a, &envelope, &out->receipt);
    if (e == OK)
        e = proto_sign_decode(envelope.data, envelope.len, &s);
    return e == OK ? proto_msg_decode((enum proto_kind)a->kind, s.body, s.body_len, &out->msg) : e;
}

enum err client_entry_check(const struct proto_region *region, const struct client_archived *a, struct client_entry *out)
{
    struct client_entry *fresh = calloc(1, sizeof *fresh);
    enum err e = fresh == NULL ? ERR_NOMEM : a->bare ? check_bare(region, a, fresh) : check_whole(region, a, fresh);

    if (e == OK)
        *out = *fresh;
    free(fresh);
    return e;
}
