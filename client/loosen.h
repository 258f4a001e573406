/*
 * client/loosen: a region's pack against the one it is made from: it may tighten anything, and loosen only what loosen.csv of the base marks.
 *
 *   what,name,may,nl,en
 *   rule,R28,loosen,...           decisions where this rule of the base matches may become looser
 *   parameter,small_cell,higher   this parameter may become higher (or lower, or any); one that is not marked may not change
 *
 * Proven over every decision (policy/diff), not a sample. Looser is: permitted where it was not; longer access; a duty less, or informing
 * later; another ground, as that is another law; a question fewer in a weighing. That an event counts by whom, how old and for whom it did not is tried too.
 */
#ifndef CLIENT_LOOSEN_H
#define CLIENT_LOOSEN_H

#include "policy/diff.h"

/* What is looser without a mark. Texts are valid during the report. */
struct client_loosened {
    const char *rule;      /* of the region's pack; "" for a parameter or a question */
    const char *text;      /* what is looser, in the language of the check */
    const char *row[2];    /* the smallest example under the base and under the region's, rows of cases.csv; "" for a parameter or a question */
    uint64_t places;
};
typedef void client_loosened_report(void *arg, const struct client_loosened *l);

struct client_loosen {
    const struct policy_pack *base, *region;
    const uint8_t *marks;       /* loosen.csv; NULL: nothing is marked */
    size_t marks_len;
    enum lang lang;
    csv_report *mistake;        /* in loosen.csv */
    client_loosened_report *report;
    void *arg;
};

/* *count is how many findings there were. The class of the first mistake in loosen.csv; ERR_NOMEM, ERR_LONG as policy_diff_run. */
MUST_USE enum err client_loosen_check(const struct client_loosen *check, size_t *count);

#endif
