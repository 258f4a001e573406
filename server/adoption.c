#include "server/adoption.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { BEFORE_S = 90 * 86400 };

void server_adoption_say(const struct server_manifest *m, const struct proto_region *region, uint64_t now_s, struct proto_registry_say *out)
{
    struct proto_registry_say s = { .act = PROTO_REG_PACK, .made_s = now_s, .before_s = now_s + BEFORE_S,
        .from_s = clock_midnight_nl(m->valid_from) };

    memcpy(s.region, region->hash, sizeof s.region);
    randombytes_buf(s.id, sizeof s.id);
    memcpy(s.digest, m->digest, sizeof s.digest);
    memcpy(s.name, m->name, sizeof s.name);
    memcpy(s.version, m->version, sizeof s.version);
    *out = s;
}

/* A note, when it was made, and where it stands in the manifest. */
struct made {
    uint64_t made_s;
    size_t at;
};

static int earlier(const void *a, const void *b)
{
    const struct made *one = a, *other = b;

    if (one->made_s != other->made_s)
        return one->made_s < other->made_s ? -1 : 1;
    return one->at < other->at ? -1 : 1;
}

static bool is_of_this(const struct proto_registry_say *s, const struct server_manifest *m)
{
    return s->act == PROTO_REG_PACK && memcmp(s->digest, m->digest, sizeof s->digest) == 0 && strcmp(s->name, m->name) == 0
        && strcmp(s->version, m->version) == 0 && s->from_s == clock_midnight_nl(m->valid_from);
}

/* The handle in the one signature line, unproven. */
static enum err signer_of(const char *text, struct server_adopter *out)
{
    struct proto_note *note = malloc(sizeof *note);
    enum err e = note == NULL ? ERR_NOMEM : OK;

    if (e == OK && proto_note_parse((const uint8_t *)text, strlen(text), note) == OK && note->count == 1
        && note->line[0].name_len < sizeof out->handle) {
        memcpy(out->handle, note->line[0].name, note->line[0].name_len);
        out->handle[note->line[0].name_len] = '\0';
    }
    free(note);
    return e;
}

static enum err append(struct proto_registry *r, const char *text, uint64_t at_s, enum proto_registry_why *why)
{
    uint8_t leaf[PROTO_REGISTRY_LEAF_MAX];
    size_t len = 0;
    enum err e = proto_registry_leaf(at_s, (const uint8_t *)text, strlen(text), leaf, sizeof leaf, &len);

    *why = PROTO_REG_MALFORMED;
    return e == ERR_LONG ? OK : e == OK ? proto_registry_append(r, leaf, len, why) : e;
}

static uint64_t made_of(const char *note, struct proto_registry_say *say)
{
    return proto_registry_say_parse((const uint8_t *)note, strlen(note), say, NULL) == OK ? say->made_s : 0;
}

enum err server_adoption_fold(struct proto_registry *r, char *const *notes, size_t n, enum proto_registry_why *why)
{
    struct proto_registry_say *say = malloc(sizeof *say);
    struct made *order = calloc(n + 1, sizeof *order);
    enum proto_registry_why one;
    enum err e = say == NULL || order == NULL ? ERR_NOMEM : OK;

    for (size_t i = 0; e == OK && i < n; i++)
        order[i] = (struct made){ made_of(notes[i], say), i };
    if (e == OK)
        qsort(order, n, sizeof *order, earlier);
    for (size_t i = 0; e == OK && i < n; i++) {
        e = append(r, notes[order[i].at], order[i].made_s, &one);
        if (e == OK && why != NULL)
            why[order[i].at] = one;
    }
    free(order);
    free(say);
    return e;
}

/* What each note says of itself, and whether it is about this pack. */
static enum err describe(const struct server_manifest *m, struct server_adoption *out)
{
    struct proto_registry_say *say = malloc(sizeof *say);
    enum err e = say == NULL ? ERR_NOMEM : OK;

    for (size_t i = 0; e == OK && i < m->adoptions; i++) {
        struct server_adopter *a = &out->note[i];

        e = signer_of(m->adoption[i], a);
        a->made_s = made_of(m->adoption[i], say);
        a->is_of_this = a->made_s != 0 && is_of_this(say, m);
    }
    free(say);
    return e;
}

enum err server_adoption_of(const struct proto_region *region, const struct proto_registry *log, const struct server_manifest *m,
    struct server_adoption *out)
{
    struct proto_region *copy = malloc(sizeof *copy);
    struct server_adoption all = { .notes = m->adoptions, .needed = region->adoption };
    enum proto_registry_why why[SERVER_MANIFEST_NOTES_MAX];
    struct proto_registry *r = NULL;
    enum err e = ERR_NOMEM;

    if (copy == NULL)
        return e;
    *copy = *region;
    e = log != NULL ? proto_registry_beside_new(copy, log, true, &r) : proto_registry_new(copy, &r);
    if (e == OK)
        e = server_adoption_fold(r, m->adoption, m->adoptions, why);
    if (e == OK)
        e = describe(m, &all);
    if (e == OK) {
        for (size_t i = 0; i < m->adoptions; i++)
            all.note[i].why = why[i];
        all.adopters = proto_registry_adopters(r, m->digest, clock_midnight_nl(m->valid_from), proto_registry_time(r));
        *out = all;
    }
    proto_registry_free(r);
    free(copy);
    return e;
}
