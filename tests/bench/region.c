#include "tests/bench/region.h"

#include "base/file.h"
#include "policy/files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_ROOM = 512, PUBLIC_FILE_MODE = 0644, JOIN_MAX = 1 << 16 };

static enum err path_of(const char *folder, const char *name, char out[PATH_ROOM], struct trouble *t)
{
    enum err e = file_join(out, PATH_ROOM, folder, name);

    return e == OK ? OK : trouble_at(t, e, folder, 0, 0, "this path is too long", "dit pad is te lang");
}

/* ---- the region file ---- */

static enum err add_hub(struct proto_region *r, const char *home, struct trouble *t)
{
    struct proto_hub_file f = { 0 };
    char path[PATH_ROOM];
    uint8_t *data = NULL;
    size_t len = 0;
    enum err e = path_of(home, "hub.pub", path, t);

    if (e == OK)
        e = file_read(path, PROTO_REGION_FILE_MAX, &data, &len, t);
    if (e == OK)
        e = proto_hub_file_parse(data, len, &f, t);
    free(data);
    if (e != OK)
        return e;
    memcpy(r->log_vkey, f.log_vkey, sizeof r->log_vkey);
    memcpy(r->tls_der, f.tls_der, sizeof r->tls_der);
    r->tls_der_len = f.tls_der_len;
    memcpy(r->pseudonym_hub, f.pseudonym_hub, sizeof r->pseudonym_hub);
    memcpy(r->pseudonym_key, f.pseudonym_hub, sizeof r->pseudonym_key);
    return OK;
}

static enum err add_pack(struct proto_region *r, const char *folder, struct trouble *t)
{
    struct policy_pack *pack = NULL;
    enum err e = policy_files_load(folder, LANG_EN, NULL, NULL, &pack);

    if (e != OK)
        return trouble_at(
            t, e, folder, 0, 0, "the policy pack cannot be read", "het beleidspakket is niet te lezen");
    memcpy(r->pack, pack->digest, sizeof r->pack);
    policy_pack_free(pack);
    return OK;
}

/* Ascending by id. */
static void add_partner(struct proto_region *r, const struct bench_member *m)
{
    struct proto_partner p = { 0 };
    size_t at = 0;

    memcpy(p.root_key, m->root + 32, sizeof p.root_key);
    proto_partner_id(p.root_key, p.id);
    (void)snprintf(p.handle, sizeof p.handle, "%s", m->handle);
    (void)snprintf(p.kind, sizeof p.kind, "%s", m->kind);
    (void)snprintf(p.name, sizeof p.name, "Bench %s", m->handle);
    while (at < r->partner_count && memcmp(r->partner[at].id, p.id, sizeof p.id) < 0)
        at++;
    memmove(&r->partner[at + 1], &r->partner[at], (r->partner_count - at) * sizeof p);
    r->partner[at] = p;
    r->partner_count++;
}

/* The text, signed by all. */
static enum err make_text(const struct bench_region *b, char **out, size_t *len, struct trouble *t)
{
    char *text = NULL, *next = NULL;
    size_t text_len = 0, next_len = 0;
    enum err e = proto_region_format(&b->region, &text, &text_len);

    for (size_t i = 0; e == OK && i < BENCH_PARTNERS; i++) {
        e = proto_region_sign(
            (const uint8_t *)text, text_len, b->member[i].handle, b->member[i].root, &next, &next_len, t);
        if (e == OK) {
            free(text);
            text = next;
            text_len = next_len;
        }
    }
    if (e == OK) {
        *out = text;
        *len = text_len;
    } else {
        free(text);
    }
    return e;
}

static enum err install(
    struct bench_region *b, const struct bench_hub *hub, const char *folder, struct trouble *t)
{
    const char *args[] = { "init", "--region", NULL, NULL };
    char *text = NULL, path[PATH_ROOM];
    size_t len = 0;
    enum err e = path_of(folder, "region", path, t);

    if (e == OK)
        e = make_text(b, &text, &len, t);
    if (e == OK)
        e = proto_region_parse((const uint8_t *)text, len, true, &b->region, t);
    if (e == OK)
        e = file_write(path, text, len, PUBLIC_FILE_MODE, t);
    free(text);
    args[2] = path;
    return e == OK ? bench_hub_command(hub, args, t) : e;
}

/* ---- joining ---- */

static enum err read_welcome(
    struct bench_region *b, struct bench_member *m, const char *path, struct trouble *t)
{
    struct proto_welcome w = { 0 };
    uint8_t *data = NULL;
    size_t len = 0;
    enum err e = file_read(path, JOIN_MAX, &data, &len, t);

    if (e == OK)
        e = proto_welcome_check(&b->region, data, len, &w, t);
    if (e == OK) {
        memcpy(b->address, w.address, sizeof b->address);
        e = proto_tls_der_to_pem(w.client_cert.data, w.client_cert.len, &m->tls_cert);
    }
    free(data);
    return e;
}

static enum err join(struct bench_region *b, struct bench_member *m, const struct bench_hub *hub,
    const char *folder, struct trouble *t)
{
    char request[PATH_ROOM], welcome[PATH_ROOM], name[64];
    const char *args[] = { "welcome", request, "-o", welcome, NULL };
    uint8_t *data = malloc(JOIN_MAX);
    size_t len = 0;
    enum err e = data == NULL ? ERR_NOMEM : OK;

    (void)snprintf(name, sizeof name, "%s.join.req", m->handle);
    if (e == OK)
        e = path_of(folder, name, request, t);
    (void)snprintf(name, sizeof name, "%s.welcome", m->handle);
    if (e == OK)
        e = path_of(folder, name, welcome, t);
    if (e == OK)
        e = bench_member_join(b, m, data, JOIN_MAX, &len);
    if (e == OK)
        e = file_write(request, data, len, PUBLIC_FILE_MODE, t);
    free(data);
    if (e == OK)
        e = bench_hub_command(hub, args, t);
    return e == OK ? read_welcome(b, m, welcome, t) : e;
}

enum err bench_region_make(const struct bench_hub *hub, const char *folder, const char *pack,
    struct bench_region *out, struct trouble *t)
{
    enum err e;

    memset(out, 0, sizeof *out);
    bench_member_init(out);
    (void)snprintf(out->region.name, sizeof out->region.name, "bench");
    out->region.adoption = 2;
    e = add_hub(&out->region, hub->home, t);
    if (e == OK)
        e = add_pack(&out->region, pack, t);
    for (size_t i = 0; e == OK && i < BENCH_PARTNERS; i++)
        add_partner(&out->region, &out->member[i]);
    if (e == OK)
        e = install(out, hub, folder, t);
    if (e == OK)
        e = proto_tls_der_to_pem(out->region.tls_der, out->region.tls_der_len, &out->ca);
    for (size_t i = 0; e == OK && i < BENCH_PARTNERS; i++) {
        out->member[i].as = proto_region_handle(&out->region, out->member[i].handle);
        e = out->member[i].as == NULL ? ERR_NOTFOUND : join(out, &out->member[i], hub, folder, t);
    }
    return e;
}

void bench_region_fini(struct bench_region *r)
{
    for (size_t i = 0; i < BENCH_PARTNERS; i++) {
        free(r->member[i].tls_key.text);
        free(r->member[i].tls_cert.text);
    }
    free(r->ca.text);
    memset(r, 0, sizeof *r);
}
