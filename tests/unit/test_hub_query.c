#include "support/check.h"
#include "support/hub_acts.h"

#include "proto/merkle.h"

#include <sodium.h>
#include <stdio.h>

static void the_checkpoint_is_the_signers(void **state)
{
    struct hub_acts *f = *state;
    struct hub_world_reply r = hub_acts_query(f, PROTO_QUERY_CHECKPOINT, 0, NULL, NULL, NULL);
    const struct hub_signed *s = hub_signer_last(f->w.signer);

    assert_int_equal(r.reply.payload.len, s->note_len);
    assert_memory_equal(r.reply.payload.data, s->note, s->note_len);
    assert_int_equal(s->head.size, 2);
    hub_world_reply_free(&r);
}

static void certificates_of_a_partner_are_all_there(void **state)
{
    struct hub_acts *f = *state;
    struct hub_world_reply r = hub_acts_query(f, PROTO_QUERY_CERTS, 0, NULL, f->w.partner[A].id, NULL);

    /* node, HPKE, officer, TLS, staff */
    assert_int_equal(r.reply.payload.data[0], 5);
    hub_world_reply_free(&r);
    r = hub_acts_query(f, PROTO_QUERY_CERTS, 0, NULL, f->w.partner[C].id, NULL);
    assert_int_equal(r.reply.payload.data[0], 4);
    hub_world_reply_free(&r);
}

/* More people than the answer counts: what is sealed to the partner needs its other keys, and they are there. */
static void with_many_people_the_partners_own_keys_are_there(void **state)
{
    struct hub_acts *f = *state;
    uint8_t key[PROTO_KEY_LEN], signer[PROTO_KEY_LEN], cert[PROTO_CERT_MAX];
    struct hub_world_partner *p = &f->w.partner[A];
    struct hub_world_reply r;
    struct proto_cert claims;
    struct kv_txn *x = NULL;
    struct rd at;
    size_t len, others = 0;

    memcpy(key, p->staff_key, sizeof key);
    assert_err(kv_begin(f->w.core->kv, true, &x), OK);
    for (int i = 0; i < 300; i++) {
        randombytes_buf(p->staff_key, sizeof p->staff_key);
        len = hub_world_staff_cert(&f->w, A, PROTO_ROLE_COORDINATOR, cert, sizeof cert);
        assert_err(proto_cert_peek(cert, len, &claims, signer), OK);
        assert_err(hub_store_cert_put(f->w.core->cert_store, x, &claims, cert, len), OK);
    }
    assert_err(kv_commit(x), OK);
    memcpy(p->staff_key, key, sizeof key);
    r = hub_acts_query(f, PROTO_QUERY_CERTS, 0, NULL, p->id, NULL);
    rd_init(&at, r.reply.payload.data, r.reply.payload.len);
    assert_int_equal(rd_u8(&at), UINT8_MAX);
    for (int i = 0; i < UINT8_MAX; i++) {
        const uint8_t *one = rd_bytes16(&at, PROTO_CERT_MAX, &len);

        assert_non_null(one);
        assert_err(proto_cert_peek(one, len, &claims, signer), OK);
        others += claims.use != PROTO_USE_STAFF;
    }
    assert_err(rd_end(&at), OK);
    assert_int_equal(others, 4);
    hub_world_reply_free(&r);
}

static void a_staff_certificate_comes_with_its_nodes(void **state)
{
    struct hub_acts *f = *state;
    struct hub_world_reply r = hub_acts_query(f, PROTO_QUERY_CERT, 0, f->w.partner[A].staff_key, NULL, NULL);

    assert_int_equal(r.reply.payload.data[0], 2);
    hub_world_reply_free(&r);
    r = hub_acts_query(f, PROTO_QUERY_CERT, 0, f->w.partner[C].staff_key, NULL, NULL);
    assert_int_equal(r.reply.result, PROTO_NOT_FOUND);
    hub_world_reply_free(&r);
}

static void consistency_and_inclusion_are_proven(void **state)
{
    struct hub_acts *f = *state;
    struct proto_merkle_head old, now;
    struct proto_merkle_proof p;
    struct hub_world_reply r;
    uint8_t original[2048], leaf[32];
    const uint8_t *at;
    struct proto_msg m;
    size_t note;

    old = f->w.core->checkpoint.head;
    for (int i = 0; i < 5; i++) {
        hub_acts_facts(f, A, B, original, &m);
        hub_acts_expect(f, &m, A, PROTO_ACCEPTED);
    }
    now = f->w.core->checkpoint.head;
    r = hub_acts_query(f, PROTO_QUERY_CONSISTENCY, old.size, NULL, NULL, NULL);
    note = (size_t)(r.reply.payload.data[0] << 8 | r.reply.payload.data[1]);
    at = r.reply.payload.data + 2 + note;
    p.count = *at++;
    assert_int_equal(r.reply.payload.len, 2 + note + 1 + (size_t)p.count * 32);
    memcpy(p.hash, at, (size_t)p.count * 32);
    assert_err(proto_merkle_check_consistency(&old, &now, &p), OK);
    hub_world_reply_free(&r);

    r = hub_acts_query(f, PROTO_QUERY_INCLUSION, 3, NULL, NULL, NULL);
    proto_merkle_leaf(r.reply.payload.data, PROTO_LEAF_LEN, leaf);
    at = r.reply.payload.data + PROTO_LEAF_LEN + 2 + note;
    p.count = *at++;
    memcpy(p.hash, at, (size_t)p.count * 32);
    assert_err(proto_merkle_check_inclusion(&now, 3, leaf, &p), OK);
    hub_world_reply_free(&r);

    r = hub_acts_query(f, PROTO_QUERY_INCLUSION, now.size, NULL, NULL, NULL);
    assert_int_equal(r.reply.result, PROTO_NOT_FOUND);
    hub_world_reply_free(&r);
}

/* For a mirror: the leaves as they are, which rebuild the signed root. */
static void leaves_rebuild_the_root(void **state)
{
    struct hub_acts *f = *state;
    struct proto_merkle_tree tree;
    struct hub_world_reply r;
    uint8_t original[2048], hash[32];
    const uint8_t *at;
    struct proto_msg m;
    size_t note;

    hub_acts_facts(f, A, B, original, &m);
    hub_acts_expect(f, &m, A, PROTO_ACCEPTED);
    r = hub_acts_query(f, PROTO_QUERY_LEAVES, 0, NULL, NULL, NULL);
    note = (size_t)(r.reply.payload.data[0] << 8 | r.reply.payload.data[1]);
    at = r.reply.payload.data + 2 + note;
    assert_int_equal(at[0] << 8 | at[1], 3);
    assert_int_equal(r.reply.payload.len, 2 + note + 2 + 3 * PROTO_LEAF_LEN);
    proto_merkle_init(&tree);
    for (size_t i = 0; i < 3; i++) {
        proto_merkle_leaf(at + 2 + i * PROTO_LEAF_LEN, PROTO_LEAF_LEN, hash);
        assert_err(proto_merkle_append(&tree, hash, NULL, NULL), OK);
    }
    proto_merkle_root(&tree, hash);
    assert_memory_equal(hash, f->w.core->checkpoint.head.root, sizeof hash);
    hub_world_reply_free(&r);
    r = hub_acts_query(f, PROTO_QUERY_LEAVES, 3, NULL, NULL, NULL);
    assert_int_equal(r.reply.payload.data[r.reply.payload.len - 1], 0);
    hub_world_reply_free(&r);
    r = hub_acts_query(f, PROTO_QUERY_LEAVES, 4, NULL, NULL, NULL);
    assert_int_equal(r.reply.result, PROTO_NOT_FOUND);
    hub_world_reply_free(&r);
}

static void a_stored_result_is_for_its_sender_only(void **state)
{
    struct hub_acts *f = *state;
    uint8_t original[2048];
    struct proto_msg m, q;
    struct proto_reply stored;
    struct hub_world_reply r;

    hub_acts_facts(f, A, B, original, &m);
    hub_acts_expect(f, &m, A, PROTO_ACCEPTED);
    r = hub_acts_query(f, PROTO_QUERY_RESULT, 0, NULL, NULL, m.head.id);
    assert_int_equal(r.reply.payload.len, PROTO_REPLY_PLAIN);
    assert_err(proto_reply_decode(r.reply.payload.data, r.reply.payload.len, &stored), OK);
    assert_true(stored.has_receipt);
    assert_memory_equal(stored.id, m.head.id, PROTO_ID_LEN);
    hub_world_reply_free(&r);
    hub_world_msg(&f->w, PROTO_QUERY, B, -1, &q);
    q.code = PROTO_QUERY_RESULT;
    memcpy(q.refers, m.head.id, sizeof q.refers);
    hub_acts_expect(f, &q, B, PROTO_NOT_FOUND);
}

/* A row that cannot be read, where a question looks: the questions beside it and after it are answered. */
static void a_question_that_fails_takes_nothing_with_it(void **state)
{
    struct hub_acts *f = *state;
    uint8_t original[2048];
    struct proto_msg m;
    struct hub_world_reply r;
    struct kv_txn *x = NULL;
    kv_table t;

    hub_acts_facts(f, A, B, original, &m);
    assert_err(kv_table_open(f->w.core->kv, "act_id", &t), OK);
    assert_err(kv_begin(f->w.core->kv, true, &x), OK);
    assert_err(kv_put(x, t, m.head.id, PROTO_ID_LEN, "?", 1), OK);
    assert_err(kv_commit(x), OK);
    r = hub_acts_query(f, PROTO_QUERY_RESULT, 0, NULL, NULL, m.head.id);
    assert_int_equal(r.reply.result, PROTO_TROUBLE);
    assert_int_equal(r.reply.payload.len, 0);
    hub_world_reply_free(&r);
    r = hub_acts_query(f, PROTO_QUERY_CHECKPOINT, 0, NULL, NULL, NULL);
    assert_int_equal(r.reply.result, PROTO_ACCEPTED);
    hub_world_reply_free(&r);
}

/* ---- certificates ---- */

static void a_key_of_another_partner_cannot_be_published(void **state)
{
    struct hub_acts *f = *state;

    memcpy(f->w.partner[C].staff_key, f->w.partner[A].staff_key, 32);
    hub_acts_publish(f, C, PROTO_ROLE_CASEWORKER, PROTO_NOT_YOURS);
}

/* 0: it waits, 1: not any more; else what the hub refuses. */
static int taken(struct hub_acts *f, const uint8_t id[PROTO_ID_LEN])
{
    struct hub_world_reply r = hub_acts_query(f, PROTO_QUERY_TAKEN, 0, NULL, NULL, id);
    int result = r.reply.result == PROTO_ACCEPTED ? r.reply.payload.data[0] : -(int)r.reply.result;

    assert_int_equal(r.reply.payload.len, r.reply.result == PROTO_ACCEPTED ? 1 : 0);
    hub_world_reply_free(&r);
    return result;
}

/* Its mail waits until its addressee's node said that it stored it; one that comes later goes on waiting. */
static void its_sender_hears_whether_mail_was_taken(void **state)
{
    struct hub_acts *f = *state;
    uint8_t original[2048], later[2048];
    struct hub_world_reply mail;
    struct proto_msg one, two;

    hub_acts_facts(f, A, B, original, &one);
    hub_acts_expect(f, &one, A, PROTO_ACCEPTED);
    hub_acts_facts(f, A, B, later, &two);
    hub_acts_expect(f, &two, A, PROTO_ACCEPTED);
    assert_int_equal(taken(f, one.head.id), 0);
    mail = hub_acts_fetch(f, B, 0);
    assert_int_equal(hub_acts_mail_count(&mail), 2);
    hub_world_reply_free(&mail);
    assert_int_equal(taken(f, one.head.id), 0);
    /* Its number 1 was its own publication. */
    mail = hub_acts_fetch(f, B, 2);
    hub_world_reply_free(&mail);
    assert_int_equal(taken(f, one.head.id), 1);
    assert_int_equal(taken(f, two.head.id), 0);
}

static void whether_mail_was_taken_is_its_senders_to_know(void **state)
{
    static const uint8_t none[PROTO_ID_LEN] = { 9 };
    struct hub_acts *f = *state;
    uint8_t original[2048];
    struct proto_msg m;

    hub_acts_facts(f, B, A, original, &m);
    hub_acts_expect(f, &m, B, PROTO_ACCEPTED);
    assert_int_equal(taken(f, m.head.id), -PROTO_NOT_FOUND);
    assert_int_equal(taken(f, none), -PROTO_NOT_FOUND);
    /* What the hub itself answered was never mailed. */
    hub_world_msg(&f->w, PROTO_CANCEL, A, B, &m);
    m.refers[0] = 1;
    hub_acts_expect(f, &m, A, PROTO_NOT_FOUND);
    assert_int_equal(taken(f, m.head.id), -PROTO_NOT_FOUND);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, hub_acts_setup, hub_acts_close)
    const struct CMUnitTest tests[] = {
        T(the_checkpoint_is_the_signers), T(certificates_of_a_partner_are_all_there),
        T(with_many_people_the_partners_own_keys_are_there), T(a_staff_certificate_comes_with_its_nodes),
        T(consistency_and_inclusion_are_proven), T(leaves_rebuild_the_root),
        T(a_stored_result_is_for_its_sender_only), T(a_question_that_fails_takes_nothing_with_it), T(a_key_of_another_partner_cannot_be_published),
        T(its_sender_hears_whether_mail_was_taken), T(whether_mail_was_taken_is_its_senders_to_know),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
