/*
 * A node that starts with rows that it did not leave so: what it knew of the log, of witnesses, of openings, of the registry, what waits to go out and
 * whom it waits for; of another version, of a backup of somebody else, or half of what they were. Up to four changes: which row, what of it, bytes. It
 * starts or says why not; what it then does with a hub that answers rightly it does to the end, and it can be asked how it stands.
 */
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/hub_said.h"

#include "client/calls.h"
#include "client/distrust.h"
#include "client/index.h"
#include "client/meta.h"
#include "client/retention.h"
#include "client/unanchored.h"
#include "client/upkeep.h"

enum { CHANGES = 4, BEFORE = 24, AFTER = 3, AGAIN_S = 11 };
enum { REPLACE, OVERWRITE, CUT, DROP, NAMED, KINDS };

static const char *const names[] = { CLIENT_META_REGISTRY, CLIENT_META_CHECKED, CLIENT_META_FORKED, CLIENT_META_ORIGINS, CLIENT_META_UNANCHORED,
    CLIENT_META_RESEND, CLIENT_META_OPENINGS, CLIENT_META_RESTORED, CLIENT_META_REGISTER_DAY, CLIENT_META_ARCHIVE_END, CLIENT_META_SAME_DAY,
    CLIENT_META_INDEX };

/* ---- what it left ---- */

static void want(unsigned child)
{
    struct client_call c = { .node = w.n, .trouble = { .lang = LANG_EN } };
    struct proto_subject_id got;
    struct vault_txn *x = NULL;
    char number[10];

    client_fixture_number(child, number);
    FUZZ_HOLDS(client_vault_begin(w.n->vault, false, &x) == OK);
    (void)(client_pseudonym(&c, x, number, &got) == OK);
    client_vault_abort(x);
}

static void act(void)
{
    struct proto_msg m = client_fixture_msg(w.f, PROTO_CANCEL, VO, LEERPLICHT);
    struct vault_txn *x = client_fixture_begin(w.f, VO);

    m.refers[0] = 1;
    FUZZ_HOLDS(client_outbox_put(w.n, x, &m, NULL, NULL) == OK);
    client_fixture_commit(x);
}

static void send_reply(size_t i, const struct proto_reply *reply)
{
    static uint8_t body[PROTO_FRAME_MAX], frame[PROTO_FRAME_MAX];
    size_t body_len = 0, len = 0;

    FUZZ_HOLDS(proto_reply_encode(reply, 0, body, sizeof body - PROTO_FRAME_HEAD, &body_len) == OK);
    FUZZ_HOLDS(proto_frame_encode(PROTO_REPLY, body, body_len, frame, sizeof frame, &len) == OK);
    said_answer(i, OK, frame, len);
    client_hublink_ready(w.n);
    client_keylink_ready(w.n);
}

/* The oldest message is answered as it should be. */
static void answer_right(void)
{
    struct proto_reply reply = { .hub_time_s = now_s };

    if (wire.calls == 0)
        return;
    memcpy(reply.id, wire.call[0].msg.head.id, sizeof reply.id);
    right(&wire.call[0], &reply);
    send_reply(0, &reply);
}

/* All that is under way is answered rightly. */
static void turn(void)
{
    now_s += AGAIN_S;
    step();
    client_unanchored_step(w.n);
    for (size_t i = wire.calls; i != 0; i--)
        answer_right();
}

/* Some time with a hub that answers; an act waits at the end, and a child. */
static void live(void)
{
    start();
    for (int i = 0; i < BEFORE; i++) {
        if (i == 3 || i == 9)
            act();
        if (i == 6)
            w.mails++;
        if (i == 12)
            want(CHILD);
        turn();
    }
    act();
    want(CHILD + 1);
    client_pseudonyms_end(w.n);
}

static void prepare_once(void)
{
    static bool is_done;
    struct vault_txn *x;

    prepare();
    if (is_done)
        return;
    is_done = true;
    live();
    end();
    x = client_fixture_begin(w.f, VO);
    read_vault(x);
    client_vault_abort(x);
    vault = now;
    w.log_before = w.log;
}

/* ---- what became of it ---- */

static void change(struct vault_txn *x, struct rd *r)
{
    static struct row row;
    uint8_t which = rd_u8(r), what = rd_u8(r) % KINDS;
    size_t at = rd_u16(r), n = rd_u8(r);
    const uint8_t *bytes = rd_view(r, n = n < rd_left(r) ? n : rd_left(r));

    if (bytes == NULL)
        return;
    row = vault.row[which % vault.count];
    if (what == NAMED) {
        FUZZ_HOLDS(client_meta_put(x, names[which % (sizeof names / sizeof *names)], bytes, n) == OK);
        return;
    }
    if (what == DROP) {
        enum err e = client_vault_delete(x, row.table, row.key, row.key_len);

        FUZZ_HOLDS(e == OK || e == ERR_NOTFOUND);
        return;
    }
    if (what == REPLACE)
        row.len = 0;
    if (what == CUT && row.len != 0)
        row.len = at % row.len;
    at = what == OVERWRITE && row.len != 0 ? at % row.len : row.len;
    for (size_t i = 0; i < n && at < sizeof row.value; i++)
        row.value[at++] = bytes[i];
    row.len = at > row.len ? at : row.len;
    FUZZ_HOLDS(client_vault_put(x, row.table, row.key, row.key_len, row.value, row.len) == OK);
}

/* As client/vault_role does; at the first that does not open it ends. */
static enum err start_again(void)
{
    struct trouble t = { .lang = LANG_EN };
    struct client_node *n = w.n;
    struct secret *key = NULL;
    uint8_t copy[64];
    enum err e;

    *n = w.before;
    e = client_index_open(n->vault);
    if (e == OK)
        e = client_registry_open(n, &t);
    if (e == OK)
        e = client_certs_open(n);
    if (e == OK)
        e = client_pseudonyms_open(n);
    if (e == OK)
        e = client_openings_open(n, NULL);
    if (e == OK)
        e = client_openings_restored(n);
    if (e == OK)
        e = client_archive_advance(n);
    memcpy(copy, w.witnesses.secret[US], sizeof copy);
    FUZZ_HOLDS(secret_take(copy, sizeof copy, &key) == OK);
    if (e == OK)
        e = client_witness_open(n, key, w.witnesses.key[US].key);
    else
        secret_free(key);
    if (e == OK)
        e = client_hublink_open(n, "hub", NULL, &t);
    return e == OK ? client_keylink_open(n, "keyholder", NULL, &t) : e;
}

static void how_it_stands(void)
{
    struct client_link_status status;
    struct client_openings_status openings;
    struct vault_txn *x = client_fixture_begin(w.f, VO);
    bool more = false;

    client_hublink_status(w.n, &status);
    (void)(client_openings_status(w.n, x, &openings) == OK);
    (void)(client_upkeep_run(w.n, x, now_s) == OK);
    (void)(client_retention_run(w.n, x, now_s, &more) == OK);
    client_vault_abort(x);
}

static void go_on(void)
{
    for (int i = 0; i < AFTER; i++)
        turn();
    how_it_stands();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct vault_txn *x;
    struct rd r;

    prepare_once();
    drawn = 0;
    now_s = START_S + DAY_S;
    w.log = w.log_before;
    x = client_fixture_begin(w.f, VO);
    rd_init(&r, data, len);
    for (int i = 0; i < CHANGES && rd_left(&r) != 0; i++)
        change(x, &r);
    client_fixture_commit(x);
    if (start_again() == OK)
        go_on();
    stop();
    return 0;
}
