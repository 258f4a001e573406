/*
 * hub/openings: each leaf laid open, sealed to the officers of its two sides, in the leaf's own transaction; which officers a partner has;
 * and how far the seeds behind the leaves are still needed. One encapsulation serves an officer's key for a minute, so that a round
 * costs a ciphertext for each leaf and side and hardly more. Writer thread only.
 */
#ifndef HUB_OPENINGS_H
#define HUB_OPENINGS_H

#include "hub/core.h"
#include "hub/store_opening.h"

enum {
    HUB_OPENINGS_SEED_S = 7 * 86400,       /* the longest that a seed outlives its leaf's day */
    HUB_OPENINGS_OFFICER_S = 30 * 86400    /* without a valid officer key before disclosures stop */
};

struct hub_openings;

/* Opens the table; c->kv, c->region and c->cert_store are borrowed through c at each call. ERR_NOMEM, ERR_IO. */
MUST_USE enum err hub_openings_open(struct kv *kv, struct hub_openings **out);
void hub_openings_close(struct hub_openings *o);  /* takes NULL, wipes */

/* The openings of a leaf that was just appended in x: to the sender's officers, and to the addressee's when it has a number. */
MUST_USE enum err hub_openings_add(struct hub_core *c, struct kv_txn *x, const struct hub_job *j);
/*
 * A round was given up: its leaves come again with other content under the same index, so no key may be used again. Or the registry
 * changed: what it revoked is sealed to no more.
 */
void hub_openings_renew(struct hub_openings *o);

/* Decide an opened-leaf (hub/on_opened). */
MUST_USE enum err hub_opened_act(struct hub_core *c, struct kv_txn *x, struct hub_job *j);
/* Those of this partner above a number, as many as fit: u16 count, items. */
MUST_USE enum err hub_openings_write(struct hub_core *c, struct kv_txn *x, const uint8_t partner[PROTO_PARTNER_LEN],
    uint64_t after, struct wr *w);

/* Erase the openings of this partner up to a number. */
MUST_USE enum err hub_openings_erase(struct hub_core *c, struct kv_txn *x, const uint8_t partner[PROTO_PARTNER_LEN], uint64_t number);

/* Until when, at least, seeds are needed: those of days before may go. */
MUST_USE enum err hub_openings_seeds_from(struct hub_core *c, struct kv_txn *x, uint64_t now_s, uint64_t *from_s);
/* When this partner's last officer key ended; 0: one is valid, or it never had one. */
MUST_USE enum err hub_openings_officer_ended(struct hub_core *c, struct kv_txn *x, const struct proto_partner *p, uint64_t *ended_s);
/* May this act come from a partner whose officers' keys ended so long ago? */
bool hub_openings_takes(const struct hub_job *j);

#endif
