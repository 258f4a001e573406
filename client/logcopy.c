#include "client/logcopy.h"

#include "base/file.h"
#include "base/rd.h"
#include "base/text.h"
#include "base/wr.h"
#include "client/cmd_registry.h"
#include "client/home.h"
#include "client/pubfile.h"
#include "proto/region_log.h"
#include "proto/reply.h"
#include "proto/tile.h"
#include "proto/tlog.h"

#include <dirent.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WIDTH = PROTO_TILE_WIDTH, ENTRY_LEN = 2 + PROTO_LEAF_LEN, ANSWER_LEAVES = 1024 };

struct client_logcopy {
    struct client_run *run;
    const char *folder;
    struct proto_region *region;
    struct proto_merkle_tree tree;
    uint8_t tile[WIDTH * ENTRY_LEN];    /* of the leaves behind the last whole tile */
    struct proto_note note;
    struct proto_tlog_checkpoint checkpoint;   /* the newest that was answered; borrows text */
    uint8_t text[PROTO_NOTE_MAX];
    size_t text_len;
    uint8_t anchored[PROTO_NOTE_MAX];   /* with the lines of those who cosigned it, as the node has it; 0 bytes: it has none */
    size_t anchored_len;
    uint64_t written;                   /* the size of the checkpoint in the folder; 0: none */
};

static enum err tile_path(const struct client_logcopy *m, uint64_t n, size_t width, char out[CLIENT_PATH_MAX])
{
    const struct proto_tile tile = {PROTO_TILE_ENTRIES, n, width};

    return proto_tile_path(m->folder, &tile, out, CLIENT_PATH_MAX);
}

static enum err write_tile(const struct client_logcopy *m, uint64_t n, size_t width)
{
    char path[CLIENT_PATH_MAX], *slash;
    enum err e = tile_path(m, n, width, path);

    if (e != OK)
        return e;
    slash = strrchr(path, '/');
    *slash = '\0';
    e = file_mkdirs(path, m->run->t);
    *slash = '/';
    return e == OK ? file_write(path, m->tile, width * ENTRY_LEN, 0644, m->run->t) : e;
}

static enum err add_leaf(struct client_logcopy *m, const uint8_t leaf[PROTO_LEAF_LEN])
{
    uint8_t hash[PROTO_MERKLE_HASH_LEN];
    size_t at = (size_t)(m->tree.size % WIDTH);
    struct wr w;
    enum err e;

    proto_merkle_leaf(leaf, PROTO_LEAF_LEN, hash);
    wr_init(&w, m->tile + at * ENTRY_LEN, ENTRY_LEN);
    wr_bytes16(&w, leaf, PROTO_LEAF_LEN);
    e = wr_end(&w);
    return e == OK ? proto_merkle_append(&m->tree, hash, NULL, NULL) : e;
}

/* ---- what is there ---- */

static enum err read_tile(struct client_logcopy *m, uint64_t n, size_t width)
{
    char path[CLIENT_PATH_MAX];
    uint8_t *data = NULL;
    size_t len = 0;
    struct rd r;
    enum err e = tile_path(m, n, width, path);

    if (e == OK)
        e = file_read(path, sizeof m->tile, &data, &len, m->run->t);
    rd_init(&r, data, e == OK ? len : 0);
    for (size_t i = 0; e == OK && i < width; i++) {
        size_t leaf_len = 0;
        const uint8_t *leaf = rd_bytes16(&r, PROTO_LEAF_LEN, &leaf_len);

        e = leaf != NULL && leaf_len == PROTO_LEAF_LEN ? add_leaf(m, leaf) : ERR_SYNTAX;
    }
    if (e == OK)
        e = rd_end(&r);
    free(data);
    return e;
}

static enum err check_root(struct client_logcopy *m)
{
    uint8_t root[PROTO_MERKLE_HASH_LEN];

    proto_merkle_root(&m->tree, root);
    return m->tree.size == m->checkpoint.head.size && sodium_memcmp(root, m->checkpoint.head.root, sizeof root) == 0 ? OK : ERR_SIGNATURE;
}

static enum err open_checkpoint(struct client_logcopy *m)
{
    struct proto_note_key log;
    unsigned origin;
    enum err e = proto_region_log_of(m->region, m->text, m->text_len, &log, &origin);

    /* Under whichever origin: leaves that were kept stay where they are, so a copy goes on from them (P-193). */
    return e == OK ? proto_tlog_checkpoint_open(m->text, m->text_len, &log, &m->note, &m->checkpoint) : e;
}

/* What was being written when its writer was ended: nothing names it. */
static void sweep(char *folder)
{
    DIR *dir = opendir(folder);
    const struct dirent *d;
    char path[CLIENT_PATH_MAX];

    while (dir != NULL && (d = readdir(dir)) != NULL) {
        size_t len = strlen(d->d_name);

        if (len > 4 && strcmp(d->d_name + len - 4, ".tmp") == 0 && file_join(path, sizeof path, folder, d->d_name) == OK)
            (void)unlink(path);
    }
    if (dir != NULL)
        (void)closedir(dir);
}

static void sweep_all(const struct client_logcopy *m)
{
    char path[CLIENT_PATH_MAX];

    if (file_join(path, sizeof path, m->folder, ".") == OK)
        sweep(path);
    for (size_t width = WIDTH - 1; width <= WIDTH; width++)
        if (tile_path(m, m->written / WIDTH, width, path) == OK) {
            *strrchr(path, '/') = '\0';
            sweep(path);
        }
}

enum err client_logcopy_read(struct client_logcopy *m)
{
    char path[CLIENT_PATH_MAX];
    uint8_t *data = NULL;
    size_t len = 0;
    uint64_t size;
    enum err e = file_join(path, sizeof path, m->folder, "checkpoint");

    proto_merkle_init(&m->tree);
    m->checkpoint = (struct proto_tlog_checkpoint){.head = {.size = 0}};
    m->written = 0;

    if (e == OK)
        e = file_read(path, sizeof m->text, &data, &len, NULL);
    if (e == ERR_NOTFOUND)
        return OK;
    if (e == OK) {
        memcpy(m->text, data, len);
        m->text_len = len;
        e = open_checkpoint(m);
    }
    free(data);
    size = m->checkpoint.head.size;
    for (uint64_t n = 0; e == OK && n * WIDTH < size; n++)
        e = read_tile(m, n, size - n * WIDTH < WIDTH ? (size_t)(size - n * WIDTH) : WIDTH);
    if (e == OK)
        e = check_root(m);
    m->written = m->tree.size;
    if (e == OK)
        sweep_all(m);
    return e == OK ? OK : trouble_at(m->run->t, e, m->folder, 0, 0, "is not a whole copy of this log: give an empty folder",
        "is geen hele kopie van dit logboek: geef een lege map");
}

/* ---- more ---- */

static enum err take_answer(struct client_logcopy *m, const cJSON *reply, uint64_t *count)
{
    const char *checkpoint = NULL, *leaves = NULL, *anchored = NULL;
    uint8_t *data = malloc((size_t)ANSWER_LEAVES * PROTO_LEAF_LEN);
    size_t len = 0;
    enum err e = data == NULL ? ERR_NOMEM : json_text(reply, "checkpoint", &checkpoint);

    m->anchored_len = 0;
    if (e == OK && json_text(reply, "anchored", &anchored) == OK)
        e = text_unbase64(anchored, strlen(anchored), m->anchored, sizeof m->anchored, &m->anchored_len);
    if (e == OK)
        e = json_text(reply, "leaves", &leaves);
    if (e == OK)
        e = json_u64(reply, "count", count);
    if (e == OK)
        e = text_unbase64(checkpoint, strlen(checkpoint), m->text, sizeof m->text, &m->text_len);
    if (e == OK)
        e = open_checkpoint(m);
    if (e == OK)
        e = text_unbase64(leaves, strlen(leaves), data, (size_t)ANSWER_LEAVES * PROTO_LEAF_LEN, &len);
    if (e == OK && len != *count * PROTO_LEAF_LEN)
        e = ERR_SYNTAX;
    for (uint64_t i = 0; e == OK && i < *count && m->tree.size < m->checkpoint.head.size; i++) {
        e = add_leaf(m, data + i * PROTO_LEAF_LEN);
        if (e == OK && m->tree.size % WIDTH == 0)
            e = write_tile(m, m->tree.size / WIDTH - 1, WIDTH);
    }
    free(data);
    return e;
}

static enum err ask(struct client_logcopy *m, uint64_t *count)
{
    cJSON *reply = NULL;
    enum err e;

    cJSON_DeleteItemFromObject(m->run->args, "first");
    json_add_u64(m->run->args, "first", m->tree.size);
    e = client_run_call_as_nobody(m->run, "mirror.leaves", &reply);
    if (e == OK)
        e = take_answer(m, reply, count);
    cJSON_Delete(reply);
    return e;
}

/* A part of a tile that a larger one replaced: nothing names it any more. */
static void drop_part(const struct client_logcopy *m)
{
    char path[CLIENT_PATH_MAX];

    if (m->written % WIDTH != 0 && m->written != m->tree.size
        && tile_path(m, m->written / WIDTH, (size_t)(m->written % WIDTH), path) == OK)
        (void)unlink(path);
}

/* Its leaves are in this copy, and it is of the log as it is called now: another would look like a second history to whoever verifies. */
static bool is_of_copy(const struct client_logcopy *m, const uint8_t *text, size_t len)
{
    struct proto_tlog_checkpoint c;
    struct proto_note *note = malloc(sizeof *note);
    struct proto_note_key log, now;
    unsigned origin = 0, origin_now = 0;
    bool fits = note != NULL && proto_region_log_of(m->region, text, len, &log, &origin) == OK
        && proto_region_log_of(m->region, m->text, m->text_len, &now, &origin_now) == OK && origin == origin_now
        && proto_tlog_checkpoint_open(text, len, &log, note, &c) == OK && c.head.size <= m->tree.size;

    free(note);
    return fits;
}

/* As schakel-hub export has it. What was written before stays while it fits, for the newest may be of leaves that come with the next answer. */
static enum err write_anchored(struct client_logcopy *m)
{
    char path[CLIENT_PATH_MAX];
    enum err e = file_join(path, sizeof path, m->folder, "checkpoint.anchored");

    return e == OK && m->anchored_len != 0 && is_of_copy(m, m->anchored, m->anchored_len)
        ? file_write_changed(path, m->anchored, m->anchored_len, 0644, m->run->t) : e;
}

/* Before the checkpoint of a new origin stands there, so that who is ended between the two leaves no copy that contradicts itself. */
static void drop_anchored_of_before(const struct client_logcopy *m)
{
    char path[CLIENT_PATH_MAX];
    uint8_t *before = NULL;
    size_t len = 0;

    if (file_join(path, sizeof path, m->folder, "checkpoint.anchored") != OK)
        return;
    if (file_read(path, PROTO_NOTE_MAX, &before, &len, NULL) == OK && !is_of_copy(m, before, len))
        (void)unlink(path);
    free(before);
}

/* The leaves first, then the checkpoint that makes them count. */
static enum err finish(struct client_logcopy *m)
{
    char path[CLIENT_PATH_MAX];
    enum err e = check_root(m);

    if (e != OK)
        return trouble_at(m->run->t, e, m->folder, 0, 0, "the hub's leaves do not give the root that it signed: keep this folder, and tell the other partners",
            "de bladen van de hub geven niet de wortel die hij tekende: bewaar deze map, en meld het de andere partners");
    if (m->tree.size % WIDTH != 0 && m->tree.size != m->written)
        e = write_tile(m, m->tree.size / WIDTH, (size_t)(m->tree.size % WIDTH));
    if (e == OK)
        e = file_join(path, sizeof path, m->folder, "checkpoint");
    if (e == OK)
        drop_anchored_of_before(m);
    if (e == OK)
        e = file_write_changed(path, m->text, m->text_len, 0644, m->run->t);
    if (e == OK) {
        drop_part(m);
        m->written = m->tree.size;
    }
    return e == OK ? write_anchored(m) : e;
}

/* The registry beside the log: a hub is restored with both. */
static enum err add_registry(const struct client_logcopy *m, uint64_t *count)
{
    char path[CLIENT_PATH_MAX];
    enum err e = file_join(path, sizeof path, m->folder, "registry");

    return e == OK ? client_cmd_registry_write(m->run, path, count) : e;
}

enum err client_logcopy_more(struct client_logcopy *m, uint64_t *statements)
{
    uint64_t count = 0;
    enum err e;

    do
        e = ask(m, &count);
    while (e == OK && m->tree.size < m->checkpoint.head.size && count != 0);
    if (e == OK)
        e = finish(m);
    return e == OK ? add_registry(m, statements) : e;
}

uint64_t client_logcopy_size(const struct client_logcopy *m)
{
    return m->written;
}

enum err client_logcopy_open(struct client_run *r, const char *folder, struct client_logcopy **out)
{
    struct client_logcopy *m = calloc(1, sizeof *m);
    enum err e = m == NULL ? ERR_NOMEM : OK;

    if (e == OK) {
        m->run = r;
        m->folder = folder;
        proto_merkle_init(&m->tree);
        m->region = calloc(1, sizeof *m->region);
        e = m->region == NULL ? ERR_NOMEM : client_pubfile_home_region(r->home, m->region, r->t);
    }
    if (e == OK)
        *out = m;
    else
        client_logcopy_close(m);
    return e;
}

void client_logcopy_close(struct client_logcopy *m)
{
    if (m == NULL)
        return;
    free(m->region);
    free(m);
}
