/* keyholder init, join, block and status: the second share of the pseudonym key, made where it is used and never carried. */
#include "client/cmds.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "client/keyfile.h"
#include "client/keyholder.h"
#include "proto/lines.h"
#include "proto/tls_own.h"
#include "server/blocks.h"
#include "server/probe.h"
#include "server/quota.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OWN_MODE = 0600, PUBLIC_MODE = 0644, CONF_ROOM = 512 };

/* ---- init ---- */

static enum err put(const char *home, const char *name, const void *data, size_t len, mode_t mode, struct trouble *t)
{
    char path[CLIENT_PATH_MAX];
    enum err e = client_home_path(home, name, path, t);

    return e == OK ? file_write_new(path, data, len, mode, t) : e;
}

/* The settings come first: where there are some already, no keyholder is made. */
static enum err make_conf(const struct client_run *r)
{
    const char *listen = client_run_text(r, "listen");
    bool plain = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(r->args, "plain"));
    char text[CONF_ROOM];
    int n = snprintf(text, sizeof text, "# Settings of this keyholder. An unknown key is an error.\nlisten = %s\nplain = %s\n", listen,
        plain ? "yes" : "no");
    enum err e = n < 0 || (size_t)n >= sizeof text ? ERR_LONG : put(r->home, "schakel.conf", text, (size_t)n, OWN_MODE, r->t);

    return e == ERR_EXISTS ? trouble_at(r->t, e, r->home, 0, 0, "something is here already: give another --home",
                                 "hier is al iets: geef een andere --home")
                           : e;
}

/* A key of its own above the others, so that one passphrase is asked and one key is derived from it. */
static enum err make_top_key(const struct client_run *r, struct secret **out)
{
    uint8_t key[32];
    struct client_unlock by = {.passphrase = client_run_text(r, "passphrase")};
    enum err e;

    randombytes_buf(key, sizeof key);
    e = client_keyfile_make(r->home, &(struct client_plain_key){"keyholder", key, sizeof key, NULL}, &by, r->t);
    if (e == OK)
        e = secret_take(key, sizeof key, out);
    sodium_memzero(key, sizeof key);
    return e;
}

static enum err make_share(const struct client_run *r, struct secret *top, struct proto_keyholder_file *f)
{
    uint8_t share[PROTO_OPRF_LEN];
    struct client_unlock by = {.key = top};
    enum err e;

    proto_oprf_key_pair(share, f->share_key);
    e = proto_pseudonym_possession_make(share, f->possession);
    if (e == OK)
        e = client_keyfile_make(r->home, &(struct client_plain_key){"share", share, sizeof share, f->share_key}, &by, r->t);
    sodium_memzero(share, sizeof share);
    return e;
}

static enum err keep_tls(const struct client_run *r, struct secret *top, const char *name, const struct proto_pem *key)
{
    struct client_unlock by = {.key = top};

    return client_keyfile_make(r->home, &(struct client_plain_key){name, (const uint8_t *)key->text, key->len, NULL}, &by, r->t);
}

/* Its own authority: the hub's must not be able to stand in for the keyholder. */
static enum err make_tls(const struct client_run *r, struct secret *top, struct proto_keyholder_file *f)
{
    struct proto_tls_own own = {.der = NULL};
    enum err e = proto_tls_own_make(sizeof f->tls_der, &own);

    if (e == OK) {
        memcpy(f->tls_der, own.der, own.der_len);
        f->tls_der_len = own.der_len;
        e = keep_tls(r, top, "tls-ca", &own.ca_key);
    }
    if (e == OK)
        e = keep_tls(r, top, "tls", &own.key);
    if (e == OK)
        e = put(r->home, "tls.crt", own.cert.text, own.cert.len, PUBLIC_MODE, r->t);
    proto_tls_own_fini(&own);
    return e == OK ? OK : trouble_set(r->t, e, "the TLS key could not be made", "de TLS-sleutel kon niet worden gemaakt");
}

static enum err make_public(const struct client_run *r, struct secret *top, struct proto_keyholder_file *f)
{
    uint8_t secret[crypto_sign_SECRETKEYBYTES];
    struct client_unlock by = {.key = top};
    char *text = NULL;
    size_t len = 0;
    enum err e;

    if (crypto_sign_keypair(f->key, secret) != 0)
        abort();
    e = client_keyfile_make(r->home, &(struct client_plain_key){"sign", secret, sizeof secret, f->key}, &by, r->t);
    if (e == OK)
        e = proto_keyholder_file_format(f, secret, &text, &len);
    sodium_memzero(secret, sizeof secret);
    if (e == OK)
        e = put(r->home, "keyholder.pub", text, len, PUBLIC_MODE, r->t);
    free(text);
    return e == OK ? OK : trouble_set(r->t, e, "keyholder.pub could not be made", "keyholder.pub kon niet worden gemaakt");
}

static enum err read_options(const struct client_run *r, struct proto_keyholder_file *f)
{
    const char *name = client_run_text(r, "name"), *address = client_run_text(r, "address");

    if (address == NULL)
        address = client_run_text(r, "listen");
    if (!text_is_handle(name))
        return trouble_at(r->t, ERR_USAGE, "--name", 0, 0, "must be 2 to 32 small letters, digits and -, starting with a letter",
            "moet 2 tot 32 kleine letters, cijfers en - zijn, en met een letter beginnen");
    if (strlen(address) >= sizeof f->address || !proto_lines_is_address(address))
        return trouble_at(r->t, ERR_USAGE, client_run_text(r, "address") != NULL ? "--address" : "--listen", 0, 0,
            "must be HOST:PORT, in small letters, as partners reach it; give --address if that is another",
            "moet HOST:POORT zijn, in kleine letters, zoals partners hem bereiken; geef --address als dat een ander is");
    memcpy(f->name, name, strlen(name) + 1);
    memcpy(f->address, address, strlen(address) + 1);
    return OK;
}

enum err client_cmd_keyholder_init(struct client_run *r)
{
    struct proto_keyholder_file f = {.name = ""};
    struct secret *top = NULL;
    char path[CLIENT_PATH_MAX];
    enum err e = read_options(r, &f);

    if (e == OK)
        e = client_home_folders(r->home, (const char *const[]) {"keys", "blocked", NULL}, r->t);
    if (e == OK)
        e = make_conf(r);
    if (e == OK)
        e = make_top_key(r, &top);
    if (e == OK)
        e = make_share(r, top, &f);
    if (e == OK)
        e = make_tls(r, top, &f);
    if (e == OK)
        e = make_public(r, top, &f);
    if (e == OK)
        e = client_home_path(r->home, "keyholder.pub", path, r->t);
    secret_free(top);
    if (e != OK)
        return e;
    r->reply = cJSON_CreateObject();
    json_add_text(r->reply, "name", f.name);
    json_add_text(r->reply, "address", f.address);
    json_add_text(r->reply, "file", path);
    json_add_text(r->reply, "next", r->lang == LANG_NL
            ? "geef keyholder.pub aan wie de regio maakt (schakel region make --keyholder), daarna: schakel keyholder join REGIO"
            : "give keyholder.pub to who makes the region (schakel region make --keyholder), then: schakel keyholder join REGION");
    return OK;
}

/* ---- join ---- */

/* Another region than the one that is served is other pseudonyms: that is a new share. */
static enum err check_is_first(const struct client_run *r, const struct proto_region *region)
{
    struct proto_region *old = calloc(1, sizeof *old);
    char *text = NULL;
    size_t len = 0;
    enum err e = old == NULL ? ERR_NOMEM : client_keyholder_region(r->home, &text, &len, old, NULL);

    if (e == OK && sodium_memcmp(old->hash, region->hash, sizeof old->hash) != 0)
        e = trouble_at(r->t, ERR_EXISTS, r->home, 0, 0, "this keyholder serves another region already: make a new one in another folder",
            "deze sleutelhouder dient al een andere regio: maak een nieuwe in een andere map");
    free(text);
    free(old);
    return e == ERR_STATE ? OK : e;
}

static enum err join(struct client_run *r, struct proto_region *region, const char *from)
{
    struct proto_keyholder_file f;
    char path[CLIENT_PATH_MAX], fingerprint[40];
    uint8_t *data = NULL;
    size_t len = 0;
    enum err e = file_read(from, PROTO_REGION_FILE_MAX, &data, &len, r->t);

    if (e == OK)
        e = proto_region_parse(data, len, true, region, r->t);
    if (e == OK)
        e = client_keyholder_public(r->home, &f, r->t);
    if (e == OK)
        e = client_keyholder_is_named(&f, region, from, r->t);
    if (e == OK)
        e = check_is_first(r, region);
    if (e == OK)
        e = client_home_path(r->home, "region", path, r->t);
    if (e == OK)
        e = file_write(path, data, len, PUBLIC_MODE, r->t);
    free(data);
    if (e != OK)
        return e;
    proto_region_fingerprint(region, fingerprint);
    r->reply = cJSON_CreateObject();
    json_add_text(r->reply, "region", region->name);
    json_add_text(r->reply, "fingerprint", fingerprint);
    json_add_text(r->reply, "next", r->lang == LANG_NL ? "vergelijk de vingerafdruk mondeling; daarna: schakel keyholder run"
                                                       : "compare the fingerprint by voice; then: schakel keyholder run");
    return OK;
}

enum err client_cmd_keyholder_join(struct client_run *r)
{
    struct proto_region *region = calloc(1, sizeof *region);
    enum err e = region == NULL ? ERR_NOMEM : join(r, region, client_run_text(r, "region"));

    free(region);
    return e;
}

/* ---- block ---- */

enum err client_cmd_keyholder_block(struct client_run *r)
{
    struct proto_region *region = calloc(1, sizeof *region);
    const char *handle = client_run_text(r, "partner");
    bool undo = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(r->args, "undo"));
    struct server_registry *registry = NULL;
    char path[CLIENT_PATH_MAX];
    enum err e = region == NULL ? ERR_NOMEM : client_keyholder_partners(r->home, region, &registry, r->t);

    if (e == OK && proto_region_handle(region, handle) == NULL)
        e = trouble_at(r->t, ERR_NOTFOUND, handle, 0, 0, "there is no partner of this name; see: schakel keyholder status",
            "er is geen partner met deze naam; zie: schakel keyholder status");
    if (e == OK)
        e = client_home_path(r->home, "blocked", path, r->t);
    if (e == OK)
        e = server_blocks_set(path, handle, !undo, r->t);
    if (e == OK) {
        r->reply = cJSON_CreateObject();
        json_add_text(r->reply, "partner", handle);
        json_add_bool(r->reply, "blocked", !undo);
    }
    server_registry_free(registry);
    free(region);
    return e;
}

/* ---- status ---- */

static enum err add_partners(struct client_run *r, const struct proto_region *region, const struct server_quota *q, uint64_t now_s)
{
    cJSON *list = json_add_array(r->reply, "partners");
    char path[CLIENT_PATH_MAX];
    enum err e = client_home_path(r->home, "blocked", path, r->t);

    for (size_t i = 0; e == OK && i < region->partner_count; i++) {
        const struct proto_partner *p = &region->partner[i];
        cJSON *row = json_push_object(list);
        bool blocked = false;

        e = server_blocks_has(path, p->handle, &blocked);
        json_add_text(row, "handle", p->handle);
        json_add_u64(row, "today", server_quota_used(q, p->id, now_s));
        json_add_bool(row, "blocked", blocked);
        if (p->revoked)
            json_add_bool(row, "revoked", true);
    }
    return e;
}

static enum err describe(struct client_run *r, const struct client_keyholder_conf *conf, const struct proto_region *region)
{
    struct server_quota *q = NULL;
    uint64_t now_s = clock_now_s();
    char path[CLIENT_PATH_MAX];
    enum err e = client_home_path(r->home, "quota", path, r->t);

    /* A row that is being written at this moment does not fit its check: look once more. */
    for (int i = 0; e == OK && q == NULL && i < 2; i++)
        if (server_quota_open(path, 0, 0, &q, i == 0 ? NULL : r->t) != OK && i == 1)
            e = ERR_SYNTAX;
    if (e == OK) {
        r->reply = cJSON_CreateObject();
        json_add_text(r->reply, "region", region->name);
        json_add_text(r->reply, "address", conf->listen);
        json_add_u64(r->reply, "pseudonyms_today", server_quota_used(q, NULL, now_s));
        json_add_u64(r->reply, "pseudonyms_total", conf->pseudonyms_total);
        json_add_u64(r->reply, "pseudonyms_per_partner", conf->pseudonyms_per_partner);
        e = add_partners(r, region, q, now_s);
    }
    server_quota_close(q);
    return e;
}

/* Exit 0 only when the keyholder takes connections: scripts wait for that. */
enum err client_cmd_keyholder_status(struct client_run *r)
{
    struct proto_region *region = calloc(1, sizeof *region);
    struct server_registry *registry = NULL;
    struct client_keyholder_conf conf;
    enum err e = region == NULL ? ERR_NOMEM : client_keyholder_conf(r->home, &conf, r->t);

    if (e == OK)
        e = client_keyholder_partners(r->home, region, &registry, r->t);
    if (e == OK && !server_probe(conf.listen))
        e = trouble_at(r->t, ERR_PEER, conf.listen, 0, 0, "the keyholder is not running, or does not take connections here; start it with: "
            "schakel keyholder run --home %s",
            "de sleutelhouder draait niet, of neemt hier geen verbindingen aan; start hem met: schakel keyholder run --home %s", r->home);
    if (e == OK)
        e = describe(r, &conf, region);
    server_registry_free(registry);
    free(region);
    return e;
}
