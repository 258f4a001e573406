/* client/audit: is the list complete for a period? The numbers one after the other, each by its proof. */
#include "client/audit.h"

#include "client/archive_end.h"
#include "client/openings.h"
#include "client/terms.h"
#include "client/witness.h"
#include "proto/cosigned.h"
#include "proto/note.h"
#include "proto/region_log.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

const char *client_audit_why(enum client_audit_fault why, enum lang lang)
{
    static const struct { const char *en, *nl; } words[] = {
        [CLIENT_AUDIT_WHOLE] = {"whole", "heel"},
        [CLIENT_AUDIT_MISSING] = {"nothing is here under this number", "er is hier niets onder dit nummer"},
        [CLIENT_AUDIT_KEPT_BACK] = {"the hub gave this number and never passed on what it is of",
            "de hub gaf dit nummer en gaf nooit door waar het van is"},
        [CLIENT_AUDIT_NOT_BELIEVED] = {"what came under this number could not be believed", "wat onder dit nummer kwam was niet te geloven"},
        [CLIENT_AUDIT_NO_PROOF] = {"its signature or its proof does not hold", "de handtekening of het bewijs klopt niet"},
        [CLIENT_AUDIT_CHAIN] = {"its proof names another act before it than the one that is here, as when the hub was put back from a backup: ask its operator",
            "het bewijs noemt een andere handeling ervoor dan die hier staat, zoals wanneer de hub uit een reservekopie is teruggezet: vraag zijn beheerder"},
        [CLIENT_AUDIT_TIME] = {"it is dated before the one with the number before it", "de datum ligt voor die van het nummer ervoor"},
        [CLIENT_AUDIT_EARLY] = {"it is not kept any more, and its term is not over yet",
            "het wordt niet meer bewaard, en de termijn ervan is nog niet om"},
    };

    return (unsigned)why >= sizeof words / sizeof *words ? "?" : lang == LANG_NL ? words[why].nl : words[why].en;
}

/* ---- which numbers ---- */

struct range {
    const struct client_audit_period *p;
    uint64_t first, last, below, above, last_fetch;
};

static bool place(void *arg, const uint8_t *key, size_t key_len, const uint8_t *value, size_t len)
{
    struct range *r = arg;
    struct client_archived a;
    uint64_t number = 0;

    if (key_len != 8 || client_archive_decode(value, len, &a) != OK)
        return true;
    for (size_t i = 0; i < 8; i++)
        number = number << 8 | key[i];
    if (a.kind == PROTO_FETCH)
        r->last_fetch = number;
    if (a.bad || a.index == PROTO_NO_LEAF)
        return true;
    if (a.time_s < r->p->from_s) {
        r->below = number;
    } else if (a.time_s < r->p->until_s) {
        r->first = r->first == 0 ? number : r->first;
        r->last = number;
    } else if (r->above == 0) {
        r->above = number;
    }
    return true;
}

/* Numbers without a date lie between two that have one: those beside the period count as in it. */
static void widen(struct range *r)
{
    if (r->first == 0 && r->above > r->below + 1)
        r->first = r->last = r->below + 1;
    if (r->first == 0)
        return;
    r->first = r->below + 1;
    if (r->above != 0)
        r->last = r->above - 1;
}

/* ---- one number ---- */

struct check {
    const struct client_node *n;
    struct vault_txn *x;
    struct client_audit_report *out;
    struct client_entry *entry;
    bool spent;                    /* of the number of now only its place is kept: entry is another's */
    uint64_t last_fetch;
    uint64_t before, before_s;     /* leaf and time of the number before; PROTO_NO_LEAF: not known */
    bool knows_before;
    uint8_t *memory;               /* that entry borrows */
};

/* What could not be believed has no moment: it lies before the next number that has (client/archive_end). */
static enum err fault_without_leaf(const struct check *c, uint64_t number, enum client_audit_fault *why)
{
    uint64_t at_s = 0;
    enum err e = client_archive_end_moment(c->x, number, &at_s);

    if (e == OK && (at_s == 0 || !client_terms_may_be_over(at_s, clock_now_s())))
        *why = CLIENT_AUDIT_EARLY;
    return e;
}

/*
 * Its leaf is in order as far as its place tells; what it says is not kept any more, which is no fault when it may be so: the moment is this
 * archive's own word, but lies behind that of the number before it, whose receipt tells it.
 */
static enum err fault_of_spent(const struct check *c, const struct client_archived *a, enum client_audit_fault *why)
{
    uint8_t hash[PROTO_HASH_LEN];
    unsigned origin;

    if (a->index == PROTO_NO_LEAF)
        return fault_without_leaf(c, a->number, why);
    if (client_archive_spent_leaf(a, hash, &origin) != OK)
        *why = CLIENT_AUDIT_NO_PROOF;
    else if (c->knows_before && c->before_s > a->time_s)
        *why = CLIENT_AUDIT_TIME;
    else if (!client_terms_may_be_over(a->time_s, clock_now_s()))
        *why = CLIENT_AUDIT_EARLY;
    return OK;
}

static enum err fault_of(struct check *c, const struct client_archived *a, enum client_audit_fault *why)
{
    enum err e;

    *why = CLIENT_AUDIT_WHOLE;
    if (a->spent)
        return fault_of_spent(c, a, why);
    if (a->bad)
        *why = CLIENT_AUDIT_NOT_BELIEVED;
    else if (a->index == PROTO_NO_LEAF)
        *why = a->number < c->last_fetch ? CLIENT_AUDIT_WHOLE : CLIENT_AUDIT_KEPT_BACK;
    if (*why != CLIENT_AUDIT_WHOLE || a->index == PROTO_NO_LEAF)
        return OK;
    e = client_entry_check(&c->n->region, a, c->entry);
    if (e == ERR_NOMEM)
        return e;
    if (e != OK || c->entry->receipt.number != a->number || c->entry->receipt.index != a->index)
        *why = CLIENT_AUDIT_NO_PROOF;
    else if (c->knows_before && c->entry->receipt.previous != c->before)
        *why = CLIENT_AUDIT_CHAIN;
    else if (c->knows_before && c->entry->receipt.time_s < c->before_s)
        *why = CLIENT_AUDIT_TIME;
    return OK;
}

static void add_gap(struct client_audit_report *out, uint64_t number, enum client_audit_fault why)
{
    if (out->gaps < CLIENT_AUDIT_GAPS_MAX)
        out->gap[out->gaps] = (struct client_audit_gap){number, why};
    out->gaps++;
}

/* What is not laid open is on its way for a day; its proof is here all the same. */
static void count_opened(struct check *c, uint64_t number)
{
    struct client_opening *o = malloc(sizeof *o);
    bool is_there = o != NULL && client_openings_get(c->x, number, o) == OK;
    bool waits = o != NULL && (!is_there || o->state == CLIENT_OPENING_WAITS);

    c->out->opened += is_there && o->state == CLIENT_OPENING_RIGHT;
    if (waits && c->entry->receipt.time_s + CLIENT_OPENINGS_WITHIN_S > clock_now_s())
        c->out->waiting++;
    else if (waits)
        c->out->late++;
    free(o);
}

/* c->entry is that number's afterwards, when it has a leaf and is whole. */
static enum err one_number(struct check *c, uint64_t number, bool *whole)
{
    enum client_audit_fault why = CLIENT_AUDIT_MISSING;
    struct client_archived a = {.index = PROTO_NO_LEAF};
    bool has_leaf;
    enum err e;

    free(c->memory);
    c->memory = NULL;
    e = client_archive_get(c->x, number, &a, &c->memory);
    has_leaf = e == OK && a.index != PROTO_NO_LEAF;

    if (e == OK)
        e = fault_of(c, &a, &why);
    else if (e == ERR_NOTFOUND)
        e = OK;
    if (e != OK)
        return e;
    if (why != CLIENT_AUDIT_WHOLE)
        add_gap(c->out, number, why);
    c->spent = a.spent && why == CLIENT_AUDIT_WHOLE;
    c->out->withdrawn += why == CLIENT_AUDIT_WHOLE && !has_leaf && !a.spent;
    *whole = why == CLIENT_AUDIT_WHOLE && has_leaf && !a.spent;
    c->knows_before = has_leaf && why != CLIENT_AUDIT_NO_PROOF;
    c->before = !c->knows_before ? PROTO_NO_LEAF : a.spent ? a.index : c->entry->receipt.index;
    c->before_s = !c->knows_before ? 0 : a.spent ? a.time_s : c->entry->receipt.time_s;
    return OK;
}

static bool is_in_log_of_now(const struct client_node *n, const struct proto_receipt *r, unsigned origin)
{
    for (unsigned i = origin; i != 0 && i <= n->region.origin_count; i++)
        if (r->index >= n->region.origin[i - 1].kept.size)
            return false;
    return origin != 0;
}

/*
 * The checkpoint that came with an entry. It is anchored when enough cosigned it, or one that covers the entry's leaf: what this node has seen
 * of the log is one log (client/heads).
 */
static void bound(struct check *c, uint64_t number, struct client_audit_bound *out)
{
    const struct proto_receipt *r = &c->entry->receipt;
    struct client_witness_status w = {.anchored_size = 0};
    struct proto_cosigned by = {0};
    struct proto_note_key log;
    unsigned origin = 0;

    out->number = number;
    out->size = r->tree_size;
    out->time_s = r->time_s;
    memcpy(out->root, c->entry->root, sizeof out->root);
    if (proto_region_log_of(&c->n->region, r->checkpoint.data, r->checkpoint.len, &log, &origin) == OK
        && proto_cosigned_count(&c->n->region, &log, r->checkpoint.data, r->checkpoint.len, NULL, clock_now_s(), &by) == OK)
        out->anchored = by.anchored;
    if (c->n->witness != NULL)
        client_witness_status(c->n, &w);
    /* What was lost with the log of before is in no checkpoint of now, whatever has its place there. */
    out->lost = !is_in_log_of_now(c->n, r, origin);
    out->anchored = out->anchored || (w.anchored_size > r->index && !out->lost);
}

/* A number beside the period: whole by itself, or its own fault is told. */
static enum err beside(struct check *c, uint64_t number, struct client_audit_bound *out)
{
    bool whole = false;
    enum err e = one_number(c, number, &whole);

    if (e == OK && whole)
        bound(c, number, out);
    return e;
}

/* Up to here nothing is missing. A number that was taken out of the mailbox has no moment of its own. */
static void note_whole(struct check *c, uint64_t number, bool has_moment)
{
    c->out->whole = number;
    if (has_moment)
        c->out->whole_s = c->before_s;
}

static void note_spent(struct check *c)
{
    c->out->spent++;
    if (c->knows_before)
        c->out->spent_s = c->before_s;
}

static enum err run(struct check *c, const struct range *r)
{
    bool whole = false;
    enum err e = OK;

    if (r->below != 0)
        e = beside(c, r->below, &c->out->below);
    /* Number 1 has no leaf before it, and its proof says so. */
    else
        c->knows_before = true;
    for (uint64_t number = r->first; e == OK && number != 0 && number <= r->last; number++) {
        e = one_number(c, number, &whole);
        if (e == OK && c->out->gaps == 0)
            note_whole(c, number, whole || (c->spent && c->knows_before));
        if (e == OK && c->spent)
            note_spent(c);
        if (e == OK && whole) {
            count_opened(c, number);
            if (c->out->below.size == 0)
                bound(c, number, &c->out->below);
            if (r->above == 0)
                bound(c, number, &c->out->above);
        }
    }
    if (e == OK && r->above != 0)
        e = beside(c, r->above, &c->out->above);
    return e;
}

enum err client_audit_period_check(const struct client_node *n, struct vault_txn *x, const struct client_audit_period *p,
    struct client_audit_report *out)
{
    struct range r = {.p = p};
    struct client_audit_report *fresh = calloc(1, sizeof *fresh);
    struct client_entry *entry = calloc(1, sizeof *entry);
    struct check c = {.n = n, .x = x, .out = fresh, .entry = entry, .before = PROTO_NO_LEAF};
    enum err e = fresh == NULL || entry == NULL ? ERR_NOMEM : client_vault_walk(x, CLIENT_T_ARCHIVE, NULL, 0, place, &r);

    if (e == OK) {
        widen(&r);
        c.last_fetch = r.last_fetch;
        fresh->first = r.first;
        fresh->last = r.last;
        fresh->count = r.first == 0 ? 0 : r.last - r.first + 1;
        e = run(&c, &r);
    }
    if (e == OK) {
        fresh->closed = r.above != 0 && fresh->above.size != 0;
        *out = *fresh;
    }
    free(c.memory);
    free(fresh);
    free(entry);
    return e;
}
