#include "client/witness_parts.h"

#include "base/log.h"
#include "base/rd.h"
#include "base/wr.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { ROW_LEN = 8 + PROTO_HASH_LEN + 8 + 8 + 8 + PROTO_HASH_LEN + 8 + 1, KEY_LEN = 2 + PROTO_HASH_LEN };

/* ---- the vault: two rows for each log, what was cosigned ("c") and the anchored checkpoint ("a") ---- */

static void row_key(const struct witness_log *l, char what, uint8_t key[KEY_LEN])
{
    key[0] = 'w';
    key[1] = (uint8_t)what;
    memcpy(key + 2, l->origin_id, PROTO_HASH_LEN);
}

static enum err encode_row(const struct witness_log *l, uint8_t row[ROW_LEN])
{
    struct wr w;

    wr_init(&w, row, ROW_LEN);
    wr_u64(&w, l->known.seen.size);
    wr_copy(&w, l->known.seen.root, sizeof l->known.seen.root);
    wr_u64(&w, l->self_s);
    wr_u64(&w, l->other_s);
    wr_u64(&w, l->anchored.size);
    wr_copy(&w, l->anchored.root, sizeof l->anchored.root);
    wr_u64(&w, l->anchored_s);
    wr_u8(&w, l->retired ? 1 : 0);
    return wr_end(&w);
}

static enum err decode_row(const uint8_t *data, size_t len, struct witness_log *l)
{
    struct rd r;

    rd_init(&r, data, len);
    l->known.seen.size = rd_u64(&r);
    rd_copy(&r, l->known.seen.root, sizeof l->known.seen.root);
    l->self_s = rd_u64(&r);
    l->other_s = rd_u64(&r);
    l->anchored.size = rd_u64(&r);
    rd_copy(&r, l->anchored.root, sizeof l->anchored.root);
    l->anchored_s = rd_u64(&r);
    l->retired = rd_u8(&r) != 0;
    return rd_end(&r);
}

/* Synced when it returns. note may be NULL: the anchored checkpoint stays. */
static enum err store(struct client_node *n, const struct witness_log *l, const uint8_t *note, size_t len)
{
    uint8_t key[KEY_LEN], row[ROW_LEN];
    struct vault_txn *x = NULL;
    enum err e = encode_row(l, row);

    if (e == OK)
        e = client_vault_begin(n->vault, true, &x);
    row_key(l, 'c', key);
    if (e == OK)
        e = client_vault_put(x, CLIENT_T_META, key, sizeof key, row, sizeof row);
    row_key(l, 'a', key);
    if (e == OK && note != NULL)
        e = client_vault_put(x, CLIENT_T_META, key, sizeof key, note, len);
    if (e == OK)
        return client_vault_commit(x);
    client_vault_abort(x);
    return e;
}

static enum err load(struct client_node *n, struct witness_log *l)
{
    uint8_t key[KEY_LEN], *row = NULL;
    struct vault_txn *x = NULL;
    size_t len = 0;
    enum err e = client_vault_begin(n->vault, false, &x);

    row_key(l, 'c', key);
    if (e == OK)
        e = client_vault_get(x, CLIENT_T_META, key, sizeof key, &row, &len);
    if (e == OK)
        e = decode_row(row, len, l);
    client_vault_abort(x);
    free(row);
    return e == ERR_NOTFOUND ? OK : e;
}

enum err client_witness_anchored(struct vault_txn *x, const struct client_node *n, uint8_t **out, size_t *len)
{
    uint8_t key[KEY_LEN];

    if (n->witness == NULL)
        return ERR_NOTFOUND;
    row_key(&n->witness->log, 'a', key);
    return client_vault_get(x, CLIENT_T_META, key, sizeof key, out, len);
}

/* ---- open and close ---- */

static void count_others(struct client_node *n, struct client_witness *w)
{
    for (uint8_t i = 0; i < n->region.witness_count; i++) {
        struct proto_note_key key;

        if (proto_note_key_decode(n->region.witness[i].vkey, &key) == OK
            && (w->key == NULL || sodium_memcmp(key.key, w->vkey.key, sizeof key.key) != 0))
            w->others++;
    }
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
    w->holder_size = PROTO_WITNESS_NO_SIZE;
    e = proto_note_key_decode(n->region.log_vkey, &w->log.known.key);
    if (e == OK && key != NULL)
        e = proto_note_key_make(n->me->handle, PROTO_NOTE_COSIGNATURE, public, &w->vkey);
    if (e == OK) {
        (void)crypto_hash_sha256(w->log.origin_id, (const uint8_t *)w->log.known.key.name, strlen(w->log.known.key.name));
        count_others(n, w);
        e = load(n, &w->log);
    }
    if (e != OK) {
        client_witness_close(w);
        return e;
    }
    n->witness = w;
    return OK;
}

void client_witness_close(struct client_witness *w)
{
    if (w == NULL)
        return;
    secret_free(w->key);
    free(w);
}

/* ---- what is known ---- */

bool client_witness_is_fresh(const struct client_node *n)
{
    const struct client_witness *w = n->witness;

    return w == NULL || w->others == 0 || w->log.other_s + CLIENT_WITNESS_FRESH_S > clock_now_s();
}

void client_witness_status(const struct client_node *n, struct client_witness_status *out)
{
    const struct client_witness *w = n->witness;

    *out = (struct client_witness_status){.fresh = client_witness_is_fresh(n)};
    if (w == NULL)
        return;
    out->cosigns = w->key != NULL && !w->log.retired;
    out->retired = w->log.retired;
    out->can_anchor = proto_cosigned_is_possible(&n->region);
    out->cosigned_size = w->log.known.seen.size;
    out->anchored_size = w->log.anchored.size;
    out->anchored_s = w->log.anchored_s;
    out->other_s = w->log.other_s;
    out->alarm = out->can_anchor && n->link->newest.size > w->log.anchored.size && w->log.anchored_s != 0
        && w->log.anchored_s + CLIENT_WITNESS_ALARM_S <= clock_now_s();
}

enum err client_witness_retire(struct client_node *n, struct vault_txn *x)
{
    struct client_witness *w = n->witness;
    struct witness_log fresh;
    uint8_t key[KEY_LEN], row[ROW_LEN];
    enum err e;

    if (w == NULL)
        return OK;
    fresh = w->log;
    fresh.retired = true;
    fresh.known.seen = (struct proto_merkle_head){.size = 0};
    fresh.anchored = fresh.known.seen;
    fresh.anchored_s = fresh.self_s = 0;
    e = encode_row(&fresh, row);
    row_key(&fresh, 'c', key);
    if (e == OK)
        e = client_vault_put(x, CLIENT_T_META, key, sizeof key, row, sizeof row);
    if (e == OK) {
        w->log = fresh;
        memset(w->recent, 0, sizeof w->recent);
        w->cut = false;
    }
    return e;
}

/* ---- the exchange with the hub ---- */

void client_witness_rest(struct client_witness *w, bool quick)
{
    w->busy = false;
    w->wait_ms = quick || w->wait_ms == 0 ? WITNESS_QUICK_MS : w->wait_ms * 2 < WITNESS_SLOW_MS ? w->wait_ms * 2 : WITNESS_SLOW_MS;
    w->at_ms = clock_mono_ms() + w->wait_ms;
}

static bool is_ours(const struct client_witness *w, const struct proto_merkle_head *head)
{
    for (size_t i = 0; i < sizeof w->recent / sizeof w->recent[0]; i++)
        if (w->recent[i].size == head->size && memcmp(w->recent[i].root, head->root, sizeof head->root) == 0)
            return true;
    return false;
}

/*
 * Lines of others: how fresh their word is, and whether it is enough. They count on a head that was shown to be of our history; another is
 * compared with it, and counts when it comes again.
 */
static enum err absorb(struct client_node *n, const uint8_t *note, size_t len, bool proven, struct proto_cosigned *c)
{
    struct client_witness *w = n->witness;
    struct witness_log *l = &w->log, fresh = *l;
    bool is_news;
    enum err e = proto_cosigned_count(&n->region, &l->known.key, note, len, w->key != NULL ? w->vkey.key : NULL, clock_now_s(), c);

    if (e != OK)
        return e;
    client_heads_saw(n, c->head.size, c->head.root, clock_now_s());
    if (n->link->forked || !(proven || is_ours(w, &c->head)))
        return OK;
    if (c->other_s > fresh.other_s)
        fresh.other_s = c->other_s;
    is_news = c->anchored && c->head.size >= l->anchored.size && (c->head.size != l->anchored.size || l->anchored_s == 0);
    if (is_news) {
        fresh.anchored = c->head;
        fresh.anchored_s = clock_now_s();
    }
    /* How fresh it is need not survive at once: it is asked for again after a restart. */
    if (is_news || fresh.other_s >= l->other_s + WITNESS_AGAIN_S)
        e = store(n, &fresh, is_news ? note : NULL, len);
    if (e == OK)
        *l = fresh;
    return e;
}

static void brought(struct client_node *n, void *arg, enum err result, const struct proto_reply *reply)
{
    struct client_witness *w = n->witness;
    struct proto_cosigned c;

    (void)arg;
    if (result == OK && reply->result == PROTO_ACCEPTED && reply->payload.len != 0
        && absorb(n, reply->payload.data, reply->payload.len, false, &c) != OK)
        log_event(LOG_WARN, "bad-checkpoint", "from", "hub", NULL);
    client_witness_rest(w, result == OK);
}

void client_witness_bring(struct client_node *n)
{
    struct client_witness *w = n->witness;
    struct proto_msg m = {.kind = PROTO_WITNESS, .payload = {w->note, w->note_len}};

    w->busy = true;
    if (client_link_ask(n, &m, WITNESS_ASK_MS, brought, NULL) != OK)
        client_witness_rest(w, false);
}

/* Into the vault first: what was cosigned once is never forgotten. Then the line, behind the log's. */
static enum err cosign(struct client_node *n, const struct proto_witness_verdict *v)
{
    struct client_witness *w = n->witness;
    struct witness_log fresh = w->log;
    struct proto_note_sig sig = {.time_s = clock_now_s()};
    uint8_t line[PROTO_WITNESS_LINE_ROOM];
    struct wr wr;
    enum err e;

    fresh.known.seen = v->head;
    fresh.self_s = sig.time_s;
    e = store(n, &fresh, NULL, 0);
    if (e != OK)
        return e;
    w->log = fresh;
    w->recent[w->recent_at++ % (sizeof w->recent / sizeof w->recent[0])] = v->head;
    if (w->key == NULL || w->log.retired)
        return ERR_NOTFOUND;
    e = proto_note_sign(&w->vkey, secret_wake(w->key), v->text, v->text_len, &sig);
    secret_sleep(w->key);
    wr_init(&wr, line, sizeof line);
    if (e == OK) {
        proto_note_write_line(&wr, &w->vkey, &sig);
        e = wr_end(&wr);
    }
    return e == OK ? proto_cosigned_append(w->note, w->note_len, line, wr.len, w->note, sizeof w->note, &w->note_len) : e;
}

/* Our own line is missing, or so old that others might not count it as fresh any more. */
static bool wants_line(const struct client_witness *w, const struct proto_witness_verdict *v, const struct proto_cosigned *c)
{
    if (v->head.size > w->log.known.seen.size || w->log.self_s == 0)
        return true;
    return w->key != NULL && !w->log.retired && c->self_s + WITNESS_AGAIN_S <= clock_now_s();
}

static void take_request(struct client_node *n, const uint8_t *body, size_t len, const struct proto_witness_verdict *v)
{
    struct client_witness *w = n->witness;
    struct proto_tlog_request q;
    struct proto_cosigned c;
    bool grew = v->head.size > w->log.known.seen.size;
    enum err e = proto_tlog_request_decode(body, len, &q);

    if (e == OK)
        e = absorb(n, q.checkpoint, q.checkpoint_len, true, &c);
    /* What was seen elsewhere does not fit: not to be cosigned. */
    if (e == OK && n->link->forked)
        e = ERR_STATE;
    if (e == OK)
        e = proto_cosigned_bare(&w->log.known.key, q.checkpoint, q.checkpoint_len, w->note, sizeof w->note, &w->note_len);
    if (e != OK) {
        log_event(LOG_WARN, "not-cosigned", "err", err_word(e), NULL);
        client_witness_rest(w, false);
        return;
    }
    w->head = c.head;
    w->outsider_s = c.outsider_s;
    e = wants_line(w, v, &c) ? cosign(n, v) : ERR_NOTFOUND;
    if (e == OK) {
        client_witness_bring(n);
        return;
    }
    if (e != ERR_NOTFOUND)
        log_event(LOG_ERROR, "not-cosigned", "err", err_word(e), NULL);
    if (!client_witness_courier(n))
        client_witness_rest(w, grew || !client_witness_is_fresh(n));
}

/* The hub has less than what it signed before us: a tail was cut, until it shows the whole again. */
static void take_refusal(struct client_node *n, enum proto_refusal why)
{
    struct client_witness *w = n->witness;

    if (why == PROTO_NOT_FOUND && w->log.known.seen.size != 0) {
        w->cut = true;
        client_heads_stop(n, false, "log-is-shorter-than-cosigned");
    }
    client_witness_rest(w, false);
}

static void asked(struct client_node *n, void *arg, enum err result, const struct proto_reply *reply)
{
    struct client_witness *w = n->witness;
    struct proto_witness_verdict v;
    enum err e = result;

    (void)arg;
    if (e == OK && reply->result != PROTO_ACCEPTED) {
        take_refusal(n, (enum proto_refusal)reply->result);
        return;
    }
    if (e == OK)
        e = proto_witness_judge(&w->log.known, 1, reply->payload.data, reply->payload.len, &v);
    if (e != OK) {
        client_witness_rest(w, false);
        return;
    }
    if (v.status == PROTO_WITNESS_COSIGNED) {
        if (w->cut)
            client_heads_resume(n);
        w->cut = false;
        take_request(n, reply->payload.data, reply->payload.len, &v);
        return;
    }
    log_event(LOG_ERROR, "not-cosigned", "reason", v.contradicts ? "two-histories" : "no-proof", NULL);
    if (v.contradicts)
        client_heads_stop(n, true, "does-not-extend-what-was-cosigned");
    client_witness_rest(w, false);
}

/* A first cosignature continues what the receipts have shown already. */
static void begin_from_heads(struct client_node *n, struct witness_log *l)
{
    if (l->known.seen.size == 0)
        l->known.seen = n->link->checked;
}

/* Sooner than planned: there is news that nobody has cosigned, or nothing may go out before somebody else has. */
static bool is_pressing(const struct client_node *n)
{
    const struct client_witness *w = n->witness;

    return n->link->newest.size > w->log.known.seen.size || !client_witness_is_fresh(n);
}

static uint64_t due_at(const struct client_node *n)
{
    const struct client_witness *w = n->witness;
    uint64_t soon = w->at_ms - w->wait_ms + WITNESS_QUICK_MS;

    return is_pressing(n) && soon < w->at_ms ? soon : w->at_ms;
}

void client_witness_step(struct client_node *n)
{
    struct client_witness *w = n->witness;
    struct proto_msg m = {.kind = PROTO_QUERY, .code = PROTO_QUERY_COSIGN};

    if (w == NULL || n->region.witness_count == 0 || w->busy)
        return;
    /* A hub that comes back may be another one than went. */
    if (!client_link_is_up(n))
        w->at_ms = 0;
    if (!client_link_is_up(n) || clock_mono_ms() < due_at(n))
        return;
    begin_from_heads(n, &w->log);
    m.number = w->log.known.seen.size;
    memcpy(m.key, w->log.origin_id, sizeof m.key);
    w->busy = client_link_ask(n, &m, WITNESS_ASK_MS, asked, NULL) == OK;
    if (!w->busy)
        client_witness_rest(w, false);
}

uint64_t client_witness_due(const struct client_node *n, uint64_t max)
{
    const struct client_witness *w = n->witness;
    uint64_t now = clock_mono_ms(), at;

    if (w == NULL || n->region.witness_count == 0 || w->busy || !client_link_is_up(n))
        return max;
    at = due_at(n);
    return at <= now ? 0 : at - now < max ? at - now : max;
}
