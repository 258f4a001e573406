/*
 * Allocation 1, 2, 3 ... fails while a partner's node takes in the receipt of an act: the act is done exactly when its row has left the
 * outbox, and a second try with the same receipt ends it. One that is neither done nor there would be sent for ever.
 */
#include "support/check.h"
#include "support/client_fixture.h"
#include "support/log_sample.h"

#include "base/wr.h"
#include "client/archive.h"
#include "client/hublink_parts.h"
#include "client/receipt.h"
#include "fault/fault.h"
#include "proto/sign.h"

#include <sodium.h>

enum { NTH_MAX = 2000 };

/* An act as it stands in the outbox, and what the hub says of it. */
struct act {
    uint64_t order;
    uint8_t key[8], *memory, *envelope;
    size_t envelope_len;
    struct client_outbox_row row;
    struct proto_msg sent;
    struct proto_reply reply;
};

static bool is_waiting(struct client_fixture *f, const struct act *a)
{
    struct vault_txn *x = client_fixture_begin(f, VO);
    bool waits = false;

    assert_err(client_vault_has(x, CLIENT_T_OUTBOX, a->key, sizeof a->key, &waits), OK);
    client_vault_abort(x);
    return waits;
}

/* The nth act: a cancellation, with a receipt under this number. */
static void make(struct client_fixture *f, struct log_sample *log, uint64_t nth, struct act *a)
{
    struct proto_msg m = client_fixture_msg(f, PROTO_CANCEL, VO, LEERPLICHT);
    struct client_node *n = client_fixture_node(f, VO);
    struct proto_signed s;
    struct vault_txn *x = client_fixture_begin(f, VO);
    struct wr w;
    size_t len = 0;

    *a = (struct act){.order = n->link->next_order, .reply = {.result = PROTO_ACCEPTED, .has_receipt = true}};
    wr_init(&w, a->key, sizeof a->key);
    wr_u64(&w, a->order);
    memset(m.refers, 7, sizeof m.refers);
    assert_err(client_outbox_put(n, x, &m, &f->partner[VO].session[WORKER], NULL), OK);
    client_fixture_commit(x);
    x = client_fixture_begin(f, VO);
    assert_err(client_vault_get(x, CLIENT_T_OUTBOX, a->key, sizeof a->key, &a->memory, &len), OK);
    client_vault_abort(x);
    assert_err(client_outbox_decode(a->memory, len, &a->row), OK);
    assert_err(client_outbox_envelope(&a->row, &a->row.variant[0], &a->envelope, &a->envelope_len), OK);
    assert_err(proto_sign_decode(a->envelope, a->envelope_len, &s), OK);
    assert_err(proto_msg_decode(PROTO_CANCEL, s.body, s.body_len, &a->sent), OK);
    memcpy(a->reply.id, a->sent.head.id, sizeof a->reply.id);
    log_sample_act(log, &a->sent, (struct proto_blob){a->envelope, a->envelope_len}, 0, nth, f->now_s, PROTO_ACCEPTED, &a->reply.receipt);
}

/* As the link does it with an answer. */
static bool is_done(struct client_fixture *f, const struct act *a)
{
    enum client_receipt_verdict verdict = CLIENT_RECEIPT_AGAIN;

    return client_receipt_apply(client_fixture_node(f, VO), a->order, &a->row, &a->reply, &verdict) == OK && verdict == CLIENT_RECEIPT_DONE;
}

static void an_act_is_done_or_still_there(void **state)
{
    struct client_fixture *f = *state;
    struct log_sample *log = malloc(sizeof *log);
    struct act *a = malloc(sizeof *a);
    uint64_t nth = 0;
    bool came = true;

    assert_non_null(log);
    assert_non_null(a);
    log_sample_init(log);
    log_sample_into(log, &f->region);
    client_fixture_node(f, VO)->region = f->region;
    while (came && nth < NTH_MAX) {
        bool done;

        make(f, log, ++nth, a);
        fault_set(nth);
        done = is_done(f, a);
        came = fault_came();
        assert_int_equal(is_waiting(f, a), !done);
        if (!done)
            assert_true(is_done(f, a));
        assert_false(is_waiting(f, a));
        assert_true(came || done);
        log->previous = a->reply.receipt.index;
        free(a->envelope);
        free(a->memory);
    }
    assert_false(came);
    assert_in_range(nth, 10, NTH_MAX - 1);
    assert_int_equal(client_archive_running(client_fixture_node(f, VO)), nth);
    free(a);
    free(log);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        client_fixture_test(an_act_is_done_or_still_there),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
