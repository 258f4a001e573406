#include "hub/store_statement.h"

#include "hub/row.h"
#include "hub/statement_row.h"

#include <sodium.h>
#include <string.h>

enum {
    SUBJECT_LEN = 1 + 32,
    BY_SUBJECT_LEN = SUBJECT_LEN + PROTO_PARTNER_LEN + PROTO_ID_LEN,
    CARRIED_LEN = PROTO_ID_LEN + PROTO_PARTNER_LEN,
    PLACE_LEN = 8
};

/* ---- who knows it ---- */

struct hub_delivery *hub_statement_delivery(struct hub_statement *s, const uint8_t partner[PROTO_PARTNER_LEN])
{
    for (size_t i = 0; i < s->delivered_count; i++)
        if (memcmp(s->delivered[i].to, partner, PROTO_PARTNER_LEN) == 0)
            return &s->delivered[i];
    return NULL;
}

bool hub_statement_is_known_to(const struct hub_statement *s, const uint8_t partner[PROTO_PARTNER_LEN])
{
    if (memcmp(s->setter, partner, PROTO_PARTNER_LEN) == 0)
        return true;
    for (size_t i = 0; i < s->delivered_count; i++)
        if (memcmp(s->delivered[i].to, partner, PROTO_PARTNER_LEN) == 0)
            return true;
    return false;
}

/* Enter it under its child and its case for one partner, or take it out again. */
static enum err enter_key(struct kv_txn *x, kv_table table, const struct wr *w, const struct hub_statement *s, bool in)
{
    const uint8_t kind = (uint8_t)s->kind;

    return in ? kv_put(x, table, w->buf, w->len, &kind, sizeof kind) : kv_delete(x, table, w->buf, w->len);
}

static enum err enter(const struct hub_tables *t, struct kv_txn *x, const struct hub_statement *s,
    const uint8_t partner[PROTO_PARTNER_LEN], bool in)
{
    uint8_t key[BY_SUBJECT_LEN];
    struct wr w;
    enum err e = OK;

    if (s->subject.type != PROTO_SUBJECT_NONE) {
        wr_init(&w, key, sizeof key);
        hub_row_write_subject(&w, &s->subject);
        wr_copy(&w, partner, PROTO_PARTNER_LEN);
        wr_copy(&w, s->id, sizeof s->id);
        e = enter_key(x, t->by_subject, &w, s, in);
    }
    if (e == OK && !sodium_is_zero(s->case_id, sizeof s->case_id)) {
        wr_init(&w, key, sizeof key);
        wr_copy(&w, s->case_id, sizeof s->case_id);
        wr_copy(&w, partner, PROTO_PARTNER_LEN);
        wr_copy(&w, s->id, sizeof s->id);
        e = enter_key(x, t->by_case, &w, s, in);
    }
    return e;
}

/* ---- put and get ---- */

static enum err write(const struct hub_tables *t, struct kv_txn *x, const struct hub_statement *s, bool is_new)
{
    uint8_t row[HUB_STATEMENT_ROW_MAX];
    struct wr w;
    enum err e;

    wr_init(&w, row, sizeof row);
    hub_statement_row_write(s, &w);
    e = wr_end(&w);
    if (e != OK)
        return e;
    return is_new ? kv_add(x, t->statement, s->id, sizeof s->id, row, w.len)
                  : kv_put(x, t->statement, s->id, sizeof s->id, row, w.len);
}

enum err hub_store_statement_save(const struct hub_tables *t, struct kv_txn *x, const struct hub_statement *s)
{
    return write(t, x, s, false);
}

static void place_key(uint64_t place, uint8_t key[PLACE_LEN])
{
    struct wr w;

    wr_init(&w, key, PLACE_LEN);
    wr_u64(&w, place);
}

/*
 * Originals stand one behind the other and not under their ids, which are random: several share a page, and the page is written
 * once. *place is the one behind the last.
 */
static enum err next_place(const struct hub_tables *t, struct kv_txn *x, uint64_t *place)
{
    struct kv_walk w;
    struct rd r;
    enum err e = kv_walk_last(x, t->original, &w);

    if (e == OK) {
        rd_init(&r, w.key, w.key_len);
        *place = rd_u64(&r) + 1;
        e = rd_end(&r) != OK || *place == 0 ? ERR_IO : OK;
    } else if (e == ERR_NOTFOUND) {
        *place = 0;
        e = OK;
    }
    kv_walk_end(&w);
    return e;
}

static enum err add_delivery(struct hub_statement *s, const uint8_t partner[PROTO_PARTNER_LEN])
{
    struct hub_delivery *d = &s->delivered[s->delivered_count];

    if (s->delivered_count == PROTO_ADDRESSEES_MAX)
        return ERR_RANGE;
    *d = (struct hub_delivery){.acked = false};
    memcpy(d->to, partner, PROTO_PARTNER_LEN);
    s->delivered_count++;
    return OK;
}

enum err hub_store_statement_add(const struct hub_tables *t, struct kv_txn *x, struct hub_statement *s,
    const struct proto_blob *original, const uint8_t *to)
{
    uint8_t key[PLACE_LEN];
    enum err e = next_place(t, x, &s->place);

    if (e == OK && to != NULL)
        e = add_delivery(s, to);
    if (e == OK)
        e = write(t, x, s, true);
    if (e != OK)
        return e;
    place_key(s->place, key);
    e = kv_append(x, t->original, key, sizeof key, original->data, original->len);
    if (e == OK)
        e = enter(t, x, s, s->setter, true);
    return e == OK && to != NULL ? enter(t, x, s, to, true) : e;
}

enum err hub_store_statement_deliver(const struct hub_tables *t, struct kv_txn *x, struct hub_statement *s,
    const uint8_t partner[PROTO_PARTNER_LEN])
{
    enum err e = add_delivery(s, partner);

    if (e == OK)
        e = write(t, x, s, false);
    return e != OK ? e : enter(t, x, s, partner, true);
}

enum err hub_store_statement_get(const struct hub_tables *t, struct kv_txn *x, const uint8_t id[PROTO_ID_LEN],
    struct hub_statement *out)
{
    struct hub_statement s = {.kind = PROTO_SAY_NONE};
    const uint8_t *row;
    size_t len;
    struct rd r;
    enum err e = kv_view(x, t->statement, id, PROTO_ID_LEN, &row, &len);

    if (e != OK)
        return e;
    rd_init(&r, row, len);
    hub_statement_row_read(&r, &s);
    if (rd_end(&r) != OK)
        return ERR_IO;
    memcpy(s.id, id, sizeof s.id);
    *out = s;
    return OK;
}

enum err hub_store_statement_original(const struct hub_tables *t, struct kv_txn *x,
    const uint8_t id[PROTO_ID_LEN], uint8_t **out, size_t *len)
{
    uint8_t key[PLACE_LEN];
    struct hub_statement s;
    enum err e = hub_store_statement_get(t, x, id, &s);

    if (e != OK)
        return e;
    place_key(s.place, key);
    e = kv_get_alloc(x, t->original, key, sizeof key, out, len);
    return e == ERR_NOTFOUND ? ERR_IO : e;
}

enum err hub_store_statement_drop(const struct hub_tables *t, struct kv_txn *x, const struct hub_statement *s)
{
    uint8_t key[PLACE_LEN];
    enum err e = kv_delete(x, t->statement, s->id, sizeof s->id);

    place_key(s->place, key);
    if (e == OK)
        e = kv_delete(x, t->original, key, sizeof key);
    if (e == OK)
        e = enter(t, x, s, s->setter, false);
    for (size_t i = 0; e == OK && i < s->delivered_count; i++)
        e = enter(t, x, s, s->delivered[i].to, false);
    return e;
}

enum err hub_store_statement_carry(const struct hub_tables *t, struct kv_txn *x,
    const uint8_t message[PROTO_ID_LEN], const struct hub_statement *s, const uint8_t to[PROTO_PARTNER_LEN])
{
    uint8_t row[CARRIED_LEN];
    struct wr w;

    wr_init(&w, row, sizeof row);
    wr_copy(&w, s->id, sizeof s->id);
    wr_copy(&w, to, PROTO_PARTNER_LEN);
    return kv_add(x, t->carried, message, PROTO_ID_LEN, row, w.len);
}

enum err hub_store_statement_carried(const struct hub_tables *t, struct kv_txn *x,
    const uint8_t message[PROTO_ID_LEN], const uint8_t to[PROTO_PARTNER_LEN], struct hub_statement *out)
{
    uint8_t row[CARRIED_LEN];
    enum err e = kv_get(x, t->carried, message, PROTO_ID_LEN, row, sizeof row);

    if (e != OK)
        return e;
    if (memcmp(row + PROTO_ID_LEN, to, PROTO_PARTNER_LEN) != 0)
        return ERR_NOTFOUND;
    return hub_store_statement_get(t, x, row, out);
}

enum err hub_store_statement_carried_drop(const struct hub_tables *t, struct kv_txn *x, const uint8_t message[PROTO_ID_LEN],
    bool *dropped)
{
    uint8_t row[CARRIED_LEN];
    const uint8_t *statement;
    size_t len;
    bool gone = false;
    enum err e = kv_get(x, t->carried, message, PROTO_ID_LEN, row, sizeof row);

    if (e == OK) {
        e = kv_view(x, t->statement, row, PROTO_ID_LEN, &statement, &len);
        gone = e == ERR_NOTFOUND;
    }
    if (gone)
        e = kv_delete(x, t->carried, message, PROTO_ID_LEN);
    if (e == OK)
        *dropped = gone;
    return e;
}

/* ---- by child ---- */

static bool is_handle(const struct proto_subject_id *s)
{
    return s->type == PROTO_SUBJECT_NONE || s->type == PROTO_SUBJECT_HANDLE;
}

/*
 * A case carries a child's statements to partners that know the child by the case's handle only. Two numbers
 * that differ are two children, and then the case changes nothing: nobody asks about one child on what was
 * said about another.
 */
bool hub_statement_is_about(const struct hub_statement *s, const struct hub_child *child)
{
    if (proto_msg_same_subject(&s->subject, &child->subject))
        return true;
    if (sodium_is_zero(child->case_id, sizeof child->case_id)
        || memcmp(s->case_id, child->case_id, sizeof s->case_id) != 0)
        return false;
    return s->subject.type != child->subject.type ? is_handle(&s->subject) || is_handle(&child->subject)
                                                  : s->subject.type == PROTO_SUBJECT_NONE;
}

/* One walk: over the keys that begin with prefix, which end in a statement's id. */
struct walking {
    const struct hub_tables *t;
    const struct hub_child *child;
    const uint8_t *other;
    bool skip_same_subject;  /* they were met already */
    hub_statement_each *each;
    void *arg;
};

static enum err step(const struct walking *k, struct kv_txn *x, const uint8_t id[PROTO_ID_LEN])
{
    struct hub_statement s;
    enum err e = hub_store_statement_get(k->t, x, id, &s);

    if (e != OK)
        return e == ERR_NOTFOUND ? ERR_IO : e;
    if (!hub_statement_is_known_to(&s, k->other) || !hub_statement_is_about(&s, k->child))
        return OK;
    if (k->skip_same_subject && proto_msg_same_subject(&s.subject, &k->child->subject))
        return OK;
    return k->each(k->arg, &s);
}

static enum err walk(const struct walking *k, struct kv_txn *x, kv_table table, const uint8_t *prefix,
    size_t len)
{
    struct kv_walk w = {0};
    enum err e = kv_walk_from(x, table, prefix, len, &w);

    while (e == OK && w.key_len == len + PROTO_ID_LEN && memcmp(w.key, prefix, len) == 0) {
        e = step(k, x, w.key + len);
        if (e == OK)
            e = kv_walk_next(&w);
    }
    kv_walk_end(&w);
    return e == ERR_NOTFOUND ? OK : e;
}

enum err hub_store_statement_walk(const struct hub_tables *t, struct kv_txn *x, const struct hub_child *child,
    const uint8_t one[PROTO_PARTNER_LEN], const uint8_t other[PROTO_PARTNER_LEN], hub_statement_each *each,
    void *arg)
{
    struct walking k = {.t = t, .child = child, .other = other, .each = each, .arg = arg};
    uint8_t prefix[SUBJECT_LEN + PROTO_PARTNER_LEN];
    struct wr w;
    enum err e = OK;

    if (child->subject.type != PROTO_SUBJECT_NONE) {
        wr_init(&w, prefix, sizeof prefix);
        hub_row_write_subject(&w, &child->subject);
        wr_copy(&w, one, PROTO_PARTNER_LEN);
        e = walk(&k, x, t->by_subject, prefix, w.len);
        k.skip_same_subject = true;
    }
    if (e == OK && !sodium_is_zero(child->case_id, sizeof child->case_id)) {
        wr_init(&w, prefix, sizeof prefix);
        wr_copy(&w, child->case_id, sizeof child->case_id);
        wr_copy(&w, one, PROTO_PARTNER_LEN);
        e = walk(&k, x, t->by_case, prefix, w.len);
    }
    return e;
}
