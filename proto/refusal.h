/*
 * proto/refusal: every refusal on the wire with its sentence. Numbers are for ever. These are about a message; what the policy
 * answers about a section is a verdict and stands in the rows of a reply.
 */
#ifndef PROTO_REFUSAL_H
#define PROTO_REFUSAL_H

#include "base/err.h"

enum proto_refusal {
    PROTO_ACCEPTED = 0,
    PROTO_NOT_A_FRAME = 1,      /* magic, suite, reserved, length */
    PROTO_MALFORMED,            /* a field out of place */
    PROTO_WRONG_KIND,           /* frame and signed type differ, or a kind only the hub sends */
    PROTO_UNKNOWN_KEY,          /* no valid certificate for the signing key */
    PROTO_BAD_SIGNATURE,
    PROTO_WRONG_REGION,
    PROTO_NOT_YOURS,            /* from, or setter, is not the signer's organisation; or an object of somebody else */
    PROTO_STALE,                /* issued outside the window, or valid until passed */
    PROTO_REPLAYED,             /* id known with another content */
    PROTO_UNKNOWN_PARTNER,
    PROTO_BLOCKED,              /* this partner was blocked by the operator */
    PROTO_OTHER_PACK,
    PROTO_UNKNOWN_NAME,         /* purpose, section, event or kind not in the pack */
    PROTO_NOT_FOUND,            /* what the message refers to */
    PROTO_WRONG_STATE,          /* cancelled, ended, answered, or a step is missing */
    PROTO_NOT_ADDRESSED,        /* a statement relied on does not count between these two */
    PROTO_DENIED,               /* the policy does not let it pass: see the rows */
    PROTO_DIGEST_DIFFERS,       /* the release is not the granted one */
    PROTO_QUOTA,
    PROTO_FULL,                 /* disclosures stop; audit, withdrawal and revocation still work */
    PROTO_NOT_YET,              /* a kind whose handling comes later */
    PROTO_ROLE_NOT_ALLOWED,     /* the person's role may not do this */
    PROTO_OVERTAKEN,            /* a newer fetch of the same node took over */
    PROTO_TROUBLE,              /* the hub's own; try again */
    PROTO_NO_OFFICER,           /* no valid officer key for 30 days: only reads, what stops something, and acknowledgements */
    PROTO_REVOKED,              /* the registry says that this organisation or key takes no part any more */
    PROTO_REFUSAL_END
};

/* "STALE"; "?" past the end. Static. */
const char *proto_refusal_name(enum proto_refusal r);
/* What is wrong and the next step, one sentence or two, B1. */
const char *proto_refusal_text(enum proto_refusal r, enum lang lang);
/* The class a command exits with. */
MUST_USE enum err proto_refusal_err(enum proto_refusal r);
/* May the same message be sent again later and be accepted? (STALE: with a new issued.) */
int proto_refusal_may_retry(enum proto_refusal r);

#endif
