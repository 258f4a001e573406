/*
 * client/lacking: what is lacking for sending or granting is named in one answer, in the order of the steps, each with the command that does it;
 * and what an error tells in rows. Vo wants to send a referral to cjg, and to grant what is asked.
 */
#include "tests/support/client_fixture.h"

#include "client/lacking.h"
#include "tests/support/check.h"

#include <stdio.h>

static struct proto_subject_id child;
static char number[10];

static void prepare(struct client_fixture *f)
{
    char born[11];

    client_fixture_number(1, number);
    client_fixture_know(f, VO, 1);
    (void) client_fixture_node(f, CJG);
    client_fixture_born(f, 14, 100, born);
    client_fixture_person(f, VO, &child, born, "g1 g2");
}

static enum err send(struct client_fixture *f, const char *sections, const char *rest)
{
    return client_fixture_call(f, VO, "send", "{'number':'%s','to':'cjg','purpose':'youth_help_access','sections':'%s'%s}", number, sections, rest);
}

static const cJSON *row(struct client_fixture *f, int at)
{
    return cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(f->reply, "lacking"), at);
}

static int rows(struct client_fixture *f)
{
    return cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(f->reply, "lacking"));
}

static void has(struct client_fixture *f, int at, const char *key, const char *part)
{
    const char *text = "";

    assert_err(json_text(row(f, at), key, &text), OK);
    if (strstr(text, part) == NULL)
        fail_msg("no \"%s\" in: %s", part, text);
}

static void said(struct client_fixture *f, const char *event)
{
    struct proto_statement e = client_fixture_say(f, PROTO_SAY_EVENT, VO, &child, CJG, NOBODY);

    (void) snprintf(e.event, sizeof e.event, "%s", event);
    e.occurred_s = f->now_s;
    client_fixture_keep(f, VO, &e);
}

static void everything_at_once(void **state)
{
    struct client_fixture *f = *state;

    prepare(f);
    assert_err(send(f, "need", ""), ERR_DENIED);
    assert_int_equal(rows(f), 4);
    has(f, 0, "command", "schakel event add --number NUMBER --event REFERRED --to cjg");
    has(f, 1, "text", "the young person");
    has(f, 1, "command", "schakel consent record --number NUMBER --holder vo --receiver cjg --purpose youth_help_access --sections need --yes");
    has(f, 2, "command", "schakel weigh --number NUMBER --to cjg --purpose youth_help_access --sections need --send; give its number with --weigh");
    has(f, 3, "command", "schakel record put --number NUMBER --section need --field");
    assert_string_equal(f->trouble.where, "need");
    assert_non_null(strstr(f->trouble.text, "schakel event add"));
    assert_non_null(strstr(f->trouble.text, "and 3 more"));
    /* Nobody's number stands in it. */
    assert_null(strstr(client_fixture_reply(f), number));
    assert_int_equal(client_fixture_waiting(f, VO, PROTO_OFFER, NULL), 0);
}

static void what_is_done_is_lacking_no_more(void **state)
{
    struct client_fixture *f = *state;

    prepare(f);
    said(f, "REFERRED");
    client_fixture_record(f, VO, &child, "need", "{\"what\":\"a quiet place\"}");
    assert_err(send(f, "need", ""), ERR_DENIED);
    assert_int_equal(rows(f), 2);
    has(f, 0, "command", "schakel consent record");
    has(f, 1, "command", "--send");
}

/* Sections with the same steps stand together; what may never go says so, alone. */
static void sections_together(void **state)
{
    struct client_fixture *f = *state;

    prepare(f);
    client_fixture_record(f, VO, &child, "need", "{\"what\":\"a quiet place\"}");
    client_fixture_record(f, VO, &child, "care", "{\"what\":\"x\"}");
    assert_err(send(f, "ident,need,care", ""), ERR_DENIED);
    for (int i = 0; i < rows(f); i++) {
        int sections = cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(row(f, i), "sections"));

        assert_int_equal(sections, i == 0 ? 1 : 2);
    }
    assert_string_equal(f->trouble.where, "care");
    has(f, 0, "command", "");
}

static void in_dutch(void **state)
{
    struct client_fixture *f = *state;

    prepare(f);
    assert_err(send(f, "need", ",'lang':'nl'"), ERR_DENIED);
    assert_int_equal(rows(f), 4);
}

/* The options, too, in one answer. */
static void all_options_at_once(void **state)
{
    struct client_fixture *f = *state;

    prepare(f);
    assert_err(client_fixture_call(f, VO, "send", "{}"), ERR_USAGE);
    assert_non_null(strstr(f->trouble.text, "--case"));
    assert_non_null(strstr(f->trouble.text, "--to"));
    assert_non_null(strstr(f->trouble.text, "--purpose"));
    assert_non_null(strstr(f->trouble.text, "--sections"));
    assert_err(client_fixture_call(f, VO, "send", "{'number':'%s','to':'cjg','sections':'need'}", number), ERR_USAGE);
    assert_null(strstr(f->trouble.text, "--to"));
    assert_non_null(strstr(f->trouble.text, "--purpose"));
}

/* A consent that another recorded counts when somebody here checked it: the answer names it. */
static void what_is_to_be_ticked(void **state)
{
    struct client_fixture *f = *state;
    struct proto_statement s = client_fixture_say(f, PROTO_SAY_CONSENT, CJG, &child, VO, NOBODY);
    struct proto_msg m = client_fixture_msg(f, PROTO_REQUEST, CJG, VO);
    char hex[40];

    prepare(f);
    said(f, "REFERRED");
    client_fixture_case(f, VO, 1, &child, "youth_help_access", CJG, NOBODY);
    client_fixture_case_id(1, m.head.case_id);
    client_fixture_record(f, VO, &child, "effort", "{\"what\":\"talks\"}");
    memcpy(s.holder, f->partner[VO].id, PROTO_PARTNER_LEN);
    memcpy(s.receiver, f->partner[CJG].id, PROTO_PARTNER_LEN);
    (void) snprintf(s.purpose, sizeof s.purpose, "youth_help_access");
    s.code = PROTO_CONSENT_PROCESSING;
    s.sections = client_fixture_sections("effort");
    s.until_s = clock_midnight_nl(date_add_days(clock_date_nl(f->now_s), 30));
    client_fixture_seal(f, &s, VO, "{\"yes\":\"y,g1,g2\",\"no\":\"\"}");
    client_fixture_keep(f, VO, &s);
    m.head.subject = child;
    (void) snprintf(m.head.purpose, sizeof m.head.purpose, "youth_help_access");
    m.sections = client_fixture_sections("effort");
    assert_err(client_fixture_mail(f, &m), OK);
    for (size_t i = 0; i < PROTO_ID_LEN; i++)
        (void) snprintf(hex + 2 * i, 3, "%02x", m.head.id[i]);
    assert_err(client_fixture_call(f, VO, "grant", "{'request':'%s','confirm_child':true}", hex), ERR_DENIED);
    has(f, 0, "command", "--tick ");
    for (size_t i = 0; i < 4; i++)
        (void) snprintf(hex + 2 * i, 3, "%02x", s.id[i]);
    has(f, 0, "command", hex);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        client_fixture_test(everything_at_once), client_fixture_test(what_is_done_is_lacking_no_more), client_fixture_test(sections_together),
        client_fixture_test(in_dutch), client_fixture_test(all_options_at_once), client_fixture_test(what_is_to_be_ticked),
    };

    child = client_fixture_child(1);
    return cmocka_run_group_tests_name("client/lacking", tests, NULL, NULL);
}
