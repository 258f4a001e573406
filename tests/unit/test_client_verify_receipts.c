/* client/verify: receipts tell what a log copy alone cannot. */
#include "tests/support/verify_world.h"

#include "base/clock.h"
#include "client/terms.h"

/* ---- receipts ---- */

enum { BARE_FLAG = 0x100, SPENT_FLAG = 0x200 };

/* kind with BARE_FLAG: without ciphertext; with SPENT_FLAG: its term is over. */
static void write_entry(struct world *w, uint64_t number, unsigned kind, const struct proto_receipt *r, struct proto_blob envelope,
    struct proto_blob proof)
{
    static uint8_t row[65536];
    char name[64];
    struct wr wr;

    wr_init(&wr, row, sizeof row);
    wr_u8(&wr, 1);
    wr_u8(&wr, r != NULL ? CLIENT_SENT : CLIENT_RECEIVED);
    wr_u8(&wr, (uint8_t)(kind & 0xff));
    wr_u8(&wr, (kind & BARE_FLAG) != 0 ? 2 : (kind & SPENT_FLAG) != 0 ? 4 : 0);
    wr_u64(&wr, r != NULL ? r->index : PROTO_NO_LEAF);
    wr_u64(&wr, r != NULL ? r->time_s : 0);
    wr_bytes32(&wr, envelope.data, envelope.len);
    wr_bytes32(&wr, proof.data, proof.len);
    assert_err(wr_end(&wr), OK);
    assert_err(file_mkdirs(path(w, "arch"), NULL), OK);
    (void)snprintf(name, sizeof name, "arch/%010llu.entry", (unsigned long long)number);
    assert_err(file_write(path(w, name), row, wr.len, 0600, NULL), OK);
}

/* What another program is given of an entry; number is in the file's name only. */
static void write_proof(struct world *w, uint64_t number, const struct proto_receipt *r)
{
    char name[64], proof[16384];
    size_t len = 0;

    assert_err(proto_receipt_tlog_proof(r, proof, sizeof proof, &len), OK);
    (void)snprintf(name, sizeof name, "arch/%010llu.tlog-proof", (unsigned long long)number);
    assert_err(file_write(path(w, name), proof, len, 0600, NULL), OK);
}

/* Of the entry that was made last; its bytes live until the next is made. */
static struct proto_receipt made;

/* An act of ours, logged, as the archive exports it. */
static void make_entry_at(struct world *w, uint64_t number, enum proto_kind kind, uint64_t at_s)
{
    struct proto_msg m = {.kind = kind, .head = {.issued_s = at_s - 1, .valid_until_s = at_s + 1000}};
    struct proto_signed s = {.count = 1};
    struct proto_reply reply = {.result = PROTO_ACCEPTED, .has_receipt = true};
    static uint8_t body[4096], envelope[4096], proof[32768];
    uint8_t sig[PROTO_SIG_LEN];
    size_t len = 0, proof_len = 0;

    if (kind == PROTO_CANCEL)
        m.refers[0] = 1;
    randombytes_buf(m.head.id, sizeof m.head.id);
    memset(m.head.from, 3, sizeof m.head.from);
    memcpy(s.type, proto_msg_type(kind), strlen(proto_msg_type(kind)) + 1);
    assert_err(proto_msg_encode(&m, body, sizeof body, &s.body_len), OK);
    s.body = body;
    assert_err(proto_sign_make(s.type, body, s.body_len, w->node_secret, sig), OK);
    s.by[0] = (struct proto_signed_by){w->node_key, sig};
    assert_err(proto_sign_encode(&s, envelope, sizeof envelope, &len), OK);
    log_sample_act(&w->log, &m, (struct proto_blob){envelope, len}, 0, number, at_s, PROTO_ACCEPTED, &reply.receipt);
    assert_err(proto_reply_encode(&reply, 0, proof, sizeof proof, &proof_len), OK);
    made = reply.receipt;
    write_entry(w, number, kind, &reply.receipt, (struct proto_blob){envelope, len}, (struct proto_blob){proof, proof_len});
}

static void make_entry_of(struct world *w, uint64_t number, enum proto_kind kind)
{
    make_entry_at(w, number, kind, 5000);
}

/* A release as the archive keeps it: without ciphertext. */
static void make_bare_entry(struct world *w, uint64_t number)
{
    static const uint8_t ciphertext[] = "the sealed bytes, which are gone later";
    struct proto_msg m = {.kind = PROTO_RELEASE, .payload = {ciphertext, sizeof ciphertext}, .head = {.issued_s = 4999, .valid_until_s = 6000}};
    struct client_archived a = {.number = number};
    struct proto_receipt r;
    uint8_t envelope[64], *memory = NULL;

    m.refers[0] = 1;
    randombytes_buf(m.head.id, sizeof m.head.id);
    memset(m.head.from, 3, sizeof m.head.from);
    randombytes_buf(envelope, sizeof envelope);
    log_sample_act(&w->log, &m, (struct proto_blob){envelope, sizeof envelope}, 0, number, 5000, PROTO_ACCEPTED, &r);
    assert_err(client_archive_make_bare(&m, envelope, sizeof envelope, &r, &a, &memory), OK);
    assert_null(memmem(a.envelope.data, a.envelope.len, ciphertext, sizeof ciphertext));
    write_entry(w, number, PROTO_RELEASE | BARE_FLAG, &r, a.envelope, a.proof);
    free(memory);
}

static void make_entry(struct world *w, uint64_t number)
{
    make_entry_of(w, number, PROTO_CANCEL);
}

/* A number that never came, as the node notes it. */
static void make_gap(struct world *w, uint64_t number)
{
    write_entry(w, number, PROTO_NONE, NULL, (struct proto_blob){NULL, 0}, (struct proto_blob){NULL, 0});
}

static enum err receipts(struct world *w)
{
    client_claims_fini(&w->claims);
    return client_verify_receipts(&w->region, path(w, "arch"), &w->claims, &w->problems, NULL);
}

static void receipts_and_log_agree(void **state)
{
    struct world *w = *state;

    for (uint64_t n = 1; n <= 5; n++) {
        log_sample_fill(&w->log, 3);
        make_entry(w, n);
    }
    log_sample_export(&w->log, path(w, "log"));
    assert_err(receipts(w), OK);
    assert_int_equal(w->claims.count, 5);
    assert_int_equal(w->claims.first, 1);
    assert_int_equal(w->claims.last, 5);
    assert_err(verify(w), OK);
    assert_int_equal(w->report.compared, 5);
    assert_int_equal(w->problems.count, 0);
}

static void a_release_without_its_ciphertext_holds(void **state)
{
    struct world *w = *state;

    make_entry(w, 1);
    make_bare_entry(w, 2);
    make_entry(w, 3);
    log_sample_export(&w->log, path(w, "log"));
    assert_err(receipts(w), OK);
    assert_int_equal(w->claims.count, 3);
    assert_err(verify(w), OK);
    assert_int_equal(w->report.compared, 3);
    assert_int_equal(w->problems.count, 0);
}

/* Digest of the envelope, region, id, sender, receipt: each is in the leaf, or names it. */
static void a_changed_release_without_its_ciphertext_is_named(void **state)
{
    static const size_t at[] = {24, 24 + 31, 24 + 32, 24 + 32 + 32, 24 + 32 + 48, 24 + 32 + 340 + 60};
    struct world *w = *state;

    make_bare_entry(w, 1);
    for (size_t i = 0; i < sizeof at / sizeof *at; i++) {
        home_folder_flip(w->folder, "arch/0000000001.entry", at[i]);
        assert_err(receipts(w), OK);
        assert_int_equal(w->claims.count, 0);
        assert_int_equal(w->problems.count, i + 1);
        home_folder_flip(w->folder, "arch/0000000001.entry", at[i]);
    }
    assert_err(receipts(w), OK);
    assert_int_equal(w->claims.count, 1);
}

/* The entry of this number as the archive keeps it when its term is over. */
static void spend_entry(struct world *w, uint64_t number)
{
    const uint8_t origin = 1;
    struct proto_receipt r = {0};
    uint8_t leaf[32];

    assert_err(receipts(w), OK);
    for (size_t i = 0; i < w->claims.count; i++)
        if (w->claims.at[i].number == number) {
            r.index = w->claims.at[i].index;
            r.time_s = w->claims.at[i].time_s;
            memcpy(leaf, w->claims.at[i].leaf, sizeof leaf);
        }
    assert_int_not_equal(r.time_s, 0);
    write_entry(w, number, PROTO_CANCEL | SPENT_FLAG, &r, (struct proto_blob){leaf, sizeof leaf}, (struct proto_blob){&origin, 1});
}

/* Nothing is missing, and the log still has its leaf. */
static void what_is_not_kept_any_more_is_no_problem(void **state)
{
    struct world *w = *state;

    for (uint64_t n = 1; n <= 4; n++)
        make_entry(w, n);
    spend_entry(w, 1);
    spend_entry(w, 2);
    log_sample_export(&w->log, path(w, "log"));
    assert_err(receipts(w), OK);
    assert_int_equal(w->claims.count, 4);
    assert_int_equal(w->claims.spent, 2);
    assert_err(verify(w), OK);
    assert_int_equal(w->report.compared, 2);
    assert_int_equal(w->problems.count, 0);
}

/* Else an act could be left out by calling it over. When it was is the archive's own word; what lies before it is proven. */
static void what_cannot_be_over_yet_is_named(void **state)
{
    struct world *w = *state;
    uint64_t now_s = clock_now_s(), term_s = (uint64_t)CLIENT_TERMS_LEAST_YEARS * CLIENT_TERMS_YEAR_S;
    uint8_t leaf[32] = {1};
    const uint8_t origin = 1;
    const struct proto_blob hash = {leaf, sizeof leaf}, log = {&origin, 1};
    struct proto_receipt said = {.index = 1, .time_s = now_s - term_s + 600};

    make_entry_at(w, 1, PROTO_CANCEL, now_s - term_s - 600);
    write_entry(w, 2, PROTO_CANCEL | SPENT_FLAG, &said, hash, log);
    assert_err(receipts(w), OK);
    assert_string_equal(problems(w), "0000000002.entry ");
    w->problems.count = 0;
    said.time_s = now_s - term_s;
    write_entry(w, 2, PROTO_CANCEL | SPENT_FLAG, &said, hash, log);
    assert_err(receipts(w), OK);
    assert_int_equal(w->problems.count, 0);
    make_entry_at(w, 1, PROTO_CANCEL, now_s - term_s + 600);
    assert_err(receipts(w), OK);
    assert_int_equal(w->problems.count, 1);
}

/* What was not believed has no leaf and no moment: it is over when the next one may be, and then the log has nothing to compare. */
static void what_had_no_leaf_is_over_with_the_next(void **state)
{
    struct world *w = *state;
    uint64_t now_s = clock_now_s(), term_s = (uint64_t)CLIENT_TERMS_LEAST_YEARS * CLIENT_TERMS_YEAR_S;
    const struct proto_blob none = {NULL, 0};

    make_entry_at(w, 1, PROTO_CANCEL, now_s - term_s - 900);
    write_entry(w, 2, PROTO_CANCEL | SPENT_FLAG, NULL, none, none);
    make_entry_at(w, 3, PROTO_CANCEL, now_s - term_s - 600);
    assert_err(receipts(w), OK);
    assert_int_equal(w->problems.count, 0);
    assert_int_equal(w->claims.count, 2);
    assert_int_equal(w->claims.spent, 1);
    make_entry_at(w, 3, PROTO_CANCEL, now_s - term_s + 600);
    assert_err(receipts(w), OK);
    assert_string_equal(problems(w), "0000000002.entry ");
}

/* Its first, middle and last byte; and what is no hash is no place. */
static void a_place_that_the_log_has_not_is_named(void **state)
{
    static const size_t at[] = {24, 24 + 16, 24 + 31};
    struct world *w = *state;

    for (uint64_t n = 1; n <= 3; n++)
        make_entry(w, n);
    spend_entry(w, 2);
    log_sample_export(&w->log, path(w, "log"));
    for (size_t i = 0; i < sizeof at / sizeof *at; i++) {
        home_folder_flip(w->folder, "arch/0000000002.entry", at[i]);
        assert_err(receipts(w), OK);
        assert_err(verify(w), OK);
        assert_int_equal(w->problems.count, i + 1);
        home_folder_flip(w->folder, "arch/0000000002.entry", at[i]);
    }
    home_folder_flip(w->folder, "arch/0000000002.entry", 23);
    assert_err(receipts(w), OK);
    assert_int_equal(w->claims.count, 2);
}

static void a_changed_receipt_is_named(void **state)
{
    struct world *w = *state;

    for (uint64_t n = 1; n <= 3; n++)
        make_entry(w, n);
    home_folder_flip(w->folder, "arch/0000000002.entry", 200);
    assert_err(receipts(w), OK);
    assert_int_equal(w->claims.count, 2);
    assert_string_equal(problems(w), "0000000002.entry ");
}

static void a_missing_number_is_named(void **state)
{
    struct world *w = *state;

    for (uint64_t n = 1; n <= 5; n++)
        if (n != 3 && n != 4)
            make_entry(w, n);
    assert_err(receipts(w), OK);
    assert_string_equal(problems(w), "3-4 ");
}

static void a_number_that_never_came_is_a_problem(void **state)
{
    struct world *w = *state;

    make_entry(w, 1);
    make_gap(w, 2);
    make_entry(w, 3);
    assert_err(receipts(w), OK);
    assert_int_equal(w->claims.count, 2);
    assert_int_equal(w->claims.missing, 1);
    assert_string_equal(problems(w), "0000000002.entry ");
}

static void a_withdrawn_number_has_the_leaf_of_a_fetch_after_it(void **state)
{
    struct world *w = *state;

    make_gap(w, 1);
    make_entry_of(w, 2, PROTO_FETCH);
    assert_err(receipts(w), OK);
    assert_int_equal(w->claims.withdrawn, 1);
    assert_int_equal(w->problems.count, 0);
    make_gap(w, 3);
    assert_err(receipts(w), OK);
    assert_int_equal(w->claims.withdrawn, 1);
    assert_int_equal(w->claims.missing, 1);
}

static void a_receipt_under_another_number_is_refused(void **state)
{
    struct world *w = *state;

    make_entry(w, 1);
    assert_int_equal(rename(path(w, "arch/0000000001.entry"), path(w, "arch/0000000002.entry")), 0);
    assert_err(receipts(w), OK);
    assert_int_equal(w->claims.count, 0);
    assert_int_equal(w->problems.count, 1);
}

/* P-119: each beside its entry; an entry without one is none the worse. */
static void a_proof_for_other_programs_holds_beside_its_entry(void **state)
{
    struct world *w = *state;

    for (uint64_t n = 1; n <= 3; n++) {
        log_sample_fill(&w->log, 2);
        make_entry(w, n);
        if (n != 2)
            write_proof(w, n, &made);
    }
    assert_err(receipts(w), OK);
    assert_int_equal(w->claims.count, 3);
    assert_int_equal(w->problems.count, 0);
}

/* Whoever is given it would be told that another act is in the log, or none. The entry itself holds. */
static void a_proof_of_another_leaf_is_named(void **state)
{
    struct world *w = *state;

    log_sample_fill(&w->log, 2);
    make_entry(w, 1);
    write_proof(w, 1, &made);
    write_proof(w, 2, &made);
    make_entry(w, 2);
    assert_err(receipts(w), OK);
    assert_int_equal(w->claims.count, 2);
    assert_string_equal(problems(w), "0000000002.tlog-proof ");
}

static void a_changed_proof_for_other_programs_is_named(void **state)
{
    struct world *w = *state;
    uint8_t *data = NULL;
    size_t len = 0, named = 0;

    log_sample_fill(&w->log, 2);
    make_entry(w, 1);
    write_proof(w, 1, &made);
    assert_err(file_read(path(w, "arch/0000000001.tlog-proof"), 16384, &data, &len, NULL), OK);
    for (size_t i = 0; i < len; i += 5) {
        home_folder_flip(w->folder, "arch/0000000001.tlog-proof", i);
        assert_err(receipts(w), OK);
        assert_int_equal(w->claims.count, 1);
        assert_int_equal(w->problems.count, ++named);
        home_folder_flip(w->folder, "arch/0000000001.tlog-proof", i);
    }
    for (size_t cut = 0; cut < len; cut += 9) {
        assert_err(file_write(path(w, "arch/0000000001.tlog-proof"), data, cut, 0600, NULL), OK);
        assert_err(receipts(w), OK);
        assert_int_equal(w->problems.count, ++named);
    }
    free(data);
}

/* The hub rewrote its log, hashes, levels, checkpoint and all: only receipts can tell, and they say between which two leaves. */
static void a_rewritten_log_is_found_by_receipts(void **state)
{
    struct world *w = *state;

    make_entry(w, 1);
    log_sample_fill(&w->log, 10);
    make_entry(w, 2);
    log_sample_fill(&w->log, 10);
    make_entry(w, 3);
    w->log.entry[15][50] ^= 1;
    proto_merkle_leaf(w->log.entry[15], PROTO_LEAF_LEN, w->log.leaf[15]);
    log_sample_export(&w->log, path(w, "log"));
    assert_err(receipts(w), OK);
    assert_err(verify(w), OK);
    assert_true(w->report.root_holds);
    assert_string_equal(problems(w), "12:0000000003.entry ");
}

static void an_act_that_was_taken_out_is_found_by_its_receipt(void **state)
{
    struct world *w = *state;

    log_sample_fill(&w->log, 2);
    make_entry(w, 1);
    log_sample_fill(&w->log, 1);
    memcpy(w->log.entry[2], w->log.entry[3], PROTO_LEAF_LEN);
    memcpy(w->log.leaf[2], w->log.leaf[3], 32);
    log_sample_export(&w->log, path(w, "log"));
    assert_err(receipts(w), OK);
    assert_err(verify(w), OK);
    assert_string_equal(problems(w), "2:0000000001.entry 0:0000000001.entry ");
}

static void a_folder_without_receipts_is_no_archive(void **state)
{
    struct world *w = *state;

    assert_err(receipts(w), ERR_NOTFOUND);
    assert_int_equal(mkdir(path(w, "arch"), 0700), 0);
    assert_err(receipts(w), ERR_NOTFOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        world_test(receipts_and_log_agree),
        world_test(a_release_without_its_ciphertext_holds),
        world_test(a_changed_release_without_its_ciphertext_is_named),
        world_test(what_is_not_kept_any_more_is_no_problem),
        world_test(what_cannot_be_over_yet_is_named),
        world_test(what_had_no_leaf_is_over_with_the_next),
        world_test(a_place_that_the_log_has_not_is_named),
        world_test(a_changed_receipt_is_named),
        world_test(a_missing_number_is_named),
        world_test(a_number_that_never_came_is_a_problem),
        world_test(a_withdrawn_number_has_the_leaf_of_a_fetch_after_it),
        world_test(a_receipt_under_another_number_is_refused),
        world_test(a_proof_for_other_programs_holds_beside_its_entry),
        world_test(a_proof_of_another_leaf_is_named),
        world_test(a_changed_proof_for_other_programs_is_named),
        world_test(a_rewritten_log_is_found_by_receipts),
        world_test(an_act_that_was_taken_out_is_found_by_its_receipt),
        world_test(a_folder_without_receipts_is_no_archive),
    };

    return cmocka_run_group_tests_name("client/verify receipts", tests, NULL, NULL);
}
