/*
 * client/lapsed: what became of a consent that counts no more, for the people of the holder: without it they read that there was never one,
 * and ask the family for what it gave. For the holder alone: the asker hears nothing of why.
 */
#ifndef CLIENT_LAPSED_H
#define CLIENT_LAPSED_H

#include "client/facts.h"

enum { CLIENT_LAPSED_TEXT = 400 };

/*
 * Is this section's want of a consent explained by one that lapsed? Not where a newer one covers the section, or one waits to be checked: then that is what
 * is to be said. f as client_facts_collect left it.
 */
bool client_lapsed_explains(const struct client_facts *f, const char *section);
/* "It was withdrawn on 2026-11-22 by cjg." and what can be done. Into out, always terminated; "" for none. */
void client_lapsed_text(const struct client_node *n, enum lang lang, const struct client_lapsed *l, char *out, size_t out_len);

#endif
