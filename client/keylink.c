#include "client/keylink.h"

#include "base/log.h"
#include "client/hublink_parts.h"

#include <stdlib.h>

enum { PSEUDONYMS, WITNESS, REGISTRY, SLOTS };

/* One message under way. */
struct slot {
    client_link_done *done;   /* NULL: nothing is */
    void *arg;
    uint64_t use;             /* so that a late answer never meets a later question */
};

struct client_keylink {
    struct wire_client *wire;
    struct slot slot[SLOTS];
    uint64_t uses;
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

static enum err start(struct client_keylink *l, struct slot *s, enum proto_kind kind, struct proto_blob envelope, uint32_t timeout_ms)
{
    size_t room = PROTO_FRAME_HEAD + envelope.len, len = 0;
    uint8_t *frame = malloc(room);
    enum err e = frame == NULL ? ERR_NOMEM : proto_frame_encode(kind, envelope.data, envelope.len, frame, room, &len);

    if (e == OK)
        e = wire_call_start(l->wire, ++l->uses, frame, len, timeout_ms);
    if (e == OK)
        s->use = l->uses;
    free(frame);
    return e;
}

static struct slot *slot_of(struct client_keylink *l, enum proto_kind kind)
{
    static const enum proto_kind of[SLOTS] = {[PSEUDONYMS] = PROTO_DERIVE, [WITNESS] = PROTO_WITNESS, [REGISTRY] = PROTO_REGISTRY_COPY};

    for (size_t i = 0; i < SLOTS; i++)
        if (of[i] == kind)
            return &l->slot[i];
    return NULL;
}

enum err client_keylink_send(struct client_node *n, enum proto_kind kind, const uint8_t *envelope, size_t len, uint32_t timeout_ms,
    client_link_done *done, void *arg)
{
    struct slot *s = slot_of(n->keylink, kind);
    enum err e = s == NULL ? ERR_RANGE : s->done != NULL ? ERR_BUSY : OK;

    /* Somebody waits for a child's pseudonym; the others come round again. */
    if (kind == PROTO_DERIVE)
        timeout_ms = clock_patience_ms(timeout_ms);
    if (e == OK)
        e = start(n->keylink, s, kind, (struct proto_blob){envelope, len}, timeout_ms);
    if (e == OK) {
        s->done = done;
        s->arg = arg;
    }
    return e;
}

static void note_reachable(struct client_keylink *l, const struct slot *s, enum err result)
{
    bool was_down = l->down;

    if (result == ERR_PEER && s != &l->slot[PSEUDONYMS])
        return;
    l->down = result == ERR_PEER;
    l->up = !l->down;
    if (l->down != was_down)
        log_event(l->down ? LOG_WARN : LOG_INFO, l->down ? "keyholder-unreachable" : "keyholder-reachable", NULL);
}

static void one_done(struct client_node *n, struct slot *s, enum err result, const uint8_t *frame, size_t len, struct proto_reply *reply)
{
    client_link_done *done = s->done;

    if (result == OK && client_link_reply(frame, len, reply) != OK) {
        log_event(LOG_WARN, "bad-reply", "from", "keyholder", NULL);
        result = ERR_SYNTAX;
    }
    note_reachable(n->keylink, s, result);
    s->done = NULL;
    done(n, s->arg, result, result == OK ? reply : NULL);
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
        for (size_t i = 0; i < SLOTS; i++)
            if (l->slot[i].done != NULL && tag == l->slot[i].use) {
                one_done(n, &l->slot[i], result, frame, len, reply);
                break;
            }
        if (handle != NULL)
            wire_free(handle);
    }
    free(reply);
}
