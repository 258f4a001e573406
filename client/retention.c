#include "client/retention.h"

#include "base/log.h"
#include "client/after.h"
#include "client/archive_end.h"
#include "client/case_end.h"
#include "client/certs.h"
#include "client/certs_end.h"
#include "client/consent_end.h"
#include "client/desk.h"
#include "client/draft_end.h"
#include "client/facts.h"
#include "client/fetched.h"
#include "client/index.h"
#include "client/keeping.h"
#include "client/retention_clock.h"
#include "client/meta.h"
#include "client/rows.h"
#include "client/statement.h"
#include "policy/events.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { DAY_S = 86400, AGAIN_S = 10 };

/* What ended something: the statement's head is enough to judge it. */
struct end { struct proto_statement what; uint64_t at_s; };

struct due {
    struct client_node *n;
    struct vault_txn *x;
    uint64_t now_s, before_s;           /* what was over at before_s goes */
    struct end *end;
    size_t end_count, end_cap;
    uint8_t id[CLIENT_RETENTION_AT_ONCE][PROTO_ID_LEN];
    size_t count;
    enum err err;
};

/* ---- statements ---- */

static bool is_end(const struct proto_statement *s)
{
    return s->kind == PROTO_SAY_EVENT_END || s->kind == PROTO_SAY_WITHDRAWAL || s->kind == PROTO_SAY_OBJECTION_END
        || (s->kind == PROTO_SAY_STATUS && s->code == 1);
}

/* Ends of after before_s can make nothing due. */
static bool ends_each(void *arg, const struct client_kept *k)
{
    struct due *d = arg;
    struct end *more;

    if (!is_end(&k->what) || client_kept_said_s(k) > d->before_s)
        return true;
    more = client_rows_more(d->end, d->end_count, &d->end_cap, sizeof *more);
    if (more == NULL) {
        d->err = ERR_NOMEM;
        return false;
    }
    d->end = more;
    d->end[d->end_count++] = (struct end){.what = k->what, .at_s = client_kept_said_s(k)};
    return true;
}

static bool was_ended(const struct due *d, const struct proto_statement *s)
{
    for (size_t i = 0; i < d->end_count; i++)
        if (client_facts_may_end(s, &d->end[i].what))
            return true;
    return false;
}

static bool event_is_over(const struct due *d, const struct proto_statement *s)
{
    struct policy_event v = {.code = policy_pack_find(d->n->pack, POLICY_SET_EVENTS, s->event),
        .occurred = clock_date_nl(s->occurred_s != 0 ? s->occurred_s : s->made_s)};

    if (s->until_s != 0)
        v.until = clock_date_nl(s->until_s);
    return policy_events_is_over(d->n->pack, &v, clock_date_nl(d->before_s));
}

/* Without the thing that it ends, an end is nothing; with it, it must stay. */
static bool end_is_over(struct due *d, const struct proto_statement *s)
{
    bool has = true;
    enum err e = client_vault_has(d->x, CLIENT_T_STATEMENT, s->refers, PROTO_ID_LEN, &has);

    if (e != OK)
        d->err = e;
    return !has;
}

/*
 * Who takes part in a case, and facts about a person, are asked as long as there is a case: they stay. So does what a birthday would end: the
 * twelve months that a consent counts at most are enough.
 */
static bool is_due(struct due *d, const struct client_kept *k)
{
    const struct proto_statement *s = &k->what;

    if (s->kind == PROTO_SAY_STATUS && s->code == 0)
        return client_kept_said_s(k) + CLIENT_RETENTION_STATUS_S <= d->now_s;
    if (client_kept_said_s(k) > d->before_s)
        return false;
    switch (s->kind) {
    case PROTO_SAY_EVENT:
        return event_is_over(d, s) || was_ended(d, s);
    case PROTO_SAY_CONSENT:
        return client_consent_is_over(d->n, k, "", clock_date_nl(d->before_s)) || was_ended(d, s);
    case PROTO_SAY_OBJECTION:
        return was_ended(d, s);
    case PROTO_SAY_WEIGHING:
    case PROTO_SAY_APPROVAL:
    case PROTO_SAY_GRANT:
        return true;
    default:
        return is_end(s) && end_is_over(d, s);
    }
}

static bool due_each(void *arg, const struct client_kept *k)
{
    struct due *d = arg;

    if (!client_kept_is_under_way(k) && is_due(d, k))
        memcpy(d->id[d->count++], k->what.id, PROTO_ID_LEN);
    return d->err == OK && d->count < CLIENT_RETENTION_AT_ONCE;
}

static enum err remove_row(struct vault_txn *x, enum client_table table, const void *key, size_t len)
{
    enum err e = client_vault_delete(x, table, key, len);

    return e == ERR_NOTFOUND ? OK : e;
}

/* The statement, who said yes, and when it was last repeated and confirmed (client/upkeep). */
enum err client_retention_drop_statement(struct vault_txn *x, const uint8_t id[PROTO_ID_LEN])
{
    static const enum client_meta marks[] = {CLIENT_META_REPEATED, CLIENT_META_CONFIRMED, CLIENT_META_DONE};
    struct client_kept *k = malloc(sizeof *k);
    uint8_t *memory = NULL;
    enum err e = k == NULL ? ERR_NOMEM : client_kept_get(x, id, k, &memory);

    if (e == OK)
        e = client_index_forget(x, k);
    free(memory);
    free(k);
    if (e == OK)
        e = remove_row(x, CLIENT_T_STATEMENT, id, PROTO_ID_LEN);
    if (e == OK)
        e = remove_row(x, CLIENT_T_DRAFT, id, PROTO_ID_LEN);
    for (size_t i = 0; e == OK && i < sizeof marks / sizeof *marks; i++)
        e = client_meta_drop_of(x, marks[i], id);
    return e;
}

static enum err drop_statement(struct due *d, const uint8_t id[PROTO_ID_LEN])
{
    return client_retention_drop_statement(d->x, id);
}

static enum err drop_each(struct due *d, enum err (*drop)(struct due *d, const uint8_t id[PROTO_ID_LEN]))
{
    enum err e = OK;

    for (size_t i = 0; e == OK && i < d->count; i++)
        e = drop(d, d->id[i]);
    return e;
}

static enum err run_statements(struct due *d)
{
    enum err e = client_kept_walk(d->x, ends_each, d);

    if (e == OK && d->err == OK)
        e = client_kept_walk(d->x, due_each, d);
    if (e == OK)
        e = d->err;
    return e == OK ? drop_each(d, drop_statement) : e;
}

/* ---- decisions ---- */

static uint64_t last_day(const struct client_desk *k)
{
    const uint64_t times[] = {k->made_s, k->until_s, k->granted_s, k->opened_s, k->access_until_s};
    uint64_t last_s = 0;

    for (size_t i = 0; i < sizeof times / sizeof *times; i++)
        last_s = times[i] > last_s ? times[i] : last_s;
    return last_s;
}

static bool desk_each(void *arg, const struct client_desk *k)
{
    struct due *d = arg;

    if (last_day(k) <= d->before_s)
        memcpy(d->id[d->count++], k->id, PROTO_ID_LEN);
    return d->count < CLIENT_RETENTION_AT_ONCE;
}

/* With its mark (client/approve). */
static enum err drop_approval(struct vault_txn *x, const uint8_t approval[PROTO_ID_LEN])
{
    enum err e = remove_row(x, CLIENT_T_DRAFT, approval, PROTO_ID_LEN);

    return e == OK ? client_meta_drop_of(x, CLIENT_META_APPROVED, approval) : e;
}

static enum err drop_desk(struct due *d, const uint8_t id[PROTO_ID_LEN])
{
    struct client_desk k;
    enum err e = client_desk_get(d->x, id, &k);

    if (e == OK)
        e = client_share_destroy(d->x, id);
    if (e == OK && !sodium_is_zero(k.weighing, sizeof k.weighing))
        e = remove_row(d->x, CLIENT_T_DRAFT, k.weighing, sizeof k.weighing);
    if (e == OK && !sodium_is_zero(k.approval, sizeof k.approval))
        e = drop_approval(d->x, k.approval);
    if (e == OK)
        e = client_meta_drop_of(d->x, CLIENT_META_DONE, id);
    if (e == OK)
        e = client_after_forget(d->x, id);
    if (e == OK)
        e = client_index_desk_forget(d->x, id);
    if (e == OK)
        e = client_fetched_forget(d->x, id);
    return e == OK ? remove_row(d->x, CLIENT_T_REQUEST, id, PROTO_ID_LEN) : e;
}

static enum err run_desk(struct due *d)
{
    enum err e = client_desk_walk(d->x, desk_each, d);

    return e == OK ? drop_each(d, drop_desk) : e;
}

/* ---- together ---- */

enum err client_retention_run(struct client_node *n, struct vault_txn *x, uint64_t now_s, bool *more)
{
    struct due *d = calloc(1, sizeof *d);
    bool full = false, archive = false, cases = false, drafts = false;
    enum err e = d == NULL ? ERR_NOMEM : OK;

    if (e == OK && !n->legal_hold && now_s > CLIENT_RETENTION_S) {
        d->n = n;
        d->x = x;
        d->now_s = now_s;
        d->before_s = now_s - CLIENT_RETENTION_S;
        e = run_statements(d);
        full = d->count == CLIENT_RETENTION_AT_ONCE;
        d->count = 0;
        if (e == OK)
            e = run_desk(d);
        if (e == OK)
            e = client_archive_end_run(n, x, now_s, &archive);
        if (e == OK)
            e = client_case_end_run(n, x, now_s, &cases);
        if (e == OK)
            e = client_draft_end_run(x, d->before_s, &drafts);
        full = full || archive || cases || drafts || d->count == CLIENT_RETENTION_AT_ONCE;
    }
    if (d != NULL)
        free(d->end);
    free(d);
    if (e == OK)
        *more = full;
    return e;
}

void client_retention_step(struct client_node *n)
{
    struct vault_txn *x = NULL;
    uint64_t now_s = clock_now_s();
    bool more = false, may = false;
    size_t certs = 0;
    enum err e;

    /* Further off than it is ever set: the clock was ahead then. */
    if (now_s < n->retention_s && n->retention_s - now_s <= DAY_S)
        return;
    e = client_vault_begin(n->vault, true, &x);
    if (e == OK) {
        e = client_retention_clock_check(n, x, now_s, &may);
        if (e == OK && may)
            e = client_retention_run(n, x, now_s, &more);
        if (e == OK && may && !more)
            e = client_certs_end_run(n, x, &certs);
        e = client_vault_end(x, e);
    }
    if (e == OK && certs != 0)
        e = client_certs_reload(n);
    n->retention_s = now_s + (more || !may ? AGAIN_S : DAY_S);
    if (e != OK)
        log_event(LOG_WARN, "retention-failed", "err", err_word(e), NULL);
}
