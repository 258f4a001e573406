/*
 * client/approve and client/weigh: four eyes are two persons and one set of bytes; a weighing is of one child, and no more than was weighed. Vo
 * holds; leerplicht gathers the log for the person concerned (second eyes), veilig_thuis asks after a report (weighing and second eyes).
 */
#include "tests/support/client_fixture.h"

#include "base/text.h"

#include "client/hold.h"
#include "tests/support/check.h"

#include <stdio.h>

/* Acute danger and reports of the child protection: all is weighed. */
#define EVERY "'1=a','2=b','3=c','4=d','5=e','6=f','7=g','8=h','9=i','10=j','11=k','12=l','13=m','14=n','15=o','16=p','17=q'"

static struct proto_subject_id child;

struct asked { char number[10], hex[40], approval[40]; uint8_t id[PROTO_ID_LEN], event[PROTO_ID_LEN]; };

/* A request that came in, and the event that opens it. */
static void request(struct client_fixture *f, struct asked *a, enum client_fixture_who from, const char *event, const char *purpose, const char *sections)
{
    struct proto_statement s = client_fixture_say(f, PROTO_SAY_EVENT, VO, &child, from, NOBODY);
    struct proto_msg m = client_fixture_msg(f, PROTO_REQUEST, from, VO);
    struct client_desk d;
    char born[11];

    client_fixture_number(1, a->number);
    client_fixture_know(f, VO, 1);
    client_fixture_born(f, 14, 100, born);
    client_fixture_person(f, VO, &child, born, "g1 g2");
    client_fixture_record(f, VO, &child, "log", "{\"lines\":\"12\"}");
    client_fixture_record(f, VO, &child, "att", "{\"days\":\"3\"}");
    client_fixture_record(f, VO, &child, "safety", "{\"note\":\"x\"}");
    (void) snprintf(s.event, sizeof s.event, "%s", event);
    s.occurred_s = f->now_s;
    client_fixture_keep(f, VO, &s);
    memcpy(a->event, s.id, sizeof a->event);
    m.head.subject = child;
    (void) snprintf(m.head.purpose, sizeof m.head.purpose, "%s", purpose);
    m.sections = client_fixture_sections(sections);
    assert_err(client_fixture_mail(f, &m), OK);
    memcpy(a->id, m.head.id, sizeof a->id);
    d = client_fixture_desk(f, VO, m.head.id);   /* as if it had been sealed in the request */
    memcpy(d.birth_date, born, sizeof d.birth_date);
    client_fixture_desk_put(f, VO, &d);
    for (size_t i = 0; i < PROTO_ID_LEN; i++)
        (void) snprintf(a->hex + 2 * i, 3, "%02x", m.head.id[i]);
}

static void log_asked(struct client_fixture *f, struct asked *a)
{
    request(f, a, LEERPLICHT, "RIGHTS_REQ", "subject_rights", "log");
}

static void approve(struct client_fixture *f, struct asked *a)
{
    assert_err(client_fixture_call_as(f, VO, SECOND, "approve", "{'request':'%s'}", a->hex), OK);
    (void) snprintf(a->approval, sizeof a->approval, "%s", client_fixture_text(f, "approval"));
    assert_int_equal(strlen(a->approval), 32);
}

static void without_a_second_person(void **state)
{
    struct client_fixture *f = *state;
    struct asked a;

    log_asked(f, &a);
    assert_err(client_fixture_call(f, VO, "grant", "{'request':'%s'}", a.hex), ERR_DENIED);
    assert_non_null(strstr(f->trouble.text, "approve"));
    assert_int_equal(client_fixture_waiting(f, VO, PROTO_GRANT, NULL), 0);
}

static void approved_by_a_second_person(void **state)
{
    struct client_fixture *f = *state;
    struct client_desk approved;
    struct proto_msg m;
    struct asked a;

    log_asked(f, &a);
    approve(f, &a);
    assert_non_null(strstr(client_fixture_reply(f), "\"would_leave\":{\"log\":{\"lines\":\"12\"}}"));
    approved = client_fixture_desk(f, VO, a.id);
    assert_state(approved, CLIENT_DESK_WAITING);
    assert_true(client_fixture_has_share(f, VO, a.id));
    assert_int_equal(client_fixture_waiting(f, VO, PROTO_GRANT, NULL), 0);
    /* What lies in the record later does not change what was approved. */
    client_fixture_record(f, VO, &child, "log", "{\"lines\":\"99\"}");
    assert_err(client_fixture_call(f, VO, "grant", "{'request':'%s','approval':'%s'}", a.hex, a.approval), OK);
    assert_int_equal(client_fixture_waiting(f, VO, PROTO_GRANT, &m), 1);
    assert_memory_equal(m.digest, approved.digest, PROTO_HASH_LEN);
    assert_true(m.approval.len > 0);
    assert_int_equal(m.until_s, approved.access_until_s);
    (void) client_fixture_node(f, LEERPLICHT);
    assert_true(client_fixture_hub_one(f, VO));
    assert_int_equal(client_fixture_waiting(f, VO, PROTO_RELEASE, &m), 1);
    assert_memory_equal(m.digest, approved.digest, PROTO_HASH_LEN);
}

static void who_may_approve(void **state)
{
    struct client_fixture *f = *state;
    struct asked a;

    log_asked(f, &a);
    assert_err(client_fixture_call(f, VO, "approve", "{'request':'%s'}", a.hex), ERR_DENIED);
    assert_err(client_fixture_call_as(f, VO, SECOND, "grant", "{'request':'%s'}", a.hex), ERR_DENIED);
}

/* One person with both hats: the same key under both roles. */
static void the_same_person_is_one_person(void **state)
{
    struct client_fixture *f = *state;
    struct asked a;

    log_asked(f, &a);
    approve(f, &a);
    memcpy(f->partner[VO].session[WORKER].key, f->partner[VO].session[SECOND].key, PROTO_KEY_LEN);
    assert_err(client_fixture_call(f, VO, "grant", "{'request':'%s','approval':'%s'}", a.hex, a.approval), ERR_DENIED);
    assert_non_null(strstr(f->trouble.text, "four eyes"));
}

static void of_exactly_these_bytes(void **state)
{
    struct client_fixture *f = *state;
    struct asked a, b;

    log_asked(f, &a);
    approve(f, &a);
    /* Sealed again, as the record is now: other bytes. */
    (void) snprintf(b.approval, sizeof b.approval, "%s", a.approval);
    client_fixture_record(f, VO, &child, "log", "{\"lines\":\"13\"}");
    approve(f, &a);
    assert_err(client_fixture_call(f, VO, "grant", "{'request':'%s','approval':'%s'}", a.hex, b.approval), ERR_STATE);
    assert_err(client_fixture_call(f, VO, "grant", "{'request':'%s','approval':'%s'}", a.hex, a.approval), OK);
}

static bool has_mark(struct client_fixture *f, const uint8_t approval[PROTO_ID_LEN])
{
    struct vault_txn *x = client_fixture_begin(f, VO);
    uint8_t key[1 + PROTO_ID_LEN] = {'p'};
    bool has = false;

    memcpy(key + 1, approval, PROTO_ID_LEN);
    assert_err(client_vault_has(x, CLIENT_T_META, key, sizeof key, &has), OK);
    client_vault_abort(x);
    return has;
}

/* It is of nothing any more, and no retention would find it. */
static void the_mark_of_an_earlier_approval_goes(void **state)
{
    struct client_fixture *f = *state;
    struct client_desk first, second;
    struct asked a;

    log_asked(f, &a);
    approve(f, &a);
    first = client_fixture_desk(f, VO, a.id);
    assert_true(has_mark(f, first.approval));
    client_fixture_record(f, VO, &child, "log", "{\"lines\":\"13\"}");
    approve(f, &a);
    second = client_fixture_desk(f, VO, a.id);
    assert_true(has_mark(f, second.approval));
    assert_false(has_mark(f, first.approval));
}

/* The number stays, and so do the bytes, as long as it is the same. */
static void approved_twice(void **state)
{
    struct client_fixture *f = *state;
    struct client_desk first, second;
    struct asked a, b;
    bool already = false;

    log_asked(f, &a);
    b = a;
    approve(f, &a);
    assert_err(json_bool(f->reply, "already", &already), ERR_NOTFOUND);
    first = client_fixture_desk(f, VO, a.id);
    approve(f, &b);
    assert_err(json_bool(f->reply, "already", &already), OK);
    assert_true(already);
    assert_string_equal(a.approval, b.approval);
    assert_non_null(strstr(client_fixture_reply(f), "\"would_leave\":{\"log\":{\"lines\":\"12\"}}"));
    second = client_fixture_desk(f, VO, a.id);
    assert_memory_equal(first.digest, second.digest, sizeof first.digest);
    client_fixture_record(f, VO, &child, "log", "{\"lines\":\"13\"}");
    approve(f, &b);
    assert_string_not_equal(a.approval, b.approval);
    assert_err(client_fixture_call(f, VO, "grant", "{'request':'%s','approval':'%s'}", a.hex, b.approval), OK);
}

static void of_exactly_this_request(void **state)
{
    struct client_fixture *f = *state;
    struct asked a, b;

    log_asked(f, &a);
    log_asked(f, &b);
    approve(f, &a);
    assert_err(client_fixture_call(f, VO, "grant", "{'request':'%s','approval':'%s'}", b.hex, a.approval), ERR_STATE);
    assert_err(client_fixture_call(f, VO, "grant", "{'request':'%s','approval':'00000000000000000000000000000001'}", a.hex), ERR_NOTFOUND);
}

/* A weighing or any other paper is no approval. */
static void of_another_kind(void **state)
{
    struct client_fixture *f = *state;
    struct asked a;
    char weighing[40];

    log_asked(f, &a);
    approve(f, &a);
    assert_err(client_fixture_call(f, VO, "weigh", "{'request':'%s','answer':[" EVERY "]}", a.hex), OK);
    (void) snprintf(weighing, sizeof weighing, "%s", client_fixture_text(f, "weighing"));
    assert_err(client_fixture_call(f, VO, "grant", "{'request':'%s','approval':'%s'}", a.hex, weighing), ERR_DENIED);
}

/* The worker signs an approval of the right bytes: the role is not there. */
static void by_a_caseworker_of_the_same_partner(void **state)
{
    struct client_fixture *f = *state;
    struct proto_statement s;
    struct proto_blob original;
    struct client_desk d;
    struct vault_txn *x;
    struct asked a;
    uint8_t id[PROTO_ID_LEN];

    log_asked(f, &a);
    approve(f, &a);
    d = client_fixture_desk(f, VO, a.id);
    s = client_fixture_say(f, PROTO_SAY_APPROVAL, VO, &child, NOBODY);
    (void) snprintf(s.purpose, sizeof s.purpose, "subject_rights");
    memcpy(s.refers, a.id, sizeof s.refers);
    memcpy(s.digest, d.digest, sizeof s.digest);
    original = client_fixture_sign(f, &s, WORKER);
    memset(id, 0x77, sizeof id);
    x = client_fixture_begin(f, VO);
    assert_err(client_vault_put(x, CLIENT_T_DRAFT, id, sizeof id, original.data, original.len), OK);
    client_fixture_commit(x);
    memset(f->partner[VO].session[WORKER].key, 1, PROTO_KEY_LEN);  /* granted by a third person */
    assert_err(client_fixture_call(f, VO, "grant", "{'request':'%s','approval':'77777777777777777777777777777777'}", a.hex), ERR_DENIED);
    assert_non_null(strstr(f->trouble.text, "second person"));
}

static void as_a_whole(void **state)
{
    struct client_fixture *f = *state;
    struct asked a;
    char day[11];

    log_asked(f, &a);
    approve(f, &a);
    date_format(date_add_days(clock_date_nl(f->now_s), 3), day);
    assert_err(client_fixture_call(f, VO, "grant", "{'request':'%s','approval':'%s','sections':'log'}", a.hex, a.approval), ERR_USAGE);
    assert_err(client_fixture_call(f, VO, "grant", "{'request':'%s','approval':'%s','until':'%s'}", a.hex, a.approval, day), ERR_USAGE);
    assert_int_equal(client_fixture_waiting(f, VO, PROTO_GRANT, NULL), 0);
}

/* What was approved a while ago may be over by now. */
static void as_long_as_it_lasts(void **state)
{
    struct client_fixture *f = *state;
    struct client_desk d;
    struct asked a;

    log_asked(f, &a);
    approve(f, &a);
    d = client_fixture_desk(f, VO, a.id);
    d.access_until_s = f->now_s - 1;
    client_fixture_desk_put(f, VO, &d);
    assert_err(client_fixture_call(f, VO, "grant", "{'request':'%s','approval':'%s'}", a.hex, a.approval), ERR_STATE);
    d.access_until_s = f->now_s + 100 * (uint64_t) DAY_S;
    client_fixture_desk_put(f, VO, &d);
    assert_err(client_fixture_call(f, VO, "grant", "{'request':'%s','approval':'%s'}", a.hex, a.approval), ERR_STATE);
}

/* An event that opened it ended since: the second person's yes does not open it again. */
static void judged_again_after_the_approval(void **state)
{
    struct client_fixture *f = *state;
    struct proto_statement end;
    struct asked a;

    log_asked(f, &a);
    approve(f, &a);
    end = client_fixture_say(f, PROTO_SAY_EVENT_END, VO, &child, LEERPLICHT, NOBODY);
    memcpy(end.refers, a.event, sizeof end.refers);
    client_fixture_keep(f, VO, &end);
    assert_err(client_fixture_call(f, VO, "grant", "{'request':'%s','approval':'%s'}", a.hex, a.approval), ERR_DENIED);
}

/* ---- weighings ---- */

static void safety_asked(struct client_fixture *f, struct asked *a)
{
    request(f, a, VEILIG_THUIS, "MELDCODE", "child_safety", "att safety");
}

static void weigh(struct client_fixture *f, const char *args, char out[40])
{
    assert_err(client_fixture_call(f, VO, "weigh", "%s", args), OK);
    (void) snprintf(out, 40, "%s", client_fixture_text(f, "weighing"));
}

static void draft_of(struct client_fixture *f, const char *hex, char **out)
{
    uint8_t id[PROTO_ID_LEN], *data = NULL;
    struct vault_txn *x = client_fixture_begin(f, VO);
    size_t len = 0;

    assert_err(text_unhex(hex, id, sizeof id), OK);
    assert_err(client_vault_get(x, CLIENT_T_DRAFT, id, sizeof id, &data, &len), OK);
    client_vault_abort(x);
    *out = (char *) client_fixture_memory(f, len + 1);
    memcpy(*out, data, len);
    (*out)[len] = '\0';
    free(data);
}

/* Their digest goes to the hub, and short answers could be tried: the same answers twice have two digests. */
static void the_same_answers_have_another_digest(void **state)
{
    struct client_fixture *f = *state;
    struct asked a;
    char args[400], one[40], two[40], *first, *second;

    safety_asked(f, &a);
    (void) snprintf(args, sizeof args, "{'request':'%s','answer':[" EVERY "]}", a.hex);
    weigh(f, args, one);
    weigh(f, args, two);
    draft_of(f, one, &first);
    draft_of(f, two, &second);
    assert_non_null(strstr(first, "\"salt\":\""));
    assert_string_not_equal(first, second);
}

static void weighed_and_approved(void **state)
{
    struct client_fixture *f = *state;
    struct proto_msg m;
    struct asked a;
    char args[400], weighing[40];

    safety_asked(f, &a);
    approve(f, &a);
    assert_err(client_fixture_call(f, VO, "grant", "{'request':'%s','approval':'%s'}", a.hex, a.approval), ERR_DENIED);
    (void) snprintf(args, sizeof args, "{'request':'%s','answer':[" EVERY "]}", a.hex);
    weigh(f, args, weighing);
    assert_err(client_fixture_call(f, VO, "grant", "{'request':'%s','approval':'%s','weigh':'%s'}", a.hex, a.approval, weighing), OK);
    assert_int_equal(client_fixture_waiting(f, VO, PROTO_GRANT, &m), 1);
    assert_true(m.weighing.len > 0 && m.approval.len > 0);
}

struct scope { const char *name, *args; enum err expected; };

static const struct scope scopes[] = {
    {"weighed for the child", "", OK},
    {"weighed for the purpose", "'purpose':'child_safety',", OK},
    {"weighed for more sections", "'sections':'att,effort,safety',", OK},
    {"weighed for another purpose", "'purpose':'case_support',", ERR_DENIED},
    {"weighed for fewer sections", "'sections':'att',", ERR_DENIED},
};

static void what_was_weighed(void **state)
{
    const struct scope *row = *state;
    struct client_fixture *f;
    struct asked a;
    char weighing[40];
    void *fixture = NULL;

    assert_int_equal(client_fixture_setup(&fixture), 0);
    f = fixture;
    safety_asked(f, &a);
    approve(f, &a);
    assert_err(client_fixture_call(f, VO, "weigh", "{'number':'%s',%s'answer':[" EVERY "]}", a.number, row->args), OK);
    (void) snprintf(weighing, sizeof weighing, "%s", client_fixture_text(f, "weighing"));
    assert_err(client_fixture_call(f, VO, "grant", "{'request':'%s','approval':'%s','weigh':'%s'}", a.hex, a.approval, weighing), row->expected);
    assert_int_equal(client_fixture_close(&fixture), 0);
}

static void weighed_for_another_child(void **state)
{
    struct client_fixture *f = *state;
    struct asked a;
    char args[400], weighing[40], number[10];

    safety_asked(f, &a);
    approve(f, &a);
    client_fixture_know(f, VO, 2);
    client_fixture_number(2, number);
    (void) snprintf(args, sizeof args, "{'number':'%s','answer':[" EVERY "]}", number);
    weigh(f, args, weighing);
    assert_err(client_fixture_call(f, VO, "grant", "{'request':'%s','approval':'%s','weigh':'%s'}", a.hex, a.approval, weighing), ERR_DENIED);
    assert_err(client_fixture_call(f, VO, "grant", "{'request':'%s','approval':'%s','weigh':'00000000000000000000000000000001'}", a.hex, a.approval), ERR_NOTFOUND);
    /* An approval is no weighing. */
    assert_err(client_fixture_call(f, VO, "grant", "{'request':'%s','approval':'%s','weigh':'%s'}", a.hex, a.approval, a.approval), ERR_DENIED);
}

static void wrong_answers(void **state)
{
    struct client_fixture *f = *state;
    static const struct { const char *answers; enum err expected; } rows[] = {{"['x']", ERR_SYNTAX}, {"['=x']", ERR_SYNTAX},
        {"['0=x']", ERR_SYNTAX}, {"['18=x']", ERR_SYNTAX}, {"['100=x']", ERR_SYNTAX}, {"['1a=x']", ERR_SYNTAX}, {"[' 1=x']", ERR_SYNTAX},
        {"['01=x']", ERR_SYNTAX}, {"['-1=x']", ERR_SYNTAX}, {"['1=']", ERR_LONG}, {"['1=x','1=y']", ERR_SYNTAX}, {"[1]", ERR_SYNTAX}, {"['17=x','1=y']", OK}};
    char number[10];

    client_fixture_know(f, VO, 1);
    client_fixture_number(1, number);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_err(client_fixture_call(f, VO, "weigh", "{'number':'%s','answer':%s}", number, rows[i].answers), rows[i].expected);
    assert_err(client_fixture_call(f, VO, "weigh", "{'answer':['1=x']}"), ERR_USAGE);
    assert_err(client_fixture_call(f, VO, "weigh", "{'number':'%s','purpose':'gossip','answer':['1=x']}", number), ERR_RANGE);
}

int main(void)
{
    struct check_list list = {.count = 0};
    const struct CMUnitTest tests[] = {
        client_fixture_test(without_a_second_person), client_fixture_test(approved_by_a_second_person), client_fixture_test(who_may_approve),
        client_fixture_test(the_same_person_is_one_person), client_fixture_test(of_exactly_these_bytes),
        client_fixture_test(the_mark_of_an_earlier_approval_goes), client_fixture_test(approved_twice),
        client_fixture_test(of_exactly_this_request),
        client_fixture_test(of_another_kind), client_fixture_test(by_a_caseworker_of_the_same_partner), client_fixture_test(as_a_whole),
        client_fixture_test(as_long_as_it_lasts), client_fixture_test(judged_again_after_the_approval),
        client_fixture_test(the_same_answers_have_another_digest), client_fixture_test(weighed_and_approved),
        client_fixture_test(weighed_for_another_child), client_fixture_test(wrong_answers),
    };

    child = client_fixture_child(1);
    for (size_t i = 0; i < sizeof scopes / sizeof scopes[0]; i++)
        check_add(&list, scopes[i].name, what_was_weighed, &scopes[i]);
    return cmocka_run_group_tests_name("client/approve", tests, NULL, NULL) + check_run(&list, "client/weigh");
}
