#include "hub/store_number.h"

#include "base/rd.h"
#include "base/wr.h"
#include "proto/merkle.h"
#include "proto/reply.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { ROW_LEN = 16 };

struct counter {
    uint8_t partner[PROTO_PARTNER_LEN];
    uint64_t number, last_leaf;
    bool changed;
};

/* At most 256 partners: a search from the start costs less than a signature's thousandth. */
struct hub_store_number {
    struct kv *kv;
    kv_table table;
    size_t count;
    struct counter counter[PROTO_PARTNERS_MAX];
};

static struct counter *find(const struct hub_store_number *s, const uint8_t partner[PROTO_PARTNER_LEN])
{
    for (size_t i = 0; i < s->count; i++)
        if (memcmp(s->counter[i].partner, partner, PROTO_PARTNER_LEN) == 0) {
            union { const struct counter *in; struct counter *out; } unconst = { .in = &s->counter[i] };
            return unconst.out;
        }
    return NULL;
}

enum err hub_store_number_load(struct hub_store_number *s)
{
    struct kv_txn *x = NULL;
    struct kv_walk w = { 0 };
    enum err e = kv_begin(s->kv, false, &x);

    if (e != OK)
        return e;
    s->count = 0;
    for (e = kv_walk_from(x, s->table, NULL, 0, &w); e == OK; e = kv_walk_next(&w)) {
        struct counter *c = &s->counter[s->count];
        struct rd r;

        if (s->count == PROTO_PARTNERS_MAX || w.key_len != PROTO_PARTNER_LEN || w.value_len != ROW_LEN) {
            e = ERR_IO;
            break;
        }
        memcpy(c->partner, w.key, PROTO_PARTNER_LEN);
        rd_init(&r, w.value, w.value_len);
        c->number = rd_u64(&r);
        c->last_leaf = rd_u64(&r);
        /* One more must be a number again: a number is never given twice. */
        if (c->number > PROTO_MERKLE_SIZE_MAX || (c->last_leaf > PROTO_MERKLE_SIZE_MAX && c->last_leaf != PROTO_NO_LEAF)) {
            e = ERR_IO;
            break;
        }
        c->changed = false;
        s->count++;
    }
    kv_walk_end(&w);
    kv_abort(x);
    return e == ERR_NOTFOUND ? OK : e;
}

enum err hub_store_number_open(struct kv *kv, struct hub_store_number **out)
{
    struct hub_store_number *s = calloc(1, sizeof *s);
    enum err e;

    if (s == NULL)
        return ERR_NOMEM;
    s->kv = kv;
    e = kv_table_open(kv, "number", &s->table);
    if (e == OK)
        e = hub_store_number_load(s);
    if (e != OK) {
        free(s);
        return e;
    }
    *out = s;
    return OK;
}

void hub_store_number_close(struct hub_store_number *s)
{
    free(s);
}

enum err hub_store_number_take(struct hub_store_number *s, const uint8_t partner[PROTO_PARTNER_LEN], uint64_t index,
    struct hub_number *out)
{
    struct counter *c = find(s, partner);

    if (c == NULL) {
        if (s->count == PROTO_PARTNERS_MAX)
            return ERR_RANGE;
        c = &s->counter[s->count++];
        memcpy(c->partner, partner, PROTO_PARTNER_LEN);
        c->number = 0;
        c->last_leaf = PROTO_NO_LEAF;
    }
    *out = (struct hub_number){ .number = c->number + 1, .previous = c->last_leaf };
    c->number++;
    c->last_leaf = index;
    c->changed = true;
    return OK;
}

enum err hub_store_number_skip(struct hub_store_number *s, const uint8_t partner[PROTO_PARTNER_LEN], uint64_t count)
{
    uint64_t last = hub_store_number_last(s, partner);
    struct hub_number n;
    struct counter *c;
    enum err e;

    if (last > PROTO_MERKLE_SIZE_MAX || count > PROTO_MERKLE_SIZE_MAX - last)
        return ERR_RANGE;
    e = hub_store_number_take(s, partner, PROTO_NO_LEAF, &n);
    if (e != OK)
        return e;
    c = find(s, partner);
    c->number = n.number - 1 + count;
    return OK;
}

uint64_t hub_store_number_last(const struct hub_store_number *s, const uint8_t partner[PROTO_PARTNER_LEN])
{
    const struct counter *c = find(s, partner);

    return c == NULL ? 0 : c->number;
}

enum err hub_store_number_save(struct hub_store_number *s, struct kv_txn *x)
{
    for (size_t i = 0; i < s->count; i++) {
        struct counter *c = &s->counter[i];
        uint8_t row[ROW_LEN];
        struct wr w;
        enum err e;

        if (!c->changed)
            continue;
        wr_init(&w, row, sizeof row);
        wr_u64(&w, c->number);
        wr_u64(&w, c->last_leaf);
        e = kv_put(x, s->table, c->partner, sizeof c->partner, row, sizeof row);
        if (e != OK)
            return e;
        c->changed = false;
    }
    return OK;
}
