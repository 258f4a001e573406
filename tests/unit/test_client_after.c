/*
 * client/after: what is done when something was shared, until when, who hears of it, and what closes. The school (vo) holds;
 * leerplicht reads under R56.
 */
#include "tests/support/client_shared.h"

#include "client/desk_sent.h"
#include "client/hublink_parts.h"
#include "client/upkeep.h"
#include "policy/clocks.h"
#include "tests/support/check.h"

#include <stdio.h>
#include <string.h>

static struct proto_subject_id child;

/* A failure prints the row. */
static void assert_row(const char *name, const char *got, const char *expected)
{
    char one[200], other[200];

    (void) snprintf(one, sizeof one, "%s: %s", name, got);
    (void) snprintf(other, sizeof other, "%s: %s", name, expected);
    assert_string_equal(one, other);
}

static void tick(struct client_fixture *f, enum client_fixture_who who, uint64_t at_s)
{
    struct vault_txn *x = client_fixture_begin(f, who);

    assert_err(client_desk_tick(client_fixture_node(f, who), x, at_s), OK);
    client_fixture_commit(x);
}

/* "weigh:you second:other", of this row at this partner. */
static const char *dues_of(struct client_fixture *f, enum client_fixture_who who, const struct client_desk *d)
{
    static char text[96];
    static const char *const words[CLIENT_AFTERS] = {"weigh", "second", "tell"};
    struct client_due due[CLIENT_AFTERS];
    struct client_after a = client_shared_after(f, who, d->id);
    size_t count = client_after_dues(client_fixture_node(f, who), d, &a, due);

    text[0] = '\0';
    for (size_t i = 0; i < count; i++) {
        size_t at = strlen(text);
        (void) snprintf(text + at, sizeof text - at, "%s%s:%s%s", at != 0 ? " " : "", words[due[i].what], due[i].here ? "you" : "other",
            due[i].defers ? " (defers)" : "");
    }
    return text;
}

/* ---- the record ---- */

static void the_record(void **state)
{
    struct client_fixture *f = *state;
    struct client_after a = {.second_s = 1, .weighed_s = 2, .exported_s = 3, .later_s = 4, .after_no = true, .seen = 5, .why = "because"}, b;
    static const uint8_t id[PROTO_ID_LEN] = {9}, none[PROTO_ID_LEN] = {8};

    client_fixture_node(f, VO);
    b = client_shared_after(f, VO, none);
    assert_memory_equal(&b, &(struct client_after){0}, sizeof b);
    client_shared_set(f, VO, id, &a);
    b = client_shared_after(f, VO, id);
    assert_int_equal(b.second_s + 10 * b.weighed_s + 100 * b.exported_s + 1000 * b.later_s, 4321);
    assert_true(b.after_no);
    assert_int_equal(b.seen, 5);
    assert_string_equal(b.why, "because");
}

static void a_broken_record(void **state)
{
    struct client_fixture *f = *state;
    struct client_after a = {.second_s = 77}, full = {.why = "x"};
    static const uint8_t id[PROTO_ID_LEN] = {9};
    uint8_t key[1 + PROTO_ID_LEN] = {'a', 9}, *row = NULL;
    size_t len = 0;
    struct vault_txn *x;

    client_fixture_node(f, VO);
    client_shared_set(f, VO, id, &full);
    x = client_fixture_begin(f, VO);
    assert_err(client_vault_get(x, CLIENT_T_META, key, sizeof key, &row, &len), OK);
    for (size_t cut = 0; cut < len; cut++) {
        assert_err(client_vault_put(x, CLIENT_T_META, key, sizeof key, row, cut), OK);
        assert_int_not_equal(client_after_get(x, id, &a), OK);
    }
    row[0]++;
    assert_err(client_vault_put(x, CLIENT_T_META, key, sizeof key, row, len), OK);
    assert_err(client_after_get(x, id, &a), ERR_VERSION);
    assert_int_equal(a.second_s, 77);
    client_vault_abort(x);
    free(row);
}

/* ---- what is due, and where ---- */

static const struct dues {
    const char *name, *rule;
    bool offer, holder;
    enum client_desk_state state;
    bool read, granted;
    const char *expected;
} dues[] = {
    {"who asked in acute danger", "R56", false, false, CLIENT_DESK_OPENED, true, true, "weigh:you second:other tell:you"},
    {"who gave in acute danger", "R56", false, true, CLIENT_DESK_OPENED, true, true, "weigh:other second:you"},
    {"who was sent it in acute danger", "R56", true, false, CLIENT_DESK_OPENED, true, true, "weigh:other second:other tell:you"},
    {"who sent it in acute danger", "R56", true, true, CLIENT_DESK_RELEASED, false, true, "weigh:you second:you"},
    {"not read yet", "R56", false, false, CLIENT_DESK_ARRIVED, false, true, "weigh:you second:other tell:you"},
    {"read, and over by now", "R56", false, false, CLIENT_DESK_ENDED, true, true, "weigh:you second:other tell:you"},
    {"never read, and over by now", "R56", false, false, CLIENT_DESK_ENDED, false, true, ""},
    {"not granted", "R56", false, false, CLIENT_DESK_WAITING, false, false, ""},
    {"refused", "R56", false, true, CLIENT_DESK_REFUSED, false, true, ""},
    {"a report to Veilig Thuis, there", "R51", false, false, CLIENT_DESK_OPENED, true, true, "tell:you (defers)"},
    {"a report to Veilig Thuis, here", "R51", false, true, CLIENT_DESK_OPENED, true, true, ""},
    {"an ordinary rule", "R01", false, false, CLIENT_DESK_OPENED, true, true, ""},
    {"a rule that is not in the pack", "R999", false, false, CLIENT_DESK_OPENED, true, true, ""},
};

static void what_is_due(void **state)
{
    struct client_fixture *f = *state;

    for (size_t i = 0; i < sizeof dues / sizeof *dues; i++) {
        const struct dues *row = &dues[i];
        const uint8_t *id = client_shared(f, LEERPLICHT, "acute_danger", row->rule, row->offer);
        struct client_desk d = client_fixture_desk(f, row->holder ? VO : LEERPLICHT, id);

        d.state = (uint8_t) row->state;
        d.opened_s = row->read ? f->now_s : 0;
        d.granted_s = row->granted ? f->now_s : 0;
        assert_row(row->name, dues_of(f, row->holder ? VO : LEERPLICHT, &d), row->expected);
    }
}

/* A section that was asked and not granted asks nothing. */
static void only_what_was_granted(void **state)
{
    struct client_fixture *f = *state;
    struct client_desk d = client_fixture_desk(f, LEERPLICHT, client_shared(f, LEERPLICHT, "acute_danger", "R56", false));

    d.granted = client_fixture_sections("guard");
    assert_string_equal(dues_of(f, LEERPLICHT, &d), "");
    d.granted = client_fixture_sections("ident");
    d.rows.row[0].verdict = POLICY_NEED_EVENT;
    assert_string_equal(dues_of(f, LEERPLICHT, &d), "");
}

/* ---- closing ---- */

/* Which steps were done, and what then happens at the last moment of each. */
static const struct closing {
    const char *name;
    bool offer, weighed, second;
    bool weigh_closes_reader, weigh_closes_holder, eyes_close_both;
} closings[] = {
    {"asked, nothing done", false, false, false, true, false, true},
    {"asked, weighed", false, true, false, false, false, true},
    {"asked, seen", false, false, true, true, false, false},
    {"asked, both", false, true, true, false, false, false},
    {"sent, nothing done", true, false, false, true, true, true},
    {"sent, weighed", true, true, false, false, false, true},
    {"sent, both", true, true, true, false, false, false},
};

static void closes_at(struct client_fixture *f, const struct closing *row, const uint8_t *id, uint64_t end_s, bool reader, bool holder)
{
    (void) row;
    tick(f, LEERPLICHT, end_s - 1);
    tick(f, VO, end_s - 1);
    assert_row(row->name, client_desk_state_name(client_fixture_desk(f, LEERPLICHT, id).state), "opened");
    assert_row(row->name, client_desk_state_name(client_fixture_desk(f, VO, id).state), "opened");
    tick(f, LEERPLICHT, end_s);
    tick(f, VO, end_s);
    assert_row(row->name, client_desk_state_name(client_fixture_desk(f, LEERPLICHT, id).state), reader ? "ended" : "opened");
    assert_row(row->name, client_desk_state_name(client_fixture_desk(f, VO, id).state), holder ? "ended" : "opened");
}

static void what_closes(void **state)
{
    struct client_fixture *f = *state;

    for (size_t i = 0; i < sizeof closings / sizeof *closings; i++) {
        const struct closing *row = &closings[i];
        const struct client_after a = {.weighed_s = row->weighed ? f->now_s : 0, .second_s = row->second ? f->now_s : 0};
        const uint8_t *id = client_shared(f, LEERPLICHT, "acute_danger", "R56", row->offer);

        client_shared_set(f, VO, id, &a);
        client_shared_set(f, LEERPLICHT, id, &a);
        closes_at(f, row, id, f->now_s + DAY_S, row->weigh_closes_reader, row->weigh_closes_holder);
        if (row->weigh_closes_reader)
            continue;
        closes_at(f, row, id, policy_clocks_eyes_end(f->pack, f->now_s), row->eyes_close_both, row->eyes_close_both);
    }
}

/* A node that was off: what the other did may lie in its mailbox. What it had to do itself does not. */
static void when_a_node_starts(void **state)
{
    struct client_fixture *f = *state;
    const struct client_after weighed = {.weighed_s = f->now_s}, seen = {.second_s = f->now_s};
    uint64_t end_s = policy_clocks_eyes_end(f->pack, f->now_s);
    static uint8_t first[PROTO_ID_LEN];
    const uint8_t *second;

    memcpy(first, client_shared(f, LEERPLICHT, "acute_danger", "R56", false), sizeof first);
    client_shared_set(f, LEERPLICHT, first, &weighed);
    second = client_shared(f, LEERPLICHT, "acute_danger", "R56", false);
    client_shared_set(f, LEERPLICHT, second, &seen);
    client_fixture_node(f, LEERPLICHT)->is_starting = true;
    tick(f, LEERPLICHT, end_s);
    assert_state(client_fixture_desk(f, LEERPLICHT, first), CLIENT_DESK_OPENED);
    assert_state(client_fixture_desk(f, LEERPLICHT, second), CLIENT_DESK_ENDED);
    client_fixture_node(f, LEERPLICHT)->is_starting = false;
    tick(f, LEERPLICHT, end_s);
    assert_state(client_fixture_desk(f, LEERPLICHT, first), CLIENT_DESK_ENDED);
    client_fixture_node(f, VO)->is_starting = true;
    tick(f, VO, end_s);
    assert_state(client_fixture_desk(f, VO, first), CLIENT_DESK_ENDED);
}

static bool closes_at_step(struct client_fixture *f, const uint8_t *id)
{
    struct client_node *n = client_fixture_node(f, LEERPLICHT);

    n->upkeep_s = 0;
    client_upkeep_step(n);
    return client_fixture_desk(f, LEERPLICHT, id).state == CLIENT_DESK_ENDED;
}

/* However slowly the mail comes: as long as the hub may have some, what a second person did in time may be in it. */
static void until_a_node_has_its_mail(void **state)
{
    struct client_fixture *f = *state;
    const struct client_after weighed = {.weighed_s = f->now_s};
    const uint8_t *id = client_shared(f, LEERPLICHT, "acute_danger", "R56", false);
    uint64_t end_s = policy_clocks_eyes_end(f->pack, f->now_s);
    struct client_node *n = client_fixture_node(f, LEERPLICHT);
    struct client_hublink *l = n->link;

    client_shared_set(f, LEERPLICHT, id, &weighed);
    if (clock_now_s() < end_s)
        check_shift_clock((long long) (end_s - clock_now_s()) + 60);
    n->began_ms = 0;
    n->has_started = false;
    l->up = false;
    assert_false(closes_at_step(f, id));
    assert_false(closes_at_step(f, id));
    l->up = l->fetching = true;
    l->fetch_sent_ms = clock_mono_ms() - 9000;
    assert_false(closes_at_step(f, id));
    l->fetching = false;    /* it has come, and is being taken in */
    l->fetch_sent_ms = clock_mono_ms() - 10000;
    assert_false(closes_at_step(f, id));
    l->fetching = true;
    assert_true(closes_at_step(f, id));
    l->fetching = l->up = false;
    check_shift_clock(0);
}

static uint64_t pause_after(struct client_node *n, uint64_t ms)
{
    uint64_t from_s = clock_now_s(), pause_s;

    n->has_started = false;
    n->began_ms = clock_mono_ms() - ms;
    n->upkeep_s = 0;
    client_upkeep_step(n);
    pause_s = n->upkeep_s - clock_now_s();
    /* A second that passed meanwhile is none of the pause. */
    return pause_s + (clock_now_s() - from_s);
}

/* Each run is a write: not every five seconds for as long as the hub is away. */
static void a_start_that_waits_runs_no_oftener_than_others(void **state)
{
    struct client_node *n = client_fixture_node(*state, LEERPLICHT);

    n->link->up = false;
    assert_in_range(pause_after(n, 1), 5, 59);
    assert_in_range(pause_after(n, 60 * 1000), 60, 600);
}

/* A hub that is away, or one that always has something, does not keep it open. */
static void a_hub_that_is_away_holds_it_up_for_minutes(void **state)
{
    struct client_fixture *f = *state;
    const struct client_after weighed = {.weighed_s = f->now_s};
    const uint8_t *id = client_shared(f, LEERPLICHT, "acute_danger", "R56", false);
    uint64_t end_s = policy_clocks_eyes_end(f->pack, f->now_s);
    struct client_node *n = client_fixture_node(f, LEERPLICHT);

    client_shared_set(f, LEERPLICHT, id, &weighed);
    if (clock_now_s() < end_s)
        check_shift_clock((long long) (end_s - clock_now_s()) + 60);
    n->has_started = false;
    n->began_ms = clock_mono_ms() - 9 * 60 * 1000;
    assert_false(closes_at_step(f, id));
    n->began_ms = clock_mono_ms() - 10 * 60 * 1000;
    assert_true(closes_at_step(f, id));
    check_shift_clock(0);
}

/* The copy is destroyed, and the holder hears it. */
static void the_copy_goes(void **state)
{
    struct client_fixture *f = *state;
    const uint8_t *id = client_shared(f, LEERPLICHT, "acute_danger", "R56", false);
    struct vault_txn *x = client_fixture_begin(f, LEERPLICHT);
    struct proto_msg m;

    assert_err(client_share_put(x, id, (const uint8_t *) "sealed", 6), OK);
    client_fixture_commit(x);
    tick(f, LEERPLICHT, f->now_s + DAY_S);
    assert_false(client_fixture_has_share(f, LEERPLICHT, id));
    assert_int_equal(client_fixture_waiting(f, LEERPLICHT, PROTO_REPORT, &m), 1);
    assert_int_equal(m.code, PROTO_REPORT_EXPIRED);
    client_fixture_hub(f);
    assert_state(client_fixture_desk(f, VO, id), CLIENT_DESK_ENDED);
}

/* ---- the steps ---- */

static enum err look(struct client_fixture *f, enum client_fixture_person who, const char *option, const uint8_t *id)
{
    char hex[2 * PROTO_ID_LEN + 1];

    client_shared_hex(id, hex);
    return client_fixture_call_as(f, VO, who, "approve", "{'%s':'%s'}", option, hex);
}

static void a_second_person_looks(void **state)
{
    struct client_fixture *f = *state;
    const uint8_t *id = client_shared(f, LEERPLICHT, "acute_danger", "R56", false);

    client_fixture_person(f, VO, &child, "2012-01-01", "g1");
    assert_err(look(f, WORKER, "request", id), ERR_DENIED);
    assert_int_equal(client_shared_after(f, VO, id).second_s, 0);
    assert_err(look(f, SECOND, "request", id), OK);
    assert_non_null(strstr(client_fixture_reply(f), "\"was_shared\":{\"ident\":{"));
    assert_int_not_equal(client_shared_after(f, VO, id).second_s, 0);
    assert_int_equal(client_shared_after(f, LEERPLICHT, id).second_s, 0);
    client_fixture_hub(f);
    assert_int_equal(client_shared_after(f, LEERPLICHT, id).second_s, f->now_s);
    assert_err(look(f, SECOND, "request", id), OK);
    assert_non_null(strstr(client_fixture_reply(f), "\"already\":true"));
    assert_int_equal(client_fixture_waiting(f, VO, PROTO_STATEMENT, NULL), 0);
}

static void a_second_person_looks_at_what_was_sent(void **state)
{
    struct client_fixture *f = *state;
    const uint8_t *id = client_shared(f, LEERPLICHT, "acute_danger", "R56", true);

    assert_err(look(f, SECOND, "offer", id), OK);
    client_fixture_hub(f);
    assert_int_equal(client_shared_after(f, LEERPLICHT, id).second_s, f->now_s);
}

static void nothing_to_look_at(void **state)
{
    struct client_fixture *f = *state;

    assert_err(look(f, SECOND, "request", client_shared(f, LEERPLICHT, "att_enforce", "R01", false)), ERR_STATE);
    assert_err(look(f, SECOND, "offer", client_shared(f, LEERPLICHT, "att_enforce", "R01", true)), ERR_STATE);
}

/* P-079: an approval or weighing that comes in: what it has to be. */
static const struct heard {
    const char *name;
    enum proto_statement_kind kind;
    enum client_fixture_who from;
    bool by_worker, other_digest, other_row, offer, counts;
} heards[] = {
    {"the holder's second person", PROTO_SAY_APPROVAL, VO, false, false, false, false, true},
    {"somebody else of the holder", PROTO_SAY_APPROVAL, VO, true, false, false, false, false},
    {"of other bytes", PROTO_SAY_APPROVAL, VO, false, true, false, false, false},
    {"of another row", PROTO_SAY_APPROVAL, VO, false, false, true, false, false},
    {"a second person of a third", PROTO_SAY_APPROVAL, CJG, false, false, false, false, false},
    {"the sender's weighing of what it sent", PROTO_SAY_WEIGHING, VO, true, false, false, true, true},
    {"the holder's weighing of what it was asked", PROTO_SAY_WEIGHING, VO, true, false, false, false, false},
    {"a third's weighing", PROTO_SAY_WEIGHING, CJG, true, false, false, true, false},
};

static void what_is_heard(void **state)
{
    struct client_fixture *f = *state;

    for (size_t i = 0; i < sizeof heards / sizeof *heards; i++) {
        const struct heard *row = &heards[i];
        const uint8_t *id = client_shared(f, LEERPLICHT, "acute_danger", "R56", row->offer);
        struct client_desk d = client_fixture_desk(f, LEERPLICHT, id);
        struct proto_statement s = client_fixture_say(f, row->kind, row->from, &child, LEERPLICHT, NOBODY);
        struct proto_msg m = client_fixture_msg(f, PROTO_STATEMENT, row->from, LEERPLICHT);
        struct client_after a;

        memcpy(s.refers, id, sizeof s.refers);
        s.refers[5] ^= row->other_row;
        memcpy(s.digest, d.digest, sizeof s.digest);
        s.digest[3] ^= row->other_digest;
        memcpy(s.purpose, d.purpose, sizeof s.purpose);
        m.head.subject = s.subject;
        memcpy(m.head.purpose, s.purpose, sizeof m.head.purpose);
        m.original = client_fixture_sign(f, &s, row->by_worker ? WORKER : SECOND);
        assert_err(client_fixture_mail(f, &m), OK);
        a = client_shared_after(f, LEERPLICHT, id);
        assert_row(row->name, a.second_s != 0 || a.weighed_s != 0 ? "counts" : "does not", row->counts ? "counts" : "does not");
    }
}

/* The log and the holder hear that it was weighed, not what. */
static void weighed_and_told(void **state)
{
    struct client_fixture *f = *state;
    const uint8_t *id = client_shared(f, LEERPLICHT, "acute_danger", "R56", false);
    char hex[2 * PROTO_ID_LEN + 1];
    struct proto_msg m;

    client_shared_hex(id, hex);
    assert_err(client_fixture_call(f, LEERPLICHT, "weigh", "{'request':'%s','answer':['1=a','2=b','3=c','4=d','5=e','6=f','7=g','8=h','9=i',"
        "'10=j','11=k','12=l','13=m','14=n','15=o','16=p','17=q']}", hex), OK);
    assert_int_equal(client_fixture_waiting(f, LEERPLICHT, PROTO_STATEMENT, &m), 1);
    assert_int_not_equal(client_shared_after(f, LEERPLICHT, id).weighed_s, 0);
    assert_int_equal(client_shared_after(f, VO, id).weighed_s, 0);
    client_fixture_hub(f);
    assert_int_equal(client_shared_after(f, VO, id).weighed_s, f->now_s);
}

/* ---- a row as it is shown ---- */

static void shown(void **state)
{
    struct client_fixture *f = *state;
    const uint8_t *id = client_shared(f, LEERPLICHT, "acute_danger", "R56", false);
    char hex[2 * PROTO_ID_LEN + 1];

    client_shared_hex(id, hex);
    assert_err(client_fixture_call(f, LEERPLICHT, "request.show", "{'request':'%s'}", hex), OK);
    assert_non_null(strstr(client_fixture_reply(f), "\"clock\":\"weigh\""));
    assert_non_null(strstr(client_fixture_reply(f), "\"whose\":\"other\",\"text\":\"a second person at the other side looks at it, or access closes\""));
    assert_non_null(strstr(client_fixture_reply(f), "\"next\":\"schakel informed --share "));
    assert_err(client_fixture_call_as(f, VO, SECOND, "request.show", "{'request':'%s'}", hex), OK);
    assert_non_null(strstr(client_fixture_reply(f), "\"next\":\"schakel approve --request "));
    f->trouble.lang = LANG_NL;
    assert_err(client_fixture_call(f, LEERPLICHT, "inbox", "{}"), OK);
    assert_non_null(strstr(client_fixture_reply(f), "leg vast waarom het nodig was, anders stopt de toegang"));
    assert_non_null(strstr(client_fixture_reply(f), "vertel de jongere en de ouders wat u las en waarom"));
    assert_null(strstr(client_fixture_reply(f), "\"kind\":\"second\""));
    assert_err(client_fixture_call_as(f, VO, SECOND, "inbox", "{}"), OK);
    assert_non_null(strstr(client_fixture_reply(f), "\"kind\":\"second\""));
    assert_null(strstr(client_fixture_reply(f), "\"kind\":\"weigh\""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        client_fixture_test(the_record), client_fixture_test(a_broken_record), client_fixture_test(what_is_due),
        client_fixture_test(only_what_was_granted), client_fixture_test(what_closes), client_fixture_test(when_a_node_starts),
        client_fixture_test(a_start_that_waits_runs_no_oftener_than_others),
        client_fixture_test(until_a_node_has_its_mail), client_fixture_test(a_hub_that_is_away_holds_it_up_for_minutes), client_fixture_test(the_copy_goes),
        client_fixture_test(a_second_person_looks), client_fixture_test(a_second_person_looks_at_what_was_sent),
        client_fixture_test(nothing_to_look_at), client_fixture_test(what_is_heard), client_fixture_test(weighed_and_told),
        client_fixture_test(shown),
    };

    child = client_fixture_child(1);
    return cmocka_run_group_tests_name("client/after", tests, NULL, NULL);
}
