/*
 * proto/registry: the second log of a region: readable statements (proto/registry_say) by which partners admit, revoke and change each
 * other, and the fold of them over the region file. Every node, core and keyholder hold all leaves, rebuild the root themselves and
 * fold; who does so gets the same answer from the same leaves, whatever the hub says. A revocation wins, whatever stands before or
 * behind it. What does not count (a lying hub may append anything) stays in the tree and changes nothing.
 *
 *   leaf = "at N\n" | signed note;   N: seconds, the hub's, never below that of the leaf that counted before it
 *   origin of the checkpoint = first origin of the log | "/registry", signed by the log's key under that name
 *
 * The fold is written into the region that new() borrows: partners are appended behind the founders, so pointers to partners stay valid;
 * proto_cert_check then narrows every certificate to what the registry leaves of it. One thread; who shares the region with others
 * keeps them out while append runs.
 */
#ifndef PROTO_REGISTRY_H
#define PROTO_REGISTRY_H

#include "proto/limits.h"
#include "proto/merkle.h"
#include "proto/note.h"
#include "proto/region.h"
#include "proto/registry_say.h"
#include "proto/registry_why.h"

#include <stdbool.h>

enum {
    PROTO_REGISTRY_LEAF_MAX = PROTO_REGISTRY_NOTE_MAX + 32,
    PROTO_REGISTRY_MAX = 65535,       /* leaves: 256 partners, each 250 revocations, and their adoptions; a copy counts in 16 bits */
    PROTO_REGISTRY_AHEAD_S = 600,     /* how far clocks may be apart: less than a statement has before it is too late */
    PROTO_REGISTRY_LEAVES_MAX = 1 << 26,  /* bytes of all leaves with their lengths: that many leaves of 1 KiB */
    PROTO_REGISTRY_COPY_MAX = 2 + PROTO_NOTE_MAX + 2 + PROTO_REGISTRY_LEAVES_MAX  /* bytes of a copy: who keeps or reads one has room for this */
};

struct proto_registry;

/* An empty registry over region, which is borrowed as long as it lives and must be as it was parsed. ERR_NOMEM. */
MUST_USE enum err proto_registry_new(struct proto_region *region, struct proto_registry **out);
/*
 * An empty one for statements that lie in files, not in the log: over region, which is written and becomes what log made of its own. What log
 * revoked does not count, and a root key of before counts up to its moment. forget: what was revoked or replaced counts for nothing, as the
 * day under a statement in a file is its signer's word only. log may be freed afterwards. ERR_NOMEM.
 */
MUST_USE enum err proto_registry_beside_new(struct proto_region *region, const struct proto_registry *log, bool forget,
    struct proto_registry **out);
void proto_registry_free(struct proto_registry *r);  /* takes NULL; region keeps what was folded, but its list of revocations */

/* Would this note count as a leaf of this time? Changes nothing. *say (may be NULL) is filled when it has the form. */
MUST_USE enum proto_registry_why proto_registry_judge(struct proto_registry *r, const uint8_t *note, size_t len, uint64_t at_s,
    struct proto_registry_say *say);

/* The leaf of a note. ERR_LONG. */
MUST_USE enum err proto_registry_leaf(uint64_t at_s, const uint8_t *note, size_t len, uint8_t *out, size_t cap, size_t *out_len);
/* Its time and note, borrowed. ERR_SYNTAX, ERR_LONG, ERR_RANGE. */
MUST_USE enum err proto_registry_leaf_open(const uint8_t *leaf, size_t len, uint64_t *at_s, const uint8_t **note, size_t *note_len);

/* Append a leaf to the tree, and fold it when it counts; *why says. ERR_FULL, ERR_NOMEM: nothing is changed then. */
MUST_USE enum err proto_registry_append(struct proto_registry *r, const uint8_t *leaf, size_t len, enum proto_registry_why *why);

/* Is the statement of this id among those that count? */
bool proto_registry_has(const struct proto_registry *r, const uint8_t id[PROTO_ID_LEN]);

uint64_t proto_registry_size(const struct proto_registry *r);
/* Bytes of all leaves with their lengths, as in a copy. */
size_t proto_registry_bytes(const struct proto_registry *r);
/* Time of the last leaf that counted; 0 without one. */
uint64_t proto_registry_time(const struct proto_registry *r);
/* How many leaves did not count: above 0 the hub has appended what it should not have. */
uint64_t proto_registry_void(const struct proto_registry *r);
/* Whether anything was folded that narrows certificates already believed; cleared by the call. */
bool proto_registry_narrowed(struct proto_registry *r);
void proto_registry_head(const struct proto_registry *r, struct proto_merkle_head *out);

/* ---- a copy from the hub ---- */

/* The key under which checkpoints of the registry are signed; its name is their origin. */
MUST_USE enum err proto_registry_key(const struct proto_region *region, struct proto_note_key *out);

/* More leaves, one after the other: count times u16 length and leaf (P-190). Borrowed. */
struct proto_registry_more { const uint8_t *leaves; size_t len; uint64_t count; };

/*
 * Does this checkpoint cover exactly what is here and these leaves behind it? ERR_STATE: it covers less than what is here (a tail was
 * cut), ERR_SHORT: more leaves are needed, ERR_SIGNATURE: another history, ERR_RANGE: more than a registry can be, ERR_NOTFOUND, ERR_KEY,
 * ERR_SYNTAX: not such a checkpoint.
 */
MUST_USE enum err proto_registry_check(const struct proto_registry *r, const uint8_t *checkpoint, size_t checkpoint_len,
    const struct proto_registry_more *more, struct proto_merkle_head *out);

/*
 * The same for leaves that may not reach the checkpoint: then proof shows that what is here and they begin its tree (P-195). *whole: they
 * reach it. ERR_SIGNATURE: another history, or a proof of something else; ERR_SHORT: none.
 */
MUST_USE enum err proto_registry_check_part(const struct proto_registry *r, const uint8_t *checkpoint, size_t checkpoint_len,
    const struct proto_registry_more *more, const struct proto_merkle_proof *proof, struct proto_merkle_head *out, bool *whole);

/* A copy (P-190): u16 length, checkpoint | u16 n | n * (u16 length, leaf). Its form alone; borrowed. ERR_SHORT, ERR_LONG, ERR_SYNTAX. */
MUST_USE enum err proto_registry_copy_read(const uint8_t *data, size_t len, const uint8_t **checkpoint, size_t *checkpoint_len,
    struct proto_registry_more *out);
/* A copy, and behind it the proof of a part (P-195): nothing, or u8 n | n * 32. */
MUST_USE enum err proto_registry_part_read(const uint8_t *data, size_t len, const uint8_t **checkpoint, size_t *checkpoint_len,
    struct proto_registry_more *out, struct proto_merkle_proof *proof);
/* The next leaf of it, borrowed; ERR_NOTFOUND after the last. And over some of them. */
MUST_USE enum err proto_registry_copy_next(struct proto_registry_more *more, const uint8_t **leaf, size_t *len);
MUST_USE enum err proto_registry_copy_skip(struct proto_registry_more *more, uint64_t count);
/*
 * Is a leaf among them dated more than PROTO_REGISTRY_AHEAD_S after now_s? A leaf that counts voids all behind it that are dated before it, so one
 * of years ahead (a statement of any partner in league with the hub) would keep everybody from being revoked until then: who holds a copy takes
 * none before its time has come (P-191). What can count in no fold behind r (no statement, of another region, one that counted already, a time
 * outside its own) moves no time and is passed over. To be asked of proven leaves: of others it says nothing. Changes nothing.
 */
bool proto_registry_is_ahead(struct proto_registry *r, const struct proto_registry_more *more, uint64_t now_s);
/* A copy from the first leaf on: checked, and what is new appended. What proto_registry_check says; ERR_FULL, ERR_NOMEM. */
MUST_USE enum err proto_registry_copy_take(struct proto_registry *r, const uint8_t *data, size_t len, struct proto_merkle_head *head);

/* ---- what it says ---- */

struct proto_registry_pack { uint8_t digest[PROTO_HASH_LEN]; char name[PROTO_NAME_TEXT_MAX + 1], version[PROTO_REGISTRY_WORD_MAX + 1];
    uint64_t from_s, adopted_s; };

/* The pack in force at a moment: that of the region file until as many partners as the region says have adopted another. */
void proto_registry_pack_in_force(const struct proto_registry *r, uint64_t at_s, struct proto_registry_pack *out);
/* How many partners that take part at at_s have adopted this pack from this day. */
size_t proto_registry_adopters(const struct proto_registry *r, const uint8_t digest[PROTO_HASH_LEN], uint64_t from_s, uint64_t at_s);
/* Pseudonyms a day for this partner at a moment; 0: no exception. */
uint64_t proto_registry_quota(const struct proto_registry *r, const uint8_t partner[PROTO_PARTNER_LEN], uint64_t at_s);

#endif
