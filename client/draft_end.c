#include "client/draft_end.h"

#include "client/desk.h"
#include "client/meta.h"
#include "client/rows.h"
#include "client/statement.h"
#include "proto/sign.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { LAST_KEY = 1 + crypto_hash_sha256_BYTES };

struct ending {
    struct vault_txn *x;
    uint64_t before_s;
    uint8_t (*used)[PROTO_ID_LEN];        /* weighings of decisions that are kept, ascending */
    size_t used_count, used_cap;
    uint8_t id[CLIENT_DRAFT_END_AT_ONCE][PROTO_ID_LEN];
    size_t count;
    uint8_t mark[CLIENT_DRAFT_END_AT_ONCE][LAST_KEY];
    size_t marks;
    enum err err;
};

static int by_id(const void *a, const void *b)
{
    return sodium_compare(a, b, PROTO_ID_LEN);
}

static bool desk_each(void *arg, const struct client_desk *k)
{
    struct ending *d = arg;
    uint8_t (*more)[PROTO_ID_LEN];

    if (sodium_is_zero(k->weighing, sizeof k->weighing))
        return true;
    more = client_rows_more(d->used, d->used_count, &d->used_cap, sizeof *more);
    if (more == NULL) {
        d->err = ERR_NOMEM;
        return false;
    }
    d->used = more;
    memcpy(d->used[d->used_count++], k->weighing, PROTO_ID_LEN);
    return true;
}

/* Of a request that is not here any more. It may be old and its request new: then it is in use, or says why it is not. */
static bool is_left_approval(struct ending *d, const uint8_t *value, size_t len)
{
    struct proto_signed s;
    struct proto_statement *said = malloc(sizeof *said);
    bool has = true;

    d->err = said == NULL ? ERR_NOMEM : OK;
    if (said != NULL && proto_sign_decode(value, len, &s) == OK && proto_statement_of_type(s.type) == PROTO_SAY_APPROVAL
        && proto_statement_decode(PROTO_SAY_APPROVAL, s.body, s.body_len, said) == OK && said->made_s <= d->before_s)
        d->err = client_vault_has(d->x, CLIENT_T_REQUEST, said->refers, PROTO_ID_LEN, &has);
    free(said);
    return !has;
}

/* A weighing says when it was made; who said yes to a consent does not, and goes with the consent. */
static bool is_left_weighing(const struct ending *d, const uint8_t *id, const uint8_t *value, size_t len)
{
    cJSON *obj = NULL;
    uint64_t made_s = UINT64_MAX;
    bool is = json_parse(value, len, &obj, NULL) == OK && json_u64(obj, "made", &made_s) == OK && made_s <= d->before_s
        && (d->used_count == 0 || bsearch(id, d->used, d->used_count, sizeof *d->used, by_id) == NULL);

    cJSON_Delete(obj);
    return is;
}

static bool draft_each(void *arg, const uint8_t *key, size_t key_len, const uint8_t *value, size_t len)
{
    struct ending *d = arg;

    if (key_len != PROTO_ID_LEN || len == 0)
        return true;
    if (value[0] == '{' ? is_left_weighing(d, key, value, len) : is_left_approval(d, value, len))
        memcpy(d->id[d->count++], key, PROTO_ID_LEN);
    return d->err == OK && d->count < CLIENT_DRAFT_END_AT_ONCE;
}

static bool mark_each(void *arg, const uint8_t *key, size_t key_len, const uint8_t *value, size_t len)
{
    struct ending *d = arg;
    bool has = true;

    if (key_len != LAST_KEY || len != PROTO_ID_LEN)
        return true;
    d->err = client_vault_has(d->x, CLIENT_T_DRAFT, value, PROTO_ID_LEN, &has);
    if (d->err == OK && !has)
        memcpy(d->mark[d->marks++], key, LAST_KEY);
    return d->err == OK && d->marks < CLIENT_DRAFT_END_AT_ONCE;
}

static enum err drop_drafts(struct ending *d)
{
    enum err e = client_desk_walk(d->x, desk_each, d);

    if (e == OK && d->err == OK) {
        if (d->used_count > 1)
            qsort(d->used, d->used_count, sizeof *d->used, by_id);
        e = client_vault_walk(d->x, CLIENT_T_DRAFT, NULL, 0, draft_each, d);
    }
    if (e == OK)
        e = d->err;
    for (size_t i = 0; e == OK && i < d->count; i++)
        e = client_vault_delete(d->x, CLIENT_T_DRAFT, d->id[i], PROTO_ID_LEN);
    return e;
}

static enum err drop_marks(struct ending *d)
{
    enum err e = client_meta_walk_of(d->x, CLIENT_META_WEIGHED, mark_each, d);

    if (e == OK)
        e = d->err;
    for (size_t i = 0; e == OK && i < d->marks; i++)
        e = client_vault_delete(d->x, CLIENT_T_META, d->mark[i], LAST_KEY);
    return e;
}

enum err client_draft_end_run(struct vault_txn *x, uint64_t before_s, bool *more)
{
    struct ending *d = calloc(1, sizeof *d);
    enum err e = d == NULL ? ERR_NOMEM : OK;

    if (e == OK) {
        d->x = x;
        d->before_s = before_s;
        e = drop_drafts(d);
    }
    if (e == OK)
        e = drop_marks(d);
    if (e == OK)
        *more = d->count == CLIENT_DRAFT_END_AT_ONCE || d->marks == CLIENT_DRAFT_END_AT_ONCE;
    if (d != NULL)
        free(d->used);
    free(d);
    return e;
}
