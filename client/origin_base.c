/*
 * client/origin: where a node goes on when leaves of what it had checked are lost. Two partners name a root of what was kept; the node holds it
 * against what the old log signed here, so that the new log must extend that, whatever they name.
 */
#include "base/log.h"
#include "base/rd.h"
#include "client/archive.h"
#include "client/hublink_parts.h"
#include "client/origin.h"
#include "client/verify.h"
#include "proto/region_log.h"

#include <stdlib.h>
#include <string.h>

struct search {
    const struct client_node *n;
    struct client_entry *entry;
    uint64_t best, number;       /* size of the largest, and its running number */
    bool found;
};

/* Leaves of it may have been lost at any change since, up to the one that is taken into account now. */
static bool is_kept(const struct client_node *n, const struct proto_receipt *r)
{
    struct proto_note_key key;
    unsigned number = 0;

    if (r->tree_size == 0 || proto_region_log_of(&n->region, r->checkpoint.data, r->checkpoint.len, &key, &number) != OK)
        return false;
    for (unsigned i = number - 1; i <= n->link->origins; i++)
        if (r->tree_size > n->region.origin[i].kept.size)
            return false;
    return number <= n->link->origins + 1U;
}

static bool look_at(void *arg, const uint8_t *key, size_t key_len, const uint8_t *value, size_t len)
{
    struct search *s = arg;
    struct client_archived a;
    struct rd r;
    uint64_t number;

    rd_init(&r, key, key_len);
    number = rd_u64(&r);
    if (rd_end(&r) != OK || client_archive_decode(value, len, &a) != OK || a.bad || a.index == PROTO_NO_LEAF
        || client_entry_read(&a, s->entry) != OK)
        return true;
    if (s->entry->receipt.tree_size > s->best && is_kept(s->n, &s->entry->receipt)) {
        s->best = s->entry->receipt.tree_size;
        s->number = number;
        s->found = true;
    }
    return true;
}

/* The root is not in the row: it follows from the receipt, which is checked once more. */
static enum err root_of(struct vault_txn *x, const struct search *s, struct proto_merkle_head *out)
{
    struct client_archived a;
    uint8_t *memory = NULL;
    enum err e = client_archive_get(x, s->number, &a, &memory);

    if (e == OK)
        e = client_entry_check(&s->n->region, &a, s->entry);
    if (e == OK) {
        out->size = s->best;
        memcpy(out->root, s->entry->root, sizeof out->root);
    }
    free(memory);
    return e;
}

static void largest_other(const struct client_hublink *l, uint64_t kept, struct proto_merkle_head *out)
{
    for (size_t i = 0; i < l->other_count; i++)
        if (l->other[i].from == NULL && l->other[i].head.size <= kept && l->other[i].head.size > out->size)
            *out = l->other[i].head;
}

enum err client_origin_base(const struct client_node *n, const struct proto_origin *o, const struct proto_merkle_head *cosigned,
    struct proto_merkle_head *base)
{
    struct proto_merkle_head found = *cosigned;
    struct search s = {.n = n};
    struct vault_txn *x = NULL;
    enum err e;

    if (n->link->checked.size <= o->kept.size) {
        *base = n->link->checked;
        return OK;
    }
    largest_other(n->link, o->kept.size, &found);
    s.best = found.size;
    s.entry = calloc(1, sizeof *s.entry);
    e = s.entry == NULL ? ERR_NOMEM : client_vault_begin(n->vault, false, &x);
    if (e == OK)
        e = client_vault_walk(x, CLIENT_T_ARCHIVE, NULL, 0, look_at, &s);
    if (e == OK && s.found)
        e = root_of(x, &s, &found);
    /* A row that does not hold any more must not keep the node from following the log. */
    if (e != OK && e != ERR_IO && e != ERR_NOMEM) {
        log_event(LOG_ERROR, "archived-receipt-does-not-hold", "err", err_word(e), NULL);
        e = OK;
    }
    client_vault_abort(x);
    free(s.entry);
    if (e == OK)
        *base = found.size != 0 ? found : o->kept;
    return e;
}
