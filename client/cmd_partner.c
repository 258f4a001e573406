#include "client/cmd_partner.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "client/cmd_origin.h"
#include "client/cmd_outsider.h"
#include "client/cmd_witness.h"
#include "client/home.h"
#include "client/keyfile.h"
#include "client/pubfile.h"
#include "client/says.h"
#include "proto/note.h"
#include "proto/registry_say.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DAY_S = 86400, BEFORE_DAYS = 30, YEARS_DAYS = 1826 };

#define END {NULL, CLIENT_OPT_TEXT, false, {NULL, NULL}, NULL, NULL}
#define ROOT {"root-passphrase", CLIENT_OPT_SECRET, true, {"", ""}, "passphrase of the root key", "wachtzin van de hoofdsleutel"}
#define OUT {"out", CLIENT_OPT_TEXT, true, {"the statement to make, for another partner to sign", "de verklaring die wordt gemaakt, om te laten tekenen"}, \
    "FILE", NULL}

const struct client_opt client_cmd_partner_propose_opts[] = {
    {"org", CLIENT_OPT_TEXT, false, {"public file of the organisation that joins, or of its new root key",
        "openbaar bestand van de organisatie die meedoet, of van haar nieuwe hoofdsleutel"}, "ORG.pub", NULL},
    {"replaces", CLIENT_OPT_TEXT, false, {"the root key in --org replaces that of this partner", "de hoofdsleutel in --org vervangt die van deze partner"},
        "HANDLE", NULL},
    {"witness-of", CLIENT_OPT_TEXT, false, {"the witness key in --org replaces that of this partner, which lost it",
        "de getuigesleutel in --org vervangt die van deze partner, die hem kwijt is"},
        "HANDLE", NULL},
    {"outsider", CLIENT_OPT_TEXT, false, {"the next verifier key of the public witness of that name, which signs too (schakel witness sign)",
        "de volgende controlesleutel van de openbare getuige van die naam, die ook tekent (schakel witness sign)"}, "VKEY", NULL},
    {"quota", CLIENT_OPT_TEXT, false, {"more pseudonyms a day for this partner", "meer pseudoniemen per dag voor deze partner"}, "HANDLE", NULL},
    {"elements", CLIENT_OPT_NUMBER, false, {"how many a day, with --quota", "hoeveel per dag, bij --quota"}, "N", NULL},
    {"new-origin", CLIENT_OPT_TEXT, false, {"leaves of the log are lost for ever: what the hub's operator gave (schakel-hub restore --lost)",
        "bladen van het logboek zijn voorgoed weg: wat de beheerder van de hub gaf (schakel-hub restore --lost)"}, "FILE", NULL},
    {"from", CLIENT_OPT_TEXT, false, {"from this day; else from now", "vanaf deze dag; anders vanaf nu"}, "DATE", NULL},
    {"until", CLIENT_OPT_TEXT, false, {"up to this day; else five years, of a quota 30 days", "tot deze dag; anders vijf jaar, van een quotum 30 dagen"},
        "DATE", NULL},
    OUT, ROOT, END};
const struct client_opt client_cmd_partner_sign_opts[] = {
    {"file", CLIENT_OPT_ARG, true, {"the statement; the signature is added to it", "de verklaring; de handtekening komt erbij"}, "FILE", NULL}, ROOT, END};
const struct client_opt client_cmd_partner_revoke_opts[] = {
    {"partner", CLIENT_OPT_ARG, true, {"which partner; the own one leaves by its own word", "welke partner; de eigen vertrekt op eigen woord"}, "HANDLE", NULL},
    {"key", CLIENT_OPT_TEXT, false, {"only this key of it, 64 hex digits: from org rotate or partner list",
        "alleen deze sleutel ervan, 64 hexcijfers: van org rotate of partner list"}, "HEX", NULL},
    {"reason", CLIENT_OPT_TEXT, false, {"lost, stolen, left, ended ...", "verloren, gestolen, vertrokken, opgeheven ..."}, "WORD", NULL},
    OUT, ROOT, END};
const struct client_opt client_cmd_partner_send_opts[] = {
    {"file", CLIENT_OPT_FILE, true, {"the statement, with all its signatures", "de verklaring, met al haar handtekeningen"}, "FILE", NULL}, END};
const struct client_opt client_cmd_staff_revoke_opts[] = {
    {"login", CLIENT_OPT_TEXT, true, {"whose key counts no more, from now on and everywhere", "wiens sleutel niet meer telt, vanaf nu en overal"}, "LOGIN", NULL},
    {"reason", CLIENT_OPT_TEXT, false, {"lost, stolen, left ...", "verloren, gestolen, vertrokken ..."}, "WORD", NULL}, END};

/* ---- what is there ---- */

/* A founder stands in the region file; who came later is asked of the node, which holds the registry. */
static enum err find_partner(struct client_run *r, const struct proto_region *region, const char *handle, uint8_t id[PROTO_PARTNER_LEN])
{
    const struct proto_partner *p = proto_region_handle(region, handle);
    const cJSON *row;
    cJSON *reply = NULL;
    enum err e = OK;

    if (p != NULL) {
        memcpy(id, p->id, PROTO_PARTNER_LEN);
        return OK;
    }
    e = client_run_call_as_nobody(r, "partner.list", &reply);
    if (e == OK)
        e = ERR_NOTFOUND;
    cJSON_ArrayForEach(row, cJSON_GetObjectItemCaseSensitive(reply, "partners")) {
        const char *name = NULL, *hex = NULL;

        if (json_text(row, "handle", &name) == OK && strcmp(name, handle) == 0 && json_text(row, "id", &hex) == OK)
            e = text_unhex(hex, id, PROTO_PARTNER_LEN);
    }
    cJSON_Delete(reply);
    return e == ERR_NOTFOUND ? trouble_at(r->t, e, handle, 0, 0, "is not a partner of this region; see: schakel partner list",
        "is geen partner van deze regio; zie: schakel partner list") : e;
}

static enum err read_day(struct client_run *r, const char *option, uint64_t fallback_s, uint64_t *out)
{
    const char *text = client_run_text(r, option + 2);
    struct date d;

    if (text != NULL && date_parse(text, &d) != OK)
        return trouble_at(r->t, ERR_USAGE, option, 0, 0, "'%s' is not a date: write YYYY-MM-DD", "'%s' is geen datum: schrijf JJJJ-MM-DD", text);
    *out = text != NULL ? clock_midnight_nl(d) : fallback_s;
    return OK;
}

static enum err begin(struct client_run *r, enum proto_registry_act act, const struct proto_region *region, struct proto_registry_say *s)
{
    uint64_t now_s = clock_now_s();

    *s = (struct proto_registry_say){.act = act, .made_s = now_s, .before_s = now_s + BEFORE_DAYS * DAY_S};
    memcpy(s->region, region->hash, sizeof s->region);
    randombytes_buf(s->id, sizeof s->id);
    return read_day(r, "--from", now_s, &s->from_s);
}

/* ---- signing ---- */

static void add_key(cJSON *obj, const char *name, const uint8_t *key, size_t len)
{
    if (sodium_is_zero(key, len))
        return;
    json_add_hex(obj, name, key, len);
}

static void add_filled(cJSON *obj, const char *name, const char *text)
{
    if (text[0] != '\0')
        json_add_text(obj, name, text);
}

static void add_when(cJSON *obj, const char *name, uint64_t at_s)
{
    char when[17];

    clock_format_nl(at_s, when);
    json_add_text(obj, name, when);
}

static void add_next(const struct client_run *r, const struct proto_registry_say *s, bool complete)
{
    bool is_outsider = s->act == PROTO_REG_WITNESS && sodium_is_zero(s->partner, sizeof s->partner), nl = r->lang == LANG_NL;
    const char *next = nl ? "stuur haar met uw knooppunt: schakel partner send --file BESTAND" : "send it with your node: schakel partner send --file FILE";

    if (!complete && is_outsider)
        next = nl ? "twee partners lezen en tekenen (schakel partner sign BESTAND), en de getuige zelf met zijn sleutel tot nu toe (schakel witness "
            "sign BESTAND --key SLEUTEL)"
                  : "two partners read and sign it (schakel partner sign FILE), and the witness itself with its key of before (schakel witness sign FILE --key KEY)";
    else if (!complete)
        next = nl ? "laat een andere partner lezen en tekenen: schakel partner sign BESTAND"
                  : "let another partner read and sign it: schakel partner sign FILE";
    else if (s->act == PROTO_REG_ORIGIN)
        next = nl ? "geef haar aan de beheerder van de hub: schakel-hub restore --new-origin BESTAND RESERVEKOPIE"
                  : "give it to the hub's operator: schakel-hub restore --new-origin FILE BACKUP";
    json_add_text(r->reply, "next", next);
}

/* The handle of whom it is about: from the statement, the region file, or the node, which knows who came later; else what it has of an id. */
static void name_of(struct client_run *r, const struct proto_registry_say *s, char out[PROTO_NAME_TEXT_MAX + 1])
{
    struct proto_region *region = calloc(1, sizeof *region);
    const struct proto_partner *p = NULL;
    const cJSON *row;
    cJSON *reply = NULL;
    char hex[2 * PROTO_PARTNER_LEN + 1];
    const char *name, *id;

    text_hex(s->partner, sizeof s->partner, hex, sizeof hex);
    if (s->handle[0] != '\0')
        (void)snprintf(out, PROTO_NAME_TEXT_MAX + 1, "%s", s->handle);
    else if (sodium_is_zero(s->partner, sizeof s->partner))
        (void)snprintf(out, PROTO_NAME_TEXT_MAX + 1, "%.*s", (int)strcspn(s->witness, "+"), s->witness);
    else
        (void)snprintf(out, PROTO_NAME_TEXT_MAX + 1, "%s", hex);
    if (region != NULL && client_pubfile_home_region(r->home, region, NULL) == OK)
        p = proto_region_partner(region, s->partner);
    if (p != NULL)
        (void)snprintf(out, PROTO_NAME_TEXT_MAX + 1, "%s", p->handle);
    else if (strcmp(out, hex) == 0 && client_run_call_as_nobody(r, "partner.list", &reply) == OK)
        cJSON_ArrayForEach(row, cJSON_GetObjectItemCaseSensitive(reply, "partners"))
            if (json_text(row, "id", &id) == OK && strcmp(id, hex) == 0 && json_text(row, "handle", &name) == OK)
                (void)snprintf(out, PROTO_NAME_TEXT_MAX + 1, "%s", name);
    cJSON_Delete(reply);
    free(region);
}

static void describe(struct client_run *r, const struct proto_registry_say *s, const char *path, size_t signatures, size_t needed)
{
    char about[PROTO_NAME_TEXT_MAX + 1], says[CLIENT_SAYS_MAX];
    cJSON *obj = r->reply = cJSON_CreateObject();

    name_of(r, s, about);
    client_says(s, about, r->lang, says);
    json_add_text(obj, "says", says);
    json_add_text(obj, "act", proto_registry_say_act(s->act));
    add_key(obj, "partner", s->partner, sizeof s->partner);
    if (s->handle[0] != '\0') {
        json_add_text(obj, "handle", s->handle);
        json_add_text(obj, "kind", s->kind);
    }
    add_filled(obj, "name", s->name);
    add_key(obj, "key", s->key, sizeof s->key);
    if (s->elements != 0)
        json_add_u64(obj, "elements", s->elements);
    if (s->act == PROTO_REG_ORIGIN)
        client_cmd_origin_describe(r, s);
    if (s->act == PROTO_REG_WITNESS)
        client_cmd_witness_describe(r, s);
    add_when(obj, "from", s->from_s);
    if (s->until_s != 0)
        add_when(obj, "until", s->until_s);
    add_filled(obj, "reason", s->reason);
    json_add_text(obj, "file", path);
    json_add_u64(obj, "signed", signatures);
    add_next(r, s, signatures >= needed);
}

/* An outsider's own key is one of the three lines under the statement about it. */
static size_t needed(const struct proto_registry_say *s, const uint8_t own[PROTO_PARTNER_LEN])
{
    if (s->act == PROTO_REG_WITNESS && sodium_is_zero(s->partner, sizeof s->partner))
        return 3;
    return s->act == PROTO_REG_PACK || (s->act == PROTO_REG_REVOKE && memcmp(s->partner, own, sizeof s->partner) == 0) ? 1 : 2;
}

static size_t count_lines(const uint8_t *note, size_t len)
{
    struct proto_note *n = calloc(1, sizeof *n);
    size_t count = n != NULL && proto_note_parse(note, len, n) == OK ? n->count : 0;

    free(n);
    return count;
}

/* The text or note with this organisation's signature, written to path and described. */
static enum err sign(struct client_run *r, const struct proto_registry_say *s, const uint8_t *note, size_t len, const char *path)
{
    struct client_unlock by = {.passphrase = client_run_text(r, "root_passphrase")};
    struct proto_org_file *own = calloc(1, sizeof *own);
    char *out = malloc(PROTO_REGISTRY_NOTE_MAX);
    struct secret *root = NULL;
    uint8_t public[32], id[PROTO_PARTNER_LEN];
    size_t out_len = 0;
    enum err e = own == NULL || out == NULL ? ERR_NOMEM : client_pubfile_home_org(r->home, own, r->t);

    if (e == OK)
        e = client_keyfile_open(r->home, "root", &by, &root, public, r->t);
    if (e == OK) {
        e = proto_registry_say_sign(note, len, own->handle, secret_wake(root), out, PROTO_REGISTRY_NOTE_MAX, &out_len);
        secret_sleep(root);
    }
    if (e == ERR_EXISTS)
        e = trouble_at(r->t, e, path, 0, 0, "this organisation has signed already: another partner must sign",
            "deze organisatie heeft al getekend: een andere partner moet tekenen");
    if (e == OK)
        e = file_write(path, out, out_len, 0644, r->t);
    if (e == OK) {
        proto_partner_id(own->root_key, id);
        describe(r, s, path, count_lines((const uint8_t *)out, out_len), needed(s, id));
    }
    secret_free(root);
    free(out);
    free(own);
    return e;
}

static enum err make(struct client_run *r, const struct proto_registry_say *s)
{
    char *text = malloc(PROTO_REGISTRY_NOTE_MAX);
    size_t len = 0;
    enum err e = text == NULL ? ERR_NOMEM : proto_registry_say_format(s, text, PROTO_REGISTRY_NOTE_MAX, &len);

    if (e == OK)
        e = sign(r, s, (const uint8_t *)text, len, client_run_text(r, "out"));
    free(text);
    return e == OK ? OK : trouble_set(r->t, e, "the statement could not be made", "de verklaring kon niet worden gemaakt");
}

/* ---- the commands ---- */

static enum err about_outsider(struct client_run *r, const struct proto_region *region, struct proto_registry_say *s)
{
    enum err e = begin(r, PROTO_REG_WITNESS, region, s);

    return e == OK ? client_cmd_outsider_fill(r, s) : e;
}

static enum err about_org(struct client_run *r, const struct proto_region *region, struct proto_registry_say *s)
{
    const char *replaces = client_run_text(r, "replaces");
    bool witness = client_run_text(r, "witness_of") != NULL;
    struct proto_org_file org;
    enum err e = client_pubfile_org(client_run_text(r, "org"), &org, r->t);

    if (e == OK)
        e = begin(r, witness ? PROTO_REG_WITNESS : replaces != NULL ? PROTO_REG_ROOT : PROTO_REG_ADMIT, region, s);
    if (e != OK)
        return e;
    if (witness)
        return client_cmd_witness_fill(r, &org, s);
    memcpy(s->key, org.root_key, sizeof s->key);
    if (replaces != NULL)
        return find_partner(r, region, replaces, s->partner);
    proto_partner_id(org.root_key, s->partner);
    memcpy(s->handle, org.handle, sizeof s->handle);
    memcpy(s->kind, org.kind, sizeof s->kind);
    memcpy(s->name, org.name, sizeof s->name);
    memcpy(s->witness, org.witness, sizeof s->witness);
    return read_day(r, "--until", s->from_s + (uint64_t)YEARS_DAYS * DAY_S, &s->until_s);
}

static enum err about_quota(struct client_run *r, const struct proto_region *region, struct proto_registry_say *s)
{
    enum err e = begin(r, PROTO_REG_QUOTA, region, s);

    if (e == OK && (json_u64(r->args, "elements", &s->elements) != OK || s->elements == 0 || s->elements > PROTO_REGISTRY_ELEMENTS_MAX))
        e = trouble_at(r->t, ERR_USAGE, "--elements", 0, 0, "say how many a day, 1 to %d", "zeg hoeveel per dag, 1 tot %d",
            PROTO_REGISTRY_ELEMENTS_MAX);
    if (e == OK)
        e = find_partner(r, region, client_run_text(r, "quota"), s->partner);
    return e == OK ? read_day(r, "--until", s->from_s + BEFORE_DAYS * DAY_S, &s->until_s) : e;
}

enum err client_cmd_partner_propose(struct client_run *r)
{
    struct proto_region *region = calloc(1, sizeof *region);
    struct proto_registry_say s;
    const char *origin = client_run_text(r, "new_origin");
    bool org = client_run_text(r, "org") != NULL, quota = client_run_text(r, "quota") != NULL, outsider = client_run_text(r, "outsider") != NULL;
    enum err e = region == NULL ? ERR_NOMEM : OK;

    if (e == OK && (org + quota + outsider + (origin != NULL) != 1 || (!org && (client_run_text(r, "replaces") != NULL || client_run_text(r, "witness_of") != NULL))
            || (client_run_text(r, "replaces") != NULL && client_run_text(r, "witness_of") != NULL)))
        e = trouble_set(r->t, ERR_USAGE, "say --org ORG.pub (with --replaces HANDLE for a new root key, --witness-of HANDLE for a witness key), "
            "--outsider VKEY, --quota HANDLE --elements N, or --new-origin FILE",
            "zeg --org ORG.pub (met --replaces NAAM voor een nieuwe hoofdsleutel, --witness-of NAAM voor een getuigesleutel), --outsider VKEY, "
            "--quota NAAM --elements N, of --new-origin BESTAND");
    if (e == OK)
        e = client_pubfile_home_region(r->home, region, r->t);
    if (e == OK && origin != NULL) {
        e = begin(r, PROTO_REG_ORIGIN, region, &s);
        if (e == OK)
            e = client_cmd_origin_fill(r, origin, &s);
    } else if (e == OK)
        e = org ? about_org(r, region, &s) : outsider ? about_outsider(r, region, &s) : about_quota(r, region, &s);
    if (e == OK)
        e = make(r, &s);
    free(region);
    return e;
}

enum err client_cmd_partner_revoke(struct client_run *r)
{
    struct proto_region *region = calloc(1, sizeof *region);
    const char *key = client_run_text(r, "key"), *reason = client_run_text(r, "reason");
    struct proto_registry_say s;
    enum err e = region == NULL ? ERR_NOMEM : client_pubfile_home_region(r->home, region, r->t);

    if (e == OK)
        e = begin(r, PROTO_REG_REVOKE, region, &s);
    if (e == OK && key != NULL && text_unhex(key, s.key, sizeof s.key) != OK)
        e = trouble_at(r->t, ERR_USAGE, "--key", 0, 0, "must be 64 hex digits: as org rotate says of the key before, or partner list of a witness key",
            "moet 64 hexcijfers zijn: zoals org rotate zegt van de sleutel ervoor, of partner list van een getuigesleutel");
    if (e == OK && snprintf(s.reason, sizeof s.reason, "%s", reason != NULL ? reason : "ended") >= (int)sizeof s.reason)
        e = trouble_at(r->t, ERR_USAGE, "--reason", 0, 0, "has at most 32 bytes", "heeft hoogstens 32 bytes");
    if (e == OK)
        e = find_partner(r, region, client_run_text(r, "partner"), s.partner);
    if (e == OK)
        e = make(r, &s);
    free(region);
    return e;
}

enum err client_cmd_partner_sign(struct client_run *r)
{
    const char *path = client_run_text(r, "file");
    struct proto_region *region = calloc(1, sizeof *region);
    struct proto_registry_say s;
    uint8_t *data = NULL;
    size_t len = 0;
    enum err e = region == NULL ? ERR_NOMEM : client_pubfile_home_region(r->home, region, r->t);

    if (e == OK)
        e = file_read(path, PROTO_REGISTRY_NOTE_MAX, &data, &len, r->t);
    if (e == OK)
        e = proto_registry_say_parse(data, len, &s, r->t);
    if (data != NULL)
        client_pubfile_name(path, r->t);
    if (e == OK && sodium_memcmp(s.region, region->hash, sizeof s.region) != 0)
        e = trouble_at(r->t, ERR_KEY, path, 0, 0, "is for another region", "is voor een andere regio");
    if (e == OK && s.act == PROTO_REG_ORIGIN)
        e = client_cmd_origin_check(r, &s);
    if (e == OK && s.act == PROTO_REG_WITNESS)
        e = client_cmd_witness_check(r, &s);
    if (e == OK)
        e = sign(r, &s, data, len, path);
    free(data);
    free(region);
    return e;
}
