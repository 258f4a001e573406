/* client/hublink over a real socket, with a hub that the test plays: mail that comes in, and checkpoints. */
#include "tests/support/check.h"
#include "tests/support/hub_played.h"

#include "base/wr.h"
#include "client/archive.h"
#include "client/hublink_parts.h"
#include "proto/sign.h"

#include <sodium.h>

static int setup(void **state)
{
    return hub_played_setup(state, SOURCE_DIR "/policy/packs/nl-jeugd");
}

/* A cancellation: the plainest act there is. */
static struct proto_msg act(struct hub_played *h, uint8_t case_byte)
{
    struct proto_msg m = client_fixture_msg(h->f, PROTO_CANCEL, VO, LEERPLICHT);

    memset(m.head.id, 0, sizeof m.head.id);
    memset(m.head.case_id, case_byte, sizeof m.head.case_id);
    m.refers[0] = 1;
    return m;
}

static void put(struct hub_played *h, struct proto_msg *m)
{
    struct vault_txn *x = client_fixture_begin(h->f, VO);

    assert_err(client_outbox_put(h->n, x, m, NULL, NULL), OK);
    client_fixture_commit(x);
}

static bool archived(struct hub_played *h, uint64_t number)
{
    struct vault_txn *x = client_fixture_begin(h->f, VO);
    struct client_archived a;
    uint8_t *memory = NULL;
    enum err e = client_archive_get(x, number, &a, &memory);

    client_vault_abort(x);
    free(memory);
    return e == OK;
}

/* ---- mail ---- */

/* An event that leerplicht tells vo, signed by this person of theirs, as an item of a fetch's payload. */
static size_t make_mail(struct hub_played *h, const uint8_t staff_public[32], const uint8_t staff_secret[64], uint8_t *out, size_t cap)
{
    struct proto_subject_id child = client_fixture_child(1);
    struct proto_statement s = client_fixture_say(h->f, PROTO_SAY_EVENT, LEERPLICHT, &child, VO, NOBODY);
    struct proto_msg m = client_fixture_msg(h->f, PROTO_STATEMENT, LEERPLICHT, VO);
    const struct client_fixture_partner *p = &h->f->partner[LEERPLICHT];
    struct proto_signed envelope = {.count = 1};
    struct proto_mail mail = {.number = ++h->number, .kind = PROTO_STATEMENT};
    static uint8_t body[8192], original[8192], whole[16384];
    uint8_t sig[PROTO_SIG_LEN];
    size_t original_len = 0, whole_len = 0, item_len = 0;
    struct wr w;

    check_name(s.event, "VZM");
    memcpy(envelope.type, proto_statement_type(s.kind), strlen(proto_statement_type(s.kind)) + 1);
    assert_err(proto_statement_encode(&s, body, sizeof body, &envelope.body_len), OK);
    assert_err(proto_sign_make(envelope.type, body, envelope.body_len, staff_secret, sig), OK);
    envelope.body = body;
    envelope.by[0] = (struct proto_signed_by){staff_public, sig};
    assert_err(proto_sign_encode(&envelope, original, sizeof original, &original_len), OK);
    m.head.subject = child;
    m.original = (struct proto_blob){original, original_len};
    memcpy(envelope.type, proto_msg_type(PROTO_STATEMENT), strlen(proto_msg_type(PROTO_STATEMENT)) + 1);
    assert_err(proto_msg_encode(&m, body, sizeof body, &envelope.body_len), OK);
    assert_err(proto_sign_make(envelope.type, body, envelope.body_len, p->node_secret, sig), OK);
    envelope.by[0] = (struct proto_signed_by){p->node_public, sig};
    assert_err(proto_sign_encode(&envelope, whole, sizeof whole, &whole_len), OK);
    mail.message = (struct proto_blob){whole, whole_len};
    log_sample_act(&h->log, &m, mail.message, 1, mail.number, h->f->now_s, PROTO_ACCEPTED, &mail.receipt);
    wr_init(&w, out, cap);
    wr_u16(&w, 1);
    assert_err(wr_end(&w), OK);
    assert_err(proto_mail_encode(&mail, out + 2, cap - 2, &item_len), OK);
    return 2 + item_len;
}

static void mail_is_stored_acknowledged_and_the_next_fetch_says_so(void **state)
{
    struct hub_played *h = *state;
    const struct client_fixture_partner *p = &h->f->partner[LEERPLICHT];
    uint8_t *payload = client_fixture_memory(h->f, 65536);
    size_t len = make_mail(h, p->staff_public[WORKER], p->staff_secret[WORKER], payload, 65536);
    struct hub_played_msg *ack;

    hub_played_payload(h, hub_played_wait(h, PROTO_FETCH), (struct proto_blob){payload, len});
    assert_int_equal(hub_played_wait(h, PROTO_FETCH)->msg.head.running, 1);
    assert_true(archived(h, 1));
    ack = hub_played_wait(h, PROTO_ACK);
    assert_memory_equal(ack->msg.head.to, p->id, PROTO_PARTNER_LEN);
    hub_played_log(h, ack, PROTO_ACCEPTED);
    hub_played_turn(h, 100);
    assert_int_equal(h->n->running, 2);
}

/* payload = u8 n, n * (u16 length, certificate) */
static size_t staff_cert(struct hub_played *h, const uint8_t staff_public[32], uint8_t *out, size_t cap)
{
    const struct client_fixture_partner *p = &h->f->partner[LEERPLICHT];
    struct proto_cert c = {.use = PROTO_USE_STAFF, .role = PROTO_ROLE_CASEWORKER, .from_s = h->f->now_s - 60, .until_s = h->f->now_s + DAY_S};
    uint8_t cert[PROTO_CERT_MAX];
    size_t len = 0;
    struct wr w;

    memcpy(c.region, h->f->region.hash, sizeof c.region);
    memcpy(c.partner, p->id, sizeof c.partner);
    memcpy(c.key, staff_public, sizeof c.key);
    assert_err(proto_cert_make(&c, p->node_secret, cert, sizeof cert, &len), OK);
    wr_init(&w, out, cap);
    wr_u8(&w, 1);
    wr_bytes16(&w, cert, len);
    assert_err(wr_end(&w), OK);
    return w.len;
}

/* A new colleague there: her certificate is asked for, and until it is here the mail waits. */
static void mail_waits_for_the_certificate_it_needs(void **state)
{
    struct hub_played *h = *state;
    uint8_t *payload = client_fixture_memory(h->f, 65536), certs[PROTO_CERT_MAX + 8], staff_public[32], staff_secret[64];
    struct hub_played_msg *ask;
    size_t len;

    (void)crypto_sign_keypair(staff_public, staff_secret);
    len = make_mail(h, staff_public, staff_secret, payload, 65536);
    hub_played_payload(h, hub_played_wait(h, PROTO_FETCH), (struct proto_blob){payload, len});
    ask = hub_played_wait(h, PROTO_QUERY);
    assert_int_equal(ask->msg.code, PROTO_QUERY_CERT);
    assert_memory_equal(ask->msg.key, staff_public, 32);
    assert_false(archived(h, 1));
    hub_played_payload(h, ask, (struct proto_blob){certs, staff_cert(h, staff_public, certs, sizeof certs)});
    (void)hub_played_wait(h, PROTO_ACK);
    assert_int_equal(h->n->bad_mail, 0);
}

/* It is asked for again, as not stored; ten minutes later it is still the same, and noted. Gives the fetch after that. */
static struct hub_played_msg *mail_again(struct hub_played *h, const uint8_t *payload, size_t len, uint64_t stored)
{
    struct hub_played_msg *fetch = hub_played_wait(h, PROTO_FETCH);

    assert_int_equal(fetch->msg.head.running, stored);
    assert_int_equal(h->n->bad_mail, 0);
    assert_false(archived(h, stored + 1));
    assert_int_not_equal(h->n->link->doubt_until_ms, 0);
    h->n->link->doubt_until_ms = 1;
    hub_played_payload(h, fetch, (struct proto_blob){payload, len});
    return hub_played_wait(h, PROTO_FETCH);
}

static void mail_of_an_unknown_person_is_bad_once_the_hub_said_so(void **state)
{
    struct hub_played *h = *state;
    uint8_t *payload = client_fixture_memory(h->f, 65536), staff_public[32], staff_secret[64];
    size_t len;

    (void)crypto_sign_keypair(staff_public, staff_secret);
    len = make_mail(h, staff_public, staff_secret, payload, 65536);
    hub_played_payload(h, hub_played_wait(h, PROTO_FETCH), (struct proto_blob){payload, len});
    hub_played_refuse(h, hub_played_wait(h, PROTO_QUERY), PROTO_NOT_FOUND);
    assert_int_equal(mail_again(h, payload, len, 0)->msg.head.running, 1);
    assert_int_equal(h->n->bad_mail, 1);
    assert_int_equal(hub_played_open(h, PROTO_ACK), 0);
}

/* Number 1 was taken out of the mailbox: mail with number 2 comes alone, and the list goes on. */
static void a_number_that_never_comes_is_noted(void **state)
{
    struct hub_played *h = *state;
    const struct client_fixture_partner *p = &h->f->partner[LEERPLICHT];
    uint8_t *payload = client_fixture_memory(h->f, 65536);
    size_t len;

    h->number = 1;
    len = make_mail(h, p->staff_public[WORKER], p->staff_secret[WORKER], payload, 65536);
    hub_played_payload(h, hub_played_wait(h, PROTO_FETCH), (struct proto_blob){payload, len});
    hub_played_log(h, hub_played_wait(h, PROTO_ACK), PROTO_ACCEPTED);
    assert_int_equal(mail_again(h, payload, len, 0)->msg.head.running, 3);
    assert_true(archived(h, 1));
}

/* A hub that names a number beyond reason: noted in parts, and the node goes on with its work. */
static void a_number_out_of_reach_does_not_hold_the_node(void **state)
{
    struct hub_played *h = *state;
    const struct client_fixture_partner *p = &h->f->partner[LEERPLICHT];
    uint8_t *payload = client_fixture_memory(h->f, 65536);
    size_t len;

    h->number = UINT64_MAX - 10;
    len = make_mail(h, p->staff_public[WORKER], p->staff_secret[WORKER], payload, 65536);
    payload[len - 40] ^= 1;
    hub_played_payload(h, hub_played_wait(h, PROTO_FETCH), (struct proto_blob){payload, len});
    assert_in_range(mail_again(h, payload, len, 0)->msg.head.running, 1, 16384);
    assert_int_equal(h->n->link->doubt_until_ms, 1);
}

/* What was changed on its way comes again as it was: nothing is lost, and nothing is noted as bad. */
static void mail_that_was_changed_on_its_way_comes_again(void **state)
{
    struct hub_played *h = *state;
    const struct client_fixture_partner *p = &h->f->partner[LEERPLICHT];
    uint8_t *payload = client_fixture_memory(h->f, 65536), *changed = client_fixture_memory(h->f, 65536);
    struct hub_played_msg *fetch;
    size_t len;

    len = make_mail(h, p->staff_public[WORKER], p->staff_secret[WORKER], payload, 65536);
    memcpy(changed, payload, len);
    changed[len - 40] ^= 1;
    hub_played_payload(h, hub_played_wait(h, PROTO_FETCH), (struct proto_blob){changed, len});
    fetch = hub_played_wait(h, PROTO_FETCH);
    assert_int_equal(fetch->msg.head.running, 0);
    assert_false(archived(h, 1));
    hub_played_payload(h, fetch, (struct proto_blob){payload, len});
    (void)hub_played_wait(h, PROTO_ACK);
    assert_int_equal(h->n->bad_mail, 0);
    assert_int_equal(h->n->link->doubt_until_ms, 0);
}

/* While an act of ours has no answer, the missing number may be its own. */
static void a_gap_waits_for_acts_under_way(void **state)
{
    struct hub_played *h = *state;
    const struct client_fixture_partner *p = &h->f->partner[LEERPLICHT];
    uint8_t *payload = client_fixture_memory(h->f, 65536);
    struct proto_msg m = act(h, 1);
    struct hub_played_msg *cancel;
    size_t len;

    put(h, &m);
    cancel = hub_played_wait(h, PROTO_CANCEL);
    h->number = 1;
    len = make_mail(h, p->staff_public[WORKER], p->staff_secret[WORKER], payload, 65536);
    hub_played_payload(h, hub_played_wait(h, PROTO_FETCH), (struct proto_blob){payload, len});
    assert_int_equal(hub_played_wait(h, PROTO_FETCH)->msg.head.running, 0);
    assert_false(archived(h, 1));
    h->number = 0;
    hub_played_log(h, cancel, PROTO_ACCEPTED);
    hub_played_turn(h, 100);
    assert_int_equal(h->n->running, 2);
}

static void another_node_of_ours_took_over(void **state)
{
    struct hub_played *h = *state;

    struct hub_played_msg *fetch = hub_played_wait(h, PROTO_FETCH);
    uint64_t refused_ms = clock_mono_ms();

    hub_played_refuse(h, fetch, PROTO_OVERTAKEN);
    (void)hub_played_wait(h, PROTO_FETCH);
    assert_true(clock_mono_ms() - refused_ms >= 3000);
}

/* ---- checkpoints ---- */

/* The first receipt is taken as it is; the second must be shown to extend it. Gives the question. */
static struct hub_played_msg *ask_for_proof(struct hub_played *h)
{
    struct proto_msg a = act(h, 1), b = act(h, 2);
    struct hub_played_msg *q;

    put(h, &a);
    hub_played_log(h, hub_played_wait(h, PROTO_CANCEL), PROTO_ACCEPTED);
    hub_played_turn(h, 100);
    assert_int_equal(h->n->link->checked.size, 5);
    log_sample_fill(&h->log, 3);
    put(h, &b);
    hub_played_log(h, hub_played_wait(h, PROTO_CANCEL), PROTO_ACCEPTED);
    q = hub_played_wait(h, PROTO_QUERY);
    assert_int_equal(q->msg.code, PROTO_QUERY_CONSISTENCY);
    assert_int_equal(q->msg.number, 5);
    assert_int_equal(q->msg.number2, 9);
    return q;
}

/* payload = u16 length, checkpoint | u8 n, n * 32, for the trees of 5 and 9 leaves. */
static size_t make_proof(struct hub_played *h, uint8_t *out, size_t cap)
{
    struct proto_merkle_proof proof;
    struct wr w;

    log_sample_consistency(&h->log, 5, 9, &proof);
    log_sample_checkpoint(&h->log);
    wr_init(&w, out, cap);
    wr_bytes16(&w, h->log.note, h->log.note_len);
    wr_u8(&w, proof.count);
    wr_copy(&w, proof.hash[0], (size_t)proof.count * 32);
    assert_err(wr_end(&w), OK);
    return w.len;
}

static void a_proven_checkpoint_is_the_next_that_is_named(void **state)
{
    struct hub_played *h = *state;
    struct hub_played_msg *q = ask_for_proof(h);
    uint8_t payload[8192];
    struct proto_msg m = act(h, 3);

    hub_played_payload(h, q, (struct proto_blob){payload, make_proof(h, payload, sizeof payload)});
    hub_played_turn(h, 100);
    assert_int_equal(h->n->link->checked.size, 9);
    assert_true(client_link_is_trusted(h->n));
    put(h, &m);
    assert_int_equal(hub_played_wait(h, PROTO_CANCEL)->msg.head.seen_size, 9);
}

static void a_proof_that_fails_is_remembered(void **state)
{
    struct hub_played *h = *state;
    struct hub_played_msg *q = ask_for_proof(h);
    uint8_t payload[8192];
    size_t len = make_proof(h, payload, sizeof payload);
    struct trouble t = {.lang = LANG_EN};

    payload[len - 1] ^= 1;
    hub_played_payload(h, q, (struct proto_blob){payload, len});
    hub_played_turn(h, 100);
    assert_int_equal(h->n->link->checked.size, 5);
    assert_false(client_link_is_trusted(h->n));
    client_hublink_close(h->n->link);
    assert_err(client_hublink_open(h->n, h->address, NULL, &t), OK);
    assert_false(client_link_is_trusted(h->n));
}

static void a_refused_proof_stops_disclosures_until_the_next_start(void **state)
{
    struct hub_played *h = *state;
    struct trouble t = {.lang = LANG_EN};

    hub_played_refuse(h, ask_for_proof(h), PROTO_NOT_FOUND);
    hub_played_turn(h, 100);
    assert_false(client_link_is_trusted(h->n));
    client_hublink_close(h->n->link);
    assert_err(client_hublink_open(h->n, h->address, NULL, &t), OK);
    assert_true(client_link_is_trusted(h->n));
}

/* Our clock is wrong, or the operator blocked us: that says nothing of the log. And a doubt ends when the hub proves what it signed. */
static void only_a_missing_proof_is_a_doubt_and_a_proof_ends_it(void **state)
{
    struct hub_played *h = *state;
    uint8_t payload[8192];

    hub_played_refuse(h, ask_for_proof(h), PROTO_STALE);
    hub_played_turn(h, 100);
    assert_true(client_link_is_trusted(h->n));
    h->n->link->check_at_ms = 0;
    hub_played_refuse(h, hub_played_wait(h, PROTO_QUERY), PROTO_BLOCKED);
    hub_played_turn(h, 100);
    assert_true(client_link_is_trusted(h->n));
    h->n->link->check_at_ms = 0;
    hub_played_refuse(h, hub_played_wait(h, PROTO_QUERY), PROTO_NOT_FOUND);
    hub_played_turn(h, 100);
    assert_false(client_link_is_trusted(h->n));
    h->n->link->check_at_ms = 0;
    hub_played_payload(h, hub_played_wait(h, PROTO_QUERY), (struct proto_blob){payload, make_proof(h, payload, sizeof payload)});
    hub_played_turn(h, 100);
    assert_true(client_link_is_trusted(h->n));
    assert_int_equal(h->n->link->checked.size, 9);
}

#define hub_test(f) cmocka_unit_test_setup_teardown(f, setup, hub_played_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        hub_test(mail_is_stored_acknowledged_and_the_next_fetch_says_so),
        hub_test(mail_waits_for_the_certificate_it_needs),
        hub_test(mail_of_an_unknown_person_is_bad_once_the_hub_said_so),
        hub_test(a_number_out_of_reach_does_not_hold_the_node), hub_test(mail_that_was_changed_on_its_way_comes_again),
        hub_test(a_number_that_never_comes_is_noted),
        hub_test(a_gap_waits_for_acts_under_way),
        hub_test(another_node_of_ours_took_over),
        hub_test(a_proven_checkpoint_is_the_next_that_is_named),
        hub_test(a_proof_that_fails_is_remembered),
        hub_test(only_a_missing_proof_is_a_doubt_and_a_proof_ends_it),
        hub_test(a_refused_proof_stops_disclosures_until_the_next_start),
    };

    return cmocka_run_group_tests_name("client/inbox", tests, NULL, NULL);
}
