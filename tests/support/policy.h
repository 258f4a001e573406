/*
 * tests/support/policy: the pack of the repository, and packs made of texts, for the tests of policy/.
 */
#ifndef SUPPORT_POLICY_H
#define SUPPORT_POLICY_H

#include "policy/pack.h"

/* The Dutch pack; fails the test if it does not load. Gives it (policy_pack_free). */
struct policy_pack *support_policy_pack(const char *folder);

/* A small pack as texts, one per table, to be changed by a test: see policy.c. */
struct support_policy_texts {
    const char *text[POLICY_TABLES];
};
struct support_policy_texts support_policy_small(void);

/* Load texts from buffers of exactly their size. All mistakes, a line each, end up in told. */
enum err support_policy_load(const struct support_policy_texts *texts, enum lang lang, char *told,
    size_t told_len, struct policy_pack **out);

#endif
