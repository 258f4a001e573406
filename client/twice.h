/*
 * client/twice: an act that is given a second time is not done a second time: the answer says that it was done,
 * and when ("already", "already_on"), and nothing goes out.
 */
#ifndef CLIENT_TWICE_H
#define CLIENT_TWICE_H

#include "client/desk.h"
#include "client/statement.h"

/*
 * Is this statement ended already, by what counts here or is on its way? Then the answer is written: the
 * statement that ended it, the day. An end that a person dropped (schakel outbox drop) may be said again.
 */
MUST_USE enum err client_twice_ended(
    struct client_call *c, struct vault_txn *x, const struct proto_statement *s, bool *done);
/* Does an own act of this kind and code (0: any) about this request or offer wait to go out? */
MUST_USE enum err client_twice_waits(struct vault_txn *x, enum proto_kind kind, uint8_t code,
    const uint8_t refers[PROTO_ID_LEN], bool *waits);
/*
 * For an answer to a request or offer: done says that its state shows it; else one that waits to go out counts.
 * *already: the answer is written, under the option's name; nothing more is to be done.
 */
MUST_USE enum err client_twice_answered(struct client_call *c, struct vault_txn *x, const struct client_desk *d,
    const struct proto_msg *m, bool done, bool *already);

#endif
