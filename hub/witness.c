#include "hub/witness.h"

#include "base/log.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum err hub_witness_init(struct hub_witness *w, const struct proto_region *region, const char *vkey)
{
    struct proto_note_key key;
    enum err e = proto_note_key_decode(vkey, &key);

    if (e != OK)
        return e;
    memset(w, 0, sizeof *w);
    w->region = region;
    w->log = key;
    (void)crypto_hash_sha256(w->origin_id, (const uint8_t *)key.name, strlen(key.name));
    w->hold_ms = HUB_WITNESS_HOLD_MS;
    return OK;
}

/*
 * A newer one takes the place when the log has grown and nobody is needed for the old one any more, or it hangs. A witness that is beyond it
 * (its receipts showed it more) gets a newer at once, so that a node that starts need not wait; but not each time, or a partner that says so
 * each second would end every candidate before the others come.
 */
static void choose_candidate(struct hub_witness *w, const struct hub_signed *newest, uint64_t old, uint64_t now_ms)
{
    struct hub_cosigned *c = &w->candidate;
    bool hangs = now_ms - w->candidate_ms >= w->hold_ms;
    bool is_beyond = old > c->head.size && (w->ended_ms == 0 || now_ms - w->ended_ms >= HUB_WITNESS_AHEAD_MS);

    if (c->note_len != 0 && (newest->head.size == c->head.size || !(w->candidate_anchored || hangs || is_beyond)))
        return;
    if (c->note_len != 0 && is_beyond)
        w->ended_ms = now_ms;
    w->candidate_ms = now_ms;
    w->candidate_anchored = w->anchored.note_len != 0 && w->anchored.head.size == newest->head.size;
    if (w->candidate_anchored) {
        *c = w->anchored;
        return;
    }
    c->head = newest->head;
    memcpy(c->note, newest->note, newest->note_len);
    c->note_len = newest->note_len;
}

enum err hub_witness_request(struct hub_witness *w, const struct hub_witness_source *s, uint64_t old, uint64_t now_ms, struct wr *wr,
    enum proto_refusal *result)
{
    struct proto_tlog_request q = { .old = old };
    size_t len = 0, room = wr->cap - wr->len;
    uint8_t *at;
    enum err e;

    if (s->newest->note_len == 0 || old > s->newest->head.size) {
        *result = PROTO_NOT_FOUND;
        return OK;
    }
    choose_candidate(w, s->newest, old, now_ms);
    /* Not NOT_FOUND: that would say that the log is smaller than what was cosigned, and stop its disclosures. */
    if (old > w->candidate.head.size) {
        *result = PROTO_WRONG_STATE;
        return OK;
    }
    if (old != 0 && old < w->candidate.head.size) {
        e = s->prove(s->arg, old, w->candidate.head.size, &q.path);
        if (e != OK)
            return e;
    }
    q.checkpoint = w->candidate.note;
    q.checkpoint_len = w->candidate.note_len;
    at = wr->buf + wr->len;
    e = proto_tlog_request_encode(&q, at, room, &len);
    return e == OK && wr_gap(wr, len) == NULL ? ERR_LONG : e;
}

static void note_anchored(struct hub_witness *w, uint64_t now_s)
{
    bool is_new = w->anchored.head.size != w->candidate.head.size;
    char size[24];

    w->anchored = w->candidate;
    w->anchored_s = now_s;
    w->is_unsaved = true;
    w->candidate_anchored = true;
    if (is_new)
        w->oldest_s = 0;
    (void)snprintf(size, sizeof size, "%llu", (unsigned long long)w->anchored.head.size);
    if (is_new)
        log_event(LOG_INFO, "anchored", "size", size, NULL);
}

enum proto_refusal hub_witness_take(struct hub_witness *w, const uint8_t *note, size_t len, uint64_t now_s)
{
    struct hub_cosigned *c = &w->candidate, *merged = NULL;
    struct proto_cosigned count;
    bool changed = false;
    enum err e;

    if (c->note_len == 0)
        return PROTO_NOT_FOUND;
    merged = malloc(sizeof *merged);
    if (merged == NULL)
        return PROTO_TROUBLE;
    e = proto_cosigned_merge(w->region, &w->log, c->note, c->note_len, note, len, merged->note, sizeof merged->note, &merged->note_len,
        &changed);
    if (e == OK && changed) {
        merged->head = c->head;
        *c = *merged;
        e = proto_cosigned_count(w->region, &w->log, c->note, c->note_len, NULL, now_s, &count);
        if (e == OK && count.anchored)
            note_anchored(w, now_s);
    }
    free(merged);
    if (e == ERR_NOMEM)
        return PROTO_TROUBLE;
    /* A text that is the log's and another: of a checkpoint that was given up in the meantime. */
    return e == OK ? PROTO_ACCEPTED : e == ERR_STATE ? PROTO_NOT_FOUND : PROTO_MALFORMED;
}
