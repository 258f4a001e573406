#include "client/archive_end.h"

#include "base/log.h"
#include "base/rd.h"
#include "base/wr.h"
#include "client/desk.h"
#include "client/meta.h"
#include "client/openings.h"
#include "client/openings_parts.h"
#include "client/rows.h"
#include "client/statement.h"
#include "client/terms.h"
#include "client/verify.h"
#include "proto/region_log.h"
#include "proto/sign.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { LOOK_AHEAD = 64 };

/* Where the pass is: the next number to look at (0: none runs), the lowest whole one of this pass, and of the last, with their times. */
struct pass { uint64_t at, low, low_s, floor, floor_s; };

/* Whom an objection is about that is open, or was so less than five years ago. */
struct objection { struct proto_subject_id subject; uint8_t case_id[PROTO_ID_LEN]; };

struct end {
    struct client_node *n;
    struct vault_txn *x;
    uint64_t now_s;
    struct pass pass;
    struct client_entry *entry;
    bool looked;                          /* the next two are there: read when the first row is old enough */
    uint8_t (*grant)[PROTO_ID_LEN];       /* of decisions that are kept, ascending */
    size_t grants, grant_cap;
    struct objection *objection;
    size_t objections, objection_cap;
    enum err err;
};

static enum err pass_read(struct vault_txn *x, struct pass *out)
{
    struct pass p;
    uint8_t *row = NULL;
    size_t len = 0;
    struct rd r;
    enum err e = client_meta_get(x, CLIENT_META_ARCHIVE_END, &row, &len);

    if (e == ERR_NOTFOUND) {
        *out = (struct pass){.floor = 1};
        return OK;
    }
    if (e != OK)
        return e;
    rd_init(&r, row, len);
    p = (struct pass){.at = rd_u64(&r)};
    p.low = rd_u64(&r);
    p.low_s = rd_u64(&r);
    p.floor = rd_u64(&r);
    p.floor_s = rd_u64(&r);
    free(row);
    if (rd_end(&r) == OK)
        *out = p;
    return r.err;
}

static enum err pass_write(struct vault_txn *x, const struct pass *p)
{
    uint8_t row[5 * 8];
    struct wr w;
    enum err e;

    wr_init(&w, row, sizeof row);
    wr_u64(&w, p->at);
    wr_u64(&w, p->low);
    wr_u64(&w, p->low_s);
    wr_u64(&w, p->floor);
    wr_u64(&w, p->floor_s);
    e = wr_end(&w);
    return e == OK ? client_meta_put(x, CLIENT_META_ARCHIVE_END, row, w.len) : e;
}

uint64_t client_archive_end_term_s(const struct client_node *n, const char *purpose)
{
    uint64_t years = client_terms_archive_years(n->me->kind, purpose);

    return (n->archive_years > years ? n->archive_years : years) * (uint64_t)CLIENT_TERMS_YEAR_S;
}

/* ---- what may still be disputed ---- */

static bool grant_each(void *arg, const struct client_desk *k)
{
    struct end *d = arg;
    uint8_t (*grant)[PROTO_ID_LEN] = client_rows_more(d->grant, d->grants, &d->grant_cap, sizeof *grant);

    if (grant == NULL) {
        d->err = ERR_NOMEM;
        return false;
    }
    d->grant = grant;
    if (!sodium_is_zero(k->grant_id, sizeof k->grant_id))
        memcpy(d->grant[d->grants++], k->grant_id, PROTO_ID_LEN);
    return true;
}

static bool objection_each(void *arg, const struct client_kept *k)
{
    struct end *d = arg;
    struct objection *objection;

    if (k->what.kind != PROTO_SAY_OBJECTION)
        return true;
    objection = client_rows_more(d->objection, d->objections, &d->objection_cap, sizeof *objection);
    if (objection == NULL) {
        d->err = ERR_NOMEM;
        return false;
    }
    d->objection = objection;
    objection = &d->objection[d->objections++];
    objection->subject = k->what.subject;
    memcpy(objection->case_id, k->what.case_id, sizeof objection->case_id);
    return true;
}

static int by_id(const void *a, const void *b)
{
    return sodium_compare(a, b, PROTO_ID_LEN);
}

static enum err look(struct end *d)
{
    enum err e = d->looked ? OK : client_desk_walk(d->x, grant_each, d);

    if (e == OK && !d->looked)
        e = client_kept_walk(d->x, objection_each, d);
    if (e == OK)
        e = d->err;
    if (e == OK && !d->looked && d->grants > 1)
        qsort(d->grant, d->grants, sizeof *d->grant, by_id);
    d->looked = d->looked || e == OK;
    return e;
}

static bool is_objected(const struct end *d, const struct proto_header *h)
{
    bool has_case = !sodium_is_zero(h->case_id, sizeof h->case_id);

    for (size_t i = 0; i < d->objections; i++)
        if ((h->subject.type != PROTO_SUBJECT_NONE && proto_msg_same_subject(&d->objection[i].subject, &h->subject))
            || (has_case && sodium_memcmp(d->objection[i].case_id, h->case_id, sizeof h->case_id) == 0))
            return true;
    return false;
}

static enum err has_statement(struct end *d, struct proto_blob original, bool *has)
{
    struct proto_signed s;
    struct proto_statement *said;
    enum err e;

    if (original.len == 0 || proto_sign_decode(original.data, original.len, &s) != OK)
        return OK;
    said = malloc(sizeof *said);
    if (said == NULL)
        return ERR_NOMEM;
    e = OK;
    if (proto_statement_decode(proto_statement_of_type(s.type), s.body, s.body_len, said) == OK)
        e = client_vault_has(d->x, CLIENT_T_STATEMENT, said->id, PROTO_ID_LEN, has);
    free(said);
    return e;
}

/*
 * An acknowledgement or report is worth something as long as what it is about: a statement that was carried from here, or what came under another
 * number, as the marks of client/keeping have it.
 */
static enum err is_about_kept(struct end *d, uint64_t number, const uint8_t refers[PROTO_ID_LEN], bool *has)
{
    struct client_archived a = {.spent = true};
    uint8_t *value = NULL, *memory = NULL;
    uint64_t other = 0;
    size_t len = 0;
    struct rd r;
    enum err e = client_meta_get_of(d->x, CLIENT_META_CARRIED, refers, &value, &len);

    if (e == OK && len == PROTO_ID_LEN)
        e = client_vault_has(d->x, CLIENT_T_STATEMENT, value, len, has);
    free(value);
    value = NULL;
    if (e == OK || e == ERR_NOTFOUND)
        e = *has ? OK : client_meta_get_of(d->x, CLIENT_META_APPLIED, refers, &value, &len);
    if (e == OK && value != NULL) {
        rd_init(&r, value, len);
        other = rd_u64(&r);
        if (rd_end(&r) == OK && other != number)
            e = client_archive_get(d->x, other, &a, &memory);
        *has = e == OK && !a.spent;
    }
    free(value);
    free(memory);
    return e == ERR_NOTFOUND ? OK : e;
}

static enum err is_disputable(struct end *d, uint64_t number, const struct proto_msg *m, bool *is)
{
    static const uint8_t none[PROTO_ID_LEN] = {0};
    bool has = is_objected(d, &m->head)
        || (d->grants > 0 && (bsearch(m->refers, d->grant, d->grants, sizeof *d->grant, by_id) != NULL
                                 || bsearch(m->head.id, d->grant, d->grants, sizeof *d->grant, by_id) != NULL));
    enum err e = OK;

    if (!has)
        e = has_statement(d, m->original, &has);
    if (e == OK && !has)
        e = client_vault_has(d->x, CLIENT_T_REQUEST, m->head.id, PROTO_ID_LEN, &has);
    if (e == OK && !has && sodium_memcmp(m->refers, none, sizeof none) != 0)
        e = client_vault_has(d->x, CLIENT_T_REQUEST, m->refers, PROTO_ID_LEN, &has);
    if (e == OK && !has)
        e = is_about_kept(d, number, m->refers, &has);
    *is = has;
    return e;
}

/* ---- one row ---- */

static enum err drop_beside(struct end *d, uint64_t number, const uint8_t message[PROTO_ID_LEN])
{
    uint8_t key[8];
    struct wr w;
    enum err e = message == NULL ? OK : client_meta_drop_of(d->x, CLIENT_META_CARRIED, message);

    if (e == OK && message != NULL)
        e = client_meta_drop_of(d->x, CLIENT_META_APPLIED, message);
    wr_init(&w, key, sizeof key);
    wr_u64(&w, number);
    if (e == OK)
        e = client_vault_delete(d->x, CLIENT_T_OPENING, key, w.len);
    return e == ERR_NOTFOUND ? OK : e;
}

static enum err spend(struct end *d, const struct client_archived *a)
{
    uint8_t hash[PROTO_HASH_LEN];
    struct proto_note_key log;
    unsigned origin = 0;
    enum err e = client_entry_check(&d->n->region, a, d->entry);

    if (e == OK && d->entry->receipt.index != a->index)
        e = ERR_SIGNATURE;
    if (e == OK)
        e = proto_region_log_of(&d->n->region, d->entry->receipt.checkpoint.data, d->entry->receipt.checkpoint.len, &log, &origin);
    if (e == ERR_NOMEM)
        return e;
    if (e != OK) {
        log_event(LOG_WARN, "archived-entry-does-not-hold", "err", err_word(e), NULL);
        return OK;
    }
    proto_merkle_leaf(d->entry->leaf, sizeof d->entry->leaf, hash);
    e = drop_beside(d, a->number, d->entry->msg.head.id);
    return e == OK ? client_archive_spend(d->x, a->number, hash, (uint8_t)origin) : e;
}

enum err client_archive_end_moment(struct vault_txn *x, uint64_t number, uint64_t *at_s)
{
    enum err e = OK;

    *at_s = 0;
    for (uint64_t i = 1; e == OK && *at_s == 0 && i <= LOOK_AHEAD; i++) {
        struct client_archived a = {0};
        uint8_t *memory = NULL;

        e = client_archive_get(x, number + i, &a, &memory);
        if (e == OK && !a.bad && a.index != PROTO_NO_LEAF)
            *at_s = a.time_s;
        free(memory);
    }
    return e == ERR_NOTFOUND ? OK : e;
}

static enum err bad_row(struct end *d, const struct client_archived *a)
{
    uint64_t at_s = 0;
    enum err e = client_archive_end_moment(d->x, a->number, &at_s);

    if (e != OK || at_s == 0 || at_s + client_archive_end_term_s(d->n, NULL) > d->now_s)
        return e;
    e = drop_beside(d, a->number, NULL);
    return e == OK ? client_archive_spend(d->x, a->number, NULL, 0) : e;
}

static enum err leaf_row(struct end *d, const struct client_archived *a)
{
    bool disputable = false;
    enum err e;

    /* Not compared with what the hub laid open: it has seven days for that, and a node may have been off. */
    if (d->n->officer != NULL && d->n->openings != NULL && a->number > d->n->openings->checked)
        return OK;
    if (client_entry_read(a, d->entry) != OK)
        return OK;
    if (a->time_s + client_archive_end_term_s(d->n, d->entry->msg.head.purpose) > d->now_s)
        return OK;
    e = look(d);
    if (e == OK)
        e = is_disputable(d, a->number, &d->entry->msg, &disputable);
    return e == OK && !disputable ? spend(d, a) : e;
}

/* *young: from here on nothing can be due. The newest row stays: what comes next is bounded by its proof. */
static enum err one_row(struct end *d, bool *young)
{
    struct pass *p = &d->pass;
    struct client_archived a = {0};
    uint8_t *memory = NULL;
    bool stays = true;
    enum err e = client_archive_get(d->x, p->at, &a, &memory);

    *young = e == ERR_NOTFOUND || p->at >= d->n->running
        || (e == OK && a.index != PROTO_NO_LEAF && a.time_s + (uint64_t)CLIENT_TERMS_LEAST_YEARS * CLIENT_TERMS_YEAR_S > d->now_s);
    if (e == OK && !*young && !a.spent && a.index != PROTO_NO_LEAF)
        e = leaf_row(d, &a);
    else if (e == OK && !*young && !a.spent && a.bad)
        e = bad_row(d, &a);
    free(memory);
    memory = NULL;
    if (e == OK && !*young)
        e = client_archive_get(d->x, p->at, &a, &memory);
    /* A number that never came is as small as what is spent, and holds nobody up. */
    stays = e == OK && !a.spent && (a.bad || a.index != PROTO_NO_LEAF);
    if (p->low == 0 && (stays || *young)) {
        p->low = p->at;
        p->low_s = e == OK ? a.time_s : 0;
    }
    free(memory);
    p->at += !*young;
    return e == ERR_NOTFOUND ? OK : e;
}

enum err client_archive_end_run(struct client_node *n, struct vault_txn *x, uint64_t now_s, bool *more)
{
    struct end d = {.n = n, .x = x, .now_s = now_s, .entry = calloc(1, sizeof *d.entry)};
    bool young = n->legal_hold || n->running == 0;
    enum err e = d.entry == NULL ? ERR_NOMEM : young ? OK : pass_read(x, &d.pass);

    if (e == OK && !young) {
        if (d.pass.at == 0)
            d.pass = (struct pass){.at = d.pass.floor, .floor = d.pass.floor, .floor_s = d.pass.floor_s};
        for (size_t i = 0; e == OK && !young && i < CLIENT_ARCHIVE_END_AT_ONCE; i++)
            e = one_row(&d, &young);
        if (e == OK && young) {
            d.pass.floor = d.pass.low != 0 ? d.pass.low : d.pass.floor;
            d.pass.floor_s = d.pass.low_s;
            d.pass.at = d.pass.low = d.pass.low_s = 0;
        }
        if (e == OK)
            e = pass_write(x, &d.pass);
    }
    free(d.entry);
    free(d.grant);
    free(d.objection);
    if (e == OK)
        *more = !young;
    return e;
}

enum err client_archive_end_floor(struct vault_txn *x, uint64_t *number, uint64_t *time_s)
{
    struct pass p = {0};
    enum err e = pass_read(x, &p);

    if (e == OK) {
        *number = p.floor;
        *time_s = p.floor_s;
    }
    return e;
}
