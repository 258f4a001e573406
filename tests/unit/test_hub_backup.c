/* hub/backup: a store from a backup becomes whole with a copy of the log, or is refused. */
#include "support/check.h"
#include "support/hub_acts.h"

#include "base/file.h"
#include "hub/backup.h"
#include "hub/home.h"

#include <sodium.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

struct world { struct hub_acts *f; char old[160], mirror[160]; struct hub_signed last; uint64_t leaves; };

static void facts(struct hub_acts *f, int count)
{
    uint8_t original[2048];
    struct proto_msg m;

    for (int i = 0; i < count; i++) {
        hub_acts_facts(f, A, B, original, &m);
        hub_acts_expect(f, &m, A, PROTO_ACCEPTED);
    }
}

static void export_to(struct world *w)
{
    struct trouble t = { 0 };
    struct hub_cli cli = { .home = w->f->w.home, .argument = w->mirror, .t = &t };

    cli.reply = cJSON_CreateObject();
    assert_err(hub_cmd_export(&cli), OK);
    cJSON_Delete(cli.reply);
}

static void read_last(struct world *w)
{
    char path[256];

    assert_err(hub_home_path(w->f->w.home, "signer/last", path, NULL), OK);
    assert_err(hub_signer_read(path, &w->last, NULL), OK);
}

/* A backup of the store, three acts later, a copy of the log. */
static int setup(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    void *acts = NULL;

    assert_int_equal(hub_acts_setup(&acts), 0);
    w->f = acts;
    (void)snprintf(w->old, sizeof w->old, "%s/old", w->f->w.home);
    (void)snprintf(w->mirror, sizeof w->mirror, "%s/mirror", w->f->w.home);
    facts(w->f, 2);
    assert_err(kv_backup(w->f->w.core->kv, w->old), OK);
    w->leaves = hub_ledger_size(w->f->w.core->ledger);
    facts(w->f, 3);
    export_to(w);
    read_last(w);
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

static enum err complete(struct world *w, const char *mirror, uint64_t *added)
{
    struct hub_backup_sources from = { .home = w->f->w.home, .mirror = mirror, .last = w->last };
    struct hub_backup_done done;
    struct trouble t = { 0 };
    enum err e = hub_signer_read(w->f->w.paths[5], &from.last_registry, NULL);

    assert_err(e, OK);
    e = hub_backup_complete(&from, w->old, &done, &t);
    if (e == OK)
        *added = done.leaves_added;
    return e;
}

static uint64_t size_of(const struct world *w)
{
    struct hub_ledger *l = NULL;
    struct kv *kv = NULL;
    uint64_t size;

    assert_err(kv_open(w->old, 1 << 26, &kv, NULL), OK);
    assert_err(hub_ledger_open(kv, &l, NULL), OK);
    size = hub_ledger_size(l);
    hub_ledger_close(l);
    kv_close(kv);
    return size;
}

static uint64_t number_of(const struct world *w, int partner)
{
    struct hub_store_number *s = NULL;
    struct kv *kv = NULL;
    uint64_t number;

    assert_err(kv_open(w->old, 1 << 26, &kv, NULL), OK);
    assert_err(hub_store_number_open(kv, &s), OK);
    number = hub_store_number_last(s, w->f->w.partner[partner].id);
    hub_store_number_close(s);
    kv_close(kv);
    return number;
}

static void without_a_copy_it_is_refused(void **state)
{
    struct world *w = *state;
    uint64_t added = 99;

    assert_err(complete(w, NULL, &added), ERR_STATE);
    assert_int_equal(added, 99);
    assert_int_equal(size_of(w), w->leaves);
}

static void with_a_copy_it_is_whole(void **state)
{
    struct world *w = *state;
    uint64_t added = 0, before = number_of(w, A);

    assert_err(complete(w, w->mirror, &added), OK);
    assert_int_equal(added, 3);
    assert_int_equal(size_of(w), w->last.head.size);
    /* No number that the lost leaves can have had is given again: also not to who had none yet. */
    assert_int_equal(number_of(w, A), before + 3);
    assert_int_equal(number_of(w, C), 3);
    /* Once more changes nothing. */
    assert_err(complete(w, NULL, &added), OK);
    assert_int_equal(added, 0);
    assert_int_equal(number_of(w, A), before + 3);
}

static void a_changed_leaf_is_refused(void **state)
{
    struct world *w = *state;
    char path[256];
    uint8_t *data = NULL, *changed;
    size_t len = 0;
    uint64_t added = 99;

    (void)snprintf(path, sizeof path, "%s/tile/entries/000.p/%u", w->mirror, (unsigned)w->last.head.size);
    assert_err(file_read(path, 1 << 20, &data, &len, NULL), OK);
    changed = check_exact(data, len);
    changed[len - 40] ^= 1;
    assert_err(file_write(path, changed, len, 0644, NULL), OK);
    assert_err(complete(w, w->mirror, &added), ERR_SIGNATURE);
    assert_int_equal(added, 99);
    assert_int_equal(size_of(w), w->leaves);
    free(changed);
    free(data);
}

static void a_copy_that_is_too_short_is_refused(void **state)
{
    struct world *w = *state;
    char path[256];
    uint64_t added = 99;

    (void)snprintf(path, sizeof path, "%s/tile/entries/000.p/%u", w->mirror, (unsigned)w->last.head.size);
    assert_int_equal(unlink(path), 0);
    assert_err(complete(w, w->mirror, &added), ERR_NOTFOUND);
    assert_int_equal(size_of(w), w->leaves);
}

/* As many leaves, but of another log. */
static void a_store_of_another_log_is_refused(void **state)
{
    struct world *w = *state;
    uint64_t added = 99;

    w->last.head.size = w->leaves;
    assert_err(complete(w, NULL, &added), ERR_SIGNATURE);
    assert_int_equal(added, 99);
}

/* The day's key is in no backup: another one would make wrong seeds, and so wrong receipts. */
static void the_seeds_of_its_leaves_are_not_made_again(void **state)
{
    struct world *w = *state;
    struct hub_core *c = w->f->w.core;
    struct hub_leaf_sides sides;
    struct hub_act_row row;
    struct kv_txn *x = NULL;

    assert_err(kv_begin(c->kv, false, &x), OK);
    assert_err(hub_store_act_get(c->acts, x, w->leaves, &row), OK);
    kv_abort(x);
    assert_err(hub_answer_sides(c, &row, &sides), OK);
    c->seeds_from = w->leaves + 1;
    assert_err(hub_answer_sides(c, &row, &sides), ERR_NOTFOUND);
}

/* The signer's memory went with the home: the mirror says how long the log was, and without one nobody does. */
static void a_lost_memory_is_read_from_the_mirror(void **state)
{
    struct world *w = *state;
    struct hub_backup_sources from = { .home = w->f->w.home, .memory_is_old = true };
    struct hub_backup_done done = { .leaves = 99 };
    struct trouble t = { 0 };
    char path[256], copy[256];

    assert_err(hub_signer_read(w->f->w.paths[5], &from.last_registry, NULL), OK);
    assert_err(hub_backup_complete(&from, w->old, &done, &t), ERR_STATE);
    assert_non_null(strstr(t.text, "--mirror"));
    from.mirror = w->mirror;
    (void)snprintf(path, sizeof path, "%s/registry", w->mirror);
    (void)snprintf(copy, sizeof copy, "%s/copy", w->f->w.home);
    assert_int_equal(rename(path, copy), 0);
    t = (struct trouble){ 0 };
    assert_err(hub_backup_complete(&from, w->old, &done, &t), ERR_STATE);
    assert_non_null(strstr(t.text, "--registry"));
    assert_int_equal(done.leaves, 99);
    assert_int_equal(size_of(w), w->leaves);
    from.registry = copy;
    assert_err(hub_backup_complete(&from, w->old, &done, &t), OK);
    assert_int_equal(done.leaves, w->last.head.size);
    assert_int_equal(done.leaves_added, 3);
}

/* A checkpoint that another key signed says nothing about this log. */
static void a_mirror_of_another_log_is_refused(void **state)
{
    struct world *w = *state;
    const struct hub_backup_sources from = { .home = w->f->w.home, .mirror = w->mirror, .memory_is_old = true };
    struct hub_backup_done done = { .leaves = 99 };
    char path[256];
    struct trouble t = { 0 };
    uint8_t *data = NULL;
    size_t len = 0;

    (void)snprintf(path, sizeof path, "%s/checkpoint", w->mirror);
    assert_err(file_read(path, 4096, &data, &len, NULL), OK);
    data[len - 4] = data[len - 4] == 'A' ? 'B' : 'A';
    assert_err(file_write(path, data, len, 0644, NULL), OK);
    assert_err(hub_backup_complete(&from, w->old, &done, &t), ERR_SIGNATURE);
    assert_int_equal(done.leaves, 99);
    assert_int_equal(size_of(w), w->leaves);
    free(data);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    static const struct CMUnitTest tests[] = {
        T(without_a_copy_it_is_refused), T(with_a_copy_it_is_whole), T(a_changed_leaf_is_refused), T(a_copy_that_is_too_short_is_refused),
        T(a_store_of_another_log_is_refused), T(the_seeds_of_its_leaves_are_not_made_again),
        T(a_lost_memory_is_read_from_the_mirror), T(a_mirror_of_another_log_is_refused),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
