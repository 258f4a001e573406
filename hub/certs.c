#include "hub/certs.h"

#include <pthread.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { SLOTS_START = 1024 };

struct slot {
    bool used;
    struct proto_cert cert;
    uint8_t node[PROTO_KEY_LEN];  /* of STAFF */
};

/* Open addressing. Keys are public and chosen by partners, so the place is by a keyed hash. */
struct hub_certs {
    pthread_rwlock_t lock;
    uint8_t hash_key[crypto_shorthash_KEYBYTES];
    size_t count, slots;
    struct slot *slot;
};

enum err hub_certs_new(struct hub_certs **out)
{
    struct hub_certs *c = calloc(1, sizeof *c);

    if (c == NULL)
        return ERR_NOMEM;
    c->slot = calloc(SLOTS_START, sizeof *c->slot);
    if (c->slot == NULL || pthread_rwlock_init(&c->lock, NULL) != 0) {
        free(c->slot);
        free(c);
        return ERR_NOMEM;
    }
    c->slots = SLOTS_START;
    crypto_shorthash_keygen(c->hash_key);
    *out = c;
    return OK;
}

void hub_certs_free(struct hub_certs *c)
{
    if (c == NULL)
        return;
    (void)pthread_rwlock_destroy(&c->lock);
    free(c->slot);
    free(c);
}

/* The slot with this key, or the empty one where it would be. There is always an empty one. */
static struct slot *place(const struct hub_certs *c, struct slot *slot, size_t slots, const uint8_t key[PROTO_KEY_LEN])
{
    uint64_t hash;

    (void)crypto_shorthash((uint8_t *)&hash, key, PROTO_KEY_LEN, c->hash_key);
    for (size_t i = (size_t)hash & (slots - 1);; i = (i + 1) & (slots - 1))
        if (!slot[i].used || memcmp(slot[i].cert.key, key, PROTO_KEY_LEN) == 0)
            return &slot[i];
}

/* All entries that pass into a fresh table of this size. */
static enum err rebuild(struct hub_certs *c, size_t slots, uint64_t ends_from_s)
{
    struct slot *fresh = calloc(slots, sizeof *fresh);
    size_t count = 0;

    if (fresh == NULL)
        return ERR_NOMEM;
    for (size_t i = 0; i < c->slots; i++)
        if (c->slot[i].used && c->slot[i].cert.until_s >= ends_from_s) {
            *place(c, fresh, slots, c->slot[i].cert.key) = c->slot[i];
            count++;
        }
    free(c->slot);
    c->slot = fresh;
    c->slots = slots;
    c->count = count;
    return OK;
}

static enum err put(struct hub_certs *c, const struct proto_cert *cert, const uint8_t *node)
{
    struct slot *s;
    enum err e = OK;

    if ((c->count + 1) * 2 > c->slots)
        e = rebuild(c, c->slots * 2, 0);
    if (e != OK)
        return e;
    if (node != NULL && !place(c, c->slot, c->slots, node)->used)
        return ERR_KEY;
    s = place(c, c->slot, c->slots, cert->key);
    if (s->used && (s->cert.use != cert->use || memcmp(s->cert.partner, cert->partner, PROTO_PARTNER_LEN) != 0))
        return ERR_EXISTS;
    c->count += s->used ? 0 : 1;
    s->used = true;
    s->cert = *cert;
    if (node != NULL)
        memcpy(s->node, node, PROTO_KEY_LEN);
    return OK;
}

enum err hub_certs_put(struct hub_certs *c, const struct proto_cert *cert, const uint8_t *node)
{
    enum err e;

    if (cert->use != PROTO_USE_NODE && cert->use != PROTO_USE_STAFF)
        return OK;
    if ((cert->use == PROTO_USE_STAFF) != (node != NULL))
        return ERR_KEY;
    (void)pthread_rwlock_wrlock(&c->lock);
    e = put(c, cert, node);
    (void)pthread_rwlock_unlock(&c->lock);
    return e;
}

static enum err find(const struct hub_certs *c, const uint8_t key[PROTO_KEY_LEN], struct hub_cert *out)
{
    const struct slot *s = place(c, c->slot, c->slots, key), *node;

    if (!s->used)
        return ERR_KEY;
    memcpy(out->partner, s->cert.partner, PROTO_PARTNER_LEN);
    out->use = s->cert.use;
    out->role = s->cert.role;
    out->from_s = s->cert.from_s;
    out->until_s = s->cert.until_s;
    if (s->cert.use != PROTO_USE_STAFF)
        return OK;
    node = place(c, c->slot, c->slots, s->node);
    if (!node->used)
        return ERR_KEY;
    if (out->from_s < node->cert.from_s)
        out->from_s = node->cert.from_s;
    if (out->until_s > node->cert.until_s)
        out->until_s = node->cert.until_s;
    return OK;
}

enum err hub_certs_find(struct hub_certs *c, const uint8_t key[PROTO_KEY_LEN], struct hub_cert *out)
{
    enum err e;

    (void)pthread_rwlock_rdlock(&c->lock);
    e = find(c, key, out);
    (void)pthread_rwlock_unlock(&c->lock);
    return e;
}

enum err hub_certs_node(struct hub_certs *c, const uint8_t key[PROTO_KEY_LEN], struct proto_cert *out)
{
    const struct slot *s;
    enum err e = ERR_KEY;

    (void)pthread_rwlock_rdlock(&c->lock);
    s = place(c, c->slot, c->slots, key);
    if (s->used && s->cert.use == PROTO_USE_NODE) {
        *out = s->cert;
        e = OK;
    }
    (void)pthread_rwlock_unlock(&c->lock);
    return e;
}

size_t hub_certs_count(struct hub_certs *c)
{
    size_t n;

    (void)pthread_rwlock_rdlock(&c->lock);
    n = c->count;
    (void)pthread_rwlock_unlock(&c->lock);
    return n;
}

void hub_certs_drop_ended(struct hub_certs *c, uint64_t at_s)
{
    (void)pthread_rwlock_wrlock(&c->lock);
    /* No memory for a smaller table: the larger one serves as well. */
    (void)!rebuild(c, c->slots, at_s);
    (void)pthread_rwlock_unlock(&c->lock);
}

static void narrow_slot(struct slot *s, const struct proto_region *region, const uint8_t rotated[PROTO_PARTNER_LEN])
{
    const struct proto_partner *p = proto_region_partner(region, s->cert.partner);
    struct proto_cert narrowed = s->cert;
    uint64_t former_s = PROTO_NEVER_S;

    if (p == NULL || proto_cert_narrow(region, &narrowed) != OK)
        narrowed.until_s = 0;
    if (p != NULL && s->cert.use == PROTO_USE_NODE && p->former_count != 0 && memcmp(p->id, rotated, sizeof p->id) == 0)
        former_s = p->former[p->former_count - 1].until_s;
    s->cert.until_s = narrowed.until_s < former_s ? narrowed.until_s : former_s;
}

void hub_certs_narrow(struct hub_certs *c, const struct proto_region *region, const uint8_t rotated[PROTO_PARTNER_LEN])
{
    (void)pthread_rwlock_wrlock(&c->lock);
    for (size_t i = 0; i < c->slots; i++)
        if (c->slot[i].used)
            narrow_slot(&c->slot[i], region, rotated);
    (void)pthread_rwlock_unlock(&c->lock);
}
