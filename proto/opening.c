#include "proto/opening.h"

#include "base/hash.h"
#include "base/rd.h"
#include "base/wr.h"
#include "proto/leaf.h"

#include <sodium.h>
#include <string.h>

enum { VERSION = 1 };

/* ---- from an act ---- */

static void digest_of(struct proto_opening *o, const struct proto_blob *what)
{
    if (what->len != 0)
        hash_once(what->data, what->len, o->digest[o->digest_count++]);
}

void proto_opening_of(const struct proto_msg *m, const uint8_t *envelope, size_t envelope_len, const struct proto_receipt *r,
    struct proto_opening *out)
{
    const struct proto_header *h = &m->head;

    out->side = r->side;
    out->index = r->index;
    out->time_s = r->time_s;
    out->number = r->number;
    out->previous = r->previous;
    memcpy(out->side_salt, r->side_salt, sizeof out->side_salt);
    memcpy(out->seed, r->seed, sizeof out->seed);
    memcpy(out->from, h->from, sizeof out->from);
    memcpy(out->to, h->to, sizeof out->to);
    memcpy(out->id, h->id, sizeof out->id);
    out->kind = (uint8_t)m->kind;
    memcpy(out->from_side, r->from_side, sizeof out->from_side);
    memcpy(out->to_side, r->to_side, sizeof out->to_side);
    out->subject = h->subject;
    memcpy(out->case_id, h->case_id, sizeof out->case_id);
    memcpy(out->actor, h->actor, sizeof out->actor);
    out->role = h->role;
    memcpy(out->purpose, h->purpose, sizeof out->purpose);
    out->statements = m->statements;
    memcpy(out->pack, h->pack, sizeof out->pack);
    out->result = r->result;
    out->rows = r->rows;
    hash_once(envelope, envelope_len, out->digest[0]);
    out->digest_count = 1;
    digest_of(out, &m->original);
    digest_of(out, &m->weighing);
    digest_of(out, &m->approval);
}

/* ---- the leaf: the groups of P-112 to P-117, from what is laid open ---- */

static struct proto_leaf_field field(const void *data, size_t len)
{
    return (struct proto_leaf_field){ .data = data, .len = len };
}

enum err proto_opening_leaf(const struct proto_opening *o, uint8_t out[PROTO_LEAF_LEN])
{
    uint8_t time[8], rows[1 + PROTO_SECTIONS_MAX * (PROTO_NAME_WIDTH + 3 + PROTO_RULE_WIDTH)];
    struct proto_leaf_field digest[PROTO_DIGESTS_MAX];
    size_t rows_len = 0;
    struct wr w;
    enum err e = proto_rows_encode(&o->rows, rows, sizeof rows, &rows_len);

    if (e != OK || o->digest_count > PROTO_DIGESTS_MAX)
        return e != OK ? e : ERR_RANGE;
    wr_init(&w, time, sizeof time);
    wr_u64(&w, o->time_s);
    for (size_t i = 0; i < o->digest_count; i++)
        digest[i] = field(o->digest[i], PROTO_HASH_LEN);
    const struct proto_leaf_field routing[] = { field(o->from, sizeof o->from), field(o->to, sizeof o->to), field(o->id, sizeof o->id),
        field(time, sizeof time), field(&o->kind, 1), field(o->from_side, 32), field(o->to_side, 32) };
    const struct proto_leaf_field subject[] = { field(&o->subject.type, 1), field(o->subject.value, 32), field(o->case_id, PROTO_ID_LEN) };
    const struct proto_leaf_field actor[] = { field(o->actor, sizeof o->actor), field(&o->role, 1) };
    const struct proto_leaf_field purpose[] = { field(o->purpose, strlen(o->purpose)),
        field(o->statements.id[0], (size_t)o->statements.count * PROTO_ID_LEN), field(o->pack, sizeof o->pack) };
    const struct proto_leaf_field outcome[] = { field(&o->result, 1), field(rows, rows_len) };
    const struct proto_leaf_group groups[PROTO_LEAF_GROUPS] = {
        [PROTO_LEAF_ROUTING] = { routing, 7 }, [PROTO_LEAF_SUBJECT] = { subject, 3 }, [PROTO_LEAF_ACTOR] = { actor, 2 },
        [PROTO_LEAF_PURPOSE] = { purpose, 3 }, [PROTO_LEAF_OUTCOME] = { outcome, 2 }, [PROTO_LEAF_EVIDENCE] = { digest, o->digest_count },
    };
    return proto_leaf_make(o->id, o->seed, groups, out);
}

enum err proto_opening_check_side(const struct proto_opening *o)
{
    uint8_t commitment[32];

    if (o->side > 1 || o->number == 0 || (o->previous != PROTO_NO_LEAF && o->previous >= o->index))
        return ERR_SIGNATURE;
    proto_side_commit(o->side_salt, o->number, o->previous, commitment);
    return sodium_memcmp(commitment, o->side == 0 ? o->from_side : o->to_side, sizeof commitment) == 0 ? OK : ERR_SIGNATURE;
}

/* ---- bytes ---- */

static void write_ids(struct wr *w, const struct proto_ids *ids)
{
    if (ids->count > PROTO_STATEMENTS_MAX)
        wr_fail(w, ERR_RANGE);
    else {
        wr_u8(w, ids->count);
        wr_copy(w, ids->id[0], (size_t)ids->count * PROTO_ID_LEN);
    }
}

static void write_head(struct wr *w, const struct proto_opening *o)
{
    wr_u8(w, VERSION);
    wr_u8(w, o->side);
    wr_u64(w, o->index);
    wr_u64(w, o->number);
    wr_u64(w, o->previous);
    wr_copy(w, o->side_salt, sizeof o->side_salt);
    wr_copy(w, o->seed, sizeof o->seed);
    wr_copy(w, o->from, sizeof o->from);
    wr_copy(w, o->to, sizeof o->to);
    wr_copy(w, o->id, sizeof o->id);
    wr_u64(w, o->time_s);
    wr_u8(w, o->kind);
    wr_copy(w, o->from_side, sizeof o->from_side);
    wr_copy(w, o->to_side, sizeof o->to_side);
    wr_u8(w, o->subject.type);
    wr_copy(w, o->subject.value, sizeof o->subject.value);
    wr_copy(w, o->case_id, sizeof o->case_id);
    wr_copy(w, o->actor, sizeof o->actor);
    wr_u8(w, o->role);
    if (o->purpose[0] == '\0')
        wr_zero(w, PROTO_PURPOSE_WIDTH);
    else
        wr_name(w, o->purpose, PROTO_PURPOSE_WIDTH);
    write_ids(w, &o->statements);
    wr_copy(w, o->pack, sizeof o->pack);
    wr_u8(w, o->result);
}

enum err proto_opening_encode(const struct proto_opening *o, uint8_t *out, size_t cap, size_t *len)
{
    size_t rows_len = 0;
    struct wr w;
    enum err e;

    if (o->side > 1 || o->digest_count == 0 || o->digest_count > PROTO_DIGESTS_MAX)
        return ERR_RANGE;
    wr_init(&w, out, cap);
    write_head(&w, o);
    wr_u8(&w, o->digest_count);
    wr_copy(&w, o->digest[0], (size_t)o->digest_count * PROTO_HASH_LEN);
    e = wr_end(&w);
    if (e == OK)
        e = proto_rows_encode(&o->rows, out + w.len, cap - w.len, &rows_len);
    if (e == OK)
        *len = w.len + rows_len;
    return e;
}

static uint8_t read_count(struct rd *r, uint8_t min, uint8_t max)
{
    uint8_t n = rd_u8(r);

    if (n >= min && n <= max)
        return n;
    rd_fail(r, ERR_RANGE);
    return 0;
}

static void read_head(struct rd *r, struct proto_opening *o)
{
    if (rd_u8(r) != VERSION)
        rd_fail(r, ERR_VERSION);
    o->side = read_count(r, 0, 1);
    o->index = rd_u64(r);
    o->number = rd_u64(r);
    o->previous = rd_u64(r);
    rd_copy(r, o->side_salt, sizeof o->side_salt);
    rd_copy(r, o->seed, sizeof o->seed);
    rd_copy(r, o->from, sizeof o->from);
    rd_copy(r, o->to, sizeof o->to);
    rd_copy(r, o->id, sizeof o->id);
    o->time_s = rd_u64(r);
    o->kind = rd_u8(r);
    rd_copy(r, o->from_side, sizeof o->from_side);
    rd_copy(r, o->to_side, sizeof o->to_side);
    o->subject.type = rd_u8(r);
    rd_copy(r, o->subject.value, sizeof o->subject.value);
    rd_copy(r, o->case_id, sizeof o->case_id);
    rd_copy(r, o->actor, sizeof o->actor);
    o->role = rd_u8(r);
    rd_name(r, PROTO_PURPOSE_WIDTH, o->purpose, sizeof o->purpose, true);
    o->statements.count = read_count(r, 0, PROTO_STATEMENTS_MAX);
    for (size_t i = 0; i < o->statements.count; i++)
        rd_copy(r, o->statements.id[i], PROTO_ID_LEN);
    rd_copy(r, o->pack, sizeof o->pack);
    o->result = rd_u8(r);
}

enum err proto_opening_decode(const uint8_t *data, size_t len, struct proto_opening *out)
{
    struct proto_opening o;
    struct rd r;
    enum err e;

    memset(&o, 0, sizeof o);
    rd_init(&r, data, len);
    read_head(&r, &o);
    o.digest_count = read_count(&r, 1, PROTO_DIGESTS_MAX);
    for (size_t i = 0; i < o.digest_count; i++)
        rd_copy(&r, o.digest[i], PROTO_HASH_LEN);
    e = r.err;
    if (e == OK)
        e = proto_rows_decode(r.at, rd_left(&r), &o.rows);
    if (e == OK)
        *out = o;
    sodium_memzero(&o, sizeof o);
    return e;
}

/* ---- a receipt whose seed is gone ---- */

bool proto_opening_is_erased(const struct proto_receipt *r)
{
    return sodium_is_zero(r->seed, sizeof r->seed) == 1;
}

enum err proto_opening_restore(const struct proto_opening *o, struct proto_receipt *r)
{
    if (o->side != r->side || o->index != r->index || o->number != r->number || o->time_s != r->time_s || o->result != r->result
        || proto_opening_check_side(o) != OK)
        return ERR_SIGNATURE;
    memcpy(r->seed, o->seed, sizeof r->seed);
    memcpy(r->from_side, o->from_side, sizeof r->from_side);
    memcpy(r->to_side, o->to_side, sizeof r->to_side);
    memcpy(r->side_salt, o->side_salt, sizeof r->side_salt);
    r->previous = o->previous;
    r->rows = o->rows;
    return OK;
}
