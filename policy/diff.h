/*
 * policy/diff: every decision that changes between two packs, over all combinations that can matter
 * (policy/space, policy/walk), in groups that a person can read. Pure; takes a moment. POLICY.md,
 * differences.
 *
 * A decision is what a node answers: the verdict, the reason of a no, the events that are needed; of a yes
 * also its rule, ground, second ground, duties and days of access. (Who answers a
 * report within how many days lies in policy/duty and in no table.) Which events count is part
 * of it: where their definitions differ, statements are tried that count in one pack only
 * (policy/diff_events). What lies in the parameters changes no answer here but may change how long a consent
 * lasts: policy_diff_parameters.
 */
#ifndef POLICY_DIFF_H
#define POLICY_DIFF_H

#include "policy/eval.h"
#include "policy/space.h"

enum policy_diff_kind {
    POLICY_DIFF_GAIN = 0,  /* now permitted */
    POLICY_DIFF_LOSS,      /* no longer permitted */
    POLICY_DIFF_TERMS,     /* permitted in both, in another way */
    POLICY_DIFF_ANSWER,    /* in neither, with another answer */
    POLICY_DIFF_KINDS
};

/* Ages as a mask of the intervals of the space. */
struct policy_diff_ages {
    uint64_t word[2];
};

/* All combinations of these: masks of names of the space. */
struct policy_diff_box {
    uint64_t askers, purposes, holders, sections;
    struct policy_diff_ages ages;
};

/* Decisions that change in the same way. Valid during the report. */
struct policy_diff_group {
    enum policy_diff_kind kind;
    const struct policy_space *space;
    const char *rule[POLICY_SPACE_SIDES];     /* that permits, before and after; "" where it is no */
    uint32_t answers[POLICY_SPACE_SIDES];     /* where it is no: which, as policy_diff_answer says */
    uint64_t needs[POLICY_SPACE_SIDES]; /* the events that are told, for an ANSWER; names of the space */
    struct policy_decision decision[POLICY_SPACE_SIDES];  /* of the example */
    const struct policy_diff_box *box;        /* which decisions, none left out and none too many */
    size_t boxes;
    uint64_t places, points;                  /* how many boxes hold; how many combinations of all facts */
    const char *row[POLICY_SPACE_SIDES]; /* the smallest example, as rows of cases.csv: each pack's answer */
};

typedef void policy_diff_report(void *arg, const struct policy_diff_group *group);
typedef void policy_diff_progress(void *arg, size_t done, size_t all);

struct policy_diff {
    const struct policy_pack *pack[POLICY_SPACE_SIDES];  /* before and after */
    enum lang lang;
    policy_diff_report *report;
    policy_diff_progress *progress;  /* NULL: none */
    void *arg;
};

struct policy_diffed {
    uint64_t places, points;     /* that were compared */
    uint64_t changed;            /* points whose decision changes */
    size_t groups[POLICY_DIFF_KINDS];
};

/*
 * Compare all; groups go to report, gains first. ERR_NOMEM; ERR_LONG when the packs together have more than
 * 64 names of a set, or name too many events together (policy/walk): out is then untouched.
 */
MUST_USE enum err policy_diff_run(const struct policy_diff *diff, struct policy_diffed *out);

/* The bit of a no in a mask of answers, and its words: "DENY NEVER", "NEED_EVENT". Static storage. */
uint32_t policy_diff_answer(const struct policy_decision *decision);
const char *policy_diff_answer_words(unsigned bit, const char **reason);

/* A value that only one pack has, or that differs. before or after is NULL for what is not there. */
typedef void policy_diff_parameter(
    void *arg, const char *name, struct date from, const uint64_t *before, const uint64_t *after);
void policy_diff_parameters(const struct policy_pack *before, const struct policy_pack *after,
    policy_diff_parameter *report, void *arg);

#endif
