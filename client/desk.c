#include "client/desk.h"

#include "base/rd.h"
#include "base/wr.h"
#include "client/index.h"
#include "client/subject_row.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { ROW_MAX = 5120, FLAG_MINE = 1, FLAG_OFFER = 2, FLAG_ACCEPTED = 4, FLAG_WEIGHED = 8 };

/* A code up to max: one that there is not would be another state, or a name of nothing. */
static uint8_t get_code(struct rd *r, uint8_t max)
{
    uint8_t code = rd_u8(r);

    if (code > max)
        rd_fail(r, ERR_RANGE);
    return code;
}

static void put_sections(struct wr *w, const struct proto_sections *s)
{
    wr_u8(w, s->count);
    for (uint8_t i = 0; i < s->count; i++)
        wr_name(w, s->name[i], PROTO_NAME_WIDTH);
}

static void get_sections(struct rd *r, struct proto_sections *s)
{
    s->count = rd_u8(r);
    if (s->count > PROTO_SECTIONS_MAX)
        rd_fail(r, ERR_RANGE);
    for (uint8_t i = 0; r->err == OK && i < s->count; i++)
        rd_name(r, PROTO_NAME_WIDTH, s->name[i], sizeof s->name[i], false);
}

static void put_rows(struct wr *w, const struct proto_rows *rows)
{
    wr_u8(w, rows->count);
    for (uint8_t i = 0; i < rows->count; i++) {
        wr_name(w, rows->row[i].section, PROTO_NAME_WIDTH);
        wr_u8(w, rows->row[i].verdict);
        wr_u8(w, rows->row[i].reason);
        wr_u8(w, rows->row[i].at_holder);
        wr_name(w, rows->row[i].rule, PROTO_RULE_WIDTH);
    }
}

static void get_rows(struct rd *r, struct proto_rows *rows)
{
    rows->count = rd_u8(r);
    if (rows->count > PROTO_SECTIONS_MAX)
        rd_fail(r, ERR_RANGE);
    for (uint8_t i = 0; r->err == OK && i < rows->count; i++) {
        rd_name(r, PROTO_NAME_WIDTH, rows->row[i].section, sizeof rows->row[i].section, false);
        rows->row[i].verdict = rd_u8(r);
        rows->row[i].reason = rd_u8(r);
        rows->row[i].at_holder = get_code(r, 1);
        rd_name(r, PROTO_RULE_WIDTH, rows->row[i].rule, sizeof rows->row[i].rule, true);
    }
}

static void put_ids(struct wr *w, const struct proto_ids *ids)
{
    wr_u8(w, ids->count);
    for (uint8_t i = 0; i < ids->count; i++)
        wr_copy(w, ids->id[i], PROTO_ID_LEN);
}

static void get_ids(struct rd *r, struct proto_ids *ids)
{
    ids->count = rd_u8(r);
    if (ids->count > PROTO_STATEMENTS_MAX)
        rd_fail(r, ERR_RANGE);
    for (uint8_t i = 0; r->err == OK && i < ids->count; i++)
        rd_copy(r, ids->id[i], PROTO_ID_LEN);
}

static void put_text(struct wr *w, const char *text)
{
    wr_bytes16(w, (const uint8_t *) text, strlen(text));
}

static void get_text(struct rd *r, char *out, size_t out_len)
{
    size_t len = 0;
    const uint8_t *view = rd_bytes16(r, out_len - 1, &len);

    if (view != NULL && memchr(view, '\0', len) != NULL)
        rd_fail(r, ERR_SYNTAX);
    if (view != NULL)
        memcpy(out, view, len);
    out[view != NULL ? len : 0] = '\0';
}

static uint8_t flags_of(const struct client_desk *d)
{
    return (uint8_t) ((d->mine ? FLAG_MINE : 0) | (d->offer ? FLAG_OFFER : 0)
        | (d->accepted ? FLAG_ACCEPTED : 0) | (d->weighed ? FLAG_WEIGHED : 0));
}

static void flags_to(struct client_desk *d, uint8_t flags)
{
    d->mine = flags & FLAG_MINE;
    d->offer = flags & FLAG_OFFER;
    d->accepted = flags & FLAG_ACCEPTED;
    d->weighed = flags & FLAG_WEIGHED;
}

static enum err row_encode(const struct client_desk *d, uint8_t row[ROW_MAX], size_t *len)
{
    struct wr w;

    wr_init(&w, row, ROW_MAX);
    wr_copy(&w, d->id, sizeof d->id);
    wr_copy(&w, d->other, sizeof d->other);
    wr_u8(&w, flags_of(d));
    wr_u8(&w, d->state);
    wr_u8(&w, d->reason);
    wr_copy(&w, d->case_id, sizeof d->case_id);
    client_subject_write(&w, &d->child);
    client_subject_write(&w, &d->child_there);
    wr_name(&w, d->purpose, PROTO_PURPOSE_WIDTH);
    put_sections(&w, &d->sections);
    put_rows(&w, &d->rows);
    put_ids(&w, &d->statements);
    wr_u64(&w, d->made_s);
    wr_u64(&w, d->until_s);
    wr_copy(&w, d->grant_id, sizeof d->grant_id);
    wr_copy(&w, d->grant_statement, sizeof d->grant_statement);
    put_sections(&w, &d->granted);
    wr_u64(&w, d->access_until_s);
    wr_copy(&w, d->digest, sizeof d->digest);
    wr_copy(&w, d->pack, sizeof d->pack);
    wr_u64(&w, d->opened_s);
    put_text(&w, d->birth_date);
    put_text(&w, d->name_prefix);
    put_text(&w, d->note);
    put_text(&w, d->answer);
    wr_u32(&w, d->answered);
    wr_copy(&w, d->weighing, sizeof d->weighing);
    wr_copy(&w, d->approval, sizeof d->approval);
    wr_u64(&w, d->informed_s);
    wr_u64(&w, d->granted_s);
    *len = w.len;
    return wr_end(&w);
}

/* A row under another's id is not this one: what is done with it would be done to the other. */
static enum err row_decode(const uint8_t *key, size_t key_len, const uint8_t *row, size_t len, struct client_desk *out)
{
    struct client_desk d = {0};
    struct rd r;
    enum err e;

    rd_init(&r, row, len);
    rd_copy(&r, d.id, sizeof d.id);
    rd_copy(&r, d.other, sizeof d.other);
    flags_to(&d, get_code(&r, FLAG_MINE | FLAG_OFFER | FLAG_ACCEPTED | FLAG_WEIGHED));
    d.state = get_code(&r, CLIENT_DESK_STATE_END - 1);
    d.reason = get_code(&r, PROTO_REFUSE_END - 1);
    rd_copy(&r, d.case_id, sizeof d.case_id);
    client_subject_read(&r, &d.child);
    client_subject_read(&r, &d.child_there);
    rd_name(&r, PROTO_PURPOSE_WIDTH, d.purpose, sizeof d.purpose, false);
    get_sections(&r, &d.sections);
    get_rows(&r, &d.rows);
    get_ids(&r, &d.statements);
    d.made_s = rd_u64(&r);
    d.until_s = rd_u64(&r);
    rd_copy(&r, d.grant_id, sizeof d.grant_id);
    rd_copy(&r, d.grant_statement, sizeof d.grant_statement);
    get_sections(&r, &d.granted);
    d.access_until_s = rd_u64(&r);
    rd_copy(&r, d.digest, sizeof d.digest);
    rd_copy(&r, d.pack, sizeof d.pack);
    d.opened_s = rd_u64(&r);
    get_text(&r, d.birth_date, sizeof d.birth_date);
    get_text(&r, d.name_prefix, sizeof d.name_prefix);
    get_text(&r, d.note, sizeof d.note);
    get_text(&r, d.answer, sizeof d.answer);
    d.answered = rd_u32(&r);
    rd_copy(&r, d.weighing, sizeof d.weighing);
    rd_copy(&r, d.approval, sizeof d.approval);
    d.informed_s = rd_u64(&r);
    d.granted_s = rd_u64(&r);
    e = rd_end(&r);
    if (e == OK && (key_len != sizeof d.id || sodium_memcmp(d.id, key, sizeof d.id) != 0))
        e = ERR_RANGE;
    if (e == OK)
        *out = d;
    return e;
}

const char *client_desk_state_name(enum client_desk_state s)
{
    static const char *const name[CLIENT_DESK_STATE_END] = {"none", "sent", "denied", "waiting", "granted",
        "arrived", "opened", "released", "refused", "cancelled", "withdrawn", "not-for-us", "ended",
        "prepared"};

    return s < CLIENT_DESK_STATE_END ? name[s] : "?";
}

const char *client_desk_reason_name(uint8_t reason)
{
    static const char *const name[PROTO_REFUSE_END] = {"", "not_needed", "not_proportionate", "subject_doubt",
        "nothing_held", "not_safe", "policy", "taken_back"};

    return reason < PROTO_REFUSE_END ? name[reason] : "?";
}

enum err client_desk_get(struct vault_txn *x, const uint8_t id[PROTO_ID_LEN], struct client_desk *out)
{
    uint8_t *row = NULL;
    size_t len = 0;
    enum err e = client_vault_get(x, CLIENT_T_REQUEST, id, PROTO_ID_LEN, &row, &len);

    if (e == OK)
        e = row_decode(id, PROTO_ID_LEN, row, len, out);
    if (row != NULL)
        sodium_memzero(row, len);
    free(row);
    return e;
}

enum err client_desk_put(struct vault_txn *x, const struct client_desk *d)
{
    uint8_t row[ROW_MAX];
    size_t len = 0;
    enum err e = row_encode(d, row, &len);

    if (e == OK)
        e = client_vault_put(x, CLIENT_T_REQUEST, d->id, sizeof d->id, row, len);
    if (e == OK)
        e = client_index_desk(x, d);
    sodium_memzero(row, sizeof row);
    return e;
}

struct walk {
    client_desk_each *each;
    void *arg;
    enum err err;
};

static bool walk_each(void *arg, const uint8_t *key, size_t key_len, const uint8_t *value, size_t len)
{
    struct walk *w = arg;
    struct client_desk d;

    w->err = row_decode(key, key_len, value, len, &d);
    return w->err == OK && w->each(w->arg, &d);
}

enum err client_desk_walk(struct vault_txn *x, client_desk_each *each, void *arg)
{
    struct walk w = {.each = each, .arg = arg};
    enum err e = client_vault_walk(x, CLIENT_T_REQUEST, NULL, 0, walk_each, &w);

    return e != OK ? e : w.err;
}

struct search {
    const uint8_t *partner, *grant_id;
    struct client_desk *out;
    bool found;
};

static bool search_each(void *arg, const struct client_desk *d)
{
    struct search *s = arg;

    if (sodium_memcmp(d->grant_id, s->grant_id, PROTO_ID_LEN) == 0
        && sodium_memcmp(d->other, s->partner, PROTO_PARTNER_LEN) == 0) {
        *s->out = *d;
        s->found = true;
    }
    return !s->found;
}

enum err client_desk_by_grant(struct vault_txn *x, const uint8_t partner[PROTO_PARTNER_LEN],
    const uint8_t grant_id[PROTO_ID_LEN], struct client_desk *out)
{
    struct search s = {.partner = partner, .grant_id = grant_id, .out = out};
    enum err e;

    if (sodium_is_zero(grant_id, PROTO_ID_LEN))
        return ERR_NOTFOUND;  /* a row without a grant has zeros there */
    e = client_desk_walk(x, search_each, &s);
    return e != OK ? e : s.found ? OK : ERR_NOTFOUND;
}

bool client_desk_is_receiver(const struct client_desk *d)
{
    return d->mine != d->offer;
}

enum err client_share_put(
    struct vault_txn *x, const uint8_t id[PROTO_ID_LEN], const uint8_t *payload, size_t len)
{
    return client_vault_put(x, CLIENT_T_SHARE, id, PROTO_ID_LEN, payload, len);
}

enum err client_share_get(struct vault_txn *x, const uint8_t id[PROTO_ID_LEN], uint8_t **out, size_t *len)
{
    return client_vault_get(x, CLIENT_T_SHARE, id, PROTO_ID_LEN, out, len);
}

enum err client_share_destroy(struct vault_txn *x, const uint8_t id[PROTO_ID_LEN])
{
    enum err e = client_vault_delete(x, CLIENT_T_SHARE, id, PROTO_ID_LEN);

    return e == ERR_NOTFOUND ? OK : e;
}
