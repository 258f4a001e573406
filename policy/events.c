#include "policy/events.h"

static bool is_addressed(const struct policy_event *s)
{
    return (s->setter == POLICY_SET_BY_ASKER || s->to_asker)
        && (s->setter == POLICY_SET_BY_HOLDER || s->to_holder);
}

static bool is_in_scope(const struct policy_event_def *def, const struct policy_event *s, uint8_t purpose)
{
    if (def->scope == POLICY_SCOPE_PURPOSE)
        return s->purpose == purpose;
    return def->scope == POLICY_SCOPE_CHILD || s->of_pair;
}

static bool is_past(const struct policy_event_def *def, const struct policy_event *s, struct date today)
{
    if (s->until.year != 0 && date_compare(today, s->until) > 0)
        return true;
    return def->valid_days != 0 && date_compare(today, date_add_days(s->occurred, def->valid_days)) > 0;
}

static bool is_in_time(const struct policy_event_def *def, const struct policy_event *s, struct date today)
{
    return date_compare(today, s->occurred) >= 0 && !is_past(def, s, today);
}

/* The organisation that asks opens its own door only where the table says so. */
static bool may_be_set(const struct policy_event_def *def, const struct policy_event *s)
{
    if (s->setter_kind >= POLICY_KINDS_MAX || (def->set_by >> s->setter_kind & 1) == 0)
        return false;
    if (s->setter != POLICY_SET_BY_ASKER || def->by_requester == POLICY_BY_YES)
        return true;
    return def->by_requester == POLICY_BY_REF && s->has_reference;
}

/* All but the tick is there; is the tick needed, and missing? */
static bool waits_for_tick(const struct policy_event_def *def, const struct policy_event *s)
{
    return s->setter == POLICY_SET_BY_ASKER && def->by_requester == POLICY_BY_REF && !s->ticked;
}

void policy_events_count(const struct policy_pack *pack, const struct policy_events_request *request,
    const struct policy_event *statements, size_t n, struct policy_facts *facts)
{
    uint64_t counted = 0, unticked = 0;

    if (request->both_accepted && pack->system_event != POLICY_UNKNOWN)
        counted |= UINT64_C(1) << pack->system_event;
    for (size_t i = 0; i < n; i++) {
        const struct policy_event *s = &statements[i];
        const struct policy_event_def *def = &pack->event[s->code % POLICY_EVENTS_MAX];

        /* A code that is not in the pack, and the system event, have no kind that may set them. */
        if (s->code >= POLICY_EVENTS_MAX || !may_be_set(def, s) || !is_addressed(s)
            || !is_in_scope(def, s, request->purpose) || !is_in_time(def, s, request->today))
            continue;
        if (waits_for_tick(def, s))
            unticked |= UINT64_C(1) << s->code;
        else
            counted |= UINT64_C(1) << s->code;
    }
    facts->events = counted;
    facts->unticked = unticked & ~counted;
}

bool policy_events_is_over(const struct policy_pack *pack, const struct policy_event *s, struct date today)
{
    static const struct policy_event_def unknown = {.valid_days = 0};  /* another pack may know it */

    return is_past(s->code < POLICY_EVENTS_MAX ? &pack->event[s->code] : &unknown, s, today);
}
