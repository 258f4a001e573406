/* client/cmd_adopt: what a pack.json says, for people. */
#include "client/cmd_adopt.h"

#include "base/file.h"
#include "base/text.h"
#include "client/adopt_log.h"
#include "client/home.h"
#include "client/pubfile.h"
#include "server/adoption.h"
#include "server/advice.h"

#include <stdlib.h>
#include <string.h>

enum err client_cmd_adopt_region(struct client_run *r, struct proto_region **out)
{
    struct proto_region *region = calloc(1, sizeof *region);
    struct trouble why = {.lang = r->lang};
    enum err e = region == NULL ? ERR_NOMEM : client_pubfile_home_region(r->home, region, &why);

    if (e != OK) {
        free(region);
        region = NULL;
    }
    if (e != OK && e != ERR_NOTFOUND) {
        *r->t = why;
        return e;
    }
    *out = region;
    return OK;
}

static void add_when(cJSON *row, uint64_t at_s)
{
    char when[17];

    clock_format_nl(at_s, when);
    json_add_text(row, "when", when);
}

static const char *word_of(const struct server_adopter *a, enum lang lang)
{
    if (a->why == PROTO_REG_ALREADY)
        return lang == LANG_NL ? "had al getekend" : "had signed already";
    if (a->why != PROTO_REG_COUNTS)
        return proto_registry_why_text(a->why, lang);
    if (!a->is_of_this)
        return lang == LANG_NL ? "van een ander pakket of een andere dag" : "of another pack or another day";
    return lang == LANG_NL ? "telt" : "counts";
}

static void add_next(struct client_run *r, bool adopted)
{
    bool nl = r->lang == LANG_NL;

    if (adopted)
        json_add_text(r->reply, "next", nl ? "breng de map naar elke partner (schakel policy adopt take) en naar de hub (schakel-hub adopt)"
                                           : "bring the folder to every partner (schakel policy adopt take) and to the hub (schakel-hub adopt)");
    else
        json_add_text(r->reply, "next", nl ? "breng de map naar de aannemer van een andere partner: schakel policy adopt sign"
                                           : "bring the folder to the adopter of another partner: schakel policy adopt sign");
}

/* log NULL: by the region file alone. */
static enum err add_adopters(struct client_run *r, const struct server_manifest *m, const struct proto_region *region,
    const struct client_adopt_log *log)
{
    struct server_adoption *a = malloc(sizeof *a);
    cJSON *list = json_add_array(r->reply, "adopted_by");
    enum err e = a == NULL ? ERR_NOMEM : region == NULL ? OK
        : server_adoption_of(region, log != NULL ? client_adopt_log_fold(log) : NULL, m, a);

    for (size_t i = 0; e == OK && region != NULL && i < a->notes; i++) {
        cJSON *row = json_push_object(list);

        json_add_text(row, "partner", a->note[i].handle);
        add_when(row, a->note[i].made_s);
        json_add_bool(row, "counts", a->note[i].why == PROTO_REG_COUNTS && a->note[i].is_of_this);
        json_add_text(row, "note", word_of(&a->note[i], r->lang));
    }
    if (e == OK && region != NULL) {
        json_add_u64(r->reply, "adopters", a->adopters);
        json_add_u64(r->reply, "needed", a->needed);
        json_add_bool(r->reply, "adopted", a->adopters >= a->needed);
        add_next(r, a->adopters >= a->needed);
        if (log == NULL)
            json_add_text(r->reply, "registry_note", r->lang == LANG_NL
                    ? "het knooppunt draait niet: wie sinds de regio werd toegelaten of ingetrokken, telt hier niet mee"
                    : "the node does not run: who was admitted or revoked since the region was made is not counted so");
    }
    free(a);
    return e;
}

static enum err add_advice(struct client_run *r, const struct server_manifest *m, const struct proto_region *region)
{
    struct server_advice *a = calloc(1, sizeof *a);
    cJSON *list = json_add_array(r->reply, "advice");
    enum err e = a == NULL ? ERR_NOMEM : OK;

    for (size_t i = 0; e == OK && region != NULL && i < m->advices; i++) {
        cJSON *row = json_push_object(list);
        enum err one = server_advice_check(region, m->advice[i], a);
        bool holds = one == OK && memcmp(a->digest, m->digest, sizeof a->digest) == 0;

        e = one == ERR_NOMEM ? one : OK;
        json_add_text(row, "partner", holds ? a->handle : "");
        json_add_text(row, "advice", holds ? a->word : "");
        if (holds)
            add_when(row, a->made_s);
        json_add_text(row, "text", holds ? a->text
                : r->lang == LANG_NL ? "dit is geen advies over dit pakket van een functionaris gegevensbescherming van deze regio"
                                     : "this is no advice about this pack by a data protection officer of this region");
    }
    free(a);
    return e;
}

static void add_pack(struct client_run *r, const struct server_manifest *m)
{
    char hex[2 * POLICY_DIGEST_LEN + 1], day[11];

    text_hex(m->digest, sizeof m->digest, hex, sizeof hex);
    date_format(m->valid_from, day);
    r->reply = cJSON_CreateObject();
    json_add_text(r->reply, "name", m->name);
    json_add_text(r->reply, "version", m->version);
    json_add_text(r->reply, "valid_from", day);
    json_add_text(r->reply, "digest", hex);
}

enum err client_cmd_adopt_describe(struct client_run *r, const struct server_manifest *m)
{
    struct proto_region *region = NULL;
    struct client_adopt_log *log = NULL;
    enum err e = client_cmd_adopt_region(r, &region);

    if (e == OK && region != NULL)
        e = client_adopt_log_get(r, region, &log);
    if (e == OK) {
        add_pack(r, m);
        e = add_adopters(r, m, region, log);
    }
    if (e == OK)
        e = add_advice(r, m, log != NULL ? client_adopt_log_region(log) : region);
    client_adopt_log_free(log);
    free(region);
    return e;
}

enum err client_cmd_adopt_list(struct client_run *r)
{
    struct server_manifest m = {.name = ""};
    enum err e = server_manifest_read(client_run_text(r, "pack"), &m, r->t);

    if (e == OK)
        e = client_cmd_adopt_describe(r, &m);
    server_manifest_fini(&m);
    return e;
}
