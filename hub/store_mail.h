/*
 * hub/store_mail: what waits for a partner, under its running number. The receipt is built at fetch from the act's row and seed.
 * What is fetched and stored by the node is deleted; the envelope is ciphertext or codes, never content. Writer thread only.
 */
#ifndef HUB_STORE_MAIL_H
#define HUB_STORE_MAIL_H

#include "base/kv.h"
#include "proto/msg.h"

#include <stdint.h>

struct hub_store_mail;

struct hub_mail_row {
    uint64_t number, index;            /* of the leaf */
    uint8_t kind;
    uint8_t id[PROTO_ID_LEN];          /* of the message */
    struct proto_ids attached;
    struct proto_blob message;         /* the envelope */
};

/* Gives *out. Before any transaction is open. ERR_NOMEM, ERR_IO. */
MUST_USE enum err hub_store_mail_open(struct kv *kv, struct hub_store_mail **out);
void hub_store_mail_close(struct hub_store_mail *s);  /* takes NULL */

/* row is borrowed. ERR_EXISTS: there is mail of this number; ERR_RANGE, ERR_LONG, ERR_FULL, ERR_IO. */
MUST_USE enum err hub_store_mail_put(struct hub_store_mail *s, struct kv_txn *x, const uint8_t to[PROTO_PARTNER_LEN],
    const struct hub_mail_row *row);
/* The first mail of this partner with a number above after; message borrows until x writes or ends. ERR_NOTFOUND. */
MUST_USE enum err hub_store_mail_next(struct hub_store_mail *s, struct kv_txn *x, const uint8_t to[PROTO_PARTNER_LEN],
    uint64_t after, struct hub_mail_row *out);
/* ERR_NOTFOUND: it was not there. */
MUST_USE enum err hub_store_mail_delete(struct hub_store_mail *s, struct kv_txn *x, const uint8_t to[PROTO_PARTNER_LEN],
    uint64_t number);
/* Delete all up to and with number; *deleted counts them. */
MUST_USE enum err hub_store_mail_delete_upto(struct hub_store_mail *s, struct kv_txn *x, const uint8_t to[PROTO_PARTNER_LEN],
    uint64_t number, size_t *deleted);

#endif
