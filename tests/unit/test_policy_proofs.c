/*
 * Faults planted in the evaluator, each caught by the invariant that is there for it: a proof that cannot
 * fail proves nothing. And small packs that no fault of the tables alone would give.
 */
#include "tests/support/check.h"

#include "policy/check.h"
#include "policy/consent.h"
#include "tests/support/policy.h"
#include "tests/support/policy_edit.h"

#include <stdio.h>

#define PACK SOURCE_DIR "/policy/packs/nl-jeugd"

static struct policy_pack *pack;
static struct policy_invariants *rows;

/* ---- evaluators with one mistake each ---- */

static void ignores_objections(
    const struct policy_pack *p, const struct policy_facts *f, uint8_t section, struct policy_decision *d)
{
    struct policy_facts g = *f;

    g.restricted = false;
    policy_eval_section(p, &g, section, d);
}

/* As if these had said yes. */
static void believe(const struct policy_pack *p, const struct policy_facts *f, uint8_t section, uint8_t who,
    struct policy_decision *d)
{
    struct policy_facts g = *f;

    g.given |= who;
    policy_eval_section(p, &g, section, d);
}

static void forgets_second_parent(
    const struct policy_pack *p, const struct policy_facts *f, uint8_t section, struct policy_decision *d)
{
    believe(p, f, section, POLICY_WHO_G2, d);
}

static void forgets_young_below_16(
    const struct policy_pack *p, const struct policy_facts *f, uint8_t section, struct policy_decision *d)
{
    believe(p, f, section, f->age_years < 16 ? POLICY_WHO_Y : 0, d);
}

static void takes_parents_for_representative(
    const struct policy_pack *p, const struct policy_facts *f, uint8_t section, struct policy_decision *d)
{
    believe(p, f, section, (f->given & POLICY_WHO_G1) != 0 ? POLICY_WHO_REP : 0, d);
}

static void passes_over_a_guardians_no(
    const struct policy_pack *p, const struct policy_facts *f, uint8_t section, struct policy_decision *d)
{
    struct policy_facts g = *f;

    g.refused &= (uint8_t)~POLICY_WHO_VOOGD;
    policy_eval_section(p, &g, section, d);
}

/* An unknown age is taken for one of sixteen. */
static void guesses_the_age(
    const struct policy_pack *p, const struct policy_facts *f, uint8_t section, struct policy_decision *d)
{
    struct policy_facts g = *f;

    if (!g.hub_view && g.age_years < 0)
        g.age_years = 16;
    policy_eval_section(p, &g, section, d);
}

/* Nobody is known to hold custody, and so nobody is asked. */
static void needs_no_custody(
    const struct policy_pack *p, const struct policy_facts *f, uint8_t section, struct policy_decision *d)
{
    struct policy_facts g = *f;

    if (g.custody == 0) {
        g.custody = POLICY_WHO_G1;
        g.given |= POLICY_WHO_G1;
    }
    policy_eval_section(p, &g, section, d);
}

static void permits_without_a_rule(
    const struct policy_pack *p, const struct policy_facts *f, uint8_t section, struct policy_decision *d)
{
    policy_eval_section(p, f, section, d);
    if (d->reason == POLICY_NOT_IN_MATRIX)
        d->verdict = POLICY_PERMIT;
}

static void forgets_the_ground(
    const struct policy_pack *p, const struct policy_facts *f, uint8_t section, struct policy_decision *d)
{
    policy_eval_section(p, f, section, d);
    d->ground = POLICY_UNKNOWN;
}

static void forgets_the_second_ground(
    const struct policy_pack *p, const struct policy_facts *f, uint8_t section, struct policy_decision *d)
{
    policy_eval_section(p, f, section, d);
    d->ground9 = 0;
}

static void stops_in_the_hub(
    const struct policy_pack *p, const struct policy_facts *f, uint8_t section, struct policy_decision *d)
{
    policy_eval_section(p, f, section, d);
    if (f->hub_view && f->unticked != 0)
        *d = (struct policy_decision){ .verdict = POLICY_NEED_EVENT, .rule = -1 };
}

static void ignores_who_is_recognised(
    const struct policy_pack *p, const struct policy_facts *f, uint8_t section, struct policy_decision *d)
{
    struct policy_facts g = *f;

    g.identifiable = false;
    policy_eval_section(p, &g, section, d);
}

static void lets_everybody_into_the_case(
    const struct policy_pack *p, const struct policy_facts *f, uint8_t section, struct policy_decision *d)
{
    struct policy_facts g = *f;

    g.member = true;
    policy_eval_section(p, &g, section, d);
}

static void does_not_log(
    const struct policy_pack *p, const struct policy_facts *f, uint8_t section, struct policy_decision *d)
{
    policy_eval_section(p, f, section, d);
    d->duties &= ~(uint32_t)POLICY_DUTY_LOG;
}

static void is_confused_by_a_yes(
    const struct policy_pack *p, const struct policy_facts *f, uint8_t section, struct policy_decision *d)
{
    policy_eval_section(p, f, section, d);
    if (f->given == POLICY_WHO_PEOPLE && p->rule[d->rule < 0 ? 0 : d->rule].mode == POLICY_MODE_A)
        *d = (struct policy_decision){ .verdict = POLICY_NEED_CONSENT, .rule = d->rule };
}

/* ---- the same for counting events ---- */

/* The last statement wins. */
static void counts_the_last(const struct policy_pack *p, const struct policy_events_request *r,
    const struct policy_event *list, size_t n, struct policy_facts *f)
{
    policy_events_count(p, r, n == 0 ? list : list + n - 1, n == 0 ? 0 : 1, f);
}

/* Of two of one event the one that waits for a tick spoils the other. */
static void counts_what_waits(const struct policy_pack *p, const struct policy_events_request *r,
    const struct policy_event *list, size_t n, struct policy_facts *f)
{
    struct policy_facts all = *f;

    policy_events_count(p, r, list, n, &all);
    for (size_t i = 0; i < n && n > 1; i++) {
        policy_events_count(p, r, &list[i], 1, f);
        all.events &= ~f->unticked;
    }
    f->events = all.events;
    f->unticked = all.unticked;
}

/* Three statements at once are one too many: only a whole list shows it. */
static void counts_to_two(const struct policy_pack *p, const struct policy_events_request *r,
    const struct policy_event *list, size_t n, struct policy_facts *f)
{
    policy_events_count(p, r, list, n < 2 ? n : 2, f);
}

/* What waits for a tick is forgotten when something else comes. */
static void forgets_what_waits(const struct policy_pack *p, const struct policy_events_request *r,
    const struct policy_event *list, size_t n, struct policy_facts *f)
{
    policy_events_count(p, r, list, n, f);
    f->unticked = n > 1 ? 0 : f->unticked;
}

struct planted {
    const char *caught_by, *what;
    policy_check_decide *decide;
    policy_check_count *count;
};

static const struct planted planted[] = {
    { "objection", "objections are ignored", ignores_objections, NULL },
    { "objection_public_task", "the row says so too", ignores_objections, NULL },
    { "consent_complete", "one of two parents is enough", forgets_second_parent, NULL },
    { "consent_complete", "below 16 the young person is not asked", forgets_young_below_16, NULL },
    { "consent_complete", "a parent speaks for whom a representative must", takes_parents_for_representative,
        NULL },
    { "consent_complete", "a guardian's no does not count", passes_over_a_guardians_no, NULL },
    { "consent_complete", "an unknown age is guessed", guesses_the_age, NULL },
    { "consent_complete", "without anybody with custody nobody is asked", needs_no_custody, NULL },
    { "ground", "permits without a rule", permits_without_a_rule, NULL },
    { "ground", "permits without a ground", forgets_the_ground, NULL },
    { "second_ground", "permits what is special without a second ground", forgets_the_second_ground, NULL },
    { "hub_permits", "the hub stops what waits for a tick", stops_in_the_hub, NULL },
    { "anonymous_is_anonymous", "a text that gives the child away goes out", ignores_who_is_recognised,
        NULL },
    { "case_first", "somebody outside the case gets it", lets_everybody_into_the_case, NULL },
    { "always_logged", "nothing is logged", does_not_log, NULL },
    { "added_fact", "a yes that nobody needs spoils it", is_confused_by_a_yes, NULL },
    { "order", "the last statement wins", NULL, counts_the_last },
    { "order", "what waits for a tick spoils what counts", NULL, counts_what_waits },
    { "order", "what waits for a tick is forgotten", NULL, forgets_what_waits },
    { "order", "only two statements are looked at", NULL, counts_to_two },
};

struct found {
    const char *wanted;
    size_t count, others;
    char row[4096];
};

static void note(void *arg, const struct policy_finding *f)
{
    struct found *found = arg;

    if (strcmp(f->name, found->wanted) != 0) {
        found->others++;
        return;
    }
    found->count++;
    (void)snprintf(found->row, sizeof found->row, "%s", f->row);
}

static void test_planted(void **state)
{
    const struct planted *p = *state;
    struct found found = { .wanted = p->caught_by };
    struct policy_check check = { .pack = pack,
        .invariants = rows,
        .report = note,
        .arg = &found,
        .decide = p->decide,
        .count = p->count };
    struct policy_checked checked;

    assert_err(policy_check_run(&check, &checked), OK);
    assert_int_equal(found.count, 1);
    assert_int_equal(checked.broken, 1 + found.others);
}

/* What an example cannot show as a row of facts it says in words, in both languages. */
static void test_notes(void **state)
{
    static const struct {
        policy_check_decide *decide;
        const char *name, *en, *nl;
    } notes[] = { { stops_in_the_hub, "hub_permits", "permits. the hub answers NEED_EVENT",
                      "toestaat. de hub antwoordt NEED_EVENT" },
        { is_confused_by_a_yes, "added_fact", " without the consent: PERMIT R",
            " zonder de toestemming: PERMIT R" } };

    (void)state;
    for (size_t i = 0; i < sizeof notes / sizeof *notes; i++)
        for (size_t nl = 0; nl < 2; nl++) {
            struct found found = { .wanted = notes[i].name };
            struct policy_check check = { .pack = pack, .invariants = rows, .report = note, .arg = &found,
                .decide = notes[i].decide, .lang = nl == 1 ? LANG_NL : LANG_EN };
            struct policy_checked checked;

            assert_err(policy_check_run(&check, &checked), OK);
            assert_non_null(strstr(found.row, nl == 1 ? notes[i].nl : notes[i].en));
        }
}

/* So many events apart from each other in one rule's company that they cannot be walked through. */
static void test_too_many(void **state)
{
    struct support_policy_texts texts = support_policy_small();
    struct policy_invariants none = { .count = 0 };
    struct found found = { .wanted = "" };
    struct policy_check check = { .invariants = &none, .report = note, .arg = &found };
    struct policy_checked checked = { .points = 7 };
    char events[4096] = "event,meaning,set_by,by_requester,scope,valid_days\n",
         table[4096] =
             "id,requester,purpose,holder,sections,mode,ground,ground9,events,ages,weigh,eyes,inform,days\n";
    struct policy_pack *p = NULL;

    (void)state;
    for (unsigned n = 1; n <= 13; n++) {
        (void)snprintf(events + strlen(events), sizeof events - strlen(events), "E%u,x,po,no,child,\n", n);
        (void)snprintf(table + strlen(table), sizeof table - strlen(table),
            "R%u,leerplicht,help,po,att,A,LAW,,E%u,,no,no,none,1\n", n, n);
        if (n < 12)
            continue;
        texts.text[POLICY_TABLE_EVENTS] = events;
        texts.text[POLICY_TABLE_RULES] = table;
        assert_err(support_policy_load(&texts, LANG_EN, NULL, 0, &p), OK);
        check.pack = p;
        assert_err(policy_check_run(&check, &checked), n == 12 ? OK : ERR_LONG);
        assert_true(checked.points > 4096);
        checked.points = n == 12 ? 100000 : checked.points;
        policy_pack_free(p);
    }
    assert_int_equal(checked.points, 100000);
}

/* Without rows only what is built in is proven. */
static void test_no_rows(void **state)
{
    struct policy_invariants none = { .count = 0 };
    struct found found = { .wanted = "" };
    struct policy_check check = { .pack = pack, .invariants = &none, .report = note, .arg = &found };
    struct policy_checked checked;

    (void)state;
    assert_err(policy_check_run(&check, &checked), OK);
    assert_int_equal(checked.invariants, 10);
    assert_int_equal(checked.broken, 0);
}

int main(void)
{
    static struct check_list list;
    static char name[sizeof planted / sizeof *planted][128];
    int failed;

    pack = support_policy_pack(PACK);
    rows = support_policy_invariants(PACK, pack);
    for (size_t i = 0; i < sizeof planted / sizeof *planted; i++) {
        (void)snprintf(name[i], sizeof name[i], "%s: %s", planted[i].caught_by, planted[i].what);
        check_add(&list, name[i], test_planted, &planted[i]);
    }
    check_add(&list, "what a row cannot say", test_notes, NULL);
    check_add(&list, "too many events", test_too_many, NULL);
    check_add(&list, "without invariants.csv", test_no_rows, NULL);
    failed = check_run(&list, "policy/proofs");
    policy_invariants_free(rows);
    policy_pack_free(pack);
    return failed;
}
