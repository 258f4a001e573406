/*
 * client/registry_tell: the keyholder has no link to the hub, so every node brings it what is new in the registry (P-195). And every node asks
 * it each half minute how much of it there is: a hub in league with one partner can hide a revocation from a node and have it confirmed that
 * nothing is missing, but the keyholder has it from the other nodes. Part of the vault process's one thread.
 */
#ifndef CLIENT_REGISTRY_TELL_H
#define CLIENT_REGISTRY_TELL_H

#include "client/node.h"

enum { CLIENT_REGISTRY_BEHIND_MS = 60000 };

/* What is known of the keyholder's copy. more: its size, or a smaller one that is more than what is here, since more_ms. */
struct client_registry_tell { bool telling, said; uint64_t due_ms, ask_ms, have, more, more_ms; };

void client_registry_tell_step(struct client_node *n);

/* The keyholder says that the registry has this size: if that is more than what is here the hub is asked at once. */
void client_registry_tell_more(struct client_node *n, uint64_t size);
/* More than a minute ago it had leaves that the hub has not given since. Ordinary delays are seconds. */
bool client_registry_tell_is_behind(const struct client_node *n);

/*
 * The leaves from first on under our newest checkpoint, as many as a message holds; with a proof when that is not all. None (a question) when
 * first is behind them, or there is no checkpoint. ERR_LONG...
 */
struct wr;
MUST_USE enum err client_registry_tell_write(struct client_node *n, uint64_t first, struct wr *w);

#endif
