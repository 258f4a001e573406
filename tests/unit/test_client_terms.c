/* client/terms: how long what is kept, as the law says it. */
#include "tests/support/check.h"

#include "client/terms.h"

/* One row a kind and purpose: years in the archive. */
static void the_archive(void **state)
{
    static const struct { const char *kind, *purpose; uint32_t years; } rows[] = {
        {"vo", "att_followup", 5}, {"leerplicht", "att_enforce", 5}, {"cjg", "youth_help_access", 5}, {"swv", "support_alloc", 7},
        {"swv", "case_support", 5}, {"swv", "", 5}, {"swv", NULL, 7}, {"jeugdhulp", "youth_help_delivery", 20}, {"ggz", "", 20},
        {"jgz", "sick_advice", 20}, {"huisarts", NULL, 20}, {"gi", "protection_order", 20}, {"wijkteam", NULL, 20},
        {"a kind of later", NULL, 5},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(client_terms_archive_years(rows[i].kind, rows[i].purpose), rows[i].years);
}

static void each_with_its_source(void **state)
{
    (void)state;
    assert_string_equal(client_terms_archive_why("vo"), "BW 3:310, AVG 5(2)");
    assert_string_equal(client_terms_archive_why("swv"), "selectielijst swv");
    assert_string_equal(client_terms_archive_why("ggz"), "BW 7:454");
    assert_string_equal(client_terms_archive_why("jeugdhulp"), "Jeugdwet 7.3.8");
}

static void the_age_at_which_a_case_ends(void **state)
{
    (void)state;
    assert_int_equal(client_terms_case_age("leerplicht"), 19);
    assert_int_equal(client_terms_case_age("rmc"), 25);
    assert_int_equal(client_terms_case_age("vo"), 0);
    assert_true(client_terms_is_own("leerplicht", "att_enforce"));
    assert_false(client_terms_is_own("leerplicht", "case_support"));
    assert_true(client_terms_is_own("rmc", "vsv_guidance"));
    assert_false(client_terms_is_own("vo", "att_followup"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_archive), cmocka_unit_test(each_with_its_source), cmocka_unit_test(the_age_at_which_a_case_ends),
    };

    return cmocka_run_group_tests_name("client/terms", tests, NULL, NULL);
}
