/*
 * client/pseudonym: a citizen number to the subject id under which the hub and the partners know the child (proto/pseudonym). Known ones are
 * kept under a key that says nothing; the others wait a moment and are asked for together. The call itself is in client/node.h.
 */
#ifndef CLIENT_PSEUDONYM_H
#define CLIENT_PSEUDONYM_H

#include "client/node.h"

struct client_pseudonyms;
MUST_USE enum err client_pseudonyms_open(struct client_node *n);      /* sets n->pseudonyms */
void client_pseudonyms_close(struct client_pseudonyms *p);            /* takes NULL; wipes */
/* Send what waits. No transaction is open. */
void client_pseudonyms_step(struct client_node *n);

#endif
