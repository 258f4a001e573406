/*
 * policy/weighing: the questions of a weighing as data: which must be answered when, and short answers to pick
 * from, in Dutch and English: weighing.csv, a table of the pack like the others: a holder takes no weighing for one that
 * leaves open what this table asks. The questions' own words are in texts.csv. POLICY.md, duties.
 */
#ifndef POLICY_WEIGHING_H
#define POLICY_WEIGHING_H

#include "policy/duty.h"
#include "policy/pack.h"

enum { POLICY_PICKS_MAX = 128 };

/* A short answer. The texts belong to the pack. */
struct policy_pick {
    uint8_t question;            /* 1 to POLICY_QUESTIONS */
    const char *name, *nl, *en;
};

struct policy_weighing {
    uint32_t consented;          /* bit 0 is question 1: of S3, with consent */
    uint32_t allowed;            /* of S3, without */
    uint32_t grave;              /* of S4, and of grounds so grave that everything is weighed */
    size_t picks;
    struct policy_pick pick[POLICY_PICKS_MAX];
};

struct policy_loading;
/* For the loader: read weighing.csv into the pack's weighing. */
void policy_weighing_load(struct policy_loading *loading, const struct policy_tables *tables);

/* The questions that a weighing under this rule must answer for these sections; bit 0 is question 1. */
uint32_t policy_weighing_questions(const struct policy_pack *pack, int rule, uint64_t sections);

/* The short answer of this name to a question; NULL: none, so it is somebody's own words. */
const struct policy_pick *policy_weighing_pick(
    const struct policy_weighing *w, unsigned question, const char *name);

/* When another set of questions must be answered: "consent", "allowed" or "grave", and both sets. Only those that differ are reported. */
typedef void policy_weighing_differs(void *arg, const char *when, uint32_t before, uint32_t after);
void policy_weighing_compare(
    const struct policy_pack *before, const struct policy_pack *after, policy_weighing_differs *report, void *arg);
/* "1 7 17"; out holds POLICY_WEIGHING_LIST. "-" for none. */
enum { POLICY_WEIGHING_LIST = 3 * POLICY_QUESTIONS + 2 };
void policy_weighing_list(uint32_t questions, char out[POLICY_WEIGHING_LIST]);

#endif
