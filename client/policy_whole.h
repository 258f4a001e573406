/*
 * client/policy_whole: a folder with a pack, judged whole: its tables, words, questions, worked cases and invariants, every mistake of all
 * of them in one run. What an adopter wants to know before signing.
 */
#ifndef CLIENT_POLICY_WHOLE_H
#define CLIENT_POLICY_WHOLE_H

#include "base/csv.h"
#include "policy/pack.h"

/*
 * Every mistake goes to report; a case with another answer, and each broken invariant with its example, too. Gives *out (may be NULL;
 * policy_pack_free). The class of the first mistake; *out is then untouched.
 */
MUST_USE enum err client_policy_whole(const char *folder, enum lang lang, csv_report *report, void *arg, struct policy_pack **out);

#endif
