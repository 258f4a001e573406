/* server/oprf: who gets an answer, what it costs, and that the answer is that of the share (P-098). */
#include "tests/support/check.h"
#include "tests/support/oprf_world.h"
#include "tests/support/registry_sample.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/wr.h"
#include "proto/pseudonym.h"
#include "proto/refusal.h"
#include "proto/reply.h"
#include "proto/sign.h"
#include "server/blocks.h"
#include "server/oprf.h"

#include <sodium.h>
#include <stdio.h>
#include <unistd.h>

enum { DAY_S = 86400 };

struct answer { uint8_t frame[OPRF_WORLD_FRAME]; struct proto_reply reply; };

static void answer_frame(struct oprf_world *w, const uint8_t *frame, size_t len, struct answer *a)
{
    uint8_t *exact = check_exact(frame, len);
    enum proto_kind kind;
    const uint8_t *body;
    size_t out_len = 0, body_len;

    assert_err(server_oprf_answer(&w->oprf, exact, len, a->frame, sizeof a->frame, &out_len), OK);
    free(exact);
    assert_err(proto_frame_decode(a->frame, out_len, &kind, &body, &body_len), OK);
    assert_int_equal(kind, PROTO_REPLY);
    assert_err(proto_reply_decode(body, body_len, &a->reply), OK);
}

static void ask(struct oprf_world *w, struct answer *a)
{
    uint8_t frame[OPRF_WORLD_FRAME];

    answer_frame(w, frame, oprf_world_frame(w, PROTO_DERIVE, proto_msg_type(PROTO_DERIVE), frame), a);
}

#define assert_result(a, expected) \
    assert_string_equal(proto_refusal_name((enum proto_refusal)(a)->reply.result), proto_refusal_name(expected))

/* Refused, with nothing in it, and nothing counted. */
static void refused(struct oprf_world *w, enum proto_refusal expected)
{
    struct answer a;
    uint32_t before = oprf_world_used(w);

    ask(w, &a);
    assert_result(&a, expected);
    assert_int_equal(a.reply.payload.len, 0);
    assert_int_equal(oprf_world_used(w), before);
}

static void check_proof(const struct oprf_world *w, const struct answer *a, const uint8_t share_key[32])
{
    union { uint8_t out[OPRF_WORLD_COUNT][32]; const uint8_t in[OPRF_WORLD_COUNT][32]; } evaluated, asked;

    assert_int_equal(a->reply.payload.len, w->count * 32 + 64);
    memcpy(evaluated.out, a->reply.payload.data, w->count * 32);
    memcpy(asked.out, w->element, sizeof asked.out);
    assert_err(proto_oprf_check(share_key, (struct proto_oprf_elements){ asked.in, w->count },
        (struct proto_oprf_elements){ evaluated.in, w->count }, a->reply.payload.data + w->count * 32), OK);
}

/* P-143, P-147 */
static void a_node_gets_its_elements_evaluated_and_proven(void **state)
{
    struct oprf_world *w = *state;
    struct answer a;

    ask(w, &a);
    assert_result(&a, PROTO_ACCEPTED);
    assert_memory_equal(a.reply.id, w->msg.head.id, PROTO_ID_LEN);
    check_proof(w, &a, w->region.r.pseudonym_hub);
    assert_int_equal(oprf_world_used(w), OPRF_WORLD_COUNT);
    assert_int_equal(server_quota_used(w->oprf.quota, w->region.id[0], clock_now_s()), OPRF_WORLD_COUNT);
}

static void the_keyholders_share_is_the_second(void **state)
{
    struct oprf_world *w = *state;
    struct answer a;

    server_oprf_close(&w->oprf);
    oprf_world_open(w, true, oprf_world_keyholder_share, OK);
    ask(w, &a);
    assert_result(&a, PROTO_ACCEPTED);
    check_proof(w, &a, w->region.r.pseudonym_keyholder);
}

static void another_share_than_the_regions_does_not_open(void **state)
{
    struct oprf_world *w = *state;
    static const uint8_t other[32] = { 7 }, zero[32];

    server_oprf_close(&w->oprf);
    oprf_world_open(w, false, oprf_world_keyholder_share, ERR_KEY);
    oprf_world_open(w, true, oprf_world_hub_share, ERR_KEY);
    oprf_world_open(w, true, other, ERR_KEY);
    oprf_world_open(w, false, zero, ERR_KEY);
}

static void a_second_share_needs_a_region_that_names_one(void **state)
{
    struct oprf_world *w = *state;

    server_oprf_close(&w->oprf);
    region_sample_fini(&w->region);
    region_sample_init(&w->region, false);
    oprf_world_open(w, true, oprf_world_keyholder_share, ERR_KEY);
    oprf_world_open(w, false, oprf_world_hub_share, OK);
}

/* P-145, P-083: the answer was lost; the same id and body with a new time costs nothing. */
static void a_repeat_is_answered_and_not_counted(void **state)
{
    struct oprf_world *w = *state;
    struct answer a;

    ask(w, &a);
    w->msg.head.issued_s++;
    ask(w, &a);
    assert_result(&a, PROTO_ACCEPTED);
    check_proof(w, &a, w->region.r.pseudonym_hub);
    assert_int_equal(oprf_world_used(w), OPRF_WORLD_COUNT);
}

static void the_same_id_with_other_elements_is_counted(void **state)
{
    struct oprf_world *w = *state;
    struct answer a;

    ask(w, &a);
    w->count = 1;
    ask(w, &a);
    assert_result(&a, PROTO_ACCEPTED);
    assert_int_equal(oprf_world_used(w), OPRF_WORLD_COUNT + 1);
}

static void another_partner_under_the_same_id_is_counted(void **state)
{
    struct oprf_world *w = *state;
    struct answer a;

    ask(w, &a);
    oprf_world_ask_by(w, 1);
    ask(w, &a);
    assert_result(&a, PROTO_ACCEPTED);
    assert_int_equal(oprf_world_used(w), 2 * OPRF_WORLD_COUNT);
}

static void the_quota_of_a_partner_ends(void **state)
{
    struct oprf_world *w = *state;
    struct answer a;

    for (size_t i = 0; i < OPRF_WORLD_PER_PARTNER / OPRF_WORLD_COUNT; i++) {
        w->msg.head.id[0]++;
        ask(w, &a);
        assert_result(&a, PROTO_ACCEPTED);
    }
    w->msg.head.id[0]++;
    refused(w, PROTO_QUOTA);
    w->count = OPRF_WORLD_PER_PARTNER % OPRF_WORLD_COUNT;
    ask(w, &a);
    assert_result(&a, PROTO_ACCEPTED);
    oprf_world_ask_by(w, 1);
    w->count = OPRF_WORLD_COUNT;
    ask(w, &a);
    assert_result(&a, PROTO_ACCEPTED);
}

static void the_quota_of_the_region_ends_for_all(void **state)
{
    struct oprf_world *w = *state;
    struct answer a;

    for (size_t i = 0; i < OPRF_WORLD_TOTAL / OPRF_WORLD_COUNT; i++) {
        oprf_world_ask_by(w, i % 3);
        w->msg.head.id[0]++;
        ask(w, &a);
        assert_result(&a, PROTO_ACCEPTED);
    }
    w->msg.head.id[0]++;
    refused(w, PROTO_QUOTA);
}

/* ---- what is refused ---- */

static void what_is_no_frame(void **state)
{
    static const uint8_t noise[64] = "GET / HTTP/1.1";
    struct answer a;

    answer_frame(*state, noise, sizeof noise, &a);
    assert_result(&a, PROTO_NOT_A_FRAME);
    assert_true(sodium_is_zero(a.reply.id, PROTO_ID_LEN));
}

static void another_kind(void **state)
{
    struct oprf_world *w = *state;
    uint8_t frame[OPRF_WORLD_FRAME];
    struct answer a;

    answer_frame(w, frame, oprf_world_frame(w, PROTO_QUERY, proto_msg_type(PROTO_DERIVE), frame), &a);
    assert_result(&a, PROTO_WRONG_KIND);
    answer_frame(w, frame, oprf_world_frame(w, PROTO_DERIVE, proto_msg_type(PROTO_QUERY), frame), &a);
    assert_result(&a, PROTO_WRONG_KIND);
    assert_int_equal(oprf_world_used(w), 0);
}

static void another_region(void **state)
{
    struct oprf_world *w = *state;

    w->msg.head.region[0] ^= 1;
    refused(w, PROTO_WRONG_REGION);
}

static void a_certificate_of_another_region(void **state)
{
    struct oprf_world *w = *state;

    w->cert.region[0] ^= 1;
    refused(w, PROTO_UNKNOWN_KEY);
}

static void a_partner_that_does_not_exist(void **state)
{
    struct oprf_world *w = *state;

    w->msg.head.from[0] ^= 1;
    refused(w, PROTO_UNKNOWN_PARTNER);
}

static void a_certificate_of_another_partner(void **state)
{
    struct oprf_world *w = *state;

    memcpy(w->msg.head.from, w->region.id[1], PROTO_PARTNER_LEN);
    refused(w, PROTO_NOT_YOURS);
}

static void a_certificate_by_another_root_key(void **state)
{
    struct oprf_world *w = *state;

    w->signer = w->region.root_secret[1];
    refused(w, PROTO_UNKNOWN_KEY);
}

static void a_certificate_of_another_key(void **state)
{
    struct oprf_world *w = *state;

    w->cert.key[0] ^= 1;
    refused(w, PROTO_UNKNOWN_KEY);
}

static void a_certificate_for_another_use(void **state)
{
    struct oprf_world *w = *state;

    w->cert.use = PROTO_USE_HPKE;
    refused(w, PROTO_UNKNOWN_KEY);
}

static void a_certificate_that_ended(void **state)
{
    struct oprf_world *w = *state;

    w->cert.until_s = clock_now_s() - 1;
    refused(w, PROTO_UNKNOWN_KEY);
}

static void a_certificate_that_did_not_begin(void **state)
{
    struct oprf_world *w = *state;

    w->cert.from_s = clock_now_s() + 3600;
    refused(w, PROTO_UNKNOWN_KEY);
}

static void issued_too_early(void **state)
{
    struct oprf_world *w = *state;

    w->msg.head.issued_s -= PROTO_ISSUED_BACK_S + 10;
    refused(w, PROTO_STALE);
}

static void issued_too_late(void **state)
{
    struct oprf_world *w = *state;

    w->msg.head.issued_s += PROTO_ISSUED_AHEAD_S + 10;
    refused(w, PROTO_STALE);
}

static void valid_no_more(void **state)
{
    struct oprf_world *w = *state;

    w->msg.head.issued_s -= 100;
    w->msg.head.valid_until_s = w->msg.head.issued_s + 50;
    refused(w, PROTO_STALE);
}

static void blocked_until_the_block_ends(void **state)
{
    struct oprf_world *w = *state;
    struct answer a;

    assert_err(server_blocks_set(w->folder.path, w->region.handle[0], true, NULL), OK);
    refused(w, PROTO_BLOCKED);
    assert_err(server_blocks_set(w->folder.path, w->region.handle[0], false, NULL), OK);
    ask(w, &a);
    assert_result(&a, PROTO_ACCEPTED);
}

/* P-144 */
static void an_element_that_is_the_identity(void **state)
{
    struct oprf_world *w = *state;

    memset(w->element[1], 0, 32);
    refused(w, PROTO_MALFORMED);
}

static void an_element_that_is_none(void **state)
{
    struct oprf_world *w = *state;

    memset(w->element[2], 0xff, 32);
    refused(w, PROTO_MALFORMED);
}

static void every_strict_prefix_is_refused(void **state)
{
    struct oprf_world *w = *state;
    uint8_t frame[OPRF_WORLD_FRAME];
    size_t len = oprf_world_frame(w, PROTO_DERIVE, proto_msg_type(PROTO_DERIVE), frame);
    struct answer a;

    for (size_t i = 0; i < len; i++) {
        answer_frame(w, frame, i, &a);
        assert_int_not_equal(a.reply.result, PROTO_ACCEPTED);
    }
    assert_int_equal(oprf_world_used(w), 0);
}

static void every_flipped_byte_is_refused(void **state)
{
    struct oprf_world *w = *state;
    uint8_t frame[OPRF_WORLD_FRAME];
    size_t len = oprf_world_frame(w, PROTO_DERIVE, proto_msg_type(PROTO_DERIVE), frame);
    struct answer a;

    for (size_t i = 0; i < len; i++) {
        frame[i] ^= 0x04;
        answer_frame(w, frame, len, &a);
        if (a.reply.result == PROTO_ACCEPTED)
            fail_msg("byte %zu", i);
        frame[i] ^= 0x04;
    }
    assert_int_equal(oprf_world_used(w), 0);
    answer_frame(w, frame, len, &a);
    assert_result(&a, PROTO_ACCEPTED);
}

/* A registry that is there and cannot be read: whoever was revoked would be served again. */
static void a_damaged_registry_does_not_open(void **state)
{
    struct oprf_world *w = *state;
    char path[256];
    struct server_oprf_config c = { .region = w->region.file, .region_len = w->region.file_len, .blocks = w->folder.path, .registry = path,
        .share = oprf_world_hub_share, .quota_path = w->folder.file, .per_partner = OPRF_WORLD_PER_PARTNER, .total = OPRF_WORLD_TOTAL };
    struct trouble t = { 0 };

    server_oprf_close(&w->oprf);
    (void)snprintf(path, sizeof path, "%s/registry", w->folder.path);
    assert_err(file_write(path, "\0\1", 2, 0644, NULL), OK);
    assert_true(server_oprf_open(&w->oprf, &c, &t) != OK);
    assert_non_null(strstr(t.text, "schakel partner export"));
    assert_int_equal(unlink(path), 0);
    assert_err(server_oprf_open(&w->oprf, &c, NULL), OK);
}

/* A registry of one leaf, adopted at this time, as a node would bring it. */
static size_t copy_of_one(const struct oprf_world *w, uint64_t at_s, uint8_t *out, size_t cap)
{
    struct registry_sample hub = { .region = w->region };
    struct proto_registry_say s = registry_say(&hub, PROTO_REG_PACK, 0);
    uint8_t leaf[PROTO_REGISTRY_LEAF_MAX];
    struct registry_note n, checkpoint;
    size_t len = 0;
    struct wr wr;

    assert_err(proto_registry_new(&hub.region.r, &hub.r), OK);
    s.made_s = at_s;
    s.before_s = at_s + DAY_S;
    n = registry_signed(&hub, &s, "1");
    assert_err(proto_registry_leaf(at_s, n.data, n.len, leaf, sizeof leaf, &len), OK);
    assert_int_equal(registry_put(hub.r, &n, at_s), PROTO_REG_COUNTS);
    checkpoint = registry_checkpoint(&hub, hub.r);
    proto_registry_free(hub.r);
    wr_init(&wr, out, cap);
    wr_bytes16(&wr, checkpoint.data, checkpoint.len);
    wr_u16(&wr, 1);
    wr_bytes16(&wr, leaf, len);
    assert_err(wr_end(&wr), OK);
    return wr.len;
}

/* Our clock may be the one that is wrong: it is our own trouble, and what was brought is not called malformed. */
static void a_registry_of_the_future_is_our_own_trouble(void **state)
{
    struct oprf_world *w = *state;
    uint8_t copy[4096], frame[OPRF_WORLD_FRAME];
    struct proto_blob payload = { copy, copy_of_one(w, clock_now_s() + DAY_S, copy, sizeof copy) };
    const char *type = proto_msg_type(PROTO_REGISTRY_COPY);
    struct answer a;

    w->msg.kind = PROTO_REGISTRY_COPY;
    server_oprf_close(&w->oprf);
    oprf_world_open(w, true, oprf_world_keyholder_share, OK);
    answer_frame(w, frame, oprf_world_frame_of(w, PROTO_REGISTRY_COPY, type, payload, frame), &a);
    assert_result(&a, PROTO_TROUBLE);
    copy[payload.len - 5] ^= 1;
    answer_frame(w, frame, oprf_world_frame_of(w, PROTO_REGISTRY_COPY, type, payload, frame), &a);
    assert_result(&a, PROTO_MALFORMED);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, oprf_world_setup, oprf_world_teardown)
    const struct CMUnitTest tests[] = {
        T(a_node_gets_its_elements_evaluated_and_proven), T(the_keyholders_share_is_the_second),
        T(another_share_than_the_regions_does_not_open), T(a_second_share_needs_a_region_that_names_one),
        T(a_repeat_is_answered_and_not_counted), T(the_same_id_with_other_elements_is_counted),
        T(another_partner_under_the_same_id_is_counted), T(the_quota_of_a_partner_ends), T(the_quota_of_the_region_ends_for_all),
        T(what_is_no_frame), T(another_kind), T(another_region), T(a_certificate_of_another_region), T(a_partner_that_does_not_exist),
        T(a_certificate_of_another_partner), T(a_certificate_by_another_root_key), T(a_certificate_of_another_key),
        T(a_certificate_for_another_use), T(a_certificate_that_ended), T(a_certificate_that_did_not_begin), T(issued_too_early),
        T(issued_too_late), T(valid_no_more), T(blocked_until_the_block_ends), T(an_element_that_is_the_identity),
        T(an_element_that_is_none), T(every_strict_prefix_is_refused), T(every_flipped_byte_is_refused),
        T(a_damaged_registry_does_not_open), T(a_registry_of_the_future_is_our_own_trouble),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
