/*
 * hub/facts: from the statements that are kept to what the policy may know about one question. Only
 * statements known to both partners are looked at; the hub has no age, no custody and nobody's yes or no
 * (MODEL: who evaluates what). Reads, never writes.
 */
#ifndef HUB_FACTS_H
#define HUB_FACTS_H

#include "hub/act.h"
#include "hub/store_statement.h"

/* A weighing that a message carried. The zero value: none. */
struct hub_weighing {
    bool done;
    struct proto_sections sections;  /* that it is about; none: all */
};

/* May this child's sections go from holder to asker? Borrowed. */
struct hub_question {
    const struct proto_partner *asker, *holder;  /* the asker receives, whoever began */
    struct hub_child child;
    const char *purpose;
    uint64_t now_s;                       /* leaf time */
    bool is_offer;                        /* the offer is the asker's invitation */
    bool before_grant;                    /* the holder's own steps are still to come */
    /* by the holder: references, consents recorded elsewhere; NULL none */
    const struct proto_ids *ticked;
    struct hub_weighing by_asker, by_holder;
    bool second;                          /* somebody else of the holder approved */
};

struct hub_facts {
    struct policy_facts all;              /* what holds for every section */
    uint64_t consented;                   /* mask of sections that a complete consent covers */
    uint64_t consented_after;             /* with one that was given after the newest objection */
    uint64_t consent_end_s[POLICY_SECTIONS_MAX];  /* when the last of them ends */
};

MUST_USE enum err hub_facts_gather(const struct hub_state *s, struct kv_txn *x, const struct hub_question *q,
    struct hub_facts *out);

/* The last day on which an event counts, but for the pack's valid days; year 0 for no end. */
struct date hub_facts_last_day(const struct hub_statement *s);
/* When a consent ends by itself, at most so many months after it was given; 0: it is not complete and never counts. */
uint64_t hub_facts_consent_end(const struct hub_statement *s, unsigned months);

#endif
