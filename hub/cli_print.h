/*
 * hub/cli_print: an answer for people: a line for each value, lists as tables with heads. What others wrote cannot move the cursor.
 */
#ifndef HUB_CLI_PRINT_H
#define HUB_CLI_PRINT_H

#include "base/err.h"
#include "base/json.h"

#include <stdio.h>

/* On out. What stands under "verdict" comes first, as a sentence of its own. */
void hub_cli_print(FILE *out, const cJSON *reply, enum lang lang);

#endif
