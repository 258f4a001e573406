#include "hub/store_registry.h"

#include "base/wr.h"

#include <stdlib.h>

struct hub_store_registry { kv_table by_index; };

enum { KEY_LEN = 8 };

enum err hub_store_registry_open(struct kv *kv, struct hub_store_registry **out)
{
    struct hub_store_registry *s = calloc(1, sizeof *s);
    enum err e;

    if (s == NULL)
        return ERR_NOMEM;
    e = kv_table_open(kv, "registry", &s->by_index);
    if (e != OK) {
        free(s);
        return e;
    }
    *out = s;
    return OK;
}

void hub_store_registry_close(struct hub_store_registry *s)
{
    free(s);
}

static void key_of(uint64_t index, uint8_t key[KEY_LEN])
{
    struct wr w;

    wr_init(&w, key, KEY_LEN);
    wr_u64(&w, index);
}

enum err hub_store_registry_put(struct hub_store_registry *s, struct kv_txn *x, uint64_t index, const uint8_t *leaf, size_t len)
{
    uint8_t key[KEY_LEN];

    key_of(index, key);
    return kv_put(x, s->by_index, key, sizeof key, leaf, len);
}

enum err hub_store_registry_get(struct hub_store_registry *s, struct kv_txn *x, uint64_t index, const uint8_t **leaf, size_t *len)
{
    uint8_t key[KEY_LEN];

    key_of(index, key);
    return kv_view(x, s->by_index, key, sizeof key, leaf, len);
}
