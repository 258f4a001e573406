/*
 * client/vault: the node's store. Every value is encrypted (XChaCha20-Poly1305 under a key of its table, derived from the vault key; the
 * table's name and the key are the associated data) and every key is 1 to 48 bytes that say nothing of anybody (random ids, hashes, numbers, names of
 * our own): never a name or a citizen number. Records and shares have a key of their own each (client/vault_slots), so that one can be erased alone.
 * Used by the vault process only, from its one thread.
 */
#ifndef CLIENT_VAULT_H
#define CLIENT_VAULT_H

#include "base/err.h"
#include "base/secret.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum client_table {
    CLIENT_T_META,        /* what there is one of, and marks beside rows: client/meta has the list */
    CLIENT_T_PERSON,      /* SHA-256 of the number -> pseudonym and subject row */
    CLIENT_T_SUBJECT,     /* subject type and value -> what this partner knows the child by */
    CLIENT_T_RECORD,      /* subject, section -> content */
    CLIENT_T_CASE,        /* case id -> members, purposes, subject, regisseur */
    CLIENT_T_STATEMENT,   /* statement id -> signed original, where from, leaf, receipt */
    CLIENT_T_REQUEST,     /* request or offer id -> both sides' desk row */
    CLIENT_T_SHARE,       /* grant id -> what came in, until when, opened */
    CLIENT_T_OUTBOX,      /* send order number -> act waiting for its receipt */
    CLIENT_T_ARCHIVE,     /* running number -> signed envelope and receipt: the officer's proof of completeness */
    CLIENT_T_CERT,        /* key -> signed certificate */
    CLIENT_T_STAFF,       /* staff key -> name, role, wrapped private key */
    CLIENT_T_DRAFT,       /* consents and weighings being made */
    CLIENT_T_WAITING,     /* numbers whose pseudonym is to be asked for (client/waiting) */
    CLIENT_T_OPENING,     /* running number -> the leaf laid open to the privacy officer (client/openings) */
    CLIENT_T_REGISTRY,    /* index -> leaf of the registry */
    CLIENT_T_COUNT
};

struct vault;
struct vault_txn;

/* path is a folder. key (32 bytes) is borrowed during the call. ERR_KEY: the key does not open this vault. ERR_BUSY: another node runs. */
MUST_USE enum err client_vault_open(const char *path, const uint8_t key[32], struct vault **out, struct trouble *t);
void client_vault_close(struct vault *v);  /* takes NULL; no transaction may be open. Wipes the keys */

/*
 * The disk refused a transaction: after that LMDB may refuse every other (MDB_PANIC), and what is in memory is no longer what is on disk.
 * The program must end; started again, it goes on from what was committed.
 */
bool client_vault_is_broken(const struct vault *v);
/*
 * Room on the disk, as the last write found it. Nearly full: under 5 % are free; writing goes on, so that a withdrawal is kept as long as it
 * can be, and who calls refuses what can wait. Full: the last write was refused; the store is as it was before it.
 */
enum client_space { CLIENT_SPACE_ENOUGH, CLIENT_SPACE_LITTLE, CLIENT_SPACE_NONE };
enum client_space client_vault_space(const struct vault *v);
MUST_USE enum err client_vault_begin(struct vault *v, bool write, struct vault_txn **out);   /* ERR_FULL: the map cannot grow */
MUST_USE enum err client_vault_commit(struct vault_txn *x);   /* ends x in every case; ERR_FULL: the disk is full, nothing is written */
void client_vault_abort(struct vault_txn *x);
/* The end of one that wrote: commit when e is OK, else abort, where x may be NULL. Gives e, or what commit says. */
MUST_USE enum err client_vault_end(struct vault_txn *x, enum err e);

/* Gives *out, decrypted (the caller wipes if secret and frees). ERR_NOTFOUND; ERR_SIGNATURE: changed on disk. */
MUST_USE enum err client_vault_get(struct vault_txn *x, enum client_table t, const void *key, size_t key_len, uint8_t **out, size_t *len);
/* ERR_RANGE: the key has 1 to CLIENT_VAULT_KEY_MAX bytes. ERR_FULL (the store says so from then on: client_vault_space), ERR_NOMEM, ERR_IO. */
MUST_USE enum err client_vault_put(struct vault_txn *x, enum client_table t, const void *key, size_t key_len, const void *value, size_t len);
/* ERR_NOTFOUND: it was not there. ERR_FULL, ERR_IO. What was in it cannot be read from the disk any more where its table has keys of its own. */
MUST_USE enum err client_vault_delete(struct vault_txn *x, enum client_table t, const void *key, size_t key_len);

/*
 * Call each in key order while it returns true; key and value are valid during the call only, and each must not write to this table.
 * prefix_len 0: the whole table. OK when there is nothing. ERR_SIGNATURE: a row was changed on disk, and the walk ends there. ERR_NOMEM, ERR_IO.
 */
typedef bool client_vault_each(void *arg, const uint8_t *key, size_t key_len, const uint8_t *value, size_t len);
MUST_USE enum err client_vault_walk(struct vault_txn *x, enum client_table t, const void *prefix, size_t prefix_len,
    client_vault_each *each, void *arg);

/* Nothing is decrypted. ERR_IO. */
MUST_USE enum err client_vault_has(struct vault_txn *x, enum client_table t, const void *key, size_t key_len, bool *has);
/* The last key of the table, copied: for numbers that only grow. ERR_NOTFOUND: it is empty. ERR_LONG. */
MUST_USE enum err client_vault_last(struct vault_txn *x, enum client_table t, uint8_t *key, size_t cap, size_t *key_len);
MUST_USE enum err client_vault_count(struct vault_txn *x, enum client_table t, uint64_t *out);

/* The vault of a transaction, borrowed. */
struct vault *client_vault_of(const struct vault_txn *x);

/* A key for text that must not show in the store: HMAC under the vault key. */
void client_vault_name_key(struct vault *v, const char *domain, const void *data, size_t len, uint8_t out[32]);

#endif
