#include "client/cmd_rotate.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "client/cmd_witness.h"
#include "client/home.h"
#include "client/keyfile.h"
#include "client/pubfile.h"
#include "client/rotate_files.h"
#include "client/rotate_witness.h"
#include "proto/region.h"
#include "proto/tls.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DAY_S = 86400 };

const struct client_opt client_cmd_rotate_opts[] = {
    {"key", CLIENT_OPT_ARG, true, {"node, hpke, officer, witness, tls or root", "node, hpke, officer, witness, tls of root"}, "KEY", NULL},
    {"finish", CLIENT_OPT_FLAG, false, {"root only: two partners have said so, go over to the new one",
        "alleen root: twee partners hebben het gezegd, ga over op de nieuwe"}, NULL, NULL},
    {"lost", CLIENT_OPT_FLAG, false, {"witness only: the old key, or what the node knew, is lost: another partner proposes the new one",
        "alleen witness: de oude sleutel, of wat het knooppunt wist, is weg: een andere partner stelt de nieuwe voor"}, NULL, NULL},
    {"root-passphrase", CLIENT_OPT_SECRET, true, {"", ""}, "passphrase of the root key", "wachtzin van de hoofdsleutel"},
    {"vault-passphrase", CLIENT_OPT_SECRET, true, {"", ""}, "passphrase of the vault", "wachtzin van de kluis"},
    {NULL, CLIENT_OPT_TEXT, false, {NULL, NULL}, NULL, NULL}};

/* A key that the root key certifies. next: its file waits under this name until the hub has the certificate. */
struct kind { const char *name; uint8_t use; unsigned days; bool signing, waits; };

static const struct kind kinds[] = {
    {"node", PROTO_USE_NODE, 90, true, true}, {"hpke", PROTO_USE_HPKE, 90, false, false}, {"officer", PROTO_USE_OFFICER, 92, false, false},
};

struct keys { struct secret *root, *vault; };

/* ---- files ---- */

static enum err path_of(struct client_run *r, const char *folder, const char *name, const char *tail, char out[CLIENT_PATH_MAX])
{
    char file[96];

    if (snprintf(file, sizeof file, "%s/%s%s", folder, name, tail) >= (int)sizeof file)
        return ERR_LONG;
    return client_home_path(r->home, file, out, r->t);
}

/* The old key under a name of its own, so that what was sealed to it can still be opened. */
static enum err keep_old(struct client_run *r, const char *name, struct secret *vault)
{
    struct client_unlock by = {.key = vault};
    struct secret *old = NULL;
    char kept[CLIENT_KEY_NAME_MAX + 1];
    uint8_t public[32];
    enum err e = client_keyfile_open(r->home, name, &by, &old, public, r->t);

    if (e == OK && snprintf(kept, sizeof kept, "%s-%llu", name, (unsigned long long)clock_now_s()) >= (int)sizeof kept)
        e = ERR_LONG;
    if (e == OK) {
        e = client_keyfile_make(r->home, &(struct client_plain_key){kept, secret_wake(old), secret_len(old), public}, &by, r->t);
        secret_sleep(old);
    }
    secret_free(old);
    return e;
}

/* The new key in keys/NAME or beside it. */
static enum err write_key(struct client_run *r, const struct client_plain_key *k, const char *tail, struct secret *vault)
{
    return client_keyfile_write(r->home, k, tail, &(struct client_unlock){.key = vault}, r->t);
}

static enum err read_cert(struct client_run *r, const char *name, struct proto_cert *out)
{
    char path[CLIENT_PATH_MAX];
    uint8_t *data = NULL, signer[PROTO_KEY_LEN];
    size_t len = 0;
    enum err e = path_of(r, "certs", name, "", path);

    if (e == OK)
        e = file_read(path, PROTO_CERT_MAX, &data, &len, NULL);
    if (e == OK)
        e = proto_cert_peek(data, len, out, signer);
    free(data);
    return e;
}

/* What this organisation is, by the certificate that it has. */
static enum err read_own(struct client_run *r, struct proto_cert *own)
{
    enum err e = read_cert(r, "node", own);

    return e == OK ? OK : trouble_at(r->t, ERR_STATE, "certs/node", 0, 0, "is not here: join the hub first (schakel hub join)",
        "is er niet: sluit eerst aan bij de hub (schakel hub join)");
}

static enum err write_cert(struct client_run *r, const struct kind *k, const struct proto_cert *own, const uint8_t key[32], struct secret *root,
    const char *tail)
{
    uint64_t now_s = clock_now_s();
    struct proto_cert c = {.use = k->use, .from_s = now_s - 3600, .until_s = now_s + (uint64_t)k->days * DAY_S};
    uint8_t data[PROTO_CERT_MAX];
    char path[CLIENT_PATH_MAX];
    size_t len = 0;
    enum err e;

    memcpy(c.region, own->region, sizeof c.region);
    memcpy(c.partner, own->partner, sizeof c.partner);
    memcpy(c.key, key, sizeof c.key);
    e = proto_cert_make(&c, secret_wake(root), data, sizeof data, &len);
    secret_sleep(root);
    if (e == OK)
        e = path_of(r, "certs", k->name, tail, path);
    return e == OK ? file_write(path, data, len, 0644, r->t) : e;
}

/* ---- each key ---- */

static enum err rotate(struct client_run *r, const struct kind *k, const struct keys *with)
{
    uint8_t public[32], secret[crypto_sign_SECRETKEYBYTES];
    struct client_plain_key key = {k->name, secret, k->signing ? sizeof secret : crypto_box_SECRETKEYBYTES, public};
    const char *tail = k->waits ? ".next" : "";
    struct proto_cert own;
    enum err e = read_own(r, &own);

    if (e == OK && !k->waits)
        e = keep_old(r, k->name, with->vault);
    if (e != OK)
        return e;
    if ((k->signing ? crypto_sign_keypair(public, secret) : crypto_box_keypair(public, secret)) != 0)
        abort();
    e = write_key(r, &key, tail, with->vault);
    sodium_memzero(secret, sizeof secret);
    if (e == OK)
        e = write_cert(r, k, &own, public, with->root, tail);
    /* The node publishes what lies here when it starts. */
    if (e == OK && !k->waits)
        e = write_cert(r, k, &own, public, with->root, ".new");
    return e;
}

static enum err rotate_tls(struct client_run *r, const struct keys *with, const char *handle)
{
    struct proto_pem key = {0};
    char path[CLIENT_PATH_MAX];
    uint8_t *csr = NULL, public[32];
    size_t csr_len = 0;
    enum err e = keep_old(r, "tls", with->vault);

    if (e == OK)
        e = proto_tls_make_key(&key);
    if (e == OK)
        e = proto_tls_make_request(key.text, handle, &csr, &csr_len);
    if (e == OK)
        e = proto_tls_request_key(csr, csr_len, public);
    if (e == OK)
        e = write_key(r, &(struct client_plain_key){"tls", (const uint8_t *)key.text, key.len, public}, "", with->vault);
    if (e == OK)
        e = path_of(r, "keys", "tls.csr", "", path);
    if (e == OK)
        e = file_write(path, csr, csr_len, 0600, r->t);
    proto_tls_pem_fini(&key);
    free(csr);
    return e;
}

/* A new root key beside the old one, and its public file, which two other partners propose and sign. */
static enum err rotate_root(struct client_run *r, struct proto_org_file org)
{
    struct client_unlock by = {.passphrase = client_run_text(r, "root_passphrase")};
    uint8_t secret[crypto_sign_SECRETKEYBYTES];
    char path[CLIENT_PATH_MAX], *text = NULL;
    size_t len = 0;
    enum err e;

    if (crypto_sign_keypair(org.root_key, secret) != 0)
        abort();
    e = client_keyfile_write(r->home, &(struct client_plain_key){"root", secret, sizeof secret, org.root_key}, ".next", &by, r->t);
    if (e == OK)
        e = proto_org_file_format(&org, secret, &text, &len);
    sodium_memzero(secret, sizeof secret);
    if (e == OK)
        e = client_home_path(r->home, "org.next.pub", path, r->t);
    if (e == OK)
        e = file_write(path, text, len, 0644, r->t);
    free(text);
    return e;
}

/* The old root key stays as keys/root.old: it opens nothing any more, and nobody needs it. */
static enum err finish_root(struct client_run *r)
{
    enum err e = client_rotate_files_root(r->home);

    if (e == ERR_NOTFOUND)
        return trouble_at(r->t, ERR_STATE, "org.next.pub", 0, 0, "is not here: begin with schakel org rotate root",
            "is er niet: begin met schakel org rotate root");
    return e == OK ? OK : trouble_at(r->t, e, "keys/root.next", 0, 0,
        "could not take the place of keys/root (%s): see that the folder keys is yours to write and its disk has room, then give schakel org rotate "
        "root --finish again",
        "kon niet op de plaats van keys/root komen (%s): zorg dat u in de map keys mag schrijven en er ruimte op de schijf is, en geef dan opnieuw "
        "schakel org rotate root --finish", err_word(e));
}

/* ---- the command ---- */

static enum err open_keys(struct client_run *r, struct keys *k)
{
    struct client_unlock root = {.passphrase = client_run_text(r, "root_passphrase")};
    struct client_unlock vault = {.passphrase = client_run_text(r, "vault_passphrase")};
    enum err e = client_keyfile_open(r->home, "root", &root, &k->root, NULL, r->t);

    return e == OK ? client_keyfile_open(r->home, "vault", &vault, &k->vault, NULL, r->t) : e;
}

static void report(struct client_run *r, const char *key, const char *en, const char *nl)
{
    r->reply = cJSON_CreateObject();
    json_add_text(r->reply, "key", key);
    json_add_text(r->reply, "next", r->lang == LANG_NL ? nl : en);
}

/*
 * Whoever has the machine has the key of before, and its certificate goes on to its end. Which key that was nobody can look up once another has
 * its place, so it is told here, with what ends it.
 */
static void report_before(struct client_run *r, const struct proto_org_file *org, const uint8_t key[PROTO_KEY_LEN])
{
    char hex[2 * PROTO_KEY_LEN + 1], text[256];

    text_hex(key, PROTO_KEY_LEN, hex, sizeof hex);
    (void)snprintf(text, sizeof text, "schakel partner revoke %s --key %s --reason stolen --out %s", org->handle, hex,
        r->lang == LANG_NL ? "BESTAND" : "FILE");
    json_add_text(r->reply, "key_before", hex);
    json_add_text(r->reply, "if_stolen", text);
}

static bool is_given(const struct client_run *r, const char *option)
{
    return cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(r->args, option));
}

static enum err rotate_certified(struct client_run *r, const struct kind *k, const struct keys *with, const struct proto_org_file *org)
{
    struct proto_cert before;
    bool has_before = read_cert(r, k->name, &before) == OK;

    report(r, k->name, "start the node again: it publishes the new key and goes over to it; everybody logs in again",
        "start het knooppunt opnieuw: het maakt de nieuwe sleutel bekend en gaat erop over; ieder meldt zich opnieuw aan");
    if (has_before)
        report_before(r, org, before.key);
    return rotate(r, k, with);
}

static enum err rotate_witness(struct client_run *r, const struct keys *with, const struct proto_org_file *org)
{
    struct client_unlock by = {.key = with->vault};
    struct secret *before = NULL;
    uint8_t public[32];
    char en[512], nl[512];
    bool lost = is_given(r, "lost");

    (void)snprintf(en, sizeof en, "give " CLIENT_WITNESS_ORG " to another partner: schakel partner propose --org " CLIENT_WITNESS_ORG " --witness-of %s "
        "--out FILE; you sign what it makes (schakel partner sign FILE), start the node again and send it (schakel partner send --file FILE)", org->handle);
    (void)snprintf(nl, sizeof nl, "geef " CLIENT_WITNESS_ORG " aan een andere partner: schakel partner propose --org " CLIENT_WITNESS_ORG " --witness-of %s "
        "--out BESTAND; u tekent wat die maakt (schakel partner sign BESTAND), start het knooppunt opnieuw en stuurt het (schakel partner send --file BESTAND)",
        org->handle);
    if (lost)
        report(r, "witness", en, nl);
    else
        report(r, "witness", "start the node again: it says the new key to the registry, and goes over to it when the registry names it",
            "start het knooppunt opnieuw: het zegt de nieuwe sleutel aan het register, en gaat erop over als het register hem noemt");
    if (client_keyfile_open(r->home, "witness", &by, &before, public, NULL) == OK)
        report_before(r, org, public);
    secret_free(before);
    return client_cmd_witness_rotate(r, &(struct client_cmd_witness){with->root, with->vault, org, lost});
}

static enum err rotate_root_or_finish(struct client_run *r, const struct proto_org_file *org)
{
    char en[512], nl[512];

    (void)snprintf(en, sizeof en, "two other partners say so, with the file org.next.pub: one gives schakel partner propose --org org.next.pub "
        "--replaces %s --out FILE, the other schakel partner sign FILE and schakel partner send --file FILE; then here: schakel org rotate root --finish",
        org->handle);
    (void)snprintf(nl, sizeof nl, "twee andere partners zeggen het, met het bestand org.next.pub: de een geeft schakel partner propose --org org.next.pub "
        "--replaces %s --out BESTAND, de ander schakel partner sign BESTAND en schakel partner send --file BESTAND; dan hier: schakel org rotate root "
        "--finish", org->handle);
    if (!is_given(r, "finish")) {
        report(r, "root", en, nl);
        return rotate_root(r, *org);
    }
    report(r, "root", "join again with two files (schakel hub join --request ..., then --welcome ...), and start the node again",
        "sluit opnieuw aan met twee bestanden (schakel hub join --request ..., dan --welcome ...), en start het knooppunt opnieuw");
    return finish_root(r);
}

/* A flag of another key would be passed over in silence, and the person believe that it counted. */
static enum err check_flags(struct client_run *r, const char *key)
{
    if (is_given(r, "lost") && strcmp(key, "witness") != 0)
        return trouble_at(r->t, ERR_USAGE, "--lost", 0, 0, "is for the key witness alone", "is alleen voor de sleutel witness");
    if (is_given(r, "finish") && strcmp(key, "root") != 0)
        return trouble_at(r->t, ERR_USAGE, "--finish", 0, 0, "is for the key root alone", "is alleen voor de sleutel root");
    return OK;
}

static enum err run(struct client_run *r, const char *key, const struct keys *with)
{
    struct proto_org_file org;
    enum err e = check_flags(r, key);

    if (e == OK)
        e = client_pubfile_home_org(r->home, &org, r->t);
    for (size_t i = 0; e == OK && i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kinds[i].name, key) == 0)
            return rotate_certified(r, &kinds[i], with, &org);
    if (e == OK && strcmp(key, "tls") == 0) {
        report(r, key, "join again with two files (schakel hub join --request ..., then --welcome ...), and start the node again",
            "sluit opnieuw aan met twee bestanden (schakel hub join --request ..., dan --welcome ...), en start het knooppunt opnieuw");
        return rotate_tls(r, with, org.handle);
    }
    if (e == OK && strcmp(key, "root") == 0)
        return rotate_root_or_finish(r, &org);
    if (e == OK && strcmp(key, "witness") == 0)
        return rotate_witness(r, with, &org);
    return e != OK ? e : trouble_at(r->t, ERR_USAGE, key, 0, 0, "is no key: node, hpke, officer, witness, tls or root",
        "is geen sleutel: node, hpke, officer, witness, tls of root");
}

enum err client_cmd_org_rotate(struct client_run *r)
{
    struct keys with = {NULL, NULL};
    enum err e = open_keys(r, &with);

    if (e == OK)
        e = run(r, client_run_text(r, "key"), &with);
    secret_free(with.root);
    secret_free(with.vault);
    return e == OK ? OK : trouble_set(r->t, e, "the key could not be changed (%s)", "de sleutel kon niet worden gewisseld (%s)", err_word(e));
}
