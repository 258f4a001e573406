#include "hub/tables.h"

#include "hub/act.h"

#include <stdlib.h>
#include <string.h>

enum err hub_tables_open(struct kv *kv, struct hub_tables **out)
{
    struct hub_tables *t = calloc(1, sizeof *t);
    enum err e = OK;

    if (t == NULL)
        return ERR_NOMEM;
    const struct { const char *name; kv_table *table; } rows[] = {
        { "statement", &t->statement }, { "original", &t->original }, { "carried", &t->carried },
        { "by_subject", &t->by_subject }, { "by_case", &t->by_case }, { "case_purpose", &t->purpose },
        { "case_member", &t->member }, { "request", &t->request }, { "grant", &t->grant },
        { "release", &t->release }, { "request_due", &t->due },
        { "statement_gone", &t->gone },
    };
    for (size_t i = 0; e == OK && i < sizeof rows / sizeof *rows; i++)
        e = kv_table_open(kv, rows[i].name, rows[i].table);
    if (e != OK) {
        hub_tables_close(t);
        return e;
    }
    *out = t;
    return OK;
}

enum err hub_tables_know(const struct hub_tables *t, struct kv_txn *x, const uint8_t *id, bool *known)
{
    const kv_table by_message[] = { t->request, t->grant, t->release, t->carried };
    const uint8_t *row;
    size_t len;
    enum err e = ERR_NOTFOUND;

    for (size_t i = 0; e == ERR_NOTFOUND && i < sizeof by_message / sizeof *by_message; i++)
        e = kv_view(x, by_message[i], id, PROTO_ID_LEN, &row, &len);
    if (e != OK && e != ERR_NOTFOUND)
        return e;
    *known = e == OK;
    return OK;
}

enum err hub_tables_next(struct kv_txn *x, kv_table table, uint8_t *key, size_t len)
{
    struct kv_walk w = {0};
    enum err e = kv_walk_from(x, table, key, len, &w);

    if (e == OK && w.key_len == len && memcmp(w.key, key, len) == 0)
        e = kv_walk_next(&w);
    if (e == OK && w.key_len != len)
        e = ERR_IO;
    if (e == OK)
        memcpy(key, w.key, len);
    kv_walk_end(&w);
    return e;
}

void hub_tables_close(struct hub_tables *t)
{
    free(t);
}
