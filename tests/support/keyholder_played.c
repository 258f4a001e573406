#include "tests/support/keyholder_played.h"

#include "client/keylink.h"
#include "proto/sign.h"
#include "tests/support/check.h"
#include "tests/support/wire_peer.h"

#include <stdlib.h>

enum { TRIES = 50 };

void keyholder_played_open(struct keyholder_played *k, struct client_node *n, keyholder_answers *answers, void *arg)
{
    struct trouble t = {.lang = LANG_EN};

    *k = (struct keyholder_played){.answers = answers, .arg = arg};
    for (unsigned i = 0; i < TRIES && k->server == NULL; i++) {
        wire_peer_address(wire_peer_port(), k->address);
        t.err = OK;
        if (wire_listen(k->address, NULL, &k->server, &t) != OK)
            k->server = NULL;
    }
    if (k->server == NULL)
        fail_msg("the keyholder does not listen: %s", t.text);
    n->region.has_keyholder = true;
    assert_err(client_keylink_open(n, k->address, NULL, &t), OK);
}

void keyholder_played_close(struct client_node *n)
{
    client_keylink_close(n->keylink);
    n->keylink = NULL;
}

static void send_reply(struct keyholder_played *k, const uint8_t *route, size_t route_len, const struct proto_reply *r)
{
    uint8_t *body = malloc(PROTO_FRAME_MAX), *frame = malloc(PROTO_FRAME_MAX);
    size_t body_len = 0, len = 0;

    assert_true(body != NULL && frame != NULL);
    assert_err(proto_reply_encode(r, 0, body, PROTO_FRAME_MAX - PROTO_FRAME_HEAD, &body_len), OK);
    assert_err(proto_frame_encode(PROTO_REPLY, body, body_len, frame, PROTO_FRAME_MAX, &len), OK);
    assert_err(wire_server_send(k->server, route, route_len, frame, len), OK);
    free(body);
    free(frame);
}

static void take(struct keyholder_played *k, const uint8_t *frame, size_t len, const uint8_t *route, size_t route_len)
{
    struct proto_reply r = {.result = PROTO_ACCEPTED};
    struct keyholder_question q;
    struct proto_signed s;

    assert_err(proto_frame_decode(frame, len, &q.kind, &q.envelope, &q.len), OK);
    assert_err(proto_sign_decode(q.envelope, q.len, &s), OK);
    assert_err(proto_sign_check_all(&s), OK);
    assert_err(proto_msg_decode(q.kind, s.body, s.body_len, &q.msg), OK);
    memcpy(r.id, q.msg.head.id, sizeof r.id);
    if (k->answers(k->arg, &q, &r))
        send_reply(k, route, route_len, &r);
}

void keyholder_played_turn(struct keyholder_played *k, struct client_node *n)
{
    uint8_t route[WIRE_ROUTE_MAX];
    size_t route_len = 0, len = 0;
    const uint8_t *frame = NULL;
    void *handle = NULL;

    while (wire_server_recv(k->server, route, &route_len, &handle, &frame, &len) == OK) {
        take(k, frame, len, route, route_len);
        wire_free(handle);
    }
    client_keylink_ready(n);
}
