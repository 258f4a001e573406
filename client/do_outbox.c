/*
 * client/do_outbox: what waits to go out, for people: which and why; and to drop what the hub keeps refusing.
 * Only what stops something stays after a refusal (client/receipt), for the hub's bare word must not make a
 * family's no disappear; a person may decide that it will not be sent again.
 */
#include "client/hublink_parts.h"

#include "base/wr.h"
#include "client/child.h"
#include "client/desk_table.h"
#include "client/keeping.h"
#include "client/outbox.h"
#include "client/pages.h"
#include "client/statement.h"
#include "proto/sign.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { LIST_MAX = 200, DAY_S = 86400 };

/* ---- the list ---- */

static void row_key(uint64_t order, uint8_t out[8])
{
    struct wr w;

    wr_init(&w, out, 8);
    wr_u64(&w, order);
    if (wr_end(&w) != OK)
        abort();
}

/* The act as it waits. Gives *memory, which *m borrows. */
static enum err message_of(
    struct vault_txn *x, const struct outbox_item *item, struct proto_msg *m, uint8_t **memory)
{
    struct client_outbox_row *row = malloc(sizeof *row);
    uint8_t key[8], *data = NULL;
    size_t len = 0;
    enum err e = row == NULL ? ERR_NOMEM : OK;

    row_key(item->order, key);
    if (e == OK)
        e = client_vault_get(x, CLIENT_T_OUTBOX, key, sizeof key, &data, &len);
    if (e == OK)
        e = client_outbox_decode(data, len, row);
    if (e == OK)
        e = proto_msg_decode(item->kind, row->body.data, row->body.len, m);
    free(row);
    if (e == OK)
        *memory = data;
    else
        free(data);
    return e;
}

/* "withdrawal" rather than "statement". */
static const char *what_it_is(const struct proto_msg *m)
{
    struct proto_signed s;

    if (m->kind == PROTO_STATEMENT && proto_sign_decode(m->original.data, m->original.len, &s) == OK)
        return proto_statement_name(proto_statement_of_type(s.type));
    return proto_kind_name(m->kind);
}

const char *client_outbox_refusal(const struct client_node *n, const uint8_t id[PROTO_ID_LEN], enum lang lang)
{
    const struct client_hublink *l = n->link;

    for (size_t i = 0; l != NULL && i < l->item_count; i++)
        if (!l->item[i].gone && sodium_memcmp(l->item[i].id, id, PROTO_ID_LEN) == 0 && l->item[i].result != CLIENT_NO_RESULT
            && l->item[i].result != PROTO_ACCEPTED)
            return proto_refusal_text((enum proto_refusal) l->item[i].result, lang);
    return NULL;
}

static const char *why_it_waits(const struct client_call *c, const struct outbox_item *item)
{
    bool nl = c->trouble.lang == LANG_NL;

    if (item->result != CLIENT_NO_RESULT && item->result != PROTO_ACCEPTED)
        return proto_refusal_text((enum proto_refusal) item->result, c->trouble.lang);
    if (item->in_flight)
        return nl ? "wordt verstuurd" : "being sent";
    if (!client_link_is_up(c->node))
        return nl ? "de hub is nu niet bereikbaar" : "the hub cannot be reached now";
    if (client_heads_stops(c->node, item->kind, item->to))
        return nl ? "er wordt nu niets verstrekt: schakel status zegt waarom" : "nothing is given now: schakel status says why";
    return nl ? "wacht op iets dat ervoor moet gaan" : "waits for something that goes before it";
}

static enum err list_item(
    struct client_call *c, struct vault_txn *x, cJSON *array, const struct outbox_item *item)
{
    struct proto_msg *m = malloc(sizeof *m);
    uint8_t *memory = NULL;
    enum err e = m == NULL ? ERR_NOMEM : message_of(x, item, m, &memory);
    cJSON *row = e == OK ? json_push_object(array) : NULL;

    if (e == OK) {
        client_reply_id(row, "id", item->id);
        json_add_text(row, "kind", what_it_is(m));
        json_add_text(row, "to",
            sodium_is_zero(m->head.to, sizeof m->head.to) ? "" : client_handle(c->node, m->head.to));
        client_reply_child(row, "child", c->node, x, &item->subject);
        client_reply_date(row, "since", item->put_s);
        json_add_bool(row, "refused", item->refused);
        json_add_text(row, "why", why_it_waits(c, item));
    }
    free(m);
    free(memory);
    return e == ERR_NOTFOUND ? OK : e;
}

struct late { struct client_outbox_row *row; struct proto_msg *m; uint64_t now_s, count; enum err err; };

static bool late_each(void *arg, const uint8_t *key, size_t key_len, const uint8_t *value, size_t len)
{
    struct late *l = arg;

    (void)key;
    (void)key_len;
    l->err = client_outbox_decode(value, len, l->row);
    if (l->err != OK || (l->row->kind != PROTO_REFUSE && l->row->kind != PROTO_REGISTRY) || l->row->put_s + DAY_S >= l->now_s)
        return l->err == OK;
    l->err = proto_msg_decode((enum proto_kind)l->row->kind, l->row->body.data, l->row->body.len, l->m);
    /* A statement for the registry that is here for a day is no small matter, whatever it says. */
    l->count += l->err == OK && (l->row->kind == PROTO_REGISTRY || l->m->code == PROTO_REFUSE_TAKEN_BACK);
    return l->err == OK;
}

enum err client_outbox_late_ends(struct vault_txn *x, uint64_t now_s, uint64_t *count)
{
    struct late l = {.row = malloc(sizeof *l.row), .m = malloc(sizeof *l.m), .now_s = now_s};
    enum err e = l.row == NULL || l.m == NULL ? ERR_NOMEM : client_vault_walk(x, CLIENT_T_OUTBOX, NULL, 0, late_each, &l);

    if (e == OK)
        e = l.err;
    free(l.row);
    free(l.m);
    if (e == OK)
        *count = l.count;
    return e;
}

/* What was refused needs a person, and comes first; the rest goes by itself. */
enum err client_do_outbox_list(struct client_call *c, struct vault_txn *x)
{
    const struct client_hublink *l = c->node->link;
    cJSON *array = json_add_array(c->reply, "items");
    uint64_t skip, limit, seen = 0, shown = 0;
    enum err e = OK;

    client_pages_window(c, &skip, &limit);
    limit = limit > LIST_MAX ? LIST_MAX : limit;
    for (size_t i = 0; e == OK && i < 2 * l->item_count; i++) {
        const struct outbox_item *item = &l->item[i % l->item_count];

        if (item->gone || item->refused != (i < l->item_count) || seen++ < skip || shown == limit)
            continue;
        e = list_item(c, x, array, item);
        shown++;
    }
    if (e == OK && seen > skip + shown) {
        json_add_u64(c->reply, "more", seen - skip - shown);
        json_add_u64(c->reply, "skip", skip + shown);
    }
    return e;
}

/* ---- dropping ---- */

static enum err item_arg(struct client_call *c, const struct outbox_item **out)
{
    const struct client_hublink *l = c->node->link;
    const struct outbox_item *found = NULL;
    const char *text = NULL;
    size_t matches = 0;
    enum err e = client_arg_text(c, "item", &text);

    for (size_t i = 0; e == OK && i < l->item_count; i++) {
        char hex[2 * PROTO_ID_LEN + 1];
        (void) sodium_bin2hex(hex, sizeof hex, l->item[i].id, PROTO_ID_LEN);
        if (strlen(text) >= 4 && !l->item[i].gone && strncmp(hex, text, strlen(text)) == 0) {
            found = &l->item[i];
            matches++;
        }
    }
    if (e == OK && matches != 1)
        e = trouble_at(&c->trouble, ERR_NOTFOUND, "--item", 0, 0,
            "nothing waits under this number; see: schakel outbox list",
            "er wacht niets met dit nummer; zie: schakel outbox list");
    if (e == OK && (!found->refused || found->in_flight))
        e = trouble_at(&c->trouble, ERR_STATE, "--item", 0, 0,
            "only what the hub refused can be dropped; this goes out by itself when it can",
            "alleen wat de hub weigerde kan eruit; dit gaat vanzelf weg zodra het kan");
    if (e == OK)
        *out = found;
    return e;
}

static enum err forget(struct client_call *c, struct vault_txn *x)
{
    (void) x;
    client_outbox_forget(c->node->link, c->about);
    return OK;
}

/* What it said keeps counting here: a family's no does not end because a hub did not take it. */
static enum err note_dropped(struct vault_txn *x, const struct proto_msg *m)
{
    struct client_kept *k = malloc(sizeof *k);
    struct proto_signed s;
    struct proto_statement what;
    uint8_t *memory = NULL;
    enum err e = k == NULL           ? ERR_NOMEM
        : m->kind != PROTO_STATEMENT ? ERR_NOTFOUND
                                     : proto_sign_decode(m->original.data, m->original.len, &s);

    if (e == OK)
        e = proto_statement_decode(proto_statement_of_type(s.type), s.body, s.body_len, &what);
    if (e == OK)
        e = client_kept_get(x, what.id, k, &memory);
    if (e == OK && k->mine && k->leaf_s == 0) {
        k->refused = k->dropped = true;
        e = client_kept_put(x, k);
    }
    free(memory);
    free(k);
    return e == ERR_NOTFOUND ? OK : e;
}

enum err client_do_outbox_drop(struct client_call *c, struct vault_txn *x)
{
    const struct outbox_item *item = NULL;
    struct proto_msg *m = malloc(sizeof *m);
    uint8_t key[8], *memory = NULL;
    enum err e = m == NULL ? ERR_NOMEM : item_arg(c, &item);

    if (e == OK)
        e = message_of(x, item, m, &memory);
    if (e == OK)
        e = note_dropped(x, m);
    if (e == OK) {
        row_key(item->order, key);
        e = client_vault_delete(x, CLIENT_T_OUTBOX, key, sizeof key);
    }
    if (e == OK) {
        client_reply_id(c->reply, "item", item->id);
        json_add_text(c->reply, "kind", what_it_is(m));
        json_add_text(c->reply, "to", client_handle(c->node, m->head.to));
        memcpy(c->about, item->id, sizeof c->about);
        c->finish = forget;
    }
    free(m);
    free(memory);
    return e;
}
