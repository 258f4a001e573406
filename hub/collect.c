#include "hub/collect.h"

#include "base/log.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LOOK_MS = 60000, SAY_AGAIN_S = 3600 };

enum err hub_collect_open(struct hub_core *c)
{
    struct hub_collect *o = calloc(1, sizeof *o);
    struct kv_txn *x = NULL;
    enum err e = o == NULL ? ERR_NOMEM : hub_witness_init(&o->main, c->region, c->region->log_vkey);

    if (e == OK)
        e = hub_store_cosigned_open(c->kv, &o->store);
    if (e == OK)
        e = kv_begin(c->kv, false, &x);
    if (e == OK) {
        e = hub_store_cosigned_get(o->store, x, o->main.origin_id, &o->main.anchored);
        kv_abort(x);
    }
    if (e != OK && e != ERR_NOTFOUND) {
        hub_collect_close(o);
        return e;
    }
    c->collect = o;
    return OK;
}

void hub_collect_close(struct hub_collect *o)
{
    if (o == NULL)
        return;
    hub_store_cosigned_close(o->store);
    free(o);
}

/* ---- the log as a source ---- */

struct proving { struct hub_core *core; struct kv_txn *x; };

static enum err prove(void *arg, uint64_t old, uint64_t size, struct proto_merkle_proof *out)
{
    const struct proving *p = arg;

    return hub_ledger_prove_consistency(p->core->ledger, p->x, old, size, out);
}

/* The log that a query's key names: all zeros is the main one. NULL: none of ours. */
static struct hub_witness *log_of(struct hub_core *c, const uint8_t key[PROTO_KEY_LEN])
{
    struct hub_witness *w = &c->collect->main;

    return sodium_is_zero(key, PROTO_KEY_LEN) || memcmp(key, w->origin_id, sizeof w->origin_id) == 0 ? w : NULL;
}

enum err hub_collect_body(struct hub_core *c, struct kv_txn *x, uint64_t old, struct wr *w, enum proto_refusal *result)
{
    struct proving p = { c, x };
    const struct hub_witness_source source = { .newest = &c->checkpoint, .prove = prove, .arg = &p };

    return hub_witness_request(&c->collect->main, &source, old, c->now_ms, w, result);
}

enum err hub_collect_request(struct hub_core *c, struct kv_txn *x, const struct hub_job *j, struct wr *w, enum proto_refusal *result)
{
    const struct hub_witness *log = log_of(c, j->act.msg.key);

    if (log == NULL) {
        *result = PROTO_NOT_FOUND;
        return OK;
    }
    return hub_collect_body(c, x, j->act.msg.number, w, result);
}

static void write_anchored(const struct hub_witness *log, struct wr *w)
{
    wr_copy(w, log->anchored.note, log->anchored.note_len);
}

enum err hub_collect_newest(struct hub_core *c, struct kv_txn *x, const struct hub_job *j, struct wr *w, enum proto_refusal *result)
{
    const struct hub_witness *log = log_of(c, j->act.msg.key);

    (void)x;
    if (log == NULL || log->anchored.note_len == 0)
        *result = PROTO_NOT_FOUND;
    else
        write_anchored(log, w);
    return OK;
}

/* Whose checkpoint it is stands in its first line. */
static struct hub_witness *log_of_note(struct hub_core *c, const struct proto_blob *note)
{
    struct hub_witness *w = &c->collect->main;
    size_t len = strlen(w->log.name);

    return note->len > len && note->data[len] == '\n' && memcmp(note->data, w->log.name, len) == 0 ? w : NULL;
}

enum err hub_collect_take(struct hub_core *c, struct kv_txn *x, const struct hub_job *j, struct wr *w, enum proto_refusal *result)
{
    const struct proto_blob *note = &j->act.msg.payload;
    struct hub_witness *log = log_of_note(c, note);

    (void)x;
    *result = log == NULL ? PROTO_NOT_FOUND : hub_witness_take(log, note->data, note->len, c->now_s);
    if (*result == PROTO_ACCEPTED)
        write_anchored(log, w);
    return OK;
}

/* ---- the store ---- */

enum err hub_collect_save(struct hub_core *c, struct kv_txn *x)
{
    const struct hub_witness *w = &c->collect->main;

    if (!w->is_unsaved || w->anchored.note_len == 0)
        return OK;
    return hub_store_cosigned_put(c->collect->store, x, w->origin_id, &w->anchored, c->now_s);
}

void hub_collect_saved(struct hub_core *c)
{
    c->collect->main.is_unsaved = false;
}

/* ---- the alarm ---- */

void hub_collect_look(struct hub_core *c, struct kv_txn *x)
{
    struct hub_witness *w = &c->collect->main;
    struct hub_act_row row;
    char size[24];

    if (!w->is_possible || (c->collect->look_ms != 0 && c->now_ms - c->collect->look_ms < LOOK_MS))
        return;
    c->collect->look_ms = c->now_ms;
    w->oldest_s = 0;
    if (w->anchored.head.size < c->checkpoint.head.size && hub_store_act_get(c->acts, x, w->anchored.head.size, &row) == OK)
        w->oldest_s = row.time_s;
    if (w->oldest_s == 0 || c->now_s < w->oldest_s + HUB_WITNESS_ALARM_S || c->now_s < w->alarm_s + SAY_AGAIN_S)
        return;
    w->alarm_s = c->now_s;
    (void)snprintf(size, sizeof size, "%llu", (unsigned long long)w->anchored.head.size);
    log_event(LOG_ERROR, "not anchored for a day", "size", size, NULL);
}

void hub_collect_status(const struct hub_core *c, cJSON *root)
{
    const struct hub_witness *w = &c->collect->main;

    json_add_u64(root, "witnesses", c->region->witness_count);
    json_add_bool(root, "can_anchor", w->is_possible);
    json_add_u64(root, "anchored", w->anchored.head.size);
    json_add_u64(root, "anchored_time", w->anchored_s);
    json_add_bool(root, "anchor_alarm", w->oldest_s != 0 && c->now_s >= w->oldest_s + HUB_WITNESS_ALARM_S);
}
