/*
 * client/hublink: what a fetch brought. It waits until the certificates it needs are here, and is then applied, all in one transaction, or one
 * by one when that fails: what is wrong with one mail never holds up another.
 */
#include "client/hublink_parts.h"

#include "base/log.h"
#include "base/rd.h"
#include "client/archive.h"
#include "client/calls.h"
#include "client/mail.h"
#include "client/openings.h"
#include "client/origin.h"
#include "client/outbox.h"
#include "proto/sign.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SAME_AGAIN_MS = 200, DOUBT_MS = 10 * 60 * 1000, DOUBT_PAUSE_MAX_MS = 5000, FILL_MAX = 16384 };

/* ---- doubt ---- */

/*
 * Mail that is not proven, or does not come, may have been changed or kept back on its way. What is not
 * stored is not named as stored, so the hub keeps it and sends it again; only what is wrong for ten minutes
 * is noted as it is.
 */
static bool gives_up(const struct client_hublink *l)
{
    return l->doubt_until_ms != 0 && clock_mono_ms() >= l->doubt_until_ms;
}

static void doubt(struct client_hublink *l, const char *what, uint64_t number)
{
    char text[24];

    (void)snprintf(text, sizeof text, "%llu", (unsigned long long)number);
    log_event(LOG_WARN, what, "index", text, NULL);
    l->doubt = true;
}

/* After a batch: ask again, later each time; or all is well. */
static void end_doubt(struct client_hublink *l)
{
    uint64_t now = clock_mono_ms();

    if (!l->doubt) {
        l->doubt_until_ms = l->doubt_pause_ms = 0;
        return;
    }
    if (l->doubt_until_ms == 0)
        l->doubt_until_ms = now + DOUBT_MS;
    l->doubt_pause_ms = l->doubt_pause_ms == 0 ? SAME_AGAIN_MS : l->doubt_pause_ms * 2;
    if (l->doubt_pause_ms > DOUBT_PAUSE_MAX_MS)
        l->doubt_pause_ms = DOUBT_PAUSE_MAX_MS;
    l->fetch_at_ms = now + l->doubt_pause_ms;
    l->doubt = false;
}

/* ---- a batch ---- */

static uint16_t batch_start(const struct client_hublink *l, size_t *at)
{
    struct rd r;
    uint16_t count;

    rd_init(&r, l->batch, l->batch_len);
    count = rd_u16(&r);
    *at = 2;
    return r.err == OK ? count : 0;
}

static enum err next_mail(const struct client_hublink *l, size_t *at, struct client_mail *m)
{
    size_t from = *at;
    enum err e = proto_mail_decode(l->batch, l->batch_len, at, &m->mail);

    if (e == OK)
        m->item = (struct proto_blob){l->batch + from, *at - from};
    m->may_wait = !gives_up(l);
    return e;
}

/* Ask for what is missing: ERR_BUSY, ERR_PEER: not yet. */
static enum err batch_keys(struct client_node *n, struct client_mail *m)
{
    size_t at;
    uint16_t count = batch_start(n->link, &at);
    enum err all = OK;

    for (uint16_t i = 0; i < count; i++) {
        enum err e = next_mail(n->link, &at, m);

        if (e != OK)
            return OK;
        e = client_mail_keys(n, m);
        if (e != OK && (all == OK || all == ERR_BUSY))
            all = e;
    }
    return all;
}

/* One mail in a transaction of its own. What is bad is left out, as long as it may come right. */
static enum err apply_alone(struct client_node *n, const struct client_mail *m)
{
    bool bad = false;
    enum err e = OK;

    for (int try = 0; try < 2; try++) {
        struct vault_txn *x = NULL;

        e = client_vault_begin(n->vault, true, &x);
        if (e == OK)
            e = client_mail_apply(n, x, m, try == 1, &bad);
        if (e == OK)
            return client_vault_commit(x);
        client_vault_abort(x);
        if (!bad)
            return e;
        if (!gives_up(n->link)) {
            doubt(n->link, "bad-mail-asked-again", m->mail.number);
            return OK;
        }
    }
    return e;
}

static enum err apply_together(struct client_node *n, struct client_mail *m, uint16_t count, bool *alone)
{
    struct vault_txn *x = NULL;
    size_t at;
    bool bad = false;
    enum err e = client_vault_begin(n->vault, true, &x);

    (void)batch_start(n->link, &at);
    for (uint16_t i = 0; e == OK && i < count; i++) {
        e = next_mail(n->link, &at, m);
        if (e == OK)
            e = client_mail_apply(n, x, m, false, &bad);
    }
    if (e == OK)
        return client_vault_commit(x);
    client_vault_abort(x);
    *alone = bad;
    return e;
}

static enum err apply_batch(struct client_node *n, struct client_mail *m)
{
    size_t at;
    uint16_t count = batch_start(n->link, &at);
    bool alone = false;
    enum err e = count == 0 ? OK : apply_together(n, m, count, &alone);

    if (!alone)
        return e;
    e = OK;
    for (uint16_t i = 0; e == OK && i < count; i++) {
        e = next_mail(n->link, &at, m);
        if (e == OK)
            e = apply_alone(n, m);
    }
    return e;
}

/* ---- numbers that never come ---- */

static bool own_act_under_way(const struct client_hublink *l)
{
    return client_outbox_sent(l) != 0;
}

/*
 * The hub sends what waits in the order of numbers. A number below one that came, which is neither there nor
 * of an own act without its answer, was taken out of the mailbox because it was no longer permitted (then the
 * leaf of a fetch explains its place), or is kept from us. It is archived as missing: the list has no gap,
 * and completeness shows it. What no leaf explains is asked for again first. The number of a bad mail is nobody's word: what it would
 * leave open is noted in parts, so that a number near the end of all numbers does not keep the node from everything else.
 */
static enum err fill_gaps(struct client_node *n, uint64_t top)
{
    struct client_hublink *l = n->link;
    uint64_t upto = top > l->fetch_number && gives_up(l) ? top : l->fetch_number;
    struct vault_txn *x = NULL;
    enum err e = OK;

    if (own_act_under_way(l))
        return OK;
    if (top > n->running + 1 && top > upto && !l->doubt)
        doubt(l, "number-asked-again", n->running + 1);
    if (upto <= n->running + 1)
        return OK;
    if (upto - n->running > FILL_MAX) {
        upto = n->running + FILL_MAX;
        l->doubt = true;    /* the rest with what comes next, and not after another ten minutes */
    }
    e = client_vault_begin(n->vault, true, &x);
    for (uint64_t at = n->running + 1; e == OK && at < upto; at++) {
        struct client_archived a = {
            .number = at, .direction = CLIENT_RECEIVED, .kind = PROTO_NONE, .index = PROTO_NO_LEAF};
        struct client_archived old;
        uint8_t *memory = NULL;

        e = client_archive_get(x, at, &old, &memory);
        free(memory);
        if (e == ERR_NOTFOUND) {
            e = client_archive_put(x, &a);
            log_event(LOG_WARN, "number-missing", NULL);
        }
    }
    if (e != OK) {
        client_vault_abort(x);
        return e;
    }
    e = client_vault_commit(x);
    return e == OK ? client_archive_advance(n) : e;
}

static uint64_t highest(const struct client_hublink *l, struct client_mail *m)
{
    size_t at;
    uint16_t count = batch_start(l, &at);
    uint64_t top = 0;

    for (uint16_t i = 0; i < count && next_mail(l, &at, m) == OK; i++)
        if (m->mail.number > top)
            top = m->mail.number;
    return top;
}

/* ---- receipts whose seed the hub has erased (P-178): mail that waited for more than a week ---- */

static enum err make_one_whole(struct client_node *n, struct proto_receipt *r)
{
    struct vault_txn *x = NULL;
    enum err e = client_vault_begin(n->vault, false, &x);

    if (e == OK) {
        e = client_openings_restore(n, x, r);
        client_vault_abort(x);
    }
    /* Without an opening it stays as it came, and is not believed. */
    return e == ERR_SIGNATURE ? OK : e;
}

static bool has_erased(struct client_hublink *l, struct client_mail *m)
{
    size_t at;
    uint16_t count = batch_start(l, &at);

    for (uint16_t i = 0; i < count && next_mail(l, &at, m) == OK; i++)
        if (proto_opening_is_erased(&m->mail.receipt))
            return true;
    return false;
}

/* The batch again, with receipts that prove something. ERR_BUSY: their openings are being fetched. */
static enum err make_whole(struct client_node *n, struct client_mail *m)
{
    struct client_hublink *l = n->link;
    size_t at, cap = l->batch_len + PROTO_REPLY_DECISION, used = 2;
    uint16_t count = batch_start(l, &at);
    uint8_t *whole = NULL;
    enum err e = OK;

    if (!has_erased(l, m))
        return OK;
    whole = malloc(cap);
    if (whole == NULL)
        return ERR_NOMEM;
    memcpy(whole, l->batch, 2);
    for (uint16_t i = 0; e == OK && i < count; i++) {
        size_t len = 0;

        e = next_mail(l, &at, m);
        if (e == OK && proto_opening_is_erased(&m->mail.receipt))
            e = make_one_whole(n, &m->mail.receipt);
        if (e == OK)
            e = proto_mail_encode(&m->mail, whole + used, cap - used, &len);
        used += len;
    }
    if (e != OK) {
        free(whole);
        return e == ERR_BUSY || e == ERR_NOMEM ? e : OK;
    }
    free(l->batch);
    l->batch = whole;
    l->batch_len = used;
    return OK;
}

/* ---- processing ---- */

static void drop_batch(struct client_hublink *l)
{
    free(l->batch);
    l->batch = NULL;
    l->batch_len = 0;
    l->batch_waits = false;
}

void client_inbox_process(struct client_node *n)
{
    struct client_hublink *l = n->link;
    struct client_mail *m;
    uint64_t before = n->running, top;
    enum err e;

    if (!l->batch_waits)
        return;
    m = calloc(1, sizeof *m);
    e = m == NULL ? ERR_NOMEM : batch_keys(n, m);
    if (e == OK)
        e = make_whole(n, m);
    if (e == ERR_BUSY || e == ERR_PEER || e == ERR_NOMEM) {
        l->batch_at_ms = clock_mono_ms() + 500;
        free(m);
        return;
    }
    e = apply_batch(n, m);
    if (e == OK)
        e = client_archive_advance(n);
    top = highest(l, m);
    if (e == OK)
        e = fill_gaps(n, top);
    if (e != OK) {
        log_event(LOG_ERROR, "mail-not-applied", "err", err_word(e), NULL);
        l->fetch_at_ms = clock_mono_ms() + LINK_TROUBLE_MS;
    } else {
        if (n->running == before && batch_start(l, &(size_t){0}) != 0)
            l->fetch_at_ms = clock_mono_ms() + SAME_AGAIN_MS;
        end_doubt(l);
    }
    drop_batch(l);
    free(m);
}
