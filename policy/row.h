/*
 * policy/row: one combination of facts, and what a pack answers, as a row of cases.csv: to be read by people,
 * and to be run again by "policy test". Pure.
 */
#ifndef POLICY_ROW_H
#define POLICY_ROW_H

#include "policy/space.h"

enum { POLICY_ROW_MAX = 4096 };

/* Everything borrowed. */
struct policy_row {
    const char *id, *why;
    const struct policy_space *space;
    struct policy_space_cell cell;
    const struct policy_facts *facts;  /* all but its events */
    uint64_t events, own;              /* indexes of the space; own: set by the asker, without a reference */
    const struct policy_decision *decision;
    const char *rule;                  /* the id of the rule that decided; "" for none */
};

/* The columns of cases.csv, comma between them, without the end of the line. */
extern const char policy_row_header[];

/* The row, without the end of the line. POLICY_ROW_MAX is enough for any; in less it ends early. */
void policy_row_write(const struct policy_row *row, char *out, size_t out_len);

/* How many words of facts it has: the fewer the smaller. */
unsigned policy_row_words(const struct policy_row *row);

#endif
