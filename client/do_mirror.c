#include "client/do_mirror.h"

#include "base/rd.h"
#include "base/text.h"
#include "client/calls.h"
#include "client/hublink_parts.h"

#include <stdlib.h>
#include <string.h>

/* One question at a time, and its answer until somebody takes it. */
struct client_mirror {
    uint64_t first;
    bool asking, failed;
    uint8_t *payload;
    size_t len;
};

void client_mirror_close(struct client_mirror *m)
{
    if (m == NULL)
        return;
    free(m->payload);
    free(m);
}

static void answered(struct client_node *n, void *arg, enum err result, const struct proto_reply *reply)
{
    struct client_mirror *m = arg;

    m->asking = false;
    m->failed = result != OK || reply->result != PROTO_ACCEPTED;
    free(m->payload);
    m->payload = NULL;
    if (!m->failed && (m->payload = malloc(reply->payload.len + 1)) != NULL) {
        memcpy(m->payload, reply->payload.data, reply->payload.len);
        m->len = reply->payload.len;
    }
    client_calls_again(n);
}

static enum err ask(struct client_node *n, struct client_mirror *m, uint64_t first)
{
    struct proto_msg q = {.kind = PROTO_QUERY, .code = PROTO_QUERY_LEAVES, .number = first};
    enum err e;

    if (client_link_is_down(n))
        return ERR_PEER;
    if (m->asking || !client_link_is_up(n))
        return ERR_BUSY;
    m->first = first;
    m->failed = false;
    e = client_link_ask(n, &q, LINK_QUERY_MS, answered, m);
    m->asking = e == OK;
    return e == OK ? ERR_BUSY : e;
}

static enum err give(struct client_call *c, const struct client_mirror *m)
{
    size_t checkpoint_len = 0, len, room;
    const uint8_t *checkpoint, *leaves;
    char *text;
    struct rd r;
    uint16_t count;
    enum err e = OK;

    rd_init(&r, m->payload, m->len);
    checkpoint = rd_bytes16(&r, PROTO_NOTE_MAX, &checkpoint_len);
    count = rd_u16(&r);
    len = (size_t)count * PROTO_LEAF_LEN;
    leaves = rd_view(&r, len);
    if (rd_end(&r) != OK)
        return ERR_SYNTAX;
    room = text_base64_room(len > checkpoint_len ? len : checkpoint_len);
    text = malloc(room);
    if (text == NULL)
        return ERR_NOMEM;
    text_base64(checkpoint, checkpoint_len, text, room);
    json_add_text(c->reply, "checkpoint", text);
    text_base64(leaves, len, text, room);
    json_add_text(c->reply, "leaves", text);
    json_add_u64(c->reply, "count", count);
    free(text);
    return e;
}

enum err client_do_mirror_leaves(struct client_call *c, struct vault_txn *x)
{
    struct client_node *n = c->node;
    uint64_t first = 0;
    enum err e;

    (void)x;
    if (json_u64(c->args, "first", &first) != OK)
        return trouble_at(&c->trouble, ERR_USAGE, "first", 0, 0, "is needed: a number", "is nodig: een getal");
    if (n->mirror == NULL && (n->mirror = calloc(1, sizeof *n->mirror)) == NULL)
        return ERR_NOMEM;
    if (n->mirror->failed && n->mirror->first == first) {
        n->mirror->failed = false;
        return ERR_PEER;
    }
    if (n->mirror->payload == NULL || n->mirror->first != first)
        return ask(n, n->mirror, first);
    e = give(c, n->mirror);
    free(n->mirror->payload);
    n->mirror->payload = NULL;
    return e;
}
