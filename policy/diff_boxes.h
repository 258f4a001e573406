/*
 * policy/diff_boxes: many single combinations as few products, so that a person can read them. For
 * policy/diff only.
 */
#ifndef POLICY_DIFF_BOXES_H
#define POLICY_DIFF_BOXES_H

#include "policy/diff.h"

/* Merge n boxes that do not overlap, in place; how many are left. They hold what they held, each once. */
size_t policy_diff_boxes_merge(struct policy_diff_box *box, size_t n);

#endif
