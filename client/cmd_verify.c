/* verify, archive export: proof that goes into files and comes out of them. */
#include "client/cmds.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "client/home.h"
#include "client/registry.h"
#include "client/verify.h"
#include "client/verify_origins.h"
#include "proto/registry.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROW_MAX = 3 << 20, PROOF_MAX = 16384 };

static enum err read_region(struct client_run *r, const char *path, struct proto_region *region)
{
    uint8_t *data = NULL;
    size_t len = 0;
    enum err e = file_read(path, PROTO_REGION_FILE_MAX, &data, &len, r->t);

    if (e == OK)
        e = proto_region_parse(data, len, true, region, r->t);
    free(data);
    return e;
}

static size_t holding(const struct client_claims *c)
{
    size_t holding = 0;

    for (size_t i = 0; i < c->count; i++)
        holding += !c->at[i].spent;
    return holding;
}

static void report_receipts(cJSON *reply, const struct client_claims *c)
{
    cJSON *obj = json_add_object(reply, "receipts");

    json_add_u64(obj, "entries", c->entries);
    json_add_u64(obj, "hold", holding(c));
    json_add_u64(obj, "bad_mail", c->bad);
    json_add_u64(obj, "withdrawn", c->withdrawn);
    json_add_u64(obj, "missing", c->missing);
    json_add_u64(obj, "not_kept", c->spent);
    json_add_u64(obj, "first", c->first);
    json_add_u64(obj, "last", c->last);
}

static void report_log(cJSON *reply, const struct client_log_report *l)
{
    char hex[2 * PROTO_HASH_LEN + 1];
    cJSON *obj = json_add_object(reply, "log");

    text_hex(l->head.root, sizeof l->head.root, hex, sizeof hex);
    json_add_u64(obj, "leaves", l->head.size);
    json_add_text(obj, "root", hex);
    json_add_bool(obj, "root_holds", l->root_holds);
    json_add_u64(obj, "cosigned_partners", l->cosigned_partners);
    json_add_u64(obj, "cosigned_outsiders", l->cosigned_outsiders);
    json_add_u64(obj, "anchored_size", l->anchored_size);
    json_add_u64(obj, "receipts_compared", l->compared);
    if (l->origin > 1)
        json_add_u64(obj, "origin", l->origin);
    if (l->lost != 0)
        json_add_u64(obj, "receipts_lost", l->lost);
}

/* Proof against the hub, or also against the hub with its friends; for people the last line but one, so with what to do. */
static const char *standing(const struct client_run *r, bool anchored, const struct client_log_report *log)
{
    bool nl = r->lang == LANG_NL;

    if (r->json || anchored)
        return anchored ? "anchored" : "receipt";
    if (log->anchored_size != 0)
        return nl ? "receipt (van de nieuwste bladen nog het woord van de hub alleen, waar hij niet meer van af kan; wat eronder ligt is verankerd. Over enkele "
                    "minuten ook die: maak de kopie dan opnieuw)"
                  : "receipt (of the newest leaves still the hub's word alone, which it cannot take back; what is below is anchored. In some minutes those are, too: "
                    "copy the log again then)";
    if (log->cosigned_partners + log->cosigned_outsiders == 0 && log->head.size != 0)
        return nl ? "receipt (het woord van de hub, waar hij niet meer van af kan; wie het medeondertekende staat niet in deze kopie: in een van schakel-hub "
                    "export wel)"
                  : "receipt (the hub's word, which it cannot take back; who cosigned it is not in this copy: it is in one of schakel-hub export)";
    return nl ? "receipt (het woord van de hub, waar hij niet meer van af kan; nog niet door genoeg anderen medeondertekend)"
              : "receipt (the hub's word, which it cannot take back; not yet cosigned by enough others)";
}

/* With receipts: when all of them lie under what was cosigned; without: when the whole copy does. */
static bool is_anchored(const struct client_log_report *log, const struct client_claims *claims)
{
    if (claims->count == 0)
        return log->anchored;
    for (size_t i = 0; i < claims->count; i++)
        if (claims->at[i].index >= log->anchored_size || claims->at[i].compare == CLIENT_COMPARE_NOTHING)
            return false;
    return true;
}

enum err client_cmd_verify(struct client_run *r)
{
    struct proto_registry *registry = NULL;
    struct proto_region *region = calloc(1, sizeof *region);
    struct client_claims claims = {.at = NULL};
    struct client_log_report log = {.anchored = false};
    struct client_problems p = {.lang = r->lang};
    const char *log_folder = client_run_text(r, "log"), *receipts = client_run_text(r, "receipts");
    enum err e = region == NULL ? ERR_NOMEM : OK;

    if (e == OK && log_folder == NULL && receipts == NULL)
        e = trouble_set(r->t, ERR_USAGE, "verify what? give --log DIR, --receipts DIR or both",
            "wat controleren? geef --log MAP, --receipts MAP of beide");
    if (e == OK)
        e = read_region(r, client_run_text(r, "region"), region);
    r->reply = cJSON_CreateObject();
    p.list = cJSON_CreateArray();
    if (e == OK && log_folder != NULL)
        e = client_verify_origins_fold(region, log_folder, &registry, r->t);
    if (e == OK && registry != NULL)
        json_add_u64(r->reply, "registry_size", proto_registry_size(registry));
    if (e == OK && receipts != NULL)
        e = client_verify_receipts(region, receipts, &claims, &p, r->t);
    if (e == OK && receipts != NULL)
        report_receipts(r->reply, &claims);
    if (e == OK && log_folder != NULL)
        e = client_verify_log(region, log_folder, receipts != NULL ? &claims : NULL, &log, &p, r->t);
    if (e == OK && log_folder != NULL)
        report_log(r->reply, &log);
    if (e == OK) {
        json_add_text(r->reply, "standing", standing(r, is_anchored(&log, &claims), &log));
        json_add_bool(r->reply, "ok", p.count == 0);
        json_add_u64(r->reply, "problems", p.count);
        if (p.count != 0 && cJSON_AddItemToObject(r->reply, "problem", p.list))
            p.list = NULL;
        r->result = p.count == 0 ? OK : ERR_SIGNATURE;
    }
    cJSON_Delete(p.list);
    client_claims_fini(&claims);
    proto_registry_free(registry);
    free(region);
    return e;
}

/* ---- archive export ---- */

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
    char path[CLIENT_PATH_MAX];
    uint64_t first = 1, last = 0, running = 0, spent = 0;
    size_t len = 0;
    enum err e = region == NULL || row == NULL ? ERR_NOMEM : client_home_path(r->home, "region", path, r->t);

    if (e == OK)
        e = read_region(r, path, region);
    if (e == OK)
        e = running_number(r, &running);
    if (json_u64(r->args, "first", &first) != OK)
        first = 1;
    if (json_u64(r->args, "last", &last) != OK || last > running)
        last = running;
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
