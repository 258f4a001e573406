/* tests/support/client_fixture: statements, the played hub, and commands. */
#include "tests/support/client_fixture.h"

#include "base/wr.h"
#include "client/calls.h"
#include "client/keeping.h"
#include "client/outbox.h"
#include "proto/seal.h"
#include "proto/sealing.h"
#include "proto/sign.h"
#include "tests/support/check.h"

#include <sodium.h>
#include <stdio.h>

/* ---- statements ---- */

struct proto_statement client_fixture_say(struct client_fixture *f, enum proto_statement_kind kind, enum client_fixture_who setter,
    const struct proto_subject_id *child, ...)
{
    struct proto_statement s = {.kind = kind, .subject = *child, .made_s = f->now_s};
    enum client_fixture_who who;
    va_list ap;

    memcpy(s.region, f->region.hash, sizeof s.region);
    memcpy(s.setter, f->partner[setter].id, sizeof s.setter);
    randombytes_buf(s.id, sizeof s.id);
    va_start(ap, child);
    while ((who = (enum client_fixture_who) va_arg(ap, int)) != NOBODY)
        memcpy(s.addressees.id[s.addressees.count++], f->partner[who].id, PROTO_PARTNER_LEN);
    va_end(ap);
    proto_partners_sort(&s.addressees);
    return s;
}

static enum client_fixture_who who_is(const struct client_fixture *f, const uint8_t id[PROTO_PARTNER_LEN])
{
    for (size_t i = 0; i < CLIENT_FIXTURE_PARTNERS; i++)
        if (memcmp(f->partner[i].id, id, PROTO_PARTNER_LEN) == 0)
            return (enum client_fixture_who) i;
    return NOBODY;
}

void client_fixture_seal(struct client_fixture *f, struct proto_statement *s, enum client_fixture_who to, const char *json)
{
    struct proto_sealing_part p = {0};
    uint8_t *box = NULL, *kept;
    size_t len = 0;

    memcpy(p.region, s->region, sizeof p.region);
    memcpy(p.from, s->setter, sizeof p.from);
    memcpy(p.to, f->partner[to].id, sizeof p.to);
    memcpy(p.id, s->id, sizeof p.id);
    assert_err(proto_sealing_part_make(&p, f->partner[to].hpke_public, (struct proto_blob) {(const uint8_t *) json, strlen(json)}, &box, &len), OK);
    kept = client_fixture_memory(f, len);
    memcpy(kept, box, len);
    proto_seal_free(box, len);
    memcpy(s->sealed.part[s->sealed.count].to, p.to, sizeof p.to);
    s->sealed.part[s->sealed.count++].box = (struct proto_blob) {kept, len};
}

struct proto_blob client_fixture_sign(struct client_fixture *f, struct proto_statement *s, enum client_fixture_person person)
{
    struct client_fixture_partner *p = &f->partner[who_is(f, s->setter)];
    struct proto_signed envelope = {.count = 1};
    const char *type = proto_statement_type(s->kind);
    uint8_t *body = client_fixture_memory(f, PROTO_ORIGINAL_MAX), *out = client_fixture_memory(f, PROTO_ORIGINAL_MAX), sig[PROTO_SIG_LEN];
    bool by_node = s->kind == PROTO_SAY_STATUS;  /* how a consent stands is the node's own word */
    size_t len = 0;

    memcpy(envelope.type, type, strlen(type) + 1);
    assert_err(proto_statement_encode(s, body, PROTO_ORIGINAL_MAX, &envelope.body_len), OK);
    assert_err(proto_sign_make(type, body, envelope.body_len, by_node ? p->node_secret : p->staff_secret[person], sig), OK);
    envelope.body = body;
    envelope.by[0] = (struct proto_signed_by) {by_node ? p->node_public : p->staff_public[person], sig};
    assert_err(proto_sign_encode(&envelope, out, PROTO_ORIGINAL_MAX, &len), OK);
    return (struct proto_blob) {out, len};
}

void client_fixture_keep_at(struct client_fixture *f, enum client_fixture_who at, struct proto_statement *s, uint64_t leaf_s)
{
    struct proto_blob original = client_fixture_sign(f, s, WORKER);
    struct vault_txn *x = client_fixture_begin(f, at);
    struct client_kept k = {.what = *s, .original = original.data, .original_len = original.len, .role = PROTO_ROLE_CASEWORKER,
        .leaf_s = leaf_s, .leaf_index = f->leaf++, .leaf_origin = f->leaf_origin};

    k.mine = memcmp(s->setter, f->partner[at].id, sizeof s->setter) == 0;
    memcpy(k.signer, f->partner[who_is(f, s->setter)].staff_public[WORKER], sizeof k.signer);
    assert_err(client_kept_put(x, &k), OK);
    client_fixture_commit(x);
}

void client_fixture_keep(struct client_fixture *f, enum client_fixture_who at, struct proto_statement *s)
{
    client_fixture_keep_at(f, at, s, f->now_s);
}

/* ---- mail ---- */

struct proto_msg client_fixture_msg(struct client_fixture *f, enum proto_kind kind, enum client_fixture_who from, enum client_fixture_who to)
{
    struct proto_msg m = {.kind = kind};

    memcpy(m.head.region, f->region.hash, sizeof m.head.region);
    randombytes_buf(m.head.id, sizeof m.head.id);
    memcpy(m.head.from, f->partner[from].id, sizeof m.head.from);
    memcpy(m.head.to, f->partner[to].id, sizeof m.head.to);
    memcpy(m.head.pack, f->pack->digest, sizeof m.head.pack);
    m.head.issued_s = f->now_s;
    m.head.valid_until_s = f->now_s + 60 * (uint64_t) DAY_S;
    return m;
}

/* The hub's answer: what a test said, or a yes to every section. */
static struct proto_receipt receipt_of(struct client_fixture *f, const struct proto_msg *m)
{
    struct proto_receipt r = {.index = f->leaf, .time_s = f->now_s, .number = f->leaf + 1, .result = (uint8_t) f->result, .rows = f->rows};

    if (f->rows.count == 0 && (m->kind == PROTO_REQUEST || m->kind == PROTO_OFFER || m->kind == PROTO_GRANT))
        for (r.rows.count = 0; r.rows.count < m->sections.count; r.rows.count++) {
            struct proto_row *row = &r.rows.row[r.rows.count];
            row->verdict = POLICY_PERMIT;
            memcpy(row->section, m->sections.name[r.rows.count], sizeof row->section);
            (void) snprintf(row->rule, sizeof row->rule, "R02");
        }
    return r;
}

static const struct client_kind *kind_row(enum proto_kind kind)
{
    for (size_t i = 0; i < client_kinds_count; i++)
        if (client_kinds[i].kind == kind)
            return &client_kinds[i];
    return NULL;
}

static enum err apply_mail(struct client_fixture *f, struct client_node *n, struct vault_txn *x, const struct proto_msg *m)
{
    struct proto_mail mail = {.number = f->leaf, .kind = (uint8_t) m->kind, .receipt = receipt_of(f, m)};
    struct proto_statement said;
    uint8_t ack = PROTO_ACK_STORED;
    struct client_mail_event ev = {.mail = &mail, .msg = m, .from = proto_region_partner(&n->region, m->head.from), .may_wait = f->may_wait, .ack_code = &ack};
    const struct client_kind *kind = kind_row(m->kind);
    bool first = true;
    enum err e = OK;

    if (m->original.len != 0) {
        e = client_statement_check(n, x, m->original.data, m->original.len, f->now_s, &said, ev.said_by, &ev.said_role);
        if (e == OK && memcmp(said.setter, m->head.from, sizeof said.setter) != 0)
            e = ERR_DENIED;
        ev.said = &said;
    }
    if (e == OK)
        e = client_keeping_mail(n, x, &ev, &first);
    if (e == OK && first && kind != NULL && kind->mail != NULL)
        e = kind->mail(n, x, &ev);
    if (e == OK && m->kind == PROTO_STATEMENT)
        e = client_keeping_ack(n, x, &ev, (enum proto_ack) ack);
    return e;
}

enum err client_fixture_mail(struct client_fixture *f, const struct proto_msg *m)
{
    enum client_fixture_who to = who_is(f, m->head.to);
    struct client_node *n = client_fixture_node(f, to);
    uint8_t *body = malloc(PROTO_FRAME_MAX);
    struct vault_txn *x;
    struct proto_msg back;
    size_t len = 0;
    enum err e;

    assert_non_null(body);
    assert_err(proto_msg_encode(m, body, PROTO_FRAME_MAX, &len), OK);
    assert_err(proto_msg_decode(m->kind, body, len, &back), OK);
    x = client_fixture_begin(f, to);
    e = apply_mail(f, n, x, &back);
    f->leaf++;
    if (e == OK)
        client_fixture_commit(x);
    else
        client_vault_abort(x);
    free(body);
    return e;
}

enum err client_fixture_mail_said(struct client_fixture *f, struct proto_statement *s, enum client_fixture_who to)
{
    struct proto_msg m = client_fixture_msg(f, PROTO_STATEMENT, who_is(f, s->setter), to);

    memcpy(m.head.case_id, s->case_id, sizeof m.head.case_id);
    m.head.subject = s->subject;
    memcpy(m.head.purpose, s->purpose, sizeof m.head.purpose);
    m.original = client_fixture_sign(f, s, WORKER);
    return client_fixture_mail(f, &m);
}

/* ---- receipts ---- */

static enum err apply_receipt(struct client_fixture *f, struct client_node *n, struct vault_txn *x, const struct proto_msg *m)
{
    struct proto_reply reply = {.result = (uint8_t) f->result, .has_receipt = true, .receipt = receipt_of(f, m)};
    struct client_receipt_event ev = {.msg = m, .reply = &reply};
    const struct client_kind *kind = kind_row(m->kind);
    bool accepted = f->result == PROTO_ACCEPTED;
    enum err e = accepted ? client_keeping_receipt(n, x, &ev) : OK;

    if (e != OK || kind == NULL)
        return e;
    if (accepted)
        return kind->receipt != NULL ? kind->receipt(n, x, &ev) : OK;
    return kind->refused != NULL ? kind->refused(n, x, &ev) : OK;
}

enum err client_fixture_receipt(struct client_fixture *f, enum client_fixture_who who, const struct proto_msg *m)
{
    struct vault_txn *x = client_fixture_begin(f, who);
    enum err e = apply_receipt(f, client_fixture_node(f, who), x, m);

    f->leaf++;
    if (e == OK)
        client_fixture_commit(x);
    else
        client_vault_abort(x);
    return e;
}

/* One act of an outbox; memory is the row's. */
struct taking {
    enum proto_kind kind;      /* PROTO_NONE: any */
    bool newest;
    size_t found;
    uint8_t key[8], *row;
    size_t len;
};

static bool take_each(void *arg, const uint8_t *key, size_t key_len, const uint8_t *value, size_t len)
{
    struct taking *t = arg;

    assert_int_equal(key_len, sizeof t->key);
    if (t->kind != PROTO_NONE && value[1] != t->kind)
        return true;
    t->found++;
    free(t->row);
    t->row = malloc(len);
    assert_non_null(t->row);
    memcpy(t->row, value, len);
    memcpy(t->key, key, sizeof t->key);
    t->len = len;
    return t->newest;
}

static void take(struct client_fixture *f, enum client_fixture_who who, struct taking *t)
{
    struct vault_txn *x = client_fixture_begin(f, who);

    assert_err(client_vault_walk(x, CLIENT_T_OUTBOX, NULL, 0, take_each, t), OK);
    client_vault_abort(x);
}

static void decode(const uint8_t *row, size_t len, struct proto_msg *m)
{
    struct client_outbox_row r;

    assert_err(client_outbox_decode(row, len, &r), OK);
    assert_err(proto_msg_decode((enum proto_kind) r.kind, r.body.data, r.body.len, m), OK);
}

static bool is_open_partner(const struct client_fixture *f, const uint8_t id[PROTO_PARTNER_LEN])
{
    enum client_fixture_who to = who_is(f, id);

    return to != NOBODY && f->partner[to].open;
}

bool client_fixture_hub_one(struct client_fixture *f, enum client_fixture_who who)
{
    struct taking t = {.kind = PROTO_NONE};
    struct vault_txn *x;
    struct proto_msg m;

    take(f, who, &t);
    if (t.found == 0)
        return false;
    decode(t.row, t.len, &m);
    x = client_fixture_begin(f, who);
    assert_err(apply_receipt(f, client_fixture_node(f, who), x, &m), OK);
    assert_err(client_vault_delete(x, CLIENT_T_OUTBOX, t.key, sizeof t.key), OK);
    client_fixture_commit(x);
    f->leaf++;
    if (f->result == PROTO_ACCEPTED && is_open_partner(f, m.head.to))
        assert_err(client_fixture_mail(f, &m), OK);
    free(t.row);
    return true;
}

void client_fixture_hub(struct client_fixture *f)
{
    bool more = true;

    while (more) {
        more = false;
        for (size_t i = 0; i < CLIENT_FIXTURE_PARTNERS; i++)
            while (f->partner[i].open && client_fixture_hub_one(f, (enum client_fixture_who) i))
                more = true;
    }
}

size_t client_fixture_waiting(struct client_fixture *f, enum client_fixture_who who, enum proto_kind kind, struct proto_msg *last)
{
    struct taking t = {.kind = kind, .newest = true};

    take(f, who, &t);
    if (t.found != 0 && last != NULL) {
        uint8_t *kept = client_fixture_memory(f, t.len);

        memcpy(kept, t.row, t.len);
        decode(kept, t.len, last);
    }
    free(t.row);
    return t.found;
}

/* ---- commands ---- */

static cJSON *args_of(const char *text)
{
    struct trouble t = {0};
    cJSON *args = NULL;
    char *json = strdup(text);

    assert_non_null(json);
    for (char *p = json; *p != '\0'; p++)
        if (*p == '\'')
            *p = '"';
    if (json_parse((const uint8_t *) json, strlen(json), &args, &t) != OK)
        fail_msg("these arguments are no JSON: %s", text);
    free(json);
    return args;
}

enum err client_fixture_call_as(struct client_fixture *f, enum client_fixture_who who, enum client_fixture_person person, const char *command,
    const char *args, ...)
{
    struct client_node *n = client_fixture_node(f, who);
    struct client_session *session = &f->partner[who].session[person];
    const struct client_command *row = client_calls_find(command);
    struct client_call c = {.node = n, .who = session, .trouble = {.lang = f->trouble.lang}};
    char text[4096];
    va_list ap;
    cJSON *parsed;
    enum err e;

    assert_non_null(row);
    va_start(ap, args);
    (void) vsnprintf(text, sizeof text, args, ap);
    va_end(ap);
    cJSON_Delete(f->reply);
    c.args = parsed = args_of(text);
    c.reply = f->reply = cJSON_CreateObject();
    c.txn = client_fixture_begin(f, who);
    e = (row->role_mask & CLIENT_ROLE(session->role)) == 0 ? ERR_DENIED : row->run(&c, c.txn);
    if (e == OK && row->writes)
        client_fixture_commit(c.txn);
    else
        client_vault_abort(c.txn);
    cJSON_Delete(parsed);
    f->trouble = c.trouble;
    c.args = NULL;
    f->last = c;
    return e;
}

enum err client_fixture_finish(struct client_fixture *f)
{
    struct vault_txn *x = NULL;
    enum err e;

    assert_non_null(f->last.finish);
    assert_err(client_vault_begin(f->last.node->vault, false, &x), OK);
    e = f->last.finish(&f->last, x);
    client_vault_abort(x);
    return e;
}

const char *client_fixture_reply(struct client_fixture *f)
{
    char *text = NULL, *kept;

    assert_err(json_print(f->reply, &text), OK);
    kept = (char *) client_fixture_memory(f, strlen(text) + 1);
    memcpy(kept, text, strlen(text) + 1);
    free(text);
    return kept;
}

const char *client_fixture_text(const struct client_fixture *f, const char *key)
{
    const char *text = "";

    return json_text(f->reply, key, &text) == OK ? text : "";
}

/* ---- the desk ---- */

struct client_desk client_fixture_desk(struct client_fixture *f, enum client_fixture_who who, const uint8_t id[PROTO_ID_LEN])
{
    struct vault_txn *x = client_fixture_begin(f, who);
    struct client_desk d = {0};

    assert_err(client_desk_get(x, id, &d), OK);
    client_vault_abort(x);
    return d;
}

void client_fixture_desk_put(struct client_fixture *f, enum client_fixture_who who, const struct client_desk *d)
{
    struct vault_txn *x = client_fixture_begin(f, who);

    assert_err(client_desk_put(x, d), OK);
    client_fixture_commit(x);
}

bool client_fixture_has_share(struct client_fixture *f, enum client_fixture_who who, const uint8_t id[PROTO_ID_LEN])
{
    struct vault_txn *x = client_fixture_begin(f, who);
    bool has = false;

    assert_err(client_vault_has(x, CLIENT_T_SHARE, id, PROTO_ID_LEN, &has), OK);
    client_vault_abort(x);
    return has;
}

struct proto_sections client_fixture_sections(const char *names)
{
    struct proto_sections s = {0};

    for (const char *p = names; *p != '\0'; p += strspn(p, " ")) {
        size_t len = strcspn(p, " ");

        assert_true(len <= PROTO_NAME_WIDTH && s.count < PROTO_SECTIONS_MAX);
        memcpy(s.name[s.count], p, len);
        s.name[s.count++][len] = '\0';
        p += len;
    }
    proto_sections_sort(&s);
    return s;
}

void client_fixture_row(struct client_fixture *f, const char *section, uint8_t verdict, uint8_t reason, bool at_holder)
{
    struct proto_row *row = &f->rows.row[f->rows.count++];

    *row = (struct proto_row) {.verdict = verdict, .reason = reason, .at_holder = at_holder};
    (void) snprintf(row->section, sizeof row->section, "%s", section);
    (void) snprintf(row->rule, sizeof row->rule, "R02");
}
