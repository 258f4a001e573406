#include "proto/reply.h"

#include "base/hash.h"
#include "base/wr.h"
#include "proto/leaf.h"
#include "proto/region_log.h"
#include "proto/tlog.h"

#include <sodium.h>
#include <string.h>

_Static_assert(PROTO_LEAF_LEN == PROTO_LEAF_SIZE, "one leaf");

void proto_side_commit(const uint8_t salt[32], uint64_t number, uint64_t previous, uint8_t out[32])
{
    static const char label[] = "schakel side v1";
    uint8_t text[sizeof label - 1 + 16];
    struct hash_mac keyed;
    struct wr w;

    wr_init(&w, text, sizeof text);
    wr_copy(&w, (const uint8_t *)label, sizeof label - 1);
    wr_u64(&w, number);
    wr_u64(&w, previous);
    hash_mac_init(&keyed, salt, 32);
    hash_mac_update(&keyed, text, sizeof text);
    hash_mac_final(&keyed, out);
    sodium_memzero(&keyed, sizeof keyed);
}

/* What an act's groups need beyond the message and the receipt. */
struct act {
    uint8_t time[8];
    uint8_t kind;
    uint8_t rows[1 + PROTO_SECTIONS_MAX * (PROTO_NAME_WIDTH + 3 + PROTO_RULE_WIDTH)];
    size_t rows_len;
    uint8_t digest[4][PROTO_HASH_LEN];
    size_t digests;
    struct proto_leaf_field routing[7], subject[3], actor[2], purpose[3], outcome[2], evidence[4];
};

static struct proto_leaf_field field(const void *data, size_t len)
{
    return (struct proto_leaf_field){.data = data, .len = len};
}

/* The envelope first, then what it carries: a carried original can later be shown without the message around it. */
static void digest_evidence(struct act *a, const struct proto_msg *m, const uint8_t envelope_digest[PROTO_HASH_LEN])
{
    const struct proto_blob carried[] = {m->original, m->weighing, m->approval};

    memcpy(a->digest[0], envelope_digest, PROTO_HASH_LEN);
    a->evidence[0] = field(a->digest[0], PROTO_HASH_LEN);
    a->digests = 1;
    for (size_t i = 0; i < sizeof carried / sizeof *carried; i++) {
        if (carried[i].len == 0)
            continue;
        hash_once(carried[i].data, carried[i].len, a->digest[a->digests]);
        a->evidence[a->digests] = field(a->digest[a->digests], PROTO_HASH_LEN);
        a->digests++;
    }
}

static void fill_groups(struct act *a, const struct proto_msg *m, const struct proto_receipt *r)
{
    const struct proto_header *h = &m->head;

    a->routing[0] = field(h->from, sizeof h->from);
    a->routing[1] = field(h->to, sizeof h->to);
    a->routing[2] = field(h->id, sizeof h->id);
    a->routing[3] = field(a->time, sizeof a->time);
    a->routing[4] = field(&a->kind, 1);
    a->routing[5] = field(r->from_side, sizeof r->from_side);
    a->routing[6] = field(r->to_side, sizeof r->to_side);
    a->subject[0] = field(&h->subject.type, 1);
    a->subject[1] = field(h->subject.value, sizeof h->subject.value);
    a->subject[2] = field(h->case_id, sizeof h->case_id);
    a->actor[0] = field(h->actor, sizeof h->actor);
    a->actor[1] = field(&h->role, 1);
    a->purpose[0] = field(h->purpose, strlen(h->purpose));
    a->purpose[1] = field(m->statements.id[0], (size_t)m->statements.count * PROTO_ID_LEN);
    a->purpose[2] = field(h->pack, sizeof h->pack);
    a->outcome[0] = field(&r->result, 1);
    a->outcome[1] = field(a->rows, a->rows_len);
}

enum err proto_act_leaf(const struct proto_msg *m, const uint8_t *envelope, size_t envelope_len, const struct proto_receipt *r,
    uint8_t out[PROTO_LEAF_LEN])
{
    uint8_t digest[PROTO_HASH_LEN];

    hash_once(envelope, envelope_len, digest);
    return proto_act_leaf_bare(m, digest, r, out);
}

enum err proto_act_leaf_bare(const struct proto_msg *m, const uint8_t envelope_digest[PROTO_HASH_LEN], const struct proto_receipt *r,
    uint8_t out[PROTO_LEAF_LEN])
{
    struct act a;
    struct wr w;
    enum err e;

    memset(&a, 0, sizeof a);
    wr_init(&w, a.time, sizeof a.time);
    wr_u64(&w, r->time_s);
    a.kind = (uint8_t)m->kind;
    e = proto_rows_encode(&r->rows, a.rows, sizeof a.rows, &a.rows_len);
    if (e != OK)
        return e;
    fill_groups(&a, m, r);
    digest_evidence(&a, m, envelope_digest);
    const struct proto_leaf_group groups[PROTO_LEAF_GROUPS] = {
        [PROTO_LEAF_ROUTING] = {a.routing, 7},
        [PROTO_LEAF_SUBJECT] = {a.subject, 3},
        [PROTO_LEAF_ACTOR] = {a.actor, 2},
        [PROTO_LEAF_PURPOSE] = {a.purpose, 3},
        [PROTO_LEAF_OUTCOME] = {a.outcome, 2},
        [PROTO_LEAF_EVIDENCE] = {a.evidence, a.digests},
    };
    return proto_leaf_make(m->head.id, r->seed, groups, out);
}

static void proof_of(const struct proto_receipt *r, struct proto_merkle_proof *out)
{
    memset(out, 0, sizeof *out);
    out->count = r->proof_len;
    memcpy(out->hash, r->proof, (size_t)r->proof_len * PROTO_HASH_LEN);
}

/* What the receipt says of itself: this side, its commitment opened, and a leaf before it. */
static bool side_is_right(const struct proto_receipt *r, uint8_t side)
{
    uint8_t commitment[32];

    if (side > 1 || r->side != side || r->proof_len > PROTO_PROOF_MAX)
        return false;
    if (r->previous != PROTO_NO_LEAF && r->previous >= r->index)
        return false;
    proto_side_commit(r->side_salt, r->number, r->previous, commitment);
    return sodium_memcmp(commitment, side == 0 ? r->from_side : r->to_side, sizeof commitment) == 0;
}

/*
 * P-080, as far as the two who hold the message can tell: no hub that keeps to it logs a message so long before it was issued, or after its
 * end. So a leaf cannot be given a day at will, before a revocation or after a withdrawal. A question has no leaf of its own time.
 */
static bool time_is_possible(const struct proto_msg *m, uint64_t time_s)
{
    const struct proto_header *h = &m->head;

    return m->kind >= PROTO_FETCH || (time_s + PROTO_ISSUED_AHEAD_S >= h->issued_s && time_s <= h->valid_until_s);
}

/*
 * The checkpoints that were found good last: all answers of a round carry the same one, and its signature is most of what a receipt
 * costs. Whether it is good depends on its bytes and the log's key alone, and both are compared whole. Each thread has its own.
 */
enum { GOOD_MAX = 4, GOOD_LEN_MAX = 512 };

struct good {
    struct proto_note_key log;
    struct proto_merkle_head head;
    uint8_t note[GOOD_LEN_MAX];
    size_t len;  /* 0: none */
};

static _Thread_local struct good good[GOOD_MAX];
static _Thread_local size_t good_next;

static const struct good *find_good(const struct proto_blob *note, const struct proto_note_key *log)
{
    for (size_t i = 0; i < GOOD_MAX; i++) {
        const struct good *g = &good[i];

        if (g->len != 0 && g->len == note->len && sodium_memcmp(g->note, note->data, note->len) == 0 && g->log.type == log->type
            && strcmp(g->log.name, log->name) == 0 && sodium_memcmp(g->log.key, log->key, sizeof log->key) == 0)
            return g;
    }
    return NULL;
}

static void keep_good(const struct proto_blob *note, const struct proto_note_key *log, const struct proto_merkle_head *head)
{
    struct good *g = &good[good_next];

    if (note->len > sizeof g->note)
        return;
    good_next = (good_next + 1) % GOOD_MAX;
    g->log = *log;
    g->head = *head;
    memcpy(g->note, note->data, note->len);
    g->len = note->len;
}

static enum err open_checkpoint(const struct proto_blob *text, const struct proto_note_key *log, struct proto_merkle_head *head)
{
    const struct good *known = find_good(text, log);
    struct proto_tlog_checkpoint c;
    struct proto_note note;
    enum err e;

    if (known != NULL) {
        *head = known->head;
        return OK;
    }
    e = proto_tlog_checkpoint_open(text->data, text->len, log, &note, &c);
    if (e != OK)
        return e;
    keep_good(text, log, &c.head);
    *head = c.head;
    return OK;
}

/* Every no is the same no to the caller, whatever the hub got wrong; only no memory is not the hub's doing. */
static enum err no_of(enum err e)
{
    return e == OK || e == ERR_NOMEM ? e : ERR_SIGNATURE;
}

enum err proto_receipt_check(const struct proto_region *region, const struct proto_msg *m, const uint8_t *envelope, size_t envelope_len,
    const struct proto_receipt *r, uint8_t side, uint8_t root[32])
{
    uint8_t digest[PROTO_HASH_LEN];

    hash_once(envelope, envelope_len, digest);
    return proto_receipt_check_bare(region, m, digest, r, side, root);
}

enum err proto_receipt_check_bare(const struct proto_region *region, const struct proto_msg *m,
    const uint8_t envelope_digest[PROTO_HASH_LEN], const struct proto_receipt *r, uint8_t side, uint8_t root[32])
{
    uint8_t leaf[PROTO_LEAF_LEN], leaf_hash[PROTO_HASH_LEN];
    struct proto_merkle_proof proof;
    struct proto_merkle_head head;
    struct proto_note_key log;
    unsigned origin;
    enum err e;

    /* A hub may serve two regions under one key: what one of them logged says nothing in the other. */
    if (!side_is_right(r, side) || !time_is_possible(m, r->time_s)
        || sodium_memcmp(m->head.region, region->hash, sizeof m->head.region) != 0)
        return ERR_SIGNATURE;
    e = proto_act_leaf_bare(m, envelope_digest, r, leaf);
    if (e != OK)
        return no_of(e);
    /* Under which origin does not matter here: what the log's key signed stays proof against the hub when leaves are lost (P-194). */
    e = proto_region_log_of(region, r->checkpoint.data, r->checkpoint.len, &log, &origin);
    if (e == OK)
        e = open_checkpoint(&r->checkpoint, &log, &head);
    if (e != OK)
        return no_of(e);
    if (head.size != r->tree_size)
        return ERR_SIGNATURE;
    proto_merkle_leaf(leaf, sizeof leaf, leaf_hash);
    proof_of(r, &proof);
    e = proto_merkle_check_inclusion(&head, r->index, leaf_hash, &proof);
    if (e == OK && root != NULL)
        memcpy(root, head.root, PROTO_HASH_LEN);
    return no_of(e);
}

/* Without the openings: whoever gets the file learns that the leaf is in the log, not what it says. */
enum err proto_receipt_tlog_proof(const struct proto_receipt *r, char *out, size_t cap, size_t *len)
{
    struct proto_tlog_proof p;

    if (r->proof_len > PROTO_PROOF_MAX)
        return ERR_RANGE;
    memset(&p, 0, sizeof p);
    p.index = r->index;
    proof_of(r, &p.path);
    p.checkpoint = r->checkpoint.data;
    p.checkpoint_len = r->checkpoint.len;
    return proto_tlog_proof_encode(&p, (uint8_t *)out, cap, len);
}
