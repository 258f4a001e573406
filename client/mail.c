#include "client/mail.h"

#include "base/log.h"
#include "client/archive.h"
#include "client/certs.h"
#include "client/hublink_parts.h"
#include "client/keeping.h"
#include "client/origin.h"
#include "client/resend.h"
#include "client/statement.h"
#include "proto/sign.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What a mail turned out to say. */
struct opened {
    struct proto_signed envelope;
    struct proto_msg msg;
    struct proto_statement said;
    struct client_mail_event ev;
    uint8_t root[PROTO_HASH_LEN];
    uint8_t ack;
};

/* ---- keys ---- */

/* ERR_BUSY: it is being asked for. */
static enum err need_key(
    struct client_node *n, const uint8_t key[PROTO_KEY_LEN], enum proto_use use, uint64_t at_s)
{
    struct proto_cert c;
    enum err e;

    if (client_certs_of_key(n, key, use, at_s, &c) == OK)
        return OK;
    e = client_certs_ask(n, key, NULL);
    return e == ERR_NOTFOUND ? OK : e;
}

static enum err need_signer(struct client_node *n, struct proto_blob original, uint64_t at_s)
{
    struct proto_signed s;

    if (original.len == 0 || proto_sign_decode(original.data, original.len, &s) != OK || s.count == 0)
        return OK;
    return need_key(n, s.by[0].key, PROTO_USE_STAFF, at_s);
}

static void worse(enum err *all, enum err one)
{
    if (*all == OK || (*all == ERR_BUSY && one != OK))
        *all = one;
}

enum err client_mail_keys(struct client_node *n, const struct client_mail *m)
{
    struct proto_signed s;
    struct proto_msg *msg = NULL;
    uint64_t at_s = m->mail.receipt.time_s;
    enum err e = OK;

    if (proto_sign_decode(m->mail.message.data, m->mail.message.len, &s) != OK || s.count != 1)
        return OK;
    if (client_origin_check(n, m->mail.receipt.checkpoint) == ERR_BUSY)
        return ERR_BUSY;
    e = need_key(n, s.by[0].key, PROTO_USE_NODE, at_s);
    msg = malloc(sizeof *msg);
    if (msg == NULL)
        return ERR_NOMEM;
    /* Not verified yet: what it says only decides what is asked for. */
    if (proto_msg_decode((enum proto_kind)m->mail.kind, s.body, s.body_len, msg) == OK) {
        worse(&e, need_signer(n, msg->original, at_s));
        worse(&e, need_signer(n, msg->weighing, at_s));
        worse(&e, need_signer(n, msg->approval, at_s));
    }
    for (size_t i = 0; i < m->mail.attached_count; i++)
        worse(&e, need_signer(n, m->mail.attached[i], at_s));
    free(msg);
    return e;
}

/* ---- is it believed? ---- */

static enum err check_header(
    const struct client_node *n, const struct proto_cert *c, const struct proto_header *h)
{
    if (sodium_memcmp(h->region, n->region.hash, sizeof h->region) != 0)
        return ERR_CONFIG;
    if (memcmp(h->from, c->partner, sizeof h->from) != 0)
        return ERR_KEY;
    return memcmp(h->to, n->me->id, sizeof h->to) == 0 ? OK : ERR_DENIED;
}

static enum err check_said(struct client_node *n, struct vault_txn *x, struct opened *o, uint64_t at_s)
{
    enum err e;

    if (o->msg.original.len == 0)
        return OK;
    e = client_statement_check(
        n, x, o->msg.original.data, o->msg.original.len, at_s, &o->said, o->ev.said_by, &o->ev.said_role);
    if (e == OK && memcmp(o->said.setter, o->msg.head.from, sizeof o->said.setter) != 0)
        e = ERR_DENIED;
    if (e == OK)
        o->ev.said = &o->said;
    return e;
}

static enum err open_mail(
    struct client_node *n, struct vault_txn *x, const struct client_mail *m, struct opened *o)
{
    const struct proto_receipt *receipt = &m->mail.receipt;
    const char *type = proto_msg_type((enum proto_kind)m->mail.kind);
    struct proto_cert c;
    enum err e = proto_sign_decode(m->mail.message.data, m->mail.message.len, &o->envelope);

    if (e == OK && (o->envelope.count != 1 || type == NULL || strcmp(type, o->envelope.type) != 0))
        e = ERR_SYNTAX;
    if (e == OK)
        e = client_certs_of_key(n, o->envelope.by[0].key, PROTO_USE_NODE, receipt->time_s, &c);
    if (e == OK)
        e = proto_sign_check_all(&o->envelope);
    if (e == OK)
        e = proto_msg_decode((enum proto_kind)m->mail.kind, o->envelope.body, o->envelope.body_len, &o->msg);
    if (e == OK)
        e = check_header(n, &c, &o->msg.head);
    if (e == OK && (receipt->number != m->mail.number || receipt->result != PROTO_ACCEPTED))
        e = ERR_RANGE;
    if (e == OK)
        e = client_origin_check(n, receipt->checkpoint);
    if (e == OK)
        e = proto_receipt_check(
            &n->region, &o->msg, m->mail.message.data, m->mail.message.len, receipt, 1, o->root);
    if (e == OK)
        e = check_said(n, x, o, receipt->time_s);
    if (e != OK)
        return e;
    o->ack = PROTO_ACK_STORED;
    o->ev.mail = &m->mail;
    o->ev.msg = &o->msg;
    o->ev.from = proto_region_partner(&n->region, o->msg.head.from);
    o->ev.ack_code = &o->ack;
    o->ev.may_wait = m->may_wait;
    return OK;
}

/* ---- what follows ---- */

bool client_mail_is_own_trouble(enum err e)
{
    return e == ERR_NOMEM || e == ERR_IO || e == ERR_FULL;
}

static enum err archive_good(struct vault_txn *x, const struct client_mail *m, const struct proto_msg *msg)
{
    struct client_archived a = {.number = m->mail.number, .direction = CLIENT_RECEIVED, .kind = m->mail.kind,
        .index = m->mail.receipt.index, .time_s = m->mail.receipt.time_s, .proof = m->item};
    uint8_t *memory = NULL;
    enum err e = OK;

    if (msg->kind == PROTO_RELEASE)
        e = client_archive_make_bare(
            msg, m->mail.message.data, m->mail.message.len, &m->mail.receipt, &a, &memory);
    if (e == OK)
        e = client_archive_put(x, &a);
    free(memory);
    return e;
}

/* What is not believed may be a release all the same, under any name: of what may hold ciphertext only a
 * digest is kept. */
static bool may_be_release(const struct client_mail *m)
{
    struct proto_signed s;

    return m->mail.kind == PROTO_RELEASE
        || proto_sign_decode(m->mail.message.data, m->mail.message.len, &s) != OK
        || strcmp(s.type, proto_msg_type(PROTO_RELEASE)) == 0;
}

static enum err archive_bad(struct vault_txn *x, const struct client_mail *m)
{
    struct client_archived a = {.number = m->mail.number,
        .direction = CLIENT_RECEIVED,
        .kind = m->mail.kind,
        .bad = true,
        .index = PROTO_NO_LEAF,
        .proof = m->item};
    uint8_t digest[PROTO_HASH_LEN];

    if (may_be_release(m)) {
        if (crypto_hash_sha256(digest, m->item.data, m->item.len) != 0)
            abort();
        a.bare = true;
        a.proof = (struct proto_blob){digest, sizeof digest};
    }
    return client_archive_put(x, &a);
}

static enum err follow(struct client_node *n, struct vault_txn *x, struct opened *o)
{
    bool first = true;
    enum err e = client_keeping_mail(n, x, &o->ev, &first);

    for (size_t i = 0; e == OK && first && i < client_kinds_count; i++)
        if (client_kinds[i].kind == o->msg.kind && client_kinds[i].mail != NULL)
            e = client_kinds[i].mail(n, x, &o->ev);
    if (e == OK && o->msg.kind == PROTO_STATEMENT)
        e = client_keeping_ack(n, x, &o->ev, (enum proto_ack)o->ack);
    return e;
}

/* A hub can log one message again under a new number: it stands in the list, and nothing follows from it
 * twice (P-085). */
static enum err follow_once(
    struct client_node *n, struct vault_txn *x, const struct client_mail *m, struct opened *o)
{
    bool again = false;
    enum err e = client_keeping_known(x, o->msg.head.id, &again);

    if (e == OK && again)
        log_event(LOG_WARN, "mail-repeated", "kind", proto_kind_name(o->msg.kind), NULL);
    if (e != OK || again)
        return e;
    e = follow(n, x, o);
    return e == OK ? client_keeping_applied(x, o->msg.head.id, m->mail.number) : e;
}

enum err client_mail_early(struct client_node *n, struct vault_txn *x, const struct client_mail_event *ev, enum err looked)
{
    bool gap = false;
    enum err e = OK;

    if (looked == ERR_NOTFOUND && ev->may_wait)
        e = client_archive_has_gap(x, n->running, ev->mail->number, &gap);
    return e != OK ? e : gap ? ERR_BUSY : looked;
}

static void log_bad(const struct client_mail *m, enum err e)
{
    char number[24];

    (void)snprintf(number, sizeof number, "%llu", (unsigned long long)m->mail.number);
    log_event(LOG_WARN, "bad-mail", "kind", proto_kind_name((enum proto_kind) m->mail.kind), "index", number,
        "err", err_word(e), NULL);
}

static void log_number(enum log_level level, const char *event, const struct client_mail *m)
{
    char number[24];

    (void)snprintf(number, sizeof number, "%llu", (unsigned long long)m->mail.number);
    log_event(level, event, "kind", proto_kind_name((enum proto_kind)m->mail.kind), "index", number, NULL);
}

/* Is it there already? Then as something believed. */
static enum err known(struct vault_txn *x, const struct client_mail *m, bool *yes)
{
    struct client_archived old;
    uint8_t *memory = NULL;
    enum err e = client_archive_get(x, m->mail.number, &old, &memory);

    free(memory);
    if (e != OK && e != ERR_NOTFOUND)
        return e;
    *yes = e == OK;
    /* It is not even looked at, so it proves nothing; but an honest hub gives a number once. */
    if (e == OK && !old.bad && old.index != PROTO_NO_LEAF && old.index != m->mail.receipt.index)
        log_number(LOG_ERROR, "number-given-twice", m);
    return OK;
}

enum err client_mail_apply(
    struct client_node *n, struct vault_txn *x, const struct client_mail *m, bool force_bad, bool *bad)
{
    struct opened *o = calloc(1, sizeof *o);
    bool yes = false;
    enum err e = o == NULL ? ERR_NOMEM : known(x, m, &yes);

    *bad = false;
    if (e != OK || yes) {
        free(o);
        return e;
    }
    e = force_bad ? ERR_STATE : open_mail(n, x, m, o);
    if (e == OK) {
        e = follow_once(n, x, m, o);
        if (e == OK)
            e = archive_good(x, m, &o->msg);
        if (e == OK)
            e = client_resend_look(n, x, &m->mail.receipt);
        if (e == OK) {
            client_heads_saw(n, m->mail.receipt.tree_size, o->root, m->mail.receipt.time_s);
            if (!client_origin_is_before(n, o->msg.head.issued_s))
                client_heads_other(n, o->ev.from, o->msg.head.seen_size, o->msg.head.seen_root);
        } else if (e == ERR_BUSY) {
            log_number(LOG_WARN, "mail-too-early", m);
            *bad = true;
        } else if (!client_mail_is_own_trouble(e)) {
            log_bad(m, e);
            *bad = true;
        }
    } else if (force_bad) {
        n->bad_mail++;
        e = archive_bad(x, m);
    } else if (!client_mail_is_own_trouble(e)) {
        log_bad(m, e);
        *bad = true;
    }
    free(o);
    return e;
}
