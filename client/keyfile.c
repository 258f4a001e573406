#include "client/keyfile.h"

#include "base/file.h"
#include "base/rd.h"
#include "base/wr.h"
#include "client/home.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { VERSION = 1, BY_PASSPHRASE = 1, BY_KEY = 2, SALT_LEN = crypto_pwhash_argon2id_SALTBYTES, TAG_LEN = 16, NONCE_LEN = 24,
    HEAD_MAX = 4 + 3 + CLIENT_KEY_NAME_MAX + 32 + 16 + SALT_LEN + NONCE_LEN };

/* What a file may ask of this machine at most: a foreign file must not be able to stop it. */
static const uint64_t ops_max = 16, memory_max = UINT64_C(1) << 30;

struct head {
    uint8_t how, public[32];
    uint64_t ops, memory;
    uint8_t salt[SALT_LEN], nonce[NONCE_LEN];
    const uint8_t *box;
    size_t box_len, head_len;
};

/*
 * The root key makes new keys for the partner, lies somewhere for years and is used a few times a year: its passphrase may cost
 * 256 MiB. The vault's, and a person's, is asked for at every start and login, on a machine that serves at the same time: 64 MiB.
 */
static void set_cost(struct head *h, const char *name)
{
    bool root = strcmp(name, "root") == 0;

    h->ops = root ? crypto_pwhash_argon2id_OPSLIMIT_MODERATE : crypto_pwhash_argon2id_OPSLIMIT_INTERACTIVE;
    h->memory = root ? crypto_pwhash_argon2id_MEMLIMIT_MODERATE : crypto_pwhash_argon2id_MEMLIMIT_INTERACTIVE;
#ifdef SCHAKEL_TEST_CLOCK
    /* A region of four partners takes two dozen passphrases before its first act. */
    if (getenv("SCHAKEL_TEST_CHEAP_PASSPHRASES") != NULL) {
        h->ops = crypto_pwhash_argon2id_OPSLIMIT_MIN;
        h->memory = crypto_pwhash_argon2id_MEMLIMIT_MIN;
    }
#endif
}

static enum err wrapping_key(const struct client_unlock *u, const struct head *h, uint8_t out[32])
{
    if ((u->passphrase != NULL) != (h->how == BY_PASSPHRASE))
        return ERR_KEY;
    if (u->passphrase == NULL) {
        if (secret_len(u->key) != 32)
            return ERR_KEY;
        memcpy(out, secret_wake(u->key), 32);
        secret_sleep(u->key);
        return OK;
    }
    return crypto_pwhash_argon2id(out, 32, u->passphrase, strlen(u->passphrase), h->salt, h->ops, (size_t)h->memory,
               crypto_pwhash_argon2id_ALG_ARGON2ID13) == 0
        ? OK
        : ERR_NOMEM;
}

static void write_head(struct wr *w, const struct head *h, const char *name)
{
    size_t name_len = strlen(name);

    wr_copy(w, (const uint8_t *)"SKEY", 4);
    wr_u8(w, VERSION);
    wr_u8(w, h->how);
    wr_u8(w, (uint8_t)name_len);
    wr_copy(w, (const uint8_t *)name, name_len);
    wr_copy(w, h->public, sizeof h->public);
    wr_u64(w, h->ops);
    wr_u64(w, h->memory);
    wr_copy(w, h->salt, SALT_LEN);
    wr_copy(w, h->nonce, NONCE_LEN);
}

static enum err read_head(const uint8_t *data, size_t len, const char *name, struct head *h)
{
    const uint8_t *magic, *at;
    size_t name_len, want = strlen(name);
    struct rd r;

    rd_init(&r, data, len);
    magic = rd_view(&r, 4);
    if (magic == NULL || memcmp(magic, "SKEY", 4) != 0)
        return ERR_SYNTAX;
    if (rd_u8(&r) != VERSION)
        return r.err == OK ? ERR_VERSION : ERR_SYNTAX;
    h->how = rd_u8(&r);
    name_len = rd_u8(&r);
    at = rd_view(&r, name_len);
    if (at == NULL || name_len != want || memcmp(at, name, want) != 0)
        return ERR_SYNTAX;
    rd_copy(&r, h->public, sizeof h->public);
    h->ops = rd_u64(&r);
    h->memory = rd_u64(&r);
    rd_copy(&r, h->salt, SALT_LEN);
    rd_copy(&r, h->nonce, NONCE_LEN);
    h->head_len = len - rd_left(&r);
    h->box = rd_bytes16(&r, CLIENT_KEY_SECRET_MAX + TAG_LEN, &h->box_len);
    if (rd_end(&r) != OK || h->box_len < TAG_LEN || h->ops > ops_max || h->memory > memory_max)
        return ERR_SYNTAX;
    return h->how == BY_PASSPHRASE || h->how == BY_KEY ? OK : ERR_VERSION;
}

static bool is_allowed(const struct client_plain_key *k, const struct client_unlock *u)
{
    size_t words = u->passphrase != NULL ? strlen(u->passphrase) : CLIENT_PASSPHRASE_MIN;

    return k->len != 0 && k->len <= CLIENT_KEY_SECRET_MAX && strlen(k->name) <= CLIENT_KEY_NAME_MAX
        && words >= CLIENT_PASSPHRASE_MIN && words <= CLIENT_PASSPHRASE_MAX;
}

/* What stands in front of the box, with salt and nonce of its own. */
static void new_head(const struct client_plain_key *k, const struct client_unlock *u, struct head *out)
{
    *out = (struct head){.how = u->passphrase != NULL ? BY_PASSPHRASE : BY_KEY};
    if (k->public != NULL)
        memcpy(out->public, k->public, sizeof out->public);
    if (u->passphrase != NULL) {
        set_cost(out, k->name);
        randombytes_buf(out->salt, SALT_LEN);
    }
    randombytes_buf(out->nonce, NONCE_LEN);
}

enum err client_key_wrap(const struct client_plain_key *k, const struct client_unlock *u, uint8_t **out, size_t *len)
{
    size_t box_len = k->len + TAG_LEN;
    uint8_t key[32], *data = NULL;
    struct head h;
    struct wr w;
    enum err e;

    if (!is_allowed(k, u))
        return ERR_RANGE;
    new_head(k, u, &h);
    e = wrapping_key(u, &h, key);
    if (e == OK && (data = malloc(HEAD_MAX + 2 + box_len)) == NULL)
        e = ERR_NOMEM;
    if (e != OK)
        goto out;
    wr_init(&w, data, HEAD_MAX + 2 + box_len);
    write_head(&w, &h, k->name);
    if (crypto_aead_xchacha20poly1305_ietf_encrypt(data + w.len + 2, NULL, k->secret, k->len, data, w.len, NULL, h.nonce, key) != 0)
        abort();
    wr_u16(&w, (uint16_t)box_len);
    if (wr_gap(&w, box_len) == NULL)
        abort();
    *out = data;
    *len = w.len;
out:
    sodium_memzero(key, sizeof key);
    return e;
}

enum err client_key_unwrap(const uint8_t *data, size_t len, const char *name, const struct client_unlock *u, struct secret **out,
    uint8_t public[32])
{
    struct head h;
    uint8_t key[32], *plain = NULL;
    size_t plain_len = 0;
    enum err e = read_head(data, len, name, &h);

    if (e == OK)
        e = wrapping_key(u, &h, key);
    if (e != OK)
        return e;
    plain_len = h.box_len - TAG_LEN;
    plain = malloc(plain_len + 1);
    if (plain == NULL)
        e = ERR_NOMEM;
    else if (crypto_aead_xchacha20poly1305_ietf_decrypt(plain, NULL, NULL, h.box, h.box_len, data, h.head_len, h.nonce, key) != 0)
        e = ERR_KEY;
    else
        e = secret_take(plain, plain_len, out);
    sodium_memzero(key, sizeof key);
    if (plain != NULL)
        sodium_memzero(plain, plain_len);
    free(plain);
    if (e == OK && public != NULL)
        memcpy(public, h.public, sizeof h.public);
    return e;
}

enum err client_key_public(const uint8_t *data, size_t len, const char *name, uint8_t public[32])
{
    struct head h;
    enum err e = read_head(data, len, name, &h);

    if (e == OK)
        memcpy(public, h.public, sizeof h.public);
    return e;
}

/* ---- files ---- */

/* HOME/keys/NAME and what stands behind it. */
static enum err key_path(const char *home, const char *name, const char *tail, char out[CLIENT_PATH_MAX])
{
    char file[CLIENT_KEY_NAME_MAX + 16];

    if (snprintf(file, sizeof file, "keys/%s%s", name, tail) >= (int)sizeof file)
        return ERR_LONG;
    return file_join(out, CLIENT_PATH_MAX, home, file);
}

enum err client_keyfile_make(const char *home, const struct client_plain_key *k, const struct client_unlock *u, struct trouble *t)
{
    char path[CLIENT_PATH_MAX];
    uint8_t *data = NULL;
    size_t len = 0;
    enum err e = key_path(home, k->name, "", path);

    if (e == OK)
        e = client_key_wrap(k, u, &data, &len);
    if (e == ERR_RANGE)
        return trouble_set(t, e, "a passphrase has %d to %d bytes", "een wachtzin heeft %d tot %d bytes", CLIENT_PASSPHRASE_MIN,
            CLIENT_PASSPHRASE_MAX);
    if (e == OK)
        e = file_write_new(path, data, len, 0600, t);
    free(data);
    return e == OK ? OK : trouble_at(t, e, path, 0, 0, "the key could not be kept", "de sleutel kon niet worden bewaard");
}

static enum err read_key(const char *home, const char *name, char path[CLIENT_PATH_MAX], uint8_t **data, size_t *len, struct trouble *t)
{
    enum err e = key_path(home, name, "", path);

    if (e == OK)
        e = file_read(path, CLIENT_KEY_WRAPPED_MAX, data, len, NULL);
    if (e == ERR_NOTFOUND)
        return trouble_at(t, e, path, 0, 0, "there is no such key here; make the organisation first: schakel org init",
            "die sleutel is er niet; maak eerst de organisatie: schakel org init");
    return e == OK ? OK : trouble_at(t, e, path, 0, 0, "cannot be read", "kan niet worden gelezen");
}

/* Why a file that was read gave no key. */
static enum err tell_unopened(struct trouble *t, enum err e, const char *path)
{
    if (e == ERR_KEY)
        return trouble_at(t, e, path, 0, 0, "this passphrase does not open the key; try again: root key, vault and each login have their own",
            "deze wachtzin opent de sleutel niet; probeer opnieuw: hoofdsleutel, kluis en elke aanmeldnaam hebben een eigen wachtzin");
    if (e == ERR_NOMEM)
        return trouble_at(t, e, path, 0, 0,
            "opening this key takes 64 MiB of memory, the root key 256 MiB, and that much is not free: end other programs and try again",
            "het openen van deze sleutel kost 64 MiB geheugen, de hoofdsleutel 256 MiB, en zoveel is er niet vrij: sluit andere "
            "programma's en probeer opnieuw");
    if (e == ERR_VERSION)
        return trouble_at(t, e, path, 0, 0, "this key file is of a newer schakel: use that version",
            "dit sleutelbestand is van een nieuwere schakel: gebruik die versie");
    return trouble_at(t, e, path, 0, 0, "this is not a key file of schakel", "dit is geen sleutelbestand van schakel");
}

enum err client_keyfile_open(const char *home, const char *name, const struct client_unlock *u, struct secret **out, uint8_t public[32],
    struct trouble *t)
{
    char path[CLIENT_PATH_MAX];
    uint8_t *data = NULL;
    size_t len = 0;
    enum err e = read_key(home, name, path, &data, &len, t);

    if (e != OK)
        return e;
    e = client_key_unwrap(data, len, name, u, out, public);
    free(data);
    return e == OK ? OK : tell_unopened(t, e, path);
}

enum err client_keyfile_public(const char *home, const char *name, uint8_t public[32], struct trouble *t)
{
    char path[CLIENT_PATH_MAX];
    uint8_t *data = NULL;
    size_t len = 0;
    enum err e = read_key(home, name, path, &data, &len, t);

    if (e != OK)
        return e;
    e = client_key_public(data, len, name, public);
    free(data);
    return e == OK ? OK : trouble_at(t, e, path, 0, 0, "this is not a key file of schakel", "dit is geen sleutelbestand van schakel");
}

/* ---- a key that waits ---- */

enum err client_keyfile_write(const char *home, const struct client_plain_key *k, const char *tail, const struct client_unlock *u, struct trouble *t)
{
    char path[CLIENT_PATH_MAX];
    uint8_t *data = NULL;
    size_t len = 0;
    enum err e = client_key_wrap(k, u, &data, &len);

    if (e == OK)
        e = key_path(home, k->name, tail, path);
    if (e == OK)
        e = file_write(path, data, len, 0600, t);
    free(data);
    return e;
}

enum err client_keyfile_make_next(const char *home, const char *name, const struct client_unlock *u, uint8_t public[32], struct trouble *t)
{
    uint8_t secret[crypto_sign_SECRETKEYBYTES], made[32];
    enum err e;

    if (crypto_sign_keypair(made, secret) != 0)
        abort();
    e = client_keyfile_write(home, &(struct client_plain_key){name, secret, sizeof secret, made}, ".next", u, t);
    sodium_memzero(secret, sizeof secret);
    if (e == OK)
        memcpy(public, made, sizeof made);
    return e;
}

static enum err read_next(const char *home, const char *name, uint8_t **data, size_t *len)
{
    char path[CLIENT_PATH_MAX];
    enum err e = key_path(home, name, ".next", path);

    return e == OK ? file_read(path, CLIENT_KEY_WRAPPED_MAX, data, len, NULL) : e;
}

enum err client_keyfile_open_next(const char *home, const char *name, const struct client_unlock *u, struct secret **out, uint8_t public[32])
{
    uint8_t *data = NULL;
    size_t len = 0;
    enum err e = read_next(home, name, &data, &len);

    if (e == OK)
        e = client_key_unwrap(data, len, name, u, out, public);
    free(data);
    return e;
}

enum err client_keyfile_public_next(const char *home, const char *name, uint8_t public[32])
{
    uint8_t *data = NULL;
    size_t len = 0;
    enum err e = read_next(home, name, &data, &len);

    if (e == OK)
        e = client_key_public(data, len, name, public);
    free(data);
    return e;
}
