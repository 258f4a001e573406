/*
 * client/policy_family: an answer for the young person or for the parents, to be read out or handed over. What each may hear
 * is MODEL section 2: below 12 the parents hear all and the young person hears whom to ask; from 12 to 15 both, but what is under
 * professional secrecy (S4) only the young person; from 16 the young person alone; of somebody who is not able to decide the legal
 * representative is in the parents' place. Nobody hears who said yes, no or nothing: a no and a missing yes read the same, and to
 * the parents an objection is only that it is not shared now. Where a rule lets telling wait for safety nothing is said at all,
 * whatever the facts are. Words are in the texts of the pack (young., parent.).
 */
#ifndef CLIENT_POLICY_FAMILY_H
#define CLIENT_POLICY_FAMILY_H

#include "base/json.h"
#include "client/policy_question.h"

#include <stdio.h>

enum client_family { CLIENT_FAMILY_NONE = 0, CLIENT_FAMILY_YOUNG, CLIENT_FAMILY_PARENT };
/* "young", "parent"; NONE for another word, and for NULL. */
enum client_family client_policy_family_of(const char *word);
const char *client_policy_family_name(enum client_family reader);

/* Names of texts; NULL: nothing to say about it. */
struct client_policy_said {
    uint8_t section;
    const char *answer;        /* permit event consent steps no never objection later withheld */
    const char *decides;       /* whose yes is needed, where one is */
    const char *no;            /* what the reader's own no does */
    uint64_t events;           /* for "event": what would open it */
    struct date last_day;      /* of access, for "permit"; else year 0 */
};

void client_policy_family_make(
    const struct client_policy_question *q, uint8_t section, enum client_family reader, struct client_policy_said *out);
/* Into an object: section, answer, text, events (in words), last_day, decides, no. */
void client_policy_family_json(
    const struct client_tongue *in, enum client_family reader, const struct client_policy_said *said, cJSON *row);
void client_policy_family_print(
    const struct client_tongue *in, enum client_family reader, const struct client_policy_said *said, FILE *out);
/* What is the same for every section: the right to know. */
const char *client_policy_family_rights(const struct client_tongue *in, enum client_family reader);

#endif
