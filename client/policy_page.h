/*
 * client/policy_page: pages about a pack for people to read and print: one HTML file that needs no other, with its
 * style and its few lines of script inside. Text is escaped here and nowhere else. Without the script all is there to
 * read, only the filter is not; on paper it is as the filter left it.
 */
#ifndef CLIENT_POLICY_PAGE_H
#define CLIENT_POLICY_PAGE_H

#include "base/err.h"
#include "policy/pack.h"

#include <stdbool.h>
#include <stdio.h>

/* Text between tags or in a quoted attribute. */
void client_policy_page_text(FILE *out, const char *text);

/* <tag>text</tag>; tag may hold attributes: "th scope=\"col\"". */
void client_policy_page_put(FILE *out, const char *tag, const char *text);

/* Up to the title's heading, and from there to the end. The page says which pack it is of. */
void client_policy_page_open(FILE *out, enum lang lang, const char *title, const struct policy_pack *pack, bool draft);
void client_policy_page_close(FILE *out, bool filters);

#endif
