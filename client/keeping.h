/*
 * client/keeping: what becomes of statements and acknowledgements, the same for every kind: kept with their leaf, acknowledged, and
 * noted as acknowledged. Runs before what casework does (client_kinds), in the same transaction.
 */
#ifndef CLIENT_KEEPING_H
#define CLIENT_KEEPING_H

#include "client/node.h"

/* An own act was logged: its statement counts from that leaf, and this addressee was told. */
MUST_USE enum err client_keeping_receipt(struct client_node *n, struct vault_txn *x, const struct client_receipt_event *ev);
/* The hub refused an own act for good: of its statement it is noted, unless somebody waits and is told now. */
MUST_USE enum err client_keeping_refused(struct client_node *n, struct vault_txn *x, const struct client_receipt_event *ev);
/*
 * A statement came in: keep it; *first is false when it is kept already, and then it is only acknowledged again. An acknowledgement: note it.
 * Other kinds: nothing. ERR_EXISTS: another statement is kept under its id.
 */
MUST_USE enum err client_keeping_mail(struct client_node *n, struct vault_txn *x, const struct client_mail_event *ev, bool *first);
/* Was this message applied before, under whatever number? And: it is now. */
MUST_USE enum err client_keeping_known(struct vault_txn *x, const uint8_t message[PROTO_ID_LEN], bool *known);
MUST_USE enum err client_keeping_applied(struct vault_txn *x, const uint8_t message[PROTO_ID_LEN], uint64_t number);
/* Acknowledge a statement that came in (after casework has seen it). */
MUST_USE enum err client_keeping_ack(struct client_node *n, struct vault_txn *x, const struct client_mail_event *ev, enum proto_ack code);
/* Remember which statement a message carries, for its acknowledgement. */
MUST_USE enum err client_keeping_carries(struct vault_txn *x, const uint8_t message[PROTO_ID_LEN], const uint8_t statement[PROTO_ID_LEN]);
/*
 * Does a statement of this kind stop something: a withdrawal, the end of an event, an objection and its end? The hub's bare word never
 * takes one out of the outbox.
 */
bool client_keeping_stops(enum proto_statement_kind kind);
/*
 * Is this an own statement that its addressees should have acknowledged by now? One that stops something counts from when it was said, one
 * that the hub refused behind its person's back at once.
 */
struct client_kept;
bool client_keeping_is_late(const struct client_kept *k, uint64_t now_s);
/* How many own statements are late, and how many of these stop something. */
struct client_unconfirmed { uint64_t all, stops; };
MUST_USE enum err client_keeping_unconfirmed(struct vault_txn *x, uint64_t now_s, struct client_unconfirmed *out);

#endif
