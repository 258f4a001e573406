/*
 * Allocation 1, 2, 3 ... of a round fails until all succeed: the core answers that it may be tried again, or ends; after either the same
 * message is done once and not twice, what was acknowledged is there, and nothing leaks.
 */
#include "support/check.h"
#include "support/hub_acts.h"

#include "fault/fault.h"

#include <sodium.h>

enum { NTH_MAX = 3000 };

/* What came of one message. */
struct tried { enum err e; bool came; struct hub_world_reply r; };

/* Judged and done in a round of its own, with the nth allocation failing; 0 for none. */
static struct tried try(struct hub_acts *f, size_t len, size_t nth)
{
    struct tried t = { .e = OK };
    struct hub_job *j = hub_job_new();

    assert_non_null(j);
    assert_err(hub_job_reset(j, len), OK);
    memcpy(j->frame, f->frame, len);
    fault_set(nth);
    hub_envelope_judge(&f->w.core->judge, j);
    t.e = hub_round_run(f->w.core, j);
    t.came = fault_came();
    if (t.e == OK) {
        hub_world_collect(&f->w, &t.r, 1);
        assert_non_null(t.r.frame);
        return t;
    }
    /* The process would have ended, and been started again. */
    assert_true(t.came);
    hub_world_core_close(&f->w);
    hub_world_core_open(&f->w);
    return t;
}

static void assert_result(const struct hub_world_reply *r, enum proto_refusal expected)
{
    assert_string_equal(proto_refusal_name((enum proto_refusal)r->reply.result), proto_refusal_name(expected));
}

typedef void make(struct hub_acts *f, uint8_t *original, struct proto_msg *m);

/* Acts: each is tried, and then sent again as a node would. Gives how many allocations there were. */
static size_t until_it_works(struct hub_acts *f, make *act)
{
    for (size_t nth = 1; nth < NTH_MAX; nth++) {
        uint8_t original[2048];
        uint64_t size = hub_ledger_size(f->w.core->ledger), index = 0;
        struct proto_msg m;
        struct tried first, again;
        size_t len;
        bool done;

        act(f, original, &m);
        len = hub_world_frame(&f->w, &m, A, f->frame);
        first = try(f, len, nth);
        done = first.e == OK && first.r.reply.result == PROTO_ACCEPTED;
        if (done) {
            index = first.r.reply.receipt.index;
            assert_int_equal(hub_ledger_size(f->w.core->ledger), size + 1);
        } else if (first.e == OK) {
            assert_result(&first.r, PROTO_TROUBLE);
        }
        again = try(f, len, 0);
        assert_err(again.e, OK);
        assert_result(&again.r, PROTO_ACCEPTED);
        hub_acts_check_receipt(f, &m, A, &again.r);
        assert_int_equal(hub_ledger_size(f->w.core->ledger), size + 1);
        if (done)
            assert_int_equal(again.r.reply.receipt.index, index);
        hub_world_reply_free(&first.r);
        hub_world_reply_free(&again.r);
        if (!first.came) {
            assert_true(done);
            return nth - 1;
        }
    }
    fail();
    return 0;
}

static void make_statement(struct hub_acts *f, uint8_t *original, struct proto_msg *m)
{
    hub_acts_facts(f, A, B, original, m);
}

static void make_publication(struct hub_acts *f, uint8_t *original, struct proto_msg *m)
{
    hub_world_msg(&f->w, PROTO_PUBLISH, A, -1, m);
    m->original = (struct proto_blob){ original, hub_world_staff_cert(&f->w, A, PROTO_ROLE_CASEWORKER, original, 2048) };
}

static void a_statement(void **state)
{
    size_t n = until_it_works(*state, make_statement);

    print_message("%zu allocations\n", n);
    assert_int_not_equal(n, 0);
}

static void a_certificate(void **state)
{
    size_t n = until_it_works(*state, make_publication);

    print_message("%zu allocations\n", n);
    assert_int_not_equal(n, 0);
}

/* Mail that is fetched: it comes, or it is still there. */
static void a_fetch(void **state)
{
    struct hub_acts *f = *state;
    uint8_t original[2048];
    struct proto_msg m;
    size_t nth = 0;
    bool came = true;

    hub_acts_facts(f, A, B, original, &m);
    hub_acts_expect(f, &m, A, PROTO_ACCEPTED);
    while (came) {
        struct tried t;

        assert_true(++nth < NTH_MAX);
        hub_world_msg(&f->w, PROTO_FETCH, B, -1, &m);
        t = try(f, hub_world_frame(&f->w, &m, B, f->frame), nth);
        came = t.came;
        if (t.e == OK && t.r.reply.result == PROTO_ACCEPTED)
            assert_int_equal(hub_acts_mail_count(&t.r), 1);
        else if (t.e == OK)
            assert_result(&t.r, PROTO_TROUBLE);
        hub_world_reply_free(&t.r);
    }
    print_message("%zu allocations\n", nth - 1);
    assert_int_not_equal(nth, 1);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, hub_acts_setup, hub_acts_close)
    const struct CMUnitTest tests[] = { T(a_statement), T(a_certificate), T(a_fetch) };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
