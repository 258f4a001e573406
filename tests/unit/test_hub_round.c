#include "support/check.h"
#include "support/hub_world.h"

#include "base/clock.h"
#include "proto/merkle.h"

#include <sodium.h>
#include <stdio.h>

#define PACK SOURCE_DIR "/policy/packs/nl-jeugd"

enum { A, B, C };

/* One world for each test: a fresh home, core in this process, staff of A and B published. */
struct fixture {
    struct hub_world w;
    uint8_t case_id[PROTO_ID_LEN];
    uint8_t *frame;
};

static struct hub_world_reply one(struct fixture *f, const uint8_t *frame, size_t len)
{
    struct proto_blob in = { frame, len };
    struct hub_world_reply r;

    hub_world_round(&f->w, &in, &r, 1);
    assert_non_null(r.frame);
    return r;
}

static struct hub_world_reply send(struct fixture *f, const struct proto_msg *m, int from)
{
    return one(f, f->frame, hub_world_frame(&f->w, m, from, f->frame));
}

/* Send, expect this result, forget the reply. */
static void expect(struct fixture *f, const struct proto_msg *m, int from, enum proto_refusal result)
{
    struct hub_world_reply r = send(f, m, from);

    assert_string_equal(proto_refusal_name((enum proto_refusal)r.reply.result), proto_refusal_name(result));
    hub_world_reply_free(&r);
}

static void publish(struct fixture *f, int partner, enum proto_role role, enum proto_refusal result)
{
    uint8_t cert[1024];
    struct proto_msg m;

    hub_world_msg(&f->w, PROTO_PUBLISH, partner, -1, &m);
    m.original = (struct proto_blob){ cert, hub_world_staff_cert(&f->w, partner, role, cert, sizeof cert) };
    expect(f, &m, partner, result);
}

/* A statement of facts from a to b; original has room for 2048. */
static void facts(struct fixture *f, int from, int to, uint8_t *original, struct proto_msg *m)
{
    hub_world_msg(&f->w, PROTO_STATEMENT, from, to, m);
    memcpy(m->head.case_id, f->case_id, sizeof f->case_id);
    m->head.subject.type = PROTO_SUBJECT_HANDLE;
    memcpy(m->head.subject.value, f->case_id, sizeof f->case_id);
    m->original = (struct proto_blob){ original, hub_world_facts(&f->w, from, to, f->case_id, original, 2048) };
}

static void shift_clock(int seconds)
{
    char text[32];

    (void)snprintf(text, sizeof text, "%d", seconds);
    assert_int_equal(setenv("SCHAKEL_CLOCK_OFFSET_S", text, 1), 0);
}

static int open_world(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    shift_clock(0);

    f->frame = malloc(HUB_WORLD_FRAME_MAX);
    hub_world_open(&f->w, PACK, 0);
    hub_world_core_open(&f->w);
    randombytes_buf(f->case_id, sizeof f->case_id);
    publish(f, A, PROTO_ROLE_CASEWORKER, PROTO_ACCEPTED);
    publish(f, B, PROTO_ROLE_CASEWORKER, PROTO_ACCEPTED);
    *state = f;
    return 0;
}

static int close_world(void **state)
{
    struct fixture *f = *state;

    hub_world_close(&f->w);
    free(f->frame);
    free(f);
    return 0;
}

static void check_receipt(struct fixture *f, const struct proto_msg *m, int from, const struct hub_world_reply *r)
{
    uint8_t *frame = malloc(HUB_WORLD_FRAME_MAX);
    size_t len = hub_world_frame(&f->w, m, from, frame);
    struct proto_blob e = hub_world_envelope(frame, len);

    assert_true(r->reply.has_receipt);
    assert_err(proto_receipt_check(f->w.region, m, e.data, e.len, &r->reply.receipt, 0, NULL), OK);
    free(frame);
}

/* ---- acts ---- */

static void an_accepted_act_has_a_valid_receipt(void **state)
{
    struct fixture *f = *state;
    uint8_t original[2048];
    struct proto_msg m;
    struct hub_world_reply r;

    facts(f, A, B, original, &m);
    r = send(f, &m, A);
    assert_int_equal(r.reply.result, PROTO_ACCEPTED);
    check_receipt(f, &m, A, &r);
    assert_int_equal(r.reply.receipt.number, 2);
    assert_int_equal(r.reply.receipt.previous, 0);
    assert_int_equal(r.reply.receipt.index, 2);
    assert_int_equal(r.len, PROTO_FRAME_HEAD + PROTO_REPLY_PLAIN);
    hub_world_reply_free(&r);
}

static void a_receipt_of_one_act_is_none_of_another(void **state)
{
    struct fixture *f = *state;
    uint8_t original[2048];
    struct proto_msg m;
    struct proto_blob e;
    struct hub_world_reply r;
    size_t len;

    facts(f, A, B, original, &m);
    r = send(f, &m, A);
    m.head.valid_until_s++;
    len = hub_world_frame(&f->w, &m, A, f->frame);
    e = hub_world_envelope(f->frame, len);
    assert_err(proto_receipt_check(f->w.region, &m, e.data, e.len, &r.reply.receipt, 0, NULL), ERR_SIGNATURE);
    hub_world_reply_free(&r);
}

static void a_repeat_gets_the_same_result_and_no_second_leaf(void **state)
{
    struct fixture *f = *state;
    uint8_t original[2048];
    struct proto_msg m;
    struct hub_world_reply first, again;
    uint64_t size;

    facts(f, A, B, original, &m);
    first = send(f, &m, A);
    size = hub_ledger_size(f->w.core->ledger);
    m.head.issued_s += 1;
    m.head.running = 1;
    again = send(f, &m, A);
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
    struct fixture *f = *state;
    uint8_t original[2048];
    struct proto_msg m;

    facts(f, A, B, original, &m);
    expect(f, &m, A, PROTO_ACCEPTED);
    m.head.issued_s -= PROTO_ISSUED_BACK_S + 3600;
    expect(f, &m, A, PROTO_ACCEPTED);
}

static void the_same_id_with_another_content_is_refused(void **state)
{
    struct fixture *f = *state;
    uint8_t original[2048];
    struct proto_msg m;

    facts(f, A, B, original, &m);
    expect(f, &m, A, PROTO_ACCEPTED);
    m.head.valid_until_s++;
    expect(f, &m, A, PROTO_REPLAYED);
}

static void the_same_id_twice_in_one_round_is_one_leaf(void **state)
{
    struct fixture *f = *state;
    uint8_t original[2048];
    struct proto_msg m;
    struct proto_blob in[2];
    struct hub_world_reply r[2];
    uint64_t size = hub_ledger_size(f->w.core->ledger);

    facts(f, A, B, original, &m);
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

    facts(*state, A, B, original, &m);
    m.head.issued_s -= PROTO_ISSUED_BACK_S + 5;
    expect(*state, &m, A, PROTO_STALE);
}

static void issued_too_late_is_stale(void **state)
{
    struct proto_msg m;
    uint8_t original[2048];

    facts(*state, A, B, original, &m);
    m.head.issued_s += PROTO_ISSUED_AHEAD_S + 5;
    expect(*state, &m, A, PROTO_STALE);
}

static void issued_at_the_edge_is_taken(void **state)
{
    struct proto_msg m;
    uint8_t original[2048];

    facts(*state, A, B, original, &m);
    m.head.issued_s -= PROTO_ISSUED_BACK_S - 5;
    expect(*state, &m, A, PROTO_ACCEPTED);
}

static void valid_until_passed_is_stale(void **state)
{
    struct proto_msg m;
    uint8_t original[2048];

    facts(*state, A, B, original, &m);
    m.head.issued_s -= 100;
    m.head.valid_until_s = m.head.issued_s + 1;
    expect(*state, &m, A, PROTO_STALE);
}

static void another_region_is_refused(void **state)
{
    struct proto_msg m;
    uint8_t original[2048];

    facts(*state, A, B, original, &m);
    m.head.region[0] ^= 1;
    expect(*state, &m, A, PROTO_WRONG_REGION);
}

static void another_sender_than_the_signer_is_refused(void **state)
{
    struct proto_msg m;
    uint8_t original[2048];

    facts(*state, A, B, original, &m);
    expect(*state, &m, C, PROTO_NOT_YOURS);
}

static void a_node_key_that_never_joined_is_unknown(void **state)
{
    struct fixture *f = *state;
    struct proto_msg m;
    uint8_t original[2048];

    facts(f, A, B, original, &m);
    (void)crypto_sign_keypair(f->w.partner[A].node_key, f->w.partner[A].node_secret);
    expect(f, &m, A, PROTO_UNKNOWN_KEY);
}

static void a_staff_key_that_was_not_published_is_unknown(void **state)
{
    struct proto_msg m;
    uint8_t original[2048];

    facts(*state, C, B, original, &m);
    expect(*state, &m, C, PROTO_UNKNOWN_KEY);
}

static void an_addressee_outside_the_region_is_unknown(void **state)
{
    struct proto_msg m;
    uint8_t original[2048];

    facts(*state, A, B, original, &m);
    m.head.to[0] ^= 1;
    expect(*state, &m, A, PROTO_UNKNOWN_PARTNER);
}

static void a_blocked_partner_is_refused_until_the_block_ends(void **state)
{
    struct fixture *f = *state;
    struct hub_cli cli = { .home = f->w.home, .argument = f->w.partner[A].org.handle };
    struct trouble t = { 0 };
    struct proto_msg m;
    uint8_t original[2048];

    cli.t = &t;
    assert_err(hub_cmd_block(&cli), OK);
    f->w.core->roster_ms = 0;
    facts(f, A, B, original, &m);
    expect(f, &m, A, PROTO_BLOCKED);
    cli.undo = true;
    assert_err(hub_cmd_block(&cli), OK);
    f->w.core->roster_ms = 0;
    expect(f, &m, A, PROTO_ACCEPTED);
}

static void another_pack_is_refused_for_a_request(void **state)
{
    struct fixture *f = *state;
    struct proto_msg m;

    hub_world_msg(&f->w, PROTO_REQUEST, A, B, &m);
    m.head.pack[0] ^= 1;
    m.sections.count = 1;
    (void)snprintf(m.sections.name[0], sizeof m.sections.name[0], "ident");
    expect(f, &m, A, PROTO_OTHER_PACK);
}

static void another_pack_does_not_hinder_a_statement(void **state)
{
    struct proto_msg m;
    uint8_t original[2048];

    facts(*state, A, B, original, &m);
    m.head.pack[0] ^= 1;
    expect(*state, &m, A, PROTO_ACCEPTED);
}

static void every_flipped_byte_of_a_frame_is_refused(void **state)
{
    struct fixture *f = *state;
    uint8_t original[2048], *bad;
    struct proto_msg m;
    uint64_t size = hub_ledger_size(f->w.core->ledger);
    size_t len;

    facts(f, A, B, original, &m);
    len = hub_world_frame(&f->w, &m, A, f->frame);
    for (size_t i = 0; i < len; i += 7) {
        struct hub_world_reply r;

        bad = check_exact(f->frame, len);
        bad[i] ^= 0x40;
        r = one(f, bad, len);
        if (r.reply.result == PROTO_ACCEPTED)
            fail_msg("byte %zu of %zu", i, len);
        hub_world_reply_free(&r);
        free(bad);
    }
    assert_int_equal(hub_ledger_size(f->w.core->ledger), size);
}

static void what_comes_later_is_refused_with_a_leaf(void **state)
{
    struct fixture *f = *state;
    struct proto_msg m;
    struct hub_world_reply r;

    hub_world_msg(&f->w, PROTO_OPENED_LEAF, A, -1, &m);
    m.code = 1;
    r = send(f, &m, A);
    assert_int_equal(r.reply.result, PROTO_NOT_YET);
    check_receipt(f, &m, A, &r);
    hub_world_reply_free(&r);
}

/* ---- mail ---- */

static struct hub_world_reply fetch(struct fixture *f, int who, uint64_t running)
{
    struct proto_msg m;

    hub_world_msg(&f->w, PROTO_FETCH, who, -1, &m);
    m.head.running = running;
    return send(f, &m, who);
}

static uint16_t mail_count(const struct hub_world_reply *r)
{
    assert_true(r->reply.payload.len >= 2);
    return (uint16_t)(r->reply.payload.data[0] << 8 | r->reply.payload.data[1]);
}

static void the_addressee_fetches_with_a_receipt_of_its_side(void **state)
{
    struct fixture *f = *state;
    uint8_t original[2048];
    struct proto_msg m;
    struct proto_mail mail;
    struct hub_world_reply r;
    size_t at = 2;

    facts(f, A, B, original, &m);
    expect(f, &m, A, PROTO_ACCEPTED);
    r = fetch(f, B, 0);
    assert_int_equal(r.reply.result, PROTO_ACCEPTED);
    assert_int_equal(mail_count(&r), 1);
    assert_err(proto_mail_decode(r.reply.payload.data, r.reply.payload.len, &at, &mail), OK);
    assert_int_equal(mail.kind, PROTO_STATEMENT);
    assert_int_equal(mail.number, 2);
    assert_err(proto_receipt_check(f->w.region, &m, mail.message.data, mail.message.len, &mail.receipt, 1, NULL), OK);
    hub_world_reply_free(&r);
}

static void mail_goes_only_when_the_node_says_it_has_it(void **state)
{
    struct fixture *f = *state;
    uint8_t original[2048];
    struct proto_msg m;
    struct hub_world_reply r;

    for (int i = 0; i < 3; i++) {
        facts(f, A, B, original, &m);
        expect(f, &m, A, PROTO_ACCEPTED);
    }
    for (uint64_t running = 0; running <= 4; running++) {
        static const uint16_t left[] = { 3, 3, 2, 1, 0 };

        r = fetch(f, B, running);
        assert_int_equal(mail_count(&r), left[running]);
        hub_world_reply_free(&r);
    }
    r = fetch(f, B, 0);
    assert_int_equal(mail_count(&r), 0);
    hub_world_reply_free(&r);
}

static void nobody_fetches_for_another(void **state)
{
    struct fixture *f = *state;
    uint8_t original[2048];
    struct proto_msg m;
    struct hub_world_reply r;

    facts(f, A, B, original, &m);
    expect(f, &m, A, PROTO_ACCEPTED);
    r = fetch(f, C, 0);
    assert_int_equal(mail_count(&r), 0);
    hub_world_reply_free(&r);
}

static void a_waiting_fetch_is_answered_by_the_round_that_brings_mail(void **state)
{
    struct fixture *f = *state;
    uint8_t original[2048], *other = malloc(HUB_WORLD_FRAME_MAX);
    struct proto_msg m, act;
    struct proto_blob in[2];
    struct hub_world_reply r[2];

    hub_world_msg(&f->w, PROTO_FETCH, B, -1, &m);
    m.number = 25;
    in[0] = (struct proto_blob){ f->frame, hub_world_frame(&f->w, &m, B, f->frame) };
    hub_world_round(&f->w, in, r, 1);
    assert_null(r[0].frame);
    facts(f, A, B, original, &act);
    /* The waiting fetch kept tag 0, so the act takes tag 1. */
    in[0] = (struct proto_blob){ NULL, 0 };
    in[1] = (struct proto_blob){ other, hub_world_frame(&f->w, &act, A, other) };
    hub_world_round_from(&f->w, in, r, 1, 2);
    assert_non_null(r[0].frame);
    assert_int_equal(mail_count(&r[0]), 1);
    assert_int_equal(r[1].reply.result, PROTO_ACCEPTED);
    hub_world_reply_free(&r[0]);
    hub_world_reply_free(&r[1]);
    free(other);
}

static void a_newer_fetch_ends_the_older(void **state)
{
    struct fixture *f = *state;
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
    assert_int_equal(mail_count(&r[1]), 0);
    hub_world_reply_free(&r[0]);
    hub_world_reply_free(&r[1]);
    free(other);
}

/* ---- queries ---- */

static struct hub_world_reply query(struct fixture *f, enum proto_query code, uint64_t number, uint64_t number2, const uint8_t *key,
    const uint8_t *partner, const uint8_t *refers)
{
    struct proto_msg m;

    hub_world_msg(&f->w, PROTO_QUERY, A, -1, &m);
    m.code = (uint8_t)code;
    m.number = number;
    m.number2 = number2;
    if (key != NULL)
        memcpy(m.key, key, sizeof m.key);
    if (partner != NULL)
        memcpy(m.partner, partner, sizeof m.partner);
    if (refers != NULL)
        memcpy(m.refers, refers, sizeof m.refers);
    return send(f, &m, A);
}

static void the_checkpoint_is_the_signers(void **state)
{
    struct fixture *f = *state;
    struct hub_world_reply r = query(f, PROTO_QUERY_CHECKPOINT, 0, 0, NULL, NULL, NULL);
    const struct hub_signed *s = hub_signer_last(f->w.signer);

    assert_int_equal(r.reply.payload.len, s->note_len);
    assert_memory_equal(r.reply.payload.data, s->note, s->note_len);
    assert_int_equal(s->head.size, 2);
    hub_world_reply_free(&r);
}

static void certificates_of_a_partner_are_all_there(void **state)
{
    struct fixture *f = *state;
    struct hub_world_reply r = query(f, PROTO_QUERY_CERTS, 0, 0, NULL, f->w.partner[A].id, NULL);

    /* node, HPKE, officer, TLS, staff */
    assert_int_equal(r.reply.payload.data[0], 5);
    hub_world_reply_free(&r);
    r = query(f, PROTO_QUERY_CERTS, 0, 0, NULL, f->w.partner[C].id, NULL);
    assert_int_equal(r.reply.payload.data[0], 4);
    hub_world_reply_free(&r);
}

static void a_staff_certificate_comes_with_its_nodes(void **state)
{
    struct fixture *f = *state;
    struct hub_world_reply r = query(f, PROTO_QUERY_CERT, 0, 0, f->w.partner[A].staff_key, NULL, NULL);

    assert_int_equal(r.reply.payload.data[0], 2);
    hub_world_reply_free(&r);
    r = query(f, PROTO_QUERY_CERT, 0, 0, f->w.partner[C].staff_key, NULL, NULL);
    assert_int_equal(r.reply.result, PROTO_NOT_FOUND);
    hub_world_reply_free(&r);
}

static void consistency_and_inclusion_are_proven(void **state)
{
    struct fixture *f = *state;
    struct proto_merkle_head old, now;
    struct proto_merkle_proof p;
    struct hub_world_reply r;
    uint8_t original[2048], leaf[32];
    const uint8_t *at;
    struct proto_msg m;
    size_t note;

    old = f->w.core->checkpoint.head;
    for (int i = 0; i < 5; i++) {
        facts(f, A, B, original, &m);
        expect(f, &m, A, PROTO_ACCEPTED);
    }
    now = f->w.core->checkpoint.head;
    r = query(f, PROTO_QUERY_CONSISTENCY, old.size, 0, NULL, NULL, NULL);
    note = (size_t)(r.reply.payload.data[0] << 8 | r.reply.payload.data[1]);
    at = r.reply.payload.data + 2 + note;
    p.count = *at++;
    assert_int_equal(r.reply.payload.len, 2 + note + 1 + (size_t)p.count * 32);
    memcpy(p.hash, at, (size_t)p.count * 32);
    assert_err(proto_merkle_check_consistency(&old, &now, &p), OK);
    hub_world_reply_free(&r);

    r = query(f, PROTO_QUERY_INCLUSION, 3, 0, NULL, NULL, NULL);
    proto_merkle_leaf(r.reply.payload.data, PROTO_LEAF_LEN, leaf);
    at = r.reply.payload.data + PROTO_LEAF_LEN + 2 + note;
    p.count = *at++;
    memcpy(p.hash, at, (size_t)p.count * 32);
    assert_err(proto_merkle_check_inclusion(&now, 3, leaf, &p), OK);
    hub_world_reply_free(&r);

    r = query(f, PROTO_QUERY_INCLUSION, now.size, 0, NULL, NULL, NULL);
    assert_int_equal(r.reply.result, PROTO_NOT_FOUND);
    hub_world_reply_free(&r);
}

static void a_stored_result_is_for_its_sender_only(void **state)
{
    struct fixture *f = *state;
    uint8_t original[2048];
    struct proto_msg m, q;
    struct proto_reply stored;
    struct hub_world_reply r;

    facts(f, A, B, original, &m);
    expect(f, &m, A, PROTO_ACCEPTED);
    r = query(f, PROTO_QUERY_RESULT, 0, 0, NULL, NULL, m.head.id);
    assert_int_equal(r.reply.payload.len, PROTO_REPLY_PLAIN);
    assert_err(proto_reply_decode(r.reply.payload.data, r.reply.payload.len, &stored), OK);
    assert_true(stored.has_receipt);
    assert_memory_equal(stored.id, m.head.id, PROTO_ID_LEN);
    hub_world_reply_free(&r);
    hub_world_msg(&f->w, PROTO_QUERY, B, -1, &q);
    q.code = PROTO_QUERY_RESULT;
    memcpy(q.refers, m.head.id, sizeof q.refers);
    expect(f, &q, B, PROTO_NOT_FOUND);
}

/* ---- certificates ---- */

static void a_key_of_another_partner_cannot_be_published(void **state)
{
    struct fixture *f = *state;

    memcpy(f->w.partner[C].staff_key, f->w.partner[A].staff_key, 32);
    publish(f, C, PROTO_ROLE_CASEWORKER, PROTO_NOT_YOURS);
}

/* ---- one act must not take a round with it ---- */

/* A row that cannot be read, where an act will look. */
static void put_rubbish(struct fixture *f, const char *table, const uint8_t id[PROTO_ID_LEN])
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
    struct fixture *f = *state;
    uint8_t original[3][2048], *frame[3];
    struct proto_msg m[3];
    struct proto_blob in[3];
    struct hub_world_reply r[3];
    uint64_t size = hub_ledger_size(f->w.core->ledger);

    for (size_t i = 0; i < 3; i++) {
        frame[i] = malloc(HUB_WORLD_FRAME_MAX);
        facts(f, A, B, original[i], &m[i]);
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
    check_receipt(f, &m[0], A, &r[0]);
    check_receipt(f, &m[2], A, &r[2]);
    for (size_t i = 0; i < 3; i++) {
        hub_world_reply_free(&r[i]);
        free(frame[i]);
    }
}

/* ---- what no longer may go ---- */

/* Mail of a request without a row is what a request looks like that is gone: it may not go. */
static void stopped_mail_becomes_a_leaf_that_the_fetch_can_check(void **state)
{
    struct fixture *f = *state;
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
    r = send(f, &m, B);
    assert_int_equal(r.reply.result, PROTO_ACCEPTED);
    assert_int_equal(mail_count(&r), 0);
    assert_int_equal(r.reply.receipt.result, PROTO_WRONG_STATE);
    assert_int_equal(hub_ledger_size(f->w.core->ledger), size + 1);
    check_receipt(f, &m, B, &r);
    hub_world_reply_free(&r);
    r = fetch(f, B, 0);
    assert_false(r.reply.has_receipt);
    assert_int_equal(hub_ledger_size(f->w.core->ledger), size + 1);
    hub_world_reply_free(&r);
}

/* ---- the end of what is kept ---- */

static void ids_are_forgotten_after_their_time_and_not_before(void **state)
{
    struct fixture *f = *state;
    uint8_t original[2048];
    struct proto_msg m, q;
    struct hub_world_reply r;

    facts(f, A, C, original, &m);
    expect(f, &m, A, PROTO_ACCEPTED);
    /* Still known on its last day, and its mail waits longer: that holds the id. */
    shift_clock(PROTO_ID_KEEP_S + 3600);
    assert_err(hub_round_run(f->w.core, NULL), OK);
    expect(f, &m, A, PROTO_ACCEPTED);
    shift_clock(0);
    hub_world_msg(&f->w, PROTO_FETCH, C, -1, &q);
    q.head.running = 1;
    r = send(f, &q, C);
    assert_int_equal(mail_count(&r), 0);
    hub_world_reply_free(&r);
    shift_clock(PROTO_ID_KEEP_S - 3600);
    assert_err(hub_round_run(f->w.core, NULL), OK);
    expect(f, &m, A, PROTO_ACCEPTED);
    shift_clock(PROTO_ID_KEEP_S + 3600);
    assert_err(hub_round_run(f->w.core, NULL), OK);
    expect(f, &m, A, PROTO_STALE);
    shift_clock(0);
}

static void a_certificate_that_ended_is_not_believed(void **state)
{
    struct fixture *f = *state;
    uint8_t original[2048];
    struct proto_msg m;

    shift_clock(8 * 86400);
    facts(f, A, B, original, &m);
    expect(f, &m, A, PROTO_UNKNOWN_KEY);
    shift_clock(0);
}

static void leaf_time_does_not_go_back_with_the_clock(void **state)
{
    struct fixture *f = *state;
    uint8_t original[2048], later[2048];
    struct proto_msg m;
    struct hub_world_reply first, second;

    facts(f, A, B, original, &m);
    first = send(f, &m, A);
    shift_clock(-100);
    facts(f, A, B, later, &m);
    second = send(f, &m, A);
    assert_int_equal(second.reply.result, PROTO_ACCEPTED);
    assert_true(second.reply.receipt.time_s >= first.reply.receipt.time_s);
    shift_clock(0);
    hub_world_reply_free(&first);
    hub_world_reply_free(&second);
}

/* ---- after a stop ---- */

static void an_older_store_than_the_signers_memory_is_refused(void **state)
{
    struct fixture *f = *state;
    uint8_t original[2048];
    char store[128], copy[140];
    struct proto_msg m;
    struct hub_core *core = NULL;
    struct trouble t = { 0 };
    struct hub_core_config config;

    (void)snprintf(store, sizeof store, "%s/store", f->w.home);
    (void)snprintf(copy, sizeof copy, "%s.old", store);
    assert_err(kv_backup(f->w.core->kv, copy), OK);
    facts(f, A, B, original, &m);
    expect(f, &m, A, PROTO_ACCEPTED);
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
    struct fixture *f = *state;
    uint8_t original[2048], more[2048];
    struct proto_msg m, n;
    struct hub_world_reply r;

    facts(f, A, B, original, &m);
    expect(f, &m, A, PROTO_ACCEPTED);
    hub_world_core_close(&f->w);
    hub_world_core_open(&f->w);
    assert_int_equal(hub_ledger_size(f->w.core->ledger), 3);
    r = send(f, &m, A);
    assert_int_equal(r.reply.receipt.index, 2);
    check_receipt(f, &m, A, &r);
    hub_world_reply_free(&r);
    /* The staff key is believed again, and numbers go on. */
    facts(f, A, B, more, &n);
    r = send(f, &n, A);
    assert_int_equal(r.reply.result, PROTO_ACCEPTED);
    assert_int_equal(r.reply.receipt.number, 3);
    assert_int_equal(r.reply.receipt.previous, 2);
    hub_world_reply_free(&r);
    r = fetch(f, B, 0);
    assert_int_equal(mail_count(&r), 2);
    hub_world_reply_free(&r);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, open_world, close_world)
    const struct CMUnitTest tests[] = {
        T(an_accepted_act_has_a_valid_receipt), T(a_receipt_of_one_act_is_none_of_another),
        T(a_repeat_gets_the_same_result_and_no_second_leaf), T(a_repeat_far_in_the_past_is_still_answered),
        T(the_same_id_with_another_content_is_refused), T(the_same_id_twice_in_one_round_is_one_leaf),
        T(issued_too_early_is_stale), T(issued_too_late_is_stale), T(issued_at_the_edge_is_taken), T(valid_until_passed_is_stale),
        T(another_region_is_refused), T(another_sender_than_the_signer_is_refused), T(a_node_key_that_never_joined_is_unknown),
        T(a_staff_key_that_was_not_published_is_unknown), T(an_addressee_outside_the_region_is_unknown),
        T(a_blocked_partner_is_refused_until_the_block_ends), T(another_pack_is_refused_for_a_request),
        T(another_pack_does_not_hinder_a_statement), T(every_flipped_byte_of_a_frame_is_refused),
        T(what_comes_later_is_refused_with_a_leaf),
        T(the_addressee_fetches_with_a_receipt_of_its_side), T(mail_goes_only_when_the_node_says_it_has_it),
        T(nobody_fetches_for_another), T(a_waiting_fetch_is_answered_by_the_round_that_brings_mail), T(a_newer_fetch_ends_the_older),
        T(the_checkpoint_is_the_signers), T(certificates_of_a_partner_are_all_there), T(a_staff_certificate_comes_with_its_nodes),
        T(consistency_and_inclusion_are_proven), T(a_stored_result_is_for_its_sender_only),
        T(a_key_of_another_partner_cannot_be_published), T(an_act_that_breaks_the_round_is_left_out_of_it),
        T(stopped_mail_becomes_a_leaf_that_the_fetch_can_check), T(ids_are_forgotten_after_their_time_and_not_before),
        T(a_certificate_that_ended_is_not_believed), T(leaf_time_does_not_go_back_with_the_clock),
        T(an_older_store_than_the_signers_memory_is_refused), T(everything_is_there_after_a_restart),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
