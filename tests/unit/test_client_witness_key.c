/* client/witness_key: the node's key as a witness is changed by the registry (P-200), and what the new one begins with. */
#include "tests/support/captured.h"
#include "tests/support/registry_world.h"

#include "proto/region_witness.h"

enum { NEXT_SEED = 71, FOREIGN_SEED = 72 };

/* The hub folds over the same witnesses as the node. */
static int with_witnesses(void **state)
{
    assert_int_equal(setup(state), 0);
    memcpy(w.hub.region.r.witness, w.n->region.witness, sizeof w.n->region.witness);
    w.hub.region.r.witness_count = w.n->region.witness_count;
    return 0;
}

static struct proto_note_key key_of(uint8_t seed)
{
    uint8_t public[32], secret[64];
    struct proto_note_key k;

    region_sample_key(seed, public, secret);
    assert_err(proto_note_key_make(w.n->me->handle, PROTO_NOTE_COSIGNATURE, public, &k), OK);
    return k;
}

/* The sample's number of the node's partner, and the signers of a statement: it and another, or it alone. */
static size_t ours(void)
{
    size_t i = 0;

    while (i < SAMPLE_PARTNERS && strcmp(w.hub.region.handle[i], w.n->me->handle) != 0)
        i++;
    assert_in_range(i, 0, SAMPLE_PARTNERS - 1);
    return i;
}

static const char *signers(bool alone)
{
    static const char *const with_another[] = {"01", "10", "20"}, *const one[] = {"0", "1", "2"};

    return alone ? one[ours()] : with_another[ours()];
}

/* Another key in our place, with heads that it must hold to. Two partners say so: that is judged elsewhere. */
static void name_key(uint8_t seed, uint64_t seen, uint64_t statements)
{
    struct proto_registry_say s = registry_say(&w.hub, PROTO_REG_WITNESS, ours());
    struct proto_note_key k = key_of(seed);
    struct registry_note n;

    memcpy(s.key, w.s.key[US].key, sizeof s.key);
    proto_note_key_encode(&k, s.witness);
    s.seen = seen;
    s.statements = statements;
    n = registry_signed(&w.hub, &s, signers(false));
    assert_err(proto_registry_leaf(REGISTRY_NOW, n.data, n.len, w.leaf[w.count], sizeof w.leaf[0], &w.len[w.count]), OK);
    assert_int_equal(registry_put(w.hub.r, &n, REGISTRY_NOW), PROTO_REG_COUNTS);
    proto_merkle_leaf(w.leaf[w.count], w.len[w.count], w.tree.leaf[w.count]);
    w.tree.size = ++w.count;
    give_leaves();
    client_witness_key_step(w.n);
}

static void wait_with(uint8_t seed)
{
    uint8_t public[32], secret[64];
    struct secret *key = NULL;

    region_sample_key(seed, public, secret);
    assert_err(secret_take(secret, sizeof secret, &key), OK);
    client_witness_next(w.n, key, public);
}

static struct witness_log *main_log(void) { return &w.n->witness->log[WITNESS_MAIN]; }
static struct witness_log *registry_log(void) { return &w.n->witness->log[WITNESS_REGISTRY]; }

static bool has_key(const struct proto_note_key *k)
{
    return memcmp(w.n->witness->vkey.key, k->key, sizeof k->key) == 0;
}

/* ---- going over ---- */

static void the_next_key_waits_for_the_registry(void **state)
{
    struct proto_note_key next = key_of(NEXT_SEED);

    (void)state;
    wait_with(NEXT_SEED);
    assert_true(has_key(&w.s.key[US]));
    assert_true(client_witness_may_sign(w.n, main_log()));
    assert_non_null(client_witness_key_text(w.n, LANG_EN));
    name_key(NEXT_SEED, 0, 0);
    assert_true(has_key(&next));
    assert_null(w.n->witness->next);
    assert_true(client_witness_may_sign(w.n, main_log()));
    assert_null(client_witness_key_text(w.n, LANG_EN));
}

static void a_key_that_was_named_before_the_start_is_taken_at_it(void **state)
{
    struct proto_note_key next = key_of(NEXT_SEED);

    (void)state;
    name_key(NEXT_SEED, 0, 0);
    assert_false(client_witness_may_sign(w.n, main_log()));
    wait_with(NEXT_SEED);
    assert_true(has_key(&next));
    assert_true(client_witness_may_sign(w.n, main_log()));
}

static void another_next_key_is_not_taken(void **state)
{
    (void)state;
    wait_with(FOREIGN_SEED);
    name_key(NEXT_SEED, 0, 0);
    assert_true(has_key(&w.s.key[US]));
    assert_false(client_witness_may_sign(w.n, main_log()));
}

/* ---- a key that does not count ---- */

static void who_was_replaced_signs_no_more_and_says_so(void **state)
{
    struct client_witness_status s;
    size_t others = w.n->witness->others;

    (void)state;
    name_key(NEXT_SEED, 0, 0);
    client_witness_status(w.n, &s);
    assert_false(s.cosigns);
    assert_non_null(strstr(client_witness_key_text(w.n, LANG_EN), "cosigns no more"));
    assert_non_null(strstr(client_witness_key_text(w.n, LANG_NL), "medeondertekent niet meer"));
    assert_int_equal(w.n->witness->others, others);
}

static void who_was_revoked_signs_no_more(void **state)
{
    struct proto_registry_say s = registry_say(&w.hub, PROTO_REG_REVOKE, ours());
    struct registry_note n;

    (void)state;
    memcpy(s.key, w.s.key[US].key, sizeof s.key);
    n = registry_signed(&w.hub, &s, signers(true));
    assert_err(proto_registry_leaf(REGISTRY_NOW, n.data, n.len, w.leaf[0], sizeof w.leaf[0], &w.len[0]), OK);
    assert_int_equal(registry_put(w.hub.r, &n, REGISTRY_NOW), PROTO_REG_COUNTS);
    w.count = 1;
    assert_true(client_witness_may_sign(w.n, main_log()));
    give_leaves();
    client_witness_key_step(w.n);
    assert_false(client_witness_may_sign(w.n, main_log()));
}

/* ---- what the new one begins with ---- */

static void a_lost_memory_begins_at_what_others_saw(void **state)
{
    (void)state;
    main_log()->busy = false;
    wait_with(NEXT_SEED);
    name_key(NEXT_SEED, 40, 7);
    assert_int_equal(main_log()->known.seen.size, 40);
    assert_int_equal(main_log()->known.seen.root[0], 0x44);
    assert_int_equal(registry_log()->known.seen.size, 7);
    assert_int_equal(registry_log()->known.seen.root[0], 0x55);
}

static void what_is_remembered_stays_when_it_is_more(void **state)
{
    (void)state;
    main_log()->busy = false;
    main_log()->known.seen.size = 41;
    memset(main_log()->known.seen.root, 0x66, PROTO_HASH_LEN);
    wait_with(NEXT_SEED);
    name_key(NEXT_SEED, 40, 7);
    assert_int_equal(main_log()->known.seen.size, 41);
    assert_int_equal(main_log()->known.seen.root[0], 0x66);
}

/* An answer under way was asked from what was known before. */
static void nothing_is_signed_before_it_holds_to_it(void **state)
{
    (void)state;
    wait_with(NEXT_SEED);
    name_key(NEXT_SEED, 40, 0);
    assert_int_equal(main_log()->known.seen.size, 0);
    assert_false(client_witness_may_sign(w.n, main_log()));
    main_log()->busy = false;
    client_witness_key_step(w.n);
    assert_int_equal(main_log()->known.seen.size, 40);
    assert_true(client_witness_may_sign(w.n, main_log()));
}

static void a_log_that_it_left_it_does_not_cosign_under_a_new_key(void **state)
{
    (void)state;
    main_log()->busy = false;
    main_log()->retired = true;
    wait_with(NEXT_SEED);
    name_key(NEXT_SEED, 40, 0);
    assert_false(client_witness_may_sign(w.n, main_log()));
    assert_int_equal(main_log()->known.seen.size, 0);
}

static void heads_of_an_origin_of_before_bind_no_more(void **state)
{
    (void)state;
    main_log()->busy = false;
    wait_with(NEXT_SEED);
    w.n->witness->changes = UINT32_MAX;
    name_key(NEXT_SEED, 0, 0);
    w.n->region.witness[US].log_number = 2;
    w.n->region.witness[US].seen.size = 40;
    client_witness_settle(w.n);
    assert_int_equal(main_log()->known.seen.size, 0);
}

/* ---- what it signs, and what it says that it holds to ---- */

static void it_signs_nothing_for_before_it_counted(void **state)
{
    uint64_t now_s = clock_now_s();

    (void)state;
    w.n->witness->since_s = now_s + 60;
    assert_int_equal(client_witness_time(w.n), now_s + 60);
    /* A hub with a strange clock does not make us sign a day to come. */
    w.n->witness->since_s = now_s + 86400;
    assert_in_range(client_witness_time(w.n), now_s, clock_now_s());
}

/* ---- what the log and people are told ---- */

/* Whether this is in the log when the witness heeds a line, or settles. */
static bool logs(const struct proto_cosigned *c, const char *text)
{
    struct captured log = captured_begin(stderr);
    char *said;
    bool has;

    if (c != NULL)
        client_witness_heed_stale(w.n, c);
    else
        client_witness_settle(w.n);
    said = captured_end(&log);
    has = strstr(said, text) != NULL;
    free(said);
    return has;
}

/* Somebody goes on with a key of before: whose it was is told by name, while it happens, and not with each line. */
static void who_goes_on_with_a_key_of_before_is_named(void **state)
{
    uint64_t now_s = clock_now_s();
    struct proto_cosigned c = {.stale = OTHER, .stale_s = now_s};
    char name[PROTO_NOTE_NAME_MAX + 1], line[sizeof name + 64];

    (void)state;
    proto_region_witness_name(&w.n->region, OTHER, name);
    (void)snprintf(line, sizeof line, "cosigned-under-a-key-of-before witness=%s\n", name);
    c.stale_s = 0;
    assert_false(logs(&c, "cosigned"));
    c.stale_s = now_s - 601;
    assert_false(logs(&c, "cosigned"));
    c.stale_s = now_s - 500;
    assert_true(logs(&c, line));
    assert_false(logs(&c, "cosigned"));
    w.n->witness->stale_said_s -= 601;
    assert_true(logs(&c, line));
}

static void a_key_that_counts_no_more_is_told_once(void **state)
{
    (void)state;
    assert_false(logs(NULL, "counts-no-more"));
    name_key(NEXT_SEED, 0, 0);
    w.n->witness->replaced = false;
    assert_true(logs(NULL, "counts-no-more"));
    assert_false(logs(NULL, "counts-no-more"));
}

static void people_read_of_the_key_that_waits(void **state)
{
    (void)state;
    assert_null(client_witness_key_text(w.n, LANG_NL));
    wait_with(NEXT_SEED);
    assert_non_null(strstr(client_witness_key_text(w.n, LANG_NL), "nieuwe getuigesleutel wacht"));
    assert_non_null(strstr(client_witness_key_text(w.n, LANG_EN), "new witness key waits"));
}

/* Who is the only witness has nobody to wait for; under whichever name or key of ours, we are not another. */
static void we_are_not_another(void **state)
{
    struct proto_note_key renamed = w.s.key[US];
    uint8_t all = w.n->region.witness_count;

    (void)state;
    assert_int_equal(w.n->witness->others, all - 1);
    w.n->region.witness_count = 1;
    client_witness_key_step(w.n);
    assert_int_equal(w.n->witness->others, 0);
    /* Another key in our place. */
    name_key(NEXT_SEED, 0, 0);
    assert_int_equal(w.n->witness->others, 0);
    /* Our key in a place of another name. */
    assert_err(proto_note_key_make("elsewhere.example", PROTO_NOTE_COSIGNATURE, w.s.key[US].key, &renamed), OK);
    proto_note_key_encode(&renamed, w.n->region.witness[US].vkey);
    client_witness_settle(w.n);
    assert_int_equal(w.n->witness->others, 0);
    w.n->region.witness_count = all;
    client_witness_key_step(w.n);
    assert_int_equal(w.n->witness->others, all - 1);
}

static void its_lines_begin_when_its_key_does(void **state)
{
    (void)state;
    assert_int_equal(w.n->witness->since_s, 0);
    wait_with(NEXT_SEED);
    name_key(NEXT_SEED, 0, 0);
    assert_int_equal(w.n->witness->since_s, REGISTRY_NOW);
}

static void what_it_holds_to_can_be_asked(void **state)
{
    static const uint8_t empty[4] = {0xe3, 0xb0, 0xc4, 0x42};
    struct proto_merkle_head log, registry;

    (void)state;
    registry_log()->known.seen.size = 3;
    memset(registry_log()->known.seen.root, 0x21, PROTO_HASH_LEN);
    assert_true(client_witness_held(w.n, &log, &registry));
    assert_int_equal(log.size, 0);
    assert_memory_equal(log.root, empty, sizeof empty);
    assert_int_equal(registry.size, 3);
    assert_int_equal(registry.root[0], 0x21);
    w.n->link->forked = true;
    assert_false(client_witness_held(w.n, &log, &registry));
    w.n->link->forked = false;
}

#define ROW(f) cmocka_unit_test_setup_teardown(f, with_witnesses, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROW(the_next_key_waits_for_the_registry), ROW(a_key_that_was_named_before_the_start_is_taken_at_it), ROW(another_next_key_is_not_taken),
        ROW(who_was_replaced_signs_no_more_and_says_so), ROW(who_was_revoked_signs_no_more), ROW(a_lost_memory_begins_at_what_others_saw),
        ROW(what_is_remembered_stays_when_it_is_more), ROW(nothing_is_signed_before_it_holds_to_it),
        ROW(a_log_that_it_left_it_does_not_cosign_under_a_new_key), ROW(heads_of_an_origin_of_before_bind_no_more),
        ROW(it_signs_nothing_for_before_it_counted), ROW(what_it_holds_to_can_be_asked),
        ROW(who_goes_on_with_a_key_of_before_is_named), ROW(a_key_that_counts_no_more_is_told_once), ROW(people_read_of_the_key_that_waits),
        ROW(we_are_not_another), ROW(its_lines_begin_when_its_key_does),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests_name("the witness's key", tests, NULL, NULL);
}
