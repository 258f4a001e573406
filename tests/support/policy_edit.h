/*
 * tests/support/policy_edit: copies of a pack in which somebody made a mistake.
 */
#ifndef SUPPORT_POLICY_EDIT_H
#define SUPPORT_POLICY_EDIT_H

#include "policy/invariants.h"

/* One text of one table becomes another; it must stand there once. */
struct support_policy_edit {
    enum policy_table_id table;
    const char *from, *to;
};

/* The pack of a folder with n edits; fails the test if it does not load. Gives it (policy_pack_free). */
struct policy_pack *support_policy_edited(
    const char *folder, const struct support_policy_edit *edits, size_t n);

/*
 * The tables of a folder and its invariants.csv into another folder, with one edit (NULL: none); a pack.json
 * that lies there goes. Fails the test if it cannot be done.
 */
void support_policy_copy(const char *from, const char *to, const struct support_policy_edit *edit);
/* Remove what support_policy_copy put there; then the folder. */
int support_policy_remove(const char *folder);

/* A text with one change; fails the test if from does not stand there once. Gives it (free). */
char *support_policy_replace(const char *text, const char *from, const char *to);

/* invariants.csv of a folder for a pack; fails the test if it does not load. Gives it
 * (policy_invariants_free). */
struct policy_invariants *support_policy_invariants(const char *folder, const struct policy_pack *pack);

#endif
