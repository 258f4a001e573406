/*
 * tests/support/oprf_world: one holder of a share in this process, and a partner's node that may ask it.
 */
#ifndef TESTS_SUPPORT_OPRF_WORLD_H
#define TESTS_SUPPORT_OPRF_WORLD_H

#include "tests/support/hub_folder.h"
#include "tests/support/region_sample.h"

#include "server/oprf.h"

enum { OPRF_WORLD_PER_PARTNER = 20, OPRF_WORLD_TOTAL = 30, OPRF_WORLD_FRAME = 8192, OPRF_WORLD_COUNT = 3 };

extern const uint8_t oprf_world_hub_share[32], oprf_world_keyholder_share[32];  /* as the sample's region names them */

/* One holder of a share, and a partner's node that may ask it. */
struct oprf_world {
    struct hub_folder folder;
    struct region_sample region;
    struct server_oprf oprf;
    uint8_t node_key[32], node_secret[64];
    struct proto_cert cert;        /* of the node, by the first partner's root key */
    const uint8_t *signer;         /* of the certificate */
    struct proto_msg msg;          /* what is asked; certificate and elements are added */
    const uint8_t *by;             /* who signs the question */
    uint8_t element[OPRF_WORLD_COUNT][32];
    size_t count;
};

/* Setup and teardown of a cmocka test: the hub's share is open. */
int oprf_world_setup(void **state);
int oprf_world_teardown(void **state);
void oprf_world_open(struct oprf_world *w, bool is_second, const uint8_t share[32], enum err expected);
/* Ask as this partner of the region. */
void oprf_world_ask_by(struct oprf_world *w, size_t partner);
/* The frame as it would come in, in room for OPRF_WORLD_FRAME. kind and type may differ only by a test's wish. */
size_t oprf_world_frame(const struct oprf_world *w, enum proto_kind kind, const char *type, uint8_t *frame);
/* The same with something else than the elements in it: a copy of the registry, say; msg says of which kind. */
size_t oprf_world_frame_of(const struct oprf_world *w, enum proto_kind kind, const char *type, struct proto_blob payload, uint8_t *frame);
/* How many were counted today, for all together. */
uint32_t oprf_world_used(const struct oprf_world *w);

#endif
