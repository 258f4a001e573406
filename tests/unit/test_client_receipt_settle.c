/* client/receipt: a receipt that its kind can make nothing of does not hold up the acts and the mail behind it. */
#include "tests/support/check.h"
#include "tests/support/client_fixture.h"
#include "tests/support/log_sample.h"

#include "base/wr.h"
#include "client/archive.h"
#include "client/hublink_parts.h"
#include "client/receipt.h"
#include "proto/sign.h"

#include <sodium.h>

static const uint8_t order_1[8] = { 0, 0, 0, 0, 0, 0, 0, 1 };

/* A cancellation in vo's outbox, and its receipt under number 1. Its row at vo has these bytes, which are none. */
static enum err settle(struct client_fixture *f, const void *row, size_t row_len, enum client_receipt_verdict *verdict)
{
    struct client_node *n = client_fixture_node(f, VO);
    struct proto_msg m = client_fixture_msg(f, PROTO_CANCEL, VO, LEERPLICHT), sent;
    struct proto_reply reply = {.result = PROTO_ACCEPTED, .has_receipt = true};
    uint8_t *memory = NULL, *envelope = NULL;
    struct client_outbox_row out;
    struct proto_signed s;
    struct log_sample log;
    struct vault_txn *x;
    size_t len = 0, envelope_len = 0;
    enum err e;

    log_sample_init(&log);
    log_sample_into(&log, &f->region);
    log_sample_fill(&log, 5);
    client_fixture_node(f, VO)->region = f->region;
    memset(m.refers, 7, sizeof m.refers);
    x = client_fixture_begin(f, VO);
    assert_err(client_vault_put(x, CLIENT_T_REQUEST, m.refers, sizeof m.refers, row, row_len), OK);
    assert_err(client_outbox_put(n, x, &m, &f->partner[VO].session[WORKER], NULL), OK);
    client_fixture_commit(x);
    x = client_fixture_begin(f, VO);
    assert_err(client_vault_get(x, CLIENT_T_OUTBOX, order_1, sizeof order_1, &memory, &len), OK);
    client_vault_abort(x);
    assert_err(client_outbox_decode(memory, len, &out), OK);
    assert_err(client_outbox_envelope(&out, &out.variant[0], &envelope, &envelope_len), OK);
    assert_err(proto_sign_decode(envelope, envelope_len, &s), OK);
    assert_err(proto_msg_decode(PROTO_CANCEL, s.body, s.body_len, &sent), OK);
    memcpy(reply.id, sent.head.id, sizeof reply.id);
    log_sample_act(&log, &sent, (struct proto_blob){envelope, envelope_len}, 0, 1, f->now_s, PROTO_ACCEPTED, &reply.receipt);
    *verdict = CLIENT_RECEIPT_AGAIN;
    e = client_receipt_apply(n, 1, &out, &reply, verdict);
    free(envelope);
    free(memory);
    return e;
}

static void what_its_kind_cannot_read_is_archived_and_goes(void **state)
{
    struct client_fixture *f = *state;
    enum client_receipt_verdict verdict;
    struct client_archived a;
    struct vault_txn *x;
    uint8_t *memory = NULL;
    bool waits = true;

    assert_err(settle(f, "?", 1, &verdict), OK);
    assert_int_equal(verdict, CLIENT_RECEIPT_DONE);
    x = client_fixture_begin(f, VO);
    assert_err(client_archive_get(x, 1, &a, &memory), OK);
    assert_int_equal(a.kind, PROTO_CANCEL);
    assert_err(client_vault_has(x, CLIENT_T_OUTBOX, order_1, sizeof order_1, &waits), OK);
    assert_false(waits);
    client_vault_abort(x);
    free(memory);
    assert_int_equal(client_archive_running(client_fixture_node(f, VO)), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_its_kind_cannot_read_is_archived_and_goes, client_fixture_setup, client_fixture_close),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
