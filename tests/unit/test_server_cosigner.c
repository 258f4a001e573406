/* server/cosigner: the keyholder as a witness from outside: what it stores before it signs, and what it never signs (P-129, P-196). */
#include "tests/support/cosigner_world.h"

#include "base/clock.h"
#include "base/file.h"
#include "proto/region_log.h"
#include "proto/reply.h"
#include "proto/sign.h"

#include <dirent.h>
#include <unistd.h>

static void its_line_verifies_and_counts_as_an_outsiders(void **state)
{
    struct world *w = *state;
    struct proto_note_key log = witness_sample_log_key(&w->log);
    struct proto_cosigned c;
    uint8_t note[PROTO_NOTE_MAX];
    size_t len = 0;

    assert_int_equal(ask(w, 0), PROTO_WITNESS_COSIGNED);
    assert_err(proto_cosigned_append(w->log.note, w->log.note_len, w->a.lines, w->a.lines_len, note, sizeof note, &len), OK);
    assert_err(proto_cosigned_count(&w->region, &log, note, len, NULL, NOW, &c), OK);
    assert_int_equal(c.outsiders, 1);
    assert_int_equal(c.outsider_s, NOW);
}

static void it_remembers_after_a_restart(void **state)
{
    struct world *w = *state;

    assert_int_equal(ask(w, 0), PROTO_WITNESS_COSIGNED);
    assert_err(reopen(w, PARTNERS), OK);
    assert_int_equal(ask(w, 0), PROTO_WITNESS_OTHER_SIZE);
    assert_int_equal(w->a.size, 6);
    assert_int_equal(ask(w, 6), PROTO_WITNESS_COSIGNED);
    log_sample_fill(&w->log, 5);
    assert_int_equal(ask(w, 6), PROTO_WITNESS_COSIGNED);
}

/* Half of the partners were shown one history; it cosigned that. The other half's it never cosigns. */
static void it_cosigns_one_history_only(void **state)
{
    struct world *w = *state;

    assert_int_equal(ask(w, 0), PROTO_WITNESS_COSIGNED);
    w->log.leaf[3][0] ^= 1;
    log_sample_fill(&w->log, 1);
    assert_int_equal(ask(w, 6), PROTO_WITNESS_NOT_PROVEN);
    w->log.size = 6;
    assert_int_equal(ask(w, 6), PROTO_WITNESS_OTHER_SIZE);
    assert_int_equal(w->a.size, PROTO_WITNESS_NO_SIZE);
    assert_err(reopen(w, PARTNERS), OK);
    assert_int_equal(ask(w, 6), PROTO_WITNESS_OTHER_SIZE);
}

/* What cannot be stored is not signed: the folder is gone. */
static void without_a_disk_there_is_no_line(void **state)
{
    struct world *w = *state;
    assert_int_equal(rmdir(w->state), 0);
    w->len = witness_sample_request(&w->log, 0, w->body);
    w->answer_len = 0;
    assert_err(server_cosigner_judge(&w->c, w->body, w->len, NOW, w->answer, sizeof w->answer, &w->answer_len), ERR_IO);
    assert_int_equal(w->answer_len, 0);
    assert_int_equal(w->c.log[0].seen.size, 0);
}

static void a_damaged_memory_does_not_start(void **state)
{
    struct world *w = *state;
    const struct dirent *d;
    char name[320];
    DIR *dir;

    assert_int_equal(ask(w, 0), PROTO_WITNESS_COSIGNED);
    dir = opendir(w->state);
    assert_non_null(dir);
    while ((d = readdir(dir)) != NULL)
        if (d->d_name[0] != '.') {
            (void)snprintf(name, sizeof name, "witness/%s", d->d_name);
            home_folder_flip(w->folder, name, 2);
        }
    (void)closedir(dir);
    assert_err(reopen(w, PARTNERS), ERR_SYNTAX);
}

static void a_partners_key_is_not_an_outsiders(void **state)
{
    struct world *w = *state;

    assert_err(reopen(w, 0), ERR_KEY);
    proto_note_key_encode(&w->s.key[0], w->vkey);
    assert_err(reopen(w, 0), ERR_KEY);
}

/* ---- another origin of the log ---- */

static void change_origin(struct world *w, const struct proto_merkle_head *kept)
{
    const struct proto_origin o = { .seen = witness_sample_head(&w->log, 6), .kept = *kept };

    proto_region_log_change(w->c.region, &o);
    (void)snprintf(w->log.origin, sizeof w->log.origin, "%s", w->c.region->log_origin);
    (void)snprintf(w->log.vkey, sizeof w->log.vkey, "%s", w->c.region->log_vkey);
}

/* What was cosigned of the one before is cosigned no more, and where leaves of it are lost the new one begins at what was kept (P-194). */
static void under_a_new_origin_it_goes_on_from_what_was_kept(void **state)
{
    struct world *w = *state;
    const struct proto_merkle_head kept = witness_sample_head(&w->log, 4);
    struct proto_note_key key = witness_sample_log_key(&w->log), now;

    assert_int_equal(ask(w, 0), PROTO_WITNESS_COSIGNED);
    assert_int_equal(ask(w, 0), PROTO_WITNESS_OTHER_SIZE);
    change_origin(w, &kept);
    now = witness_sample_log_key(&w->log);
    (void)snprintf(w->log.origin, sizeof w->log.origin, "%s", key.name);
    proto_note_key_encode(&key, w->log.vkey);
    assert_int_equal(ask(w, 6), PROTO_WITNESS_UNKNOWN);
    (void)snprintf(w->log.origin, sizeof w->log.origin, "%s", now.name);
    proto_note_key_encode(&now, w->log.vkey);
    assert_int_equal(ask(w, 0), PROTO_WITNESS_OTHER_SIZE);
    assert_int_equal(w->a.size, 4);
    assert_int_equal(ask(w, 4), PROTO_WITNESS_COSIGNED);
    assert_int_equal(ask(w, 0), PROTO_WITNESS_OTHER_SIZE);
    assert_int_equal(w->a.size, 6);
    /* And it has not forgotten the one before. */
    (void)snprintf(w->log.origin, sizeof w->log.origin, "%s", key.name);
    proto_note_key_encode(&key, w->log.vkey);
    assert_err(reopen(w, PARTNERS), OK);
    assert_int_equal(ask(w, 0), PROTO_WITNESS_OTHER_SIZE);
}

static void a_log_that_does_not_extend_what_was_kept_is_not_cosigned(void **state)
{
    struct world *w = *state;
    struct proto_merkle_head kept = witness_sample_head(&w->log, 4);

    kept.root[0] ^= 1;
    assert_int_equal(ask(w, 0), PROTO_WITNESS_COSIGNED);
    change_origin(w, &kept);
    assert_int_equal(ask(w, 4), PROTO_WITNESS_NOT_PROVEN);
}

/* It cosigned 6, of which nothing was lost: whatever two partners name as the root of 8, the new log extends those 6. */
static void what_it_cosigned_and_was_kept_is_the_base(void **state)
{
    struct world *w = *state;
    struct proto_merkle_head kept = { .size = 8, .root = { 0x66 } };

    assert_int_equal(ask(w, 0), PROTO_WITNESS_COSIGNED);
    change_origin(w, &kept);
    assert_int_equal(ask(w, 0), PROTO_WITNESS_OTHER_SIZE);
    assert_int_equal(w->a.size, 6);
    log_sample_fill(&w->log, 3);
    assert_int_equal(ask(w, 6), PROTO_WITNESS_COSIGNED);
}

/* The root that two partners name for exactly these leaves is not believed over what was cosigned. */
static void what_it_cosigned_of_just_that_size_is_the_base(void **state)
{
    struct world *w = *state;
    struct proto_merkle_head kept = { .size = 6, .root = { 0x66 } };

    assert_int_equal(ask(w, 0), PROTO_WITNESS_COSIGNED);
    change_origin(w, &kept);
    log_sample_fill(&w->log, 3);
    assert_int_equal(ask(w, 6), PROTO_WITNESS_COSIGNED);
}

/* Twice a new origin, and nothing cosigned between: what was cosigned before counts when neither lost it. */
static void two_origins_later_it_knows_what_was_lost(void **state)
{
    static const struct { uint64_t first, second, base; } rows[] = { { 8, 7, 6 }, { 7, 8, 6 }, { 4, 8, 8 }, { 8, 4, 4 } };
    struct world *w = *state;
    struct log_sample before = w->log;

    assert_int_equal(ask(w, 0), PROTO_WITNESS_COSIGNED);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct proto_merkle_head first = { .size = rows[i].first }, second = { .size = rows[i].second };

        w->log = before;
        assert_err(reopen(w, PARTNERS), OK);
        change_origin(w, &first);
        change_origin(w, &second);
        assert_int_equal(ask(w, 0), PROTO_WITNESS_OTHER_SIZE);
        assert_int_equal(w->a.size, rows[i].base);
    }
}

/* ---- the registry ---- */

static const uint8_t leaf[] = "at 1\nnothing that counts\n";

/* The checkpoint of a registry of none or one of these leaves. */
static size_t registry_note(const struct world *w, uint64_t size, uint8_t *out)
{
    struct proto_tlog_checkpoint c = { .extension_len = 0 };
    uint8_t text[PROTO_TLOG_CHECKPOINT_ROOM], hash[PROTO_MERKLE_HASH_LEN];
    struct proto_note_sig sig = { .time_s = 0 };
    struct proto_merkle_tree tree;
    struct proto_note_key key;
    struct wr wr;
    size_t len;

    proto_merkle_init(&tree);
    proto_merkle_leaf(leaf, sizeof leaf - 1, hash);
    if (size != 0)
        assert_err(proto_merkle_append(&tree, hash, NULL, NULL), OK);
    c.head.size = size;
    proto_merkle_root(&tree, c.head.root);
    assert_err(proto_registry_key(&w->region, &key), OK);
    memcpy(c.origin, key.name, sizeof c.origin);
    assert_err(proto_tlog_checkpoint_encode(&c, text, sizeof text, &len), OK);
    assert_err(proto_note_sign(&key, w->log.secret, text, len, &sig), OK);
    wr_init(&wr, out, PROTO_NOTE_MAX);
    proto_note_write_text(&wr, text, len);
    proto_note_write_line(&wr, &key, &sig);
    assert_err(wr_end(&wr), OK);
    return wr.len;
}

static enum proto_witness_status ask_registry(struct world *w, uint64_t old, uint64_t size)
{
    uint8_t note[PROTO_NOTE_MAX];
    struct proto_tlog_request q = { .old = old, .checkpoint = note, .checkpoint_len = registry_note(w, size, note) };

    assert_err(proto_tlog_request_encode(&q, w->body, sizeof w->body, &w->len), OK);
    assert_err(server_cosigner_judge(&w->c, w->body, w->len, NOW, w->answer, sizeof w->answer, &w->answer_len), OK);
    assert_err(proto_witness_answer_decode(w->answer, w->answer_len, &w->a), OK);
    return w->a.status;
}

/* Nodes brought one leaf, as oprf keeps it. */
static void nodes_bring_a_leaf(struct world *w)
{
    uint8_t note[PROTO_NOTE_MAX], copy[PROTO_NOTE_MAX];
    size_t len = registry_note(w, 1, note);
    struct wr wr;

    wr_init(&wr, copy, sizeof copy);
    wr_bytes16(&wr, note, len);
    wr_u16(&wr, 1);
    wr_bytes16(&wr, leaf, sizeof leaf - 1);
    assert_err(wr_end(&wr), OK);
    assert_err(file_write(w->copy, copy, wr.len, 0644, NULL), OK);
}

/* A hub keeps a leaf from one node, which brings here what it is shown: no line of ours makes that fresh. */
static void a_registry_with_less_than_was_brought_is_not_confirmed(void **state)
{
    struct world *w = *state;

    assert_int_equal(ask_registry(w, 0, 0), PROTO_WITNESS_COSIGNED);
    assert_int_equal(ask_registry(w, 0, 0), PROTO_WITNESS_COSIGNED);
    nodes_bring_a_leaf(w);
    assert_int_equal(ask_registry(w, 0, 0), PROTO_WITNESS_OTHER_SIZE);
    assert_int_equal(w->a.size, 1);
    assert_int_equal(ask_registry(w, 0, 1), PROTO_WITNESS_COSIGNED);
    assert_int_equal(ask_registry(w, 1, 1), PROTO_WITNESS_COSIGNED);
}

static void it_remembers_the_registry_after_a_restart(void **state)
{
    struct world *w = *state;
    struct proto_merkle_head log, registry;
    struct trouble t = { 0 };

    assert_int_equal(ask_registry(w, 0, 1), PROTO_WITNESS_COSIGNED);
    assert_int_equal(ask(w, 0), PROTO_WITNESS_COSIGNED);
    assert_err(reopen(w, PARTNERS), OK);
    assert_int_equal(ask_registry(w, 0, 1), PROTO_WITNESS_OTHER_SIZE);
    assert_int_equal(w->a.size, 1);
    assert_int_equal(ask_registry(w, 0, 0), PROTO_WITNESS_OTHER_SIZE);
    /* What another key of it begins with, by a statement. */
    assert_err(server_cosigner_held(w->state, &w->region, &log, &registry, &t), OK);
    assert_int_equal(log.size, 6);
    assert_memory_equal(log.root, w->c.log[0].seen.root, 32);
    assert_int_equal(registry.size, 1);
    assert_memory_equal(registry.root, w->c.log[1].seen.root, 32);
}

/* What was brought stays known to it, whatever the file says later. */
static void with_a_registry_that_became_damaged_it_goes_on(void **state)
{
    struct world *w = *state;

    nodes_bring_a_leaf(w);
    assert_int_equal(ask(w, 0), PROTO_WITNESS_COSIGNED);
    assert_err(file_write(w->copy, "\0\1", 2, 0644, NULL), OK);
    assert_int_equal(ask(w, 6), PROTO_WITNESS_COSIGNED);
    assert_int_equal(ask_registry(w, 0, 0), PROTO_WITNESS_OTHER_SIZE);
    assert_int_equal(w->a.size, 1);
}

/* ---- frames, as nodes bring them ---- */

/* A frame of one kind with a signed message of another (0: the same), signed so often more, and a byte of it changed (0: none). */
struct odd { enum proto_kind outside; uint8_t more; size_t flip; };

static enum proto_refusal bring_odd(struct world *w, enum proto_kind kind, const uint8_t region[PROTO_HASH_LEN], struct odd odd)
{
    uint8_t public[2][32], secret[64], sig[2][PROTO_SIG_LEN], *body = malloc(PROTO_NOTE_MAX), *envelope = malloc(PROTO_NOTE_MAX),
        *frame = malloc(PROTO_NOTE_MAX), out[2048];
    struct proto_msg m = { .kind = kind };
    struct proto_signed s = { .body = body, .count = (uint8_t)(1 + odd.more) };
    struct proto_reply reply;
    enum proto_kind got;
    const uint8_t *at;
    size_t len = 0, envelope_len = 0;

    assert_true(body != NULL && envelope != NULL && frame != NULL);
    memcpy(m.head.region, region, sizeof m.head.region);
    m.head.id[0] = m.head.from[0] = 1;
    m.head.issued_s = m.head.valid_until_s = NOW;
    w->len = witness_sample_request(&w->log, 0, w->body);
    if (kind == PROTO_WITNESS)
        m.payload = (struct proto_blob){ w->body, w->len };
    else
        m.code = 1;
    assert_err(proto_msg_encode(&m, body, PROTO_NOTE_MAX, &s.body_len), OK);
    memcpy(s.type, proto_msg_type(kind), strlen(proto_msg_type(kind)) + 1);
    for (size_t i = 0; i < s.count; i++) {
        (void)crypto_sign_keypair(public[i], secret);
        assert_err(proto_sign_make(s.type, body, s.body_len, secret, sig[i]), OK);
        s.by[i] = (struct proto_signed_by){ public[i], sig[i] };
    }
    assert_err(proto_sign_encode(&s, envelope, PROTO_NOTE_MAX, &envelope_len), OK);
    if (odd.flip != 0)
        envelope[odd.flip % envelope_len] ^= 1;
    assert_err(proto_frame_encode(odd.outside != PROTO_NONE ? odd.outside : kind, envelope, envelope_len, frame, PROTO_NOTE_MAX, &len), OK);
    assert_err(server_cosigner_answer(&w->c, frame, len, out, sizeof out, &len), OK);
    assert_err(proto_frame_decode(out, len, &got, &at, &len), OK);
    assert_err(proto_reply_decode(at, len, &reply), OK);
    assert_int_not_equal(reply.hub_time_s, 0);
    w->a.status = PROTO_WITNESS_NONE;
    if (reply.result == PROTO_ACCEPTED) {
        assert_memory_equal(reply.id, m.head.id, sizeof reply.id);
        assert_err(proto_witness_answer_decode(reply.payload.data, reply.payload.len, &w->a), OK);
    } else
        assert_int_equal(reply.payload.len, 0);
    free(body);
    free(envelope);
    free(frame);
    return (enum proto_refusal)reply.result;
}

static enum proto_refusal bring(struct world *w, enum proto_kind kind, const uint8_t region[PROTO_HASH_LEN], size_t flip)
{
    return bring_odd(w, kind, region, (struct odd){ .flip = flip });
}

static void a_frame_is_answered_as_over_http(void **state)
{
    struct world *w = *state;

    assert_int_equal(bring(w, PROTO_WITNESS, w->region.hash, 0), PROTO_ACCEPTED);
    assert_int_equal(w->a.status, PROTO_WITNESS_COSIGNED);
    assert_int_equal(bring(w, PROTO_WITNESS, w->region.hash, 0), PROTO_ACCEPTED);
    assert_int_equal(w->a.status, PROTO_WITNESS_OTHER_SIZE);
    assert_int_equal(w->a.size, 6);
}

static void another_kind_or_region_is_refused(void **state)
{
    struct world *w = *state;
    const uint8_t other[PROTO_HASH_LEN] = { 1 };

    assert_int_equal(bring(w, PROTO_QUERY, w->region.hash, 0), PROTO_WRONG_KIND);
    assert_int_equal(bring(w, PROTO_WITNESS, other, 0), PROTO_WRONG_REGION);
    assert_int_equal(bring_odd(w, PROTO_WITNESS, w->region.hash, (struct odd){ .outside = PROTO_QUERY }), PROTO_WRONG_KIND);
    assert_int_equal(bring_odd(w, PROTO_QUERY, w->region.hash, (struct odd){ .outside = PROTO_WITNESS }), PROTO_WRONG_KIND);
}

/* Of two signatures only one would be looked at. */
static void a_frame_signed_twice_is_refused(void **state)
{
    struct world *w = *state;

    assert_int_equal(bring_odd(w, PROTO_WITNESS, w->region.hash, (struct odd){ .more = 1 }), PROTO_MALFORMED);
}

static void a_changed_frame_is_refused(void **state)
{
    struct world *w = *state;
    size_t forged = 0;

    for (size_t i = 1; i < 900; i += 7) {
        enum proto_refusal why = bring(w, PROTO_WITNESS, w->region.hash, i);

        if (why == PROTO_ACCEPTED || why == PROTO_TROUBLE)
            fail_msg("byte %zu changed, and it was judged", i);
        forged += why == PROTO_BAD_SIGNATURE;
    }
    assert_true(forged > 60);
}

static void a_damaged_registry_does_not_start(void **state)
{
    struct world *w = *state;

    assert_err(file_write(w->copy, "\0\1", 2, 0644, NULL), OK);
    assert_true(reopen(w, PARTNERS) != OK);
    assert_int_equal(unlink(w->copy), 0);
    assert_err(reopen(w, PARTNERS), OK);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(its_line_verifies_and_counts_as_an_outsiders),
        TEST(it_remembers_after_a_restart),
        TEST(under_a_new_origin_it_goes_on_from_what_was_kept),
        TEST(a_log_that_does_not_extend_what_was_kept_is_not_cosigned),
        TEST(what_it_cosigned_and_was_kept_is_the_base),
        TEST(what_it_cosigned_of_just_that_size_is_the_base),
        TEST(two_origins_later_it_knows_what_was_lost),
        TEST(it_remembers_the_registry_after_a_restart),
        TEST(with_a_registry_that_became_damaged_it_goes_on),
        TEST(a_frame_signed_twice_is_refused),
        TEST(it_cosigns_one_history_only),
        TEST(without_a_disk_there_is_no_line),
        TEST(a_damaged_memory_does_not_start),
        TEST(a_damaged_registry_does_not_start),
        TEST(a_partners_key_is_not_an_outsiders),
        TEST(a_registry_with_less_than_was_brought_is_not_confirmed),
        TEST(a_frame_is_answered_as_over_http),
        TEST(another_kind_or_region_is_refused),
        TEST(a_changed_frame_is_refused),
    };

    if (sodium_init() < 0)
        return 1;
    return cmocka_run_group_tests_name("server/cosigner", tests, NULL, NULL);
}
