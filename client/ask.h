/*
 * client/ask: passphrases, from the terminal without echo or as lines of a descriptor; never from arguments or the environment.
 */
#ifndef CLIENT_ASK_H
#define CLIENT_ASK_H

#include "base/err.h"

#include <stdbool.h>

/* Gives *out (client_ask_drop). fd -1: /dev/tty with this question, twice when fresh. ERR_IO without a terminal, ERR_LONG, ERR_SYNTAX. */
MUST_USE enum err client_ask(int fd, const char *question, bool fresh, char **out, struct trouble *t);
void client_ask_drop(char *passphrase);  /* wipes and frees; takes NULL */

#endif
