#include "policy/duty.h"

#include <string.h>

/* How long a section may be seen whatever its rule says; days 0: shown, not kept. POLICY.md, terms. */
static const struct {
    const char *section;
    uint16_t days;
} terms[] = { { "tlv", 180 }, { "fitness", 60 }, { "anon", 60 }, { "safety", 0 }, { "care", 0 },
    { "health_med", 0 }, { "smw_note", 0 } };

/* Grounds so grave that everything is weighed, and of which the privacy officer hears at once. */
static const struct {
    const char *ground;
    bool officer;
} grave[] = { { "MELDRECHT", true }, { "COURT_ORDER", false }, { "VITAL", true } };

/* Who answers which report, in working days. */
static const struct {
    const char *receiver, *purpose;
    uint8_t days;
} reports[] = { { "jgz", "sick_advice", 1 }, { "leerplicht", "att_followup", 10 },
    { "leerplicht", "att_enforce", 10 }, { "rmc", "att_followup", 10 }, { "rmc", "vsv_guidance", 10 },
    { "veilig_thuis", "child_safety", 5 } };

void policy_duty_of_section(const char *name, struct policy_section *section)
{
    section->duties = POLICY_DUTY_LOG;
    if (section->class != POLICY_S0)
        section->duties |= POLICY_DUTY_LOCK | POLICY_DUTY_NO_ONWARD;
    section->duties |= strcmp(name, "count") == 0 ? POLICY_DUTY_SMALL_CELLS : POLICY_DUTY_MINIMAL;
    for (size_t i = 0; i < sizeof terms / sizeof *terms; i++) {
        if (strcmp(name, terms[i].section) != 0)
            continue;
        section->days_max = terms[i].days;
        if (terms[i].days == 0)
            section->duties |= POLICY_DUTY_VIEW_ONLY;
    }
}

void policy_duty_of_ground(const char *name, struct policy_ground *ground)
{
    for (size_t i = 0; i < sizeof grave / sizeof *grave; i++)
        if (strcmp(name, grave[i].ground) == 0) {
            ground->weigh_all = true;
            ground->officer = grave[i].officer;
        }
}

uint32_t policy_duty_of_rule(const struct policy_pack *pack, const struct policy_rule *rule)
{
    static const uint32_t inform[POLICY_INFORMS] = { [POLICY_INFORM_BEFORE] = POLICY_DUTY_INFORM_BEFORE,
        [POLICY_INFORM_AFTER] = POLICY_DUTY_INFORM_AFTER,
        [POLICY_INFORM_DEFER] = POLICY_DUTY_INFORM_DEFER | POLICY_DUTY_OFFICER };
    static const uint32_t weigh[POLICY_WEIGHS] = { [POLICY_WEIGH_ASKER] = POLICY_DUTY_WEIGH_ASKER,
        [POLICY_WEIGH_HOLDER] = POLICY_DUTY_WEIGH_HOLDER, [POLICY_WEIGH_POST] = POLICY_DUTY_WEIGH_POST };
    static const uint32_t eyes[POLICY_EYES_ALL] = { [POLICY_EYES_HOLDER] = POLICY_DUTY_EYES_HOLDER,
        [POLICY_EYES_POST] = POLICY_DUTY_EYES_POST };
    uint32_t duties = inform[rule->inform] | weigh[rule->weigh] | eyes[rule->eyes];

    if (rule->mode != POLICY_MODE_N && pack->ground[rule->ground].officer)
        duties |= POLICY_DUTY_OFFICER;
    return duties;
}

void policy_duty_feedback(struct policy_pack *pack)
{
    for (size_t i = 0; i < sizeof reports / sizeof *reports; i++) {
        uint8_t kind = policy_pack_find(pack, POLICY_SET_KINDS, reports[i].receiver);
        uint8_t purpose = policy_pack_find(pack, POLICY_SET_PURPOSES, reports[i].purpose);

        if (kind != POLICY_UNKNOWN && purpose != POLICY_UNKNOWN)
            pack->feedback[kind][purpose] = reports[i].days;
    }
}

uint16_t policy_duty_days(const struct policy_pack *pack, const struct policy_rule *rule, uint8_t section)
{
    uint16_t max = pack->section[section].days_max;

    return max != 0 && max < rule->days ? max : rule->days;
}

uint64_t policy_duty_access_end(uint64_t granted_s, uint16_t days)
{
    return clock_midnight_nl(date_add_days(clock_date_nl(granted_s), days));
}
