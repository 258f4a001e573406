/* hub/forget: a statement goes on its day, not early and not late (P-198). */
#include "tests/support/check.h"

#include "tests/support/hub_forgotten.h"

#include "hub/store_statement.h"

#include <sodium.h>
#include <stdio.h>

enum { DAY = 86400, NEVER = -1, LONG = 3000 };

/* ---- what is said on the first day, perhaps on others, and on which day it goes ---- */

static struct proto_statement an_event_without_end(struct hub_fixture *f) { return hub_forgotten_event(f, "ABS", 0); }
static struct proto_statement an_event_until_day_20(struct hub_fixture *f) { return hub_forgotten_event(f, "ABS", f->now_s + 20 * DAY); }
static struct proto_statement an_event_of_60_days(struct hub_fixture *f) { return hub_forgotten_event(f, "REFERRED", 0); }
static struct proto_statement an_event_not_in_the_pack(struct hub_fixture *f)
{
    struct proto_statement s = hub_forgotten_event(f, "ABS", 0);
    struct hub_statement row;

    assert_err(hub_store_statement_get(f->state.tables, f->x, s.id, &row), OK);
    (void)snprintf(row.event, sizeof row.event, "NOT_KNOWN");
    assert_err(hub_store_statement_save(f->state.tables, f->x, &row), OK);
    return s;
}

static struct proto_statement an_event_ended_on_day_10(struct hub_fixture *f)
{
    struct proto_statement s = hub_forgotten_event(f, "ABS", 0);

    hub_fixture_days(f, 10);
    hub_forgotten_end(f, PROTO_SAY_EVENT_END, &s, LEERPLICHT);
    hub_fixture_days(f, -10);
    return s;
}

static struct proto_statement a_consent_of_30_days(struct hub_fixture *f) { return hub_forgotten_consent(f, 30); }
static struct proto_statement a_consent_of_2000_days(struct hub_fixture *f) { return hub_forgotten_consent(f, 2000); }
static struct proto_statement an_incomplete_consent(struct hub_fixture *f) { return hub_forgotten_consent(f, 0); }

static struct proto_statement a_consent_withdrawn_on_day_5(struct hub_fixture *f)
{
    struct proto_statement s = hub_forgotten_consent(f, 300);

    hub_fixture_days(f, 5);
    hub_forgotten_end(f, PROTO_SAY_WITHDRAWAL, &s, VO);
    hub_fixture_days(f, -5);
    return s;
}

/* A status may be followed by another: only what a person signed ends it. */
static struct proto_statement a_consent_with_a_short_status(struct hub_fixture *f)
{
    struct proto_statement s = hub_forgotten_consent(f, 50), status = hub_fixture_about(f, CJG, PROTO_SAY_STATUS, &s, VO);

    status.until_s = f->now_s + 3 * DAY;
    assert_refusal(hub_fixture_tell(f, &status, VO), PROTO_ACCEPTED);
    return s;
}

static struct proto_statement say_objection(struct hub_fixture *f)
{
    struct proto_statement s = hub_fixture_say(f, VO, PROTO_SAY_OBJECTION, LEERPLICHT, CJG, NOBODY);

    hub_fixture_tell_all(f, &s);
    hub_forgotten_acked(f, &s);
    return s;
}

static struct proto_statement an_objection(struct hub_fixture *f) { return say_objection(f); }
static struct proto_statement an_objection_ended_for_all(struct hub_fixture *f)
{
    struct proto_statement s = say_objection(f);
    struct proto_statement end = hub_fixture_say(f, VO, PROTO_SAY_OBJECTION_END, LEERPLICHT, CJG, NOBODY);

    memcpy(end.refers, s.id, sizeof end.refers);
    hub_fixture_tell_all(f, &end);
    return s;
}

static struct proto_statement an_objection_ended_for_one(struct hub_fixture *f)
{
    struct proto_statement s = say_objection(f);

    hub_forgotten_end(f, PROTO_SAY_OBJECTION_END, &s, LEERPLICHT);
    return s;
}

static struct proto_statement facts(struct hub_fixture *f)
{
    struct proto_statement s = hub_fixture_say(f, VO, PROTO_SAY_FACTS, LEERPLICHT, CJG, NOBODY);

    hub_fixture_tell_all(f, &s);
    return s;
}

static struct proto_statement what_did_all_it_does(struct hub_fixture *f)
{
    struct proto_statement s = facts(f);

    hub_forgotten_acked(f, &s);
    return s;
}

static struct proto_statement what_one_did_not_acknowledge(struct hub_fixture *f)
{
    struct proto_statement s = facts(f);

    hub_forgotten_acked_by(f, &s, CJG);
    return s;
}

static struct proto_statement what_was_sent_to_one_of_two(struct hub_fixture *f)
{
    struct proto_statement s = hub_fixture_say(f, VO, PROTO_SAY_FACTS, LEERPLICHT, CJG, NOBODY);

    assert_refusal(hub_fixture_tell(f, &s, CJG), PROTO_ACCEPTED);
    hub_forgotten_acked_by(f, &s, CJG);
    return s;
}

/* Ended today for the region: nobody waits for its word. */
static struct proto_statement what_waits_for_one_that_left(struct hub_fixture *f)
{
    struct proto_statement s = what_one_did_not_acknowledge(f);
    size_t at = (size_t)(f->who[LEERPLICHT] - f->region.partner);

    f->region.partner[at].until_s = f->now_s + DAY;
    return s;
}

struct row {
    const char *name;
    struct proto_statement (*say)(struct hub_fixture *);
    int day;      /* on which it goes; NEVER */
    bool stays_known;
};

static const struct row rows[] = {
    { "an event without an end stays", an_event_without_end, NEVER, false },
    { "an event, after its last day", an_event_until_day_20, 20 + 1 + 90, true },
    { "an event, after the days that the pack gives it", an_event_of_60_days, 60 + 1 + 90, true },
    { "an event that another pack may know stays", an_event_not_in_the_pack, NEVER, false },
    { "an event that was ended", an_event_ended_on_day_10, 10 + 90, true },
    { "a consent, after its end", a_consent_of_30_days, 30 + 90, true },
    { "a consent, after the months that the pack gives it", a_consent_of_2000_days, 365 + 90, true },
    { "a consent that was never complete", an_incomplete_consent, 90, true },
    { "a consent that was withdrawn", a_consent_withdrawn_on_day_5, 5 + 90, true },
    { "a consent is not over because of a status", a_consent_with_a_short_status, 50 + 90, true },
    { "an objection stays", an_objection, NEVER, false },
    { "an objection whose end all were told", an_objection_ended_for_all, 90, true },
    { "an objection whose end one was not told stays", an_objection_ended_for_one, NEVER, false },
    { "what did all it does when it came", what_did_all_it_does, 90, false },
    { "what one has not acknowledged, with its mail", what_one_did_not_acknowledge, 400, false },
    { "what was not yet sent to all, with its mail", what_was_sent_to_one_of_two, 400, false },
    { "what only one that left the region has not acknowledged", what_waits_for_one_that_left, 90, false },
};

static void goes_on_its_day(const struct row *row, struct hub_fixture *f)
{
    struct proto_statement s = row->say(f);
    int last = row->day == NEVER ? LONG : row->day - 1;

    hub_fixture_days(f, last);
    hub_forgotten_sweep(f);
    assert_true(hub_forgotten_is_there(f, s.id));
    assert_false(hub_forgotten_is_known(f, s.id));
    if (row->day == NEVER)
        return;
    /* Midnight in winter and in summer is not the same hour: the day after, at the same one, is late enough for both. */
    hub_fixture_days(f, 1);
    hub_forgotten_sweep(f);
    assert_false(hub_forgotten_is_there(f, s.id));
    assert_int_equal(hub_forgotten_is_known(f, s.id), row->stays_known);
}

static void open_fixture(void **out)
{
    struct hub_fixture *f;

    assert_int_equal(hub_fixture_setup(out), 0);
    f = *out;
    f->purpose = "youth_help_access";
}

static void each(void **state)
{
    const struct row *row = *state;
    void *fixture = NULL;

    open_fixture(&fixture);
    goes_on_its_day(row, fixture);
    assert_int_equal(hub_fixture_close(&fixture), 0);
}

int main(void)
{
    static struct check_list list;

    if (sodium_init() < 0)
        return 1;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        check_add(&list, rows[i].name, each, &rows[i]);
    return check_run(&list, "hub_forget");
}
