/*
 * client/desk_reply: rows of the desk as answers: per section what the answer is, the next step and whose it
 * is.
 */
#ifndef CLIENT_DESK_REPLY_H
#define CLIENT_DESK_REPLY_H

#include "client/desk.h"
#include "client/explain.h"

/* The words in which this node explains. */
struct client_tongue client_reply_tongue(const struct client_node *n, enum lang lang);

/* One section's object: section, verdict, reason, rule, text, step, whose. */
void client_reply_decision(cJSON *array, struct client_node *n, enum lang lang, enum client_reader reader,
    const char *section, const struct policy_decision *d);
/* What goes with reading granted (of an own request; before the grant what the hub permits), as sentences:
 * "duties". Only what is still to be done: none when nothing is to be read any more. */
void client_reply_duties(cJSON *obj, struct client_node *n, enum lang lang, const struct client_desk *d);
/* Must the family be told before it is read? */
bool client_reply_tell_first(const struct client_node *n, const struct client_desk *d);
/* The hub's answer as the asker reads it: "sections", each with "then" where more is sure to be needed after the step it names. */
void client_reply_rows(cJSON *obj, struct client_node *n, enum lang lang, const struct client_desk *d);
/* The hub's no to an own grant, as the holder reads it: "lacking", with the sections that are no yes (client/lacking). */
void client_reply_lacking(cJSON *obj, struct client_node *n, enum lang lang, const struct client_desk *d);
/* The row: request, from, to, child, purpose, state, sections and so on. */
void client_reply_desk(
    cJSON *obj, struct client_node *n, struct vault_txn *x, enum lang lang, const struct client_desk *d);

#endif
