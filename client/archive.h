/*
 * client/archive: what this partner sent and received, by running number: the signed envelope and the hub's receipt. With it the privacy
 * officer proves that the list is complete, and what the log's leaves mean.
 *
 *     row (CLIENT_T_ARCHIVE, u64 number) = u8 version 1 | u8 direction | u8 kind | u8 flags (1 bad, 2 bare, 4 spent) | u64 leaf index |
 *                                          u64 leaf time | u32 length, envelope | u32 length, proof
 *     proof = sent: the hub's reply body (proto_reply);  received: the mail item (proto_mail, it contains the envelope: envelope is empty)
 *     bare: envelope = SHA-256 of the envelope | the message's body, its ciphertext replaced by one zero byte;  proof = the receipt
 *     bad and bare: proof = SHA-256 of the mail item
 *     spent: its term is over (client/archive_end): envelope = the hash of its leaf in the tree, empty when it was bad;  proof = u8 origin
 *
 * A release is kept bare: the node's key would open its ciphertext for as long as the archive is there, after the copy was destroyed.
 * Its leaf needs no more than the digest; which bytes they were says the grant, which is kept whole. What of the body is not in the leaf
 * (times, what it refers to) is this archive's word alone.
 * What is spent says nothing about anybody any more, and still shows that a number was given, and to which leaf.
 */
#ifndef CLIENT_ARCHIVE_H
#define CLIENT_ARCHIVE_H

#include "client/node.h"

enum client_archive_direction { CLIENT_SENT = 1, CLIENT_RECEIVED = 2 };

/* Borrowed. */
struct client_archived {
    uint64_t number;
    uint8_t direction, kind;
    bool bad;                      /* mail that could not be believed: kept, acted upon never */
    bool bare;                     /* without ciphertext; see above */
    bool spent;                    /* not kept any more, but for its place */
    uint64_t index, time_s;        /* of the leaf; index PROTO_NO_LEAF when it was bad */
    struct proto_blob envelope, proof;
};

/* ERR_EXISTS: this number is there already, with another leaf: the hub gave it twice. The same again, or bad mail over good, is OK. What came
 * after all takes the place of a number that was noted as missing. */
MUST_USE enum err client_archive_put(struct vault_txn *x, const struct client_archived *a);
/* envelope, proof and bare of *a, for a release that was logged. Gives *memory (free()), which *a borrows. */
MUST_USE enum err client_archive_make_bare(const struct proto_msg *m, const uint8_t *envelope, size_t len, const struct proto_receipt *r,
    struct client_archived *a, uint8_t **memory);
/* Keep of a row its place and this: the leaf's hash in the tree, by which a copy of the log is compared (NULL: it has no leaf). ERR_NOTFOUND. */
MUST_USE enum err client_archive_spend(struct vault_txn *x, uint64_t number, const uint8_t hash[PROTO_HASH_LEN], uint8_t origin);
/* Of a row that is spent. ERR_STATE: it is not, or has no leaf. */
MUST_USE enum err client_archive_spent_leaf(const struct client_archived *a, uint8_t hash[PROTO_HASH_LEN], unsigned *origin);
/* Gives *memory (free()), which *out borrows. ERR_NOTFOUND. */
MUST_USE enum err client_archive_get(struct vault_txn *x, uint64_t number, struct client_archived *out, uint8_t **memory);

/* The row itself, for export: gives *row (free()). And back, borrowing data. */
MUST_USE enum err client_archive_row(struct vault_txn *x, uint64_t number, uint8_t **row, size_t *len);
MUST_USE enum err client_archive_decode(const uint8_t *data, size_t len, struct client_archived *out);

client_handler client_do_archive_get;

/* The number up to which everything is stored: what a fetch names, and the hub then deletes. */
uint64_t client_archive_running(const struct client_node *n);
/* *yes: of the numbers after running and before number at least one is not stored, so mail below this one may still come. ERR_IO... */
MUST_USE enum err client_archive_has_gap(struct vault_txn *x, uint64_t running, uint64_t number, bool *yes);
/* After a commit (and at start): look how far it goes now. */
MUST_USE enum err client_archive_advance(struct client_node *n);

#endif
