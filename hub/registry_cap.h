/*
 * hub/registry_cap: how much of the registry one partner may fill by its own word alone. It has an end for all of a region's time, and a
 * stolen node key, or one partner that means harm, must not reach it: nobody could be revoked any more. So what one partner says alone is
 * counted, what its node and staff keys sign apart from what its root key signs, and the last room is kept for revocations that two
 * partners sign, or a partner of itself. The hub's own rule, when it takes a statement: in the fold all that was taken counts. One thread.
 */
#ifndef HUB_REGISTRY_CAP_H
#define HUB_REGISTRY_CAP_H

#include "proto/registry.h"

enum {
    HUB_REGISTRY_CAP_KEYS = 500,          /* revocations of keys of its own */
    HUB_REGISTRY_CAP_PACKS = 100,         /* adoptions */
    HUB_REGISTRY_KEPT_LEAVES = 4096,      /* of PROTO_REGISTRY_MAX */
    HUB_REGISTRY_KEPT_BYTES = 1 << 22     /* of PROTO_REGISTRY_LEAVES_MAX */
};

/* [1]: by the root key; [0]: by a key under it. The zero value has counted nothing. */
struct hub_registry_cap { struct { uint16_t keys[2], packs[2]; } of[PROTO_PARTNERS_MAX]; };

/* This note counts in the registry, is a leaf now and takes of its partner's share. ERR_NOMEM; ERR_SYNTAX and the like: it is no statement. */
MUST_USE enum err hub_registry_cap_count(struct hub_registry_cap *c, const struct proto_region *region, const uint8_t *note, size_t len);
/* Is there room for this note, which would count? *why: PROTO_REG_COUNTS or PROTO_REG_FULL. Errors as above. */
MUST_USE enum err hub_registry_cap_judge(struct hub_registry_cap *c, const struct proto_region *region, const struct proto_registry *fold,
    const uint8_t *note, size_t len, enum proto_registry_why *why);

#endif
