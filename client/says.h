/*
 * client/says: a statement for the registry in one sentence, for whoever makes, reads aloud or signs it: the file has ids and keys.
 */
#ifndef CLIENT_SAYS_H
#define CLIENT_SAYS_H

#include "base/err.h"
#include "proto/registry_say.h"

enum { CLIENT_SAYS_MAX = 256 };

/* about: the handle of whom it is about, or what stands for it; may be "" where it is about the log or a pack. Always terminated. */
void client_says(const struct proto_registry_say *s, const char *about, enum lang lang, char out[CLIENT_SAYS_MAX]);

#endif
