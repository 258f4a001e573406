#include "client/after.h"

#include "base/rd.h"
#include "base/wr.h"
#include "client/meta.h"
#include "client/packs.h"
#include "policy/clocks.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { FORM = 1, ROW_MAX = 64 + CLIENT_NOTE_MAX };

static enum err decode(const uint8_t *row, size_t row_len, struct client_after *out)
{
    struct client_after a = {0};
    const uint8_t *why;
    size_t len = 0;
    struct rd r;

    rd_init(&r, row, row_len);
    if (rd_u8(&r) != FORM)
        rd_fail(&r, ERR_VERSION);
    a.second_s = rd_u64(&r);
    a.weighed_s = rd_u64(&r);
    a.exported_s = rd_u64(&r);
    a.later_s = rd_u64(&r);
    a.after_no = rd_u8(&r) != 0;
    a.seen = rd_u8(&r);
    why = rd_bytes16(&r, CLIENT_NOTE_MAX, &len);
    if (why != NULL)
        memcpy(a.why, why, len);
    if (rd_end(&r) == OK)
        *out = a;
    return rd_end(&r);
}

enum err client_after_get(struct vault_txn *x, const uint8_t id[PROTO_ID_LEN], struct client_after *out)
{
    uint8_t *row = NULL;
    size_t len = 0;
    enum err e = client_meta_get_of(x, CLIENT_META_AFTER, id, &row, &len);

    if (e == ERR_NOTFOUND) {
        *out = (struct client_after) {0};
        return OK;
    }
    if (e == OK)
        e = decode(row, len, out);
    if (row != NULL)
        sodium_memzero(row, len);
    free(row);
    return e;
}

enum err client_after_put(struct vault_txn *x, const uint8_t id[PROTO_ID_LEN], const struct client_after *a)
{
    uint8_t row[ROW_MAX];
    struct wr w;
    enum err e;

    wr_init(&w, row, sizeof row);
    wr_u8(&w, FORM);
    wr_u64(&w, a->second_s);
    wr_u64(&w, a->weighed_s);
    wr_u64(&w, a->exported_s);
    wr_u64(&w, a->later_s);
    wr_u8(&w, a->after_no);
    wr_u8(&w, a->seen);
    wr_bytes16(&w, (const uint8_t *) a->why, strlen(a->why));
    e = wr_end(&w);
    if (e == OK)
        e = client_meta_put_of(x, CLIENT_META_AFTER, id, row, w.len);
    sodium_memzero(row, sizeof row);
    return e;
}

/* ---- what is due ---- */

/* Given, and not taken back unread. */
static bool was_given(const struct client_desk *d)
{
    switch (d->state) {
    case CLIENT_DESK_GRANTED:
    case CLIENT_DESK_ARRIVED:
    case CLIENT_DESK_OPENED:
    case CLIENT_DESK_RELEASED:
        return true;
    case CLIENT_DESK_ENDED:
    case CLIENT_DESK_WITHDRAWN:
    case CLIENT_DESK_NOT_FOR_US:
        return d->opened_s != 0;
    default:
        return false;
    }
}

uint32_t client_after_duties(const struct client_node *n, const struct client_desk *d)
{
    const struct policy_pack *pack = client_packs_of(n, d->pack);
    uint32_t duties = 0;

    if (d->granted_s == 0 || !was_given(d))
        return 0;
    for (uint8_t i = 0; i < d->rows.count; i++) {
        const struct proto_row *row = &d->rows.row[i];
        int rule = policy_pack_rule(pack, row->rule);

        if (row->verdict == POLICY_PERMIT && rule >= 0 && proto_sections_has(&d->granted, row->section))
            duties |= pack->rule[rule].duties;
    }
    return duties;
}

static struct client_due weigh_due(const struct policy_pack *pack, const struct client_desk *d, const struct client_after *a)
{
    bool drafted = d->mine && !sodium_is_zero(d->weighing, sizeof d->weighing);

    return (struct client_due) {.what = CLIENT_AFTER_WEIGH, .end_s = policy_clocks_weigh_end(pack, d->granted_s), .here = d->mine,
        .done_s = a->weighed_s != 0 ? a->weighed_s : drafted ? d->granted_s : 0};
}

static struct client_due second_due(const struct policy_pack *pack, const struct client_desk *d, const struct client_after *a)
{
    return (struct client_due) {.what = CLIENT_AFTER_SECOND, .end_s = policy_clocks_eyes_end(pack, d->granted_s),
        .here = !client_desk_is_receiver(d), .done_s = a->second_s};
}

/* Both terms may be there, for different sections: the first counts. */
static struct client_due tell_due(
    const struct policy_pack *pack, const struct client_desk *d, const struct client_after *a, uint32_t duties)
{
    struct client_due due = {.what = CLIENT_AFTER_TELL, .end_s = UINT64_MAX, .done_s = d->informed_s, .here = client_desk_is_receiver(d)};
    uint64_t after_s = policy_clocks_inform_end(pack, d->granted_s), later_s = policy_clocks_defer_end(pack, d->granted_s);

    if (a->later_s > later_s)
        later_s = a->later_s;
    if ((duties & POLICY_DUTY_INFORM_AFTER) != 0)
        due.end_s = after_s;
    if ((duties & POLICY_DUTY_INFORM_DEFER) != 0 && later_s < due.end_s) {
        due.end_s = later_s;
        due.defers = true;
    }
    return due;
}

size_t client_after_dues(
    const struct client_node *n, const struct client_desk *d, const struct client_after *a, struct client_due out[CLIENT_AFTERS])
{
    const struct policy_pack *pack = client_packs_of(n, d->pack);
    uint32_t duties = client_after_duties(n, d);
    size_t count = 0;

    if ((duties & POLICY_DUTY_WEIGH_POST) != 0)
        out[count++] = weigh_due(pack, d, a);
    if ((duties & POLICY_DUTY_EYES_POST) != 0)
        out[count++] = second_due(pack, d, a);
    /* Who tells the family is who reads. */
    if ((duties & (POLICY_DUTY_INFORM_AFTER | POLICY_DUTY_INFORM_DEFER)) != 0 && client_desk_is_receiver(d))
        out[count++] = tell_due(pack, d, a, duties);
    return count;
}

bool client_after_is_late(const struct client_desk *d, const struct client_due *due, uint64_t now_s)
{
    return d->opened_s != 0 && (due->done_s != 0 ? due->done_s : now_s) >= due->end_s;
}

/* Telling late closes nothing: what was read was read. */
bool client_after_closes(const struct client_node *n, struct vault_txn *x, const struct client_desk *d, uint64_t now_s,
    enum client_after_what *what)
{
    struct client_due due[CLIENT_AFTERS];
    struct client_after a;
    size_t count;

    if (d->granted_s == 0 || client_after_get(x, d->id, &a) != OK)
        return false;
    count = client_after_dues(n, d, &a, due);
    for (size_t i = 0; i < count; i++)
        if (due[i].what != CLIENT_AFTER_TELL && due[i].done_s == 0 && due[i].end_s <= now_s
            && (due[i].here || (client_desk_is_receiver(d) && !n->is_starting))) {
            *what = due[i].what;
            return true;
        }
    return false;
}

const char *client_after_reason(enum client_after_what what)
{
    static const char *const name[CLIENT_AFTERS] = {"not-weighed", "no-second-person", "family-not-told"};

    return name[what];
}

bool client_after_has_second(const struct client_node *n, const struct client_desk *d)
{
    return !client_desk_is_receiver(d) && (client_after_duties(n, d) & POLICY_DUTY_EYES_POST) != 0;
}
