#include "client/keeping.h"

#include "base/wr.h"
#include "client/calls.h"
#include "client/meta.h"
#include "client/statement.h"
#include "proto/sign.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { DAY_S = 86400 };

enum err client_keeping_carries(struct vault_txn *x, const uint8_t message[PROTO_ID_LEN], const uint8_t statement[PROTO_ID_LEN])
{
    return client_meta_put_of(x, CLIENT_META_CARRIED, message, statement, PROTO_ID_LEN);
}

static enum err carried(struct vault_txn *x, const uint8_t message[PROTO_ID_LEN], uint8_t statement[PROTO_ID_LEN])
{
    uint8_t *value = NULL;
    size_t len = 0;
    enum err e = client_meta_get_of(x, CLIENT_META_CARRIED, message, &value, &len);

    if (e == OK && len != PROTO_ID_LEN)
        e = ERR_RANGE;
    if (e == OK)
        memcpy(statement, value, PROTO_ID_LEN);
    free(value);
    return e;
}

/* Which of the statement's addressees this is; -1: none. */
static int addressee(const struct proto_statement *s, const uint8_t partner[PROTO_PARTNER_LEN])
{
    for (size_t i = 0; i < s->addressees.count; i++)
        if (memcmp(s->addressees.id[i], partner, PROTO_PARTNER_LEN) == 0)
            return (int)i;
    return -1;
}

/* Bits of a kept statement of ours; the first leaf counts. */
static enum err note(struct vault_txn *x, const uint8_t id[PROTO_ID_LEN], const uint8_t partner[PROTO_PARTNER_LEN], bool acked,
    const struct client_leaf *leaf)
{
    struct client_kept *k = malloc(sizeof *k);
    uint8_t *memory = NULL;
    int i;
    enum err e = k == NULL ? ERR_NOMEM : client_kept_get(x, id, k, &memory);

    if (e == OK && k->mine) {
        i = addressee(&k->what, partner);
        if (i >= 0 && acked)
            k->acked |= UINT64_C(1) << i;
        if (i >= 0 && !acked)
            k->told |= UINT64_C(1) << i;
        if (!acked)
            k->refused = false;
        if (!acked && k->leaf_s == 0) {
            k->leaf_index = leaf->index;
            k->leaf_s = leaf->at_s;
            k->leaf_origin = (uint8_t)leaf->origin;
        }
        e = client_kept_put(x, k);
    }
    free(memory);
    free(k);
    return e == ERR_NOTFOUND ? OK : e;
}

enum err client_keeping_receipt(struct client_node *n, struct vault_txn *x, const struct client_receipt_event *ev)
{
    uint8_t statement[PROTO_ID_LEN];
    struct client_leaf leaf;
    enum err e;

    if (ev->msg->kind != PROTO_STATEMENT || !ev->reply->has_receipt)
        return OK;
    e = carried(x, ev->msg->head.id, statement);
    if (e == ERR_NOTFOUND)
        return OK;
    leaf = client_order_leaf(&n->region, &ev->reply->receipt);
    return e == OK ? note(x, statement, ev->msg->head.to, false, &leaf) : e;
}

enum err client_keeping_refused(struct client_node *n, struct vault_txn *x, const struct client_receipt_event *ev)
{
    struct client_kept *k = malloc(sizeof *k);
    uint8_t statement[PROTO_ID_LEN], *memory = NULL;
    enum err e = k == NULL ? ERR_NOMEM : OK;

    if (e == OK && (ev->msg->kind != PROTO_STATEMENT || client_calls_waits(n, ev->msg->head.id)))
        goto out;
    if (e == OK)
        e = carried(x, ev->msg->head.id, statement);
    if (e == OK)
        e = client_kept_get(x, statement, k, &memory);
    if (e == OK && k->mine) {
        k->refused = true;
        e = client_kept_put(x, k);
    }
out:
    free(memory);
    free(k);
    return e == ERR_NOTFOUND ? OK : e;
}

static enum err keep(const struct client_node *n, struct vault_txn *x, const struct client_mail_event *ev, bool *first)
{
    const struct client_leaf leaf = client_order_leaf(&n->region, &ev->mail->receipt);
    struct client_kept *k = calloc(1, sizeof *k);
    uint8_t *memory = NULL;
    enum err e = k == NULL ? ERR_NOMEM : client_kept_get(x, ev->said->id, k, &memory);

    /* A repeat: what is kept stays, and it is only acknowledged again. Something else under its id is no repeat. */
    *first = e == ERR_NOTFOUND;
    if (e == OK && (k->original_len != ev->msg->original.len || memcmp(k->original, ev->msg->original.data, k->original_len) != 0))
        e = ERR_EXISTS;
    if (e == ERR_NOTFOUND) {
        *k = (struct client_kept){.what = *ev->said, .original = ev->msg->original.data, .original_len = ev->msg->original.len,
            .role = (uint8_t)ev->said_role, .leaf_index = leaf.index, .leaf_s = leaf.at_s, .leaf_origin = (uint8_t)leaf.origin};
        memcpy(k->signer, ev->said_by, sizeof k->signer);
        e = client_kept_put(x, k);
    }
    free(memory);
    free(k);
    return e;
}

enum err client_keeping_known(struct vault_txn *x, const uint8_t message[PROTO_ID_LEN], bool *known)
{
    return client_meta_has_of(x, CLIENT_META_APPLIED, message, known);
}

enum err client_keeping_applied(struct vault_txn *x, const uint8_t message[PROTO_ID_LEN], uint64_t number)
{
    uint8_t value[8];
    struct wr w;

    wr_init(&w, value, sizeof value);
    wr_u64(&w, number);
    return client_meta_put_of(x, CLIENT_META_APPLIED, message, value, sizeof value);
}

enum err client_keeping_mail(struct client_node *n, struct vault_txn *x, const struct client_mail_event *ev, bool *first)
{
    uint8_t statement[PROTO_ID_LEN];
    enum err e;

    *first = true;
    if (ev->msg->kind == PROTO_STATEMENT)
        return ev->said != NULL ? keep(n, x, ev, first) : ERR_STATE;
    if (ev->msg->kind != PROTO_ACK)
        return OK;
    e = carried(x, ev->msg->refers, statement);
    if (e == ERR_NOTFOUND)
        return OK;
    return e == OK ? note(x, statement, ev->msg->head.from, true, NULL) : e;
}

enum err client_keeping_ack(struct client_node *n, struct vault_txn *x, const struct client_mail_event *ev, enum proto_ack code)
{
    struct proto_msg *m = calloc(1, sizeof *m);
    enum err e = m == NULL ? ERR_NOMEM : OK;

    if (e == OK) {
        m->kind = PROTO_ACK;
        m->code = (uint8_t)code;
        memcpy(m->head.to, ev->msg->head.from, sizeof m->head.to);
        memcpy(m->head.case_id, ev->msg->head.case_id, sizeof m->head.case_id);
        m->head.subject = ev->msg->head.subject;
        memcpy(m->head.purpose, ev->msg->head.purpose, sizeof m->head.purpose);
        memcpy(m->refers, ev->msg->head.id, sizeof m->refers);
        if (crypto_hash_sha256(m->digest, ev->msg->original.data, ev->msg->original.len) != 0)
            abort();
        e = client_outbox_put(n, x, m, NULL, NULL);
    }
    free(m);
    return e;
}

bool client_keeping_stops(enum proto_statement_kind kind)
{
    return kind == PROTO_SAY_WITHDRAWAL || kind == PROTO_SAY_EVENT_END || kind == PROTO_SAY_OBJECTION || kind == PROTO_SAY_OBJECTION_END;
}

bool client_keeping_is_late(const struct client_kept *k, uint64_t now_s)
{
    if (k->dropped)
        return false;
    if (k->mine && k->leaf_s == 0 && k->refused)
        return true;
    if (!k->mine || (k->leaf_s == 0 && !client_keeping_stops(k->what.kind)))
        return false;
    return client_kept_said_s(k) + DAY_S < now_s && (k->leaf_s == 0 || !client_kept_is_acked(k));
}

struct count { uint64_t now_s; struct client_unconfirmed found; };

static bool count_each(void *arg, const struct client_kept *k)
{
    struct count *c = arg;
    bool late = client_keeping_is_late(k, c->now_s);

    c->found.all += late;
    c->found.stops += late && client_keeping_stops(k->what.kind);
    return true;
}

enum err client_keeping_unconfirmed(struct vault_txn *x, uint64_t now_s, struct client_unconfirmed *out)
{
    struct count c = {.now_s = now_s};
    enum err e = client_kept_walk(x, count_each, &c);

    if (e == OK)
        *out = c.found;
    return e;
}
