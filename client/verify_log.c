/* client/verify: a copy of the log: its tree, and the receipts compared with it. */
#include "client/verify.h"

#include "base/file.h"
#include "base/rd.h"
#include "client/home.h"
#include "client/verify_origins.h"
#include "proto/cosigned.h"
#include "proto/leaf.h"
#include "proto/region_log.h"
#include "proto/tile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = PROTO_TILE_WIDTH, TILE_MAX = WIDTH * (2 + 65535), HASH = PROTO_MERKLE_HASH_LEN };

struct pass {
    const struct proto_region *region;
    const char *folder;
    struct client_problems *p;
    struct proto_merkle_tree tree;
    struct client_claim **by_index, **by_size;   /* sorted; NULL without claims */
    size_t claims, sizes, next_index, next_size;
    bool differs;                                /* some leaf is not what its tile says */
    bool bare;                                   /* from bare_from on there are leaves without stored hashes, as in a partner's mirror */
    uint64_t bare_from;
    uint64_t agreed;                             /* the largest size whose root a receipt confirmed */
    bool parted;                                 /* from a size on, roots are not those that the hub signed */
    struct proto_cosigned anchored;              /* checkpoint.anchored; head.size 0: there is none */
    bool anchored_fits;                          /* these leaves give its root */
};

/* ---- tiles ---- */

/* A mirror may have the whole tile where the log then had a part of it. */
static enum err read_tile(const struct pass *s, struct proto_tile tile, uint8_t **data, size_t *len)
{
    char path[CLIENT_PATH_MAX];
    enum err e = proto_tile_path(s->folder, &tile, path, sizeof path);

    if (e == OK)
        e = file_read(path, TILE_MAX, data, len, NULL);
    if (e == ERR_NOTFOUND && tile.width < WIDTH) {
        tile.width = WIDTH;
        e = proto_tile_path(s->folder, &tile, path, sizeof path);
        if (e == OK)
            e = file_read(path, TILE_MAX, data, len, NULL);
    }
    return e;
}

/* ---- claims against leaves and roots ---- */

static void compare_leaf(struct pass *s, uint64_t index, const uint8_t leaf[HASH])
{
    while (s->next_index < s->claims && s->by_index[s->next_index]->index == index) {
        const struct client_claim *c = s->by_index[s->next_index++];

        if (memcmp(c->leaf, leaf, HASH) != 0)
            client_problem(s->p, c->name, index, "this leaf is not the one that the receipt is for",
                "dit blad is niet dat waar het ontvangstbewijs bij hoort");
    }
}

static void compare_root(struct pass *s)
{
    uint8_t root[HASH];

    if (s->next_size >= s->sizes || s->by_size[s->next_size]->size != s->tree.size)
        return;
    proto_merkle_root(&s->tree, root);
    while (s->next_size < s->sizes && s->by_size[s->next_size]->size == s->tree.size) {
        const struct client_claim *c = s->by_size[s->next_size++];

        if (memcmp(c->root, root, HASH) == 0) {
            s->agreed = s->tree.size;
        } else if (!s->parted) {
            s->parted = true;
            client_problem(s->p, c->name, s->agreed,
                "this leaf or one after it, up to the tree of this receipt, is not what the hub signed",
                "dit blad of een later, tot aan de boom van dit ontvangstbewijs, is niet wat de hub ondertekende");
        }
    }
}

static void compare_anchored(struct pass *s)
{
    uint8_t root[HASH];

    if (s->tree.size != s->anchored.head.size)
        return;
    proto_merkle_root(&s->tree, root);
    s->anchored_fits = memcmp(root, s->anchored.head.root, HASH) == 0;
    if (!s->anchored_fits)
        client_problem(s->p, "checkpoint.anchored", UINT64_MAX, "what the witnesses cosigned is not this log: there are two histories",
            "wat de getuigen medeondertekenden is niet dit logboek: er zijn twee geschiedenissen");
}

static int index_order(const void *a, const void *b)
{
    const struct client_claim *x = *(struct client_claim *const *)a, *y = *(struct client_claim *const *)b;

    return x->index < y->index ? -1 : x->index > y->index;
}

static int size_order(const void *a, const void *b)
{
    const struct client_claim *x = *(struct client_claim *const *)a, *y = *(struct client_claim *const *)b;

    return x->size < y->size ? -1 : x->size > y->size;
}

static enum err sort_by_origin(struct pass *s, struct client_claims *claims, struct client_log_report *out, struct trouble *t)
{
    struct proto_region *live = malloc(sizeof *live);
    enum err e = live == NULL ? ERR_NOMEM : client_verify_origins_read(s->region, s->folder, live, t);

    if (e == OK) {
        client_verify_origins_sort(live, out->origin, claims, s->p);
        out->lost = claims->lost;
    }
    free(live);
    return e;
}

static enum err sort_claims(struct pass *s, struct client_claims *claims)
{
    if (claims == NULL || claims->count == 0)
        return OK;
    s->by_index = calloc(claims->count, sizeof(struct client_claim *));
    s->by_size = calloc(claims->count, sizeof(struct client_claim *));
    if (s->by_index == NULL || s->by_size == NULL)
        return ERR_NOMEM;
    for (size_t i = 0; i < claims->count; i++) {
        if (claims->at[i].compare != CLIENT_COMPARE_NOTHING)
            s->by_index[s->claims++] = &claims->at[i];
        if (claims->at[i].compare == CLIENT_COMPARE_ALL)
            s->by_size[s->sizes++] = &claims->at[i];
    }
    qsort(s->by_index, s->claims, sizeof(struct client_claim *), index_order);
    qsort(s->by_size, s->sizes, sizeof(struct client_claim *), size_order);
    return OK;
}

/* ---- the leaves ---- */

/* A changed leaf that its stored hash names is told once: the tree goes on with the stored hash, so that the rest is still judged. */
static enum err one_leaf(struct pass *s, uint64_t index, const uint8_t *data, size_t len, const uint8_t *stored)
{
    uint8_t hash[HASH];
    enum err e;

    proto_merkle_leaf(data, len, hash);
    if (stored != NULL && memcmp(stored, hash, HASH) != 0) {
        s->differs = true;
        client_problem(s->p, NULL, index, "this leaf was changed", "dit blad is veranderd");
    } else if (proto_leaf_check(data, len) != OK) {
        client_problem(s->p, NULL, index, "these bytes are no leaf: if nothing else is wrong with this copy, the hub put them into its log",
            "deze bytes zijn geen blad: als er verder niets mis is met deze kopie, zette de hub ze in zijn logboek");
    }
    compare_leaf(s, index, hash);
    e = proto_merkle_append(&s->tree, stored != NULL ? stored : hash, NULL, NULL);
    if (e == OK)
        compare_root(s);
    if (e == OK)
        compare_anchored(s);
    return e;
}

static enum err one_tile(struct pass *s, uint64_t n, size_t width)
{
    uint8_t *entries = NULL, *hashes = NULL;
    size_t entries_len = 0, hashes_len = 0;
    struct rd r;
    enum err e = read_tile(s, (struct proto_tile){PROTO_TILE_ENTRIES, n, width}, &entries, &entries_len);

    if (e == ERR_NOTFOUND)
        client_problem(s->p, NULL, n * WIDTH, "the leaves from here on are not in this copy", "de bladen vanaf hier staan niet in deze kopie");
    if (e == OK && read_tile(s, (struct proto_tile){0, n, width}, &hashes, &hashes_len) != OK && !s->bare) {
        s->bare = true;
        s->bare_from = n * WIDTH;
    }
    rd_init(&r, entries, entries_len);
    for (size_t i = 0; e == OK && i < width; i++) {
        size_t len = 0;
        const uint8_t *leaf = rd_bytes16(&r, 65535, &len);

        if (r.err != OK) {
            client_problem(s->p, NULL, n * WIDTH + i, "the leaves from here on cannot be read", "de bladen vanaf hier zijn niet te lezen");
            e = ERR_SYNTAX;
        } else {
            e = one_leaf(s, n * WIDTH + i, leaf, len, hashes_len >= (i + 1) * HASH ? hashes + i * HASH : NULL);
        }
    }
    free(entries);
    free(hashes);
    return e;
}

/* When the stored hashes do not give the root, they were changed too: the level above names the block of 256 in which. */
static enum err name_block(struct pass *s, uint64_t size)
{
    uint8_t *upper = NULL, *lower = NULL;
    size_t upper_len = 0, lower_len = 0;
    enum err e = OK;

    for (uint64_t n = 0; e == OK && n < size / WIDTH; n++) {
        struct proto_merkle_tree block;
        size_t width = size / WIDTH - n / WIDTH * WIDTH < WIDTH ? (size_t)(size / WIDTH - n / WIDTH * WIDTH) : WIDTH;
        uint8_t root[HASH];

        proto_merkle_init(&block);
        if (read_tile(s, (struct proto_tile){1, n / WIDTH, width}, &upper, &upper_len) != OK
            || read_tile(s, (struct proto_tile){0, n, WIDTH}, &lower, &lower_len) != OK
            || lower_len < WIDTH * HASH || upper_len < (n % WIDTH + 1) * HASH) {
            e = ERR_NOTFOUND;
        } else {
            for (size_t i = 0; e == OK && i < WIDTH; i++)
                e = proto_merkle_append(&block, lower + i * HASH, NULL, NULL);
            proto_merkle_root(&block, root);
            if (memcmp(root, upper + n % WIDTH * HASH, HASH) != 0)
                client_problem(s->p, NULL, n * WIDTH, "one of the 256 leaves from here on was changed, and its stored hash with it",
                    "een van de 256 bladen vanaf hier is veranderd, met zijn bewaarde hash");
        }
        free(upper);
        free(lower);
        upper = lower = NULL;
    }
    return e == ERR_NOTFOUND ? OK : e;
}

/* ---- the checkpoint ---- */

static enum err open_checkpoint(const struct pass *s, struct client_log_report *out, struct trouble *t)
{
    struct proto_cosigned c;
    struct proto_note_key key;
    char path[CLIENT_PATH_MAX];
    uint8_t *data = NULL;
    size_t len = 0;
    enum err e = file_join(path, sizeof path, s->folder, "checkpoint");

    if (e == OK)
        e = file_read(path, PROTO_NOTE_LEN_MAX, &data, &len, NULL);
    if (e == ERR_NOTFOUND)
        return trouble_at(t, e, s->folder, 0, 0, "has no copy of the log: that is a folder from schakel hub mirror or schakel-hub export",
            "heeft geen kopie van het logboek: dat is een map van schakel hub mirror of schakel-hub export");
    if (e == OK)
        e = proto_region_log_of(s->region, data, len, &key, &out->origin);
    if (e == OK)
        e = proto_cosigned_count(s->region, &key, data, len, NULL, UINT64_MAX - PROTO_COSIGNED_AHEAD_S, &c);
    if (e == OK) {
        out->head = c.head;
        out->cosigned_partners = c.partners;
        out->cosigned_outsiders = c.outsiders;
        out->anchored = c.anchored;
    }
    free(data);
    return e == OK ? OK
                   : trouble_at(t, e, path, 0, 0, "is not a checkpoint that this region's hub signed",
                         "is geen checkpoint dat de hub van deze regio heeft ondertekend");
}

/* Optional: the newest checkpoint with enough cosignatures, which may be of a smaller tree. */
static enum err open_anchored(struct pass *s, struct trouble *t)
{
    struct proto_note_key key;
    unsigned origin;
    char path[CLIENT_PATH_MAX];
    uint8_t *data = NULL;
    size_t len = 0;
    enum err e = file_join(path, sizeof path, s->folder, "checkpoint.anchored");

    if (e == OK)
        e = file_read(path, PROTO_NOTE_LEN_MAX, &data, &len, NULL);
    if (e == ERR_NOTFOUND)
        return OK;
    if (e == OK)
        e = proto_region_log_of(s->region, data, len, &key, &origin);
    if (e == OK)
        e = proto_cosigned_count(s->region, &key, data, len, NULL, UINT64_MAX - PROTO_COSIGNED_AHEAD_S, &s->anchored);
    free(data);
    return e == OK ? OK
                   : trouble_at(t, e, path, 0, 0, "is not a checkpoint that this region's hub signed",
                         "is geen checkpoint dat de hub van deze regio heeft ondertekend");
}

/* The leaves in order. What cannot be read is told, and the rest of the copy is not judged. */
static enum err all_tiles(struct pass *s, uint64_t size, bool *whole)
{
    enum err e = OK;

    for (uint64_t n = 0; e == OK && n * WIDTH < size; n++)
        e = one_tile(s, n, size - n * WIDTH < WIDTH ? (size_t)(size - n * WIDTH) : WIDTH);
    *whole = e == OK;
    return e == ERR_NOTFOUND || e == ERR_SYNTAX ? OK : e;
}

static enum err judge(struct pass *s, bool whole, struct client_log_report *out)
{
    uint8_t root[HASH];
    enum err e = OK;

    proto_merkle_root(&s->tree, root);
    out->root_holds = whole && memcmp(root, out->head.root, HASH) == 0;
    out->compared = s->next_size;
    if (whole && !out->root_holds)
        e = name_block(s, out->head.size);
    out->root_holds = out->root_holds && !s->differs;
    /* The leaves themselves give the root, or do not: the stored hashes only say where. */
    if (!out->root_holds && s->bare)
        client_problem(s->p, NULL, s->bare_from, "the stored hashes from here on are missing: a changed leaf cannot be named",
            "de bewaarde hashes vanaf hier ontbreken: een veranderd blad is niet aan te wijzen");
    if (!out->root_holds)
        client_problem(s->p, "checkpoint", UINT64_MAX, "the leaves of this copy do not give the root that the hub signed",
            "de bladen van deze kopie geven niet de wortel die de hub ondertekende");
    return e;
}

/* The newest checkpoint itself, or one below it; only of leaves that give its root, and of which none was changed. */
static void judge_anchored(const struct pass *s, struct client_log_report *out)
{
    out->anchored = out->anchored && out->root_holds;
    out->anchored_size = out->anchored ? out->head.size : 0;
    if (out->anchored || s->anchored.head.size == 0 || !s->anchored_fits || s->differs)
        return;
    out->cosigned_partners = s->anchored.partners;
    out->cosigned_outsiders = s->anchored.outsiders;
    if (!s->anchored.anchored)
        return;
    out->anchored_size = s->anchored.head.size;
    out->anchored = out->anchored_size == out->head.size;
}

enum err client_verify_log(const struct proto_region *region, const char *folder, struct client_claims *claims, struct client_log_report *out,
    struct client_problems *p, struct trouble *t)
{
    struct client_log_report fresh = {.compared = 0};
    struct pass *s = calloc(1, sizeof *s);
    bool whole = false;
    enum err e = s == NULL ? ERR_NOMEM : OK;

    if (e != OK)
        return e;
    *s = (struct pass){.region = region, .folder = folder, .p = p};
    proto_merkle_init(&s->tree);
    e = open_checkpoint(s, &fresh, t);
    if (e == OK)
        e = open_anchored(s, t);
    if (e == OK && claims != NULL)
        e = sort_by_origin(s, claims, &fresh, t);
    if (e == OK)
        e = sort_claims(s, claims);
    if (e == OK)
        e = all_tiles(s, fresh.head.size, &whole);
    if (e == OK)
        e = judge(s, whole, &fresh);
    if (e == OK)
        judge_anchored(s, &fresh);
    free(s->by_index);
    free(s->by_size);
    free(s);
    if (e == OK)
        *out = fresh;
    return e == OK ? OK : trouble_at(t, e, folder, 0, 0, "this copy of the log could not be read", "deze kopie van het logboek is niet te lezen");
}
