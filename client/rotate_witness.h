/*
 * client/rotate_witness: the files of a witness key that takes the place of another: keys/witness.next becomes keys/witness when the registry
 * names it (client/witness), and witness.say, the statement about it (P-200), goes to the hub when the node starts.
 */
#ifndef CLIENT_ROTATE_WITNESS_H
#define CLIENT_ROTATE_WITNESS_H

#include "client/node.h"

#define CLIENT_WITNESS_SAY "witness.say"
#define CLIENT_WITNESS_ORG "org.witness.pub"

/* The next key takes its place, and the public file that names it; the key of before stays as keys/witness.old. ERR_NOTFOUND, ERR_LONG, ERR_IO. */
MUST_USE enum err client_rotate_witness_move(const char *home);

/* At the start, with the vault's key: the next key is given to client/witness, the statement to the outbox. */
MUST_USE enum err client_rotate_witness_open(struct client_node *n, struct secret *vault_key, struct trouble *t);

#endif
