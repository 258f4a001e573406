/* hub/store_case: cases by purpose and how each partner stands in them. */
#include "tests/support/check.h"

#include "tests/support/hub_fixture.h"

#include "hub/store_case.h"
#include "hub/tables.h"

static enum hub_standing standing(struct hub_fixture *f, const struct hub_case *c, enum hub_fixture_who who)
{
    enum hub_standing s = HUB_STANDING_LEFT;

    assert_err(hub_store_case_standing(f->state.tables, f->x, c, f->who[who]->id, &s), OK);
    return s;
}

static void opened_once_by_its_first_member(void **state)
{
    struct hub_fixture *f = *state;
    const uint8_t id[PROTO_ID_LEN] = {1};
    struct hub_case c = hub_case_of(id, "case_support");
    uint8_t opener[PROTO_PARTNER_LEN] = {0};
    bool exists = true;

    assert_err(hub_store_case_find(f->state.tables, f->x, &c, &exists, opener), OK);
    assert_false(exists);
    assert_err(hub_store_case_open(f->state.tables, f->x, &c, f->who[VO]->id, 5), OK);
    assert_err(hub_store_case_find(f->state.tables, f->x, &c, &exists, opener), OK);
    assert_true(exists);
    assert_memory_equal(opener, f->who[VO]->id, sizeof opener);
    assert_err(hub_store_case_find(f->state.tables, f->x, &c, &exists, NULL), OK);
    assert_int_equal(standing(f, &c, VO), HUB_STANDING_OPENED);
    assert_err(hub_store_case_open(f->state.tables, f->x, &c, f->who[CJG]->id, 6), ERR_EXISTS);
    assert_int_equal(standing(f, &c, CJG), HUB_STANDING_NONE);
}

/*
 * The key of one case never finds another: a purpose that begins with another's name, an id that differs in
 * one byte.
 */
static void apart_by_id_purpose_and_partner(void **state)
{
    struct hub_fixture *f = *state;
    const uint8_t one[PROTO_ID_LEN] = {1}, two[PROTO_ID_LEN] = {2};
    struct hub_case c = hub_case_of(one, "case_support"), d = hub_case_of(one, "case"),
        e = hub_case_of(two, "case_support");

    assert_err(hub_store_case_set_standing(f->state.tables, f->x, &c, f->who[VO]->id, HUB_STANDING_INVITED,
        5), OK);
    assert_int_equal(standing(f, &c, VO), HUB_STANDING_INVITED);
    assert_int_equal(standing(f, &d, VO), HUB_STANDING_NONE);
    assert_int_equal(standing(f, &e, VO), HUB_STANDING_NONE);
    assert_int_equal(standing(f, &c, CJG), HUB_STANDING_NONE);
}

static void a_purpose_that_is_no_name(void **state)
{
    struct hub_fixture *f = *state;
    const uint8_t id[PROTO_ID_LEN] = {1};
    struct hub_case c = hub_case_of(id, "case support");
    enum hub_standing s = HUB_STANDING_LEFT;
    bool exists = true;

    assert_err(hub_store_case_open(f->state.tables, f->x, &c, f->who[VO]->id, 5), ERR_RANGE);
    assert_err(hub_store_case_standing(f->state.tables, f->x, &c, f->who[VO]->id, &s), ERR_RANGE);
    assert_int_equal(s, HUB_STANDING_LEFT);
    assert_err(hub_store_case_find(f->state.tables, f->x, &c, &exists, NULL), ERR_RANGE);
    assert_true(exists);
}

static void a_damaged_row_is_not_guessed(void **state)
{
    struct hub_fixture *f = *state;
    const uint8_t id[PROTO_ID_LEN] = {1};
    struct hub_case c = hub_case_of(id, "case_support");
    uint8_t key[PROTO_ID_LEN + PROTO_PURPOSE_WIDTH + PROTO_PARTNER_LEN] = {1};
    enum hub_standing s = HUB_STANDING_LEFT;

    memcpy(key + PROTO_ID_LEN, "case_support", strlen("case_support"));
    memcpy(key + PROTO_ID_LEN + PROTO_PURPOSE_WIDTH, f->who[VO]->id, PROTO_PARTNER_LEN);
    assert_err(hub_store_case_set_standing(f->state.tables, f->x, &c, f->who[VO]->id, HUB_STANDING_ACCEPTED,
        5), OK);
    assert_err(kv_put(f->x, f->state.tables->member, key, sizeof key, key, 3), OK);
    assert_err(hub_store_case_standing(f->state.tables, f->x, &c, f->who[VO]->id, &s), ERR_RANGE);
    assert_int_equal(s, HUB_STANDING_LEFT);
}

static void who_is_a_member(void **state)
{
    (void)state;
    assert_false(hub_standing_is_member(HUB_STANDING_NONE));
    assert_true(hub_standing_is_member(HUB_STANDING_OPENED));
    assert_false(hub_standing_is_member(HUB_STANDING_INVITED));
    assert_true(hub_standing_is_member(HUB_STANDING_ACCEPTED));
    assert_false(hub_standing_is_member(HUB_STANDING_DECLINED));
    assert_false(hub_standing_is_member(HUB_STANDING_LEFT));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        hub_fixture_test(opened_once_by_its_first_member),
        hub_fixture_test(apart_by_id_purpose_and_partner),
        hub_fixture_test(a_purpose_that_is_no_name),
        hub_fixture_test(a_damaged_row_is_not_guessed),
        cmocka_unit_test(who_is_a_member),
    };

    return cmocka_run_group_tests_name("hub_store_case", tests, NULL, NULL);
}
