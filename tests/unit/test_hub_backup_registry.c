/* hub/backup_registry: a store from a backup gets the statements of the registry that were signed since, or is refused. */
#include "support/check.h"
#include "support/hub_registry.h"

#include "base/file.h"
#include "hub/backup.h"
#include "hub/home.h"
#include "hub/store_number.h"

#include <sodium.h>
#include <stdio.h>
#include <unistd.h>

/* Copies of the registry: as it was when the store was copied (one statement), and of now (three). */
struct world {
    struct hub_acts *f;
    char old[160], mirror[160], copy[160], copy_old[160], in_mirror[200], lost[160];
    struct hub_backup_sources from;
    uint64_t leaves;
};

static void copy_to(const struct world *w, const char *to)
{
    uint8_t *data = NULL;
    size_t len = 0;

    assert_err(file_read(w->f->w.paths[6], 1 << 20, &data, &len, NULL), OK);
    assert_err(file_write(to, data, len, 0644, NULL), OK);
    free(data);
}

static void export_to(const struct world *w)
{
    struct trouble t = { 0 };
    struct hub_cli cli = { .home = w->f->w.home, .argument = w->mirror, .t = &t };

    cli.reply = cJSON_CreateObject();
    assert_err(hub_cmd_export(&cli), OK);
    cJSON_Delete(cli.reply);
}

static int setup(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    struct proto_registry_say s;
    void *acts = NULL;

    assert_int_equal(hub_acts_setup(&acts), 0);
    w->f = acts;
    (void)snprintf(w->old, sizeof w->old, "%s/old", w->f->w.home);
    (void)snprintf(w->mirror, sizeof w->mirror, "%s/mirror", w->f->w.home);
    (void)snprintf(w->copy, sizeof w->copy, "%s/copy", w->f->w.home);
    (void)snprintf(w->copy_old, sizeof w->copy_old, "%s/copy.old", w->f->w.home);
    s = hub_registry_say(w->f, PROTO_REG_QUOTA, A);
    hub_registry_put(w->f, &s, "BC");
    copy_to(w, w->copy_old);
    assert_err(kv_backup(w->f->w.core->kv, w->old), OK);
    w->leaves = hub_ledger_size(w->f->w.core->ledger);
    s = hub_registry_say(w->f, PROTO_REG_REVOKE, B);
    hub_registry_put(w->f, &s, "AC");
    s = hub_registry_say_admit(w->f);
    hub_registry_put(w->f, &s, "AC");
    copy_to(w, w->copy);
    export_to(w);
    w->from = (struct hub_backup_sources){ .home = w->f->w.home, .mirror = w->mirror };
    assert_err(hub_signer_read(w->f->w.paths[4], &w->from.last, NULL), OK);
    assert_err(hub_signer_read(w->f->w.paths[5], &w->from.last_registry, NULL), OK);
    /* What the home and the mirror have of it is put back by the tests that are about them. */
    assert_int_equal(unlink(w->f->w.paths[6]), 0);
    (void)snprintf(w->in_mirror, sizeof w->in_mirror, "%s/registry", w->mirror);
    assert_int_equal(unlink(w->in_mirror), 0);
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

static uint64_t statements_of(const struct world *w, uint64_t *leaves, uint64_t *number)
{
    struct hub_store_number *numbers = NULL;
    struct hub_store_registry *s = NULL;
    struct hub_ledger *l = NULL;
    struct kv *kv = NULL;
    struct kv_txn *x = NULL;
    const uint8_t *leaf;
    uint64_t n = 0;
    size_t len;

    assert_err(kv_open(w->old, 1 << 26, &kv, NULL), OK);
    assert_err(hub_store_registry_open(kv, &s), OK);
    assert_err(hub_store_number_open(kv, &numbers), OK);
    assert_err(hub_ledger_open(kv, &l, NULL), OK);
    assert_err(kv_begin(kv, false, &x), OK);
    while (hub_store_registry_get(s, x, n, &leaf, &len) == OK)
        n++;
    kv_abort(x);
    *leaves = hub_ledger_size(l);
    *number = hub_store_number_last(numbers, w->f->w.partner[D].id);
    hub_ledger_close(l);
    hub_store_number_close(numbers);
    hub_store_registry_close(s);
    kv_close(kv);
    return n;
}

/* Refused, says this, and the store is as it was: also the leaves of the log were not added. */
static void expect_refused(struct world *w, enum err expected, const char *says)
{
    struct hub_backup_done done = { .leaves = 99 };
    uint64_t leaves, number;
    struct trouble t = { 0 };

    assert_err(hub_backup_complete(&w->from, w->old, &done, &t), expected);
    assert_non_null(strstr(t.text, says));
    assert_int_equal(done.leaves, 99);
    assert_int_equal(statements_of(w, &leaves, &number), 1);
    assert_int_equal(leaves, w->leaves);
    assert_int_equal(number, 0);
}

static void expect_whole(struct world *w)
{
    struct hub_backup_done done;
    uint64_t leaves, number;
    struct trouble t = { 0 };

    assert_err(hub_backup_complete(&w->from, w->old, &done, &t), OK);
    assert_int_equal(done.statements, 3);
    assert_int_equal(done.statements_added, 2);
    assert_int_equal(statements_of(w, &leaves, &number), 3);
    assert_int_equal(leaves, w->from.last.head.size);
    /* Who was admitted since may have had numbers in what was lost, too. */
    assert_int_equal(number, leaves - w->leaves);
}

static void without_a_copy_it_is_refused(void **state)
{
    expect_refused(*state, ERR_STATE, "3 were signed");
}

static void with_a_copy_it_is_whole(void **state)
{
    struct world *w = *state;

    w->from.registry = w->copy;
    expect_whole(w);
}

static void the_copy_in_the_mirror_does(void **state)
{
    struct world *w = *state;

    assert_int_equal(rename(w->copy, w->in_mirror), 0);
    expect_whole(w);
}

static void the_copy_in_the_home_does(void **state)
{
    struct world *w = *state;

    assert_int_equal(rename(w->copy, w->f->w.paths[6]), 0);
    expect_whole(w);
}

static void a_copy_that_is_too_old_is_refused(void **state)
{
    struct world *w = *state;

    w->from.registry = w->copy_old;
    expect_refused(w, ERR_STATE, "3 were signed");
}

static void a_copy_that_is_not_there_is_named(void **state)
{
    struct world *w = *state;

    w->from.registry = "/nonexistent/copy";
    expect_refused(w, ERR_NOTFOUND, "schakel partner export");
}

static void no_byte_of_a_copy_can_be_changed(void **state)
{
    struct world *w = *state;
    uint8_t *data = NULL;
    size_t len = 0;
    struct hub_backup_done done = { .leaves = 99 };
    uint64_t leaves, number;
    struct proto_registry_more more;
    const uint8_t *checkpoint, *leaf;
    size_t checkpoint_len, leaf_len, first;

    assert_err(file_read(w->copy, 1 << 20, &data, &len, NULL), OK);
    /* The first statement is in the store already: what the copy says of it is not looked at. */
    assert_err(proto_registry_copy_read(data, len, &checkpoint, &checkpoint_len, &more), OK);
    assert_err(proto_registry_copy_next(&more, &leaf, &leaf_len), OK);
    first = (size_t)(leaf - data);
    w->from.registry = w->copy;
    for (size_t i = 0; i < len; i += 29) {
        struct trouble t = { 0 };
        enum err e;

        if (i >= first && i < first + leaf_len)
            continue;
        data[i] ^= 1;
        assert_err(file_write(w->copy, data, len, 0644, NULL), OK);
        e = hub_backup_complete(&w->from, w->old, &done, &t);
        if (e == OK)
            fail_msg("byte %zu was changed and it was taken", i);
        data[i] ^= 1;
    }
    assert_int_equal(done.leaves, 99);
    assert_int_equal(statements_of(w, &leaves, &number), 1);
    free(data);
}

static void no_part_of_a_copy_is_enough(void **state)
{
    struct world *w = *state;
    uint8_t *data = NULL;
    size_t len = 0;
    struct hub_backup_done done = { .leaves = 99 };

    assert_err(file_read(w->copy, 1 << 20, &data, &len, NULL), OK);
    w->from.registry = w->copy;
    for (size_t n = 0; n < len; n += 101) {
        struct trouble t = { 0 };

        assert_err(file_write(w->copy, data, n, 0644, NULL), OK);
        assert_int_not_equal(hub_backup_complete(&w->from, w->old, &done, &t), OK);
    }
    assert_int_equal(done.leaves, 99);
    free(data);
}

/* The signer remembers another history: the copy is signed by the log's key and does not help. */
static void another_history_is_refused(void **state)
{
    struct world *w = *state;

    w->from.registry = w->copy;
    w->from.last_registry.head.root[3] ^= 1;
    expect_refused(w, ERR_SIGNATURE, "");
    w->from.last_registry.head.size = 1;
    expect_refused(w, ERR_SIGNATURE, "");
}

/* A store that is restored with it honours the revocation, and goes on. */
static void the_revocation_is_honoured(void **state)
{
    struct world *w = *state;
    struct hub_backup_done done;
    struct trouble t = { 0 };
    uint8_t original[2048];
    struct proto_msg m;

    w->from.registry = w->copy;
    hub_world_core_close(&w->f->w);
    assert_err(hub_backup_complete(&w->from, w->old, &done, &t), OK);
    (void)snprintf(w->lost, sizeof w->lost, "%s/lost", w->f->w.home);
    assert_int_equal(rename(w->f->w.paths[0], w->lost), 0);
    assert_int_equal(rename(w->old, w->f->w.paths[0]), 0);
    hub_world_core_open(&w->f->w);
    hub_acts_facts(w->f, B, A, original, &m);
    hub_acts_expect(w->f, &m, B, PROTO_REVOKED);
    assert_non_null(proto_region_partner(w->f->w.core->region, w->f->w.partner[D].id));
    /* The copy for the other roles is written anew. */
    assert_int_equal(access(w->f->w.paths[6], F_OK), 0);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    static const struct CMUnitTest tests[] = {
        T(without_a_copy_it_is_refused), T(with_a_copy_it_is_whole), T(the_copy_in_the_mirror_does), T(the_copy_in_the_home_does),
        T(a_copy_that_is_too_old_is_refused), T(a_copy_that_is_not_there_is_named), T(no_byte_of_a_copy_can_be_changed),
        T(no_part_of_a_copy_is_enough), T(another_history_is_refused), T(the_revocation_is_honoured),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
