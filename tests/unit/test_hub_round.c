#include "support/check.h"
#include "support/hub_acts.h"

#include "base/clock.h"

#include <sodium.h>
#include <stdio.h>

/* ---- acts ---- */

static void an_accepted_act_has_a_valid_receipt(void **state)
{
    struct hub_acts *f = *state;
    uint8_t original[2048];
    struct proto_msg m;
    struct hub_world_reply r;

    hub_acts_facts(f, A, B, original, &m);
    r = hub_acts_send(f, &m, A);
    assert_int_equal(r.reply.result, PROTO_ACCEPTED);
    hub_acts_check_receipt(f, &m, A, &r);
    assert_int_equal(r.reply.receipt.number, 2);
    assert_int_equal(r.reply.receipt.previous, 0);
    assert_int_equal(r.reply.receipt.index, 2);
    assert_int_equal(r.len, PROTO_FRAME_HEAD + PROTO_REPLY_PLAIN);
    hub_world_reply_free(&r);
}

static void a_receipt_of_one_act_is_none_of_another(void **state)
{
    struct hub_acts *f = *state;
    uint8_t original[2048];
    struct proto_msg m;
    struct proto_blob e;
    struct hub_world_reply r;
    size_t len;

    hub_acts_facts(f, A, B, original, &m);
    r = hub_acts_send(f, &m, A);
    m.head.valid_until_s++;
    len = hub_world_frame(&f->w, &m, A, f->frame);
    e = hub_world_envelope(f->frame, len);
    assert_err(proto_receipt_check(f->w.region, &m, e.data, e.len, &r.reply.receipt, 0, NULL), ERR_SIGNATURE);
    hub_world_reply_free(&r);
}

static void a_repeat_gets_the_same_result_and_no_second_leaf(void **state)
{
    struct hub_acts *f = *state;
    uint8_t original[2048];
    struct proto_msg m;
    struct hub_world_reply first, again;
    uint64_t size;

    hub_acts_facts(f, A, B, original, &m);
    first = hub_acts_send(f, &m, A);
    size = hub_ledger_size(f->w.core->ledger);
    m.head.issued_s += 1;
    m.head.running = 1;
    again = hub_acts_send(f, &m, A);
    assert_int_equal(again.reply.result, PROTO_ACCEPTED);
    assert_int_equal(again.reply.receipt.index, first.reply.receipt.index);
    assert_int_equal(again.reply.receipt.number, first.reply.receipt.number);
    assert_memory_equal(again.reply.receipt.seed, first.reply.receipt.seed, 32);
    assert_int_equal(hub_ledger_size(f->w.core->ledger), size);
    hub_world_reply_free(&first);
    hub_world_reply_free(&again);
}

static void a_repeat_far_in_the_past_is_still_answered(void **state)
{
    struct hub_acts *f = *state;
    uint8_t original[2048];
    struct proto_msg m;

    hub_acts_facts(f, A, B, original, &m);
    hub_acts_expect(f, &m, A, PROTO_ACCEPTED);
    m.head.issued_s -= PROTO_ISSUED_BACK_S + 3600;
    hub_acts_expect(f, &m, A, PROTO_ACCEPTED);
}

static void the_same_id_with_another_content_is_refused(void **state)
{
    struct hub_acts *f = *state;
    uint8_t original[2048];
    struct proto_msg m;

    hub_acts_facts(f, A, B, original, &m);
    hub_acts_expect(f, &m, A, PROTO_ACCEPTED);
    m.head.valid_until_s++;
    hub_acts_expect(f, &m, A, PROTO_REPLAYED);
}

static void the_same_id_twice_in_one_round_is_one_leaf(void **state)
{
    struct hub_acts *f = *state;
    uint8_t original[2048];
    struct proto_msg m;
    struct proto_blob in[2];
    struct hub_world_reply r[2];
    uint64_t size = hub_ledger_size(f->w.core->ledger);

    hub_acts_facts(f, A, B, original, &m);
    in[0] = in[1] = (struct proto_blob){ f->frame, hub_world_frame(&f->w, &m, A, f->frame) };
    hub_world_round(&f->w, in, r, 2);
    assert_int_equal(r[0].reply.result, PROTO_ACCEPTED);
    assert_int_equal(r[1].reply.result, PROTO_ACCEPTED);
    assert_int_equal(r[0].reply.receipt.index, r[1].reply.receipt.index);
    assert_int_equal(hub_ledger_size(f->w.core->ledger), size + 1);
    hub_world_reply_free(&r[0]);
    hub_world_reply_free(&r[1]);
}

/* ---- the rules of time, key and name, each alone ---- */

static void issued_too_early_is_stale(void **state)
{
    struct proto_msg m;
    uint8_t original[2048];

    hub_acts_facts(*state, A, B, original, &m);
    m.head.issued_s -= PROTO_ISSUED_BACK_S + 5;
    hub_acts_expect(*state, &m, A, PROTO_STALE);
}

static void issued_too_late_is_stale(void **state)
{
    struct proto_msg m;
    uint8_t original[2048];

    hub_acts_facts(*state, A, B, original, &m);
    m.head.issued_s += PROTO_ISSUED_AHEAD_S + 5;
    hub_acts_expect(*state, &m, A, PROTO_STALE);
}

static void issued_at_the_edge_is_taken(void **state)
{
    struct proto_msg m;
    uint8_t original[2048];

    hub_acts_facts(*state, A, B, original, &m);
    m.head.issued_s -= PROTO_ISSUED_BACK_S - 5;
    hub_acts_expect(*state, &m, A, PROTO_ACCEPTED);
}

static void valid_until_passed_is_stale(void **state)
{
    struct proto_msg m;
    uint8_t original[2048];

    hub_acts_facts(*state, A, B, original, &m);
    m.head.issued_s -= 100;
    m.head.valid_until_s = m.head.issued_s + 1;
    hub_acts_expect(*state, &m, A, PROTO_STALE);
}

static void another_region_is_refused(void **state)
{
    struct proto_msg m;
    uint8_t original[2048];

    hub_acts_facts(*state, A, B, original, &m);
    m.head.region[0] ^= 1;
    hub_acts_expect(*state, &m, A, PROTO_WRONG_REGION);
}

static void another_sender_than_the_signer_is_refused(void **state)
{
    struct proto_msg m;
    uint8_t original[2048];

    hub_acts_facts(*state, A, B, original, &m);
    hub_acts_expect(*state, &m, C, PROTO_NOT_YOURS);
}

static void a_node_key_that_never_joined_is_unknown(void **state)
{
    struct hub_acts *f = *state;
    struct proto_msg m;
    uint8_t original[2048];

    hub_acts_facts(f, A, B, original, &m);
    (void)crypto_sign_keypair(f->w.partner[A].node_key, f->w.partner[A].node_secret);
    hub_acts_expect(f, &m, A, PROTO_UNKNOWN_KEY);
}

static void a_staff_key_that_was_not_published_is_unknown(void **state)
{
    struct proto_msg m;
    uint8_t original[2048];

    hub_acts_facts(*state, C, B, original, &m);
    hub_acts_expect(*state, &m, C, PROTO_UNKNOWN_KEY);
}

static void an_addressee_outside_the_region_is_unknown(void **state)
{
    struct proto_msg m;
    uint8_t original[2048];

    hub_acts_facts(*state, A, B, original, &m);
    m.head.to[0] ^= 1;
    hub_acts_expect(*state, &m, A, PROTO_UNKNOWN_PARTNER);
}

static void a_blocked_partner_is_refused_until_the_block_ends(void **state)
{
    struct hub_acts *f = *state;
    struct hub_cli cli = { .home = f->w.home, .argument = f->w.partner[A].org.handle };
    struct trouble t = { 0 };
    struct proto_msg m;
    uint8_t original[2048];

    cli.t = &t;
    assert_err(hub_cmd_block(&cli), OK);
    f->w.core->roster_ms = 0;
    hub_acts_facts(f, A, B, original, &m);
    hub_acts_expect(f, &m, A, PROTO_BLOCKED);
    cli.undo = true;
    assert_err(hub_cmd_block(&cli), OK);
    f->w.core->roster_ms = 0;
    hub_acts_expect(f, &m, A, PROTO_ACCEPTED);
}

static void another_pack_is_refused_for_a_request(void **state)
{
    struct hub_acts *f = *state;
    struct proto_msg m;

    hub_world_msg(&f->w, PROTO_REQUEST, A, B, &m);
    m.head.pack[0] ^= 1;
    m.sections.count = 1;
    (void)snprintf(m.sections.name[0], sizeof m.sections.name[0], "ident");
    hub_acts_expect(f, &m, A, PROTO_OTHER_PACK);
}

static void another_pack_does_not_hinder_a_statement(void **state)
{
    struct proto_msg m;
    uint8_t original[2048];

    hub_acts_facts(*state, A, B, original, &m);
    m.head.pack[0] ^= 1;
    hub_acts_expect(*state, &m, A, PROTO_ACCEPTED);
}

static void every_flipped_byte_of_a_frame_is_refused(void **state)
{
    struct hub_acts *f = *state;
    uint8_t original[2048], *bad;
    struct proto_msg m;
    uint64_t size = hub_ledger_size(f->w.core->ledger);
    size_t len;

    hub_acts_facts(f, A, B, original, &m);
    len = hub_world_frame(&f->w, &m, A, f->frame);
    for (size_t i = 0; i < len; i += 7) {
        struct hub_world_reply r;

        bad = check_exact(f->frame, len);
        bad[i] ^= 0x40;
        r = hub_acts_one(f, bad, len);
        if (r.reply.result == PROTO_ACCEPTED)
            fail_msg("byte %zu of %zu", i, len);
        hub_world_reply_free(&r);
        free(bad);
    }
    assert_int_equal(hub_ledger_size(f->w.core->ledger), size);
}

/* P-103. */
static void what_comes_later_is_refused_with_a_leaf(void **state)
{
    struct hub_acts *f = *state;
    struct proto_msg m;
    struct hub_world_reply r;
    uint8_t original[2048];

    hub_world_msg(&f->w, PROTO_BREAKGLASS, A, B, &m);
    memcpy(m.head.case_id, f->case_id, sizeof f->case_id);
    m.sections.count = 1;
    check_name(m.sections.name[0], "ident");
    m.original = (struct proto_blob){ original, hub_world_open_case(&f->w, A, f->case_id, original, sizeof original) };
    r = hub_acts_send(f, &m, A);
    assert_int_equal(r.reply.result, PROTO_NOT_YET);
    hub_acts_check_receipt(f, &m, A, &r);
    hub_world_reply_free(&r);
}

/* ---- one act must not take a round with it ---- */

/* A row that cannot be read, where an act will look. */
static void put_rubbish(struct hub_acts *f, const char *table, const uint8_t id[PROTO_ID_LEN])
{
    struct kv_txn *x = NULL;
    kv_table t;

    assert_err(kv_table_open(f->w.core->kv, table, &t), OK);
    assert_err(kv_begin(f->w.core->kv, true, &x), OK);
    assert_err(kv_put(x, t, id, PROTO_ID_LEN, "?", 1), OK);
    assert_err(kv_commit(x), OK);
}

static void an_act_that_breaks_the_round_is_left_out_of_it(void **state)
{
    struct hub_acts *f = *state;
    uint8_t original[3][2048], *frame[3];
    struct proto_msg m[3];
    struct proto_blob in[3];
    struct hub_world_reply r[3];
    uint64_t size = hub_ledger_size(f->w.core->ledger);

    for (size_t i = 0; i < 3; i++) {
        frame[i] = malloc(HUB_WORLD_FRAME_MAX);
        hub_acts_facts(f, A, B, original[i], &m[i]);
        in[i] = (struct proto_blob){ frame[i], hub_world_frame(&f->w, &m[i], A, frame[i]) };
    }
    put_rubbish(f, "act_id", m[1].head.id);
    hub_world_round(&f->w, in, r, 3);
    assert_int_equal(r[0].reply.result, PROTO_ACCEPTED);
    assert_int_equal(r[1].reply.result, PROTO_TROUBLE);
    assert_false(r[1].reply.has_receipt);
    assert_int_equal(r[2].reply.result, PROTO_ACCEPTED);
    assert_int_equal(r[0].reply.receipt.index, size);
    assert_int_equal(r[2].reply.receipt.index, size + 1);
    assert_int_equal(r[2].reply.receipt.number, r[0].reply.receipt.number + 1);
    hub_acts_check_receipt(f, &m[0], A, &r[0]);
    hub_acts_check_receipt(f, &m[2], A, &r[2]);
    for (size_t i = 0; i < 3; i++) {
        hub_world_reply_free(&r[i]);
        free(frame[i]);
    }
}

/* ---- after a stop ---- */

static void an_older_store_than_the_signers_memory_is_refused(void **state)
{
    struct hub_acts *f = *state;
    uint8_t original[2048];
    char store[128], copy[140];
    struct proto_msg m;
    struct hub_core *core = NULL;
    struct trouble t = { 0 };
    struct hub_core_config config;

    (void)snprintf(store, sizeof store, "%s/store", f->w.home);
    (void)snprintf(copy, sizeof copy, "%s.old", store);
    assert_err(kv_backup(f->w.core->kv, copy), OK);
    hub_acts_facts(f, A, B, original, &m);
    hub_acts_expect(f, &m, A, PROTO_ACCEPTED);
    config = f->w.core->config;
    hub_core_close(f->w.core);
    f->w.core = NULL;
    config.store = copy;
    assert_err(hub_core_open(&config, &core, &t), ERR_STATE);
    assert_null(core);
    assert_non_null(strstr(t.text, "older than the log"));
}

static void everything_is_there_after_a_restart(void **state)
{
    struct hub_acts *f = *state;
    uint8_t original[2048], more[2048];
    struct proto_msg m, n;
    struct hub_world_reply r;

    hub_acts_facts(f, A, B, original, &m);
    hub_acts_expect(f, &m, A, PROTO_ACCEPTED);
    hub_world_core_close(&f->w);
    hub_world_core_open(&f->w);
    assert_int_equal(hub_ledger_size(f->w.core->ledger), 3);
    r = hub_acts_send(f, &m, A);
    assert_int_equal(r.reply.receipt.index, 2);
    hub_acts_check_receipt(f, &m, A, &r);
    hub_world_reply_free(&r);
    /* The staff key is believed again, and numbers go on. */
    hub_acts_facts(f, A, B, more, &n);
    r = hub_acts_send(f, &n, A);
    assert_int_equal(r.reply.result, PROTO_ACCEPTED);
    assert_int_equal(r.reply.receipt.number, 3);
    assert_int_equal(r.reply.receipt.previous, 2);
    hub_world_reply_free(&r);
    r = hub_acts_fetch(f, B, 0);
    assert_int_equal(hub_acts_mail_count(&r), 2);
    hub_world_reply_free(&r);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, hub_acts_setup, hub_acts_close)
    const struct CMUnitTest tests[] = {
        T(an_accepted_act_has_a_valid_receipt), T(a_receipt_of_one_act_is_none_of_another),
        T(a_repeat_gets_the_same_result_and_no_second_leaf), T(a_repeat_far_in_the_past_is_still_answered),
        T(the_same_id_with_another_content_is_refused), T(the_same_id_twice_in_one_round_is_one_leaf),
        T(issued_too_early_is_stale), T(issued_too_late_is_stale), T(issued_at_the_edge_is_taken),
        T(valid_until_passed_is_stale), T(another_region_is_refused), T(another_sender_than_the_signer_is_refused),
        T(a_node_key_that_never_joined_is_unknown), T(a_staff_key_that_was_not_published_is_unknown),
        T(an_addressee_outside_the_region_is_unknown), T(a_blocked_partner_is_refused_until_the_block_ends),
        T(another_pack_is_refused_for_a_request), T(another_pack_does_not_hinder_a_statement),
        T(every_flipped_byte_of_a_frame_is_refused), T(what_comes_later_is_refused_with_a_leaf),
        T(an_act_that_breaks_the_round_is_left_out_of_it), T(an_older_store_than_the_signers_memory_is_refused),
        T(everything_is_there_after_a_restart),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
