/* client/openings: what is right, what is not, and the answers to the hub. */
#include "client/openings_parts.h"

#include "base/log.h"
#include "base/rd.h"
#include "client/archive.h"
#include "client/hublink_parts.h"
#include "client/meta.h"
#include "client/verify.h"
#include "proto/region_log.h"
#include "proto/tlog.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ANSWER_EVERY_S = 3600, AT_ONCE_MAX = 256, PROVE_AGAIN_MS = 10000, WAIT_MS = 2000, NEVER_S = 8 * 86400, OVER_AT_ONCE = 4096 };

/* ---- after a restore (client/cmd_backup): the answers of the time between are the hub's knowledge only ---- */

/* Nothing came under this number; or it is so old that the hub cannot lay it open any more (P-177). */
static bool is_hole(struct vault_txn *x, uint64_t number)
{
    struct client_archived a;
    uint8_t *memory = NULL;
    bool is = client_archive_get(x, number, &a, &memory) == OK;
    bool hole = is && !a.bad && a.index == PROTO_NO_LEAF;

    free(memory);
    return hole || (is && a.time_s != 0 && a.time_s + NEVER_S < clock_now_s());
}

/*
 * Each number has a leaf of its own, or was skipped for one, lost or not (hub/backup): so the n-th cannot lie before the n-th leaf. A hub that names a larger
 * one would have the numbers between pass for answered. What it names within that is a leaf of its log, or it is found bad; and completeness
 * names each number that is not here.
 */
static enum err jump_once(const struct client_node *n, struct vault_txn *x, const struct client_opening *what)
{
    struct client_openings *o = n->openings;
    bool restored = false;
    enum err e = client_meta_has(x, CLIENT_META_RESTORED, &restored);

    if (e != OK)
        return e;
    if (!restored || !what->opened || proto_opening_check_side(&what->what) != OK || what->number <= o->fetched
        || what->number - 1 > what->what.index + proto_region_log_lost(&n->region) || what->number > PROTO_MERKLE_SIZE_MAX)
        return ERR_NOTFOUND;
    if (what->what.index >= n->link->newest.size)
        return ERR_BUSY;
    e = client_meta_drop(x, CLIENT_META_RESTORED);
    if (e == OK)
        o->fetched = o->checked = o->answered = what->number - 1;
    return e;
}

enum err client_openings_jump(const struct client_node *n, struct vault_txn *x, const struct client_opening *what)
{
    struct client_openings *o = n->openings;
    uint64_t number = what->number;
    enum err e = jump_once(n, x, what);

    if (e != ERR_NOTFOUND)
        return e;
    /* Nor back: what was judged would be taken for what nobody looked at. */
    if (number <= o->fetched)
        return ERR_NOTFOUND;
    for (uint64_t at = o->fetched + 1; at < number; at++)
        if (!is_hole(x, at))
            return ERR_NOTFOUND;
    o->fetched = number - 1;
    return OK;
}

/* ---- answers ---- */

static enum err say(struct client_node *n, struct vault_txn *x, uint64_t number, enum proto_opened code)
{
    struct proto_msg m = {.kind = PROTO_OPENED_LEAF, .number = number, .code = (uint8_t)code};

    return client_outbox_put(n, x, &m, NULL, NULL);
}

static enum err raise_bad(struct client_node *n, struct vault_txn *x, const struct client_opening *row)
{
    struct client_openings *o = n->openings;
    char number[24];

    (void)snprintf(number, sizeof number, "%" PRIu64, row->number);
    log_event(LOG_ERROR, "BAD_OPENING", "index", number, "reason", client_openings_why(row->state, LANG_EN), NULL);
    o->bad = row->number;
    o->bad_state = row->state;
    return say(n, x, row->number, PROTO_OPENED_BAD);
}

/* By a person, and everything that the hub has was fetched and judged since. */
static bool is_asked(const struct client_openings *o)
{
    return o->forced && !o->asking && o->empty_ms >= o->forced_ms && o->checked != 0 && o->checked == o->fetched;
}

/* Once an hour, or when a person asks; for answers alone none is given, or they would never end. */
static enum err answer(struct client_node *n, struct vault_txn *x)
{
    struct client_openings *o = n->openings;
    uint64_t now_s = clock_now_s();
    enum err e;

    if (!is_asked(o) && (!o->owes || o->checked <= o->answered || now_s < o->answered_s + ANSWER_EVERY_S))
        return OK;
    e = say(n, x, o->checked, PROTO_OPENED_OK);
    if (e == OK) {
        o->answered = o->checked;
        o->answered_s = now_s;
        o->owes = o->forced = false;
        o->said++;
    }
    return e;
}

/* ---- the log is asked for a leaf whose message is not here ---- */

/* payload = 226 leaf | u16 length, checkpoint | u8 n, n * 32. *head is the one that the leaf is under. */
static enum err leaf_in_log(const struct client_node *n, struct proto_blob payload, const struct proto_opening *what, bool *is,
    struct proto_merkle_head *head)
{
    uint8_t leaf[PROTO_LEAF_LEN], expected[PROTO_LEAF_LEN], hash[PROTO_HASH_LEN];
    struct proto_merkle_proof proof = {0};
    struct proto_tlog_checkpoint c;
    struct proto_note_key log;
    struct proto_note *note = malloc(sizeof *note);
    const uint8_t *text;
    size_t len = 0;
    struct rd r;
    enum err e = note == NULL ? ERR_NOMEM : proto_note_key_decode(n->region.log_vkey, &log);

    rd_init(&r, payload.data, payload.len);
    rd_copy(&r, leaf, sizeof leaf);
    text = rd_bytes16(&r, PROTO_NOTE_MAX, &len);
    proof.count = rd_u8(&r);
    if (proof.count > PROTO_MERKLE_PROOF_MAX)
        rd_fail(&r, ERR_RANGE);
    for (size_t i = 0; r.err == OK && i < proof.count; i++)
        rd_copy(&r, proof.hash[i], sizeof proof.hash[i]);
    if (e == OK)
        e = rd_end(&r);
    if (e == OK)
        e = proto_tlog_checkpoint_open(text, len, &log, note, &c);
    if (e == OK) {
        proto_merkle_leaf(leaf, sizeof leaf, hash);
        e = proto_merkle_check_inclusion(&c.head, what->index, hash, &proof);
    }
    if (e == OK) {
        *is = proto_opening_leaf(what, expected) == OK && memcmp(leaf, expected, sizeof leaf) == 0;
        *head = c.head;
    }
    free(note);
    return e;
}

static void proven(struct client_node *n, void *arg, enum err result, const struct proto_reply *reply)
{
    struct client_openings *o = n->openings;
    struct client_opening *row = calloc(1, sizeof *row);
    struct proto_merkle_head head = {.size = 0};
    struct vault_txn *x = NULL;
    bool is = false;
    enum err e = row == NULL ? ERR_NOMEM : result;

    (void)arg;
    o->proving = false;
    o->prove_ms = clock_mono_ms() + PROVE_AGAIN_MS;
    if (e == OK && reply->result != PROTO_ACCEPTED)
        e = ERR_PEER;
    if (e == OK)
        e = client_vault_begin(n->vault, true, &x);
    if (e == OK)
        e = client_openings_get(x, o->proving_number, row);
    if (e == OK && row->opened)
        e = leaf_in_log(n, reply->payload, &row->what, &is, &head);
    if (e == OK) {
        row->state = is ? CLIENT_OPENING_BARE : CLIENT_OPENING_UNLOGGED;
        e = client_openings_put(x, row);
    }
    e = client_vault_end(x, e);
    /* A history of its own for this one question is no proof: this head has to fit those that were seen. */
    if (head.size != 0)
        client_heads_saw(n, head.size, head.root, clock_now_s());
    if (e != OK)
        log_event(LOG_WARN, "opening-not-proven", "err", err_word(e), NULL);
    free(row);
}

static void prove(struct client_node *n, const struct client_opening *row)
{
    struct client_openings *o = n->openings;
    struct proto_msg m = {.kind = PROTO_QUERY, .code = PROTO_QUERY_INCLUSION, .number = row->what.index};

    if (o->proving || clock_mono_ms() < o->prove_ms)
        return;
    o->proving_number = row->number;
    o->proving = client_link_ask(n, &m, LINK_QUERY_MS, proven, NULL) == OK;
    o->prove_ms = clock_mono_ms() + PROVE_AGAIN_MS;
}

/* ---- one after the other ---- */

static enum err next_row(struct vault_txn *x, struct client_openings *o, struct client_opening *row)
{
    enum err e = ERR_NOTFOUND;

    /* Over what was stepped over; the rest of many the next time, for meanwhile nothing else is done. */
    for (size_t i = 0; e == ERR_NOTFOUND && o->checked < o->fetched && i < OVER_AT_ONCE; i++) {
        e = client_openings_get(x, o->checked + 1, row);
        if (e == ERR_NOTFOUND)
            o->checked++;
    }
    return e;
}

/* *on: it was settled, and the next may be. */
static enum err settle_one(struct client_node *n, struct vault_txn *x, struct client_opening *row, bool *on)
{
    struct client_openings *o = n->openings;
    bool ask = false;
    enum err e = OK;

    *on = false;
    if (row->state == CLIENT_OPENING_WAITS) {
        e = client_openings_judge(x, n, row, &ask);
        if (e == OK && ask)
            prove(n, row);
        if (e == OK && row->state != CLIENT_OPENING_WAITS)
            e = client_openings_put(x, row);
    }
    if (e != OK || row->state == CLIENT_OPENING_WAITS)
        return e;
    if (client_openings_is_bad(row->state))
        return raise_bad(n, x, row);
    o->checked = row->number;
    o->owes = o->owes || row->what.kind != PROTO_OPENED_LEAF;
    *on = true;
    return OK;
}

static enum err settle_all(struct client_node *n, struct vault_txn *x, struct client_opening *row)
{
    struct client_openings *o = n->openings;
    bool on = true;
    enum err e = OK;

    for (size_t i = 0; e == OK && on && o->bad == 0 && i < AT_ONCE_MAX; i++) {
        e = next_row(x, o, row);
        if (e == OK)
            e = settle_one(n, x, row, &on);
    }
    if (e == ERR_NOTFOUND)
        e = OK;
    return e == OK ? answer(n, x) : e;
}

static bool has_work(const struct client_openings *o)
{
    return o->bad == 0 && (is_asked(o) || o->checked < o->fetched || (o->owes && o->checked > o->answered));
}

void client_openings_settle(struct client_node *n)
{
    struct client_openings *o = n->openings, before = *o;
    struct client_opening *row = NULL;
    struct vault_txn *x = NULL;
    enum err e = OK;

    if (!has_work(o) || clock_mono_ms() < o->settle_ms)
        return;
    o->settle_ms = clock_mono_ms() + 500;
    row = calloc(1, sizeof *row);
    e = row == NULL ? ERR_NOMEM : client_vault_begin(n->vault, true, &x);
    if (e == OK)
        e = settle_all(n, x, row);
    if (e == OK && o->checked == before.checked && o->said == before.said && o->bad == before.bad) {
        client_vault_abort(x);
        o->settle_ms = clock_mono_ms() + WAIT_MS;
        free(row);
        return;
    }
    if (e == OK)
        e = client_openings_save(x, o);
    e = client_vault_end(x, e);
    if (e != OK) {
        *o = before;
        o->settle_ms = clock_mono_ms() + PROVE_AGAIN_MS;
        log_event(LOG_WARN, "openings-not-settled", "err", err_word(e), NULL);
    }
    free(row);
}

enum err client_openings_clear(struct client_node *n, struct vault_txn *x, const char *reason)
{
    struct client_openings *o = n->openings;
    struct client_openings cleared;
    char key[64];
    enum err e;

    if (o == NULL || o->bad == 0)
        return ERR_STATE;
    cleared = *o;
    cleared.bad = 0;
    cleared.bad_state = 0;
    if (cleared.checked < o->bad)
        cleared.checked = o->bad;
    (void)snprintf(key, sizeof key, CLIENT_META_CLEARED " %" PRIu64, o->bad);
    e = client_meta_put(x, key, reason, strlen(reason) + 1);
    if (e == OK)
        e = client_openings_save(x, &cleared);
    if (e == OK)
        *o = cleared;
    return e;
}
