/* A registry of statements that lie in files, beside the region's own: what that one revoked counts here too. */
#include "proto/registry_state.h"

#include <stdlib.h>
#include <string.h>

/* Lists grow at powers of two (proto/registry): so this one has room up to the next. */
static enum err copy_revoked(struct proto_registry *r, const struct proto_registry *log)
{
    size_t room = 1;

    while (room < log->revoked_count)
        room *= 2;
    r->revoked = calloc(room, sizeof *r->revoked);
    if (r->revoked == NULL)
        return ERR_NOMEM;
    if (log->revoked_count != 0)
        memcpy(r->revoked, log->revoked, log->revoked_count * sizeof *r->revoked);
    r->revoked_count = log->revoked_count;
    r->region->revoked = r->revoked;
    r->region->revoked_count = r->revoked_count;
    return OK;
}

/* Whoever has a key that was taken from its owner can write any day under what it signs. */
static void forget_days(struct proto_registry *r)
{
    for (size_t i = 0; i < r->revoked_count; i++)
        r->revoked[i].from_s = 0;
    for (size_t i = 0; i < r->region->partner_count; i++) {
        struct proto_partner *p = &r->region->partner[i];

        for (uint8_t k = 0; k < p->former_count; k++)
            p->former[k].until_s = 0;
        if (p->revoked)
            p->until_s = p->from_s;
    }
}

enum err proto_registry_beside_new(struct proto_region *region, const struct proto_registry *log, bool forget, struct proto_registry **out)
{
    struct proto_registry *r = NULL;
    enum err e;

    *region = *log->region;
    region->revoked = NULL;
    region->revoked_count = 0;
    e = proto_registry_new(region, &r);
    if (e != OK)
        return e;
    r->is_beside = true;
    e = copy_revoked(r, log);
    if (e != OK) {
        proto_registry_free(r);
        return e;
    }
    if (forget)
        forget_days(r);
    *out = r;
    return OK;
}
