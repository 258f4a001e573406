/*
 * client/witness: the keyholder cosigns too, but dials nobody and is dialled by nodes only: so nodes bring it checkpoints, and its lines to
 * the hub. Whose cosignature it is shows by itself; a node can hold a line back, and then another node brings it.
 */
#include "client/witness_parts.h"

#include "base/log.h"
#include "client/keylink.h"
#include "client/registry_tell.h"

#include <stdlib.h>
#include <string.h>

/* Other nodes bring it checkpoints too, so its size may move between two questions, but not each time. */
enum { AGAIN_MS = 2000, TRIES_MAX = 3 };

static void give_up(struct client_node *n, struct witness_log *l)
{
    l->courier_at_ms = clock_mono_ms() + AGAIN_MS;
    client_witness_rest(l, !client_witness_log_is_fresh(n, l));
}

static void answered(struct client_node *n, void *arg, enum err result, const struct proto_reply *reply);

/* A request to cosign, to the keyholder. */
static enum err send_request(struct client_node *n, struct witness_log *l, const struct proto_tlog_request *q)
{
    uint8_t *body = malloc(PROTO_NOTE_MAX), *text = malloc(PROTO_NOTE_MAX), *envelope = malloc(PROTO_NOTE_MAX);
    struct proto_msg m = {.kind = PROTO_WITNESS};
    size_t body_len = 0, text_len = 0, len = 0;
    enum err e = body == NULL || text == NULL || envelope == NULL ? ERR_NOMEM : OK;

    if (e == OK)
        e = proto_tlog_request_encode(q, text, PROTO_NOTE_MAX, &text_len);
    if (e == OK) {
        client_link_header(n, &m.head);
        m.head.valid_until_s = m.head.issued_s + LINK_ASK_VALID_S;
        m.payload = (struct proto_blob){text, text_len};
        e = proto_msg_encode(&m, body, PROTO_NOTE_MAX, &body_len);
    }
    if (e == OK)
        e = client_link_sign(n, m.kind, body, body_len, envelope, PROTO_NOTE_MAX, &len);
    if (e == OK)
        e = client_keylink_send(n, m.kind, envelope, len, WITNESS_ASK_MS, answered, l);
    free(body);
    free(text);
    free(envelope);
    return e;
}

/* The hub's proof from the keyholder's size to the candidate: on to the keyholder. */
static void proven(struct client_node *n, void *arg, enum err result, const struct proto_reply *reply)
{
    struct witness_log *l = arg;
    struct proto_tlog_request q;
    struct proto_cosigned c;
    enum err e = result;

    if (e == OK && reply->result != PROTO_ACCEPTED)
        e = ERR_PEER;
    if (e == OK && client_witness_is_of_before(n, l))
        e = ERR_STATE;
    if (e == OK)
        e = proto_tlog_request_decode(reply->payload.data, reply->payload.len, &q);
    if (e == OK)
        e = proto_cosigned_count(&n->region, &l->known.key, q.checkpoint, q.checkpoint_len, NULL, clock_now_s(), &c);
    /* The hub collects for another one by now: its lines would not go with ours. */
    if (e == OK && (c.head.size != l->head.size || memcmp(c.head.root, l->head.root, sizeof c.head.root) != 0))
        e = ERR_STATE;
    if (e == OK)
        e = proto_cosigned_bare(&l->known.key, q.checkpoint, q.checkpoint_len, l->note, sizeof l->note, &l->note_len);
    if (e == OK) {
        q.checkpoint = l->note;
        q.checkpoint_len = l->note_len;
        e = send_request(n, l, &q);
    }
    if (e != OK)
        give_up(n, l);
}

static void ask_proof(struct client_node *n, struct witness_log *l)
{
    struct proto_msg m = {.kind = PROTO_QUERY, .code = PROTO_QUERY_COSIGN, .number = l->holder_size};

    memcpy(m.key, l->origin_id, sizeof m.key);
    if (client_link_ask(n, &m, WITNESS_ASK_MS, proven, l) != OK)
        give_up(n, l);
}

/* From the size that it has: what is as large needs no proof, and what is larger than ours is its to say. */
static void ask_from_there(struct client_node *n, struct witness_log *l)
{
    struct proto_tlog_request q = {.old = l->head.size, .checkpoint = l->note, .checkpoint_len = l->note_len};

    if (l->holder_size < l->head.size)
        ask_proof(n, l);
    else if (send_request(n, l, &q) != OK)
        give_up(n, l);
}

/* Its line goes to the hub with the checkpoint; where it is further back it is asked again with a proof from there. */
static void answered(struct client_node *n, void *arg, enum err result, const struct proto_reply *reply)
{
    struct witness_log *l = arg;
    struct proto_witness_answer a = {.status = PROTO_WITNESS_NONE};
    enum err e = result;

    if (e == OK && client_witness_is_of_before(n, l))
        e = ERR_STATE;
    if (e == OK && reply->result == PROTO_ACCEPTED)
        e = proto_witness_answer_decode(reply->payload.data, reply->payload.len, &a);
    if (e == OK && a.status == PROTO_WITNESS_COSIGNED) {
        l->holder_size = l->head.size;
        l->apart = false;
        e = proto_cosigned_append(l->note, l->note_len, a.lines, a.lines_len, l->note, sizeof l->note, &l->note_len);
        l->courier_at_ms = clock_mono_ms() + AGAIN_MS;
        if (e == OK)
            client_witness_bring(n, l);
        else
            give_up(n, l);
        return;
    }
    /* Of one size, too: with another root it says so, and that is how two histories of the same length show. */
    if (e == OK && a.status == PROTO_WITNESS_OTHER_SIZE && a.size <= l->head.size && a.size != l->holder_size && l->holder_tries < TRIES_MAX) {
        l->holder_tries++;
        l->holder_size = a.size;
        ask_from_there(n, l);
        return;
    }
    /* Ordinary for a moment; a hub that keeps the difference from this node must not have anything given on it. */
    if (e == OK && a.status == PROTO_WITNESS_OTHER_SIZE && a.size != PROTO_WITNESS_NO_SIZE && l->is_registry)
        client_registry_tell_more(n, a.size);
    /* It cosigned another history, or was shown a false proof: somebody must look. */
    if (e == OK && (a.status == PROTO_WITNESS_NOT_PROVEN
        || (a.status == PROTO_WITNESS_OTHER_SIZE && a.size == PROTO_WITNESS_NO_SIZE))) {
        log_event(LOG_ERROR, "keyholder-saw-another-log", "reason", l->is_registry ? "registry" : "main", NULL);
        l->apart = true;
    }
    give_up(n, l);
}

bool client_witness_courier(struct client_node *n, struct witness_log *l)
{
    if (!n->region.has_keyholder || n->keylink == NULL || clock_mono_ms() < l->courier_at_ms
        || l->outsider_s + WITNESS_AGAIN_S > clock_now_s())
        return false;
    l->busy = true;
    l->holder_tries = 0;
    ask_from_there(n, l);
    return true;
}
