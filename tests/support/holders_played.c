#include "tests/support/holders_played.h"

#include "client/hublink_parts.h"
#include "client/keylink.h"
#include "client/pseudonym.h"
#include "proto/pseudonym.h"
#include "proto/sign.h"
#include "tests/support/check.h"

#include <sodium.h>
#include <stdio.h>

enum { WAIT_MS = 30000, STEP_MS = 5 };

const uint8_t holders_hub_share[32] = {3}, holders_keyholder_share[32] = {5}, holders_joint[32] = {8};

/* ---- setup ---- */

static void set_region(struct proto_region *r)
{
    assert_err(proto_oprf_public_key(holders_hub_share, r->pseudonym_hub), OK);
    assert_err(proto_oprf_public_key(holders_keyholder_share, r->pseudonym_keyholder), OK);
    assert_err(proto_oprf_public_key(holders_joint, r->pseudonym_key), OK);
}

static keyholder_answers answer_as_keyholder;

int holders_open(void **state, const char *pack)
{
    struct holders *w = calloc(1, sizeof *w);
    void *hub = NULL;

    if (w == NULL || hub_played_setup(&hub, pack) != 0)
        return -1;
    w->hub = hub;
    w->n = w->hub->n;
    set_region(&w->n->region);
    memset(w->n->node_cert, 0xce, 99);
    w->n->node_cert_len = 99;
    w->does_hub.share = holders_hub_share;
    w->does_keyholder.share = holders_keyholder_share;
    assert_err(client_pseudonyms_open(w->n), OK);
    keyholder_played_open(&w->keyholder, w->n, answer_as_keyholder, w);
    w->call = (struct client_call){.node = w->n, .trouble = {.lang = LANG_EN}};
    *state = w;
    return 0;
}

int holders_teardown(void **state)
{
    struct holders *w = *state;
    void *hub = w->hub;

    keyholder_played_close(w->n);
    client_pseudonyms_close(w->n->pseudonyms);
    w->n->pseudonyms = NULL;
    free(w->envelope[0]);
    free(w->envelope[1]);
    free(w);
    return hub_played_teardown(&hub);
}

/* ---- the holders ---- */

/* n * 32 | 64, as this share gives it; returns its length. */
static size_t evaluate(const struct holders_does *b, struct proto_blob in, uint8_t out[PROTO_BATCH_MAX * 32 + 64])
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

static void note_question(struct holders *w, size_t side, const uint8_t *envelope, size_t len, const struct proto_msg *m)
{
    free(w->envelope[side]);
    w->envelope[side] = check_exact(envelope, len);
    w->len[side] = len;
    w->asked[side] = *m;
    w->asked_ms[side] = clock_mono_ms();
    w->questions[side]++;
}

static void drop_answered(struct hub_played *h)
{
    size_t kept = 0;

    for (size_t i = 0; i < h->count; i++)
        if (h->in[i].answered)
            free(h->in[i].envelope);
        else
            h->in[kept++] = h->in[i];
    h->count = kept;
}

static void serve_hub(struct holders *w)
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
    }
    /* Room for the next. */
    if (w->hub->count == HUB_PLAYED_MAX)
        drop_answered(w->hub);
}

static bool answer_as_keyholder(void *arg, const struct keyholder_question *q, struct proto_reply *r)
{
    static uint8_t out[PROTO_BATCH_MAX * 32 + 64];
    struct holders *w = arg;

    assert_int_equal(q->kind, PROTO_DERIVE);
    note_question(w, CLIENT_KEYHOLDER, q->envelope, q->len, &q->msg);
    r->result = (uint8_t)w->does_keyholder.refuses;
    if (w->does_keyholder.refuses == PROTO_ACCEPTED && w->does_keyholder.share != NULL)
        r->payload = (struct proto_blob){out, evaluate(&w->does_keyholder, q->msg.payload, out)};
    return w->does_keyholder.share != NULL || w->does_keyholder.refuses != PROTO_ACCEPTED;
}

void holders_turn(struct holders *w)
{
    client_pseudonyms_step(w->n);
    hub_played_turn(w->hub, STEP_MS);
    serve_hub(w);
    keyholder_played_turn(&w->keyholder, w->n);
}

/* ---- what a command sees ---- */

enum err holders_want(struct holders *w, unsigned child)
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
enum err holders_want_until(struct holders *w, unsigned child)
{
    uint64_t until = clock_mono_ms() + WAIT_MS;
    enum err e;

    while ((e = holders_want(w, child)) == ERR_BUSY && clock_mono_ms() < until)
        holders_turn(w);
    return e;
}

void holders_turn_for(struct holders *w, uint64_t ms)
{
    uint64_t until = clock_mono_ms() + ms;

    while (clock_mono_ms() < until)
        holders_turn(w);
}

void holders_restart(struct holders *w)
{
    struct client_node *n = w->n;
    struct trouble t = {.lang = LANG_EN};

    client_hublink_close(n->link);
    client_keylink_close(n->keylink);
    client_pseudonyms_close(n->pseudonyms);
    assert_err(client_pseudonyms_open(n), OK);
    assert_err(client_hublink_open(n, w->hub->address, NULL, &t), OK);
    assert_err(client_keylink_open(n, w->keyholder.address, NULL, &t), OK);
}

uint64_t holders_waiting(struct holders *w)
{
    struct vault_txn *x = NULL;
    uint64_t n = 999;

    assert_err(client_vault_begin(w->n->vault, false, &x), OK);
    assert_err(client_pseudonyms_waiting(w->n, x, &n), OK);
    client_vault_abort(x);
    return n;
}

void holders_until_waiting(struct holders *w, uint64_t count)
{
    uint64_t until = clock_mono_ms() + WAIT_MS;

    while (holders_waiting(w) != count && clock_mono_ms() < until)
        holders_turn(w);
    assert_int_equal(holders_waiting(w), count);
}

void holders_until_none_waits(struct holders *w)
{
    holders_until_waiting(w, 0);
}

void holders_until_quota(struct holders *w)
{
    uint64_t until = clock_mono_ms() + WAIT_MS;
    struct trouble t = {.lang = LANG_EN};

    while (client_pseudonyms_why(w->n, 1, &t) != ERR_QUOTA && clock_mono_ms() < until) {
        t = (struct trouble){.lang = LANG_EN};
        holders_turn(w);
    }
    assert_err(client_pseudonyms_why(w->n, 1, &t), ERR_QUOTA);
}

bool holders_is_known(struct holders *w, unsigned child)
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

void holders_put_waiting(struct holders *w, unsigned first, unsigned count, enum client_waiting_why why)
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
