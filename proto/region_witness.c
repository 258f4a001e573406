#include "proto/region_witness.h"

#include "proto/region_log.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

unsigned proto_region_witness_keys(const struct proto_region *r, uint8_t i)
{
    return 1U + r->witness[i].former_count;
}

/* By a statement about this key; that its partner is out is another matter, which the time of a line decides. */
static bool is_revoked(const struct proto_region *r, const struct proto_partner *p, const uint8_t key[PROTO_KEY_LEN])
{
    for (size_t i = 0; p != NULL && i < r->revoked_count; i++)
        if (sodium_memcmp(r->revoked[i].partner, p->id, sizeof p->id) == 0 && sodium_memcmp(r->revoked[i].key, key, PROTO_KEY_LEN) == 0)
            return true;
    return false;
}

enum err proto_region_witness_key(const struct proto_region *r, uint8_t i, unsigned k, struct proto_note_key *out, uint64_t *until_s)
{
    struct proto_note_key now, key;
    uint64_t until = PROTO_NEVER_S;
    enum err e = i >= r->witness_count || k >= proto_region_witness_keys(r, i) ? ERR_RANGE : proto_note_key_decode(r->witness[i].vkey, &now);

    if (e != OK)
        return e;
    if (k != 0) {
        size_t at = r->witness[i].former_count - k;

        until = r->witness[i].former[at].until_s;
        e = proto_note_key_make(now.name, PROTO_NOTE_COSIGNATURE, r->witness[i].former[at].key, &key);
    } else {
        key = now;
    }
    if (e == OK) {
        *until_s = is_revoked(r, proto_region_witness_partner(r, i), key.key) ? 0 : until;
        *out = key;
    }
    return e;
}

enum err proto_region_witness_at(const struct proto_region *r, uint8_t i, uint64_t at_s, unsigned *k)
{
    unsigned n = r->witness[i].former_count;

    for (unsigned f = 0; f < n; f++)
        if (at_s < r->witness[i].former[f].until_s) {
            *k = n - f;
            return OK;
        }
    if (at_s < r->witness[i].from_s)
        return ERR_NOTFOUND;
    *k = 0;
    return OK;
}

void proto_region_witness_name(const struct proto_region *r, uint8_t i, char out[PROTO_NOTE_NAME_MAX + 1])
{
    size_t len = strcspn(r->witness[i].vkey, "+");

    if (len > PROTO_NOTE_NAME_MAX)
        len = 0;
    memcpy(out, r->witness[i].vkey, len);
    out[len] = '\0';
}

const struct proto_partner *proto_region_witness_partner(const struct proto_region *r, uint8_t i)
{
    char name[PROTO_NOTE_NAME_MAX + 1];

    if (r->witness[i].outsider)
        return NULL;
    proto_region_witness_name(r, i, name);
    return proto_region_handle(r, name);
}

enum err proto_region_witness_find(const struct proto_region *r, const uint8_t key[PROTO_KEY_LEN], uint8_t *i, unsigned *k)
{
    for (uint8_t w = 0; w < r->witness_count; w++) {
        struct proto_note_key now;

        if (proto_note_key_decode(r->witness[w].vkey, &now) == OK && sodium_memcmp(now.key, key, PROTO_KEY_LEN) == 0) {
            *i = w;
            *k = 0;
            return OK;
        }
        for (unsigned f = 0; f < r->witness[w].former_count; f++)
            if (sodium_memcmp(r->witness[w].former[f].key, key, PROTO_KEY_LEN) == 0) {
                *i = w;
                *k = r->witness[w].former_count - f;
                return OK;
            }
    }
    return ERR_NOTFOUND;
}

bool proto_region_witness_is_outsider(const struct proto_region *r, const struct proto_note_key *key, bool now, uint8_t *i)
{
    char name[PROTO_NOTE_NAME_MAX + 1];
    unsigned k;
    uint8_t place;

    if (proto_region_witness_find(r, key->key, &place, &k) != OK || !r->witness[place].outsider || (now && k != 0))
        return false;
    proto_region_witness_name(r, place, name);
    if (strcmp(name, key->name) != 0)
        return false;
    *i = place;
    return true;
}

enum err proto_region_witness_of(const struct proto_region *r, const struct proto_partner *p, uint8_t *i)
{
    for (uint8_t w = 0; p != NULL && w < r->witness_count; w++)
        if (proto_region_witness_partner(r, w) == p) {
            *i = w;
            return OK;
        }
    return ERR_NOTFOUND;
}

/* Never before the one of before began: then every moment has one key. */
static uint64_t moment(const struct proto_region *r, uint8_t i, const struct proto_region_witness_change *c)
{
    uint64_t from_s = c->from_s > c->at_s ? c->from_s : c->at_s;

    return from_s > r->witness[i].from_s ? from_s : r->witness[i].from_s;
}

void proto_region_witness_put(struct proto_region *r, uint8_t i, const struct proto_region_witness_change *c)
{
    struct proto_note_key before;
    uint64_t from_s;

    if (i == PROTO_WITNESSES_MAX || strlen(c->vkey) >= sizeof r->witness[i].vkey)
        abort();
    if (i == r->witness_count) {
        memset(&r->witness[i], 0, sizeof r->witness[i]);
        r->witness_count++;
    } else if (r->witness[i].former_count == PROTO_WITNESS_FORMER_MAX || proto_note_key_decode(r->witness[i].vkey, &before) != OK) {
        abort();
    }
    from_s = moment(r, i, c);
    if (r->witness[i].vkey[0] != '\0') {
        memcpy(r->witness[i].former[r->witness[i].former_count].key, before.key, sizeof before.key);
        r->witness[i].former[r->witness[i].former_count++].until_s = from_s;
    }
    memcpy(r->witness[i].vkey, c->vkey, strlen(c->vkey) + 1);
    r->witness[i].from_s = from_s;
    r->witness[i].seen = c->seen;
    r->witness[i].registry = c->registry;
    r->witness[i].log_number = (uint8_t)proto_region_log_number(r);
    r->witness_changes++;
}
