#include "policy/ways.h"

#include "policy/eval.h"

_Static_assert(POLICY_RULES_MAX <= 256, "an index of a rule fits a byte");

static bool has(const struct policy_rule_set *set, size_t rule)
{
    return (set->word[rule / 64] >> (rule % 64) & 1) != 0;
}

void policy_ways_find(const struct policy_pack *p, const struct policy_facts *f, uint8_t section,
    struct policy_ways *out)
{
    const struct policy_index *x = &p->index;
    const struct policy_rule_set *age = &x->age[policy_eval_age(f)];

    out->count = 0;
    for (enum policy_mode mode = POLICY_MODE_A; mode <= POLICY_MODE_C; mode++)
        for (size_t i = 0; i < p->rules; i++)
            if (p->rule[i].mode == mode && has(age, i) && has(&x->requester[f->asker_kind], i)
                && has(&x->purpose[f->purpose], i) && has(&x->holder[f->holder_kind], i)
                && has(&x->section[section], i))
                out->rule[out->count++] = (uint8_t)i;
}
