/*
 * The rows of a hub's store, read again after a disk changed them or another version wrote them. The first byte says which table, the second how
 * long the key is that follows (0: the key that the table would have), and the rest is the row. What must hold:
 *  - a row that is accepted is written again as these bytes; one that is not leaves what would be filled untouched;
 *  - every walk and every deletion ends, and numbers, times and states are such as the program can have written.
 */
#include "tests/fuzz/store_rows.h"

#include "base/wr.h"

enum { LEAVES = 6, NOW = 1800000000 };

struct row { const uint8_t *key, *data; size_t key_len, len; };

/* ---- rows with an id ---- */

static void statement(const struct row *r)
{
    static struct hub_statement got;

    memset(&got, PATTERN, sizeof got);
    if (hub_store_statement_get(s.t, s.x, the_id, &got) != OK) {
        UNTOUCHED(got);
        return;
    }
    FUZZ_HOLDS(got.kind > PROTO_SAY_NONE && got.kind < PROTO_SAY_END && got.role < PROTO_ROLE_END);
    FUZZ_HOLDS(hub_store_statement_save(s.t, s.x, &got) == OK);
    is_row(s.t->statement, the_id, sizeof the_id, r->data, r->len);
}

static void request(const struct row *r)
{
    static struct hub_request got;
    uint8_t id[PROTO_ID_LEN];

    memset(&got, PATTERN, sizeof got);
    if (hub_store_request_get(s.t, s.x, the_id, &got) != OK) {
        UNTOUCHED(got);
        return;
    }
    FUZZ_HOLDS(got.state > HUB_REQUEST_NONE && got.state <= HUB_REQUEST_TAKEN_BACK);
    FUZZ_HOLDS(hub_store_request_save(s.t, s.x, &got) == OK);
    is_row(s.t->request, the_id, sizeof the_id, r->data, r->len);
    FUZZ_HOLDS(hub_store_request_first_due(s.t, s.x, UINT64_MAX, id) == OK && memcmp(id, the_id, sizeof id) == 0);
    FUZZ_HOLDS(hub_store_request_drop(s.t, s.x, the_id) == OK && hub_store_request_first_due(s.t, s.x, UINT64_MAX, id) == ERR_NOTFOUND);
}

static void grant(const struct row *r)
{
    static struct hub_grant got;

    memset(&got, PATTERN, sizeof got);
    if (hub_store_grant_get(s.t, s.x, the_id, &got) != OK) {
        UNTOUCHED(got);
        return;
    }
    FUZZ_HOLDS(hub_store_grant_put(s.t, s.x, &got) == OK);
    is_row(s.t->grant, the_id, sizeof the_id, r->data, r->len);
}

/* Ids that lead to nothing: nothing is found, nothing filled. */
static void ways(const struct row *r)
{
    static struct hub_grant g;
    static struct hub_statement st;
    bool dropped = false;
    enum err e;

    memset(&g, PATTERN, sizeof g);
    memset(&st, PATTERN, sizeof st);
    FUZZ_HOLDS(kv_put(s.x, s.t->carried, the_id, sizeof the_id, r->data, r->len) == OK);
    FUZZ_HOLDS(hub_store_grant_of_release(s.t, s.x, the_id, &g) != OK);
    FUZZ_HOLDS(hub_store_statement_carried(s.t, s.x, the_id, the_partner, &st) != OK);
    UNTOUCHED(g);
    UNTOUCHED(st);
    e = hub_store_statement_carried_drop(s.t, s.x, the_id, &dropped);
    FUZZ_HOLDS((e == OK && dropped) == (r->len == PROTO_ID_LEN + PROTO_PARTNER_LEN));
}

static void gone(const struct row *r)
{
    bool has = false;
    enum err e = hub_store_gone_forget(s.t, s.x, the_id, NOW);

    FUZZ_HOLDS(e == (r->len == 8 ? OK : ERR_IO) && hub_store_gone_has(s.t, s.x, the_id, &has) == OK && (has || e == OK));
}

static void due(const struct row *r)
{
    uint8_t id[PROTO_ID_LEN];
    enum err e;

    memset(id, PATTERN, sizeof id);
    e = hub_store_request_first_due(s.t, s.x, NOW, id);
    if (e != OK)
        UNTOUCHED(id);
    else
        FUZZ_HOLDS(r->key_len == 8 + PROTO_ID_LEN && memcmp(id, r->key + 8, sizeof id) == 0);
}

/* ---- cases ---- */

static void each_member(void *arg, const uint8_t partner[PROTO_PARTNER_LEN], enum hub_standing standing, uint64_t since_s)
{
    size_t *count = arg;

    (void)partner;
    (void)since_s;
    FUZZ_HOLDS(standing <= HUB_STANDING_LEFT);
    (*count)++;
}

static void one_case(const struct row *r)
{
    struct hub_case c = hub_case_of(the_id, "att_followup"), next = { .purpose = "" };
    uint8_t opener[PROTO_PARTNER_LEN], member[PROTO_ID_LEN + PROTO_PURPOSE_WIDTH + PROTO_PARTNER_LEN] = { 0 };
    enum hub_standing standing = HUB_STANDING_LEFT;
    size_t members = 0, steps = 0;
    bool exists = false;

    memcpy(member, the_id, sizeof the_id);
    memcpy(member + PROTO_ID_LEN, c.purpose, strlen(c.purpose));
    FUZZ_HOLDS(kv_put(s.x, s.t->purpose, member, PROTO_ID_LEN + PROTO_PURPOSE_WIDTH, r->data, r->len) == OK);
    memcpy(member + PROTO_ID_LEN + PROTO_PURPOSE_WIDTH, the_partner, sizeof the_partner);
    FUZZ_HOLDS(kv_put(s.x, s.t->member, member, sizeof member, r->data, r->len) == OK);
    if (hub_store_case_find(s.t, s.x, &c, &exists, opener) == OK)
        FUZZ_HOLDS(exists && r->len == PROTO_PARTNER_LEN + 8);
    if (hub_store_case_standing(s.t, s.x, &c, the_partner, &standing) == OK)
        FUZZ_HOLDS(standing <= HUB_STANDING_LEFT && hub_store_case_walk(s.t, s.x, &c, each_member, &members) == OK && members == 1);
    else
        FUZZ_HOLDS(standing == HUB_STANDING_LEFT && hub_store_case_walk(s.t, s.x, &c, each_member, &members) != OK);
    while (steps < 4 && hub_store_case_next(s.t, s.x, &next) == OK)
        steps++;
    FUZZ_HOLDS(steps < 4 && hub_store_case_drop(s.t, s.x, &c) == OK);
}

/* ---- rows with a number ---- */

static void act(const struct row *r)
{
    static const uint8_t key[8] = { 0 };
    static struct hub_act_row got, again;

    FUZZ_HOLDS(kv_put(s.x, s.act, key, sizeof key, r->data, r->len) == OK);
    memset(&got, PATTERN, sizeof got);
    if (hub_store_act_get(s.acts, s.x, 0, &got) != OK) {
        UNTOUCHED(got);
        FUZZ_HOLDS(hub_store_act_oldest(s.acts, s.x, &got) != OK);
        UNTOUCHED(got);
        return;
    }
    FUZZ_HOLDS(got.kind > PROTO_NONE && got.kind < PROTO_KIND_END && got.result < PROTO_REFUSAL_END);
    FUZZ_HOLDS(kv_delete(s.x, s.act, key, sizeof key) == OK && hub_store_act_put(s.acts, s.x, &got) == OK);
    is_row(s.act, key, sizeof key, r->data, r->len);
    if (got.kind != PROTO_FETCH)
        FUZZ_HOLDS(hub_store_act_find(s.acts, s.x, got.id, &again) == OK && again.index == 0);
    FUZZ_HOLDS(hub_store_act_drop(s.acts, s.x, &got) == OK);
}

/* Keys and ids of any form. */
static void act_key(const struct row *r)
{
    static struct hub_act_row got;

    memset(&got, PATTERN, sizeof got);
    FUZZ_HOLDS(kv_put(s.x, s.act_id, the_id, sizeof the_id, r->data, r->len) == OK);
    if (hub_store_act_find(s.acts, s.x, the_id, &got) != OK)
        UNTOUCHED(got);
    memset(&got, PATTERN, sizeof got);
    if (hub_store_act_oldest(s.acts, s.x, &got) != OK)
        UNTOUCHED(got);
    else
        FUZZ_HOLDS(r->key_len == 8);
}

static void mail(const struct row *r)
{
    static struct hub_mail_row got;
    static uint8_t message[PROTO_FRAME_MAX];
    size_t deleted = 77;

    memset(&got, PATTERN, sizeof got);
    if (hub_store_mail_next(s.mail, s.x, the_partner, 0, &got) != OK) {
        UNTOUCHED(got);
        return;
    }
    FUZZ_HOLDS(got.number != 0 && got.message.len <= sizeof message);
    if (got.message.len != 0)
        memcpy(message, got.message.data, got.message.len);
    got.message.data = message;
    FUZZ_HOLDS(hub_store_mail_delete_upto(s.mail, s.x, the_partner, UINT64_MAX, &deleted) == OK && deleted == 1);
    FUZZ_HOLDS(hub_store_mail_put(s.mail, s.x, the_partner, &got) == OK);
    is_row(s.mails, r->key, r->key_len, r->data, r->len);
}

static void opening(const struct row *r)
{
    struct hub_opening_row got;
    uint64_t time_s = 77;

    memset(&got, PATTERN, sizeof got);
    if (hub_store_opening_next(s.openings, s.x, the_partner, 0, &got) != OK) {
        UNTOUCHED(got);
        return;
    }
    FUZZ_HOLDS(got.number != 0 && got.item.len <= r->len);
    if (hub_store_opening_oldest(s.openings, s.x, the_partner, &time_s) != OK)
        FUZZ_HOLDS(time_s == 77);
    FUZZ_HOLDS(hub_store_opening_delete_upto(s.openings, s.x, the_partner, UINT64_MAX) == OK);
    FUZZ_HOLDS(hub_store_opening_next(s.openings, s.x, the_partner, 0, &got) == ERR_NOTFOUND);
}

/* ---- certificates and cosigned checkpoints ---- */

static enum err each_cert(void *arg, const uint8_t *cert, size_t len)
{
    size_t *count = arg;

    (void)cert;
    FUZZ_HOLDS(len <= UINT16_MAX);
    (*count)++;
    return OK;
}

static void cert(const struct row *r)
{
    static const uint8_t bytes[] = "certificate";
    struct proto_cert c = { .until_s = NOW };
    const uint8_t *got = NULL;
    size_t len = 77, count = 0, place = PROTO_PARTNER_LEN + 8;

    FUZZ_HOLDS(kv_put(s.x, s.cert, the_key, sizeof the_key, r->data, r->len) == OK);
    if (hub_store_cert_get(s.certs, s.x, the_key, &got, &len) == OK)
        FUZZ_HOLDS(len + 8 == r->len);
    else
        FUZZ_HOLDS(got == NULL && len == 77 && r->len < 8);
    if (hub_store_cert_walk(s.certs, s.x, NULL, 0, each_cert, &count) == OK)
        FUZZ_HOLDS(count == 1 && r->key_len == place + PROTO_KEY_LEN && memcmp(r->key + place, the_key, sizeof the_key) == 0);
    if (hub_store_cert_walk(s.certs, s.x, the_partner, NOW, each_cert, &count) != OK)
        FUZZ_HOLDS(r->key_len < PROTO_PARTNER_LEN || memcmp(r->key, the_partner, PROTO_PARTNER_LEN) == 0);
    memcpy(c.partner, the_partner, sizeof c.partner);
    memcpy(c.key, the_key, sizeof c.key);
    if (hub_store_cert_put(s.certs, s.x, &c, bytes, sizeof bytes) == OK)
        FUZZ_HOLDS(hub_store_cert_get(s.certs, s.x, the_key, &got, &len) == OK && len == sizeof bytes);
    else
        FUZZ_HOLDS(r->len < 8);
}

static void cosigned(const struct row *r)
{
    static struct hub_cosigned got;
    static uint8_t origin[PROTO_HASH_LEN];

    memset(&got, PATTERN, sizeof got);
    memcpy(origin, the_key, sizeof origin);
    if (hub_store_cosigned_get(s.cosigned, s.x, origin, &got) != OK) {
        UNTOUCHED(got);
        return;
    }
    FUZZ_HOLDS(got.note_len != 0 && got.note_len <= sizeof got.note);
    FUZZ_HOLDS(hub_store_cosigned_put(s.cosigned, s.x, origin, &got, NOW) == OK);
    memset(&got, 0, sizeof got);
    FUZZ_HOLDS(hub_store_cosigned_get(s.cosigned, s.x, origin, &got) == OK && got.note_len + 40 == r->len);
}

/* ---- what is loaded at the start: committed, and taken back ---- */

static void begin(void) { FUZZ_HOLDS(kv_begin(s.kv, true, &s.x) == OK); }

static void commit(void)
{
    FUZZ_HOLDS(kv_commit(s.x) == OK);
    begin();
}

static void number(const struct row *r)
{
    struct hub_number n;

    commit();
    if (hub_store_number_load(s.numbers) == OK) {
        uint64_t last = hub_store_number_last(s.numbers, r->key);

        FUZZ_HOLDS(r->key_len == PROTO_PARTNER_LEN && r->len == 16);
        if (hub_store_number_take(s.numbers, r->key, 5, &n) == OK)
            FUZZ_HOLDS(n.number == last + 1 && n.number != 0 && hub_store_number_last(s.numbers, r->key) == n.number);
    }
    FUZZ_HOLDS(kv_delete(s.x, s.number, r->key, r->key_len) == OK);
    commit();
}

/* A log whose last row is this one: the same log, or none. */
static void ledger(const struct row *r)
{
    static uint8_t leaf[PROTO_LEAF_LEN];
    struct hub_ledger *l = NULL;
    struct trouble t = { .lang = LANG_EN };
    uint8_t before[PROTO_HASH_LEN], after[PROTO_HASH_LEN], key[8] = { 0 };
    enum err e;

    /* Opening has transactions of its own. */
    kv_abort(s.x);
    FUZZ_HOLDS(hub_ledger_open(s.kv, &l, &t) == OK && hub_ledger_size(l) == 0);
    begin();
    for (size_t i = 0; i < LEAVES; i++) {
        leaf[0] = (uint8_t)i;
        FUZZ_HOLDS(hub_ledger_append(l, s.x, leaf) == OK);
    }
    hub_ledger_root(l, before);
    hub_ledger_close(l);
    l = NULL;
    FUZZ_HOLDS(kv_put(s.x, s.leaf, r->key, r->key_len, r->data, r->len) == OK);
    FUZZ_HOLDS(kv_commit(s.x) == OK);
    e = hub_ledger_open(s.kv, &l, &t);
    FUZZ_HOLDS((e == OK) == (l != NULL) && (e == OK || t.text[0] != '\0'));
    if (e == OK) {
        FUZZ_HOLDS(hub_ledger_size(l) == LEAVES && r->len >= PROTO_LEAF_LEN);
        hub_ledger_root(l, after);
        FUZZ_HOLDS((memcmp(before, after, sizeof before) == 0) == (memcmp(leaf, r->data, sizeof leaf) == 0));
    }
    hub_ledger_close(l);
    begin();
    for (; key[7] < LEAVES; key[7]++)
        FUZZ_HOLDS(kv_delete(s.x, s.leaf, key, sizeof key) == OK);
    commit();
}

/* ---- which ---- */

enum which { STATEMENT, REQUEST, GRANT, WAYS, GONE, DUE, CASE, ACT, ACT_KEY, MAIL, OPENING, CERT, COSIGNED, NUMBER, LEDGER, WHICH };

/* A row goes under the key that its table has, or under any. */
struct place { void (*judge)(const struct row *); kv_table table; bool any_key; uint8_t key[72]; size_t key_len; };

static void key_of(struct place *p, const uint8_t *first, size_t first_len, uint64_t number, const uint8_t *last, size_t last_len)
{
    struct wr w;

    wr_init(&w, p->key, sizeof p->key);
    wr_copy(&w, first, first_len);
    if (number != UINT64_MAX)
        wr_u64(&w, number);
    wr_copy(&w, last, last_len);
    FUZZ_HOLDS(wr_end(&w) == OK);
    p->key_len = w.len;
}

static struct place place_of(enum which which)
{
    const struct place all[WHICH] = { [STATEMENT] = { .judge = statement, .table = s.t->statement }, [REQUEST] = { .judge = request, .table = s.t->request },
        [GRANT] = { .judge = grant, .table = s.t->grant }, [WAYS] = { .judge = ways, .table = s.t->release },
        [GONE] = { .judge = gone, .table = s.t->gone }, [DUE] = { .judge = due, .table = s.t->due, .any_key = true },
        [CASE] = { .judge = one_case, .table = s.t->purpose, .any_key = true }, [ACT] = { .judge = act, .table = s.act },
        [ACT_KEY] = { .judge = act_key, .table = s.act, .any_key = true }, [MAIL] = { .judge = mail, .table = s.mails, .any_key = true },
        [OPENING] = { .judge = opening, .table = s.opening, .any_key = true }, [CERT] = { .judge = cert, .table = s.cert_end, .any_key = true },
        [COSIGNED] = { .judge = cosigned, .table = s.cosigned_rows, .any_key = true }, [NUMBER] = { .judge = number, .table = s.number, .any_key = true },
        [LEDGER] = { .judge = ledger, .table = s.leaf } };
    struct place p = all[which];

    switch (which) {
    case DUE: key_of(&p, NULL, 0, 5, the_id, sizeof the_id); break;
    case ACT_KEY: case ACT: key_of(&p, NULL, 0, 0, NULL, 0); break;
    case MAIL: case OPENING: key_of(&p, the_partner, sizeof the_partner, 1, NULL, 0); break;
    case CERT: key_of(&p, the_partner, sizeof the_partner, NOW, the_key, sizeof the_key); break;
    case COSIGNED: key_of(&p, the_key, sizeof the_key, NOW / 3600, NULL, 0); break;
    case NUMBER: key_of(&p, the_partner, sizeof the_partner, UINT64_MAX, NULL, 0); break;
    case LEDGER: key_of(&p, NULL, 0, LEAVES - 1, NULL, 0); break;
    default: key_of(&p, the_id, sizeof the_id, UINT64_MAX, NULL, 0);
    }
    return p;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct place p;
    struct row r;
    size_t own;

    store_open();
    if (len < 2)
        return 0;
    p = place_of((enum which)(data[0] % WHICH));
    own = p.any_key && data[1] <= len - 2 ? data[1] : 0;
    r = (struct row){ .key = own != 0 ? data + 2 : p.key, .key_len = own != 0 ? own : p.key_len, .data = data + 2 + own, .len = len - 2 - own };
    begin();
    FUZZ_HOLDS(kv_put(s.x, p.table, r.key, r.key_len, r.data, r.len) == OK);
    p.judge(&r);
    kv_abort(s.x);
    return 0;
}
