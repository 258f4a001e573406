#include "hub_world.h"

#include "base/clock.h"
#include "base/file.h"
#include "hub/home.h"
#include "policy/files.h"
#include "proto/sign.h"
#include "proto/tls.h"
#include "check.h"

#include <ftw.h>
#include <sodium.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DAY_S = 86400, CERT_ROOM = 1024, JOIN_ROOM = 16384 };

static const char *const handles[HUB_WORLD_PARTNERS] = { "school", "team", "attendance" };
static const char *const kinds[HUB_WORLD_PARTNERS] = { "vo", "jeugdteam", "leerplicht" };

static void must(enum err e, const struct trouble *t)
{
    if (e != OK && t != NULL && t->text[0] != '\0')
        print_error("%s: %s\n", t->where, t->text);
    assert_err(e, OK);
}

static void run(struct hub_world *w, hub_command *command, struct hub_cli *cli)
{
    struct trouble t = { 0 };
    enum err e;

    cli->t = &t;
    cli->home = w->home;
    cli->reply = cJSON_CreateObject();
    e = command(cli);
    cJSON_Delete(cli->reply);
    must(e, &t);
}

/* ---- the region ---- */

static void make_partner(struct hub_world *w, size_t i, struct proto_region *r)
{
    struct hub_world_partner *p = &w->partner[i];

    if (i < HUB_WORLD_PARTNERS)
        (void)snprintf(p->org.handle, sizeof p->org.handle, "%s", handles[i]);
    else
        (void)snprintf(p->org.handle, sizeof p->org.handle, "school-%zu", i);
    (void)snprintf(p->org.kind, sizeof p->org.kind, "%s", kinds[i < HUB_WORLD_PARTNERS ? i : 0]);
    (void)snprintf(p->org.name, sizeof p->org.name, "Example %zu", i);
    (void)crypto_sign_keypair(p->org.root_key, p->root_secret);
    (void)crypto_sign_keypair(p->node_key, p->node_secret);
    (void)crypto_sign_keypair(p->staff_key, p->staff_secret);
    proto_partner_id(p->org.root_key, p->id);
    memcpy(r->partner[i].id, p->id, sizeof p->id);
    memcpy(r->partner[i].handle, p->org.handle, sizeof p->org.handle);
    memcpy(r->partner[i].kind, p->org.kind, sizeof p->org.kind);
    memcpy(r->partner[i].name, p->org.name, sizeof p->org.name);
    memcpy(r->partner[i].root_key, p->org.root_key, sizeof p->org.root_key);
}

static int by_id(const void *a, const void *b)
{
    return memcmp(((const struct proto_partner *)a)->id, ((const struct proto_partner *)b)->id, PROTO_PARTNER_LEN);
}

static void pack_digest(const struct hub_world *w, uint8_t out[32])
{
    struct policy_pack *pack = NULL;

    must(policy_files_load(w->pack, LANG_EN, NULL, NULL, &pack), NULL);
    memcpy(out, pack->digest, 32);
    policy_pack_free(pack);
}

static void make_region(struct hub_world *w)
{
    struct proto_region *r = calloc(1, sizeof *r);
    struct proto_hub_file f;
    struct trouble t = { 0 };
    char path[128], *text = NULL;
    uint8_t *hub = NULL;
    size_t len = 0, hub_len = 0;

    (void)snprintf(path, sizeof path, "%s/hub.pub", w->home);
    must(file_read(path, 65536, &hub, &hub_len, &t), &t);
    must(proto_hub_file_parse(hub, hub_len, &f, &t), &t);
    free(hub);
    (void)snprintf(r->name, sizeof r->name, "test");
    memcpy(r->log_vkey, f.log_vkey, sizeof f.log_vkey);
    memcpy(r->tls_der, f.tls_der, f.tls_der_len);
    r->tls_der_len = f.tls_der_len;
    memcpy(r->pseudonym_key, f.pseudonym_hub, 32);
    memcpy(r->pseudonym_hub, f.pseudonym_hub, 32);
    r->adoption = 2;
    pack_digest(w, r->pack);
    r->partner_count = (uint16_t)w->partners;
    for (size_t i = 0; i < w->partners; i++)
        make_partner(w, i, r);
    qsort(r->partner, r->partner_count, sizeof r->partner[0], by_id);
    if (w->witnesses != NULL)
        witness_sample_into(w->witnesses, r, w->partners, 1);
    must(proto_region_format(r, &text, &len), NULL);
    for (size_t i = 0; i < w->partners; i++) {
        char *more = NULL;

        must(proto_region_sign((const uint8_t *)text, len, w->partner[i].org.handle, w->partner[i].root_secret, &more, &len, &t), &t);
        free(text);
        text = more;
    }
    must(proto_region_parse((const uint8_t *)text, len, true, r, &t), &t);
    (void)snprintf(w->region_path, sizeof w->region_path, "%s/region.txt", w->home);
    must(file_write(w->region_path, text, len, 0600, &t), &t);
    w->region = r;
    w->region_text = text;
    w->region_len = len;
}

/* ---- joining ---- */

static unsigned days_of(const struct hub_world *w, enum proto_use use)
{
    if (use == PROTO_USE_OFFICER && w->officer_days != 0)
        return w->officer_days;
    return use == PROTO_USE_STAFF ? 7 : 90;
}

static size_t make_cert(const struct hub_world *w, const struct hub_world_partner *p, enum proto_use use, enum proto_role role,
    const uint8_t key[32], const uint8_t signer[64], uint8_t *out)
{
    struct proto_cert c = { .use = (uint8_t)use, .role = (uint8_t)role, .from_s = clock_now_s() - DAY_S,
        .until_s = clock_now_s() + days_of(w, use) * (uint64_t)DAY_S };
    size_t len;

    memcpy(c.region, w->region->hash, sizeof c.region);
    memcpy(c.partner, p->id, sizeof c.partner);
    memcpy(c.key, key, sizeof c.key);
    must(proto_cert_make(&c, signer, out, CERT_ROOM, &len), NULL);
    return len;
}

static void join(struct hub_world *w, size_t i)
{
    struct hub_world_partner *p = &w->partner[i];
    uint8_t cert[4][CERT_ROOM], key[32], csr_key[32], request[JOIN_ROOM], *csr = NULL;
    struct hub_cli cli = { 0 };
    struct proto_join j = { .cert_count = 4 };
    struct proto_pem pem = { 0 };
    char path[128], welcome[128];
    size_t len;

    memcpy(j.partner, p->id, sizeof j.partner);
    must(proto_tls_make_key(&pem), NULL);
    must(proto_tls_make_request(pem.text, p->org.handle, &csr, &j.csr.len), NULL);
    must(proto_tls_request_key(csr, j.csr.len, csr_key), NULL);
    j.csr.data = csr;
    randombytes_buf(key, sizeof key);
    j.cert[0].len = make_cert(w, p, PROTO_USE_NODE, PROTO_ROLE_NONE, p->node_key, p->root_secret, cert[0]);
    j.cert[1].len = make_cert(w, p, PROTO_USE_HPKE, PROTO_ROLE_NONE, key, p->root_secret, cert[1]);
    (void)crypto_box_keypair(p->officer_key, p->officer_secret);
    j.cert[2].len = make_cert(w, p, PROTO_USE_OFFICER, PROTO_ROLE_NONE, p->officer_key, p->root_secret, cert[2]);
    j.cert[3].len = make_cert(w, p, PROTO_USE_TLS, PROTO_ROLE_NONE, csr_key, p->root_secret, cert[3]);
    for (size_t k = 0; k < 4; k++)
        j.cert[k].data = cert[k];
    must(proto_join_make(w->region, &j, p->root_secret, request, sizeof request, &len), NULL);
    (void)snprintf(path, sizeof path, "%s/%s.key", w->home, p->org.handle);
    must(file_write(path, pem.text, pem.len, 0600, NULL), NULL);
    (void)snprintf(path, sizeof path, "%s/%s.req", w->home, p->org.handle);
    (void)snprintf(welcome, sizeof welcome, "%s/%s.welcome", w->home, p->org.handle);
    must(file_write(path, request, len, 0600, NULL), NULL);
    cli.argument = path;
    cli.output = welcome;
    run(w, hub_cmd_welcome, &cli);
    free(csr);
    free(pem.text);
}

void hub_world_open(struct hub_world *w, const char *pack, unsigned port)
{
    struct hub_cli cli = { .name = "test", .plain = !w->is_tls, .pack = pack };
    struct hub_cli install = { 0 };

    *w = (struct hub_world){ .pack = pack, .is_tls = w->is_tls, .under = w->under, .officer_days = w->officer_days, .witnesses = w->witnesses,
        .partners = w->partners != 0 ? w->partners : HUB_WORLD_PARTNERS };
    assert_true(w->partners >= HUB_WORLD_PARTNERS && w->partners <= HUB_WORLD_PARTNERS_MAX);
    (void)snprintf(w->home, sizeof w->home, "%s/hub-world-XXXXXX", w->under != NULL ? w->under : "/tmp");
    assert_non_null(mkdtemp(w->home));
    (void)snprintf(w->address, sizeof w->address, "127.0.0.1:%u", port != 0 ? port : 7610);
    cli.listen = w->address;
    run(w, hub_cmd_init, &cli);
    make_region(w);
    install.region = w->region_path;
    run(w, hub_cmd_init, &install);
    for (size_t i = 0; i < w->partners; i++)
        join(w, i);
}

/* ---- core in this process ---- */

static enum err sign_here(void *arg, const struct proto_merkle_head *head, const struct proto_merkle_proof *proof,
    struct hub_signed *out)
{
    const struct hub_signed *s;
    enum err e = hub_signer_sign(arg, head, proof, &s);

    if (e == OK)
        *out = *s;
    return e;
}

static enum err last_here(void *arg, struct hub_signed *out)
{
    *out = *hub_signer_last(arg);
    return OK;
}

void hub_world_core_open(struct hub_world *w)
{
    static const char *const names[] = { "store", "partners", "seeds/days", "run/status.json", "signer/last", "signer/registry",
        "registry" };
    struct hub_core_config config = { .map_bytes = 64 << 20, .gate_fd = -1, .sign = sign_here, .last = last_here };
    struct trouble t = { 0 };
    char vkey[PROTO_NOTE_VKEY_ROOM];
    struct proto_note_key key;
    uint8_t secret[64];

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        (void)snprintf(w->paths[i], sizeof w->paths[i], "%s/%s", w->home, names[i]);
    must(hub_home_secret_get(w->home, "log", secret, sizeof secret, &t), &t);
    must(hub_signer_open(w->paths[4], w->region->log_vkey, secret, &w->signer, &t), &t);
    must(proto_registry_key(w->region, &key), NULL);
    proto_note_key_encode(&key, vkey);
    must(hub_signer_open(w->paths[5], vkey, secret, &w->registry_signer, &t), &t);
    config.registry = w->paths[6];
    config.sign_registry_arg = w->registry_signer;
    config.store = w->paths[0];
    config.partners = w->paths[1];
    config.seeds = w->paths[2];
    config.status = w->paths[3];
    config.pack = w->pack;
    config.home = w->home;
    config.region = w->region_text;
    config.region_len = w->region_len;
    config.sign_arg = w->signer;
    must(hub_core_open(&config, &w->core, &t), &t);
}

void hub_world_core_close(struct hub_world *w)
{
    hub_core_close(w->core);
    hub_signer_close(w->signer);
    hub_signer_close(w->registry_signer);
    w->core = NULL;
    w->signer = w->registry_signer = NULL;
}

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
    (void)st;
    (void)flag;
    (void)ftw;
    return remove(path);
}

void hub_world_forget(struct hub_world *w)
{
    static const char *const folders[] = { "store", "seeds" }, *const files[] = { "signer/last", "signer/registry", "registry",
        "public/registry", "run/status.json" };
    char path[128];
    struct trouble t = { 0 };

    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", w->home, folders[i]);
        (void)nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
        assert_int_equal(mkdir(path, 0700), 0);
    }
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", w->home, files[i]);
        (void)unlink(path);
        if (i < 2)
            must(hub_signer_init(path, &t), &t);
    }
}

void hub_world_close(struct hub_world *w)
{
    hub_world_core_close(w);
    (void)nftw(w->home, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    free(w->region);
    free(w->region_text);
}

/* ---- messages ---- */

void hub_world_msg(const struct hub_world *w, enum proto_kind kind, int from, int to, struct proto_msg *m)
{
    memset(m, 0, sizeof *m);
    m->kind = kind;
    memcpy(m->head.region, w->region->hash, sizeof m->head.region);
    randombytes_buf(m->head.id, sizeof m->head.id);
    memcpy(m->head.from, w->partner[from].id, sizeof m->head.from);
    if (to >= 0)
        memcpy(m->head.to, w->partner[to].id, sizeof m->head.to);
    m->head.issued_s = clock_now_s();
    m->head.valid_until_s = clock_now_s() + DAY_S;
    memcpy(m->head.pack, w->region->pack, sizeof m->head.pack);
    m->head.running = w->partner[from].running;
}

static size_t envelope(const char *type, const uint8_t *body, size_t body_len, const uint8_t secret[64], uint8_t *out, size_t cap)
{
    struct proto_signed s = { .body = body, .body_len = body_len, .count = 1 };
    uint8_t sig[64];
    size_t len;

    (void)snprintf(s.type, sizeof s.type, "%s", type);
    must(proto_sign_make(type, body, body_len, secret, sig), NULL);
    s.by[0] = (struct proto_signed_by){ .key = secret + 32, .sig = sig };
    must(proto_sign_encode(&s, out, cap, &len), NULL);
    return len;
}

size_t hub_world_frame(const struct hub_world *w, const struct proto_msg *m, int from, uint8_t *out)
{
    uint8_t *body = malloc(PROTO_FRAME_MAX), *inside = malloc(PROTO_FRAME_MAX);
    size_t len;

    assert_true(body != NULL && inside != NULL);
    must(proto_msg_encode(m, body, PROTO_FRAME_MAX, &len), NULL);
    len = envelope(proto_msg_type(m->kind), body, len, w->partner[from].node_secret, inside, PROTO_FRAME_MAX);
    must(proto_frame_encode(m->kind, inside, len, out, HUB_WORLD_FRAME_MAX, &len), NULL);
    free(body);
    free(inside);
    return len;
}

struct proto_blob hub_world_envelope(const uint8_t *frame, size_t len)
{
    return (struct proto_blob){ frame + PROTO_FRAME_HEAD, len - PROTO_FRAME_HEAD };
}

size_t hub_world_staff_cert(const struct hub_world *w, int partner, enum proto_role role, uint8_t *out, size_t cap)
{
    const struct hub_world_partner *p = &w->partner[partner];

    assert_true(cap >= CERT_ROOM);
    return make_cert(w, p, PROTO_USE_STAFF, role, p->staff_key, p->node_secret, out);
}

size_t hub_world_node_cert(const struct hub_world *w, int partner, uint8_t *out, size_t cap)
{
    const struct hub_world_partner *p = &w->partner[partner];

    assert_true(cap >= CERT_ROOM);
    return make_cert(w, p, PROTO_USE_NODE, PROTO_ROLE_NONE, p->node_key, p->root_secret, out);
}

static size_t say(const struct hub_world *w, int partner, const struct proto_statement *s, uint8_t *out, size_t cap)
{
    uint8_t body[8192];
    size_t len;

    must(proto_statement_encode(s, body, sizeof body, &len), NULL);
    return envelope(proto_statement_type(s->kind), body, len, w->partner[partner].staff_secret, out, cap);
}

static void statement(const struct hub_world *w, enum proto_statement_kind kind, int from, int to,
    const uint8_t case_id[PROTO_ID_LEN], struct proto_statement *s)
{
    memset(s, 0, sizeof *s);
    s->kind = kind;
    memcpy(s->region, w->region->hash, sizeof s->region);
    randombytes_buf(s->id, sizeof s->id);
    memcpy(s->setter, w->partner[from].id, sizeof s->setter);
    memcpy(s->case_id, case_id, sizeof s->case_id);
    s->subject.type = PROTO_SUBJECT_HANDLE;
    memcpy(s->subject.value, case_id, PROTO_ID_LEN);
    s->made_s = clock_now_s();
    if (to >= 0) {
        s->addressees.count = 1;
        memcpy(s->addressees.id[0], w->partner[to].id, PROTO_PARTNER_LEN);
    }
}

size_t hub_world_open_case(const struct hub_world *w, int partner, const uint8_t case_id[PROTO_ID_LEN], uint8_t *out, size_t cap)
{
    struct proto_statement s;

    statement(w, PROTO_SAY_MEMBERSHIP, partner, -1, case_id, &s);
    (void)snprintf(s.purpose, sizeof s.purpose, "school_support");
    s.code = PROTO_MEMBER_OPEN;
    return say(w, partner, &s, out, cap);
}

size_t hub_world_facts(const struct hub_world *w, int from, int to, const uint8_t case_id[PROTO_ID_LEN], uint8_t *out, size_t cap)
{
    static const uint8_t box[] = "sealed elsewhere";
    struct proto_statement s;

    statement(w, PROTO_SAY_FACTS, from, to, case_id, &s);
    s.sealed.count = 1;
    memcpy(s.sealed.part[0].to, w->partner[to].id, PROTO_PARTNER_LEN);
    s.sealed.part[0].box = (struct proto_blob){ box, sizeof box };
    return say(w, from, &s, out, cap);
}

/* A person of the sender of m grants what m says: the original of a grant. */
size_t hub_world_granted(const struct hub_world *w, int from, int to, const struct proto_msg *m, uint8_t *out, size_t cap)
{
    struct proto_statement s;

    statement(w, PROTO_SAY_GRANT, from, to, m->head.case_id, &s);
    s.addressees.count = 0;
    s.subject = m->head.subject;
    memcpy(s.purpose, m->head.purpose, sizeof s.purpose);
    memcpy(s.refers, m->refers, sizeof s.refers);
    memcpy(s.receiver, w->partner[to].id, sizeof s.receiver);
    s.sections = m->sections;
    s.until_s = m->until_s;
    memcpy(s.digest, m->digest, sizeof s.digest);
    return say(w, from, &s, out, cap);
}

/* ---- rounds ---- */

void hub_world_reply_take(const uint8_t *frame, size_t len, struct hub_world_reply *out)
{
    enum proto_kind kind;
    const uint8_t *body;
    size_t body_len;

    out->frame = check_exact(frame, len);
    out->len = len;
    assert_err(proto_frame_decode(out->frame, len, &kind, &body, &body_len), OK);
    assert_int_equal(kind, PROTO_REPLY);
    assert_err(proto_reply_decode(body, body_len, &out->reply), OK);
}

void hub_world_reply_free(struct hub_world_reply *r)
{
    free(r->frame);
    r->frame = NULL;
}

/* The answers that rounds left, by tag; each index once. */
void hub_world_collect(struct hub_world *w, struct hub_world_reply *replies, size_t count)
{
    struct server_ipc_in in = { .from = SERVER_ROLE_CORE, .to = SERVER_ROLE_GATE, .fd = -1 };
    struct server_ipc_msg m;

    in.buf = w->core->answers.buf;
    in.start = w->core->answers.start;
    in.end = w->core->answers.end;
    while (server_ipc_take(&in, &m) == OK) {
        assert_true(m.tag < count);
        assert_null(replies[m.tag].frame);
        hub_world_reply_take(m.body, m.len, &replies[m.tag]);
    }
    w->core->answers.start = w->core->answers.end = 0;
}

void hub_world_round_from(struct hub_world *w, const struct proto_blob *frames, struct hub_world_reply *replies, size_t from,
    size_t count)
{
    static uint64_t arrival;
    struct hub_job *jobs = NULL, **end = &jobs;

    for (size_t i = 0; i < count; i++)
        replies[i].frame = NULL;
    for (size_t i = from; i < count; i++) {
        struct hub_job *j = hub_job_new();

        assert_non_null(j);
        assert_err(hub_job_reset(j, frames[i].len), OK);
        memcpy(j->frame, frames[i].data, frames[i].len);
        j->tag = i;
        j->arrival = ++arrival;
        hub_envelope_judge(&w->core->judge, j);
        *end = j;
        end = &j->next;
    }
    assert_err(hub_round_run(w->core, jobs), OK);
    hub_world_collect(w, replies, count);
}

void hub_world_round(struct hub_world *w, const struct proto_blob *frames, struct hub_world_reply *replies, size_t count)
{
    hub_world_round_from(w, frames, replies, 0, count);
}
