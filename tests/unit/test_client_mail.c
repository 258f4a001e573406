/* client/mail: mail is believed when sender, certificate, signature and receipt hold; other mail is kept as bad and never acted upon. */
#include "tests/support/check.h"
#include "tests/support/client_fixture.h"
#include "tests/support/log_sample.h"

#include "client/archive.h"
#include "client/hublink_parts.h"
#include "client/mail.h"
#include "proto/sign.h"

#include <sodium.h>

/* leerplicht tells vo something; vo's node gets the mail. */
struct world {
    struct client_fixture *f;
    struct client_node *n;
    struct log_sample log;
    struct proto_statement said;
    struct proto_msg msg;
    uint8_t *body, *envelope, *item;
    size_t envelope_len;
    struct client_mail m;
};

static const uint8_t *signer_of(const struct world *w, enum client_fixture_who who, bool secret)
{
    return secret ? w->f->partner[who].node_secret : w->f->partner[who].node_public;
}

/* The message as signed by this partner's node, logged and turned into mail with this number. */
static void make_mail(struct world *w, enum client_fixture_who signer, uint64_t number)
{
    struct proto_signed s = {.count = 1};
    const char *type = proto_msg_type(w->msg.kind);
    uint8_t sig[PROTO_SIG_LEN];

    memcpy(s.type, type, strlen(type) + 1);
    assert_err(proto_msg_encode(&w->msg, w->body, PROTO_FRAME_MAX, &s.body_len), OK);
    s.body = w->body;
    assert_err(proto_sign_make(type, w->body, s.body_len, signer_of(w, signer, true), sig), OK);
    s.by[0] = (struct proto_signed_by){signer_of(w, signer, false), sig};
    assert_err(proto_sign_encode(&s, w->envelope, PROTO_FRAME_MAX, &w->envelope_len), OK);
    w->m.mail = (struct proto_mail){.number = number, .kind = (uint8_t)w->msg.kind, .message = {w->envelope, w->envelope_len}};
    log_sample_act(&w->log, &w->msg, w->m.mail.message, 1, number, w->f->now_s, PROTO_ACCEPTED, &w->m.mail.receipt);
}

/* Through its bytes, as it comes from the hub. */
static void pack(struct world *w)
{
    size_t len = 0, at = 0;

    assert_err(proto_mail_encode(&w->m.mail, w->item, PROTO_FRAME_MAX, &len), OK);
    w->m.item = (struct proto_blob){w->item, len};
    assert_err(proto_mail_decode(w->item, len, &at, &w->m.mail), OK);
}

static int setup(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    struct proto_subject_id child = client_fixture_child(1);
    void *fixture = NULL;

    if (w == NULL || client_fixture_setup(&fixture) != 0)
        return -1;
    w->f = fixture;
    log_sample_init(&w->log);
    log_sample_into(&w->log, &w->f->region);
    log_sample_fill(&w->log, 3);
    w->n = client_fixture_node(w->f, VO);
    w->body = malloc(PROTO_FRAME_MAX);
    w->envelope = malloc(PROTO_FRAME_MAX);
    w->item = malloc(PROTO_FRAME_MAX);
    assert_true(w->body != NULL && w->envelope != NULL && w->item != NULL);
    w->said = client_fixture_say(w->f, PROTO_SAY_EVENT, LEERPLICHT, &child, VO, NOBODY);
    check_name(w->said.event, "VZM");
    w->msg = client_fixture_msg(w->f, PROTO_STATEMENT, LEERPLICHT, VO);
    w->msg.head.subject = child;
    w->msg.original = client_fixture_sign(w->f, &w->said, WORKER);
    make_mail(w, LEERPLICHT, 1);
    *state = w;
    return 0;
}

static int teardown(void **state)
{
    struct world *w = *state;
    void *fixture = w->f;

    free(w->body);
    free(w->envelope);
    free(w->item);
    free(w);
    return client_fixture_close(&fixture);
}

/* As client/inbox does: together, and when that fails alone. */
static enum err apply(struct world *w)
{
    struct vault_txn *x = client_fixture_begin(w->f, VO);
    bool bad = false;
    enum err e;

    pack(w);
    e = client_mail_apply(w->n, x, &w->m, false, &bad);
    if (e != OK && bad) {
        client_vault_abort(x);
        x = client_fixture_begin(w->f, VO);
        e = client_mail_apply(w->n, x, &w->m, true, &bad);
    }
    if (e == OK)
        client_fixture_commit(x);
    else
        client_vault_abort(x);
    return e;
}

static bool is_kept(struct world *w)
{
    struct vault_txn *x = client_fixture_begin(w->f, VO);
    struct client_kept k;
    uint8_t *memory = NULL;
    enum err e = client_kept_get(x, w->said.id, &k, &memory);

    client_vault_abort(x);
    free(memory);
    return e == OK;
}

/* Archived under its number, as what? */
static const char *archived(struct world *w, uint64_t number)
{
    struct vault_txn *x = client_fixture_begin(w->f, VO);
    struct client_archived a;
    uint8_t *memory = NULL;
    enum err e = client_archive_get(x, number, &a, &memory);

    client_vault_abort(x);
    free(memory);
    return e == ERR_NOTFOUND ? "not" : e != OK ? "error" : a.bad ? "bad" : "good";
}

static void assert_bad(struct world *w)
{
    assert_err(apply(w), OK);
    assert_string_equal(archived(w, w->m.mail.number), "bad");
    assert_false(is_kept(w));
    assert_int_equal(client_fixture_waiting(w->f, VO, PROTO_ACK, NULL), 0);
    assert_int_equal(w->n->bad_mail, 1);
}

/* ---- the tests ---- */

static void good_mail_is_kept_archived_and_acknowledged(void **state)
{
    struct world *w = *state;
    struct proto_msg ack;
    uint8_t digest[32];

    assert_err(apply(w), OK);
    assert_string_equal(archived(w, 1), "good");
    assert_true(is_kept(w));
    assert_int_equal(client_fixture_waiting(w->f, VO, PROTO_ACK, &ack), 1);
    assert_memory_equal(ack.refers, w->msg.head.id, PROTO_ID_LEN);
    assert_memory_equal(ack.head.to, w->msg.head.from, PROTO_PARTNER_LEN);
    assert_int_equal(ack.code, PROTO_ACK_STORED);
    crypto_hash_sha256(digest, w->msg.original.data, w->msg.original.len);
    assert_memory_equal(ack.digest, digest, 32);
    assert_int_equal(w->n->bad_mail, 0);
}

/* P-085. */
static void the_same_mail_twice_is_applied_once(void **state)
{
    struct world *w = *state;

    assert_err(apply(w), OK);
    assert_err(apply(w), OK);
    assert_int_equal(client_fixture_waiting(w->f, VO, PROTO_ACK, NULL), 1);
}

/* The sender's node repeats what was not confirmed: the same statement, a new number. */
static void a_repeated_statement_is_acknowledged_again(void **state)
{
    struct world *w = *state;

    assert_err(apply(w), OK);
    randombytes_buf(w->msg.head.id, sizeof w->msg.head.id);
    make_mail(w, LEERPLICHT, 2);
    assert_err(apply(w), OK);
    assert_string_equal(archived(w, 2), "good");
    assert_int_equal(client_fixture_waiting(w->f, VO, PROTO_ACK, NULL), 2);
}

/* The hub logs the same message again: it is in the list under both numbers, and nothing follows from it twice. */
static void the_same_message_under_a_new_number_does_nothing(void **state)
{
    struct world *w = *state;

    assert_err(apply(w), OK);
    make_mail(w, LEERPLICHT, 2);
    assert_err(apply(w), OK);
    assert_string_equal(archived(w, 2), "good");
    assert_int_equal(client_fixture_waiting(w->f, VO, PROTO_ACK, NULL), 1);
    assert_int_equal(w->n->bad_mail, 0);
}

/* Who knows an id puts nothing else under it, and gets no acknowledgement for it. */
static void another_statement_under_a_kept_id_is_bad(void **state)
{
    struct world *w = *state;

    assert_err(apply(w), OK);
    w->said.occurred_s = w->f->now_s - DAY_S;
    w->msg.original = client_fixture_sign(w->f, &w->said, WORKER);
    randombytes_buf(w->msg.head.id, sizeof w->msg.head.id);
    make_mail(w, LEERPLICHT, 2);
    assert_err(apply(w), OK);
    assert_string_equal(archived(w, 2), "bad");
    assert_int_equal(client_fixture_waiting(w->f, VO, PROTO_ACK, NULL), 1);
}

static void a_node_that_signs_for_another_partner_is_not_believed(void **state)
{
    struct world *w = *state;

    make_mail(w, CJG, 1);
    assert_bad(w);
}

static void mail_for_somebody_else_is_not_believed(void **state)
{
    struct world *w = *state;

    memcpy(w->msg.head.to, w->f->partner[CJG].id, PROTO_PARTNER_LEN);
    make_mail(w, LEERPLICHT, 1);
    assert_bad(w);
}

static void mail_of_another_region_is_not_believed(void **state)
{
    struct world *w = *state;

    w->msg.head.region[0] ^= 1;
    make_mail(w, LEERPLICHT, 1);
    assert_bad(w);
}

/* A statement by one partner's person in a message of another. */
static void a_statement_of_a_third_partner_is_not_believed(void **state)
{
    struct world *w = *state;
    struct proto_subject_id child = client_fixture_child(1);
    struct proto_statement foreign = client_fixture_say(w->f, PROTO_SAY_EVENT, CJG, &child, VO, NOBODY);

    check_name(foreign.event, "VZM");
    w->said = foreign;
    w->msg.original = client_fixture_sign(w->f, &foreign, WORKER);
    make_mail(w, LEERPLICHT, 1);
    assert_bad(w);
}

static void a_kind_that_differs_from_the_signed_type_is_not_believed(void **state)
{
    struct world *w = *state;

    w->m.mail.kind = PROTO_CANCEL;
    assert_bad(w);
}

static void another_number_than_the_receipts_is_not_believed(void **state)
{
    struct world *w = *state;

    w->m.mail.number = 2;
    assert_bad(w);
}

static void a_refused_act_is_no_mail(void **state)
{
    struct world *w = *state;

    log_sample_act(&w->log, &w->msg, w->m.mail.message, 1, 1, w->f->now_s, PROTO_DENIED, &w->m.mail.receipt);
    assert_bad(w);
}

static void the_senders_receipt_is_not_ours(void **state)
{
    struct world *w = *state;

    log_sample_act(&w->log, &w->msg, w->m.mail.message, 0, 1, w->f->now_s, PROTO_ACCEPTED, &w->m.mail.receipt);
    assert_bad(w);
}

/* Certificates must be valid at leaf time: the fixture's are, for some days around now. */
static void a_certificate_that_had_ended_is_not_believed(void **state)
{
    struct world *w = *state;

    log_sample_act(&w->log, &w->msg, w->m.mail.message, 1, 1, w->f->now_s + 500 * (uint64_t)DAY_S, PROTO_ACCEPTED, &w->m.mail.receipt);
    w->n->link->down = true;
    assert_bad(w);
}

/* Any one flipped byte of the signed message, one at a time. */
static void no_changed_byte_is_believed(void **state)
{
    struct world *w = *state;
    uint8_t *whole = check_exact(w->envelope, w->envelope_len);
    struct proto_receipt receipt = w->m.mail.receipt;
    uint8_t note[PROTO_NOTE_MAX];

    memcpy(note, receipt.checkpoint.data, receipt.checkpoint.len);
    for (size_t i = 0; i < w->envelope_len; i++) {
        uint64_t number = i + 1;

        memcpy(w->envelope, whole, w->envelope_len);
        w->envelope[i] ^= 0x10;
        w->m.mail = (struct proto_mail){.number = number, .kind = PROTO_STATEMENT, .message = {w->envelope, w->envelope_len}, .receipt = receipt};
        w->m.mail.receipt.checkpoint = (struct proto_blob){note, receipt.checkpoint.len};
        assert_err(apply(w), OK);
        assert_string_equal(archived(w, number), "bad");
    }
    assert_false(is_kept(w));
    free(whole);
}

static void bad_mail_gives_way_to_good(void **state)
{
    struct world *w = *state;

    w->m.mail.kind = PROTO_CANCEL;
    assert_err(apply(w), OK);
    assert_string_equal(archived(w, 1), "bad");
    make_mail(w, LEERPLICHT, 2);
    assert_err(apply(w), OK);
    assert_string_equal(archived(w, 2), "good");
    assert_true(is_kept(w));
}

/* Is this text anywhere in the row under this number? */
static bool archive_has(struct world *w, uint64_t number, const char *text)
{
    struct vault_txn *x = client_fixture_begin(w->f, VO);
    uint8_t *row = NULL;
    size_t len = 0;
    bool has;

    assert_err(client_archive_row(x, number, &row, &len), OK);
    client_vault_abort(x);
    has = memmem(row, len, text, strlen(text)) != NULL;
    free(row);
    return has;
}

/* The node's key opens ciphertext for as long as it lies somewhere: in the archive it must not. */
static void a_release_is_archived_without_its_ciphertext(void **state)
{
    static const char sealed[] = "what only this node can open";
    struct world *w = *state;
    struct proto_msg grant = client_fixture_msg(w->f, PROTO_REFUSE, LEERPLICHT, VO);

    w->msg = client_fixture_msg(w->f, PROTO_RELEASE, LEERPLICHT, VO);
    w->msg.refers[0] = 1;
    w->msg.payload = (struct proto_blob){(const uint8_t *)sealed, sizeof sealed - 1};
    make_mail(w, LEERPLICHT, 1);
    assert_err(apply(w), OK);
    assert_string_equal(archived(w, 1), "good");
    assert_false(archive_has(w, 1, sealed));
    /* Believed or not, and under the name of another kind. */
    make_mail(w, CJG, 2);
    assert_err(apply(w), OK);
    assert_string_equal(archived(w, 2), "bad");
    assert_false(archive_has(w, 2, sealed));
    make_mail(w, LEERPLICHT, 3);
    w->m.mail.kind = PROTO_CANCEL;
    assert_err(apply(w), OK);
    assert_string_equal(archived(w, 3), "bad");
    assert_false(archive_has(w, 3, sealed));
    /* Other mail is kept whole. */
    w->msg = grant;
    w->msg.refers[0] = 1;
    w->msg.code = PROTO_REFUSE_NOT_NEEDED;
    make_mail(w, LEERPLICHT, 4);
    assert_err(apply(w), OK);
    assert_true(archive_has(w, 4, "application/vnd.schakel.refuse.v1"));
}

/* What a partner saw of the log is compared with what we saw. */
/* Of whom: heads that are still to be compared; NULL: those that the log signed. */
static size_t heads_of(const struct world *w, const struct proto_partner *from)
{
    size_t count = 0;

    for (size_t i = 0; i < w->n->link->other_count; i++)
        count += w->n->link->other[i].from == from;
    return count;
}

/* Else a receipt under a history of its own would be forgotten with the next head. */
static void a_head_that_was_newest_for_a_moment_is_asked_about(void **state)
{
    struct world *w = *state;
    const struct proto_partner *partner = proto_region_partner(&w->n->region, w->f->partner[LEERPLICHT].id);
    uint64_t size;
    uint8_t root[32] = {0x66};

    assert_err(apply(w), OK);
    size = w->n->link->newest.size;
    w->n->link->checked = w->n->link->newest;
    w->n->link->other_count = 0;
    client_heads_saw(w->n, size + 2, root, w->f->now_s);
    assert_int_equal(heads_of(w, NULL), 0);
    client_heads_saw(w->n, size + 4, root, w->f->now_s);
    client_heads_saw(w->n, size + 3, root, w->f->now_s);
    assert_int_equal(heads_of(w, NULL), 2);
    assert_int_equal(w->n->link->other[0].head.size, size + 2);
    /* And partners have their places, however many heads a busy hub signs. */
    for (uint64_t at = size + 5; at < size + 100; at++)
        client_heads_saw(w->n, at, root, w->f->now_s);
    assert_int_equal(heads_of(w, NULL), LINK_HEADS / 2);
    client_heads_other(w->n, partner, size - 1, root);
    assert_int_equal(heads_of(w, partner), 1);
    assert_true(client_link_is_trusted(w->n));
}

static void what_a_partner_says_it_saw_stops_nothing(void **state)
{
    struct world *w = *state;
    const struct proto_partner *liar = proto_region_partner(&w->n->region, w->f->partner[LEERPLICHT].id);

    assert_err(apply(w), OK);
    assert_true(client_link_is_trusted(w->n));
    w->msg.head.seen_size = w->n->link->newest.size;
    memcpy(w->msg.head.seen_root, w->n->link->newest.root, 32);
    randombytes_buf(w->msg.head.id, sizeof w->msg.head.id);
    make_mail(w, LEERPLICHT, 2);
    assert_err(apply(w), OK);
    assert_true(client_link_is_trusted(w->n));
    w->msg.head.seen_size = w->n->link->newest.size;
    memset(w->msg.head.seen_root, 0x66, 32);
    randombytes_buf(w->msg.head.id, sizeof w->msg.head.id);
    /* Straight, for logging it would make the tree larger first. */
    client_heads_other(w->n, liar, w->msg.head.seen_size, w->msg.head.seen_root);
    client_heads_other(w->n, liar, UINT64_MAX, w->msg.head.seen_root);
    assert_true(client_link_is_trusted(w->n));
    /* One place each, however many it makes up. */
    for (uint64_t size = 1; size < w->n->link->newest.size; size++)
        client_heads_other(w->n, liar, size, w->msg.head.seen_root);
    assert_true(heads_of(w, liar) <= 1);
    /* What the log signed itself is another matter. */
    client_heads_saw(w->n, w->n->link->newest.size, w->msg.head.seen_root, w->f->now_s);
    assert_false(client_link_is_trusted(w->n));
}

#define world_test(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        world_test(good_mail_is_kept_archived_and_acknowledged),
        world_test(the_same_mail_twice_is_applied_once),
        world_test(a_repeated_statement_is_acknowledged_again),
        world_test(the_same_message_under_a_new_number_does_nothing),
        world_test(another_statement_under_a_kept_id_is_bad),
        world_test(a_node_that_signs_for_another_partner_is_not_believed),
        world_test(mail_for_somebody_else_is_not_believed),
        world_test(mail_of_another_region_is_not_believed),
        world_test(a_statement_of_a_third_partner_is_not_believed),
        world_test(a_kind_that_differs_from_the_signed_type_is_not_believed),
        world_test(another_number_than_the_receipts_is_not_believed),
        world_test(a_refused_act_is_no_mail),
        world_test(the_senders_receipt_is_not_ours),
        world_test(a_certificate_that_had_ended_is_not_believed),
        world_test(no_changed_byte_is_believed),
        world_test(bad_mail_gives_way_to_good),
        world_test(a_release_is_archived_without_its_ciphertext),
        world_test(what_a_partner_says_it_saw_stops_nothing),
        world_test(a_head_that_was_newest_for_a_moment_is_asked_about),
    };

    return cmocka_run_group_tests_name("client/mail", tests, NULL, NULL);
}
