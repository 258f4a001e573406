/* Lies in what the hub answers to an act: the receipt, and what stands around it. */
#include "hub/core.h"
#include "tests/liar/hub_liar.h"
#include "tests/liar/liar.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum err __real_hub_round_run(struct hub_core *c, struct hub_job *jobs);
enum err __wrap_hub_round_run(struct hub_core *c, struct hub_job *jobs);
enum err __real_hub_answer_act(struct hub_core *c, struct kv_txn *x, struct hub_job *j);
enum err __wrap_hub_answer_act(struct hub_core *c, struct kv_txn *x, struct hub_job *j);
enum err __real_proto_reply_encode(const struct proto_reply *r, size_t pad_to, uint8_t *out, size_t cap, size_t *len);
enum err __wrap_proto_reply_encode(const struct proto_reply *r, size_t pad_to, uint8_t *out, size_t cap, size_t *len);

static struct {
    struct hub_core *core;
    struct kv_txn *x;
    const struct hub_job *job;          /* the act being answered; NULL: something else is */
    bool has_earlier;
    struct proto_receipt earlier;       /* a good receipt of another act */
    uint8_t earlier_note[PROTO_NOTE_MAX], note[PROTO_NOTE_MAX];
} at;

/* ---- the lies: each changes one answer ---- */

static void with_checkpoint(struct proto_reply *r, enum liar_key key, const struct proto_merkle_head *head)
{
    if (liar_checkpoint(at.core->region->log_vkey, key, head, at.note, sizeof at.note, &r->receipt.checkpoint.len) != OK)
        abort();
    r->receipt.checkpoint.data = at.note;
}

static void wrong_root(struct proto_reply *r)
{
    struct proto_merkle_head head = at.core->checkpoint.head;

    head.root[0] ^= 1;
    with_checkpoint(r, LIAR_LOG_KEY, &head);
}

static void empty_tree(struct proto_reply *r)
{
    struct proto_merkle_head head = { .size = 0 };
    struct proto_merkle_tree none;

    proto_merkle_init(&none);
    proto_merkle_root(&none, head.root);
    with_checkpoint(r, LIAR_LOG_KEY, &head);
    r->receipt.tree_size = 0;
    r->receipt.proof_len = 0;
}

static void other_key(struct proto_reply *r) { with_checkpoint(r, LIAR_OTHER_KEY, &at.core->checkpoint.head); }
static void wrong_index(struct proto_reply *r) { r->receipt.index ^= 1; }
static void wrong_side(struct proto_reply *r) { r->receipt.side ^= 1; }
static void wrong_number(struct proto_reply *r) { r->receipt.number++; }
static void wrong_previous(struct proto_reply *r) { r->receipt.previous--; }
static void wrong_proof(struct proto_reply *r) { r->receipt.proof[0][0] ^= 1; }
static void late(struct proto_reply *r) { r->receipt.time_s += 86400; }
static void early(struct proto_reply *r) { r->receipt.time_s -= UINT64_C(365) * 86400; }
static void no_receipt(struct proto_reply *r) { r->has_receipt = false; }

/* A byte of the log's signature. */
static void unsigned_note(struct proto_reply *r)
{
    memcpy(at.note, r->receipt.checkpoint.data, r->receipt.checkpoint.len);
    at.note[r->receipt.checkpoint.len - 20] ^= 1;
    r->receipt.checkpoint.data = at.note;
}

static void another_act(struct proto_reply *r)
{
    if (at.has_earlier)
        r->receipt = at.earlier;
}

/* ---- another history: one leaf of it is another, and everything that this node is shown fits ---- */

enum { FORK_MAX = 4096 };

static void subtree(uint8_t (*leaf)[PROTO_HASH_LEN], uint64_t n, uint8_t out[PROTO_HASH_LEN])
{
    uint8_t left[PROTO_HASH_LEN], right[PROTO_HASH_LEN];
    uint64_t k = 1;

    if (n == 1) {
        memcpy(out, leaf[0], PROTO_HASH_LEN);
        return;
    }
    while (k * 2 < n)
        k *= 2;
    subtree(leaf, k, left);
    subtree(leaf + k, n - k, right);
    proto_merkle_node(left, right, out);
}

/* The hashes beside the way down to leaf m, the lowest first. */
static uint8_t way(uint8_t (*leaf)[PROTO_HASH_LEN], uint64_t m, uint64_t n, uint8_t (*out)[32])
{
    uint64_t k = 1;
    uint8_t used;

    if (n == 1)
        return 0;
    while (k * 2 < n)
        k *= 2;
    used = m < k ? way(leaf, m, k, out) : way(leaf + k, m - k, n - k, out);
    if (m < k)
        subtree(leaf + k, n - k, out[used]);
    else
        subtree(leaf, k, out[used]);
    return (uint8_t)(used + 1);
}

static void fork_shown(struct proto_reply *r)
{
    static uint8_t leaf[FORK_MAX][PROTO_HASH_LEN];
    struct proto_merkle_head head = { .size = at.core->checkpoint.head.size };
    uint8_t bytes[PROTO_LEAF_LEN];

    if (head.size > FORK_MAX)
        abort();
    for (uint64_t i = 0; i < head.size; i++) {
        if (hub_ledger_leaf(at.core->ledger, at.x, i, bytes) != OK)
            abort();
        bytes[100] ^= i == (r->receipt.index == 2 ? 3 : 2);
        proto_merkle_leaf(bytes, sizeof bytes, leaf[i]);
    }
    subtree(leaf, head.size, head.root);
    r->receipt.proof_len = way(leaf, r->receipt.index, head.size, r->receipt.proof);
    with_checkpoint(r, LIAR_LOG_KEY, &head);
}

/* No, while the leaf says yes. */
static void says_no(struct proto_reply *r)
{
    r->result = PROTO_DENIED;
}

/* A no that is not in the log: it withholds what the partner said. */
static void no_without_leaf(struct proto_reply *r)
{
    r->result = PROTO_WRONG_STATE;
    r->has_receipt = false;
}

/* Sections are allowed that were not, while the leaf says what was decided. */
static void more_allowed(struct proto_reply *r)
{
    for (uint8_t i = 0; i < r->receipt.rows.count; i++)
        r->receipt.rows.row[i].verdict = 5;
}

static const struct { const char *name; void (*tell)(struct proto_reply *r); } lies[] = {
    { "wrong-root", wrong_root }, { "empty-tree", empty_tree }, { "other-key", other_key }, { "unsigned", unsigned_note },
    { "wrong-index", wrong_index }, { "wrong-side", wrong_side }, { "wrong-number", wrong_number }, { "wrong-previous", wrong_previous },
    { "wrong-proof", wrong_proof }, { "late", late }, { "early", early }, { "no-receipt", no_receipt }, { "another-act", another_act },
    { "says-no", says_no }, { "no-without-leaf", no_without_leaf }, { "more-allowed", more_allowed }, { "fork", fork_shown },
};

/* ---- where they are told ---- */

static struct hub_core *running;

struct hub_core *hub_liar_core(void)
{
    return running;
}

enum err __wrap_hub_round_run(struct hub_core *c, struct hub_job *jobs)
{
    running = c;
    liar_home(c->config.home);
    liar_look();
    hub_liar_believe(c, jobs);
    return __real_hub_round_run(c, jobs);
}

enum err __wrap_hub_answer_act(struct hub_core *c, struct kv_txn *x, struct hub_job *j)
{
    enum err e;

    at.core = c;
    at.x = x;
    at.job = j;
    e = __real_hub_answer_act(c, x, j);
    at.job = NULL;
    return e;
}

static void keep(const struct proto_reply *r)
{
    if (at.has_earlier || !r->has_receipt || r->receipt.checkpoint.len > sizeof at.earlier_note)
        return;
    at.earlier = r->receipt;
    memcpy(at.earlier_note, r->receipt.checkpoint.data, r->receipt.checkpoint.len);
    at.earlier.checkpoint.data = at.earlier_note;
    at.has_earlier = true;
}

enum err __wrap_proto_reply_encode(const struct proto_reply *r, size_t pad_to, uint8_t *out, size_t cap, size_t *len)
{
    const char *name = at.job == NULL || !r->has_receipt ? NULL : liar_about("answer", proto_kind_name(at.job->kind), r->id);
    struct proto_reply changed;

    if (name == NULL) {
        if (at.job != NULL)
            keep(r);
        return __real_proto_reply_encode(r, pad_to, out, cap, len);
    }
    /* The answer that has not the size of all others. */
    if (strcmp(name, "other-size") == 0)
        return __real_proto_reply_encode(r, 0, out, cap, len);
    changed = *r;
    for (size_t i = 0; i < sizeof lies / sizeof *lies; i++)
        if (strcmp(lies[i].name, name) == 0)
            lies[i].tell(&changed);
    return __real_proto_reply_encode(&changed, pad_to, out, cap, len);
}
