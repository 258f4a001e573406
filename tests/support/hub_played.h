/*
 * tests/support/hub_played: a hub that does what the test says: it listens on loopback, takes what a node's link sends, and answers only when
 * told to. The node is turned in between, in this same thread, and time goes on with it (own_time).
 */
#ifndef TESTS_SUPPORT_HUB_PLAYED_H
#define TESTS_SUPPORT_HUB_PLAYED_H

#include "proto/wire.h"
#include "tests/support/client_fixture.h"
#include "tests/support/log_sample.h"

enum { HUB_PLAYED_MAX = 64, HUB_PLAYED_MS = 20000 };

/* One message that came in. */
struct hub_played_msg {
    enum proto_kind kind;
    uint8_t route[WIRE_ROUTE_MAX];
    size_t route_len;
    uint8_t *envelope;
    size_t len;
    struct proto_msg msg;   /* borrows envelope */
    bool answered;
};

struct hub_played {
    struct client_fixture *f;
    struct client_node *n;          /* VO's, with a link to this hub */
    struct wire_server *server;
    char address[32];
    struct log_sample log;
    uint64_t number;                /* running number of the last leaf for VO */
    struct hub_played_msg in[HUB_PLAYED_MAX];
    size_t count;
    struct proto_receipt receipt;   /* of the last leaf; its checkpoint is the log's newest */
    size_t deaf;                    /* messages that came and that nobody will answer */
    bool answers_probe;             /* the question whether the hub is there, by itself; true at first */
};

/* Setup and teardown of a cmocka test; *state is the hub. */
int hub_played_setup(void **state, const char *pack);
int hub_played_teardown(void **state);
/* From now on it is deaf: what came in stays without an answer, and so does the question whether it is there. */
void hub_played_away(struct hub_played *h);

/* Turn node and hub for so long, and until nothing that was asked or answered is on its way between them. */
void hub_played_turn(struct hub_played *h, uint64_t ms);
/* Turn until an unanswered message of this kind is there; fails the test after HUB_PLAYED_MS. */
struct hub_played_msg *hub_played_wait(struct hub_played *h, enum proto_kind kind);
/* How many unanswered messages of a kind are there now. */
size_t hub_played_open(const struct hub_played *h, enum proto_kind kind);

/* Answer with these. */
void hub_played_refuse(struct hub_played *h, struct hub_played_msg *m, enum proto_refusal r);
void hub_played_log(struct hub_played *h, struct hub_played_msg *m, enum proto_refusal result);   /* a leaf and its receipt */
void hub_played_payload(struct hub_played *h, struct hub_played_msg *m, struct proto_blob payload);

#endif
