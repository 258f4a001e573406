/*
 * hub/tables: the handlers' tables in the store, opened once. Only hub/store_* look into them; everybody else
 * passes the pointer on.
 */
#ifndef HUB_TABLES_H
#define HUB_TABLES_H

#include "base/kv.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hub_tables {
    kv_table statement;   /* statement id -> row */
    kv_table original;    /* place, rising with each -> a statement's signed bytes; the row knows the place */
    kv_table carried;     /* as a leaf's row says it, of rows that are gone: message id -> statement id, addressee */
    kv_table by_subject;  /* subject, who may see it, statement id -> kind */
    kv_table by_case;     /* case, who may see it, statement id -> kind */
    kv_table purpose;     /* case, purpose -> who opened it */
    kv_table member;      /* case, purpose, partner -> standing */
    kv_table request;     /* id of a request or offer -> row */
    kv_table grant;       /* id of a grant or offer -> row */
    kv_table release;     /* id of a release -> id of its grant */
    kv_table gone;        /* id of a statement that was dropped -> when that may be forgotten */
    kv_table due;         /* moment from which it may go, id of a request or offer -> nothing */
};

/*
 * Is there a row under this message id? Core forgets ids after PROTO_ID_KEEP_S, rows may live longer: an id
 * that comes back must never write over one. id has PROTO_ID_LEN bytes.
 */
MUST_USE enum err hub_tables_know(const struct hub_tables *t, struct kv_txn *x, const uint8_t *id,
    bool *known);

/*
 * For walks that go on in another transaction: key (len bytes, the length of every key of that table) becomes the next one behind
 * it. ERR_NOTFOUND at the end; ERR_IO for a key of another length.
 */
MUST_USE enum err hub_tables_next(struct kv_txn *x, kv_table table, uint8_t *key, size_t len);

/* Takes NULL. The store itself belongs to the caller. hub_tables_open stands in hub/act.h. */
void hub_tables_close(struct hub_tables *t);

#endif
