/*
 * policy/texts: the words of a pack for people, in Dutch and English: texts.csv beside its tables. Not part
 * of the pack's digest: words may be mended without another policy. Nothing is loaded that lacks a text for
 * anything in the pack.
 *
 * Keys: verdict.PERMIT, reason.REFUSED, asker.consent, asker.holder, step.event, step.consent,
 * step.weigh_asker, step.weigh_holder, step.approval, no.consent, no.stops, no.stays, no.safety (what a no of
 * the family means), who.y, duty.log, question.1, class.S1, and kind., purpose.,
 * section., ground. and event. followed by a name of the pack.
 */
#ifndef POLICY_TEXTS_H
#define POLICY_TEXTS_H

#include "policy/pack.h"

struct policy_texts;

/*
 * Read the text of the table; data is borrowed during the call. Gives *out (policy_texts_free). Mistakes as
 * in policy_pack_load. ERR_SYNTAX, ERR_LONG, ERR_SHORT (an empty text), ERR_EXISTS, ERR_NOTFOUND, ERR_NOMEM.
 */
MUST_USE enum err policy_texts_load(const struct policy_pack *pack, const uint8_t *data, size_t len,
    enum lang lang, csv_report *report, void *arg, struct policy_texts **out);
void policy_texts_free(struct policy_texts *texts);  /* takes NULL */

/*
 * The text of a key in two parts, such as "event" and "VZM"; name itself when there is none. Valid until
 * free.
 */
const char *policy_texts_get(
    const struct policy_texts *texts, enum lang lang, const char *group, const char *name);

#endif
