/*
 * client/statement: the signed originals this node keeps (CLIENT_T_STATEMENT): its own and those addressed to it, with when they were
 * logged and who acknowledged them. What is not kept here does not exist for a decision.
 * Sending and signing statements is in client/node.h (client_statement_send, client_statement_sign).
 */
#ifndef CLIENT_STATEMENT_H
#define CLIENT_STATEMENT_H

#include "client/node.h"
#include "client/order.h"

struct client_kept {
    struct proto_statement what;      /* decoded; its views borrow original */
    const uint8_t *original;          /* the signed envelope */
    size_t original_len;
    uint8_t signer[PROTO_KEY_LEN];    /* the person's staff key */
    uint8_t role;                     /* of the person, enum proto_role */
    bool mine;                        /* made here */
    uint64_t leaf_index, leaf_s;      /* of the message it came with; own: of the first receipt; leaf_s 0: not logged yet, does not count */
    uint8_t leaf_origin;              /* the origin that proves it (client/order); 0 in rows of before that was noted */
    uint64_t acked;                   /* own: bit per addressee that acknowledged */
    uint64_t told;                    /* own: bit per addressee whose message has its receipt */
    bool refused;                     /* own: the hub refused it, and nobody waited for its answer any more */
    bool dropped;                     /* own, refused: a person decided that it is not sent again (schakel outbox drop) */
};

/* Where it stands in the log. */
struct client_leaf client_kept_leaf(const struct client_kept *k);

/* When it was said, as far as it is proven: its leaf time, or what it says itself where it is not logged. */
uint64_t client_kept_said_s(const struct client_kept *k);
/* Own, and still on its way to the hub: not logged, and nobody decided that it is not sent again. */
bool client_kept_is_under_way(const struct client_kept *k);
/* Did every addressee acknowledge it? Of own ones. */
bool client_kept_is_acked(const struct client_kept *k);

/* Keep (or replace) a statement; the key is k->what.id. */
MUST_USE enum err client_kept_put(struct vault_txn *x, const struct client_kept *k);
/* Gives *memory (free()), which *out borrows. ERR_NOTFOUND; another of what base/rd says when the row cannot be read. */
MUST_USE enum err client_kept_get(struct vault_txn *x, const uint8_t id[PROTO_ID_LEN], struct client_kept *out, uint8_t **memory);
/* Call for each until it returns false; k is valid during the call. A row that cannot be read ends the walk. */
typedef bool client_kept_each(void *arg, const struct client_kept *k);
MUST_USE enum err client_kept_walk(struct vault_txn *x, client_kept_each *each, void *arg);
/* The same of what can be read; *unread becomes true when something could not (NULL: as client_kept_walk). */
MUST_USE enum err client_kept_walk_left(struct vault_txn *x, client_kept_each *each, void *arg, bool *unread);

/* Send an own statement again, each in a message of its own, to the addressees that have not acknowledged it. */
MUST_USE enum err client_statement_repeat(struct client_node *n, struct vault_txn *x, const struct client_kept *k);

/*
 * Verify a signed statement of any kind (a STATUS is signed by the node itself): signer's staff certificate under its partner's node
 * certificate, valid at at_s; setter is the signer's partner. Fills *s (borrows data) and *role.
 * ERR_BUSY: a certificate is not known here yet (client/certs asks for it).
 */
MUST_USE enum err client_statement_check(struct client_node *n, struct vault_txn *x, const uint8_t *data, size_t len, uint64_t at_s,
    struct proto_statement *s, uint8_t signer[PROTO_KEY_LEN], enum proto_role *role);

#endif
