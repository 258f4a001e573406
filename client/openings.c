/* client/openings: fetching, and what was found so far. */
#include "client/openings.h"

#include "base/log.h"
#include "base/rd.h"
#include "base/wr.h"
#include "client/archive.h"
#include "client/hublink_parts.h"
#include "client/mail.h"
#include "client/meta.h"
#include "client/officer.h"
#include "client/openings_parts.h"
#include "client/unread.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { VERSION = 1, EVERY_MS = 60000, AGAIN_MS = 5000, FIRST_MS = 1000, REFUSED_MS = 600000 };

/* ---- the state, in CLIENT_T_META ---- */

enum err client_openings_save(struct vault_txn *x, const struct client_openings *o)
{
    uint8_t row[64];
    struct wr w;

    wr_init(&w, row, sizeof row);
    wr_u8(&w, VERSION);
    wr_u64(&w, o->fetched);
    wr_u64(&w, o->checked);
    wr_u64(&w, o->answered);
    wr_u64(&w, o->answered_s);
    wr_u64(&w, o->bad);
    wr_u8(&w, o->bad_state);
    wr_u8(&w, o->owes);
    return wr_end(&w) == OK ? client_meta_put(x, CLIENT_META_OPENINGS, row, w.len) : w.err;
}

/* Each follows the one before it. A row of other numbers would be stepped through from one to the next for years. */
static bool is_in_order(const struct client_openings *o)
{
    return o->answered <= o->checked && o->checked <= o->fetched && o->fetched <= PROTO_MERKLE_SIZE_MAX && o->bad_state < CLIENT_OPENING_END
        && o->bad <= o->fetched;
}

/* Earlier versions let a hub lay open again what was judged long ago, and so name less as fetched. What was judged had been fetched. */
static void mend_fetched(struct client_openings *o)
{
    uint64_t judged = o->checked > o->bad ? o->checked : o->bad;

    if (o->fetched >= judged)
        return;
    log_event(LOG_WARN, "openings-laid-open-again", NULL);
    o->fetched = judged;
}

static enum err load(struct client_openings *o, struct vault_txn *x)
{
    struct client_openings kept = {0};
    uint8_t *row = NULL, owes;
    size_t len = 0;
    struct rd r;
    enum err e = client_meta_get(x, CLIENT_META_OPENINGS, &row, &len);

    if (e != OK)
        return e == ERR_NOTFOUND ? OK : e;
    rd_init(&r, row, len);
    if (rd_u8(&r) != VERSION)
        rd_fail(&r, ERR_VERSION);
    kept.fetched = rd_u64(&r);
    kept.checked = rd_u64(&r);
    kept.answered = rd_u64(&r);
    kept.answered_s = rd_u64(&r);
    kept.bad = rd_u64(&r);
    kept.bad_state = rd_u8(&r);
    owes = rd_u8(&r);
    kept.owes = owes != 0;
    e = rd_end(&r);
    free(row);
    if (e == OK)
        mend_fetched(&kept);
    if (e == OK && (owes > 1 || !is_in_order(&kept)))
        e = ERR_RANGE;
    if (e == OK)
        *o = kept;
    return e;
}

enum err client_openings_open(struct client_node *n, struct trouble *t)
{
    struct client_openings *o = calloc(1, sizeof *o);
    struct vault_txn *x = NULL;
    enum err e = o == NULL ? ERR_NOMEM : client_vault_begin(n->vault, false, &x);

    if (e == OK) {
        e = load(o, x);
        client_vault_abort(x);
    }
    if (e != OK) {
        free(o);
        if (client_unread_is(e))
            return trouble_set(t, e, "the store's row of what openings were checked cannot be read (%s): put back a backup: schakel restore",
                "de rij in de opslag over welke openingen zijn nagekeken is niet te lezen (%s): zet een reservekopie terug: schakel restore",
                err_word(e));
        return e;
    }
    o->next_ms = clock_mono_ms() + FIRST_MS;
    n->openings = o;
    return OK;
}

void client_openings_close(struct client_openings *o)
{
    free(o);
}

bool client_openings_stopped(const struct client_node *n)
{
    return n->openings != NULL && n->openings->bad != 0;
}

/* ---- what comes in ---- */

/* One item, kept by its number. What does not open is kept as that; what is not the next number is not taken. */
static enum err take(struct client_node *n, struct vault_txn *x, const struct proto_opening_item *item)
{
    struct client_openings *o = n->openings;
    struct client_opening *row = calloc(1, sizeof *row);
    enum err e = row == NULL ? ERR_NOMEM : client_officer_unseal(n->officer, n, item, &row->what);

    if (row == NULL)
        return e;
    row->number = item->at.number;
    row->opened = e == OK;
    row->state = CLIENT_OPENING_WAITS;
    e = e == ERR_NOMEM ? e : row->number != o->fetched + 1 ? client_openings_jump(n, x, row) : OK;
    if (e == OK)
        e = client_openings_put(x, row);
    if (e == OK)
        o->fetched = item->at.number;
    free(row);
    return e;
}

/*
 * payload = u16 n, items, ascending from the number after the last that is here. After a gap nothing is taken: what is kept back stays the next
 * to be asked for, and shows as late after a day; but for numbers under which nothing came either (client_openings_jump).
 */
static enum err take_all(struct client_node *n, struct proto_blob payload, uint16_t *taken)
{
    struct client_openings before;
    struct proto_opening_item item;
    struct vault_txn *x = NULL;
    size_t at = 2;
    uint16_t count;
    struct rd r;
    enum err e;

    rd_init(&r, payload.data, payload.len);
    count = rd_u16(&r);
    if (r.err != OK || count > PROTO_OPENINGS_MAX)
        return ERR_SYNTAX;
    e = client_vault_begin(n->vault, true, &x);
    *taken = 0;
    n->openings->behind = false;
    before = *n->openings;
    for (uint16_t i = 0; e == OK && i < count; i++) {
        e = proto_opening_item_decode(payload.data, payload.len, &at, &item);
        if (e == OK)
            e = take(n, x, &item);
        if (e == ERR_NOTFOUND || e == ERR_BUSY) {
            n->openings->behind = e == ERR_BUSY;
            e = OK;
            break;
        }
        *taken = (uint16_t)(*taken + (e == OK ? 1 : 0));
    }
    if (e == OK)
        e = client_openings_save(x, n->openings);
    e = client_vault_end(x, e);
    if (e != OK)
        *n->openings = before;
    return e;
}

/* What cannot be read is nothing too, and so is a no that lasts; our own trouble says nothing of the hub. */
static void note_what_it_gives(struct client_openings *o, enum proto_refusal result, enum err e, uint16_t taken)
{
    uint64_t now = clock_mono_ms();

    if (result == PROTO_ACCEPTED) {
        o->refused_ms = 0;
        o->gives_nothing = client_mail_is_own_trouble(e) ? o->gives_nothing : taken == 0 && !o->behind;
        return;
    }
    if (o->refused_ms == 0)
        o->refused_ms = now;
    o->gives_nothing = o->gives_nothing || now - o->refused_ms >= REFUSED_MS;
}

static void asked(struct client_node *n, void *arg, enum err result, const struct proto_reply *reply)
{
    struct client_openings *o = n->openings;
    uint16_t taken = 0;
    enum err e = result;

    (void)arg;
    o->asking = false;
    o->next_ms = clock_mono_ms() + AGAIN_MS;
    if (e == OK && reply->result != PROTO_ACCEPTED)
        e = ERR_PEER;
    if (e == OK)
        e = take_all(n, reply->payload, &taken);
    if (result == OK)
        note_what_it_gives(o, (enum proto_refusal)reply->result, e, taken);
    if (e != OK) {
        log_event(LOG_WARN, "openings-not-taken", "err", err_word(e), NULL);
        return;
    }
    if (taken == 0) {
        o->next_ms = clock_mono_ms() + (o->behind ? AGAIN_MS : EVERY_MS);
        o->empty_ms = clock_mono_ms();
    } else {
        o->next_ms = 0;
    }
    client_inbox_process(n);
}

void client_openings_now(struct client_node *n)
{
    if (n->openings == NULL)
        return;
    n->openings->next_ms = 0;
    n->openings->forced = true;
    n->openings->forced_ms = clock_mono_ms();
}

void client_openings_step(struct client_node *n)
{
    struct client_openings *o = n->openings;
    struct proto_msg m = {.kind = PROTO_QUERY, .code = PROTO_QUERY_OPENINGS};

    if (o == NULL || n->officer == NULL || !client_link_is_up(n))
        return;
    if (!o->asking && clock_mono_ms() >= o->next_ms) {
        m.number = o->fetched;
        o->asking = client_link_ask(n, &m, LINK_QUERY_MS, asked, NULL) == OK;
        o->next_ms = clock_mono_ms() + AGAIN_MS;
    }
    client_openings_settle(n);
}

/* schakel restore left a mark in the home: kept, so that it counts once (client_openings_jump). */
enum err client_openings_restored(struct client_node *n)
{
    char path[CLIENT_PATH_MAX];
    struct trouble t = {.lang = LANG_EN};
    enum err e = client_home_path(n->home, "restored", path, &t);

    if (e != OK || access(path, F_OK) != 0)
        return e;
    e = client_meta_store(n->vault, CLIENT_META_RESTORED, "1", 2);
    if (e == OK && unlink(path) != 0)
        e = ERR_IO;
    return e;
}

uint64_t client_openings_due(const struct client_node *n, uint64_t max)
{
    uint64_t now = clock_mono_ms();

    if (n->openings == NULL || n->officer == NULL || !client_link_is_up(n) || n->openings->asking)
        return max;
    if (n->openings->next_ms <= now)
        return 0;
    return n->openings->next_ms - now < max ? n->openings->next_ms - now : max;
}

/* ---- for others ---- */

enum err client_openings_restore(struct client_node *n, struct vault_txn *x, struct proto_receipt *r)
{
    struct client_openings *o = n->openings;
    struct client_opening *row = NULL;
    enum err e;

    if (o == NULL || n->officer == NULL)
        return ERR_SIGNATURE;
    if (r->number > o->fetched) {
        /* Everything that the hub has was fetched just now, and this was not among it. */
        if (o->empty_ms != 0 && clock_mono_ms() - o->empty_ms < AGAIN_MS && !o->asking)
            return ERR_SIGNATURE;
        if (!o->asking)
            o->next_ms = 0;
        return ERR_BUSY;
    }
    row = malloc(sizeof *row);
    e = row == NULL ? ERR_NOMEM : client_openings_get(x, r->number, row);
    if (e == OK)
        e = row->opened ? proto_opening_restore(&row->what, r) : ERR_SIGNATURE;
    free(row);
    return e == ERR_NOTFOUND ? ERR_SIGNATURE : e;
}

/* Was what stands under this number logged over a day ago? */
static enum err is_late(const struct client_node *n, struct vault_txn *x, uint64_t number, bool *late)
{
    struct client_archived a = {.time_s = 0};
    uint8_t *memory = NULL;
    enum err e = number > n->running ? ERR_NOTFOUND : client_archive_get(x, number, &a, &memory);

    free(memory);
    if (e != OK && e != ERR_NOTFOUND)
        return e;
    *late = e == OK && a.time_s != 0 && a.time_s + CLIENT_OPENINGS_WITHIN_S < clock_now_s();
    return OK;
}

enum err client_openings_status(struct client_node *n, struct vault_txn *x, struct client_openings_status *out)
{
    const struct client_openings *o = n->openings;
    bool late = false;
    enum err e;

    *out = (struct client_openings_status){0};
    if (o == NULL)
        return OK;
    *out = (struct client_openings_status){.checked = o->checked, .fetched = o->fetched, .answered = o->answered, .bad = o->bad,
        .why = o->bad_state};
    e = is_late(n, x, o->checked + 1, &late);
    if (e == OK && late)
        out->late = n->running - o->checked;
    if (e == OK && o->gives_nothing)
        e = is_late(n, x, o->fetched + 1, &late);
    else
        late = false;
    if (e == OK && late)
        out->kept_back = o->fetched + 1;
    return e;
}
