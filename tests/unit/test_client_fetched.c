/* client/fetched over a real socket, with a hub that the test plays: what was handed over is asked about until it is read or over. */
#include "tests/support/check.h"
#include "tests/support/hub_played.h"

#include "client/desk_reply.h"
#include "client/desk_sent.h"
#include "client/fetched.h"

#include <sodium.h>

static int setup(void **state)
{
    return hub_played_setup(state, SOURCE_DIR "/policy/packs/nl-jeugd");
}

/* Handed over to leerplicht, with its receipt: a request of theirs, or an offer of ours. */
static struct client_desk handed_over(struct hub_played *h, uint8_t tag, bool offer)
{
    struct client_desk d = {.mine = offer, .offer = offer, .state = CLIENT_DESK_GRANTED, .child = client_fixture_child(1),
        .sections = client_fixture_sections("att"), .granted = client_fixture_sections("att")};
    struct proto_msg m = client_fixture_msg(h->f, PROTO_RELEASE, VO, LEERPLICHT);
    struct proto_reply reply = {.result = PROTO_ACCEPTED};
    const struct client_receipt_event e = {.msg = &m, .reply = &reply};
    struct vault_txn *x = client_fixture_begin(h->f, VO);

    memset(d.id, tag, sizeof d.id);
    memset(d.grant_id, tag + 1, sizeof d.grant_id);
    memcpy(d.other, h->f->partner[LEERPLICHT].id, sizeof d.other);
    memcpy(d.purpose, "att_followup", 13);
    d.access_until_s = h->f->now_s + 100 * DAY_S;
    memset(m.head.id, tag + 2, sizeof m.head.id);
    memcpy(m.refers, d.grant_id, sizeof m.refers);
    assert_err(client_desk_put(x, &d), OK);
    assert_err(client_sent_release(h->n, x, &e), OK);
    assert_err(client_desk_get(x, d.id, &d), OK);
    assert_int_equal(d.state, CLIENT_DESK_RELEASED);
    client_fixture_commit(x);
    return d;
}

static void turn(struct hub_played *h, uint64_t ms)
{
    for (uint64_t until = clock_mono_ms() + ms; clock_mono_ms() < until;) {
        client_fetched_step(h->n);
        hub_played_turn(h, 10);
    }
}

/* The question about this release; NULL when none comes in so long. */
static struct hub_played_msg *question_within(struct hub_played *h, uint8_t tag, uint64_t ms)
{
    for (uint64_t until = clock_mono_ms() + ms; clock_mono_ms() < until; turn(h, 10))
        for (size_t i = 0; i < h->count; i++)
            if (!h->in[i].answered && h->in[i].kind == PROTO_QUERY && h->in[i].msg.code == PROTO_QUERY_TAKEN
                && h->in[i].msg.refers[0] == tag + 2)
                return &h->in[i];
    return NULL;
}

static struct hub_played_msg *question(struct hub_played *h, uint8_t tag)
{
    return question_within(h, tag, HUB_PLAYED_MS);
}

static void answer(struct hub_played *h, uint8_t tag, uint8_t taken)
{
    struct hub_played_msg *m = question(h, tag);

    assert_non_null(m);
    hub_played_payload(h, m, (struct proto_blob){&taken, 1});
    turn(h, 50);
}

static uint64_t fetched_at(struct hub_played *h, const struct client_desk *d)
{
    struct vault_txn *x = client_fixture_begin(h->f, VO);
    uint64_t at_s = 77;

    assert_err(client_fetched_at(x, d, &at_s), OK);
    client_vault_abort(x);
    return at_s;
}

static uint64_t silent(struct hub_played *h, uint64_t now_s)
{
    struct vault_txn *x = client_fixture_begin(h->f, VO);
    uint64_t count = 77;

    assert_err(client_fetched_silent(x, now_s, &count), OK);
    client_vault_abort(x);
    return count;
}

static void put(struct hub_played *h, const struct client_desk *d)
{
    struct vault_txn *x = client_fixture_begin(h->f, VO);

    assert_err(client_desk_put(x, d), OK);
    client_fixture_commit(x);
}

/* As if the last question had been long ago. */
static void due(struct hub_played *h) { h->n->fetched.due_ms = 0; }

static void it_is_asked_until_it_was_fetched(void **state)
{
    struct hub_played *h = *state;
    struct client_desk d = handed_over(h, 0x10, false);
    uint64_t at_s;

    assert_int_equal(fetched_at(h, &d), 0);
    answer(h, 0x10, 0);
    assert_int_equal(fetched_at(h, &d), 0);
    due(h);
    answer(h, 0x10, 1);
    at_s = fetched_at(h, &d);
    assert_true(at_s != 0 && at_s <= clock_now_s());
    due(h);
    assert_null(question_within(h, 0x10, 1500));
    assert_int_equal(silent(h, at_s + CLIENT_FETCHED_SILENT_S - 1), 0);
    assert_int_equal(silent(h, at_s + CLIENT_FETCHED_SILENT_S), 1);
}

/* More than are asked about at once: none is left out because others wait for ever. */
static void all_have_their_turn(void **state)
{
    struct hub_played *h = *state;

    for (uint8_t i = 0; i < 20; i++)
        (void)handed_over(h, (uint8_t)(0x10 + 4 * i), false);
    for (uint8_t i = 0; i < 20; i++) {
        due(h);
        answer(h, (uint8_t)(0x10 + 4 * i), i < 19 ? 0 : 1);
    }
    assert_int_equal(silent(h, clock_now_s() + 8 * DAY_S), 1);
}

/* An answer of another kind is none. */
static void what_the_hub_does_not_say_is_asked_again(void **state)
{
    struct hub_played *h = *state;
    struct client_desk d = handed_over(h, 0x10, true);
    struct hub_played_msg *m = question(h, 0x10);

    assert_non_null(m);
    hub_played_payload(h, m, (struct proto_blob){(const uint8_t *)"\1\1", 2});
    turn(h, 50);
    due(h);
    answer(h, 0x10, 7);
    due(h);
    m = question(h, 0x10);
    assert_non_null(m);
    hub_played_refuse(h, m, PROTO_NOT_FOUND);
    turn(h, 50);
    assert_int_equal(fetched_at(h, &d), 0);
    due(h);
    answer(h, 0x10, 1);
    assert_int_not_equal(fetched_at(h, &d), 0);
}

/* Asked about, and gone before the answer came: it makes no row of what is not kept any more. */
static void an_answer_about_what_is_gone_keeps_nothing(void **state)
{
    struct hub_played *h = *state;
    struct client_desk d = handed_over(h, 0x10, false);
    struct vault_txn *x;

    assert_non_null(question(h, 0x10));
    x = client_fixture_begin(h->f, VO);
    assert_err(client_fetched_forget(x, d.id), OK);
    client_fixture_commit(x);
    answer(h, 0x10, 1);
    assert_int_equal(fetched_at(h, &d), 0);
    assert_int_equal(silent(h, clock_now_s() + 8 * DAY_S), 0);
}

/* Asked about, and handed over anew before the answer came: that was fetched is not said of the new one. */
static void an_answer_is_about_the_release_that_was_asked_about(void **state)
{
    struct hub_played *h = *state;
    struct client_desk d = handed_over(h, 0x10, false);
    const uint8_t anew[PROTO_ID_LEN] = {0x55};
    struct vault_txn *x;

    assert_non_null(question(h, 0x10));
    x = client_fixture_begin(h->f, VO);
    assert_err(client_fetched_wait(h->n, x, &d, anew), OK);
    client_fixture_commit(x);
    answer(h, 0x10, 1);
    assert_int_equal(fetched_at(h, &d), 0);
    due(h);
    answer(h, 0x55 - 2, 1);
    assert_int_not_equal(fetched_at(h, &d), 0);
}

/* Read or over: nobody waits for a word, and nothing of it is kept. */
static void what_was_read_is_not_silent(void **state)
{
    struct hub_played *h = *state;
    struct client_desk read = handed_over(h, 0x10, false), over = handed_over(h, 0x20, false), left = handed_over(h, 0x30, false);

    answer(h, 0x10, 1);
    answer(h, 0x20, 1);
    answer(h, 0x30, 1);
    assert_int_equal(silent(h, clock_now_s() + 8 * DAY_S), 3);
    read.state = CLIENT_DESK_OPENED;
    read.opened_s = h->f->now_s;
    put(h, &read);
    over.state = CLIENT_DESK_ENDED;
    put(h, &over);
    assert_int_equal(silent(h, clock_now_s() + 8 * DAY_S), 1);
    assert_int_equal(fetched_at(h, &read), 0);
    due(h);
    turn(h, 50);
    /* Also when it comes back to that state, as it cannot: the rows are gone. */
    read.state = CLIENT_DESK_RELEASED;
    read.opened_s = 0;
    put(h, &read);
    assert_int_equal(fetched_at(h, &read), 0);
    assert_int_not_equal(fetched_at(h, &left), 0);
}

/* The holder sees it, and from the seventh day on that nothing was heard. */
static void the_holder_sees_it(void **state)
{
    struct hub_played *h = *state;
    struct client_desk d = handed_over(h, 0x10, false);
    struct vault_txn *x;
    cJSON *obj = cJSON_CreateObject(), *later = cJSON_CreateObject(), *key;
    uint8_t row[1 + PROTO_ID_LEN] = {'F'}, value[PROTO_ID_LEN + 8] = {0};
    uint64_t long_ago = clock_now_s() - 9 * DAY_S;

    answer(h, 0x10, 1);
    x = client_fixture_begin(h->f, VO);
    client_reply_desk(obj, h->n, x, LANG_EN, &d);
    assert_non_null(cJSON_GetObjectItem(obj, "fetched"));
    assert_null(cJSON_GetObjectItem(obj, "silent_days"));
    memcpy(row + 1, d.id, PROTO_ID_LEN);
    for (size_t i = 0; i < 8; i++)
        value[PROTO_ID_LEN + i] = (uint8_t)(long_ago >> (56 - 8 * i));
    assert_err(client_vault_put(x, CLIENT_T_META, row, sizeof row, value, sizeof value), OK);
    client_reply_desk(later, h->n, x, LANG_EN, &d);
    key = cJSON_GetObjectItem(later, "silent_days");
    assert_non_null(key);
    assert_string_equal(key->valuestring, "9");
    client_vault_abort(x);
    cJSON_Delete(obj);
    cJSON_Delete(later);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, hub_played_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(it_is_asked_until_it_was_fetched), TEST(all_have_their_turn), TEST(what_the_hub_does_not_say_is_asked_again), TEST(what_was_read_is_not_silent),
        TEST(an_answer_about_what_is_gone_keeps_nothing), TEST(an_answer_is_about_the_release_that_was_asked_about), TEST(the_holder_sees_it),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests_name("client/fetched", tests, NULL, NULL);
}
