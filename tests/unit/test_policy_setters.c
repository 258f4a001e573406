/*
 * Every event of the Dutch pack: each kind that sets it, as asker, as holder and as another; the last day on which it
 * counts and the day after; its scope; and who it is addressed to. What must come out is read from the table's own cells.
 */
#include "tests/support/check.h"

#include "base/csv.h"
#include "base/file.h"
#include "policy/events.h"
#include "tests/support/policy.h"

#include <stdio.h>

#define PACK SOURCE_DIR "/policy/packs/nl-jeugd"

static struct policy_pack *pack;
static struct csv *table;
static size_t asked, row_of[POLICY_EVENTS_MAX];

static const char *cell(size_t row, const char *column)
{
    return csv_cell(table, row, (size_t)csv_column(table, column));
}

/* Whether a kind stands in the cell set_by, by its name or its group. */
static bool stands_in(size_t row, uint8_t kind)
{
    char words[512], name[64];

    (void)snprintf(words, sizeof words, " %s ", cell(row, "set_by"));
    if (strcmp(words, " ANY ") == 0)
        return true;
    (void)snprintf(name, sizeof name, " %s ", policy_pack_name(pack, POLICY_SET_KINDS, kind));
    return strstr(words, name) != NULL
        || (strcmp(pack->group[kind], "school") == 0 && strstr(words, " SCHOOL ") != NULL);
}

/* 2: counts; 1: would count if it were ticked; 0: is as if it were not there. */
static int count(const struct policy_event *s, struct date today)
{
    struct policy_events_request request = { .purpose = 3, .today = today };
    struct policy_facts f = { .member = true };

    policy_events_count(pack, &request, s, 1, &f);
    asked++;
    if ((f.events & ~(UINT64_C(1) << s->code)) != 0 || (f.unticked & ~(UINT64_C(1) << s->code)) != 0)
        fail_msg("another event counts");
    return f.events != 0 ? 2 : f.unticked != 0 ? 1 : 0;
}

static void expect(size_t row, const struct policy_event *s, struct date today, int expected, const char *what)
{
    if (count(s, today) != expected)
        fail_msg("%s set by %s as %s, %s: %d instead of %d", cell(row, "event"), policy_pack_name(pack, POLICY_SET_KINDS, s->setter_kind),
            s->setter == POLICY_SET_BY_ASKER ? "asker" : s->setter == POLICY_SET_BY_HOLDER ? "holder" : "another", what,
            count(s, today), expected);
}

/* What the cells say of a setter in this relation, with or without a document, ticked or not. */
static int by_table(size_t row, const struct policy_event *s)
{
    const char *by = cell(row, "by_requester");

    if (!stands_in(row, s->setter_kind))
        return 0;
    if (s->setter != POLICY_SET_BY_ASKER || strcmp(by, "yes") == 0)
        return 2;
    if (strcmp(by, "ref") != 0 || !s->has_reference)
        return 0;
    return s->ticked ? 2 : 1;
}

static void days(size_t row, const struct policy_event *s, int counts)
{
    int valid = (int)strtol(cell(row, "valid_days"), NULL, 10);
    struct policy_event ended = *s;

    expect(row, s, s->occurred, counts, "on its day");
    expect(row, s, date_add_days(s->occurred, -1), 0, "the day before");
    if (valid != 0) {
        expect(row, s, date_add_days(s->occurred, valid), counts, "on its last day");
        expect(row, s, date_add_days(s->occurred, valid + 1), 0, "the day after its last");
    } else {
        expect(row, s, date_add_days(s->occurred, 20000), counts, "long after");
    }
    ended.until = s->occurred;
    expect(row, &ended, s->occurred, counts, "on the day it was ended");
    expect(row, &ended, date_add_days(s->occurred, 1), 0, "the day after it was ended");
}

static void scopes(size_t row, const struct policy_event *s, int counts)
{
    const char *scope = cell(row, "scope");
    struct policy_event other = *s;

    other.purpose = 4;
    expect(row, &other, s->occurred, strcmp(scope, "purpose") == 0 ? 0 : counts, "of another purpose");
    other = *s;
    other.of_pair = false;
    expect(row, &other, s->occurred, strcmp(scope, "pair") == 0 ? 0 : counts, "of another pair");
    other = *s;
    other.to_asker = false;
    expect(row, &other, s->occurred, s->setter == POLICY_SET_BY_ASKER ? counts : 0, "not addressed to the asker");
    other = *s;
    other.to_holder = false;
    expect(row, &other, s->occurred, s->setter == POLICY_SET_BY_HOLDER ? counts : 0, "not addressed to the holder");
}

static void test_event(void **state)
{
    const size_t row = *(const size_t *)*state;
    static const enum policy_setter setters[] = { POLICY_SET_BY_ASKER, POLICY_SET_BY_HOLDER, POLICY_SET_BY_OTHER };
    struct policy_event s = { .code = policy_pack_find(pack, POLICY_SET_EVENTS, cell(row, "event")), .to_asker = true,
        .to_holder = true, .of_pair = true, .purpose = 3, .occurred = { 2026, 2, 27 } };
    bool is_system = strcmp(cell(row, "set_by"), "system") == 0;

    for (s.setter_kind = 0; s.setter_kind < pack->set[POLICY_SET_KINDS].count; s.setter_kind++)
        for (size_t i = 0; i < sizeof setters / sizeof *setters; i++)
            for (unsigned papers = 0; papers < 4; papers++) {
                int counts;

                s.setter = setters[i];
                s.has_reference = (papers & 1) != 0;
                s.ticked = (papers & 2) != 0;
                counts = is_system ? 0 : by_table(row, &s);
                days(row, &s, counts);
                scopes(row, &s, counts);
            }
}

static void test_asked(void **state)
{
    (void)state;
    print_message("%zu statements\n", asked);
    assert_true(asked > 50000);
}

int main(void)
{
    static struct check_list list;
    uint8_t *data = NULL;
    size_t len = 0;
    int failed;

    pack = support_policy_pack(PACK);
    if (file_read(PACK "/events.csv", 1 << 20, &data, &len, NULL) != OK
        || csv_read("events.csv", LANG_EN, data, len, NULL, NULL, &table) != OK)
        return 1;
    for (size_t i = 0; i < csv_rows(table); i++) {
        row_of[i] = i;
        check_add(&list, cell(i, "event"), test_event, &row_of[i]);
    }
    check_add(&list, "all of them together", test_asked, NULL);
    failed = check_run(&list, "policy, event by event");
    csv_drop(table);
    free(data);
    policy_pack_free(pack);
    return failed;
}
