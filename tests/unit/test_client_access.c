/* client/do_refuse: access that is ended early by its holder: the copy at the other side goes, read or not, and both sides say why. */
#include "tests/support/client_fixture.h"
#include "tests/support/client_shared.h"

#include "tests/support/check.h"

#include <stdio.h>
#include <string.h>

static char hex[2 * PROTO_ID_LEN + 1];

/* Read by leerplicht (or cjg, to whom it was sent), with the copy that is kept until the end. */
static const uint8_t *share(struct client_fixture *f, enum client_fixture_who with, bool offer)
{
    const uint8_t *id;
    struct vault_txn *x;

    (void)client_fixture_node(f, VO);
    (void)client_fixture_node(f, with);
    id = client_shared(f, with, offer ? "youth_help_access" : "att_followup", offer ? "R35" : "R02", offer);
    x = client_fixture_begin(f, with);
    assert_err(client_share_put(x, id, (const uint8_t *)"sealed", 6), OK);
    client_fixture_commit(x);
    client_shared_hex(id, hex);
    return id;
}

static void set_state(struct client_fixture *f, enum client_fixture_who who, const uint8_t *id, enum client_desk_state state)
{
    struct client_desk d = client_fixture_desk(f, who, id);

    d.state = (uint8_t)state;
    client_fixture_desk_put(f, who, &d);
}

static void check_ended(struct client_fixture *f, enum client_fixture_who with, bool offer, bool was_here)
{
    const uint8_t *id = share(f, with, offer);
    struct client_desk there;
    struct proto_msg m;

    if (!was_here) {
        set_state(f, VO, id, CLIENT_DESK_GRANTED);
        set_state(f, with, id, CLIENT_DESK_GRANTED);
    }
    assert_err(client_fixture_call(f, VO, "access.end", "{'share':'%s','note':'the wrong child'}", hex), OK);
    assert_string_equal(client_fixture_text(f, offer ? "offer" : "request"), hex);
    assert_int_equal(client_fixture_waiting(f, VO, PROTO_REFUSE, &m), 1);
    assert_int_equal(m.code, PROTO_REFUSE_TAKEN_BACK);
    /* Only when it is in the log. */
    assert_int_not_equal(client_fixture_desk(f, VO, id).state, CLIENT_DESK_WITHDRAWN);
    assert_true(client_fixture_hub_one(f, VO));
    assert_state(client_fixture_desk(f, VO, id), CLIENT_DESK_WITHDRAWN);
    there = client_fixture_desk(f, with, id);
    assert_state(there, CLIENT_DESK_WITHDRAWN);
    assert_string_equal(there.answer, "the wrong child");
    assert_false(client_fixture_has_share(f, with, id));
    assert_int_equal(client_fixture_waiting(f, with, PROTO_REPORT, &m), was_here);
    if (was_here)
        assert_int_equal(m.code, PROTO_REPORT_EXPIRED);
    client_fixture_hub(f);
    assert_state(client_fixture_desk(f, VO, id), CLIENT_DESK_WITHDRAWN);
    assert_err(client_fixture_call(f, with, "open", "{'share':'%s','informed':'2026-01-05'}", hex), ERR_STATE);
}

static void what_was_granted_and_read(void **state)
{
    check_ended(*state, LEERPLICHT, false, true);
}

static void what_is_still_on_its_way(void **state)
{
    check_ended(*state, LEERPLICHT, false, false);
}

static void what_was_sent(void **state)
{
    check_ended(*state, CJG, true, true);
}

static void both_sides_say_why(void **state)
{
    struct client_fixture *f = *state;
    const uint8_t *id = share(f, LEERPLICHT, false);

    (void)id;
    assert_err(client_fixture_call(f, VO, "access.end", "{'share':'%s','note':'the wrong child'}", hex), OK);
    client_fixture_hub(f);
    assert_err(client_fixture_call(f, LEERPLICHT, "inbox", "{}"), OK);
    assert_non_null(strstr(client_fixture_reply(f), "\"text\":\"ended the access to what it shared; the copy here is gone\""));
    assert_non_null(strstr(client_fixture_reply(f), "\"reason\":\"taken_back\",\"answer\":\"the wrong child\""));
    assert_err(client_fixture_call(f, LEERPLICHT, "request.show", "{'request':'%s'}", hex), OK);
    assert_string_equal(client_fixture_text(f, "reason"), "taken_back");
    assert_err(client_fixture_call(f, VO, "inbox", "{}"), OK);
    assert_null(strstr(client_fixture_reply(f), "withdrawal"));
    assert_err(client_fixture_call(f, VO, "request.show", "{'request':'%s'}", hex), OK);
    assert_string_equal(client_fixture_text(f, "reason"), "taken_back");
}

/* While it waits to go out, and when it is done. */
static void a_second_time_nothing_is_sent(void **state)
{
    struct client_fixture *f = *state;

    (void)share(f, LEERPLICHT, false);
    assert_err(client_fixture_call(f, VO, "access.end", "{'share':'%s'}", hex), OK);
    for (int i = 0; i < 2; i++) {
        bool already = false;

        assert_err(client_fixture_call(f, VO, "access.end", "{'share':'%s'}", hex), OK);
        assert_err(json_bool(f->reply, "already", &already), OK);
        assert_true(already);
        assert_int_equal(client_fixture_waiting(f, VO, PROTO_REFUSE, NULL), i == 0);
        client_fixture_hub(f);
    }
}

static void only_its_holder_and_only_while_there_is_access(void **state)
{
    static const enum client_desk_state not[] = {CLIENT_DESK_WAITING, CLIENT_DESK_REFUSED, CLIENT_DESK_ENDED, CLIENT_DESK_NOT_FOR_US};
    struct client_fixture *f = *state;
    const uint8_t *id = share(f, LEERPLICHT, false);

    assert_err(client_fixture_call(f, LEERPLICHT, "access.end", "{'share':'%s'}", hex), ERR_STATE);
    for (size_t i = 0; i < sizeof not / sizeof *not; i++) {
        set_state(f, VO, id, not[i]);
        assert_err(client_fixture_call(f, VO, "access.end", "{'share':'%s'}", hex), ERR_STATE);
    }
    assert_int_equal(client_fixture_waiting(f, VO, PROTO_REFUSE, NULL), 0);
}

/* By whom it is not from, or for another reason: nothing goes. */
static void what_comes_in_must_be_its_holders(void **state)
{
    struct client_fixture *f = *state;
    const uint8_t *id = share(f, LEERPLICHT, false);
    struct proto_msg m = client_fixture_msg(f, PROTO_REFUSE, CJG, LEERPLICHT);

    memcpy(m.refers, id, sizeof m.refers);
    m.code = PROTO_REFUSE_TAKEN_BACK;
    assert_err(client_fixture_mail(f, &m), OK);
    m = client_fixture_msg(f, PROTO_REFUSE, VO, LEERPLICHT);
    memcpy(m.refers, id, sizeof m.refers);
    m.code = PROTO_REFUSE_NOT_NEEDED;
    assert_err(client_fixture_mail(f, &m), OK);
    m = client_fixture_msg(f, PROTO_REFUSE, LEERPLICHT, VO);
    memcpy(m.refers, id, sizeof m.refers);
    m.code = PROTO_REFUSE_TAKEN_BACK;
    assert_err(client_fixture_mail(f, &m), OK);
    assert_state(client_fixture_desk(f, LEERPLICHT, id), CLIENT_DESK_OPENED);
    assert_state(client_fixture_desk(f, VO, id), CLIENT_DESK_OPENED);
    assert_true(client_fixture_has_share(f, LEERPLICHT, id));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        client_fixture_test(what_was_granted_and_read), client_fixture_test(what_is_still_on_its_way), client_fixture_test(what_was_sent),
        client_fixture_test(both_sides_say_why), client_fixture_test(a_second_time_nothing_is_sent),
        client_fixture_test(only_its_holder_and_only_while_there_is_access), client_fixture_test(what_comes_in_must_be_its_holders),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
