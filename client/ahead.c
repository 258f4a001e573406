#include "client/ahead.h"

#include <stdio.h>

struct ahead { bool consent, weigh; };

static bool has(uint64_t mask, uint8_t bit)
{
    return bit < 64 && (mask >> bit & 1) != 0;
}

/* What all rules ask that could let the section pass between these two. */
static struct ahead of_rules(const struct client_node *n, const struct client_desk *d, const char *section)
{
    const struct policy_pack *pack = n->pack;
    const struct proto_partner *other = proto_region_partner(&n->region, d->other);
    struct ahead all = {other != NULL, other != NULL};
    uint8_t asker = policy_pack_find(pack, POLICY_SET_KINDS, n->me->kind), purpose = policy_pack_find(pack, POLICY_SET_PURPOSES, d->purpose),
            holder = other == NULL ? POLICY_UNKNOWN : policy_pack_find(pack, POLICY_SET_KINDS, other->kind),
            what = policy_pack_find(pack, POLICY_SET_SECTIONS, section);
    bool any = false;

    for (size_t i = 0; i < pack->rules; i++) {
        const struct policy_rule *r = &pack->rule[i];

        if (r->mode == POLICY_MODE_N || !has(r->requesters, asker) || !has(r->holders, holder) || !has(r->purposes, purpose) || !has(r->sections, what))
            continue;
        any = true;
        all.consent &= r->mode == POLICY_MODE_C;
        all.weigh &= r->weigh == POLICY_WEIGH_ASKER;
    }
    return any ? all : (struct ahead) {false, false};
}

void client_ahead_text(const struct client_node *n, const struct client_desk *d, const struct proto_row *row, enum lang lang, char *out, size_t out_len)
{
    bool nl = lang == LANG_NL, event = row->verdict == POLICY_NEED_EVENT;
    int rule = policy_pack_rule(n->pack, row->rule);
    struct ahead a;

    out[0] = '\0';
    if (!event && row->verdict != POLICY_NEED_CONSENT)
        return;
    if (rule >= 0)
        a = (struct ahead) {n->pack->rule[rule].mode == POLICY_MODE_C, n->pack->rule[rule].weigh == POLICY_WEIGH_ASKER};
    else
        a = of_rules(n, d, row->section);
    a.consent &= event;
    a.weigh &= !d->weighed;
    if (a.consent || a.weigh)
        (void) snprintf(out, out_len, "%s%s%s", !a.consent ? "" : nl ? "toestemming van het gezin" : "consent of the family",
            a.consent && a.weigh ? "; " : "", !a.weigh ? "" : nl ? "uw afweging: schakel weigh" : "your weighing: schakel weigh");
}
