/*
 * client/consent_end: what a request, grant or share rests on of what a family said, and when that is over. The hub and the other side are
 * never told of a birthday, not even as an end of access: so each node that knows the birth date looks for itself.
 */
#ifndef CLIENT_CONSENT_END_H
#define CLIENT_CONSENT_END_H

#include "client/desk.h"
#include "client/statement.h"

/* Past its day, or a birthday that changes whose yes is needed (MODEL section 2). birth_date: "" when it is not known. */
bool client_consent_is_over(const struct client_node *n, const struct client_kept *k, const char *birth_date, struct date today);

/* Is one of its sections there because the family said yes in this consent? A rule that this pack does not have may be one. */
bool client_consent_carries(const struct client_node *n, const struct proto_statement *consent, const struct client_desk *d);

/*
 * Does it rest on a consent that ended by its day or by a birthday (MODEL section 2) at now_s? birth_date: "" when it is not known, then
 * no birthday can end it. ERR_NOMEM, ERR_IO.
 */
MUST_USE enum err client_consent_ended(struct client_node *n, struct vault_txn *x, const struct client_desk *d, const char *birth_date,
    uint64_t now_s, bool *ended);

#endif
