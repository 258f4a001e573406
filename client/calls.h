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

/* ---- why it could not be done, or not at once (client/calls_why.c) ---- */
/* What is no mistake of who asked: what is wrong with the machine, and how to go on. t that is filled already stays. */
void client_calls_explain(const struct client_node *n, struct trouble *t, enum err e);
/* Why the messages of a call did not go out at once, and that nobody needs to send them again. Static, or in buf. */
const char *client_calls_why_queued(const struct client_node *n, const struct client_call *c, char *buf, size_t cap);
/* With little room on the disk what discloses or fills is refused, for what stops something must find room. ERR_FULL. */
MUST_USE enum err client_calls_check_room(const struct client_node *n, const struct client_command *row, struct trouble *t);

/* For tests and the above: the row of a command. NULL: none. */
const struct client_command *client_calls_find(const char *name);

#endif
