#include "proto/witness.h"

#include "base/text.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The log of this origin; count when there is none. */
static size_t find_log(const struct proto_witness_log *logs, size_t count, const char *origin)
{
    size_t i = 0;

    while (i < count && strcmp(logs[i].key.name, origin) != 0)
        i++;
    return i;
}

/* In the order of the specification: form, origin, signature, sizes, proof. */
static enum err judge(const struct proto_witness_log *logs, size_t count, const struct proto_tlog_request *q, struct proto_note *note,
    struct proto_witness_verdict *v)
{
    struct proto_merkle_head seen;
    struct proto_tlog_checkpoint c;
    enum err e = proto_note_parse(q->checkpoint, q->checkpoint_len, note);

    /* Lines that are no signatures are no signature of the log. */
    v->status = PROTO_WITNESS_NOT_SIGNED;
    if (e != OK)
        return e == ERR_NOMEM ? e : OK;
    v->status = PROTO_WITNESS_MALFORMED;
    if (proto_tlog_checkpoint_decode(note->text, note->text_len, &c) != OK)
        return OK;
    v->status = PROTO_WITNESS_UNKNOWN;
    if ((v->log = find_log(logs, count, c.origin)) == count)
        return OK;
    v->status = PROTO_WITNESS_NOT_SIGNED;
    if ((e = proto_note_check(note, &logs[v->log].key, NULL)) != OK)
        return e == ERR_NOMEM ? e : OK;
    seen = logs[v->log].seen;
    if (seen.size == 0)
        (void)crypto_hash_sha256(seen.root, NULL, 0);
    v->head = c.head;
    v->text = note->text;
    v->text_len = note->text_len;
    if (q->old > c.head.size) {
        v->status = PROTO_WITNESS_MALFORMED;
    } else if (q->old != seen.size) {
        v->status = PROTO_WITNESS_OTHER_SIZE;
    } else if (seen.size != 0 && seen.size == c.head.size && memcmp(seen.root, c.head.root, sizeof seen.root) != 0) {
        v->status = PROTO_WITNESS_OTHER_SIZE;
        v->contradicts = true;
    } else {
        v->status = proto_merkle_check_consistency(&seen, &c.head, &q->path) == OK ? PROTO_WITNESS_COSIGNED : PROTO_WITNESS_NOT_PROVEN;
        v->contradicts = v->status == PROTO_WITNESS_NOT_PROVEN;
    }
    return OK;
}

enum err proto_witness_judge(const struct proto_witness_log *logs, size_t count, const uint8_t *body, size_t len,
    struct proto_witness_verdict *out)
{
    struct proto_witness_verdict v = { .status = PROTO_WITNESS_MALFORMED };
    struct proto_note *note = NULL;
    struct proto_tlog_request q;
    enum err e = proto_tlog_request_decode(body, len, &q);

    if (e == OK) {
        note = malloc(sizeof *note);
        e = note == NULL ? ERR_NOMEM : judge(logs, count, &q, note, &v);
        free(note);
        if (e != OK)
            return e;
    }
    *out = v;
    return OK;
}

enum err proto_witness_answer_encode(const struct proto_witness_verdict *v, uint64_t seen_size, const struct proto_note_key *key,
    const struct proto_note_sig *sig, uint8_t *out, size_t cap, size_t *len)
{
    char text[24];
    struct wr w;
    enum err e;

    wr_init(&w, out, cap);
    wr_u16(&w, (uint16_t)v->status);
    if (v->status == PROTO_WITNESS_COSIGNED)
        proto_note_write_line(&w, key, sig);
    if (v->status == PROTO_WITNESS_OTHER_SIZE && !v->contradicts) {
        (void)snprintf(text, sizeof text, "%" PRIu64 "\n", seen_size);
        wr_copy(&w, (const uint8_t *)text, strlen(text));
    }
    e = wr_end(&w);
    if (e == OK)
        *len = w.len;
    return e;
}

/* A decimal and a newline; anything else says no size. */
static uint64_t read_size(const uint8_t *body, size_t len)
{
    char text[24];
    uint64_t size = 0;

    if (len < 2 || len > sizeof text || body[len - 1] != '\n' || memchr(body, 0, len) != NULL)
        return PROTO_WITNESS_NO_SIZE;
    memcpy(text, body, len - 1);
    text[len - 1] = '\0';
    return text_u64(text, PROTO_MERKLE_SIZE_MAX, &size) == OK ? size : PROTO_WITNESS_NO_SIZE;
}

enum err proto_witness_answer_read(unsigned status, const uint8_t *body, size_t len, struct proto_witness_answer *out)
{
    struct proto_witness_answer a = { .status = (enum proto_witness_status)status, .size = PROTO_WITNESS_NO_SIZE };

    switch (status) {
    case PROTO_WITNESS_COSIGNED:
        if (len == 0 || body[len - 1] != '\n')
            return ERR_SYNTAX;
        a.lines = body;
        a.lines_len = len;
        break;
    case PROTO_WITNESS_OTHER_SIZE:
        a.size = read_size(body, len);
        break;
    case PROTO_WITNESS_MALFORMED:
    case PROTO_WITNESS_NOT_SIGNED:
    case PROTO_WITNESS_UNKNOWN:
    case PROTO_WITNESS_NOT_PROVEN:
    case PROTO_WITNESS_TROUBLE:
        break;
    default:
        return ERR_RANGE;
    }
    *out = a;
    return OK;
}

enum err proto_witness_answer_decode(const uint8_t *data, size_t len, struct proto_witness_answer *out)
{
    struct rd r;
    uint16_t status;
    size_t body_len;
    const uint8_t *body;

    rd_init(&r, data, len);
    status = rd_u16(&r);
    body_len = rd_left(&r);
    body = rd_view(&r, body_len);
    return rd_end(&r) == OK ? proto_witness_answer_read(status, body, body_len, out) : r.err;
}
