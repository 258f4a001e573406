#include "client/witness_parts.h"

#include "base/log.h"
#include "base/wr.h"
#include "client/registry.h"
#include "proto/region_log.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

/* ---- open and close ---- */

/*
 * Who went on after two histories, and cosigns that log no more, does not under a later origin of it either. Looked up, not carried over: the
 * origin may change while the node is off.
 */
static enum err retired_before(struct client_node *n, bool *retired)
{
    struct witness_log *old = NULL;
    enum err e = OK;

    for (unsigned i = 1; e == OK && !*retired && i < proto_region_log_number(&n->region); i++) {
        free(old);
        old = calloc(1, sizeof *old);
        e = old == NULL ? ERR_NOMEM : proto_region_log_key(&n->region, i, &old->known.key);
        if (e == OK) {
            client_witness_name(old);
            e = client_witness_load(n, old);
        }
        if (e == OK)
            *retired = old->retired;
    }
    free(old);
    return e;
}

static enum err open_log(struct client_node *n, struct witness_log *l)
{
    enum err e;

    l->holder_size = PROTO_WITNESS_NO_SIZE;
    client_witness_name(l);
    e = client_witness_load(n, l);
    return e == OK && !l->is_registry && !l->retired ? retired_before(n, &l->retired) : e;
}

enum err client_witness_open(struct client_node *n, struct secret *key, const uint8_t *public)
{
    struct client_witness *w = calloc(1, sizeof *w);
    enum err e = w == NULL ? ERR_NOMEM : OK;

    if (e != OK) {
        secret_free(key);
        return e;
    }
    w->key = key;
    w->opened_ms = clock_mono_ms();
    w->log[WITNESS_REGISTRY].is_registry = true;
    e = proto_note_key_decode(n->region.log_vkey, &w->log[WITNESS_MAIN].known.key);
    if (e == OK)
        e = proto_registry_key(&n->region, &w->log[WITNESS_REGISTRY].known.key);
    if (e == OK && key != NULL)
        e = proto_note_key_make(n->me->handle, PROTO_NOTE_COSIGNATURE, public, &w->vkey);
    for (size_t i = 0; e == OK && i < WITNESS_LOGS; i++)
        e = open_log(n, &w->log[i]);
    if (e != OK) {
        client_witness_close(w);
        return e;
    }
    n->witness = w;
    client_witness_settle(n);
    return OK;
}

/* A question that is under way is answered for the log of before: until then no other is asked, and the answer is dropped (l->era). */
enum err client_witness_begin_again(struct client_node *n)
{
    struct witness_log *l = &n->witness->log[WITNESS_MAIN], *fresh = calloc(1, sizeof *fresh);
    enum err e = fresh == NULL ? ERR_NOMEM : proto_note_key_decode(n->region.log_vkey, &fresh->known.key);

    if (e == OK)
        e = open_log(n, fresh);
    if (e == OK) {
        fresh->busy = l->busy;
        fresh->era = l->era;
        *l = *fresh;
    }
    free(fresh);
    return e;
}

void client_witness_close(struct client_witness *w)
{
    if (w == NULL)
        return;
    secret_free(w->key);
    secret_free(w->next);
    free(w);
}

/* ---- the exchange with the hub ---- */

void client_witness_rest(struct witness_log *l, bool quick)
{
    l->busy = false;
    l->wait_ms = quick || l->wait_ms == 0 ? WITNESS_QUICK_MS : l->wait_ms * 2 < WITNESS_SLOW_MS ? l->wait_ms * 2 : WITNESS_SLOW_MS;
    l->at_ms = clock_mono_ms() + l->wait_ms;
}

bool client_witness_is_of_before(const struct client_node *n, const struct witness_log *l)
{
    return l->era != n->link->era;
}

static bool is_ours(const struct witness_log *l, const struct proto_merkle_head *head)
{
    for (size_t i = 0; i < WITNESS_RECENT; i++)
        if (l->recent[i].size == head->size && memcmp(l->recent[i].root, head->root, sizeof head->root) == 0)
            return true;
    return false;
}

/*
 * Does this head lie within what this node was shown? Of the main log: it was proven to extend what we cosigned, or is that. Of the
 * registry: our own leaves give it. Another one that the log signed is two histories.
 */
static bool is_held(struct client_node *n, struct witness_log *l, const struct proto_merkle_head *head, bool proven)
{
    enum err e;

    if (!l->is_registry) {
        client_heads_saw(n, head->size, head->root, clock_now_s());
        return !n->link->forked && (proven || is_ours(l, head));
    }
    e = client_registry_has(n, head);
    l->lacks = e == ERR_SHORT;
    if (e == ERR_SHORT)
        client_registry_hurry(n);
    if (e == ERR_SIGNATURE) {
        l->contradicts = true;
        client_heads_stop(n, true, "registry-has-another-root");
    }
    return e == OK && !n->link->forked;
}

/* Lines of others: how fresh their word is, and whether it is enough. They count on a head that is held; another counts when it comes again. */
static enum err absorb(struct client_node *n, struct witness_log *l, const uint8_t *note, size_t len, bool proven, struct proto_cosigned *c,
    bool *held)
{
    const struct client_witness *w = n->witness;
    uint64_t other_s = l->other_s, anchored_s = l->anchored_s;
    struct proto_merkle_head anchored = l->anchored;
    bool is_news;
    enum err e = proto_cosigned_count(&n->region, &l->known.key, note, len, w->key != NULL ? w->vkey.key : NULL, clock_now_s(), c);

    if (e != OK)
        return e;
    client_witness_heed_stale(n, c);
    *held = is_held(n, l, &c->head, proven);
    if (!*held)
        return OK;
    is_news = c->anchored && c->head.size >= l->anchored.size && (c->head.size != l->anchored.size || l->anchored_s == 0);
    if (is_news) {
        l->anchored = c->head;
        l->anchored_s = clock_now_s();
    }
    if (c->other_s > l->other_s)
        l->other_s = c->other_s;
    /* How fresh it is need not survive at once: it is asked for again after a restart. */
    if (is_news || l->other_s >= other_s + WITNESS_AGAIN_S)
        e = client_witness_store(n, l, is_news ? note : NULL, len);
    if (e != OK) {
        l->anchored = anchored;
        l->anchored_s = anchored_s;
        l->other_s = other_s;
    }
    return e;
}

static void brought(struct client_node *n, void *arg, enum err result, const struct proto_reply *reply)
{
    struct witness_log *l = arg;
    struct proto_cosigned c;
    bool held;

    if (result == OK && !client_witness_is_of_before(n, l) && reply->result == PROTO_ACCEPTED && reply->payload.len != 0
        && absorb(n, l, reply->payload.data, reply->payload.len, false, &c, &held) != OK)
        log_event(LOG_WARN, "bad-checkpoint", "from", "hub", NULL);
    client_witness_rest(l, result == OK);
}

void client_witness_bring(struct client_node *n, struct witness_log *l)
{
    struct proto_msg m = {.kind = PROTO_WITNESS, .payload = {l->note, l->note_len}};

    l->busy = true;
    if (client_link_ask(n, &m, WITNESS_ASK_MS, brought, l) != OK)
        client_witness_rest(l, false);
}

/* Into the vault first: what was cosigned once is never forgotten. Then the line, behind the log's. */
static enum err cosign(struct client_node *n, struct witness_log *l, const struct proto_witness_verdict *v)
{
    struct client_witness *w = n->witness;
    struct proto_merkle_head before = l->known.seen;
    uint64_t before_s = l->self_s;
    struct proto_note_sig sig = {.time_s = client_witness_time(n)};
    uint8_t line[PROTO_WITNESS_LINE_ROOM];
    struct wr wr;
    enum err e;

    l->known.seen = v->head;
    l->self_s = sig.time_s;
    e = client_witness_store(n, l, NULL, 0);
    if (e != OK) {
        l->known.seen = before;
        l->self_s = before_s;
        return e;
    }
    l->recent[l->recent_at++ % WITNESS_RECENT] = v->head;
    if (!client_witness_may_sign(n, l))
        return ERR_NOTFOUND;
    e = proto_note_sign(&w->vkey, secret_wake(w->key), v->text, v->text_len, &sig);
    secret_sleep(w->key);
    wr_init(&wr, line, sizeof line);
    if (e == OK) {
        proto_note_write_line(&wr, &w->vkey, &sig);
        e = wr_end(&wr);
    }
    return e == OK ? proto_cosigned_append(l->note, l->note_len, line, wr.len, l->note, sizeof l->note, &l->note_len) : e;
}

/*
 * Our own line is missing, or so old that others might not count it as fresh any more. Who holds more of the registry does not confirm less
 * of it: a hub could keep the difference from others with such lines.
 */
static bool wants_line(const struct client_node *n, const struct witness_log *l, const struct proto_witness_verdict *v,
    const struct proto_cosigned *c)
{
    if (l->is_registry && v->head.size < proto_registry_size(client_registry_fold(n)))
        return false;
    if (v->head.size > l->known.seen.size || l->self_s == 0)
        return true;
    return client_witness_may_sign(n, l) && c->self_s + WITNESS_AGAIN_S <= clock_now_s();
}

static bool has_cosigned(const struct witness_log *l, const struct proto_merkle_head *head)
{
    return l->self_s != 0 && head->size == l->known.seen.size;
}

static void take_request(struct client_node *n, struct witness_log *l, const uint8_t *body, size_t len, const struct proto_witness_verdict *v)
{
    struct proto_tlog_request q;
    struct proto_cosigned c;
    bool grew = v->head.size > l->known.seen.size, held = false;
    enum err e = proto_tlog_request_decode(body, len, &q);

    if (e == OK)
        e = absorb(n, l, q.checkpoint, q.checkpoint_len, true, &c, &held);
    /* What was seen elsewhere does not fit: not to be cosigned. Leaves of the registry that are not here yet are asked for. */
    if (e == OK && n->link->forked)
        e = ERR_STATE;
    if (e == OK && !held) {
        client_witness_rest(l, true);
        return;
    }
    if (e == OK)
        e = proto_cosigned_bare(&l->known.key, q.checkpoint, q.checkpoint_len, l->note, sizeof l->note, &l->note_len);
    if (e != OK) {
        log_event(LOG_WARN, "not-cosigned", "err", err_word(e), NULL);
        client_witness_rest(l, false);
        return;
    }
    l->head = c.head;
    l->outsider_s = c.outsider_s;
    /* A hub that drops our line each time does not keep us from the keyholder with it. */
    if (has_cosigned(l, &v->head) && c.self_s == 0 && client_witness_courier(n, l))
        return;
    e = wants_line(n, l, v, &c) ? cosign(n, l, v) : ERR_NOTFOUND;
    if (e == OK) {
        client_witness_bring(n, l);
        return;
    }
    if (e != ERR_NOTFOUND)
        log_event(LOG_ERROR, "not-cosigned", "err", err_word(e), NULL);
    if ((l->is_registry && v->head.size < proto_registry_size(client_registry_fold(n))) || !client_witness_courier(n, l))
        client_witness_rest(l, grew || !client_witness_log_is_fresh(n, l));
}

/*
 * The hub has less than what it signed before us: a tail was cut, until it shows the whole again. What it has less of the registry stops
 * what is given when the last word of others is too old (client_witness_is_fresh); nothing else hangs on it.
 */
static void take_refusal(struct client_node *n, struct witness_log *l, enum proto_refusal why)
{
    if (why == PROTO_NOT_FOUND && l->known.seen.size != 0) {
        if (!l->is_registry)
            client_heads_stop(n, false, "log-is-shorter-than-cosigned");
        else if (!l->cut)
            log_event(LOG_ERROR, "registry-shorter-than-cosigned", NULL);
        l->cut = true;
    }
    /* The hub collects for less than we saw: soon for more. */
    client_witness_rest(l, why == PROTO_WRONG_STATE);
}

static void asked(struct client_node *n, void *arg, enum err result, const struct proto_reply *reply)
{
    struct witness_log *l = arg;
    struct proto_witness_verdict v;
    enum err e = result;

    if (e == OK && client_witness_is_of_before(n, l)) {
        client_witness_rest(l, true);
        return;
    }
    if (e == OK && reply->result != PROTO_ACCEPTED) {
        take_refusal(n, l, (enum proto_refusal)reply->result);
        return;
    }
    if (e == OK)
        e = proto_witness_judge(&l->known, 1, reply->payload.data, reply->payload.len, &v);
    if (e != OK) {
        client_witness_rest(l, false);
        return;
    }
    if (v.status == PROTO_WITNESS_COSIGNED) {
        if (l->cut && !l->is_registry)
            client_heads_resume(n);
        l->cut = false;
        take_request(n, l, reply->payload.data, reply->payload.len, &v);
        return;
    }
    log_event(LOG_ERROR, "not-cosigned", "reason", v.contradicts ? "two-histories" : "no-proof", NULL);
    if (v.contradicts) {
        l->contradicts = true;
        client_heads_stop(n, true, l->is_registry ? "registry-does-not-extend-what-was-cosigned" : "does-not-extend-what-was-cosigned");
    }
    client_witness_rest(l, false);
}

/* A first cosignature continues what the receipts have shown already; what the registry shows is held to our own leaves anyway. */
static void begin_from_heads(struct client_node *n, struct witness_log *l)
{
    if (!l->is_registry && l->known.seen.size == 0)
        l->known.seen = n->link->checked;
}

/* Sooner than planned: there is news that nobody has cosigned, or nothing may go out before somebody else has. */
static bool is_pressing(const struct client_node *n, const struct witness_log *l)
{
    uint64_t have = l->is_registry ? proto_registry_size(client_registry_fold(n)) : n->link->newest.size;

    return have > l->known.seen.size || !client_witness_log_is_fresh(n, l);
}

static uint64_t due_at(const struct client_node *n, const struct witness_log *l)
{
    uint64_t soon = l->at_ms - l->wait_ms + WITNESS_QUICK_MS;

    return is_pressing(n, l) && soon < l->at_ms ? soon : l->at_ms;
}

/* Without a registry (tests) there is one log. */
static bool is_idle(const struct client_node *n, const struct witness_log *l)
{
    return l->busy || (l->is_registry && n->registry == NULL);
}

static void step_log(struct client_node *n, struct witness_log *l)
{
    struct proto_msg m = {.kind = PROTO_QUERY, .code = PROTO_QUERY_COSIGN};

    if (is_idle(n, l))
        return;
    /* A hub that comes back may be another one than went. */
    if (!client_link_is_up(n))
        l->at_ms = 0;
    if (!client_link_is_up(n) || clock_mono_ms() < due_at(n, l))
        return;
    begin_from_heads(n, l);
    m.number = l->known.seen.size;
    memcpy(m.key, l->origin_id, sizeof m.key);
    l->era = n->link->era;
    l->busy = client_link_ask(n, &m, WITNESS_ASK_MS, asked, l) == OK;
    if (!l->busy)
        client_witness_rest(l, false);
}

void client_witness_step(struct client_node *n)
{
    if (n->witness != NULL)
        client_witness_key_step(n);
    for (size_t i = 0; n->witness != NULL && n->region.witness_count != 0 && i < WITNESS_LOGS; i++)
        step_log(n, &n->witness->log[i]);
}

uint64_t client_witness_due(const struct client_node *n, uint64_t max)
{
    uint64_t now = clock_mono_ms();

    if (n->witness == NULL || n->region.witness_count == 0 || !client_link_is_up(n))
        return max;
    for (size_t i = 0; i < WITNESS_LOGS; i++) {
        const struct witness_log *l = &n->witness->log[i];
        uint64_t at = is_idle(n, l) ? UINT64_MAX : due_at(n, l);

        max = at <= now ? 0 : at - now < max ? at - now : max;
    }
    return max;
}
