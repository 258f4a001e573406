/* archive export: what the archive has, into files: an entry each, and beside it a proof for other programs. */
#include "client/cmds.h"

#include "base/file.h"
#include "base/text.h"
#include "client/home.h"
#include "client/pubfile.h"
#include "client/verify.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROW_MAX = 3 << 20, PROOF_MAX = 16384 };

static enum err fetch_piece(struct client_run *r, uint64_t number, size_t offset, uint8_t *out, size_t *len, uint64_t *size)
{
    const char *text = NULL;
    cJSON *reply = NULL;
    enum err e;

    cJSON_DeleteItemFromObjectCaseSensitive(r->args, "number");
    cJSON_DeleteItemFromObjectCaseSensitive(r->args, "offset");
    json_add_u64(r->args, "number", number);
    json_add_u64(r->args, "offset", offset);
    e = client_run_call(r, "archive.get", &reply);
    if (e == OK && (json_text(reply, "data", &text) != OK || json_u64(reply, "size", size) != OK || *size > ROW_MAX))
        e = ERR_SYNTAX;
    if (e == OK)
        e = text_unbase64(text, strlen(text), out + offset, ROW_MAX - offset, len);
    cJSON_Delete(reply);
    return e;
}

static enum err fetch_row(struct client_run *r, uint64_t number, uint8_t *row, size_t *len)
{
    uint64_t size = 1;
    size_t at = 0, piece = 1;
    enum err e = OK;

    while (e == OK && at < size && piece != 0) {
        e = fetch_piece(r, number, at, row, &piece, &size);
        at += e == OK ? piece : 0;
    }
    if (e == OK)
        *len = at;
    return e;
}

/* The entry, and beside it the proof for other programs. */
static enum err write_entry(struct client_run *r, const struct proto_region *region, const char *folder, uint64_t number, const uint8_t *row,
    size_t len, uint64_t *spent)
{
    char name[40], path[CLIENT_PATH_MAX], proof[PROOF_MAX];
    struct client_entry *entry = malloc(sizeof *entry);
    struct client_archived a;
    size_t proof_len = 0;
    enum err e = entry == NULL ? ERR_NOMEM : OK;

    (void)snprintf(name, sizeof name, "%010" PRIu64 ".entry", number);
    if (e == OK)
        e = file_join(path, sizeof path, folder, name);
    if (e == OK)
        e = file_write_unsynced(path, row, len, 0600, r->t);
    if (e == OK)
        e = client_archive_decode(row, len, &a);
    *spent += e == OK && a.spent;
    if (e == OK && !a.spent && a.index != PROTO_NO_LEAF && client_entry_check(region, &a, entry) == OK) {
        e = proto_receipt_tlog_proof(&entry->receipt, proof, sizeof proof, &proof_len);
        (void)snprintf(name, sizeof name, "%010" PRIu64 ".tlog-proof", number);
        if (e == OK)
            e = file_join(path, sizeof path, folder, name);
        if (e == OK)
            e = file_write_unsynced(path, proof, proof_len, 0600, r->t);
    }
    free(entry);
    return e;
}

static enum err running_number(struct client_run *r, uint64_t *running)
{
    cJSON *reply = NULL;
    enum err e = client_run_call(r, "archive.get", &reply);

    if (e == OK && json_u64(reply, "running", running) != OK)
        e = ERR_SYNTAX;
    cJSON_Delete(reply);
    return e;
}

enum err client_cmd_archive_export(struct client_run *r)
{
    struct proto_region *region = calloc(1, sizeof *region);
    uint8_t *row = malloc(ROW_MAX);
    const char *folder = client_run_text(r, "out");
    uint64_t first = 1, last = 0, running = 0, spent = 0;
    size_t len = 0;
    enum err e = region == NULL || row == NULL ? ERR_NOMEM : client_pubfile_home_region(r->home, region, r->t);

    if (e == OK)
        e = running_number(r, &running);
    if (json_u64(r->args, "first", &first) != OK)
        first = 1;
    if (json_u64(r->args, "last", &last) != OK || last > running)
        last = running;
    if (e == OK && running != 0 && (first == 0 || first > last))
        e = trouble_at(r->t, ERR_RANGE, "--first", 0, 0, "nothing lies between these numbers: there are 1 to %llu, and --first comes before --last",
            "tussen deze nummers ligt niets: er zijn 1 tot en met %llu, en --first komt voor --last", (unsigned long long)running);
    if (e == OK)
        e = file_mkdirs(folder, r->t);
    for (uint64_t n = first; e == OK && n <= last; n++) {
        e = fetch_row(r, n, row, &len);
        if (e == OK)
            e = write_entry(r, region, folder, n, row, len, &spent);
    }
    if (e == OK)
        e = file_sync_all(folder, r->t);
    if (e == OK) {
        r->reply = cJSON_CreateObject();
        json_add_text(r->reply, "file", folder);
        json_add_u64(r->reply, "first", first);
        json_add_u64(r->reply, "last", last);
        json_add_u64(r->reply, "not_kept", spent);
    }
    free(row);
    free(region);
    return e;
}
