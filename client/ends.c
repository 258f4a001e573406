#include "client/ends.h"

#include "client/facts.h"
#include "client/rows.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

struct reading {
    struct client_ends out;
    size_t cap;
    bool no_memory;
};

static bool is_an_end(const struct proto_statement *s)
{
    return s->kind == PROTO_SAY_EVENT_END || s->kind == PROTO_SAY_OBJECTION_END
        || s->kind == PROTO_SAY_WITHDRAWAL || s->kind == PROTO_SAY_STATUS;
}

/* The hub refused it, and here nothing changed by it: the objection still counts. */
static bool is_void(const struct client_kept *k)
{
    return k->refused && k->what.kind == PROTO_SAY_OBJECTION_END;
}

static bool read_each(void *arg, const struct client_kept *k)
{
    struct reading *r = arg;
    struct client_end *row;

    if (!is_an_end(&k->what) || is_void(k))
        return true;
    row = client_rows_more(r->out.row, r->out.count, &r->cap, sizeof *row);
    if (row == NULL) {
        r->no_memory = true;
        return false;
    }
    r->out.row = row;
    row = &r->out.row[r->out.count++];
    *row = (struct client_end){.kind = (uint8_t) k->what.kind,
        .code = k->what.code,
        .made_s = k->what.made_s,
        .leaf_s = k->leaf_s,
        .dropped = k->dropped};
    memcpy(row->id, k->what.id, sizeof row->id);
    memcpy(row->refers, k->what.refers, sizeof row->refers);
    memcpy(row->setter, k->what.setter, sizeof row->setter);
    return true;
}

/* By what is ended, then by when that was said. */
static int compare(const void *a, const void *b)
{
    const struct client_end *one = a, *other = b;
    int order = sodium_compare(one->refers, other->refers, PROTO_ID_LEN);

    return order != 0 ? order : (one->made_s > other->made_s) - (one->made_s < other->made_s);
}

enum err client_ends_read(struct vault_txn *x, struct client_ends *out)
{
    struct reading r = {.cap = 0};
    enum err e = client_kept_walk(x, read_each, &r);

    if (e == OK && r.no_memory)
        e = ERR_NOMEM;
    if (e != OK) {
        free(r.out.row);
        return e;
    }
    if (r.out.count > 1)
        qsort(r.out.row, r.out.count, sizeof *r.out.row, compare);
    *out = r.out;
    return OK;
}

void client_ends_fini(struct client_ends *e)
{
    free(e->row);
    *e = (struct client_ends){.row = NULL};
}

const struct client_end *client_ends_of(const struct client_ends *e, const struct proto_statement *s)
{
    size_t low = 0, high = e->count;

    while (low < high) {
        size_t mid = low + (high - low) / 2;

        if (sodium_compare(e->row[mid].refers, s->id, PROTO_ID_LEN) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    for (; low < e->count && sodium_compare(e->row[low].refers, s->id, PROTO_ID_LEN) == 0; low++) {
        struct proto_statement end = {.kind = (enum proto_statement_kind) e->row[low].kind,
            .code = e->row[low].code};

        memcpy(end.refers, e->row[low].refers, sizeof end.refers);
        memcpy(end.setter, e->row[low].setter, sizeof end.setter);
        if (client_facts_may_end(s, &end))
            return &e->row[low];
    }
    return NULL;
}
