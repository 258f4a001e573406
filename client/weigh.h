/*
 * client/weigh: weighings: the answers of a person, kept as a draft, and signed when they travel with the message they are about
 * (the hub takes no weighing that is about another message).
 *
 *     draft (CLIENT_T_DRAFT) = {"child":"type and value in hex","purpose":"or empty: any","sections":["or none: any"],"answers":{"1":"..."}}
 */
#ifndef CLIENT_WEIGH_H
#define CLIENT_WEIGH_H

#include "client/desk.h"

/*
 * The draft of option --weigh as a signed statement about d, its purpose and its sections. Gives *out (free()); *len 0 when the option
 * was not given. With trouble: ERR_NOTFOUND, ERR_DENIED (it weighs another child, purpose or other sections).
 */
MUST_USE enum err client_weigh_use(struct client_call *c, struct vault_txn *x, const struct client_desk *d, uint8_t **out, size_t *len);

/*
 * The approval (option --approval) of exactly this row's release by another person, as made by client_do_approve. Gives *out; *len 0 when
 * not given. With trouble: ERR_NOTFOUND, ERR_STATE, ERR_DENIED.
 */
MUST_USE enum err client_approve_use(struct client_call *c, struct vault_txn *x, const struct client_desk *d, uint8_t **out, size_t *len);

#endif
