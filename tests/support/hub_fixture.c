#include "tests/support/hub_fixture.h"

#include "tests/support/check.h"

#include "hub/store_act.h"
#include "hub/tables.h"
#include "policy/files.h"

#include <sodium.h>
#include <stdio.h>
#include <unistd.h>

enum { MAP = 8 << 20, START_S = 1772442000 /* 2026-03-02 10:00 in the Netherlands */, DAY_S = 86400,
    MSG_MAX = 65536 };

/* ---- one fixture ---- */

static void make_region(struct hub_fixture *f)
{
    static const char *const kinds[HUB_FIXTURE_PARTNERS] = {[VO] = "vo", [VO2] = "vo",
        [LEERPLICHT] = "leerplicht", [CJG] = "cjg", [JGZ] = "jgz", [SWV] = "swv", [WIJKTEAM] = "wijkteam",
        [VEILIG_THUIS] = "veilig_thuis", [SMW] = "smw"};

    memset(f->region.hash, 0x5e, sizeof f->region.hash);
    f->region.partner_count = HUB_FIXTURE_PARTNERS;
    for (size_t i = 0; i < HUB_FIXTURE_PARTNERS; i++) {
        struct proto_partner *p = &f->region.partner[i];

        memset(p->id, (int)i + 1, sizeof p->id);
        (void)snprintf(p->handle, sizeof p->handle, "partner%zu", i);
        (void)snprintf(p->kind, sizeof p->kind, "%s", kinds[i]);
        f->who[i] = p;
    }
}

int hub_fixture_open(void **state, const char *pack)
{
    struct hub_fixture *f = calloc(1, sizeof *f);
    char path[80];

    if (f == NULL || sodium_init() < 0)
        return -1;
    f->now_s = START_S;
    f->purpose = "";
    f->arena = malloc(HUB_FIXTURE_ARENA);
    (void)snprintf(f->folder, sizeof f->folder, "/tmp/schakel-hub-XXXXXX");
    if (f->arena == NULL || mkdtemp(f->folder) == NULL)
        return -1;
    (void)snprintf(path, sizeof path, "%s/store", f->folder);
    make_region(f);
    hub_fixture_child(f, 1);
    if (policy_files_load(pack, LANG_EN, NULL, NULL, &f->pack) != OK
        || kv_open(path, MAP, &f->kv, NULL) != OK || hub_tables_open(f->kv, &f->state.tables) != OK
        || hub_store_act_open(f->kv, &f->state.acts) != OK
        || kv_begin(f->kv, true, &f->x) != OK)
        return -1;
    f->state.kv = f->kv;
    f->state.pack = f->pack;
    f->state.region = &f->region;
    *state = f;
    return 0;
}

int hub_fixture_close(void **state)
{
    struct hub_fixture *f = *state;
    char command[96];

    kv_abort(f->x);
    hub_tables_close(f->state.tables);
    hub_store_act_close(f->state.acts);
    kv_close(f->kv);
    policy_pack_free(f->pack);
    (void)snprintf(command, sizeof command, "rm -rf '%s'", f->folder);
    free(f->arena);
    free(f);
    return system(command);
}

void hub_fixture_id(struct hub_fixture *f, uint8_t id[PROTO_ID_LEN])
{
    memset(id, 0, PROTO_ID_LEN);
    f->made++;
    for (size_t i = 0; i < sizeof f->made; i++)
        id[i] = (uint8_t)(f->made >> (8 * i));
    id[PROTO_ID_LEN - 1] = 0xa1;
}

void hub_fixture_child(struct hub_fixture *f, uint8_t n)
{
    f->subject.type = PROTO_SUBJECT_CITIZEN;
    memset(f->subject.value, n, sizeof f->subject.value);
}

void hub_fixture_case(struct hub_fixture *f, uint8_t n)
{
    memset(f->case_id, n, sizeof f->case_id);
}

void hub_fixture_days(struct hub_fixture *f, int days)
{
    f->now_s += (uint64_t)days * DAY_S;
}

/* ---- lists ---- */

struct proto_sections hub_fixture_sections(const char *names)
{
    struct proto_sections s = {.count = 0};
    char copy[512], *rest = NULL;

    assert_true(strlen(names) < sizeof copy);
    (void)snprintf(copy, sizeof copy, "%s", names);
    for (char *name = strtok_r(copy, " ", &rest); name != NULL; name = strtok_r(NULL, " ", &rest))
        (void)snprintf(s.name[s.count++], sizeof s.name[0], "%.16s", name);
    proto_sections_sort(&s);
    return s;
}

struct proto_ids hub_fixture_ids(size_t n, ...)
{
    struct proto_ids ids = {.count = (uint8_t)n};
    va_list list;

    va_start(list, n);
    for (size_t i = 0; i < n; i++)
        memcpy(ids.id[i], va_arg(list, const uint8_t *), PROTO_ID_LEN);
    va_end(list);
    return ids;
}

/* ---- statements and acts ---- */

struct proto_statement hub_fixture_say(struct hub_fixture *f, enum hub_fixture_who who,
    enum proto_statement_kind kind, ...)
{
    struct proto_statement s = {.kind = kind, .subject = f->subject, .made_s = f->now_s};
    va_list list;

    memcpy(s.region, f->region.hash, sizeof s.region);
    hub_fixture_id(f, s.id);
    memcpy(s.setter, f->who[who]->id, sizeof s.setter);
    memcpy(s.case_id, f->case_id, sizeof s.case_id);
    (void)snprintf(s.purpose, sizeof s.purpose, "%s", f->purpose);
    va_start(list, kind);
    for (int to = va_arg(list, int); to != NOBODY; to = va_arg(list, int))
        memcpy(s.addressees.id[s.addressees.count++], f->who[to]->id, PROTO_PARTNER_LEN);
    va_end(list);
    proto_partners_sort(&s.addressees);
    return s;
}

struct hub_said hub_fixture_said(struct hub_fixture *f, const struct proto_statement *s, enum proto_role role,
    uint8_t person)
{
    struct hub_said said = {.role = role};
    uint8_t *at = f->arena + f->arena_len;
    size_t len = 0;

    assert_err(proto_statement_encode(s, at, HUB_FIXTURE_ARENA - f->arena_len, &len), OK);
    f->arena_len += len;
    said.original = (struct proto_blob){at, len};
    assert_err(proto_statement_decode(s->kind, at, len, &said.what), OK);
    memcpy(said.signer_partner, s->setter, sizeof said.signer_partner);
    memset(said.signer, s->setter[0], sizeof said.signer);
    said.signer[0] = person;
    return said;
}

struct hub_act hub_fixture_act(struct hub_fixture *f, enum proto_kind kind, enum hub_fixture_who from,
    enum hub_fixture_who to)
{
    struct hub_act a = {.msg = {.kind = kind}, .from = f->who[from], .to = to != NOBODY ? f->who[to] : NULL,
        .now_s = f->now_s};
    struct proto_header *h = &a.msg.head;

    memcpy(h->region, f->region.hash, sizeof h->region);
    hub_fixture_id(f, h->id);
    memcpy(h->from, a.from->id, sizeof h->from);
    if (a.to != NULL)
        memcpy(h->to, a.to->id, sizeof h->to);
    h->issued_s = f->now_s;
    h->valid_until_s = f->now_s + 30 * DAY_S;
    memcpy(h->case_id, f->case_id, sizeof h->case_id);
    h->subject = f->subject;
    (void)snprintf(h->purpose, sizeof h->purpose, "%s", f->purpose);
    memcpy(h->pack, f->pack->digest, sizeof h->pack);
    memset(h->actor, a.from->id[0], sizeof h->actor);
    h->role = PROTO_ROLE_CASEWORKER;
    return a;
}

static hub_handler *handler_of(enum proto_kind kind)
{
    static hub_handler *const rows[PROTO_KIND_END] = {
        [PROTO_STATEMENT] = hub_on_statement, [PROTO_REQUEST] = hub_on_request, [PROTO_OFFER] = hub_on_offer,
        [PROTO_GRANT] = hub_on_grant, [PROTO_REFUSE] = hub_on_refuse, [PROTO_RELEASE] = hub_on_release,
        [PROTO_ANSWER] = hub_on_answer, [PROTO_CANCEL] = hub_on_cancel, [PROTO_REPORT] = hub_on_report,
        [PROTO_ACK] = hub_on_ack,
    };

    return rows[kind] != NULL ? rows[kind] : hub_on_not_yet;
}

/* One digest over all that the handlers keep. */
static void digest_store(struct hub_fixture *f, uint8_t out[crypto_generichash_BYTES])
{
    const struct hub_tables *t = f->state.tables;
    const kv_table tables[] = {t->statement, t->original, t->carried, t->by_subject, t->by_case, t->purpose,
        t->member, t->request, t->grant, t->release, t->due, t->gone};
    crypto_generichash_state st;

    (void)crypto_generichash_init(&st, NULL, 0, crypto_generichash_BYTES);
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        struct kv_walk w;
        enum err e = kv_walk_from(f->x, tables[i], NULL, 0, &w);

        (void)crypto_generichash_update(&st, (const uint8_t *)&i, sizeof i);
        for (; e == OK; e = kv_walk_next(&w)) {
            (void)crypto_generichash_update(&st, w.key, w.key_len);
            (void)crypto_generichash_update(&st, w.value, w.value_len);
        }
        assert_err(e, ERR_NOTFOUND);
        kv_walk_end(&w);
    }
    (void)crypto_generichash_final(&st, out, crypto_generichash_BYTES);
}

/*
 * The original that a statement's message carries is set by the pool from the envelope; here from what is
 * said.
 */
static struct proto_msg as_sent(const struct hub_act *a)
{
    struct proto_msg m = a->msg;

    m.original = a->said.original;
    m.weighing = a->weighing.original;
    m.approval = a->approval.original;
    return m;
}

/* As core does: a leaf's row, under the message's id. */
static void keep_row(struct hub_fixture *f, const struct hub_act *a)
{
    struct hub_act_row row = {.index = f->leaves++, .time_s = f->now_s, .kind = (uint8_t)a->msg.kind,
        .carries = f->out.carries, .to_previous = PROTO_NO_LEAF};

    memcpy(row.from, a->msg.head.from, sizeof row.from);
    memcpy(row.to, a->msg.head.to, sizeof row.to);
    memcpy(row.id, a->msg.head.id, sizeof row.id);
    memcpy(row.carried, f->out.carried, sizeof row.carried);
    assert_err(hub_store_act_put(f->state.acts, f->x, &row), OK);
}

enum proto_refusal hub_fixture_run(struct hub_fixture *f, const struct hub_act *a)
{
    uint8_t before[crypto_generichash_BYTES], after[crypto_generichash_BYTES], *wire = malloc(MSG_MAX);
    struct hub_act sent = *a;
    struct proto_msg m = as_sent(a);
    size_t len = 0;

    assert_non_null(wire);
    assert_err(proto_msg_encode(&m, wire, MSG_MAX, &len), OK);
    assert_err(proto_msg_decode(a->msg.kind, wire, len, &sent.msg), OK);
    digest_store(f, before);
    memset(&f->out, 0xff, sizeof f->out);
    assert_err(handler_of(a->msg.kind)(&f->state, f->x, &sent, &f->out), OK);
    digest_store(f, after);
    if (f->out.result != PROTO_ACCEPTED) {
        assert_memory_equal(before, after, sizeof before);
        assert_false(f->out.mailed);
    } else {
        assert_true(f->out.logged);
        keep_row(f, &sent);
    }
    memcpy(f->last, a->msg.head.id, sizeof f->last);
    free(wire);
    return f->out.result;
}

enum proto_refusal hub_fixture_tell_as(struct hub_fixture *f, const struct proto_statement *s,
    enum hub_fixture_who to, enum proto_role role)
{
    enum hub_fixture_who from = (enum hub_fixture_who)(s->setter[0] - 1);
    struct hub_act a = hub_fixture_act(f, PROTO_STATEMENT, from, to);

    a.said = hub_fixture_said(f, s, role, 1);
    memcpy(a.msg.head.case_id, s->case_id, sizeof s->case_id);
    a.msg.head.subject = s->subject;
    memcpy(a.msg.head.purpose, s->purpose, sizeof s->purpose);
    return hub_fixture_run(f, &a);
}

enum proto_refusal hub_fixture_tell(struct hub_fixture *f, const struct proto_statement *s,
    enum hub_fixture_who to)
{
    return hub_fixture_tell_as(f, s, to, PROTO_ROLE_CASEWORKER);
}

void hub_fixture_tell_all(struct hub_fixture *f, const struct proto_statement *s)
{
    for (size_t i = 0; i < s->addressees.count; i++)
        assert_refusal(hub_fixture_tell(f, s, (enum hub_fixture_who)(s->addressees.id[i][0] - 1)),
            PROTO_ACCEPTED);
}

/* ---- shorthands ---- */

struct proto_statement hub_fixture_event(struct hub_fixture *f, const char *event,
    enum hub_fixture_who setter, enum hub_fixture_who one, enum hub_fixture_who other)
{
    struct proto_statement s = hub_fixture_say(f, setter, PROTO_SAY_EVENT, one, other, NOBODY);

    (void)snprintf(s.event, sizeof s.event, "%s", event);
    s.occurred_s = f->now_s;
    hub_fixture_tell_all(f, &s);
    return s;
}

struct proto_statement hub_fixture_consent(struct hub_fixture *f, enum hub_fixture_who setter,
    enum hub_fixture_who holder, enum hub_fixture_who receiver, const char *sections, uint64_t until_s)
{
    enum hub_fixture_who first = setter == holder ? receiver : holder;
    enum hub_fixture_who second = setter == receiver || setter == holder ? NOBODY : receiver;
    struct proto_statement s = hub_fixture_say(f, setter, PROTO_SAY_CONSENT, first, second, NOBODY);

    memcpy(s.holder, f->who[holder]->id, sizeof s.holder);
    memcpy(s.receiver, f->who[receiver]->id, sizeof s.receiver);
    s.sections = hub_fixture_sections(sections);
    s.code = PROTO_CONSENT_PROCESSING;
    s.until_s = until_s;
    hub_fixture_tell_all(f, &s);
    return s;
}

struct proto_statement hub_fixture_about(struct hub_fixture *f, enum hub_fixture_who who,
    enum proto_statement_kind kind, const struct proto_statement *s, enum hub_fixture_who to)
{
    struct proto_statement about = hub_fixture_say(f, who, kind, to, NOBODY);

    memcpy(about.refers, s->id, sizeof about.refers);
    return about;
}

void hub_fixture_open_case(struct hub_fixture *f, enum hub_fixture_who opener, enum hub_fixture_who member)
{
    struct proto_statement s = hub_fixture_say(f, opener, PROTO_SAY_MEMBERSHIP, NOBODY);

    s.code = PROTO_MEMBER_OPEN;
    assert_string_equal(proto_refusal_name(hub_fixture_tell(f, &s, NOBODY)), "ACCEPTED");
    if (member == NOBODY)
        return;
    s = hub_fixture_say(f, opener, PROTO_SAY_MEMBERSHIP, member, NOBODY);
    s.code = PROTO_MEMBER_INVITE;
    memcpy(s.receiver, f->who[member]->id, sizeof s.receiver);
    hub_fixture_tell_all(f, &s);
    s = hub_fixture_say(f, member, PROTO_SAY_MEMBERSHIP, opener, NOBODY);
    s.code = PROTO_MEMBER_ACCEPT;
    hub_fixture_tell_all(f, &s);
}

enum proto_refusal hub_fixture_request(struct hub_fixture *f, enum hub_fixture_who asker,
    enum hub_fixture_who holder, const char *sections)
{
    struct hub_act a = hub_fixture_act(f, PROTO_REQUEST, asker, holder);

    a.msg.sections = hub_fixture_sections(sections);
    return hub_fixture_run(f, &a);
}

const char *hub_fixture_answer(const struct hub_fixture *f, const char *section)
{
    static const char *const verdicts[POLICY_VERDICTS] = {"DENY", "NEED_EVENT", "NEED_CONSENT", "NEED_WEIGH",
        "NEED_APPROVAL", "PERMIT"};
    static const char *const reasons[PROTO_REASON_OUTLASTS + 1] = {"", "NOT_IN_CASE", "NEVER", "NOT_IN_MATRIX",
        "IDENTIFIABLE", "REFUSED", "RESTRICTED", [PROTO_REASON_OUTLASTS] = "OUTLASTS"};
    static char text[80];

    for (size_t i = 0; i < f->out.rows.count; i++) {
        const struct proto_row *r = &f->out.rows.row[i];

        if (strcmp(r->section, section) != 0)
            continue;
        assert_true(r->verdict < POLICY_VERDICTS);
        assert_true(r->reason < POLICY_REASONS || r->reason == PROTO_REASON_OUTLASTS);
        (void)snprintf(text, sizeof text, "%s%s%s%s%s", verdicts[r->verdict], r->reason != 0 ? " " : "",
            reasons[r->reason], r->rule[0] != '\0' ? " " : "", r->rule);
        return text;
    }
    return "";
}

struct proto_blob hub_fixture_release(uint8_t number, uint8_t digest[PROTO_HASH_LEN])
{
    static uint8_t payloads[256][64];
    struct proto_blob b = {payloads[number], sizeof payloads[number]};

    memset(payloads[number], number, sizeof payloads[number]);
    crypto_hash_sha256(digest, b.data, b.len);
    return b;
}

struct hub_act hub_fixture_grant(struct hub_fixture *f, enum hub_fixture_who from, enum hub_fixture_who to,
    const uint8_t *refers, const char *sections, uint64_t until_s)
{
    struct hub_act a = hub_fixture_act(f, refers != NULL ? PROTO_GRANT : PROTO_OFFER, from, to);
    struct proto_statement s = hub_fixture_say(f, from, PROTO_SAY_GRANT, NOBODY);

    a.msg.sections = hub_fixture_sections(sections);
    a.msg.until_s = until_s;
    (void)hub_fixture_release(1, a.msg.digest);
    if (refers != NULL)
        memcpy(a.msg.refers, refers, PROTO_ID_LEN);
    memcpy(s.refers, refers != NULL ? refers : a.msg.head.id, PROTO_ID_LEN);
    memcpy(s.receiver, f->who[to]->id, sizeof s.receiver);
    s.sections = a.msg.sections;
    s.until_s = until_s;
    memcpy(s.digest, a.msg.digest, sizeof s.digest);
    a.said = hub_fixture_said(f, &s, PROTO_ROLE_CASEWORKER, 1);
    return a;
}

void hub_fixture_weigh(struct hub_fixture *f, struct hub_act *a, enum hub_fixture_who who)
{
    struct proto_statement s = hub_fixture_say(f, who, PROTO_SAY_WEIGHING, NOBODY);

    memcpy(s.refers, a->msg.head.id, sizeof s.refers);
    memset(s.digest, 7, sizeof s.digest);
    a->weighing = hub_fixture_said(f, &s, PROTO_ROLE_CASEWORKER, 1);
}

void hub_fixture_approve(struct hub_fixture *f, struct hub_act *a, enum hub_fixture_who who, uint8_t person)
{
    struct proto_statement s = hub_fixture_say(f, who, PROTO_SAY_APPROVAL, NOBODY);

    memcpy(s.refers, a->msg.head.id, sizeof s.refers);
    memcpy(s.digest, a->msg.digest, sizeof s.digest);
    a->approval = hub_fixture_said(f, &s, PROTO_ROLE_SECOND, person);
}

bool hub_fixture_still(struct hub_fixture *f, enum proto_kind kind, const uint8_t id[PROTO_ID_LEN])
{
    struct hub_act fetch = {.msg = {.kind = PROTO_FETCH}, .now_s = f->now_s};
    bool permitted = false;

    assert_err(hub_mail_still_permitted(&f->state, f->x, &fetch, kind, id, &permitted), OK);
    return permitted;
}
