#include "hub/registry_cap.h"

#include "proto/note.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

/* A statement, and where it is counted. */
struct counted {
    struct proto_registry_say say;
    struct proto_note note;
    uint16_t *at, most;        /* NULL: it has no share, as more than one must sign it or it can be said but a few times */
};

static const struct proto_partner *signer(const struct proto_region *region, const struct proto_note_line *line)
{
    char handle[sizeof region->partner->handle] = { 0 };

    if (line->name_len >= sizeof handle)
        return NULL;
    memcpy(handle, line->name, line->name_len);
    return proto_region_handle(region, handle);
}

/* Who signed is judged already: a revocation with one line is the partner's own (P-183), an adoption has one (P-185). */
static void find_share(struct hub_registry_cap *c, const struct proto_region *region, struct counted *k)
{
    const struct proto_partner *p;
    size_t by_root = k->say.node_cert_len == 0, i;

    k->at = NULL;
    if (k->note.count != 1 || (p = signer(region, &k->note.line[0])) == NULL)
        return;
    i = (size_t)(p - region->partner);
    if (k->say.act == PROTO_REG_REVOKE && !sodium_is_zero(k->say.key, sizeof k->say.key)) {
        k->at = &c->of[i].keys[by_root];
        k->most = HUB_REGISTRY_CAP_KEYS;
    } else if (k->say.act == PROTO_REG_PACK) {
        k->at = &c->of[i].packs[by_root];
        k->most = HUB_REGISTRY_CAP_PACKS;
    }
}

/* Gives *out. */
static enum err open_note(struct hub_registry_cap *c, const struct proto_region *region, const uint8_t *note, size_t len, struct counted **out)
{
    struct counted *k = calloc(1, sizeof *k);
    enum err e = k == NULL ? ERR_NOMEM : proto_registry_say_parse(note, len, &k->say, NULL);

    if (e == OK)
        e = proto_note_parse(note, len, &k->note);
    if (e != OK) {
        free(k);
        return e;
    }
    find_share(c, region, k);
    *out = k;
    return OK;
}

enum err hub_registry_cap_count(struct hub_registry_cap *c, const struct proto_region *region, const uint8_t *note, size_t len)
{
    struct counted *k = NULL;
    enum err e = open_note(c, region, note, len, &k);

    if (e == OK && k->at != NULL && *k->at < UINT16_MAX)
        (*k->at)++;
    free(k);
    return e;
}

static bool has_room(const struct proto_registry *fold, size_t note_len, size_t kept_leaves, size_t kept_bytes)
{
    return proto_registry_size(fold) < PROTO_REGISTRY_MAX - kept_leaves
        && proto_registry_bytes(fold) + note_len + 2 + (PROTO_REGISTRY_LEAF_MAX - PROTO_REGISTRY_NOTE_MAX)
            <= PROTO_REGISTRY_LEAVES_MAX - kept_bytes;
}

enum err hub_registry_cap_judge(struct hub_registry_cap *c, const struct proto_region *region, const struct proto_registry *fold,
    const uint8_t *note, size_t len, enum proto_registry_why *why)
{
    struct counted *k = NULL;
    enum err e = open_note(c, region, note, len, &k);
    bool fits;

    if (e != OK)
        return e;
    if (k->say.act == PROTO_REG_REVOKE && k->at == NULL)
        fits = has_room(fold, len, 0, 0);
    else
        fits = has_room(fold, len, HUB_REGISTRY_KEPT_LEAVES, HUB_REGISTRY_KEPT_BYTES) && (k->at == NULL || *k->at < k->most);
    free(k);
    *why = fits ? PROTO_REG_COUNTS : PROTO_REG_FULL;
    return OK;
}
