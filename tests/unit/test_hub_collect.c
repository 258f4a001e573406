/* hub/collect through core's rounds: witnesses ask, bring their lines, and find them again after a restart (PROTOCOL P-097, P-127, P-128). */
#include "tests/support/check.h"
#include "tests/support/hub_world.h"

#include "hub/collect.h"

#include <sodium.h>
#include <stdio.h>

enum { A, B, C, OUTSIDER = HUB_WORLD_PARTNERS };

struct world {
    struct hub_world w;
    struct witness_sample s;
    uint8_t *frame;
    uint8_t note[PROTO_NOTE_MAX];
    size_t len;
    uint64_t size;
};

static int setup(void **state)
{
    struct world *f = calloc(1, sizeof *f);

    assert_non_null(f);
    f->frame = malloc(HUB_WORLD_FRAME_MAX);
    assert_non_null(f->frame);
    f->w.witnesses = &f->s;
    hub_world_open(&f->w, SOURCE_DIR "/policy/packs/nl-jeugd", 0);
    hub_world_core_open(&f->w);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct world *f = *state;

    if (f->w.core != NULL)
        hub_world_core_close(&f->w);
    hub_world_close(&f->w);
    free(f->frame);
    free(f);
    return 0;
}

static struct hub_world_reply send(struct world *f, const struct proto_msg *m, int from)
{
    struct proto_blob frame = { f->frame, hub_world_frame(&f->w, m, from, f->frame) };
    struct hub_world_reply r;

    hub_world_round(&f->w, &frame, &r, 1);
    return r;
}

static const uint8_t *registry_id(const struct world *f)
{
    return f->w.core->collect->registry.origin_id;
}

/* The request to cosign for a witness that has seen size old. */
static enum proto_refusal ask(struct world *f, int from, uint64_t old, const uint8_t *key)
{
    struct proto_tlog_request q;
    struct proto_tlog_checkpoint c;
    struct hub_world_reply r;
    struct proto_note *note = malloc(sizeof *note);
    struct proto_msg m;
    enum proto_refusal result;

    assert_non_null(note);
    hub_world_msg(&f->w, PROTO_QUERY, from, -1, &m);
    m.code = PROTO_QUERY_COSIGN;
    m.number = old;
    if (key != NULL)
        memcpy(m.key, key, sizeof m.key);
    r = send(f, &m, from);
    result = (enum proto_refusal)r.reply.result;
    if (result == PROTO_ACCEPTED) {
        assert_err(proto_tlog_request_decode(r.reply.payload.data, r.reply.payload.len, &q), OK);
        assert_int_equal(q.old, old);
        assert_err(proto_tlog_checkpoint_open(q.checkpoint, q.checkpoint_len, key != NULL && memcmp(key, registry_id(f), 32) == 0
            ? &f->w.core->collect->registry.log : &f->w.core->collect->main.log, note, &c), OK);
        memcpy(f->note, q.checkpoint, q.checkpoint_len);
        f->len = q.checkpoint_len;
        f->size = c.head.size;
    }
    free(note);
    hub_world_reply_free(&r);
    return result;
}

/* Who brings it is another question than whose line it is. Gives the payload's length. */
static enum proto_refusal bring(struct world *f, int from, size_t witness, size_t *payload_len)
{
    uint8_t note[PROTO_NOTE_MAX];
    struct hub_world_reply r;
    struct proto_msg m;
    size_t len = f->len;
    enum proto_refusal result;

    memcpy(note, f->note, len);
    witness_sample_cosign(&f->s, witness, f->w.core->now_s, note, &len);
    hub_world_msg(&f->w, PROTO_WITNESS, from, -1, &m);
    m.payload = (struct proto_blob){ note, len };
    r = send(f, &m, from);
    result = (enum proto_refusal)r.reply.result;
    assert_false(r.reply.has_receipt);
    *payload_len = r.reply.payload.len;
    hub_world_reply_free(&r);
    return result;
}

/* An act with a leaf. */
static void act(struct world *f)
{
    uint8_t cert[PROTO_CERT_MAX];
    struct proto_msg m;
    struct hub_world_reply r;

    hub_world_msg(&f->w, PROTO_PUBLISH, A, -1, &m);
    m.original = (struct proto_blob){ cert, hub_world_staff_cert(&f->w, A, PROTO_ROLE_CASEWORKER, cert, sizeof cert) };
    r = send(f, &m, A);
    assert_int_equal(r.reply.result, PROTO_ACCEPTED);
    hub_world_reply_free(&r);
}

static void anchor(struct world *f)
{
    size_t len;

    assert_int_equal(ask(f, A, 0, NULL), PROTO_ACCEPTED);
    assert_int_equal(bring(f, A, A, &len), PROTO_ACCEPTED);
    assert_int_equal(len, 0);
    assert_int_equal(bring(f, B, B, &len), PROTO_ACCEPTED);
    assert_int_equal(bring(f, B, OUTSIDER, &len), PROTO_ACCEPTED);
    assert_int_not_equal(len, 0);
}

static void cosigning_adds_no_leaf(void **state)
{
    struct world *f = *state;
    uint64_t before = hub_ledger_size(f->w.core->ledger);

    anchor(f);
    assert_int_equal(hub_ledger_size(f->w.core->ledger), before);
    assert_int_equal(f->w.core->collect->main.anchored.head.size, before);
}

static void the_anchored_one_is_for_everybody(void **state)
{
    struct world *f = *state;
    struct proto_cosigned c;
    struct hub_world_reply r;
    struct proto_msg m;

    hub_world_msg(&f->w, PROTO_QUERY, C, -1, &m);
    m.code = PROTO_QUERY_COSIGNED;
    r = send(f, &m, C);
    assert_int_equal(r.reply.result, PROTO_NOT_FOUND);
    hub_world_reply_free(&r);
    anchor(f);
    hub_world_msg(&f->w, PROTO_QUERY, C, -1, &m);
    m.code = PROTO_QUERY_COSIGNED;
    r = send(f, &m, C);
    assert_int_equal(r.reply.result, PROTO_ACCEPTED);
    assert_err(proto_cosigned_count(f->w.region, &f->w.core->collect->main.log, r.reply.payload.data, r.reply.payload.len, NULL,
        f->w.core->now_s, &c), OK);
    assert_true(c.anchored);
    assert_int_equal(c.partners, 2);
    hub_world_reply_free(&r);
}

static void it_is_there_after_a_restart(void **state)
{
    struct world *f = *state;
    uint64_t size;

    anchor(f);
    size = f->w.core->collect->main.anchored.head.size;
    act(f);
    hub_world_core_close(&f->w);
    hub_world_core_open(&f->w);
    assert_int_equal(f->w.core->collect->main.anchored.head.size, size);
    assert_int_equal(ask(f, A, size, NULL), PROTO_ACCEPTED);
}

/* The registry has a name and cosignatures of its own; nothing of the one counts for the other. */
static void the_registry_is_collected_for_apart(void **state)
{
    struct world *f = *state;
    size_t len;

    assert_int_equal(ask(f, A, 0, registry_id(f)), PROTO_ACCEPTED);
    assert_int_equal(f->size, 0);
    assert_int_equal(bring(f, A, A, &len), PROTO_ACCEPTED);
    assert_int_equal(bring(f, A, B, &len), PROTO_ACCEPTED);
    assert_int_equal(len, 0);
    assert_int_equal(bring(f, A, OUTSIDER, &len), PROTO_ACCEPTED);
    assert_int_not_equal(len, 0);
    assert_int_equal(f->w.core->collect->main.anchored.note_len, 0);
    assert_int_equal(f->w.core->collect->registry.anchored.note_len, len);
    act(f);
    hub_world_core_close(&f->w);
    hub_world_core_open(&f->w);
    assert_int_equal(f->w.core->collect->registry.anchored.note_len, len);
    assert_int_equal(f->w.core->collect->main.anchored.note_len, 0);
    assert_int_equal(ask(f, A, 1, registry_id(f)), PROTO_NOT_FOUND);
}

/* Nothing was added, and witnesses confirm it again: the newer time is there for everybody. */
static void the_same_registry_is_confirmed_anew(void **state)
{
    struct world *f = *state;
    struct proto_cosigned c;
    uint64_t began_s;
    size_t len;

    assert_int_equal(ask(f, A, 0, registry_id(f)), PROTO_ACCEPTED);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(bring(f, A, i == 0 ? A : B, &len), PROTO_ACCEPTED);
        assert_int_equal(ask(f, A, 0, registry_id(f)), PROTO_ACCEPTED);
    }
    began_s = f->w.core->now_s;
    for (uint64_t later = 0; later <= 600; later += 300) {
        witness_sample_cosign(&f->s, OUTSIDER, began_s - 600 + later, f->note, &f->len);
        assert_int_equal(hub_witness_take(&f->w.core->collect->registry, f->note, f->len, f->w.core->now_s), PROTO_ACCEPTED);
        assert_int_equal(ask(f, C, 0, registry_id(f)), PROTO_ACCEPTED);
        assert_err(proto_cosigned_count(f->w.region, &f->w.core->collect->registry.log, f->note, f->len, NULL, f->w.core->now_s, &c), OK);
        assert_int_equal(c.outsider_s, began_s - 600 + later);
        assert_true(c.anchored);
    }
}

static void another_log_is_not_found(void **state)
{
    struct world *f = *state;
    const uint8_t key[32] = { 1 };

    assert_int_equal(ask(f, A, 0, key), PROTO_NOT_FOUND);
    assert_int_equal(ask(f, A, 0, f->w.core->collect->main.origin_id), PROTO_ACCEPTED);
    assert_int_equal(ask(f, A, f->size + 1, NULL), PROTO_NOT_FOUND);
}

static void a_day_without_anchoring_is_an_alarm(void **state)
{
    struct world *f = *state;
    struct hub_core *c = f->w.core;
    cJSON *status;
    bool alarm = true;

    act(f);
    c->collect->look_ms = 0;
    act(f);
    assert_int_not_equal(c->collect->main.oldest_s, 0);
    assert_int_equal(c->collect->main.alarm_s, 0);
    for (int day = 0; day < 2; day++) {
        struct kv_txn *x = NULL;

        c->collect->look_ms = 0;
        c->now_s += (uint64_t)day * HUB_WITNESS_ALARM_S;
        assert_err(kv_begin(c->kv, false, &x), OK);
        hub_collect_look(c, x);
        kv_abort(x);
        status = cJSON_CreateObject();
        hub_collect_status(c, status);
        assert_err(json_bool(status, "anchor_alarm", &alarm), OK);
        assert_int_equal(alarm, day == 1);
        cJSON_Delete(status);
    }
    assert_int_not_equal(c->collect->main.alarm_s, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(cosigning_adds_no_leaf),
        TEST(the_anchored_one_is_for_everybody),
        TEST(it_is_there_after_a_restart),
        TEST(the_registry_is_collected_for_apart),
        TEST(the_same_registry_is_confirmed_anew),
        TEST(another_log_is_not_found),
        TEST(a_day_without_anchoring_is_an_alarm),
    };

    if (sodium_init() < 0)
        return 1;
    return cmocka_run_group_tests_name("hub/collect", tests, NULL, NULL);
}
