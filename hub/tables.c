#include "hub/tables.h"

#include "hub/act.h"

#include <stdlib.h>

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

void hub_tables_close(struct hub_tables *t)
{
    free(t);
}
