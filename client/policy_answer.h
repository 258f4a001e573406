/*
 * client/policy_answer: the answer about one section, as JSON for programs and as sentences for people. What it is in
 * words comes from client/explain alone. The asker reads no more than MODEL section 2 lets it: all that is shown is
 * made of what policy_eval_for_asker leaves.
 */
#ifndef CLIENT_POLICY_ANSWER_H
#define CLIENT_POLICY_ANSWER_H

#include "base/json.h"
#include "client/policy_question.h"
#include "policy/ways.h"

#include <stdio.h>

struct client_policy_answer {
    uint8_t section;
    enum client_reader reader;
    struct policy_decision seen;  /* by this reader */
    struct client_explained words;
    struct policy_ways ways;      /* for NEED_EVENT: the rules that wait for events; else none */
    struct date last_day;         /* of access, of a PERMIT on the day of the facts; else year 0 */
    uint32_t questions;           /* of the weighing that is asked for, by now or afterwards; bit 0 is question 1 */
};

/* Decide and explain. */
void client_policy_answer_make(const struct client_policy_question *q, uint8_t section, enum client_reader reader,
    struct client_policy_answer *out);

/*
 * Into an object: section, verdict (AT_HOLDER for a step of the holder that the asker need not know), reason, rule,
 * ground, ground9, whose ("asker", "holder", "family", "nobody"), events, ways, people, duties, feedback_days,
 * access_days, last_day, questions, text, step, if_no.
 */
void client_policy_answer_json(const struct client_tongue *in, const struct client_policy_answer *answer, cJSON *row);

/* Its section as one line; and the answer as some lines, which are the same for sections with the same answer. */
void client_policy_answer_head(const struct client_tongue *in, const struct client_policy_answer *answer, FILE *out);
void client_policy_answer_print(const struct client_tongue *in, const struct client_policy_answer *answer, FILE *out);

#endif
