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
    bool may_wait;           /* it may be left for later, until what lies before it is there */
};

/*
 * Which keys in it have no certificate here? Asks for them. ERR_BUSY: wait; OK: as much is known as can be (the hub has no certificate for
 * the others); ERR_PEER: cannot be asked now.
 */
MUST_USE enum err client_mail_keys(struct client_node *n, const struct client_mail *m);

/*
 * Verify, and apply in x: archive, keep, what the kind does, acknowledge. One that is there already: OK and nothing. *bad: it cannot be
 * believed, casework refuses it, or it came
 * before what it is about and may_wait: abort x; it may come again as it was, or is given up: then apply it alone in a transaction of its own
 * with force_bad, which archives it as bad. Other errors are the node's own trouble: abort x and try again later.
 */
MUST_USE enum err client_mail_apply(struct client_node *n, struct vault_txn *x, const struct client_mail *m, bool force_bad, bool *bad);
/* Memory, disk: another try may go better, whatever came. Anything else is wrong with what came. */
bool client_mail_is_own_trouble(enum err e);

/*
 * For a kind's handler: what mail is about was looked for with this result. Where it was not found, a number before this mail is not stored, and
 * the mail may wait, it may still come: a hub, or a gate, kept it back, or it came changed and is asked for again. ERR_BUSY then; else the result.
 */
MUST_USE enum err client_mail_early(struct client_node *n, struct vault_txn *x, const struct client_mail_event *ev, enum err looked);

#endif
