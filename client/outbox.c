/*
 * client/hublink: the outbox. An act is stored and signed before it is sent and stays until there is a valid receipt or a final refusal.
 * Up to LINK_FLIGHT are under way; an act waits while an earlier one that it may depend on is still here: one it refers to, one of the same
 * case or child, or a certificate being published.
 */
#include "client/hublink_parts.h"

#include "base/log.h"
#include "base/rd.h"
#include "base/wr.h"
#include "client/outbox.h"
#include "client/receipt.h"
#include "client/registry.h"
#include "client/rotate.h"
#include "client/rows.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { FRESH_S = 480, RETRY_MS = 2000, RETRY_MAX_MS = 60000, REFUSED_MS = 600000 };

static void order_key(uint64_t order, uint8_t out[8])
{
    struct wr w;

    wr_init(&w, out, 8);
    wr_u64(&w, order);
    if (wr_end(&w) != OK)
        abort();
}

/* ---- putting ---- */

static enum err remember_fresh(struct client_hublink *l, uint64_t order)
{
    uint64_t *at = client_rows_more(l->fresh, l->fresh_count, &l->fresh_cap, sizeof *at);

    if (at == NULL)
        return ERR_NOMEM;
    l->fresh = at;
    l->fresh[l->fresh_count++] = order;
    return OK;
}

static enum err store_row(struct vault_txn *x, uint64_t order, const struct client_outbox_row *row)
{
    uint8_t key[8], *data = NULL;
    size_t len = 0;
    enum err e = client_outbox_encode(row, &data, &len);

    order_key(order, key);
    if (e == OK)
        e = client_vault_put(x, CLIENT_T_OUTBOX, key, sizeof key, data, len);
    free(data);
    return e;
}

enum err client_outbox_put(struct client_node *n, struct vault_txn *x, struct proto_msg *m, const struct client_session *who,
    uint8_t id_out[PROTO_ID_LEN])
{
    struct client_hublink *l = n->link;
    struct client_outbox_row *row = calloc(1, sizeof *row);
    uint64_t order = l->next_order;
    size_t len = 0;
    enum err e = client_registry_stops(n, m->kind, m->head.to) ? ERR_DENIED : row == NULL ? ERR_NOMEM : OK;

    if (e != OK) {
        free(row);
        return e;
    }
    client_link_header(n, &m->head);
    if (m->head.valid_until_s == 0)
        m->head.valid_until_s = m->head.issued_s + UINT64_C(60) * 86400;
    if (who != NULL) {
        memcpy(m->head.actor, who->key, sizeof m->head.actor);
        m->head.role = (uint8_t)who->role;
    }
    e = proto_msg_encode(m, l->body, PROTO_FRAME_MAX, &len);
    if (e == OK) {
        *row = (struct client_outbox_row){.kind = (uint8_t)m->kind, .put_s = m->head.issued_s, .group = l->group != 0 ? l->group : order,
            .count = 1, .body = {l->body, len}};
        e = client_outbox_sign(n, row, &row->variant[0]);
    }
    if (e == OK)
        e = store_row(x, order, row);
    if (e == OK)
        e = remember_fresh(l, order);
    if (e == OK) {
        l->next_order++;
        if (id_out != NULL)
            memcpy(id_out, m->head.id, PROTO_ID_LEN);
    }
    free(row);
    return e;
}

void client_outbox_group(struct client_node *n, bool begin)
{
    n->link->group = begin ? n->link->next_order : 0;
}

/* ---- the list in memory ---- */

static enum err add_item(struct client_hublink *l, uint64_t order, const struct client_outbox_row *row, bool sent)
{
    struct outbox_item *item;
    struct proto_msg *m = malloc(sizeof *m);
    enum err e = m == NULL ? ERR_NOMEM : proto_msg_decode((enum proto_kind)row->kind, row->body.data, row->body.len, m);

    item = e == OK ? client_rows_more(l->item, l->item_count, &l->item_cap, sizeof *item) : NULL;
    if (item == NULL) {
        free(m);
        return e == OK ? ERR_NOMEM : e;
    }
    l->item = item;
    item = &l->item[l->item_count];
    *item = (struct outbox_item){.order = order, .group = row->group, .put_s = row->put_s, .kind = (enum proto_kind)row->kind,
        .subject = m->head.subject, .sent = sent,
        .result = CLIENT_NO_RESULT};
    memcpy(item->id, m->head.id, PROTO_ID_LEN);
    memcpy(item->case_id, m->head.case_id, PROTO_ID_LEN);
    memcpy(item->to, m->head.to, PROTO_PARTNER_LEN);
    memcpy(item->refers, m->refers, PROTO_ID_LEN);
    item->ends_s = client_rotate_counts_until(l->node, m, &item->opens);
    if (m->statements.count != 0 && (item->statements = malloc(sizeof *item->statements)) != NULL)
        *item->statements = m->statements;
    l->item_count++;
    free(m);
    return OK;
}

struct load { struct client_hublink *l; enum err err; };

static bool load_each(void *arg, const uint8_t *key, size_t key_len, const uint8_t *value, size_t len)
{
    struct load *load = arg;
    struct client_outbox_row *row = malloc(sizeof *row);
    struct rd r;
    uint64_t order;

    rd_init(&r, key, key_len);
    order = rd_u64(&r);
    load->err = row == NULL ? ERR_NOMEM : rd_end(&r);
    if (load->err == OK)
        load->err = client_outbox_decode(value, len, row);
    if (load->err == OK)
        load->err = add_item(load->l, order, row, true);
    if (load->err == OK && order >= load->l->next_order)
        load->l->next_order = order + 1;
    free(row);
    return load->err == OK;
}

enum err client_outbox_load(struct client_node *n)
{
    struct load load = {.l = n->link};
    struct vault_txn *x = NULL;
    enum err e = client_vault_begin(n->vault, false, &x);

    n->link->next_order = 1;
    if (e == OK)
        e = client_vault_walk(x, CLIENT_T_OUTBOX, NULL, 0, load_each, &load);
    client_vault_abort(x);
    return e == OK ? load.err : e;
}

static enum err read_row(struct vault_txn *x, uint64_t order, struct client_outbox_row *row, uint8_t **memory)
{
    uint8_t key[8], *data = NULL;
    size_t len = 0;
    enum err e;

    order_key(order, key);
    e = client_vault_get(x, CLIENT_T_OUTBOX, key, sizeof key, &data, &len);
    if (e == OK)
        e = client_outbox_decode(data, len, row);
    if (e != OK) {
        free(data);
        return e;
    }
    *memory = data;
    return OK;
}

/* What was put since: only what was committed is there. */
static void take_fresh(struct client_node *n)
{
    struct client_hublink *l = n->link;
    struct client_outbox_row *row = l->fresh_count != 0 ? malloc(sizeof *row) : NULL;
    struct vault_txn *x = NULL;
    size_t i = 0;

    if (row == NULL || client_vault_begin(n->vault, false, &x) != OK) {
        free(row);
        return;
    }
    for (; i < l->fresh_count; i++) {
        uint8_t *memory = NULL;
        enum err e = read_row(x, l->fresh[i], row, &memory);

        if (e == OK)
            e = add_item(l, l->fresh[i], row, false);
        free(memory);
        if (e != OK && e != ERR_NOTFOUND) {
            log_event(LOG_ERROR, "outbox-not-read", "err", err_word(e), NULL);
            break;
        }
    }
    memmove(l->fresh, l->fresh + i, (l->fresh_count - i) * sizeof *l->fresh);
    l->fresh_count -= i;
    client_vault_abort(x);
    free(row);
}

void client_outbox_drop(struct client_hublink *l)
{
    for (size_t i = 0; i < l->item_count; i++)
        free(l->item[i].statements);
    free(l->item);
    free(l->fresh);
}

static void compact(struct client_hublink *l)
{
    size_t kept = 0;

    for (size_t i = 0; i < l->item_count; i++) {
        if (l->item[i].gone)
            free(l->item[i].statements);
        else
            l->item[kept++] = l->item[i];
    }
    l->item_count = kept;
}

void client_outbox_forget(struct client_hublink *l, const uint8_t id[PROTO_ID_LEN])
{
    for (size_t i = 0; i < l->item_count; i++)
        l->item[i].gone |= memcmp(l->item[i].id, id, PROTO_ID_LEN) == 0;
    compact(l);
}

static struct outbox_item *find_item(struct client_hublink *l, uint64_t order)
{
    size_t low = 0, high = l->item_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (l->item[middle].order < order)
            low = middle + 1;
        else
            high = middle;
    }
    return low < l->item_count && l->item[low].order == order ? &l->item[low] : NULL;
}

/* ---- sending ---- */

static void answered(struct client_node *n, void *arg, enum err result, const struct proto_reply *reply);

/* Which variant to send; signs a new one when the last is too old or of another key, which is stored first. */
static enum err fresh_variant(struct client_node *n, const struct outbox_item *item, struct client_outbox_row *row)
{
    const struct client_variant *last = &row->variant[row->count - 1];
    struct client_variant v;
    uint64_t now = clock_now_s();
    struct vault_txn *x = NULL;
    enum err e;

    if (now >= last->issued_s && now - last->issued_s < FRESH_S && memcmp(last->key, n->node_public, sizeof last->key) == 0)
        return OK;
    e = client_outbox_sign(n, row, &v);
    if (e != OK)
        return e;
    if (!item->sent) {
        row->count = 0;
    } else if (row->count == CLIENT_VARIANTS_MAX) {
        memmove(&row->variant[0], &row->variant[1], (CLIENT_VARIANTS_MAX - 1) * sizeof v);
        row->count--;
    }
    row->variant[row->count++] = v;
    e = client_vault_begin(n->vault, true, &x);
    if (e == OK)
        e = store_row(x, item->order, row);
    if (e != OK) {
        client_vault_abort(x);
        return e;
    }
    return client_vault_commit(x);
}

static enum err send_item(struct client_node *n, struct outbox_item *item)
{
    struct client_hublink *l = n->link;
    struct client_outbox_row *row = malloc(sizeof *row);
    struct vault_txn *x = NULL;
    uint8_t *memory = NULL, *envelope = NULL;
    size_t len = 0;
    enum err e = row == NULL ? ERR_NOMEM : client_vault_begin(n->vault, false, &x);

    if (e == OK)
        e = read_row(x, item->order, row, &memory);
    client_vault_abort(x);
    if (e == OK)
        e = fresh_variant(n, item, row);
    if (e == OK)
        e = client_outbox_envelope(row, &row->variant[row->count - 1], &envelope, &len);
    if (e == OK)
        e = client_link_send(n, item->kind, envelope, len, LINK_ACT_MS, answered, (void *)(uintptr_t)item->order);
    if (e == OK) {
        item->in_flight = item->sent = true;
        l->in_flight++;
    }
    free(row);
    free(memory);
    free(envelope);
    return e;
}

static void put_off(struct outbox_item *item, const char *why)
{
    uint64_t wait = (uint64_t)RETRY_MS << (item->tries < 5 ? item->tries : 5);

    item->tries++;
    item->next_ms = clock_mono_ms() + (wait < RETRY_MAX_MS ? wait : RETRY_MAX_MS) + randombytes_uniform(500);
    if (item->trouble != why)
        (void)strncpy(item->trouble, why, sizeof item->trouble - 1);
}

void client_outbox_step(struct client_node *n)
{
    struct client_hublink *l = n->link;
    uint64_t now = clock_mono_ms();

    take_fresh(n);
    if (l->registry_wait_ms > now)
        return;
    for (size_t i = 0, open = 0; l->up && i < l->item_count && open < LINK_WINDOW && l->in_flight < LINK_FLIGHT; i++) {
        enum err e;

        open += !l->item[i].refused;
        if (!client_outbox_may_go(l, i, now))
            continue;
        e = send_item(n, &l->item[i]);
        if (e == ERR_BUSY)
            break;
        if (e != OK) {
            log_event(LOG_ERROR, "act-not-sent", "kind", proto_kind_name(l->item[i].kind), "err", err_word(e), NULL);
            put_off(&l->item[i], err_word(e));
        }
    }
}

uint64_t client_outbox_due(const struct client_node *n, uint64_t now_ms, uint64_t max)
{
    const struct client_hublink *l = n->link;

    if (l->registry_wait_ms > now_ms && l->registry_wait_ms - now_ms < max)
        max = l->registry_wait_ms - now_ms;
    for (size_t i = 0, open = 0; i < l->item_count && open < LINK_WINDOW; i++) {
        const struct outbox_item *item = &l->item[i];

        open += !item->refused;
        if (!item->in_flight && !item->gone && item->next_ms > now_ms && item->next_ms - now_ms < max)
            max = item->next_ms - now_ms;
    }
    return max;
}

size_t client_outbox_sent(const struct client_hublink *l)
{
    size_t n = 0;

    for (size_t i = 0; i < l->item_count; i++)
        n += l->item[i].sent && !l->item[i].gone;
    return n;
}

void client_outbox_wake(struct client_node *n)
{
    for (size_t i = 0; i < n->link->item_count; i++) {
        n->link->item[i].next_ms = 0;
        n->link->item[i].tries = 0;
    }
}

/* ---- answers ---- */

static void answered(struct client_node *n, void *arg, enum err result, const struct proto_reply *reply)
{
    struct client_hublink *l = n->link;
    struct outbox_item *item = find_item(l, (uint64_t)(uintptr_t)arg);
    struct client_outbox_row *row = NULL;
    struct vault_txn *x = NULL;
    uint8_t *memory = NULL;
    enum client_receipt_verdict verdict = CLIENT_RECEIPT_AGAIN;
    enum err e;

    l->in_flight--;
    if (item == NULL)
        return;
    item->in_flight = false;
    item->result = result == OK ? reply->result : CLIENT_NO_RESULT;
    if (result != OK) {
        put_off(item, result == ERR_PEER ? "the hub did not answer" : "the hub's answer was not understood");
        return;
    }
    row = malloc(sizeof *row);
    e = row == NULL ? ERR_NOMEM : client_vault_begin(n->vault, false, &x);
    if (e == OK)
        e = read_row(x, item->order, row, &memory);
    client_vault_abort(x);
    if (e == OK)
        e = client_receipt_apply(n, item->order, row, reply, &verdict);
    if (e == OK && verdict == CLIENT_RECEIPT_DONE) {
        item->gone = true;
        compact(l);
    } else {
        put_off(item, e != OK ? err_word(e) : proto_refusal_text((enum proto_refusal)reply->result, LANG_EN));
        if (e == OK && verdict == CLIENT_RECEIPT_REFUSED) {
            item->refused = true;
            item->sent = false;     /* answered: no number of ours is waited for */
            item->next_ms = clock_mono_ms() + REFUSED_MS;
        }
    }
    free(row);
    free(memory);
}
