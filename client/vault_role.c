#include "client/vault_role.h"

#include "base/file.h"
#include "base/log.h"
#include "client/archive.h"
#include "client/calls.h"
#include "client/certs.h"
#include "client/do_mirror.h"
#include "client/fetched.h"
#include "client/home.h"
#include "client/hublink.h"
#include "client/index.h"
#include "client/keyfile.h"
#include "client/keylink.h"
#include "client/packs.h"
#include "client/officer.h"
#include "client/openings.h"
#include "client/pseudonym.h"
#include "client/registry.h"
#include "client/retention.h"
#include "client/rotate.h"
#include "client/rotate_files.h"
#include "client/sessions.h"
#include "client/unanchored.h"
#include "client/upkeep.h"
#include "client/witness.h"
#include "proto/tls.h"

#include <poll.h>
#include <signal.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FILE_BYTES_MAX = 65536, STEP_MS = 5000, NODE_CERT = 0 };

/* ---- what is read at the start ---- */

static enum err read_home(const char *home, const char *name, size_t max, uint8_t **data, size_t *len, struct trouble *t)
{
    char path[CLIENT_PATH_MAX];
    enum err e = client_home_path(home, name, path, t);

    if (e == OK)
        e = file_read(path, max, data, len, NULL);
    if (e == ERR_NOTFOUND)
        return trouble_at(t, ERR_STATE, path, 0, 0, "is not here: join the hub first (schakel hub join)",
            "is er niet: sluit eerst aan bij de hub (schakel hub join)");
    return e == OK ? OK : trouble_at(t, e, path, 0, 0, "cannot be read", "kan niet worden gelezen");
}

static enum err open_region(struct client_node *n, struct trouble *t)
{
    uint8_t *data = NULL;
    size_t len = 0;
    enum err e = read_home(n->home, "region", PROTO_REGION_FILE_MAX, &data, &len, t);

    if (e == OK)
        e = proto_region_parse(data, len, true, &n->region, t);
    free(data);
    return e;
}

/* In the region file or, for who came later, in the registry. */
static enum err find_me(struct client_node *n, struct trouble *t)
{
    uint8_t root[32];
    enum err e = client_keyfile_public(n->home, "root", root, t);

    if (e != OK)
        return e;
    n->me = proto_region_root(&n->region, root);
    return n->me != NULL ? OK
                         : trouble_at(t, ERR_KEY, "region", 0, 0,
                               "does not name this organisation, and no registry here admits it: join again with the newest welcome",
                               "noemt deze organisatie niet, en geen register hier laat haar toe: sluit opnieuw aan met het nieuwste welkom");
}

static enum err open_keys(struct client_node *n, const char *passphrase, struct secret **vault_key, struct trouble *t)
{
    struct client_unlock by = {.passphrase = passphrase};
    enum err e = client_keyfile_open(n->home, "vault", &by, vault_key, NULL, t);

    by = (struct client_unlock){.key = *vault_key};
    if (e == OK)
        e = client_keyfile_open(n->home, "node", &by, &n->node_key, n->node_public, t);
    if (e == OK)
        e = client_keyfile_open(n->home, "hpke", &by, &n->hpke_key, n->hpke_public, t);
    if (e == OK)
        e = client_officer_open(n->home, *vault_key, &n->officer, t);
    return e;
}

static enum err open_pack(struct client_vault_role *v, const struct client_conf *conf, enum lang lang, struct trouble *t)
{
    char path[CLIENT_PATH_MAX];
    enum err e = client_home_path(v->node.home, "pack", path, t);
    const char *folder = conf->pack[0] != '\0' ? conf->pack : path;

    return e == OK ? client_packs_open(&v->node, folder, lang, t) : e;
}

static enum err open_store(struct client_node *n, struct secret *vault_key, struct trouble *t)
{
    char path[CLIENT_PATH_MAX];
    enum err e = client_home_path(n->home, "store", path, t);

    if (e == OK) {
        e = client_vault_open(path, secret_wake(vault_key), &n->vault, t);
        secret_sleep(vault_key);
    }
    if (e == OK)
        e = client_index_open(n->vault);
    if (e == OK)
        e = client_registry_open(n, t);
    if (e == OK)
        e = find_me(n, t);
    if (e == OK)
        e = client_certs_open(n);
    if (e == OK)
        e = client_sessions_open(n);
    if (e == OK)
        e = client_pseudonyms_open(n);
    if (e == OK)
        e = client_openings_open(n, t);
    if (e == OK)
        e = client_openings_restored(n);
    return e == OK ? client_archive_advance(n) : e;
}

/* A home from before there was such a key has none: its node checks what others cosign, and cosigns nothing. */
static enum err open_witness(struct client_node *n, struct secret *vault_key, struct trouble *t)
{
    struct client_unlock by = {.key = vault_key};
    struct secret *key = NULL;
    uint8_t public[32];
    enum err e;

    if (!client_home_has(n->home, "keys/witness"))
        return client_witness_open(n, NULL, NULL);
    e = client_keyfile_open(n->home, "witness", &by, &key, public, t);
    return e == OK ? client_witness_open(n, key, public) : e;
}

/* Our own certificates count for us as those of others do. */
static enum err add_own_certs(struct client_node *n, struct trouble *t)
{
    static const char *const names[] = {[NODE_CERT] = "certs/node", "certs/hpke", "certs/officer"};
    struct vault_txn *x = NULL;
    enum err e = client_vault_begin(n->vault, true, &x);

    for (size_t i = 0; e == OK && i < sizeof names / sizeof *names; i++) {
        uint8_t *data = NULL;
        size_t len = 0;

        e = read_home(n->home, names[i], PROTO_CERT_MAX, &data, &len, t);
        if (e == OK)
            e = client_certs_add(n, x, data, len);
        if (e == OK && i == NODE_CERT) {
            memcpy(n->node_cert, data, len);
            n->node_cert_len = len;
        }
        free(data);
        /* Revoked: nothing goes out any more, but what is here can still be read, audited and withdrawn. */
        if (e == ERR_DENIED) {
            log_event(LOG_ERROR, "own-certificate-revoked", NULL);
            e = OK;
        }
        if (e != OK)
            e = trouble_at(t, e, names[i], 0, 0, "is not a certificate of this organisation for this region: join again (schakel hub join)",
                "is geen certificaat van deze organisatie voor deze regio: sluit opnieuw aan (schakel hub join)");
    }
    return client_vault_end(x, e);
}

/* ---- the links: TLS by the keys and certificates of the welcome, or plain tcp on loopback ---- */

/* What a dialled side must show, and what we show to both: the certificate of the welcome (P-163). PEM texts; wiped by drop_tls. */
struct outer { struct proto_pem cert, hub_ca, keyholder_ca; char *key; size_t key_len; };

static void drop_tls(struct outer *o)
{
    if (o->key != NULL)
        sodium_memzero(o->key, o->key_len);
    free(o->key);
    free(o->cert.text);
    free(o->hub_ca.text);
    free(o->keyholder_ca.text);
}

static enum err read_tls(struct client_node *n, const struct proto_welcome *w, struct secret *vault_key, struct outer *o, struct trouble *t)
{
    const struct proto_region *r = &n->region;
    struct client_unlock by = {.key = vault_key};
    struct secret *key = NULL;
    enum err e = client_keyfile_open(n->home, "tls", &by, &key, NULL, t);

    if (e == OK)
        e = proto_tls_der_to_pem(w->client_cert.data, w->client_cert.len, &o->cert);
    if (e == OK)
        e = proto_tls_der_to_pem(r->tls_der, r->tls_der_len, &o->hub_ca);
    if (e == OK && r->has_keyholder)
        e = proto_tls_der_to_pem(r->keyholder_tls, r->keyholder_tls_len, &o->keyholder_ca);
    if (e == OK) {
        o->key_len = secret_len(key);
        o->key = calloc(1, o->key_len + 1);
        e = o->key == NULL ? ERR_NOMEM : OK;
    }
    if (e == OK) {
        memcpy(o->key, secret_wake(key), o->key_len);
        secret_sleep(key);
    }
    secret_free(key);
    return e;
}

static enum err dial(struct client_node *n, const struct client_conf *conf, const struct proto_welcome *w, const struct outer *o, struct trouble *t)
{
    const struct wire_tls hub = {o->cert.text, o->key, o->hub_ca.text}, keyholder = {o->cert.text, o->key, o->keyholder_ca.text};
    const char *other = conf->keyholder[0] != '\0' ? conf->keyholder : n->region.keyholder_address;
    const char *address = conf->hub[0] != '\0' ? conf->hub : w->address;
    struct trouble why = {.lang = t->lang};
    enum err e = client_hublink_open(n, address, conf->plain ? NULL : &hub, &why);

    /* Its own words would be "the link could not be set up"; about the address it names the address. */
    if (e == ERR_CONFIG && !conf->plain && why.where[0] == '\0')
        return trouble_at(t, e, "keys/tls", 0, 0,
            "does not belong to the certificate in the file welcome. After schakel org rotate tls: join again (schakel hub join --request FILE, the hub "
            "welcomes that, schakel hub join --welcome FILE), and start the node",
            "hoort niet bij het certificaat in het bestand welcome. Na schakel org rotate tls: sluit opnieuw aan (schakel hub join --request BESTAND, de "
            "hub verwelkomt dat, schakel hub join --welcome BESTAND), en start het knooppunt");
    if (e != OK)
        *t = why;
    return e == OK && n->region.has_keyholder ? client_keylink_open(n, other, conf->plain ? NULL : &keyholder, t) : e;
}

static enum err open_links(struct client_node *n, const struct client_conf *conf, struct secret *vault_key, struct trouble *t)
{
    struct outer outer = {.key = NULL};
    struct proto_welcome w;
    uint8_t *data = NULL;
    size_t len = 0;
    enum err e = read_home(n->home, "welcome", FILE_BYTES_MAX, &data, &len, t);

    if (e == OK)
        e = proto_welcome_check(&n->region, data, len, &w, t);
    if (e == OK && !conf->plain)
        e = read_tls(n, &w, vault_key, &outer, t);
    if (e == OK)
        e = dial(n, conf, &w, &outer, t);
    drop_tls(&outer);
    free(data);
    return e;
}

static enum err open_control(struct client_vault_role *v, struct trouble *t)
{
    char path[CLIENT_PATH_MAX];
    enum err e = client_home_path(v->node.home, "run/control", path, t);

    if (e == OK)
        e = client_control_listen(path, &v->control, t);
    return e == OK ? client_calls_open(&v->node, v->control) : e;
}

enum err client_vault_role_open(const struct client_start *s, struct client_vault_role *v, struct trouble *t)
{
    struct client_node *n = &v->node;
    struct secret *vault_key = NULL;
    struct client_conf conf;
    enum err e;

    n->home = s->home;
    e = client_conf_read(n->home, &conf, t);
    if (e == OK)
        e = client_rotate_files_mend(n->home);
    if (e == OK)
        e = open_region(n, t);
    if (e == OK)
        e = open_keys(n, s->passphrase, &vault_key, t);
    if (e == OK)
        e = open_pack(v, &conf, s->lang, t);
    if (e == OK)
        e = open_store(n, vault_key, t);
    if (e == OK)
        e = add_own_certs(n, t);
    if (e == OK)
        e = open_witness(n, vault_key, t);
    n->may_hold_number = e == OK && conf.citizen_number;
    n->legal_hold = e != OK || conf.legal_hold;
    n->erases_alone = e == OK && conf.erase_without_hub;
    n->keeps_mirror = e == OK && conf.mirror;
    n->archive_years = e == OK ? (uint32_t)conf.archive_years : 0;
    if (e == OK)
        e = open_links(n, &conf, vault_key, t);
    if (e == OK)
        e = client_rotate_open(n, vault_key, t);
    if (e == OK)
        e = open_control(v, t);
    secret_free(vault_key);
    if (e != OK)
        client_vault_role_close(v);
    return e == OK ? OK : trouble_set(t, e, "the node could not start (%s)", "het knooppunt kon niet starten (%s)", err_word(e));
}

void client_vault_role_close(struct client_vault_role *v)
{
    struct client_node *n = &v->node;

    client_pseudonyms_end(n);
    client_calls_close(n->calls);
    client_control_close(v->control);
    client_hublink_close(n->link);
    client_keylink_close(n->keylink);
    client_witness_close(n->witness);
    client_pseudonyms_close(n->pseudonyms);
    client_openings_close(n->openings);
    client_officer_close(n->officer);
    client_sessions_close(n->sessions);
    client_certs_close(n->certs);
    client_registry_close(n->registry);
    client_rotate_close(n->rotate);
    n->rotate = NULL;
    client_mirror_close(n->mirror);
    n->mirror = NULL;
    client_vault_close(n->vault);
    client_packs_close(n->packs);
    secret_free(n->node_key);
    secret_free(n->hpke_key);
    n->calls = NULL;
    n->openings = NULL;
    n->officer = NULL;
    n->link = NULL;
    n->keylink = NULL;
    n->witness = NULL;
    n->registry = NULL;
    n->vault = NULL;
}

/* ---- the loop ---- */

static void step(struct client_node *n)
{
    client_packs_step(n);
    client_sessions_step(n);
    client_calls_step(n);
    client_pseudonyms_step(n);
    client_certs_step(n);
    client_rotate_step(n);
    client_registry_step(n);
    client_registry_tell_step(n);
    client_upkeep_step(n);
    client_fetched_step(n);
    client_unanchored_step(n);
    client_retention_step(n);
    client_openings_step(n);
    client_hublink_step(n);
    client_witness_step(n);
}

static int wait_ms(const struct client_node *n)
{
    uint64_t due = client_calls_due(n, STEP_MS);

    due = client_pseudonyms_due(n, due);
    due = client_openings_due(n, due);
    due = client_witness_due(n, due);
    due = client_registry_due(n, due);
    return (int)client_hublink_due(n, due);
}

enum err client_vault_role_loop(struct client_vault_role *v, const volatile sig_atomic_t *stop)
{
    struct pollfd fds[CLIENT_CONTROL_CONNS + 3];
    struct client_node *n = &v->node;

    while (*stop == 0) {
        size_t count;
        int ready;

        step(n);
        if (client_vault_is_broken(n->vault)) {
            log_event(LOG_ERROR, "store-broken", "err", err_word(ERR_IO), NULL);
            return ERR_IO;
        }
        fds[0] = (struct pollfd){.fd = client_hublink_fd(n->link), .events = POLLIN};
        fds[1] = (struct pollfd){.fd = client_keylink_fd(n), .events = POLLIN};
        count = client_control_fds(v->control, fds + 2);
        ready = poll(fds, (nfds_t)(count + 2), wait_ms(n));
        if (ready < 0)
            continue;
        if (fds[0].revents != 0)
            client_hublink_ready(n);
        if (fds[1].revents != 0)
            client_keylink_ready(n);
        client_control_step(v->control, fds + 2, count);
        client_calls_serve(n);
    }
    return OK;
}
