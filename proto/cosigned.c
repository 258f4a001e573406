#include "proto/cosigned.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

/*
 * Founders, or the file's partner witnesses where it names more: the larger number, so that neither is a way to need fewer. Who joins later has
 * no witness key in the file.
 */
static unsigned electorate(const struct proto_region *r)
{
    unsigned witnesses = 0, partners = r->founder_count != 0 ? r->founder_count : r->partner_count;

    for (uint8_t i = 0; i < r->witness_count; i++)
        witnesses += !r->witness[i].outsider;
    return witnesses > partners ? witnesses : partners;
}

static bool is_enough(const struct proto_region *r, unsigned partners, unsigned outsiders)
{
    return partners * 2 > electorate(r) && outsiders != 0;
}

bool proto_cosigned_is_possible(const struct proto_region *r)
{
    unsigned outsiders = 0;

    for (uint8_t i = 0; i < r->witness_count; i++)
        outsiders += r->witness[i].outsider;
    return is_enough(r, r->witness_count - outsiders, outsiders);
}

static enum err open_note(const struct proto_note_key *log, const uint8_t *data, size_t len, struct proto_note **note,
    struct proto_tlog_checkpoint *c)
{
    struct proto_note *n = malloc(sizeof *n);
    enum err e = n == NULL ? ERR_NOMEM : proto_tlog_checkpoint_open(data, len, log, n, c);

    if (e == OK)
        *note = n;
    else
        free(n);
    return e;
}

static void add_witness(const struct proto_region *r, uint8_t i, const struct proto_note_key *key, uint64_t time_s, const uint8_t *self,
    uint64_t now_s, struct proto_cosigned *c)
{
    bool is_self = self != NULL && sodium_memcmp(key->key, self, sizeof key->key) == 0;

    c->partners += !r->witness[i].outsider;
    c->outsiders += r->witness[i].outsider;
    if (is_self)
        c->self_s = time_s;
    /* Who signs a time to come would make everything fresh until then. */
    if (time_s > now_s + PROTO_COSIGNED_AHEAD_S)
        return;
    if (!is_self && time_s > c->other_s)
        c->other_s = time_s;
    if (r->witness[i].outsider && time_s > c->outsider_s)
        c->outsider_s = time_s;
}

enum err proto_cosigned_count(const struct proto_region *r, const struct proto_note_key *log, const uint8_t *note, size_t len,
    const uint8_t *self, uint64_t now_s, struct proto_cosigned *out)
{
    struct proto_cosigned c = { .partners = 0 };
    struct proto_tlog_checkpoint checkpoint;
    struct proto_note *n = NULL;
    enum err e = open_note(log, note, len, &n, &checkpoint);

    if (e != OK)
        return e;
    c.head = checkpoint.head;
    for (uint8_t i = 0; e == OK && i < r->witness_count; i++) {
        struct proto_note_key key;
        struct proto_note_sig sig;

        e = proto_note_key_decode(r->witness[i].vkey, &key);
        if (e == OK)
            e = proto_note_check(n, &key, &sig);
        if (e == OK)
            add_witness(r, i, &key, sig.time_s, self, now_s, &c);
        else if (e != ERR_NOMEM)
            e = OK;
    }
    free(n);
    if (e != OK)
        return e;
    c.anchored = is_enough(r, c.partners, c.outsiders);
    *out = c;
    return OK;
}

/* The newest cosignature of key in either note; *changed when base has an older one or none. false: none at all. */
static bool newest(const struct proto_note *base, const struct proto_note *more, const struct proto_note_key *key, struct proto_note_sig *sig,
    bool *changed)
{
    struct proto_note_sig a, b;
    bool has_a = proto_note_check(base, key, &a) == OK, has_b = proto_note_check(more, key, &b) == OK;

    if (has_b && (!has_a || b.time_s > a.time_s)) {
        *changed = true;
        *sig = b;
    } else if (has_a) {
        *sig = a;
    }
    return has_a || has_b;
}

static enum err write_merged(const struct proto_region *r, const struct proto_note_key *log, const struct proto_note *base,
    const struct proto_note *more, struct wr *w, bool *changed)
{
    struct proto_note_sig sig;
    enum err e = proto_note_check(base, log, &sig);

    if (e != OK)
        return e;
    proto_note_write_text(w, base->text, base->text_len);
    proto_note_write_line(w, log, &sig);
    for (uint8_t i = 0; i < r->witness_count; i++) {
        struct proto_note_key key;

        if (proto_note_key_decode(r->witness[i].vkey, &key) == OK && newest(base, more, &key, &sig, changed))
            proto_note_write_line(w, &key, &sig);
    }
    return wr_end(w);
}

enum err proto_cosigned_merge(const struct proto_region *r, const struct proto_note_key *log, const uint8_t *base, size_t base_len,
    const uint8_t *more, size_t more_len, uint8_t *out, size_t cap, size_t *len, bool *changed)
{
    struct proto_note *a = NULL, *b = NULL;
    struct proto_tlog_checkpoint first, second;
    bool grew = false;
    struct wr w;
    enum err e = open_note(log, base, base_len, &a, &first);

    if (e == OK)
        e = open_note(log, more, more_len, &b, &second);
    if (e == OK && (a->text_len != b->text_len || memcmp(a->text, b->text, a->text_len) != 0))
        e = ERR_STATE;
    wr_init(&w, out, cap);
    if (e == OK)
        e = write_merged(r, log, a, b, &w, &grew);
    if (e == OK) {
        *len = w.len;
        if (changed != NULL)
            *changed = grew;
    }
    free(a);
    free(b);
    return e;
}

enum err proto_cosigned_append(const uint8_t *note, size_t note_len, const uint8_t *lines, size_t lines_len, uint8_t *out, size_t cap,
    size_t *len)
{
    struct wr w;
    enum err e;

    wr_init(&w, out, cap);
    if (out != note)
        wr_copy(&w, note, note_len);
    else if (wr_gap(&w, note_len) == NULL)
        return ERR_LONG;
    wr_copy(&w, lines, lines_len);
    e = wr_end(&w);
    if (e == OK)
        *len = w.len;
    return e;
}

enum err proto_cosigned_bare(const struct proto_note_key *log, const uint8_t *note, size_t len, uint8_t *out, size_t cap, size_t *out_len)
{
    struct proto_tlog_checkpoint c;
    struct proto_note *n = NULL;
    struct proto_note_sig sig;
    struct wr w;
    enum err e = open_note(log, note, len, &n, &c);

    if (e == OK)
        e = proto_note_check(n, log, &sig);
    wr_init(&w, out, cap);
    if (e == OK) {
        proto_note_write_text(&w, n->text, n->text_len);
        proto_note_write_line(&w, log, &sig);
        e = wr_end(&w);
    }
    if (e == OK)
        *out_len = w.len;
    free(n);
    return e;
}
