#include "client/registry_tell.h"

#include "base/log.h"
#include "base/rd.h"
#include "base/wr.h"
#include "client/hublink_parts.h"
#include "client/keylink.h"
#include "client/registry.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { AGAIN_MS = 2000, ASK_MS = 30000, TELL_MS = 5000, LEAVES_MAX = 800 * 1024, BODY_ROOM = LEAVES_MAX + (32 << 10), KEY_LEN = 8 };

void client_registry_tell_more(struct client_node *n, uint64_t size)
{
    struct client_registry_tell *t = n->registry != NULL ? client_registry_told(n) : NULL;
    uint64_t own = t != NULL ? proto_registry_size(client_registry_fold(n)) : UINT64_MAX;

    /* No registry is larger than that: it says nothing. */
    if (size <= own || size > PROTO_REGISTRY_MAX)
        return;
    /* The clock is that of the leaf which is missing longest: what came here meanwhile must not be waited for twice, nor a newer one for it. */
    if (t->more <= own) {
        t->more = size;
        t->more_ms = clock_mono_ms();
        t->said = false;
    } else if (size < t->more)
        t->more = size;
    if (!t->said && client_registry_tell_is_behind(n)) {
        log_event(LOG_ERROR, "keyholder-has-more-of-the-registry", NULL);
        t->said = true;
    }
    client_registry_hurry(n);
}

bool client_registry_tell_is_behind(const struct client_node *n)
{
    const struct client_registry_tell *t = n->registry != NULL ? client_registry_told(n) : NULL;

    return t != NULL && t->more > proto_registry_size(client_registry_fold(n)) && clock_mono_ms() - t->more_ms >= CLIENT_REGISTRY_BEHIND_MS;
}

static void told(struct client_node *n, void *arg, enum err result, const struct proto_reply *reply)
{
    struct client_registry_tell *t = client_registry_told(n);
    struct rd r;
    uint64_t have;

    (void)arg;
    t->telling = false;
    t->due_ms = clock_mono_ms() + AGAIN_MS;
    if (result != OK || reply->result != PROTO_ACCEPTED)
        return;
    rd_init(&r, reply->payload.data, reply->payload.len);
    have = rd_u64(&r);
    if (rd_end(&r) != OK)
        return;
    /* It has less than was thought: the rest goes at once. */
    if (have < proto_registry_size(client_registry_fold(n)) && have != t->have)
        t->due_ms = 0;
    t->have = have;
    /* What it says now counts: it may have been put back from an older copy. */
    if (have <= proto_registry_size(client_registry_fold(n)))
        t->more = 0;
    else
        client_registry_tell_more(n, have);
}

struct leaves { struct wr *w; uint64_t first, at; uint16_t count; bool full; };

static bool add_leaf(void *arg, const uint8_t *key, size_t key_len, const uint8_t *value, size_t len)
{
    struct leaves *l = arg;

    (void)key;
    (void)key_len;
    if (l->at++ < l->first)
        return true;
    if (l->w->len + len + 2 > LEAVES_MAX || l->count == UINT16_MAX) {
        l->full = true;
        return false;
    }
    wr_bytes16(l->w, value, len);
    l->count++;
    return true;
}

/* Of a part: that it begins the tree of the checkpoint (P-195). */
static enum err write_proof(struct client_node *n, uint64_t size, struct wr *w)
{
    struct proto_merkle_proof *proof = malloc(sizeof *proof);
    enum err e = proof == NULL ? ERR_NOMEM : client_registry_prove(n, size, proto_registry_size(client_registry_fold(n)), proof);

    if (e == OK) {
        wr_u8(w, proof->count);
        wr_copy(w, proof->hash[0], (size_t)proof->count * PROTO_MERKLE_HASH_LEN);
    }
    free(proof);
    return e;
}

enum err client_registry_tell_write(struct client_node *n, uint64_t first, struct wr *w)
{
    struct leaves l = {.w = w, .first = first};
    struct vault_txn *x = NULL;
    size_t len = 0;
    const uint8_t *checkpoint = client_registry_checkpoint(n, &len);
    uint8_t *count;
    enum err e;

    wr_bytes16(w, checkpoint, len);
    count = wr_gap(w, 2);
    if (checkpoint == NULL || first >= proto_registry_size(client_registry_fold(n))) {
        if (count != NULL)
            memset(count, 0, 2);
        return wr_end(w);
    }
    e = client_vault_begin(n->vault, false, &x);
    if (e == OK)
        e = client_vault_walk(x, CLIENT_T_REGISTRY, NULL, 0, add_leaf, &l);
    client_vault_abort(x);
    if (count != NULL) {
        count[0] = (uint8_t)(l.count >> 8);
        count[1] = (uint8_t)l.count;
    }
    if (e == OK && l.full)
        e = write_proof(n, first + l.count, w);
    return e == OK ? wr_end(w) : e;
}

static enum err tell(struct client_node *n, struct client_registry_tell *t)
{
    struct proto_msg m = {.kind = PROTO_REGISTRY_COPY, .number = t->have};
    uint8_t *room = malloc((size_t)3 * BODY_ROOM);
    uint8_t *body = room + BODY_ROOM, *envelope = room + 2 * BODY_ROOM;
    size_t body_len = 0, len = 0;
    struct wr w;
    enum err e = room == NULL ? ERR_NOMEM : OK;

    if (e != OK)
        return e;
    wr_init(&w, room, BODY_ROOM);
    e = client_registry_tell_write(n, t->have, &w);
    client_link_header(n, &m.head);
    m.head.valid_until_s = m.head.issued_s + LINK_ASK_VALID_S;
    randombytes_buf(m.head.id, sizeof m.head.id);
    m.payload = (struct proto_blob){room, w.len};
    if (e == OK)
        e = proto_msg_encode(&m, body, BODY_ROOM, &body_len);
    if (e == OK)
        e = client_link_sign(n, m.kind, body, body_len, envelope, BODY_ROOM, &len);
    if (e == OK)
        e = client_keylink_send(n, m.kind, envelope, len, TELL_MS, told, NULL);
    free(room);
    return e;
}

void client_registry_tell_step(struct client_node *n)
{
    struct client_registry_tell *t = n->registry != NULL && n->keylink != NULL ? client_registry_told(n) : NULL;
    size_t len = 0;

    if (t == NULL || t->telling || clock_mono_ms() < t->due_ms)
        return;
    if ((t->have >= proto_registry_size(client_registry_fold(n)) || client_registry_checkpoint(n, &len) == NULL)
        && clock_mono_ms() < t->ask_ms)
        return;
    t->telling = tell(n, t) == OK;
    t->due_ms = clock_mono_ms() + AGAIN_MS;
    t->ask_ms = clock_mono_ms() + ASK_MS;
}
