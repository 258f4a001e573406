#include "client/twice.h"

#include "client/child.h"
#include "client/ends.h"
#include "client/outbox.h"

#include <sodium.h>
#include <stdlib.h>

static void reply_already(struct client_call *c, uint64_t at_s, bool on_its_way)
{
    json_add_bool(c->reply, "already", true);
    client_reply_date(c->reply, "already_on", at_s);
    if (on_its_way)
        json_add_bool(c->reply, "queued", true);
}

enum err client_twice_ended(
    struct client_call *c, struct vault_txn *x, const struct proto_statement *s, bool *done)
{
    struct client_ends ends = {.row = NULL};
    const struct client_end *end;
    enum err e = client_ends_read(x, &ends);

    if (e != OK)
        return e;
    end = client_ends_of(&ends, s);
    *done = end != NULL && !end->dropped;
    if (*done) {
        client_reply_id(c->reply, "statement", end->id);
        reply_already(c, end->made_s, end->leaf_s == 0);
    }
    client_ends_fini(&ends);
    return OK;
}

struct waiting {
    enum proto_kind kind;
    uint8_t code;
    const uint8_t *refers;
    struct client_outbox_row *row;
    struct proto_msg *m;
    bool found;
};

/* A row that cannot be read is for who sends it to tell of. */
static bool waits_each(void *arg, const uint8_t *key, size_t key_len, const uint8_t *value, size_t len)
{
    struct waiting *w = arg;

    (void) key;
    (void) key_len;
    if (client_outbox_decode(value, len, w->row) != OK || w->row->kind != (uint8_t) w->kind
        || proto_msg_decode(w->kind, w->row->body.data, w->row->body.len, w->m) != OK)
        return true;
    w->found = (w->code == 0 || w->m->code == w->code)
        && sodium_memcmp(w->m->refers, w->refers, PROTO_ID_LEN) == 0;
    return !w->found;
}

enum err client_twice_waits(struct vault_txn *x, enum proto_kind kind, uint8_t code,
    const uint8_t refers[PROTO_ID_LEN], bool *waits)
{
    struct waiting w = {.kind = kind,
        .code = code,
        .refers = refers,
        .row = malloc(sizeof *w.row),
        .m = malloc(sizeof *w.m)};
    enum err e = w.row == NULL || w.m == NULL
        ? ERR_NOMEM
        : client_vault_walk(x, CLIENT_T_OUTBOX, NULL, 0, waits_each, &w);

    free(w.row);
    free(w.m);
    if (e == OK)
        *waits = w.found;
    return e;
}

enum err client_twice_answered(struct client_call *c, struct vault_txn *x, const struct client_desk *d,
    const struct proto_msg *m, bool done, bool *already)
{
    bool waits = false;
    enum err e = done ? OK : client_twice_waits(x, m->kind, m->code, d->id, &waits);

    if (e != OK)
        return e;
    *already = done || waits;
    if (*already) {
        client_reply_id(c->reply, d->offer ? "offer" : "request", d->id);
        reply_already(c, 0, waits);
    }
    return OK;
}
