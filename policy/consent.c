#include "policy/consent.h"

/* The ages at which somebody else decides, and a consent given before ends. */
enum { WITH_YOUNG_PERSON = 12, YOUNG_PERSON_ALONE = 16, ADULT = 18 };

/* A guardian takes the place of the parents. */
static uint8_t custodians(uint8_t custody)
{
    uint8_t parents = custody & (POLICY_WHO_G1 | POLICY_WHO_G2);

    if ((custody & POLICY_WHO_VOOGD) != 0)
        return POLICY_WHO_VOOGD;
    return parents != 0 ? parents : POLICY_WHO_CUSTODY;
}

uint8_t policy_consent_required(const struct policy_facts *facts)
{
    if (facts->age_years < 0)
        return POLICY_WHO_AGE;
    if (facts->incapable)
        return POLICY_WHO_REP;
    if (facts->age_years >= YOUNG_PERSON_ALONE)
        return POLICY_WHO_Y;
    if (facts->age_years >= WITH_YOUNG_PERSON)
        return (uint8_t)(POLICY_WHO_Y | custodians(facts->custody));
    return custodians(facts->custody);
}

struct policy_consent policy_consent_check(const struct policy_facts *facts)
{
    struct policy_consent c = { .required = policy_consent_required(facts) };

    /* What is not known is nobody's yes, whatever the masks say. */
    c.missing = (uint8_t)(c.required & ~(facts->given & POLICY_WHO_PEOPLE));
    if ((c.required & facts->refused & POLICY_WHO_PEOPLE) != 0)
        c.state = POLICY_CONSENT_REFUSED;
    else if (c.missing == 0)
        c.state = POLICY_CONSENT_COMPLETE;
    return c;
}

static struct date earlier(struct date a, struct date b)
{
    return date_compare(a, b) < 0 ? a : b;
}

/* Months later; a day that this month does not have becomes the first of the next. */
static struct date add_months(struct date d, unsigned months)
{
    int total = d.year * 12 + d.month - 1 + (int)months;
    struct date same = date_add_days((struct date){ total / 12, total % 12 + 1, 1 }, d.day - 1);

    if (same.day != d.day)
        same.day = 1;
    return same;
}

struct date policy_consent_end(struct date birth, struct date given, struct date asked, unsigned max_months)
{
    static const unsigned birthdays[] = { WITH_YOUNG_PERSON, YOUNG_PERSON_ALONE, ADULT };
    struct date end = earlier(asked, add_months(given, max_months)), birthday;

    for (size_t i = 0; i < sizeof birthdays / sizeof *birthdays; i++) {
        birthday = add_months(birth, birthdays[i] * 12);
        if (date_compare(birthday, given) > 0)
            end = earlier(end, birthday);
    }
    return end;
}
