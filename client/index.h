/*
 * client/index: what of the statements and decisions that are kept there is to do or to find, so that nobody has to read all of them: which own
 * statement is to be looked at and when, which withdrawals end a consent, which facts are about a child, which decisions are still open. Marks in
 * CLIENT_T_META, written with the row that they are of, in the same transaction (client/kept, client/desk); a store of before there were any gets
 * them when it is opened. A mark may outlive its reason: who finds one looks at the row.
 *
 *     "due " u64 moment, id        own statements that nobody acknowledged, and consents for the records of another
 *     "ends " consent id, id       withdrawals
 *     "facts " 16 of a MAC of the subject, id
 *     "open " id                   requests and offers that are not over
 */
#ifndef CLIENT_INDEX_H
#define CLIENT_INDEX_H

#include "client/desk.h"
#include "client/statement.h"

enum { CLIENT_INDEX_DUE_MAX = 128 };

struct client_index_at { uint64_t at_s; uint8_t id[PROTO_ID_LEN]; };

/* Mark what is marked of this row. And take the marks away with it, but for what is due, which goes when its moment comes. */
MUST_USE enum err client_index_statement(struct vault_txn *x, const struct client_kept *k);
MUST_USE enum err client_index_forget(struct vault_txn *x, const struct client_kept *k);
MUST_USE enum err client_index_desk(struct vault_txn *x, const struct client_desk *d);
MUST_USE enum err client_index_desk_forget(struct vault_txn *x, const uint8_t id[PROTO_ID_LEN]);

/* The longest due at now_s, at most CLIENT_INDEX_DUE_MAX. */
MUST_USE enum err client_index_due(struct vault_txn *x, uint64_t now_s, struct client_index_at *out, size_t *count);
/* Look at it again then; at_s 0: never. */
MUST_USE enum err client_index_due_again(struct vault_txn *x, const struct client_index_at *was, uint64_t at_s);

/*
 * As client_kept_walk and client_desk_walk, of these only. What is gone or something else by now is passed over. A row that cannot be read
 * ends the walk.
 */
MUST_USE enum err client_index_ends(struct vault_txn *x, const uint8_t consent[PROTO_ID_LEN], client_kept_each *each, void *arg);
MUST_USE enum err client_index_facts(struct vault_txn *x, const struct proto_subject_id *who, client_kept_each *each, void *arg);
MUST_USE enum err client_index_open_desk(struct vault_txn *x, client_desk_each *each, void *arg);
/* The same of what can be read; *unread becomes true when something could not. */
MUST_USE enum err client_index_open_desk_left(struct vault_txn *x, client_desk_each *each, void *arg, bool *unread);

/* Mark all that is kept, once. */
MUST_USE enum err client_index_open(struct vault *v);

#endif
