#include "tests/support/hub_played.h"
#include "tests/support/wire_peer.h"

#include "client/hublink_parts.h"
#include "client/openings.h"
#include "proto/sign.h"
#include "tests/support/check.h"
#include "tests/support/own_time.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

enum { STEP_MS = 20 };

/* The fixture's stand-in for a link, as it made it. */
static void drop_stand_in(struct client_node *n)
{
    client_outbox_drop(n->link);
    free(n->link->body);
    free(n->link);
    n->link = NULL;
}

static void put_stand_in(struct client_node *n)
{
    n->link = calloc(1, sizeof *n->link);
    assert_non_null(n->link);
    n->link->body = malloc(1);
    assert_non_null(n->link->body);
}

static void start_listening(struct hub_played *h)
{
    struct trouble t = {.lang = LANG_EN};

    for (int i = 0; i < 50 && h->server == NULL; i++) {
        t.err = OK;
        if (wire_listen(h->address, NULL, &h->server, &t) != OK)
            (void)usleep(50000);
    }
    if (h->server == NULL)
        fail_msg("the hub does not listen: %s", t.text);
}

int hub_played_setup(void **state, const char *pack)
{
    struct hub_played *h = calloc(1, sizeof *h);
    struct trouble t = {.lang = LANG_EN};
    void *fixture = NULL;

    if (h == NULL || client_fixture_open(&fixture, pack) != 0)
        return -1;
    own_time_begin();
    h->f = fixture;
    h->answers_probe = true;
    log_sample_init(&h->log);
    log_sample_into(&h->log, &h->f->region);
    log_sample_fill(&h->log, 4);
    (void)snprintf(h->address, sizeof h->address, "127.0.0.1:%u", wire_peer_port());
    start_listening(h);
    h->n = client_fixture_node(h->f, VO);
    drop_stand_in(h->n);
    if (client_hublink_open(h->n, h->address, NULL, &t) != OK)
        fail_msg("the link does not open: %s", t.text);
    *state = h;
    return 0;
}

int hub_played_teardown(void **state)
{
    struct hub_played *h = *state;
    void *fixture = h->f;

    client_hublink_close(h->n->link);
    own_time_end();
    put_stand_in(h->n);
    for (size_t i = 0; i < h->count; i++)
        free(h->in[i].envelope);
    free(h);
    return client_fixture_close(&fixture);
}

void hub_played_away(struct hub_played *h)
{
    for (size_t i = 0; i < h->count; i++) {
        h->deaf += !h->in[i].answered;
        h->in[i].answered = true;
    }
    h->answers_probe = false;
}

static void take(struct hub_played *h, const uint8_t *frame, size_t len, const uint8_t *route, size_t route_len)
{
    struct hub_played_msg *m = &h->in[h->count];
    struct proto_signed s;
    const uint8_t *body = NULL;
    size_t body_len = 0;

    assert_true(h->count < HUB_PLAYED_MAX);
    assert_err(proto_frame_decode(frame, len, &m->kind, &body, &body_len), OK);
    m->envelope = check_exact(body, body_len);
    m->len = body_len;
    memcpy(m->route, route, route_len);
    m->route_len = route_len;
    assert_err(proto_sign_decode(m->envelope, m->len, &s), OK);
    assert_err(proto_sign_check_all(&s), OK);
    assert_memory_equal(s.by[0].key, h->n->node_public, 32);
    assert_err(proto_msg_decode(m->kind, s.body, s.body_len, &m->msg), OK);
    h->count++;
}

static void answer(struct hub_played *h, struct hub_played_msg *m, const struct proto_reply *reply)
{
    uint8_t *body = malloc(PROTO_FRAME_MAX), *frame = malloc(PROTO_FRAME_MAX);
    size_t body_len = 0, len = 0;

    assert_true(body != NULL && frame != NULL && !m->answered);
    assert_err(proto_reply_encode(reply, 0, body, PROTO_FRAME_MAX - PROTO_FRAME_HEAD, &body_len), OK);
    assert_err(proto_frame_encode(PROTO_REPLY, body, body_len, frame, PROTO_FRAME_MAX, &len), OK);
    assert_err(wire_server_send(h->server, m->route, m->route_len, frame, len), OK);
    m->answered = true;
    free(body);
    free(frame);
}

static struct proto_reply reply_to(const struct hub_played *h, const struct hub_played_msg *m)
{
    struct proto_reply r = {.hub_time_s = h->f->now_s};

    memcpy(r.id, m->msg.head.id, sizeof r.id);
    return r;
}

void hub_played_refuse(struct hub_played *h, struct hub_played_msg *m, enum proto_refusal result)
{
    struct proto_reply r = reply_to(h, m);

    r.result = (uint8_t)result;
    answer(h, m, &r);
}

void hub_played_log(struct hub_played *h, struct hub_played_msg *m, enum proto_refusal result)
{
    struct proto_reply r = reply_to(h, m);

    r.result = (uint8_t)result;
    r.has_receipt = true;
    log_sample_act(&h->log, &m->msg, (struct proto_blob){m->envelope, m->len}, 0, ++h->number, h->f->now_s, result, &r.receipt);
    h->receipt = r.receipt;
    answer(h, m, &r);
}

void hub_played_payload(struct hub_played *h, struct hub_played_msg *m, struct proto_blob payload)
{
    struct proto_reply r = reply_to(h, m);

    r.payload = payload;
    answer(h, m, &r);
}

static bool is_probe(const struct hub_played_msg *m)
{
    return m->kind == PROTO_QUERY && m->msg.code == PROTO_QUERY_CHECKPOINT;
}

static void serve(struct hub_played *h)
{
    uint8_t route[WIRE_ROUTE_MAX];
    size_t route_len = 0, len = 0;
    void *handle = NULL;
    const uint8_t *frame = NULL;

    while (wire_server_recv(h->server, route, &route_len, &handle, &frame, &len) == OK) {
        take(h, frame, len, route, route_len);
        wire_free(handle);
        if (is_probe(&h->in[h->count - 1]) && h->answers_probe) {
            log_sample_checkpoint(&h->log);
            hub_played_payload(h, &h->in[h->count - 1], (struct proto_blob){h->log.note, h->log.note_len});
        }
    }
}

static void turn_once(struct hub_played *h, uint64_t max_ms)
{
    struct pollfd fds[2];
    uint64_t wait;

    client_openings_step(h->n);
    client_hublink_step(h->n);
    wait = client_hublink_due(h->n, max_ms);
    fds[0] = (struct pollfd){.fd = client_hublink_fd(h->n->link), .events = POLLIN};
    fds[1] = (struct pollfd){.fd = wire_server_fd(h->server), .events = POLLIN};
    assert_true(poll(fds, 2, (int)wait) >= 0);
    client_hublink_ready(h->n);
    serve(h);
}

/* Nothing is on its way: each question of the node's has come here, and each answer from here has come there. */
static bool at_rest(const struct hub_played *h)
{
    size_t asked = 0, open = h->deaf;

    for (size_t i = 0; i < LINK_CALLS; i++)
        asked += h->n->link->call[i].done != NULL;
    for (size_t i = 0; i < h->count; i++)
        open += !h->in[i].answered;
    return asked <= open;
}

/* A machine that has much to do may take longer than the test gives; and what the node does with an answer may be a question. */
static void rest(struct hub_played *h)
{
    uint64_t until = clock_mono_ms() + HUB_PLAYED_MS;

    for (int turns = 0; turns < 2 && clock_mono_ms() < until; turns = at_rest(h) ? turns + 1 : 0)
        turn_once(h, at_rest(h) ? 0 : STEP_MS);
}

void hub_played_turn(struct hub_played *h, uint64_t ms)
{
    uint64_t until = clock_mono_ms() + ms, least = ms / STEP_MS;

    /* What takes several turns is done also where the machine stood still for all of the time. */
    for (uint64_t turns = 0; turns <= least || clock_mono_ms() < until; turns++)
        turn_once(h, STEP_MS);
    rest(h);
}

static struct hub_played_msg *find(struct hub_played *h, enum proto_kind kind)
{
    for (size_t i = 0; i < h->count; i++)
        if (h->in[i].kind == kind && !h->in[i].answered)
            return &h->in[i];
    return NULL;
}

struct hub_played_msg *hub_played_wait(struct hub_played *h, enum proto_kind kind)
{
    uint64_t until = clock_mono_ms() + HUB_PLAYED_MS;

    while (find(h, kind) == NULL) {
        if (clock_mono_ms() >= until)
            fail_msg("no %s came", proto_kind_name(kind));
        turn_once(h, STEP_MS);
    }
    return find(h, kind);
}

size_t hub_played_open(const struct hub_played *h, enum proto_kind kind)
{
    size_t n = 0;

    for (size_t i = 0; i < h->count; i++)
        n += h->in[i].kind == kind && !h->in[i].answered;
    return n;
}
