/* org init: this organisation's folder, keys and public file. */
#include "client/cmds.h"

#include "base/file.h"
#include "base/text.h"
#include "client/ask.h"
#include "client/home.h"
#include "client/keyfile.h"
#include "proto/note.h"
#include "proto/region.h"
#include "proto/tls.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Root: a signing key under its own passphrase. */
static enum err make_root(const struct client_run *r, const char *passphrase, uint8_t public[32], struct secret **secret)
{
    uint8_t key[crypto_sign_SECRETKEYBYTES];
    struct client_unlock by = {.passphrase = passphrase};
    enum err e;

    if (crypto_sign_keypair(public, key) != 0)
        abort();
    e = client_keyfile_make(r->home, &(struct client_plain_key){"root", key, sizeof key, public}, &by, r->t);
    if (e == OK)
        e = secret_take(key, sizeof key, secret);
    sodium_memzero(key, sizeof key);
    return e;
}

static enum err make_vault_key(const struct client_run *r, const char *passphrase, struct secret **secret)
{
    uint8_t key[32];
    struct client_unlock by = {.passphrase = passphrase};
    enum err e;

    randombytes_buf(key, sizeof key);
    e = client_keyfile_make(r->home, &(struct client_plain_key){"vault", key, sizeof key, NULL}, &by, r->t);
    if (e == OK)
        e = secret_take(key, sizeof key, secret);
    sodium_memzero(key, sizeof key);
    return e;
}

static enum err make_pair(const struct client_run *r, const char *name, bool signing, struct secret *vault,
    uint8_t public[32])
{
    uint8_t key[crypto_sign_SECRETKEYBYTES];
    struct client_unlock by = {.key = vault};
    enum err e;

    if ((signing ? crypto_sign_keypair(public, key) : crypto_box_keypair(public, key)) != 0)
        abort();
    e = client_keyfile_make(r->home, &(struct client_plain_key){name, key, signing ? sizeof key : crypto_box_SECRETKEYBYTES, public}, &by,
        r->t);
    sodium_memzero(key, sizeof key);
    return e;
}

/* The key with which the node cosigns checkpoints. Founders put it into the region file; another takes its place by the registry. */
static enum err make_witness(const struct client_run *r, struct secret *vault, struct proto_org_file *f)
{
    struct proto_note_key key;
    char vkey[PROTO_NOTE_VKEY_ROOM];
    uint8_t public[32];
    enum err e = make_pair(r, "witness", true, vault, public);

    if (e == OK)
        e = proto_note_key_make(f->handle, PROTO_NOTE_COSIGNATURE, public, &key);
    if (e != OK)
        return e;
    proto_note_key_encode(&key, vkey);
    return (size_t)snprintf(f->witness, sizeof f->witness, "%s", vkey) < sizeof f->witness ? OK : ERR_LONG;
}

/* The TLS key, and the request for its certificate, which `hub join` carries without needing the key. */
static enum err make_tls(const struct client_run *r, const char *handle, struct secret *vault)
{
    struct proto_pem key = {0};
    struct client_unlock by = {.key = vault};
    char path[CLIENT_PATH_MAX];
    uint8_t *csr = NULL, public[32];
    size_t csr_len = 0;
    enum err e = proto_tls_make_key(&key);

    if (e == OK)
        e = proto_tls_make_request(key.text, handle, &csr, &csr_len);
    if (e == OK)
        e = proto_tls_request_key(csr, csr_len, public);
    if (e == OK)
        e = client_keyfile_make(r->home, &(struct client_plain_key){"tls", (const uint8_t *)key.text, key.len, public}, &by, r->t);
    if (e == OK)
        e = client_home_path(r->home, "keys/tls.csr", path, r->t);
    if (e == OK)
        e = file_write(path, csr, csr_len, 0600, r->t);
    proto_tls_pem_fini(&key);
    free(csr);
    return e == OK ? OK : trouble_set(r->t, e, "the TLS key could not be made", "de TLS-sleutel kon niet worden gemaakt");
}

static enum err write_public(const struct client_run *r, const struct proto_org_file *f, struct secret *root, char path[CLIENT_PATH_MAX])
{
    char *text = NULL;
    size_t len = 0;
    enum err e = proto_org_file_format(f, secret_wake(root), &text, &len);

    secret_sleep(root);
    if (e == OK)
        e = client_home_path(r->home, "org.pub", path, r->t);
    if (e == OK)
        e = file_write_new(path, text, len, 0644, r->t);
    free(text);
    return e == OK ? OK : trouble_set(r->t, e, "org.pub could not be made", "org.pub kon niet worden gemaakt");
}

static enum err describe(struct client_run *r, struct proto_org_file *f)
{
    const char *handle = client_run_text(r, "handle"), *kind = client_run_text(r, "kind"), *name = client_run_text(r, "name");

    if (!text_is_handle(handle))
        return trouble_at(r->t, ERR_USAGE, "--handle", 0, 0, "must be 2 to 32 small letters, digits and -, starting with a letter",
            "moet 2 tot 32 kleine letters, cijfers en - zijn, en met een letter beginnen");
    if (strlen(kind) >= sizeof f->kind || strlen(name) >= sizeof f->name || strlen(name) == 0)
        return trouble_at(r->t, ERR_USAGE, strlen(kind) >= sizeof f->kind ? "--kind" : "--name", 0, 0, "is too long or empty",
            "is te lang of leeg");
    memcpy(f->handle, handle, strlen(handle) + 1);
    memcpy(f->kind, kind, strlen(kind) + 1);
    memcpy(f->name, name, strlen(name) + 1);
    return OK;
}

enum err client_cmd_org_init(struct client_run *r)
{
    struct proto_org_file f = {0};
    struct secret *root = NULL, *vault = NULL;
    const char *root_words = client_run_text(r, "root_passphrase"), *vault_words = client_run_text(r, "vault_passphrase");
    char path[CLIENT_PATH_MAX], hex[2 * PROTO_PARTNER_LEN + 1];
    uint8_t id[PROTO_PARTNER_LEN], public[32];
    enum err e = describe(r, &f);

    if (e == OK)
        e = client_home_folders(r->home, (const char *const[]) {"keys", "certs", "run", "store", NULL}, r->t);
    if (e == OK)
        e = make_root(r, root_words, f.root_key, &root);
    if (e == OK)
        e = make_vault_key(r, vault_words, &vault);
    if (e == OK)
        e = make_pair(r, "node", true, vault, public);
    if (e == OK)
        e = make_pair(r, "hpke", false, vault, public);
    if (e == OK)
        e = make_pair(r, "officer", false, vault, public);
    if (e == OK)
        e = make_witness(r, vault, &f);
    if (e == OK)
        e = make_tls(r, f.handle, vault);
    if (e == OK)
        e = write_public(r, &f, root, path);
    if (e == OK) {
        proto_partner_id(f.root_key, id);
        text_hex(id, sizeof id, hex, sizeof hex);
        r->reply = cJSON_CreateObject();
        json_add_text(r->reply, "handle", f.handle);
        json_add_text(r->reply, "id", hex);
        json_add_text(r->reply, "file", path);
        json_add_text(r->reply, "next", r->lang == LANG_NL ? "geef org.pub aan wie de regio maakt (schakel region make); bewaar keys/root elders"
                                                           : "give org.pub to who makes the region (schakel region make); keep keys/root elsewhere");
    }
    secret_free(root);
    secret_free(vault);
    return e;
}
