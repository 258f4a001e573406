/*
 * client/paper: lines for people: wrapped to the width of the terminal (60 to 100 columns), with colour only
 * where somebody looks at a terminal and NO_COLOR is not set. Texts of others cannot move the cursor or turn
 * the direction of writing.
 */
#ifndef CLIENT_PAPER_H
#define CLIENT_PAPER_H

#include "base/err.h"
#include "base/json.h"

#include <stdbool.h>
#include <stdio.h>

struct client_paper {
    FILE *out;
    enum lang lang;
    bool colour;
    int width;
    const cJSON *words; /* what policy.show gave: {"purpose":{"NAME":"words"}}; NULL: names stand for
                           themselves. Borrowed. */
};

/* Where the text of a pair begins. */
enum { CLIENT_PAPER_PAIR = 13 };

enum client_style { CLIENT_PLAIN, CLIENT_BOLD, CLIENT_DIM, CLIENT_GREEN, CLIENT_YELLOW, CLIENT_RED };

/* Standard output, as wide as it is. */
void client_paper_init(struct client_paper *p, enum lang lang);
/* The text of the paper's language. */
const char *client_paper_say(const struct client_paper *p, const char *en, const char *nl);
/* The words of the pack for a name, such as "purpose" and "att_followup"; the name itself when there are
 * none. */
const char *client_paper_word(const struct client_paper *p, const char *group, const char *name);

/* Text on this line, wherever the cursor is. Returns its columns. */
int client_paper_put(const struct client_paper *p, enum client_style style, const char *text);
/* Blanks up to a column, at least one when text stands there already. at: where the cursor is. Returns the
 * column. */
int client_paper_tab(const struct client_paper *p, int at, int to);
/*
 * A paragraph from column "at", its later lines from column "indent", ended by a line feed. A line feed in
 * the text begins a new line. The first line, too, is broken before a word that does not fit.
 */
void client_paper_fill(
    const struct client_paper *p, enum client_style style, int at, int indent, const char *text);
/* The same in one: printf formats with the same arguments, with indent blanks before. */
void client_paper_line(const struct client_paper *p, enum client_style style, int indent, const char *en,
    const char *nl, ...) PRINTF_LIKE(4, 6) PRINTF_LIKE(5, 6);
/* Into out instead; always terminated. */
void client_paper_format(const struct client_paper *p, char *out, size_t out_len, const char *en,
    const char *nl, ...) PRINTF_LIKE(4, 6) PRINTF_LIKE(5, 6);
/* "  Label      text": nothing for an empty text. */
void client_paper_pair(const struct client_paper *p, const char *label, const char *text);
/* Left in bold, right dim at the end of the line (on a line of its own when there is no room). */
void client_paper_head(const struct client_paper *p, const char *left, const char *right);

/* Columns of UTF-8 text: characters, as nothing here is wider than one. */
int client_paper_width(const char *text);
/* Texts of an array with ", " between, into out; "" for none. Always terminated. */
void client_paper_list(const cJSON *array, char *out, size_t out_len);
/* A text of an object; "" when it is not there. */
const char *client_paper_text(const cJSON *obj, const char *key);
bool client_paper_true(const cJSON *obj, const char *key);
/* The first eight digits of the id under a key. */
const char *client_paper_id(const cJSON *obj, const char *key, char out[9]);
/* "today 14:05" or "2026-11-22" of the seconds under "at"; "" without. */
void client_paper_when(const struct client_paper *p, const cJSON *obj, char out[32]);

#endif
