/*
 * A node's vault with rows that it did not write so: of another version, of a backup of somebody else, or half of what they were; and commands with
 * any arguments. First byte: how many changes; each says table, row, what of it, bytes. Then a command and its arguments; '@' and a letter there are the
 * id of a row: r request, s statement, c case. What must hold:
 *  - a command is answered or refused, and what it answers can be read by who asked, unless rows are damaged;
 *  - rows that are accepted are written again as they were;
 *  - what was damaged is never taken for a share of somebody else, a grant, or a release: nothing of that goes out.
 */
#include "tests/fuzz/node_rows.h"

#include "base/rd.h"
#include "client/after.h"
#include "client/archive_end.h"
#include "client/audit.h"
#include "client/calls.h"
#include "client/casebook.h"
#include "client/draft_end.h"
#include "client/index.h"
#include "client/lastword.h"
#include "client/meta.h"
#include "client/openings.h"
#include "client/outbox.h"
#include "client/register_day.h"
#include "client/retention.h"
#include "client/upkeep.h"

enum { CHANGES = 4, ARGS_MAX = 2048, ROW_MAX = 4096, YEARS = 21 };
enum change { REPLACE, OVERWRITE, CUT, DROP, ADD, ADD_NAMED, ADD_OF, CHANGE_KINDS };

static const enum client_table shown[] = { CLIENT_T_REQUEST, CLIENT_T_STATEMENT, CLIENT_T_CASE };

/* ---- rows ---- */

struct found { size_t skip; uint8_t key[64], row[ROW_MAX]; size_t key_len, len; bool is; };

static bool find_each(void *arg, const uint8_t *key, size_t key_len, const uint8_t *value, size_t len)
{
    struct found *f = arg;

    if (f->skip-- != 0)
        return true;
    if (key_len <= sizeof f->key && len <= sizeof f->row) {
        memcpy(f->key, key, key_len);
        if (len != 0)
            memcpy(f->row, value, len);
        f->key_len = key_len;
        f->len = len;
        f->is = true;
    }
    return false;
}

static bool find(struct vault_txn *x, enum client_table t, uint8_t nth, struct found *f)
{
    uint64_t count = 0;

    FUZZ_HOLDS(client_vault_count(x, t, &count) == OK);
    *f = (struct found){ .skip = count == 0 ? 0 : nth % count };
    FUZZ_HOLDS(client_vault_walk(x, t, NULL, 0, find_each, f) == OK);
    return f->is;
}

static const char *const names[] = { CLIENT_META_REGISTRY, CLIENT_META_CHECKED, CLIENT_META_FORKED, CLIENT_META_ORIGINS, CLIENT_META_UNANCHORED,
    CLIENT_META_RESEND, CLIENT_META_OPENINGS, CLIENT_META_REGISTER_DAY, CLIENT_META_ARCHIVE_END, CLIENT_META_SAME_DAY, CLIENT_META_INDEX };

static void put_in(uint8_t *row, size_t *len, enum change change, size_t at, const uint8_t *bytes, size_t n)
{
    if (change == REPLACE)
        *len = 0;
    if (change == CUT)
        *len = *len == 0 ? 0 : at % *len;
    if (change == OVERWRITE && *len != 0)
        at %= *len;
    else
        at = *len;
    for (size_t i = 0; i < n && at < ROW_MAX; i++)
        row[at++] = bytes[i];
    *len = at > *len ? at : *len;
}

/* A change of one row, as far as the bytes say one. */
static void change(struct vault_txn *x, struct rd *r)
{
    static struct found f;
    enum client_table t = (enum client_table)(rd_u8(r) % CLIENT_T_COUNT);
    uint8_t nth = rd_u8(r), what = rd_u8(r) % CHANGE_KINDS;
    size_t at = rd_u16(r), n = rd_u8(r);
    const uint8_t *bytes = rd_view(r, n = n < rd_left(r) ? n : rd_left(r));
    enum err e = OK;

    if (bytes == NULL || (what < ADD && !find(x, t, nth, &f)))
        return;
    if (what == ADD_NAMED)
        e = client_meta_put(x, names[nth % (sizeof names / sizeof *names)], bytes, n);
    else if (what == ADD_OF && find(x, shown[nth % 3], (uint8_t)at, &f) && f.key_len == PROTO_ID_LEN)
        e = client_meta_put_of(x, (enum client_meta)(at >> 8), f.key, bytes, n);
    else if (what == ADD && n > 1)
        e = client_vault_put(x, t, bytes, 1 + nth % (n < 48 ? n : 48), bytes + n / 2, n - n / 2);
    else if (what == DROP)
        e = client_vault_delete(x, t, f.key, f.key_len);
    else if (what < ADD) {
        put_in(f.row, &f.len, (enum change)what, at, bytes, n);
        e = client_vault_put(x, t, f.key, f.key_len, f.row, f.len);
    }
    FUZZ_HOLDS(e == OK || e == ERR_RANGE);
}

/* ---- what is accepted has one form ---- */

struct forms { struct vault_txn *x; bool is_same; };

static bool same_row(struct forms *f, enum client_table t, const uint8_t *key, size_t key_len, const uint8_t *row, size_t len)
{
    uint8_t *again = NULL;
    size_t again_len = 0;

    FUZZ_HOLDS(client_vault_get(f->x, t, key, key_len, &again, &again_len) == OK);
    f->is_same = again_len == len && (len == 0 || memcmp(again, row, len) == 0);
    free(again);
    return f->is_same;
}

static void one_form(struct vault_txn *x, uint8_t nth)
{
    static struct found f;
    static struct client_case c;
    static struct client_desk d;
    static struct client_kept k;
    uint8_t *memory = NULL;
    struct forms forms = { x, true };
    struct client_outbox_row o;

    if (find(x, CLIENT_T_CASE, nth, &f) && f.key_len == PROTO_ID_LEN && client_case_get(x, f.key, &c) == OK && client_case_put(x, &c) == OK)
        FUZZ_HOLDS(same_row(&forms, CLIENT_T_CASE, f.key, f.key_len, f.row, f.len));
    if (find(x, CLIENT_T_REQUEST, nth, &f) && f.key_len == PROTO_ID_LEN && client_desk_get(x, f.key, &d) == OK && client_desk_put(x, &d) == OK)
        FUZZ_HOLDS(same_row(&forms, CLIENT_T_REQUEST, f.key, f.key_len, f.row, f.len));
    if (find(x, CLIENT_T_STATEMENT, nth, &f) && f.key_len == PROTO_ID_LEN && client_kept_get(x, f.key, &k, &memory) == OK
        && client_kept_put(x, &k) == OK)
        FUZZ_HOLDS(same_row(&forms, CLIENT_T_STATEMENT, f.key, f.key_len, f.row, f.len));
    free(memory);
    if (find(x, CLIENT_T_OUTBOX, nth, &f) && client_outbox_decode(f.row, f.len, &o) == OK)
        FUZZ_HOLDS(o.body.len <= f.len && o.kind > PROTO_NONE && o.kind < PROTO_KIND_END);
}

/* ---- what is done of itself ---- */

static void by_itself(struct vault_txn *x, uint8_t which)
{
    struct client_audit_period always = { .until_s = UINT64_MAX };
    struct client_audit_report report;
    struct client_register_day day;
    uint64_t later_s = START_S + (uint64_t)which * 40 * DAY_S;
    bool more = false;
    uint64_t number = 0, at_s = 0;

    (void)(client_archive_end_run(node.n, x, START_S + YEARS * 366 * (uint64_t)DAY_S, &more) == OK);
    (void)(client_archive_end_floor(x, &number, &at_s) == OK);
    (void)(client_audit_period_check(node.n, x, &always, &report) == OK);
    (void)(client_register_day_read(x, &day) == OK);
    (void)(client_draft_end_run(x, later_s, &more) == OK);
    (void)(client_upkeep_run(node.n, x, later_s) == OK);
    (void)(client_retention_run(node.n, x, later_s, &more) == OK);
}

/* ---- commands ---- */

static size_t put_id(struct vault_txn *x, char letter, char *out)
{
    static struct found f;
    const char *at = strchr("rsc", letter);

    if (at == NULL || letter == '\0' || !find(x, shown[at - "rsc"], 0, &f) || f.key_len != PROTO_ID_LEN)
        return 0;
    for (size_t i = 0; i < PROTO_ID_LEN; i++)
        (void)snprintf(out + 2 * i, 3, "%02x", f.key[i]);
    return (size_t)2 * PROTO_ID_LEN;
}

/* NULL: what is left is no JSON. */
static cJSON *args_of(struct vault_txn *x, struct rd *r)
{
    static char text[ARGS_MAX + 64];
    size_t len = 0;
    cJSON *args = NULL;

    while (rd_left(r) != 0 && len < ARGS_MAX) {
        char c = (char)rd_u8(r);
        size_t put = c == '@' && rd_left(r) != 0 ? put_id(x, (char)rd_u8(r), text + len) : 0;

        len += put;
        if (put == 0)
            text[len++] = c;
    }
    return json_parse((const uint8_t *)text, len, &args, NULL) == OK ? args : NULL;
}

static void readable(const cJSON *reply)
{
    char *text = NULL;
    cJSON *again = NULL;

    FUZZ_HOLDS(json_print(reply, &text) == OK && json_parse((const uint8_t *)text, strlen(text), &again, NULL) == OK);
    cJSON_Delete(again);
    free(text);
}

/* Of the node's own those that read arguments and the vault: the others start and end what a node without sockets does not have. */
static const struct client_command *command_of(uint8_t which)
{
    static const char *const own[] = { "register.derive", "register.status", "archive.get", "audit", "audit.complete", "audit.check", "audit.clear",
        "partner.list", "staff.list", "mirror.told", "log.compare", "policy.advise", "policy.adopted", "registry.leaves", "witness.held" };
    size_t i = (which & 127) % (client_desk_commands_count + sizeof own / sizeof *own);

    return i < client_desk_commands_count ? &client_desk_commands[i] : client_calls_find(own[i - client_desk_commands_count]);
}

/* By whoever may or may not give it. x may be ended by who only reads: then it is NULL. */
static struct vault_txn *command(struct vault_txn *x, uint8_t which, cJSON *args, bool is_damaged)
{
    const struct client_command *row = command_of(which);
    struct client_call c = { .node = node.n, .who = &node.f->partner[VO].session[which / 128], .trouble = { .lang = which & 1 ? LANG_NL : LANG_EN },
        .args = args, .reply = cJSON_CreateObject(), .txn = x };
    enum err e;

    FUZZ_HOLDS(row != NULL && c.reply != NULL);
    e = row->run(&c, x);
    if (e == OK && !is_damaged)
        readable(c.reply);
    if (e == OK && c.finish != NULL && c.txn != NULL)
        (void)(c.finish(&c, c.txn) == OK);
    FUZZ_HOLDS(e < ERR_CLASSES && (c.trouble.err == OK || c.trouble.text[0] != '\0'));
    cJSON_Delete(c.reply);
    return c.txn;
}

/* What only memory knows of a run is gone after it. */
static void forget(void)
{
    client_pseudonyms_close(node.n->pseudonyms);
    node.n->pseudonyms = NULL;
    node.n->link->fresh_count = 0;
    FUZZ_HOLDS(client_pseudonyms_open(node.n) == OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct vault_txn *x = NULL;
    struct rd r;
    uint8_t changes, which;
    cJSON *args;

    node_open();
    drawn = 0;
    rd_init(&r, data, len);
    changes = rd_u8(&r) % (CHANGES + 1);
    FUZZ_HOLDS(client_vault_begin(node.n->vault, true, &x) == OK);
    for (uint8_t i = 0; i < changes; i++)
        change(x, &r);
    which = rd_u8(&r);
    args = args_of(x, &r);
    if (changes != 0)
        one_form(x, which);
    x = command(x, which, args, changes != 0);
    cJSON_Delete(args);
    if (x != NULL && changes != 0)
        by_itself(x, which);
    if (x != NULL)
        client_vault_abort(x);
    forget();
    return 0;
}
