/*
 * client/officer: the privacy officer's keys, with which this node opens what the hub seals to the officer: keys/officer, and those that
 * came before it, keys/officer-*, which are kept to open old leaves. In guarded memory, asleep unless in use.
 */
#ifndef CLIENT_OFFICER_H
#define CLIENT_OFFICER_H

#include "client/node.h"
#include "proto/opening.h"

struct client_officer;

/*
 * All of them, opened with the vault's key, however many years left. Gives *out. ERR_KEY (one does not open), ERR_NOTFOUND (none), ERR_NOMEM.
 */
MUST_USE enum err client_officer_open(const char *home, struct secret *vault_key, struct client_officer **out, struct trouble *t);
void client_officer_close(struct client_officer *o);  /* takes NULL */

/*
 * Open an item that is for this node. ERR_KEY: it is sealed to none of these keys. ERR_SIGNATURE and what proto_opening_decode says: it is
 * sealed to one of them and does not open. ERR_NOMEM. *out is untouched on error.
 */
MUST_USE enum err client_officer_unseal(struct client_officer *o, const struct client_node *n, const struct proto_opening_item *item,
    struct proto_opening *out);

#endif
