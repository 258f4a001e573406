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
 * Verify, and apply in x: archive, keep, what the kind does, acknowledge. One that is there already: OK and nothing. *bad: it cannot be
 * believed, or casework refuses it: abort x; it may come again as it was, or is given up: then apply it alone in a transaction of its own
 * with force_bad, which archives it as bad. Other errors are the node's own trouble: abort x and try again later.
 */
MUST_USE enum err client_mail_apply(struct client_node *n, struct vault_txn *x, const struct client_mail *m, bool force_bad, bool *bad);
/* Memory, disk: another try may go better, whatever came. Anything else is wrong with what came. */
bool client_mail_is_own_trouble(enum err e);

#endif
