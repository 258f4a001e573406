#include "hub/decide.h"

#include "policy/duty.h"
#include "policy/eval.h"

#include <string.h>

/* Did the one whom the rule names weigh this section? */
static bool is_weighed(const struct hub_question *q, enum policy_weigh by, const char *section)
{
    const struct hub_weighing *w = by == POLICY_WEIGH_ASKER ? &q->by_asker : &q->by_holder;

    if (by != POLICY_WEIGH_ASKER && by != POLICY_WEIGH_HOLDER)
        return true;
    return w->done && (w->sections.count == 0 || proto_sections_has(&w->sections, section));
}

/*
 * Who has to weigh stands in the rule that decides, so the policy is asked first without. The second answer
 * counts only when it rests on a weighing by whom its own rule names.
 */
static void judge(const struct hub_state *s, const struct hub_question *q, const struct hub_facts *all,
    const char *name, struct policy_decision *out)
{
    uint8_t section = policy_pack_find(s->pack, POLICY_SET_SECTIONS, name);
    struct policy_facts facts = all->all;
    struct policy_decision weighed;

    if (section < POLICY_SECTIONS_MAX) {
        facts.consent_complete = (all->consented >> section & 1) != 0;
        facts.consent_after = (all->consented_after >> section & 1) != 0;
    }
    policy_eval_section(s->pack, &facts, section, out);
    if (out->verdict != POLICY_NEED_WEIGH || !is_weighed(q, out->weigh, name))
        return;
    facts.weighed = true;
    policy_eval_section(s->pack, &facts, section, &weighed);
    if (is_weighed(q, weighed.weigh, name))
        *out = weighed;
}

/* The end of access under the rule; of one that rests on consent, also the end of that consent. */
static uint64_t access_end(const struct hub_state *s, const struct hub_question *q,
    const struct hub_facts *facts, const char *name, const struct policy_decision *d)
{
    uint64_t end_s = policy_duty_access_end(q->now_s, d->access_days);
    uint8_t section = policy_pack_find(s->pack, POLICY_SET_SECTIONS, name);

    if (s->pack->rule[d->rule].mode == POLICY_MODE_C && facts->consent_end_s[section] < end_s)
        end_s = facts->consent_end_s[section];
    return end_s;
}

static void fill_row(const struct hub_state *s, const struct policy_decision *d, const char *name,
    struct proto_row *row)
{
    *row = (struct proto_row){.verdict = (uint8_t)d->verdict, .reason = (uint8_t)d->reason,
        .at_holder = d->at_holder};
    memcpy(row->section, name, strnlen(name, PROTO_NAME_WIDTH));
    if (d->rule >= 0)
        memcpy(row->rule, s->pack->rule[d->rule].id, strnlen(s->pack->rule[d->rule].id, PROTO_RULE_WIDTH));
}

enum err hub_decide(const struct hub_state *s, struct kv_txn *x, const struct hub_question *q,
    const struct proto_sections *sections, struct hub_decision *out)
{
    struct hub_decision all = {.rows = {.count = sections->count}};
    struct hub_facts facts;
    enum err e = hub_facts_gather(s, x, q, &facts);

    if (e != OK)
        return e;
    for (size_t i = 0; i < sections->count; i++) {
        const char *name = sections->name[i];
        struct policy_decision d, shown;

        judge(s, q, &facts, name, &d);
        shown = d;
        if (q->before_grant)
            policy_eval_for_asker(&d, &shown);
        fill_row(s, &shown, name, &all.rows.row[i]);
        if (d.verdict != POLICY_PERMIT)
            continue;
        all.rows.row[i].at_holder = q->before_grant;
        all.end_s[i] = access_end(s, q, &facts, name, &d);
        memcpy(all.permitted.name[all.permitted.count++], name, sizeof all.permitted.name[0]);
    }
    *out = all;
    return OK;
}

bool hub_decision_is_whole(const struct hub_decision *d)
{
    return d->rows.count != 0 && d->permitted.count == d->rows.count;
}

void hub_decision_limit(struct hub_decision *d, uint64_t until_s)
{
    d->permitted.count = 0;
    for (size_t i = 0; i < d->rows.count; i++) {
        struct proto_row *row = &d->rows.row[i];

        if (row->verdict == POLICY_PERMIT && d->end_s[i] < until_s) {
            row->verdict = POLICY_DENY;
            row->reason = PROTO_REASON_OUTLASTS;
        }
        if (row->verdict == POLICY_PERMIT)
            memcpy(d->permitted.name[d->permitted.count++], row->section, sizeof row->section);
    }
}

const struct policy_pack *hub_decide_pack(const struct hub_state *s, const uint8_t digest[PROTO_HASH_LEN], uint64_t now_s)
{
    const struct policy_pack *named = s->packs == NULL ? NULL : server_packs_named(s->packs, digest, now_s);

    return named != NULL ? named : s->pack;
}

enum err hub_decide_again(const struct hub_state *s, struct kv_txn *x, const struct hub_request *r,
    const struct hub_grant *g, uint64_t now_s, struct hub_decision *out)
{
    struct hub_question q = {.asker = proto_region_partner(s->region, r->asker),
        .holder = proto_region_partner(s->region, r->holder),
        .child = {.subject = r->subject}, .purpose = r->purpose, .now_s = now_s, .is_offer = r->is_offer,
        .ticked = &g->ticked,
        .by_holder = {.done = g->weighed, .sections = g->weighed_for}, .second = g->second};

    if (q.asker == NULL || q.holder == NULL)
        return ERR_NOTFOUND;
    memcpy(q.child.case_id, r->case_id, sizeof q.child.case_id);
    q.by_asker.done = r->weighed;
    q.by_asker.sections = r->weighed_for;
    return hub_decide(s, x, &q, &g->sections, out);
}
