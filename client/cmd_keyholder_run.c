/* keyholder run: the parent of gate and oprf, as the hub has them. */
#include "client/cmds.h"

#include "base/file.h"
#include "base/log.h"
#include "base/proc.h"
#include "client/keyfile.h"
#include "client/keyholder.h"
#include "client/keyholder_witness.h"
#include "proto/note.h"
#include "proto/tls.h"
#include "proto/wire.h"
#include "server/launch.h"
#include "server/registry.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

enum { ROLES = 3, CERT_MAX = 16384 };

/* What the parent reads before it starts anybody; wiped when both roles have theirs. */
struct run {
    struct client_keyholder_conf conf;
    struct proto_region *region;
    char *region_text;
    size_t region_len;
    char quota[CLIENT_PATH_MAX], blocks[CLIENT_PATH_MAX], witness[CLIENT_PATH_MAX],
        registry[CLIENT_PATH_MAX];
    char vkey[PROTO_NOTE_VKEY_ROOM];
    bool cosigns;                  /* the region names this keyholder as a witness */
    struct secret *share, *sign, *next;  /* next: to cosign with when the registry names it; NULL: none */
    char *tls_key, *tls_cert;
    size_t tls_key_len;
    struct proto_pem clients;      /* the authority of those who ask: the hub's */
};

static void wipe(struct run *k)
{
    if (k->tls_key != NULL)
        sodium_memzero(k->tls_key, k->tls_key_len);
    secret_free(k->share);
    secret_free(k->sign);
    secret_free(k->next);
    free(k->tls_key);
    free(k->tls_cert);
    free(k->clients.text);
    free(k->region_text);
    free(k->region);
}

static enum err read_tls(const struct client_run *r, struct run *k, struct secret *top)
{
    struct client_unlock by = {.key = top};
    struct secret *key = NULL;
    char path[CLIENT_PATH_MAX];
    uint8_t *cert = NULL;
    size_t len = 0;
    enum err e = client_keyfile_open(r->home, "tls", &by, &key, NULL, r->t);

    if (e == OK) {
        k->tls_key_len = secret_len(key);
        k->tls_key = calloc(1, k->tls_key_len + 1);
        e = k->tls_key == NULL ? ERR_NOMEM : OK;
    }
    if (e == OK) {
        memcpy(k->tls_key, secret_wake(key), k->tls_key_len);
        secret_sleep(key);
        e = client_home_path(r->home, "tls.crt", path, r->t);
    }
    if (e == OK)
        e = file_read(path, CERT_MAX, &cert, &len, r->t);
    k->tls_cert = (char *)cert;
    if (e == OK)
        e = proto_tls_der_to_pem(k->region->tls_der, k->region->tls_der_len, &k->clients);
    secret_free(key);
    return e;
}

static enum err read_keys(const struct client_run *r, const struct proto_keyholder_file *f, struct run *k)
{
    struct client_unlock by = {.passphrase = client_run_text(r, "passphrase")};
    struct secret *top = NULL;
    uint8_t public[PROTO_OPRF_LEN];
    enum err e = client_keyfile_open(r->home, "keyholder", &by, &top, NULL, r->t);

    by = (struct client_unlock){.key = top};
    if (e == OK)
        e = client_keyfile_open(r->home, "share", &by, &k->share, NULL, r->t);
    if (e == OK) {
        e = secret_len(k->share) != PROTO_OPRF_LEN ? ERR_SYNTAX : proto_oprf_public_key(secret_wake(k->share), public);
        secret_sleep(k->share);
        if (e != OK || sodium_memcmp(public, f->share_key, sizeof public) != 0)
            e = trouble_at(r->t, ERR_KEY, "keys/share", 0, 0, "is not the share that keyholder.pub and the region name",
                "is niet het deel dat keyholder.pub en de regio noemen");
    }
    if (e == OK && k->cosigns)
        e = client_keyholder_witness_open(r->home, top, &k->sign, r->t);
    if (e == OK && k->cosigns) {
        e = client_keyholder_witness_open_next(r->home, top, &k->next, r->t);
        e = e == ERR_NOTFOUND ? OK : e;
    }
    if (e == OK && !k->conf.plain)
        e = read_tls(r, k, top);
    secret_free(top);
    return e;
}

/* An older region may not name it; then the share is all that it serves. What the registry says came with what nodes brought. */
static enum err find_key(const struct client_run *r, const struct proto_keyholder_file *f, const struct proto_region *live, struct run *k)
{
    struct proto_note_key key, next;
    enum err e = OK;

    if (client_keyholder_witness_next(r->home, f, &next) == OK && client_keyholder_witness_is_named(live, &next, true))
        e = client_keyholder_witness_move(r->home);
    if (e == OK)
        e = client_keyholder_witness_key(r->home, f, &key, r->t);
    if (e != OK)
        return e;
    proto_note_key_encode(&key, k->vkey);
    k->cosigns = client_keyholder_witness_is_named(live, &key, false);
    return OK;
}

static enum err find_witness(const struct client_run *r, const struct proto_keyholder_file *f, struct run *k)
{
    struct proto_region *live = calloc(1, sizeof *live);
    struct server_registry *registry = NULL;
    enum err e = live == NULL ? ERR_NOMEM : client_keyholder_partners(r->home, live, &registry, r->t);

    if (e == OK)
        e = find_key(r, f, live, k);
    server_registry_free(registry);
    free(live);
    if (e == OK)
        e = client_home_path(r->home, "witness", k->witness, r->t);
    return e == OK ? file_mkdirs(k->witness, r->t) : e;
}

static enum err prepare(const struct client_run *r, struct run *k)
{
    struct proto_keyholder_file f;
    enum err e = ERR_NOMEM;

    k->region = calloc(1, sizeof *k->region);
    if (k->region == NULL)
        return e;
    e = client_keyholder_conf(r->home, &k->conf, r->t);
    if (e == OK)
        e = client_keyholder_region(r->home, &k->region_text, &k->region_len, k->region, r->t);
    if (e == OK)
        e = client_keyholder_public(r->home, &f, r->t);
    if (e == OK)
        e = client_keyholder_is_named(&f, k->region, r->home, r->t);
    if (e == OK)
        e = client_home_path(r->home, "quota", k->quota, r->t);
    if (e == OK)
        e = client_home_path(r->home, "blocked", k->blocks, r->t);
    if (e == OK)
        e = find_witness(r, &f, k);
    if (e == OK)
        e = server_registry_settle(r->home, r->t);
    if (e == OK)
        e = client_home_path(r->home, SERVER_REGISTRY_FILE, k->registry, r->t);
    return e == OK ? read_keys(r, &f, k) : e;
}

/* The witness, when the region names it: -1 in *gate and no process otherwise. */
static enum err start_cosigner(const struct run *k, int *gate, struct proc *out)
{
    struct server_cosigner_config c = {.region = k->region_text, .region_len = k->region_len, .folder = k->witness, .vkey = k->vkey,
        .registry = k->registry};
    int pair[2];
    enum err e = OK;

    *gate = -1;
    if (!k->cosigns)
        return OK;
    e = proc_pair(pair);
    if (e != OK)
        return e;
    c.secret = secret_wake(k->sign);
    c.next_secret = k->next != NULL ? secret_wake(k->next) : NULL;
    e = server_launch_cosigner(&c, pair[1], out);
    secret_sleep(k->sign);
    if (k->next != NULL)
        secret_sleep(k->next);
    if (e == OK)
        *gate = pair[0];
    else
        (void)close(pair[0]);
    return e;
}

/* Started so that the gate takes nothing that nobody can answer. The gate is behind the others in procs; *count says how many there are. */
static enum err start_all(const struct run *k, struct proc procs[ROLES], size_t *count)
{
    const struct wire_tls tls = {k->tls_cert, k->tls_key, k->clients.text};
    struct server_launch_gate gate = {.address = k->conf.listen, .tls = k->conf.plain ? NULL : &tls, .core = -1};
    struct server_oprf_config oprf = {.region = k->region_text, .region_len = k->region_len, .blocks = k->blocks, .registry = k->registry, .is_second = true,
        .quota_path = k->quota, .per_partner = (uint32_t)k->conf.pseudonyms_per_partner, .total = (uint32_t)k->conf.pseudonyms_total};
    int pair[2];
    enum err e = proc_pair(pair);

    if (e != OK)
        return e;
    oprf.share = secret_wake(k->share);
    e = server_launch_oprf(&oprf, pair[1], &procs[0]);
    secret_sleep(k->share);
    gate.oprf = pair[0];
    if (e == OK)
        e = start_cosigner(k, &gate.cosigner, &procs[1]);
    *count = k->cosigns ? 2 : 1;
    if (e == OK)
        return server_launch_gate(&gate, &procs[(*count)++]);
    (void)close(pair[0]);
    return e;
}

enum err client_cmd_keyholder_run(struct client_run *r)
{
    struct proc procs[ROLES] = {{0}};
    struct run k = {.region = NULL};
    const char *dead = NULL;
    size_t count = 0;
    enum err e;

    log_init("schakel keyholder", LOG_INFO);
    proc_harden();
    e = prepare(r, &k);
    if (e == OK)
        e = start_all(&k, procs, &count);
    wipe(&k);
    if (e != OK)
        return trouble_set(r->t, e, "the keyholder could not start (%s)", "de sleutelhouder kon niet starten (%s)", err_word(e));
    e = proc_wait(procs, count, PROC_GRACE_MS, &dead);
    if (dead == NULL)
        return e;
    (void)fprintf(stderr, "schakel: %s %s\n", r->lang == LANG_NL ? "dit deel van de sleutelhouder is gestopt:"
                                                                 : "this role of the keyholder ended:", dead);
    exit(EX_SOFTWARE);
}
