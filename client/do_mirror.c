#include "client/do_mirror.h"

#include "base/clock.h"
#include "base/rd.h"
#include "base/text.h"
#include "client/calls.h"
#include "client/hublink_parts.h"
#include "client/witness.h"

#include <stdlib.h>
#include <string.h>

enum { MIRROR_NOTE_MAX = 720, SILENT_S = 900 };

/* One question at a time, and its answer until somebody takes it. */
struct client_mirror {
    uint64_t first;
    bool asking, failed;
    uint8_t *payload;
    size_t len;
    /* What the role mirror told last; whole_s: when it was whole, told_s 0: nothing yet. */
    uint64_t leaves, whole_s, told_s;
    char note[MIRROR_NOTE_MAX];
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

/* What others cosigned, so that a copy is proof against the hub too. Nothing when there is none yet. */
static enum err give_anchored(struct client_call *c, struct vault_txn *x)
{
    uint8_t *note = NULL;
    char *text = NULL;
    size_t len = 0;
    enum err e = client_witness_anchored(x, c->node, &note, &len);

    if (e == OK) {
        text = malloc(text_base64_room(len));
        e = text == NULL ? ERR_NOMEM : OK;
    }
    if (e == OK) {
        text_base64(note, len, text, text_base64_room(len));
        json_add_text(c->reply, "anchored", text);
    }
    free(text);
    free(note);
    return e == ERR_NOTFOUND ? OK : e;
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

static bool has_state(struct client_node *n)
{
    if (n->mirror == NULL)
        n->mirror = calloc(1, sizeof *n->mirror);
    return n->mirror != NULL;
}

enum err client_do_mirror_leaves(struct client_call *c, struct vault_txn *x)
{
    struct client_node *n = c->node;
    uint64_t first = 0;
    enum err e;

    if (json_u64(c->args, "first", &first) != OK)
        return trouble_at(&c->trouble, ERR_USAGE, "first", 0, 0, "is needed: a number", "is nodig: een getal");
    if (!has_state(n))
        return ERR_NOMEM;
    if (n->mirror->failed && n->mirror->first == first) {
        n->mirror->failed = false;
        return ERR_PEER;
    }
    if (n->mirror->payload == NULL || n->mirror->first != first)
        return ask(n, n->mirror, first);
    e = give(c, n->mirror);
    if (e == OK)
        e = give_anchored(c, x);
    free(n->mirror->payload);
    n->mirror->payload = NULL;
    return e;
}

enum err client_do_mirror_told(struct client_call *c, struct vault_txn *x)
{
    struct client_node *n = c->node;
    const char *note = NULL;
    uint64_t leaves = 0;
    bool whole = false;
    enum err e = json_u64(c->args, "leaves", &leaves);

    (void)x;
    if (e == OK)
        e = json_bool(c->args, "ok", &whole);
    if (e == OK)
        e = json_text(c->args, "note", &note);
    if (e == OK && strlen(note) >= MIRROR_NOTE_MAX)
        e = ERR_LONG;
    if (e != OK)
        return trouble_set(&c->trouble, e, "is for the node's own copy of the log only", "is alleen voor de eigen kopie van het logboek van het knooppunt");
    if (!has_state(n))
        return ERR_NOMEM;
    n->mirror->leaves = leaves;
    n->mirror->told_s = clock_now_s();
    if (whole)
        n->mirror->whole_s = n->mirror->told_s;
    memcpy(n->mirror->note, note, strlen(note) + 1);
    return OK;
}

void client_mirror_status(const struct client_node *n, enum lang lang, cJSON *reply)
{
    const struct client_mirror *m = n->mirror;
    char when[17] = "";

    if (!n->keeps_mirror)
        return;
    if (m == NULL || m->told_s == 0) {
        json_add_text(reply, "mirror_note", lang == LANG_NL ? "begint" : "starting");
        return;
    }
    json_add_u64(reply, "mirror_leaves", m->leaves);
    if (m->whole_s != 0)
        clock_format_nl(m->whole_s, when);
    json_add_text(reply, "mirror_time", when);
    if (m->note[0] != '\0')
        json_add_text(reply, "mirror_note", m->note);
    else if (m->told_s + SILENT_S < clock_now_s())
        json_add_text(reply, "mirror_note", lang == LANG_NL ? "al een kwartier niets van gehoord" : "not heard of for a quarter of an hour");
}
