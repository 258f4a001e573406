/*
 * tests/support/hub_world: a hub's home in a temporary folder, a region with a few partners and all their keys, and
 * messages signed by them: everything that core looks at is real. Any failure fails the test.
 */
#ifndef TESTS_SUPPORT_HUB_WORLD_H
#define TESTS_SUPPORT_HUB_WORLD_H

#include "hub/cli.h"
#include "hub/core.h"
#include "hub/signer.h"
#include "proto/msg.h"
#include "proto/region.h"
#include "proto/reply.h"
#include "witness_sample.h"

#include <stddef.h>
#include <stdint.h>

enum { HUB_WORLD_PARTNERS = 3, HUB_WORLD_PARTNERS_MAX = 128, HUB_WORLD_FRAME_MAX = PROTO_FRAME_MAX };

struct hub_world_partner {
    struct proto_org_file org;
    uint8_t id[PROTO_PARTNER_LEN];
    uint8_t root_secret[64], node_secret[64], staff_secret[64];
    uint8_t node_key[32], staff_key[32], officer_key[32], officer_secret[32];
    uint8_t running_root[32];
    uint64_t running;
};

struct hub_world {
    char home[64], address[32], region_path[128];
    struct proto_region *region;
    struct hub_world_partner partner[HUB_WORLD_PARTNERS_MAX];
    size_t partners;                    /* set before hub_world_open; 0: HUB_WORLD_PARTNERS. Those beyond are schools */
    const char *pack;
    bool is_tls;                        /* set before hub_world_open */
    const char *under;                  /* set before hub_world_open: the folder in which home is made; NULL: /tmp */
    unsigned officer_days;              /* how long officers' keys last, set before hub_world_open; 0: as the others, 90 */
    struct witness_sample *witnesses;   /* set before hub_world_open: filled with a witness of each partner and an outsider; NULL: none */
    struct hub_core *core;              /* in this process; NULL when it runs apart */
    struct hub_signer *signer, *registry_signer;
    char *region_text;
    size_t region_len;
    char paths[8][128];
};

/* Home, keys (TLS of each partner: HOME/HANDLE.key), region installed, every partner welcomed. pack (borrowed): the folder of the pack; port 0:
 * the hub will not listen. */
void hub_world_open(struct hub_world *w, const char *pack, unsigned port);
/* Home as it was before the first core: nothing was ever logged. No core is open. */
void hub_world_forget(struct hub_world *w);
/* Core in this process with the real signer; and away again, as a crash would leave the store. */
void hub_world_core_open(struct hub_world *w);
void hub_world_core_close(struct hub_world *w);
/* Removes the folder. */
void hub_world_close(struct hub_world *w);

/* A message of this kind from a to b (b < 0: the hub) with a fresh id; the caller fills the rest. */
void hub_world_msg(const struct hub_world *w, enum proto_kind kind, int from, int to, struct proto_msg *m);
/* Sign by the sender's node and frame. out has room for HUB_WORLD_FRAME_MAX. */
size_t hub_world_frame(const struct hub_world *w, const struct proto_msg *m, int from, uint8_t *out);
/* The envelope inside a frame. */
struct proto_blob hub_world_envelope(const uint8_t *frame, size_t len);

/* A staff certificate of this partner, to be published. Returns its length. */
size_t hub_world_staff_cert(const struct hub_world *w, int partner, enum proto_role role, uint8_t *out, size_t cap);
/* The node's certificate, as a derive carries it. */
size_t hub_world_node_cert(const struct hub_world *w, int partner, uint8_t *out, size_t cap);
/* A membership statement that opens a case, signed by the partner's staff: the plainest statement there is. */
size_t hub_world_open_case(const struct hub_world *w, int partner, const uint8_t case_id[PROTO_ID_LEN], uint8_t *out, size_t cap);
/* A statement of facts about a case handle, to one addressee. */
size_t hub_world_facts(const struct hub_world *w, int from, int to, const uint8_t case_id[PROTO_ID_LEN], uint8_t *out, size_t cap);
/* The original of a grant: a person of from grants what m says (subject, purpose, sections, until, digest). Returns its length. */
size_t hub_world_granted(const struct hub_world *w, int from, int to, const struct proto_msg *m, uint8_t *out, size_t cap);

/* One round in this process with these frames; replies come in the same order. */
struct hub_world_reply { uint8_t *frame; size_t len; struct proto_reply reply; };
void hub_world_round(struct hub_world *w, const struct proto_blob *frames, struct hub_world_reply *replies, size_t count);
/* The same with the frames from..count - 1; replies before them are of fetches that waited, under the tags they had. */
void hub_world_round_from(struct hub_world *w, const struct proto_blob *frames, struct hub_world_reply *replies, size_t from,
    size_t count);
/* Answers that came without frames. */
void hub_world_collect(struct hub_world *w, struct hub_world_reply *replies, size_t count);
void hub_world_reply_free(struct hub_world_reply *r);
/* Decode a reply frame. */
void hub_world_reply_take(const uint8_t *frame, size_t len, struct hub_world_reply *out);

#endif
