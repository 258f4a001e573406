/*
 * server/oprf: one share of the pseudonym key, and nothing else of the hub's. It verifies the signed question itself and does not believe
 * gate or core: who asks is proven by the certificate inside and the region file (P-147). It counts on its own disk file, and only then
 * evaluates. It never sees a number: elements are blinded.
 */
#ifndef SERVER_OPRF_H
#define SERVER_OPRF_H

#include "base/err.h"
#include "proto/oprf.h"
#include "proto/region.h"
#include "server/quota.h"

#include <stddef.h>
#include <stdint.h>

enum { SERVER_OPRF_PER_PARTNER_DEFAULT = 2000, SERVER_OPRF_TOTAL_DEFAULT = 20000, SERVER_OPRF_RECENT = 512 };

struct server_oprf {
    struct proto_region *region;      /* owned */
    char *partners;                   /* folder where HANDLE.blocked lies; owned */
    struct server_quota *quota;
    uint8_t *share;                   /* guarded memory */
    struct { uint8_t from[PROTO_PARTNER_LEN], id[PROTO_ID_LEN], digest[PROTO_HASH_LEN]; } recent[SERVER_OPRF_RECENT];
    size_t recent_at;
};

/* share is copied. ERR_KEY when it is not the one whose public key the region names. */
MUST_USE enum err server_oprf_open(struct server_oprf *o, const char *region, size_t region_len, const char *partners,
    const uint8_t share[PROTO_OPRF_LEN], const char *quota_path, uint32_t per_partner, uint32_t total, struct trouble *t);
void server_oprf_close(struct server_oprf *o);

/* Answer a frame: a reply as a frame in out. Only the hub's own trouble is an error. */
MUST_USE enum err server_oprf_answer(struct server_oprf *o, const uint8_t *frame, size_t frame_len, uint8_t *out, size_t cap, size_t *len);

/* The role: start block on 3, gate on 4. Returns an exit code. */
int server_oprf_run(const char *program);

#endif
