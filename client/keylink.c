#include "client/keylink.h"

#include "base/log.h"
#include "client/hublink_parts.h"

#include <stdlib.h>

enum { FRAME_MAX = 8192 };

struct client_keylink {
    struct wire_client *wire;
    client_link_done *done;   /* NULL: nothing is under way */
    void *arg;
    uint64_t use;             /* so that a late answer never meets a later question */
    bool up, down;
};

enum err client_keylink_open(struct client_node *n, const char *address, const struct wire_tls *tls, struct trouble *t)
{
    struct client_keylink *l = calloc(1, sizeof *l);
    enum err e = l == NULL ? ERR_NOMEM : wire_dial(address, tls, &l->wire, t);

    if (e != OK) {
        free(l);
        return trouble_at(t, e, address, 0, 0, "the link to the keyholder could not be set up",
            "de verbinding met de sleutelhouder kon niet worden gemaakt");
    }
    n->keylink = l;
    return OK;
}

void client_keylink_close(struct client_keylink *l)
{
    if (l == NULL)
        return;
    wire_close(l->wire);
    free(l);
}

int client_keylink_fd(const struct client_node *n)
{
    return n->keylink != NULL ? wire_client_fd(n->keylink->wire) : -1;
}

bool client_keylink_is_down(const struct client_node *n)
{
    return n->keylink != NULL && n->keylink->down;
}

bool client_keylink_is_up(const struct client_node *n)
{
    return n->keylink != NULL && n->keylink->up;
}

enum err client_keylink_send(struct client_node *n, enum proto_kind kind, const uint8_t *envelope, size_t len, uint32_t timeout_ms,
    client_link_done *done, void *arg)
{
    struct client_keylink *l = n->keylink;
    uint8_t frame[FRAME_MAX];
    size_t frame_len = 0;
    enum err e;

    if (l->done != NULL)
        return ERR_BUSY;
    e = proto_frame_encode(kind, envelope, len, frame, sizeof frame, &frame_len);
    if (e == OK)
        e = wire_call_start(l->wire, ++l->use, frame, frame_len, timeout_ms);
    if (e == OK) {
        l->done = done;
        l->arg = arg;
    }
    return e;
}

static void one_done(struct client_node *n, enum err result, const uint8_t *frame, size_t len, struct proto_reply *reply)
{
    struct client_keylink *l = n->keylink;
    client_link_done *done = l->done;
    bool was_down = l->down;

    if (result == OK && client_link_reply(frame, len, reply) != OK) {
        log_event(LOG_WARN, "bad-reply", "from", "keyholder", NULL);
        result = ERR_SYNTAX;
    }
    l->down = result == ERR_PEER;
    l->up = !l->down;
    if (l->down != was_down)
        log_event(l->down ? LOG_WARN : LOG_INFO, l->down ? "keyholder-unreachable" : "keyholder-reachable", NULL);
    l->done = NULL;
    done(n, l->arg, result, result == OK ? reply : NULL);
}

void client_keylink_ready(struct client_node *n)
{
    struct client_keylink *l = n->keylink;
    struct proto_reply *reply = malloc(sizeof *reply);

    while (reply != NULL) {
        uint64_t tag = 0;
        enum err result = OK;
        void *handle = NULL;
        const uint8_t *frame = NULL;
        size_t len = 0;

        if (wire_call_done(l->wire, &tag, &result, &handle, &frame, &len) != OK)
            break;
        if (l->done != NULL && tag == l->use)
            one_done(n, result, frame, len, reply);
        if (handle != NULL)
            wire_free(handle);
    }
    free(reply);
}
