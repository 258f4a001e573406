#include "client/verify_origins.h"

#include "base/file.h"
#include "client/home.h"
#include "proto/registry.h"

#include <stdlib.h>

enum err client_verify_origins_fold(struct proto_region *region, const char *folder, struct proto_registry **out, struct trouble *t)
{
    struct proto_registry *r = NULL;
    struct proto_merkle_head head;
    char path[CLIENT_PATH_MAX];
    uint8_t *data = NULL;
    size_t len = 0;
    enum err e = file_join(path, sizeof path, folder, "registry");

    if (e == OK)
        e = file_read(path, PROTO_REGISTRY_COPY_MAX, &data, &len, NULL);
    if (e == ERR_NOTFOUND) {
        *out = NULL;
        return OK;
    }
    if (e == OK)
        e = proto_registry_new(region, &r);
    if (e == OK)
        e = proto_registry_copy_take(r, data, len, &head);
    free(data);
    if (e == OK) {
        *out = r;
        return OK;
    }
    proto_registry_free(r);
    return trouble_at(t, e, path, 0, 0, "is not a registry of this region", "is geen register van deze regio");
}

enum err client_verify_origins_read(const struct proto_region *region, const char *folder, struct proto_region *live, struct trouble *t)
{
    struct proto_registry *r = NULL;
    enum err e;

    *live = *region;
    e = client_verify_origins_fold(live, folder, &r, t);
    proto_registry_free(r);
    return e;
}

/* How many leaves both have: the fewest that were kept at any change between them. */
static uint64_t common(const struct proto_region *live, unsigned from, unsigned to)
{
    uint64_t least = UINT64_MAX;

    for (unsigned i = from; i < to; i++) {
        uint64_t kept = i <= live->origin_count ? live->origin[i - 1].kept.size : 0;

        least = kept < least ? kept : least;
    }
    return least;
}

void client_verify_origins_sort(const struct proto_region *live, unsigned now, struct client_claims *claims, struct client_problems *p)
{
    for (size_t i = 0; i < claims->count; i++) {
        struct client_claim *c = &claims->at[i];
        unsigned from = c->origin < now ? c->origin : now, to = c->origin < now ? now : c->origin;
        uint64_t both = common(live, from, to);

        c->compare = c->index >= both ? CLIENT_COMPARE_NOTHING : c->size > both || c->spent ? CLIENT_COMPARE_LEAF : CLIENT_COMPARE_ALL;
        if (c->compare == CLIENT_COMPARE_NOTHING && c->origin < now && to - 1 <= live->origin_count)
            claims->lost++;
        else if (c->compare == CLIENT_COMPARE_NOTHING)
            client_problem(p, c->name, c->index, "this receipt is of another origin of the log than this copy, which does not say what was kept: give "
                "a newer copy, with its registry",
                "dit ontvangstbewijs is van een andere oorsprong van het logboek dan deze kopie, die niet zegt wat is bewaard: geef een nieuwere "
                "kopie, met haar register");
    }
}
