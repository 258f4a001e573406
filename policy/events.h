/*
 * policy/events: which statements of events are facts for one request. Pure; the day comes from the caller.
 * A node and the hub use the same function on the same originals. POLICY.md, events.
 */
#ifndef POLICY_EVENTS_H
#define POLICY_EVENTS_H

#include "policy/pack.h"

/* Who set it, seen from the request. ASKER also when another partner of the same organisation did. */
enum policy_setter { POLICY_SET_BY_ASKER = 0, POLICY_SET_BY_HOLDER, POLICY_SET_BY_OTHER };

/* One statement of an event, verified by the caller and not withdrawn. */
struct policy_event {
    uint8_t code;            /* its index */
    uint8_t setter_kind;
    enum policy_setter setter;
    bool to_asker, to_holder;  /* among the addressees */
    bool has_reference;      /* kind, number and date of an outside document */
    bool ticked;             /* a person of the holder checked the reference */
    bool of_pair;            /* it names these two partners as its pair; only looked at for the scope pair */
    uint8_t purpose;         /* it was set for; only looked at for the scope purpose */
    struct date occurred;    /* the first day on which it counts */
    struct date until;       /* the last one; year 0 when it was not ended */
};

/* The request it is to open. */
struct policy_events_request {
    uint8_t purpose;
    bool both_accepted; /* asker and holder are both members of the case for this purpose: the system event */
    struct date today;       /* in the Netherlands: of the leaf time in the hub, of the decision in a node */
};

/*
 * Set facts->events and facts->unticked from n statements (may be 0). Statements that do not count are as if
 * they were not there. An event is valid on its day and the valid_days days after it.
 */
void policy_events_count(const struct policy_pack *pack, const struct policy_events_request *request,
    const struct policy_event *statements, size_t n, struct policy_facts *facts);

/* Can this event count no more from this day on, whoever asks, under this pack? Its setter, addressees and scope are not looked at. */
bool policy_events_is_over(const struct policy_pack *pack, const struct policy_event *s, struct date today);

#endif
