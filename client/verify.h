/*
 * client/verify: checking, offline and without believing the hub: a copy of the log as C2SP tlog-tiles (checkpoint, tile/L/N, tile/entries/N)
 * and receipts as `schakel archive export` writes them. Needs the region file and nothing else: no home, no node, no keys of ours.
 */
#ifndef CLIENT_VERIFY_H
#define CLIENT_VERIFY_H

#include "base/json.h"
#include "client/archive.h"
#include "proto/merkle.h"
#include "proto/region.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is wrong, as far as it goes into a report; the count goes on. */
enum { CLIENT_PROBLEMS_MAX = 100 };
struct client_problems { cJSON *list; size_t count; enum lang lang; };
/* leaf UINT64_MAX: not about one. name may be NULL. */
void client_problem(struct client_problems *p, const char *name, uint64_t leaf, const char *en, const char *nl);

/* What of a claim a copy of the log can show; the zero is what there is without changes of the log's origin. */
enum client_compare { CLIENT_COMPARE_ALL = 0, CLIENT_COMPARE_LEAF, CLIENT_COMPARE_NOTHING };

/* One receipt that holds by itself: what the log must have. */
struct client_claim {
    char name[64];              /* its file */
    uint64_t number, index, size, time_s;
    uint8_t kind;               /* enum proto_kind */
    unsigned origin;            /* of the log, by the receipt's checkpoint (proto/region_log) */
    enum client_compare compare;
    bool spent;                 /* there is no receipt any more: its leaf alone is compared */
    uint8_t leaf[32], root[32]; /* hash of the leaf; root of the tree of that size */
};
struct client_claims { struct client_claim *at; size_t count, cap; uint64_t first, last; size_t entries, bad, withdrawn, missing, lost, spent; };
void client_claims_fini(struct client_claims *c);

/*
 * Read and check all *.entry files of a folder. What does not hold is a problem; what holds is added. Numbers that are not in the folder
 * between the first and the last are problems too. A number that never came is withdrawn when the leaf of a later fetch says that the hub
 * took mail out; without one it was kept back, and a problem. One whose term is over (client/archive_end) is none, unless
 * it cannot be over yet: by its own moment, by that of a receipt before it, or, where it has no leaf, by that of the next. A proof for other programs
 * that lies beside an entry and does not prove its leaf is one (client/verify_proof).
 * ERR_NOTFOUND (no folder), ERR_IO, ERR_NOMEM.
 */
MUST_USE enum err client_verify_receipts(const struct proto_region *region, const char *folder, struct client_claims *out,
    struct client_problems *p, struct trouble *t);

struct client_log_report {
    struct proto_merkle_head head;   /* as the checkpoint says */
    bool root_holds;                 /* the leaves give that root */
    unsigned cosigned_partners, cosigned_outsiders;
    uint64_t anchored_size;          /* the leaves below it lie under enough cosignatures: of the checkpoint, or of checkpoint.anchored */
    bool anchored;                   /* more than half of the partners, and an outsider (proto/cosigned) */
    unsigned origin;                 /* under which of its origins the log was then */
    size_t compared;                 /* claims that fall within this copy */
    size_t lost;                     /* claims of leaves that are in no log any more, by the word of two partners */
};
/* Rebuild the tree from the entries, name each leaf that differs from its stored hash, and compare the claims. claims may be NULL. */
MUST_USE enum err client_verify_log(const struct proto_region *region, const char *folder, struct client_claims *claims,
    struct client_log_report *out, struct client_problems *p, struct trouble *t);

/* One archived entry taken apart and checked under the region: message, receipt, leaf, root. Free *memory with free(). */
struct client_entry { struct proto_msg msg; struct proto_receipt receipt; uint8_t leaf[PROTO_LEAF_LEN]; uint8_t root[PROTO_HASH_LEN]; };
/* Nothing verified: it was when it was archived. *out borrows what a borrows, and is not to be looked at on error. */
MUST_USE enum err client_entry_read(const struct client_archived *a, struct client_entry *out);
MUST_USE enum err client_entry_check(const struct proto_region *region, const struct client_archived *a, struct client_entry *out);

#endif
