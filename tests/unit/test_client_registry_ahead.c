/* client/registry: a statement that the hub dates ahead, with a partner who made it so, would void every revocation until then (P-191). */
#include "tests/support/hub_folder.h"
#include "tests/support/registry_world.h"

#include "base/file.h"

#include <stdio.h>
#include <unistd.h>

/* The hub appends what one partner adopts, made and dated so that it counts. */
static void adopts_at(uint64_t at_s)
{
    struct proto_registry_say s = registry_say(&w.hub, PROTO_REG_PACK, 0);
    struct registry_note n;

    s.made_s = at_s;
    s.before_s = at_s + 86400;
    memset(s.digest, (int)w.count + 1, sizeof s.digest);
    n = registry_signed(&w.hub, &s, "1");
    assert_err(proto_registry_leaf(at_s, n.data, n.len, w.leaf[w.count], sizeof w.leaf[0], &w.len[w.count]), OK);
    assert_int_equal(registry_put(w.hub.r, &n, at_s), PROTO_REG_COUNTS);
    w.count++;
}

static enum err take(void)
{
    uint8_t copy[32768];
    size_t len = copy_from((size_t)proto_registry_size(client_registry_fold(w.n)), copy, sizeof copy);

    return client_registry_take(w.n, copy, len);
}

/* Why it matters: behind it no revocation counts, in the fold of whoever took it. */
static void behind_it_nobody_could_be_revoked(void **state)
{
    struct proto_registry_say s = registry_say(&w.hub, PROTO_REG_REVOKE, 1);
    struct registry_note n;

    (void)state;
    s.made_s = s.from_s = w.now_s;
    s.before_s = w.now_s + 86400;
    n = registry_signed(&w.hub, &s, "02");
    adopts_at(w.now_s + UINT64_C(10) * 365 * 86400);
    assert_int_equal(proto_registry_judge(w.hub.r, n.data, n.len, w.now_s, NULL), PROTO_REG_EXPIRED);
    assert_err(take(), ERR_EXPIRED);
    assert_int_equal(proto_registry_size(client_registry_fold(w.n)), 0);
    assert_int_equal(proto_registry_judge(client_registry_fold(w.n), n.data, n.len, w.now_s, NULL), PROTO_REG_COUNTS);
}

/* Nothing was confirmed of what is here, so nothing is given, and people hear why. */
static void it_is_said_and_nothing_is_given(void **state)
{
    (void)state;
    (void)offer(w.now_s, w.now_s);
    take_line(false);
    assert_false(stops(PROTO_GRANT));
    adopts_at(w.now_s + PROTO_REGISTRY_AHEAD_S + 3600);
    assert_err(take(), ERR_EXPIRED);
    assert_err(take(), ERR_EXPIRED);
    w.n->witness->log[WITNESS_REGISTRY].other_s = w.now_s - CLIENT_WITNESS_FRESH_S;
    assert_true(stops(PROTO_GRANT));
    assert_false(stops(PROTO_STATEMENT));
    assert_non_null(strstr(said(), "still to come"));
}

/* Clocks are apart. */
static void a_few_minutes_are_no_future(void **state)
{
    (void)state;
    adopts_at(w.now_s + PROTO_REGISTRY_AHEAD_S - 60);
    assert_err(take(), OK);
    assert_int_equal(proto_registry_size(client_registry_fold(w.n)), 1);
    assert_false(client_registry_is_ahead(w.n));
}

/* One of the past goes before it in the same answer: neither is taken, and the first is once the hub gives it alone. */
static void what_comes_before_it_waits_with_it(void **state)
{
    uint8_t copy[32768];
    size_t len;

    (void)state;
    adopts_at(w.now_s - 100);
    len = copy_from(0, copy, sizeof copy);
    adopts_at(w.now_s + 10 * PROTO_REGISTRY_AHEAD_S);
    assert_err(take(), ERR_EXPIRED);
    assert_int_equal(proto_registry_size(client_registry_fold(w.n)), 0);
    assert_err(client_registry_take(w.n, copy, len), OK);
    assert_int_equal(proto_registry_size(client_registry_fold(w.n)), 1);
}

/* What the hub did not sign it does not show. */
static void what_is_not_proven_is_no_statement_of_the_hub(void **state)
{
    (void)state;
    adopts_at(w.now_s + 10 * PROTO_REGISTRY_AHEAD_S);
    w.leaf[0][w.len[0] - 5] ^= 1;
    assert_err(take(), ERR_SIGNATURE);
    assert_false(client_registry_is_ahead(w.n));
    w.leaf[0][w.len[0] - 5] ^= 1;
    assert_err(take(), ERR_EXPIRED);
    assert_true(client_registry_is_ahead(w.n));
}

/* A leaf that the hub appends beside the rules, years ahead. */
static void appends_void(const struct registry_note *n, enum proto_registry_why why)
{
    uint64_t at_s = w.now_s + UINT64_C(10) * 365 * 86400;

    assert_err(proto_registry_leaf(at_s, n->data, n->len, w.leaf[w.count], sizeof w.leaf[0], &w.len[w.count]), OK);
    assert_int_equal(registry_put(w.hub.r, n, at_s), why);
    w.count++;
}

/* In parts too, whichever of them has it: they are judged when all are proven. The last has none that could count. */
static void nor_is_one_in_an_earlier_part_taken(void **state)
{
    struct registry_note junk = {.len = 5, .data = "junk\n"};
    uint8_t first[32768], second[32768];
    size_t first_len, second_len;

    (void)state;
    adopts_at(w.now_s + 10 * PROTO_REGISTRY_AHEAD_S);
    appends_void(&junk, PROTO_REG_MALFORMED);
    w.count = 1;
    first_len = copy_from(0, first, sizeof first);
    w.count = 2;
    second_len = copy_from(1, second, sizeof second);
    assert_err(client_registry_take(w.n, first, first_len), ERR_SHORT);
    assert_false(client_registry_is_ahead(w.n));
    assert_err(client_registry_take(w.n, second, second_len), ERR_EXPIRED);
    assert_true(client_registry_is_ahead(w.n));
    assert_int_equal(proto_registry_size(client_registry_fold(w.n)), 0);
}

/* What counts in no fold moves no time: the revocation behind it is taken, at once. */
static void a_void_one_keeps_nothing_back(void **state)
{
    struct registry_note junk = {.len = 5, .data = "junk\n"}, n;
    struct proto_registry_say s = registry_say(&w.hub, PROTO_REG_QUOTA, 1);

    (void)state;
    appends_void(&junk, PROTO_REG_MALFORMED);
    n = registry_signed(&w.hub, &s, "02");
    appends_void(&n, PROTO_REG_EXPIRED);
    memset(s.region, 7, sizeof s.region);
    n = registry_signed(&w.hub, &s, "02");
    appends_void(&n, PROTO_REG_OTHER_REGION);
    say(PROTO_REG_REVOKE, 2);
    assert_err(take(), OK);
    assert_int_equal(proto_registry_size(client_registry_fold(w.n)), 4);
    assert_true(w.n->region.partner[2].revoked);
    assert_false(client_registry_is_ahead(w.n));
}

/* Who may sign is known only when all before it is folded: one by nobody who may is waited for, as one that counts. */
static void one_that_a_stranger_signed_is_waited_for(void **state)
{
    struct proto_registry_say s = registry_say(&w.hub, PROTO_REG_QUOTA, 1);
    struct registry_note n;

    (void)state;
    s.made_s = w.now_s;
    s.before_s = w.now_s + UINT64_C(20) * 365 * 86400;
    n = registry_signed(&w.hub, &s, "0");
    appends_void(&n, PROTO_REG_ONE_SIGNER);
    assert_err(take(), ERR_EXPIRED);
    assert_int_equal(proto_registry_size(client_registry_fold(w.n)), 0);
}

/* The copy of the welcome, at a machine with a slow clock: a new welcome would not help. */
static void a_welcome_of_the_future_is_about_the_clock(void **state)
{
    struct hub_folder folder;
    struct trouble t = {0};
    uint8_t copy[32768];
    char path[96];
    size_t len;

    (void)state;
    adopts_at(w.now_s + 10 * PROTO_REGISTRY_AHEAD_S);
    len = copy_from(0, copy, sizeof copy);
    hub_folder_open(&folder);
    (void)snprintf(path, sizeof path, "%s/registry", folder.path);
    assert_err(file_write(path, copy, len, 0600, NULL), OK);
    client_registry_close(w.n->registry);
    w.n->registry = NULL;
    w.n->home = folder.path;
    assert_err(client_registry_open(w.n, &t), ERR_EXPIRED);
    w.n->home = "/nonexistent";
    assert_non_null(strstr(t.text, "clock"));
    assert_int_equal(proto_registry_size(client_registry_fold(w.n)), 0);
    assert_int_equal(unlink(path), 0);
    hub_folder_close(&folder);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(behind_it_nobody_could_be_revoked), TEST(it_is_said_and_nothing_is_given), TEST(a_few_minutes_are_no_future),
        TEST(what_comes_before_it_waits_with_it), TEST(what_is_not_proven_is_no_statement_of_the_hub), TEST(nor_is_one_in_an_earlier_part_taken),
        TEST(a_void_one_keeps_nothing_back), TEST(one_that_a_stranger_signed_is_waited_for),
        TEST(a_welcome_of_the_future_is_about_the_clock),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests_name("client/registry ahead", tests, NULL, NULL);
}
