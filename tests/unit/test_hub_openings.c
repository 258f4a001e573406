/* hub/openings: each leaf sealed to the officers of its sides, answered, and what is gone after. PROTOCOL.md P-170 to P-178. */
#include "support/check.h"
#include "support/hub_acts.h"

#include "base/clock.h"
#include "base/file.h"
#include "hub/openings.h"

#include <sodium.h>
#include <stdio.h>

enum { HOUR = 3600, DAY = 24 * HOUR };

/* The openings of this partner after a number, as its officer's node gets them. */
struct got { struct hub_world_reply reply; uint16_t count; struct proto_opening_item item[8]; };

static void ask(struct hub_acts *f, int who, uint64_t after, struct got *g)
{
    struct proto_msg m;
    size_t at = 2;

    hub_world_msg(&f->w, PROTO_QUERY, who, -1, &m);
    m.code = PROTO_QUERY_OPENINGS;
    m.number = after;
    g->reply = hub_acts_send(f, &m, who);
    assert_int_equal(g->reply.reply.result, PROTO_ACCEPTED);
    g->count = hub_acts_mail_count(&g->reply);
    assert_true(g->count <= 8);
    for (uint16_t i = 0; i < g->count; i++)
        assert_err(proto_opening_item_decode(g->reply.reply.payload.data, g->reply.reply.payload.len, &at, &g->item[i]), OK);
    assert_int_equal(at, g->reply.reply.payload.len);
}

static uint16_t count_of(struct hub_acts *f, int who, uint64_t after)
{
    struct got g;

    ask(f, who, after, &g);
    hub_world_reply_free(&g.reply);
    return g.count;
}

static enum err open_box(struct hub_acts *f, int who, const uint8_t secret[32], const struct proto_opening_item *item, size_t box,
    struct proto_opening *out)
{
    struct proto_opening_seal s;
    enum err e = proto_opening_seal_receive(&s, f->w.region->hash, f->w.partner[who].id, secret, item->box[box].enc);

    return e == OK ? proto_opening_seal_get(&s, &item->at, item->box[box].sealed, out) : e;
}

static void send_facts(struct hub_acts *f, uint8_t *original, struct proto_msg *m, struct hub_world_reply *r)
{
    hub_acts_facts(f, A, B, original, m);
    *r = hub_acts_send(f, m, A);
    assert_int_equal(r->reply.result, PROTO_ACCEPTED);
}

static void check_opened(struct hub_acts *f, int who, const struct proto_opening_item *item, const struct hub_world_reply *r)
{
    uint8_t leaf[PROTO_LEAF_LEN], stored[PROTO_LEAF_LEN];
    struct proto_opening o;
    struct kv_txn *x = NULL;

    assert_err(open_box(f, who, f->w.partner[who].officer_secret, item, 0, &o), OK);
    assert_err(proto_opening_check_side(&o), OK);
    assert_int_equal(o.index, r->reply.receipt.index);
    assert_memory_equal(o.seed, r->reply.receipt.seed, 32);
    assert_err(proto_opening_leaf(&o, leaf), OK);
    assert_err(kv_begin(f->w.core->kv, false, &x), OK);
    assert_err(hub_ledger_leaf(f->w.core->ledger, x, o.index, stored), OK);
    kv_abort(x);
    assert_memory_equal(leaf, stored, sizeof leaf);
}

/* ---- who gets what ---- */

static void both_officers_open_the_leaf_that_is_in_the_log(void **state)
{
    struct hub_acts *f = *state;
    uint8_t original[2048];
    struct hub_world_reply r;
    struct proto_msg m;
    struct got g;

    send_facts(f, original, &m, &r);
    ask(f, A, 1, &g);
    assert_int_equal(g.count, 1);
    assert_int_equal(g.item[0].at.side, 0);
    assert_int_equal(g.item[0].at.number, 2);
    check_opened(f, A, &g.item[0], &r);
    hub_world_reply_free(&g.reply);
    ask(f, B, 1, &g);
    assert_int_equal(g.count, 1);
    assert_int_equal(g.item[0].at.side, 1);
    check_opened(f, B, &g.item[0], &r);
    hub_world_reply_free(&g.reply);
    hub_world_reply_free(&r);
    assert_int_equal(count_of(f, C, 0), 0);
}

/* Who has sent more than the other received has other numbers: each side's opening shows its own, and the leaf before it of its own. */
static void each_side_has_its_own_number(void **state)
{
    static const struct { int who; uint64_t number; } rows[] = { { A, 4 }, { B, 2 } };
    struct hub_acts *f = *state;
    uint8_t original[2048];
    struct hub_world_reply r;
    struct proto_msg m;

    for (int i = 0; i < 2; i++) {
        hub_acts_facts(f, A, C, original, &m);
        r = hub_acts_send(f, &m, A);
        assert_int_equal(r.reply.result, PROTO_ACCEPTED);
        hub_world_reply_free(&r);
    }
    send_facts(f, original, &m, &r);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct proto_opening o;
        struct got g;

        ask(f, rows[i].who, rows[i].number - 1, &g);
        assert_int_equal(g.count, 1);
        assert_int_equal(g.item[0].at.number, rows[i].number);
        check_opened(f, rows[i].who, &g.item[0], &r);
        assert_err(open_box(f, rows[i].who, f->w.partner[rows[i].who].officer_secret, &g.item[0], 0, &o), OK);
        assert_int_equal(o.number, rows[i].number);
        assert_int_equal(o.side, i);
        hub_world_reply_free(&g.reply);
    }
    hub_world_reply_free(&r);
}

static void nobody_else_opens_it(void **state)
{
    struct hub_acts *f = *state;
    uint8_t original[2048];
    struct hub_world_reply r;
    struct proto_opening o;
    struct proto_msg m;
    struct got g;

    send_facts(f, original, &m, &r);
    ask(f, A, 1, &g);
    assert_err(open_box(f, A, f->w.partner[B].officer_secret, &g.item[0], 0, &o), ERR_SIGNATURE);
    assert_err(open_box(f, B, f->w.partner[A].officer_secret, &g.item[0], 0, &o), ERR_SIGNATURE);
    hub_world_reply_free(&g.reply);
    hub_world_reply_free(&r);
}

/* Those of what waits, and of no more than seven days: an officer's node that is off for longer has its openings, and the hub no secret of theirs. */
static void seeds_are_kept_from_the_oldest_that_waits_on(void **state)
{
    struct hub_acts *f = *state;
    uint64_t before_s = clock_now_s(), from_s = 0;
    struct kv_txn *x = NULL;
    uint8_t original[2048];
    struct hub_world_reply r;
    struct proto_msg m;

    send_facts(f, original, &m, &r);
    assert_err(kv_begin(f->w.core->kv, false, &x), OK);
    assert_err(hub_openings_seeds_from(f->w.core, x, before_s + DAY, &from_s), OK);
    assert_in_range(from_s, before_s - HOUR, clock_now_s());
    assert_err(hub_openings_seeds_from(f->w.core, x, before_s + 9 * DAY, &from_s), OK);
    assert_int_equal(from_s, before_s + 2 * DAY);
    kv_abort(x);
    hub_world_reply_free(&r);
}

static void numbers_have_no_gap_and_name_the_leaf_before(void **state)
{
    struct hub_acts *f = *state;
    uint64_t previous = PROTO_NO_LEAF;
    uint8_t original[2048];
    struct hub_world_reply r;
    struct proto_msg m;
    struct got g;

    for (int i = 0; i < 3; i++) {
        send_facts(f, original, &m, &r);
        hub_world_reply_free(&r);
    }
    ask(f, A, 0, &g);
    assert_int_equal(g.count, 4);
    for (uint16_t i = 0; i < g.count; i++) {
        struct proto_opening o;

        assert_err(open_box(f, A, f->w.partner[A].officer_secret, &g.item[i], 0, &o), OK);
        assert_int_equal(o.number, i + 1);
        assert_int_equal(o.previous, previous);
        previous = o.index;
    }
    hub_world_reply_free(&g.reply);
}

/* A refused request is logged; its addressee hears nothing of it, and gets no opening either. */
static void a_denied_act_opens_to_its_sender_only(void **state)
{
    struct hub_acts *f = *state;
    struct proto_msg m;
    uint16_t before = count_of(f, B, 0);

    hub_world_msg(&f->w, PROTO_REQUEST, A, B, &m);
    memcpy(m.head.actor, f->w.partner[A].staff_key, 32);
    m.head.role = PROTO_ROLE_CASEWORKER;
    m.head.subject.type = PROTO_SUBJECT_CITIZEN;
    m.head.subject.value[0] = 1;
    check_name(m.head.purpose, "att_enforce");
    m.sections.count = 1;
    check_name(m.sections.name[0], "ident");
    hub_acts_expect(f, &m, A, PROTO_DENIED);
    assert_int_equal(count_of(f, A, 1), 1);
    assert_int_equal(count_of(f, B, 0), before);
}

static void a_round_that_is_given_up_uses_no_key_twice(void **state)
{
    struct hub_acts *f = *state;
    uint8_t original[2048], enc[32];
    struct hub_world_reply r;
    struct proto_msg m;
    struct got g;

    send_facts(f, original, &m, &r);
    hub_world_reply_free(&r);
    ask(f, A, 1, &g);
    memcpy(enc, g.item[0].box[0].enc, 32);
    hub_world_reply_free(&g.reply);
    hub_openings_renew(f->w.core->openings);
    send_facts(f, original, &m, &r);
    hub_world_reply_free(&r);
    ask(f, A, 2, &g);
    assert_memory_not_equal(enc, g.item[0].box[0].enc, 32);
    hub_world_reply_free(&g.reply);
}

/* ---- answers ---- */

static void answer(struct hub_acts *f, int who, uint64_t number, uint8_t code, enum proto_refusal expected)
{
    struct proto_msg m;

    hub_world_msg(&f->w, PROTO_OPENED_LEAF, who, -1, &m);
    m.number = number;
    m.code = code;
    hub_acts_expect(f, &m, who, expected);
}

static void what_was_opened_is_erased(void **state)
{
    struct hub_acts *f = *state;
    uint8_t original[2048];
    struct hub_world_reply r;
    struct proto_msg m;

    send_facts(f, original, &m, &r);
    hub_world_reply_free(&r);
    assert_int_equal(count_of(f, A, 0), 2);
    answer(f, A, 1, PROTO_OPENED_OK, PROTO_ACCEPTED);
    /* Number 2, and that of the answer. */
    assert_int_equal(count_of(f, A, 0), 2);
    assert_int_equal(count_of(f, A, 2), 1);
    answer(f, A, 3, PROTO_OPENED_OK, PROTO_ACCEPTED);
    assert_int_equal(count_of(f, A, 0), 1);
    assert_int_equal(count_of(f, B, 0), 2);
}

static void a_number_that_was_never_given_is_not_found(void **state)
{
    answer(*state, A, 0, PROTO_OPENED_OK, PROTO_NOT_FOUND);
    answer(*state, A, 2, PROTO_OPENED_OK, PROTO_NOT_FOUND);
    answer(*state, C, 1, PROTO_OPENED_BAD, PROTO_NOT_FOUND);
}

static void a_bad_opening_is_logged_and_kept(void **state)
{
    struct hub_acts *f = *state;
    uint64_t size = hub_ledger_size(f->w.core->ledger);

    answer(f, A, 1, PROTO_OPENED_BAD, PROTO_ACCEPTED);
    assert_int_equal(hub_ledger_size(f->w.core->ledger), size + 1);
    assert_int_equal(count_of(f, A, 0), 2);
}

/* ---- seeds ---- */

static bool has_bytes(const char *path, const uint8_t *what, size_t len)
{
    uint8_t *data = NULL;
    size_t size = 0;
    bool found = false;

    assert_err(file_read(path, (size_t)1 << 31, &data, &size, NULL), OK);
    for (size_t i = 0; !found && i + len <= size; i++)
        found = memcmp(data + i, what, len) == 0;
    free(data);
    return found;
}

/* The day key as it lies in the file: behind eight bytes of magic and four of the day. */
static void day_key(const struct hub_acts *f, uint8_t key[32])
{
    uint8_t *data = NULL;
    size_t len = 0;

    assert_err(file_read(f->w.core->config.seeds, 4096, &data, &len, NULL), OK);
    assert_true(len >= 44);
    memcpy(key, data + 12, 32);
    free(data);
}

/* The next round is so much later. */
static void later(struct hub_acts *f, int seconds)
{
    check_shift_clock(seconds);
    assert_err(hub_round_run(f->w.core, NULL), OK);
}

static void seeds_go_with_the_last_answer_of_their_day(void **state)
{
    struct hub_acts *f = *state;
    uint8_t original[2048], key[32], store[2][32];
    char path[160];
    struct hub_world_reply r;
    struct proto_msg m;

    send_facts(f, original, &m, &r);
    day_key(f, key);
    memcpy(store[0], r.reply.receipt.seed, 32);
    memcpy(store[1], r.reply.receipt.side_salt, 32);
    hub_world_reply_free(&r);
    answer(f, A, 2, PROTO_OPENED_OK, PROTO_ACCEPTED);
    later(f, 2 * DAY);
    assert_true(has_bytes(f->w.core->config.seeds, key, sizeof key));
    check_shift_clock(0);
    answer(f, B, 2, PROTO_OPENED_OK, PROTO_ACCEPTED);
    later(f, 2 * DAY);
    assert_false(has_bytes(f->w.core->config.seeds, key, sizeof key));
    (void)snprintf(path, sizeof path, "%s/data.mdb", f->w.core->config.store);
    /* The search finds what is there, */
    assert_true(has_bytes(path, f->w.partner[A].id, PROTO_PARTNER_LEN));
    /* and nowhere, in no freed page either, what the salts were made from. */
    assert_false(has_bytes(path, key, sizeof key));
    assert_false(has_bytes(path, store[0], 32));
    assert_false(has_bytes(path, store[1], 32));
    check_shift_clock(0);
}

static void unanswered_seeds_go_after_seven_days(void **state)
{
    struct hub_acts *f = *state;
    uint8_t original[2048], key[32];
    struct hub_world_reply r;
    struct proto_msg m;

    send_facts(f, original, &m, &r);
    hub_world_reply_free(&r);
    day_key(f, key);
    later(f, 7 * DAY - HOUR);
    assert_true(has_bytes(f->w.core->config.seeds, key, sizeof key));
    later(f, 8 * DAY + HOUR);
    assert_false(has_bytes(f->w.core->config.seeds, key, sizeof key));
    /* The opening is there still. */
    assert_int_equal(count_of(f, A, 1), 1);
    check_shift_clock(0);
}

/* P-178: a repeat after eight days, and mail that waited so long, have receipts that the opening makes whole. */
static void late_receipts_are_made_whole(void **state)
{
    struct hub_acts *f = *state;
    uint8_t original[2048];
    struct hub_world_reply first, again, mail;
    struct proto_mail item;
    struct proto_opening o;
    struct proto_blob envelope;
    struct proto_msg m;
    struct got g;
    size_t at = 2, len;

    send_facts(f, original, &m, &first);
    len = hub_world_frame(&f->w, &m, A, f->frame);
    later(f, 8 * DAY + HOUR);
    again = hub_acts_one(f, f->frame, len);
    assert_int_equal(again.reply.result, PROTO_ACCEPTED);
    assert_true(again.reply.has_receipt);
    assert_true(proto_opening_is_erased(&again.reply.receipt));
    envelope = hub_world_envelope(f->frame, len);
    {
        uint8_t *kept = check_exact(envelope.data, envelope.len);

        assert_err(proto_receipt_check(f->w.region, &m, kept, envelope.len, &again.reply.receipt, 0, NULL), ERR_SIGNATURE);
        ask(f, A, 1, &g);
        assert_err(open_box(f, A, f->w.partner[A].officer_secret, &g.item[0], 0, &o), OK);
        assert_err(proto_opening_restore(&o, &again.reply.receipt), OK);
        assert_err(proto_receipt_check(f->w.region, &m, kept, envelope.len, &again.reply.receipt, 0, NULL), OK);
        hub_world_reply_free(&g.reply);
        mail = hub_acts_fetch(f, B, 1);
        assert_int_equal(hub_acts_mail_count(&mail), 1);
        assert_err(proto_mail_decode(mail.reply.payload.data, mail.reply.payload.len, &at, &item), OK);
        assert_true(proto_opening_is_erased(&item.receipt));
        ask(f, B, 1, &g);
        assert_err(open_box(f, B, f->w.partner[B].officer_secret, &g.item[0], 0, &o), OK);
        assert_err(proto_opening_restore(&o, &item.receipt), OK);
        assert_err(proto_receipt_check(f->w.region, &m, kept, envelope.len, &item.receipt, 1, NULL), OK);
        free(kept);
    }
    hub_world_reply_free(&g.reply);
    hub_world_reply_free(&mail);
    hub_world_reply_free(&again);
    hub_world_reply_free(&first);
    check_shift_clock(0);
}

/* ---- officers whose keys ended: 90 days in these worlds ---- */

/* A month after the last officer key ended only what stops something, answers, or reads is taken; the node's own keys are valid still. */
static void without_an_officer_for_a_month(void **state)
{
    struct hub_acts *f = *state;
    struct proto_msg m;

    check_shift_clock(15 * DAY);
    hub_world_msg(&f->w, PROTO_CANCEL, A, B, &m);
    m.refers[0] = 1;
    hub_acts_expect(f, &m, A, PROTO_NOT_FOUND);
    check_shift_clock(45 * DAY);
    hub_world_msg(&f->w, PROTO_CANCEL, A, B, &m);
    m.refers[0] = 1;
    hub_acts_expect(f, &m, A, PROTO_NO_OFFICER);
    hub_world_msg(&f->w, PROTO_ACK, A, B, &m);
    m.refers[0] = 1;
    m.code = PROTO_ACK_STORED;
    hub_acts_expect(f, &m, A, PROTO_NOT_FOUND);
    hub_world_msg(&f->w, PROTO_QUERY, A, -1, &m);
    m.code = PROTO_QUERY_CHECKPOINT;
    hub_acts_expect(f, &m, A, PROTO_ACCEPTED);
    check_shift_clock(0);
}

static int setup_short(void **state)
{
    hub_acts_officer_days = 10;
    return hub_acts_setup(state);
}

static int close_short(void **state)
{
    hub_acts_officer_days = 0;
    return hub_acts_close(state);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, hub_acts_setup, hub_acts_close)
    const struct CMUnitTest tests[] = {
        T(both_officers_open_the_leaf_that_is_in_the_log), T(each_side_has_its_own_number), T(nobody_else_opens_it),
        T(seeds_are_kept_from_the_oldest_that_waits_on), T(numbers_have_no_gap_and_name_the_leaf_before),
        T(a_denied_act_opens_to_its_sender_only), T(a_round_that_is_given_up_uses_no_key_twice), T(what_was_opened_is_erased),
        T(a_number_that_was_never_given_is_not_found), T(a_bad_opening_is_logged_and_kept),
        T(seeds_go_with_the_last_answer_of_their_day), T(unanswered_seeds_go_after_seven_days), T(late_receipts_are_made_whole),
        cmocka_unit_test_setup_teardown(without_an_officer_for_a_month, setup_short, close_short),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
