#include "hub/openings.h"

#include "proto/sign.h"

#include <sodium.h>
#include <string.h>

/* Which kinds are acts, who decides them, and what each may do. A kind that is not here is not for core. */
enum addressee { TO_ANY, TO_PARTNER, TO_HUB };

static const struct rule {
    enum proto_kind kind;
    hub_handler *handler;
    enum addressee to;
    bool decision;     /* decided by the policy, so under a pack that is in force */
    bool disclosure;   /* stops when the disk is nearly full */
} rules[] = {
    { PROTO_STATEMENT,   hub_on_statement, TO_ANY,     false, false },
    { PROTO_REQUEST,     hub_on_request,   TO_PARTNER, true,  true },
    { PROTO_OFFER,       hub_on_offer,     TO_PARTNER, true,  true },
    { PROTO_GRANT,       hub_on_grant,     TO_PARTNER, false, true },
    { PROTO_REFUSE,      hub_on_refuse,    TO_PARTNER, false, false },
    { PROTO_RELEASE,     hub_on_release,   TO_PARTNER, false, true },
    { PROTO_ANSWER,      hub_on_answer,    TO_PARTNER, false, false },
    { PROTO_CANCEL,      hub_on_cancel,    TO_PARTNER, false, false },
    { PROTO_REPORT,      hub_on_report,    TO_PARTNER, false, false },
    { PROTO_ACK,         hub_on_ack,       TO_PARTNER, false, false },
    { PROTO_PUBLISH,     NULL,             TO_HUB,     false, false },  /* hub/publish */
    { PROTO_BREAKGLASS,  hub_on_not_yet,   TO_PARTNER, false, true },
    { PROTO_OPENED_LEAF, NULL,             TO_HUB,     false, false },  /* hub/on_opened */
    { PROTO_REGISTRY,    hub_on_registry,  TO_HUB,     false, false },
};

static const struct rule *rule_of(enum proto_kind kind)
{
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        if (rules[i].kind == kind)
            return &rules[i];
    return NULL;
}

/* A known id is answered first, whatever its age: the same message gets the same result, another one an error. */
static enum err find_known(struct hub_core *c, struct kv_txn *x, struct hub_job *j, bool *known)
{
    enum err e = hub_store_act_find(c->acts, x, j->act.msg.head.id, &j->row);

    *known = e == OK;
    if (e == ERR_NOTFOUND)
        return OK;
    if (e != OK)
        return e;
    if (sodium_memcmp(j->row.digest, j->digest, PROTO_HASH_LEN) == 0) {
        j->has_row = true;
        j->outcome.result = (enum proto_refusal)j->row.result;
        j->outcome.decision = j->row.decision;
    } else {
        j->outcome.result = PROTO_REPLAYED;
    }
    return OK;
}

/* What the clock, the operator and the pack have to say of a new message. */
static enum proto_refusal judge_new(const struct hub_core *c, const struct hub_job *j, const struct rule *rule)
{
    const struct proto_header *h = &j->act.msg.head;
    enum proto_refusal r = hub_envelope_judge_times(j, c->now_s, j->act.now_s);

    if (r != PROTO_ACCEPTED)
        return r;
    if (hub_roster_is_blocked(c->roster, j->act.from))
        return PROTO_BLOCKED;
    if (rule->to != TO_ANY && (rule->to == TO_PARTNER) != (j->act.to != NULL))
        return PROTO_MALFORMED;
    if (j->act.envelope_len > HUB_ENVELOPE_MAX)
        return PROTO_MALFORMED;
    if (rule->decision && sodium_memcmp(h->pack, c->state.pack->digest, PROTO_HASH_LEN) != 0)
        return PROTO_OTHER_PACK;
    if (rule->disclosure && c->full)
        return PROTO_FULL;
    return PROTO_ACCEPTED;
}

/* Sealing needs somebody to seal to: a partner whose officers' keys ended long ago is held to what must always work. */
static enum err judge_officer(struct hub_core *c, struct kv_txn *x, struct hub_job *j)
{
    uint64_t ended_s = 0;
    enum err e = hub_openings_takes(j) ? OK : hub_openings_officer_ended(c, x, j->act.from, &ended_s);

    if (e == OK && ended_s != 0 && ended_s + HUB_OPENINGS_OFFICER_S < c->now_s)
        j->outcome.result = PROTO_NO_OFFICER;
    return e;
}

static enum err decide(struct hub_core *c, struct kv_txn *x, struct hub_job *j, const struct rule *rule)
{
    enum err e = judge_officer(c, x, j);

    if (e != OK || j->outcome.result != PROTO_ACCEPTED)
        return e;
    if (rule->handler != NULL)
        return rule->handler(&c->state, x, &j->act, &j->outcome);
    return j->kind == PROTO_OPENED_LEAF ? hub_opened_act(c, x, j) : hub_publish_act(c, x, j);
}

enum err hub_apply_act(struct hub_core *c, struct kv_txn *x, struct hub_job *j)
{
    const struct rule *rule = rule_of(j->kind);
    struct hub_outcome *o = &j->outcome;
    uint64_t writes = kv_writes(x);
    bool known;
    enum err e;

    memset(o, 0, sizeof *o);
    j->has_row = j->has_sides = false;
    o->result = rule == NULL && j->refusal == PROTO_ACCEPTED ? PROTO_WRONG_KIND : j->refusal;
    if (o->result != PROTO_ACCEPTED)
        return OK;
    e = find_known(c, x, j, &known);
    if (e != OK || known)
        return e;
    j->act.now_s = c->now_s > c->leaf_s ? c->now_s : c->leaf_s;
    c->state.pack = server_packs_at(c->packs, j->act.now_s);
    if (rule->disclosure)
        c->state.pack = hub_decide_pack(&c->state, j->act.msg.head.pack, j->act.now_s);
    o->result = judge_new(c, j, rule);
    if (o->result != PROTO_ACCEPTED)
        return OK;
    e = decide(c, x, j, rule);
    if (e != OK)
        return e;
    /* A handler that refuses after writing is a bug: this act then breaks its round, which is done again without it. */
    if (o->result != PROTO_ACCEPTED && kv_writes(x) != writes)
        return ERR_STATE;
    return o->result == PROTO_ACCEPTED || o->logged ? hub_apply_leaf(c, x, j) : OK;
}

/* Numbers without gaps: always to the sender; to an addressee exactly with its mail, so that it can show each of its numbers. */
static enum err number_sides(struct hub_core *c, struct hub_job *j)
{
    struct hub_act_row *row = &j->row;
    struct hub_number n;
    enum err e = hub_store_number_take(c->numbers, j->act.from->id, row->index, &n);

    if (e != OK)
        return e;
    row->from_number = n.number;
    row->from_previous = n.previous;
    row->to_number = 0;
    row->to_previous = PROTO_NO_LEAF;
    if (!j->outcome.mailed)
        return OK;
    e = hub_store_number_take(c->numbers, j->act.to->id, row->index, &n);
    row->to_number = n.number;
    row->to_previous = n.previous;
    return e;
}

static void fill_row(const struct hub_core *c, struct hub_job *j)
{
    struct hub_act_row *row = &j->row;
    const struct proto_header *h = &j->act.msg.head;

    row->index = hub_ledger_size(c->ledger);
    row->time_s = j->act.now_s;
    row->kind = (uint8_t)j->kind;
    row->result = (uint8_t)j->outcome.result;
    row->decision = j->outcome.decision;
    row->carries = j->outcome.carries;
    memcpy(row->carried, j->outcome.carried, sizeof row->carried);
    memcpy(row->from, h->from, sizeof row->from);
    memcpy(row->to, h->to, sizeof row->to);
    memcpy(row->id, h->id, sizeof row->id);
    memcpy(row->digest, j->digest, sizeof row->digest);
    row->rows = j->outcome.rows;
}

static enum err append_leaf(struct hub_core *c, struct kv_txn *x, struct hub_job *j)
{
    struct proto_receipt *r = &c->receipt;
    uint8_t leaf[PROTO_LEAF_LEN];
    enum err e = hub_answer_sides(c, &j->row, &j->sides);

    if (e != OK)
        return e == ERR_NOTFOUND ? ERR_STATE : e;
    j->has_sides = true;
    r->time_s = j->row.time_s;
    r->result = j->row.result;
    r->rows = j->row.rows;
    memcpy(r->seed, j->sides.seed.seed, sizeof r->seed);
    memcpy(r->from_side, j->sides.from_side, sizeof r->from_side);
    memcpy(r->to_side, j->sides.to_side, sizeof r->to_side);
    e = proto_act_leaf(&j->act.msg, j->act.envelope, j->act.envelope_len, r, leaf);
    return e == OK ? hub_ledger_append(c->ledger, x, leaf) : e;
}

static enum err put_mail(struct hub_core *c, struct kv_txn *x, const struct hub_job *j)
{
    struct hub_mail_row mail = { .number = j->row.to_number, .index = j->row.index, .kind = (uint8_t)j->kind,
        .attached = j->outcome.attached, .message = { j->act.envelope, j->act.envelope_len } };

    memcpy(mail.id, j->row.id, sizeof mail.id);
    c->look[j->act.to - c->region->partner] = true;
    return hub_store_mail_put(c->mail, x, j->act.to->id, &mail);
}

enum err hub_apply_leaf(struct hub_core *c, struct kv_txn *x, struct hub_job *j)
{
    enum err e;

    if (j->act.to == NULL)
        j->outcome.mailed = false;
    fill_row(c, j);
    e = number_sides(c, j);
    if (e == OK)
        e = append_leaf(c, x, j);
    if (e == OK)
        e = hub_store_act_put(c->acts, x, &j->row);
    if (e == OK && j->outcome.mailed)
        e = put_mail(c, x, j);
    if (e == OK)
        e = hub_openings_add(c, x, j);
    j->has_row = e == OK;
    if (e == OK)
        c->leaf_s = j->row.time_s;
    return e;
}
