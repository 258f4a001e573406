/* Who must say yes at which age, and when a consent ends. */
#include "tests/support/check.h"

#include "policy/consent.h"

#define Y POLICY_WHO_Y
#define G1 POLICY_WHO_G1
#define G2 POLICY_WHO_G2
#define VOOGD POLICY_WHO_VOOGD
#define REP POLICY_WHO_REP
#define CUSTODY POLICY_WHO_CUSTODY
#define AGE POLICY_WHO_AGE

struct row {
    const char *name;
    int age;
    uint8_t custody;
    bool incapable;
    uint8_t given, refused, required, missing;
    enum policy_consent_state state;
};

static const struct row rows[] = {
    { "0: both parents", 0, G1 | G2, false, G1 | G2, 0, G1 | G2, 0, POLICY_CONSENT_COMPLETE },
    { "11: both parents", 11, G1 | G2, false, G1 | G2, 0, G1 | G2, 0, POLICY_CONSENT_COMPLETE },
    { "11: one of two", 11, G1 | G2, false, G1, 0, G1 | G2, G2, POLICY_CONSENT_INCOMPLETE },
    { "11: the child alone", 11, G1 | G2, false, Y, 0, G1 | G2, G1 | G2, POLICY_CONSENT_INCOMPLETE },
    { "11: sole custody", 11, G2, false, G2, G1, G2, 0, POLICY_CONSENT_COMPLETE },
    { "11: a guardian", 11, VOOGD, false, VOOGD, 0, VOOGD, 0, POLICY_CONSENT_COMPLETE },
    { "11: a guardian before a parent", 11, VOOGD | G1, false, G1, 0, VOOGD, VOOGD,
        POLICY_CONSENT_INCOMPLETE },
    { "11: nobody known", 11, 0, false, Y | G1 | G2 | VOOGD | REP, 0, CUSTODY, CUSTODY,
        POLICY_CONSENT_INCOMPLETE },
    { "12: all three", 12, G1 | G2, false, Y | G1 | G2, 0, Y | G1 | G2, 0, POLICY_CONSENT_COMPLETE },
    { "12: without the young person", 12, G1 | G2, false, G1 | G2, 0, Y | G1 | G2, Y,
        POLICY_CONSENT_INCOMPLETE },
    { "15: all three", 15, G1 | G2, false, Y | G1 | G2, 0, Y | G1 | G2, 0, POLICY_CONSENT_COMPLETE },
    { "15: the young person alone", 15, G1 | G2, false, Y, 0, Y | G1 | G2, G1 | G2,
        POLICY_CONSENT_INCOMPLETE },
    { "15: nobody known", 15, 0, false, Y, 0, Y | CUSTODY, CUSTODY, POLICY_CONSENT_INCOMPLETE },
    { "15: nobody known cannot be given", 15, 0, false, Y | CUSTODY | AGE, 0, Y | CUSTODY, CUSTODY,
        POLICY_CONSENT_INCOMPLETE },
    { "15: nobody known cannot refuse", 15, 0, false, Y, CUSTODY, Y | CUSTODY, CUSTODY,
        POLICY_CONSENT_INCOMPLETE },
    { "16: alone", 16, G1 | G2, false, Y, G1 | G2, Y, 0, POLICY_CONSENT_COMPLETE },
    { "16: parents", 16, G1 | G2, false, G1 | G2, 0, Y, Y, POLICY_CONSENT_INCOMPLETE },
    { "17: alone", 17, 0, false, Y, 0, Y, 0, POLICY_CONSENT_COMPLETE },
    { "18: alone", 18, 0, false, Y, 0, Y, 0, POLICY_CONSENT_COMPLETE },
    { "a required no wins over its yes", 16, 0, false, Y, Y, Y, 0, POLICY_CONSENT_REFUSED },
    { "a required no wins over what is missing", 15, G1 | G2, false, 0, G2, Y | G1 | G2, Y | G1 | G2,
        POLICY_CONSENT_REFUSED },
    { "not able to decide, at 9", 9, G1 | G2, true, REP, G1, REP, 0, POLICY_CONSENT_COMPLETE },
    { "not able to decide, at 40", 40, 0, true, Y, 0, REP, REP, POLICY_CONSENT_INCOMPLETE },
    { "not able to decide, refused", 40, 0, true, 0, REP, REP, REP, POLICY_CONSENT_REFUSED },
    { "age unknown", -1, G1, false, Y | G1, 0, AGE, AGE, POLICY_CONSENT_INCOMPLETE },
    { "age unknown cannot be given", -1, G1, true, 0xff, 0, AGE, AGE, POLICY_CONSENT_INCOMPLETE },
    { "age unknown cannot refuse", -1, G1, false, 0, 0xff, AGE, AGE, POLICY_CONSENT_INCOMPLETE },
};

static void test_row(void **state)
{
    const struct row *r = *state;
    struct policy_facts f = { .age_years = r->age,
        .custody = r->custody,
        .incapable = r->incapable,
        .given = r->given,
        .refused = r->refused };
    struct policy_consent c = policy_consent_check(&f);

    assert_int_equal(policy_consent_required(&f), r->required);
    assert_int_equal(c.required, r->required);
    assert_int_equal(c.missing, r->missing);
    assert_int_equal(c.state, r->state);
}

struct end {
    const char *name, *birth, *given, *asked;
    unsigned months;
    const char *end;
};

static const struct end ends[] = {
    { "as asked", "2015-05-20", "2026-01-10", "2026-03-01", 12, "2026-03-01" },
    { "after twelve months", "2016-05-20", "2026-01-10", "2030-03-01", 12, "2027-01-10" },
    { "after six months over a year's end", "2016-05-20", "2026-09-10", "2030-03-01", 6, "2027-03-10" },
    { "at the 12th birthday", "2014-05-20", "2026-01-10", "2026-12-01", 12, "2026-05-20" },
    { "at the 16th birthday", "2010-05-20", "2026-01-10", "2026-12-01", 12, "2026-05-20" },
    { "at the 18th birthday", "2008-05-20", "2026-01-10", "2026-12-01", 12, "2026-05-20" },
    { "no other birthday", "2009-05-20", "2026-01-10", "2026-12-01", 12, "2026-12-01" },
    { "given on the birthday itself", "2010-05-20", "2026-05-20", "2026-12-01", 12, "2026-12-01" },
    { "given the day before it", "2010-05-20", "2026-05-19", "2026-12-01", 12, "2026-05-20" },
    { "born on 29 February: 18 on 1 March", "2008-02-29", "2026-01-10", "2026-12-01", 12, "2026-03-01" },
    { "given on 29 February", "2000-02-01", "2028-02-29", "2030-12-01", 12, "2029-03-01" },
    { "given on 31 August, six months", "2000-02-01", "2026-08-31", "2030-12-01", 6, "2027-03-01" },
    { "given on 31 October, one month", "2000-02-01", "2026-10-31", "2030-12-01", 1, "2026-12-01" },
    { "given in December, one month", "2000-02-01", "2026-12-31", "2030-12-01", 1, "2027-01-31" },
};

static void test_end(void **state)
{
    const struct end *e = *state;
    struct date birth, given, asked;
    char text[11];

    assert_err(date_parse(e->birth, &birth), OK);
    assert_err(date_parse(e->given, &given), OK);
    assert_err(date_parse(e->asked, &asked), OK);
    date_format(policy_consent_end(birth, given, asked, e->months), text);
    assert_string_equal(text, e->end);
}

int main(void)
{
    static struct check_list list;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        check_add(&list, rows[i].name, test_row, &rows[i]);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        check_add(&list, ends[i].name, test_end, &ends[i]);
    return check_run(&list, "policy/consent");
}
