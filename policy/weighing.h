/*
 * policy/weighing: the questions of a weighing as data: which must be answered when, and short answers to pick
 * from, in Dutch and English: weighing.csv beside the tables of a pack. Like texts.csv it is not part of the
 * pack's digest: it asks more or less of one's own people and never changes what may leave. The questions'
 * own words are in texts.csv. POLICY.md, duties.
 */
#ifndef POLICY_WEIGHING_H
#define POLICY_WEIGHING_H

#include "policy/duty.h"
#include "policy/pack.h"

enum { POLICY_PICKS_MAX = 128 };

/* A short answer. The texts belong to the weighing. */
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
    struct csv *csv;             /* holds the texts */
};

/*
 * Read the text of the table; data is borrowed during the call. Gives *out (policy_weighing_free). Mistakes as
 * in policy_pack_load. ERR_SYNTAX, ERR_RANGE, ERR_LONG, ERR_SHORT, ERR_EXISTS, ERR_NOMEM.
 */
MUST_USE enum err policy_weighing_load(
    const uint8_t *data, size_t len, enum lang lang, csv_report *report, void *arg, struct policy_weighing **out);
void policy_weighing_free(struct policy_weighing *w);  /* takes NULL */

/* The questions that a weighing under this rule must answer for these sections; bit 0 is question 1. */
uint32_t policy_weighing_questions(
    const struct policy_weighing *w, const struct policy_pack *pack, int rule, uint64_t sections);

/* The short answer of this name to a question; NULL: none, so it is somebody's own words. */
const struct policy_pick *policy_weighing_pick(
    const struct policy_weighing *w, unsigned question, const char *name);

#endif
