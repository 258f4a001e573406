#include "support/check.h"
#include "support/hub_acts.h"

#include <sodium.h>
#include <stdio.h>

/* ---- mail ---- */

static void the_addressee_fetches_with_a_receipt_of_its_side(void **state)
{
    struct hub_acts *f = *state;
    uint8_t original[2048];
    struct proto_msg m;
    struct proto_mail mail;
    struct hub_world_reply r;
    size_t at = 2;

    hub_acts_facts(f, A, B, original, &m);
    hub_acts_expect(f, &m, A, PROTO_ACCEPTED);
    r = hub_acts_fetch(f, B, 0);
    assert_int_equal(r.reply.result, PROTO_ACCEPTED);
    assert_int_equal(hub_acts_mail_count(&r), 1);
    assert_err(proto_mail_decode(r.reply.payload.data, r.reply.payload.len, &at, &mail), OK);
    assert_int_equal(mail.kind, PROTO_STATEMENT);
    assert_int_equal(mail.number, 2);
    assert_err(proto_receipt_check(f->w.region, &m, mail.message.data, mail.message.len, &mail.receipt, 1, NULL), OK);
    hub_world_reply_free(&r);
}

/* P-087. */
static void mail_goes_only_when_the_node_says_it_has_it(void **state)
{
    struct hub_acts *f = *state;
    uint8_t original[2048];
    struct proto_msg m;
    struct hub_world_reply r;

    for (int i = 0; i < 3; i++) {
        hub_acts_facts(f, A, B, original, &m);
        hub_acts_expect(f, &m, A, PROTO_ACCEPTED);
    }
    for (uint64_t running = 0; running <= 4; running++) {
        static const uint16_t left[] = { 3, 3, 2, 1, 0 };

        r = hub_acts_fetch(f, B, running);
        assert_int_equal(hub_acts_mail_count(&r), left[running]);
        hub_world_reply_free(&r);
    }
    r = hub_acts_fetch(f, B, 0);
    assert_int_equal(hub_acts_mail_count(&r), 0);
    hub_world_reply_free(&r);
}

/* The hub's clock was an hour ahead, and is right again: the log's time stays where it was, questions are of now. */
static void a_log_from_the_future_stops_no_fetch(void **state)
{
    struct hub_acts *f = *state;
    uint8_t original[2048];
    struct proto_msg m;
    struct hub_world_reply r;

    check_shift_clock(3600);
    hub_acts_facts(f, A, B, original, &m);
    hub_acts_expect(f, &m, A, PROTO_ACCEPTED);
    check_shift_clock(0);
    hub_acts_facts(f, A, B, original, &m);
    hub_acts_expect(f, &m, A, PROTO_ACCEPTED);
    hub_world_msg(&f->w, PROTO_FETCH, B, -1, &m);
    m.head.valid_until_s = m.head.issued_s + 60;
    r = hub_acts_send(f, &m, B);
    assert_string_equal(proto_refusal_name((enum proto_refusal)r.reply.result), "ACCEPTED");
    assert_int_equal(hub_acts_mail_count(&r), 2);
    hub_world_reply_free(&r);
    m.head.issued_s -= 100;
    m.head.valid_until_s = m.head.issued_s + 1;
    m.head.id[0] ^= 1;
    r = hub_acts_send(f, &m, B);
    assert_string_equal(proto_refusal_name((enum proto_refusal)r.reply.result), "STALE");
    hub_world_reply_free(&r);
}

static void nobody_fetches_for_another(void **state)
{
    struct hub_acts *f = *state;
    uint8_t original[2048];
    struct proto_msg m;
    struct hub_world_reply r;

    hub_acts_facts(f, A, B, original, &m);
    hub_acts_expect(f, &m, A, PROTO_ACCEPTED);
    r = hub_acts_fetch(f, C, 0);
    assert_int_equal(hub_acts_mail_count(&r), 0);
    hub_world_reply_free(&r);
}

static void a_waiting_fetch_is_answered_by_the_round_that_brings_mail(void **state)
{
    struct hub_acts *f = *state;
    uint8_t original[2048], *other = malloc(HUB_WORLD_FRAME_MAX);
    struct proto_msg m, act;
    struct proto_blob in[2];
    struct hub_world_reply r[2];

    hub_world_msg(&f->w, PROTO_FETCH, B, -1, &m);
    m.number = 25;
    in[0] = (struct proto_blob){ f->frame, hub_world_frame(&f->w, &m, B, f->frame) };
    hub_world_round(&f->w, in, r, 1);
    assert_null(r[0].frame);
    hub_acts_facts(f, A, B, original, &act);
    /* The waiting fetch kept tag 0, so the act takes tag 1. */
    in[0] = (struct proto_blob){ NULL, 0 };
    in[1] = (struct proto_blob){ other, hub_world_frame(&f->w, &act, A, other) };
    hub_world_round_from(&f->w, in, r, 1, 2);
    assert_non_null(r[0].frame);
    assert_int_equal(hub_acts_mail_count(&r[0]), 1);
    assert_int_equal(r[1].reply.result, PROTO_ACCEPTED);
    hub_world_reply_free(&r[0]);
    hub_world_reply_free(&r[1]);
    free(other);
}

/* P-088. */
static void a_newer_fetch_ends_the_older(void **state)
{
    struct hub_acts *f = *state;
    uint8_t *other = malloc(HUB_WORLD_FRAME_MAX);
    struct proto_msg m;
    struct proto_blob in[2];
    struct hub_world_reply r[2];

    hub_world_msg(&f->w, PROTO_FETCH, B, -1, &m);
    m.number = 25;
    in[0] = (struct proto_blob){ f->frame, hub_world_frame(&f->w, &m, B, f->frame) };
    m.head.id[0] ^= 1;
    in[1] = (struct proto_blob){ other, hub_world_frame(&f->w, &m, B, other) };
    hub_world_round(&f->w, in, r, 2);
    assert_int_equal(r[0].reply.result, PROTO_OVERTAKEN);
    assert_null(r[1].frame);
    assert_err(hub_round_end(f->w.core), OK);
    hub_world_collect(&f->w, r, 2);
    assert_non_null(r[1].frame);
    assert_int_equal(r[1].reply.result, PROTO_ACCEPTED);
    assert_int_equal(hub_acts_mail_count(&r[1]), 0);
    hub_world_reply_free(&r[0]);
    hub_world_reply_free(&r[1]);
    free(other);
}

/* ---- what no longer may go ---- */

/* Mail of a request without a row is what a request looks like that is gone: it may not go. */
/* P-087. */
static void stopped_mail_becomes_a_leaf_that_the_fetch_can_check(void **state)
{
    struct hub_acts *f = *state;
    uint8_t envelope[64] = { 1 };
    struct hub_mail_row mail = { .number = 2, .index = 1, .kind = PROTO_REQUEST, .message = { envelope, sizeof envelope } };
    struct hub_world_reply r;
    struct kv_txn *x = NULL;
    struct proto_msg m;
    uint64_t size = hub_ledger_size(f->w.core->ledger);

    randombytes_buf(mail.id, sizeof mail.id);
    assert_err(kv_begin(f->w.core->kv, true, &x), OK);
    assert_err(hub_store_mail_put(f->w.core->mail, x, f->w.partner[B].id, &mail), OK);
    assert_err(kv_commit(x), OK);
    hub_world_msg(&f->w, PROTO_FETCH, B, -1, &m);
    r = hub_acts_send(f, &m, B);
    assert_int_equal(r.reply.result, PROTO_ACCEPTED);
    assert_int_equal(hub_acts_mail_count(&r), 0);
    assert_int_equal(r.reply.receipt.result, PROTO_WRONG_STATE);
    assert_int_equal(hub_ledger_size(f->w.core->ledger), size + 1);
    hub_acts_check_receipt(f, &m, B, &r);
    hub_world_reply_free(&r);
    r = hub_acts_fetch(f, B, 0);
    assert_false(r.reply.has_receipt);
    assert_int_equal(hub_ledger_size(f->w.core->ledger), size + 1);
    hub_world_reply_free(&r);
}

/* ---- the end of what is kept ---- */

static void ids_are_forgotten_after_their_time_and_not_before(void **state)
{
    struct hub_acts *f = *state;
    uint8_t original[2048];
    struct proto_msg m, q;
    struct hub_world_reply r;

    hub_acts_facts(f, A, C, original, &m);
    hub_acts_expect(f, &m, A, PROTO_ACCEPTED);
    /* Still known on its last day, and its mail waits longer: that holds the id. */
    check_shift_clock(PROTO_ID_KEEP_S + 3600);
    assert_err(hub_round_run(f->w.core, NULL), OK);
    hub_acts_expect(f, &m, A, PROTO_ACCEPTED);
    check_shift_clock(0);
    hub_world_msg(&f->w, PROTO_FETCH, C, -1, &q);
    q.head.running = 1;
    r = hub_acts_send(f, &q, C);
    assert_int_equal(hub_acts_mail_count(&r), 0);
    hub_world_reply_free(&r);
    check_shift_clock(PROTO_ID_KEEP_S - 3600);
    assert_err(hub_round_run(f->w.core, NULL), OK);
    hub_acts_expect(f, &m, A, PROTO_ACCEPTED);
    check_shift_clock(PROTO_ID_KEEP_S + 3600);
    assert_err(hub_round_run(f->w.core, NULL), OK);
    hub_acts_expect(f, &m, A, PROTO_STALE);
    check_shift_clock(0);
}

/* An acknowledgement by B of what A sent in m, original in it. */
static void acknowledge(struct hub_acts *f, const struct proto_msg *m, enum proto_refusal expected)
{
    struct proto_msg ack;

    hub_world_msg(&f->w, PROTO_ACK, B, A, &ack);
    memcpy(ack.head.case_id, m->head.case_id, sizeof ack.head.case_id);
    ack.head.subject = m->head.subject;
    memcpy(ack.head.purpose, m->head.purpose, sizeof ack.head.purpose);
    memcpy(ack.refers, m->head.id, sizeof ack.refers);
    (void)crypto_hash_sha256(ack.digest, m->original.data, m->original.len);
    ack.code = PROTO_ACK_STORED;
    hub_acts_expect(f, &ack, B, expected);
}

/* The node was away for so long that only its mail held the row: with the mail fetched, the row goes. */
static void what_was_carried_is_acknowledged_after_its_row_is_gone(void **state)
{
    struct hub_acts *f = *state;
    uint8_t original[2048], later[2048];
    struct proto_msg m, n;
    struct hub_world_reply r;

    hub_acts_facts(f, A, B, original, &m);
    hub_acts_expect(f, &m, A, PROTO_ACCEPTED);
    hub_acts_facts(f, A, B, later, &n);
    hub_acts_expect(f, &n, A, PROTO_ACCEPTED);
    acknowledge(f, &n, PROTO_ACCEPTED);
    r = hub_acts_fetch(f, B, 3);
    assert_int_equal(hub_acts_mail_count(&r), 0);
    hub_world_reply_free(&r);
    /* A's row after these has mail that nobody fetched, and stays. */
    check_shift_clock(PROTO_ID_KEEP_S + 3600);
    assert_err(hub_round_run(f->w.core, NULL), OK);
    check_shift_clock(0);
    r = hub_acts_query(f, PROTO_QUERY_RESULT, 0, NULL, NULL, m.head.id);
    assert_int_equal(r.reply.result, PROTO_NOT_FOUND);
    hub_world_reply_free(&r);
    acknowledge(f, &m, PROTO_ACCEPTED);
    acknowledge(f, &m, PROTO_ACCEPTED);
    /* Acknowledged before its row went: there is nothing more to say about it. */
    acknowledge(f, &n, PROTO_NOT_FOUND);
}

/* P-081. */
static void a_certificate_that_ended_is_not_believed(void **state)
{
    struct hub_acts *f = *state;
    uint8_t original[2048];
    struct proto_msg m;

    check_shift_clock(8 * 86400);
    hub_acts_facts(f, A, B, original, &m);
    hub_acts_expect(f, &m, A, PROTO_UNKNOWN_KEY);
    check_shift_clock(0);
}

/* P-081. */
static void leaf_time_does_not_go_back_with_the_clock(void **state)
{
    struct hub_acts *f = *state;
    uint8_t original[2048], later[2048];
    struct proto_msg m;
    struct hub_world_reply first, second;

    hub_acts_facts(f, A, B, original, &m);
    first = hub_acts_send(f, &m, A);
    check_shift_clock(-100);
    hub_acts_facts(f, A, B, later, &m);
    second = hub_acts_send(f, &m, A);
    assert_int_equal(second.reply.result, PROTO_ACCEPTED);
    assert_true(second.reply.receipt.time_s >= first.reply.receipt.time_s);
    check_shift_clock(0);
    hub_world_reply_free(&first);
    hub_world_reply_free(&second);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, hub_acts_setup, hub_acts_close)
    const struct CMUnitTest tests[] = {
        T(the_addressee_fetches_with_a_receipt_of_its_side), T(mail_goes_only_when_the_node_says_it_has_it),
        T(nobody_fetches_for_another), T(a_waiting_fetch_is_answered_by_the_round_that_brings_mail),
        T(a_newer_fetch_ends_the_older), T(stopped_mail_becomes_a_leaf_that_the_fetch_can_check),
        T(ids_are_forgotten_after_their_time_and_not_before), T(what_was_carried_is_acknowledged_after_its_row_is_gone), T(a_certificate_that_ended_is_not_believed),
        T(leaf_time_does_not_go_back_with_the_clock), T(a_log_from_the_future_stops_no_fetch),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
