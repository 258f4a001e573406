#include "proto/region_log.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "/2" to "/9" behind the first: one digit, as there are never more. */
enum { TAIL_LEN = 2 };

_Static_assert(PROTO_ORIGINS_MAX < 10, "one digit");

/* What stands in the region file. */
static size_t first_len(const struct proto_region *r)
{
    return strlen(r->log_origin) - (r->origin_count != 0 ? TAIL_LEN : 0);
}

static enum err name_of(const struct proto_region *r, unsigned n, char out[PROTO_VKEY_MAX])
{
    size_t len = first_len(r);

    if (n == 0 || n > PROTO_ORIGINS_MAX)
        return ERR_RANGE;
    if (len + TAIL_LEN >= PROTO_VKEY_MAX)
        return ERR_LONG;
    memcpy(out, r->log_origin, len);
    out[len] = '\0';
    if (n > 1)
        (void)snprintf(out + len, PROTO_VKEY_MAX - len, "/%u", n);
    return OK;
}

enum err proto_region_log_key(const struct proto_region *r, unsigned n, struct proto_note_key *out)
{
    char name[PROTO_VKEY_MAX];
    enum err e = name_of(r, n, name);

    return e == OK ? proto_note_key_make(name, PROTO_NOTE_ED25519, r->log_key, out) : e;
}

unsigned proto_region_log_number(const struct proto_region *r)
{
    return r->origin_count + 1U;
}

enum err proto_region_log_of(const struct proto_region *r, const uint8_t *note, size_t len, struct proto_note_key *out, unsigned *n)
{
    char name[PROTO_VKEY_MAX];

    for (unsigned i = 1; i <= PROTO_ORIGINS_MAX && name_of(r, i, name) == OK; i++) {
        size_t name_len = strlen(name);

        if (len > name_len && note[name_len] == '\n' && sodium_memcmp(note, name, name_len) == 0) {
            *n = i;
            return proto_region_log_key(r, i, out);
        }
    }
    return ERR_KEY;
}

/* The key under the next origin; its text must fit where that of the first one is. */
static enum err next_key(const struct proto_region *r, char vkey[PROTO_NOTE_VKEY_ROOM], struct proto_note_key *key)
{
    enum err e = proto_region_log_key(r, proto_region_log_number(r) + 1, key);

    if (e != OK)
        return e;
    proto_note_key_encode(key, vkey);
    return strlen(vkey) < sizeof r->log_vkey && strlen(key->name) < sizeof r->log_origin ? OK : ERR_LONG;
}

bool proto_region_log_can_change(const struct proto_region *r)
{
    char vkey[PROTO_NOTE_VKEY_ROOM];
    struct proto_note_key key;

    return next_key(r, vkey, &key) == OK;
}

void proto_region_log_change(struct proto_region *r, const struct proto_origin *o)
{
    char vkey[PROTO_NOTE_VKEY_ROOM];
    struct proto_note_key key;

    if (next_key(r, vkey, &key) != OK)
        abort();
    memcpy(r->log_origin, key.name, strlen(key.name) + 1);
    memcpy(r->log_vkey, vkey, strlen(vkey) + 1);
    r->origin[r->origin_count++] = *o;
}

uint64_t proto_region_log_lost(const struct proto_region *r)
{
    uint64_t lost = 0;

    for (uint8_t i = 0; i < r->origin_count; i++)
        lost += r->origin[i].seen.size - r->origin[i].kept.size;
    return lost;
}
