#include "client/archive.h"

#include "base/rd.h"
#include "base/text.h"
#include "base/wr.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { VERSION = 1, HEAD = 4 + 16 + 8, PIECE_MAX = 384 * 1024, BAD = 1, BARE = 2, SPENT = 4, BARE_BODY_MAX = 1024, BARE_PROOF_MAX = 32768 };

static void number_key(uint64_t number, uint8_t out[8])
{
    struct wr w;

    wr_init(&w, out, 8);
    wr_u64(&w, number);
    if (wr_end(&w) != OK)
        abort();
}

enum err client_archive_decode(const uint8_t *data, size_t len, struct client_archived *out)
{
    struct client_archived a = {0};
    struct rd r;
    uint8_t flags;

    rd_init(&r, data, len);
    if (rd_u8(&r) != VERSION)
        rd_fail(&r, ERR_VERSION);
    a.direction = rd_u8(&r);
    a.kind = rd_u8(&r);
    flags = rd_u8(&r);
    if (flags > (BAD | BARE | SPENT))
        rd_fail(&r, ERR_RANGE);
    a.bad = (flags & BAD) != 0;
    a.bare = (flags & BARE) != 0;
    a.spent = (flags & SPENT) != 0;
    a.index = rd_u64(&r);
    a.time_s = rd_u64(&r);
    a.envelope.data = rd_bytes32(&r, PROTO_FRAME_MAX, &a.envelope.len);
    a.proof.data = rd_bytes32(&r, PROTO_FRAME_MAX, &a.proof.len);
    if (rd_end(&r) == OK)
        *out = a;
    return r.err;
}

enum err client_archive_row(struct vault_txn *x, uint64_t number, uint8_t **row, size_t *len)
{
    uint8_t key[8];

    number_key(number, key);
    return client_vault_get(x, CLIENT_T_ARCHIVE, key, sizeof key, row, len);
}

enum err client_archive_get(struct vault_txn *x, uint64_t number, struct client_archived *out, uint8_t **memory)
{
    uint8_t *row = NULL;
    size_t len = 0;
    enum err e = client_archive_row(x, number, &row, &len);

    if (e == OK)
        e = client_archive_decode(row, len, out);
    if (e != OK) {
        free(row);
        return e;
    }
    out->number = number;
    *memory = row;
    return OK;
}

/*
 * A leaf may come in twice (a fetch overlaps a reply), each time with another checkpoint: what makes it the same is its place. Mail that
 * could not be believed, or was thought never to come, never stands in the way of what can. ERR_NOTFOUND: put it.
 */
static enum err same(struct vault_txn *x, const struct client_archived *a)
{
    struct client_archived old;
    uint8_t *memory = NULL;
    enum err e = client_archive_get(x, a->number, &old, &memory);

    free(memory);
    if (e != OK)
        return e;
    if ((old.bad || old.index == PROTO_NO_LEAF) && !a->bad && a->index != PROTO_NO_LEAF)
        return ERR_NOTFOUND;
    return a->bad || (old.index == a->index && old.direction == a->direction) ? OK : ERR_EXISTS;
}

static enum err write_row(struct vault_txn *x, const struct client_archived *a)
{
    size_t cap = HEAD + a->envelope.len + a->proof.len;
    uint8_t key[8], *row = malloc(cap);
    struct wr w;
    enum err e;

    if (row == NULL)
        return ERR_NOMEM;
    wr_init(&w, row, cap);
    wr_u8(&w, VERSION);
    wr_u8(&w, a->direction);
    wr_u8(&w, a->kind);
    wr_u8(&w, (uint8_t)((a->bad ? BAD : 0) | (a->bare ? BARE : 0) | (a->spent ? SPENT : 0)));
    wr_u64(&w, a->index);
    wr_u64(&w, a->time_s);
    wr_bytes32(&w, a->envelope.data, a->envelope.len);
    wr_bytes32(&w, a->proof.data, a->proof.len);
    number_key(a->number, key);
    e = wr_end(&w);
    if (e == OK)
        e = client_vault_put(x, CLIENT_T_ARCHIVE, key, sizeof key, row, w.len);
    free(row);
    return e;
}

enum err client_archive_put(struct vault_txn *x, const struct client_archived *a)
{
    enum err e = same(x, a);

    return e == ERR_NOTFOUND ? write_row(x, a) : e;
}

enum err client_archive_spend(struct vault_txn *x, uint64_t number, const uint8_t hash[PROTO_HASH_LEN], uint8_t origin)
{
    struct client_archived a;
    uint8_t *memory = NULL;
    enum err e = client_archive_get(x, number, &a, &memory);

    if (e == OK) {
        a.bare = false;
        a.spent = true;
        a.envelope = (struct proto_blob){hash, hash == NULL ? 0 : PROTO_HASH_LEN};
        a.proof = (struct proto_blob){&origin, sizeof origin};
        e = write_row(x, &a);
    }
    free(memory);
    return e;
}

enum err client_archive_spent_leaf(const struct client_archived *a, uint8_t hash[PROTO_HASH_LEN], unsigned *origin)
{
    if (!a->spent || a->index == PROTO_NO_LEAF || a->envelope.len != PROTO_HASH_LEN || a->proof.len != 1)
        return ERR_STATE;
    memcpy(hash, a->envelope.data, PROTO_HASH_LEN);
    *origin = a->proof.data[0];
    return OK;
}

enum err client_archive_make_bare(const struct proto_msg *m, const uint8_t *envelope, size_t len, const struct proto_receipt *r,
    struct client_archived *a, uint8_t **memory)
{
    static const uint8_t gone = 0;
    struct proto_msg bare = *m;
    size_t body_len = 0, proof_len = 0;
    uint8_t *room = malloc(PROTO_HASH_LEN + BARE_BODY_MAX + BARE_PROOF_MAX), *proof;
    enum err e = room == NULL ? ERR_NOMEM : OK;

    if (e != OK)
        return e;
    proof = room + PROTO_HASH_LEN + BARE_BODY_MAX;
    if (crypto_hash_sha256(room, envelope, len) != 0)
        abort();
    bare.payload = (struct proto_blob){&gone, 1};
    e = proto_msg_encode(&bare, room + PROTO_HASH_LEN, BARE_BODY_MAX, &body_len);
    if (e == OK)
        e = proto_receipt_encode(r, proof, BARE_PROOF_MAX, &proof_len);
    if (e != OK) {
        free(room);
        return e;
    }
    a->bare = true;
    a->envelope = (struct proto_blob){room, PROTO_HASH_LEN + body_len};
    a->proof = (struct proto_blob){proof, proof_len};
    *memory = room;
    return OK;
}

uint64_t client_archive_running(const struct client_node *n)
{
    return n->running;
}

static enum err go_on(struct vault_txn *x, uint64_t *at)
{
    uint8_t key[8];
    bool has = true;
    enum err e = OK;

    while (e == OK && has) {
        number_key(*at + 1, key);
        e = client_vault_has(x, CLIENT_T_ARCHIVE, key, sizeof key, &has);
        *at += e == OK && has;
    }
    return e;
}

/* At start the last number tells at once when nothing is missing before it: as many rows, no gap. */
static enum err start_from(struct vault_txn *x, uint64_t *at)
{
    uint8_t key[8];
    size_t len = 0;
    uint64_t count = 0, last;
    struct rd r;
    enum err e = client_vault_last(x, CLIENT_T_ARCHIVE, key, sizeof key, &len);

    if (e == ERR_NOTFOUND)
        return OK;
    if (e == OK)
        e = client_vault_count(x, CLIENT_T_ARCHIVE, &count);
    if (e != OK)
        return e;
    rd_init(&r, key, len);
    last = rd_u64(&r);
    if (rd_end(&r) == OK && last == count)
        *at = last;
    return r.err;
}

enum err client_archive_has_gap(struct vault_txn *x, uint64_t running, uint64_t number, bool *yes)
{
    uint64_t at = running;
    enum err e = go_on(x, &at);

    if (e == OK)
        *yes = at + 1 < number;
    return e;
}

enum err client_archive_advance(struct client_node *n)
{
    struct vault_txn *x = NULL;
    uint64_t at = n->running;
    enum err e = client_vault_begin(n->vault, false, &x);

    if (e != OK)
        return e;
    if (at == 0)
        e = start_from(x, &at);
    if (e == OK)
        e = go_on(x, &at);
    client_vault_abort(x);
    if (e == OK)
        n->running = at;
    return e;
}

/* A piece of a row as base64: {"number", "offset"} to {"size", "data"}; running without a number. */
enum err client_do_archive_get(struct client_call *c, struct vault_txn *x)
{
    uint64_t number = 0, offset = 0;
    uint8_t *row = NULL;
    char *text = NULL;
    size_t len = 0, piece;
    enum err e;

    json_add_u64(c->reply, "running", c->node->running);
    if (json_u64(c->args, "number", &number) != OK)
        return OK;
    if (json_u64(c->args, "offset", &offset) != OK)
        offset = 0;
    e = client_archive_row(x, number, &row, &len);
    if (e == ERR_NOTFOUND)
        e = trouble_set(&c->trouble, e, "there is nothing under this running number", "er is niets onder dit volgnummer");
    if (e == OK && offset > len)
        e = ERR_RANGE;
    piece = e == OK && len - offset < PIECE_MAX ? len - (size_t)offset : PIECE_MAX;
    if (e == OK && (text = malloc(text_base64_room(piece))) == NULL)
        e = ERR_NOMEM;
    if (e == OK) {
        text_base64(row + offset, piece, text, text_base64_room(piece));
        json_add_u64(c->reply, "size", len);
        json_add_text(c->reply, "data", text);
    }
    free(text);
    free(row);
    return e;
}
