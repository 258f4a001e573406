#include "hub/core.h"
#include "hub/collect.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/wr.h"
#include "hub/openings.h"

#include <stdlib.h>
#include <string.h>

enum { ROSTER_EVERY_MS = 1000 };

/* The jobs of one round by what is to be done with them. */
struct round {
    struct hub_job *acts, **acts_end;   /* decided in the transaction; also what was refused before it */
    struct hub_job *queries, **queries_end;
};

static void give_back(struct hub_core *c, struct hub_job *j)
{
    if (c->pool != NULL)
        hub_verify_give_back(c->pool, j);
    else
        hub_job_free(j);
}

static void push(struct hub_job ***end, struct hub_job *j)
{
    j->next = NULL;
    **end = j;
    *end = &j->next;
}

/* ---- before the transaction ---- */

static enum err judge_one_again(struct hub_core *c, struct hub_job *j)
{
    struct hub_job *next = j->next;
    enum err e = hub_job_reset(j, j->frame_len);

    j->next = next;
    if (e == OK)
        hub_envelope_judge(&c->judge, j);
    return e;
}

/* What was judged by a registry of before is judged by this one: a revocation counts from its round on. */
static enum err judge_again(struct hub_core *c, struct hub_job *jobs)
{
    enum err e = OK;

    for (struct hub_job *j = jobs; e == OK && j != NULL; j = j->next)
        if (j->generation != c->registry->generation)
            e = judge_one_again(c, j);
    return e;
}

/* A key that was not known may have been put into the folder of partners since: then the job is judged again. */
static enum err refresh_roster(struct hub_core *c, struct hub_job *jobs)
{
    bool missed = false, changed = false;
    enum err e;

    for (const struct hub_job *j = jobs; j != NULL; j = j->next)
        missed = missed || j->missed;
    e = judge_again(c, jobs);
    if (e != OK || (!missed && c->now_ms - c->roster_ms < ROSTER_EVERY_MS))
        return e;
    c->roster_ms = c->now_ms;
    e = hub_core_failed("partners not taken in", hub_publish_roster(c, &changed));
    for (struct hub_job *j = jobs; e == OK && changed && j != NULL; j = j->next) {
        if (j->missed)
            e = judge_one_again(c, j);
    }
    return e;
}

static bool is_read(const struct hub_job *j)
{
    return j->refusal == PROTO_ACCEPTED && (j->kind == PROTO_FETCH || j->kind == PROTO_QUERY || j->kind == PROTO_WITNESS);
}

/*
 * Reads have no leaf and no known id; the clock and the operator count for them as for acts. A hub whose clock was ahead has leaves from
 * the future: nobody may have to wait for their time before it can fetch.
 */
static enum proto_refusal judge_read(const struct hub_core *c, const struct hub_job *j)
{
    enum proto_refusal r = hub_envelope_judge_times(j, c->now_s, c->now_s);

    if (r == PROTO_ACCEPTED && hub_roster_is_blocked(c->roster, j->act.from))
        return PROTO_BLOCKED;
    return r;
}

/* A fetch takes its partner's place; the older of two ends with OVERTAKEN. */
static void take_fetch(struct hub_core *c, struct round *r, struct hub_job *j)
{
    struct hub_job *loser;

    hub_fetch_take(c, j);
    loser = j->next;
    j->next = NULL;
    if (loser == NULL)
        return;
    if (loser->arrival > j->arrival) {
        c->waiting[j->act.from - c->region->partner] = loser;
        loser = j;
    }
    loser->has_row = false;
    loser->refusal = PROTO_OVERTAKEN;
    push(&r->acts_end, loser);
}

/* Whoever takes no part any more waits for nothing. */
static void end_wait(struct hub_core *c, struct round *r, size_t i)
{
    struct hub_job *j = c->waiting[i];

    c->waiting[i] = NULL;
    j->has_row = false;
    j->refusal = PROTO_REVOKED;
    push(&r->acts_end, j);
}

static void sort_jobs(struct hub_core *c, struct round *r, struct hub_job *jobs)
{
    struct hub_job *next;

    for (struct hub_job *j = jobs; j != NULL; j = next) {
        next = j->next;
        if (j->act.from != NULL && j->refusal == PROTO_ACCEPTED)
            c->seen_s[j->act.from - c->region->partner] = c->now_s;
        if (is_read(j))
            j->refusal = judge_read(c, j);
        if (!is_read(j))
            push(&r->acts_end, j);
        else if (j->kind == PROTO_FETCH)
            take_fetch(c, r, j);
        else
            push(&r->queries_end, j);
    }
    for (size_t i = 0; i < c->region->partner_count; i++) {
        if (c->waiting[i] != NULL && !proto_partner_exists_at(&c->region->partner[i], c->now_s))
            end_wait(c, r, i);
        if (c->waiting[i] != NULL && c->waiting[i]->wait_until_ms <= c->now_ms)
            c->look[i] = true;
    }
}

/* ---- the transaction ---- */

static enum err save_time(struct hub_core *c, struct kv_txn *x)
{
    uint8_t value[8];
    struct wr w;

    wr_init(&w, value, sizeof value);
    wr_u64(&w, c->leaf_s);
    return kv_put(x, c->meta, "time", 4, value, sizeof value);
}

/* Everything of the round in x. *culprit is the job that broke it, NULL when none in particular did. */
static enum err apply_all(struct hub_core *c, struct kv_txn *x, struct round *r, struct hub_job **culprit)
{
    uint64_t before = hub_ledger_size(c->ledger);
    enum err e = OK;

    for (struct hub_job *j = r->acts; e == OK && j != NULL; j = j->next) {
        e = hub_apply_act(c, x, j);
        if (e != OK)
            *culprit = j;
    }
    c->state.pack = server_packs_at(c->packs, c->now_s);
    if (e == OK)
        e = hub_fetch_prepare(c, x);
    if (e == OK)
        e = hub_keep_drop(c, x);
    if (e == OK)
        e = hub_retain_drop(c, x);
    if (e == OK)
        e = hub_forget_some(&c->forget, &c->state, x, c->now_s);
    if (e == OK)
        e = hub_collect_save(c, x);
    if (e == OK && hub_ledger_size(c->ledger) != before) {
        e = hub_store_number_save(c->numbers, x);
        if (e == OK)
            e = save_time(c, x);
    }
    return e;
}

/* Nothing of the transaction is there: memory must say the same as the store again. */
static enum err rewind_all(struct hub_core *c, uint64_t leaf_s)
{
    enum err e = hub_ledger_rewind(c->ledger);

    hub_openings_renew(c->openings);
    hub_registry_rewind(c->registry);
    c->leaf_s = leaf_s;
    return e == OK ? hub_store_number_load(c->numbers) : e;
}

/*
 * Try until the transaction stands. An act that breaks it is answered TROUBLE and the others are tried again without it: one act
 * must not take a round with it. A full store ends disclosures first. A commit that fails for any other reason ends the process.
 */
static enum err commit_round(struct hub_core *c, struct round *r)
{
    uint64_t leaf_s = c->leaf_s;

    for (;;) {
        struct hub_job *culprit = NULL;
        struct kv_txn *x = NULL;
        bool committing = false;
        enum err e = kv_begin(c->kv, true, &x), rewound;

        if (e != OK)
            return e;
        e = apply_all(c, x, r, &culprit);
        if (e == OK) {
            committing = true;
            e = kv_commit(x);
        } else {
            kv_abort(x);
        }
        if (e == OK) {
            hub_collect_saved(c);
            return OK;
        }
        log_event(LOG_ERROR, committing ? "commit failed" : "act failed", "err", err_word(e), NULL);
        if (committing && e != ERR_FULL)
            return e;
        rewound = rewind_all(c, leaf_s);
        if (rewound != OK)
            return rewound;
        if (e == ERR_FULL && !c->full)
            c->full = true;
        else if (culprit != NULL)
            culprit->refusal = e == ERR_FULL ? PROTO_FULL : PROTO_TROUBLE;
        else
            return e;
    }
}

/* ---- after it ---- */

static enum err sign_checkpoint(struct hub_core *c, struct kv_txn *x)
{
    struct proto_merkle_proof proof;
    struct proto_merkle_head head;
    enum err e;

    head.size = hub_ledger_size(c->ledger);
    if (head.size == c->checkpoint.head.size && c->checkpoint.note_len != 0)
        return OK;
    hub_ledger_root(c->ledger, head.root);
    e = hub_ledger_prove_consistency(c->ledger, x, c->checkpoint.head.size, head.size, &proof);
    return e == OK ? c->config.sign(c->config.sign_arg, &head, &proof, &c->checkpoint) : e;
}

static enum err answer_acts(struct hub_core *c, struct kv_txn *x, struct round *r)
{
    enum err e = OK;

    while (e == OK && r->acts != NULL) {
        struct hub_job *j = r->acts;

        r->acts = j->next;
        if (j->outcome.result == PROTO_ACCEPTED)
            c->acts_taken++;
        else
            c->acts_refused++;
        if (j->kind == PROTO_PUBLISH && j->outcome.result == PROTO_ACCEPTED && j->has_row)
            e = hub_publish_committed(c, j);
        if (e == OK)
            e = hub_answer_act(c, x, j);
        give_back(c, j);
    }
    return e;
}

static enum err answer_round(struct hub_core *c, struct round *r)
{
    struct kv_txn *x = NULL;
    enum err e = kv_begin(c->kv, false, &x);

    if (e != OK)
        return e;
    e = sign_checkpoint(c, x);
    if (e == OK)
        e = hub_registry_checkpoint(c->registry, c->config.sign, c->config.sign_registry_arg);
    if (e == OK)
        e = answer_acts(c, x, r);
    while (e == OK && r->queries != NULL) {
        struct hub_job *j = r->queries;

        r->queries = j->next;
        e = hub_query_answer(c, x, j);
        give_back(c, j);
    }
    if (e == OK)
        e = hub_fetch_answer(c, x);
    if (e == OK)
        hub_collect_look(c, x);
    kv_abort(x);
    if (e == OK && c->answers.fd >= 0)
        e = server_ipc_flush(&c->answers);
    return e;
}

/* A new partner's join file may lie in the folder already: it is read again then. And an officer's key may have been revoked. */
static enum err fold_registry(struct hub_core *c)
{
    bool changed;
    enum err e = hub_registry_commit(c->registry, &changed);

    if (changed)
        hub_openings_renew(c->openings);
    if (e == OK && changed)
        hub_roster_forget(c->roster);
    return e;
}

/* Jobs that a broken round leaves without an answer: their senders ask again. */
static void drop_unanswered(struct hub_core *c, struct hub_job *jobs)
{
    struct hub_job *next;

    for (struct hub_job *j = jobs; j != NULL; j = next) {
        next = j->next;
        give_back(c, j);
    }
}

enum err hub_round_run(struct hub_core *c, struct hub_job *jobs)
{
    struct round r = { 0 };
    uint64_t at_s;
    enum err e;

    r.acts_end = &r.acts;
    r.queries_end = &r.queries;
    c->now_s = clock_now_s();
    c->now_ms = clock_mono_ms();
    c->rounds++;
    at_s = c->now_s > c->leaf_s ? c->now_s : c->leaf_s;
    e = refresh_roster(c, jobs);
    sort_jobs(c, &r, jobs);
    if (e == OK) {
        e = kv_make_room(c->kv);
        c->full = e == ERR_FULL;
        e = hub_core_failed("store not enlarged", e == ERR_FULL ? OK : e);
    }
    if (e == OK)
        e = hub_core_failed("seeds of the day not written", hub_seeds_prepare(c->seeds, at_s));
    if (e == OK)
        e = commit_round(c, &r);
    if (e == OK)
        e = hub_core_failed("registry not folded", fold_registry(c));
    if (e == OK)
        e = hub_core_failed("round not signed or answered", answer_round(c, &r));
    if (e == OK)
        e = hub_core_failed("old seeds not dropped", hub_keep_hourly(c));
    drop_unanswered(c, r.acts);
    drop_unanswered(c, r.queries);
    return e;
}

enum err hub_round_end(struct hub_core *c)
{
    for (size_t i = 0; i < c->region->partner_count; i++)
        if (c->waiting[i] != NULL)
            c->waiting[i]->wait_until_ms = 0;
    return hub_round_run(c, NULL);
}
