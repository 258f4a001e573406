/*
 * tests/liar: a hub, a keyholder and a partner built to lie. They are the programs of the repository, linked once more with some calls between their
 * files led through here (-Wl,--wrap), so that each lie is one small change after the honest work, told with the real store and the real
 * keys. What is told, and about what, stands in the file "lie" of the home and is read again all the time:
 *
 *     NAME WHAT            one lie a line; WHAT is what it is told about: "answer:statement", "mail:release", "query:consistency"
 *
 * A line is bound to the first thing of its kind that comes by, and tells that lie about that thing until the file changes; a name that begins
 * with "every-" is bound to nothing and told about all of its kind. An empty file is an honest program. Each lie that was told is a line
 * "NAME WHAT WHICH" in the file "told". Programs of the release know nothing of this.
 */
#ifndef TESTS_LIAR_LIAR_H
#define TESTS_LIAR_LIAR_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

enum { LIAR_WHICH = 16 };

/* Where the files lie; before anything is told. */
void liar_home(const char *home);
const char *liar_folder(void);
/* Look at the file again. Not while what liar_about returned is in use. */
void liar_look(void);

/* The name of the lie to be told about this thing, NULL for the truth. Valid until liar_look. */
const char *liar_about(const char *family, const char *what, const uint8_t which[LIAR_WHICH]);
/* The same for what has a number. */
const char *liar_about_number(const char *family, const char *what, uint64_t number);

/* Sign text as this log does: the real key, or one made up that goes by the log's name. */
enum liar_key { LIAR_LOG_KEY, LIAR_OTHER_KEY };
struct proto_merkle_head;
MUST_USE enum err liar_checkpoint(const char *log_vkey, enum liar_key which, const struct proto_merkle_head *head, uint8_t *out, size_t cap,
    size_t *len);

#endif
