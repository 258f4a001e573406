/*
 * keyholder rotate: another TLS key and certificate under the keyholder's own authority, which is what the region file pins; or another key to
 * cosign with (client/keyholder_witness).
 */
#include "client/cmds.h"

#include "base/file.h"
#include "client/keyfile.h"
#include "client/keyholder.h"
#include "client/keyholder_witness.h"
#include "proto/tls.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { OWN_MODE = 0600, PUBLIC_MODE = 0644 };

static enum err put(const struct client_run *r, const char *name, const void *data, size_t len, mode_t mode)
{
    char path[CLIENT_PATH_MAX];
    enum err e = client_home_path(r->home, name, path, r->t);

    return e == OK ? file_write(path, data, len, mode, r->t) : e;
}

/* The authority's key opens only here, and for one signature. */
static enum err make(const struct client_run *r, struct secret *top, const char *ca, struct proto_pem *key, struct proto_pem *cert)
{
    struct client_unlock by = {.key = top};
    struct secret *authority = NULL;
    char *text = NULL;
    size_t len = 0;
    enum err e = client_keyfile_open(r->home, "tls-ca", &by, &authority, NULL, r->t);

    if (e == OK) {
        len = secret_len(authority);
        text = calloc(1, len + 1);
        e = text == NULL ? ERR_NOMEM : OK;
    }
    if (e == OK) {
        memcpy(text, secret_wake(authority), len);
        secret_sleep(authority);
        e = proto_tls_make_key(key);
    }
    if (e == OK)
        e = proto_tls_make_server(text, ca, key->text, cert);
    if (text != NULL)
        sodium_memzero(text, len);
    free(text);
    secret_free(authority);
    return e;
}

/* Given again it makes another pair: what stopped between the two files is mended so. */
static enum err replace(const struct client_run *r, struct secret *top, const struct proto_pem *key, const struct proto_pem *cert)
{
    struct client_unlock by = {.key = top};
    enum err e = client_keyfile_write(r->home, &(struct client_plain_key){"tls", (const uint8_t *)key->text, key->len, NULL}, "", &by, r->t);

    return e == OK ? put(r, "tls.crt", cert->text, cert->len, PUBLIC_MODE) : e;
}

static enum err rotate_tls(struct client_run *r, const struct proto_keyholder_file *f, struct secret *top)
{
    struct proto_pem ca = {0}, key = {0}, cert = {0};
    enum err e = proto_tls_der_to_pem(f->tls_der, f->tls_der_len, &ca);

    if (e == OK)
        e = make(r, top, ca.text, &key, &cert);
    if (e == OK)
        e = replace(r, top, &key, &cert);
    proto_tls_pem_fini(&ca);
    proto_tls_pem_fini(&key);
    proto_tls_pem_fini(&cert);
    if (e != OK)
        return e;
    r->reply = cJSON_CreateObject();
    json_add_text(r->reply, "next", r->lang == LANG_NL
        ? "start de sleutelhouder opnieuw (schakel keyholder run): de nieuwe sleutel telt vanaf dan, en niemand sluit opnieuw aan"
        : "start the keyholder again (schakel keyholder run): the new key counts from then on, and nobody joins again");
    return OK;
}

enum err client_cmd_keyholder_rotate(struct client_run *r)
{
    struct client_unlock by = {.passphrase = client_run_text(r, "passphrase")};
    const char *which = client_run_text(r, "key");
    bool witness = which != NULL && strcmp(which, "witness") == 0;
    struct proto_keyholder_file f;
    struct secret *top = NULL;
    enum err e = OK;

    if (which != NULL && !witness && strcmp(which, "tls") != 0)
        return trouble_at(r->t, ERR_USAGE, which, 0, 0, "is no key: tls or witness", "is geen sleutel: tls of witness");
    e = client_keyholder_public(r->home, &f, r->t);
    if (e == OK)
        e = client_keyfile_open(r->home, "keyholder", &by, &top, NULL, r->t);
    if (e == OK)
        e = witness ? client_keyholder_witness_rotate(r, &f, top) : rotate_tls(r, &f, top);
    secret_free(top);
    return e == OK ? OK : trouble_set(r->t, e, "the key was not changed (%s)", "de sleutel is niet veranderd (%s)", err_word(e));
}
