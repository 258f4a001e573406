/*
 * client/do_hold, client/hold, client/do_offer: what a person of the holder is shown is what is sealed, and what is opened; the holder may give
 * less, never more; nothing leaves before the hub's receipt of the grant. Vo holds, leerplicht asks for att_followup after a report of absence.
 */
#include "tests/support/client_fixture.h"

#include "client/casebook.h"
#include "client/desk_sent.h"
#include "client/hold.h"
#include "tests/support/check.h"

#include <stdio.h>

static struct proto_subject_id child;
struct asked { char number[10], hex[40]; uint8_t id[PROTO_ID_LEN]; };

/* Both know the child; vo has a record and reported the absence; leerplicht has its case. */
static void prepare(struct client_fixture *f, struct asked *a)
{
    struct proto_statement s = client_fixture_say(f, PROTO_SAY_EVENT, VO, &child, LEERPLICHT, NOBODY);
    char born[11];

    client_fixture_number(1, a->number);
    client_fixture_know(f, VO, 1);
    client_fixture_know(f, LEERPLICHT, 1);
    client_fixture_born(f, 14, 100, born);
    client_fixture_person(f, VO, &child, born, "g1 g2");
    client_fixture_person(f, LEERPLICHT, &child, born, "");
    client_fixture_record(f, VO, &child, "att", "{\"days\":\"3\",\"hours\":\"16\"}");
    client_fixture_record(f, VO, &child, "effort", "{\"done\":\"phoned\"}");
    (void) snprintf(s.event, sizeof s.event, "VZM");
    s.occurred_s = f->now_s - DAY_S;
    client_fixture_keep(f, VO, &s);
    client_fixture_keep(f, LEERPLICHT, &s);
    client_fixture_case(f, LEERPLICHT, 1, &child, "att_followup", LEERPLICHT, NOBODY);
}

static void unhex(const char *hex, uint8_t id[PROTO_ID_LEN])
{
    for (size_t i = 0; i < PROTO_ID_LEN; i++) {
        unsigned byte = 0;
        assert_int_equal(sscanf(hex + 2 * i, "%2x", &byte), 1);
        id[i] = (uint8_t) byte;
    }
}

/* As the asker; the hub lets all sections pass. */
static void ask(struct client_fixture *f, struct asked *a, const char *sections)
{
    assert_err(client_fixture_call(f, LEERPLICHT, "request.new", "{'number':'%s','to':'vo','purpose':'att_followup','sections':'%s'}", a->number, sections), OK);
    memcpy(a->id, f->last.about, sizeof a->id);
    client_fixture_hub(f);
    assert_err(client_fixture_finish(f), OK);
    (void) snprintf(a->hex, sizeof a->hex, "%s", client_fixture_text(f, "request"));
    unhex(a->hex, a->id);
}

/* Part of the reply as text. */
static const char *part(struct client_fixture *f, const char *key)
{
    cJSON *item = cJSON_GetObjectItemCaseSensitive(f->reply, key);
    char *text = NULL, *kept;

    if (item == NULL)
        return "";
    assert_err(json_print(item, &text), OK);
    kept = (char *) client_fixture_memory(f, strlen(text) + 1);
    memcpy(kept, text, strlen(text) + 1);
    free(text);
    return kept;
}

static void shown_is_sealed_is_opened(void **state)
{
    struct client_fixture *f = *state;
    struct asked a;
    const char *shown, *opened;

    prepare(f, &a);
    ask(f, &a, "ident,att,effort");
    assert_string_equal(client_fixture_text(f, "result"), "at the holder");
    assert_err(client_fixture_call(f, VO, "preview", "{'request':'%s'}", a.hex), OK);
    shown = part(f, "would_leave");
    assert_non_null(strstr(shown, "\"hours\":\"16\""));
    assert_null(strstr(shown, "custody"));
    assert_int_equal(client_fixture_waiting(f, VO, PROTO_GRANT, NULL), 0);
    assert_err(client_fixture_call(f, VO, "grant", "{'request':'%s'}", a.hex), OK);
    /* The record changes after the person looked: what goes is what was there at the grant. */
    client_fixture_record(f, VO, &child, "att", "{\"days\":\"99\"}");
    client_fixture_hub(f);
    assert_state(client_fixture_desk(f, LEERPLICHT, a.id), CLIENT_DESK_ARRIVED);
    assert_err(client_fixture_call(f, LEERPLICHT, "open", "{'share':'%s','informed':'2026-01-05'}", a.hex), OK);
    opened = part(f, "sections");
    assert_non_null(strstr(opened, "\"hours\":\"16\""));
    assert_non_null(strstr(opened, "Lisa Voorbeeld"));
    assert_int_equal(strlen(opened), strlen(shown));
    client_fixture_hub(f);
    assert_state(client_fixture_desk(f, VO, a.id), CLIENT_DESK_OPENED);
    assert_state(client_fixture_desk(f, LEERPLICHT, a.id), CLIENT_DESK_OPENED);
    /* Read again: no second report. */
    assert_err(client_fixture_call(f, LEERPLICHT, "open", "{'share':'%s','informed':'2026-01-05'}", a.hex), OK);
    assert_int_equal(client_fixture_waiting(f, LEERPLICHT, PROTO_REPORT, NULL), 0);
}

static void nothing_leaves_before_the_receipt(void **state)
{
    struct client_fixture *f = *state;
    struct proto_msg grant, release;
    struct client_desk d;
    struct asked a;

    prepare(f, &a);
    ask(f, &a, "att");
    assert_err(client_fixture_call(f, VO, "grant", "{'request':'%s'}", a.hex), OK);
    assert_int_equal(client_fixture_waiting(f, VO, PROTO_GRANT, &grant), 1);
    assert_int_equal(client_fixture_waiting(f, VO, PROTO_RELEASE, NULL), 0);
    assert_int_equal(grant.payload.len, 0);
    assert_true(client_fixture_has_share(f, VO, a.id));
    assert_state(client_fixture_desk(f, VO, a.id), CLIENT_DESK_WAITING);
    assert_true(client_fixture_hub_one(f, VO));
    assert_int_equal(client_fixture_waiting(f, VO, PROTO_RELEASE, &release), 1);
    d = client_fixture_desk(f, VO, a.id);
    assert_state(d, CLIENT_DESK_GRANTED);
    assert_false(client_fixture_has_share(f, VO, a.id));
    assert_memory_equal(release.refers, grant.head.id, PROTO_ID_LEN);
    assert_memory_equal(release.digest, grant.digest, PROTO_HASH_LEN);
    assert_true(client_fixture_hub_one(f, VO));
    assert_state(client_fixture_desk(f, VO, a.id), CLIENT_DESK_RELEASED);
}

/* Twice at once would seal other bytes than those that are signed for. */
static void granted_once(void **state)
{
    struct client_fixture *f = *state;
    struct client_desk before, after;
    struct asked a;

    prepare(f, &a);
    ask(f, &a, "att");
    assert_err(client_fixture_call(f, VO, "grant", "{'request':'%s'}", a.hex), OK);
    before = client_fixture_desk(f, VO, a.id);
    assert_err(client_fixture_call(f, VO, "grant", "{'request':'%s'}", a.hex), ERR_STATE);
    assert_err(client_fixture_call(f, VO, "refuse", "{'request':'%s','reason':'not_needed'}", a.hex), ERR_STATE);
    assert_err(client_fixture_call_as(f, VO, SECOND, "approve", "{'request':'%s'}", a.hex), ERR_STATE);
    after = client_fixture_desk(f, VO, a.id);
    assert_memory_equal(&after, &before, sizeof after);
    assert_int_equal(client_fixture_waiting(f, VO, PROTO_GRANT, NULL), 1);
}

static void a_refused_grant_can_be_tried_again(void **state)
{
    struct client_fixture *f = *state;
    struct client_desk d;
    struct asked a;

    prepare(f, &a);
    ask(f, &a, "att");
    assert_err(client_fixture_call(f, VO, "grant", "{'request':'%s'}", a.hex), OK);
    f->result = PROTO_DENIED;
    client_fixture_row(f, "att", POLICY_DENY, POLICY_RESTRICTED, false);
    assert_true(client_fixture_hub_one(f, VO));
    f->last.result[0] = PROTO_DENIED;
    assert_err(client_fixture_finish(f), ERR_DENIED);
    assert_non_null(strstr(part(f, "lacking"), "There is an objection"));
    d = client_fixture_desk(f, VO, a.id);
    assert_state(d, CLIENT_DESK_WAITING);
    assert_int_equal(d.granted.count, 0);
    assert_int_equal(d.sections.count, 1);
    assert_false(client_fixture_has_share(f, VO, a.id));
    assert_int_equal(client_fixture_waiting(f, VO, PROTO_RELEASE, NULL), 0);
    f->result = PROTO_ACCEPTED;
    f->rows.count = 0;
    assert_err(client_fixture_call(f, VO, "grant", "{'request':'%s'}", a.hex), OK);
    client_fixture_hub(f);
    assert_state(client_fixture_desk(f, LEERPLICHT, a.id), CLIENT_DESK_ARRIVED);
}

static void stopped_while_the_grant_is_under_way(void **state)
{
    struct client_fixture *f = *state;
    static const enum client_desk_state stops[] = {CLIENT_DESK_WITHDRAWN, CLIENT_DESK_CANCELLED};

    for (size_t i = 0; i < 2; i++) {
        struct client_desk d;
        struct asked a;

        prepare(f, &a);
        ask(f, &a, "att");
        assert_err(client_fixture_call(f, VO, "grant", "{'request':'%s'}", a.hex), OK);
        d = client_fixture_desk(f, VO, a.id);
        d.state = (uint8_t) stops[i];
        client_fixture_desk_put(f, VO, &d);
        client_fixture_hub(f);
        assert_state(client_fixture_desk(f, VO, a.id), stops[i]);
        assert_int_equal(client_fixture_waiting(f, VO, PROTO_RELEASE, NULL), 0);
        assert_false(client_fixture_has_share(f, LEERPLICHT, a.id));
    }
}

static void less_is_granted(void **state)
{
    struct client_fixture *f = *state;
    struct proto_msg m;
    struct asked a;

    prepare(f, &a);
    ask(f, &a, "ident,att,effort");
    assert_err(client_fixture_call(f, VO, "grant", "{'request':'%s','sections':'att,guard'}", a.hex), ERR_RANGE);
    assert_err(client_fixture_call(f, VO, "grant", "{'request':'%s','sections':'att'}", a.hex), OK);
    assert_int_equal(client_fixture_waiting(f, VO, PROTO_GRANT, &m), 1);
    assert_int_equal(m.sections.count, 1);
    client_fixture_hub(f);
    assert_err(client_fixture_call(f, LEERPLICHT, "open", "{'share':'%s','informed':'2026-01-05'}", a.hex), OK);
    assert_non_null(strstr(part(f, "sections"), "\"att\""));
    assert_null(strstr(part(f, "sections"), "Lisa"));
    assert_null(strstr(part(f, "sections"), "phoned"));
}

/* The log says what left: a section of which there is nothing does not. */
static void what_is_not_in_the_record_is_not_granted(void **state)
{
    struct client_fixture *f = *state;
    struct proto_msg m;
    struct asked a;

    prepare(f, &a);
    ask(f, &a, "att,enrol");
    assert_err(client_fixture_call(f, VO, "preview", "{'request':'%s'}", a.hex), OK);
    assert_string_equal(part(f, "not_in_record"), "[\"enrol\"]");
    assert_err(client_fixture_call(f, VO, "grant", "{'request':'%s','sections':'enrol'}", a.hex), ERR_NOTFOUND);
    assert_err(client_fixture_call(f, VO, "grant", "{'request':'%s'}", a.hex), OK);
    assert_int_equal(client_fixture_waiting(f, VO, PROTO_GRANT, &m), 1);
    assert_int_equal(m.sections.count, 1);
    assert_string_equal(m.sections.name[0], "att");
}

static void until_when(void **state)
{
    struct client_fixture *f = *state;
    struct date today = clock_date_nl(f->now_s);
    struct proto_msg m;
    struct asked a;
    char day[11];

    prepare(f, &a);
    ask(f, &a, "att");
    date_format(date_add_days(today, -1), day);
    assert_err(client_fixture_call(f, VO, "grant", "{'request':'%s','until':'%s'}", a.hex, day), ERR_RANGE);
    date_format(date_add_days(today, 90), day);   /* the ninetieth day after today begins when access ends */
    assert_err(client_fixture_call(f, VO, "grant", "{'request':'%s','until':'%s'}", a.hex, day), ERR_RANGE);
    assert_err(client_fixture_call(f, VO, "grant", "{'request':'%s','until':'soon'}", a.hex), ERR_RANGE);
    date_format(date_add_days(today, 10), day);
    assert_err(client_fixture_call(f, VO, "grant", "{'request':'%s','until':'%s'}", a.hex, day), OK);
    assert_int_equal(client_fixture_waiting(f, VO, PROTO_GRANT, &m), 1);
    assert_int_equal(m.until_s, clock_midnight_nl(date_add_days(today, 11)));  /* all of the last day */
    client_fixture_hub(f);
    assert_err(client_fixture_finish(f), OK);
    assert_string_equal(client_fixture_text(f, "until"), day);
}

/* Today is the last day that can be chosen, and the longest that the rule gives. */
static void the_first_and_the_last_day(void **state)
{
    struct client_fixture *f = *state;
    struct date today = clock_date_nl(f->now_s);
    struct proto_msg m;
    struct asked a;
    char day[11];

    prepare(f, &a);
    ask(f, &a, "att");
    date_format(today, day);
    assert_err(client_fixture_call(f, VO, "grant", "{'request':'%s','until':'%s'}", a.hex, day), OK);
    assert_int_equal(client_fixture_waiting(f, VO, PROTO_GRANT, &m), 1);
    assert_int_equal(m.until_s, clock_midnight_nl(date_add_days(today, 1)));
    ask(f, &a, "att");
    date_format(date_add_days(today, 89), day);
    assert_err(client_fixture_call(f, VO, "grant", "{'request':'%s','until':'%s'}", a.hex, day), OK);
    assert_int_equal(client_fixture_waiting(f, VO, PROTO_GRANT, &m), 1);
    assert_int_equal(m.until_s, clock_midnight_nl(date_add_days(today, 90)));
}

/* What the hub let pass is judged here again, on what lies here. */
static void judged_again_at_the_holder(void **state)
{
    struct client_fixture *f = *state;
    struct asked a;
    char born[11];

    prepare(f, &a);
    ask(f, &a, "att");
    client_fixture_born(f, 18, 5, born);
    client_fixture_person(f, VO, &child, born, "g1");
    assert_err(client_fixture_call(f, VO, "preview", "{'request':'%s'}", a.hex), OK);
    assert_string_equal(part(f, "would_leave"), "{}");
    assert_non_null(strstr(part(f, "sections"), "NOT_IN_MATRIX"));
    assert_err(client_fixture_call(f, VO, "grant", "{'request':'%s','confirm_child':true}", a.hex), ERR_DENIED);
    assert_int_equal(client_fixture_waiting(f, VO, PROTO_GRANT, NULL), 0);
    assert_false(client_fixture_has_share(f, VO, a.id));
}

static void another_child_is_meant(void **state)
{
    struct client_fixture *f = *state;
    struct asked a;
    char born[11];

    prepare(f, &a);
    client_fixture_born(f, 12, 50, born);
    client_fixture_person(f, LEERPLICHT, &child, born, "");
    ask(f, &a, "att");
    assert_err(client_fixture_call(f, VO, "inbox", "{}"), OK);
    assert_non_null(strstr(client_fixture_reply(f), "\"doubt\":true"));
    assert_err(client_fixture_call(f, VO, "preview", "{'request':'%s'}", a.hex), OK);
    assert_string_not_equal(client_fixture_text(f, "warning"), "");
    assert_err(client_fixture_call(f, VO, "grant", "{'request':'%s'}", a.hex), ERR_STATE);
    assert_err(client_fixture_call(f, VO, "grant", "{'request':'%s','confirm_child':true}", a.hex), OK);
}

/* What the texts of P-137 say of the child. */
static void the_child_check(void **state)
{
    struct client_fixture *f = *state;
    struct client_node *n = client_fixture_node(f, VO);
    static const struct { const char *born, *prefix; bool doubt; } rows[] = {{"", "", false}, {"2012-01-01", "", false}, {"2012-01-02", "", true},
        {"", "Lis", false}, {"", "Lia", true}, {"2012-01-01", "Lisa Voorbee", false}, {"2012-01-01", "lis", true}, {"x", "Lis", true}};
    struct client_desk d = {.child = child};
    struct vault_txn *x;

    client_fixture_person(f, VO, &child, "2012-01-01", "");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        (void) snprintf(d.birth_date, sizeof d.birth_date, "%s", rows[i].born);
        (void) snprintf(d.name_prefix, sizeof d.name_prefix, "%s", rows[i].prefix);
        x = client_fixture_begin(f, VO);
        assert_int_equal(client_hold_doubt(n, x, &d), rows[i].doubt);
        d.child_there = child;   /* by number, neither given: nothing tells a sibling's number from the right one */
        assert_int_equal(client_hold_doubt(n, x, &d), rows[i].doubt || (rows[i].born[0] == '\0' && rows[i].prefix[0] == '\0'));
        d.offer = true;
        assert_int_equal(client_hold_doubt(n, x, &d), rows[i].doubt);
        d.offer = false;
        d.child_there = client_fixture_handle(1);
        d.child = client_fixture_child(2);
        assert_false(client_hold_doubt(n, x, &d));
        d.child = child;
        client_vault_abort(x);
    }
}

/* A request of another, an own one, one that is over. */
static void only_an_open_request_to_us(void **state)
{
    struct client_fixture *f = *state;
    struct client_desk d;
    struct asked a;

    prepare(f, &a);
    ask(f, &a, "att");
    assert_err(client_fixture_call(f, LEERPLICHT, "grant", "{'request':'%s'}", a.hex), ERR_STATE);
    assert_err(client_fixture_call(f, LEERPLICHT, "preview", "{'request':'%s'}", a.hex), ERR_STATE);
    assert_err(client_fixture_call(f, VO, "grant", "{'request':'00000000000000000000000000000001'}"), ERR_NOTFOUND);
    assert_err(client_fixture_call_as(f, VO, SECOND, "grant", "{'request':'%s'}", a.hex), ERR_DENIED);
    d = client_fixture_desk(f, VO, a.id);
    d.until_s = f->now_s - 1;
    client_fixture_desk_put(f, VO, &d);
    assert_err(client_fixture_call(f, VO, "grant", "{'request':'%s'}", a.hex), ERR_EXPIRED);
    d.until_s = f->now_s + DAY_S;
    for (uint8_t s = 0; s < CLIENT_DESK_STATE_END; s++) {
        if (s == CLIENT_DESK_WAITING)
            continue;
        d.state = s;
        client_fixture_desk_put(f, VO, &d);
        assert_err(client_fixture_call(f, VO, "grant", "{'request':'%s'}", a.hex), ERR_STATE);
    }
}

static void refused_by_the_holder(void **state)
{
    struct client_fixture *f = *state;
    struct asked a;

    prepare(f, &a);
    ask(f, &a, "att");
    assert_err(client_fixture_call(f, VO, "refuse", "{'request':'%s','reason':'no'}", a.hex), ERR_RANGE);
    assert_err(client_fixture_call(f, VO, "refuse", "{'request':'%s'}", a.hex), ERR_USAGE);
    assert_err(client_fixture_call(f, VO, "refuse", "{'request':'%s','reason':'policy'}", a.hex), ERR_RANGE);
    assert_err(client_fixture_call(f, VO, "refuse", "{'request':'%s','reason':'not_proportionate','note':'less would do'}", a.hex), OK);
    client_fixture_hub(f);
    assert_state(client_fixture_desk(f, VO, a.id), CLIENT_DESK_REFUSED);
    assert_state(client_fixture_desk(f, LEERPLICHT, a.id), CLIENT_DESK_REFUSED);
    assert_int_equal(client_fixture_desk(f, LEERPLICHT, a.id).reason, PROTO_REFUSE_NOT_PROPORTIONATE);
    assert_err(client_fixture_call(f, LEERPLICHT, "request.show", "{'request':'%s'}", a.hex), OK);
    assert_string_equal(client_fixture_text(f, "reason"), "not_proportionate");
    assert_string_equal(client_fixture_text(f, "answer"), "less would do");
}

/* ---- opening ---- */

/* A changed node of the holder seals more than it granted: it is not shown. */
static void more_than_granted_is_not_shown(void **state)
{
    struct client_fixture *f = *state;
    struct client_desk d;
    struct vault_txn *x;
    cJSON *content = NULL;
    struct asked a;
    uint8_t *sealed = NULL;
    size_t len = 0;
    static const char more[] = "{\"att\":{\"days\":\"3\"},\"health_med\":{\"diagnosis\":\"secret\"}}";

    prepare(f, &a);
    ask(f, &a, "att");
    assert_err(client_fixture_call(f, VO, "grant", "{'request':'%s'}", a.hex), OK);
    client_fixture_hub(f);
    d = client_fixture_desk(f, VO, a.id);
    assert_err(json_parse((const uint8_t *) more, sizeof more - 1, &content, NULL), OK);
    x = client_fixture_begin(f, VO);
    assert_err(client_hold_seal(client_fixture_node(f, VO), x, &d, content), OK);
    assert_err(client_share_get(x, d.id, &sealed, &len), OK);
    client_vault_abort(x);
    cJSON_Delete(content);
    x = client_fixture_begin(f, LEERPLICHT);
    assert_err(client_share_put(x, a.id, sealed, len), OK);
    client_fixture_commit(x);
    free(sealed);
    assert_err(client_fixture_call(f, LEERPLICHT, "open", "{'share':'%s','informed':'2026-01-05'}", a.hex), OK);
    assert_string_equal(part(f, "sections"), "{\"att\":{\"days\":\"3\"}}");
}

/* Sealed for this receiver, request, purpose and end: under any other it does not open. */
static void what_it_is_bound_to(void **state)
{
    struct client_fixture *f = *state;
    struct client_node *n = client_fixture_node(f, LEERPLICHT);
    struct client_desk good, d;
    struct client_identity said;
    struct vault_txn *x;
    cJSON *out = NULL;
    struct asked a;

    prepare(f, &a);
    ask(f, &a, "att");
    assert_err(client_fixture_call(f, VO, "grant", "{'request':'%s'}", a.hex), OK);
    client_fixture_hub(f);
    good = client_fixture_desk(f, LEERPLICHT, a.id);
    x = client_fixture_begin(f, LEERPLICHT);
    assert_err(client_hold_unseal(n, x, &good, &said, &out), OK);
    cJSON_Delete(out);
    out = NULL;
    for (unsigned i = 0; i < 6; i++) {
        d = good;
        if (i == 0)
            d.access_until_s++;
        else if (i == 1)
            memcpy(d.other, f->partner[CJG].id, sizeof d.other);
        else if (i == 2)
            memcpy(d.purpose, "att_enforce", 12);
        else if (i == 3)
            d.pack[0] ^= 1;
        else if (i == 4)
            d.case_id[0] ^= 1;
        else
            d.child_there.value[0] ^= 1;
        assert_err(client_hold_unseal(n, x, &d, &said, &out), ERR_SIGNATURE);
        assert_null(out);
    }
    client_vault_abort(x);
}

static void only_what_arrived_is_opened(void **state)
{
    struct client_fixture *f = *state;
    struct client_desk d;
    struct asked a;

    prepare(f, &a);
    ask(f, &a, "att");
    assert_err(client_fixture_call(f, LEERPLICHT, "open", "{'share':'%s','informed':'2026-01-05'}", a.hex), ERR_STATE);
    assert_err(client_fixture_call(f, VO, "grant", "{'request':'%s'}", a.hex), OK);
    client_fixture_hub(f);
    assert_err(client_fixture_call(f, VO, "open", "{'share':'%s','informed':'2026-01-05'}", a.hex), ERR_STATE);
    d = client_fixture_desk(f, LEERPLICHT, a.id);
    d.access_until_s = f->now_s - 1;
    client_fixture_desk_put(f, LEERPLICHT, &d);
    assert_err(client_fixture_call(f, LEERPLICHT, "open", "{'share':'%s','informed':'2026-01-05'}", a.hex), ERR_EXPIRED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        client_fixture_test(shown_is_sealed_is_opened), client_fixture_test(nothing_leaves_before_the_receipt), client_fixture_test(granted_once),
        client_fixture_test(a_refused_grant_can_be_tried_again), client_fixture_test(stopped_while_the_grant_is_under_way),
        client_fixture_test(less_is_granted), client_fixture_test(what_is_not_in_the_record_is_not_granted), client_fixture_test(until_when),
        client_fixture_test(judged_again_at_the_holder), client_fixture_test(another_child_is_meant), client_fixture_test(the_child_check),
        client_fixture_test(only_an_open_request_to_us), client_fixture_test(refused_by_the_holder), client_fixture_test(the_first_and_the_last_day),
        client_fixture_test(more_than_granted_is_not_shown), client_fixture_test(what_it_is_bound_to), client_fixture_test(only_what_arrived_is_opened),
    };

    child = client_fixture_child(1);
    return cmocka_run_group_tests_name("client/do_hold", tests, NULL, NULL);
}
