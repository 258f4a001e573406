/*
 * client/member: what a membership statement, own or received, changes in the book of cases. The hub refuses what is out of order; this looks
 * again, so that no partner makes itself a member of our case, or moves the case to another child, by a word to us. What does not fit changes
 * nothing and leaves a line in the log.
 */
#ifndef CLIENT_MEMBER_H
#define CLIENT_MEMBER_H

#include "client/casebook.h"

/* A word for which the case has no room is among what does not fit: nobody fills the book to keep this node from its other mail. */
MUST_USE enum err client_member_apply(struct client_node *n, struct vault_txn *x, const struct proto_statement *s);

/* An offer in a case was accepted: the receiver takes part in it for that purpose. */
struct client_joining {
    const uint8_t *case_id;               /* zero: no case, and nothing happens */
    const uint8_t *holder, *receiver;
    const char *purpose;
    const struct proto_subject_id *child; /* as it stands in the offer */
};
MUST_USE enum err client_member_join(struct client_node *n, struct vault_txn *x, const struct client_joining *j);

#endif
