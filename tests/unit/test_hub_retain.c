/* hub/retain: rows of requests and grants go when nothing more follows from them, and not before. */
#include "support/check.h"
#include "support/hub_acts.h"

#include "hub/store_grant.h"
#include "hub/store_request.h"

#include <sodium.h>
#include <stdio.h>

enum { DAY = 86400 };

/* What lies in the store: a request in this state (or an offer), with what belongs to it. */
struct row {
    const char *name;
    enum hub_request_state state;
    bool is_offer, granted, released;
    int due_days, until_days;    /* from now */
    bool mail;                   /* of the last message waits */
    int gone_after;              /* days; the day before it is still there */
};

static const struct row rows[] = {
    { "refused", HUB_REQUEST_REFUSED, false, false, false, 0, 0, false, 0 },
    { "cancelled", HUB_REQUEST_CANCELLED, false, false, false, 0, 0, false, 0 },
    { "not for us", HUB_REQUEST_NOT_FOR_US, true, true, true, 0, 50, false, 0 },
    { "never answered", HUB_REQUEST_OPEN, false, false, false, 20, 0, false, 20 },
    { "granted, never released", HUB_REQUEST_GRANTED, false, true, false, 30, 30, false, 30 },
    { "released, its end reported", HUB_REQUEST_ENDED, false, true, true, 0, 0, false, 0 },
    { "released, nothing reported", HUB_REQUEST_GRANTED, false, true, true, 30, 30, false, 120 },
    { "an offer that nobody answered", HUB_REQUEST_OPEN, true, true, true, 30, 30, false, 120 },
    { "refused, with mail that waits", HUB_REQUEST_REFUSED, false, false, false, 0, 0, true, -1 },
    { "ended, with a release that waits", HUB_REQUEST_ENDED, false, true, true, 0, 0, true, -1 },
};

static uint64_t now_s;

/* A message of A to B with a row, and its mail if that waits. */
static void add_message(struct hub_acts *f, struct kv_txn *x, uint8_t kind, const uint8_t id[PROTO_ID_LEN], bool waits)
{
    uint8_t envelope[64] = { 1 };
    struct hub_act_row row = { .index = hub_ledger_size(f->w.core->ledger), .time_s = now_s, .kind = kind, .from_number = 100,
        .from_previous = PROTO_NO_LEAF, .to_number = 100, .to_previous = PROTO_NO_LEAF };
    struct hub_mail_row mail = { .number = 100, .index = row.index, .kind = kind, .message = { envelope, sizeof envelope } };
    uint8_t leaf[PROTO_LEAF_LEN];

    memcpy(row.id, id, sizeof row.id);
    memcpy(row.from, f->w.partner[A].id, sizeof row.from);
    memcpy(row.to, f->w.partner[B].id, sizeof row.to);
    memcpy(mail.id, id, sizeof mail.id);
    randombytes_buf(leaf, sizeof leaf);
    assert_err(hub_ledger_append(f->w.core->ledger, x, leaf), OK);
    assert_err(hub_store_act_put(f->w.core->acts, x, &row), OK);
    if (waits)
        assert_err(hub_store_mail_put(f->w.core->mail, x, f->w.partner[B].id, &mail), OK);
}

static void add(struct hub_acts *f, const struct row *row, struct hub_request *q, struct hub_grant *g)
{
    const struct hub_tables *t = f->w.core->state.tables;
    struct kv_txn *x = NULL;

    *q = (struct hub_request){ .state = row->state, .is_offer = row->is_offer, .purpose = "case_support",
        .due_s = now_s + (uint64_t)row->due_days * DAY };
    *g = (struct hub_grant){ .until_s = now_s + (uint64_t)row->until_days * DAY };
    randombytes_buf(q->id, sizeof q->id);
    if (row->is_offer)
        memcpy(g->id, q->id, sizeof g->id);
    else
        randombytes_buf(g->id, sizeof g->id);
    memcpy(g->request, q->id, sizeof g->request);
    if (row->granted && !row->is_offer)
        memcpy(q->grant, g->id, sizeof q->grant);
    assert_err(kv_begin(f->w.core->kv, true, &x), OK);
    assert_err(hub_store_request_add(t, x, q), OK);
    if (row->granted)
        assert_err(hub_store_grant_put(t, x, g), OK);
    if (row->released) {
        uint8_t release[PROTO_ID_LEN];

        randombytes_buf(release, sizeof release);
        assert_err(hub_store_grant_released(t, x, g, release), OK);
    }
    add_message(f, x, row->released ? PROTO_RELEASE : PROTO_REQUEST, row->released ? g->release : q->id, row->mail);
    assert_err(kv_commit(x), OK);
}

/* Request, grant and the way back from its release: all there, or none. */
static bool is_there(struct hub_acts *f, const struct row *row, const struct hub_request *q, const struct hub_grant *g)
{
    const struct hub_tables *t = f->w.core->state.tables;
    struct hub_request found;
    struct hub_grant grant;
    struct kv_txn *x = NULL;
    enum err e;

    assert_err(kv_begin(f->w.core->kv, false, &x), OK);
    e = hub_store_request_get(t, x, q->id, &found);
    assert_true(e == OK || e == ERR_NOTFOUND);
    if (row->granted)
        assert_err(hub_store_grant_get(t, x, g->id, &grant), e);
    if (row->released)
        assert_err(hub_store_grant_of_release(t, x, g->release, &grant), e);
    kv_abort(x);
    return e == OK;
}

static void on_day(struct hub_acts *f, int day)
{
    check_shift_clock(day * DAY + 60);
    assert_err(hub_round_run(f->w.core, NULL), OK);
}

static void each(void **state)
{
    const struct row *row = *state;
    struct hub_request q;
    struct hub_grant g;
    struct hub_acts *f;
    void *acts = NULL;

    assert_int_equal(hub_acts_setup(&acts), 0);
    f = acts;
    now_s = clock_now_s();
    add(f, row, &q, &g);
    if (row->mail) {
        struct kv_txn *x = NULL;

        on_day(f, 10);
        assert_true(is_there(f, row, &q, &g));
        assert_err(kv_begin(f->w.core->kv, true, &x), OK);
        assert_err(hub_store_mail_delete(f->w.core->mail, x, f->w.partner[B].id, 100), OK);
        assert_err(kv_commit(x), OK);
        on_day(f, 12);
    } else {
        if (row->gone_after > 0) {
            on_day(f, row->gone_after - 1);
            assert_true(is_there(f, row, &q, &g));
        }
        on_day(f, row->gone_after + 1);
    }
    assert_false(is_there(f, row, &q, &g));
    check_shift_clock(0);
    assert_int_equal(hub_acts_close(&acts), 0);
}

/* Some in each round: many that end together hold nobody up, and all of them go. */
static void many_go_in_some_rounds(void **state)
{
    enum { MANY = 40 };
    struct row row = rows[0];
    struct hub_request q[MANY];
    struct hub_grant g;
    struct hub_acts *f;
    void *acts = NULL;
    size_t left = MANY, rounds = 0;

    (void)state;
    assert_int_equal(hub_acts_setup(&acts), 0);
    f = acts;
    now_s = clock_now_s();
    for (size_t i = 0; i < MANY; i++)
        add(f, &row, &q[i], &g);
    for (; left != 0 && rounds < MANY; rounds++) {
        size_t before = left;

        on_day(f, 0);
        for (size_t i = left = 0; i < MANY; i++)
            left += is_there(f, &row, &q[i], &g);
        assert_true(left < before && before - left < MANY);
    }
    assert_int_equal(left, 0);
    check_shift_clock(0);
    assert_int_equal(hub_acts_close(&acts), 0);
}

int main(void)
{
    static struct check_list list;

    if (sodium_init() < 0)
        return 1;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        check_add(&list, rows[i].name, each, &rows[i]);
    check_add(&list, "many go in some rounds", many_go_in_some_rounds, NULL);
    return check_run(&list, "hub_retain");
}
