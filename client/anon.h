/*
 * client/anon: does a text without names give somebody away all the same? What a program can see: a citizen
 * number, a date, a postal code, an e-mail address, a telephone number, and the name of a child of the own
 * record. What only a person can see (the only girl with a wheelchair) stays the work of the second look.
 * MODEL sections 3 and 5: the flag "identifiable", the duty "minimal".
 */
#ifndef CLIENT_ANON_H
#define CLIENT_ANON_H

#include "client/node.h"

enum client_anon_what {
    CLIENT_ANON_NOTHING = 0,
    CLIENT_ANON_NUMBER,
    CLIENT_ANON_DATE,
    CLIENT_ANON_POSTCODE,
    CLIENT_ANON_MAIL,
    CLIENT_ANON_PHONE,
    CLIENT_ANON_NAME,
    CLIENT_ANON_END
};

/* The first of these in the text, but for names. Pure. */
enum client_anon_what client_anon_in_text(const char *text);
/* The first in any field of content: {"field":"text"}; names of the own record too. */
MUST_USE enum err client_anon_in_content(
    struct client_node *n, struct vault_txn *x, const cJSON *content, enum client_anon_what *out);
/* "a citizen number", for people. Static. */
const char *client_anon_name(enum client_anon_what what, enum lang lang);

#endif
