/* hub/store_request: rows of requests and offers, and the order in which they may go. */
#include "tests/support/check.h"

#include "tests/support/hub_fixture.h"

#include "hub/store_request.h"
#include "hub/tables.h"

#include <stdio.h>

static struct hub_request full(struct hub_fixture *f, uint64_t due_s)
{
    struct hub_request q = {.is_offer = true, .state = HUB_REQUEST_ACCEPTED, .subject = f->subject,
        .weighed = true, .began_s = 3, .valid_until_s = 4, .due_s = due_s};

    hub_fixture_id(f, q.id);
    memset(q.asker, 1, sizeof q.asker);
    memset(q.holder, 2, sizeof q.holder);
    memset(q.case_id, 3, sizeof q.case_id);
    memset(q.grant, 4, sizeof q.grant);
    (void)snprintf(q.purpose, sizeof q.purpose, "case_support");
    q.sections = hub_fixture_sections("att ident");
    q.weighed_for = hub_fixture_sections("att");
    q.statements = hub_fixture_ids(2, q.asker, q.holder);
    return q;
}

static void a_row_comes_back_as_it_went_in(void **state)
{
    struct hub_fixture *f = *state;
    struct hub_request q = full(f, 100), got;

    assert_err(hub_store_request_add(f->state.tables, f->x, &q), OK);
    memset(&got, 0, sizeof got);
    assert_err(hub_store_request_get(f->state.tables, f->x, q.id, &got), OK);
    assert_true(got.is_offer && got.weighed);
    assert_int_equal(got.state, HUB_REQUEST_ACCEPTED);
    assert_memory_equal(got.asker, q.asker, sizeof q.asker);
    assert_memory_equal(got.holder, q.holder, sizeof q.holder);
    assert_memory_equal(got.case_id, q.case_id, sizeof q.case_id);
    assert_memory_equal(&got.subject, &q.subject, sizeof q.subject);
    assert_string_equal(got.purpose, q.purpose);
    assert_int_equal(got.sections.count, 2);
    assert_int_equal(got.weighed_for.count, 1);
    assert_int_equal(got.statements.count, 2);
    assert_memory_equal(got.statements.id[1], q.holder, PROTO_ID_LEN);
    assert_int_equal(got.began_s, 3);
    assert_int_equal(got.valid_until_s, 4);
    assert_int_equal(got.due_s, 100);
    assert_memory_equal(got.grant, q.grant, sizeof q.grant);
}

static void an_id_is_used_once(void **state)
{
    struct hub_fixture *f = *state;
    struct hub_request q = full(f, 100);

    assert_err(hub_store_request_add(f->state.tables, f->x, &q), OK);
    assert_err(hub_store_request_add(f->state.tables, f->x, &q), ERR_EXISTS);
}

static void what_is_not_there(void **state)
{
    struct hub_fixture *f = *state;
    struct hub_request q = full(f, 100), got = {.due_s = 77};

    assert_err(hub_store_request_get(f->state.tables, f->x, q.id, &got), ERR_NOTFOUND);
    assert_int_equal(got.due_s, 77);
    assert_err(hub_store_request_save(f->state.tables, f->x, &q), ERR_NOTFOUND);
    assert_err(hub_store_request_drop(f->state.tables, f->x, q.id), ERR_NOTFOUND);
}

static void every_prefix_of_a_row_is_refused(void **state)
{
    struct hub_fixture *f = *state;
    struct hub_request q = full(f, 100), got = {.due_s = 77};
    uint8_t *row = NULL;
    size_t len = 0;

    assert_err(hub_store_request_add(f->state.tables, f->x, &q), OK);
    assert_err(kv_get_alloc(f->x, f->state.tables->request, q.id, sizeof q.id, &row, &len), OK);
    for (size_t n = 0; n < len; n++) {
        assert_err(kv_put(f->x, f->state.tables->request, q.id, sizeof q.id, row, n), OK);
        assert_err(hub_store_request_get(f->state.tables, f->x, q.id, &got), ERR_IO);
        assert_int_equal(got.due_s, 77);
    }
    free(row);
}

static void they_are_due_in_order(void **state)
{
    struct hub_fixture *f = *state;
    struct hub_request late = full(f, 300), early = full(f, 100);
    uint8_t id[PROTO_ID_LEN] = {0xee};

    assert_err(hub_store_request_first_due(f->state.tables, f->x, 1000, id), ERR_NOTFOUND);
    assert_err(hub_store_request_add(f->state.tables, f->x, &late), OK);
    assert_err(hub_store_request_add(f->state.tables, f->x, &early), OK);
    assert_err(hub_store_request_first_due(f->state.tables, f->x, 99, id), ERR_NOTFOUND);
    assert_int_equal(id[0], 0xee);
    assert_err(hub_store_request_first_due(f->state.tables, f->x, 100, id), OK);
    assert_memory_equal(id, early.id, sizeof id);
    assert_err(hub_store_request_drop(f->state.tables, f->x, id), OK);
    assert_err(hub_store_request_first_due(f->state.tables, f->x, 299, id), ERR_NOTFOUND);
    assert_err(hub_store_request_first_due(f->state.tables, f->x, 300, id), OK);
    assert_memory_equal(id, late.id, sizeof id);
}

static void a_changed_one_moves_along(void **state)
{
    struct hub_fixture *f = *state;
    struct hub_request q = full(f, 300);
    uint8_t id[PROTO_ID_LEN];
    uint64_t count = 0;

    assert_err(hub_store_request_add(f->state.tables, f->x, &q), OK);
    q.due_s = 100;
    q.state = HUB_REQUEST_ENDED;
    assert_err(hub_store_request_save(f->state.tables, f->x, &q), OK);
    assert_err(hub_store_request_first_due(f->state.tables, f->x, 100, id), OK);
    assert_err(kv_count(f->x, f->state.tables->due, &count), OK);
    assert_int_equal(count, 1);
    assert_err(hub_store_request_drop(f->state.tables, f->x, q.id), OK);
    assert_err(kv_count(f->x, f->state.tables->due, &count), OK);
    assert_int_equal(count, 0);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        hub_fixture_test(a_row_comes_back_as_it_went_in),
        hub_fixture_test(an_id_is_used_once),
        hub_fixture_test(what_is_not_there),
        hub_fixture_test(every_prefix_of_a_row_is_refused),
        hub_fixture_test(they_are_due_in_order),
        hub_fixture_test(a_changed_one_moves_along),
    };

    return cmocka_run_group_tests_name("hub_store_request", tests, NULL, NULL);
}
