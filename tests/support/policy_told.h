/*
 * tests/support/policy_told: what a comparison of two packs told, as boxes and as text.
 */
#ifndef SUPPORT_POLICY_TOLD_H
#define SUPPORT_POLICY_TOLD_H

#include "policy/diff.h"

enum { SUPPORT_BOXES_MAX = 4096, SUPPORT_TOLD_MAX = 32768 };

/* Every box; each box as a line of text; and the examples of each pack as a table of cases. */
struct support_policy_told {
    const struct policy_pack *pack[2];
    size_t boxes;
    enum policy_diff_kind kind[SUPPORT_BOXES_MAX];
    struct policy_diff_box box[SUPPORT_BOXES_MAX];
    int age[POLICY_AGE_MAX + 2];
    size_t ages;
    char text[SUPPORT_TOLD_MAX], rows[2][SUPPORT_TOLD_MAX];
    size_t groups;
};

/* Compare; fails the test if it cannot be done. */
struct policy_diffed support_policy_tell(struct support_policy_told *told, const struct policy_pack *before,
    const struct policy_pack *after, enum lang lang);

/* Fails the test unless there were so many groups of each kind. */
void support_policy_groups(const struct support_policy_told *told, const struct policy_diffed *diffed,
    const size_t groups[POLICY_DIFF_KINDS]);

/* Text at the end of a text of SUPPORT_TOLD_MAX. */
void support_policy_add(char *text, const char *more);

#endif
