/*
 * hub/store_statement: rows come back as they went in, damaged ones not at all, and a walk meets what both
 * know, once.
 */
#include "tests/support/check.h"

#include "tests/support/hub_fixture.h"

#include "hub/store_statement.h"
#include "hub/tables.h"

#include <stdio.h>

static const struct proto_blob bytes = {(const uint8_t *)"signed", 6};

/* A row with something in every field. */
static struct hub_statement full(struct hub_fixture *f)
{
    struct proto_statement w = hub_fixture_say(f, VO, PROTO_SAY_CONSENT, CJG, JGZ, NOBODY);
    struct hub_statement s;

    (void)snprintf(w.purpose, sizeof w.purpose, "youth_help_access");
    (void)snprintf(w.event, sizeof w.event, "VZM");
    (void)snprintf(w.reference, sizeof w.reference, "letter");
    w.reference_s = 1;
    memset(w.reference_digest, 2, sizeof w.reference_digest);
    memset(w.case_id, 3, sizeof w.case_id);
    memset(w.refers, 4, sizeof w.refers);
    memset(w.holder, 5, sizeof w.holder);
    memset(w.receiver, 6, sizeof w.receiver);
    w.occurred_s = 7;
    w.until_s = 8;
    w.code = 2;
    w.sections = hub_fixture_sections("att ident need");
    hub_statement_from(&w, &bytes, PROTO_ROLE_YOUNG, f->now_s + 9, &s);
    s.ended_s = 10;
    s.status_s = 11;
    s.status_until_s = 12;
    return s;
}

static struct hub_statement add(struct hub_fixture *f, const struct hub_statement *s,
    enum hub_fixture_who one, enum hub_fixture_who other)
{
    struct hub_statement copy = *s;

    assert_err(hub_store_statement_add(f->state.tables, f->x, &copy, &bytes, NULL), OK);
    if (one != NOBODY)
        assert_err(hub_store_statement_deliver(f->state.tables, f->x, &copy, f->who[one]->id), OK);
    if (other != NOBODY)
        assert_err(hub_store_statement_deliver(f->state.tables, f->x, &copy, f->who[other]->id), OK);
    return copy;
}

static void a_row_comes_back_as_it_went_in(void **state)
{
    struct hub_fixture *f = *state;
    struct hub_statement s = full(f), got;

    s = add(f, &s, CJG, JGZ);
    s.delivered[0].acked = true;
    s.delivered[1].told_end = true;
    assert_err(hub_store_statement_save(f->state.tables, f->x, &s), OK);
    memset(&got, 0, sizeof got);
    assert_err(hub_store_statement_get(f->state.tables, f->x, s.id, &got), OK);
    assert_int_equal(got.kind, PROTO_SAY_CONSENT);
    assert_int_equal(got.role, PROTO_ROLE_YOUNG);
    assert_true(got.has_reference);
    assert_int_equal(got.kept_s, f->now_s + 9);
    assert_int_equal(got.ended_s, 10);
    assert_int_equal(got.status_s, 11);
    assert_int_equal(got.status_until_s, 12);
    assert_int_equal(got.addressees.count, 2);
    assert_int_equal(got.sections.count, 3);
    assert_string_equal(got.sections.name[2], "need");
    assert_int_equal(got.delivered_count, 2);
    assert_true(got.delivered[0].acked && !got.delivered[0].told_end);
    assert_true(!got.delivered[1].acked && got.delivered[1].told_end);
    assert_memory_equal(got.digest, s.digest, sizeof s.digest);
    assert_memory_equal(got.refers, s.refers, sizeof s.refers);
    assert_string_equal(got.event, "VZM");
    assert_string_equal(got.purpose, "youth_help_access");
}

static void an_id_is_used_once(void **state)
{
    struct hub_fixture *f = *state;
    struct hub_statement s = full(f);

    s = add(f, &s, NOBODY, NOBODY);
    assert_err(hub_store_statement_add(f->state.tables, f->x, &s, &bytes, NULL), ERR_EXISTS);
}

static void what_is_not_there_leaves_the_output(void **state)
{
    struct hub_fixture *f = *state;
    struct hub_statement s = full(f), got = {.code = 77};

    assert_err(hub_store_statement_get(f->state.tables, f->x, s.id, &got), ERR_NOTFOUND);
    assert_int_equal(got.code, 77);
}

static void every_prefix_of_a_row_is_refused(void **state)
{
    struct hub_fixture *f = *state;
    struct hub_statement s = full(f), got = {.code = 77};
    uint8_t *row = NULL, longer[4096] = {0};
    size_t len = 0;

    s = add(f, &s, CJG, JGZ);
    assert_err(kv_get_alloc(f->x, f->state.tables->statement, s.id, sizeof s.id, &row, &len), OK);
    for (size_t n = 0; n < len; n++) {
        assert_err(kv_put(f->x, f->state.tables->statement, s.id, sizeof s.id, row, n), OK);
        assert_err(hub_store_statement_get(f->state.tables, f->x, s.id, &got), ERR_IO);
        assert_int_equal(got.code, 77);
    }
    assert_true(len < sizeof longer);
    memcpy(longer, row, len);
    assert_err(kv_put(f->x, f->state.tables->statement, s.id, sizeof s.id, longer, len + 1), OK);
    assert_err(hub_store_statement_get(f->state.tables, f->x, s.id, &got), ERR_IO);
    longer[0]++;   /* a layout of another version */
    assert_err(kv_put(f->x, f->state.tables->statement, s.id, sizeof s.id, longer, len), OK);
    assert_err(hub_store_statement_get(f->state.tables, f->x, s.id, &got), ERR_IO);
    free(row);
}

static void no_more_deliveries_than_addressees(void **state)
{
    struct hub_fixture *f = *state;
    struct hub_statement s = full(f);
    uint8_t partner[PROTO_PARTNER_LEN];

    assert_err(hub_store_statement_add(f->state.tables, f->x, &s, &bytes, NULL), OK);
    for (uint8_t i = 0; i < PROTO_ADDRESSEES_MAX; i++) {
        memset(partner, 0x40 + i, sizeof partner);
        assert_err(hub_store_statement_deliver(f->state.tables, f->x, &s, partner), OK);
    }
    memset(partner, 0x7f, sizeof partner);
    assert_err(hub_store_statement_deliver(f->state.tables, f->x, &s, partner), ERR_RANGE);
    assert_int_equal(s.delivered_count, PROTO_ADDRESSEES_MAX);
}

static void a_message_carries_to_one(void **state)
{
    struct hub_fixture *f = *state;
    struct hub_statement s = full(f), got;
    const uint8_t message[PROTO_ID_LEN] = {1, 2, 3};

    s = add(f, &s, CJG, NOBODY);
    assert_err(hub_store_statement_carried(f->state.tables, f->x, message, f->who[CJG]->id, &got),
        ERR_NOTFOUND);
    assert_err(hub_store_statement_carry(f->state.tables, f->x, message, &s, f->who[CJG]->id), OK);
    assert_err(hub_store_statement_carry(f->state.tables, f->x, message, &s, f->who[CJG]->id), ERR_EXISTS);
    assert_err(hub_store_statement_carried(f->state.tables, f->x, message, f->who[CJG]->id, &got), OK);
    assert_memory_equal(got.id, s.id, sizeof s.id);
    assert_err(hub_store_statement_carried(f->state.tables, f->x, message, f->who[VO]->id, &got),
        ERR_NOTFOUND);
}

/* ---- walks ---- */

struct met { size_t count; uint8_t id[8][PROTO_ID_LEN]; enum err answer; };

static enum err meet(void *arg, const struct hub_statement *s)
{
    struct met *m = arg;

    assert_true(m->count < 8);
    memcpy(m->id[m->count++], s->id, PROTO_ID_LEN);
    return m->answer;
}

static struct met walk(struct hub_fixture *f, enum hub_fixture_who one, enum hub_fixture_who other)
{
    struct hub_child child = {.subject = f->subject};
    struct met m = {.answer = OK};

    memcpy(child.case_id, f->case_id, sizeof child.case_id);
    assert_err(hub_store_statement_walk(f->state.tables, f->x, &child, f->who[one]->id, f->who[other]->id,
        meet, &m), OK);
    return m;
}

static struct hub_statement said(struct hub_fixture *f)
{
    struct proto_statement w = hub_fixture_say(f, VO, PROTO_SAY_FACTS, NOBODY);
    struct hub_statement s;

    hub_statement_from(&w, &bytes, PROTO_ROLE_CASEWORKER, f->now_s, &s);
    return s;
}

static void a_walk_meets_what_both_know(void **state)
{
    struct hub_fixture *f = *state;
    struct hub_statement a = said(f), b = said(f), c = said(f);

    a = add(f, &a, CJG, NOBODY);
    b = add(f, &b, JGZ, NOBODY);
    c = add(f, &c, CJG, JGZ);
    assert_int_equal(walk(f, VO, CJG).count, 2);
    assert_int_equal(walk(f, CJG, VO).count, 2);
    assert_int_equal(walk(f, CJG, JGZ).count, 1);
    assert_memory_equal(walk(f, CJG, JGZ).id[0], c.id, PROTO_ID_LEN);
    assert_int_equal(walk(f, VO, VO).count, 3);
    assert_int_equal(walk(f, SWV, VO).count, 0);
}

static void a_statement_under_child_and_case_is_met_once(void **state)
{
    struct hub_fixture *f = *state;
    struct hub_statement a;

    hub_fixture_case(f, 1);
    a = said(f);
    a = add(f, &a, CJG, NOBODY);
    assert_int_equal(walk(f, VO, CJG).count, 1);
    hub_fixture_case(f, 2);
    assert_int_equal(walk(f, VO, CJG).count, 1);
}

static void a_walk_stops_at_an_error(void **state)
{
    struct hub_fixture *f = *state;
    struct hub_statement a = said(f), b = said(f);
    struct hub_child child = {.subject = f->subject};
    struct met m = {.answer = ERR_NOMEM};

    a = add(f, &a, CJG, NOBODY);
    b = add(f, &b, CJG, NOBODY);
    assert_err(hub_store_statement_walk(f->state.tables, f->x, &child, f->who[VO]->id, f->who[CJG]->id, meet,
        &m), ERR_NOMEM);
    assert_int_equal(m.count, 1);
}

static void an_index_without_its_row_is_trouble(void **state)
{
    struct hub_fixture *f = *state;
    struct hub_statement a = said(f);
    struct hub_child child = {.subject = f->subject};
    struct met m = {.answer = OK};

    a = add(f, &a, CJG, NOBODY);
    assert_err(kv_delete(f->x, f->state.tables->statement, a.id, sizeof a.id), OK);
    assert_err(hub_store_statement_walk(f->state.tables, f->x, &child, f->who[VO]->id, f->who[CJG]->id, meet,
        &m), ERR_IO);
}

/* ---- which child: one row each ---- */

struct about_row {
    const char *name;
    uint8_t said_type, said_value, said_case, asked_type, asked_value, asked_case;
    bool expected;
};

enum { NONE = PROTO_SUBJECT_NONE, NUMBER = PROTO_SUBJECT_CITIZEN, SCHOOL_NUMBER = PROTO_SUBJECT_EDUCATION,
    HANDLE = PROTO_SUBJECT_HANDLE };

static const struct about_row abouts[] = {
    {"the same child without a case", NUMBER, 1, 0, NUMBER, 1, 0, true},
    {"the same child in two cases", NUMBER, 1, 1, NUMBER, 1, 2, true},
    {"another child without a case", NUMBER, 1, 0, NUMBER, 2, 0, false},
    {"another child in the same case", NUMBER, 1, 1, NUMBER, 2, 1, false},
    {"a handle and a number in the same case", HANDLE, 1, 1, NUMBER, 2, 1, true},
    {"a number and a handle in the same case", NUMBER, 1, 1, HANDLE, 2, 1, true},
    {"a handle and a number in two cases", HANDLE, 1, 1, NUMBER, 2, 2, false},
    {"two handles in the same case", HANDLE, 1, 1, HANDLE, 2, 1, false},
    {"two kinds of number in the same case", NUMBER, 1, 1, SCHOOL_NUMBER, 2, 1, false},
    {"the same bytes of two kinds of number", NUMBER, 1, 1, SCHOOL_NUMBER, 1, 1, false},
    {"no child in the same case", NONE, 0, 1, NONE, 0, 1, true},
    {"no child and no case", NONE, 0, 0, NONE, 0, 0, false},
    {"no child, and a number in the same case", NONE, 0, 1, NUMBER, 1, 1, true},
};

static void about(void **state)
{
    const struct about_row *row = *state;
    struct hub_statement s = {.subject = {.type = row->said_type}};
    struct hub_child child = {.subject = {.type = row->asked_type}};

    memset(s.subject.value, row->said_value, sizeof s.subject.value);
    memset(s.case_id, row->said_case, sizeof s.case_id);
    memset(child.subject.value, row->asked_value, sizeof child.subject.value);
    memset(child.case_id, row->asked_case, sizeof child.case_id);
    assert_int_equal(hub_statement_is_about(&s, &child), row->expected);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        hub_fixture_test(a_row_comes_back_as_it_went_in),
        hub_fixture_test(an_id_is_used_once),
        hub_fixture_test(what_is_not_there_leaves_the_output),
        hub_fixture_test(every_prefix_of_a_row_is_refused),
        hub_fixture_test(no_more_deliveries_than_addressees),
        hub_fixture_test(a_message_carries_to_one),
        hub_fixture_test(a_walk_meets_what_both_know),
        hub_fixture_test(a_statement_under_child_and_case_is_met_once),
        hub_fixture_test(a_walk_stops_at_an_error),
        hub_fixture_test(an_index_without_its_row_is_trouble),
    };
    struct check_list list = {.count = 0};
    int failed = cmocka_run_group_tests_name("hub_store_statement", tests, NULL, NULL);

    for (size_t i = 0; i < sizeof abouts / sizeof *abouts; i++)
        check_add(&list, abouts[i].name, about, &abouts[i]);
    return failed + check_run(&list, "hub_store_statement about");
}
