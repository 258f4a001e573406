/*
 * client/texts: the words in which commands answer people, in Dutch and English. A reply is JSON; its keys are labelled here.
 */
#ifndef CLIENT_TEXTS_H
#define CLIENT_TEXTS_H

#include "base/err.h"

/* "outbox": "waiting to be sent"; a key without a row is shown with spaces for underscores, into out. */
void client_texts_label(const char *key, enum lang lang, char *out, size_t out_len);

#endif
