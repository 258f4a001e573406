/*
 * server/oprf: one share of the pseudonym key, and nothing else of the program that it belongs to: hub or keyholder. It verifies the
 * signed question itself and does not believe the gate: who asks is proven by the certificate inside and the region file (P-147). It
 * counts on its own disk file, and only then evaluates. It never sees a number: elements are blinded.
 */
#ifndef SERVER_OPRF_H
#define SERVER_OPRF_H

#include "base/err.h"
#include "base/jail.h"
#include "base/secret.h"
#include "proto/oprf.h"
#include "proto/region.h"
#include "server/quota.h"
#include "server/registry.h"

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SERVER_OPRF_RECENT = 512 };

struct server_oprf {
    struct proto_region *region;      /* owned */
    char *blocks;                     /* owned */
    struct server_registry *registry; /* folded into region */
    pthread_rwlock_t fold;            /* region and registry: alone while they change */
    bool is_second;
    struct secret *share;
    pthread_mutex_t lock;             /* waking share, and everything below */
    struct server_quota *quota;
    struct { uint8_t from[PROTO_PARTNER_LEN], id[PROTO_ID_LEN], digest[PROTO_HASH_LEN]; } recent[SERVER_OPRF_RECENT];
    size_t recent_at;
};

/* Everything is borrowed during the call; share is copied. */
struct server_oprf_config {
    const char *region;               /* the file's text */
    size_t region_len;
    const char *blocks;               /* the folder of server/blocks */
    const char *registry;             /* the file of server/registry; at a keyholder it is written here */
    const uint8_t *registry_before;   /* its stamp when another role began to write it anew (hub); NULL: nobody does */
    const uint8_t *share;             /* PROTO_OPRF_LEN */
    bool is_second;                   /* the keyholder's share, not the hub's */
    const char *quota_path;
    uint32_t per_partner, total;      /* elements a day */
};

/* ERR_KEY when the share is not the one whose public key the region names. */
MUST_USE enum err server_oprf_open(struct server_oprf *o, const struct server_oprf_config *c, struct trouble *t);
void server_oprf_close(struct server_oprf *o);

/*
 * Answer a frame: a reply as a frame in out. Only the hub's own trouble is an error. From several threads at once: an element
 * costs two multiplications, which is what they share out; counting is one after the other.
 */
MUST_USE enum err server_oprf_answer(struct server_oprf *o, const uint8_t *frame, size_t frame_len, uint8_t *out, size_t cap, size_t *len);

enum { SERVER_OPRF_CALLS = JAIL_THINK | JAIL_TALK | JAIL_KEEP | JAIL_OPEN | JAIL_THREADS };
/* The role: start block on 3, gate on 4. program is for the log. Returns an exit code. */
int server_oprf_run(const char *program);

#endif
