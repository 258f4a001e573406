#include "hub/facts.h"

#include "hub/store_case.h"
#include "policy/consent.h"
#include "policy/events.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { EVENTS_STEP = 32, DAY_S = 86400 };

struct gathering {
    const struct policy_pack *pack;
    const struct proto_region *region;
    const struct hub_question *q;
    struct date today;
    unsigned consent_months;
    uint64_t status_s;              /* how old a recorder's word may be */
    struct policy_event *events;
    size_t count, cap;
    uint64_t objected_s;            /* newest objection that stands; 0 none */
    uint64_t consent_made_s[POLICY_SECTIONS_MAX];
    struct hub_facts *facts;
};

static bool is_partner(const uint8_t id[PROTO_PARTNER_LEN], const struct proto_partner *p)
{
    return memcmp(id, p->id, PROTO_PARTNER_LEN) == 0;
}

static bool is_ticked(const struct gathering *g, const struct hub_statement *s)
{
    for (size_t i = 0; g->q->ticked != NULL && i < g->q->ticked->count; i++)
        if (memcmp(g->q->ticked->id[i], s->id, sizeof s->id) == 0)
            return true;
    return false;
}

/* ---- events ---- */

/*
 * Of which pairs an event is: of its setter with each whom it was addressed to; said by a third, of its two
 * addressees, and then they are all.
 */
static bool is_of_pair(const struct gathering *g, const struct hub_statement *s)
{
    if (is_partner(s->setter, g->q->asker) || is_partner(s->setter, g->q->holder))
        return true;
    for (size_t i = 0; i < s->addressees.count; i++)
        if (!is_partner(s->addressees.id[i], g->q->asker) && !is_partner(s->addressees.id[i], g->q->holder))
            return false;
    return true;
}

/* On the day it was ended it counts no longer. */
struct date hub_facts_last_day(const struct hub_statement *s)
{
    struct date until = {.year = 0}, ended;

    if (s->until_s != 0)
        until = clock_date_nl(s->until_s);
    if (s->ended_s != 0) {
        ended = date_add_days(clock_date_nl(s->ended_s), -1);
        if (until.year == 0 || date_compare(ended, until) < 0)
            until = ended;
    }
    return until;
}

static enum err add_event(struct gathering *g, const struct hub_statement *s)
{
    const struct proto_partner *setter = proto_region_partner(g->region, s->setter);

    if (g->count == g->cap) {
        struct policy_event *more = realloc(g->events, (g->cap + EVENTS_STEP) * sizeof *more);

        if (more == NULL)
            return ERR_NOMEM;
        g->events = more;
        g->cap += EVENTS_STEP;
    }
    g->events[g->count++] = (struct policy_event){
        .code = policy_pack_find(g->pack, POLICY_SET_EVENTS, s->event),
        .setter_kind = setter != NULL
            ? policy_pack_find(g->pack, POLICY_SET_KINDS, setter->kind) : POLICY_UNKNOWN,
        .setter = is_partner(s->setter, g->q->asker) ? POLICY_SET_BY_ASKER
            : is_partner(s->setter, g->q->holder) ? POLICY_SET_BY_HOLDER : POLICY_SET_BY_OTHER,
        .to_asker = true,   /* the walk found only what both know */
        .to_holder = true,
        .has_reference = s->has_reference,
        .ticked = is_ticked(g, s),
        .of_pair = is_of_pair(g, s),
        .purpose = policy_pack_find(g->pack, POLICY_SET_PURPOSES, s->purpose),
        .occurred = clock_date_nl(s->occurred_s != 0 ? s->occurred_s : s->made_s),
        .until = hub_facts_last_day(s),
    };
    return OK;
}

/* ---- consents ---- */

/*
 * Recorded by the holder, or by the young person in a session of its own at a third: then nobody has to check it again. The asker could give
 * anybody there the role of a young person.
 */
static bool is_first_hand(const struct gathering *g, const struct hub_statement *s)
{
    return is_partner(s->setter, g->q->holder) || (s->role == PROTO_ROLE_YOUNG && !is_partner(s->setter, g->q->asker));
}

/*
 * When it ends by itself. No birthday can be among the ends, as the hub knows none: counted from a birth on
 * the day of the consent the first one is twelve years away.
 */
uint64_t hub_facts_consent_end(const struct hub_statement *s, unsigned months)
{
    uint64_t until_s = s->until_s < s->status_until_s ? s->until_s : s->status_until_s, latest_s;
    struct date given = clock_date_nl(s->made_s), asked;

    if (until_s == 0)
        return 0;
    asked = date_add_days(clock_date_nl(until_s), 1);
    latest_s = clock_midnight_nl(policy_consent_end(given, given, asked, months));
    return until_s < latest_s ? until_s : latest_s;
}

static bool is_for_this(const struct gathering *g, const struct hub_statement *s)
{
    return s->code == PROTO_CONSENT_PROCESSING && s->ended_s == 0 && is_partner(s->holder, g->q->holder)
        && is_partner(s->receiver, g->q->asker) && strcmp(s->purpose, g->q->purpose) == 0;
}

static bool may_be_trusted(const struct gathering *g, const struct hub_statement *s)
{
    if (is_first_hand(g, s))
        return true;
    if (s->status_s + g->status_s < g->q->now_s)
        return false;
    return g->q->before_grant || is_ticked(g, s);
}

static void add_consent(struct gathering *g, const struct hub_statement *s)
{
    uint64_t end_s = hub_facts_consent_end(s, g->consent_months);

    if (!is_for_this(g, s) || end_s <= g->q->now_s || !may_be_trusted(g, s))
        return;
    for (size_t i = 0; i < s->sections.count; i++) {
        uint8_t section = policy_pack_find(g->pack, POLICY_SET_SECTIONS, s->sections.name[i]);

        if (section >= POLICY_SECTIONS_MAX)
            continue;
        g->facts->consented |= UINT64_C(1) << section;
        if (end_s > g->facts->consent_end_s[section])
            g->facts->consent_end_s[section] = end_s;
        if (s->made_s > g->consent_made_s[section])
            g->consent_made_s[section] = s->made_s;
    }
}

/* ---- objections ---- */

/* Its end counts for those who were told: its setter, and to whom the end was sent. */
static bool was_told_end(const struct hub_statement *s, const struct proto_partner *p)
{
    if (s->ended_s == 0)
        return false;
    if (is_partner(s->setter, p))
        return true;
    for (size_t i = 0; i < s->delivered_count; i++)
        if (is_partner(s->delivered[i].to, p))
            return s->delivered[i].told_end;
    return false;
}

static void add_objection(struct gathering *g, const struct hub_statement *s)
{
    if (s->purpose[0] != '\0' && strcmp(s->purpose, g->q->purpose) != 0)
        return;
    if (was_told_end(s, g->q->asker) && was_told_end(s, g->q->holder))
        return;
    g->facts->all.restricted = true;
    if (s->made_s > g->objected_s)
        g->objected_s = s->made_s;
}

/* ---- together ---- */

static enum err add(void *arg, const struct hub_statement *s)
{
    struct gathering *g = arg;

    if (s->kind == PROTO_SAY_EVENT)
        return add_event(g, s);
    if (s->kind == PROTO_SAY_CONSENT)
        add_consent(g, s);
    else if (s->kind == PROTO_SAY_OBJECTION)
        add_objection(g, s);
    return OK;
}

/* Both members of the case for this purpose? */
static enum err gather_members(const struct hub_state *s, struct kv_txn *x, const struct hub_question *q,
    bool *asker, bool *holder)
{
    struct hub_case c = hub_case_of(q->child.case_id, q->purpose);
    enum hub_standing standing[2] = {HUB_STANDING_NONE, HUB_STANDING_NONE};
    enum err e = OK;

    if (!sodium_is_zero(c.id, sizeof c.id)) {
        e = hub_store_case_standing(s->tables, x, &c, q->asker->id, &standing[0]);
        if (e == OK)
            e = hub_store_case_standing(s->tables, x, &c, q->holder->id, &standing[1]);
    }
    if (e == OK) {
        *asker = hub_standing_is_member(standing[0]);
        *holder = hub_standing_is_member(standing[1]);
    }
    return e;
}

/* A parameter that the pack does not have is 0: then no consent is long or fresh enough. */
static uint64_t parameter(const struct gathering *g, const char *name)
{
    uint64_t value = 0;

    return policy_pack_parameter(g->pack, name, g->today, &value) == OK ? value : 0;
}

enum err hub_facts_gather(const struct hub_state *s, struct kv_txn *x, const struct hub_question *q,
    struct hub_facts *out)
{
    struct hub_facts facts = {.all = {.hub_view = true, .age_years = -1, .before_grant = q->before_grant,
        .second = q->second}};
    struct gathering g = {.pack = s->pack, .region = s->region, .q = q, .today = clock_date_nl(q->now_s),
        .facts = &facts};
    bool asker = false, holder = false;
    enum err e;

    g.consent_months = (unsigned)parameter(&g, "consent_max_months");
    g.status_s = parameter(&g, "consent_status_days") * DAY_S;
    facts.all.asker_kind = policy_pack_find(s->pack, POLICY_SET_KINDS, q->asker->kind);
    facts.all.holder_kind = policy_pack_find(s->pack, POLICY_SET_KINDS, q->holder->kind);
    facts.all.purpose = policy_pack_find(s->pack, POLICY_SET_PURPOSES, q->purpose);
    e = gather_members(s, x, q, &asker, &holder);
    if (e == OK)
        e = hub_store_statement_walk(s->tables, x, &q->child, q->asker->id, q->holder->id, add, &g);
    if (e != OK)
        goto out;
    facts.all.member = asker || q->is_offer;
    policy_events_count(s->pack, &(struct policy_events_request){.purpose = facts.all.purpose,
        .both_accepted = asker && holder, .today = g.today}, g.events, g.count, &facts.all);
    for (size_t i = 0; i < POLICY_SECTIONS_MAX; i++)
        if (facts.all.restricted && g.consent_made_s[i] > g.objected_s)
            facts.consented_after |= UINT64_C(1) << i;
    *out = facts;
out:
    free(g.events);
    return e;
}
