/*
 * policy/sources: where in the law each rule of a pack comes from, and how far that was checked: sources.csv beside
 * its tables. Not part of the digest: a better reference changes no decision. For those who read the matrix.
 */
#ifndef POLICY_SOURCES_H
#define POLICY_SOURCES_H

#include "policy/pack.h"

/* How sure: not yet looked up, partly or in a secondary source, found. */
enum policy_sources_sure { POLICY_SURE_NO = 0, POLICY_SURE_PART, POLICY_SURE_YES, POLICY_SURE_ALL };

struct policy_sources;

/*
 * Read the text of the table; data is borrowed during the call. Every rule has exactly one row. Gives *out
 * (policy_sources_free). Mistakes as in policy_pack_load. ERR_SYNTAX, ERR_SHORT (an empty source), ERR_RANGE,
 * ERR_EXISTS, ERR_NOTFOUND (no such rule, or a rule without a row), ERR_NOMEM.
 */
MUST_USE enum err policy_sources_load(const struct policy_pack *pack, const uint8_t *data, size_t len, enum lang lang,
    csv_report *report, void *arg, struct policy_sources **out);
void policy_sources_free(struct policy_sources *sources);  /* takes NULL */

/* Of a rule by its index. The text is valid until free. */
const char *policy_sources_text(const struct policy_sources *sources, enum lang lang, size_t rule);
enum policy_sources_sure policy_sources_sure(const struct policy_sources *sources, size_t rule);

#endif
