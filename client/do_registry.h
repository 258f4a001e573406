/*
 * client/do_registry: this node's copy of the registry for `partner export` and `hub mirror`: every leaf and the hub's checkpoint over
 * them, from the vault, so that it is there when the hub is not: a hub is restored with it.
 */
#ifndef CLIENT_DO_REGISTRY_H
#define CLIENT_DO_REGISTRY_H

#include "client/node.h"

/* "registry.leaves" with first: the checkpoint and leaves (each u16 length and bytes) from there on, as many as fit, in base64; size. */
client_handler client_do_registry_leaves;

#endif
