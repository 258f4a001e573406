#include "client/do_registry.h"

#include "base/text.h"
#include "base/wr.h"
#include "client/registry.h"

#include <stdlib.h>

/* In base64 well below what an answer may be (client/control). */
enum { LEAVES_ROOM = 512 << 10 };

static enum err add_leaf(struct vault_txn *x, uint64_t index, struct wr *w)
{
    uint8_t key[8], *leaf = NULL;
    size_t len = 0;
    struct wr k;
    enum err e;

    wr_init(&k, key, sizeof key);
    wr_u64(&k, index);
    e = client_vault_get(x, CLIENT_T_REGISTRY, key, sizeof key, &leaf, &len);
    if (e == OK && w->cap - w->len < 2 + len)
        e = ERR_FULL;
    if (e == OK)
        wr_bytes16(w, leaf, len);
    free(leaf);
    return e;
}

static enum err add_base64(struct client_call *c, const char *key, const uint8_t *data, size_t len)
{
    size_t room = text_base64_room(len);
    char *text = malloc(room);

    if (text == NULL)
        return ERR_NOMEM;
    text_base64(data, len, text, room);
    json_add_text(c->reply, key, text);
    free(text);
    return OK;
}

static enum err give(struct client_call *c, struct vault_txn *x, uint64_t first, uint8_t *room)
{
    uint64_t size = proto_registry_size(client_registry_fold(c->node)), count = 0;
    const uint8_t *checkpoint;
    size_t checkpoint_len = 0;
    enum err e = OK;
    struct wr w;

    wr_init(&w, room, LEAVES_ROOM);
    for (uint64_t i = first; e == OK && i < size; i++) {
        e = add_leaf(x, i, &w);
        count += e == OK ? 1 : 0;
    }
    if (e == ERR_FULL)
        e = OK;
    if (e == OK)
        e = wr_end(&w);
    if (e == OK)
        e = add_base64(c, "leaves", room, w.len);
    checkpoint = client_registry_checkpoint(c->node, &checkpoint_len);
    if (e == OK)
        e = add_base64(c, "checkpoint", checkpoint, checkpoint_len);
    json_add_u64(c->reply, "count", count);
    json_add_u64(c->reply, "size", size);
    return e;
}

enum err client_do_registry_leaves(struct client_call *c, struct vault_txn *x)
{
    uint64_t first = 0;
    uint8_t *room = NULL;
    size_t len = 0;
    enum err e;

    if (json_u64(c->args, "first", &first) != OK)
        return trouble_at(&c->trouble, ERR_USAGE, "first", 0, 0, "is needed: a number", "is nodig: een getal");
    if (client_registry_checkpoint(c->node, &len) == NULL)
        return trouble_set(&c->trouble, ERR_STATE, "the hub has shown this node no registry yet", "de hub heeft dit knooppunt nog geen register getoond");
    room = malloc(LEAVES_ROOM);
    e = room == NULL ? ERR_NOMEM : give(c, x, first, room);
    free(room);
    return e;
}
