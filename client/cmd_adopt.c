#include "client/cmd_adopt.h"

#include "client/adopt_log.h"
#include "client/home.h"
#include "client/policy_out.h"
#include "client/policy_whole.h"
#include "server/packs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PACK {"pack", CLIENT_OPT_TEXT, true, {"the folder of the pack", "de map van het pakket"}, "DIR", NULL}
#define NAME {"name", CLIENT_OPT_TEXT, false, {"name of the pack; else as it was", "naam van het pakket; anders zoals die was"}, "NAME", NULL}
#define VERSION {"version", CLIENT_OPT_TEXT, false, {"its version; else as it was", "de versie; anders zoals die was"}, "TEXT", NULL}
#define VALID_FROM {"valid-from", CLIENT_OPT_TEXT, false, {"the day from which it counts; else as it was", "de dag vanaf wanneer het geldt; anders zoals die was"}, \
    "DATE", NULL}
#define END {NULL, CLIENT_OPT_TEXT, false, {NULL, NULL}, NULL, NULL}

const struct client_opt client_cmd_adopt_pack_opts[] = {PACK,
    {"write", CLIENT_OPT_FLAG, false, {"write pack.json; else it is only read", "schrijf pack.json; anders wordt die alleen gelezen"}, NULL, NULL},
    NAME, VERSION, VALID_FROM, END};
const struct client_opt client_cmd_adopt_propose_opts[] = {PACK, NAME, VERSION, VALID_FROM, END};
const struct client_opt client_cmd_adopt_sign_opts[] = {PACK, END};
const struct client_opt client_cmd_adopt_list_opts[] = {PACK, END};
const struct client_opt client_cmd_adopt_take_opts[] = {PACK, END};
const struct client_opt client_cmd_adopt_advise_opts[] = {PACK,
    {"advice", CLIENT_OPT_TEXT, true, {"positive, negative or remarks", "positive, negative of remarks"}, "WORD", NULL},
    {"text", CLIENT_OPT_TEXT, true, {"the advice in one line, at most 600 bytes", "het advies in een regel, hooguit 600 bytes"}, "TEXT", NULL}, END};

/* Mistakes are printed as they are found, all of them, and the first becomes the command's error. */
struct mistakes {
    struct client_policy_out out;
    struct trouble first;
    size_t count;
};

static void mistake(void *arg, const struct trouble *t)
{
    struct mistakes *m = arg;

    m->count++;
    if (m->first.err == OK)
        m->first = *t;
    if (!m->out.json)
        client_policy_out_mistake(&m->out, t);
}

static struct mistakes listen(const struct client_run *r)
{
    return (struct mistakes) {.out = {.lang = r->lang, .json = r->json, .out = stderr}, .first = {.lang = r->lang}};
}

/* What was told becomes the trouble of the run. */
static enum err ended(struct client_run *r, const struct mistakes *m, enum err e)
{
    if (e == OK || m->count == 0 || r->t->err != OK)
        return e;
    if (r->json) {
        *r->t = m->first;
        return e;
    }
    return trouble_set(r->t, e, "mistakes: %zu, told above; nothing was changed", "fouten: %zu, hierboven genoemd; er is niets veranderd",
        m->count);
}

static enum err whole(struct client_run *r, struct policy_pack **out)
{
    struct mistakes m = listen(r);

    return ended(r, &m, client_policy_whole(client_run_text(r, "pack"), r->lang, mistake, &m, out));
}

/* ---- pack.json ---- */

static enum err set_text(struct client_run *r, const char *key, char *out, size_t out_len)
{
    const char *text = client_run_text(r, key);

    if (text == NULL && out[0] == '\0')
        return trouble_at(r->t, ERR_USAGE, key, 0, 0, "is needed for a new pack.json", "is nodig voor een nieuwe pack.json");
    if (text != NULL && strlen(text) >= out_len)
        return trouble_at(r->t, ERR_USAGE, key, 0, 0, "is too long", "is te lang");
    if (text != NULL)
        memcpy(out, text, strlen(text) + 1);
    return OK;
}

static enum err set_day(struct client_run *r, struct date *out)
{
    const char *text = client_run_text(r, "valid_from");

    if (text == NULL && out->year == 0)
        return trouble_at(r->t, ERR_USAGE, "valid_from", 0, 0, "is needed for a new pack.json", "is nodig voor een nieuwe pack.json");
    if (text != NULL && date_parse(text, out) != OK)
        return trouble_at(r->t, ERR_USAGE, "valid_from", 0, 0, "is not a day as 2026-12-01", "is geen dag als 2026-12-01");
    return OK;
}

/* What was signed stays only while it says the same: of another pack, version or day it is no adoption. */
static void drop_signatures(struct server_manifest *m, const struct server_manifest *old)
{
    if (memcmp(m->digest, old->digest, sizeof m->digest) != 0 || strcmp(m->name, old->name) != 0 || strcmp(m->version, old->version) != 0
        || date_compare(m->valid_from, old->valid_from) != 0)
        server_manifest_fini(m);
}

/* Make pack.json anew from the options and the tables. Gives *out (server_manifest_fini). */
static enum err write_manifest(struct client_run *r, const struct policy_pack *pack, struct server_manifest *out)
{
    const char *folder = client_run_text(r, "pack");
    struct server_manifest m = {.name = ""}, old;
    struct trouble t = {.lang = r->lang};
    enum err e = server_manifest_read(folder, &m, &t);

    /* One that cannot be read is made anew too. */
    e = e == ERR_NOMEM ? e : OK;
    old = m;
    if (e == OK)
        e = set_text(r, "name", m.name, sizeof m.name);
    if (e == OK)
        e = set_text(r, "version", m.version, sizeof m.version);
    if (e == OK)
        e = set_day(r, &m.valid_from);
    if (e == OK)
        e = server_manifest_digest(folder, pack, &m, r->t);
    if (e == OK) {
        drop_signatures(&m, &old);
        e = server_manifest_write(folder, &m, r->t);
    }
    if (e == OK)
        *out = m;
    else
        server_manifest_fini(&m);
    return e;
}

/* pack.json as it lies there, against the files beside it. Gives *out. */
static enum err read_manifest(struct client_run *r, const struct policy_pack *pack, struct server_manifest *out)
{
    const char *folder = client_run_text(r, "pack");
    struct server_manifest m = {.name = ""};
    struct mistakes told = listen(r);
    enum err e = server_manifest_read(folder, &m, r->t);

    if (e == ERR_NOTFOUND) {
        *r->t = (struct trouble) {.lang = r->lang};
        return trouble_at(r->t, e, "pack.json", 0, 0, "is missing: this pack is a draft; make it: schakel policy pack --write",
            "ontbreekt: dit pakket is een concept; maak hem: schakel policy pack --write");
    }
    if (e == OK)
        e = ended(r, &told, server_manifest_check(folder, pack, &m, r->lang, mistake, &told));
    if (e == OK)
        *out = m;
    else
        server_manifest_fini(&m);
    return e;
}

enum err client_cmd_adopt_pack(struct client_run *r)
{
    struct server_manifest m = {.name = ""};
    struct policy_pack *pack = NULL;
    bool is_write = false;
    enum err e = whole(r, &pack);

    if (e == OK && json_bool(r->args, "write", &is_write) != OK)
        is_write = false;
    if (e == OK)
        e = is_write ? write_manifest(r, pack, &m) : read_manifest(r, pack, &m);
    if (e == OK)
        e = client_cmd_adopt_describe(r, &m);
    server_manifest_fini(&m);
    policy_pack_free(pack);
    return e;
}

/* ---- signing ---- */

/* Ask the node for a note about this pack, and put it into pack.json. */
static enum err ask(struct client_run *r, const char *command, struct server_manifest *m, char **list, size_t *count)
{
    const char *note = NULL;
    cJSON *reply = NULL;
    char day[11];
    bool added = false;
    enum err e;

    date_format(m->valid_from, day);
    json_add_hex(r->args, "digest", m->digest, POLICY_DIGEST_LEN);
    for (size_t i = 0; i < 3; i++)
        cJSON_DeleteItemFromObjectCaseSensitive(r->args, (const char *const[]) {"name", "version", "valid_from"}[i]);
    json_add_text(r->args, "name", m->name);
    json_add_text(r->args, "version", m->version);
    json_add_text(r->args, "valid_from", day);
    e = client_run_call(r, command, &reply);
    if (e == OK && json_text(reply, "note", &note) != OK)
        e = trouble_set(r->t, ERR_PEER, "the node's answer was not understood", "het antwoord van het knooppunt is niet te begrijpen");
    if (e == OK)
        e = server_manifest_add(list, count, note, &added);
    if (e == OK)
        e = server_manifest_write(client_run_text(r, "pack"), m, r->t);
    cJSON_Delete(reply);
    return e;
}

static enum err sign(struct client_run *r, struct server_manifest *m)
{
    enum err e = ask(r, "policy.adopt", m, m->adoption, &m->adoptions);

    return e == OK ? client_cmd_adopt_describe(r, m) : e;
}

/* Whole, not broken, and from a day that is still to come: what counted already cannot be decided otherwise afterwards. */
static enum err check_day(struct client_run *r, const struct server_manifest *m)
{
    char day[11];

    if (clock_midnight_nl(m->valid_from) > clock_now_s())
        return OK;
    date_format(m->valid_from, day);
    return trouble_at(r->t, ERR_RANGE, "valid_from", 0, 0, "%s is not after today: nobody can adopt a pack for a day that has been",
        "%s is niet na vandaag: niemand kan een pakket aannemen voor een dag die geweest is", day);
}

/* make reads or writes the manifest that is then signed. */
static enum err sign_what(struct client_run *r, enum err (*make)(struct client_run *, const struct policy_pack *, struct server_manifest *))
{
    struct server_manifest m = {.name = ""};
    struct policy_pack *pack = NULL;
    enum err e = whole(r, &pack);

    if (e == OK)
        e = make(r, pack, &m);
    if (e == OK)
        e = check_day(r, &m);
    if (e == OK)
        e = sign(r, &m);
    server_manifest_fini(&m);
    policy_pack_free(pack);
    return e;
}

enum err client_cmd_adopt_propose(struct client_run *r)
{
    return sign_what(r, write_manifest);
}

enum err client_cmd_adopt_sign(struct client_run *r)
{
    return sign_what(r, read_manifest);
}

enum err client_cmd_adopt_advise(struct client_run *r)
{
    struct server_manifest m = {.name = ""};
    struct policy_pack *pack = NULL;
    enum err e = whole(r, &pack);

    if (e == OK)
        e = read_manifest(r, pack, &m);
    if (e == OK)
        e = ask(r, "policy.advise", &m, m.advice, &m.advices);
    if (e == OK)
        e = client_cmd_adopt_describe(r, &m);
    server_manifest_fini(&m);
    policy_pack_free(pack);
    return e;
}

/* ---- taking ---- */

/* How many adopted it by the log, says our own node; 0 when it does not run, and then pack.json has to bring the notes. */
static size_t logged(struct client_run *r)
{
    struct server_manifest m = {.name = ""};
    cJSON *reply = NULL;
    uint64_t adopters = 0;
    char day[11];

    if (server_manifest_read(client_run_text(r, "pack"), &m, NULL) != OK)
        return 0;
    date_format(m.valid_from, day);
    json_add_hex(r->args, "digest", m.digest, POLICY_DIGEST_LEN);
    json_add_text(r->args, "valid_from", day);
    if (client_run_call_as_nobody(r, "policy.adopted", &reply) != OK || json_u64(reply, "adopters", &adopters) != OK)
        adopters = 0;
    r->t->err = OK;
    cJSON_Delete(reply);
    server_manifest_fini(&m);
    return (size_t) adopters;
}

enum err client_cmd_adopt_take(struct client_run *r)
{
    struct mistakes told = listen(r);
    struct server_packs_taking k = {.home = r->home, .folder = client_run_text(r, "pack"), .lang = r->lang, .report = mistake, .arg = &told};
    struct server_manifest m = {.name = ""};
    struct proto_region *region = NULL;
    struct client_adopt_log *log = NULL;
    uint8_t digest[POLICY_DIGEST_LEN];
    enum err e = client_cmd_adopt_region(r, &region);

    if (e == OK && region == NULL)
        e = trouble_at(r->t, ERR_STATE, r->home, 0, 0, "has no region file: join the hub first (schakel hub join)",
            "heeft geen regiobestand: sluit eerst aan bij de hub (schakel hub join)");
    k.region = region;
    if (e == OK)
        e = client_adopt_log_get(r, region, &log);
    if (e == OK && log != NULL)
        k.registry = client_adopt_log_fold(log);
    else if (e == OK)
        k.logged = logged(r);
    if (e == OK)
        e = ended(r, &told, server_packs_take(&k, digest));
    if (e == OK)
        e = server_manifest_read(k.folder, &m, r->t);
    if (e == OK)
        e = client_cmd_adopt_describe(r, &m);
    server_manifest_fini(&m);
    client_adopt_log_free(log);
    free(region);
    return e;
}
