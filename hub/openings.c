#include "hub/openings.h"

#include "base/log.h"
#include "base/wr.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { RENEW_S = 60, ITEM_MAX = 18 + PROTO_OPENING_KEYS_MAX * (64 + 2 + PROTO_OPENING_SEALED_MAX), BYTES_MAX = 800 * 1024 };

/* The officers of one partner, as they were at made_s. */
struct officers {
    uint64_t made_s, ended_s;          /* ended_s 0: at least one is valid, or there never was one */
    uint8_t count;
    struct proto_opening_seal seal[PROTO_OPENING_KEYS_MAX];
};

struct hub_openings {
    struct hub_store_opening *store;
    struct officers *of;               /* by place in the region; locked memory */
    uint8_t sealed[PROTO_OPENING_KEYS_MAX][PROTO_OPENING_SEALED_MAX];
    uint8_t item[ITEM_MAX];
    struct proto_opening one;          /* scratch */
};

enum err hub_openings_open(struct kv *kv, struct hub_openings **out)
{
    struct hub_openings *o = calloc(1, sizeof *o);
    enum err e = o == NULL ? ERR_NOMEM : hub_store_opening_open(kv, &o->store);

    if (e == OK) {
        o->of = sodium_allocarray(PROTO_PARTNERS_MAX, sizeof *o->of);
        e = o->of == NULL ? ERR_NOMEM : OK;
    }
    if (e != OK) {
        hub_openings_close(o);
        return e;
    }
    hub_openings_renew(o);
    *out = o;
    return OK;
}

void hub_openings_close(struct hub_openings *o)
{
    if (o == NULL)
        return;
    sodium_free(o->of);
    hub_store_opening_close(o->store);
    sodium_memzero(&o->one, sizeof o->one);
    free(o);
}

void hub_openings_renew(struct hub_openings *o)
{
    sodium_memzero(o->of, PROTO_PARTNERS_MAX * sizeof *o->of);
}

/* ---- which keys ---- */

struct finding {
    const struct proto_region *region;
    uint64_t now_s, last_until_s;
    uint8_t count, last[PROTO_KEY_LEN], key[PROTO_OPENING_KEYS_MAX][PROTO_KEY_LEN];
};

/* The store has certificates as they came: only the check knows what was revoked since, and which root key counts by now (P-188). */
static enum err find_one(void *arg, const uint8_t *signed_cert, size_t len)
{
    struct finding *f = arg;
    uint8_t signer[PROTO_KEY_LEN];
    struct proto_cert cert;
    enum err e;

    if (proto_cert_peek(signed_cert, len, &cert, signer) != OK)
        return ERR_IO;
    if (cert.use != PROTO_USE_OFFICER)
        return OK;
    e = proto_cert_check(f->region, signed_cert, len, NULL, &cert);
    /* Revoked from its first day: it ended then, and does not look as if there never was one. */
    if (e == ERR_DENIED)
        cert.until_s = cert.from_s;
    else if (e != OK)
        return e == ERR_NOMEM ? e : OK;
    if (proto_cert_valid_at(&cert, f->now_s) && f->count < PROTO_OPENING_KEYS_MAX)
        memcpy(f->key[f->count++], cert.key, PROTO_KEY_LEN);
    if (cert.until_s > f->last_until_s) {
        f->last_until_s = cert.until_s;
        memcpy(f->last, cert.key, PROTO_KEY_LEN);
    }
    return OK;
}

/* Those that are valid; when none is, the last that was. */
static enum err find_keys(struct hub_core *c, struct kv_txn *x, const uint8_t partner[PROTO_PARTNER_LEN], struct finding *f)
{
    enum err e = hub_store_cert_walk(c->cert_store, x, partner, f->now_s, find_one, f);

    if (e == OK && f->count == 0)
        e = hub_store_cert_walk(c->cert_store, x, partner, 0, find_one, f);
    if (e == OK && f->count == 0 && f->last_until_s != 0)
        memcpy(f->key[f->count++], f->last, PROTO_KEY_LEN);
    return e;
}

static enum err renew(struct hub_core *c, struct kv_txn *x, const struct proto_partner *p, struct officers *of)
{
    struct finding f = { .region = c->region, .now_s = c->now_s };
    enum err e = find_keys(c, x, p->id, &f);

    if (e != OK)
        return e;
    sodium_memzero(of, sizeof *of);
    of->made_s = c->now_s;
    of->ended_s = f.last_until_s != 0 && f.last_until_s <= c->now_s ? f.last_until_s : 0;
    for (uint8_t i = 0; i < f.count; i++)
        /* A key of small order is nobody's: what would be sealed to it, everybody could open. */
        if (proto_opening_seal_init(&of->seal[of->count], c->region->hash, p->id, f.key[i]) == OK)
            of->count++;
    if (of->count == 0 || of->ended_s != 0)
        log_event(LOG_WARN, of->count == 0 ? "partner without officer key" : "officer key ended", "partner", p->handle, NULL);
    return OK;
}

static enum err officers_of(struct hub_core *c, struct kv_txn *x, const struct proto_partner *p, struct officers **out)
{
    struct officers *of = &c->openings->of[p - c->region->partner];
    enum err e = OK;

    if (of->made_s == 0 || c->now_s < of->made_s || c->now_s - of->made_s >= RENEW_S)
        e = renew(c, x, p, of);
    *out = of;
    return e;
}

enum err hub_openings_officer_ended(struct hub_core *c, struct kv_txn *x, const struct proto_partner *p, uint64_t *ended_s)
{
    struct officers *of;
    enum err e = officers_of(c, x, p, &of);

    if (e == OK)
        *ended_s = of->ended_s;
    return e;
}

/* What stops something, answers for what arrived, or mends the lack itself is always taken. */
bool hub_openings_takes(const struct hub_job *j)
{
    static const uint32_t kinds = 1U << PROTO_ACK | 1U << PROTO_REPORT | 1U << PROTO_PUBLISH | 1U << PROTO_OPENED_LEAF | 1U << PROTO_REGISTRY;
    static const uint32_t says = 1U << PROTO_SAY_EVENT_END | 1U << PROTO_SAY_WITHDRAWAL | 1U << PROTO_SAY_OBJECTION;

    if (j->kind == PROTO_STATEMENT)
        return j->act.said.original.len != 0 && (says >> j->act.said.what.kind & 1) != 0;
    return j->kind >= PROTO_FETCH || (kinds >> j->kind & 1) != 0;
}

/* ---- sealing ---- */

static enum err put_side(struct hub_core *c, struct kv_txn *x, const struct proto_partner *p, const struct proto_opening *one)
{
    struct hub_openings *o = c->openings;
    struct proto_opening_item item = { .at = { .index = one->index, .number = one->number, .side = one->side } };
    struct hub_opening_row row = { .number = one->number, .time_s = one->time_s, .kind = one->kind };
    struct officers *of;
    enum err e = officers_of(c, x, p, &of);

    for (uint8_t i = 0; e == OK && i < of->count; i++) {
        struct proto_opening_box *box = &item.box[item.count++];
        size_t len = 0;

        memcpy(box->key, of->seal[i].key, sizeof box->key);
        memcpy(box->enc, of->seal[i].enc, sizeof box->enc);
        e = proto_opening_seal_put(&of->seal[i], one, o->sealed[i], sizeof o->sealed[i], &len);
        box->sealed = (struct proto_blob){ o->sealed[i], len };
    }
    if (e == OK)
        e = proto_opening_item_encode(&item, o->item, sizeof o->item, &row.item.len);
    row.item.data = o->item;
    return e == OK ? hub_store_opening_put(o->store, x, p->id, &row) : e;
}

enum err hub_openings_add(struct hub_core *c, struct kv_txn *x, const struct hub_job *j)
{
    const struct hub_act_row *row = &j->row;
    struct proto_opening *one = &c->openings->one;
    struct proto_receipt *r = &c->receipt;
    enum err e;

    /* The rest of the receipt is there from making the leaf (hub/apply). */
    r->index = row->index;
    r->side = 0;
    r->number = row->from_number;
    r->previous = row->from_previous;
    memcpy(r->side_salt, j->sides.seed.from_salt, sizeof r->side_salt);
    proto_opening_of(&j->act.msg, j->act.envelope, j->act.envelope_len, r, one);
    e = put_side(c, x, j->act.from, one);
    if (e == OK && row->to_number != 0) {
        one->side = 1;
        one->number = row->to_number;
        one->previous = row->to_previous;
        memcpy(one->side_salt, j->sides.seed.to_salt, sizeof one->side_salt);
        e = put_side(c, x, j->act.to, one);
    }
    return e;
}

/* ---- what officers' nodes ask ---- */

enum err hub_openings_write(struct hub_core *c, struct kv_txn *x, const uint8_t partner[PROTO_PARTNER_LEN], uint64_t after, struct wr *w)
{
    uint8_t *room = wr_gap(w, 2);
    struct hub_opening_row row;
    struct wr count;
    uint16_t n = 0;
    enum err e = OK;

    while (n < PROTO_OPENINGS_MAX && w->len < BYTES_MAX
        && (e = hub_store_opening_next(c->openings->store, x, partner, after, &row)) == OK) {
        wr_copy(w, row.item.data, row.item.len);
        after = row.number;
        n++;
    }
    if (room == NULL || (e != OK && e != ERR_NOTFOUND))
        return room == NULL ? ERR_LONG : e;
    wr_init(&count, room, 2);
    wr_u16(&count, n);
    return OK;
}

enum err hub_openings_seeds_from(struct hub_core *c, struct kv_txn *x, uint64_t now_s, uint64_t *from_s)
{
    uint64_t oldest = now_s, at;

    for (size_t i = 0; i < c->region->partner_count; i++) {
        enum err e = hub_store_opening_oldest(c->openings->store, x, c->region->partner[i].id, &at);

        if (e != OK && e != ERR_NOTFOUND)
            return e;
        if (e == OK && at < oldest)
            oldest = at;
    }
    if (now_s > HUB_OPENINGS_SEED_S && oldest < now_s - HUB_OPENINGS_SEED_S)
        oldest = now_s - HUB_OPENINGS_SEED_S;
    *from_s = oldest;
    return OK;
}

enum err hub_openings_erase(struct hub_core *c, struct kv_txn *x, const uint8_t partner[PROTO_PARTNER_LEN], uint64_t number)
{
    return hub_store_opening_delete_upto(c->openings->store, x, partner, number);
}
