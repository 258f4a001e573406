#include "policy/eval.h"

#include "policy/consent.h"
#include "policy/duty.h"

/* The rules that match so far, by mode. */
struct matching {
    uint64_t word[POLICY_RULE_WORDS];
};

static void deny(struct policy_decision *d, enum policy_reason reason, int rule)
{
    *d = (struct policy_decision){ .reason = reason, .rule = rule, .ground = POLICY_UNKNOWN };
}

size_t policy_eval_age(const struct policy_facts *f)
{
    if (f->hub_view)
        return POLICY_AGE_ANY;
    if (f->age_years < 0)
        return POLICY_AGE_UNKNOWN;
    return f->age_years < POLICY_AGE_MAX ? (size_t)f->age_years : POLICY_AGE_MAX;
}

/* The first rule of a mode at or after from, in table order; -1 if there is none. */
static int next_rule(
    const struct policy_pack *p, const struct matching *m, enum policy_mode mode, size_t from)
{
    for (size_t w = from / 64; w < p->index.words; w++) {
        uint64_t bits = m->word[w] & p->index.mode[mode].word[w];

        if (w == from / 64)
            bits &= ~UINT64_C(0) << (from % 64);
        if (bits != 0)
            return (int)(w * 64) + __builtin_ctzll(bits);
    }
    return -1;
}

static bool has_events(const struct policy_rule *r, uint64_t events)
{
    for (size_t i = 0; i < r->needs; i++)
        if ((r->need[i] & events) == 0)
            return false;
    return true;
}

/* Step 6: true if the consent is there; else d says what is not. */
static bool has_consent(const struct policy_facts *f, int rule, struct policy_decision *d)
{
    struct policy_consent c;

    d->verdict = POLICY_NEED_CONSENT;
    if (f->hub_view)
        return f->consent_complete;
    c = policy_consent_check(f);
    d->missing = c.missing;
    if (c.state == POLICY_CONSENT_REFUSED)
        deny(d, POLICY_REFUSED, rule);
    return c.state == POLICY_CONSENT_COMPLETE;
}

/* Steps 9 and 10: the first step of a person that is still missing. */
static void steps(const struct policy_facts *f, const struct policy_rule *r, struct policy_decision *d)
{
    bool holder_counts = !f->before_grant;

    d->verdict = POLICY_PERMIT;
    if (r->weigh == POLICY_WEIGH_ASKER && !f->weighed) {
        d->verdict = POLICY_NEED_WEIGH;
    } else if (r->weigh == POLICY_WEIGH_HOLDER && !f->weighed && holder_counts) {
        d->verdict = POLICY_NEED_WEIGH;
        d->at_holder = true;
    } else if (r->eyes == POLICY_EYES_HOLDER && !f->second && holder_counts) {
        d->verdict = POLICY_NEED_APPROVAL;
        d->at_holder = true;
    }
}

/* Steps 6 and 8 to 11 for one rule that has all its events. */
static void judge(const struct policy_pack *p, const struct policy_facts *f, uint8_t section, int rule,
    struct policy_decision *d)
{
    const struct policy_rule *r = &p->rule[rule];
    const struct policy_section *s = &p->section[section];

    *d = (struct policy_decision){ .rule = rule,
        .ground = r->ground,
        .ground9 = r->ground9,
        .weigh = r->weigh,
        .eyes = r->eyes,
        .inform = r->inform,
        .duties = r->duties | s->duties,
        .access_days = policy_duty_days(p, r, section),
        .feedback_days = p->feedback[f->asker_kind][f->purpose] };
    if (d->feedback_days != 0)
        d->duties |= POLICY_DUTY_FEEDBACK;
    if (r->mode == POLICY_MODE_C && !has_consent(f, rule, d))
        return;
    if (f->restricted && !p->ground[r->ground].survives && !(r->mode == POLICY_MODE_C && f->consent_after))
        deny(d, POLICY_RESTRICTED, rule);
    else
        steps(f, r, d);
}

/* Step 7: all that the matching rules need, whether there or not. */
static void need_events(const struct policy_pack *p, const struct matching *m, struct policy_decision *d)
{
    deny(d, POLICY_NO_REASON, -1);
    d->verdict = POLICY_NEED_EVENT;
    for (enum policy_mode mode = POLICY_MODE_A; mode <= POLICY_MODE_C; mode++)
        for (int i = next_rule(p, m, mode, 0); i >= 0; i = next_rule(p, m, mode, (size_t)i + 1))
            d->need_events |= p->rule[i].events;
}

/*
 * Steps 5 to 11. Where all is known the first rule that has its events decides, mode A before mode C. Where
 * an age is not known, or the holder may still tick a reference, that rule may turn out not to be the one; so
 * the rules after it are tried too, up to the first that is sure. So the hub never stops what a node permits.
 */
static void decide(const struct policy_pack *p, const struct policy_facts *f, const struct matching *m,
    uint8_t section, struct policy_decision *out)
{
    uint64_t events = f->events | (f->before_grant ? f->unticked : 0);
    struct policy_decision d;
    bool found = false;

    for (enum policy_mode mode = POLICY_MODE_A; mode <= POLICY_MODE_C; mode++) {
        for (int i = next_rule(p, m, mode, 0); i >= 0; i = next_rule(p, m, mode, (size_t)i + 1)) {
            const struct policy_rule *r = &p->rule[i];

            if (!has_events(r, events))
                continue;
            judge(p, f, section, i, &d);
            if (!found || d.verdict == POLICY_PERMIT)
                *out = d;
            found = true;
            if (d.verdict == POLICY_PERMIT || (has_events(r, f->events) && !(f->hub_view && r->has_ages)))
                return;
        }
    }
    if (!found)
        need_events(p, m, out);
}

void policy_eval_section(const struct policy_pack *p, const struct policy_facts *f, uint8_t section,
    struct policy_decision *out)
{
    const struct policy_index *x = &p->index;
    const struct policy_rule_set *age = &x->age[policy_eval_age(f)];
    struct matching m = { .word = { 0 } };
    uint64_t left = 0;
    int never;

    if (p->needs_case[f->purpose] && !f->member) {
        deny(out, POLICY_NOT_IN_CASE, -1);
        return;
    }
    for (size_t w = 0; w < x->words; w++)
        m.word[w] = x->requester[f->asker_kind].word[w] & x->purpose[f->purpose].word[w]
            & x->holder[f->holder_kind].word[w] & x->section[section].word[w];
    never = next_rule(p, &m, POLICY_MODE_N, 0);
    if (never >= 0) {
        deny(out, POLICY_NEVER, never);
        return;
    }
    for (size_t w = 0; w < x->words; w++) {
        m.word[w] &= age->word[w];
        left |= m.word[w];
    }
    if (left == 0)
        deny(out, POLICY_NOT_IN_MATRIX, -1);
    else if (section == p->anon_section && f->identifiable)
        deny(out, POLICY_IDENTIFIABLE, -1);
    else
        decide(p, f, &m, section, out);
}

void policy_eval_for_asker(const struct policy_decision *decision, struct policy_decision *out)
{
    int rule = decision->rule;

    *out = *decision;
    if (decision->verdict == POLICY_NEED_CONSENT || decision->reason == POLICY_REFUSED) {
        deny(out, POLICY_NO_REASON, rule);
        out->verdict = POLICY_NEED_CONSENT;
    }
}
