/* verify: a copy of the log and receipts, checked without a hub (client/verify). */
#include "client/cmds.h"

#include "client/pubfile.h"
#include "client/verify.h"
#include "client/verify_origins.h"
#include "proto/registry.h"

#include <stdlib.h>

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
    cJSON *obj = json_add_object(reply, "log");

    json_add_u64(obj, "leaves", l->head.size);
    json_add_hex(obj, "root", l->head.root, sizeof l->head.root);
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
                  : "receipt (of the newest leaves still the hub's word alone, which it cannot take back; what is below is anchored. In some minutes "
                    "those are, too: "
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

/* What there is, each with its own part of the report; problems are counted in p. */
static enum err check(struct client_run *r, struct proto_region *region, struct client_claims *claims, struct client_log_report *log,
    struct client_problems *p)
{
    const char *folder = client_run_text(r, "log"), *receipts = client_run_text(r, "receipts");
    struct proto_registry *registry = NULL;
    enum err e = folder == NULL ? OK : client_verify_origins_fold(region, folder, &registry, r->t);

    if (e == OK && registry != NULL)
        json_add_u64(r->reply, "registry_size", proto_registry_size(registry));
    if (e == OK && receipts != NULL) {
        e = client_verify_receipts(region, receipts, claims, p, r->t);
        if (e == OK)
            report_receipts(r->reply, claims);
    }
    if (e == OK && folder != NULL) {
        e = client_verify_log(region, folder, receipts != NULL ? claims : NULL, log, p, r->t);
        if (e == OK)
            report_log(r->reply, log);
    }
    proto_registry_free(registry);
    return e;
}

/* Takes the list of p. */
static void report_whole(struct client_run *r, const struct client_claims *claims, const struct client_log_report *log, struct client_problems *p)
{
    json_add_text(r->reply, "standing", standing(r, is_anchored(log, claims), log));
    json_add_bool(r->reply, "ok", p->count == 0);
    json_add_u64(r->reply, "problems", p->count);
    if (p->count != 0 && cJSON_AddItemToObject(r->reply, "problem", p->list))
        p->list = NULL;
    r->result = p->count == 0 ? OK : ERR_SIGNATURE;
}

enum err client_cmd_verify(struct client_run *r)
{
    struct proto_region *region = NULL;
    struct client_claims claims = {.at = NULL};
    struct client_log_report log = {.anchored = false};
    struct client_problems p = {.lang = r->lang};
    enum err e;

    if (client_run_text(r, "log") == NULL && client_run_text(r, "receipts") == NULL)
        return trouble_set(r->t, ERR_USAGE, "verify what? give --log DIR, --receipts DIR or both",
            "wat controleren? geef --log MAP, --receipts MAP of beide");
    region = calloc(1, sizeof *region);
    e = region == NULL ? ERR_NOMEM : client_pubfile_region(client_run_text(r, "region"), region, r->t);
    r->reply = cJSON_CreateObject();
    p.list = cJSON_CreateArray();
    if (e == OK)
        e = check(r, region, &claims, &log, &p);
    if (e == OK)
        report_whole(r, &claims, &log, &p);
    cJSON_Delete(p.list);
    client_claims_fini(&claims);
    free(region);
    return e;
}
