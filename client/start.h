/*
 * client/start: the node's processes. The parent (schakel node) asks the passphrase and starts the role vault, which has the keys, the store,
 * the control socket and the link to the hub; and, when the settings say so, the role mirror (client/mirror). A role that ends by
 * itself ends the node with exit 70 and its name.
 * The roles gate and oprf are those of a keyholder (server/), which is the same binary.
 */
#ifndef CLIENT_START_H
#define CLIENT_START_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

/* What the vault may know. Encoded into the start block. */
struct client_start { enum lang lang; char home[512]; char passphrase[1025]; };

MUST_USE enum err client_start_encode(const struct client_start *s, uint8_t *out, size_t cap, size_t *len);

/* In a child: run the role; returns its exit code. */
int client_start_role(const char *role);

#endif
