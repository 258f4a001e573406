/*
 * client/waiting: numbers whose pseudonym could not be asked for at once, because a holder of the key was away or had counted enough for
 * today; and those of a whole register. Kept in the vault until each is known, so a restart loses none. The most urgent first, then in the
 * order in which they came.
 *
 *     CLIENT_T_WAITING:  1 | u8 why | 6 zero | u64 order -> 9 digits
 *                        2 | 32 key of the number        -> u8 why | u64 order
 */
#ifndef CLIENT_WAITING_H
#define CLIENT_WAITING_H

#include "client/node.h"

enum client_waiting_why {
    CLIENT_WAITING_ASKED = 1,     /* somebody needed it for a command */
    CLIENT_WAITING_OPEN,          /* of a register, and the child has an open case */
    CLIENT_WAITING_REGISTER,
    CLIENT_WAITING_END
};

struct client_waiting { char number[10]; enum client_waiting_why why; };

/* A number of nine digits. One that waits already keeps its place, or moves up. *added (may be NULL): it did not wait before. */
MUST_USE enum err client_waiting_put(struct client_node *n, struct vault_txn *x, const char *number, enum client_waiting_why why, bool *added);
/* OK when it does not wait. */
MUST_USE enum err client_waiting_drop(struct client_node *n, struct vault_txn *x, const char *number);
/* The first of them, at most max, no less urgent than last. The caller wipes out. */
MUST_USE enum err client_waiting_first(struct vault_txn *x, enum client_waiting_why last, struct client_waiting *out, size_t max, size_t *count);
/* It waits here; false where that cannot be read. */
bool client_waiting_has(struct client_node *n, struct vault_txn *x, const char *number);
MUST_USE enum err client_waiting_count(struct vault_txn *x, uint64_t *out);

#endif
