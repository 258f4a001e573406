#include "hub/collect.h"

#include "base/log.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LOOK_MS = 60000, SAY_AGAIN_S = 3600 };

static const enum hub_signer_which logs[HUB_SIGN_LOGS] = { HUB_SIGN_LOG, HUB_SIGN_REGISTRY };

struct hub_witness *hub_collect_log(struct hub_core *c, enum hub_signer_which which)
{
    return which == HUB_SIGN_REGISTRY ? &c->collect->registry : &c->collect->main;
}

static enum err load(struct hub_core *c, struct hub_collect *o)
{
    struct kv_txn *x = NULL;
    enum err e = kv_begin(c->kv, false, &x);

    if (e != OK)
        return e;
    e = hub_store_cosigned_get(o->store, x, o->main.origin_id, &o->main.anchored);
    if (e == OK || e == ERR_NOTFOUND)
        e = hub_store_cosigned_get(o->store, x, o->registry.origin_id, &o->registry.anchored);
    kv_abort(x);
    return e == ERR_NOTFOUND ? OK : e;
}

enum err hub_collect_open(struct hub_core *c)
{
    struct hub_collect *o = calloc(1, sizeof *o);
    struct proto_note_key key;
    char vkey[PROTO_NOTE_VKEY_ROOM];
    enum err e = o == NULL ? ERR_NOMEM : hub_witness_init(&o->main, c->region, c->region->log_vkey);

    if (e == OK)
        e = proto_registry_key(c->region, &key);
    if (e == OK) {
        proto_note_key_encode(&key, vkey);
        e = hub_witness_init(&o->registry, c->region, vkey);
        /* It grows seldom, and nobody who holds what is new in it cosigns what is not (P-196). */
        o->registry.hold_ms = HUB_WITNESS_SEEN_HOLD_MS;
    }
    if (e == OK)
        e = hub_store_cosigned_open(c->kv, &o->store);
    if (e == OK)
        e = load(c, o);
    if (e != OK) {
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

/* ---- the logs as sources ---- */

struct proving { struct hub_core *core; struct kv_txn *x; };

static enum err prove(void *arg, uint64_t old, uint64_t size, struct proto_merkle_proof *out)
{
    const struct proving *p = arg;

    return hub_ledger_prove_consistency(p->core->ledger, p->x, old, size, out);
}

static enum err prove_registry(void *arg, uint64_t old, uint64_t size, struct proto_merkle_proof *out)
{
    const struct proving *p = arg;

    return hub_registry_prove(p->core->registry, old, size, out);
}

/* The log that a query's key names: all zeros is the main one. false: none of ours. */
static bool log_of(struct hub_core *c, const uint8_t key[PROTO_KEY_LEN], enum hub_signer_which *which)
{
    *which = HUB_SIGN_LOG;
    if (sodium_is_zero(key, PROTO_KEY_LEN))
        return true;
    for (size_t i = 0; i < HUB_SIGN_LOGS; i++)
        if (memcmp(key, hub_collect_log(c, logs[i])->origin_id, PROTO_HASH_LEN) == 0) {
            *which = logs[i];
            return true;
        }
    return false;
}

enum err hub_collect_body(struct hub_core *c, struct kv_txn *x, enum hub_signer_which which, uint64_t old, struct wr *w,
    enum proto_refusal *result)
{
    bool is_registry = which == HUB_SIGN_REGISTRY;
    struct proving p = { c, x };
    const struct hub_witness_source source = { .newest = is_registry ? &c->registry->checkpoint : &c->checkpoint,
        .prove = is_registry ? prove_registry : prove, .arg = &p };

    return hub_witness_request(hub_collect_log(c, which), &source, old, c->now_ms, w, result);
}

enum err hub_collect_request(struct hub_core *c, struct kv_txn *x, const struct hub_job *j, struct wr *w, enum proto_refusal *result)
{
    enum hub_signer_which which;

    if (!log_of(c, j->act.msg.key, &which)) {
        *result = PROTO_NOT_FOUND;
        return OK;
    }
    return hub_collect_body(c, x, which, j->act.msg.number, w, result);
}

static void write_anchored(const struct hub_witness *log, struct wr *w)
{
    wr_copy(w, log->anchored.note, log->anchored.note_len);
}

enum err hub_collect_newest(struct hub_core *c, struct kv_txn *x, const struct hub_job *j, struct wr *w, enum proto_refusal *result)
{
    enum hub_signer_which which;

    (void)x;
    if (!log_of(c, j->act.msg.key, &which) || hub_collect_log(c, which)->anchored.note_len == 0)
        *result = PROTO_NOT_FOUND;
    else
        write_anchored(hub_collect_log(c, which), w);
    return OK;
}

/* Whose checkpoint it is stands in its first line. */
static struct hub_witness *log_of_note(struct hub_core *c, const struct proto_blob *note)
{
    for (size_t i = 0; i < HUB_SIGN_LOGS; i++) {
        struct hub_witness *w = hub_collect_log(c, logs[i]);
        size_t len = strlen(w->log.name);

        if (note->len > len && note->data[len] == '\n' && memcmp(note->data, w->log.name, len) == 0)
            return w;
    }
    return NULL;
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
    enum err e = OK;

    for (size_t i = 0; e == OK && i < HUB_SIGN_LOGS; i++) {
        const struct hub_witness *w = hub_collect_log(c, logs[i]);

        if (w->is_unsaved && w->anchored.note_len != 0)
            e = hub_store_cosigned_put(c->collect->store, x, w->origin_id, &w->anchored, c->now_s);
    }
    return e;
}

void hub_collect_saved(struct hub_core *c)
{
    for (size_t i = 0; i < HUB_SIGN_LOGS; i++)
        hub_collect_log(c, logs[i])->is_unsaved = false;
}

/* ---- the alarm ---- */

/* Of the leaf behind what is anchored; 0: there is none. */
static uint64_t first_open(struct hub_core *c, struct kv_txn *x, enum hub_signer_which which)
{
    uint64_t at = hub_collect_log(c, which)->anchored.head.size, time_s = 0;
    struct hub_act_row row;

    if (which == HUB_SIGN_REGISTRY)
        return hub_registry_leaf_time(c->registry, x, at, &time_s) == OK ? time_s : 0;
    return at < c->checkpoint.head.size && hub_store_act_get(c->acts, x, at, &row) == OK ? row.time_s : 0;
}

static bool is_late(const struct hub_core *c, const struct hub_witness *w)
{
    return w->oldest_s != 0 && c->now_s >= w->oldest_s + HUB_WITNESS_ALARM_S;
}

static void look_at(struct hub_core *c, struct kv_txn *x, enum hub_signer_which which)
{
    struct hub_witness *w = hub_collect_log(c, which);
    char size[24];

    w->oldest_s = first_open(c, x, which);
    if (!is_late(c, w) || c->now_s < w->alarm_s + SAY_AGAIN_S)
        return;
    w->alarm_s = c->now_s;
    (void)snprintf(size, sizeof size, "%llu", (unsigned long long)w->anchored.head.size);
    log_event(LOG_ERROR, which == HUB_SIGN_REGISTRY ? "registry not anchored for a day" : "not anchored for a day", "size", size, NULL);
}

void hub_collect_look(struct hub_core *c, struct kv_txn *x)
{
    if (c->collect->look_ms != 0 && c->now_ms - c->collect->look_ms < LOOK_MS)
        return;
    c->collect->look_ms = c->now_ms;
    for (size_t i = 0; proto_cosigned_is_possible(c->region, c->now_s) && i < HUB_SIGN_LOGS; i++)
        look_at(c, x, logs[i]);
}

void hub_collect_status(const struct hub_core *c, cJSON *root)
{
    const struct hub_witness *w = &c->collect->main, *r = &c->collect->registry;

    json_add_u64(root, "witnesses", c->region->witness_count);
    json_add_bool(root, "can_anchor", proto_cosigned_is_possible(c->region, c->now_s));
    json_add_u64(root, "anchored", w->anchored.head.size);
    json_add_u64(root, "anchored_time", w->anchored_s);
    json_add_u64(root, "registry", c->registry->checkpoint.head.size);
    json_add_u64(root, "registry_anchored", r->anchored.head.size);
    json_add_u64(root, "registry_anchored_time", r->anchored_s);
    json_add_bool(root, "anchor_alarm", is_late(c, w) || is_late(c, r));
}
