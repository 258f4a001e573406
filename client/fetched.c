#include "client/fetched.h"

#include "base/log.h"
#include "base/rd.h"
#include "base/wr.h"
#include "client/hublink.h"
#include "client/meta.h"

#include <stdlib.h>
#include <string.h>

/*
 * CLIENT_META_FETCHED of the row: 16 release | u64 when the hub first said that it was fetched, 0: not yet. Only of what is handed
 * over and not read: a sweep takes out the others. A sweep asks about a few at a time, in the order of their ids, as the link has other calls to
 * make; between sweeps the pause doubles, up to an hour; a new release begins again.
 */
enum { ROW_LEN = PROTO_ID_LEN + 8, ASK_MAX = CLIENT_FETCHED_ASKED, OVER_MAX = 64, FIRST_MS = 1000, MOST_MS = 3600 * 1000, QUERY_MS = 10000 };

struct row { uint8_t id[PROTO_ID_LEN], release[PROTO_ID_LEN]; uint64_t at_s; };

static enum err put(struct vault_txn *x, const struct row *row)
{
    uint8_t value[ROW_LEN];
    struct wr w;

    wr_init(&w, value, sizeof value);
    wr_copy(&w, row->release, sizeof row->release);
    wr_u64(&w, row->at_s);
    return client_meta_put_of(x, CLIENT_META_FETCHED, row->id, value, sizeof value);
}

static enum err read_row(const uint8_t id[PROTO_ID_LEN], const uint8_t *value, size_t len, struct row *out)
{
    struct rd r;

    memcpy(out->id, id, sizeof out->id);
    rd_init(&r, value, len);
    rd_copy(&r, out->release, sizeof out->release);
    out->at_s = rd_u64(&r);
    return rd_end(&r);
}

static enum err get(struct vault_txn *x, const uint8_t id[PROTO_ID_LEN], struct row *out)
{
    uint8_t *value = NULL;
    size_t len = 0;
    enum err e = client_meta_get_of(x, CLIENT_META_FETCHED, id, &value, &len);

    if (e == OK)
        e = read_row(id, value, len, out);
    free(value);
    return e;
}

enum err client_fetched_forget(struct vault_txn *x, const uint8_t id[PROTO_ID_LEN])
{
    return client_meta_drop_of(x, CLIENT_META_FETCHED, id);
}

enum err client_fetched_wait(struct client_node *n, struct vault_txn *x, const struct client_desk *d, const uint8_t release[PROTO_ID_LEN])
{
    struct row row = {.at_s = 0};

    memcpy(row.id, d->id, sizeof row.id);
    memcpy(row.release, release, sizeof row.release);
    n->fetched.due_ms = clock_mono_ms() + FIRST_MS;
    n->fetched.pause_ms = FIRST_MS;
    return put(x, &row);
}

enum err client_fetched_at(struct vault_txn *x, const struct client_desk *d, uint64_t *at_s)
{
    struct row row = {.at_s = 0};
    enum err e = d->state == CLIENT_DESK_RELEASED && d->opened_s == 0 ? get(x, d->id, &row) : ERR_NOTFOUND;

    if (e == OK || e == ERR_NOTFOUND)
        *at_s = row.at_s;
    return e == ERR_NOTFOUND ? OK : e;
}

/* ---- over all of them ---- */

struct sweep {
    struct vault_txn *x;
    uint64_t now_s, silent;
    bool lists;                                     /* those that wait, behind after, and those that are over */
    uint8_t after[PROTO_ID_LEN];
    struct row waiting[ASK_MAX], over[OVER_MAX];    /* what does not fit comes with the next */
    size_t waiting_count, over_count;
    enum err err;
};

static bool sweep_each(void *arg, const uint8_t *key, size_t key_len, const uint8_t *value, size_t len)
{
    struct sweep *s = arg;
    struct client_desk d;
    struct row row;
    enum err e;

    if (key_len != CLIENT_META_KEY || read_row(key + 1, value, len, &row) != OK)
        return true;
    e = client_desk_get(s->x, row.id, &d);
    if (e != OK && e != ERR_NOTFOUND) {
        s->err = e;
        return false;
    }
    if (e == ERR_NOTFOUND || d.state != CLIENT_DESK_RELEASED || d.opened_s != 0) {
        if (s->lists && s->over_count < OVER_MAX)
            s->over[s->over_count++] = row;
        return true;
    }
    s->silent += row.at_s != 0 && row.at_s + CLIENT_FETCHED_SILENT_S <= s->now_s;
    if (s->lists && row.at_s == 0 && s->waiting_count < ASK_MAX && memcmp(row.id, s->after, sizeof row.id) > 0)
        s->waiting[s->waiting_count++] = row;
    return true;
}

static enum err sweep(struct sweep *s)
{
    enum err e = client_meta_walk_of(s->x, CLIENT_META_FETCHED, sweep_each, s);

    return e == OK ? s->err : e;
}

enum err client_fetched_silent(struct vault_txn *x, uint64_t now_s, uint64_t *count)
{
    struct sweep s = {.x = x, .now_s = now_s};
    enum err e = sweep(&s);

    if (e == OK)
        *count = s.silent;
    return e;
}

/* ---- asking ---- */

/* Of what is gone meanwhile nothing is kept, nor of what was handed over anew since it was asked: the answer is about another release. */
static enum err keep(struct client_node *n, const struct client_fetched_asked *about)
{
    struct row row = {.at_s = 0};
    struct vault_txn *x = NULL;
    enum err e = client_vault_begin(n->vault, true, &x);

    if (e == OK)
        e = get(x, about->id, &row);
    if (e == OK && memcmp(row.release, about->release, sizeof row.release) == 0) {
        row.at_s = clock_now_s();
        e = put(x, &row);
        if (e == OK)
            return client_vault_commit(x);
    }
    client_vault_abort(x);
    return e == ERR_NOTFOUND ? OK : e;
}

static void answered(struct client_node *n, void *arg, enum err result, const struct proto_reply *reply)
{
    n->fetched.asked--;
    if (result == OK && reply->result == PROTO_ACCEPTED && reply->payload.len == 1 && reply->payload.data[0] == 1 && keep(n, arg) != OK)
        log_event(LOG_WARN, "not-stored", "step", "fetched", NULL);
}

/* None is under way when a few more are asked about, so each has a place of its own. */
static void ask(struct client_node *n, const struct row *row, size_t place)
{
    struct proto_msg m = {.kind = PROTO_QUERY, .code = PROTO_QUERY_TAKEN};
    struct client_fetched_asked *about = &n->fetched.about[place];

    memcpy(about->id, row->id, sizeof about->id);
    memcpy(about->release, row->release, sizeof about->release);
    memcpy(m.refers, row->release, sizeof m.refers);
    if (client_link_ask(n, &m, QUERY_MS, answered, about) == OK)
        n->fetched.asked++;
}

static enum err take_out(struct client_node *n, const struct sweep *s)
{
    struct vault_txn *x = NULL;
    enum err e = s->over_count == 0 ? OK : client_vault_begin(n->vault, true, &x);

    for (size_t i = 0; e == OK && i < s->over_count; i++)
        e = client_fetched_forget(x, s->over[i].id);
    if (x != NULL && e == OK)
        return client_vault_commit(x);
    client_vault_abort(x);
    return e;
}

/* When to go on: with the rest of these at once, with the first again after a pause. */
static void plan(struct client_node *n, const struct sweep *s)
{
    bool full = s->waiting_count == ASK_MAX;
    uint64_t pause_ms = n->fetched.pause_ms;

    if (full) {
        memcpy(n->fetched.after, s->waiting[ASK_MAX - 1].id, PROTO_ID_LEN);
        n->fetched.due_ms = clock_mono_ms() + FIRST_MS;
        return;
    }
    memset(n->fetched.after, 0, sizeof n->fetched.after);
    n->fetched.pause_ms = pause_ms >= MOST_MS / 2 ? MOST_MS : pause_ms < FIRST_MS ? FIRST_MS : 2 * pause_ms;
    n->fetched.due_ms = clock_mono_ms() + n->fetched.pause_ms;
}

void client_fetched_step(struct client_node *n)
{
    struct sweep s = {.now_s = clock_now_s(), .lists = true};
    enum err e;

    if (n->fetched.asked != 0 || !client_link_is_up(n) || clock_mono_ms() < n->fetched.due_ms)
        return;
    memcpy(s.after, n->fetched.after, sizeof s.after);
    e = client_vault_begin(n->vault, false, &s.x);
    if (e == OK)
        e = sweep(&s);
    client_vault_abort(s.x);
    if (e == OK)
        e = take_out(n, &s);
    for (size_t i = 0; e == OK && i < s.waiting_count; i++)
        ask(n, &s.waiting[i], i);
    if (e != OK)
        log_event(LOG_WARN, "not-read", "step", "fetched", "err", err_word(e), NULL);
    plan(n, &s);
}
