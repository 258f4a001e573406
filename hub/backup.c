#include "hub/backup.h"

#include "base/file.h"
#include "base/kv.h"
#include "base/rd.h"
#include "base/wr.h"
#include "hub/backup_origin.h"
#include "hub/backup_registry.h"
#include "hub/home.h"
#include "hub/ledger.h"
#include "hub/store_number.h"
#include "proto/region_log.h"
#include "proto/tile.h"
#include "proto/tlog.h"

#include <sodium.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

enum { TILE_MAX = PROTO_TILE_WIDTH * (2 + PROTO_LEAF_LEN) };

/* The map is made large enough for what is added; it grows in the running hub. */
#define MAP_BYTES ((uint64_t)1 << 30)

/* A whole tile, or the part that the log had then: the widest part that is there. */
static enum err read_tile(const char *mirror, uint64_t n, size_t least, uint8_t **data, size_t *len)
{
    char path[HUB_PATH_MAX];
    enum err e = ERR_NOTFOUND;

    for (size_t width = PROTO_TILE_WIDTH; e == ERR_NOTFOUND && width >= least; width--) {
        const struct proto_tile tile = { PROTO_TILE_ENTRIES, n, width };

        e = proto_tile_path(mirror, &tile, path, sizeof path);
        if (e == OK)
            e = file_read(path, TILE_MAX, data, len, NULL);
    }
    return e;
}

/* Leaf number index of a tile's bytes. */
static enum err leaf_of(const uint8_t *data, size_t len, size_t at, uint8_t out[PROTO_LEAF_LEN])
{
    struct rd r;
    size_t leaf_len = 0;
    const uint8_t *leaf = NULL;

    rd_init(&r, data, len);
    for (size_t i = 0; i <= at; i++)
        leaf = rd_bytes16(&r, PROTO_LEAF_LEN, &leaf_len);
    if (r.err != OK || leaf_len != PROTO_LEAF_LEN)
        return ERR_SYNTAX;
    for (size_t i = 0; i < PROTO_LEAF_LEN; i++)
        out[i] = leaf[i];
    return OK;
}

static enum err append_all(struct hub_ledger *l, struct kv_txn *x, uint64_t size, const char *mirror)
{
    uint8_t leaf[PROTO_LEAF_LEN], *data = NULL;
    size_t len = 0;
    enum err e = OK;

    while (e == OK && hub_ledger_size(l) < size) {
        uint64_t n = hub_ledger_size(l) / PROTO_TILE_WIDTH, end = (n + 1) * PROTO_TILE_WIDTH < size ? (n + 1) * PROTO_TILE_WIDTH : size;

        e = read_tile(mirror, n, (size_t)(end - n * PROTO_TILE_WIDTH), &data, &len);
        while (e == OK && hub_ledger_size(l) < end) {
            e = leaf_of(data, len, (size_t)(hub_ledger_size(l) - n * PROTO_TILE_WIDTH), leaf);
            if (e == OK)
                e = hub_ledger_append(l, x, leaf);
        }
        free(data);
        data = NULL;
    }
    return e;
}

/* The tables of a store that is put back; all opened before anything is written. */
struct putting {
    const struct hub_backup_sources *from;
    struct kv *kv;
    kv_table meta;
    struct hub_ledger *ledger;
    struct hub_store_number *numbers;
    struct hub_registry *registry;
    struct proto_region *region;      /* the registry is folded into it */
    struct hub_signed last;
    struct trouble *t;
};

static void drop(struct putting *p)
{
    hub_registry_close(p->registry);
    hub_store_number_close(p->numbers);
    hub_ledger_close(p->ledger);
    kv_close(p->kv);
    free(p->region);
}

static enum err open_all(struct putting *p, const char *store)
{
    char *text = NULL;
    size_t len = 0;
    enum err e;

    p->region = calloc(1, sizeof *p->region);
    e = p->region == NULL ? ERR_NOMEM : hub_home_region(p->from->home, &text, &len, p->region, p->t);
    if (e == OK)
        e = kv_open(store, MAP_BYTES, &p->kv, p->t);
    if (e == OK)
        e = kv_table_open(p->kv, "meta", &p->meta);
    if (e == OK)
        e = hub_ledger_open(p->kv, &p->ledger, p->t);
    if (e == OK)
        e = hub_store_number_open(p->kv, &p->numbers);
    if (e == OK)
        e = hub_registry_open(p->kv, p->region, NULL, &p->registry);
    free(text);
    return e;
}

/* ---- what was signed last ---- */

static enum err read_checkpoint(const struct putting *p, const char *path, struct proto_merkle_head *head, unsigned *origin)
{
    struct proto_note *note = calloc(1, sizeof *note);
    struct proto_tlog_checkpoint c;
    struct proto_note_key log;
    uint8_t *data = NULL;
    size_t len = 0;
    enum err e = note == NULL ? ERR_NOMEM : file_read(path, PROTO_NOTE_MAX, &data, &len, NULL);

    if (e == OK)
        e = proto_region_log_of(p->region, data, len, &log, origin);
    if (e == OK)
        e = proto_tlog_checkpoint_open(data, len, &log, note, &c);
    if (e == OK)
        *head = c.head;
    free(data);
    free(note);
    return e;
}

/* What was signed last, as far as anything here knows: a checkpoint that was given counts if the key of the log as it is now signed it. */
static enum err read_shown(struct putting *p, struct proto_merkle_head *out)
{
    const char *path = p->from->checkpoint;
    struct proto_merkle_head head;
    unsigned origin = 0;
    enum err e;

    *out = p->from->last.head;
    if (path == NULL)
        return OK;
    e = read_checkpoint(p, path, &head, &origin);
    if (e == OK && origin != proto_region_log_number(p->region))
        e = ERR_KEY;
    if (e == OK && head.size == out->size && sodium_memcmp(head.root, out->root, sizeof head.root) != 0)
        e = ERR_SIGNATURE;
    if (e != OK)
        return trouble_at(p->t, e, path, 0, 0, "is no checkpoint of this log as it is now (%s)", "is geen checkpoint van dit logboek zoals het nu is (%s)",
            err_word(e));
    if (head.size > out->size)
        *out = head;
    return OK;
}

static enum err read_mirror(struct putting *p, struct proto_merkle_head *head)
{
    char path[HUB_PATH_MAX];
    unsigned origin;
    enum err e = file_join(path, sizeof path, p->from->mirror, "checkpoint");

    if (e == OK)
        e = read_checkpoint(p, path, head, &origin);
    if (e == ERR_NOTFOUND)
        return trouble_at(p->t, e, p->from->mirror, 0, 0, "has no copy of the log: that is a folder from schakel hub mirror or schakel-hub export",
            "heeft geen kopie van het logboek: dat is een map van schakel hub mirror of schakel-hub export");
    return e == OK ? OK : trouble_at(p->t, e, path, 0, 0, "is no checkpoint of this log (%s)", "is geen checkpoint van dit logboek (%s)", err_word(e));
}

/* All that there is: the store's leaves, and those that a mirror has more. */
static enum err keep_what_is(struct putting *p)
{
    struct proto_merkle_head head;
    enum err e = p->from->mirror != NULL ? read_mirror(p, &head) : OK;

    p->last.head.size = hub_ledger_size(p->ledger);
    hub_ledger_root(p->ledger, p->last.head.root);
    if (e == OK && p->from->mirror != NULL && head.size > p->last.head.size)
        p->last.head = head;
    return e;
}

/*
 * The signer's memory went with the home: then the mirror says how long the log was, and as it is signed it is true. A log that is put back
 * shorter than it was shown to anybody would be another one.
 */
static enum err look_in_mirror(struct putting *p)
{
    struct proto_merkle_head head;
    enum err e;

    if (p->from->mirror == NULL)
        return trouble_at(p->t, ERR_STATE, p->from->home, 0, 0,
            "what the hub signed last is lost with its folder: give a copy of the log as it was last (--mirror DIR, from schakel hub mirror or "
            "export), or say that the hub was stopped before this backup was made and never ran since (--newest)",
            "wat de hub het laatst ondertekende is met zijn map verloren: geef een kopie van het logboek zoals het het laatst was (--mirror MAP, van "
            "schakel hub mirror of export), of zeg dat de hub voor deze reservekopie was gestopt en niet meer heeft gedraaid (--newest)");
    e = read_mirror(p, &head);
    if (e == OK && head.size >= p->last.head.size)
        p->last.head = head;
    return e;
}

static bool has_root(const struct putting *p)
{
    uint8_t root[PROTO_HASH_LEN];

    hub_ledger_root(p->ledger, root);
    return hub_ledger_size(p->ledger) == p->last.head.size && sodium_memcmp(root, p->last.head.root, sizeof root) == 0;
}

/* ---- putting in ---- */

/*
 * Whose numbers the leaves between hold, nobody here knows, and a number must never be given twice: each partner goes on behind as many as
 * there are leaves, also who was admitted by the registry. What lies between stays empty, and its officer reads that nothing is there.
 */
static enum err skip_numbers(struct putting *p, struct kv_txn *x, uint64_t count)
{
    enum err e = OK;

    for (size_t i = 0; e == OK && i < p->region->partner_count; i++)
        e = hub_store_number_skip(p->numbers, p->region->partner[i].id, count);
    return e == OK ? hub_store_number_save(p->numbers, x) : e;
}

/* Of leaves below this no seed can be made: the day's key that they had is in no backup, and another one would give wrong ones. */
static enum err save_seeds_from(struct putting *p, struct kv_txn *x)
{
    uint8_t value[8];
    struct wr w;

    wr_init(&w, value, sizeof value);
    wr_u64(&w, hub_ledger_size(p->ledger));
    return kv_put(x, p->meta, "seeds_from", 10, value, sizeof value);
}

static enum err add_leaves(struct putting *p, struct kv_txn *x, uint64_t before)
{
    const char *mirror = p->from->mirror;
    enum err e = OK;

    if (before < p->last.head.size && mirror == NULL)
        return trouble_at(p->t, ERR_STATE, "store", 0, 0,
            "this backup has %llu leaves and %llu were signed since the log began: give a copy of the log that has them (--mirror DIR). Has nobody "
            "one, two partners can let the log go on without: schakel-hub restore --lost",
            "deze reservekopie heeft %llu bladen en er zijn er %llu ondertekend: geef een kopie van het logboek die ze heeft (--mirror MAP). Heeft "
            "niemand die, dan kunnen twee partners het logboek zonder laten doorgaan: schakel-hub restore --lost",
            (unsigned long long)before, (unsigned long long)p->last.head.size);
    if (before < p->last.head.size)
        e = append_all(p->ledger, x, p->last.head.size, mirror);
    if (e == ERR_NOTFOUND)
        return trouble_at(p->t, e, mirror, 0, 0,
            "does not have the leaves that are missing. Has nobody them, two partners can let the log go on without: schakel-hub restore --lost",
            "heeft de ontbrekende bladen niet. Heeft niemand ze, dan kunnen twee partners het logboek zonder laten doorgaan: schakel-hub restore --lost");
    if (e == OK && before <= p->last.head.size && !has_root(p))
        e = trouble_at(p->t, ERR_SIGNATURE, mirror != NULL ? mirror : "store", 0, 0, "these leaves do not give the root that was signed",
            "deze bladen geven niet de wortel die is ondertekend");
    return e;
}

/* Within x; done says what is there then. */
static enum err add_all(struct putting *p, struct kv_txn *x, struct hub_backup_done *done)
{
    uint64_t before = hub_ledger_size(p->ledger);
    enum err e = add_leaves(p, x, before);

    done->kept.size = hub_ledger_size(p->ledger);
    hub_ledger_root(p->ledger, done->kept.root);
    done->leaves_added = done->kept.size - before;
    if (e == OK)
        e = hub_backup_registry_append(p->registry, x, p->from, &done->statements_added, p->t);
    if (e == OK)
        e = read_shown(p, &done->shown);
    if (e == OK && p->from->origin != NULL)
        e = hub_backup_origin_append(p->registry, p->ledger, x, p->from, &done->shown, &done->lost, p->t);
    if (e == OK && done->leaves_added + done->lost != 0)
        e = skip_numbers(p, x, done->leaves_added + done->lost);
    if (e == OK)
        e = save_seeds_from(p, x);
    done->leaves = hub_ledger_size(p->ledger);
    done->statements = proto_registry_size(p->registry->fold);
    done->origin = proto_region_log_number(p->region);
    return e;
}

static enum err put_in(struct putting *p, struct hub_backup_done *done)
{
    struct kv_txn *x = NULL;
    enum err e = kv_begin(p->kv, true, &x);

    if (e == OK)
        e = add_all(p, x, done);
    if (e == OK && (!p->from->is_lost || p->from->origin != NULL))
        return kv_commit(x);
    kv_abort(x);
    return e;
}

enum err hub_backup_complete(const struct hub_backup_sources *from, const char *store, struct hub_backup_done *done, struct trouble *t)
{
    struct putting p = { .from = from, .last = from->last, .t = t };
    struct hub_backup_done now = { .leaves = 0 };
    enum err e = open_all(&p, store);

    if (e == OK && from->is_lost)
        e = keep_what_is(&p);
    else if (e == OK && from->memory_is_old)
        e = look_in_mirror(&p);
    if (e == OK)
        e = put_in(&p, &now);
    if (e == OK)
        *done = now;
    drop(&p);
    return e;
}
