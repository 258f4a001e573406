/*
 * client/clocks: how far the hub's clock is from this machine's, by the time in its replies. That is its bare word: it explains why nothing
 * is taken and when to try again, it may keep what is past its term (client/retention_clock), and decides nothing else.
 */
#ifndef CLIENT_CLOCKS_H
#define CLIENT_CLOCKS_H

#include "client/node.h"

/* A reply said that it is this late at the hub. When the clocks have come together, what waits is tried again at once. */
void client_clocks_saw(struct client_node *n, uint64_t hub_s);

/*
 * Did the hub name a time in the last ten minutes that, with what went by since, is less than a day from now_s? A node that has nothing to do
 * hears it every half minute (a fetch waits 25 s at most).
 */
enum { CLIENT_CLOCKS_FRESH_MS = 10 * 60 * 1000 };
bool client_clocks_same_day(const struct client_node *n, uint64_t now_s);

/* Does the hub take what is signed here? Yes when it was not heard yet. */
bool client_clocks_agree(const struct client_node *n);
/* So far apart that the hub takes nothing (P-080): ERR_STATE with the two times and the next step in t. Else OK. */
MUST_USE enum err client_clocks_check(const struct client_node *n, struct trouble *t);

/* A holder of a share says that it is another time: whose, how many children wait for it, and the next step. ERR_PEER or ERR_STATE. */
MUST_USE enum err client_clocks_tell(struct client_node *n, bool is_hub, uint64_t waiting, struct trouble *t);

#endif
