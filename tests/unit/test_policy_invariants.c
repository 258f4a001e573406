/* The table of invariants: what its cells mean, and every kind of mistake with its place. */
#include "tests/support/check.h"

#include "policy/check.h"
#include "tests/support/policy.h"
#include "tests/support/policy_edit.h"

#include <sodium.h>
#include <stdio.h>

#define PACK SOURCE_DIR "/policy/packs/nl-jeugd"
#define HEADER "name,statement,asker,purpose,holder,sections,grounds,ages,events,when,value,unless,nl,en\n"

static struct policy_pack *pack;

struct told {
    char text[4096];
};

static void tell(void *arg, const struct trouble *t)
{
    struct told *told = arg;
    char line[1024];

    trouble_line(t, line, sizeof line);
    (void)snprintf(told->text + strlen(told->text), sizeof told->text - strlen(told->text), "%s\n", line);
}

/* From a block of exactly its size. */
static enum err load(const char *table, enum lang lang, struct told *told, struct policy_invariants **out)
{
    size_t len = table == NULL ? 0 : strlen(table);
    uint8_t *data = table == NULL ? NULL : check_exact(table, len);
    enum err e;

    told->text[0] = '\0';
    e = policy_invariants_load(pack, data, len, lang, tell, told, out);
    free(data);
    return e;
}

static uint64_t bit(enum policy_set set, const char *name)
{
    uint8_t i = policy_pack_find(pack, set, name);

    assert_int_not_equal(i, POLICY_UNKNOWN);
    return UINT64_C(1) << i;
}

static void test_cells(void **state)
{
    static const char table[] = HEADER
        "one,never,po SCHOOL,NOT att_enforce,ANY,ident att,CONSENT LAW_DUTY,-17,NONE,alone nomember,,R01 "
        "R80,ja,yes\n"
        "two,duty,,,,NOT pgn,,18-,NOT CASE,restricted identifiable unweighed unapproved,log officer,,ja,yes\n"
        "three,days,NOT SCHOOL vrijwilliger,,,,,,,,30,,ja,yes\n"
        "four,apart,leerplicht,case_support,,,,,,,NOT case_support,,ja,yes\n"
        "five,consent,,,,,,16-22,VZM LRV,,,,ja,yes\n";
    struct policy_invariants *v = NULL;
    struct told told;
    uint64_t school = bit(POLICY_SET_KINDS, "po") | bit(POLICY_SET_KINDS, "vo")
        | bit(POLICY_SET_KINDS, "so_vso") | bit(POLICY_SET_KINDS, "mbo");
    uint8_t digest[32];

    (void)state;
    assert_err(load(table, LANG_EN, &told, &v), OK);
    assert_string_equal(told.text, "");
    assert_int_equal(v->count, 5);
    assert_string_equal(v->row[0].name, "one");
    assert_string_equal(v->row[0].text[LANG_EN], "yes");
    assert_string_equal(v->row[0].text[LANG_NL], "ja");
    assert_int_equal(v->row[0].line, 2);
    assert_int_equal(v->row[0].statement, POLICY_STATES_NEVER);
    assert_int_equal(v->row[0].askers, school);
    assert_int_equal(v->row[0].purposes, ((1 << 23) - 1) & ~bit(POLICY_SET_PURPOSES, "att_enforce"));
    assert_int_equal(v->row[0].holders, (1 << 26) - 1);
    assert_int_equal(v->row[0].sections, bit(POLICY_SET_SECTIONS, "ident") | bit(POLICY_SET_SECTIONS, "att"));
    assert_int_equal(
        v->row[0].grounds, bit(POLICY_SET_GROUNDS, "CONSENT") | bit(POLICY_SET_GROUNDS, "LAW_DUTY"));
    assert_true(v->row[0].has_ages);
    assert_int_equal(v->row[0].age_min, 0);
    assert_int_equal(v->row[0].age_max, 17);
    assert_int_equal(v->row[0].events, 0);
    assert_int_equal(v->row[0].when, POLICY_WHEN_ALONE | POLICY_WHEN_NOMEMBER);
    assert_int_equal(v->row[0].unless[0], 1);
    assert_int_equal(v->row[0].unless[1], UINT64_C(1) << (policy_pack_rule(pack, "R80") - 64));
    assert_int_equal(v->row[1].statement, POLICY_STATES_DUTY);
    assert_int_equal(v->row[1].sections, ((UINT64_C(1) << 34) - 1) & ~bit(POLICY_SET_SECTIONS, "pgn"));
    assert_int_equal(v->row[1].events, ((UINT64_C(1) << 35) - 1) & ~bit(POLICY_SET_EVENTS, "CASE"));
    assert_int_equal(v->row[1].when, POLICY_WHEN_RESTRICTED | POLICY_WHEN_IDENTIFIABLE | POLICY_WHEN_UNWEIGHED
            | POLICY_WHEN_UNAPPROVED);
    assert_int_equal(v->row[1].duties, POLICY_DUTY_LOG | POLICY_DUTY_OFFICER);
    assert_int_equal(v->row[2].statement, POLICY_STATES_DAYS);
    assert_int_equal(v->row[2].days, 30);
    assert_int_equal(v->row[2].askers, ((1 << 26) - 1) & ~school & ~bit(POLICY_SET_KINDS, "vrijwilliger"));
    assert_false(v->row[2].has_ages);
    assert_int_equal(v->row[3].statement, POLICY_STATES_APART);
    assert_int_equal(v->row[3].others, ((1 << 23) - 1) & ~bit(POLICY_SET_PURPOSES, "case_support"));
    assert_int_equal(v->row[4].statement, POLICY_STATES_CONSENT);
    assert_int_equal(v->row[4].age_max, 22);
    crypto_hash_sha256(digest, (const uint8_t *)table, strlen(table));
    assert_memory_equal(v->digest, digest, sizeof digest);
    policy_invariants_free(v);
    policy_invariants_free(NULL);
}

/* A full set has no bit to spare. */
static void test_full_set(void **state)
{
    struct support_policy_texts texts = support_policy_small();
    char table[4096] = "section,class,content\nident,S1,x\natt,S2,x\npgn,SX,x\n";
    struct policy_pack *dutch = pack, *p = NULL;
    struct policy_invariants *v = NULL;
    struct told told;

    (void)state;
    for (unsigned i = 3; i < 64; i++)
        (void)snprintf(table + strlen(table), sizeof table - strlen(table), "s%u,S2,x\n", i);
    texts.text[POLICY_TABLE_SECTIONS] = table;
    assert_err(support_policy_load(&texts, LANG_EN, NULL, 0, &p), OK);
    pack = p;
    assert_err(load(HEADER "one,never,,,,NOT ident,,,,,,,ja,yes\n", LANG_EN, &told, &v), OK);
    assert_int_equal(v->row[0].sections, ~UINT64_C(1));
    policy_invariants_free(v);
    policy_pack_free(p);
    pack = dutch;
}

static void keep_row(void *arg, const struct policy_finding *f)
{
    (void)snprintf(arg, 4096, "%s", f->row);
}

/* Ages that no rule names are walked through too, when a row names them. */
static void test_ages_of_a_row(void **state)
{
    static const char *const ages[] = { "20-", "-11", "13-14" };
    static const char *const found[] = { ",rmc,vsv_guidance,po,ident,20,,VSV,,,PERMIT,R27,",
        ",leerplicht,att_followup,po,ident,0,,VZM,,,PERMIT,R02,",
        ",leerplicht,att_followup,po,ident,13,,VZM,,,PERMIT,R02," };
    char table[512], row[4096];

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct policy_invariants *v = NULL;
        struct policy_check check = { .pack = pack, .report = keep_row, .arg = row };
        struct policy_checked checked;
        struct told told;

        (void)snprintf(table, sizeof table, HEADER "one,never,rmc leerplicht,%s,,ident,,%s,,,,,ja,yes\n",
            i == 0 ? "vsv_guidance" : "att_followup", ages[i]);
        assert_err(load(table, LANG_EN, &told, &v), OK);
        check.invariants = v;
        assert_err(policy_check_run(&check, &checked), OK);
        assert_int_equal(checked.broken, 1);
        assert_non_null(strstr(row, found[i]));
        policy_invariants_free(v);
    }
}

/* Rows of apart look only at what they name: asker, holder, sections and the two sets of purposes. */
static void test_apart(void **state)
{
    static const struct {
        const char *row;
        size_t broken;
    } apart[] = { { "swv,support_alloc,SCHOOL,need", 1 }, { "swv,support_alloc,vo mbo,need", 1 },
        { "swv,support_alloc,gi,need", 0 }, { "leerplicht,support_alloc,,need", 0 },
        { "swv,support_alloc,,tlv", 0 }, { "swv,case_support,,need", 0 } };
    char table[512], row[4096];

    (void)state;
    for (size_t i = 0; i < sizeof apart / sizeof *apart; i++) {
        struct policy_invariants *v = NULL;
        struct policy_check check = { .pack = pack, .report = keep_row, .arg = row };
        struct policy_checked checked;
        struct told told;

        (void)snprintf(table, sizeof table, HEADER "one,apart,%s,,,,,return_plan,,ja,yes\n", apart[i].row);
        assert_err(load(table, LANG_EN, &told, &v), OK);
        check.invariants = v;
        assert_err(policy_check_run(&check, &checked), OK);
        assert_int_equal(checked.broken, apart[i].broken);
        if (apart[i].broken != 0)
            assert_non_null(strstr(row, "one,swv,return_plan,"));
        if (apart[i].broken != 0)
            assert_non_null(strstr(row, ",yes support_alloc"));
        policy_invariants_free(v);
    }
}

struct mistake {
    const char *name, *row;  /* NULL: no table */
    enum err err;
    const char *told;
};

static const struct mistake mistakes[] = {
    { "no table", NULL, ERR_NOTFOUND, "invariants.csv: this table is missing\n" },
    { "a name in capitals", "One,never,,,,,,,,,,,ja,yes", ERR_SYNTAX,
        "invariants.csv:2:1: name \"One\": expected a name of small letters, digits and _, a letter first, "
        "at most 31\n" },
    { "a name twice", "one,never,,,,,,,,,,,ja,yes\none,never,,,,,,,,,,,ja,yes", ERR_EXISTS,
        "invariants.csv:3:1: name \"one\": expected a name that is not there already\n" },
    { "another statement", "one,always,,,,,,,,,,,ja,yes", ERR_RANGE,
        "invariants.csv:2:5: statement \"always\": expected one of: never, consent, duty, days, apart\n" },
    { "an unknown kind", "one,never,po xx,,,,,,,,,,ja,yes", ERR_NOTFOUND,
        "invariants.csv:2:14: asker \"xx\": expected names of the pack, NONE, or NOT and the names that are "
        "left out\n" },
    { "an unknown purpose", "one,never,,xx,,,,,,,,,ja,yes", ERR_NOTFOUND,
        "invariants.csv:2:12: purpose \"xx\": expected names of the pack, NONE, or NOT and the names that "
        "are left out\n" },
    { "NOT in the middle", "one,never,,,po NOT vo,,,,,,,,ja,yes", ERR_NOTFOUND,
        "invariants.csv:2:16: holder \"NOT\": expected names of the pack, NONE, or NOT and the names that "
        "are left out\n" },
    { "a group of sections", "one,never,,,,SCHOOL,,,,,,,ja,yes", ERR_NOTFOUND,
        "invariants.csv:2:14: sections \"SCHOOL\": expected names of the pack, NONE, or NOT and the names "
        "that are left "
        "out\n" },
    { "ages that are none", "one,never,,,,,,17,,,,,ja,yes", ERR_RANGE,
        "invariants.csv:2:16: ages \"17\": expected ages as 16..22, ..17 or 18.., or nothing for all\n" },
    { "an unknown flag", "one,never,,,,,,,,alone weighed,,,ja,yes", ERR_RANGE,
        "invariants.csv:2:24: when \"weighed\": expected nomember, restricted, identifiable, unweighed, "
        "unapproved or "
        "alone\n" },
    { "an unknown rule", "one,never,,,,,,,,,,R01 R999,ja,yes", ERR_NOTFOUND,
        "invariants.csv:2:24: unless \"R999\": expected rules of rules.csv\n" },
    { "a value after never", "one,never,,,,,,,,,3,,ja,yes", ERR_RANGE,
        "invariants.csv:2:19: value \"3\": expected duties, days or purposes after duty, days or apart; "
        "nothing after never "
        "and consent\n" },
    { "no value after days", "one,days,,,,,,,,,,,ja,yes", ERR_SHORT,
        "invariants.csv:2:18: value \"\": expected duties, days or purposes after duty, days or apart; "
        "nothing after never "
        "and consent\n" },
    { "days that are none", "one,days,,,,,,,,,367,,ja,yes", ERR_RANGE,
        "invariants.csv:2:18: value \"367\": expected a whole number from 1 to 366\n" },
    { "an unknown duty", "one,duty,,,,,,,,,log pray,,ja,yes", ERR_NOTFOUND,
        "invariants.csv:2:22: value \"pray\": expected duties such as weigh_asker, eyes_holder or "
        "officer\n" },
    { "an unknown purpose after apart", "one,apart,,,,,,,,,xx,,ja,yes", ERR_NOTFOUND,
        "invariants.csv:2:19: value \"xx\": expected names of the pack, NONE, or NOT and the names that are "
        "left out\n" },
    { "apart of a part of the facts", "one,apart,,,,,CONSENT,-17,VZM,alone,att_enforce,R01,ja,yes", ERR_RANGE,
        "invariants.csv:2:15: grounds \"CONSENT\": expected nothing in a row of apart\n"
        "invariants.csv:2:23: ages \"-17\": expected nothing in a row of apart\n"
        "invariants.csv:2:27: events \"VZM\": expected nothing in a row of apart\n"
        "invariants.csv:2:31: when \"alone\": expected nothing in a row of apart\n"
        "invariants.csv:2:49: unless \"R01\": expected nothing in a row of apart\n" },
    { "no text in Dutch", "one,never,,,,,,,,,,,,yes", ERR_SHORT,
        "invariants.csv:2:21: nl \"\": expected a sentence of at most 240 bytes\n" },
    { "no text in English", "one,never,,,,,,,,,,,ja,", ERR_SHORT,
        "invariants.csv:2:24: en \"\": expected a sentence of at most 240 bytes\n" },
};

static void test_mistake(void **state)
{
    const struct mistake *m = *state;
    struct policy_invariants *v = NULL;
    struct told told;
    char table[1024];

    (void)snprintf(table, sizeof table, HEADER "%s\n", m->row == NULL ? "" : m->row);
    assert_err(load(m->row == NULL ? NULL : table, LANG_EN, &told, &v), m->err);
    assert_string_equal(told.text, m->told);
    assert_null(v);
}

static void test_header(void **state)
{
    struct policy_invariants *v = NULL;
    struct told told;

    (void)state;
    assert_err(load("name,statement\n", LANG_EN, &told, &v), ERR_SYNTAX);
    assert_non_null(strstr(told.text, "invariants.csv:1:1: column \"asker\" is missing\n"));
    assert_null(v);
    assert_err(load(HEADER "one,always,,,,,,,,,,,ja,yes\n", LANG_NL, &told, &v), ERR_RANGE);
    assert_string_equal(told.text,
        "invariants.csv:2:5: statement \"always\": verwacht wordt een van: never, consent, duty, days, "
        "apart\n");
    assert_err(policy_invariants_load(pack, NULL, 0, LANG_EN, NULL, NULL, &v), ERR_NOTFOUND);
}

static void test_long_text(void **state)
{
    struct policy_invariants *v = NULL;
    struct told told;
    char text[POLICY_INVARIANT_TEXT_MAX + 2], table[1024];

    (void)state;
    memset(text, 'a', sizeof text);
    for (size_t len = POLICY_INVARIANT_TEXT_MAX; len <= POLICY_INVARIANT_TEXT_MAX + 1; len++) {
        (void)snprintf(table, sizeof table, HEADER "one,never,,,,,,,,,,,%.*s,yes\n", (int)len, text);
        assert_err(load(table, LANG_EN, &told, &v), len == POLICY_INVARIANT_TEXT_MAX ? OK : ERR_SHORT);
    }
    policy_invariants_free(v);
}

static void test_too_many_rows(void **state)
{
    struct policy_invariants *v = NULL;
    struct told told;
    char table[8192] = HEADER;

    (void)state;
    for (unsigned i = 0; i <= POLICY_INVARIANTS_MAX; i++) {
        (void)snprintf(
            table + strlen(table), sizeof table - strlen(table), "n%u,never,,,,,,,,,,,ja,yes\n", i);
        if (i + 1 < POLICY_INVARIANTS_MAX)
            continue;
        assert_err(load(table, LANG_EN, &told, &v), i < POLICY_INVARIANTS_MAX ? OK : ERR_LONG);
        if (i < POLICY_INVARIANTS_MAX)
            policy_invariants_free(v);
    }
    assert_string_equal(told.text, "invariants.csv:66:1: name \"n64\": expected no more rows: at most 64\n");
}

/* What a region may not lose. Whoever takes one of these out must do so here too. */
static void test_those_of_the_pack(void **state)
{
    static const char *const names[] = { "citizen_number", "talk_content", "support_is_no_enforcement",
        "enforcement_reported", "no_enforcement_from_18", "statistics_counts", "break_glass_days",
        "break_glass_sections", "break_glass_askers", "break_glass_holders", "break_glass_afterwards",
        "nobody_opens_alone", "objection_public_task", "objection_consent", "case_first", "secrets_weighed",
        "right_to_report", "known_consent", "always_logged", "purpose_bound" };
    struct policy_invariants *v = support_policy_invariants(PACK, pack);
    size_t found;

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        found = 0;
        for (size_t j = 0; j < v->count; j++)
            found += strcmp(v->row[j].name, names[i]) == 0;
        if (found != 1)
            fail_msg("%s is not in invariants.csv", names[i]);
    }
    policy_invariants_free(v);
}

int main(void)
{
    static struct check_list list;
    int failed;

    pack = support_policy_pack(PACK);
    check_add(&list, "what cells mean", test_cells, NULL);
    check_add(&list, "a full set", test_full_set, NULL);
    check_add(&list, "ages of a row", test_ages_of_a_row, NULL);
    check_add(&list, "rows of apart", test_apart, NULL);
    check_add(&list, "header and language", test_header, NULL);
    check_add(&list, "a long text", test_long_text, NULL);
    check_add(&list, "too many rows", test_too_many_rows, NULL);
    check_add(&list, "what the Dutch pack must keep", test_those_of_the_pack, NULL);
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++)
        check_add(&list, mistakes[i].name, test_mistake, &mistakes[i]);
    failed = check_run(&list, "policy/invariants");
    policy_pack_free(pack);
    return failed;
}
