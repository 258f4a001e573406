/*
 * client/desk_mail: what comes in moves the row it is about, once and in its order, and only by the partner whose row it is. Leerplicht asks vo;
 * cjg is the partner that has nothing to do with it and says something all the same. Here: requests, grants, releases and refusals.
 */
#include "tests/support/client_pair.h"

#include "client/hold.h"

static struct proto_subject_id child, other_child, handle;

/* ---- requests ---- */

static void a_request_waits(void **state)
{
    struct client_fixture *f = *state;
    struct pair p = pair_of(f, "att effort ident");
    struct client_desk d;

    client_fixture_row(f, "att", POLICY_PERMIT, 0, true);
    client_fixture_row(f, "effort", POLICY_DENY, POLICY_NOT_IN_MATRIX, false);
    client_fixture_row(f, "ident", POLICY_NEED_EVENT, 0, false);
    client_fixture_row(f, "never-asked", POLICY_PERMIT, 0, false);
    assert_err(client_fixture_mail(f, &p.request), OK);
    d = client_fixture_desk(f, VO, p.request.head.id);
    assert_state(d, CLIENT_DESK_WAITING);
    assert_false(d.mine || d.offer || d.weighed || d.accepted);
    assert_int_equal(d.sections.count, 1);
    assert_string_equal(d.sections.name[0], "att");
    assert_memory_equal(d.other, f->partner[LEERPLICHT].id, PROTO_PARTNER_LEN);
    assert_memory_equal(&d.child, &child, sizeof child);
    assert_int_equal(d.made_s, f->now_s);
    assert_int_equal(d.until_s, p.request.head.valid_until_s);
}

static void a_request_without_a_yes_leaves_no_row(void **state)
{
    struct client_fixture *f = *state;
    struct pair p = pair_of(f, "att");

    client_fixture_row(f, "att", POLICY_NEED_EVENT, 0, false);
    assert_err(client_fixture_mail(f, &p.request), OK);
    assert_false(is_there(f, VO, p.request.head.id));
}

static void a_request_comes_once(void **state)
{
    struct client_fixture *f = *state;
    struct pair p = pair_of(f, "att");
    struct client_desk d;

    assert_err(client_fixture_mail(f, &p.request), OK);
    d = client_fixture_desk(f, VO, p.request.head.id);
    d.state = CLIENT_DESK_REFUSED;
    client_fixture_desk_put(f, VO, &d);
    assert_ignored(f, VO, &p.request, p.request.head.id);
}

/* Vo sees the id of leerplicht's request and asks something of leerplicht under the same id. */
static void a_request_does_not_take_our_row(void **state)
{
    struct client_fixture *f = *state;
    struct pair p = pair_of(f, "att");
    struct proto_msg m = client_fixture_msg(f, PROTO_REQUEST, VO, LEERPLICHT);

    asked(f, &p);
    about(f, &m);
    memcpy(m.head.id, p.request.head.id, PROTO_ID_LEN);
    m.sections = client_fixture_sections("status");
    assert_ignored(f, LEERPLICHT, &m, p.request.head.id);
    m = client_fixture_msg(f, PROTO_REQUEST, CJG, LEERPLICHT);
    about(f, &m);
    memcpy(m.head.id, p.request.head.id, PROTO_ID_LEN);
    m.sections = client_fixture_sections("status");
    assert_ignored(f, LEERPLICHT, &m, p.request.head.id);
}

static void the_child_of_the_case(void **state)
{
    struct client_fixture *f = *state;
    struct pair p = pair_of(f, "att");
    struct client_desk d;

    client_fixture_case(f, VO, 1, &child, "att_followup", LEERPLICHT, NOBODY);
    p.request.head.subject = handle;
    assert_err(client_fixture_mail(f, &p.request), OK);
    d = client_fixture_desk(f, VO, p.request.head.id);
    assert_memory_equal(&d.child, &child, sizeof child);
    assert_memory_equal(&d.child_there, &handle, sizeof handle);
}

/* Asked about one child under the case of another: the log says the one, so it is about the one. */
static void the_case_does_not_turn_one_child_into_another(void **state)
{
    struct client_fixture *f = *state;
    struct pair p = pair_of(f, "att");
    struct client_desk d;

    client_fixture_case(f, VO, 1, &child, "att_followup", LEERPLICHT, NOBODY);
    p.request.head.subject = other_child;
    assert_err(client_fixture_mail(f, &p.request), OK);
    d = client_fixture_desk(f, VO, p.request.head.id);
    assert_memory_equal(&d.child, &other_child, sizeof child);
}

/* This partner knows the case by a handle: whoever sends a number with it means the child of the number, or makes a mistake. */
static void a_number_is_never_the_child_of_a_handle(void **state)
{
    struct client_fixture *f = *state;
    struct pair p = pair_of(f, "att");
    struct client_desk d;
    struct vault_txn *x;

    client_fixture_case(f, VO, 1, &handle, "att_followup", LEERPLICHT, NOBODY);
    p.request.head.subject = other_child;
    assert_err(client_fixture_mail(f, &p.request), OK);
    d = client_fixture_desk(f, VO, p.request.head.id);
    assert_memory_equal(&d.child, &other_child, sizeof child);
    x = client_fixture_begin(f, VO);
    assert_true(client_hold_doubt(client_fixture_node(f, VO), x, &d));
    d.child = d.child_there = handle;
    assert_false(client_hold_doubt(client_fixture_node(f, VO), x, &d));
    client_vault_abort(x);
}

/* ---- weighings of the asker ---- */

struct weighed { const char *name; void (*change)(struct client_fixture *f, struct proto_statement *s); bool counts; };

static void as_it_is(struct client_fixture *f, struct proto_statement *s) { (void) f; (void) s; }
static void of_another_request(struct client_fixture *f, struct proto_statement *s) { (void) f; s->refers[0] ^= 1; }
static void of_fewer_sections(struct client_fixture *f, struct proto_statement *s) { (void) f; s->sections = client_fixture_sections("att"); }
static void of_more_sections(struct client_fixture *f, struct proto_statement *s) { (void) f; s->sections = client_fixture_sections("att effort ident"); }
static void of_another_child(struct client_fixture *f, struct proto_statement *s) { (void) f; s->subject = other_child; }
static void of_another_case(struct client_fixture *f, struct proto_statement *s) { (void) f; s->case_id[0] ^= 1; }
static void of_another_purpose(struct client_fixture *f, struct proto_statement *s) { (void) f; (void) snprintf(s->purpose, sizeof s->purpose, "att_enforce"); }
static void of_another_partner(struct client_fixture *f, struct proto_statement *s) { memcpy(s->setter, f->partner[CJG].id, sizeof s->setter); }

static const struct weighed weighings[] = {
    {"weighed: as it should be", as_it_is, true}, {"weighed: more than was asked", of_more_sections, true},
    {"weighed: another request", of_another_request, false}, {"weighed: fewer sections", of_fewer_sections, false},
    {"weighed: another child", of_another_child, false}, {"weighed: another case", of_another_case, false},
    {"weighed: another purpose", of_another_purpose, false}, {"weighed: by a person of another partner", of_another_partner, false},
};

static void weighing(void **state)
{
    const struct weighed *row = *state;
    struct client_fixture *f;
    struct proto_statement s;
    struct pair p;
    void *fixture = NULL;

    assert_int_equal(client_fixture_setup(&fixture), 0);
    f = fixture;
    p = pair_of(f, "att effort");
    s = client_fixture_say(f, PROTO_SAY_WEIGHING, LEERPLICHT, &child, NOBODY);
    memcpy(s.case_id, p.request.head.case_id, sizeof s.case_id);
    memcpy(s.purpose, p.request.head.purpose, sizeof s.purpose);
    memcpy(s.refers, p.request.head.id, sizeof s.refers);
    s.sections = p.request.sections;
    memset(s.digest, 1, sizeof s.digest);
    row->change(f, &s);
    p.request.weighing = client_fixture_sign(f, &s, WORKER);
    assert_err(client_fixture_mail(f, &p.request), OK);
    assert_int_equal(client_fixture_desk(f, VO, p.request.head.id).weighed, row->counts);
    assert_int_equal(client_fixture_close(&fixture), 0);
}

static void weighing_that_was_changed(void **state)
{
    struct client_fixture *f = *state;
    struct pair p = pair_of(f, "att");
    struct proto_statement s = client_fixture_say(f, PROTO_SAY_WEIGHING, LEERPLICHT, &child, NOBODY);
    uint8_t *changed;

    memcpy(s.case_id, p.request.head.case_id, sizeof s.case_id);
    memcpy(s.purpose, p.request.head.purpose, sizeof s.purpose);
    memcpy(s.refers, p.request.head.id, sizeof s.refers);
    s.sections = p.request.sections;
    memset(s.digest, 1, sizeof s.digest);
    p.request.weighing = client_fixture_sign(f, &s, WORKER);
    changed = client_fixture_memory(f, p.request.weighing.len);
    memcpy(changed, p.request.weighing.data, p.request.weighing.len);
    changed[p.request.weighing.len - 1] ^= 1;
    p.request.weighing.data = changed;
    assert_err(client_fixture_mail(f, &p.request), OK);
    assert_false(client_fixture_desk(f, VO, p.request.head.id).weighed);
}

/* ---- grants ---- */

static void a_grant_and_its_release(void **state)
{
    struct client_fixture *f = *state;
    struct pair p = pair_of(f, "att effort");
    struct client_desk d;

    asked(f, &p);
    assert_err(client_fixture_mail(f, &p.grant), OK);
    d = client_fixture_desk(f, LEERPLICHT, p.request.head.id);
    assert_state(d, CLIENT_DESK_GRANTED);
    assert_int_equal(d.granted.count, 2);
    assert_int_equal(d.access_until_s, p.grant.until_s);
    assert_memory_equal(d.digest, p.grant.digest, PROTO_HASH_LEN);
    assert_memory_equal(d.grant_id, p.grant.head.id, PROTO_ID_LEN);
    assert_false(client_fixture_has_share(f, LEERPLICHT, d.id));
    assert_err(client_fixture_mail(f, &p.release), OK);
    d = client_fixture_desk(f, LEERPLICHT, p.request.head.id);
    assert_state(d, CLIENT_DESK_ARRIVED);
    assert_true(client_fixture_has_share(f, LEERPLICHT, d.id));
    /* Twice. */
    assert_ignored(f, LEERPLICHT, &p.release, d.id);
    assert_ignored(f, LEERPLICHT, &p.grant, d.id);
}

static void less_is_granted_and_more_is_not(void **state)
{
    struct client_fixture *f = *state;
    struct pair p = pair_of(f, "att effort");

    asked(f, &p);
    p.grant.sections = client_fixture_sections("att effort ident");
    sign_grant(f, VO, &p.grant, p.request.head.id);
    assert_ignored(f, LEERPLICHT, &p.grant, p.request.head.id);
    p.grant.sections = client_fixture_sections("effort");
    sign_grant(f, VO, &p.grant, p.request.head.id);
    assert_err(client_fixture_mail(f, &p.grant), OK);
    assert_int_equal(client_fixture_desk(f, LEERPLICHT, p.request.head.id).granted.count, 1);
}

/* Who grants the row of another, even with a person's word for it. */
static void a_grant_by_another_partner(void **state)
{
    struct client_fixture *f = *state;
    struct pair p = pair_of(f, "att");

    asked(f, &p);
    memcpy(p.grant.head.from, f->partner[CJG].id, PROTO_PARTNER_LEN);
    sign_grant(f, CJG, &p.grant, p.request.head.id);
    assert_ignored(f, LEERPLICHT, &p.grant, p.request.head.id);
}

struct granted { const char *name; void (*change)(struct client_fixture *f, struct proto_statement *s); };

static void person_refers(struct client_fixture *f, struct proto_statement *s) { (void) f; s->refers[0] ^= 1; }
static void person_digest(struct client_fixture *f, struct proto_statement *s) { (void) f; s->digest[0] ^= 1; }
static void person_until(struct client_fixture *f, struct proto_statement *s) { (void) f; s->until_s++; }
static void person_sections(struct client_fixture *f, struct proto_statement *s) { (void) f; s->sections = client_fixture_sections("att"); }
static void person_receiver(struct client_fixture *f, struct proto_statement *s) { memcpy(s->receiver, f->partner[CJG].id, sizeof s->receiver); }
static void person_child(struct client_fixture *f, struct proto_statement *s) { (void) f; s->subject = other_child; }

static const struct granted grants[] = {
    {"the person granted another request", person_refers}, {"the person granted other bytes", person_digest},
    {"the person granted until another day", person_until}, {"the person granted fewer sections", person_sections},
    {"the person granted to another", person_receiver}, {"the person granted of another child", person_child},
};

static void a_grant_that_no_person_gave(void **state)
{
    const struct granted *row = *state;
    struct client_fixture *f;
    struct proto_statement s;
    struct pair p;
    void *fixture = NULL;

    assert_int_equal(client_fixture_setup(&fixture), 0);
    f = fixture;
    p = pair_of(f, "att effort");
    asked(f, &p);
    s = person_grant(f, VO, &p.grant, p.request.head.id);
    row->change(f, &s);
    p.grant.original = client_fixture_sign(f, &s, WORKER);
    assert_ignored(f, LEERPLICHT, &p.grant, p.request.head.id);
    assert_int_equal(client_fixture_close(&fixture), 0);
}

static void a_grant_in_other_words(void **state)
{
    struct client_fixture *f = *state;
    struct pair p = pair_of(f, "att");
    struct proto_statement s = client_fixture_say(f, PROTO_SAY_APPROVAL, VO, &child, NOBODY);

    asked(f, &p);
    memcpy(s.case_id, p.grant.head.case_id, sizeof s.case_id);
    memcpy(s.purpose, p.grant.head.purpose, sizeof s.purpose);
    memcpy(s.refers, p.request.head.id, sizeof s.refers);
    memcpy(s.digest, p.grant.digest, sizeof s.digest);
    p.grant.original = client_fixture_sign(f, &s, WORKER);
    assert_ignored(f, LEERPLICHT, &p.grant, p.request.head.id);
}

/* ---- releases ---- */

static void a_release_before_its_grant(void **state)
{
    struct client_fixture *f = *state;
    struct pair p = pair_of(f, "att");

    asked(f, &p);
    assert_ignored(f, LEERPLICHT, &p.release, p.request.head.id);
}

static void a_release_of_other_bytes(void **state)
{
    struct client_fixture *f = *state;
    struct pair p = pair_of(f, "att");
    uint8_t changed[sizeof payload];

    asked(f, &p);
    assert_err(client_fixture_mail(f, &p.grant), OK);
    for (size_t i = 0; i < sizeof payload; i++) {
        memcpy(changed, payload, sizeof payload);
        changed[i] ^= 1;
        p.release.payload = (struct proto_blob) {changed, sizeof changed};
        assert_ignored(f, LEERPLICHT, &p.release, p.request.head.id);
    }
    p.release.payload = (struct proto_blob) {payload, sizeof payload - 1};
    assert_ignored(f, LEERPLICHT, &p.release, p.request.head.id);
}

/* Repeated after the end, it would bring the copy back. */
static void a_release_that_comes_again_later(void **state)
{
    struct client_fixture *f = *state;
    static const enum client_desk_state late[] = {CLIENT_DESK_OPENED, CLIENT_DESK_ENDED, CLIENT_DESK_NOT_FOR_US, CLIENT_DESK_WITHDRAWN};
    struct pair p = pair_of(f, "att");
    struct client_desk d;

    asked(f, &p);
    assert_err(client_fixture_mail(f, &p.grant), OK);
    d = client_fixture_desk(f, LEERPLICHT, p.request.head.id);
    for (size_t i = 0; i < sizeof late / sizeof late[0]; i++) {
        d.state = (uint8_t) late[i];
        client_fixture_desk_put(f, LEERPLICHT, &d);
        assert_ignored(f, LEERPLICHT, &p.release, d.id);
        assert_false(client_fixture_has_share(f, LEERPLICHT, d.id));
    }
}

static void a_release_by_another_partner(void **state)
{
    struct client_fixture *f = *state;
    struct pair p = pair_of(f, "att");

    asked(f, &p);
    assert_err(client_fixture_mail(f, &p.grant), OK);
    memcpy(p.release.head.from, f->partner[CJG].id, PROTO_PARTNER_LEN);
    assert_ignored(f, LEERPLICHT, &p.release, p.request.head.id);
}

static void a_release_to_the_one_who_gave(void **state)
{
    struct client_fixture *f = *state;
    struct pair p = pair_of(f, "att");
    struct client_desk d;

    assert_err(client_fixture_mail(f, &p.request), OK);
    d = client_fixture_desk(f, VO, p.request.head.id);
    d.state = CLIENT_DESK_GRANTED;
    memcpy(d.grant_id, p.grant.head.id, sizeof d.grant_id);
    memcpy(d.digest, p.grant.digest, sizeof d.digest);
    client_fixture_desk_put(f, VO, &d);
    memcpy(p.release.head.from, f->partner[LEERPLICHT].id, PROTO_PARTNER_LEN);
    memcpy(p.release.head.to, f->partner[VO].id, PROTO_PARTNER_LEN);
    assert_ignored(f, VO, &p.release, d.id);
}

/* ---- refusals and cancellations ---- */

static void a_refusal(void **state)
{
    struct client_fixture *f = *state;
    struct pair p = pair_of(f, "att");
    struct proto_msg m = answer_to(f, PROTO_REFUSE, CJG, LEERPLICHT, p.request.head.id, PROTO_REFUSE_NOT_NEEDED);

    asked(f, &p);
    assert_ignored(f, LEERPLICHT, &m, p.request.head.id);
    m = answer_to(f, PROTO_REFUSE, VO, LEERPLICHT, p.request.head.id, PROTO_REFUSE_NOTHING_HELD);
    assert_err(client_fixture_mail(f, &m), OK);
    assert_state(client_fixture_desk(f, LEERPLICHT, p.request.head.id), CLIENT_DESK_REFUSED);
    assert_int_equal(client_fixture_desk(f, LEERPLICHT, p.request.head.id).reason, PROTO_REFUSE_NOTHING_HELD);
    m.code = PROTO_REFUSE_NOT_NEEDED;
    assert_ignored(f, LEERPLICHT, &m, p.request.head.id);
    assert_ignored(f, LEERPLICHT, &p.grant, p.request.head.id);
}

static void a_cancellation(void **state)
{
    struct client_fixture *f = *state;
    struct pair p = pair_of(f, "att");
    struct proto_msg other = answer_to(f, PROTO_CANCEL, CJG, VO, p.request.head.id, 0), m = answer_to(f, PROTO_CANCEL, LEERPLICHT, VO, p.request.head.id, 0);

    assert_err(client_fixture_mail(f, &p.request), OK);
    assert_ignored(f, VO, &other, p.request.head.id);
    assert_err(client_fixture_mail(f, &m), OK);
    assert_state(client_fixture_desk(f, VO, p.request.head.id), CLIENT_DESK_CANCELLED);
}

static void a_cancellation_after_the_grant(void **state)
{
    struct client_fixture *f = *state;
    struct pair p = pair_of(f, "att");
    struct proto_msg m = answer_to(f, PROTO_CANCEL, LEERPLICHT, VO, p.request.head.id, 0);
    static const enum client_desk_state late[] = {CLIENT_DESK_GRANTED, CLIENT_DESK_RELEASED, CLIENT_DESK_OPENED, CLIENT_DESK_REFUSED, CLIENT_DESK_ENDED};
    struct client_desk d;

    assert_err(client_fixture_mail(f, &p.request), OK);
    d = client_fixture_desk(f, VO, p.request.head.id);
    for (size_t i = 0; i < sizeof late / sizeof late[0]; i++) {
        d.state = (uint8_t) late[i];
        client_fixture_desk_put(f, VO, &d);
        assert_ignored(f, VO, &m, d.id);
    }
}

int main(void)
{
    struct check_list list = {.count = 0};
    const struct CMUnitTest tests[] = {
        client_fixture_test(a_request_waits), client_fixture_test(a_request_without_a_yes_leaves_no_row),
        client_fixture_test(a_request_comes_once), client_fixture_test(a_request_does_not_take_our_row),
        client_fixture_test(the_child_of_the_case), client_fixture_test(the_case_does_not_turn_one_child_into_another),
        client_fixture_test(a_number_is_never_the_child_of_a_handle),
        client_fixture_test(weighing_that_was_changed), client_fixture_test(a_grant_and_its_release),
        client_fixture_test(less_is_granted_and_more_is_not), client_fixture_test(a_grant_by_another_partner),
        client_fixture_test(a_grant_in_other_words), client_fixture_test(a_release_before_its_grant),
        client_fixture_test(a_release_of_other_bytes), client_fixture_test(a_release_that_comes_again_later), client_fixture_test(a_release_by_another_partner),
        client_fixture_test(a_release_to_the_one_who_gave), client_fixture_test(a_refusal), client_fixture_test(a_cancellation),
        client_fixture_test(a_cancellation_after_the_grant),
    };

    child = client_fixture_child(1);
    other_child = client_fixture_child(2);
    handle = client_fixture_handle(1);
    for (size_t i = 0; i < sizeof weighings / sizeof weighings[0]; i++)
        check_add(&list, weighings[i].name, weighing, &weighings[i]);
    for (size_t i = 0; i < sizeof grants / sizeof grants[0]; i++)
        check_add(&list, grants[i].name, a_grant_that_no_person_gave, &grants[i]);
    return cmocka_run_group_tests_name("client/desk_mail", tests, NULL, NULL) + check_run(&list, "client/desk_mail: persons");
}
