/*
 * client/do_mirror: leaves of the main log for `hub mirror`, asked of the hub. They are salted digests and hold no personal data.
 */
#ifndef CLIENT_DO_MIRROR_H
#define CLIENT_DO_MIRROR_H

#include "client/node.h"

struct client_mirror;
void client_mirror_close(struct client_mirror *m);  /* takes NULL */

/* "mirror.leaves" with first: the newest checkpoint and up to 1,024 leaves from there on, in base64. */
client_handler client_do_mirror_leaves;
/* "mirror.told" with leaves, ok and note: how the node's own copy stands (client/mirror). */
client_handler client_do_mirror_told;
/* That, for status; nothing when this node keeps none. */
void client_mirror_status(const struct client_node *n, enum lang lang, cJSON *reply);

#endif
