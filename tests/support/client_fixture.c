#include "tests/support/client_fixture.h"

#include "base/file.h"
#include "base/text.h"
#include "client/casebook.h"
#include "client/certs.h"
#include "client/hublink_parts.h"
#include "client/record.h"
#include "policy/files.h"
#include "tests/support/check.h"

#include <ftw.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const handles[CLIENT_FIXTURE_PARTNERS] = {"vo", "leerplicht", "cjg", "wijkteam", "veilig_thuis"};

/* ---- the region ---- */

static int by_id(const void *a, const void *b)
{
    return memcmp(((const struct proto_partner *) a)->id, ((const struct proto_partner *) b)->id, PROTO_PARTNER_LEN);
}

static void make_partner(struct client_fixture *f, size_t i)
{
    struct client_fixture_partner *p = &f->partner[i];
    struct proto_partner *r = &f->region.partner[i];

    (void) crypto_sign_keypair(p->root_public, p->root_secret);
    (void) crypto_sign_keypair(p->node_public, p->node_secret);
    randombytes_buf(p->hpke_secret, sizeof p->hpke_secret);
    (void) crypto_scalarmult_base(p->hpke_public, p->hpke_secret);
    for (size_t k = 0; k < CLIENT_FIXTURE_PERSONS; k++)
        (void) crypto_sign_keypair(p->staff_public[k], p->staff_secret[k]);
    proto_partner_id(p->root_public, p->id);
    memcpy(r->id, p->id, sizeof r->id);
    (void) snprintf(r->handle, sizeof r->handle, "%s", handles[i]);
    (void) snprintf(r->kind, sizeof r->kind, "%s", handles[i]);
    (void) snprintf(r->name, sizeof r->name, "Example %s", handles[i]);
    memcpy(r->root_key, p->root_public, sizeof r->root_key);
}

int client_fixture_open(void **state, const char *pack)
{
    struct client_fixture *f = calloc(1, sizeof *f);
    const char *under = getenv("SCHAKEL_TEST_UNDER");

    if (f == NULL || sodium_init() < 0)
        return -1;
    (void) snprintf(f->folder, sizeof f->folder, "%.30s/schakel-client-XXXXXX", under != NULL ? under : "/tmp");
    if (mkdtemp(f->folder) == NULL)
        return -1;
    f->now_s = clock_now_s();
    assert_err(policy_files_load(pack, LANG_EN, NULL, NULL, &f->pack), OK);
    assert_err(policy_files_texts(pack, f->pack, LANG_EN, NULL, NULL, &f->texts), OK);
    (void) snprintf(f->region.name, sizeof f->region.name, "test");
    randombytes_buf(f->region.hash, sizeof f->region.hash);
    memcpy(f->region.pack, f->pack->digest, sizeof f->region.pack);
    f->region.partner_count = CLIENT_FIXTURE_PARTNERS;
    for (size_t i = 0; i < CLIENT_FIXTURE_PARTNERS; i++)
        make_partner(f, i);
    qsort(f->region.partner, f->region.partner_count, sizeof f->region.partner[0], by_id);
    *state = f;
    return 0;
}

static int remove_one(const char *path, const struct stat *s, int flag, struct FTW *w)
{
    (void) s;
    (void) flag;
    (void) w;
    return remove(path);
}

static void close_node(struct client_fixture_partner *p)
{
    struct client_node *n = &p->node;

    client_vault_close(n->vault);
    client_certs_close(n->certs);
    client_outbox_drop(n->link);
    free(n->link->body);
    free(n->link);
    secret_free(n->node_key);
    secret_free(n->hpke_key);
    for (size_t i = 0; i < CLIENT_FIXTURE_PERSONS; i++)
        secret_free(p->session[i].secret);
}

int client_fixture_close(void **state)
{
    struct client_fixture *f = *state;

    for (size_t i = 0; i < CLIENT_FIXTURE_PARTNERS; i++)
        if (f->partner[i].open)
            close_node(&f->partner[i]);
    for (size_t i = 0; i < f->blocks; i++)
        free(f->block[i]);
    cJSON_Delete(f->reply);
    policy_texts_free(f->texts);
    policy_pack_free(f->pack);
    (void) nftw(f->folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    free(f);
    return 0;
}

uint8_t *client_fixture_memory(struct client_fixture *f, size_t len)
{
    if (f->blocks == CLIENT_FIXTURE_BLOCKS)
        fail_msg("the fixture has no room for another block");
    f->block[f->blocks] = calloc(1, len != 0 ? len : 1);
    assert_non_null(f->block[f->blocks]);
    return f->block[f->blocks++];
}

/* ---- a node ---- */

static struct secret *secret_of(const uint8_t *data, size_t len)
{
    struct secret *s = NULL;
    uint8_t copy[64];

    memcpy(copy, data, len);
    assert_err(secret_take(copy, len, &s), OK);
    return s;
}

static void add_cert(const struct client_fixture *f, struct client_node *n, struct vault_txn *x, const struct client_fixture_partner *of,
    struct proto_cert c, const uint8_t signer[64])
{
    uint8_t data[PROTO_CERT_MAX];
    size_t len = 0;

    memcpy(c.region, f->region.hash, sizeof c.region);
    memcpy(c.partner, of->id, sizeof c.partner);
    /* As long as they may be. */
    c.from_s = f->now_s - (c.use == PROTO_USE_STAFF ? 4 : 50) * (uint64_t) DAY_S;
    c.until_s = f->now_s + (c.use == PROTO_USE_STAFF ? 4 : 50) * (uint64_t) DAY_S;
    assert_err(proto_cert_make(&c, signer, data, sizeof data, &len), OK);
    assert_err(client_certs_add(n, x, data, len), OK);
}

/* Every partner's keys are known everywhere. */
static void add_certs(struct client_fixture *f, struct client_node *n, struct vault_txn *x)
{
    for (size_t i = 0; i < CLIENT_FIXTURE_PARTNERS; i++) {
        const struct client_fixture_partner *p = &f->partner[i];
        struct proto_cert node = {.use = PROTO_USE_NODE}, hpke = {.use = PROTO_USE_HPKE};
        struct proto_cert worker = {.use = PROTO_USE_STAFF, .role = PROTO_ROLE_CASEWORKER};
        struct proto_cert second = {.use = PROTO_USE_STAFF, .role = PROTO_ROLE_SECOND};

        memcpy(node.key, p->node_public, 32);
        memcpy(hpke.key, p->hpke_public, 32);
        memcpy(worker.key, p->staff_public[WORKER], 32);
        memcpy(second.key, p->staff_public[SECOND], 32);
        add_cert(f, n, x, p, node, p->root_secret);
        add_cert(f, n, x, p, hpke, p->root_secret);
        add_cert(f, n, x, p, worker, p->node_secret);
        add_cert(f, n, x, p, second, p->node_secret);
    }
}

static void open_session(const struct client_fixture *f, struct client_fixture_partner *p, enum client_fixture_person person)
{
    struct client_session *s = &p->session[person];

    (void) snprintf(s->login, sizeof s->login, "%s", person == WORKER ? "worker" : "second");
    (void) snprintf(s->name, sizeof s->name, "%s", person == WORKER ? "A Worker" : "B Second");
    memcpy(s->key, p->staff_public[person], sizeof s->key);
    s->role = person == WORKER ? PROTO_ROLE_CASEWORKER : PROTO_ROLE_SECOND;
    s->until_s = s->cert_until_s = f->now_s + DAY_S;
    s->secret = secret_of(p->staff_secret[person], 64);
}

static void open_node(struct client_fixture *f, enum client_fixture_who who)
{
    struct client_fixture_partner *p = &f->partner[who];
    struct client_node *n = &p->node;
    struct vault_txn *x;
    uint8_t key[32];
    char path[96];
    struct trouble t = {0};

    (void) snprintf(path, sizeof path, "%s/%s", f->folder, handles[who]);
    assert_int_equal(mkdir(path, 0700), 0);
    randombytes_buf(key, sizeof key);
    n->region = f->region;
    n->me = proto_region_handle(&n->region, handles[who]);
    n->pack = f->pack;
    n->texts = f->texts;
    n->may_hold_number = who != WIJKTEAM;
    n->node_key = secret_of(p->node_secret, 64);
    n->hpke_key = secret_of(p->hpke_secret, 32);
    memcpy(n->node_public, p->node_public, 32);
    memcpy(n->hpke_public, p->hpke_public, 32);
    if (client_vault_open(path, key, &n->vault, &t) != OK)
        fail_msg("the vault does not open: %s", t.text);
    n->link = calloc(1, sizeof *n->link);
    assert_non_null(n->link);
    n->link->body = malloc(PROTO_FRAME_MAX);
    assert_non_null(n->link->body);
    n->link->node = n;
    assert_err(client_outbox_load(n), OK);
    assert_err(client_certs_open(n), OK);
    p->open = true;
    x = client_fixture_begin(f, who);
    add_certs(f, n, x);
    client_fixture_commit(x);
    open_session(f, p, WORKER);
    open_session(f, p, SECOND);
}

struct client_node *client_fixture_node(struct client_fixture *f, enum client_fixture_who who)
{
    if (!f->partner[who].open)
        open_node(f, who);
    return &f->partner[who].node;
}

const struct proto_partner *client_fixture_partner(const struct client_fixture *f, enum client_fixture_who who)
{
    return proto_region_handle(&f->region, handles[who]);
}

static void set_kind(struct proto_region *r, const uint8_t id[PROTO_PARTNER_LEN], const char *kind)
{
    for (size_t i = 0; i < r->partner_count; i++)
        if (memcmp(r->partner[i].id, id, PROTO_PARTNER_LEN) == 0)
            check_name(r->partner[i].kind, kind);
}

void client_fixture_kind(struct client_fixture *f, enum client_fixture_who who, const char *kind)
{
    set_kind(&f->region, f->partner[who].id, kind);
    set_kind(&client_fixture_node(f, who)->region, f->partner[who].id, kind);
    assert_string_equal(client_fixture_node(f, who)->me->kind, kind);
}

struct vault_txn *client_fixture_begin(struct client_fixture *f, enum client_fixture_who who)
{
    struct vault_txn *x = NULL;

    assert_err(client_vault_begin(client_fixture_node(f, who)->vault, true, &x), OK);
    return x;
}

void client_fixture_commit(struct vault_txn *x)
{
    assert_err(client_vault_commit(x), OK);
}

/* ---- children ---- */

void client_fixture_number(unsigned n, char out[10])
{
    for (unsigned i = 0; i < 100000; i++) {
        (void) snprintf(out, 10, "9999%05u", i);
        if (text_is_bsn(out) && n-- == 0)
            return;
    }
    fail_msg("there is no such example number");
}

static struct proto_subject_id subject(enum proto_subject type, unsigned n)
{
    struct proto_subject_id s = {.type = (uint8_t) type};

    crypto_hash_sha256(s.value, (const uint8_t *) &n, sizeof n);
    return s;
}

struct proto_subject_id client_fixture_child(unsigned n)
{
    return subject(PROTO_SUBJECT_CITIZEN, n);
}

struct proto_subject_id client_fixture_handle(unsigned n)
{
    return subject(PROTO_SUBJECT_HANDLE, n + 1000);
}

/* As client/pseudonym keeps it. */
void client_fixture_know(struct client_fixture *f, enum client_fixture_who who, unsigned n)
{
    struct proto_subject_id child = client_fixture_child(n);
    struct vault_txn *x = client_fixture_begin(f, who);
    uint8_t key[32], row[33] = {PROTO_SUBJECT_CITIZEN};
    char number[10];

    client_fixture_number(n, number);
    memcpy(row + 1, child.value, 32);
    client_vault_name_key(f->partner[who].node.vault, "citizen number", number, strlen(number), key);
    assert_err(client_vault_put(x, CLIENT_T_PERSON, key, sizeof key, row, sizeof row), OK);
    client_fixture_commit(x);
}

void client_fixture_born(const struct client_fixture *f, int years, int days, char out[11])
{
    struct date today = clock_date_nl(f->now_s), born = date_add_days(today, -days);

    born.year -= years;
    if (born.month == 2 && born.day == 29)
        born.day = 28;
    date_format(born, out);
}

void client_fixture_record(struct client_fixture *f, enum client_fixture_who who, const struct proto_subject_id *child, const char *section,
    const char *content)
{
    struct client_node *n = client_fixture_node(f, who);
    struct vault_txn *x = client_fixture_begin(f, who);
    struct trouble t = {0};
    cJSON *obj = NULL;

    assert_err(json_parse((const uint8_t *) content, strlen(content), &obj, &t), OK);
    if (client_record_put(n, x, child, section, obj, &t) != OK)
        fail_msg("the record is not written: %s %s", t.where, t.text);
    cJSON_Delete(obj);
    client_fixture_commit(x);
}

void client_fixture_person(struct client_fixture *f, enum client_fixture_who who, const struct proto_subject_id *child, const char *birth_date,
    const char *custody)
{
    char content[160];

    (void) snprintf(content, sizeof content, "{\"name\":\"Lisa Voorbeeld\",\"birth_date\":\"%s\"}", birth_date);
    client_fixture_record(f, who, child, "ident", content);
    (void) snprintf(content, sizeof content, "{\"custody\":\"%s\"}", custody);
    client_fixture_record(f, who, child, "guard", content);
}

void client_fixture_case_id(uint8_t n, uint8_t out[PROTO_ID_LEN])
{
    memset(out, 0xc0 + n, PROTO_ID_LEN);
}

void client_fixture_case(struct client_fixture *f, enum client_fixture_who at, uint8_t n, const struct proto_subject_id *child, const char *purpose, ...)
{
    struct vault_txn *x = client_fixture_begin(f, at);
    struct client_case c = {.child = *child};
    enum client_member_state state = CLIENT_MEMBER_OPENED;
    enum client_fixture_who who;
    va_list ap;

    client_fixture_case_id(n, c.id);
    va_start(ap, purpose);
    while ((who = (enum client_fixture_who) va_arg(ap, int)) != NOBODY) {
        assert_err(client_case_set(&c, f->partner[who].id, purpose, state, false), OK);
        state = CLIENT_MEMBER_ACCEPTED;
    }
    va_end(ap);
    assert_err(client_case_put(x, &c), OK);
    client_fixture_commit(x);
}
