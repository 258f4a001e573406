/*
 * client/ends: which statements were ended, by what and when: read in one walk, so that a list of thousands is
 * not a walk for each. For lists and for acts that are given twice; what counts for a decision is client/facts.
 */
#ifndef CLIENT_ENDS_H
#define CLIENT_ENDS_H

#include "client/statement.h"

/* The word that ends something. */
struct client_end {
    uint8_t id[PROTO_ID_LEN], refers[PROTO_ID_LEN], setter[PROTO_PARTNER_LEN];
    uint8_t kind, code;
    uint64_t made_s, leaf_s;   /* leaf_s 0: on its way */
    bool dropped;              /* own: the hub refused it and it is not sent again */
};

struct client_ends {
    struct client_end *row;
    size_t count;
};

/* Gives *out (client_ends_fini). ERR_NOMEM, ERR_IO. */
MUST_USE enum err client_ends_read(struct vault_txn *x, struct client_ends *out);
void client_ends_fini(struct client_ends *e);
/* What ends s, by client_facts_may_end; of several the first that was said. NULL: nothing. Borrowed from e. */
const struct client_end *client_ends_of(const struct client_ends *e, const struct proto_statement *s);

#endif
