/*
 * tests/support/holders_played: a node between a hub and a keyholder that do what the test says, over real sockets, in one thread. The
 * hub's share is 3 and the keyholder's 5, so the joint key is 8.
 */
#ifndef TESTS_SUPPORT_HOLDERS_PLAYED_H
#define TESTS_SUPPORT_HOLDERS_PLAYED_H

#include "client/derive.h"
#include "tests/support/hub_played.h"
#include "tests/support/keyholder_played.h"

extern const uint8_t holders_hub_share[32], holders_keyholder_share[32], holders_joint[32];

/* What a holder does with a question. */
struct holders_does {
    const uint8_t *share;          /* NULL: it says nothing */
    enum proto_refusal refuses;    /* PROTO_ACCEPTED: it does not */
    size_t flip;                   /* this byte of the answer, counted from 1; 0: none */
    size_t cut;                    /* so many bytes of it are missing */
};

struct holders {
    struct hub_played *hub;
    struct client_node *n;
    struct keyholder_played keyholder;
    struct holders_does does_hub, does_keyholder;
    struct proto_msg asked[2];     /* the last question of each */
    uint8_t *envelope[2];
    size_t len[2], questions[2];
    uint64_t asked_ms[2];          /* when that came */
    struct client_call call;
    struct proto_subject_id got;
};

/* Setup and teardown of a cmocka test; *state is struct holders. */
int holders_open(void **state, const char *pack);
#ifdef SOURCE_DIR
static inline int holders_setup(void **state)
{
    return holders_open(state, SOURCE_DIR "/policy/packs/nl-jeugd");
}
#endif
int holders_teardown(void **state);

/* One round of node, hub and keyholder; and rounds for so long. */
void holders_turn(struct holders *w);
void holders_turn_for(struct holders *w, uint64_t ms);
/* What only memory knew is gone, as when a node ends and begins: links first, as client/vault_role closes them. */
void holders_restart(struct holders *w);

/* A command that needs the pseudonym of child n (w->got, w->call.trouble); and the same as a call that waits while it is "busy". */
enum err holders_want(struct holders *w, unsigned child);
enum err holders_want_until(struct holders *w, unsigned child);
/* How many wait; turn until none does, or fail. */
uint64_t holders_waiting(struct holders *w);
void holders_until_none_waits(struct holders *w);
void holders_until_waiting(struct holders *w, uint64_t count);
/* Rounds until the status says that what waits was refused for its number. */
void holders_until_quota(struct holders *w);
bool holders_is_known(struct holders *w, unsigned child);
/* Put children first to first + count - 1 among those that wait. */
void holders_put_waiting(struct holders *w, unsigned first, unsigned count, enum client_waiting_why why);

#endif
