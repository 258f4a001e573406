/*
 * proto/registry_state: what the parts of proto/registry share: the log (registry.c), the judging (registry_rules.c), the fold
 * (registry_fold.c), copies (registry_copy.c) and files (registry_beside.c). Nobody else includes it.
 */
#ifndef PROTO_REGISTRY_STATE_H
#define PROTO_REGISTRY_STATE_H

#include "proto/registry.h"

struct proto_registry_vote { uint8_t partner[PROTO_PARTNER_LEN]; struct proto_registry_pack pack; };
struct proto_registry_quota_row { uint8_t partner[PROTO_PARTNER_LEN]; uint64_t elements, from_s, until_s; };
struct proto_registry_id { uint8_t id[PROTO_ID_LEN]; };

struct proto_registry {
    struct proto_region *region;
    struct proto_merkle_tree tree;
    struct proto_note *note;             /* scratch: some 12 KiB */
    uint64_t time_s, voids;
    size_t bytes;                        /* of all leaves with their lengths */
    bool narrowed;
    bool is_beside;                      /* of statements in files: a root key of before counts up to its moment */
    struct proto_registry_id *id; size_t id_count;                  /* of all that counted */
    struct proto_revoked *revoked; size_t revoked_count;
    struct proto_registry_vote *vote; size_t vote_count;
    struct proto_registry_pack *adopted; size_t adopted_count;      /* that enough partners adopted, in that order */
    struct proto_registry_quota_row *quota; size_t quota_count;
};

/* As proto_registry_judge, with the statement taken apart. */
enum proto_registry_why proto_registry_rules_judge(struct proto_registry *r, const uint8_t *note, size_t len, uint64_t at_s,
    struct proto_registry_say *say, const struct proto_partner **signer);

/*
 * The beginning of that: has it the form, is it of this region, not one that counted already, and at_s within its own time? What is judged void
 * here stays void at at_s, whatever is folded before it: nothing here looks at who may sign.
 */
enum proto_registry_why proto_registry_rules_form(struct proto_registry *r, const uint8_t *note, size_t len, uint64_t at_s,
    struct proto_registry_say *say);

/* Room for one more everywhere, so that the fold cannot fail halfway. ERR_NOMEM. */
MUST_USE enum err proto_registry_fold_room(struct proto_registry *r);
/* What this statement, which counts, changes; there is room. by is who signed it alone (a pack's adopter); at_s is the leaf's. */
void proto_registry_fold(struct proto_registry *r, const struct proto_registry_say *s, const struct proto_partner *by, uint64_t at_s);

#endif
