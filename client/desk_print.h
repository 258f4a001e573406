/*
 * client/desk_print: what the commands of casework say to people, in 60 to 100 columns. With --json nothing
 * of this is used.
 */
#ifndef CLIENT_DESK_PRINT_H
#define CLIENT_DESK_PRINT_H

#include "client/cmd.h"
#include "client/paper.h"

/* The print column of client/desk_cmds: asks the node for the words of the pack, and prints by the command's
 * name. */
void client_desk_print(const struct client_run *r, const cJSON *reply);

/* ---- the parts ---- */

/* args: the options of the command, for what the answer does not repeat. */
typedef void client_desk_printer(const struct client_paper *p, const cJSON *args, const cJSON *reply);

/* client/desk_print_request.c */
client_desk_printer client_desk_print_asked, client_desk_print_request, client_desk_print_requests,
    client_desk_print_preview, client_desk_print_grant, client_desk_print_open, client_desk_print_approve;
/* client/desk_print_after.c: the clocks of a request, and the answer to an approval afterwards */
client_desk_printer client_desk_print_clocks, client_desk_print_looked;
/* client/desk_print_weigh.c */
client_desk_printer client_desk_print_weigh;
/* client/desk_print_outbox.c */
client_desk_printer client_desk_print_outbox, client_desk_print_dropped;
/* client/desk_print_inbox.c */
client_desk_printer client_desk_print_inbox, client_desk_print_opened, client_desk_print_cases, client_desk_print_children,
    client_desk_print_record, client_desk_print_policy, client_desk_print_import;
/* client/desk_print_said.c */
client_desk_printer client_desk_print_events, client_desk_print_event, client_desk_print_consents,
    client_desk_print_consent, client_desk_print_statements;

/* ---- what they share ---- */

enum { CLIENT_DESK_TEXT = 1024 };

/* The words of the pack, asked of the node: what is under "words" is for struct client_paper. NULL: there are none. cJSON_Delete. */
cJSON *client_desk_print_words(const struct client_run *r);

/* "help after a report of absence (att_followup)": what it is, and what to type. */
void client_desk_print_purpose(const struct client_paper *p, const char *name, char out[CLIENT_DESK_TEXT]);
/* The child of a row. One without a name here is called by a number: "child 3f2a91c0". Returns out. */
const char *client_desk_print_child(
    const struct client_paper *p, const cJSON *row, char out[CLIENT_DESK_TEXT]);
/*
 * What was decided for each section, as replies have it under "sections". Sections with the same answer stand
 * together: the answer, their names, the sentence, the step and whose it is. yes: the word for a permission;
 * holder: how the holder's steps begin ("You: "). client/desk_print_answer.c
 */
void client_desk_print_answers(
    const struct client_paper *p, const cJSON *sections, const char *yes, const char *holder);
/* Sections and their fields, both with their words; with_names: and the names under which fields are written. */
void client_desk_print_content(const struct client_paper *p, const cJSON *sections, bool with_names);
/* An empty list: en and nl say what to do; beyond the last page only that. */
void client_desk_print_none(const struct client_paper *p, const cJSON *args, const char *en, const char *nl);
/* "And 120 more: add --skip 80", when there are. */
void client_desk_print_more(const struct client_paper *p, const cJSON *reply);
/* Why a request was refused, in words for who asked (mine) or who refused; one that is not known is shown as it is. */
void client_desk_print_reason(const struct client_paper *p, const char *label, const char *reason, bool mine);
/* What goes with reading it, when the reply says so. */
void client_desk_print_duties(const struct client_paper *p, const cJSON *reply);
/* "Kept; it goes out when ...", when it is so. */
void client_desk_print_queued(const struct client_paper *p, const cJSON *reply);

#endif
