/*
 * client/mail: one mail from the hub: is it believed, and what follows.
 */
#ifndef CLIENT_MAIL_H
#define CLIENT_MAIL_H

#include "client/node.h"

/* A mail taken apart. item is its bytes in the fetch's payload. */
struct client_mail {
    struct proto_mail mail;
    struct proto_blob item;
};

/*
 * Which keys in it have no certificate here? Asks for them. ERR_BUSY: wait; OK: as much is known as can be (the hub has no certificate for
 * the others); ERR_PEER: cannot be asked now.
 */
MUST_USE enum err client_mail_keys(struct client_node *n, const struct client_mail *m);

/*
 * Verify, and apply in x: archive, keep, what the kind does, acknowledge. Mail that cannot be believed, or that casework refuses, is
 * archived as bad, and OK. One that is there already: OK and nothing. Errors are the node's own trouble: abort x and try again later.
 * *bad: apply it again alone in a transaction of its own with force_bad, for what it wrote before it failed must not stay.
 */
MUST_USE enum err client_mail_apply(struct client_node *n, struct vault_txn *x, const struct client_mail *m, bool force_bad, bool *bad);

#endif
