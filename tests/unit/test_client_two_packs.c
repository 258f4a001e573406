/*
 * P-192: asker and holder by different packs, and a pack that begins to count in between: the holder's decides, what it goes by travels with the
 * grant, and both are told. Leerplicht asks vo after a report of absence; vo goes by a pack that gives less, and for fewer days.
 */
#include "tests/support/client_fixture.h"

#include "base/text.h"
#include "tests/support/check.h"
#include "tests/support/policy_edit.h"

#include <stdio.h>

#define PACK SOURCE_DIR "/policy/packs/nl-jeugd"
#define R02 "R02,leerplicht,att_followup,SCHOOL,ident att"

static struct proto_subject_id child;
static struct policy_pack *stricter;

struct asked { char number[10], hex[40]; uint8_t id[PROTO_ID_LEN]; };

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
    client_fixture_record(f, VO, &child, "effort", "{\"done\":\"phoned\"}");
    (void) snprintf(s.event, sizeof s.event, "VZM");
    s.occurred_s = f->now_s - DAY_S;
    client_fixture_keep(f, VO, &s);
    client_fixture_keep(f, LEERPLICHT, &s);
    client_fixture_case(f, LEERPLICHT, 1, &child, "att_followup", LEERPLICHT, NOBODY);
}

static void ask(struct client_fixture *f, struct asked *a)
{
    assert_err(client_fixture_call(f, LEERPLICHT, "request.new", "{'number':'%s','to':'vo','purpose':'att_followup','sections':'ident,effort'}", a->number), OK);
    memcpy(a->id, f->last.about, sizeof a->id);
    client_fixture_hub(f);
    assert_err(client_fixture_finish(f), OK);
    (void) snprintf(a->hex, sizeof a->hex, "%s", client_fixture_text(f, "request"));
}

static void begins_to_count(struct client_fixture *f, enum client_fixture_who who)
{
    client_fixture_node(f, who)->pack = stricter;
}

/* The pack that a command says another one went by; "" when it says nothing. */
static const char *told(struct client_fixture *f, enum client_fixture_who who, const char *command, const struct asked *a)
{
    assert_err(client_fixture_call(f, who, command, "{'request':'%s'}", a->hex), OK);
    assert_int_equal(client_fixture_text(f, "pack")[0] == '\0', client_fixture_text(f, "other_pack")[0] == '\0');
    return client_fixture_text(f, "pack");
}

static void assert_pack(const char *hex, const struct policy_pack *pack)
{
    char text[2 * PROTO_HASH_LEN + 1];

    text_hex(pack->digest, sizeof pack->digest, text, sizeof text);
    assert_string_equal(hex, text);
}

static void the_holders_decides(void **state)
{
    struct client_fixture *f = *state;
    struct proto_msg m;
    struct asked a;

    prepare(f, &a);
    begins_to_count(f, VO);
    ask(f, &a);
    assert_string_equal(told(f, LEERPLICHT, "request.show", &a), "");
    assert_pack(told(f, VO, "preview", &a), f->pack);
    assert_non_null(strstr(client_fixture_reply(f), "\"section\":\"effort\",\"verdict\":\"DENY\",\"reason\":\"NOT_IN_MATRIX\""));
    assert_non_null(strstr(client_fixture_reply(f), "\"section\":\"ident\",\"verdict\":\"PERMIT\""));
    assert_err(client_fixture_call(f, VO, "grant", "{'request':'%s'}", a.hex), ERR_DENIED);
    assert_err(client_fixture_call(f, VO, "grant", "{'request':'%s','sections':'ident'}", a.hex), OK);
    assert_int_equal(client_fixture_waiting(f, VO, PROTO_GRANT, &m), 1);
    assert_memory_equal(m.head.pack, stricter->digest, sizeof m.head.pack);
    assert_int_equal(m.until_s, clock_midnight_nl(date_add_days(clock_date_nl(clock_now_s()), 20)));
    client_fixture_hub(f);
    assert_memory_equal(client_fixture_desk(f, LEERPLICHT, a.id).pack, stricter->digest, PROTO_HASH_LEN);
    assert_pack(told(f, LEERPLICHT, "request.show", &a), stricter);
    assert_string_equal(told(f, VO, "request.show", &a), "");
    f->trouble.lang = LANG_NL;
    (void) told(f, LEERPLICHT, "request.show", &a);
    assert_non_null(strstr(client_fixture_text(f, "other_pack"), "Het pakket van wie de informatie heeft beslist."));
    assert_err(client_fixture_call(f, LEERPLICHT, "open", "{'share':'%s','informed':'2020-01-01'}", a.hex), OK);
    assert_null(strstr(client_fixture_reply(f), "phoned"));
}

/* It was asked under the same pack; the holder's changes before it answers. */
static void between_request_and_grant(void **state)
{
    struct client_fixture *f = *state;
    struct asked a;

    prepare(f, &a);
    ask(f, &a);
    assert_string_equal(told(f, VO, "preview", &a), "");
    begins_to_count(f, VO);
    assert_pack(told(f, VO, "preview", &a), f->pack);
    assert_err(client_fixture_call(f, VO, "grant", "{'request':'%s'}", a.hex), ERR_DENIED);
    assert_non_null(strstr(f->trouble.where, "effort"));
    assert_int_equal(client_fixture_waiting(f, VO, PROTO_GRANT, NULL), 0);
}

/* What was granted goes on under the pack of its grant, at both: what is sealed is bound to that. */
static void between_grant_and_fetch(void **state)
{
    struct client_fixture *f = *state;
    struct proto_msg m;
    struct asked a;

    prepare(f, &a);
    ask(f, &a);
    assert_err(client_fixture_call(f, VO, "grant", "{'request':'%s'}", a.hex), OK);
    begins_to_count(f, VO);
    begins_to_count(f, LEERPLICHT);
    assert_int_equal(client_fixture_waiting(f, VO, PROTO_GRANT, &m), 1);
    assert_memory_equal(m.head.pack, f->pack->digest, sizeof m.head.pack);
    client_fixture_hub(f);
    assert_state(client_fixture_desk(f, LEERPLICHT, a.id), CLIENT_DESK_ARRIVED);
    assert_pack(told(f, LEERPLICHT, "request.show", &a), f->pack);
    assert_pack(told(f, VO, "request.show", &a), f->pack);
    assert_err(client_fixture_call(f, LEERPLICHT, "open", "{'share':'%s','informed':'2020-01-01'}", a.hex), OK);
    assert_non_null(strstr(client_fixture_reply(f), "phoned"));
}

/* A pack of the asker's alone changes nothing of the answer. */
static void only_the_asker_has_another(void **state)
{
    struct client_fixture *f = *state;
    struct asked a;

    prepare(f, &a);
    begins_to_count(f, LEERPLICHT);
    ask(f, &a);
    assert_pack(told(f, VO, "preview", &a), stricter);
    assert_non_null(strstr(client_fixture_reply(f), "\"section\":\"effort\",\"verdict\":\"PERMIT\""));
    assert_err(client_fixture_call(f, VO, "grant", "{'request':'%s'}", a.hex), OK);
    client_fixture_hub(f);
    assert_pack(told(f, LEERPLICHT, "request.show", &a), f->pack);
    assert_err(client_fixture_call(f, LEERPLICHT, "open", "{'share':'%s','informed':'2020-01-01'}", a.hex), OK);
    assert_non_null(strstr(client_fixture_reply(f), "phoned"));
}

int main(void)
{
    static const struct support_policy_edit edit = {
        POLICY_TABLE_RULES, R02 " effort,A,LAW_DUTY,,VZM/OVERIG/LRV/ABS,..17,no,no,before,90", R02 ",A,LAW_DUTY,,VZM/OVERIG/LRV/ABS,..17,no,no,before,20"};
    const struct CMUnitTest tests[] = {
        client_fixture_test(the_holders_decides), client_fixture_test(between_request_and_grant),
        client_fixture_test(between_grant_and_fetch), client_fixture_test(only_the_asker_has_another),
    };
    int failed;

    child = client_fixture_child(1);
    stricter = support_policy_edited(PACK, &edit, 1);
    failed = cmocka_run_group_tests_name("client, two packs", tests, NULL, NULL);
    policy_pack_free(stricter);
    return failed;
}
