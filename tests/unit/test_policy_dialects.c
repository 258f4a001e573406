/*
 * The tables as spreadsheets write them: every table of the Dutch pack with comma or semicolon, with or without a byte
 * order mark, with LF or CRLF, bare or with every cell in quotes, is the same pack. And the days, numbers and ages that
 * a Dutch spreadsheet makes of ours.
 */
#include "tests/support/check.h"

#include "base/file.h"
#include "policy/cases.h"
#include "policy/files.h"
#include "policy/invariants.h"
#include "tests/support/policy.h"

#include <stdio.h>

#define PACK SOURCE_DIR "/policy/packs/nl-jeugd"

enum { DIALECTS = 32, OTHERS = 3 };

struct text {
    char *data;
    size_t len, cap;
};

static void add(struct text *t, const char *data, size_t len)
{
    if (t->len + len > t->cap) {
        t->cap = 2 * (t->len + len);
        t->data = realloc(t->data, t->cap);
        assert_non_null(t->data);
    }
    memcpy(t->data + t->len, data, len);
    t->len += len;
}

static void add_cell(struct text *t, const char *cell, bool quote)
{
    bool quoted = quote || strpbrk(cell, ",;\"\r\n") != NULL;

    if (quoted)
        add(t, "\"", 1);
    for (; *cell != '\0'; cell++)
        add(t, *cell == '"' ? "\"\"" : cell, *cell == '"' ? 2 : 1);
    if (quoted)
        add(t, "\"", 1);
}

/* The same table in another dialect: bit 0 semicolons, 1 byte order mark, 2 CRLF, 3 quotes, 4 Excel's own first line. */
static struct text rewrite(const uint8_t *data, size_t len, unsigned dialect)
{
    struct text t = { .cap = 0 };
    struct csv *csv = NULL;

    assert_err(csv_read("t", LANG_EN, data, len, NULL, NULL, &csv), OK);
    if ((dialect & 2) != 0)
        add(&t, "\xef\xbb\xbf", 3);
    if ((dialect & 16) != 0)
        add(&t, (dialect & 1) != 0 ? "sep=;\r\n" : "sep=,\r\n", 7);
    for (size_t row = 0; row <= csv_rows(csv); row++) {
        for (size_t i = 0; i < csv_columns(csv); i++) {
            if (i != 0)
                add(&t, (dialect & 1) != 0 ? ";" : ",", 1);
            add_cell(&t, row == 0 ? csv_header(csv, i) : csv_cell(csv, row - 1, i), (dialect & 8) != 0);
        }
        add(&t, (dialect & 4) != 0 ? "\r\n" : "\n", (dialect & 4) != 0 ? 2 : 1);
    }
    csv_drop(csv);
    return t;
}

static void no_mistake(void *arg, const struct trouble *t)
{
    char line[1024];

    (void)arg;
    trouble_line(t, line, sizeof line);
    fail_msg("%s", line);
}

static struct text read_other(const char *name)
{
    struct text t = { .cap = 0 };
    uint8_t *data = NULL;
    char path[512];

    (void)snprintf(path, sizeof path, "%s/%s", PACK, name);
    assert_err(file_read(path, POLICY_TABLE_BYTES_MAX, &data, &t.len, NULL), OK);
    t.data = (char *)data;
    return t;
}

static struct policy_pack *load_in(unsigned dialect)
{
    struct policy_tables tables;
    struct policy_files files;
    struct policy_pack *pack = NULL;
    struct text t[POLICY_TABLES];

    assert_err(policy_files_read(PACK, &files, NULL), OK);
    for (size_t i = 0; i < POLICY_TABLES; i++) {
        t[i] = rewrite(files.data[i], files.len[i], dialect);
        tables.table[i].data = (const uint8_t *)t[i].data;
        tables.table[i].len = t[i].len;
    }
    assert_err(policy_pack_load(&tables, LANG_EN, no_mistake, NULL, &pack), OK);
    for (size_t i = 0; i < POLICY_TABLES; i++)
        free(t[i].data);
    policy_files_free(&files);
    return pack;
}

/* Everything that decides is the same; texts are compared, as they lie elsewhere. */
static void assert_same(struct policy_pack *a, struct policy_pack *b)
{
    assert_int_equal(a->rules, b->rules);
    assert_int_equal(a->parameters, b->parameters);
    for (size_t i = 0; i < a->rules; i++) {
        assert_string_equal(a->rule[i].id, b->rule[i].id);
        b->rule[i].id = a->rule[i].id;
    }
    assert_memory_equal(a->rule, b->rule, a->rules * sizeof *a->rule);
    assert_memory_equal(a->event, b->event, sizeof a->event);
    assert_memory_equal(a->section, b->section, sizeof a->section);
    assert_memory_equal(a->ground, b->ground, sizeof a->ground);
    assert_memory_equal(a->needs_case, b->needs_case, sizeof a->needs_case);
    assert_memory_equal(&a->index, &b->index, sizeof a->index);
    for (enum policy_set set = 0; set < POLICY_SETS; set++) {
        assert_int_equal(a->set[set].count, b->set[set].count);
        for (size_t i = 0; i < a->set[set].count; i++) {
            assert_string_equal(a->set[set].word[i].name, b->set[set].word[i].name);
            assert_string_equal(a->set[set].word[i].meaning, b->set[set].word[i].meaning);
        }
    }
    for (size_t i = 0; i < a->parameters; i++) {
        assert_string_equal(a->parameter[i].name, b->parameter[i].name);
        assert_string_equal(a->parameter[i].source, b->parameter[i].source);
        assert_int_equal(a->parameter[i].value, b->parameter[i].value);
        assert_int_equal(date_compare(a->parameter[i].from, b->parameter[i].from), 0);
    }
}

static void test_dialect(void **state)
{
    const unsigned dialect = *(const unsigned *)*state;
    struct policy_pack *plain = support_policy_pack(PACK), *other = load_in(dialect);
    struct text raw[OTHERS] = { read_other("texts.csv"), read_other("invariants.csv"), read_other("cases.csv") };
    struct text in[OTHERS];
    struct policy_invariants *invariants = NULL;
    struct policy_texts *texts = NULL;
    size_t passed = 0, failed = 0;

    assert_same(plain, other);
    for (size_t i = 0; i < OTHERS; i++)
        in[i] = rewrite((const uint8_t *)raw[i].data, raw[i].len, dialect);
    assert_err(policy_texts_load(
                   other, (const uint8_t *)in[0].data, in[0].len, LANG_EN, no_mistake, NULL, &texts), OK);
    assert_err(policy_invariants_load(
                   other, (const uint8_t *)in[1].data, in[1].len, LANG_EN, no_mistake, NULL, &invariants), OK);
    assert_err(policy_cases_check(&(struct policy_cases_run){ .pack = other, .name = "cases.csv",
                                      .data = (const uint8_t *)in[2].data, .len = in[2].len, .mistake = no_mistake },
                   &passed, &failed), OK);
    assert_int_equal(failed, 0);
    assert_true(passed >= 64);
    for (size_t i = 0; i < OTHERS; i++) {
        free(raw[i].data);
        free(in[i].data);
    }
    policy_texts_free(texts);
    policy_invariants_free(invariants);
    policy_pack_free(plain);
    policy_pack_free(other);
}

/* A mistake has the same place in every dialect but for Excel's first line and the quotes, which take room of their own. */
static void test_place(void **state)
{
    static const char header[] = "section,class,content\nident,S1,name\natt,S9,absence\nneed,S3,\npgn,SX,\n";
    char told[1024], expected[256];
    struct policy_pack *pack = NULL;

    (void)state;
    for (unsigned dialect = 0; dialect < DIALECTS; dialect++) {
        struct support_policy_texts texts = support_policy_small();
        struct text t = rewrite((const uint8_t *)header, sizeof header - 1, dialect);

        add(&t, "", 1);
        texts.text[POLICY_TABLE_SECTIONS] = t.data;
        assert_err(support_policy_load(&texts, LANG_EN, told, sizeof told, &pack), ERR_RANGE);
        (void)snprintf(expected, sizeof expected,
            "sections.csv:%d:%d: class \"S9\": expected one of: S0, S1, S2, S3, S4, SX\n", (dialect & 16) != 0 ? 4 : 3,
            (dialect & 8) != 0 ? 8 : 5);
        assert_string_equal(told, expected);
        free(t.data);
    }
}

/* What a spreadsheet makes of a cell of ours. */
struct cell {
    const char *name;
    enum policy_table_id table;
    const char *from, *to;
};

static const struct cell cells[] = {
    { "a day in Dutch", POLICY_TABLE_PARAMETERS, "2026-08-01", "1-8-2026" },
    { "a day in Dutch with zeros", POLICY_TABLE_PARAMETERS, "2026-08-01", "01-08-2026" },
    { "a number with decimals", POLICY_TABLE_PARAMETERS, "hours,20", "hours,\"20,00\"" },
    { "days of access with a decimal", POLICY_TABLE_RULES, "before,90", "before,\"90,0\"" },
    { "days that an event counts", POLICY_TABLE_EVENTS, "child,90", "child,\"90,0\"" },
    { "ages with dots", POLICY_TABLE_RULES, "-17", "..17" },
    { "ages with dots, from the first", POLICY_TABLE_RULES, "-17", "0..17" },
    { "ages with a dash, from the first", POLICY_TABLE_RULES, "-17", "0-17" },
    { "a row that was emptied", POLICY_TABLE_KINDS, "vo,school", ",,\nvo,school" },
    { "emptied rows at the end", POLICY_TABLE_KINDS, "officer\n", "officer\n,,\n,,\n" },
};

static void test_cell(void **state)
{
    const struct cell *c = *state;
    struct support_policy_texts texts = support_policy_small();
    struct policy_pack *plain = NULL, *other = NULL;
    const char *at = strstr(texts.text[c->table], c->from);
    char changed[2048], told[1024];

    assert_non_null(at);
    assert_null(strstr(at + 1, c->from));
    assert_err(support_policy_load(&texts, LANG_EN, NULL, 0, &plain), OK);
    (void)snprintf(changed, sizeof changed, "%.*s%s%s", (int)(at - texts.text[c->table]), texts.text[c->table], c->to,
        at + strlen(c->from));
    texts.text[c->table] = changed;
    if (support_policy_load(&texts, LANG_EN, told, sizeof told, &other) != OK)
        fail_msg("%s", told);
    /* From 0 or without a first age is the same rule. */
    assert_same(plain, other);
    assert_memory_not_equal(plain->digest, other->digest, POLICY_DIGEST_LEN);
    policy_pack_free(plain);
    policy_pack_free(other);
}

/* Two ages, and what is behind the last dot. */
static void test_ages(void **state)
{
    static const struct {
        const char *cell;
        uint8_t min, max;
    } rows[] = { { "16..22", 16, 22 }, { "16-22", 16, 22 }, { "..17", 0, 17 }, { "-17", 0, 17 },
        { "18..", 18, POLICY_AGE_MAX }, { "18-", 18, POLICY_AGE_MAX }, { "0..0", 0, 0 }, { "120..120", 120, 120 } };
    struct support_policy_texts texts = support_policy_small();
    char rules[1024];

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct policy_pack *pack = NULL;

        (void)snprintf(rules, sizeof rules,
            "id,requester,purpose,holder,sections,mode,ground,ground9,events,ages,weigh,eyes,inform,days\n"
            "R1,po,help,vo,att,A,LAW,,,%s,no,no,none,1\n", rows[i].cell);
        texts.text[POLICY_TABLE_RULES] = rules;
        assert_err(support_policy_load(&texts, LANG_EN, NULL, 0, &pack), OK);
        assert_int_equal(pack->rule[0].age_min, rows[i].min);
        assert_int_equal(pack->rule[0].age_max, rows[i].max);
        policy_pack_free(pack);
    }
}

int main(void)
{
    static struct check_list list;
    static unsigned dialects[DIALECTS];
    static char name[DIALECTS][96];

    for (unsigned i = 0; i < DIALECTS; i++) {
        dialects[i] = i;
        (void)snprintf(name[i], sizeof name[i], "%s, %s, %s, %s%s", (i & 1) != 0 ? "semicolons" : "commas",
            (i & 2) != 0 ? "a mark" : "no mark", (i & 4) != 0 ? "CRLF" : "LF", (i & 8) != 0 ? "quotes" : "bare",
            (i & 16) != 0 ? ", behind a line sep=" : "");
        check_add(&list, name[i], test_dialect, &dialects[i]);
    }
    check_add(&list, "a mistake has its place in every dialect", test_place, NULL);
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++)
        check_add(&list, cells[i].name, test_cell, &cells[i]);
    check_add(&list, "ages with dots and with a dash", test_ages, NULL);
    return check_run(&list, "policy, dialects of tables");
}
