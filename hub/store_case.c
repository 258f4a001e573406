#include "hub/store_case.h"

#include "base/rd.h"
#include "base/wr.h"
#include "hub/row.h"

#include <string.h>

enum {
    CASE_LEN = PROTO_ID_LEN + PROTO_PURPOSE_WIDTH,
    MEMBER_LEN = CASE_LEN + PROTO_PARTNER_LEN,
    CASE_ROW_LEN = PROTO_PARTNER_LEN + 8,
    MEMBER_ROW_LEN = 1 + 8
};

struct hub_case hub_case_of(const uint8_t id[PROTO_ID_LEN], const char *purpose)
{
    struct hub_case c = {.purpose = ""};

    memcpy(c.id, id, sizeof c.id);
    memcpy(c.purpose, purpose, strnlen(purpose, PROTO_PURPOSE_WIDTH));
    return c;
}

bool hub_standing_is_member(enum hub_standing standing)
{
    return standing == HUB_STANDING_OPENED || standing == HUB_STANDING_ACCEPTED;
}

/* The key of a case, or with a partner that of its standing. ERR_RANGE for a purpose that is no name. */
static enum err make_key(const struct hub_case *c, const uint8_t *partner, struct wr *w,
    uint8_t key[MEMBER_LEN])
{
    wr_init(w, key, MEMBER_LEN);
    wr_copy(w, c->id, sizeof c->id);
    wr_name(w, c->purpose, PROTO_PURPOSE_WIDTH);
    if (partner != NULL)
        wr_copy(w, partner, PROTO_PARTNER_LEN);
    return wr_end(w);
}

enum err hub_store_case_find(const struct hub_tables *t, struct kv_txn *x, const struct hub_case *c,
    bool *exists, uint8_t opener[PROTO_PARTNER_LEN])
{
    uint8_t key[MEMBER_LEN], row[CASE_ROW_LEN];
    struct wr w;
    enum err e = make_key(c, NULL, &w, key);

    if (e == OK)
        e = kv_get(x, t->purpose, key, w.len, row, sizeof row);
    if (e != OK && e != ERR_NOTFOUND)
        return e;
    *exists = e == OK;
    if (e == OK && opener != NULL)
        memcpy(opener, row, PROTO_PARTNER_LEN);
    return OK;
}

enum err hub_store_case_open(const struct hub_tables *t, struct kv_txn *x, const struct hub_case *c,
    const uint8_t opener[PROTO_PARTNER_LEN], uint64_t now_s)
{
    uint8_t key[MEMBER_LEN], row[CASE_ROW_LEN];
    struct wr w, value;
    enum err e = make_key(c, NULL, &w, key);

    wr_init(&value, row, sizeof row);
    wr_copy(&value, opener, PROTO_PARTNER_LEN);
    wr_u64(&value, now_s);
    if (e == OK)
        e = kv_add(x, t->purpose, key, w.len, row, value.len);
    return e != OK ? e : hub_store_case_set_standing(t, x, c, opener, HUB_STANDING_OPENED, now_s);
}

enum err hub_store_case_standing(const struct hub_tables *t, struct kv_txn *x, const struct hub_case *c,
    const uint8_t partner[PROTO_PARTNER_LEN], enum hub_standing *out)
{
    uint8_t key[MEMBER_LEN], row[MEMBER_ROW_LEN];
    struct wr w;
    enum err e = make_key(c, partner, &w, key);

    if (e == OK)
        e = kv_get(x, t->member, key, w.len, row, sizeof row);
    if (e != OK && e != ERR_NOTFOUND)
        return e;
    if (e == OK && row[0] > HUB_STANDING_LEFT)
        return ERR_IO;
    *out = e == OK ? (enum hub_standing)row[0] : HUB_STANDING_NONE;
    return OK;
}

enum err hub_store_case_set_standing(const struct hub_tables *t, struct kv_txn *x, const struct hub_case *c,
    const uint8_t partner[PROTO_PARTNER_LEN], enum hub_standing standing, uint64_t now_s)
{
    uint8_t key[MEMBER_LEN], row[MEMBER_ROW_LEN];
    struct wr w, value;
    enum err e = make_key(c, partner, &w, key);

    wr_init(&value, row, sizeof row);
    wr_u8(&value, (uint8_t)standing);
    wr_u64(&value, now_s);
    return e != OK ? e : kv_put(x, t->member, key, w.len, row, value.len);
}

enum err hub_store_case_next(const struct hub_tables *t, struct kv_txn *x, struct hub_case *c)
{
    struct hub_case found = {.purpose = ""};
    uint8_t key[MEMBER_LEN];
    struct wr w;
    struct rd r;
    enum err e = OK;

    /* No case has the id zero, nor an empty purpose. */
    if (c->purpose[0] == '\0')
        memset(key, 0, CASE_LEN);
    else
        e = make_key(c, NULL, &w, key);
    if (e == OK)
        e = hub_tables_next(x, t->purpose, key, CASE_LEN);
    if (e != OK)
        return e;
    rd_init(&r, key, CASE_LEN);
    rd_copy(&r, found.id, sizeof found.id);
    rd_name(&r, PROTO_PURPOSE_WIDTH, found.purpose, sizeof found.purpose, false);
    if (rd_end(&r) != OK)
        return ERR_IO;
    *c = found;
    return OK;
}

/* The member rows of a case, one after the other: with each they are read, without it they are removed. */
static enum err members(const struct hub_tables *t, struct kv_txn *x, const struct hub_case *c, hub_store_case_each *each, void *arg)
{
    uint8_t key[MEMBER_LEN];
    struct kv_walk w = {0};
    struct wr k;
    struct rd r;
    enum err e = make_key(c, NULL, &k, key);

    if (e == OK)
        e = kv_walk_from(x, t->member, key, CASE_LEN, &w);
    while (e == OK && w.key_len == MEMBER_LEN && memcmp(w.key, key, CASE_LEN) == 0) {
        memcpy(key, w.key, MEMBER_LEN);
        rd_init(&r, w.value, w.value_len);
        if (each != NULL) {
            enum hub_standing standing = (enum hub_standing)hub_row_read_code(&r, 0, HUB_STANDING_LEFT);
            uint64_t since_s = rd_u64(&r);

            e = rd_end(&r) != OK ? ERR_IO : OK;
            if (e == OK)
                each(arg, key + CASE_LEN, standing, since_s);
        } else {
            e = kv_delete(x, t->member, key, MEMBER_LEN);
        }
        if (e == OK)
            e = kv_walk_next(&w);
    }
    kv_walk_end(&w);
    return e == ERR_NOTFOUND ? OK : e;
}

enum err hub_store_case_walk(const struct hub_tables *t, struct kv_txn *x, const struct hub_case *c,
    hub_store_case_each *each, void *arg)
{
    return members(t, x, c, each, arg);
}

enum err hub_store_case_drop(const struct hub_tables *t, struct kv_txn *x, const struct hub_case *c)
{
    uint8_t key[MEMBER_LEN];
    struct wr w;
    enum err e = make_key(c, NULL, &w, key);

    if (e == OK)
        e = kv_delete(x, t->purpose, key, w.len);
    return e == OK ? members(t, x, c, NULL, NULL) : e;
}
