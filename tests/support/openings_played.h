/*
 * tests/support/openings_played: a hub that the test plays, and a node with an officer's key: acts are logged, and laid open as the test
 * wants it: right, or a lie.
 */
#ifndef SUPPORT_OPENINGS_PLAYED_H
#define SUPPORT_OPENINGS_PLAYED_H

#include "client/openings.h"
#include "tests/support/check.h"
#include "tests/support/hub_played.h"

enum { OPENINGS_PLAYED_MAX = 8 };

struct openings_played {
    struct hub_played *h;
    void *home;                                         /* keys/officer, and those before it */
    uint8_t officer_public[32], officer_secret[32];
    struct proto_opening opening[OPENINGS_PLAYED_MAX];  /* of each act that was logged: right */
    size_t count;
};

int openings_played_open(void **state, const char *pack);
int openings_played_close(void **state);
#ifdef SOURCE_DIR
static inline int openings_played_setup(void **state)
{
    return openings_played_open(state, SOURCE_DIR "/policy/packs/nl-jeugd");
}
#endif

/* One more key of the officer, as keys/NAME; the node has it from now on, and what is laid open is sealed to it. */
void openings_played_key(struct openings_played *p, const char *name);
/* Log one more act of the node; its opening is added. Its proof names previous as the leaf before it. */
void openings_played_log(struct openings_played *p, uint64_t previous);
/* The same, naming the right one. */
void openings_played_act(struct openings_played *p);
/* An act that carries this statement to cjg. */
void openings_played_say(struct openings_played *p, struct proto_statement *s);

/* Wait for a question of this code; what else is asked meanwhile is answered TROUBLE. */
struct hub_played_msg *openings_played_question(struct openings_played *p, enum proto_query code);
/* Seal to this key and answer the question for openings with them; at is the place that each is said to have. flip: a byte of the seal, or none. */
struct openings_played_item { const struct proto_opening *what; struct proto_opening_place at; const uint8_t *key; size_t flip; };
void openings_played_lay(struct openings_played *p, const struct openings_played_item *items, size_t count);
/* All that were logged and are asked for, as they are; then that there are no more. */
void openings_played_lay_right(struct openings_played *p);
/* The place that belongs to it. */
struct proto_opening_place openings_played_place(const struct proto_opening *o);
void openings_played_status(struct openings_played *p, struct client_openings_status *out);

#endif
