#include "hub/cli.h"

#include "base/clock.h"
#include "base/file.h"
#include "hub/home.h"
#include "hub/roster.h"
#include "proto/registry.h"
#include "proto/region.h"
#include "proto/tls.h"
#include "server/blocks.h"
#include "server/registry.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { JOIN_MAX = 1 << 16, WELCOME_MAX = 4096, OWN_FILE_MODE = 0600, PUBLIC_FILE_MODE = 0644 };

/* What the commands about partners begin with. */
struct view {
    struct proto_region *region;
    char *region_text;
    size_t region_len;
    char partners[HUB_PATH_MAX];
    struct proto_registry *registry;   /* folded into region */
    uint8_t *copy;                     /* as the hub wrote it; NULL: it has not run yet */
    size_t copy_len;
};

/* The hub's own copy: who was admitted is a partner here too, and a revoked one is none. */
static enum err fold_registry(const struct hub_cli *c, struct view *v)
{
    struct proto_merkle_head head;
    char path[HUB_PATH_MAX];
    enum err e = server_registry_place(c->home, path, sizeof path);

    if (e == OK)
        e = proto_registry_new(v->region, &v->registry);
    if (e == OK)
        e = file_read(path, PROTO_REGISTRY_COPY_MAX, &v->copy, &v->copy_len, NULL);
    if (e == ERR_NOTFOUND)
        return OK;
    if (e == OK)
        e = proto_registry_copy_take(v->registry, v->copy, v->copy_len, &head);
    return e == OK ? OK : trouble_at(c->t, e, path, 0, 0, "is not this hub's registry: start the hub, which writes it anew",
        "is niet het register van deze hub: start de hub, die schrijft het opnieuw");
}

static enum err view_open(const struct hub_cli *c, struct view *v)
{
    enum err e;

    *v = (struct view){ 0 };
    v->region = calloc(1, sizeof *v->region);
    if (v->region == NULL)
        return ERR_NOMEM;
    e = hub_home_region(c->home, &v->region_text, &v->region_len, v->region, c->t);
    if (e == OK)
        e = fold_registry(c, v);
    return e == OK ? hub_home_path(c->home, "partners", v->partners, c->t) : e;
}

static void view_close(struct view *v)
{
    if (v->registry != NULL)
        proto_registry_free(v->registry);
    free(v->copy);
    free(v->region_text);
    free(v->region);
}

/* ---- welcome ---- */

static enum err issue_cert(const struct hub_cli *c, const struct proto_join *join, uint8_t **der, size_t *len)
{
    char *ca_key = NULL, *ca = NULL;
    size_t ca_key_len = 0, ca_len = 0;
    enum err e = hub_home_text(c->home, "keys/tls-ca.key", &ca_key, &ca_key_len, c->t);

    if (e == OK)
        e = hub_home_text(c->home, "keys/tls-ca.crt", &ca, &ca_len, c->t);
    if (e == OK)
        e = proto_tls_make_client(ca_key, ca, join->csr.data, join->csr.len, der, len);
    if (ca_key != NULL)
        sodium_memzero(ca_key, ca_key_len);
    free(ca_key);
    free(ca);
    return e;
}

static enum err make_welcome(const struct hub_cli *c, const struct view *v, const struct proto_join *join, const char *address)
{
    struct proto_welcome w = { 0 };
    uint8_t secret[64], out[WELCOME_MAX], *der = NULL;
    size_t len;
    enum err e = issue_cert(c, join, &der, &w.client_cert.len);

    if (e == OK && strlen(address) >= sizeof w.address)
        e = ERR_LONG;
    if (e == OK)
        e = hub_home_secret_get(c->home, "log", secret, sizeof secret, c->t);
    if (e == OK) {
        w.client_cert.data = der;
        memcpy(w.partner, join->partner, sizeof w.partner);
        memcpy(w.address, address, strlen(address) + 1);
        e = proto_welcome_make(v->region, &w, secret, out, sizeof out, &len);
        sodium_memzero(secret, sizeof secret);
    }
    if (e == OK)
        e = file_write(c->output, out, len, PUBLIC_FILE_MODE, c->t);
    free(der);
    return e;
}

/* Beside the welcome: a partner that is no founder finds itself in it. */
static enum err write_registry(const struct hub_cli *c, const struct view *v)
{
    char path[HUB_PATH_MAX];

    if (snprintf(path, sizeof path, "%s.registry", c->output) >= (int)sizeof path)
        return ERR_LONG;
    return file_write(path, v->copy, v->copy_len, PUBLIC_FILE_MODE, c->t);
}

static enum err welcome(const struct hub_cli *c, const struct view *v, const uint8_t *data, size_t len)
{
    const struct proto_partner *p;
    struct proto_join join;
    struct hub_conf conf;
    char path[HUB_PATH_MAX], fingerprint[40];
    enum err e = proto_join_check(v->region, data, len, &join, c->t);

    if (e == OK)
        e = hub_conf_read(c->home, &conf, c->t);
    if (e != OK)
        return e;
    p = proto_region_partner(v->region, join.partner);
    if (p == NULL)
        return trouble_at(c->t, ERR_NOTFOUND, c->argument, 0, 0, "this organisation is not in the region file, and no two partners admitted it",
            "deze organisatie staat niet in het regiobestand, en is niet door twee partners toegelaten");
    if (p->revoked)
        return trouble_at(c->t, ERR_DENIED, c->argument, 0, 0, "the partners have revoked this organisation",
            "de partners hebben deze organisatie ingetrokken");
    e = make_welcome(c, v, &join, c->address != NULL ? c->address : conf.listen);
    if (e == OK && v->copy != NULL)
        e = write_registry(c, v);
    /* Last: a partner that is in the folder has its welcome. */
    if (e == OK)
        e = hub_roster_join_path(v->partners, p->handle, path, sizeof path);
    if (e == OK)
        e = file_write(path, data, len, OWN_FILE_MODE, c->t);
    if (e != OK)
        return e;
    proto_region_fingerprint(v->region, fingerprint);
    json_add_text(c->reply, "partner", p->handle);
    json_add_text(c->reply, "name", p->name);
    json_add_text(c->reply, "welcome", c->output);
    json_add_text(c->reply, "address", c->address != NULL ? c->address : conf.listen);
    json_add_text(c->reply, "fingerprint", fingerprint);
    return OK;
}

enum err hub_cmd_welcome(struct hub_cli *c)
{
    uint8_t *data = NULL;
    struct view v;
    size_t len = 0;
    enum err e = view_open(c, &v);

    if (e == OK && c->output == NULL)
        e = trouble_set(c->t, ERR_USAGE, "say where the welcome goes: --output FILE", "zeg waar het welkomstbestand komt: --output BESTAND");
    if (e == OK)
        e = file_read(c->argument, JOIN_MAX, &data, &len, c->t);
    if (e == OK)
        e = welcome(c, &v, data, len);
    free(data);
    view_close(&v);
    return e;
}

/* ---- partners ---- */

static bool is_there(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0;
}

static enum err add_partner(cJSON *list, const struct view *v, const struct proto_partner *p, const cJSON *status)
{
    char path[HUB_PATH_MAX], when[17];
    cJSON *row = cJSON_CreateObject();
    bool blocked = false;
    uint64_t seen_s;
    enum err e = hub_roster_join_path(v->partners, p->handle, path, sizeof path);

    (void)cJSON_AddItemToArray(list, row);
    json_add_text(row, "handle", p->handle);
    json_add_text(row, "kind", p->kind);
    json_add_text(row, "name", p->name);
    json_add_bool(row, "joined", e == OK && is_there(path));
    if (e == OK)
        e = server_blocks_has(v->partners, p->handle, &blocked);
    json_add_bool(row, "blocked", blocked);
    if (p->revoked)
        json_add_bool(row, "revoked", true);
    if (json_u64(cJSON_GetObjectItemCaseSensitive(status, "seen"), p->handle, &seen_s) == OK) {
        clock_format_nl(seen_s, when);
        json_add_text(row, "last_seen", when);
    }
    return e;
}

enum err hub_cmd_partners(struct hub_cli *c)
{
    cJSON *list, *status = NULL;
    struct view v;
    enum err e = view_open(c, &v);

    if (e == OK) {
        /* When the running hub heard each of them is worth no refusal. */
        if (hub_home_status(c->home, &status, NULL) != OK)
            status = NULL;
        list = json_add_array(c->reply, "partners");
        for (size_t i = 0; e == OK && i < v.region->partner_count; i++)
            e = add_partner(list, &v, &v.region->partner[i], status);
    }
    cJSON_Delete(status);
    view_close(&v);
    return e;
}

/* ---- block ---- */

enum err hub_cmd_block(struct hub_cli *c)
{
    struct view v;
    enum err e = view_open(c, &v);

    if (e == OK && proto_region_handle(v.region, c->argument) == NULL)
        e = trouble_at(c->t, ERR_NOTFOUND, c->argument, 0, 0, "there is no partner of this name: see `schakel-hub partners`",
            "er is geen partner met deze naam: zie `schakel-hub partners`");
    if (e == OK)
        e = server_blocks_set(v.partners, c->argument, !c->undo, c->t);
    if (e == OK) {
        json_add_text(c->reply, "partner", c->argument);
        json_add_bool(c->reply, "blocked", !c->undo);
    }
    view_close(&v);
    return e;
}
