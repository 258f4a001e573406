/*
 * tests/support/keyholder_played: a keyholder that answers a node as the test says, over a real socket, in the thread of the test. What it takes
 * is a message of that node, signed; what it answers is in the test's function.
 */
#ifndef TESTS_SUPPORT_KEYHOLDER_PLAYED_H
#define TESTS_SUPPORT_KEYHOLDER_PLAYED_H

#include "client/node.h"
#include "proto/reply.h"
#include "proto/wire.h"

struct keyholder_question {
    enum proto_kind kind;
    struct proto_msg msg;          /* borrows envelope */
    const uint8_t *envelope;
    size_t len;
};

/* Fill the result and the payload, which lives until the next question; false: it says nothing. */
typedef bool keyholder_answers(void *arg, const struct keyholder_question *q, struct proto_reply *r);

struct keyholder_played {
    struct wire_server *server;
    char address[32];
    keyholder_answers *answers;
    void *arg;
};

/* It listens, and the node of a region that has a keyholder now dials it. */
void keyholder_played_open(struct keyholder_played *k, struct client_node *n, keyholder_answers *answers, void *arg);
/* The node's side of it. */
void keyholder_played_close(struct client_node *n);
/* All that came is answered, and the node reads what was answered before. */
void keyholder_played_turn(struct keyholder_played *k, struct client_node *n);

#endif
