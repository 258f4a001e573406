#include "proto/cosigned.h"

#include "proto/region_witness.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

/* Whether the witness i counts at this moment: an outsider does, and a partner as long as it takes part. */
static bool is_in_force(const struct proto_region *r, uint8_t i, uint64_t at_s)
{
    const struct proto_partner *p = proto_region_witness_partner(r, i);

    return p == NULL || proto_partner_exists_at(p, at_s);
}

/*
 * How many partners must have cosigned: more than half of those in force, whether they have a witness key or not; of their witnesses where
 * there are more of these: the larger number, so that neither is a way to need fewer. A place whose key was revoked is one still.
 */
static unsigned needed(const struct proto_region *r, uint64_t at_s)
{
    unsigned witnesses = 0, partners = 0;

    for (uint16_t i = 0; i < r->partner_count; i++)
        partners += proto_partner_exists_at(&r->partner[i], at_s);
    for (uint8_t i = 0; i < r->witness_count; i++) {
        struct proto_note_key key;

        witnesses += !r->witness[i].outsider && proto_note_key_decode(r->witness[i].vkey, &key) == OK && is_in_force(r, i, at_s);
    }
    return (witnesses > partners ? witnesses : partners) / 2 + 1;
}

uint64_t proto_cosigned_time(uint64_t since_s, uint64_t now_s)
{
    return since_s > now_s && since_s <= now_s + PROTO_COSIGNED_AHEAD_S ? since_s : now_s;
}

bool proto_cosigned_is_possible(const struct proto_region *r, uint64_t at_s)
{
    unsigned partners = 0, outsiders = 0;

    for (uint8_t i = 0; i < r->witness_count; i++) {
        struct proto_note_key key;
        uint64_t until_s;
        unsigned k;

        if (proto_region_witness_at(r, i, at_s, &k) != OK || proto_region_witness_key(r, i, k, &key, &until_s) != OK || until_s == 0 || !is_in_force(r, i, at_s))
            continue;
        partners += !r->witness[i].outsider;
        outsiders += r->witness[i].outsider;
    }
    return partners >= needed(r, at_s) && outsiders != 0;
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

enum { KEYS_MAX = 1 + PROTO_WITNESS_FORMER_MAX };

/*
 * The lines that verify, by place and key: their times, 0 for none; and the newest of them that is not ahead of the clock. A key of before has
 * none from the moment on at which it was changed, and one that was revoked none at all: so neither moves the newest.
 */
struct lines { uint64_t time_s[PROTO_WITNESSES_MAX][KEYS_MAX]; uint64_t newest_s, stale_s; uint8_t stale; };

static enum err read_line(const struct proto_region *r, const struct proto_note *n, uint8_t i, unsigned k, struct lines *l)
{
    struct proto_note_sig sig = { .time_s = 0 };
    struct proto_note_key key;
    uint64_t until_s = 0;
    enum err e = proto_region_witness_key(r, i, k, &key, &until_s);

    if (e == OK)
        e = proto_note_check(n, &key, &sig);
    l->time_s[i][k] = e == OK && sig.time_s < until_s ? sig.time_s : 0;
    if (e == OK && sig.time_s >= until_s && sig.time_s - until_s >= PROTO_COSIGNED_STALE_S && sig.time_s > l->stale_s) {
        l->stale_s = sig.time_s;
        l->stale = i;
    }
    return e == ERR_NOMEM ? e : OK;
}

static enum err read_lines(const struct proto_region *r, const struct proto_note *n, uint64_t now_s, struct lines *l)
{
    enum err e = OK;

    for (uint8_t i = 0; e == OK && i < r->witness_count; i++)
        for (unsigned k = 0; e == OK && k < proto_region_witness_keys(r, i); k++) {
            e = read_line(r, n, i, k, l);
            if (l->time_s[i][k] > l->newest_s && l->time_s[i][k] <= now_s + PROTO_COSIGNED_AHEAD_S)
                l->newest_s = l->time_s[i][k];
        }
    return e;
}

/* Of the one key of this place that counts at the moment of the newest line; 0: it has none. */
static uint64_t time_of(const struct proto_region *r, uint8_t i, const struct lines *l)
{
    unsigned k;

    return is_in_force(r, i, l->newest_s) && proto_region_witness_at(r, i, l->newest_s, &k) == OK ? l->time_s[i][k] : 0;
}

/* Its place, whichever of its keys self is: what is said under another of them is not another's word. */
struct self { uint8_t place; unsigned key; bool is_known; };

static void add_witness(const struct proto_region *r, uint8_t i, const struct lines *l, const struct self *self, uint64_t now_s,
    struct proto_cosigned *c)
{
    bool is_self = self->is_known && self->place == i;
    uint64_t time_s = time_of(r, i, l);

    if (is_self)
        c->self_s = l->time_s[i][self->key];
    if (time_s == 0)
        return;
    c->partners += !r->witness[i].outsider;
    c->outsiders += r->witness[i].outsider;
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
    struct self who = { .is_known = false };
    struct proto_tlog_checkpoint checkpoint;
    struct lines *l = NULL;
    struct proto_note *n = NULL;
    enum err e = open_note(log, note, len, &n, &checkpoint);

    if (e != OK)
        return e;
    c.head = checkpoint.head;
    who.is_known = self != NULL && proto_region_witness_find(r, self, &who.place, &who.key) == OK;
    l = calloc(1, sizeof *l);
    e = l == NULL ? ERR_NOMEM : read_lines(r, n, now_s, l);
    for (uint8_t i = 0; e == OK && i < r->witness_count; i++)
        add_witness(r, i, l, &who, now_s, &c);
    if (e == OK) {
        c.needed = needed(r, l->newest_s != 0 ? l->newest_s : now_s);
        c.anchored = c.partners >= c.needed && c.outsiders != 0;
        c.stale_s = l->stale_s;
        c.stale = l->stale;
        *out = c;
    }
    free(l);
    free(n);
    return e;
}

/* The newest cosignature of key before until_s in either note; *changed when base has an older one or none. false: none at all. */
static bool newest(const struct proto_note *base, const struct proto_note *more, const struct proto_note_key *key, uint64_t until_s,
    struct proto_note_sig *sig, bool *changed)
{
    struct proto_note_sig a, b;
    bool has_a = proto_note_check(base, key, &a) == OK && a.time_s < until_s, has_b = proto_note_check(more, key, &b) == OK && b.time_s < until_s;

    if (has_b && (!has_a || b.time_s > a.time_s)) {
        *changed = true;
        *sig = b;
    } else if (has_a) {
        *sig = a;
    }
    return has_a || has_b;
}

/* A place has one line: of its key of now, or else of the last one before it that has any. So there is always room. */
static void merge_place(const struct proto_region *r, uint8_t i, const struct proto_note *base, const struct proto_note *more, struct wr *w,
    bool *changed)
{
    for (unsigned k = 0; k < proto_region_witness_keys(r, i); k++) {
        struct proto_note_key key;
        struct proto_note_sig sig;
        uint64_t until_s;

        if (proto_region_witness_key(r, i, k, &key, &until_s) == OK && newest(base, more, &key, until_s, &sig, changed)) {
            proto_note_write_line(w, &key, &sig);
            return;
        }
    }
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
    for (uint8_t i = 0; i < r->witness_count; i++)
        merge_place(r, i, base, more, w, changed);
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
