/* The registry in core: what is taken, what it changes for whoever acts, and that it is there after a restart (P-189 to P-191). */
#include "support/check.h"
#include "support/hub_registry.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/rd.h"
#include "proto/registry.h"

#include <sodium.h>
#include <stdio.h>

static void expect_why(struct hub_acts *f, const struct proto_registry_say *s, const char *by, enum proto_registry_why why)
{
    char note[PROTO_REGISTRY_NOTE_MAX];
    struct proto_msg m = hub_registry_message(f, s, by, note);
    struct hub_world_reply r = hub_acts_send(f, &m, A);

    assert_int_equal(r.reply.result, why == PROTO_REG_COUNTS ? PROTO_ACCEPTED : PROTO_DENIED);
    assert_int_equal(r.reply.has_receipt, why == PROTO_REG_COUNTS);
    if (why != PROTO_REG_COUNTS) {
        assert_int_equal(r.reply.payload.len, 1);
        assert_int_equal(r.reply.payload.data[0], why);
    } else {
        hub_acts_check_receipt(f, &m, A, &r);
    }
    hub_world_reply_free(&r);
}

static void expect_facts(struct hub_acts *f, int from, int to, enum proto_refusal result)
{
    uint8_t original[2048];
    struct proto_msg m;

    hub_acts_facts(f, from, to, original, &m);
    hub_acts_expect(f, &m, from, result);
}

static void what_does_not_count_is_refused_with_its_reason(void **state)
{
    struct hub_acts *f = *state;
    struct proto_registry_say s = hub_registry_say(f, PROTO_REG_REVOKE, C);
    uint64_t leaves = hub_ledger_size(f->w.core->ledger);

    expect_why(f, &s, "A", PROTO_REG_ONE_SIGNER);
    expect_why(f, &s, "AC", PROTO_REG_TOO_MANY);
    s = hub_registry_say(f, PROTO_REG_QUOTA, A);
    expect_why(f, &s, "AB", PROTO_REG_OWN);
    s.region[0] ^= 1;
    expect_why(f, &s, "BC", PROTO_REG_OTHER_REGION);
    assert_int_equal(proto_registry_size(f->w.core->registry->fold), 0);
    assert_int_equal(hub_ledger_size(f->w.core->ledger), leaves);
}

static void a_revoked_partner_is_refused_from_then_on(void **state)
{
    struct hub_acts *f = *state;
    struct proto_registry_say s = hub_registry_say(f, PROTO_REG_REVOKE, B);
    struct hub_world_reply r;
    struct proto_msg m;

    expect_facts(f, B, A, PROTO_ACCEPTED);
    expect_why(f, &s, "AC", PROTO_REG_COUNTS);
    expect_facts(f, B, A, PROTO_REVOKED);
    expect_facts(f, A, B, PROTO_REVOKED);
    hub_acts_publish(f, B, PROTO_ROLE_CASEWORKER, PROTO_REVOKED);
    r = hub_acts_fetch(f, B, 0);
    assert_int_equal(r.reply.result, PROTO_REVOKED);
    hub_world_reply_free(&r);
    hub_world_msg(&f->w, PROTO_QUERY, B, -1, &m);
    m.code = PROTO_QUERY_CHECKPOINT;
    hub_acts_expect(f, &m, B, PROTO_REVOKED);
    expect_facts(f, A, C, PROTO_ACCEPTED);
    s = hub_registry_say(f, PROTO_REG_QUOTA, A);
    expect_why(f, &s, "BC", PROTO_REG_REVOKED_SIGNER);
}

static void a_waiting_fetch_of_a_revoked_partner_ends(void **state)
{
    struct hub_acts *f = *state;
    struct proto_registry_say s = hub_registry_say(f, PROTO_REG_REVOKE, B);
    char note[PROTO_REGISTRY_NOTE_MAX];
    struct proto_msg fetch, m;
    uint8_t *frame = malloc(HUB_WORLD_FRAME_MAX);
    struct hub_world_reply r[2];
    struct proto_blob in[2];

    assert_non_null(frame);
    hub_world_msg(&f->w, PROTO_FETCH, B, -1, &fetch);
    fetch.number = 25;
    in[0] = (struct proto_blob){ frame, hub_world_frame(&f->w, &fetch, B, frame) };
    memset(r, 0, sizeof r);
    hub_world_round_from(&f->w, in, r, 0, 1);
    assert_null(r[0].frame);
    m = hub_registry_message(f, &s, "AC", note);
    hub_acts_expect(f, &m, A, PROTO_ACCEPTED);
    assert_err(hub_round_run(f->w.core, NULL), OK);
    hub_world_collect(&f->w, r, 1);
    assert_non_null(r[0].frame);
    assert_int_equal(r[0].reply.result, PROTO_REVOKED);
    hub_world_reply_free(&r[0]);
    free(frame);
}

static void a_revoked_node_or_staff_key_is_refused_and_others_go_on(void **state)
{
    struct hub_acts *f = *state;
    struct proto_registry_say s = hub_registry_say(f, PROTO_REG_REVOKE, B);

    memcpy(s.key, f->w.partner[B].staff_key, sizeof s.key);
    expect_why(f, &s, "B", PROTO_REG_COUNTS);
    expect_facts(f, B, A, PROTO_REVOKED);
    expect_facts(f, A, B, PROTO_ACCEPTED);
    s = hub_registry_say(f, PROTO_REG_REVOKE, C);
    memcpy(s.key, f->w.partner[C].node_key, sizeof s.key);
    hub_acts_publish(f, C, PROTO_ROLE_CASEWORKER, PROTO_ACCEPTED);
    expect_why(f, &s, "AB", PROTO_REG_COUNTS);
    hub_acts_publish(f, C, PROTO_ROLE_CASEWORKER, PROTO_REVOKED);
}

static void one_statement_a_round_and_the_next_is_judged_after_it(void **state)
{
    struct hub_acts *f = *state;
    struct proto_registry_say s = hub_registry_say(f, PROTO_REG_REVOKE, B), t = hub_registry_say(f, PROTO_REG_QUOTA, A);
    char note[2][PROTO_REGISTRY_NOTE_MAX];
    struct proto_msg m[2] = { hub_registry_message(f, &s, "AC", note[0]), hub_registry_message(f, &t, "BC", note[1]) };
    uint8_t *frame[2] = { malloc(HUB_WORLD_FRAME_MAX), malloc(HUB_WORLD_FRAME_MAX) };
    struct hub_world_reply r[2];
    struct proto_blob in[2];

    for (size_t i = 0; i < 2; i++) {
        assert_non_null(frame[i]);
        in[i] = (struct proto_blob){ frame[i], hub_world_frame(&f->w, &m[i], A, frame[i]) };
    }
    hub_world_round(&f->w, in, r, 2);
    assert_int_equal(r[0].reply.result, PROTO_ACCEPTED);
    assert_int_equal(r[1].reply.result, PROTO_TROUBLE);
    for (size_t i = 0; i < 2; i++) {
        hub_world_reply_free(&r[i]);
        free(frame[i]);
    }
    expect_why(f, &t, "BC", PROTO_REG_REVOKED_SIGNER);
    assert_int_equal(proto_registry_size(f->w.core->registry->fold), 1);
    assert_int_equal(proto_registry_void(f->w.core->registry->fold), 0);
}

/* A round that is given up takes its statement with it: the next one does not wait for it for ever, nor fold it. */
static void a_statement_of_a_round_that_was_given_up_is_none(void **state)
{
    struct hub_acts *f = *state;
    struct hub_registry *r = f->w.core->registry;
    struct proto_registry_say s = hub_registry_say(f, PROTO_REG_REVOKE, B);
    char note[PROTO_REGISTRY_NOTE_MAX];
    struct proto_msg m = hub_registry_message(f, &s, "AC", note);
    enum proto_registry_why why = PROTO_REG_MALFORMED;
    struct kv_txn *x = NULL;
    bool busy = true, changed = true;

    assert_err(kv_begin(r->kv, true, &x), OK);
    assert_err(hub_registry_take(r, x, m.original.data, m.original.len, clock_now_s(), &why, &busy), OK);
    assert_int_equal(why, PROTO_REG_COUNTS);
    assert_false(busy);
    why = PROTO_REG_MALFORMED;
    assert_err(hub_registry_take(r, x, m.original.data, m.original.len, clock_now_s(), &why, &busy), OK);
    assert_int_equal(why, PROTO_REG_COUNTS);
    assert_true(busy);
    kv_abort(x);
    hub_registry_rewind(r);
    assert_err(hub_registry_commit(r, &changed), OK);
    assert_false(changed);
    assert_int_equal(proto_registry_size(r->fold), 0);
    expect_why(f, &s, "AC", PROTO_REG_COUNTS);
    expect_facts(f, B, A, PROTO_REVOKED);
}

/* What its root key of before certified ends, at once and after a restart, and nothing of others (P-188). */
static void a_new_root_key_ends_what_the_one_before_certified(void **state)
{
    struct hub_acts *f = *state;
    struct proto_registry_say s = hub_registry_say(f, PROTO_REG_ROOT, B);
    struct hub_cert cert;

    (void)crypto_sign_keypair(s.key, f->w.partner[B].root_secret);
    expect_facts(f, B, A, PROTO_ACCEPTED);
    expect_why(f, &s, "AC", PROTO_REG_COUNTS);
    assert_err(hub_certs_find(f->w.core->registry->certs, f->w.partner[B].node_key, &cert), OK);
    assert_int_equal(cert.until_s, s.from_s);
    assert_err(hub_certs_find(f->w.core->registry->certs, f->w.partner[A].node_key, &cert), OK);
    assert_true(cert.until_s > s.from_s + 3600);
    for (int again = 0; again < 2; again++) {
        expect_facts(f, B, A, PROTO_UNKNOWN_KEY);
        expect_facts(f, A, C, PROTO_ACCEPTED);
        hub_world_core_close(&f->w);
        hub_world_core_open(&f->w);
    }
}

/* What the new root key certified goes on when somebody else's key is ended later: only the statement about the root key reached that partner. */
static void what_the_new_root_key_certified_goes_on(void **state)
{
    struct hub_acts *f = *state;
    struct hub_registry *r = f->w.core->registry;
    struct proto_registry_say root = hub_registry_say(f, PROTO_REG_ROOT, B), revoke = hub_registry_say(f, PROTO_REG_REVOKE, C);
    uint8_t cert[PROTO_CERT_MAX];
    struct proto_cert fresh;
    struct hub_cert found;
    size_t len;

    (void)crypto_sign_keypair(root.key, f->w.partner[B].root_secret);
    expect_why(f, &root, "AC", PROTO_REG_COUNTS);
    (void)crypto_sign_keypair(f->w.partner[B].node_key, f->w.partner[B].node_secret);
    len = hub_world_node_cert(&f->w, B, cert, sizeof cert);
    assert_err(proto_cert_check(r->region, cert, len, NULL, &fresh), OK);
    assert_err(hub_certs_put(r->certs, &fresh, NULL), OK);
    memcpy(revoke.key, f->w.partner[C].staff_key, sizeof revoke.key);
    expect_why(f, &revoke, "C", PROTO_REG_COUNTS);
    assert_err(hub_certs_find(r->certs, f->w.partner[B].node_key, &found), OK);
    assert_int_equal(found.until_s, fresh.until_s);
}

static void admit(struct hub_acts *f)
{
    struct proto_registry_say s = hub_registry_say_admit(f);

    expect_why(f, &s, "AB", PROTO_REG_COUNTS);
}

static void an_admitted_partner_is_known_at_once_and_after_a_restart(void **state)
{
    struct hub_acts *f = *state;
    struct hub_world_reply r;

    admit(f);
    for (int again = 0; again < 2; again++) {
        assert_non_null(proto_region_partner(f->w.core->region, f->w.partner[D].id));
        r = hub_acts_query(f, PROTO_QUERY_CERTS, 0, NULL, f->w.partner[D].id, NULL);
        assert_int_equal(r.reply.result, PROTO_ACCEPTED);
        hub_world_reply_free(&r);
        hub_world_core_close(&f->w);
        hub_world_core_open(&f->w);
    }
}

static void a_revocation_is_there_after_a_restart(void **state)
{
    struct hub_acts *f = *state;
    struct proto_registry_say s = hub_registry_say(f, PROTO_REG_REVOKE, B), t = hub_registry_say(f, PROTO_REG_REVOKE, A);

    expect_why(f, &s, "AC", PROTO_REG_COUNTS);
    memcpy(t.key, f->w.partner[A].staff_key, sizeof t.key);
    expect_why(f, &t, "A", PROTO_REG_COUNTS);
    hub_world_core_close(&f->w);
    hub_world_core_open(&f->w);
    expect_facts(f, B, A, PROTO_REVOKED);
    expect_facts(f, A, C, PROTO_REVOKED);
}

/* One partner cannot fill the registry, so that nobody could be revoked any more; nor by a restart of the hub. */
static void what_one_partner_adopts_has_an_end(void **state)
{
    struct hub_acts *f = *state;
    struct proto_registry_say s;

    for (size_t i = 0; i <= HUB_REGISTRY_CAP_PACKS + 1; i++) {
        s = hub_registry_say(f, PROTO_REG_PACK, A);
        memset(s.partner, 0, sizeof s.partner);
        memset(s.digest, (int)i + 1, sizeof s.digest);
        (void)snprintf(s.name, sizeof s.name, "regio");
        (void)snprintf(s.version, sizeof s.version, "%zu", i);
        expect_why(f, &s, "A", i < HUB_REGISTRY_CAP_PACKS ? PROTO_REG_COUNTS : PROTO_REG_FULL);
        if (i == HUB_REGISTRY_CAP_PACKS) {
            hub_world_core_close(&f->w);
            hub_world_core_open(&f->w);
        }
    }
    expect_why(f, &s, "B", PROTO_REG_COUNTS);
    s = hub_registry_say(f, PROTO_REG_REVOKE, A);
    expect_why(f, &s, "BC", PROTO_REG_COUNTS);
}

/* What a node asks, and what the other roles read: the same bytes, that fit what was folded. */
static void the_copy_is_what_a_node_gets(void **state)
{
    struct hub_acts *f = *state;
    struct proto_registry_say s = hub_registry_say(f, PROTO_REG_QUOTA, A), t = hub_registry_say(f, PROTO_REG_QUOTA, B);
    struct hub_world_reply r;
    struct proto_region *region = malloc(sizeof *region);
    struct proto_registry *fold = NULL;
    struct proto_registry_more more;
    struct proto_merkle_head head;
    const uint8_t *checkpoint;
    uint8_t *copy = NULL;
    size_t len = 0, note_len;
    struct rd in;

    assert_non_null(region);
    expect_why(f, &s, "BC", PROTO_REG_COUNTS);
    expect_why(f, &t, "AC", PROTO_REG_COUNTS);
    r = hub_acts_query(f, PROTO_QUERY_REGISTRY, 0, NULL, NULL, NULL);
    assert_err(file_read(f->w.core->config.registry, 1 << 20, &copy, &len, NULL), OK);
    assert_int_equal(len, r.reply.payload.len);
    assert_memory_equal(copy, r.reply.payload.data, len);
    rd_init(&in, copy, len);
    checkpoint = rd_bytes16(&in, PROTO_NOTE_MAX, &note_len);
    more.count = rd_u16(&in);
    assert_int_equal(more.count, 2);
    more.len = rd_left(&in);
    more.leaves = rd_view(&in, more.len);
    assert_err(proto_region_parse((uint8_t *)f->w.region_text, f->w.region_len, true, region, NULL), OK);
    assert_err(proto_registry_new(region, &fold), OK);
    assert_err(proto_registry_check(fold, checkpoint, note_len, &more, &head), OK);
    assert_int_equal(head.size, 2);
    proto_registry_free(fold);
    free(region);
    free(copy);
    hub_world_reply_free(&r);
    r = hub_acts_query(f, PROTO_QUERY_REGISTRY, 2, NULL, NULL, NULL);
    assert_int_equal(r.reply.payload.data[r.reply.payload.len - 1], 0);
    hub_world_reply_free(&r);
}

#define T(name) cmocka_unit_test_setup_teardown(name, hub_acts_setup, hub_acts_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(what_does_not_count_is_refused_with_its_reason), T(a_revoked_partner_is_refused_from_then_on),
        T(a_waiting_fetch_of_a_revoked_partner_ends), T(a_revoked_node_or_staff_key_is_refused_and_others_go_on),
        T(one_statement_a_round_and_the_next_is_judged_after_it), T(an_admitted_partner_is_known_at_once_and_after_a_restart),
        T(a_revocation_is_there_after_a_restart), T(the_copy_is_what_a_node_gets),
        T(what_one_partner_adopts_has_an_end), T(a_statement_of_a_round_that_was_given_up_is_none),
        T(a_new_root_key_ends_what_the_one_before_certified), T(what_the_new_root_key_certified_goes_on),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
