/*
 * client/distrust: what this node holds against the hub's log or against a partner's word about it, said to everybody who asks this node
 * anything, until a person has looked into it. While the log contradicts itself nothing is asked for or given; a partner that says it saw
 * another log gets nothing from here (one of the two lies: the hub or that partner), and when two say so, nobody gets anything.
 * Withdrawals, objections, acknowledgements, reports, revocations and the audit go on. Part of the vault process's one thread.
 */
#ifndef CLIENT_DISTRUST_H
#define CLIENT_DISTRUST_H

#include "client/node.h"

#include <stdbool.h>

/* This partner says it saw another log. Nothing the second time. */
void client_distrust_partner(struct client_node *n, const struct proto_partner *p, const char *why);
/* Keep what was noticed since; no transaction is open. */
void client_distrust_keep(struct client_node *n);
bool client_distrust_has(const struct client_node *n, const uint8_t partner[PROTO_PARTNER_LEN]);
/* So many that the hub is the likelier liar. */
bool client_distrust_is_general(const struct client_node *n);
/* At the start, with the link there. ERR_IO, ERR_NOMEM. */
MUST_USE enum err client_distrust_load(struct client_node *n);

/* What is to be told with every answer: NULL when there is nothing. Static, or in buf. */
const char *client_distrust_text(const struct client_node *n, enum lang lang, char *buf, size_t len);
/* May this command not run now? ERR_STATE with trouble for what would ask for or give something while everything is stopped. */
MUST_USE enum err client_distrust_check(const struct client_node *n, const char *command, struct trouble *t);

/* Within x: all doubts. In memory they go with client_heads_accept. */
MUST_USE enum err client_distrust_forget(struct client_node *n, struct vault_txn *x);

/* "log.accept": a person has looked into it: go on from the log as the hub shows it now. The reason is kept. */
MUST_USE enum err client_do_log_accept(struct client_call *c, struct vault_txn *x);
/* "log.compare": a checkpoint that the log signed for another partner's node: so its word becomes proof, past the hub. Ends x. */
MUST_USE enum err client_do_log_compare(struct client_call *c, struct vault_txn *x);

#endif
