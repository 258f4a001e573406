/* client/witness over a real socket, with a hub that lies: what the node cosigns, what it never cosigns, and when disclosures stop. */
#include "tests/support/witness_world.h"

#include "client/distrust.h"
#include "client/hublink_parts.h"
#include "proto/region_log.h"

/* Our line comes to the hub; it answers with the anchored checkpoint, when all have cosigned. */
static void take_line(struct world *w, bool anchor)
{
    struct hub_played_msg *m = await(w, PROTO_WITNESS, 0);
    struct proto_note_key log = witness_sample_log_key(&w->h->log);
    struct proto_cosigned c;
    uint8_t note[PROTO_NOTE_MAX];
    size_t len = m->msg.payload.len;

    memcpy(note, m->msg.payload.data, len);
    assert_err(proto_cosigned_count(&w->n->region, &log, note, len, w->s.key[US].key, clock_now_s(), &c), OK);
    assert_int_equal(c.head.size, w->h->log.size);
    assert_int_not_equal(c.self_s, 0);
    for (size_t i = 1; anchor && i <= OUTSIDER; i++)
        witness_sample_cosign(&w->s, i, clock_now_s(), note, &len);
    hub_played_payload(w->h, m, (struct proto_blob){note, anchor ? len : 0});
    turn(w, 50);
}

static struct client_witness_status status(const struct world *w)
{
    struct client_witness_status s;

    client_witness_status(w->n, &s);
    return s;
}

static const char *said(const struct world *w)
{
    static char buf[512];

    return client_distrust_text(w->n, LANG_EN, buf, sizeof buf);
}

static bool stops(const struct world *w, enum proto_kind kind, enum client_fixture_who to)
{
    return client_heads_stops(w->n, kind, w->h->f->partner[to].id);
}

/* ---- a hub that does what it should ---- */

static void what_extends_is_stored_then_cosigned(void **state)
{
    struct world *w = *state;

    assert_int_equal(offer(w, 0, 0), 0);
    take_line(w, false);
    assert_int_equal(status(w).cosigned_size, 4);
    log_sample_fill(&w->h->log, 5);
    client_witness_close(w->n->witness);
    w->n->witness = NULL;
    assert_err(open_witness(w), OK);
    assert_int_equal(status(w).cosigned_size, 4);
    assert_int_equal(offer(w, 0, 0), 4);
    take_line(w, false);
    assert_int_equal(status(w).cosigned_size, 9);
    assert_true(client_link_is_trusted(w->n));
    assert_null(said(w));
}

static void what_enough_cosigned_is_anchored_and_kept(void **state)
{
    struct world *w = *state;
    struct vault_txn *x;
    uint8_t *note = NULL;
    size_t len = 0;

    (void)offer(w, 0, 0);
    take_line(w, true);
    assert_int_equal(status(w).anchored_size, 4);
    assert_true(status(w).can_anchor);
    x = client_fixture_begin(w->h->f, VO);
    assert_err(client_witness_anchored(x, w->n, &note, &len), OK);
    client_vault_abort(x);
    assert_true(len > 500);
    free(note);
}

/* ---- a frozen log ---- */

/* What others cosigned over 10 minutes ago is no word of today: a hub could hold back a revocation. */
static void without_a_fresh_word_of_others_nothing_is_given(void **state)
{
    struct world *w = *state;

    assert_true(stops(w, PROTO_GRANT, LEERPLICHT));
    (void)offer(w, w->now_s - CLIENT_WITNESS_FRESH_S - 1, w->now_s - 3600);
    take_line(w, false);
    assert_false(client_witness_is_fresh(w->n));
    assert_true(stops(w, PROTO_GRANT, LEERPLICHT));
    assert_true(stops(w, PROTO_OFFER, LEERPLICHT));
    assert_true(stops(w, PROTO_RELEASE, LEERPLICHT));
    assert_false(stops(w, PROTO_REQUEST, LEERPLICHT));
    assert_false(stops(w, PROTO_STATEMENT, LEERPLICHT));
    assert_false(stops(w, PROTO_REFUSE, LEERPLICHT));
    (void)offer(w, w->now_s - 30, 0);
    turn(w, 50);
    assert_true(client_witness_is_fresh(w->n));
    assert_false(stops(w, PROTO_GRANT, LEERPLICHT));
}

static void our_own_line_and_one_of_tomorrow_are_not_fresh(void **state)
{
    struct world *w = *state;

    (void)offer(w, w->now_s + 86400, 0);
    take_line(w, false);
    (void)offer(w, w->now_s + 86400, 0);
    turn(w, 50);
    assert_false(client_witness_is_fresh(w->n));
}

static void a_region_without_other_witnesses_has_nobody_to_ask(void **state)
{
    struct world *w = *state;

    client_witness_close(w->n->witness);
    w->n->witness = NULL;
    w->n->region.witness_count = 1;
    assert_err(open_witness(w), OK);
    assert_true(client_witness_is_fresh(w->n));
}

/* ---- two histories ---- */

static void expect_stopped(struct world *w)
{
    turn(w, 100);
    assert_null(find(w, PROTO_WITNESS, 0));
    assert_false(client_link_is_trusted(w->n));
    assert_non_null(said(w));
    assert_true(stops(w, PROTO_REQUEST, LEERPLICHT));
    assert_true(stops(w, PROTO_GRANT, LEERPLICHT));
    assert_false(stops(w, PROTO_STATEMENT, LEERPLICHT));
    assert_false(stops(w, PROTO_ACK, LEERPLICHT));
    assert_false(stops(w, PROTO_REPORT, LEERPLICHT));
}

static void a_rewritten_leaf_is_never_cosigned(void **state)
{
    struct world *w = *state;

    (void)offer(w, w->now_s, 0);
    take_line(w, false);
    w->h->log.leaf[1][0] ^= 1;
    log_sample_fill(&w->h->log, 1);
    (void)offer(w, w->now_s, 0);
    expect_stopped(w);
    assert_int_equal(status(w).cosigned_size, 4);
    assert_non_null(strstr(said(w), "CONTRADICTS"));
}

static void another_root_of_one_size_is_never_cosigned(void **state)
{
    struct world *w = *state;

    (void)offer(w, w->now_s, 0);
    take_line(w, false);
    w->h->log.leaf[1][0] ^= 1;
    (void)offer(w, w->now_s, 0);
    expect_stopped(w);
}

static void it_is_remembered_after_a_restart(void **state)
{
    struct world *w = *state;
    struct trouble t = {.lang = LANG_EN};

    another_root_of_one_size_is_never_cosigned(state);
    client_hublink_close(w->n->link);
    assert_err(client_hublink_open(w->n, w->h->address, NULL, &t), OK);
    assert_non_null(said(w));
    assert_true(stops(w, PROTO_GRANT, LEERPLICHT));
}

/* One history in the receipts, another to cosign: the first cosignature continues what the receipts showed. */
static void a_history_for_receipts_and_one_for_witnesses_is_found(void **state)
{
    struct world *w = *state;
    struct proto_merkle_head head = witness_sample_head(&w->h->log, 4);
    bool early = false;

    client_heads_saw(w->n, head.size, head.root, w->now_s);
    for (uint64_t until = clock_mono_ms() + WAIT_MS; w->n->link->checked.size != 4 && clock_mono_ms() < until;)
        turn(w, 10);
    assert_int_equal(w->n->link->checked.size, 4);
    w->h->log.leaf[1][0] ^= 1;
    log_sample_fill(&w->h->log, 2);
    /* Asked before the receipts were known: then they are compared afterwards, and the hub has no proof. */
    early = offer(w, w->now_s, 0) < head.size;
    for (uint64_t until = clock_mono_ms() + WAIT_MS; client_link_is_trusted(w->n) && clock_mono_ms() < until; turn(w, 20)) {
        struct hub_played_msg *m;

        if ((m = find(w, PROTO_WITNESS, 0)) != NULL)
            hub_played_payload(w->h, m, (struct proto_blob){0});
        if ((m = find(w, PROTO_QUERY, PROTO_QUERY_CONSISTENCY)) != NULL)
            hub_played_refuse(w->h, m, PROTO_NOT_FOUND);
        if (find(w, PROTO_QUERY, PROTO_QUERY_COSIGN) != NULL)
            (void)offer(w, w->now_s, 0);
    }
    assert_true(early || status(w).cosigned_size != 6);
    assert_false(client_link_is_trusted(w->n));
}

/* ---- a cut tail ---- */

static void a_cut_tail_stops_until_it_is_whole_again(void **state)
{
    struct world *w = *state;

    (void)offer(w, w->now_s, 0);
    take_line(w, false);
    hub_played_refuse(w->h, await(w, PROTO_QUERY, PROTO_QUERY_COSIGN), PROTO_NOT_FOUND);
    expect_stopped(w);
    assert_non_null(strstr(said(w), "NO LONGER SHOWS"));
    (void)offer(w, w->now_s, 0);
    turn(w, 100);
    assert_true(client_link_is_trusted(w->n));
    assert_null(said(w));
}

/* ---- two partners talk ---- */

/* One of two lies, the hub or the partner: that partner gets nothing. Two such partners: nobody does. */
static void a_partner_that_saw_another_log_gets_nothing(void **state)
{
    struct world *w = *state;
    struct client_fixture *f = w->h->f;
    uint8_t root[32] = {7};
    struct trouble t = {.lang = LANG_EN};

    (void)offer(w, w->now_s, 0);
    take_line(w, false);
    (void)offer(w, w->now_s, 0);
    turn(w, 50);
    assert_false(stops(w, PROTO_GRANT, CJG));
    client_heads_other(w->n, proto_region_partner(&w->n->region, f->partner[CJG].id), 4, root);
    assert_true(stops(w, PROTO_GRANT, CJG));
    assert_true(stops(w, PROTO_REQUEST, CJG));
    assert_false(stops(w, PROTO_STATEMENT, CJG));
    assert_false(stops(w, PROTO_GRANT, LEERPLICHT));
    assert_non_null(strstr(said(w), "cjg"));
    turn(w, 50);
    client_hublink_close(w->n->link);
    assert_err(client_hublink_open(w->n, w->h->address, NULL, &t), OK);
    assert_true(stops(w, PROTO_GRANT, CJG));
    turn(w, 400);
    client_distrust_partner(w->n, proto_region_partner(&w->n->region, f->partner[WIJKTEAM].id), "not-in-our-log");
    assert_true(stops(w, PROTO_GRANT, LEERPLICHT));
    assert_non_null(strstr(said(w), "SEVERAL"));
}

/* ---- going on ---- */

static enum err accept_log(struct world *w, const char *reason)
{
    struct client_call c = {.node = w->n, .who = &w->h->f->partner[VO].session[WORKER], .reply = cJSON_CreateObject()};
    cJSON *args = cJSON_CreateObject();
    struct vault_txn *x = client_fixture_begin(w->h->f, VO);
    enum err e;

    json_add_text(args, "reason", reason);
    c.args = args;
    e = client_do_log_accept(&c, x);
    if (e == OK)
        client_fixture_commit(x);
    else
        client_vault_abort(x);
    cJSON_Delete(args);
    cJSON_Delete(c.reply);
    return e;
}

/* A person goes on; the node then checks from what it sees now, and never cosigns that log again. */
static void who_accepts_goes_on_without_cosigning(void **state)
{
    struct world *w = *state;

    assert_err(accept_log(w, "nothing is wrong with it"), ERR_STATE);
    another_root_of_one_size_is_never_cosigned(state);
    assert_err(accept_log(w, "short"), ERR_RANGE);
    assert_false(client_link_is_trusted(w->n));
    assert_err(accept_log(w, "the hub was restored; all partners compared"), OK);
    assert_true(client_link_is_trusted(w->n));
    assert_null(said(w));
    assert_false(status(w).cosigns);
    log_sample_fill(&w->h->log, 2);
    (void)offer(w, w->now_s, 0);
    turn(w, 200);
    assert_null(find(w, PROTO_WITNESS, 0));
    assert_true(client_witness_is_fresh(w->n));
}

static void change_origin(struct world *w)
{
    struct proto_origin o = {.seen = witness_sample_head(&w->h->log, 4), .at_s = w->now_s};

    o.kept = o.seen;
    proto_region_log_change(&w->n->region, &o);
    w->n->link->origins = w->n->region.origin_count;
}

/* Two partners name a new origin: that takes nothing back of what the operator's log did to this node. */
static void nor_under_a_later_origin(void **state)
{
    struct world *w = *state;

    who_accepts_goes_on_without_cosigning(state);
    change_origin(w);
    assert_err(client_witness_begin_again(w->n), OK);
    assert_false(status(w).cosigns);
    assert_true(status(w).retired);
    /* Nor after a restart, and another change while it was off. */
    client_witness_close(w->n->witness);
    w->n->witness = NULL;
    change_origin(w);
    assert_err(open_witness(w), OK);
    assert_false(status(w).cosigns);
}

static void who_never_retired_cosigns_under_a_later_origin(void **state)
{
    struct world *w = *state;

    change_origin(w);
    assert_err(client_witness_begin_again(w->n), OK);
    assert_true(status(w).cosigns);
}

/* The hub knows the log of before no more: what it says of that came after the registry had said why. */
static void a_refusal_of_before_stops_nothing(void **state)
{
    struct world *w = *state;
    struct proto_origin o = {.seen = witness_sample_head(&w->h->log, 4), .at_s = w->now_s};
    uint8_t id[PROTO_HASH_LEN];
    struct hub_played_msg *m;

    (void)offer(w, w->now_s, 0);
    take_line(w, false);
    m = await(w, PROTO_QUERY, PROTO_QUERY_COSIGN);
    memcpy(id, m->msg.key, sizeof id);
    o.kept = o.seen;
    proto_region_log_change(&w->n->region, &o);
    turn(w, 1500);
    hub_played_refuse(w->h, m, PROTO_NOT_FOUND);
    turn(w, 100);
    assert_true(client_link_is_trusted(w->n));
    assert_memory_not_equal(await(w, PROTO_QUERY, PROTO_QUERY_COSIGN)->msg.key, id, sizeof id);
}

/* Two partners named another root of the old log: the log itself did nothing wrong, and is cosigned again. */
static void a_word_of_partners_ends_no_cosigning(void **state)
{
    struct world *w = *state;

    client_heads_stop(w->n, true, CLIENT_HEADS_BY_WORD);
    assert_false(client_link_is_trusted(w->n));
    assert_non_null(strstr(said(w), "TWO PARTNERS"));
    assert_err(accept_log(w, "the statement had a writing error; compared"), OK);
    assert_true(client_link_is_trusted(w->n));
    assert_true(status(w).cosigns);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_extends_is_stored_then_cosigned),
        TEST(what_enough_cosigned_is_anchored_and_kept),
        TEST(without_a_fresh_word_of_others_nothing_is_given),
        TEST(our_own_line_and_one_of_tomorrow_are_not_fresh),
        TEST(a_region_without_other_witnesses_has_nobody_to_ask),
        TEST(a_rewritten_leaf_is_never_cosigned),
        TEST(another_root_of_one_size_is_never_cosigned),
        TEST(it_is_remembered_after_a_restart),
        TEST(a_history_for_receipts_and_one_for_witnesses_is_found),
        TEST(a_cut_tail_stops_until_it_is_whole_again),
        TEST(a_partner_that_saw_another_log_gets_nothing),
        TEST(who_accepts_goes_on_without_cosigning), TEST(a_word_of_partners_ends_no_cosigning),
        TEST(nor_under_a_later_origin),
        TEST(who_never_retired_cosigns_under_a_later_origin), TEST(a_refusal_of_before_stops_nothing),
    };

    return cmocka_run_group_tests_name("client/witness", tests, NULL, NULL);
}
