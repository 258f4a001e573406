/* hub/backup_origin: a store whose newest leaves nobody has goes on under the log's next origin, by the word of two partners (P-193). */
#include "support/check.h"
#include "support/hub_registry.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/wr.h"
#include "hub/backup.h"
#include "hub/home.h"
#include "hub/origin.h"
#include "hub/store_number.h"
#include "proto/note.h"
#include "proto/region_log.h"
#include "proto/tlog.h"

#include <sodium.h>
#include <stdio.h>

struct world {
    struct hub_acts *f;
    char old[160], copy[160], checkpoint[160], note[PROTO_REGISTRY_NOTE_MAX];
    struct hub_backup_sources from;
    struct proto_merkle_head kept;
};

static void facts(struct hub_acts *f, int count)
{
    uint8_t original[2048];
    struct proto_msg m;

    for (int i = 0; i < count; i++) {
        hub_acts_facts(f, A, B, original, &m);
        hub_acts_expect(f, &m, A, PROTO_ACCEPTED);
    }
}

/* A backup, three acts later, and no copy of the log. */
static int setup(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    struct hub_ledger *l = NULL;
    struct kv *kv = NULL;
    uint8_t *data = NULL;
    void *acts = NULL;
    size_t len = 0;

    assert_int_equal(hub_acts_setup(&acts), 0);
    w->f = acts;
    (void)snprintf(w->old, sizeof w->old, "%s/old", w->f->w.home);
    (void)snprintf(w->copy, sizeof w->copy, "%s/copy", w->f->w.home);
    facts(w->f, 2);
    assert_err(kv_backup(w->f->w.core->kv, w->old), OK);
    facts(w->f, 3);
    assert_err(kv_open(w->old, 1 << 26, &kv, NULL), OK);
    assert_err(hub_ledger_open(kv, &l, NULL), OK);
    w->kept.size = hub_ledger_size(l);
    hub_ledger_root(l, w->kept.root);
    hub_ledger_close(l);
    kv_close(kv);
    assert_err(file_read(w->f->w.paths[6], 1 << 20, &data, &len, NULL), OK);
    assert_err(file_write(w->copy, data, len, 0644, NULL), OK);
    free(data);
    w->from = (struct hub_backup_sources){ .home = w->f->w.home, .registry = w->copy, .is_lost = true, .origin = (const uint8_t *)w->note };
    assert_err(hub_signer_read(w->f->w.paths[4], &w->from.last, NULL), OK);
    assert_err(hub_signer_read(w->f->w.paths[5], &w->from.last_registry, NULL), OK);
    *state = w;
    return 0;
}

static int teardown(void **state)
{
    struct world *w = *state;
    void *acts = w->f;

    free(w);
    return hub_acts_close(&acts);
}

static struct proto_registry_say say_of(struct world *w)
{
    struct proto_registry_say s = hub_registry_say(w->f, PROTO_REG_ORIGIN, A);

    memset(s.partner, 0, sizeof s.partner);
    s.origin = 2;
    s.seen = w->from.last.head.size;
    memcpy(s.digest, w->from.last.head.root, sizeof s.digest);
    s.kept = w->kept.size;
    memcpy(s.root, w->kept.root, sizeof s.root);
    return s;
}

static void sign_by(struct world *w, const struct proto_registry_say *s, const char *by)
{
    struct proto_msg m = hub_registry_message(w->f, s, by, w->note);

    w->from.origin_len = m.original.len;
}

static enum err complete(struct world *w, struct hub_backup_done *done, struct trouble *t)
{
    *t = (struct trouble){ 0 };
    *done = (struct hub_backup_done){ .leaves = 99 };
    return hub_backup_complete(&w->from, w->old, done, t);
}

static void expect_refused(struct world *w, enum err expected, const char *where)
{
    struct hub_backup_done done;
    struct trouble t;

    assert_err(complete(w, &done, &t), expected);
    assert_string_equal(t.where, where);
    assert_int_equal(done.leaves, 99);
    /* Nothing was written: another try finds the same. */
    w->from.origin = NULL;
    assert_err(complete(w, &done, &t), OK);
    assert_int_equal(done.kept.size, w->kept.size);
    assert_int_equal(done.origin, 1);
    w->from.origin = (const uint8_t *)w->note;
}

/* Without a statement it is told what there is, and nothing is written. */
static void what_is_lost_is_told(void **state)
{
    struct world *w = *state;
    struct hub_backup_done done;
    struct trouble t;

    w->from.origin = NULL;
    for (int i = 0; i < 2; i++) {
        assert_err(complete(w, &done, &t), OK);
        assert_int_equal(done.kept.size, w->kept.size);
        assert_memory_equal(done.kept.root, w->kept.root, sizeof done.kept.root);
        assert_int_equal(done.leaves_added, 0);
        assert_int_equal(done.origin, 1);
    }
}

static void one_partner_is_not_enough(void **state)
{
    struct world *w = *state;
    struct proto_registry_say s = say_of(w);

    sign_by(w, &s, "A");
    expect_refused(w, ERR_DENIED, "ONE_SIGNER");
}

static void another_statement_is_refused(void **state)
{
    struct world *w = *state;
    struct proto_registry_say s = hub_registry_say(w->f, PROTO_REG_QUOTA, A);

    sign_by(w, &s, "BC");
    expect_refused(w, ERR_DENIED, "MALFORMED");
}

static void another_store_is_refused(void **state)
{
    struct world *w = *state;
    struct proto_registry_say s = say_of(w);

    s.kept--;
    sign_by(w, &s, "AB");
    expect_refused(w, ERR_STATE, "kept");
    s = say_of(w);
    s.root[0] ^= 1;
    sign_by(w, &s, "AB");
    expect_refused(w, ERR_STATE, "kept");
}

/* Numbers that were given in leaves between would be given again. */
static void less_than_was_signed_is_refused(void **state)
{
    struct world *w = *state;
    struct proto_registry_say s = say_of(w);

    s.seen--;
    sign_by(w, &s, "AB");
    expect_refused(w, ERR_STATE, "seen");
}

/* As the hub's signer signed it when the log had that size; n: under which origin. */
static void give_checkpoint(struct world *w, uint64_t size, int fill, unsigned n)
{
    struct proto_tlog_checkpoint c = { .head = { .size = size } };
    uint8_t text[PROTO_TLOG_CHECKPOINT_ROOM], note[1024], secret[64];
    struct proto_note_sig sig = { .time_s = 0 };
    struct proto_note_key key;
    size_t len = 0;
    struct wr out;

    memset(c.head.root, fill, sizeof c.head.root);
    assert_err(proto_region_log_key(w->f->w.region, n, &key), OK);
    (void)snprintf(c.origin, sizeof c.origin, "%s", key.name);
    assert_err(proto_tlog_checkpoint_encode(&c, text, sizeof text, &len), OK);
    assert_err(hub_home_secret_get(w->f->w.home, "log", secret, sizeof secret, NULL), OK);
    assert_err(proto_note_sign(&key, secret, text, len, &sig), OK);
    wr_init(&out, note, sizeof note);
    proto_note_write_text(&out, text, len);
    proto_note_write_line(&out, &key, &sig);
    assert_err(wr_end(&out), OK);
    (void)snprintf(w->checkpoint, sizeof w->checkpoint, "%s/checkpoint", w->f->w.home);
    assert_err(file_write(w->checkpoint, note, out.len, 0644, NULL), OK);
    w->from.checkpoint = w->checkpoint;
}

/* Every partner's numbers skip what is lost: beyond what a day holds, the log's own signature must show that it was so long. */
static void far_more_than_is_known_must_be_shown(void **state)
{
    struct world *w = *state;
    struct proto_registry_say s = say_of(w);
    struct hub_backup_done done;
    struct trouble t;

    s.seen += 4097;
    memset(s.digest, 7, sizeof s.digest);
    sign_by(w, &s, "AB");
    expect_refused(w, ERR_STATE, "seen");
    give_checkpoint(w, s.seen, 7, 1);
    assert_err(complete(w, &done, &t), OK);
    assert_int_equal(done.lost, s.seen - s.kept);
    assert_int_equal(done.shown.size, s.seen);
}

/* Who had seen that size would stop for good. */
static void another_root_of_what_was_signed_is_refused(void **state)
{
    struct world *w = *state;
    struct proto_registry_say s = say_of(w);

    s.digest[31] ^= 1;
    sign_by(w, &s, "AB");
    expect_refused(w, ERR_STATE, "digest");
    s = say_of(w);
    s.seen += 10;
    sign_by(w, &s, "AB");
    give_checkpoint(w, s.seen, 7, 1);
    expect_refused(w, ERR_STATE, "digest");
}

/* The memory knows less than the store: then that says it. */
static void another_root_of_what_is_kept_is_refused(void **state)
{
    struct world *w = *state;
    struct proto_registry_say s = say_of(w);
    struct hub_backup_done done;
    struct trouble t;

    w->from.last.head.size = 1;
    s.seen = s.kept;
    sign_by(w, &s, "AB");
    expect_refused(w, ERR_STATE, "digest");
    memcpy(s.digest, s.root, sizeof s.digest);
    s.id[0] ^= 1;
    sign_by(w, &s, "AB");
    assert_err(complete(w, &done, &t), OK);
    assert_int_equal(done.lost, 0);
}

static void a_day_more_is_believed(void **state)
{
    struct world *w = *state;
    struct proto_registry_say s = say_of(w);
    struct hub_backup_done done;
    struct trouble t;

    s.seen += 4096;
    memset(s.digest, 7, sizeof s.digest);
    sign_by(w, &s, "AB");
    assert_err(complete(w, &done, &t), OK);
    assert_int_equal(done.lost, s.seen - s.kept);
}

/* What the log signed counts, whoever brings it: no statement names less. */
static void a_checkpoint_that_is_shown_counts(void **state)
{
    struct world *w = *state;
    struct proto_registry_say s = say_of(w);
    struct hub_backup_done done;
    struct trouble t;

    give_checkpoint(w, s.seen + 10, 7, 1);
    sign_by(w, &s, "AB");
    w->from.origin = NULL;
    assert_err(complete(w, &done, &t), OK);
    assert_int_equal(done.shown.size, s.seen + 10);
    w->from.origin = (const uint8_t *)w->note;
    expect_refused(w, ERR_STATE, "seen");
}

static void a_checkpoint_of_another_origin_or_story_is_none(void **state)
{
    struct world *w = *state;
    struct proto_registry_say s = say_of(w);
    struct hub_backup_done done;
    struct trouble t;
    uint8_t *data = NULL;
    size_t len = 0;

    sign_by(w, &s, "AB");
    give_checkpoint(w, s.seen + 10, 7, 2);
    assert_err(complete(w, &done, &t), ERR_KEY);
    assert_string_equal(t.where, w->checkpoint);
    give_checkpoint(w, s.seen, 7, 1);
    assert_err(complete(w, &done, &t), ERR_SIGNATURE);
    give_checkpoint(w, s.seen + 10, 7, 1);
    assert_err(file_read(w->checkpoint, 1024, &data, &len, NULL), OK);
    data[len - 10] = data[len - 10] == 'A' ? 'B' : 'A';
    assert_err(file_write(w->checkpoint, data, len, 0644, NULL), OK);
    free(data);
    assert_err(complete(w, &done, &t), ERR_SIGNATURE);
    assert_int_equal(done.leaves, 99);
    w->from.checkpoint = NULL;
    assert_err(complete(w, &done, &t), OK);
}

static void too_late_is_refused(void **state)
{
    struct world *w = *state;
    struct proto_registry_say s = say_of(w);

    s.made_s -= 2 * 86400;
    s.before_s = s.made_s + 86400;
    sign_by(w, &s, "AB");
    expect_refused(w, ERR_DENIED, "EXPIRED");
}

/* The first leaf under the new origin can be made again by everybody who has the registry. */
static void two_partners_let_it_go_on(void **state)
{
    struct world *w = *state;
    struct proto_registry_say s = say_of(w);
    struct hub_backup_done done;
    struct hub_store_number *numbers = NULL;
    struct hub_ledger *l = NULL;
    struct kv_txn *x = NULL;
    struct kv *kv = NULL;
    uint8_t leaf[PROTO_LEAF_LEN], expected[PROTO_LEAF_LEN];
    struct trouble t;

    sign_by(w, &s, "AB");
    assert_err(complete(w, &done, &t), OK);
    assert_int_equal(done.leaves, w->kept.size + 1);
    assert_int_equal(done.kept.size, w->kept.size);
    assert_int_equal(done.origin, 2);
    assert_int_equal(done.statements, 1);
    assert_err(kv_open(w->old, 1 << 26, &kv, NULL), OK);
    assert_err(hub_ledger_open(kv, &l, NULL), OK);
    assert_err(hub_store_number_open(kv, &numbers), OK);
    assert_int_equal(hub_ledger_size(l), w->kept.size + 1);
    assert_err(kv_begin(kv, false, &x), OK);
    assert_err(hub_ledger_leaf(l, x, w->kept.size, leaf), OK);
    kv_abort(x);
    assert_err(hub_origin_leaf((const uint8_t *)w->note, w->from.origin_len, expected), OK);
    assert_memory_equal(leaf, expected, sizeof leaf);
    /* No number that a lost leaf can have had is given again: also to who had none yet. */
    assert_int_equal(hub_store_number_last(numbers, w->f->w.partner[C].id), s.seen - s.kept);
    hub_ledger_close(l);
    hub_store_number_close(numbers);
    kv_close(kv);
    /* The same word counts once. */
    w->from.last_registry.head.size = 0;
    assert_int_not_equal(complete(w, &done, &t), OK);
}

/* It comes with the store that it is about, and from nobody else. */
static void no_node_brings_it(void **state)
{
    struct world *w = *state;
    struct proto_registry_say s = say_of(w);
    struct proto_msg m = hub_registry_message(w->f, &s, "AB", w->note);
    struct hub_world_reply r = hub_acts_send(w->f, &m, A);

    assert_int_equal(r.reply.result, PROTO_DENIED);
    assert_int_equal(r.reply.payload.data[0], PROTO_REG_BY_OPERATOR);
    hub_world_reply_free(&r);
    assert_int_equal(proto_region_log_number(w->f->w.core->region), 1);
}

/* ---- the number in the home ---- */

static void the_number_is_kept(void **state)
{
    struct world *w = *state;
    const char *home = w->f->w.home;
    char path[HUB_PATH_MAX];
    unsigned n = 0;
    struct trouble t = { 0 };

    assert_err(hub_origin_read(home, &n, NULL), OK);
    assert_int_equal(n, 1);
    assert_err(hub_origin_write(home, 3, NULL), OK);
    assert_err(hub_origin_read(home, &n, NULL), OK);
    assert_int_equal(n, 3);
    assert_err(hub_origin_memory(home, path, NULL), OK);
    assert_non_null(strstr(path, "/signer/last.3"));
    assert_err(hub_home_path(home, "origin", path, NULL), OK);
    for (size_t i = 0; i < 4; i++) {
        static const char *const bad[] = { "1\n", "10\n", "x\n", "" };

        assert_err(file_write(path, bad[i], strlen(bad[i]), 0600, NULL), OK);
        n = 7;
        assert_int_not_equal(hub_origin_read(home, &n, &t), OK);
        assert_int_equal(n, 7);
    }
    assert_err(hub_origin_write(home, 1, NULL), OK);
    assert_err(hub_origin_read(home, &n, NULL), OK);
    assert_int_equal(n, 1);
}

/* The new machine's clock may be behind that of the one that is lost. */
static void no_leaf_is_of_before_its_origin(void **state)
{
    struct proto_region r = {.origin_count = 0};

    (void)state;
    assert_int_equal(hub_origin_floor(&r, 77), 77);
    r = (struct proto_region){.origin_count = 2, .origin = {{.at_s = 1000}, {.at_s = 2000}}};
    assert_int_equal(hub_origin_floor(&r, 1500), 2000);
    assert_int_equal(hub_origin_floor(&r, 2001), 2001);
}

/* A restore was killed when the new origin had its name, and before the store was in its place: what was signed is not forgotten. */
static void an_origin_that_signed_nothing_hides_no_memory(void **state)
{
    struct world *w = *state;
    const char *home = w->f->w.home;
    struct hub_signed last;
    char path[HUB_PATH_MAX];

    assert_err(hub_origin_last(home, &last, NULL), OK);
    assert_int_equal(last.head.size, w->from.last.head.size);
    for (unsigned n = 2; n < 4; n++) {
        assert_err(hub_origin_memory_of(home, n, path, NULL), OK);
        assert_err(hub_signer_init(path, NULL), OK);
        assert_err(hub_origin_write(home, n, NULL), OK);
        last.head.size = 77;
        assert_err(hub_origin_last(home, &last, NULL), OK);
        assert_int_equal(last.head.size, w->from.last.head.size);
        assert_memory_equal(last.head.root, w->from.last.head.root, sizeof last.head.root);
    }
    /* A memory that is not there is no empty one. */
    assert_err(hub_origin_write(home, 4, NULL), OK);
    last.head.size = 77;
    assert_int_not_equal(hub_origin_last(home, &last, NULL), OK);
    assert_int_equal(last.head.size, 77);
    assert_err(hub_origin_write(home, 1, NULL), OK);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    static const struct CMUnitTest tests[] = {
        T(what_is_lost_is_told), T(one_partner_is_not_enough), T(another_statement_is_refused), T(another_store_is_refused),
        T(less_than_was_signed_is_refused), T(far_more_than_is_known_must_be_shown), T(a_day_more_is_believed),
        T(another_root_of_what_was_signed_is_refused), T(another_root_of_what_is_kept_is_refused),
        T(a_checkpoint_that_is_shown_counts), T(a_checkpoint_of_another_origin_or_story_is_none), T(too_late_is_refused),
        T(two_partners_let_it_go_on), T(no_node_brings_it), T(the_number_is_kept),
        T(no_leaf_is_of_before_its_origin),
        T(an_origin_that_signed_nothing_hides_no_memory),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
