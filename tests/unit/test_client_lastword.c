/*
 * client/lastword: the order of the log decides what a member said last, also when the log lost leaves in between and went on under its next
 * origin. Vo is in the case; cjg is invited there, and speaks. The leaves from 850 on were given up a minute ago.
 */
#include "tests/support/client_fixture.h"

#include "base/wr.h"
#include "client/casebook.h"
#include "client/lastword.h"
#include "tests/support/check.h"

#include <sodium.h>
#include <stdio.h>

enum { LOST = 850 };

static struct proto_statement word(struct client_fixture *f, enum proto_membership code)
{
    struct proto_subject_id child = client_fixture_child(1);
    struct proto_statement s = client_fixture_say(f, PROTO_SAY_MEMBERSHIP, CJG, &child, VO, NOBODY);

    s.code = (uint8_t) code;
    client_fixture_case_id(1, s.case_id);
    (void) snprintf(s.purpose, sizeof s.purpose, "case_support");
    return s;
}

/* Cjg's word comes in with this leaf, logged so many seconds before now. */
static void says(struct client_fixture *f, enum proto_membership code, uint64_t index, uint64_t ago_s)
{
    struct proto_statement s = word(f, code);
    uint64_t now_s = f->now_s;

    f->leaf = index;
    f->now_s -= ago_s;
    assert_err(client_fixture_mail_said(f, &s, VO), OK);
    f->now_s = now_s;
}

static enum client_member_state stands(struct client_fixture *f)
{
    struct vault_txn *x = client_fixture_begin(f, VO);
    const struct client_member *m;
    struct client_case c;
    uint8_t id[PROTO_ID_LEN];

    client_fixture_case_id(1, id);
    assert_err(client_case_get(x, id, &c), OK);
    m = client_case_member(&c, f->partner[CJG].id, "case_support");
    client_vault_abort(x);
    assert_non_null(m);
    return (enum client_member_state) m->state;
}

static void stand(struct client_fixture *f, enum client_member_state state)
{
    struct vault_txn *x = client_fixture_begin(f, VO);
    struct client_case c;
    uint8_t id[PROTO_ID_LEN];

    client_fixture_case_id(1, id);
    assert_err(client_case_get(x, id, &c), OK);
    assert_err(client_case_set(&c, f->partner[CJG].id, "case_support", state, false), OK);
    assert_err(client_case_put(x, &c), OK);
    client_fixture_commit(x);
}

static void start(struct client_fixture *f)
{
    struct proto_subject_id child = client_fixture_child(1);

    client_fixture_case(f, VO, 1, &child, "case_support", VO, NOBODY);
    stand(f, CLIENT_MEMBER_INVITED);
}

static void lose(struct client_fixture *f)
{
    struct proto_region *r = &client_fixture_node(f, VO)->region;

    r->origin[r->origin_count++] = (struct proto_origin) {.seen.size = 901, .kept.size = LOST, .at_s = f->now_s - 60};
}

static void a_leave_after_the_loss_counts(void **state)
{
    struct client_fixture *f = *state;

    start(f);
    says(f, PROTO_MEMBER_ACCEPT, 900, 90);
    assert_int_equal(stands(f), CLIENT_MEMBER_ACCEPTED);
    lose(f);
    says(f, PROTO_MEMBER_LEAVE, 860, 30);
    assert_int_equal(stands(f), CLIENT_MEMBER_LEFT);
}

static void an_accept_after_the_loss_counts(void **state)
{
    struct client_fixture *f = *state;

    start(f);
    says(f, PROTO_MEMBER_ACCEPT, 890, 95);
    says(f, PROTO_MEMBER_LEAVE, 900, 90);
    stand(f, CLIENT_MEMBER_INVITED);
    lose(f);
    says(f, PROTO_MEMBER_ACCEPT, 860, 30);
    assert_int_equal(stands(f), CLIENT_MEMBER_ACCEPTED);
}

/* The hub kept an accept of before the loss back until the member had left. */
static void an_accept_of_before_the_loss_does_not(void **state)
{
    struct client_fixture *f = *state;

    start(f);
    stand(f, CLIENT_MEMBER_ACCEPTED);
    lose(f);
    says(f, PROTO_MEMBER_LEAVE, 860, 30);
    assert_int_equal(stands(f), CLIENT_MEMBER_LEFT);
    stand(f, CLIENT_MEMBER_INVITED);
    says(f, PROTO_MEMBER_ACCEPT, 900, 90);
    assert_int_equal(stands(f), CLIENT_MEMBER_INVITED);
}

static void what_comes_late_does_not(void **state)
{
    struct client_fixture *f = *state;

    start(f);
    stand(f, CLIENT_MEMBER_ACCEPTED);
    says(f, PROTO_MEMBER_LEAVE, 7, 30);
    stand(f, CLIENT_MEMBER_INVITED);
    says(f, PROTO_MEMBER_ACCEPT, 6, 30);
    assert_int_equal(stands(f), CLIENT_MEMBER_INVITED);
    says(f, PROTO_MEMBER_ACCEPT, 8, 30);
    assert_int_equal(stands(f), CLIENT_MEMBER_ACCEPTED);
}

/* The row of what cjg said last, as an earlier program left it: leaf 900, with its time or without. */
static void put_row_of_before(struct client_fixture *f, struct vault_txn *x, const struct proto_statement *s, bool with_time)
{
    uint8_t key[1 + crypto_hash_sha256_BYTES] = {'l'}, row[16];
    crypto_hash_sha256_state h;
    struct wr w;

    crypto_hash_sha256_init(&h);
    crypto_hash_sha256_update(&h, s->case_id, sizeof s->case_id);
    crypto_hash_sha256_update(&h, s->setter, sizeof s->setter);
    crypto_hash_sha256_update(&h, (const uint8_t *) s->purpose, strlen(s->purpose));
    crypto_hash_sha256_final(&h, key + 1);
    wr_init(&w, row, sizeof row);
    wr_u64(&w, 900);
    if (with_time)
        wr_u64(&w, f->now_s - 45);
    assert_err(wr_end(&w), OK);
    assert_err(client_vault_put(x, CLIENT_T_META, key, sizeof key, row, w.len), OK);
}

static bool is_newer(struct client_fixture *f, struct vault_txn *x, const struct proto_statement *s, uint64_t index, uint64_t ago_s)
{
    const struct client_leaf leaf = {index, f->now_s - ago_s, 0};
    bool newer = false;

    assert_err(client_lastword_is_newer(client_fixture_node(f, VO), x, s, &leaf, &newer), OK);
    return newer;
}

/* A vault of before there were several origins has the index alone: that is of the first. */
static void a_row_without_a_time_is_of_the_first_origin(void **state)
{
    struct client_fixture *f = *state;
    struct proto_statement s = word(f, PROTO_MEMBER_LEAVE);
    struct vault_txn *x;

    start(f);
    lose(f);
    x = client_fixture_begin(f, VO);
    put_row_of_before(f, x, &s, false);
    assert_true(is_newer(f, x, &s, 860, 30));
    assert_false(is_newer(f, x, &s, 900, 90));
    client_vault_abort(x);
}

/* One of before the origin was noted has its time, and goes by that: here it was said after the loss. */
static void a_row_without_an_origin_goes_by_its_time(void **state)
{
    struct client_fixture *f = *state;
    struct proto_statement s = word(f, PROTO_MEMBER_LEAVE);
    struct vault_txn *x;

    start(f);
    lose(f);
    x = client_fixture_begin(f, VO);
    put_row_of_before(f, x, &s, true);
    assert_false(is_newer(f, x, &s, 860, 30));
    assert_true(is_newer(f, x, &s, 901, 30));
    assert_false(is_newer(f, x, &s, 950, 90));
    client_vault_abort(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        client_fixture_test(a_leave_after_the_loss_counts),
        client_fixture_test(an_accept_after_the_loss_counts),
        client_fixture_test(an_accept_of_before_the_loss_does_not),
        client_fixture_test(what_comes_late_does_not),
        client_fixture_test(a_row_without_a_time_is_of_the_first_origin),
        client_fixture_test(a_row_without_an_origin_goes_by_its_time),
    };

    return cmocka_run_group_tests_name("client/lastword", tests, NULL, NULL);
}
