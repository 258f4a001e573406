/*
 * policy/check: what is true of a whole pack, over all combinations that can matter (policy/space,
 * policy/walk), not a sample: the invariants that are built in, and those of invariants.csv. Pure; takes a
 * moment, so not for the path of a request. POLICY.md, invariants.
 *
 * Everything is proven of a node's decision, which is the final one; of the hub's it is proven that it
 * permits whatever a node permits. Times (how long an event counts) are not walked through: they decide which
 * events are there, and every combination of those is.
 */
#ifndef POLICY_CHECK_H
#define POLICY_CHECK_H

#include "policy/eval.h"
#include "policy/events.h"
#include "policy/invariants.h"

/* One broken invariant. Texts are valid during the report. */
struct policy_finding {
    const char *name;     /* of the invariant */
    const char *text;     /* what it says, in the language of the check */
    uint32_t line;        /* of invariants.csv; 0: it is built in */
    const char *subject;  /* the rule or event that it is about; "" when the row says it all */
    uint64_t places;      /* combinations of asker, purpose, holder and section where it is broken */
    const char *row;      /* the smallest counter-example: a row of cases.csv, with the answer of now */
};

typedef void policy_check_report(void *arg, const struct policy_finding *finding);
typedef void policy_check_progress(void *arg, size_t done, size_t all);
/* As policy_eval_section and policy_events_count. */
typedef void policy_check_decide(const struct policy_pack *, const struct policy_facts *, uint8_t section,
    struct policy_decision *);
typedef void policy_check_count(const struct policy_pack *, const struct policy_events_request *,
    const struct policy_event *, size_t n, struct policy_facts *);

/* Everything borrowed. */
struct policy_check {
    const struct policy_pack *pack;
    const struct policy_invariants *invariants;
    enum lang lang;
    policy_check_report *report;
    policy_check_progress *progress;  /* NULL: none */
    void *arg;
    policy_check_decide *decide;      /* NULL: the evaluator. Tests plant faults here */
    policy_check_count *count;
};

struct policy_checked {
    size_t invariants, broken;  /* broken: findings */
    uint64_t places, points;    /* combinations of asker, purpose, holder and section; of all facts */
    size_t classes;
};

/*
 * Prove all; every finding goes to report, those that are built in first. OK also when something is broken:
 * see out->broken. ERR_NOMEM; ERR_LONG when rules that match together name so many events that they cannot be
 * walked through (policy/walk): nothing was proven, and out is untouched.
 */
MUST_USE enum err policy_check_run(const struct policy_check *check, struct policy_checked *out);

#endif
