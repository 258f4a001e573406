/* hub/store_grant: rows of grants, and the way from a release back to its grant. */
#include "tests/support/check.h"

#include "tests/support/hub_fixture.h"

#include "hub/store_grant.h"
#include "hub/tables.h"

static struct hub_grant full(struct hub_fixture *f)
{
    struct hub_grant g = {.until_s = 5, .weighed = true, .second = true, .granted_s = 6, .reported = 2};

    hub_fixture_id(f, g.id);
    memset(g.request, 1, sizeof g.request);
    memset(g.digest, 2, sizeof g.digest);
    g.sections = hub_fixture_sections("att ident");
    g.weighed_for = hub_fixture_sections("ident");
    g.ticked = hub_fixture_ids(1, g.request);
    return g;
}

static void a_row_comes_back_as_it_went_in(void **state)
{
    struct hub_fixture *f = *state;
    struct hub_grant g = full(f), got;

    assert_err(hub_store_grant_put(f->state.tables, f->x, &g), OK);
    memset(&got, 0, sizeof got);
    assert_err(hub_store_grant_get(f->state.tables, f->x, g.id, &got), OK);
    assert_memory_equal(got.request, g.request, sizeof g.request);
    assert_memory_equal(got.digest, g.digest, sizeof g.digest);
    assert_int_equal(got.sections.count, 2);
    assert_int_equal(got.weighed_for.count, 1);
    assert_int_equal(got.ticked.count, 1);
    assert_int_equal(got.until_s, 5);
    assert_true(got.weighed && got.second);
    assert_int_equal(got.granted_s, 6);
    assert_int_equal(got.reported, 2);
}

static void every_prefix_of_a_row_is_refused(void **state)
{
    struct hub_fixture *f = *state;
    struct hub_grant g = full(f), got = {.until_s = 77};
    uint8_t *row = NULL;
    size_t len = 0;

    assert_err(hub_store_grant_get(f->state.tables, f->x, g.id, &got), ERR_NOTFOUND);
    assert_err(hub_store_grant_put(f->state.tables, f->x, &g), OK);
    assert_err(kv_get_alloc(f->x, f->state.tables->grant, g.id, sizeof g.id, &row, &len), OK);
    for (size_t n = 0; n < len; n++) {
        assert_err(kv_put(f->x, f->state.tables->grant, g.id, sizeof g.id, row, n), OK);
        assert_err(hub_store_grant_get(f->state.tables, f->x, g.id, &got), ERR_IO);
        assert_int_equal(got.until_s, 77);
    }
    free(row);
}

static void from_a_release_back_to_its_grant(void **state)
{
    struct hub_fixture *f = *state;
    struct hub_grant g = full(f), got;
    const uint8_t release[PROTO_ID_LEN] = {9}, other[PROTO_ID_LEN] = {8};

    assert_err(hub_store_grant_put(f->state.tables, f->x, &g), OK);
    assert_err(hub_store_grant_of_release(f->state.tables, f->x, release, &got), ERR_NOTFOUND);
    assert_err(hub_store_grant_released(f->state.tables, f->x, &g, release), OK);
    assert_err(hub_store_grant_of_release(f->state.tables, f->x, release, &got), OK);
    assert_memory_equal(got.id, g.id, sizeof g.id);
    assert_memory_equal(got.release, release, sizeof release);
    assert_err(hub_store_grant_released(f->state.tables, f->x, &g, other), ERR_EXISTS);
}

static void dropped_with_its_way_back(void **state)
{
    struct hub_fixture *f = *state;
    struct hub_grant g = full(f), plain = full(f), got;
    const uint8_t release[PROTO_ID_LEN] = {9};

    assert_err(hub_store_grant_put(f->state.tables, f->x, &g), OK);
    assert_err(hub_store_grant_put(f->state.tables, f->x, &plain), OK);
    assert_err(hub_store_grant_released(f->state.tables, f->x, &g, release), OK);
    assert_err(hub_store_grant_drop(f->state.tables, f->x, g.id), OK);
    assert_err(hub_store_grant_drop(f->state.tables, f->x, g.id), ERR_NOTFOUND);
    assert_err(hub_store_grant_of_release(f->state.tables, f->x, release, &got), ERR_NOTFOUND);
    assert_err(hub_store_grant_drop(f->state.tables, f->x, plain.id), OK);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        hub_fixture_test(a_row_comes_back_as_it_went_in),
        hub_fixture_test(every_prefix_of_a_row_is_refused),
        hub_fixture_test(from_a_release_back_to_its_grant),
        hub_fixture_test(dropped_with_its_way_back),
    };

    return cmocka_run_group_tests_name("hub_store_grant", tests, NULL, NULL);
}
