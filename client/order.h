/*
 * client/order: which of two leaves is the later one, whichever origin each was logged under (P-194): under a new
 * origin the log goes on behind what was kept of it, so an index that was lost is given a second time, and an index
 * alone would put what was said before the loss behind what was said after it. Pure; any thread.
 */
#ifndef CLIENT_ORDER_H
#define CLIENT_ORDER_H

#include "proto/region.h"
#include "proto/reply.h"

/*
 * Where a receipt says that something stands in the log, its leaf time, and the number of the origin (1: the first) whose checkpoint proves it. 0 stands in
 * rows that were kept when that was not noted.
 */
struct client_leaf { uint64_t index, at_s; unsigned origin; };

/* Of a receipt that was checked. */
struct client_leaf client_order_leaf(const struct proto_region *r, const struct proto_receipt *receipt);
/*
 * The number of the origin that it was logged under: what is proven under a later one and was kept is of before it. Without the origin that proves it the
 * leaf time says it, which is only the hub's word: none of a later origin is of before that one was named (P-081).
 */
unsigned client_order_origin(const struct proto_region *r, const struct client_leaf *leaf);
/* Is a later than b? By origin, then by index: within one log the order of its leaves is proven. Equal ones: false. */
bool client_order_is_later(const struct proto_region *r, const struct client_leaf *a, const struct client_leaf *b);

#endif
