/*
 * proto/registry_why: why a statement does not count in the registry, with its sentence. Numbers are for ever: they stand behind a refusal
 * of the hub (P-189). No state; any thread.
 */
#ifndef PROTO_REGISTRY_WHY_H
#define PROTO_REGISTRY_WHY_H

#include "base/err.h"

/* The first ones in the order in which they are judged. */
enum proto_registry_why {
    PROTO_REG_COUNTS = 0,
    PROTO_REG_MALFORMED,        /* not a statement in its one form */
    PROTO_REG_OTHER_REGION,
    PROTO_REG_REPLAYED,         /* a statement of this id is in the registry */
    PROTO_REG_EXPIRED,          /* before its making, or after the moment before which it had to be there */
    PROTO_REG_UNKNOWN_SIGNER,   /* no partner, or not its root key as it is now */
    PROTO_REG_BAD_SIGNATURE,
    PROTO_REG_REVOKED_SIGNER,   /* a partner that was revoked or whose time is over */
    PROTO_REG_SAME_PARTNER,     /* two signatures of one */
    PROTO_REG_ONE_SIGNER,       /* fewer than it needs */
    PROTO_REG_TOO_MANY,         /* more than it needs: who may not sign does not stand there */
    PROTO_REG_OWN,              /* about the signer itself */
    PROTO_REG_NOT_ADOPTER,      /* the person is no adopter, or the key may not say this */
    PROTO_REG_UNKNOWN_PARTNER,  /* what it is about */
    PROTO_REG_REVOKED,          /* what it is about was revoked: a revocation wins */
    PROTO_REG_EXISTS,           /* the organisation, its handle or its key is there already */
    PROTO_REG_ALREADY,          /* says nothing new */
    PROTO_REG_BAD_TIME,         /* from and until do not fit */
    PROTO_REG_FULL,
    PROTO_REG_BY_OPERATOR,      /* a new origin: it comes with the store that it is about (schakel-hub restore) */
    PROTO_REG_NOT_WITNESS,      /* the witness key that this replaces is not the one that counts now, or did not sign where it must */
    PROTO_REG_NOT_OWN,          /* a partner's witness key, without its own root key under it */
    PROTO_REG_WHY_END
};

/* "SAME_PARTNER"; "?" past the end. Static. */
const char *proto_registry_why_name(enum proto_registry_why w);
/* What is wrong and the next step. */
const char *proto_registry_why_text(enum proto_registry_why w, enum lang lang);

#endif
