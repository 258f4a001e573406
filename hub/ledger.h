/*
 * hub/ledger: the append-only log. One row per leaf: its 226 bytes, and after them the hashes of all subtrees which that leaf
 * completed, from level 0 up (RFC 6962). So an append is one write at the end of one table, and any node of the tree is one read.
 * The frontier and the newest nodes are in memory. Used from core's writer thread only (export reads a stopped hub's).
 */
#ifndef HUB_LEDGER_H
#define HUB_LEDGER_H

#include "base/kv.h"
#include "proto/merkle.h"
#include "proto/reply.h"

#include <stdint.h>

enum { HUB_LEDGER_CHECKED = 4096 };  /* leaves looked at again at each start */

struct hub_ledger;

/*
 * Open the table in kv and load the frontier; verifies the last HUB_LEDGER_CHECKED leaves against the stored nodes.
 * Gives *out. ERR_SIGNATURE when they do not fit (t says which leaf), ERR_IO, ERR_NOMEM.
 */
MUST_USE enum err hub_ledger_open(struct kv *kv, struct hub_ledger **out, struct trouble *t);
void hub_ledger_close(struct hub_ledger *l);  /* takes NULL */

/* As appended, also what is not committed yet; the root is that of no leaves when there are none. */
uint64_t hub_ledger_size(const struct hub_ledger *l);
void hub_ledger_root(const struct hub_ledger *l, uint8_t out[PROTO_HASH_LEN]);

/* Append in x. If x is not committed the caller must call hub_ledger_rewind with the size before. ERR_FULL, ERR_IO... */
MUST_USE enum err hub_ledger_append(struct hub_ledger *l, struct kv_txn *x, const uint8_t leaf[PROTO_LEAF_LEN]);
/* Forget what was appended in a transaction that was given up: load again as the store has it. */
MUST_USE enum err hub_ledger_rewind(struct hub_ledger *l);

/* Proofs in the tree of size (at most the ledger's), read in x. ERR_RANGE. */
MUST_USE enum err hub_ledger_prove_inclusion(struct hub_ledger *l, struct kv_txn *x, uint64_t index, uint64_t size,
    struct proto_merkle_proof *out);
MUST_USE enum err hub_ledger_prove_consistency(struct hub_ledger *l, struct kv_txn *x, uint64_t old, uint64_t size,
    struct proto_merkle_proof *out);
/* The leaf's bytes. ERR_NOTFOUND. */
MUST_USE enum err hub_ledger_leaf(struct hub_ledger *l, struct kv_txn *x, uint64_t index, uint8_t out[PROTO_LEAF_LEN]);

/* Leaves and nodes alone, for a store opened for reading: no tree in memory, nothing verified. */
struct hub_ledger_reader;
MUST_USE enum err hub_ledger_reader_open(struct kv *kv, struct hub_ledger_reader **out);
void hub_ledger_reader_close(struct hub_ledger_reader *r);  /* takes NULL */
MUST_USE enum err hub_ledger_read_leaf(const struct hub_ledger_reader *r, struct kv_txn *x, uint64_t index, uint8_t out[PROTO_LEAF_LEN]);
/* How many leaves there are. */
MUST_USE enum err hub_ledger_read_size(const struct hub_ledger_reader *r, struct kv_txn *x, uint64_t *size);
/* Level and index as in proto/merkle. ERR_NOTFOUND. */
MUST_USE enum err hub_ledger_read_node(const struct hub_ledger_reader *r, struct kv_txn *x, uint8_t level, uint64_t index,
    uint8_t out[PROTO_HASH_LEN]);

#endif
