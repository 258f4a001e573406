#include "client/hublink_parts.h"

#include "base/log.h"
#include "client/archive.h"
#include "client/calls.h"
#include "client/distrust.h"
#include "client/clocks.h"
#include "client/openings.h"
#include "client/registry.h"
#include "proto/sign.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

static uint64_t earlier(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* ---- open and close ---- */

enum err client_hublink_open(struct client_node *n, const char *address, const struct wire_tls *tls, struct trouble *t)
{
    struct client_hublink *l = calloc(1, sizeof *l);
    enum err e = OK;

    if (l == NULL)
        return ERR_NOMEM;
    l->node = n;
    l->frame = malloc(PROTO_FRAME_MAX);
    l->body = malloc(PROTO_FRAME_MAX);
    n->link = l;
    if (l->frame == NULL || l->body == NULL)
        e = ERR_NOMEM;
    if (e == OK)
        e = client_heads_load(n);
    if (e == OK)
        e = client_outbox_load(n);
    if (e == OK)
        e = wire_dial(address, tls, &l->wire, t);
    if (e != OK) {
        n->link = NULL;
        client_hublink_close(l);
        return trouble_at(t, e, address, 0, 0, "the link to the hub could not be set up", "de verbinding met de hub kon niet worden gemaakt");
    }
    return OK;
}

void client_hublink_close(struct client_hublink *l)
{
    if (l == NULL)
        return;
    if (l->wire != NULL)
        wire_close(l->wire);
    client_outbox_drop(l);
    free(l->batch);
    free(l->frame);
    free(l->body);
    free(l);
}

int client_hublink_fd(const struct client_hublink *l)
{
    return wire_client_fd(l->wire);
}

bool client_link_is_up(const struct client_node *n)
{
    return n->link != NULL && n->link->up;
}

bool client_link_is_down(const struct client_node *n)
{
    return n->link == NULL || n->link->down;
}

bool client_link_is_trusted(const struct client_node *n)
{
    return (n->link == NULL || !n->link->forked) && !client_distrust_is_general(n) && !client_openings_stopped(n);
}

/* ---- making a message ---- */

void client_link_header(struct client_node *n, struct proto_header *h)
{
    const struct client_hublink *l = n->link;

    memcpy(h->region, n->region.hash, sizeof h->region);
    memcpy(h->from, n->me->id, sizeof h->from);
    if (sodium_is_zero(h->id, sizeof h->id))
        randombytes_buf(h->id, sizeof h->id);
    h->issued_s = clock_now_s();
    /* What was sealed under a pack goes out under it, whatever counts by then. */
    if (sodium_is_zero(h->pack, sizeof h->pack))
        memcpy(h->pack, n->pack->digest, sizeof h->pack);
    h->seen_size = l->checked.size;
    memcpy(h->seen_root, l->checked.root, sizeof h->seen_root);
    h->running = client_archive_running(n);
}

enum err client_link_sign(struct client_node *n, enum proto_kind kind, const uint8_t *body, size_t len, uint8_t *out, size_t cap,
    size_t *out_len)
{
    struct proto_signed s = {.body = body, .body_len = len, .count = 1};
    uint8_t sig[PROTO_SIG_LEN];
    const char *type = proto_msg_type(kind);
    enum err e;

    if (type == NULL || strlen(type) >= sizeof s.type)
        return ERR_RANGE;
    memcpy(s.type, type, strlen(type) + 1);
    e = proto_sign_make(type, body, len, secret_wake(n->node_key), sig);
    secret_sleep(n->node_key);
    s.by[0] = (struct proto_signed_by){n->node_public, sig};
    return e == OK ? proto_sign_encode(&s, out, cap, out_len) : e;
}

/* ---- calls ---- */

static struct link_call *free_call(struct client_hublink *l)
{
    for (size_t i = 0; i < LINK_CALLS; i++)
        if (l->call[i].done == NULL)
            return &l->call[i];
    return NULL;
}

enum err client_link_send(struct client_node *n, enum proto_kind kind, const uint8_t *envelope, size_t len, uint32_t timeout_ms,
    client_link_done *done, void *arg)
{
    struct client_hublink *l = n->link;
    struct link_call *c = free_call(l);
    size_t frame_len = 0;
    enum err e;

    if (c == NULL)
        return ERR_BUSY;
    e = proto_frame_encode(kind, envelope, len, l->frame, PROTO_FRAME_MAX, &frame_len);
    if (e == OK)
        e = wire_call_start(l->wire, (uint64_t)c->use << 32 | (uint64_t)(c - l->call), l->frame, frame_len, clock_patience_ms(timeout_ms));
    if (e == OK) {
        c->done = done;
        c->arg = arg;
        c->kind = kind;
    }
    return e;
}

enum err client_link_ask(struct client_node *n, struct proto_msg *m, uint32_t timeout_ms, client_link_done *done, void *arg)
{
    struct client_hublink *l = n->link;
    uint8_t *envelope = NULL;
    size_t body_len = 0, len = 0;
    enum err e;

    if (!l->up && !l->probing)
        return ERR_PEER;
    client_link_header(n, &m->head);
    m->head.valid_until_s = m->head.issued_s + LINK_ASK_VALID_S;
    e = proto_msg_encode(m, l->body, PROTO_FRAME_MAX, &body_len);
    if (e == OK && (envelope = malloc(body_len + 256)) == NULL)
        e = ERR_NOMEM;
    if (e == OK)
        e = client_link_sign(n, m->kind, l->body, body_len, envelope, body_len + 256, &len);
    if (e == OK)
        e = client_link_send(n, m->kind, envelope, len, timeout_ms, done, arg);
    free(envelope);
    return e;
}

enum err client_link_reply(const uint8_t *frame, size_t len, struct proto_reply *reply)
{
    enum proto_kind kind = PROTO_NONE;
    const uint8_t *body = NULL;
    size_t body_len = 0;
    enum err e = proto_frame_decode(frame, len, &kind, &body, &body_len);

    if (e == OK && kind != PROTO_REPLY)
        e = ERR_SYNTAX;
    return e == OK ? proto_reply_decode(body, body_len, reply) : e;
}

static void set_up(struct client_node *n, bool up)
{
    struct client_hublink *l = n->link;
    bool was = l->up, was_down = l->down;

    l->up = up;
    l->down = !up;
    if (up)
        l->heard_s = clock_now_s();
    if (was == up && was_down == l->down)
        return;
    log_event(up ? LOG_INFO : LOG_WARN, up ? "hub-reachable" : "hub-unreachable", NULL);
    if (up) {
        /* The log may have gone on under another origin. But who keeps the registry back does not hold up a withdrawal. */
        l->registry_wait_ms = n->registry != NULL ? clock_mono_ms() + LINK_REGISTRY_MS : 0;
        client_registry_hurry(n);
        client_outbox_wake(n);
    } else
        l->probe_at_ms = clock_mono_ms() + 500;
    client_calls_again(n);
}

/*
 * P-092: all answers of a kind have one size, so that who watches the network cannot tell a yes from a no. A hub that does not keep to it tells:
 * the answer is proven all the same, but somebody should know.
 */
static void check_size(const struct link_call *c, const struct proto_reply *reply, size_t frame_len)
{
    bool decision = c->kind == PROTO_REQUEST || c->kind == PROTO_OFFER || c->kind == PROTO_GRANT
        || (c->kind == PROTO_RELEASE && reply->result == PROTO_DENIED);
    size_t expected = PROTO_FRAME_HEAD + (size_t)(decision ? PROTO_REPLY_DECISION : PROTO_REPLY_PLAIN);

    if (c->kind < PROTO_FETCH && reply->has_receipt && frame_len != expected)
        log_event(LOG_WARN, "answer-size", "kind", proto_kind_name(c->kind), NULL);
}

static void one_done(struct client_node *n, uint64_t tag, enum err result, const uint8_t *frame, size_t len, struct proto_reply *reply)
{
    struct client_hublink *l = n->link;
    struct link_call *c = &l->call[tag & (UINT64_C(0xffffffff))];
    client_link_done *done = c->done;
    void *arg = c->arg;

    if (result == OK && client_link_reply(frame, len, reply) != OK) {
        log_event(LOG_WARN, "bad-reply", NULL);
        result = ERR_SYNTAX;
    }
    if (result == OK)
        check_size(c, reply, len);
    /* Of questions only: an act may be refused so for whom it is about. */
    if (result == OK && c->kind >= PROTO_FETCH)
        l->revoked = reply->result == PROTO_REVOKED;
    c->done = NULL;
    c->use++;
    set_up(n, result != ERR_PEER);
    if (result == OK)
        client_clocks_saw(n, reply->hub_time_s);
    done(n, arg, result, result == OK ? reply : NULL);
}

void client_hublink_ready(struct client_node *n)
{
    struct client_hublink *l = n->link;
    struct proto_reply *reply = malloc(sizeof *reply);

    while (reply != NULL) {
        uint64_t tag = 0;
        enum err result = OK;
        void *handle = NULL;
        const uint8_t *frame = NULL;
        size_t len = 0;
        enum err e = wire_call_done(l->wire, &tag, &result, &handle, &frame, &len);
        size_t at = (size_t)(tag & UINT64_C(0xffffffff));

        if (e != OK)
            break;
        if (at < LINK_CALLS && l->call[at].done != NULL && l->call[at].use == tag >> 32)
            one_done(n, tag, result, frame, len, reply);
        if (handle != NULL)
            wire_free(handle);
    }
    free(reply);
}

/* ---- is the hub there? Asked with a question that costs it nothing, so that acts are not signed anew for nobody ---- */

static void probed(struct client_node *n, void *arg, enum err result, const struct proto_reply *reply)
{
    struct client_hublink *l = n->link;

    (void)arg;
    l->probing = false;
    l->probe_at_ms = clock_mono_ms() + (l->up ? 60000 : 300);
    if (result == OK && reply->result != PROTO_ACCEPTED)
        log_event(LOG_WARN, "hub-refuses", "reason", proto_refusal_name((enum proto_refusal)reply->result), NULL);
}

static void probe(struct client_node *n)
{
    struct client_hublink *l = n->link;
    struct proto_msg m = {.kind = PROTO_QUERY, .code = PROTO_QUERY_CHECKPOINT};

    if (l->up || l->probing || clock_mono_ms() < l->probe_at_ms)
        return;
    l->probing = true;
    if (client_link_ask(n, &m, LINK_PROBE_MS, probed, NULL) != OK) {
        l->probing = false;
        l->probe_at_ms = clock_mono_ms() + 1000;
    }
}

void client_hublink_step(struct client_node *n)
{
    probe(n);
    client_outbox_step(n);
    client_inbox_step(n);
    client_heads_step(n);
}

uint64_t client_hublink_due(const struct client_node *n, uint64_t max)
{
    const struct client_hublink *l = n->link;
    uint64_t now = clock_mono_ms(), due = max;

    if (!l->up)
        return l->probing ? due : earlier(due, l->probe_at_ms > now ? l->probe_at_ms - now : 0);
    if (!l->fetching && !l->batch_waits)
        due = earlier(due, l->fetch_at_ms > now ? l->fetch_at_ms - now : 0);
    if (l->batch_waits)
        due = earlier(due, l->batch_at_ms > now ? l->batch_at_ms - now : 0);
    if (!l->checking && !l->for_ever && (l->newest.size > l->checked.size || l->other_count != 0))
        due = earlier(due, l->check_at_ms > now ? l->check_at_ms - now : 0);
    return client_outbox_due(n, now, due);
}

/* ---- status ---- */

void client_hublink_status(struct client_node *n, struct client_link_status *out)
{
    const struct client_hublink *l = n->link;

    *out = (struct client_link_status){.up = l->up, .revoked = l->revoked, .trusted = client_link_is_trusted(n),
        .contradicted = l->for_ever, .doubted = l->doubted, .heard_s = l->heard_s, .outbox = l->item_count,
        .checkpoint_size = l->newest.size, .checkpoint_s = l->newest_s, .running = n->running, .bad_mail = n->bad_mail};
    memcpy(out->checkpoint_root, l->newest.root, sizeof out->checkpoint_root);
    if (l->item_count != 0) {
        out->oldest_s = l->item[0].put_s;
        memcpy(out->trouble, l->item[0].trouble, sizeof out->trouble);
    }
}
