#include "proto/reply.h"

#include "proto/fields.h"

#include <string.h>

enum { MESSAGE_MAX = PROTO_FRAME_MAX - PROTO_FRAME_HEAD };

/* ---- rows ---- */

static bool rows_are_right(const struct proto_rows *rows)
{
    if (rows->count > PROTO_SECTIONS_MAX)
        return false;
    for (size_t i = 0; i < rows->count; i++) {
        const struct proto_row *row = &rows->row[i];

        if (memchr(row->section, '\0', sizeof row->section) == NULL || memchr(row->rule, '\0', sizeof row->rule) == NULL)
            return false;
        if (row->section[0] == '\0' || row->at_holder > 1)
            return false;
        if (i > 0 && strcmp(rows->row[i - 1].section, row->section) >= 0)
            return false;
    }
    return true;
}

static void rows_write(struct wr *w, const struct proto_rows *rows)
{
    if (!rows_are_right(rows)) {
        wr_fail(w, ERR_RANGE);
        return;
    }
    wr_u8(w, rows->count);
    for (size_t i = 0; i < rows->count; i++) {
        wr_name(w, rows->row[i].section, PROTO_NAME_WIDTH);
        wr_u8(w, rows->row[i].verdict);
        wr_u8(w, rows->row[i].reason);
        wr_u8(w, rows->row[i].at_holder);
        wr_name(w, rows->row[i].rule, PROTO_RULE_WIDTH);
    }
}

static void rows_read(struct rd *r, struct proto_rows *rows)
{
    uint8_t count = rd_u8(r);

    if (count > PROTO_SECTIONS_MAX)
        rd_fail(r, ERR_RANGE);
    for (size_t i = 0; r->err == OK && i < count; i++) {
        struct proto_row *row = &rows->row[i];

        rd_name(r, PROTO_NAME_WIDTH, row->section, sizeof row->section, false);
        row->verdict = rd_u8(r);
        row->reason = rd_u8(r);
        row->at_holder = rd_u8(r);
        rd_name(r, PROTO_RULE_WIDTH, row->rule, sizeof row->rule, true);
    }
    if (r->err != OK)
        return;
    rows->count = count;
    if (!rows_are_right(rows))
        rd_fail(r, ERR_RANGE);
}

enum err proto_rows_encode(const struct proto_rows *rows, uint8_t *out, size_t cap, size_t *len)
{
    struct wr w;

    wr_init(&w, out, cap);
    rows_write(&w, rows);
    if (wr_end(&w) == OK)
        *len = w.len;
    return wr_end(&w);
}

enum err proto_rows_decode(const uint8_t *data, size_t len, struct proto_rows *rows)
{
    struct proto_rows fresh;
    struct rd r;

    memset(&fresh, 0, sizeof fresh);
    rd_init(&r, data, len);
    rows_read(&r, &fresh);
    if (rd_end(&r) == OK)
        *rows = fresh;
    return r.err;
}

/* ---- receipts ---- */

static bool receipt_is_right(const struct proto_receipt *c)
{
    return c->time_s <= PROTO_TIME_MAX && c->side <= 1 && c->result < PROTO_REFUSAL_END && c->proof_len <= PROTO_PROOF_MAX
        && c->checkpoint.len >= 1 && c->checkpoint.len <= PROTO_NOTE_MAX;
}

static void receipt_write(struct wr *w, const struct proto_receipt *c)
{
    if (!receipt_is_right(c)) {
        wr_fail(w, ERR_RANGE);
        return;
    }
    wr_u64(w, c->index);
    wr_u64(w, c->time_s);
    wr_copy(w, c->seed, sizeof c->seed);
    wr_copy(w, c->from_side, sizeof c->from_side);
    wr_copy(w, c->to_side, sizeof c->to_side);
    wr_u8(w, c->side);
    wr_u64(w, c->number);
    wr_u64(w, c->previous);
    wr_copy(w, c->side_salt, sizeof c->side_salt);
    wr_u8(w, c->result);
    rows_write(w, &c->rows);
    wr_u64(w, c->tree_size);
    wr_u8(w, c->proof_len);
    wr_copy(w, c->proof[0], (size_t)c->proof_len * PROTO_HASH_LEN);
    wr_bytes16(w, c->checkpoint.data, c->checkpoint.len);
}

static void receipt_read(struct rd *r, struct proto_receipt *c)
{
    c->index = rd_u64(r);
    c->time_s = rd_u64(r);
    rd_copy(r, c->seed, sizeof c->seed);
    rd_copy(r, c->from_side, sizeof c->from_side);
    rd_copy(r, c->to_side, sizeof c->to_side);
    c->side = rd_u8(r);
    c->number = rd_u64(r);
    c->previous = rd_u64(r);
    rd_copy(r, c->side_salt, sizeof c->side_salt);
    c->result = rd_u8(r);
    rows_read(r, &c->rows);
    c->tree_size = rd_u64(r);
    c->proof_len = rd_u8(r);
    if (c->proof_len > PROTO_PROOF_MAX) {
        rd_fail(r, ERR_RANGE);
        return;
    }
    rd_copy(r, c->proof[0], (size_t)c->proof_len * PROTO_HASH_LEN);
    c->checkpoint.data = rd_bytes16(r, PROTO_NOTE_MAX, &c->checkpoint.len);
    if (r->err == OK && !receipt_is_right(c))
        rd_fail(r, ERR_RANGE);
}

enum err proto_receipt_encode(const struct proto_receipt *c, uint8_t *out, size_t cap, size_t *len)
{
    struct wr w;

    wr_init(&w, out, cap);
    receipt_write(&w, c);
    if (wr_end(&w) == OK)
        *len = w.len;
    return wr_end(&w);
}

enum err proto_receipt_decode(const uint8_t *data, size_t len, struct proto_receipt *c)
{
    struct proto_receipt fresh;
    struct rd r;

    memset(&fresh, 0, sizeof fresh);
    rd_init(&r, data, len);
    receipt_read(&r, &fresh);
    if (rd_end(&r) == OK)
        *c = fresh;
    return r.err;
}

/* ---- replies ---- */

/* The padding has its length in front, so that a reply cut short is never a reply. */
static void padding_write(struct wr *w, size_t pad_to)
{
    size_t used = w->len + 4, n = 0;

    if (pad_to != 0 && pad_to < used)
        wr_fail(w, ERR_LONG);
    else if (pad_to != 0)
        n = pad_to - used;
    wr_u32(w, (uint32_t)n);
    wr_zero(w, n);
}

static void padding_read(struct rd *r)
{
    size_t n = rd_u32(r);

    rd_zero(r, n);
}

enum err proto_reply_encode(const struct proto_reply *p, size_t pad_to, uint8_t *out, size_t cap, size_t *len)
{
    struct wr w;

    wr_init(&w, out, cap);
    if (p->result >= PROTO_REFUSAL_END || p->hub_time_s > PROTO_TIME_MAX)
        wr_fail(&w, ERR_RANGE);
    if (p->payload.len > MESSAGE_MAX || pad_to > MESSAGE_MAX)
        wr_fail(&w, ERR_LONG);
    wr_u8(&w, p->result);
    wr_copy(&w, p->id, sizeof p->id);
    wr_u64(&w, p->hub_time_s);
    wr_u8(&w, p->has_receipt ? 1 : 0);
    if (p->has_receipt)
        receipt_write(&w, &p->receipt);
    wr_bytes32(&w, p->payload.data, p->payload.len);
    padding_write(&w, pad_to);
    if (wr_end(&w) == OK && w.len > MESSAGE_MAX)
        wr_fail(&w, ERR_LONG);
    if (wr_end(&w) == OK)
        *len = w.len;
    return wr_end(&w);
}

enum err proto_reply_decode(const uint8_t *body, size_t len, struct proto_reply *p)
{
    struct proto_reply fresh;
    uint8_t has_receipt;
    struct rd r;

    memset(&fresh, 0, sizeof fresh);
    rd_init(&r, body, len);
    fresh.result = rd_u8(&r);
    rd_copy(&r, fresh.id, sizeof fresh.id);
    fresh.hub_time_s = rd_u64(&r);
    has_receipt = rd_u8(&r);
    if (fresh.result >= PROTO_REFUSAL_END || fresh.hub_time_s > PROTO_TIME_MAX || has_receipt > 1)
        rd_fail(&r, ERR_RANGE);
    fresh.has_receipt = has_receipt == 1;
    if (fresh.has_receipt)
        receipt_read(&r, &fresh.receipt);
    fresh.payload.data = rd_bytes32(&r, MESSAGE_MAX, &fresh.payload.len);
    if (fresh.payload.len == 0)
        fresh.payload.data = NULL;
    padding_read(&r);
    if (rd_end(&r) == OK)
        *p = fresh;
    return r.err;
}

/* ---- mail ---- */

enum err proto_mail_encode(const struct proto_mail *m, uint8_t *out, size_t cap, size_t *len)
{
    struct wr w;

    wr_init(&w, out, cap);
    if (proto_msg_type((enum proto_kind)m->kind) == NULL || m->attached_count > PROTO_STATEMENTS_MAX
        || m->message.len == 0 || m->message.len > MESSAGE_MAX)
        return ERR_RANGE;
    wr_u64(&w, m->number);
    wr_u8(&w, m->kind);
    receipt_write(&w, &m->receipt);
    wr_bytes32(&w, m->message.data, m->message.len);
    wr_u8(&w, m->attached_count);
    for (size_t i = 0; i < m->attached_count; i++) {
        if (m->attached[i].len == 0 || m->attached[i].len > PROTO_ORIGINAL_MAX)
            wr_fail(&w, ERR_RANGE);
        wr_bytes32(&w, m->attached[i].data, m->attached[i].len);
    }
    if (wr_end(&w) == OK)
        *len = w.len;
    return wr_end(&w);
}

static const uint8_t *filled(struct rd *r, size_t max, size_t *len)
{
    const uint8_t *data = rd_bytes32(r, max, len);

    if (*len == 0)
        rd_fail(r, ERR_RANGE);
    return data;
}

enum err proto_mail_decode(const uint8_t *payload, size_t len, size_t *at, struct proto_mail *m)
{
    struct proto_mail fresh;
    struct rd r;

    if (*at > len)
        return ERR_SHORT;
    memset(&fresh, 0, sizeof fresh);
    rd_init(&r, payload + *at, len - *at);
    fresh.number = rd_u64(&r);
    fresh.kind = rd_u8(&r);
    if (proto_msg_type((enum proto_kind)fresh.kind) == NULL)
        rd_fail(&r, ERR_RANGE);
    receipt_read(&r, &fresh.receipt);
    fresh.message.data = filled(&r, MESSAGE_MAX, &fresh.message.len);
    fresh.attached_count = rd_u8(&r);
    if (fresh.attached_count > PROTO_STATEMENTS_MAX)
        rd_fail(&r, ERR_RANGE);
    for (size_t i = 0; r.err == OK && i < fresh.attached_count; i++)
        fresh.attached[i].data = filled(&r, PROTO_ORIGINAL_MAX, &fresh.attached[i].len);
    if (r.err != OK)
        return r.err;
    *at = len - rd_left(&r);
    *m = fresh;
    return OK;
}
