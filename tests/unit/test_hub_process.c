#include "support/check.h"
#include "support/hub_running.h"

#include "base/clock.h"
#include "base/file.h"
#include "proto/pseudonym.h"

#include <poll.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <sys/wait.h>
#include <sysexits.h>

static void a_statement_travels_with_receipts_on_both_sides(void **state)
{
    struct hub_running *f = *state;
    uint8_t original[2048], *sent = malloc(HUB_WORLD_FRAME_MAX);
    struct proto_mail mail;
    struct proto_msg m, q;
    struct hub_world_reply r;
    struct proto_blob e;
    size_t at = 2;

    hub_running_publish(f, A);
    hub_running_facts(f, original, &m);
    e = hub_world_envelope(sent, hub_world_frame(&f->w, &m, A, sent));
    r = hub_running_call(f, &m, A);
    assert_int_equal(r.reply.result, PROTO_ACCEPTED);
    assert_err(proto_receipt_check(f->w.region, &m, e.data, e.len, &r.reply.receipt, 0, NULL), OK);
    hub_world_reply_free(&r);
    hub_world_msg(&f->w, PROTO_FETCH, B, -1, &q);
    r = hub_running_call(f, &q, B);
    assert_err(proto_mail_decode(r.reply.payload.data, r.reply.payload.len, &at, &mail), OK);
    assert_int_equal(mail.message.len, e.len);
    assert_memory_equal(mail.message.data, e.data, e.len);
    assert_err(proto_receipt_check(f->w.region, &m, mail.message.data, mail.message.len, &mail.receipt, 1, NULL), OK);
    hub_world_reply_free(&r);
    free(sent);
}

/* How long a fetch that waits for mail takes, when an act brings some meanwhile. */
static uint64_t fetch_beside_an_act(struct hub_running *f)
{
    uint8_t original[2048];
    struct proto_msg m, q;
    struct hub_world_reply r;
    const uint8_t *reply;
    uint64_t tag, began, took;
    enum err result;
    size_t len;
    void *handle;

    hub_world_msg(&f->w, PROTO_FETCH, B, -1, &q);
    q.number = 20;
    began = clock_mono_ms();
    assert_err(wire_call_start(f->client, 7, f->frame, hub_world_frame(&f->w, &q, B, f->frame), 60000), OK);
    (void)poll(NULL, 0, 300);
    hub_running_facts(f, original, &m);
    r = hub_running_call(f, &m, A);
    hub_world_reply_free(&r);
    while (wire_call_done(f->client, &tag, &result, &handle, &reply, &len) == ERR_BUSY)
        (void)poll(NULL, 0, 5);
    took = clock_mono_ms() - began;
    assert_int_equal(tag, 7);
    assert_err(result, OK);
    hub_world_reply_take(reply, len, &r);
    assert_int_equal(r.reply.payload.data[1], 1);
    hub_world_reply_free(&r);
    wire_free(handle);
    f->w.partner[B].running++;
    return took;
}

static void a_waiting_fetch_hears_of_mail_at_once(void **state)
{
    struct hub_running *f = *state;
    uint64_t took = UINT64_MAX;

    hub_running_publish(f, A);
    /* Alone it would have waited for twenty seconds; again where the machine stood still for as long. */
    for (int i = 0; i < 3 && took >= 18000; i++)
        took = fetch_beside_an_act(f);
    assert_in_range(took, 0, 17999);
}

static void what_is_no_frame_is_told_so(void **state)
{
    struct hub_running *f = *state;
    static const uint8_t noise[40] = "GET / HTTP/1.1";
    struct hub_world_reply r = hub_running_call_frame(f, noise, sizeof noise);

    assert_int_equal(r.reply.result, PROTO_NOT_A_FRAME);
    hub_world_reply_free(&r);
}

static void the_share_answers_with_a_proof_until_the_quota_ends(void **state)
{
    struct hub_running *f = *state;
    uint8_t input[PROTO_PSEUDONYM_INPUT_LEN], blind[64][32], element[64][32], evaluated[64][32], out[64][32], again[32], first[32];
    struct proto_pseudonym_answer answer;
    struct hub_world_reply r;
    struct proto_msg m;
    uint8_t cert[1024];
    size_t accepted = 0, cert_len = hub_world_node_cert(&f->w, A, cert, sizeof cert);

    assert_err(proto_pseudonym_input(f->w.region->hash, PROTO_PSEUDONYM_CITIZEN, "999900067", input), OK);
    for (size_t i = 0; i < 64; i++)
        assert_err(proto_pseudonym_blind(input, blind[i], element[i]), OK);
    for (size_t batch = 0; batch < 33; batch++) {
        hub_world_msg(&f->w, PROTO_DERIVE, A, -1, &m);
        m.payload = (struct proto_blob){ element[0], sizeof element };
        m.original = (struct proto_blob){ cert, cert_len };
        r = hub_running_call(f, &m, A);
        if (r.reply.result == PROTO_QUOTA) {
            hub_world_reply_free(&r);
            break;
        }
        assert_int_equal(r.reply.result, PROTO_ACCEPTED);
        assert_int_equal(r.reply.payload.len, 65 * 32 + 32);
        answer.share_key = f->w.region->pseudonym_hub;
        memcpy(evaluated, r.reply.payload.data, sizeof evaluated);
        answer.evaluated = (struct proto_oprf_elements){ (const uint8_t (*)[32])evaluated, 64 };
        answer.proof = r.reply.payload.data + 64 * 32;
        assert_err(proto_pseudonym_combine(f->w.region->pseudonym_key,
            (struct proto_oprf_elements){ (const uint8_t (*)[32])element, 64 }, &answer, 1, out), OK);
        assert_err(proto_pseudonym_finish(input, blind[0], out[0], first), OK);
        assert_err(proto_pseudonym_finish(input, blind[63], out[63], again), OK);
        assert_memory_equal(first, again, 32);
        hub_world_reply_free(&r);
        accepted++;
    }
    /* 2,000 a day: 31 batches of 64. */
    assert_int_equal(accepted, 31);
    hub_world_msg(&f->w, PROTO_DERIVE, B, -1, &m);
    m.payload = (struct proto_blob){ element[0], 32 };
    m.original = (struct proto_blob){ cert, hub_world_node_cert(&f->w, B, cert, sizeof cert) };
    r = hub_running_call(f, &m, B);
    assert_int_equal(r.reply.result, PROTO_ACCEPTED);
    hub_world_reply_free(&r);
}

static void it_stops_cleanly_and_goes_on_where_it_was(void **state)
{
    struct hub_running *f = *state;
    uint8_t original[2048];
    struct hub_world_reply r;
    struct proto_msg m;
    uint64_t index;

    hub_running_publish(f, A);
    hub_running_facts(f, original, &m);
    r = hub_running_call(f, &m, A);
    index = r.reply.receipt.index;
    hub_world_reply_free(&r);
    assert_int_equal(hub_running_stop(f), EX_OK);
    hub_running_start(f);
    m.head.issued_s = clock_now_s();
    r = hub_running_call(f, &m, A);
    assert_int_equal(r.reply.result, PROTO_ACCEPTED);
    assert_int_equal(r.reply.receipt.index, index);
    hub_world_reply_free(&r);
}

/* ---- a crash ---- */

/* Everything that was answered before the kill is there after it, under the same leaf. */
static void what_was_answered_survives_a_kill(void **state)
{
    struct hub_running *f = *state;
    enum { ACTS = 60 };
    static struct proto_msg m[ACTS];
    static uint8_t original[ACTS][2048];
    uint64_t index[ACTS];
    struct hub_world_reply r;
    int status;

    hub_running_publish(f, A);
    for (size_t i = 0; i < ACTS; i++) {
        hub_running_facts(f, original[i], &m[i]);
        r = hub_running_call(f, &m[i], A);
        assert_int_equal(r.reply.result, PROTO_ACCEPTED);
        index[i] = r.reply.receipt.index;
        hub_world_reply_free(&r);
        if (i % 20 == 19) {
            assert_int_equal(kill(hub_running_role(f, "core"), SIGKILL), 0);
            assert_int_equal(waitpid(f->pid, &status, 0), f->pid);
            hub_running_start(f);
        }
    }
    for (size_t i = 0; i < ACTS; i++) {
        r = hub_running_call(f, &m[i], A);
        assert_int_equal(r.reply.result, PROTO_ACCEPTED);
        assert_int_equal(r.reply.receipt.index, index[i]);
        hub_world_reply_free(&r);
    }
}

static void a_role_that_dies_ends_the_hub_by_name(struct hub_running *f, const char *role)
{
    char expected[64], path[128];
    uint8_t *log = NULL;
    int status = 0;
    size_t len;
    pid_t pid;

    hub_running_publish(f, A);
    pid = hub_running_role(f, role);
    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(waitpid(f->pid, &status, 0), f->pid);
    f->pid = 0;
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), EX_SOFTWARE);
    (void)snprintf(expected, sizeof expected, "schakel-hub: %s: this part", role);
    (void)snprintf(path, sizeof path, "%s/log", f->w.home);
    assert_err(file_read(path, 1 << 20, &log, &len, NULL), OK);
    assert_non_null(strstr((char *)log, expected));
    free(log);
}

static void a_dead_core_ends_the_hub(void **state) { a_role_that_dies_ends_the_hub_by_name(*state, "core"); }
static void a_dead_gate_ends_the_hub(void **state) { a_role_that_dies_ends_the_hub_by_name(*state, "gate"); }
static void a_dead_signer_ends_the_hub(void **state) { a_role_that_dies_ends_the_hub_by_name(*state, "signer"); }
static void a_dead_oprf_ends_the_hub(void **state) { a_role_that_dies_ends_the_hub_by_name(*state, "oprf"); }

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, hub_running_setup, hub_running_close)
    const struct CMUnitTest tests[] = {
        T(a_statement_travels_with_receipts_on_both_sides),
        cmocka_unit_test_setup_teardown(a_statement_travels_with_receipts_on_both_sides, hub_running_setup_tls, hub_running_close),
        T(a_waiting_fetch_hears_of_mail_at_once), T(what_is_no_frame_is_told_so),
        T(the_share_answers_with_a_proof_until_the_quota_ends), T(it_stops_cleanly_and_goes_on_where_it_was),
        T(what_was_answered_survives_a_kill),
        T(a_dead_core_ends_the_hub), T(a_dead_gate_ends_the_hub), T(a_dead_signer_ends_the_hub), T(a_dead_oprf_ends_the_hub),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
