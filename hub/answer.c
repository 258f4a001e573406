#include "hub/core.h"

#include <sodium.h>
#include <string.h>

/* P-092: an answer that the policy may have a word in has one size, whatever it says; so has every other act's. */
size_t hub_answer_size(enum proto_kind kind, bool decision)
{
    if (kind == PROTO_REQUEST || kind == PROTO_OFFER || kind == PROTO_GRANT || decision)
        return PROTO_REPLY_DECISION;
    return kind >= PROTO_FETCH ? 0 : PROTO_REPLY_PLAIN;
}

enum err hub_answer_sides(struct hub_core *c, const struct hub_act_row *row, struct hub_leaf_sides *out)
{
    enum err e = row->index < c->seeds_from ? ERR_NOTFOUND : hub_seeds_get(c->seeds, row->time_s, row->index, row->id, &out->seed);

    if (e != OK)
        return e;
    proto_side_commit(out->seed.from_salt, row->from_number, row->from_previous, out->from_side);
    proto_side_commit(out->seed.to_salt, row->to_number, row->to_previous, out->to_side);
    return OK;
}

enum err hub_answer_receipt(struct hub_core *c, struct kv_txn *x, const struct hub_act_row *row,
    const struct hub_leaf_sides *sides, uint8_t side, struct proto_receipt *out)
{
    struct proto_merkle_proof proof;
    struct hub_leaf_sides computed;
    enum err e = OK;

    /* Its seed is erased: the side has what is missing in its opening (P-178). */
    if (sides == NULL) {
        e = hub_answer_sides(c, row, &computed);
        if (e == ERR_NOTFOUND) {
            memset(&computed, 0, sizeof computed);
            e = OK;
        }
        sides = &computed;
    }
    if (e == OK)
        e = hub_ledger_prove_inclusion(c->ledger, x, row->index, c->checkpoint.head.size, &proof);
    if (e != OK)
        return e;
    out->index = row->index;
    out->time_s = row->time_s;
    memcpy(out->seed, sides->seed.seed, sizeof out->seed);
    memcpy(out->from_side, sides->from_side, sizeof out->from_side);
    memcpy(out->to_side, sides->to_side, sizeof out->to_side);
    out->side = side;
    out->number = side == 0 ? row->from_number : row->to_number;
    out->previous = side == 0 ? row->from_previous : row->to_previous;
    memcpy(out->side_salt, side == 0 ? sides->seed.from_salt : sides->seed.to_salt, sizeof out->side_salt);
    sodium_memzero(&computed, sizeof computed);
    out->result = row->result;
    out->rows = row->rows;
    out->tree_size = c->checkpoint.head.size;
    out->proof_len = proof.count;
    memcpy(out->proof, proof.hash, (size_t)proof.count * PROTO_HASH_LEN);
    out->checkpoint = (struct proto_blob){ c->checkpoint.note, c->checkpoint.note_len };
    return OK;
}

/* The reply as a frame for the gate. */
static enum err send(struct hub_core *c, uint64_t tag, const struct proto_reply *reply, size_t pad_to)
{
    size_t len, frame_len;
    uint8_t *room;
    enum err e = proto_reply_encode(reply, pad_to, c->reply, PROTO_FRAME_MAX - PROTO_FRAME_HEAD, &len);

    /* A proof of a tree beyond all we will see would not fit: an answer of another size is better than none. */
    if (e == ERR_LONG && pad_to != 0)
        e = proto_reply_encode(reply, 0, c->reply, PROTO_FRAME_MAX - PROTO_FRAME_HEAD, &len);
    if (e == OK)
        e = server_ipc_reserve(&c->answers, SERVER_IPC_ANSWER, tag, PROTO_FRAME_HEAD + len, &room);
    if (e == OK)
        e = proto_frame_encode(PROTO_REPLY, c->reply, len, room, PROTO_FRAME_HEAD + len, &frame_len);
    if (e == OK)
        server_ipc_written(&c->answers, frame_len);
    return e;
}

static enum err answer(struct hub_core *c, struct kv_txn *x, struct hub_job *j, enum proto_refusal result,
    const uint8_t *payload, size_t payload_len)
{
    struct proto_reply reply;

    reply.result = (uint8_t)result;
    memcpy(reply.id, j->act.msg.head.id, sizeof reply.id);
    reply.hub_time_s = c->now_s;
    reply.has_receipt = false;
    reply.payload = (struct proto_blob){ payload, payload_len };
    if (j->has_row) {
        enum err e = hub_answer_receipt(c, x, &j->row, j->has_sides ? &j->sides : NULL, 0, &reply.receipt);

        if (e != OK)
            return e;
        reply.has_receipt = true;
    }
    return send(c, j->tag, &reply, hub_answer_size(j->kind, j->outcome.decision));
}

enum err hub_answer_act(struct hub_core *c, struct kv_txn *x, struct hub_job *j)
{
    const uint8_t why = j->outcome.why;

    /* P-189: which rule of the registry the statement breaks. */
    if (j->kind == PROTO_REGISTRY && j->outcome.result == PROTO_DENIED && !j->has_row)
        return answer(c, x, j, PROTO_DENIED, &why, 1);
    return answer(c, x, j, j->outcome.result, NULL, 0);
}

enum err hub_answer_payload(struct hub_core *c, struct kv_txn *x, struct hub_job *j, enum proto_refusal result,
    const uint8_t *payload, size_t len)
{
    return answer(c, x, j, result, payload, len);
}
