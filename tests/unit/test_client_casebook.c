/*
 * client/casebook and client/member: rows of cases, under which subject a partner hears of the child, and which membership statements move what.
 * The attacker here is a partner that knows the id of a case and says about it what the hub would refuse.
 */
#include "tests/support/client_fixture.h"

#include "base/text.h"
#include "client/member.h"
#include "tests/support/check.h"

#include <stdio.h>

static struct proto_subject_id child, other_child, handle, other_handle;

/* "" when there is no such row. */
static const char *state(struct client_fixture *f, enum client_fixture_who at, enum client_fixture_who member, const char *purpose)
{
    static const char *const name[CLIENT_MEMBER_END] = {"?", "invited", "opened", "accepted", "declined", "left"};
    struct vault_txn *x = client_fixture_begin(f, at);
    struct client_case c;
    const struct client_member *m = NULL;
    uint8_t id[PROTO_ID_LEN];

    client_fixture_case_id(1, id);
    if (client_case_get(x, id, &c) == OK)
        m = client_case_member(&c, f->partner[member].id, purpose);
    client_vault_abort(x);
    return m == NULL ? "" : name[m->state];
}

static struct proto_statement membership(struct client_fixture *f, enum proto_membership code, enum client_fixture_who setter,
    enum client_fixture_who to, const struct proto_subject_id *as, const char *purpose)
{
    struct proto_statement s = client_fixture_say(f, PROTO_SAY_MEMBERSHIP, setter, as, to, NOBODY);

    s.code = (uint8_t) code;
    client_fixture_case_id(1, s.case_id);
    (void) snprintf(s.purpose, sizeof s.purpose, "%s", purpose);
    if (code == PROTO_MEMBER_INVITE)
        memcpy(s.receiver, f->partner[to].id, sizeof s.receiver);
    return s;
}

static void say(struct client_fixture *f, enum proto_membership code, enum client_fixture_who setter, enum client_fixture_who to,
    const struct proto_subject_id *as, const char *purpose)
{
    struct proto_statement s = membership(f, code, setter, to, as, purpose);

    assert_err(client_fixture_mail_said(f, &s, to), OK);
}

/* ---- rows ---- */

static void a_row_is_read_back(void **arg)
{
    struct client_fixture *f = *arg;
    struct client_case c = {.child = child, .handle = handle}, back;
    struct vault_txn *x = client_fixture_begin(f, VO);

    client_fixture_case_id(1, c.id);
    for (unsigned i = 0; i < CLIENT_CASE_MEMBERS_MAX; i++) {
        uint8_t partner[PROTO_PARTNER_LEN] = {(uint8_t) i, (uint8_t) (i >> 8)};
        assert_err(client_case_set(&c, partner, "case_support", (enum client_member_state) (1 + i % 5), i % 2 == 0), OK);
    }
    assert_err(client_case_set(&c, f->partner[VO].id, "case_support", CLIENT_MEMBER_OPENED, false), ERR_RANGE);
    assert_err(client_case_put(x, &c), OK);
    memset(&back, 0, sizeof back);
    assert_err(client_case_get(x, c.id, &back), OK);
    assert_memory_equal(&back, &c, sizeof c);
    client_fixture_case_id(2, c.id);
    assert_err(client_case_get(x, c.id, &back), ERR_NOTFOUND);
    client_vault_abort(x);
}

static void a_member_is_of_one_purpose(void **arg)
{
    struct client_fixture *f = *arg;
    struct client_case c = {.child = child};

    assert_err(client_case_set(&c, f->partner[CJG].id, "case_support", CLIENT_MEMBER_INVITED, true), OK);
    assert_err(client_case_set(&c, f->partner[CJG].id, "return_plan", CLIENT_MEMBER_ACCEPTED, false), OK);
    assert_false(client_case_takes_part(&c, f->partner[CJG].id, "case_support"));
    assert_true(client_case_takes_part(&c, f->partner[CJG].id, "return_plan"));
    assert_false(client_case_takes_part(&c, f->partner[VO].id, "return_plan"));
    assert_err(client_case_set(&c, f->partner[CJG].id, "case_support", CLIENT_MEMBER_ACCEPTED, false), OK);
    assert_int_equal(c.count, 2);
    /* Once by handle is by handle. */
    assert_int_equal(client_case_member(&c, f->partner[CJG].id, "case_support")->by_handle, 1);
}

static void who_hears_the_handle(void **arg)
{
    struct client_fixture *f = *arg;
    struct client_case c = {.child = child};
    struct proto_subject_id as;

    assert_err(client_case_set(&c, f->partner[WIJKTEAM].id, "case_support", CLIENT_MEMBER_INVITED, true), OK);
    assert_err(client_case_set(&c, f->partner[CJG].id, "case_support", CLIENT_MEMBER_INVITED, false), OK);
    as = client_case_subject_for(&c, f->partner[CJG].id);
    assert_memory_equal(&as, &child, sizeof as);
    assert_int_equal(c.handle.type, PROTO_SUBJECT_NONE);
    as = client_case_subject_for(&c, f->partner[WIJKTEAM].id);
    assert_int_equal(as.type, PROTO_SUBJECT_HANDLE);
    assert_memory_not_equal(as.value, child.value, sizeof as.value);
    assert_memory_equal(&as, &c.handle, sizeof as);
    as = client_case_subject_for(&c, f->partner[WIJKTEAM].id);
    assert_memory_equal(&as, &c.handle, sizeof as);
}

static void which_subjects_are_the_case(void **arg)
{
    struct client_case ours = {.child = child, .handle = handle}, without = {.child = child}, theirs = {.child = handle};
    struct proto_subject_id none = {.type = PROTO_SUBJECT_NONE};

    (void) arg;
    assert_true(client_case_is_about(&ours, &child));
    assert_true(client_case_is_about(&ours, &handle));
    assert_false(client_case_is_about(&ours, &other_child));
    assert_false(client_case_is_about(&ours, &other_handle));
    assert_true(client_case_is_about(&without, &other_handle));
    assert_false(client_case_is_about(&without, &other_child));
    assert_true(client_case_is_about(&theirs, &child));
    assert_false(client_case_is_about(&theirs, &other_handle));
    assert_false(client_case_is_about(&ours, &none));
    assert_false(client_case_is_about(&theirs, &none));
}

static void the_case_of_a_child(void **arg)
{
    struct client_fixture *f = *arg;
    struct client_node *n = client_fixture_node(f, VO);
    struct client_case c;
    struct vault_txn *x;

    client_fixture_case(f, VO, 1, &child, "case_support", CJG, VO, NOBODY);
    client_fixture_case(f, VO, 2, &other_child, "case_support", CJG, NOBODY);
    x = client_fixture_begin(f, VO);
    assert_err(client_case_of_child(n, x, &child, "case_support", &c), OK);
    assert_int_equal(c.id[0], 0xc1);
    assert_err(client_case_of_child(n, x, &child, "", &c), OK);
    assert_err(client_case_of_child(n, x, &child, "return_plan", &c), ERR_NOTFOUND);
    assert_err(client_case_of_child(n, x, &other_child, "", &c), ERR_NOTFOUND);
    client_vault_abort(x);
}

/* ---- memberships as they should come in ---- */

static void invited_and_accepted(void **arg)
{
    struct client_fixture *f = *arg;

    say(f, PROTO_MEMBER_INVITE, VO, CJG, &child, "case_support");
    assert_string_equal(state(f, CJG, VO, "case_support"), "opened");
    assert_string_equal(state(f, CJG, CJG, "case_support"), "invited");
    client_fixture_case(f, VO, 1, &child, "case_support", VO, NOBODY);
    say(f, PROTO_MEMBER_ACCEPT, CJG, VO, &child, "case_support");
    assert_string_equal(state(f, VO, CJG, "case_support"), "");
}

static void the_way_of_a_member(void **arg)
{
    struct client_fixture *f = *arg;
    struct vault_txn *x;
    struct client_case c;
    uint8_t id[PROTO_ID_LEN];

    client_fixture_case(f, VO, 1, &child, "case_support", VO, NOBODY);
    client_fixture_case_id(1, id);
    x = client_fixture_begin(f, VO);
    assert_err(client_case_get(x, id, &c), OK);
    assert_err(client_case_set(&c, f->partner[CJG].id, "case_support", CLIENT_MEMBER_INVITED, false), OK);
    assert_err(client_case_set(&c, f->partner[LEERPLICHT].id, "case_support", CLIENT_MEMBER_INVITED, false), OK);
    assert_err(client_case_put(x, &c), OK);
    client_fixture_commit(x);
    say(f, PROTO_MEMBER_DECLINE, LEERPLICHT, VO, &child, "case_support");
    assert_string_equal(state(f, VO, LEERPLICHT, "case_support"), "declined");
    say(f, PROTO_MEMBER_ACCEPT, LEERPLICHT, VO, &child, "case_support");
    assert_string_equal(state(f, VO, LEERPLICHT, "case_support"), "declined");
    say(f, PROTO_MEMBER_ACCEPT, CJG, VO, &child, "case_support");
    assert_string_equal(state(f, VO, CJG, "case_support"), "accepted");
    say(f, PROTO_MEMBER_LEAVE, CJG, VO, &child, "case_support");
    assert_string_equal(state(f, VO, CJG, "case_support"), "left");
    say(f, PROTO_MEMBER_ACCEPT, CJG, VO, &child, "case_support");
    assert_string_equal(state(f, VO, CJG, "case_support"), "left");
}

static void an_accepted_handle(void **arg)
{
    struct client_fixture *f = *arg;
    struct vault_txn *x;
    struct client_case c;
    uint8_t id[PROTO_ID_LEN];

    client_fixture_case(f, VO, 1, &child, "case_support", VO, NOBODY);
    client_fixture_case_id(1, id);
    x = client_fixture_begin(f, VO);
    assert_err(client_case_get(x, id, &c), OK);
    c.handle = handle;
    assert_err(client_case_set(&c, f->partner[WIJKTEAM].id, "case_support", CLIENT_MEMBER_INVITED, true), OK);
    assert_err(client_case_put(x, &c), OK);
    client_fixture_commit(x);
    say(f, PROTO_MEMBER_ACCEPT, WIJKTEAM, VO, &other_handle, "case_support");
    assert_string_equal(state(f, VO, WIJKTEAM, "case_support"), "invited");
    say(f, PROTO_MEMBER_ACCEPT, WIJKTEAM, VO, &handle, "case_support");
    assert_string_equal(state(f, VO, WIJKTEAM, "case_support"), "accepted");
}

/* ---- and as they should not ---- */

static void nobody_makes_itself_a_member(void **arg)
{
    struct client_fixture *f = *arg;

    client_fixture_case(f, VO, 1, &child, "case_support", VO, CJG, NOBODY);
    say(f, PROTO_MEMBER_OPEN, LEERPLICHT, VO, &child, "case_support");
    assert_string_equal(state(f, VO, LEERPLICHT, "case_support"), "");
    say(f, PROTO_MEMBER_ACCEPT, LEERPLICHT, VO, &child, "case_support");
    assert_string_equal(state(f, VO, LEERPLICHT, "case_support"), "");
    say(f, PROTO_MEMBER_LEAVE, LEERPLICHT, VO, &child, "case_support");
    assert_string_equal(state(f, VO, LEERPLICHT, "case_support"), "");
    /* We take part already: an invitation of ours by a stranger says nothing, and does not put us back to invited. */
    say(f, PROTO_MEMBER_INVITE, LEERPLICHT, VO, &child, "case_support");
    assert_string_equal(state(f, VO, LEERPLICHT, "case_support"), "");
    assert_string_equal(state(f, VO, VO, "case_support"), "opened");
}

/* The hub forgets a case that all left; here it is known still, and who opened it has left. */
static void nobody_opens_what_was_a_case(void **arg)
{
    struct client_fixture *f = *arg;

    client_fixture_case(f, VO, 1, &child, "case_support", CJG, VO, NOBODY);
    say(f, PROTO_MEMBER_LEAVE, CJG, VO, &child, "case_support");
    assert_string_equal(state(f, VO, CJG, "case_support"), "left");
    say(f, PROTO_MEMBER_OPEN, LEERPLICHT, VO, &child, "case_support");
    assert_string_equal(state(f, VO, LEERPLICHT, "case_support"), "");
    say(f, PROTO_MEMBER_OPEN, CJG, VO, &child, "case_support");
    assert_string_equal(state(f, VO, CJG, "case_support"), "left");
    say(f, PROTO_MEMBER_OPEN, LEERPLICHT, VO, &child, "return_plan");
    assert_string_equal(state(f, VO, LEERPLICHT, "return_plan"), "opened");
}

static void nobody_invites_a_friend_by_telling_us(void **arg)
{
    struct client_fixture *f = *arg;
    struct proto_statement s;

    client_fixture_case(f, VO, 1, &child, "case_support", VO, NOBODY);
    s = membership(f, PROTO_MEMBER_INVITE, LEERPLICHT, VO, &child, "case_support");
    memcpy(s.receiver, f->partner[CJG].id, sizeof s.receiver);
    assert_err(client_fixture_mail_said(f, &s, VO), OK);
    assert_string_equal(state(f, VO, CJG, "case_support"), "");
    assert_string_equal(state(f, VO, LEERPLICHT, "case_support"), "");
}

static void who_left_invites_nobody(void **arg)
{
    struct client_fixture *f = *arg;
    struct proto_statement s;

    client_fixture_case(f, VO, 1, &child, "case_support", VO, CJG, NOBODY);
    say(f, PROTO_MEMBER_LEAVE, CJG, VO, &child, "case_support");
    s = membership(f, PROTO_MEMBER_INVITE, CJG, VO, &child, "case_support");
    memcpy(s.receiver, f->partner[LEERPLICHT].id, sizeof s.receiver);
    assert_err(client_fixture_mail_said(f, &s, VO), OK);
    assert_string_equal(state(f, VO, LEERPLICHT, "case_support"), "");
    assert_string_equal(state(f, VO, CJG, "case_support"), "left");
}

static void nobody_moves_the_case_to_another_child(void **arg)
{
    struct client_fixture *f = *arg;
    struct vault_txn *x;
    struct client_case c;
    uint8_t id[PROTO_ID_LEN];

    client_fixture_case(f, VO, 1, &child, "case_support", VO, NOBODY);
    say(f, PROTO_MEMBER_INVITE, LEERPLICHT, VO, &other_child, "return_plan");
    assert_string_equal(state(f, VO, LEERPLICHT, "return_plan"), "");
    client_fixture_case_id(1, id);
    x = client_fixture_begin(f, VO);
    assert_err(client_case_get(x, id, &c), OK);
    client_vault_abort(x);
    assert_memory_equal(&c.child, &child, sizeof child);
}

static void a_case_that_is_not_known_is_not_made_by_others(void **arg)
{
    struct client_fixture *f = *arg;
    struct proto_statement s;

    say(f, PROTO_MEMBER_OPEN, LEERPLICHT, VO, &child, "case_support");
    say(f, PROTO_MEMBER_ACCEPT, LEERPLICHT, VO, &child, "case_support");
    s = membership(f, PROTO_MEMBER_INVITE, LEERPLICHT, VO, &child, "case_support");
    memcpy(s.receiver, f->partner[CJG].id, sizeof s.receiver);
    assert_err(client_fixture_mail_said(f, &s, VO), OK);
    assert_string_equal(state(f, VO, LEERPLICHT, "case_support"), "");
    assert_string_equal(state(f, VO, CJG, "case_support"), "");
}

/* ---- an accepted offer ---- */

static void join(struct client_fixture *f, enum client_fixture_who at, const struct proto_subject_id *as)
{
    struct vault_txn *x = client_fixture_begin(f, at);
    uint8_t id[PROTO_ID_LEN];

    client_fixture_case_id(1, id);
    assert_err(client_member_join(client_fixture_node(f, at), x, &(struct client_joining) {id, f->partner[VO].id, f->partner[CJG].id, "case_support", as}), OK);
    client_fixture_commit(x);
}

static void an_accepted_offer_joins(void **arg)
{
    struct client_fixture *f = *arg;

    client_fixture_case(f, VO, 1, &child, "case_support", VO, NOBODY);
    join(f, VO, &other_child);
    assert_string_equal(state(f, VO, CJG, "case_support"), "");
    join(f, VO, &child);
    assert_string_equal(state(f, VO, CJG, "case_support"), "accepted");
    join(f, CJG, &child);
    assert_string_equal(state(f, CJG, CJG, "case_support"), "accepted");
    assert_string_equal(state(f, CJG, VO, "case_support"), "");
}

static void an_offer_by_no_member_joins_nobody(void **arg)
{
    struct client_fixture *f = *arg;

    join(f, VO, &child);
    assert_string_equal(state(f, VO, CJG, "case_support"), "");
    client_fixture_case(f, VO, 1, &child, "case_support", LEERPLICHT, NOBODY);
    join(f, VO, &child);
    assert_string_equal(state(f, VO, CJG, "case_support"), "");
}

/* ---- as commands, between three nodes ---- */

static void open_invite_accept_leave(void **arg)
{
    struct client_fixture *f = *arg;
    char number[10], id[40];

    client_fixture_number(1, number);
    client_fixture_know(f, VO, 1);
    (void) client_fixture_node(f, CJG);
    (void) client_fixture_node(f, WIJKTEAM);
    assert_err(client_fixture_call(f, VO, "case.open", "{'number':'%s','purpose':'case_support,return_plan'}", number), OK);
    (void) snprintf(id, sizeof id, "%s", client_fixture_text(f, "case"));
    assert_err(client_fixture_call(f, VO, "case.invite", "{'case':'%s','partner':'cjg','purpose':'case_support'}", id), ERR_STATE);
    client_fixture_hub(f);
    assert_err(client_fixture_call(f, VO, "case.invite", "{'case':'%s','partner':'cjg','purpose':'case_support'}", id), OK);
    assert_err(client_fixture_call(f, VO, "case.invite", "{'case':'%s','partner':'wijkteam','purpose':'case_support','by_handle':true}", id), OK);
    assert_err(client_fixture_call(f, VO, "case.invite", "{'case':'%s','partner':'vo','purpose':'case_support'}", id), ERR_RANGE);
    client_fixture_hub(f);
    assert_err(client_fixture_call(f, WIJKTEAM, "case.accept", "{'case':'%s'}", id), OK);
    assert_err(client_fixture_call(f, CJG, "case.accept", "{'case':'%s','purpose':'return_plan'}", id), ERR_STATE);
    assert_err(client_fixture_call(f, CJG, "case.accept", "{'case':'%s'}", id), OK);
    client_fixture_hub(f);
    assert_err(client_fixture_call(f, VO, "case.show", "{'case':'%s'}", id), OK);
    assert_non_null(strstr(client_fixture_reply(f), "\"partner\":\"cjg\",\"state\":\"accepted\""));
    assert_non_null(strstr(client_fixture_reply(f), "\"partner\":\"wijkteam\",\"state\":\"accepted\""));
    assert_err(client_fixture_call(f, CJG, "case.leave", "{'case':'%s'}", id), OK);
    client_fixture_hub(f);
    assert_err(client_fixture_call(f, VO, "case.show", "{'case':'%s'}", id), OK);
    assert_non_null(strstr(client_fixture_reply(f), "\"partner\":\"cjg\",\"state\":\"left\""));
    /* The team never saw the pseudonym of the number. */
    assert_err(client_fixture_call(f, WIJKTEAM, "case.show", "{'case':'%s'}", id), OK);
    child = client_fixture_child(1);
    (void) snprintf(number, sizeof number, "%02x%02x%02x%02x", child.value[0], child.value[1], child.value[2], child.value[3]);
    assert_null(strstr(client_fixture_reply(f), number));
}

/* Two by number, one by handle, invited in turn by a third, before and after others accepted: each of them takes each other for a member. */
static void who_was_invited_by_a_third_know_each_other(void **arg)
{
    static const enum client_fixture_who all[] = {VO, CJG, LEERPLICHT, WIJKTEAM};
    struct client_fixture *f = *arg;
    char number[10], id[40];

    client_fixture_number(1, number);
    client_fixture_know(f, VO, 1);
    for (size_t i = 1; i < 4; i++)
        (void) client_fixture_node(f, all[i]);
    assert_err(client_fixture_call(f, VO, "case.open", "{'number':'%s','purpose':'case_support'}", number), OK);
    (void) snprintf(id, sizeof id, "%s", client_fixture_text(f, "case"));
    client_fixture_hub(f);
    assert_err(client_fixture_call(f, VO, "case.invite", "{'case':'%s','partner':'cjg','purpose':'case_support'}", id), OK);
    assert_err(client_fixture_call(f, VO, "case.invite", "{'case':'%s','partner':'wijkteam','purpose':'case_support','by_handle':true}", id), OK);
    client_fixture_hub(f);
    assert_err(client_fixture_call(f, WIJKTEAM, "case.accept", "{'case':'%s'}", id), OK);
    client_fixture_hub(f);
    assert_err(client_fixture_call(f, VO, "case.invite", "{'case':'%s','partner':'leerplicht','purpose':'case_support'}", id), OK);
    client_fixture_hub(f);
    assert_err(client_fixture_call(f, CJG, "case.accept", "{'case':'%s'}", id), OK);
    assert_err(client_fixture_call(f, LEERPLICHT, "case.accept", "{'case':'%s'}", id), OK);
    client_fixture_hub(f);
    for (size_t at = 0; at < 4; at++) {
        struct vault_txn *x = client_fixture_begin(f, all[at]);
        uint8_t raw[PROTO_ID_LEN];
        struct client_case c;

        assert_err(text_unhex(id, raw, sizeof raw), OK);
        assert_err(client_case_get(x, raw, &c), OK);
        client_vault_abort(x);
        /* Only the team may not know the number. */
        assert_int_equal(c.child.type, all[at] == WIJKTEAM ? PROTO_SUBJECT_HANDLE : PROTO_SUBJECT_CITIZEN);
        for (size_t i = 0; i < 4; i++)
            if (!client_case_takes_part(&c, f->partner[all[i]].id, "case_support"))
                fail_msg("at %zu, %zu does not take part", at, i);
    }
}

/* Who stands there by the inviter's word may have been invited only: its no is believed. */
static void a_no_of_one_who_was_taken_for_a_member(void **arg)
{
    struct client_fixture *f = *arg;
    struct proto_statement s = client_fixture_say(f, PROTO_SAY_MEMBERSHIP, VO, &child, CJG, LEERPLICHT, NOBODY);

    s.code = PROTO_MEMBER_INVITE;
    client_fixture_case_id(1, s.case_id);
    check_put(s.purpose, sizeof s.purpose, "case_support");
    memcpy(s.receiver, f->partner[CJG].id, sizeof s.receiver);
    assert_err(client_fixture_mail_said(f, &s, CJG), OK);
    assert_string_equal(state(f, CJG, LEERPLICHT, "case_support"), "accepted");
    say(f, PROTO_MEMBER_DECLINE, LEERPLICHT, CJG, &child, "case_support");
    assert_string_equal(state(f, CJG, LEERPLICHT, "case_support"), "declined");
}

/* The hub keeps an acceptance back until after its member has left: the log's order counts. */
static void an_older_word_comes_too_late(void **at)
{
    struct client_fixture *f = *at;

    client_fixture_case(f, VO, 1, &child, "case_support", VO, CJG, NOBODY);
    f->leaf = 50;
    say(f, PROTO_MEMBER_LEAVE, CJG, VO, &child, "case_support");
    assert_string_equal(state(f, VO, CJG, "case_support"), "left");
    f->leaf = 20;
    say(f, PROTO_MEMBER_OPEN, CJG, VO, &child, "case_support");
    assert_string_equal(state(f, VO, CJG, "case_support"), "left");
}

/* As many members as there is room for: the next word changes nothing, and the mail behind it is applied. */
static void a_full_case_keeps_no_mail_from_us(void **arg)
{
    struct client_fixture *f = *arg;
    struct client_case c = {.child = child};
    struct vault_txn *x = client_fixture_begin(f, CJG);

    client_fixture_case_id(1, c.id);
    assert_err(client_case_set(&c, f->partner[VO].id, "case_support", CLIENT_MEMBER_OPENED, false), OK);
    for (unsigned i = 1; i < CLIENT_CASE_MEMBERS_MAX; i++) {
        uint8_t partner[PROTO_PARTNER_LEN] = {(uint8_t) i, (uint8_t) (i >> 8)};
        assert_err(client_case_set(&c, partner, "return_plan", CLIENT_MEMBER_INVITED, false), OK);
    }
    assert_err(client_case_put(x, &c), OK);
    client_fixture_commit(x);
    say(f, PROTO_MEMBER_INVITE, VO, CJG, &child, "case_support");
    assert_string_equal(state(f, CJG, CJG, "case_support"), "");
    say(f, PROTO_MEMBER_LEAVE, VO, CJG, &child, "case_support");
    assert_string_equal(state(f, CJG, VO, "case_support"), "left");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        client_fixture_test(a_row_is_read_back), client_fixture_test(a_member_is_of_one_purpose), client_fixture_test(who_hears_the_handle),
        cmocka_unit_test(which_subjects_are_the_case), client_fixture_test(the_case_of_a_child), client_fixture_test(invited_and_accepted),
        client_fixture_test(the_way_of_a_member), client_fixture_test(an_older_word_comes_too_late),
        client_fixture_test(an_accepted_handle), client_fixture_test(nobody_makes_itself_a_member),
        client_fixture_test(nobody_opens_what_was_a_case),
        client_fixture_test(nobody_invites_a_friend_by_telling_us), client_fixture_test(who_left_invites_nobody),
        client_fixture_test(nobody_moves_the_case_to_another_child), client_fixture_test(a_case_that_is_not_known_is_not_made_by_others),
        client_fixture_test(an_accepted_offer_joins), client_fixture_test(an_offer_by_no_member_joins_nobody),
        client_fixture_test(open_invite_accept_leave), client_fixture_test(who_was_invited_by_a_third_know_each_other),
        client_fixture_test(a_no_of_one_who_was_taken_for_a_member), client_fixture_test(a_full_case_keeps_no_mail_from_us),
    };

    child = client_fixture_child(1);
    other_child = client_fixture_child(2);
    handle = client_fixture_handle(1);
    other_handle = client_fixture_handle(2);
    return cmocka_run_group_tests_name("client/casebook", tests, NULL, NULL);
}
