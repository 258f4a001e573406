#include "client/index.h"

#include "base/rd.h"
#include "base/wr.h"
#include "client/meta.h"
#include "client/unread.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { DAY_S = 86400, KEY_MAX = 48, SUBJECT_LEN = 16 };

struct key { uint8_t at[KEY_MAX]; size_t len; };

static struct key key_of(const char *name, const uint8_t *what, size_t what_len, const uint8_t *id)
{
    struct key k = {.len = 0};
    struct wr w;

    wr_init(&w, k.at, sizeof k.at);
    wr_copy(&w, (const uint8_t *)name, strlen(name));
    wr_copy(&w, what, what_len);
    if (id != NULL)
        wr_copy(&w, id, PROTO_ID_LEN);
    if (wr_end(&w) != OK)
        abort();
    k.len = w.len;
    return k;
}

static struct key due_key(uint64_t at_s, const uint8_t id[PROTO_ID_LEN])
{
    uint8_t moment[8];
    struct wr w;

    wr_init(&w, moment, sizeof moment);
    wr_u64(&w, at_s);
    return key_of(CLIENT_META_INDEX_DUE, moment, sizeof moment, id);
}

/* The store's keys say nothing: a pseudonym does not stand in one. */
static void subject_mac(struct vault_txn *x, const struct proto_subject_id *who, uint8_t out[SUBJECT_LEN])
{
    uint8_t subject[1 + sizeof who->value], mac[32];

    subject[0] = who->type;
    memcpy(subject + 1, who->value, sizeof who->value);
    client_vault_name_key(client_vault_of(x), "facts subject", subject, sizeof subject, mac);
    memcpy(out, mac, SUBJECT_LEN);
}

static enum err put(struct vault_txn *x, struct key k)
{
    return client_vault_put(x, CLIENT_T_META, k.at, k.len, "", 0);
}

static enum err drop(struct vault_txn *x, struct key k)
{
    enum err e = client_vault_delete(x, CLIENT_T_META, k.at, k.len);

    return e == ERR_NOTFOUND ? OK : e;
}

/* ---- statements ---- */

/* Of the other kinds nothing is to be done once everybody has acknowledged. */
static bool has_moment(const struct client_kept *k)
{
    return k->mine && k->leaf_s != 0
        && (!client_kept_is_acked(k) || (k->what.kind == PROTO_SAY_CONSENT && sodium_memcmp(k->what.holder, k->what.setter, PROTO_PARTNER_LEN) != 0));
}

static struct key facts_key(struct vault_txn *x, const struct proto_subject_id *who, const uint8_t *id)
{
    uint8_t subject[SUBJECT_LEN];

    subject_mac(x, who, subject);
    return key_of(CLIENT_META_INDEX_FACTS, subject, sizeof subject, id);
}

enum err client_index_statement(struct vault_txn *x, const struct client_kept *k)
{
    enum err e = has_moment(k) ? put(x, due_key(k->leaf_s + DAY_S, k->what.id)) : OK;

    if (e == OK && k->what.kind == PROTO_SAY_WITHDRAWAL)
        e = put(x, key_of(CLIENT_META_INDEX_ENDS, k->what.refers, PROTO_ID_LEN, k->what.id));
    if (e == OK && k->what.kind == PROTO_SAY_FACTS)
        e = put(x, facts_key(x, &k->what.subject, k->what.id));
    return e;
}

/* What is due is dropped when its moment comes. */
enum err client_index_forget(struct vault_txn *x, const struct client_kept *k)
{
    if (k->what.kind == PROTO_SAY_WITHDRAWAL)
        return drop(x, key_of(CLIENT_META_INDEX_ENDS, k->what.refers, PROTO_ID_LEN, k->what.id));
    return k->what.kind == PROTO_SAY_FACTS ? drop(x, facts_key(x, &k->what.subject, k->what.id)) : OK;
}

/* ---- decisions ---- */

static bool is_open(const struct client_desk *d)
{
    switch (d->state) {
    case CLIENT_DESK_WAITING:
    case CLIENT_DESK_PREPARED:
    case CLIENT_DESK_GRANTED:
    case CLIENT_DESK_RELEASED:
    case CLIENT_DESK_ARRIVED:
    case CLIENT_DESK_OPENED:
        return true;
    default:
        return false;
    }
}

enum err client_index_desk(struct vault_txn *x, const struct client_desk *d)
{
    return is_open(d) ? put(x, key_of(CLIENT_META_INDEX_OPEN, d->id, PROTO_ID_LEN, NULL)) : client_index_desk_forget(x, d->id);
}

enum err client_index_desk_forget(struct vault_txn *x, const uint8_t id[PROTO_ID_LEN])
{
    return drop(x, key_of(CLIENT_META_INDEX_OPEN, id, PROTO_ID_LEN, NULL));
}

/* ---- what is due ---- */

struct taking { uint64_t now_s; struct client_index_at *out; size_t count; };

static bool take(void *arg, const uint8_t *key, size_t key_len, const uint8_t *value, size_t len)
{
    struct taking *t = arg;
    struct client_index_at due;
    struct rd r;

    (void)value;
    (void)len;
    rd_init(&r, key, key_len);
    (void)rd_view(&r, sizeof CLIENT_META_INDEX_DUE - 1);
    due.at_s = rd_u64(&r);
    rd_copy(&r, due.id, sizeof due.id);
    if (rd_end(&r) != OK)
        return true;
    if (due.at_s > t->now_s || t->count == CLIENT_INDEX_DUE_MAX)
        return false;
    t->out[t->count++] = due;
    return true;
}

enum err client_index_due(struct vault_txn *x, uint64_t now_s, struct client_index_at *out, size_t *count)
{
    struct taking t = {.now_s = now_s, .out = out};
    enum err e = client_vault_walk(x, CLIENT_T_META, CLIENT_META_INDEX_DUE, sizeof CLIENT_META_INDEX_DUE - 1, take, &t);

    if (e == OK)
        *count = t.count;
    return e;
}

enum err client_index_due_again(struct vault_txn *x, const struct client_index_at *was, uint64_t at_s)
{
    enum err e = drop(x, due_key(was->at_s, was->id));

    return e == OK && at_s != 0 ? put(x, due_key(at_s, was->id)) : e;
}

/* ---- walks ---- */

struct walk {
    struct vault_txn *x;
    client_kept_each *statement;
    client_desk_each *desk;
    void *arg;
    struct client_kept *kept;
    bool *unread;   /* NULL: a row that cannot be read ends the walk */
    enum err err;
};

/* The mark's last bytes are the row's id. */
static bool walk_each(void *arg, const uint8_t *key, size_t key_len, const uint8_t *value, size_t len)
{
    struct walk *w = arg;
    struct client_desk d;
    uint8_t *memory = NULL;
    const uint8_t *id = key + key_len - PROTO_ID_LEN;
    bool more = true;

    (void)value;
    (void)len;
    if (key_len <= PROTO_ID_LEN)
        return true;
    w->err = w->desk != NULL ? client_desk_get(w->x, id, &d) : client_kept_get(w->x, id, w->kept, &memory);
    if (w->err == OK)
        more = w->desk != NULL ? w->desk(w->arg, &d) : w->statement(w->arg, w->kept);
    free(memory);
    if (w->unread != NULL && client_unread_is(w->err)) {
        *w->unread = true;
        w->err = OK;
    }
    if (w->err == ERR_NOTFOUND)
        w->err = OK;
    return w->err == OK && more;
}

static enum err walk(struct walk *w, struct key k)
{
    enum err e;

    w->kept = malloc(sizeof *w->kept);
    if (w->kept == NULL)
        return ERR_NOMEM;
    e = client_vault_walk(w->x, CLIENT_T_META, k.at, k.len, walk_each, w);
    free(w->kept);
    return e == OK ? w->err : e;
}

enum err client_index_ends(struct vault_txn *x, const uint8_t consent[PROTO_ID_LEN], client_kept_each *each, void *arg)
{
    return walk(&(struct walk){.x = x, .statement = each, .arg = arg}, key_of(CLIENT_META_INDEX_ENDS, consent, PROTO_ID_LEN, NULL));
}

enum err client_index_facts(struct vault_txn *x, const struct proto_subject_id *who, client_kept_each *each, void *arg)
{
    return walk(&(struct walk){.x = x, .statement = each, .arg = arg}, facts_key(x, who, NULL));
}

enum err client_index_open_desk(struct vault_txn *x, client_desk_each *each, void *arg)
{
    return walk(&(struct walk){.x = x, .desk = each, .arg = arg}, key_of(CLIENT_META_INDEX_OPEN, NULL, 0, NULL));
}

enum err client_index_open_desk_left(struct vault_txn *x, client_desk_each *each, void *arg, bool *unread)
{
    return walk(&(struct walk){.x = x, .desk = each, .arg = arg, .unread = unread}, key_of(CLIENT_META_INDEX_OPEN, NULL, 0, NULL));
}

/* ---- a store of before ---- */

struct building { struct vault_txn *x; enum err err; };

static bool mark_statement(void *arg, const struct client_kept *k)
{
    struct building *b = arg;

    b->err = client_index_statement(b->x, k);
    return b->err == OK;
}

static bool mark_desk(void *arg, const struct client_desk *d)
{
    struct building *b = arg;

    b->err = client_index_desk(b->x, d);
    return b->err == OK;
}

static enum err build(struct vault_txn *x)
{
    struct building b = {.x = x};
    enum err e = client_kept_walk(x, mark_statement, &b);

    if (e == OK && b.err == OK)
        e = client_desk_walk(x, mark_desk, &b);
    if (e == OK)
        e = b.err;
    return e == OK ? client_meta_put(x, CLIENT_META_INDEX, "", 0) : e;
}

enum err client_index_open(struct vault *v)
{
    struct vault_txn *x = NULL;
    bool built = false;
    enum err e = client_vault_begin(v, true, &x);

    if (e != OK)
        return e;
    e = client_meta_has(x, CLIENT_META_INDEX, &built);
    if (e == OK && !built)
        e = build(x);
    if (e == OK && !built)
        return client_vault_commit(x);
    client_vault_abort(x);
    return e;
}
