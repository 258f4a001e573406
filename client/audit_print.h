/*
 * client/audit_print: the privacy officer's list and its completeness, for people: some lines for each act, in 60 to 100 columns. With
 * --json and --csv nothing of this is used.
 */
#ifndef CLIENT_AUDIT_PRINT_H
#define CLIENT_AUDIT_PRINT_H

#include "client/desk_print.h"

/* print columns of "audit" and "audit complete". */
void client_audit_print(const struct client_run *r, const cJSON *reply);
void client_audit_print_complete(const struct client_run *r, const cJSON *reply);

/* The same on any paper. */
client_desk_printer client_audit_print_acts, client_audit_print_whole;

#endif
