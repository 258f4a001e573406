#include "client/upkeep.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/rd.h"
#include "base/wr.h"
#include "client/desk_sent.h"
#include "client/facts.h"
#include "client/hublink.h"
#include "client/index.h"
#include "client/meta.h"
#include "client/resend.h"
#include "client/statement.h"
#include "client/unread.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { EVERY_S = 60, SOON_S = 5, DAY_S = 86400, SAY_MAX = 64, SOON_MOST_MS = 60 * 1000, START_MOST_MS = 10 * 60 * 1000 };

/* ---- when was something last done about a statement ---- */

static uint64_t last_get(struct vault_txn *x, enum client_meta what, const uint8_t id[PROTO_ID_LEN])
{
    uint8_t *value = NULL;
    size_t len = 0;
    uint64_t at = 0;
    struct rd r;

    if (client_meta_get_of(x, what, id, &value, &len) != OK)
        return 0;
    rd_init(&r, value, len);
    at = rd_u64(&r);
    free(value);
    return rd_end(&r) == OK ? at : 0;
}

static enum err last_put(struct vault_txn *x, enum client_meta what, const uint8_t id[PROTO_ID_LEN], uint64_t at_s)
{
    uint8_t value[8];
    struct wr w;

    wr_init(&w, value, sizeof value);
    wr_u64(&w, at_s);
    return client_meta_put_of(x, what, id, value, sizeof value);
}

/* ---- what is due ---- */

struct due {
    struct client_node *node;
    struct vault_txn *x;
    uint64_t now_s;
    size_t said;                          /* in this run */
    struct client_index_at at[CLIENT_INDEX_DUE_MAX];
};

/* Recorded here about the records of another, and still running. */
static bool needs_status(const struct due *d, const struct client_kept *k)
{
    return k->what.kind == PROTO_SAY_CONSENT && k->what.until_s > d->now_s
        && sodium_memcmp(k->what.holder, d->node->me->id, PROTO_PARTNER_LEN) != 0;
}

/* Withdrawn or not: an end that is kept here says so. */
struct ends { const struct proto_statement *consent; bool found; };

static bool ends_each(void *arg, const struct client_kept *k)
{
    struct ends *f = arg;

    f->found = k->what.kind == PROTO_SAY_WITHDRAWAL && sodium_memcmp(k->what.refers, f->consent->id, PROTO_ID_LEN) == 0
        && client_facts_may_end(f->consent, &k->what);
    return !f->found;
}

static enum err send_status(struct due *d, const struct client_kept *k)
{
    struct proto_statement s = {.kind = PROTO_SAY_STATUS, .subject = k->what.subject, .until_s = k->what.until_s,
        .addressees = k->what.addressees};
    struct ends f = {.consent = &k->what};
    enum err e = client_index_ends(d->x, k->what.id, ends_each, &f);

    /* Whether it was withdrawn is not known: nothing is said about it today. */
    if (client_unread_is(e)) {
        client_unread_say(d->node, CLIENT_UNREAD_STATEMENT);
        return OK;
    }
    s.code = f.found ? 1 : 0;
    memcpy(s.refers, k->what.id, sizeof s.refers);
    memcpy(s.case_id, k->what.case_id, sizeof s.case_id);
    memcpy(s.purpose, k->what.purpose, sizeof s.purpose);
    return e != OK ? e : client_statement_send(d->node, d->x, &s, NULL, NULL, NULL);
}

static enum err repeat(struct due *d, const struct client_kept *k)
{
    return client_statement_repeat(d->node, d->x, k);
}

/*
 * A day after its leaf, or after the last time. What is not due yet has another moment, which *next gets when it is the sooner one (0: none so
 * far); what is done now, one a day later.
 */
static enum err act(struct due *d, const struct client_kept *k, enum client_meta what, enum err (*run)(struct due *d, const struct client_kept *k), uint64_t *next)
{
    uint64_t since = last_get(d->x, what, k->what.id), at_s;
    enum err e = OK;

    since = since > k->leaf_s ? since : k->leaf_s;
    at_s = since + DAY_S;
    if (at_s <= d->now_s) {
        e = run(d, k);
        if (e == OK)
            e = last_put(d->x, what, k->what.id, d->now_s);
        at_s = d->now_s + DAY_S;
        d->said++;
    }
    *next = *next == 0 || at_s < *next ? at_s : *next;
    return e;
}

static enum err act_on(struct due *d, const struct client_kept *k, uint64_t *next)
{
    enum err e = OK;

    if (!k->mine || k->leaf_s == 0)
        return OK;
    if (!client_kept_is_acked(k))
        e = act(d, k, CLIENT_META_REPEATED, repeat, next);
    if (e == OK && needs_status(d, k))
        e = act(d, k, CLIENT_META_CONFIRMED, send_status, next);
    return e;
}

/* A row that cannot be read holds up no other: it is looked at again the next day. */
static enum err one(struct due *d, const struct client_index_at *due, struct client_kept *k)
{
    uint8_t *memory = NULL;
    uint64_t next = 0;
    enum err e = client_kept_get(d->x, due->id, k, &memory);

    if (e == OK) {
        e = act_on(d, k, &next);
    } else if (client_unread_is(e)) {
        client_unread_say(d->node, CLIENT_UNREAD_STATEMENT);
        next = d->now_s + DAY_S;
        e = OK;
    } else if (e == ERR_NOTFOUND) {
        e = OK;
    }
    free(memory);
    return e == OK ? client_index_due_again(d->x, due, next) : e;
}

/* The longest due first; what does not fit into one run comes a minute later. */
static enum err run_due(struct due *d)
{
    struct client_kept *k = malloc(sizeof *k);
    size_t count = 0;
    enum err e = k == NULL ? ERR_NOMEM : client_index_due(d->x, d->now_s, d->at, &count);

    for (size_t i = 0; e == OK && i < count && d->said < SAY_MAX; i++)
        e = one(d, &d->at[i], k);
    free(k);
    return e;
}

enum err client_upkeep_run(struct client_node *n, struct vault_txn *x, uint64_t now_s)
{
    struct due *d = calloc(1, sizeof *d);
    enum err e = d == NULL ? ERR_NOMEM : client_desk_tick(n, x, now_s);

    if (e == OK) {
        d->node = n;
        d->x = x;
        d->now_s = now_s;
        e = run_due(d);
    }
    if (e == OK)
        e = client_resend_run(n, x);
    free(d);
    return e;
}

/* A hub that is away, or keeps back what it has, does not hold up for long what must end. */
static void look_whether_started(struct client_node *n)
{
    uint64_t now = clock_mono_ms();

    if (n->began_ms == 0)
        n->began_ms = now;
    else
        n->has_started = n->has_started || client_inbox_has_heard(n) || now - n->began_ms >= START_MOST_MS;
}

/* Soon at first, as the mail mostly comes at once; where it does not, each run is a write to the disk. */
static uint64_t pause_s(const struct client_node *n)
{
    return n->is_starting && clock_mono_ms() - n->began_ms < SOON_MOST_MS ? SOON_S : EVERY_S;
}

void client_upkeep_step(struct client_node *n)
{
    struct vault_txn *x = NULL;
    uint64_t now_s = clock_now_s();
    enum err e;

    if (now_s < n->upkeep_s)
        return;
    look_whether_started(n);
    n->is_starting = !n->has_started;
    n->upkeep_s = now_s + pause_s(n);
    e = client_vault_begin(n->vault, true, &x);
    if (e == OK) {
        e = client_upkeep_run(n, x, now_s);
        e = client_vault_end(x, e);
    }
    n->is_starting = false;
    if (e != OK)
        log_event(LOG_WARN, "upkeep-failed", "err", err_word(e), NULL);
}
