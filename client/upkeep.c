#include "client/upkeep.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/rd.h"
#include "base/wr.h"
#include "client/desk_sent.h"
#include "client/facts.h"
#include "client/resend.h"
#include "client/statement.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { EVERY_S = 60, SOON_S = 5, DAY_S = 86400, DUE_MAX = 32, KEY_LEN = 1 + PROTO_ID_LEN };

/* ---- when was something last done about a statement: CLIENT_T_META, a letter and its id ---- */

static void last_key(char what, const uint8_t id[PROTO_ID_LEN], uint8_t key[KEY_LEN])
{
    key[0] = (uint8_t)what;
    memcpy(key + 1, id, PROTO_ID_LEN);
}

static uint64_t last_get(struct vault_txn *x, char what, const uint8_t id[PROTO_ID_LEN])
{
    uint8_t key[KEY_LEN], *value = NULL;
    size_t len = 0;
    uint64_t at = 0;
    struct rd r;

    last_key(what, id, key);
    if (client_vault_get(x, CLIENT_T_META, key, sizeof key, &value, &len) != OK)
        return 0;
    rd_init(&r, value, len);
    at = rd_u64(&r);
    free(value);
    return rd_end(&r) == OK ? at : 0;
}

static enum err last_put(struct vault_txn *x, char what, const uint8_t id[PROTO_ID_LEN], uint64_t at_s)
{
    uint8_t key[KEY_LEN], value[8];
    struct wr w;

    last_key(what, id, key);
    wr_init(&w, value, sizeof value);
    wr_u64(&w, at_s);
    return client_vault_put(x, CLIENT_T_META, key, sizeof key, value, sizeof value);
}

/* ---- what is due ---- */

struct due {
    struct client_node *node;
    struct vault_txn *x;
    uint64_t now_s;
    struct proto_ids repeat, status;
};

static bool all_acked(const struct client_kept *k)
{
    return k->acked == (UINT64_C(1) << k->what.addressees.count) - 1;
}

/* Recorded here about the records of another, and still running. */
static bool needs_status(const struct due *d, const struct client_kept *k)
{
    return k->what.kind == PROTO_SAY_CONSENT && k->what.until_s > d->now_s
        && sodium_memcmp(k->what.holder, d->node->me->id, PROTO_PARTNER_LEN) != 0;
}

static void add(struct proto_ids *ids, const uint8_t id[PROTO_ID_LEN])
{
    if (ids->count < DUE_MAX)
        memcpy(ids->id[ids->count++], id, PROTO_ID_LEN);
}

static bool due_each(void *arg, const struct client_kept *k)
{
    struct due *d = arg;
    uint64_t since = k->leaf_s;

    if (!k->mine || k->leaf_s == 0)
        return true;
    if (!all_acked(k) && last_get(d->x, 'r', k->what.id) > since)
        since = last_get(d->x, 'r', k->what.id);
    if (!all_acked(k) && since + DAY_S <= d->now_s)
        add(&d->repeat, k->what.id);
    since = last_get(d->x, 's', k->what.id);
    if (needs_status(d, k) && (since > k->leaf_s ? since : k->leaf_s) + DAY_S <= d->now_s)
        add(&d->status, k->what.id);
    return true;
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
    enum err e = client_kept_walk(d->x, ends_each, &f);

    s.code = f.found ? 1 : 0;
    memcpy(s.refers, k->what.id, sizeof s.refers);
    memcpy(s.case_id, k->what.case_id, sizeof s.case_id);
    memcpy(s.purpose, k->what.purpose, sizeof s.purpose);
    return e != OK ? e : client_statement_send(d->node, d->x, &s, NULL, NULL, NULL);
}

typedef enum err due_act(struct due *d, const struct client_kept *k);

static enum err repeat(struct due *d, const struct client_kept *k)
{
    return client_statement_repeat(d->node, d->x, k);
}

static enum err each(struct due *d, const struct proto_ids *ids, char what, due_act *act)
{
    struct client_kept *k = malloc(sizeof *k);
    uint8_t *memory = NULL;
    enum err e = k == NULL ? ERR_NOMEM : OK;

    for (uint8_t i = 0; e == OK && i < ids->count; i++) {
        e = client_kept_get(d->x, ids->id[i], k, &memory);
        if (e == OK)
            e = act(d, k);
        if (e == OK)
            e = last_put(d->x, what, ids->id[i], d->now_s);
        free(memory);
        memory = NULL;
    }
    free(k);
    return e;
}

enum err client_upkeep_run(struct client_node *n, struct vault_txn *x, uint64_t now_s)
{
    struct due *d = calloc(1, sizeof *d);
    enum err e = d == NULL ? ERR_NOMEM : client_desk_tick(n, x, now_s);

    if (e == OK) {
        *d = (struct due){.node = n, .x = x, .now_s = now_s};
        e = client_kept_walk(x, due_each, d);
    }
    if (e == OK)
        e = each(d, &d->repeat, 'r', repeat);
    if (e == OK)
        e = each(d, &d->status, 's', send_status);
    if (e == OK)
        e = client_resend_run(n, x);
    free(d);
    return e;
}

void client_upkeep_step(struct client_node *n)
{
    struct vault_txn *x = NULL;
    uint64_t now_s = clock_now_s();
    enum err e;

    if (now_s < n->upkeep_s)
        return;
    n->is_starting = !n->had_upkeep;
    n->had_upkeep = true;
    n->upkeep_s = now_s + (n->is_starting ? SOON_S : EVERY_S);
    e = client_vault_begin(n->vault, true, &x);
    if (e == OK) {
        e = client_upkeep_run(n, x, now_s);
        if (e == OK)
            e = client_vault_commit(x);
        else
            client_vault_abort(x);
    }
    n->is_starting = false;
    if (e != OK)
        log_event(LOG_WARN, "upkeep-failed", "err", err_word(e), NULL);
}
