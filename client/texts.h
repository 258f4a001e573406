/*
 * client/texts: the words in which commands answer people, in Dutch and English. A reply is JSON; its keys are labelled here.
 */
#ifndef CLIENT_TEXTS_H
#define CLIENT_TEXTS_H

#include "base/err.h"

/* "outbox": "waiting to be sent"; a key without a row is shown with spaces for underscores, into out. */
void client_texts_label(const char *key, enum lang lang, char *out, size_t out_len);

/* A role (proto_role_name) and a kind of statement or message (proto_statement_name, proto_kind_name) in words; the name itself when
 * there are none. */
const char *client_texts_role(const char *name, enum lang lang);
const char *client_texts_kind(const char *name, enum lang lang);

/* What stands for a value in --help ("DATE", "SECTION,...") in words; the same when there are none. */
const char *client_texts_value(const char *value, enum lang lang);
/* A field of a record, such as "birth_date", in words; the name itself when there are none. */
const char *client_texts_field(const char *name, enum lang lang);
/* "g1 g2" as a record has it: "parent 1, parent 2". Always terminated; a name without words stands as it is. */
void client_texts_custody(const char *names, enum lang lang, char *out, size_t out_len);

#endif
