/*
 * client/keeping: what becomes of statements and acknowledgements, the same for every kind: kept with their leaf, acknowledged, and
 * noted as acknowledged. Runs before what casework does (client_kinds), in the same transaction.
 */
#ifndef CLIENT_KEEPING_H
#define CLIENT_KEEPING_H

#include "client/node.h"

/* An own act was logged: its statement counts from that leaf, and this addressee was told. */
MUST_USE enum err client_keeping_receipt(struct client_node *n, struct vault_txn *x, const struct client_receipt_event *ev);
/* A statement came in: keep it. An acknowledgement: note it. Other kinds: nothing. */
MUST_USE enum err client_keeping_mail(struct client_node *n, struct vault_txn *x, const struct client_mail_event *ev);
/* Acknowledge a statement that came in (after casework has seen it). */
MUST_USE enum err client_keeping_ack(struct client_node *n, struct vault_txn *x, const struct client_mail_event *ev, enum proto_ack code);
/* Remember which statement a message carries, for its acknowledgement. */
MUST_USE enum err client_keeping_carries(struct vault_txn *x, const uint8_t message[PROTO_ID_LEN], const uint8_t statement[PROTO_ID_LEN]);
/* How many own statements lack an acknowledgement a day after they were logged. */
MUST_USE enum err client_keeping_unconfirmed(struct vault_txn *x, uint64_t now_s, uint64_t *count);

#endif
