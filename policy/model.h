/*
 * policy/model: the finite sets of the policy and what one decision is about. Only types: no function, no
 * state. Everything here is a plain value; indexes point into the tables of one pack and mean nothing without
 * it. Source: policy/POLICY.md.
 */
#ifndef POLICY_MODEL_H
#define POLICY_MODEL_H

#include <stdbool.h>
#include <stdint.h>

/* Limits of a pack. Sets are masks of one machine word, rules of four. */
enum {
    POLICY_KINDS_MAX = 32,
    POLICY_PURPOSES_MAX = 32,
    POLICY_SECTIONS_MAX = 64,
    POLICY_EVENTS_MAX = 64,
    POLICY_GROUNDS_MAX = 32,
    POLICY_RULES_MAX = 256,
    POLICY_RULE_WORDS = POLICY_RULES_MAX / 64,
    POLICY_PARAMETERS_MAX = 128,
    POLICY_NEEDS_MAX = 4,    /* things one rule needs at the same time; each may have alternatives */
    POLICY_NAME_MAX = 31,    /* bytes of a name */
    POLICY_AGE_MAX = 120,    /* an older person is decided on as one of this age */
    POLICY_DAYS_MAX = 366,   /* of access */
    POLICY_UNKNOWN = 255     /* the index of a name that is not in the pack: never permitted anything */
};

/* From no to yes. The zero value is the safe one. */
enum policy_verdict {
    POLICY_DENY = 0,
    POLICY_NEED_EVENT,
    POLICY_NEED_CONSENT,
    POLICY_NEED_WEIGH,
    POLICY_NEED_APPROVAL,
    POLICY_PERMIT,
    POLICY_VERDICTS
};

/* Why a DENY. */
enum policy_reason {
    POLICY_NO_REASON = 0,
    POLICY_NOT_IN_CASE,
    POLICY_NEVER,
    POLICY_NOT_IN_MATRIX,
    POLICY_IDENTIFIABLE,
    POLICY_REFUSED,
    POLICY_RESTRICTED,
    POLICY_REASONS
};

/* Never, allowed without consent, only with consent. */
enum policy_mode { POLICY_MODE_N = 0, POLICY_MODE_A, POLICY_MODE_C, POLICY_MODES };

enum policy_weigh {
    POLICY_WEIGH_NO = 0, POLICY_WEIGH_ASKER, POLICY_WEIGH_HOLDER, POLICY_WEIGH_POST, POLICY_WEIGHS
};
enum policy_eyes { POLICY_EYES_NO = 0, POLICY_EYES_HOLDER, POLICY_EYES_POST, POLICY_EYES_ALL };
enum policy_inform {
    POLICY_INFORM_NONE = 0, POLICY_INFORM_BEFORE, POLICY_INFORM_AFTER, POLICY_INFORM_DEFER, POLICY_INFORMS
};

/* How grave a section is: no person, identity, ordinary, special, special and secret, never in the hub. */
enum policy_class {
    POLICY_S0 = 0, POLICY_S1, POLICY_S2, POLICY_S3, POLICY_S4, POLICY_SX, POLICY_CLASSES
};

/* May the organisation that asks set the event itself: no, with a reference the holder ticked, yes. */
enum policy_by_requester { POLICY_BY_NO = 0, POLICY_BY_REF, POLICY_BY_YES, POLICY_BYS };

/* For what an event counts: everything about the child, its own purpose, these two partners. */
enum policy_scope { POLICY_SCOPE_CHILD = 0, POLICY_SCOPE_PURPOSE, POLICY_SCOPE_PAIR, POLICY_SCOPES };

/* People who may say yes or no, as a mask. The last two are never given: they say what is not known. */
enum {
    POLICY_WHO_Y = 1 << 0,       /* the young person */
    POLICY_WHO_G1 = 1 << 1,      /* a parent with custody */
    POLICY_WHO_G2 = 1 << 2,      /* the other parent with custody */
    POLICY_WHO_VOOGD = 1 << 3,   /* a guardian, or an institution with custody */
    POLICY_WHO_REP = 1 << 4,     /* the legal representative of somebody who is not able to decide */
    POLICY_WHO_PEOPLE = (1 << 5) - 1,
    POLICY_WHO_CUSTODY = 1 << 5, /* nobody is known to hold custody */
    POLICY_WHO_AGE = 1 << 6,     /* the age is not known */
    POLICY_WHO_BITS = 7
};

/* What goes with a permission, as a mask. POLICY.md, duties. */
enum {
    POLICY_DUTY_INFORM_BEFORE = 1 << 0,
    POLICY_DUTY_INFORM_AFTER = 1 << 1,
    POLICY_DUTY_INFORM_DEFER = 1 << 2,
    POLICY_DUTY_WEIGH_ASKER = 1 << 3,
    POLICY_DUTY_WEIGH_HOLDER = 1 << 4,
    POLICY_DUTY_WEIGH_POST = 1 << 5,
    POLICY_DUTY_EYES_HOLDER = 1 << 6,
    POLICY_DUTY_EYES_POST = 1 << 7,
    POLICY_DUTY_OFFICER = 1 << 8,     /* the privacy officer is told */
    POLICY_DUTY_LOCK = 1 << 9,        /* not for another purpose */
    POLICY_DUTY_NO_ONWARD = 1 << 10,  /* not to others: they ask the holder */
    POLICY_DUTY_FEEDBACK = 1 << 11,   /* the receiver of a report answers with a status */
    POLICY_DUTY_MINIMAL = 1 << 12,
    POLICY_DUTY_LOG = 1 << 13,
    POLICY_DUTY_SMALL_CELLS = 1 << 14,
    POLICY_DUTY_VIEW_ONLY = 1 << 15,  /* shown, not kept */
    POLICY_DUTY_BITS = 16
};

/* What one decision is about. The zero value of a flag is the careful one. */
struct policy_facts {
    uint8_t asker_kind, holder_kind, purpose;   /* the asker is the receiver, whoever starts */
    bool member;          /* the asker opened the case for this purpose, or accepted it */
    bool weighed;         /* by the one whom the rule names; for an offer by the sender */
    bool second;          /* a second person of the holder approved */
    bool restricted;      /* there is an objection */
    bool consent_after;   /* the consent was given after the objection */
    bool identifiable;    /* somebody says that the anonymous text gives the child away */
    bool incapable;       /* not able to decide */
    bool before_grant;    /* the holder's own steps are still to come and count as done */
    bool hub_view;        /* ages and people are not known: see consent_complete */
    bool consent_complete;  /* hub view: a signed "complete until" covers this and is not past */
    int age_years;        /* on the day of the decision; -1 unknown */
    uint8_t custody;      /* POLICY_WHO_ G1, G2, VOOGD */
    uint8_t given, refused;  /* POLICY_WHO_*, of the consent that covers this section */
    uint64_t events;      /* that count: policy_events_count */
    uint64_t unticked;    /* that would count if the holder ticked their reference */
};

/* The answer about one section. The zero value denies. */
struct policy_decision {
    enum policy_verdict verdict;
    enum policy_reason reason;   /* of a DENY */
    int rule;                    /* its index, -1 when no rule decided */
    uint8_t ground;              /* its index, POLICY_UNKNOWN when there is none */
    char ground9;                /* 'a' to 'j' of GDPR article 9(2), or 0 */
    bool at_holder;              /* the missing step is one of the holder */
    uint8_t missing;             /* POLICY_WHO_* whose yes is missing, for NEED_CONSENT */
    uint64_t need_events;        /* for NEED_EVENT: all that the matching rules need, there or not */
    uint32_t duties;             /* POLICY_DUTY_*; 0 for a DENY, as are the next */
    uint16_t access_days;
    uint16_t feedback_days;      /* working days, with POLICY_DUTY_FEEDBACK */
    enum policy_weigh weigh;
    enum policy_eyes eyes;
    enum policy_inform inform;
};

#endif
