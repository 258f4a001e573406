/*
 * client/do_offer: reading. The family knows of it first; whom the holder means is compared with the own record, and nothing of another child is
 * shown. And who asks can say whom it means without a record of its own. Vo holds, leerplicht asks after a report of absence.
 */
#include "tests/support/client_fixture.h"

#include "tests/support/check.h"

#include <stdio.h>
#include <string.h>

static struct proto_subject_id child;

struct share { char number[10], hex[40], born[11]; uint8_t id[PROTO_ID_LEN]; };

static void prepare(struct client_fixture *f, struct share *s)
{
    struct proto_statement e = client_fixture_say(f, PROTO_SAY_EVENT, VO, &child, LEERPLICHT, NOBODY);

    client_fixture_number(1, s->number);
    client_fixture_know(f, VO, 1);
    client_fixture_know(f, LEERPLICHT, 1);
    client_fixture_born(f, 14, 100, s->born);
    client_fixture_person(f, VO, &child, s->born, "g1 g2");
    client_fixture_record(f, VO, &child, "att", "{\"hours\":\"16\"}");
    (void) snprintf(e.event, sizeof e.event, "VZM");
    e.occurred_s = f->now_s;
    client_fixture_keep(f, VO, &e);
    client_fixture_keep(f, LEERPLICHT, &e);
    client_fixture_case(f, LEERPLICHT, 1, &child, "att_followup", LEERPLICHT, NOBODY);
}

static enum err ask(struct client_fixture *f, struct share *s, const char *rest)
{
    enum err e = client_fixture_call(f, LEERPLICHT, "request.new", "{'number':'%s','to':'vo','purpose':'att_followup','sections':'att'%s}", s->number, rest);

    if (e != OK)
        return e;
    memcpy(s->id, f->last.about, sizeof s->id);
    for (size_t i = 0; i < PROTO_ID_LEN; i++)
        (void) snprintf(s->hex + 2 * i, 3, "%02x", s->id[i]);
    client_fixture_hub(f);
    return client_fixture_finish(f);
}

static void arrived(struct client_fixture *f, struct share *s, const char *rest)
{
    prepare(f, s);
    assert_err(ask(f, s, rest), OK);
    assert_err(client_fixture_call(f, VO, "grant", "{'request':'%s','confirm_child':true}", s->hex), OK);
    client_fixture_hub(f);
    assert_state(client_fixture_desk(f, LEERPLICHT, s->id), CLIENT_DESK_ARRIVED);
}

static enum err open(struct client_fixture *f, struct share *s, const char *rest)
{
    return client_fixture_call(f, LEERPLICHT, "open", "{'share':'%s'%s}", s->hex, rest);
}

static void the_family_hears_first(void **state)
{
    struct client_fixture *f = *state;
    struct share s;
    char day[11], rest[40];

    arrived(f, &s, "");
    assert_err(client_fixture_call(f, LEERPLICHT, "inbox", "{}"), OK);
    assert_non_null(strstr(client_fixture_reply(f), " --informed DATE\""));
    assert_err(client_fixture_call(f, LEERPLICHT, "request.show", "{'request':'%s'}", s.hex), OK);
    assert_non_null(strstr(client_fixture_reply(f), "\"duties\":[\""));
    assert_non_null(strstr(client_fixture_reply(f), "before"));
    assert_err(open(f, &s, ""), ERR_STATE);
    assert_non_null(strstr(f->trouble.text, "--informed"));
    assert_err(open(f, &s, ",'informed':'soon'"), ERR_RANGE);
    date_format(date_add_days(clock_date_nl(f->now_s), 1), day);
    (void) snprintf(rest, sizeof rest, ",'informed':'%s'", day);
    assert_err(open(f, &s, rest), ERR_RANGE);
    assert_state(client_fixture_desk(f, LEERPLICHT, s.id), CLIENT_DESK_ARRIVED);
    assert_int_equal(client_fixture_waiting(f, LEERPLICHT, PROTO_REPORT, NULL), 0);
    date_format(clock_date_nl(f->now_s), day);
    (void) snprintf(rest, sizeof rest, ",'informed':'%s'", day);
    assert_err(open(f, &s, rest), OK);
    assert_string_equal(client_fixture_text(f, "informed"), day);
    /* What was done is no duty any more. */
    assert_null(strstr(client_fixture_reply(f), "before"));
    assert_err(open(f, &s, ""), OK);   /* it is kept */
    assert_err(client_fixture_call(f, LEERPLICHT, "request.show", "{'request':'%s'}", s.hex), OK);
    assert_string_equal(client_fixture_text(f, "informed"), day);
}

/* Whoever told the family when it asked need not say so again. */
static void told_when_it_was_asked(void **state)
{
    struct client_fixture *f = *state;
    struct share s;

    arrived(f, &s, ",'informed':'2026-01-05'");
    assert_err(client_fixture_call(f, LEERPLICHT, "inbox", "{}"), OK);
    assert_null(strstr(client_fixture_reply(f), "--informed"));
    assert_err(open(f, &s, ""), OK);
    assert_string_equal(client_fixture_text(f, "informed"), "2026-01-05");
}

static void no_other_childs(void **state)
{
    struct client_fixture *f = *state;
    struct share s;

    arrived(f, &s, ",'informed':'2026-01-05'");
    client_fixture_person(f, LEERPLICHT, &child, "2013-03-03", "");
    assert_err(open(f, &s, ""), ERR_STATE);
    assert_non_null(strstr(f->trouble.text, "differ"));
    assert_null(strstr(client_fixture_reply(f), "16"));
    assert_int_equal(client_fixture_waiting(f, LEERPLICHT, PROTO_REPORT, NULL), 0);
    assert_err(open(f, &s, ",'confirm_child':true"), OK);
    assert_non_null(strstr(client_fixture_reply(f), "\"hours\":\"16\""));
    assert_int_equal(client_fixture_waiting(f, LEERPLICHT, PROTO_REPORT, NULL), 1);
    assert_err(open(f, &s, ""), OK);   /* said once */
}

/* P-138. Every way in which what came along may differ, or not. */
static void what_differs(void **state)
{
    struct client_fixture *f = *state;
    struct share s;
    static const struct { const char *ident; enum err expected; } rows[] = {
        {"{\"birth_date\":\"2001-01-01\"}", ERR_STATE}, {"{\"name\":\"Anna Ander\"}", ERR_STATE}, {"{\"name\":\"Li\"}", ERR_STATE},
        {"{\"name\":\"Lisbeth\"}", OK}, {"{\"address\":\"Hier 1\"}", OK}};

    arrived(f, &s, ",'informed':'2026-01-05'");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct client_desk d = client_fixture_desk(f, LEERPLICHT, s.id);

        d.state = CLIENT_DESK_ARRIVED;
        client_fixture_desk_put(f, LEERPLICHT, &d);
        client_fixture_record(f, LEERPLICHT, &child, "ident", rows[i].ident);
        assert_err(open(f, &s, ""), rows[i].expected);
    }
}

/* Granted, logged and come whole, and yet sealed for something else. */
static void what_was_sealed_for_another_request(void **state)
{
    struct client_fixture *f = *state;
    struct vault_txn *x;
    struct share s;
    uint8_t *payload = NULL;
    size_t len = 0;

    arrived(f, &s, ",'informed':'2026-01-05'");
    x = client_fixture_begin(f, LEERPLICHT);
    assert_err(client_share_get(x, s.id, &payload, &len), OK);
    payload[len / 2] ^= 1;
    assert_err(client_share_put(x, s.id, payload, len), OK);
    client_fixture_commit(x);
    free(payload);
    assert_err(open(f, &s, ""), ERR_SIGNATURE);
    assert_non_null(strstr(f->trouble.text, "what vo gave cannot be opened"));
    assert_non_null(strstr(f->trouble.text, "Phone them"));
    assert_state(client_fixture_desk(f, LEERPLICHT, s.id), CLIENT_DESK_ARRIVED);
    assert_int_equal(client_fixture_waiting(f, LEERPLICHT, PROTO_REPORT, NULL), 0);
}

/* Without an own record the number alone would be a doubt; the options say who it is. */
static void who_it_is(void **state)
{
    struct client_fixture *f = *state;
    struct client_desk d;
    struct share s;
    char rest[80];

    prepare(f, &s);
    assert_err(ask(f, &s, ""), OK);
    assert_err(client_fixture_call(f, VO, "grant", "{'request':'%s'}", s.hex), ERR_STATE);
    (void) snprintf(rest, sizeof rest, ",'birth_date':'%s','name':'Lisa'", s.born);
    assert_err(ask(f, &s, rest), OK);
    d = client_fixture_desk(f, VO, s.id);
    assert_string_equal(d.birth_date, s.born);
    assert_string_equal(d.name_prefix, "Lis");
    assert_err(client_fixture_call(f, VO, "grant", "{'request':'%s'}", s.hex), OK);
    assert_err(ask(f, &s, ",'birth_date':'1 May'"), ERR_RANGE);
    assert_err(ask(f, &s, ",'birth_date':'2001-01-01'"), OK);
    assert_err(client_fixture_call(f, VO, "grant", "{'request':'%s'}", s.hex), ERR_STATE);
    assert_err(ask(f, &s, ",'name':'Piet'"), OK);
    assert_err(client_fixture_call(f, VO, "grant", "{'request':'%s'}", s.hex), ERR_STATE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        client_fixture_test(the_family_hears_first), client_fixture_test(told_when_it_was_asked), client_fixture_test(no_other_childs),
        client_fixture_test(what_differs), client_fixture_test(what_was_sealed_for_another_request),
        client_fixture_test(who_it_is),
    };

    child = client_fixture_child(1);
    return cmocka_run_group_tests_name("client/open", tests, NULL, NULL);
}
