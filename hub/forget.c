#include "hub/forget.h"

#include "hub/core.h"
#include "hub/facts.h"
#include "hub/store_gone.h"
#include "hub/store_statement.h"
#include "policy/events.h"

#include <sodium.h>
#include <string.h>

/* Few enough that no round is felt to wait. GONE_S: as long as a node keeps its own record of a consent (MODEL, section 6), and may send it or its end. */
enum { STATEMENTS_A_ROUND = 16, OTHERS_A_ROUND = 4, DAY_S = 86400, GONE_S = 5 * 366 * 86400 };

void hub_forget_init(struct hub_forget *f, uint64_t after_s)
{
    *f = (struct hub_forget){ .after_s = after_s < HUB_FORGET_DAYS * DAY_S ? HUB_FORGET_DAYS * DAY_S : after_s,
        .at_case = { .purpose = "" } };
    randombytes_buf(f->statement, sizeof f->statement);
    randombytes_buf(f->carried, sizeof f->carried);
    randombytes_buf(f->gone, sizeof f->gone);
}

/* ---- is it over? Asked about a day in the past: has it been over since then? ---- */

static bool event_is_over(const struct hub_state *s, const struct hub_statement *k, uint64_t at_s)
{
    const struct policy_event event = { .code = policy_pack_find(s->pack, POLICY_SET_EVENTS, k->event),
        .occurred = clock_date_nl(k->occurred_s != 0 ? k->occurred_s : k->made_s), .until = hub_facts_last_day(k) };

    return policy_events_is_over(s->pack, &event, clock_date_nl(at_s));
}

/* A recorder's status may shorten it and then lengthen it again, up to what a person signed. */
static bool consent_is_over(const struct hub_state *s, const struct hub_statement *k, uint64_t at_s, uint64_t now_s)
{
    struct hub_statement longest = *k;
    uint64_t months = 0;

    longest.status_until_s = k->until_s;
    if (k->ended_s != 0 && k->ended_s <= at_s)
        return true;
    if (policy_pack_parameter(s->pack, "consent_max_months", clock_date_nl(now_s), &months) != OK)
        return k->until_s <= at_s;
    return hub_facts_consent_end(&longest, (unsigned)months) <= at_s;
}

static bool takes_part(const struct hub_state *s, const uint8_t partner[PROTO_PARTNER_LEN], uint64_t now_s)
{
    const struct proto_partner *p = proto_region_partner(s->region, partner);

    return p != NULL && proto_partner_exists_at(p, now_s);
}

/* It stops things at each who was not told its end. */
static bool objection_is_over(const struct hub_state *s, const struct hub_statement *k, uint64_t at_s, uint64_t now_s)
{
    if (k->ended_s == 0 || k->ended_s > at_s)
        return false;
    for (size_t i = 0; i < k->delivered_count; i++)
        if (!k->delivered[i].told_end && takes_part(s, k->delivered[i].to, now_s))
            return false;
    return true;
}

static bool is_over(const struct hub_state *s, const struct hub_statement *k, uint64_t at_s, uint64_t now_s)
{
    if (k->kept_s > at_s)
        return false;
    if (k->kind == PROTO_SAY_EVENT)
        return event_is_over(s, k, at_s);
    if (k->kind == PROTO_SAY_CONSENT)
        return consent_is_over(s, k, at_s, now_s);
    return k->kind != PROTO_SAY_OBJECTION || objection_is_over(s, k, at_s, now_s);
}

/* All who are addressed and still take part said that they have it. */
static bool is_acked(const struct hub_state *s, struct hub_statement *k, uint64_t now_s)
{
    for (size_t i = 0; i < k->addressees.count; i++) {
        const struct hub_delivery *d = hub_statement_delivery(k, k->addressees.id[i]);

        if ((d == NULL || !d->acked) && takes_part(s, k->addressees.id[i], now_s))
            return false;
    }
    return true;
}

/* ---- dropping ---- */

static bool can_be_referred_to(enum proto_statement_kind kind)
{
    return kind == PROTO_SAY_EVENT || kind == PROTO_SAY_CONSENT || kind == PROTO_SAY_OBJECTION;
}

/* A request that was made on a statement's last day may wait as long as the pack lets it, and be granted by naming it. */
static uint64_t after_s(const struct hub_forget *f, const struct hub_state *s, uint64_t now_s)
{
    uint64_t days = 0;

    if (policy_pack_parameter(s->pack, "request_max_days", clock_date_nl(now_s), &days) != OK || days * DAY_S <= f->after_s)
        return f->after_s;
    return days * DAY_S;
}

static enum err look_at(const struct hub_forget *f, const struct hub_state *s, struct kv_txn *x, struct hub_statement *k, uint64_t now_s)
{
    uint64_t until_s = (k->until_s > now_s && k->until_s < UINT64_MAX - GONE_S ? k->until_s : now_s) + GONE_S;
    uint64_t wait_s = after_s(f, s, now_s);
    enum err e = OK;

    if (now_s < wait_s || !is_over(s, k, now_s - wait_s, now_s))
        return OK;
    if (!is_acked(s, k, now_s) && (now_s < HUB_MAIL_KEEP_S || !is_over(s, k, now_s - HUB_MAIL_KEEP_S, now_s)))
        return OK;
    if (can_be_referred_to(k->kind))
        e = hub_store_gone_put(s->tables, x, k->id, until_s);
    return e == OK ? hub_store_statement_drop(s->tables, x, k) : e;
}

/* At the end of the table: from its beginning again, in the next round. */
static enum err wrap(enum err e, uint8_t id[PROTO_ID_LEN])
{
    if (e != ERR_NOTFOUND)
        return e;
    sodium_memzero(id, PROTO_ID_LEN);
    return OK;
}

static enum err some_statements(struct hub_forget *f, const struct hub_state *s, struct kv_txn *x, uint64_t now_s)
{
    struct hub_statement k;
    enum err e = OK;

    for (size_t i = 0; e == OK && i < STATEMENTS_A_ROUND; i++) {
        e = hub_tables_next(x, s->tables->statement, f->statement, sizeof f->statement);
        if (e != OK)
            break;
        e = hub_store_statement_get(s->tables, x, f->statement, &k);
        if (e == OK)
            e = look_at(f, s, x, &k, now_s);
        if (e == ERR_NOTFOUND)
            e = ERR_IO;
    }
    return wrap(e, f->statement);
}

/* What leads from a message to a statement that is gone, and ids that were known long enough. */
static enum err some_remains(struct hub_forget *f, const struct hub_state *s, struct kv_txn *x, uint64_t now_s)
{
    enum err e = OK;

    for (size_t i = 0; e == OK && i < OTHERS_A_ROUND; i++) {
        bool dropped;

        e = hub_tables_next(x, s->tables->carried, f->carried, sizeof f->carried);
        if (e == OK)
            e = hub_store_statement_carried_drop(s->tables, x, f->carried, &dropped);
    }
    e = wrap(e, f->carried);
    for (size_t i = 0; e == OK && i < OTHERS_A_ROUND; i++) {
        e = hub_tables_next(x, s->tables->gone, f->gone, sizeof f->gone);
        if (e == OK)
            e = hub_store_gone_forget(s->tables, x, f->gone, now_s);
    }
    return wrap(e, f->gone);
}

/* ---- cases ---- */

struct standing { const struct hub_state *s; uint64_t now_s, last_s; bool open; };

/* Who is invited may come yet; who takes no part in the region any more has left. */
static void standing_each(void *arg, const uint8_t partner[PROTO_PARTNER_LEN], enum hub_standing standing, uint64_t since_s)
{
    struct standing *all = arg;

    if (since_s > all->last_s)
        all->last_s = since_s;
    if (standing != HUB_STANDING_DECLINED && standing != HUB_STANDING_LEFT && takes_part(all->s, partner, all->now_s))
        all->open = true;
}

/* Its members' nodes know it longer than the hub: to them it would look as if it went on. */
static enum err drop_case(const struct hub_state *s, struct kv_txn *x, const struct hub_case *c, uint64_t now_s)
{
    uint8_t id[PROTO_ID_LEN];
    enum err e = hub_store_gone_case(c, id);

    if (e == OK)
        e = hub_store_gone_put(s->tables, x, id, now_s + GONE_S);
    return e == OK ? hub_store_case_drop(s->tables, x, c) : e;
}

static enum err some_cases(struct hub_forget *f, const struct hub_state *s, struct kv_txn *x, uint64_t now_s)
{
    enum err e = OK;

    for (size_t i = 0; e == OK && i < OTHERS_A_ROUND; i++) {
        struct standing all = { .s = s, .now_s = now_s };

        e = hub_store_case_next(s->tables, x, &f->at_case);
        if (e == OK)
            e = hub_store_case_walk(s->tables, x, &f->at_case, standing_each, &all);
        if (e == OK && !all.open && all.last_s + f->after_s <= now_s)
            return drop_case(s, x, &f->at_case, now_s);
    }
    if (e == ERR_NOTFOUND)
        f->at_case = (struct hub_case){ .purpose = "" };
    return e == ERR_NOTFOUND ? OK : e;
}

enum err hub_forget_some(struct hub_forget *f, const struct hub_state *s, struct kv_txn *x, uint64_t now_s)
{
    enum err e = some_statements(f, s, x, now_s);

    if (e == OK)
        e = some_remains(f, s, x, now_s);
    return e == OK ? some_cases(f, s, x, now_s) : e;
}
