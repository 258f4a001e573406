/*
 * client/pseudonym, derive, waiting and keylink: a node between a hub and a keyholder that do what the test says, over real sockets. The
 * hub's share is 3 and the keyholder's 5, so the joint key is 8.
 */
#include "tests/support/check.h"
#include "tests/support/hub_played.h"

#include "client/derive.h"
#include "client/hublink_parts.h"
#include "client/keylink.h"
#include "client/pseudonym.h"
#include "client/waiting.h"
#include "proto/pseudonym.h"
#include "proto/sign.h"

#include <netinet/in.h>
#include <poll.h>
#include <sodium.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

enum { WAIT_MS = 9000, STEP_MS = 5, REGISTER_A_DAY = 1900 };

static const uint8_t hub_share[32] = {3}, keyholder_share[32] = {5}, joint[32] = {8}, other_share[32] = {9};

/* What a holder does with a question. */
struct behaviour {
    const uint8_t *share;          /* NULL: it says nothing */
    enum proto_refusal refuses;    /* PROTO_ACCEPTED: it does not */
    size_t flip;                   /* this byte of the answer, counted from 1; 0: none */
    size_t cut;                    /* so many bytes of it are missing */
};

struct world {
    struct hub_played *hub;
    struct client_node *n;
    struct wire_server *keyholder;
    char address[32];
    struct behaviour does_hub, does_keyholder;
    struct proto_msg asked[2];     /* the last question of each */
    uint8_t *envelope[2];
    size_t len[2], questions[2];
    struct client_call call;
    struct proto_subject_id got;
};

/* ---- setup ---- */

static void set_region(struct proto_region *r)
{
    assert_err(proto_oprf_public_key(hub_share, r->pseudonym_hub), OK);
    assert_err(proto_oprf_public_key(keyholder_share, r->pseudonym_keyholder), OK);
    assert_err(proto_oprf_public_key(joint, r->pseudonym_key), OK);
    r->has_keyholder = true;
}

static void listen_as_keyholder(struct world *w)
{
    struct trouble t = {.lang = LANG_EN};

    for (unsigned port = 21000 + randombytes_uniform(20000); w->keyholder == NULL; port++) {
        (void)snprintf(w->address, sizeof w->address, "127.0.0.1:%u", port);
        if (wire_listen(w->address, NULL, &w->keyholder, &t) != OK)
            t.err = OK;
    }
}

static int setup(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    struct trouble t = {.lang = LANG_EN};
    void *hub = NULL;

    if (w == NULL || hub_played_setup(&hub, SOURCE_DIR "/policy/packs/nl-jeugd") != 0)
        return -1;
    w->hub = hub;
    w->n = w->hub->n;
    set_region(&w->n->region);
    memset(w->n->node_cert, 0xce, 99);
    w->n->node_cert_len = 99;
    w->does_hub.share = hub_share;
    w->does_keyholder.share = keyholder_share;
    listen_as_keyholder(w);
    assert_err(client_pseudonyms_open(w->n), OK);
    assert_err(client_keylink_open(w->n, w->address, NULL, &t), OK);
    w->call = (struct client_call){.node = w->n, .trouble = {.lang = LANG_EN}};
    *state = w;
    return 0;
}

static int teardown(void **state)
{
    struct world *w = *state;
    void *hub = w->hub;

    client_keylink_close(w->n->keylink);
    w->n->keylink = NULL;
    client_pseudonyms_close(w->n->pseudonyms);
    w->n->pseudonyms = NULL;
    free(w->envelope[0]);
    free(w->envelope[1]);
    free(w);
    return hub_played_teardown(&hub);
}

/* ---- the holders ---- */

/* n * 32 | 64, as this share gives it; returns its length. */
static size_t evaluate(const struct behaviour *b, struct proto_blob in, uint8_t out[PROTO_BATCH_MAX * 32 + 64])
{
    union { uint8_t out[PROTO_BATCH_MAX][32]; const uint8_t in[PROTO_BATCH_MAX][32]; } blinded, evaluated;
    size_t n = in.len / 32, len = in.len + 64;

    memcpy(blinded.out, in.data, in.len);
    assert_err(proto_pseudonym_evaluate(b->share, (struct proto_oprf_elements){blinded.in, n}, evaluated.out, out + in.len), OK);
    memcpy(out, evaluated.out, in.len);
    if (b->flip != 0)
        out[b->flip - 1] ^= 1;
    return len - b->cut;
}

static void note_question(struct world *w, size_t side, const uint8_t *envelope, size_t len, const struct proto_msg *m)
{
    free(w->envelope[side]);
    w->envelope[side] = check_exact(envelope, len);
    w->len[side] = len;
    w->asked[side] = *m;
    w->questions[side]++;
}

static void serve_hub(struct world *w)
{
    uint8_t out[PROTO_BATCH_MAX * 32 + 64];

    for (size_t i = 0; i < w->hub->count; i++) {
        struct hub_played_msg *m = &w->hub->in[i];

        if (m->kind != PROTO_DERIVE || m->answered)
            continue;
        note_question(w, CLIENT_HUB, m->envelope, m->len, &m->msg);
        if (w->does_hub.refuses != PROTO_ACCEPTED)
            hub_played_refuse(w->hub, m, w->does_hub.refuses);
        else
            hub_played_payload(w->hub, m, (struct proto_blob){out, evaluate(&w->does_hub, m->msg.payload, out)});
        m->answered = true;
    }
    /* Room for the next. */
    if (w->hub->count == HUB_PLAYED_MAX) {
        for (size_t i = 0; i < w->hub->count; i++)
            free(w->hub->in[i].envelope);
        memset(w->hub->in, 0, sizeof w->hub->in);
        w->hub->count = 0;
    }
}

static void answer_as_keyholder(struct world *w, const uint8_t *route, size_t route_len, const struct proto_msg *m)
{
    uint8_t out[PROTO_BATCH_MAX * 32 + 64], body[4096], frame[4200];
    struct proto_reply r = {.result = (uint8_t)w->does_keyholder.refuses};
    size_t body_len = 0, len = 0;

    memcpy(r.id, m->head.id, sizeof r.id);
    if (w->does_keyholder.refuses == PROTO_ACCEPTED)
        r.payload = (struct proto_blob){out, evaluate(&w->does_keyholder, m->payload, out)};
    assert_err(proto_reply_encode(&r, 0, body, sizeof body, &body_len), OK);
    assert_err(proto_frame_encode(PROTO_REPLY, body, body_len, frame, sizeof frame, &len), OK);
    assert_err(wire_server_send(w->keyholder, route, route_len, frame, len), OK);
}

static void serve_keyholder(struct world *w)
{
    uint8_t route[WIRE_ROUTE_MAX];
    size_t route_len = 0, len = 0, body_len = 0;
    const uint8_t *frame = NULL, *body = NULL;
    enum proto_kind kind;
    struct proto_signed s;
    struct proto_msg m;
    void *handle = NULL;

    while (wire_server_recv(w->keyholder, route, &route_len, &handle, &frame, &len) == OK) {
        assert_err(proto_frame_decode(frame, len, &kind, &body, &body_len), OK);
        assert_int_equal(kind, PROTO_DERIVE);
        assert_err(proto_sign_decode(body, body_len, &s), OK);
        assert_err(proto_sign_check_all(&s), OK);
        assert_err(proto_msg_decode(kind, s.body, s.body_len, &m), OK);
        note_question(w, CLIENT_KEYHOLDER, body, body_len, &m);
        if (w->does_keyholder.share != NULL || w->does_keyholder.refuses != PROTO_ACCEPTED)
            answer_as_keyholder(w, route, route_len, &m);
        wire_free(handle);
    }
}

static void turn(struct world *w)
{
    client_pseudonyms_step(w->n);
    hub_played_turn(w->hub, STEP_MS);
    serve_hub(w);
    serve_keyholder(w);
    client_keylink_ready(w->n);
}

/* ---- what a command sees ---- */

static enum err want(struct world *w, unsigned child)
{
    struct vault_txn *x = NULL;
    char number[10];
    enum err e;

    client_fixture_number(child, number);
    w->call.trouble = (struct trouble){.lang = LANG_EN};
    assert_err(client_vault_begin(w->n->vault, false, &x), OK);
    e = client_pseudonym(&w->call, x, number, &w->got);
    client_vault_abort(x);
    return e;
}

/* As a call that is parked: asked again until it is no more "busy". */
static enum err want_until(struct world *w, unsigned child)
{
    uint64_t until = clock_mono_ms() + WAIT_MS;
    enum err e;

    while ((e = want(w, child)) == ERR_BUSY && clock_mono_ms() < until)
        turn(w);
    return e;
}

static void turn_for(struct world *w, uint64_t ms)
{
    uint64_t until = clock_mono_ms() + ms;

    while (clock_mono_ms() < until)
        turn(w);
}

static uint64_t waiting(struct world *w)
{
    struct vault_txn *x = NULL;
    uint64_t n = 999;

    assert_err(client_vault_begin(w->n->vault, false, &x), OK);
    assert_err(client_pseudonyms_waiting(w->n, x, &n), OK);
    client_vault_abort(x);
    return n;
}

static void wait_until_none_waits(struct world *w)
{
    uint64_t until = clock_mono_ms() + WAIT_MS;

    while (waiting(w) != 0 && clock_mono_ms() < until)
        turn(w);
    assert_int_equal(waiting(w), 0);
}

static bool is_known(struct world *w, unsigned child)
{
    struct proto_subject_id id;
    struct vault_txn *x = NULL;
    char number[10];
    enum err e;

    client_fixture_number(child, number);
    assert_err(client_vault_begin(w->n->vault, false, &x), OK);
    e = client_pseudonym_find(w->n, x, number, &id);
    client_vault_abort(x);
    return e == OK;
}

static void put_waiting(struct world *w, unsigned first, unsigned count, enum client_waiting_why why)
{
    struct vault_txn *x = client_fixture_begin(w->hub->f, VO);
    char number[10];

    for (unsigned i = 0; i < count; i++) {
        client_fixture_number(first + i, number);
        assert_err(client_waiting_put(w->n, x, number, why, NULL), OK);
    }
    client_fixture_commit(x);
    client_pseudonyms_wake(w->n);
}

/* Plain RFC 9497 under the joint key. */
static void expected(const struct world *w, unsigned child, uint8_t out[32])
{
    uint8_t input[PROTO_PSEUDONYM_INPUT_LEN], blind[32], element[32], evaluated[32];
    char number[10];

    client_fixture_number(child, number);
    assert_err(proto_pseudonym_input(w->n->region.hash, PROTO_PSEUDONYM_CITIZEN, number, input), OK);
    assert_err(proto_pseudonym_blind(input, blind, element), OK);
    assert_err(proto_oprf_evaluate(joint, element, evaluated), OK);
    assert_err(proto_pseudonym_finish(input, blind, evaluated, out), OK);
}

/* ---- both shares ---- */

/* P-141, P-142 */
static void a_number_gets_the_pseudonym_of_the_joint_key(void **state)
{
    struct world *w = *state;
    uint8_t plain[32];

    assert_err(want_until(w, 1), OK);
    expected(w, 1, plain);
    assert_int_equal(w->got.type, PROTO_SUBJECT_CITIZEN);
    assert_memory_equal(w->got.value, plain, sizeof plain);
    assert_int_equal(waiting(w), 0);
}

/* P-143, P-147 */
static void both_get_the_same_envelope_and_nothing_that_is_not_needed(void **state)
{
    struct world *w = *state;
    static const uint8_t zero[PROTO_HASH_LEN];
    const struct proto_msg *m = &w->asked[CLIENT_KEYHOLDER];

    assert_err(want_until(w, 1), OK);
    assert_int_equal(w->len[0], w->len[1]);
    assert_memory_equal(w->envelope[0], w->envelope[1], w->len[0]);
    assert_int_equal(w->questions[0], 1);
    assert_int_equal(w->questions[1], 1);
    assert_int_equal(m->payload.len, 32);
    assert_int_equal(m->original.len, 99);
    assert_memory_equal(m->head.to, zero, PROTO_PARTNER_LEN);
    assert_memory_equal(m->head.actor, zero, PROTO_KEY_LEN);
    assert_memory_equal(m->head.seen_root, zero, PROTO_HASH_LEN);
    assert_true(m->head.seen_size == 0 && m->head.running == 0 && m->head.subject.type == 0);
}

static void many_numbers_go_together(void **state)
{
    struct world *w = *state;

    for (unsigned i = 0; i < 100; i++)
        assert_err(want(w, i), ERR_BUSY);
    for (unsigned i = 0; i < 100; i++)
        assert_err(want_until(w, i), OK);
    assert_int_equal(w->questions[CLIENT_HUB], 2);
    assert_int_equal(w->questions[CLIENT_KEYHOLDER], 2);
}

static void a_known_number_is_not_asked_for(void **state)
{
    struct world *w = *state;

    assert_err(want_until(w, 1), OK);
    assert_err(want(w, 1), OK);
    turn_for(w, 100);
    assert_int_equal(w->questions[CLIENT_KEYHOLDER], 1);
}

static void what_is_no_number_is_refused(void **state)
{
    struct world *w = *state;
    struct vault_txn *x = NULL;

    assert_err(client_vault_begin(w->n->vault, false, &x), OK);
    assert_err(client_pseudonym(&w->call, x, "999900068", &w->got), ERR_RANGE);
    client_vault_abort(x);
}

static void a_region_without_keyholder_asks_the_hub_alone(void **state)
{
    struct world *w = *state;

    w->n->region.has_keyholder = false;
    memcpy(w->n->region.pseudonym_key, w->n->region.pseudonym_hub, 32);
    assert_err(want_until(w, 1), OK);
    assert_int_equal(w->questions[CLIENT_KEYHOLDER], 0);
}

/* ---- answers that are not right: nothing is taken, and it is said whose they were ---- */

static void voids_the_batch(struct world *w, const char *whose)
{
    assert_err(want_until(w, 1), ERR_SIGNATURE);
    assert_non_null(strstr(w->call.trouble.text, "not proven"));
    assert_non_null(strstr(w->call.trouble.text, whose));
    assert_false(is_known(w, 1));
    assert_int_equal(waiting(w), 1);
}

static void a_keyholder_with_another_share(void **state)
{
    struct world *w = *state;

    w->does_keyholder.share = other_share;
    voids_the_batch(w, "the keyholder");
}

static void a_hub_with_another_share(void **state)
{
    struct world *w = *state;

    w->does_hub.share = other_share;
    voids_the_batch(w, "the hub");
}

/* The sum would be right. */
static void shares_that_were_exchanged(void **state)
{
    struct world *w = *state;

    w->does_hub.share = keyholder_share;
    w->does_keyholder.share = hub_share;
    voids_the_batch(w, "the hub");
}

static void an_element_that_was_changed(void **state)
{
    struct world *w = *state;

    w->does_keyholder.flip = 1;
    voids_the_batch(w, "the keyholder");
}

static void a_proof_that_was_changed(void **state)
{
    struct world *w = *state;

    w->does_keyholder.flip = 32 + 64;
    voids_the_batch(w, "the keyholder");
}

static void an_answer_cut_short(void **state)
{
    struct world *w = *state;

    w->does_keyholder.cut = 1;
    voids_the_batch(w, "the keyholder");
}

static void one_that_is_not_proven_voids_all_of_the_batch(void **state)
{
    struct world *w = *state;

    w->does_hub.flip = 5 * 32;
    for (unsigned i = 0; i < 10; i++)
        assert_err(want(w, i), ERR_BUSY);
    assert_err(want_until(w, 0), ERR_SIGNATURE);
    for (unsigned i = 0; i < 10; i++)
        assert_false(is_known(w, i));
    assert_int_equal(waiting(w), 10);
}

/* Afterwards, an honest answer is taken again. */
static void a_lie_is_forgotten_when_the_truth_is_told(void **state)
{
    struct world *w = *state;

    w->does_keyholder.share = other_share;
    voids_the_batch(w, "the keyholder");
    w->does_keyholder.share = keyholder_share;
    turn_for(w, 600);
    assert_err(want_until(w, 1), OK);
    assert_int_equal(waiting(w), 0);
    turn(w);
    assert_err(client_pseudonyms_why(w->n, 0, &w->call.trouble), OK);
}

/* ---- a holder that is away ---- */

static void a_keyholder_that_says_nothing(void **state)
{
    struct world *w = *state;
    uint8_t id[PROTO_ID_LEN];

    w->does_keyholder.share = NULL;
    assert_err(want(w, 1), ERR_BUSY);
    assert_err(want_until(w, 2), ERR_PEER);
    assert_string_equal(w->call.trouble.text, "the keyholder cannot be reached; 2 children wait; they are done when it answers");
    /* The next hears it at once, and waits too. */
    assert_err(want(w, 3), ERR_PEER);
    assert_string_equal(w->call.trouble.text, "the keyholder cannot be reached; 3 children wait; they are done when it answers");
    memcpy(id, w->asked[CLIENT_KEYHOLDER].head.id, sizeof id);
    w->does_keyholder.share = keyholder_share;
    wait_until_none_waits(w);
    for (unsigned i = 1; i <= 3; i++)
        assert_true(is_known(w, i));
    /* 1 and 2 were one batch: the hub's answer to it was kept, the keyholder was asked again under its id. 3 came after. */
    assert_int_equal(w->questions[CLIENT_HUB], 2);
    assert_int_equal(w->questions[CLIENT_KEYHOLDER], 3);
    assert_memory_not_equal(w->asked[CLIENT_KEYHOLDER].head.id, id, sizeof id);
}

static void who_is_asked_again_gets_the_same_question(void **state)
{
    struct world *w = *state;
    struct proto_msg first;
    uint8_t element[32], first_digest[32], digest[32];
    struct proto_signed s;

    w->does_keyholder.share = NULL;
    assert_err(want_until(w, 1), ERR_PEER);
    first = w->asked[CLIENT_KEYHOLDER];
    assert_err(proto_sign_decode(w->envelope[CLIENT_HUB], w->len[CLIENT_HUB], &s), OK);
    assert_err(proto_msg_repeat_digest(PROTO_DERIVE, s.body, s.body_len, first_digest), OK);
    memcpy(element, s.body + (s.body_len - 99 - 2 - 32), sizeof element);
    w->does_keyholder.share = keyholder_share;
    wait_until_none_waits(w);
    assert_memory_equal(w->asked[CLIENT_KEYHOLDER].head.id, first.head.id, PROTO_ID_LEN);
    assert_err(proto_sign_decode(w->envelope[CLIENT_KEYHOLDER], w->len[CLIENT_KEYHOLDER], &s), OK);
    assert_err(proto_msg_repeat_digest(PROTO_DERIVE, s.body, s.body_len, digest), OK);
    assert_memory_equal(digest, first_digest, sizeof digest);
    assert_memory_equal(element, s.body + (s.body_len - 99 - 2 - 32), sizeof element);
    assert_true(w->asked[CLIENT_KEYHOLDER].head.issued_s >= first.head.issued_s);
    assert_int_equal(w->questions[CLIENT_HUB], 1);
}

static void known_ones_go_on_while_it_is_away(void **state)
{
    struct world *w = *state;

    assert_err(want_until(w, 1), OK);
    w->does_keyholder.share = NULL;
    assert_err(want_until(w, 2), ERR_PEER);
    assert_err(want(w, 1), OK);
    w->does_keyholder.share = keyholder_share;
    wait_until_none_waits(w);
}

static void who_waits_is_there_after_a_restart(void **state)
{
    struct world *w = *state;

    w->does_keyholder.refuses = PROTO_TROUBLE;
    assert_err(want_until(w, 1), proto_refusal_err(PROTO_TROUBLE));
    assert_int_equal(waiting(w), 1);
    client_pseudonyms_close(w->n->pseudonyms);
    assert_err(client_pseudonyms_open(w->n), OK);
    assert_int_equal(waiting(w), 1);
    w->does_keyholder.refuses = PROTO_ACCEPTED;
    wait_until_none_waits(w);
    assert_true(is_known(w, 1));
}

/* ---- refusals ---- */

static void a_quota_that_is_used_up_is_said_and_the_child_waits(void **state)
{
    struct world *w = *state;

    w->does_keyholder.refuses = PROTO_QUOTA;
    assert_err(want_until(w, 1), ERR_QUOTA);
    assert_non_null(strstr(w->call.trouble.text, "the keyholder has given out"));
    assert_int_equal(waiting(w), 1);
    /* By itself it is not asked again today, and whoever asks again is. */
    turn_for(w, 700);
    assert_int_equal(w->questions[CLIENT_KEYHOLDER], 1);
    w->does_keyholder.refuses = PROTO_ACCEPTED;
    assert_err(want_until(w, 1), OK);
    assert_int_equal(waiting(w), 0);
}

static void a_refusal_is_told_in_its_own_words(void **state)
{
    struct world *w = *state;

    w->does_hub.refuses = PROTO_BLOCKED;
    assert_err(want_until(w, 1), proto_refusal_err(PROTO_BLOCKED));
    assert_string_equal(w->call.trouble.where, "BLOCKED");
    assert_non_null(strstr(w->call.trouble.text, "the hub: "));
    assert_int_equal(waiting(w), 1);
}

/* ---- a register ---- */

static void open_cases_come_before_the_rest(void **state)
{
    struct world *w = *state;

    w->does_keyholder.refuses = PROTO_QUOTA;
    assert_err(want_until(w, 300), ERR_QUOTA);
    put_waiting(w, 0, 70, CLIENT_WAITING_REGISTER);
    put_waiting(w, 100, 60, CLIENT_WAITING_OPEN);
    w->does_keyholder.refuses = PROTO_ACCEPTED;
    client_pseudonyms_close(w->n->pseudonyms);
    assert_err(client_pseudonyms_open(w->n), OK);
    while (w->questions[CLIENT_KEYHOLDER] < 2)
        turn(w);
    w->does_keyholder.share = NULL;
    turn_for(w, 300);
    assert_true(is_known(w, 300));
    for (unsigned i = 0; i < 60; i++)
        assert_true(is_known(w, 100 + i));
    for (unsigned i = 3; i < 70; i++)
        assert_false(is_known(w, i));
    assert_int_equal(waiting(w), 1 + 70 + 60 - 64);
    w->does_keyholder.share = keyholder_share;
    wait_until_none_waits(w);
}

/* As client/pseudonym keeps it: u64 day, u32 count. */
static void set_used_today(struct world *w, uint32_t count)
{
    static const char key[] = "pseudonyms of a register";
    struct vault_txn *x = client_fixture_begin(w->hub->f, VO);
    uint64_t day = clock_now_s() / 86400;
    uint8_t row[12];

    for (size_t i = 0; i < 8; i++)
        row[i] = (uint8_t)(day >> (56 - 8 * i));
    for (size_t i = 0; i < 4; i++)
        row[8 + i] = (uint8_t)(count >> (24 - 8 * i));
    assert_err(client_vault_put(x, CLIENT_T_META, key, sizeof key - 1, row, sizeof row), OK);
    client_fixture_commit(x);
}

static void a_register_leaves_room_for_who_is_asked_for(void **state)
{
    struct world *w = *state;

    set_used_today(w, REGISTER_A_DAY - 10);
    put_waiting(w, 0, 30, CLIENT_WAITING_REGISTER);
    turn_for(w, 500);
    assert_int_equal(waiting(w), 20);
    assert_err(client_pseudonyms_why(w->n, 20, &w->call.trouble), ERR_QUOTA);
    assert_non_null(strstr(w->call.trouble.text, "today's part for registers (1900)"));
    /* The holders would still answer. */
    assert_err(want_until(w, 25), OK);
    assert_int_equal(waiting(w), 19);
}

/* ---- the queue itself ---- */

static void first(struct world *w, enum client_waiting_why last, struct client_waiting *out, size_t max, size_t *count)
{
    struct vault_txn *x = NULL;

    assert_err(client_vault_begin(w->n->vault, false, &x), OK);
    assert_err(client_waiting_first(x, last, out, max, count), OK);
    client_vault_abort(x);
}

static void the_most_urgent_first_then_in_order(void **state)
{
    struct world *w = *state;
    struct client_waiting got[10];
    char number[10];
    size_t count = 0;
    static const unsigned order[] = {5, 3, 4, 0, 1, 2};

    put_waiting(w, 0, 3, CLIENT_WAITING_REGISTER);
    put_waiting(w, 3, 2, CLIENT_WAITING_OPEN);
    put_waiting(w, 5, 1, CLIENT_WAITING_ASKED);
    first(w, CLIENT_WAITING_REGISTER, got, 10, &count);
    assert_int_equal(count, 6);
    for (size_t i = 0; i < 6; i++) {
        client_fixture_number(order[i], number);
        assert_string_equal(got[i].number, number);
    }
    first(w, CLIENT_WAITING_OPEN, got, 10, &count);
    assert_int_equal(count, 3);
    first(w, CLIENT_WAITING_REGISTER, got, 2, &count);
    assert_int_equal(count, 2);
}

static void a_number_waits_once_and_only_moves_up(void **state)
{
    struct world *w = *state;
    struct vault_txn *x;
    struct client_waiting got[4];
    char number[10];
    size_t count = 0;
    bool added = true;

    put_waiting(w, 1, 1, CLIENT_WAITING_OPEN);
    client_fixture_number(1, number);
    x = client_fixture_begin(w->hub->f, VO);
    assert_err(client_waiting_put(w->n, x, number, CLIENT_WAITING_REGISTER, &added), OK);
    assert_false(added);
    client_fixture_commit(x);
    first(w, CLIENT_WAITING_REGISTER, got, 4, &count);
    assert_int_equal(count, 1);
    assert_int_equal(got[0].why, CLIENT_WAITING_OPEN);
    put_waiting(w, 1, 1, CLIENT_WAITING_ASKED);
    first(w, CLIENT_WAITING_REGISTER, got, 4, &count);
    assert_int_equal(count, 1);
    assert_int_equal(got[0].why, CLIENT_WAITING_ASKED);
    x = client_fixture_begin(w->hub->f, VO);
    assert_err(client_waiting_drop(w->n, x, number), OK);
    assert_err(client_waiting_drop(w->n, x, number), OK);
    client_fixture_commit(x);
    assert_int_equal(waiting(w), 0);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(a_number_gets_the_pseudonym_of_the_joint_key), T(both_get_the_same_envelope_and_nothing_that_is_not_needed),
        T(many_numbers_go_together), T(a_known_number_is_not_asked_for), T(what_is_no_number_is_refused),
        T(a_region_without_keyholder_asks_the_hub_alone),
        T(a_keyholder_with_another_share), T(a_hub_with_another_share), T(shares_that_were_exchanged), T(an_element_that_was_changed),
        T(a_proof_that_was_changed), T(an_answer_cut_short), T(one_that_is_not_proven_voids_all_of_the_batch),
        T(a_lie_is_forgotten_when_the_truth_is_told),
        T(a_keyholder_that_says_nothing), T(who_is_asked_again_gets_the_same_question), T(known_ones_go_on_while_it_is_away),
        T(who_waits_is_there_after_a_restart),
        T(a_quota_that_is_used_up_is_said_and_the_child_waits), T(a_refusal_is_told_in_its_own_words),
        T(open_cases_come_before_the_rest), T(a_register_leaves_room_for_who_is_asked_for),
        T(the_most_urgent_first_then_in_order), T(a_number_waits_once_and_only_moves_up),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
