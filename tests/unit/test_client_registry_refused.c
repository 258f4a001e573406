/* client/receipt: what a hub's bare no does to a statement for the registry. A revocation stays, as a withdrawal does. */
#include "tests/support/registry_world.h"

#include "client/hublink_parts.h"
#include "client/outbox.h"
#include "client/registry_own.h"

static void put(const struct registry_note *n)
{
    struct proto_msg m = {.kind = PROTO_REGISTRY, .original = {n->data, n->len}};
    struct vault_txn *x = client_fixture_begin(w.h->f, VO);

    assert_err(client_outbox_put(w.n, x, &m, NULL, NULL), OK);
    client_fixture_commit(x);
}

/* Made now: the sample's statements are of 1970. */
static struct registry_note said_now(enum proto_registry_act act, size_t about, const char *by)
{
    struct proto_registry_say s = registry_say(&w.hub, act, about);

    s.made_s = s.from_s = w.now_s;
    s.before_s = w.now_s + 86400;
    s.until_s = act == PROTO_REG_ADMIT || act == PROTO_REG_QUOTA ? w.now_s + 86400 : 0;
    return registry_signed(&w.hub, &s, by);
}

/* Sent and refused, without a leaf. How many are still in the outbox. */
static size_t left_after(const struct registry_note *n, enum proto_refusal r)
{
    struct hub_played_msg *m;

    for (uint64_t until = clock_mono_ms() + WAIT_MS; clock_mono_ms() < until && !client_link_is_up(w.n);)
        turn(10);
    w.n->link->registry_wait_ms = 0;   /* what there is of the registry is here */
    put(n);
    m = await(PROTO_REGISTRY, 0);
    hub_played_refuse(w.h, m, r);
    for (uint64_t until = clock_mono_ms() + WAIT_MS; clock_mono_ms() < until && w.n->link->in_flight != 0;)
        turn(10);
    assert_int_equal(w.n->link->in_flight, 0);
    return w.n->link->item_count;
}

static void a_revocation_is_not_dropped_on_the_hubs_word(void **state)
{
    static const enum proto_refusal no[] = { PROTO_DENIED, PROTO_MALFORMED, PROTO_NOT_FOUND, PROTO_WRONG_STATE };
    struct registry_note n;

    (void)state;
    for (size_t i = 0; i < sizeof no / sizeof *no; i++) {
        n = said_now(PROTO_REG_REVOKE, 1, "02");
        assert_int_equal(left_after(&n, no[i]), i + 1);
        assert_true(w.n->link->item[i].refused);
    }
}

static void nor_is_another_root_key(void **state)
{
    struct registry_note n = said_now(PROTO_REG_ROOT, 1, "02");

    (void)state;
    assert_int_equal(left_after(&n, PROTO_DENIED), 1);
}

/* What this node itself knows to be void the hub refuses rightly. */
static void what_cannot_count_goes(void **state)
{
    struct registry_note n = said_now(PROTO_REG_REVOKE, 1, "0");

    (void)state;
    assert_int_equal(left_after(&n, PROTO_DENIED), 0);
    say(PROTO_REG_REVOKE, 2);
    give_leaves();
    n = said_now(PROTO_REG_REVOKE, 2, "01");
    assert_int_equal(left_after(&n, PROTO_DENIED), 0);
}

static void what_stops_nothing_goes(void **state)
{
    struct registry_note n = said_now(PROTO_REG_QUOTA, 1, "02");

    (void)state;
    assert_int_equal(left_after(&n, PROTO_DENIED), 0);
}

static void refused_for(uint8_t id, uint8_t why)
{
    struct proto_msg m = {.kind = PROTO_REGISTRY};
    struct proto_reply reply = {.payload = {&why, 1}};
    const struct client_receipt_event e = {.msg = &m, .reply = &reply};

    memset(m.head.id, id, sizeof m.head.id);
    assert_err(client_registry_on_refused(w.n, NULL, &e), OK);
}

static enum proto_registry_why reason_of(uint8_t id)
{
    uint8_t about[PROTO_ID_LEN];

    memset(about, id, sizeof about);
    return client_registry_refused(w.n, about);
}

/* What stays is refused at each of its retries: the reasons of others stay known meanwhile, and its own is the last that came. */
static void a_retry_takes_no_reason_of_another_away(void **state)
{
    (void)state;
    refused_for(1, PROTO_REG_EXISTS);
    for (size_t i = 0; i < CLIENT_REGISTRY_REFUSED + 1; i++)
        refused_for(2, i == 0 ? PROTO_REG_EXPIRED : PROTO_REG_ALREADY);
    assert_int_equal(reason_of(1), PROTO_REG_EXISTS);
    assert_int_equal(reason_of(2), PROTO_REG_ALREADY);
    for (uint8_t id = 3; id <= CLIENT_REGISTRY_REFUSED; id++)
        refused_for(id, PROTO_REG_OWN);
    assert_int_equal(reason_of(1), PROTO_REG_EXISTS);
    refused_for(CLIENT_REGISTRY_REFUSED + 1, PROTO_REG_OWN);
    assert_int_equal(reason_of(1), PROTO_REG_COUNTS);
    assert_int_equal(reason_of(2), PROTO_REG_ALREADY);
}

/* After a day `status` says it, as of a withdrawal. */
static void it_is_told_after_a_day(void **state)
{
    struct registry_note n = said_now(PROTO_REG_REVOKE, 1, "02");
    struct vault_txn *x;
    uint64_t count = 7;

    (void)state;
    assert_int_equal(left_after(&n, PROTO_DENIED), 1);
    x = client_fixture_begin(w.h->f, VO);
    assert_err(client_outbox_late_ends(x, clock_now_s(), &count), OK);
    assert_int_equal(count, 0);
    assert_err(client_outbox_late_ends(x, clock_now_s() + 86401, &count), OK);
    assert_int_equal(count, 1);
    client_fixture_commit(x);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_revocation_is_not_dropped_on_the_hubs_word), TEST(nor_is_another_root_key), TEST(what_cannot_count_goes), TEST(what_stops_nothing_goes),
        TEST(a_retry_takes_no_reason_of_another_away), TEST(it_is_told_after_a_day),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests_name("client/registry refused", tests, NULL, NULL);
}
