/* Lies in what the hub decides and logs: with leaf, number, mail and receipt as it would make them of the truth. */
#include "hub/core.h"
#include "tests/liar/hub_liar.h"
#include "tests/liar/liar.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum err __real_hub_apply_act(struct hub_core *c, struct kv_txn *x, struct hub_job *j);
enum err __wrap_hub_apply_act(struct hub_core *c, struct kv_txn *x, struct hub_job *j);
enum err __real_hub_store_act_put(struct hub_store_act *s, struct kv_txn *x, const struct hub_act_row *row);
enum err __wrap_hub_store_act_put(struct hub_store_act *s, struct kv_txn *x, const struct hub_act_row *row);
enum err __real_hub_answer_sides(struct hub_core *c, const struct hub_act_row *row, struct hub_leaf_sides *out);
enum err __wrap_hub_answer_sides(struct hub_core *c, const struct hub_act_row *row, struct hub_leaf_sides *out);
enum err __real_proto_act_leaf(const struct proto_msg *m, const uint8_t *envelope, size_t len, const struct proto_receipt *r, uint8_t out[PROTO_LEAF_LEN]);
enum err __wrap_proto_act_leaf(const struct proto_msg *m, const uint8_t *envelope, size_t len, const struct proto_receipt *r, uint8_t out[PROTO_LEAF_LEN]);
enum err __real_hub_mail_still_permitted(struct hub_state *s, struct kv_txn *x, const struct hub_act *fetch, enum proto_kind kind,
    const uint8_t id[PROTO_ID_LEN], bool *permitted);
enum err __wrap_hub_mail_still_permitted(struct hub_state *s, struct kv_txn *x, const struct hub_act *fetch, enum proto_kind kind,
    const uint8_t id[PROTO_ID_LEN], bool *permitted);
hub_handler __real_hub_on_request, __wrap_hub_on_request, __real_hub_on_statement, __wrap_hub_on_statement;

static struct hub_core *core;
static bool is_again;      /* the same act, once more under another row */
static uint8_t again_id[PROTO_ID_LEN];

/* ---- the decision ---- */

/* All that was asked is allowed, whatever the policy says, and goes to the holder. */
enum err __wrap_hub_on_request(struct hub_state *s, struct kv_txn *x, const struct hub_act *a, struct hub_outcome *o)
{
    enum err e = __real_hub_on_request(s, x, a, o);
    const char *name = e != OK || o->result != PROTO_DENIED ? NULL : liar_about("act", "request", a->msg.head.id);

    if (name == NULL || strcmp(name, "permits") != 0)
        return e;
    o->result = PROTO_ACCEPTED;
    o->mailed = true;
    o->attached = a->msg.statements;
    for (uint8_t i = 0; i < o->rows.count; i++) {
        o->rows.row[i].verdict = 5;
        o->rows.row[i].reason = 0;
    }
    return e;
}

/* What was allowed so goes out too. */
enum err __wrap_hub_mail_still_permitted(struct hub_state *s, struct kv_txn *x, const struct hub_act *fetch, enum proto_kind kind,
    const uint8_t id[PROTO_ID_LEN], bool *permitted)
{
    const char *name = kind != PROTO_REQUEST ? NULL : liar_about("act", "request", id);

    if (!hub_liar_was_passed(id) && (name == NULL || strcmp(name, "permits") != 0))
        return __real_hub_mail_still_permitted(s, x, fetch, kind, id, permitted);
    *permitted = true;
    return OK;
}

/* ---- the leaf's time, and its content ---- */

static void set_time(const struct hub_act *a, uint64_t now_s)
{
    union { const struct hub_act *in; struct hub_act *out; } unconst = { .in = a };

    if (hub_seeds_prepare(core->seeds, now_s) != OK)
        abort();
    unconst.out->now_s = now_s;
}

enum err __wrap_hub_on_statement(struct hub_state *s, struct kv_txn *x, const struct hub_act *a, struct hub_outcome *o)
{
    enum err e = __real_hub_on_statement(s, x, a, o);
    const char *name = NULL;

    if (e == OK && !hub_liar_passes(a, o) && o->result == PROTO_ACCEPTED)
        name = liar_about("act", "statement", a->msg.head.id);
    if (name != NULL && strcmp(name, "past") == 0)
        set_time(a, a->now_s - 3600);
    if (name != NULL && strcmp(name, "future") == 0)
        set_time(a, a->msg.head.valid_until_s + 3600);
    return e;
}

/* What is logged is about another child than what was said. */
enum err __wrap_proto_act_leaf(const struct proto_msg *m, const uint8_t *envelope, size_t len, const struct proto_receipt *r, uint8_t out[PROTO_LEAF_LEN])
{
    const char *name = m->kind != PROTO_STATEMENT ? NULL : liar_about("act", "statement", m->head.id);
    struct proto_msg changed;

    if (name == NULL || strcmp(name, "other-child") != 0)
        return __real_proto_act_leaf(m, envelope, len, r, out);
    changed = *m;
    changed.head.subject.value[3] ^= 1;
    return __real_proto_act_leaf(&changed, envelope, len, r, out);
}

/* ---- logged twice ---- */

enum err __wrap_hub_store_act_put(struct hub_store_act *s, struct kv_txn *x, const struct hub_act_row *row)
{
    struct hub_act_row other = *row;

    if (is_again)
        memcpy(other.id, again_id, sizeof other.id);
    return __real_hub_store_act_put(s, x, &other);
}

/* The seed of a leaf follows from the id in its row. */
enum err __wrap_hub_answer_sides(struct hub_core *c, const struct hub_act_row *row, struct hub_leaf_sides *out)
{
    struct hub_act_row other = *row;

    if (is_again)
        memcpy(other.id, again_id, sizeof other.id);
    return __real_hub_answer_sides(c, &other, out);
}

/* The one message under two numbers of both sides. */
static enum err log_again(struct hub_core *c, struct kv_txn *x, struct hub_job *j)
{
    struct hub_act_row first = j->row;
    struct hub_leaf_sides sides = j->sides;
    enum err e;

    is_again = true;
    randombytes_buf(again_id, sizeof again_id);
    e = hub_apply_leaf(c, x, j);
    is_again = false;
    j->row = first;
    j->sides = sides;
    return e;
}

enum err __wrap_hub_apply_act(struct hub_core *c, struct kv_txn *x, struct hub_job *j)
{
    uint64_t before = hub_ledger_size(c->ledger), leaf_s = c->leaf_s;
    enum err e;

    core = c;
    e = __real_hub_apply_act(c, x, j);
    if (e != OK || hub_ledger_size(c->ledger) == before)
        return e;
    if (j->outcome.mailed && hub_liar_was_passed(j->act.msg.head.id))
        (void)liar_about_number("passed", proto_kind_name(j->kind), j->row.to_number);
    if (c->leaf_s > c->now_s + 60)
        c->leaf_s = leaf_s;
    if (j->kind == PROTO_STATEMENT && j->outcome.mailed) {
        const char *name = liar_about("act", "statement", j->act.msg.head.id);

        if (name != NULL && strcmp(name, "logged-again") == 0)
            e = log_again(c, x, j);
    }
    return e;
}
