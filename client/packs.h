/*
 * client/packs: the policy packs of this node: which one counts now, with its words and its questions. What was taken (schakel policy adopt
 * take) is seen while the node runs, and counts from midnight in the Netherlands of its day.
 */
#ifndef CLIENT_PACKS_H
#define CLIENT_PACKS_H

#include "client/node.h"

/*
 * first: the folder with the pack of the region file. Sets n->packs, pack and texts; n->region must be as it was parsed. t says what
 * is wrong and what to do. ERR_CONFIG, ERR_NOTFOUND, mistakes in tables...
 */
MUST_USE enum err client_packs_open(struct client_node *n, const char *first, enum lang lang, struct trouble *t);
void client_packs_close(struct client_packs *p);  /* takes NULL */

/* Once a second at most: another pack may count, and then n->pack and its words are others. Call with no transaction open. */
void client_packs_step(struct client_node *n);
/* The same at a moment of the caller's, whenever it was looked last. */
void client_packs_look(struct client_node *n, uint64_t now_s);

/* Into obj: "pack" (its digest) and, where another is to come or is missing here, "pack_next" with what to do. */
void client_packs_status(const struct client_node *n, uint64_t now_s, enum lang lang, cJSON *obj);

/* The pack of this digest if it is kept, to explain what it decided, however long ago; else the one that counts here. */
const struct policy_pack *client_packs_of(const struct client_node *n, const uint8_t digest[PROTO_HASH_LEN]);

/* Was something decided with another pack than the one here? Zero: by nothing yet, so no. */
bool client_packs_differs(const struct client_node *n, const uint8_t digest[PROTO_HASH_LEN]);

#endif
