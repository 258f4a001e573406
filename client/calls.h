/*
 * client/calls: commands under way in the vault: from the control socket, through the table and the session's role, to a handler in one
 * transaction; then waiting for receipts, or parked until the hub has answered a question; then the answer.
 */
#ifndef CLIENT_CALLS_H
#define CLIENT_CALLS_H

#include "client/control.h"
#include "client/node.h"

struct client_calls;

enum { CLIENT_WAIT_MS = 8000, CLIENT_WAIT_MAX_MS = 60000 };

/* control is borrowed. Sets n->calls. */
MUST_USE enum err client_calls_open(struct client_node *n, struct client_control *control);
void client_calls_close(struct client_calls *c);  /* takes NULL */

/* Serve what has come in. */
void client_calls_serve(struct client_node *n);
/* A message has its final answer. */
void client_calls_result(struct client_node *n, const uint8_t id[PROTO_ID_LEN], enum proto_refusal result);
/* Does anybody still wait for the hub's answer to this message? */
bool client_calls_waits(const struct client_node *n, const uint8_t id[PROTO_ID_LEN]);
/* The hub answered a question: parked calls run again at the next step. */
void client_calls_again(struct client_node *n);
/* Finish what is done or out of time. No transaction is open. */
void client_calls_step(struct client_node *n);
uint64_t client_calls_due(const struct client_node *n, uint64_t max);

/* For tests and the above: the row of a command. NULL: none. */
const struct client_command *client_calls_find(const char *name);

#endif
