/* client/witness_courier: a keyholder, which the test plays, says that it cosigned another log than the hub shows here. */
#include "tests/support/check.h"
#include "tests/support/hub_played.h"
#include "tests/support/witness_sample.h"

#include "base/wr.h"
#include "client/distrust.h"
#include "client/hublink_parts.h"
#include "client/keylink.h"
#include "client/witness_parts.h"
#include "proto/sign.h"

#include <sodium.h>
#include <stdio.h>

enum { PARTNERS = CLIENT_FIXTURE_PARTNERS, US = 0, OUTSIDER = PARTNERS, WAIT_MS = 20000, STATUS_LEN = 2 };

static struct { struct wire_server *server; uint16_t says; size_t asked; } keyholder;

struct world {
    struct hub_played *h;
    struct client_node *n;
    struct witness_sample s;
    uint64_t now_s;
};

static enum err open_witness(struct world *w)
{
    struct secret *key = NULL;
    uint8_t copy[64];

    memcpy(copy, w->s.secret[US], sizeof copy);
    assert_err(secret_take(copy, sizeof copy, &key), OK);
    return client_witness_open(w->n, key, w->s.key[US].key);
}

static int setup(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    void *h = NULL;
    uint8_t public[32];

    if (w == NULL || hub_played_setup(&h, SOURCE_DIR "/policy/packs/nl-jeugd") != 0)
        return -1;
    w->h = h;
    w->n = w->h->n;
    w->now_s = clock_now_s();
    witness_sample_into(&w->s, &w->n->region, PARTNERS, 1);
    memcpy(public, w->s.key[US].key, sizeof public);
    assert_err(proto_note_key_make(w->n->me->handle, PROTO_NOTE_COSIGNATURE, public, &w->s.key[US]), OK);
    proto_note_key_encode(&w->s.key[US], w->n->region.witness[US].vkey);
    assert_err(open_witness(w), OK);
    *state = w;
    return 0;
}

static int teardown(void **state)
{
    struct world *w = *state;
    void *h = w->h;

    client_witness_close(w->n->witness);
    w->n->witness = NULL;
    free(w);
    return hub_played_teardown(&h);
}

static void listen_as_keyholder(struct client_node *n)
{
    struct trouble t = {.lang = LANG_EN};
    char address[32];

    memset(&keyholder, 0, sizeof keyholder);
    for (unsigned i = 0; i < 200 && keyholder.server == NULL; i++) {
        (void)snprintf(address, sizeof address, "127.0.0.1:%u", 21000 + randombytes_uniform(20000));
        t.err = OK;
        if (wire_listen(address, NULL, &keyholder.server, &t) != OK)
            keyholder.server = NULL;
    }
    assert_non_null(keyholder.server);
    n->region.has_keyholder = true;
    assert_err(client_keylink_open(n, address, NULL, &t), OK);
}

static int setup_keyholder(void **state)
{
    if (setup(state) != 0)
        return -1;
    listen_as_keyholder(((struct world *)*state)->n);
    return 0;
}

static int teardown_keyholder(void **state)
{
    struct client_node *n = ((struct world *)*state)->n;

    client_keylink_close(n->keylink);
    n->keylink = NULL;
    return teardown(state);
}

/* A status and nothing after it: 409 without a size, or 422. */
static void serve_keyholder(void)
{
    uint8_t route[WIRE_ROUTE_MAX], payload[STATUS_LEN], body[1024], out[2048];
    size_t route_len = 0, len = 0, body_len = 0;
    const uint8_t *frame = NULL, *in = NULL;
    enum proto_kind kind;
    struct proto_signed s;
    struct proto_msg m;
    void *handle = NULL;
    struct wr w;

    while (wire_server_recv(keyholder.server, route, &route_len, &handle, &frame, &len) == OK) {
        struct proto_reply r = {.result = PROTO_ACCEPTED, .payload = {payload, sizeof payload}};

        assert_err(proto_frame_decode(frame, len, &kind, &in, &body_len), OK);
        assert_int_equal(kind, PROTO_WITNESS);
        assert_err(proto_sign_decode(in, body_len, &s), OK);
        assert_err(proto_msg_decode(kind, s.body, s.body_len, &m), OK);
        memcpy(r.id, m.head.id, sizeof r.id);
        wire_free(handle);
        keyholder.asked++;
        wr_init(&w, payload, sizeof payload);
        wr_u16(&w, keyholder.says);
        assert_err(proto_reply_encode(&r, 0, body, sizeof body, &body_len), OK);
        assert_err(proto_frame_encode(PROTO_REPLY, body, body_len, out, sizeof out, &len), OK);
        assert_err(wire_server_send(keyholder.server, route, route_len, out, len), OK);
    }
}

static void turn(struct world *w, uint64_t ms)
{
    for (uint64_t until = clock_mono_ms() + ms; clock_mono_ms() < until;) {
        client_witness_step(w->n);
        hub_played_turn(w->h, 10);
        serve_keyholder();
        client_keylink_ready(w->n);
    }
}

static struct hub_played_msg *find(struct world *w, enum proto_kind kind, uint8_t code)
{
    for (size_t i = 0; i < w->h->count; i++)
        if (!w->h->in[i].answered && w->h->in[i].kind == kind && (kind != PROTO_QUERY || w->h->in[i].msg.code == code))
            return &w->h->in[i];
    return NULL;
}

static struct hub_played_msg *await(struct world *w, enum proto_kind kind, uint8_t code)
{
    struct hub_played_msg *m = NULL;

    for (uint64_t until = clock_mono_ms() + WAIT_MS; (m = find(w, kind, code)) == NULL && clock_mono_ms() < until;)
        turn(w, 10);
    if (m == NULL)
        fail_msg("nothing of kind %d came", (int)kind);
    return m;
}

/* The node asks what to cosign, and gets this log as it is, with a line of others at these times (0: none). Gives what it asked from. */
static uint64_t offer(struct world *w, uint64_t partner_s, uint64_t outsider_s)
{
    struct hub_played_msg *m = await(w, PROTO_QUERY, PROTO_QUERY_COSIGN);
    uint8_t body[PROTO_NOTE_MAX];
    struct proto_tlog_request q;
    uint8_t note[PROTO_NOTE_MAX];
    size_t len = witness_sample_request(&w->h->log, m->msg.number < w->h->log.size ? m->msg.number : w->h->log.size, body), note_len;

    assert_err(proto_tlog_request_decode(body, len, &q), OK);
    q.old = m->msg.number;
    memcpy(note, q.checkpoint, q.checkpoint_len);
    note_len = q.checkpoint_len;
    if (partner_s != 0)
        witness_sample_cosign(&w->s, 1, partner_s, note, &note_len);
    if (outsider_s != 0)
        witness_sample_cosign(&w->s, OUTSIDER, outsider_s, note, &note_len);
    q.checkpoint = note;
    q.checkpoint_len = note_len;
    assert_err(proto_tlog_request_encode(&q, body, sizeof body, &len), OK);
    hub_played_payload(w->h, m, (struct proto_blob){body, len});
    return q.old;
}

static const char *warning(const struct world *w, enum lang lang)
{
    static char buf[640];

    return client_witness_text(w->n, lang, buf, sizeof buf);
}

/* What the hub offers is cosigned here; offered again it goes to the keyholder. */
static void brought_to(struct world *w, uint16_t says)
{
    keyholder.says = says;
    (void)offer(w, w->now_s, 0);
    hub_played_payload(w->h, await(w, PROTO_WITNESS, 0), (struct proto_blob){NULL, 0});
    assert_null(warning(w, LANG_EN));
    for (uint64_t until = clock_mono_ms() + WAIT_MS; keyholder.asked == 0 && clock_mono_ms() < until; turn(w, 10))
        if (find(w, PROTO_QUERY, PROTO_QUERY_COSIGN) != NULL)
            (void)offer(w, w->now_s, 0);
    turn(w, 100);
    assert_int_equal(keyholder.asked, 1);
}

static void expect_warned(struct world *w)
{
    assert_non_null(warning(w, LANG_EN));
    assert_non_null(strstr(warning(w, LANG_EN), "THE KEYHOLDER COSIGNED ANOTHER LOG THAN THE HUB SHOWS HERE"));
    assert_non_null(strstr(warning(w, LANG_NL), "DE SLEUTELHOUDER MEDEONDERTEKENDE EEN ANDER LOGBOEK"));
    /* Its word alone stops nothing. */
    assert_true(client_link_is_trusted(w->n));
    assert_true(client_witness_is_fresh(w->n));
}

static void that_the_keyholder_cosigned_another_log_is_a_warning(void **state)
{
    brought_to(*state, PROTO_WITNESS_OTHER_SIZE);
    expect_warned(*state);
}

static void that_it_finds_the_proof_wrong_is_too(void **state)
{
    brought_to(*state, PROTO_WITNESS_NOT_PROVEN);
    expect_warned(*state);
}

static void that_it_does_not_answer_so_is_none(void **state)
{
    brought_to(*state, PROTO_WITNESS_NONE);
    assert_null(warning(*state, LANG_EN));
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup_keyholder, teardown_keyholder)
    const struct CMUnitTest tests[] = {
        T(that_the_keyholder_cosigned_another_log_is_a_warning), T(that_it_finds_the_proof_wrong_is_too), T(that_it_does_not_answer_so_is_none),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
