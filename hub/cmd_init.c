#include "hub/cli.h"

#include "base/file.h"
#include "hub/home.h"
#include "hub/signer.h"
#include "proto/note.h"
#include "proto/pseudonym.h"
#include "proto/region.h"
#include "proto/tls_own.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { OWN_FILE_MODE = 0600, PUBLIC_FILE_MODE = 0644 };

static enum err make_folders(const char *home, struct trouble *t)
{
    static const char *const names[] = { "keys", "partners", "signer", "seeds", "oprf", "run" };
    char path[HUB_PATH_MAX];
    enum err e = file_mkdirs(home, t);

    for (size_t i = 0; e == OK && i < sizeof names / sizeof *names; i++) {
        e = hub_home_path(home, names[i], path, t);
        if (e == OK)
            e = file_mkdirs(path, t);
    }
    return e;
}

static enum err put_text(const char *home, const char *name, const char *text, size_t len, mode_t mode, struct trouble *t)
{
    char path[HUB_PATH_MAX];
    enum err e = hub_home_path(home, name, path, t);

    return e == OK ? file_write_new(path, text, len, mode, t) : e;
}

/* The log's key: secret into keys/log, verifier key into *f. */
static enum err make_log_key(const struct hub_cli *c, uint8_t secret[64], struct proto_hub_file *f)
{
    char origin[PROTO_NOTE_NAME_MAX + 1];
    struct proto_note_key key;
    uint8_t public_key[PROTO_KEY_LEN];
    int n = c->origin != NULL ? snprintf(origin, sizeof origin, "%s", c->origin)
        : snprintf(origin, sizeof origin, "schakel-%s.log", c->name != NULL ? c->name : "hub");
    enum err e;

    (void)crypto_sign_keypair(public_key, secret);
    e = n > 0 && (size_t)n < sizeof origin ? proto_note_key_make(origin, PROTO_NOTE_ED25519, public_key, &key) : ERR_LONG;
    if (e != OK)
        return trouble_set(c->t, ERR_USAGE, "the log's name must be text without spaces or a plus, at most %d characters",
            "de naam van het logboek is tekst zonder spaties of plus, hoogstens %d tekens", PROTO_NOTE_NAME_MAX);
    proto_note_key_encode(&key, f->log_vkey);
    json_add_text(c->reply, "origin", origin);
    return hub_home_secret_put(c->home, "log", secret, 64, c->t);
}

static enum err make_share(const struct hub_cli *c, struct proto_hub_file *f)
{
    uint8_t share[PROTO_OPRF_LEN];
    enum err e;

    proto_oprf_key_pair(share, f->pseudonym_hub);
    e = proto_pseudonym_possession_make(share, f->possession);
    if (e == OK)
        e = hub_home_secret_put(c->home, "pseudonym", share, sizeof share, c->t);
    sodium_memzero(share, sizeof share);
    return e;
}

static enum err make_tls(const struct hub_cli *c, struct proto_hub_file *f)
{
    struct proto_tls_own own = { .der = NULL };
    enum err e = proto_tls_own_make(sizeof f->tls_der, &own);

    if (e != OK)
        return e;
    memcpy(f->tls_der, own.der, own.der_len);
    f->tls_der_len = own.der_len;
    e = put_text(c->home, "keys/tls-ca.key", own.ca_key.text, own.ca_key.len, OWN_FILE_MODE, c->t);
    if (e == OK)
        e = put_text(c->home, "keys/tls-ca.crt", own.ca.text, own.ca.len, OWN_FILE_MODE, c->t);
    if (e == OK)
        e = put_text(c->home, "keys/tls-server.key", own.key.text, own.key.len, OWN_FILE_MODE, c->t);
    if (e == OK)
        e = put_text(c->home, "keys/tls-server.crt", own.cert.text, own.cert.len, OWN_FILE_MODE, c->t);
    proto_tls_own_fini(&own);
    return e;
}

static enum err make_conf(const struct hub_cli *c)
{
    char text[2048], pack[HUB_PATH_MAX + 16] = "";
    int n;

    if (c->pack != NULL && snprintf(pack, sizeof pack, "pack = %s\n", c->pack) >= (int)sizeof pack)
        return trouble_at(c->t, ERR_LONG, c->pack, 0, 0, "this path is too long", "dit pad is te lang");
    n = snprintf(text, sizeof text, "# Settings of this hub. An unknown key is an error.\nlisten = %s\nplain = %s\n%s",
        c->listen != NULL ? c->listen : "127.0.0.1:7610", c->plain ? "yes" : "no", pack);
    if (n < 0 || (size_t)n >= sizeof text)
        return ERR_LONG;
    return put_text(c->home, "schakel.conf", text, (size_t)n, OWN_FILE_MODE, c->t);
}

/* The public file comes last: a home that has one is complete. */
static enum err make_all(const struct hub_cli *c)
{
    char path[HUB_PATH_MAX], *text = NULL;
    struct proto_hub_file f = { 0 };
    uint8_t secret[64];
    size_t len = 0;
    enum err e = make_folders(c->home, c->t);

    if (e == OK)
        e = make_conf(c);
    if (e == OK)
        e = make_log_key(c, secret, &f);
    if (e == OK)
        e = make_share(c, &f);
    if (e == OK)
        e = make_tls(c, &f);
    if (e == OK)
        e = hub_home_path(c->home, "signer/last", path, c->t);
    if (e == OK)
        e = hub_signer_init(path, c->t);
    if (e == OK)
        e = hub_home_path(c->home, "signer/registry", path, c->t);
    if (e == OK)
        e = hub_signer_init(path, c->t);
    if (e == OK)
        e = proto_hub_file_format(&f, secret, &text, &len);
    if (e == OK)
        e = put_text(c->home, "hub.pub", text, len, PUBLIC_FILE_MODE, c->t);
    sodium_memzero(secret, sizeof secret);
    free(text);
    if (e == OK && hub_home_path(c->home, "hub.pub", path, c->t) == OK) {
        json_add_text(c->reply, "home", c->home);
        json_add_text(c->reply, "hub_file", path);
    }
    return e;
}

/* ---- the region ---- */

static enum err read_hub_file(const struct hub_cli *c, struct proto_hub_file *out)
{
    char *text = NULL;
    size_t len = 0;
    enum err e = hub_home_text(c->home, "hub.pub", &text, &len, c->t);

    if (e == OK)
        e = proto_hub_file_parse((const uint8_t *)text, len, out, c->t);
    free(text);
    return e;
}

/* The region names a log, an authority and a share: they must be this hub's. */
static enum err check_is_ours(const struct hub_cli *c, const struct proto_region *r)
{
    struct proto_hub_file f;
    enum err e = read_hub_file(c, &f);

    if (e != OK)
        return e;
    if (strcmp(f.log_vkey, r->log_vkey) != 0 || f.tls_der_len != r->tls_der_len
        || sodium_memcmp(f.tls_der, r->tls_der, f.tls_der_len) != 0
        || sodium_memcmp(f.pseudonym_hub, r->pseudonym_hub, sizeof f.pseudonym_hub) != 0)
        return trouble_at(c->t, ERR_KEY, c->region, 0, 0,
            "this region was made for another hub: `schakel region make` needs this hub's hub.pub",
            "deze regio is voor een andere hub gemaakt: `schakel region make` heeft de hub.pub van deze hub nodig");
    return OK;
}

/* Another region than the installed one is another log and other pseudonyms: that is a new hub. */
static enum err write_region(const struct hub_cli *c, const uint8_t *data, size_t len, const struct proto_region *r)
{
    struct proto_region *old = calloc(1, sizeof *old);
    char path[HUB_PATH_MAX], *text = NULL;
    size_t text_len = 0;
    enum err e = old == NULL ? ERR_NOMEM : hub_home_path(c->home, "region", path, c->t);

    if (e == OK && hub_home_region(c->home, &text, &text_len, old, NULL) == OK
        && sodium_memcmp(old->hash, r->hash, sizeof old->hash) != 0)
        e = trouble_at(c->t, ERR_EXISTS, path, 0, 0,
            "this hub already serves another region: set up a new hub in another folder",
            "deze hub dient al een andere regio: richt een nieuwe hub in een andere map in");
    if (e == OK)
        e = file_write(path, data, len, PUBLIC_FILE_MODE, c->t);
    free(text);
    free(old);
    return e;
}

static enum err install_region(const struct hub_cli *c)
{
    struct proto_region *r = calloc(1, sizeof *r);
    uint8_t *data = NULL;
    char fingerprint[40];
    size_t len = 0;
    enum err e = r == NULL ? ERR_NOMEM : file_read(c->region, PROTO_REGION_FILE_MAX, &data, &len, c->t);

    if (e == OK)
        e = proto_region_parse(data, len, true, r, c->t);
    if (e == OK)
        e = check_is_ours(c, r);
    if (e == OK)
        e = write_region(c, data, len, r);
    if (e == OK) {
        proto_region_fingerprint(r, fingerprint);
        json_add_text(c->reply, "region", r->name);
        json_add_text(c->reply, "fingerprint", fingerprint);
        json_add_text(c->reply, "next", "schakel-hub welcome JOIN.REQ -o WELCOME; schakel-hub run");
    }
    free(data);
    free(r);
    return e;
}

enum err hub_cmd_init(struct hub_cli *c)
{
    char path[HUB_PATH_MAX];
    struct stat st;
    enum err e = hub_home_path(c->home, "hub.pub", path, c->t);
    bool is_there = e == OK && stat(path, &st) == 0;

    if (e != OK)
        return e;
    if (is_there && c->region == NULL)
        return trouble_at(c->t, ERR_EXISTS, c->home, 0, 0,
            "there is a hub here already; to install a region file give --region FILE",
            "hier staat al een hub; geef --region BESTAND om een regiobestand te installeren");
    if (!is_there)
        e = make_all(c);
    if (e == OK && c->region != NULL)
        return install_region(c);
    if (e == OK)
        json_add_text(c->reply, "next", "schakel region make; schakel-hub init --region FILE");
    return e;
}
