/*
 * client/origin: the log goes on under another origin, as two partners said in the registry that leaves of it are lost (proto/region_log). What
 * this node has seen of the log is held against what they named, once: had it seen more, it says so, loudly and from then on. Then what was
 * kept is what the new log must extend.
 */
#ifndef CLIENT_ORIGIN_H
#define CLIENT_ORIGIN_H

#include "client/node.h"

#include "base/json.h"

/* At the start, with registry and link there. ERR_IO, ERR_NOMEM. */
MUST_USE enum err client_origin_load(struct client_node *n);
/* When the registry has changed the origin since the last call. No transaction is open. */
void client_origin_step(struct client_node *n);

/*
 * Is this checkpoint, unproven, of the log of now? ERR_SIGNATURE: of an origin of before, under which nothing new is signed. ERR_BUSY: of one that this node
 * does not know of yet; the registry is asked for.
 */
MUST_USE enum err client_origin_check(struct client_node *n, struct proto_blob checkpoint);
/* Was this said before all knew of the origin of now? What its sender had seen by then says nothing about the log of today. */
bool client_origin_is_before(const struct client_node *n, uint64_t issued_s);
/*
 * Is a head of this size one of leaves that were lost with an origin of before? It says nothing against the log of today, nor against who has seen
 * it, who may not know yet that they are lost. So heads of the new log of these few sizes are not compared between partners.
 */
bool client_origin_is_lost(const struct client_node *n, uint64_t size);
/* For status: nothing while the log has its first origin. */
void client_origin_status(const struct client_node *n, enum lang lang, cJSON *obj);

#endif
