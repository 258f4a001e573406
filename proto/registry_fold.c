/* proto/registry: what a statement that counts changes. That it may, proto/registry_rules has judged. */
#include "proto/registry_state.h"

#include "proto/region_log.h"
#include "proto/region_witness.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

/* One more of these at the end of a list that grows by the power of two; NULL without memory. */
static void *grow(void *list, size_t count, size_t size)
{
    return (count & (count - 1)) == 0 ? realloc(list, (count == 0 ? 1 : 2 * count) * size) : list;
}

#define GROW(list, count) grow((list), (count), sizeof *(list))

enum err proto_registry_fold_room(struct proto_registry *r)
{
    void *p;

    if ((p = GROW(r->id, r->id_count)) == NULL)
        return ERR_NOMEM;
    r->id = p;
    if ((p = GROW(r->vote, r->vote_count)) == NULL)
        return ERR_NOMEM;
    r->vote = p;
    if ((p = GROW(r->adopted, r->adopted_count)) == NULL)
        return ERR_NOMEM;
    r->adopted = p;
    if ((p = GROW(r->quota, r->quota_count)) == NULL)
        return ERR_NOMEM;
    r->quota = p;
    if ((p = GROW(r->revoked, r->revoked_count)) == NULL)
        return ERR_NOMEM;
    r->revoked = p;
    r->region->revoked = r->revoked;
    return OK;
}

/* Beyond what a checkpoint has room for there are no more witnesses; the partner counts among those of whom half must cosign all the same. */
static void fold_witness(struct proto_region *region, const struct proto_registry_say *s)
{
    const struct proto_region_witness_change c = { .vkey = s->witness };

    if (s->witness[0] != '\0' && region->witness_count != PROTO_WITNESSES_MAX)
        proto_region_witness_put(region, region->witness_count, &c);
}

/* That the place is there, or has room, was judged. */
static void fold_change(struct proto_region *region, const struct proto_registry_say *s, uint64_t at_s)
{
    struct proto_region_witness_change c = { .vkey = s->witness, .from_s = s->from_s, .at_s = at_s, .seen.size = s->seen, .registry.size = s->statements };
    uint8_t i = region->witness_count;
    unsigned k = 0;

    memcpy(c.seen.root, s->digest, sizeof c.seen.root);
    memcpy(c.registry.root, s->root, sizeof c.registry.root);
    if (!sodium_is_zero(s->key, sizeof s->key) && proto_region_witness_find(region, s->key, &i, &k) != OK)
        abort();
    proto_region_witness_put(region, i, &c);
}

static void fold_admit(struct proto_registry *r, const struct proto_registry_say *s)
{
    struct proto_partner *p = &r->region->partner[r->region->partner_count];

    memset(p, 0, sizeof *p);
    memcpy(p->id, s->partner, sizeof p->id);
    memcpy(p->handle, s->handle, sizeof p->handle);
    memcpy(p->kind, s->kind, sizeof p->kind);
    memcpy(p->name, s->name, sizeof p->name);
    memcpy(p->root_key, s->key, sizeof p->root_key);
    p->from_s = s->from_s;
    p->until_s = s->until_s;
    r->region->partner_count++;
    fold_witness(r->region, s);
}

static struct proto_partner *subject(struct proto_registry *r, const struct proto_registry_say *s)
{
    const struct proto_partner *p = proto_region_partner(r->region, s->partner);

    return p != NULL ? &r->region->partner[p - r->region->partner] : NULL;
}

static void fold_revoke(struct proto_registry *r, const struct proto_registry_say *s, struct proto_partner *p)
{
    r->narrowed = true;
    if (!sodium_is_zero(s->key, sizeof s->key)) {
        struct proto_revoked *k = &r->revoked[r->revoked_count++];

        memcpy(k->partner, s->partner, sizeof k->partner);
        memcpy(k->key, s->key, sizeof k->key);
        k->from_s = s->from_s;
        r->region->revoked_count = r->revoked_count;
        return;
    }
    if (s->from_s < proto_partner_until(p))
        p->until_s = s->from_s;
    p->revoked = true;
}

static void fold_root(struct proto_registry *r, const struct proto_registry_say *s, struct proto_partner *p)
{
    memcpy(p->former[p->former_count].key, p->root_key, sizeof p->root_key);
    p->former[p->former_count++].until_s = s->from_s;
    memcpy(p->root_key, s->key, sizeof p->root_key);
    r->narrowed = true;
}

static void fold_pack(struct proto_registry *r, const struct proto_registry_say *s, const struct proto_partner *by, uint64_t at_s)
{
    struct proto_registry_vote *v = &r->vote[r->vote_count++];

    memset(v, 0, sizeof *v);
    memcpy(v->partner, by->id, sizeof v->partner);
    memcpy(v->pack.digest, s->digest, sizeof v->pack.digest);
    memcpy(v->pack.name, s->name, sizeof v->pack.name);
    memcpy(v->pack.version, s->version, sizeof v->pack.version);
    v->pack.from_s = s->from_s;
    v->pack.adopted_s = at_s;
    if (proto_registry_adopters(r, s->digest, s->from_s, at_s) == r->region->adoption)
        r->adopted[r->adopted_count++] = v->pack;
}

/* That it has room was judged. */
static void fold_origin(struct proto_registry *r, const struct proto_registry_say *s, uint64_t at_s)
{
    struct proto_origin o = { .seen.size = s->seen, .kept.size = s->kept, .at_s = at_s };

    memcpy(o.seen.root, s->digest, sizeof o.seen.root);
    memcpy(o.kept.root, s->root, sizeof o.kept.root);
    proto_region_log_change(r->region, &o);
}

static void fold_quota(struct proto_registry *r, const struct proto_registry_say *s)
{
    struct proto_registry_quota_row *q = &r->quota[r->quota_count++];

    memcpy(q->partner, s->partner, sizeof q->partner);
    q->elements = s->elements;
    q->from_s = s->from_s;
    q->until_s = s->until_s;
}

void proto_registry_fold(struct proto_registry *r, const struct proto_registry_say *s, const struct proto_partner *by, uint64_t at_s)
{
    struct proto_partner *p = subject(r, s);

    memcpy(r->id[r->id_count++].id, s->id, PROTO_ID_LEN);
    if (s->act == PROTO_REG_ADMIT)
        fold_admit(r, s);
    else if (s->act == PROTO_REG_PACK)
        fold_pack(r, s, by, at_s);
    else if (s->act == PROTO_REG_QUOTA)
        fold_quota(r, s);
    else if (s->act == PROTO_REG_ORIGIN)
        fold_origin(r, s, at_s);
    else if (s->act == PROTO_REG_WITNESS)
        fold_change(r->region, s, at_s);
    else if (s->act == PROTO_REG_REVOKE && p != NULL)
        fold_revoke(r, s, p);
    else if (p != NULL)
        fold_root(r, s, p);
}
