/*
 * client/order: which of two leaves is the later one, whichever origin each was logged under (P-194): under a new
 * origin the log goes on behind what was kept of it, so an index that was lost is given a second time, and an index
 * alone would put what was said before the loss behind what was said after it. Pure; any thread.
 */
#ifndef CLIENT_ORDER_H
#define CLIENT_ORDER_H

#include "proto/region.h"

/* Where a receipt says that something stands in the log, and its leaf time. */
struct client_leaf { uint64_t index, at_s; };

/* The number of the origin (1: the first) that a leaf of this time was logged under: none of a later origin is of before that one was named (P-081). */
unsigned client_order_origin(const struct proto_region *r, uint64_t at_s);
/*
 * Is a later than b? By origin, then by index: within one log the order of its leaves is proven, and the time is only
 * the hub's word. Equal ones: false.
 */
bool client_order_is_later(const struct proto_region *r, const struct client_leaf *a, const struct client_leaf *b);

#endif
