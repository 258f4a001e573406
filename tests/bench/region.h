/*
 * tests/bench/region: a region for measuring: a few partners made in memory, whose keys exist nowhere else
 * and end with the process, in a region file that all have signed, joined to a hub made for it. Used by
 * bench-acts only. One thread.
 */
#ifndef BENCH_REGION_H
#define BENCH_REGION_H

#include "tests/bench/hub.h"

#include "proto/region.h"
#include "proto/tls.h"
#include "proto/wire.h"

enum { BENCH_PARTNERS = 4 };

/* Plain arrays and no guarded memory: nothing but this measurement ever believes these keys. */
struct bench_member {
    const char *handle, *kind, *event;     /* the event that it says */
    size_t to;                             /* to this partner */
    const struct proto_partner *as;        /* in region */
    uint8_t root[64], node[64], staff[64]; /* secret keys as libsodium keeps them, public behind the seed */
    struct proto_pem tls_key, tls_cert;
};

struct bench_region {
    struct proto_region region;
    struct bench_member member[BENCH_PARTNERS];
    struct proto_pem ca;
    char address[128]; /* of the hub, from the welcome */
};

/*
 * Everything that founders and operator do, on a hub that was set up: region file, signatures, joins. folder
 * takes the files that people would carry; pack is the folder of the pack in force. Fills *out
 * (bench_region_fini, also after an error).
 */
MUST_USE enum err bench_region_make(const struct bench_hub *hub, const char *folder, const char *pack,
    struct bench_region *out, struct trouble *t);
void bench_region_fini(struct bench_region *r);

/* ---- bench/member ---- */

void bench_member_init(struct bench_region *r);
/* The join request of a member for the region as it is now. */
MUST_USE enum err bench_member_join(
    struct bench_region *r, struct bench_member *m, uint8_t *out, size_t cap, size_t *len);
/* A staff key's certificate, signed by the node key. */
MUST_USE enum err bench_member_staff(
    const struct bench_region *r, const struct bench_member *m, uint8_t *out, size_t cap, size_t *len);
/* The node key's certificate, signed by the root key: what a derive carries. */
MUST_USE enum err bench_member_node(
    const struct bench_region *r, const struct bench_member *m, uint8_t *out, size_t cap, size_t *len);
/* What a node of this member connects with; borrows m and r. */
struct wire_tls bench_member_tls(const struct bench_region *r, const struct bench_member *m);

#endif
