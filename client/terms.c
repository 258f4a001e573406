#include "client/terms.h"

#include <stddef.h>
#include <string.h>

/* purpose NULL: each. The longest that fits counts. */
static const struct { const char *kind, *purpose; uint8_t years; const char *why; } archive[] = {
    /* The log of who saw what in a care file stays at least five years, and no longer than the file (Stcrt. 2019, 38007). */
    {"jeugdhulp", NULL, 20, "Jeugdwet 7.3.8"},
    {"wijkteam", NULL, 20, "Jeugdwet 7.3.8"},
    {"ggz", NULL, 20, "BW 7:454"},
    {"jgz", NULL, 20, "BW 7:454"},
    {"huisarts", NULL, 20, "BW 7:454"},
    {"gi", NULL, 20, "Jeugdwet 7.3.8"},
    /* The decision on extra support: no term in the law, seven years in the list of the sector. */
    {"swv", "support_alloc", 7, "selectielijst swv"},
};
static const char least_why[] = "BW 3:310, AVG 5(2)";

/* Until the pupil is 19; the regional office for early leavers two years after 23. The words of the pack are the purposes. */
static const struct { const char *kind; uint8_t age; const char *own[4]; } cases[] = {
    {"leerplicht", 19, {"att_followup", "att_enforce", NULL}},
    {"rmc", 25, {"vsv_prevent", "vsv_guidance", "vulnerable_monitor", NULL}},
};

uint32_t client_terms_archive_years(const char *kind, const char *purpose)
{
    uint32_t years = CLIENT_TERMS_LEAST_YEARS;

    for (size_t i = 0; i < sizeof archive / sizeof *archive; i++)
        if (strcmp(archive[i].kind, kind) == 0 && archive[i].years > years
            && (purpose == NULL || archive[i].purpose == NULL || strcmp(archive[i].purpose, purpose) == 0))
            years = archive[i].years;
    return years;
}

const char *client_terms_archive_why(const char *kind)
{
    uint32_t years = client_terms_archive_years(kind, NULL);

    for (size_t i = 0; i < sizeof archive / sizeof *archive; i++)
        if (strcmp(archive[i].kind, kind) == 0 && archive[i].years == years)
            return archive[i].why;
    return least_why;
}

bool client_terms_may_be_over(uint64_t at_s, uint64_t now_s)
{
    const uint64_t least_s = (uint64_t)CLIENT_TERMS_LEAST_YEARS * CLIENT_TERMS_YEAR_S;

    return now_s >= least_s && at_s <= now_s - least_s;
}

uint8_t client_terms_case_age(const char *kind)
{
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (strcmp(cases[i].kind, kind) == 0)
            return cases[i].age;
    return 0;
}

bool client_terms_is_own(const char *kind, const char *purpose)
{
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (size_t k = 0; strcmp(cases[i].kind, kind) == 0 && cases[i].own[k] != NULL; k++)
            if (strcmp(cases[i].own[k], purpose) == 0)
                return true;
    return false;
}
