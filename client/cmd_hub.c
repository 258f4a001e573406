/* hub join: two files carried by people. The root key says which keys speak for this partner; the hub answers with its address and a TLS
 * certificate. */
#include "client/cmds.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "client/ask.h"
#include "client/cmd_pack.h"
#include "client/home.h"
#include "client/keyfile.h"
#include "client/pubfile.h"
#include "client/registry.h"
#include "proto/region.h"
#include "proto/tls.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CERTS = 4, DAYS_S = 86400, JOIN_MAX = 65536, CSR_MAX = 4096 };

/* What the root key certifies, and for how long. From an hour ago: clocks differ. */
static const struct { const char *key; uint8_t use; uint64_t days; } kinds[CERTS] = {
    {"node", PROTO_USE_NODE, 90}, {"hpke", PROTO_USE_HPKE, 90}, {"officer", PROTO_USE_OFFICER, 92}, {"tls", PROTO_USE_TLS, 3650},
};

static enum err read_region(struct client_run *r, const char *path, struct proto_region *region, uint8_t **data, size_t *len)
{
    enum err e = file_read(path, PROTO_REGION_FILE_MAX, data, len, r->t);

    return e == OK ? proto_region_parse(*data, *len, true, region, r->t) : e;
}

/* Of who has joined before: that of its certificate. The first root key made it, and it stays when the root key changes. */
static void own_id(const struct client_run *r, const struct proto_region *region, const uint8_t root[32], uint8_t out[PROTO_PARTNER_LEN])
{
    char path[CLIENT_PATH_MAX];
    uint8_t *data = NULL, signer[PROTO_KEY_LEN];
    struct proto_cert own;
    size_t len = 0;

    proto_partner_id(root, out);
    if (client_home_path(r->home, "certs/node", path, NULL) == OK && file_read(path, PROTO_CERT_MAX, &data, &len, NULL) == OK
        && proto_cert_peek(data, len, &own, signer) == OK && sodium_memcmp(own.region, region->hash, sizeof own.region) == 0)
        memcpy(out, own.partner, PROTO_PARTNER_LEN);
    free(data);
}

/* No founder, or one with another root key: the registry says so, before or after this. For its own request it is what its file says. */
static const struct proto_partner *newcomer(struct client_run *r, struct proto_region *region, const uint8_t root[32], enum err *e)
{
    struct proto_partner *p = &region->partner[region->partner_count];
    const struct proto_partner *known;
    struct proto_org_file org;
    uint8_t id[PROTO_PARTNER_LEN];

    *e = region->partner_count == PROTO_PARTNERS_MAX ? ERR_FULL : client_pubfile_home_org(r->home, &org, r->t);
    if (*e == OK && sodium_memcmp(org.root_key, root, sizeof org.root_key) != 0)
        *e = trouble_at(r->t, ERR_KEY, "org.pub", 0, 0, "is not of this root key", "is niet van deze hoofdsleutel");
    if (*e != OK)
        return NULL;
    own_id(r, region, root, id);
    known = proto_region_partner(region, id);
    if (known != NULL)
        p = &region->partner[known - region->partner];
    else
        region->partner_count++;
    memcpy(p->id, id, sizeof p->id);
    memcpy(p->handle, org.handle, sizeof p->handle);
    memcpy(p->root_key, root, sizeof p->root_key);
    return p;
}

static const struct proto_partner *me_in(struct client_run *r, struct proto_region *region, const uint8_t root[32], enum err *e)
{
    const struct proto_partner *me;

    me = proto_region_root(region, root);
    return me != NULL ? me : newcomer(r, region, root, e);
}

static enum err make_cert(struct client_run *r, const struct proto_region *region, const struct proto_partner *me, size_t i,
    struct secret *root, uint8_t *out, size_t *len)
{
    uint64_t now = clock_now_s();
    struct proto_cert c = {.use = kinds[i].use, .from_s = now - 3600, .until_s = now + kinds[i].days * DAYS_S};
    char name[32], path[CLIENT_PATH_MAX];
    enum err e;

    memcpy(c.region, region->hash, sizeof c.region);
    memcpy(c.partner, me->id, sizeof c.partner);
    e = client_keyfile_public(r->home, kinds[i].key, c.key, r->t);
    if (e == OK) {
        e = proto_cert_make(&c, secret_wake(root), out, PROTO_CERT_MAX, len);
        secret_sleep(root);
    }
    (void)snprintf(name, sizeof name, "certs/%s", kinds[i].key);
    if (e == OK)
        e = client_home_path(r->home, name, path, r->t);
    return e == OK ? file_write(path, out, *len, 0644, r->t) : e;
}

static enum err write_join(struct client_run *r, const struct proto_region *region, const struct proto_join *j, struct secret *root,
    const char *out)
{
    uint8_t *data = malloc(JOIN_MAX);
    size_t len = 0;
    enum err e = data == NULL ? ERR_NOMEM : OK;

    if (e == OK) {
        e = proto_join_make(region, j, secret_wake(root), data, JOIN_MAX, &len);
        secret_sleep(root);
    }
    if (e == OK)
        e = file_write(out, data, len, 0644, r->t);
    free(data);
    return e;
}

/* certs: CERTS * PROTO_CERT_MAX bytes. */
static enum err fill_join(struct client_run *r, const struct proto_region *region, const struct proto_partner *me, struct secret *root,
    uint8_t *certs, struct proto_join *j)
{
    enum err e = OK;

    memcpy(j->partner, me->id, sizeof j->partner);
    for (size_t i = 0; e == OK && i < CERTS; i++) {
        j->cert[i].data = certs + i * PROTO_CERT_MAX;
        e = make_cert(r, region, me, i, root, certs + i * PROTO_CERT_MAX, &j->cert[i].len);
        j->cert_count = (uint8_t)(i + 1);
    }
    return e;
}

static void report(struct client_run *r, const struct proto_region *region, const char *file, const char *en, const char *nl)
{
    char fingerprint[40];

    proto_region_fingerprint(region, fingerprint);
    r->reply = cJSON_CreateObject();
    json_add_text(r->reply, "region", region->name);
    json_add_text(r->reply, "fingerprint", fingerprint);
    json_add_text(r->reply, "file", file);
    json_add_text(r->reply, "next", r->lang == LANG_NL ? nl : en);
}

static enum err request(struct client_run *r, struct proto_region *region, const char *out)
{
    struct client_unlock by = {.passphrase = NULL};
    char *words = NULL;
    const struct proto_partner *me;
    struct secret *root = NULL;
    struct proto_join j = {0};
    uint8_t *data = NULL, *csr = NULL, *certs = calloc(CERTS, PROTO_CERT_MAX), public[32];
    size_t len = 0, csr_len = 0;
    char path[CLIENT_PATH_MAX];
    enum err e = certs == NULL ? ERR_NOMEM : read_region(r, client_run_text(r, "region"), region, &data, &len);

    if (e == OK && client_run_text(r, "pack") != NULL)
        e = client_cmd_pack_take(r, region, client_run_text(r, "pack"));
    if (e == OK)
        e = client_ask(r->passphrase_fd, r->lang == LANG_NL ? "wachtzin van de hoofdsleutel" : "passphrase of the root key", false, &words, r->t);
    by.passphrase = words;
    if (e == OK)
        e = client_keyfile_open(r->home, "root", &by, &root, public, r->t);
    client_ask_drop(words);
    me = e == OK ? me_in(r, region, public, &e) : NULL;
    if (e == OK)
        e = fill_join(r, region, me, root, certs, &j);
    if (e == OK)
        e = client_home_path(r->home, "keys/tls.csr", path, r->t);
    if (e == OK)
        e = file_read(path, CSR_MAX, &csr, &csr_len, r->t);
    if (e == OK) {
        j.csr = (struct proto_blob){csr, csr_len};
        e = write_join(r, region, &j, root, out);
    }
    if (e == OK)
        e = client_home_path(r->home, "region", path, r->t);
    if (e == OK)
        e = file_write(path, data, len, 0644, r->t);
    if (e == OK)
        report(r, region, out, "compare the fingerprint by voice, and carry the file to the hub (schakel-hub welcome)",
            "vergelijk de vingerafdruk mondeling, en breng het bestand naar de hub (schakel-hub welcome)");
    secret_free(root);
    free(data);
    free(csr);
    free(certs);
    return e;
}

/* The registry that came with it, checked and folded into region, and kept for the node's start. A hub without one gives none. */
static enum err take_registry(struct client_run *r, struct proto_region *region, const char *in, struct proto_registry **out)
{
    char path[CLIENT_PATH_MAX];
    struct proto_merkle_head head;
    uint8_t *data = NULL;
    size_t len = 0;
    enum err e = proto_registry_new(region, out);

    if (e == OK && snprintf(path, sizeof path, "%s.registry", in) >= (int)sizeof path)
        e = ERR_LONG;
    if (e == OK)
        e = file_read(path, PROTO_REGISTRY_COPY_MAX, &data, &len, NULL);
    if (e == ERR_NOTFOUND)
        return OK;
    if (e == OK)
        e = proto_registry_copy_take(*out, data, len, &head);
    if (e != OK)
        e = trouble_at(r->t, e, path, 0, 0, "is not the registry of this region's hub", "is niet het register van de hub van deze regio");
    if (e == OK)
        e = client_home_path(r->home, "registry", path, r->t);
    if (e == OK)
        e = file_write(path, data, len, 0644, r->t);
    free(data);
    return e;
}

static enum err welcome(struct client_run *r, struct proto_region *region, const char *in)
{
    struct proto_welcome w = {0};
    struct proto_pem pem = {0};
    struct proto_registry *registry = NULL;
    const struct proto_partner *me;
    uint8_t *region_text = NULL, *data = NULL, root[32];
    size_t region_len = 0, len = 0;
    char path[CLIENT_PATH_MAX];
    enum err e = client_home_path(r->home, "region", path, r->t);

    if (e == OK)
        e = read_region(r, path, region, &region_text, &region_len);
    if (e == OK)
        e = take_registry(r, region, in, &registry);
    if (e == OK)
        e = file_read(in, JOIN_MAX, &data, &len, r->t);
    if (e == OK)
        e = proto_welcome_check(region, data, len, &w, r->t);
    if (e == OK)
        e = client_keyfile_public(r->home, "root", root, r->t);
    if (e == OK) {
        me = proto_region_root(region, root);
        if (me == NULL || sodium_memcmp(me->id, w.partner, sizeof w.partner) != 0)
            e = trouble_at(r->t, ERR_KEY, in, 0, 0, "is for another partner", "is voor een andere partner");
    }
    if (e == OK)
        e = proto_tls_der_to_pem(w.client_cert.data, w.client_cert.len, &pem);
    if (e == OK)
        e = client_home_path(r->home, "welcome", path, r->t);
    if (e == OK)
        e = file_write(path, data, len, 0644, r->t);
    if (e == OK) {
        report(r, region, in, "start the node: schakel node", "start het knooppunt: schakel node");
        json_add_text(r->reply, "hub", w.address);
    }
    proto_registry_free(registry);
    free(pem.text);
    free(region_text);
    free(data);
    return e == OK ? OK : trouble_at(r->t, e, in, 0, 0, "is not the hub's welcome for this region", "is niet het welkom van de hub van deze regio");
}

enum err client_cmd_hub_join(struct client_run *r)
{
    const char *out = client_run_text(r, "request"), *in = client_run_text(r, "welcome"), *region_file = client_run_text(r, "region");
    struct proto_region *region;
    enum err e;

    if ((out == NULL) == (in == NULL) || (out != NULL && region_file == NULL))
        return trouble_set(r->t, ERR_USAGE, "say --region FILE --pack DIR --request join.req to ask, or --welcome welcome to finish",
            "zeg --region BESTAND --pack MAP --request join.req om te vragen, of --welcome welcome om af te maken");
    region = calloc(1, sizeof *region);
    if (region == NULL)
        return ERR_NOMEM;
    if (out != NULL)
        e = request(r, region, out);
    else
        e = welcome(r, region, in);
    free(region);
    return e;
}
