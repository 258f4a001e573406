/*
 * client/fetched: what was handed over, and nobody said that it was read. The hub is asked whether its mail still waits; that it does not is the
 * hub's word, and that it was read the receiver's, whose program may have been changed. So a week of silence after the fetch is shown to the
 * holder (DESIGN section 5). Part of the vault process's one thread.
 */
#ifndef CLIENT_FETCHED_H
#define CLIENT_FETCHED_H

#include "client/desk.h"

enum { CLIENT_FETCHED_SILENT_S = 7 * 86400 };

/* Within x: this release of the row has its receipt. It is asked about from now on. */
MUST_USE enum err client_fetched_wait(struct client_node *n, struct vault_txn *x, const struct client_desk *d, const uint8_t release[PROTO_ID_LEN]);
/* When the hub first said that it was fetched; 0: it did not, or what was handed over is read, or over. */
MUST_USE enum err client_fetched_at(struct vault_txn *x, const struct client_desk *d, uint64_t *at_s);
/* How many are silent. */
MUST_USE enum err client_fetched_silent(struct vault_txn *x, uint64_t now_s, uint64_t *count);
/* With the row that it is about. */
MUST_USE enum err client_fetched_forget(struct vault_txn *x, const uint8_t id[PROTO_ID_LEN]);

/* Ask the hub, when it is time. No transaction is open. */
void client_fetched_step(struct client_node *n);

#endif
