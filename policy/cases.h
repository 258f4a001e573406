/*
 * policy/cases: a table of worked cases against a pack: each row's facts are evaluated as a node would, and
 * the answer is compared with the one the row expects. Any other answer is a mismatch, a stricter one too.
 * POLICY.md, cases.
 */
#ifndef POLICY_CASES_H
#define POLICY_CASES_H

#include "policy/pack.h"

/* One row. Texts are borrowed from the table and valid during the report. */
struct policy_case {
    const char *id, *why, *detail;  /* detail: the rule or reason that is expected, "" for neither */
    uint32_t line;
    struct policy_facts facts;
    uint8_t section;
    enum policy_verdict expected;
};

typedef void policy_case_report(void *arg, const struct policy_case *row, const struct policy_decision *got);

/* What to run and whom to tell. mistake and mismatch may be NULL. */
struct policy_cases_run {
    const struct policy_pack *pack;
    const char *name;            /* of the table, for messages */
    const uint8_t *data;
    size_t len;
    enum lang lang;
    csv_report *mistake;         /* a row that cannot be read: it counts as failed; at most 100 are told */
    policy_case_report *mismatch;
    void *arg;
};

/*
 * Run all rows; set *passed and *failed. ERR_SYNTAX, ERR_LONG or ERR_NOMEM when the table as a whole cannot
 * be read: both are then untouched.
 */
MUST_USE enum err policy_cases_check(const struct policy_cases_run *run, size_t *passed, size_t *failed);

#endif
