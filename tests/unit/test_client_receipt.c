/* client/receipt, client/outbox, client/archive: durable state changes on a receipt that holds, and on nothing else. */
#include "tests/support/check.h"
#include "tests/support/client_fixture.h"
#include "tests/support/log_sample.h"

#include "base/wr.h"
#include "client/archive.h"
#include "client/hublink_parts.h"
#include "client/receipt.h"
#include "proto/sign.h"

#include <sodium.h>

struct world {
    struct client_fixture *f;
    struct client_node *n;
    struct log_sample log;
    /* The one act in the outbox. */
    struct client_outbox_row row;
    uint8_t *memory, *envelope;
    size_t envelope_len;
    struct proto_msg msg;
    struct proto_reply reply;
    enum client_receipt_verdict verdict;
};

static void order_key(uint64_t order, uint8_t key[8])
{
    struct wr w;

    wr_init(&w, key, 8);
    wr_u64(&w, order);
    assert_err(wr_end(&w), OK);
}

static void read_row(struct world *w)
{
    struct vault_txn *x = client_fixture_begin(w->f, VO);
    uint8_t key[8];
    size_t len = 0;

    order_key(1, key);
    free(w->memory);
    w->memory = NULL;
    assert_err(client_vault_get(x, CLIENT_T_OUTBOX, key, sizeof key, &w->memory, &len), OK);
    assert_err(client_outbox_decode(w->memory, len, &w->row), OK);
    client_vault_abort(x);
}

static void take_variant(struct world *w, size_t i)
{
    struct proto_signed s;

    free(w->envelope);
    w->envelope = NULL;
    assert_err(client_outbox_envelope(&w->row, &w->row.variant[i], &w->envelope, &w->envelope_len), OK);
    assert_err(proto_sign_decode(w->envelope, w->envelope_len, &s), OK);
    assert_err(proto_sign_check_all(&s), OK);
    assert_err(proto_msg_decode((enum proto_kind)w->row.kind, s.body, s.body_len, &w->msg), OK);
}

/* A cancellation waits in vo's outbox: the plainest act there is. */
static int setup(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    struct proto_msg m;
    struct vault_txn *x;
    void *fixture = NULL;

    if (w == NULL || client_fixture_setup(&fixture) != 0)
        return -1;
    w->f = fixture;
    log_sample_init(&w->log);
    log_sample_into(&w->log, &w->f->region);
    log_sample_fill(&w->log, 5);
    w->n = client_fixture_node(w->f, VO);
    m = client_fixture_msg(w->f, PROTO_CANCEL, VO, LEERPLICHT);
    memset(m.refers, 7, sizeof m.refers);
    x = client_fixture_begin(w->f, VO);
    assert_err(client_outbox_put(w->n, x, &m, &w->f->partner[VO].session[WORKER], NULL), OK);
    client_fixture_commit(x);
    read_row(w);
    take_variant(w, 0);
    *state = w;
    return 0;
}

static int teardown(void **state)
{
    struct world *w = *state;
    void *fixture = w->f;

    free(w->memory);
    free(w->envelope);
    free(w);
    return client_fixture_close(&fixture);
}

static void logged(struct world *w, uint64_t number, enum proto_refusal result)
{
    w->reply = (struct proto_reply){.result = (uint8_t)result, .has_receipt = true};
    memcpy(w->reply.id, w->msg.head.id, sizeof w->reply.id);
    log_sample_act(&w->log, &w->msg, (struct proto_blob){w->envelope, w->envelope_len}, 0, number, w->f->now_s, result, &w->reply.receipt);
}

static enum err apply(struct world *w)
{
    w->verdict = CLIENT_RECEIPT_AGAIN;
    return client_receipt_apply(w->n, 1, &w->row, &w->reply, &w->verdict);
}

static bool still_waits(struct world *w)
{
    struct vault_txn *x = client_fixture_begin(w->f, VO);
    uint8_t key[8];
    bool has = false;

    order_key(1, key);
    assert_err(client_vault_has(x, CLIENT_T_OUTBOX, key, sizeof key, &has), OK);
    client_vault_abort(x);
    return has;
}

static bool is_archived(struct world *w, uint64_t number)
{
    struct vault_txn *x = client_fixture_begin(w->f, VO);
    struct client_archived a;
    uint8_t *memory = NULL;
    enum err e = client_archive_get(x, number, &a, &memory);

    client_vault_abort(x);
    if (e == OK) {
        assert_int_equal(a.direction, CLIENT_SENT);
        assert_int_equal(a.envelope.len, w->envelope_len);
        assert_memory_equal(a.envelope.data, w->envelope, w->envelope_len);
    }
    free(memory);
    return e == OK;
}

static void assert_nothing_changed(struct world *w)
{
    assert_int_equal(w->verdict, CLIENT_RECEIPT_AGAIN);
    assert_true(still_waits(w));
    assert_false(is_archived(w, 1));
    assert_int_equal(w->n->running, 0);
}

/* ---- the tests ---- */

static void a_receipt_ends_the_waiting(void **state)
{
    struct world *w = *state;

    logged(w, 1, PROTO_ACCEPTED);
    assert_err(apply(w), OK);
    assert_int_equal(w->verdict, CLIENT_RECEIPT_DONE);
    assert_false(still_waits(w));
    assert_true(is_archived(w, 1));
    assert_int_equal(w->n->running, 1);
    assert_int_equal(w->n->link->newest.size, w->log.size);
}

static void a_logged_refusal_ends_it_too(void **state)
{
    struct world *w = *state;

    logged(w, 1, PROTO_DENIED);
    assert_err(apply(w), OK);
    assert_int_equal(w->verdict, CLIENT_RECEIPT_DONE);
    assert_false(still_waits(w));
    assert_true(is_archived(w, 1));
}

static void a_final_refusal_without_leaf_is_not_archived(void **state)
{
    struct world *w = *state;

    w->reply = (struct proto_reply){.result = PROTO_NOT_FOUND};
    assert_err(apply(w), OK);
    assert_int_equal(w->verdict, CLIENT_RECEIPT_DONE);
    assert_false(still_waits(w));
    assert_false(is_archived(w, 1));
}

/* Instead of the cancellation: vo's person says this about something of before, to leerplicht. */
static void say_instead(struct world *w, enum proto_statement_kind kind)
{
    struct proto_subject_id child = client_fixture_child(1);
    struct proto_statement s = client_fixture_say(w->f, kind, VO, &child, LEERPLICHT, NOBODY);
    struct proto_msg m = client_fixture_msg(w->f, PROTO_STATEMENT, VO, LEERPLICHT);
    struct vault_txn *x;
    uint8_t key[8];

    if (kind == PROTO_SAY_EVENT)
        check_name(s.event, "VZM");
    else
        s.refers[0] = 1;
    m.head.subject = child;
    m.original = client_fixture_sign(w->f, &s, WORKER);
    order_key(1, key);
    x = client_fixture_begin(w->f, VO);
    assert_err(client_vault_delete(x, CLIENT_T_OUTBOX, key, sizeof key), OK);
    w->n->link->next_order = 1;
    assert_err(client_outbox_put(w->n, x, &m, &w->f->partner[VO].session[WORKER], NULL), OK);
    client_fixture_commit(x);
    read_row(w);
    take_variant(w, 0);
}

/* Whoever wants a consent to go on only had to refuse its withdrawal once. */
static void what_stops_something_is_not_dropped_on_the_hubs_word(void **state)
{
    static const enum proto_statement_kind stops[] = {PROTO_SAY_WITHDRAWAL, PROTO_SAY_EVENT_END, PROTO_SAY_OBJECTION, PROTO_SAY_OBJECTION_END};
    struct world *w = *state;

    for (size_t i = 0; i < sizeof stops / sizeof *stops; i++) {
        say_instead(w, stops[i]);
        w->reply = (struct proto_reply){.result = PROTO_NOT_FOUND};
        assert_err(apply(w), OK);
        assert_int_equal(w->verdict, CLIENT_RECEIPT_REFUSED);
        assert_true(still_waits(w));
        assert_false(is_archived(w, 1));
    }
    logged(w, 1, PROTO_ACCEPTED);
    assert_err(apply(w), OK);
    assert_int_equal(w->verdict, CLIENT_RECEIPT_DONE);
    assert_false(still_waits(w));
}

static void what_opens_something_is(void **state)
{
    struct world *w = *state;

    say_instead(w, PROTO_SAY_EVENT);
    w->reply = (struct proto_reply){.result = PROTO_NOT_FOUND};
    assert_err(apply(w), OK);
    assert_true(w->verdict == CLIENT_RECEIPT_DONE && !still_waits(w));
}

static void what_came_after_all_takes_the_place_of_what_was_missing(void **state)
{
    struct world *w = *state;
    struct client_archived a = {.number = 1, .direction = CLIENT_RECEIVED, .kind = PROTO_NONE, .index = PROTO_NO_LEAF};
    struct vault_txn *x = client_fixture_begin(w->f, VO);

    assert_err(client_archive_put(x, &a), OK);
    client_fixture_commit(x);
    logged(w, 1, PROTO_ACCEPTED);
    assert_err(apply(w), OK);
    assert_true(is_archived(w, 1));
}

/* P-086. */
static void yes_without_receipt_is_a_hint(void **state)
{
    struct world *w = *state;

    w->reply = (struct proto_reply){.result = PROTO_ACCEPTED};
    assert_err(apply(w), OK);
    assert_nothing_changed(w);
}

static void stale_and_trouble_are_tried_again(void **state)
{
    const enum proto_refusal again[] = {PROTO_STALE, PROTO_TROUBLE, PROTO_QUOTA, PROTO_FULL, PROTO_UNKNOWN_KEY};
    struct world *w = *state;

    for (size_t i = 0; i < sizeof again / sizeof *again; i++) {
        w->reply = (struct proto_reply){.result = (uint8_t)again[i]};
        assert_err(apply(w), OK);
        assert_nothing_changed(w);
    }
}

static void a_result_other_than_the_logged_one_is_refused(void **state)
{
    struct world *w = *state;

    logged(w, 1, PROTO_DENIED);
    w->reply.result = PROTO_ACCEPTED;
    assert_err(apply(w), ERR_SIGNATURE);
    assert_nothing_changed(w);
}

static void a_receipt_of_another_log_is_refused(void **state)
{
    struct world *w = *state;
    struct log_sample *other = calloc(1, sizeof *other);

    assert_non_null(other);
    logged(w, 1, PROTO_ACCEPTED);
    log_sample_init(other);
    log_sample_act(other, &w->msg, (struct proto_blob){w->envelope, w->envelope_len}, 0, 1, w->f->now_s, PROTO_ACCEPTED, &w->reply.receipt);
    assert_int_not_equal(apply(w), OK);
    assert_nothing_changed(w);
    free(other);
}

static void a_receipt_of_another_act_is_refused(void **state)
{
    struct world *w = *state;
    struct proto_msg other = w->msg;
    uint8_t changed[PROTO_FRAME_HEAD + 1] = {1};

    logged(w, 1, PROTO_ACCEPTED);
    randombytes_buf(other.head.id, sizeof other.head.id);
    log_sample_act(&w->log, &other, (struct proto_blob){changed, sizeof changed}, 0, 1, w->f->now_s, PROTO_ACCEPTED, &w->reply.receipt);
    assert_err(apply(w), ERR_SIGNATURE);
    assert_nothing_changed(w);
}

static void the_other_sides_receipt_is_refused(void **state)
{
    struct world *w = *state;

    logged(w, 1, PROTO_ACCEPTED);
    log_sample_act(&w->log, &w->msg, (struct proto_blob){w->envelope, w->envelope_len}, 1, 1, w->f->now_s, PROTO_ACCEPTED, &w->reply.receipt);
    assert_err(apply(w), ERR_SIGNATURE);
    assert_nothing_changed(w);
}

/* Each field of a receipt that the node acts upon. */
static void every_changed_field_is_refused(void **state)
{
    struct world *w = *state;
    struct proto_receipt good;

    logged(w, 1, PROTO_ACCEPTED);
    good = w->reply.receipt;
    for (int i = 0; i < 8; i++) {
        struct proto_receipt *r = &w->reply.receipt;

        *r = good;
        switch (i) {
        case 0: r->number++; break;
        case 1: r->time_s++; break;
        case 2: r->index--; break;
        case 3: r->seed[0] ^= 1; break;
        case 4: r->side_salt[0] ^= 1; break;
        case 5: r->proof[0][0] ^= 1; break;
        case 6: r->tree_size++; break;
        default: r->previous = 3; break;
        }
        assert_int_not_equal(apply(w), OK);
        assert_nothing_changed(w);
    }
    w->reply.receipt = good;
    assert_err(apply(w), OK);
    assert_int_equal(w->verdict, CLIENT_RECEIPT_DONE);
}

/* The hub took the first envelope, its answer was lost, and the second was sent: the receipt is for the first. */
static void a_receipt_for_an_earlier_signature_counts(void **state)
{
    struct world *w = *state;

    logged(w, 1, PROTO_ACCEPTED);
    w->n->running = 7;
    assert_err(client_outbox_sign(w->n, &w->row, &w->row.variant[1]), OK);
    w->row.count = 2;
    w->n->running = 0;
    assert_err(apply(w), OK);
    assert_int_equal(w->verdict, CLIENT_RECEIPT_DONE);
    assert_true(is_archived(w, 1));
}

static void a_receipt_for_a_signature_that_was_never_kept_is_refused(void **state)
{
    struct world *w = *state;

    logged(w, 1, PROTO_ACCEPTED);
    w->n->running = 7;
    assert_err(client_outbox_sign(w->n, &w->row, &w->row.variant[0]), OK);
    w->n->running = 0;
    assert_err(apply(w), ERR_SIGNATURE);
    assert_nothing_changed(w);
}

static void one_number_for_two_leaves_is_refused(void **state)
{
    struct world *w = *state;
    struct client_archived a = {.number = 1, .direction = CLIENT_RECEIVED, .kind = PROTO_CANCEL, .index = 2};
    struct vault_txn *x = client_fixture_begin(w->f, VO);

    assert_err(client_archive_put(x, &a), OK);
    client_fixture_commit(x);
    logged(w, 1, PROTO_ACCEPTED);
    assert_err(apply(w), ERR_EXISTS);
    assert_true(still_waits(w));
}

static void bad_mail_does_not_stand_in_the_way(void **state)
{
    struct world *w = *state;
    struct client_archived a = {.number = 1, .direction = CLIENT_RECEIVED, .kind = PROTO_CANCEL, .bad = true, .index = PROTO_NO_LEAF};
    struct vault_txn *x = client_fixture_begin(w->f, VO);

    assert_err(client_archive_put(x, &a), OK);
    client_fixture_commit(x);
    logged(w, 1, PROTO_ACCEPTED);
    assert_err(apply(w), OK);
    assert_true(is_archived(w, 1));
}

static void a_gap_holds_the_running_number(void **state)
{
    struct world *w = *state;
    struct client_archived a = {.number = 1, .direction = CLIENT_RECEIVED, .kind = PROTO_CANCEL, .index = 2};
    struct vault_txn *x;

    logged(w, 2, PROTO_ACCEPTED);
    assert_err(apply(w), OK);
    assert_int_equal(w->n->running, 0);
    x = client_fixture_begin(w->f, VO);
    assert_err(client_archive_put(x, &a), OK);
    client_fixture_commit(x);
    assert_err(client_archive_advance(w->n), OK);
    assert_int_equal(w->n->running, 2);
    w->n->running = 0;                    /* as after a restart */
    assert_err(client_archive_advance(w->n), OK);
    assert_int_equal(w->n->running, 2);
}

/* ---- rows ---- */

static void an_outbox_row_refuses_every_prefix(void **state)
{
    struct world *w = *state;
    uint8_t *data = NULL;
    size_t len = 0;
    struct client_outbox_row out, before;

    assert_err(client_outbox_encode(&w->row, &data, &len), OK);
    memset(&out, 0x5a, sizeof out);
    before = out;
    for (size_t n = 0; n < len; n++) {
        uint8_t *part = check_exact(data, n);

        assert_int_not_equal(client_outbox_decode(part, n, &out), OK);
        assert_memory_equal(&out, &before, sizeof out);
        free(part);
    }
    assert_err(client_outbox_decode(data, len, &out), OK);
    assert_int_equal(out.count, w->row.count);
    assert_memory_equal(&out.variant[0], &w->row.variant[0], sizeof out.variant[0]);
    assert_int_equal(out.body.len, w->row.body.len);
    free(data);
}

static void an_archive_row_refuses_every_prefix(void **state)
{
    struct world *w = *state;
    struct vault_txn *x;
    struct client_archived out = {.number = 99};
    uint8_t *row = NULL;
    size_t len = 0;

    logged(w, 1, PROTO_ACCEPTED);
    assert_err(apply(w), OK);
    x = client_fixture_begin(w->f, VO);
    assert_err(client_archive_row(x, 1, &row, &len), OK);
    client_vault_abort(x);
    for (size_t n = 0; n < len; n++) {
        uint8_t *part = check_exact(row, n);

        assert_int_not_equal(client_archive_decode(part, n, &out), OK);
        assert_int_equal(out.number, 99);
        free(part);
    }
    assert_err(client_archive_decode(row, len, &out), OK);
    free(row);
}

#define world_test(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        world_test(a_receipt_ends_the_waiting), world_test(a_logged_refusal_ends_it_too),
        world_test(a_final_refusal_without_leaf_is_not_archived),
        world_test(what_stops_something_is_not_dropped_on_the_hubs_word),
        world_test(what_opens_something_is),
        world_test(what_came_after_all_takes_the_place_of_what_was_missing),
        world_test(yes_without_receipt_is_a_hint), world_test(stale_and_trouble_are_tried_again),
        world_test(a_result_other_than_the_logged_one_is_refused),
        world_test(a_receipt_of_another_log_is_refused), world_test(a_receipt_of_another_act_is_refused),
        world_test(the_other_sides_receipt_is_refused), world_test(every_changed_field_is_refused),
        world_test(a_receipt_for_an_earlier_signature_counts),
        world_test(a_receipt_for_a_signature_that_was_never_kept_is_refused),
        world_test(one_number_for_two_leaves_is_refused), world_test(bad_mail_does_not_stand_in_the_way),
        world_test(a_gap_holds_the_running_number),
        world_test(an_outbox_row_refuses_every_prefix),
        world_test(an_archive_row_refuses_every_prefix),
    };

    return cmocka_run_group_tests_name("client/receipt", tests, NULL, NULL);
}
