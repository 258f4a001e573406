/* "policy show --pack" and "policy register": that all of the pack is there, whole, escaped, and needs nothing from elsewhere. */
#include "tests/support/check.h"

#include "client/cmd_policy_register.h"
#include "client/cmd_policy_show.h"
#include "client/policy_page.h"
#include "tests/support/policy.h"
#include "tests/support/policy_edit.h"

#include "base/csv.h"
#include "base/file.h"
#include <stdio.h>
#include <unistd.h>

#define PACK SOURCE_DIR "/policy/packs/nl-jeugd"

static struct policy_pack *pack;

static void assert_holds(const char *text, const char *part)
{
    if (strstr(text, part) == NULL)
        fail_msg("\"%s\" is not there", part);
}

static void assert_lacks(const char *text, const char *part)
{
    if (strstr(text, part) != NULL)
        fail_msg("\"%s\" is there", part);
}

static size_t count(const char *text, const char *part)
{
    size_t n = 0;

    for (const char *at = text; (at = strstr(at, part)) != NULL; at += strlen(part))
        n++;
    return n;
}

static char *show(enum lang lang)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);

    assert_non_null(out);
    assert_err(client_cmd_policy_show(PACK, lang, out, NULL), OK);
    assert_int_equal(fclose(out), 0);
    assert_int_equal(strlen(text), len);
    return text;
}

static char *enter(const char *kind, const char *controller, bool html, enum lang lang)
{
    struct client_cmd_policy_register reg = { .pack_dir = PACK, .kind = kind, .controller = controller, .html = html, .lang = lang };
    char *text = NULL;
    size_t len = 0;

    reg.out = open_memstream(&text, &len);
    assert_non_null(reg.out);
    assert_err(client_cmd_policy_register(&reg, NULL), OK);
    assert_int_equal(fclose(reg.out), 0);
    return text;
}

static void test_escape(void **state)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);

    (void)state;
    client_policy_page_put(out, "td class=\"x\"", "<b> & \"c\" 'd'");
    assert_int_equal(fclose(out), 0);
    assert_string_equal(text, "<td class=\"x\">&lt;b&gt; &amp; &quot;c&quot; &#39;d&#39;</td>");
    free(text);
}

/* Every tag that is opened is closed. */
static void assert_balanced(const char *text)
{
    static const char *const tags[] = { "html", "head", "body", "main", "section", "table", "thead", "tbody", "tr", "td", "ul",
        "li", "p", "h1", "h2", "form", "select", "option", "button", "span", "style", "header", "caption", "div", "label", "code" };
    char open[16], bare[16], close[16];

    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++) {
        (void)snprintf(open, sizeof open, "<%s ", tags[i]);
        (void)snprintf(bare, sizeof bare, "<%s>", tags[i]);
        (void)snprintf(close, sizeof close, "</%s>", tags[i]);
        if (count(text, open) + count(text, bare) != count(text, close))
            fail_msg("%zu times <%s>, %zu times %s", count(text, open) + count(text, bare), tags[i], count(text, close), close);
    }
}

/* Nothing is fetched from anywhere, and nothing is sent. */
static void assert_alone(const char *text)
{
    static const char *const elsewhere[] = { "http:", "https:", "src=", "@import", "url(", "<link", "<iframe", "fetch(" };

    for (size_t i = 0; i < sizeof elsewhere / sizeof *elsewhere; i++)
        assert_lacks(text, elsewhere[i]);
}

static void test_show(void **state)
{
    char *nl = show(LANG_NL), *en = show(LANG_EN), id[64];

    (void)state;
    for (size_t i = 0; i < pack->rules; i++) {
        bool every = (size_t)__builtin_popcount(pack->rule[i].purposes) == pack->set[POLICY_SET_PURPOSES].count;
        size_t rows = every ? 1 : (size_t)__builtin_popcount(pack->rule[i].purposes);

        (void)snprintf(id, sizeof id, "<span class=\"id\">%s</span>", pack->rule[i].id);
        if (count(nl, id) != rows || count(en, id) != rows)
            fail_msg("rule %s: %zu rows instead of %zu", pack->rule[i].id, count(nl, id), rows);
    }
    assert_holds(nl, "<html lang=\"nl\">");
    assert_holds(en, "<html lang=\"en\">");
    assert_holds(nl, "Leerplichtwet 1969 art. 18, 21a en 22");
    assert_holds(en, "Leerplichtwet 1969 art. 18, 21a and 22");
    assert_holds(en, "(draft: not adopted)");
    assert_holds(en, "<tr data-f=\"h-po h-vo h-so_vso h-mbo a-leerplicht p-att_enforce \">");
    assert_holds(en, "Age up to 17");
    assert_holds(en, "Age 16 to 17");
    assert_holds(en, "report of 16 hours of absence in 4 weeks <b>or</b> not at school");
    assert_balanced(nl);
    assert_balanced(en);
    assert_alone(nl);
    free(nl);
    free(en);
}

static void test_register_csv(void **state)
{
    char *nl = enter(NULL, NULL, false, LANG_NL), *en = enter("vo", "Voorbeeld College; fg@voorbeeld.example", false, LANG_EN);
    struct csv *table = NULL;

    (void)state;
    assert_err(csv_read("nl", LANG_EN, (const uint8_t *)nl, strlen(nl), NULL, NULL, &table), OK);
    assert_int_equal(csv_columns(table), 12);
    assert_true(csv_rows(table) > 200);
    assert_string_equal(csv_header(table, 0), "Soort organisatie");
    for (size_t i = 0; i < csv_rows(table); i++)
        for (size_t c = 0; c < csv_columns(table); c++)
            if (csv_cell(table, i, c)[0] == '\0')
                fail_msg("row %zu, column %zu is empty", i, c);
    csv_drop(table);
    assert_err(csv_read("en", LANG_EN, (const uint8_t *)en, strlen(en), NULL, NULL, &table), OK);
    for (size_t i = 0; i < csv_rows(table); i++) {
        assert_string_equal(csv_cell(table, i, 0), "secondary school");
        assert_string_equal(csv_cell(table, i, 1), "Voorbeeld College; fg@voorbeeld.example");
    }
    /* Help after a report: what a school receives, and what it gives. */
    assert_string_equal(csv_cell(table, 0, 3), "receiving");
    assert_string_equal(csv_cell(table, 0, 11), "R09 R34 R64 R77");
    assert_string_equal(csv_cell(table, 0, 9), "access at most 90 days, then the program destroys the copy; log and weighing 5 years");
    assert_string_equal(csv_cell(table, 1, 3), "giving");
    assert_string_equal(csv_cell(table, 1, 11), "R02 R03 R78");
    assert_string_equal(csv_cell(table, 1, 8), "legal duty (GDPR 6(1)(c)); public task (GDPR 6(1)(e))");
    csv_drop(table);
    assert_lacks(en, "numbers, hidden below 5");
    free(nl);
    free(en);
}

static void test_register_html(void **state)
{
    char *text = enter("ggz", "A & B", true, LANG_NL);

    (void)state;
    assert_balanced(text);
    assert_alone(text);
    assert_holds(text, "A &amp; B");
    assert_holds(text, "een deel is alleen te lezen en wordt niet bewaard");
    assert_lacks(text, "<script");
    free(text);
}

static void test_mistakes(void **state)
{
    struct client_cmd_policy_register reg = { .pack_dir = PACK, .kind = "bakker" };
    char folder[] = "/tmp/schakel-check-XXXXXX", *text = NULL, path[128];
    struct trouble t = { .lang = LANG_EN }, missing = { .lang = LANG_EN };
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);

    (void)state;
    reg.out = out;
    assert_err(client_cmd_policy_register(&reg, &t), ERR_NOTFOUND);
    assert_string_equal(t.where, "--kind");
    assert_err(client_cmd_policy_show(SOURCE_DIR "/policy", LANG_EN, out, NULL), ERR_NOTFOUND);
    assert_non_null(mkdtemp(folder));
    support_policy_copy(PACK, folder, NULL);
    assert_err(client_cmd_policy_show(folder, LANG_EN, out, &missing), ERR_NOTFOUND);
    assert_non_null(strstr(missing.where, "texts.csv"));
    assert_int_equal(fclose(out), 0);
    assert_int_equal(len, 0);
    free(text);
    (void)snprintf(path, sizeof path, "%s/page.html", folder);
    assert_err(client_cmd_policy_show_put(path, strdup("page"), 4, NULL), OK);
    assert_int_equal(access(path, R_OK), 0);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(support_policy_remove(folder), 0);
}

int main(void)
{
    static struct check_list list;
    int failed;

    pack = support_policy_pack(PACK);
    check_add(&list, "text is escaped", test_escape, NULL);
    check_add(&list, "the matrix has every rule under every purpose", test_show, NULL);
    check_add(&list, "the register as a table", test_register_csv, NULL);
    check_add(&list, "the register as a page", test_register_html, NULL);
    check_add(&list, "mistakes, and nothing half written", test_mistakes, NULL);
    failed = check_run(&list, "client/policy_page");
    policy_pack_free(pack);
    return failed;
}
