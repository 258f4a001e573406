#include "hub/cli.h"

#include "base/file.h"
#include "base/wr.h"
#include "hub/home.h"
#include "hub/ledger.h"
#include "hub/origin.h"
#include "hub/signer.h"
#include "hub/store_cosigned.h"
#include "proto/region_log.h"
#include "proto/registry.h"
#include "proto/tile.h"
#include "server/registry.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/*
 * The log as C2SP tlog-tiles: checkpoint, tile/L/N (256 hashes of level 8 L) and tile/entries/N (256 leaves, each with a u16 length before
 * it); the last of each level may be partial, N.p/W. Works beside a running hub: what is signed does not change any more,
 * and a read transaction lasts one tile.
 */
enum { ENTRY_LEN = 2 + PROTO_LEAF_LEN, TILE_MAX = PROTO_TILE_WIDTH * ENTRY_LEN, PUBLIC_FILE_MODE = 0644 };

struct export {
    struct kv *kv;
    struct hub_ledger_reader *log;
    struct hub_signed last;
    unsigned origin;
    const char *folder;
    uint8_t tile[TILE_MAX];
};

/* Folders are made on the way; nothing else is ever written there, so no sync until the checkpoint. */
static enum err write_tile(const struct export *x, const struct proto_tile *tile, size_t len)
{
    char path[HUB_PATH_MAX], *slash;
    FILE *f;
    bool good;
    enum err e = proto_tile_path(x->folder, tile, path, sizeof path);

    if (e != OK)
        return e;
    slash = strrchr(path, '/');
    *slash = '\0';
    e = file_mkdirs(path, NULL);
    *slash = '/';
    if (e != OK)
        return e;
    f = fopen(path, "wbe");
    if (f == NULL)
        return ERR_IO;
    good = fwrite(x->tile, 1, len, f) == len;
    good = fclose(f) == 0 && good;
    return good ? OK : ERR_IO;
}

typedef enum err fill(struct export *x, struct kv_txn *txn, uint8_t level, uint64_t index, struct wr *w);

static enum err fill_entry(struct export *x, struct kv_txn *txn, uint8_t level, uint64_t index, struct wr *w)
{
    uint8_t leaf[PROTO_LEAF_LEN];
    enum err e = hub_ledger_read_leaf(x->log, txn, index, leaf);

    (void)level;
    wr_bytes16(w, leaf, sizeof leaf);
    return e;
}

static enum err fill_hash(struct export *x, struct kv_txn *txn, uint8_t level, uint64_t index, struct wr *w)
{
    uint8_t hash[PROTO_HASH_LEN];
    enum err e = hub_ledger_read_node(x->log, txn, (uint8_t)(level * 8), index, hash);

    wr_copy(w, hash, sizeof hash);
    return e;
}

static enum err make_tile(struct export *x, fill *each, const struct proto_tile *tile)
{
    struct kv_txn *txn = NULL;
    struct wr w;
    enum err e = kv_begin(x->kv, false, &txn);

    if (e != OK)
        return e;
    wr_init(&w, x->tile, sizeof x->tile);
    for (size_t i = 0; e == OK && i < tile->width; i++)
        e = each(x, txn, tile->level, tile->n * PROTO_TILE_WIDTH + i, &w);
    kv_abort(txn);
    if (e == OK)
        e = wr_end(&w);
    return e == OK ? write_tile(x, tile, w.len) : e;
}

static enum err make_tiles(struct export *x, fill *each, uint8_t level, uint64_t count)
{
    enum err e = OK;

    for (uint64_t n = 0; e == OK && n * PROTO_TILE_WIDTH < count; n++) {
        uint64_t left = count - n * PROTO_TILE_WIDTH;
        const struct proto_tile tile = { level, n, left < PROTO_TILE_WIDTH ? (size_t)left : PROTO_TILE_WIDTH };

        e = make_tile(x, each, &tile);
    }
    return e;
}

static enum err make_all(struct export *x)
{
    uint64_t size = x->last.head.size;
    enum err e = make_tiles(x, fill_entry, PROTO_TILE_ENTRIES, size);

    for (uint8_t level = 0; e == OK && size >> (8 * level) != 0 && level <= PROTO_TILE_LEVEL_MAX; level++)
        e = make_tiles(x, fill_hash, level, size >> (8 * level));
    return e;
}

/* Beside the newest checkpoint the newest that is anchored: what lies under it is proven against the hub with its friends too. */
static enum err write_anchored(const struct export *x, const struct proto_region *region, struct trouble *t)
{
    struct hub_store_cosigned *store = NULL;
    struct hub_cosigned *c = malloc(sizeof *c);
    struct hub_witness *w = malloc(sizeof *w);
    struct kv_txn *txn = NULL;
    char path[HUB_PATH_MAX];
    char vkey[PROTO_NOTE_VKEY_ROOM];
    struct proto_note_key key;
    enum err e = c == NULL || w == NULL ? ERR_NOMEM : proto_region_log_key(region, x->origin, &key);

    if (e == OK) {
        proto_note_key_encode(&key, vkey);
        e = hub_witness_init(w, region, vkey);
    }

    if (e == OK)
        e = hub_store_cosigned_open(x->kv, &store);
    if (e == OK)
        e = kv_begin(x->kv, false, &txn);
    if (e == OK) {
        e = hub_store_cosigned_get(store, txn, w->origin_id, c);
        kv_abort(txn);
    }
    /* Anchored after the copy was begun: of leaves that are not in it. */
    if (e == OK && c->head.size > x->last.head.size)
        e = ERR_NOTFOUND;
    if (e == OK)
        e = file_join(path, sizeof path, x->folder, "checkpoint.anchored");
    if (e == OK)
        e = file_write(path, c->note, c->note_len, PUBLIC_FILE_MODE, t);
    hub_store_cosigned_close(store);
    free(c);
    free(w);
    return e == ERR_NOTFOUND ? OK : e;
}

static enum err add_anchored(const struct hub_cli *c, const struct export *x)
{
    struct proto_region *region = calloc(1, sizeof *region);
    char *text = NULL;
    size_t len = 0;
    enum err e = region == NULL ? ERR_NOMEM : hub_home_region(c->home, &text, &len, region, c->t);

    if (e == OK)
        e = write_anchored(x, region, c->t);
    free(text);
    free(region);
    return e;
}

/* As core wrote it for the other roles: a hub is restored with it. A hub that never ran has none. */
static enum err add_registry(const struct hub_cli *c, const struct export *x)
{
    char from[HUB_PATH_MAX], to[HUB_PATH_MAX];
    uint8_t *data = NULL;
    size_t len = 0;
    enum err e = server_registry_place(c->home, from, sizeof from);

    if (e == OK)
        e = file_join(to, sizeof to, x->folder, "registry");
    if (e == OK)
        e = file_read(from, PROTO_REGISTRY_COPY_MAX, &data, &len, NULL);
    if (e == OK)
        e = file_write(to, data, len, PUBLIC_FILE_MODE, c->t);
    free(data);
    return e == ERR_NOTFOUND ? OK : e;
}

/* The checkpoint comes last: a folder that has one is complete. */
static enum err write_checkpoint(const struct export *x, struct trouble *t)
{
    char path[HUB_PATH_MAX];
    enum err e = file_join(path, sizeof path, x->folder, "checkpoint");

    return e == OK ? file_write(path, x->last.note, x->last.note_len, PUBLIC_FILE_MODE, t) : e;
}

static enum err open_log(const struct hub_cli *c, struct export *x)
{
    char path[HUB_PATH_MAX];
    enum err e = hub_origin_read(c->home, &x->origin, c->t);

    if (e == OK)
        e = hub_origin_memory_of(c->home, x->origin, path, c->t);

    if (e == OK)
        e = hub_signer_read(path, &x->last, c->t);
    if (e == OK && x->last.note_len == 0)
        return trouble_at(c->t, ERR_STATE, c->home, 0, 0, "there is no log yet: this hub has never run",
            "er is nog geen logboek: deze hub heeft nooit gedraaid");
    if (e == OK)
        e = hub_home_path(c->home, "store", path, c->t);
    if (e == OK)
        e = kv_open_read(path, &x->kv, c->t);
    return e == OK ? hub_ledger_reader_open(x->kv, &x->log) : e;
}

enum err hub_cmd_export(struct hub_cli *c)
{
    struct export *x = calloc(1, sizeof *x);
    struct stat st;
    enum err e = x == NULL ? ERR_NOMEM : OK;

    if (e == OK && stat(c->argument, &st) == 0)
        e = trouble_at(c->t, ERR_EXISTS, c->argument, 0, 0, "this name is taken: give a folder that does not exist yet",
            "deze naam bestaat al: geef een map die er nog niet is");
    if (e == OK) {
        x->folder = c->argument;
        e = open_log(c, x);
    }
    if (e == OK)
        e = file_mkdirs(c->argument, c->t);
    if (e == OK)
        e = make_all(x);
    if (e == OK)
        e = add_anchored(c, x);
    if (e == OK)
        e = add_registry(c, x);
    if (e == OK)
        e = write_checkpoint(x, c->t);
    if (e == OK) {
        json_add_text(c->reply, "folder", c->argument);
        json_add_u64(c->reply, "leaves", x->last.head.size);
    }
    if (x != NULL) {
        hub_ledger_reader_close(x->log);
        kv_close(x->kv);
    }
    free(x);
    return e;
}
