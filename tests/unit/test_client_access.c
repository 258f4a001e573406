/* client/do_refuse: access that is ended early by its holder: the copy at the other side goes, read or not, and both sides say why. */
#include "tests/support/client_fixture.h"
#include "tests/support/client_shared.h"

#include "tests/support/check.h"

#include "base/clock.h"
#include "client/outbox.h"
#include "client/receipt.h"

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

    (void)share(f, LEERPLICHT, false);
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
    /* Withdrawn: with a consent, and not by the holder's own word, which is told as done already. */
    static const enum client_desk_state not[] = {CLIENT_DESK_WAITING, CLIENT_DESK_REFUSED, CLIENT_DESK_ENDED, CLIENT_DESK_NOT_FOR_US,
        CLIENT_DESK_WITHDRAWN};
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

/* ---- what was asked, and is refused ---- */

/* As if nothing was granted yet. */
static void waits_again(struct client_fixture *f, enum client_fixture_who who, const uint8_t *id)
{
    struct client_desk d = client_fixture_desk(f, who, id);

    d.state = CLIENT_DESK_WAITING;
    d.until_s = clock_now_s() + 86400;
    d.granted_s = d.opened_s = 0;
    memset(&d.granted, 0, sizeof d.granted);
    memset(d.grant_id, 0, sizeof d.grant_id);
    client_fixture_desk_put(f, who, &d);
}

static void every_reason_can_be_given(void **state)
{
    static const struct { const char *name; uint8_t code; } rows[] = {
        {"not_needed", PROTO_REFUSE_NOT_NEEDED}, {"not_proportionate", PROTO_REFUSE_NOT_PROPORTIONATE},
        {"subject_doubt", PROTO_REFUSE_SUBJECT_DOUBT}, {"nothing_held", PROTO_REFUSE_NOTHING_HELD}, {"not_safe", PROTO_REFUSE_NOT_SAFE},
    };
    struct client_fixture *f = *state;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const uint8_t *id = share(f, LEERPLICHT, false);

        waits_again(f, VO, id);
        waits_again(f, LEERPLICHT, id);
        assert_err(client_fixture_call(f, VO, "refuse", "{'request':'%s','reason':'%s'}", hex, rows[i].name), OK);
        client_fixture_hub(f);
        assert_state(client_fixture_desk(f, LEERPLICHT, id), CLIENT_DESK_REFUSED);
        assert_int_equal(client_fixture_desk(f, LEERPLICHT, id).reason, rows[i].code);
    }
    /* It is not the asker's to refuse, nor was it refused by the asker. */
    assert_err(client_fixture_call(f, LEERPLICHT, "refuse", "{'request':'%s','reason':'not_needed'}", hex), ERR_STATE);
}

/* ---- a hub that says no ---- */

struct found { uint8_t key[8], *memory; struct client_outbox_row row; };

static bool take_row(void *arg, const uint8_t *key, size_t key_len, const uint8_t *value, size_t len)
{
    struct found *w = arg;

    assert_int_equal(key_len, sizeof w->key);
    memcpy(w->key, key, sizeof w->key);
    w->memory = check_exact(value, len);
    assert_err(client_outbox_decode(w->memory, len, &w->row), OK);
    return false;
}

/* The hub answers what waits at vo with this and no leaf. */
static enum client_receipt_verdict answered(struct client_fixture *f, enum proto_refusal result)
{
    const struct proto_reply reply = {.result = (uint8_t)result};
    enum client_receipt_verdict verdict = CLIENT_RECEIPT_AGAIN;
    struct vault_txn *x = client_fixture_begin(f, VO);
    struct found w = {.memory = NULL};

    assert_err(client_vault_walk(x, CLIENT_T_OUTBOX, NULL, 0, take_row, &w), OK);
    client_vault_abort(x);
    assert_non_null(w.memory);
    assert_err(client_receipt_apply(client_fixture_node(f, VO), w.key[7], &w.row, &reply, &verdict), OK);
    free(w.memory);
    return verdict;
}

/* Whoever wants it to be read further only had to refuse its end once. */
static void it_is_not_dropped_on_the_hubs_word(void **state)
{
    static const enum proto_refusal no[] = {PROTO_WRONG_STATE, PROTO_NOT_FOUND, PROTO_NOT_YOURS};
    struct client_fixture *f = *state;
    const uint8_t *id = share(f, LEERPLICHT, false);

    assert_err(client_fixture_call(f, VO, "access.end", "{'share':'%s'}", hex), OK);
    for (size_t i = 0; i < sizeof no / sizeof *no; i++) {
        assert_int_equal(answered(f, no[i]), CLIENT_RECEIPT_REFUSED);
        assert_int_equal(client_fixture_waiting(f, VO, PROTO_REFUSE, NULL), 1);
    }
    assert_true(client_fixture_hub_one(f, VO));
    assert_state(client_fixture_desk(f, VO, id), CLIENT_DESK_WITHDRAWN);
    assert_state(client_fixture_desk(f, LEERPLICHT, id), CLIENT_DESK_WITHDRAWN);
}

static uint64_t late(struct client_fixture *f, uint64_t after_s)
{
    struct vault_txn *x = client_fixture_begin(f, VO);
    uint64_t count = 99;

    assert_err(client_outbox_late_ends(x, clock_now_s() + after_s, &count), OK);
    client_vault_abort(x);
    return count;
}

/* Nobody may read it on for a day without the holder's people knowing: `status` counts it (client/overdue). */
static void after_a_day_it_is_overdue(void **state)
{
    struct client_fixture *f = *state;

    (void)share(f, LEERPLICHT, false);
    assert_int_equal(late(f, 2 * (uint64_t)DAY_S), 0);
    assert_err(client_fixture_call(f, VO, "access.end", "{'share':'%s'}", hex), OK);
    assert_int_equal(late(f, DAY_S - 60), 0);
    assert_int_equal(late(f, DAY_S + 60), 1);
    assert_true(client_fixture_hub_one(f, VO));
    assert_int_equal(late(f, DAY_S + 60), 0);
}

/* It was over before: nothing waits for ever. */
static void what_is_over_by_itself_needs_no_end(void **state)
{
    struct client_fixture *f = *state;
    const uint8_t *id = share(f, LEERPLICHT, false);

    assert_err(client_fixture_call(f, VO, "access.end", "{'share':'%s'}", hex), OK);
    set_state(f, VO, id, CLIENT_DESK_ENDED);
    assert_int_equal(answered(f, PROTO_WRONG_STATE), CLIENT_RECEIPT_DONE);
    assert_int_equal(client_fixture_waiting(f, VO, PROTO_REFUSE, NULL), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        client_fixture_test(what_was_granted_and_read), client_fixture_test(what_is_still_on_its_way), client_fixture_test(what_was_sent),
        client_fixture_test(both_sides_say_why), client_fixture_test(a_second_time_nothing_is_sent),
        client_fixture_test(only_its_holder_and_only_while_there_is_access), client_fixture_test(every_reason_can_be_given),
        client_fixture_test(what_comes_in_must_be_its_holders),
        client_fixture_test(it_is_not_dropped_on_the_hubs_word), client_fixture_test(after_a_day_it_is_overdue),
        client_fixture_test(what_is_over_by_itself_needs_no_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
