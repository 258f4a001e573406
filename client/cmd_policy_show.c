#include "client/cmd_policy_show.h"

#include "base/file.h"
#include "client/policy_out.h"
#include "client/policy_page.h"
#include "client/policy_question.h"
#include "policy/files.h"
#include "policy/words.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct page {
    const struct client_policy_question *q;
    const struct policy_sources *sources;
    bool nl;
    FILE *out;
};

static const char *either(const struct page *p, const char *en, const char *nl)
{
    return p->nl ? nl : en;
}

static const char *word(const struct page *p, const char *group, const char *name)
{
    return policy_texts_get(p->q->texts, p->q->tongue.lang, group, name);
}

static const char *name_of(const struct page *p, enum policy_set set, size_t index)
{
    return p->q->pack->set[set].word[index].name;
}

static const char *of_set(const struct page *p, enum policy_set set, size_t index)
{
    static const char *const groups[POLICY_SETS] = { [POLICY_SET_KINDS] = "kind", [POLICY_SET_PURPOSES] = "purpose",
        [POLICY_SET_GROUNDS] = "ground", [POLICY_SET_SECTIONS] = "section", [POLICY_SET_EVENTS] = "event" };

    return word(p, groups[set], name_of(p, set, index));
}

/* ---- cells ---- */

static void open_cell(const struct page *p, const char *label)
{
    (void)fputs("<td data-l=\"", p->out);
    client_policy_page_text(p->out, label);
    (void)fputs("\">", p->out);
}

static bool is_all(const struct page *p, enum policy_set set, uint64_t mask)
{
    return (size_t)__builtin_popcountll(mask) == p->q->pack->set[set].count;
}

static void list_cell(const struct page *p, const char *label, enum policy_set set, uint64_t mask, const char *all)
{
    open_cell(p, label);
    if (is_all(p, set, mask)) {
        client_policy_page_text(p->out, all);
    } else {
        (void)fputs("<ul>", p->out);
        for (size_t i = 0; i < p->q->pack->set[set].count; i++)
            if ((mask >> i & 1) != 0)
                client_policy_page_put(p->out, "li", of_set(p, set, i));
        (void)fputs("</ul>", p->out);
    }
    (void)fputs("</td>", p->out);
}

static void ground_cell(const struct page *p, const struct policy_rule *r)
{
    open_cell(p, either(p, "On which ground", "Op welke grond"));
    if (r->mode == POLICY_MODE_N) {
        (void)fputs("-</td>", p->out);
        return;
    }
    client_policy_page_put(p->out, "p", of_set(p, POLICY_SET_GROUNDS, r->ground));
    if (r->ground9 != '\0')
        (void)fprintf(p->out, "<p>%s%c%s</p>", either(p, "and GDPR 9(2)(", "en AVG 9 lid 2 "), r->ground9, either(p, ")", ""));
    (void)fputs("</td>", p->out);
}

static void ages(const struct page *p, const struct policy_rule *r)
{
    if (!r->has_ages)
        return;
    if (r->age_max >= POLICY_AGE_MAX)
        (void)fprintf(p->out, "<p>%s %u %s</p>", either(p, "Age", "Leeftijd"), r->age_min, either(p, "and older", "en ouder"));
    else if (r->age_min == 0)
        (void)fprintf(p->out, "<p>%s %u</p>", either(p, "Age up to", "Leeftijd tot en met"), r->age_max);
    else
        (void)fprintf(p->out, "<p>%s %u %s %u</p>", either(p, "Age", "Leeftijd"), r->age_min, either(p, "to", "tot en met"),
            r->age_max);
}

static void after_cell(const struct page *p, const struct policy_rule *r)
{
    open_cell(p, either(p, "When", "Wanneer"));
    for (size_t n = 0; n < r->needs; n++) {
        bool first = true;

        (void)fprintf(p->out, "<p>%s", n == 0 ? "" : either(p, "and: ", "en: "));
        for (size_t i = 0; i < p->q->pack->set[POLICY_SET_EVENTS].count; i++) {
            if ((r->need[n] >> i & 1) == 0)
                continue;
            (void)fputs(first ? "" : either(p, " <b>or</b> ", " <b>of</b> "), p->out);
            client_policy_page_text(p->out, of_set(p, POLICY_SET_EVENTS, i));
            first = false;
        }
        (void)fputs("</p>", p->out);
    }
    ages(p, r);
    if (r->needs == 0 && !r->has_ages)
        (void)fprintf(p->out, "<p>%s</p>", either(p, "always", "altijd"));
    (void)fputs("</td>", p->out);
}

static void days_cell(const struct page *p, const struct policy_rule *r)
{
    open_cell(p, either(p, "How long", "Hoe lang"));
    if (r->mode != POLICY_MODE_N)
        (void)fprintf(p->out, "%u %s", r->days, r->days == 1 ? either(p, "day", "dag") : either(p, "days", "dagen"));
    else
        (void)fputc('-', p->out);
    (void)fputs("</td>", p->out);
}

/* The duties of the rule; those of its sections are told once, below the tables. */
static void duty_cell(const struct page *p, const struct policy_rule *r)
{
    open_cell(p, either(p, "What goes with it", "Wat erbij hoort"));
    (void)fputs("<ul>", p->out);
    for (unsigned i = 0; i < POLICY_DUTY_BITS; i++)
        if ((r->duties >> i & 1) != 0)
            client_policy_page_put(p->out, "li", word(p, "duty", policy_words_duty(i)));
    (void)fputs("</ul></td>", p->out);
}

static void source_cell(const struct page *p, size_t rule)
{
    static const char *const sure[POLICY_SURE_ALL][2] = {
        [POLICY_SURE_NO] = { "not looked up yet", "nog niet nagekeken" },
        [POLICY_SURE_PART] = { "a source was found in part", "deels een bron gevonden" },
        [POLICY_SURE_YES] = { "a source was found", "bron gevonden" } };

    open_cell(p, either(p, "Where in the law", "Waar in de wet"));
    if (p->sources == NULL) {
        (void)fputs("-</td>", p->out);
        return;
    }
    client_policy_page_put(p->out, "p", policy_sources_text(p->sources, p->q->tongue.lang, rule));
    client_policy_page_put(p->out, "p", sure[policy_sources_sure(p->sources, rule)][p->nl]);
    (void)fputs("</td>", p->out);
}

/* ---- rows ---- */

static void mark(const struct page *p, const struct policy_rule *r)
{
    static const char *const marks[POLICY_MODES][3] = {
        [POLICY_MODE_N] = { "never", "never", "nooit" },
        [POLICY_MODE_A] = { "allowed", "no consent asked", "zonder toestemming" },
        [POLICY_MODE_C] = { "consent", "with consent", "met toestemming" } };

    (void)fprintf(p->out, " <span class=\"mark %s\">%s</span>", marks[r->mode][0], marks[r->mode][1 + p->nl]);
}

/* What a row is about, for the filter: a-KIND, h-KIND, p-PURPOSE. */
static void filter_words(const struct page *p, const struct policy_rule *r)
{
    (void)fputs("<tr data-f=\"", p->out);
    for (size_t i = 0; i < p->q->pack->set[POLICY_SET_KINDS].count; i++) {
        if ((r->requesters >> i & 1) != 0)
            (void)fprintf(p->out, "a-%s ", name_of(p, POLICY_SET_KINDS, i));
        if ((r->holders >> i & 1) != 0)
            (void)fprintf(p->out, "h-%s ", name_of(p, POLICY_SET_KINDS, i));
    }
    for (size_t i = 0; i < p->q->pack->set[POLICY_SET_PURPOSES].count; i++)
        if ((r->purposes >> i & 1) != 0)
            (void)fprintf(p->out, "p-%s ", name_of(p, POLICY_SET_PURPOSES, i));
    (void)fputs("\">", p->out);
}

static void row(const struct page *p, size_t rule)
{
    const struct policy_rule *r = &p->q->pack->rule[rule];

    filter_words(p, r);
    (void)fprintf(p->out, "<th scope=\"row\" data-l=\"%s\"><span class=\"id\">", either(p, "Rule", "Regel"));
    client_policy_page_text(p->out, r->id);
    (void)fputs("</span>", p->out);
    mark(p, r);
    (void)fputs("</th>", p->out);
    list_cell(p, either(p, "Who gets it", "Wie het krijgt"), POLICY_SET_KINDS, r->requesters, either(p, "anybody", "iedereen"));
    list_cell(p, either(p, "From whom", "Van wie"), POLICY_SET_KINDS, r->holders, either(p, "anybody", "iedereen"));
    list_cell(p, either(p, "What", "Wat"), POLICY_SET_SECTIONS, r->sections, either(p, "everything", "alles"));
    ground_cell(p, r);
    after_cell(p, r);
    days_cell(p, r);
    duty_cell(p, r);
    source_cell(p, rule);
    (void)fputs("</tr>\n", p->out);
}

static void table_head(const struct page *p, const char *caption)
{
    const char *const heads[] = { either(p, "Rule", "Regel"), either(p, "Who gets it", "Wie het krijgt"),
        either(p, "From whom", "Van wie"), either(p, "What", "Wat"), either(p, "On which ground", "Op welke grond"),
        either(p, "When", "Wanneer"), either(p, "How long", "Hoe lang"), either(p, "What goes with it", "Wat erbij hoort"),
        either(p, "Where in the law", "Waar in de wet") };

    (void)fputs("<table class=\"wide\">", p->out);
    client_policy_page_put(p->out, "caption", caption);
    (void)fputs("<thead><tr>", p->out);
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        client_policy_page_put(p->out, "th scope=\"col\"", heads[i]);
    (void)fputs("</tr></thead><tbody>\n", p->out);
}

static bool is_of(const struct page *p, const struct policy_rule *r, bool never, size_t purpose)
{
    bool one = !is_all(p, POLICY_SET_PURPOSES, r->purposes);

    return (r->mode == POLICY_MODE_N) == never && one && (r->purposes >> purpose & 1) != 0;
}

static void table(const struct page *p, bool never, size_t purpose)
{
    const struct policy_pack *pack = p->q->pack;
    bool open = false;

    for (size_t i = 0; i < pack->rules; i++) {
        if (!is_of(p, &pack->rule[i], never, purpose))
            continue;
        if (!open)
            table_head(p, never ? either(p, "What is never shared for this", "Wat hiervoor nooit wordt gedeeld")
                                : either(p, "What can be shared for this", "Wat hiervoor gedeeld kan worden"));
        open = true;
        row(p, i);
    }
    if (open)
        (void)fputs("</tbody></table>\n", p->out);
}

static void every_purpose(const struct page *p)
{
    const struct policy_pack *pack = p->q->pack;

    (void)fprintf(p->out, "<section data-t><h2>%s</h2>\n", either(p, "For every purpose", "Voor elk doel"));
    table_head(p, either(p, "Whatever it is for", "Waar het ook voor is"));
    for (size_t i = 0; i < pack->rules; i++)
        if (is_all(p, POLICY_SET_PURPOSES, pack->rule[i].purposes))
            row(p, i);
    (void)fputs("</tbody></table></section>\n", p->out);
}

/* ---- around the rows ---- */

static void choice(const struct page *p, const char *id, const char *label, enum policy_set set)
{
    (void)fprintf(p->out, "<div><label for=\"f%s\">%s</label><select id=\"f%s\"><option value=\"\">%s</option>", id, label, id,
        either(p, "all", "alle"));
    for (size_t i = 0; i < p->q->pack->set[set].count; i++) {
        (void)fprintf(p->out, "<option value=\"%s-%s\">", id, name_of(p, set, i));
        client_policy_page_text(p->out, of_set(p, set, i));
        (void)fputs("</option>", p->out);
    }
    (void)fputs("</select></div>", p->out);
}

static void intro(const struct page *p)
{
    client_policy_page_put(p->out, "p",
        either(p, "This says who may get which information about a young person, and from whom. What is not here is not "
                  "allowed. Of rules that match, a never comes first; then the first one that needs no consent.",
            "Hier staat wie welke informatie over een jongere mag krijgen, en van wie. Wat hier niet staat, mag niet. "
            "Gelden er meer regels, dan gaat nooit voor; daarna de eerste die geen toestemming vraagt."));
    client_policy_page_put(p->out, "p",
        either(p, "A source that was found says that the rule is there; the numbers of articles are still to be checked by a lawyer.",
            "Een gevonden bron zegt dat de regel er is; de nummers van artikelen moet een jurist nog nakijken."));
    (void)fputs("<form id=\"filter\" hidden>", p->out);
    choice(p, "a", either(p, "Who gets it", "Wie het krijgt"), POLICY_SET_KINDS);
    choice(p, "h", either(p, "From whom", "Van wie"), POLICY_SET_KINDS);
    choice(p, "p", either(p, "What for", "Waarvoor"), POLICY_SET_PURPOSES);
    (void)fprintf(p->out, "<button type=\"reset\">%s</button></form>\n"
        "<p class=\"count\" role=\"status\" aria-live=\"polite\"><span id=\"count\"></span></p>\n",
        either(p, "Show all", "Toon alles"));
}

/* What each kind of information is, how grave, and what goes with it whatever the rule. */
static void sections(const struct page *p)
{
    static const char *const classes[POLICY_CLASSES] = { "S0", "S1", "S2", "S3", "S4", "SX" };
    const struct policy_pack *pack = p->q->pack;

    (void)fprintf(p->out, "<section><h2>%s</h2><table><caption>%s</caption><thead><tr><th scope=\"col\">%s</th>"
        "<th scope=\"col\">%s</th><th scope=\"col\">%s</th></tr></thead><tbody>\n",
        either(p, "Kinds of information", "Soorten informatie"),
        either(p, "How sensitive it is, and what always goes with it", "Hoe gevoelig het is, en wat er altijd bij hoort"),
        either(p, "Information", "Informatie"), either(p, "How sensitive", "Hoe gevoelig"),
        either(p, "What always goes with it", "Wat er altijd bij hoort"));
    for (size_t i = 0; i < pack->set[POLICY_SET_SECTIONS].count; i++) {
        const struct policy_section *s = &pack->section[i];

        (void)fputs("<tr>", p->out);
        client_policy_page_put(p->out, "th scope=\"row\"", of_set(p, POLICY_SET_SECTIONS, i));
        open_cell(p, either(p, "How sensitive", "Hoe gevoelig"));
        client_policy_page_text(p->out, word(p, "class", classes[s->class]));
        (void)fputs("</td>", p->out);
        open_cell(p, either(p, "What always goes with it", "Wat er altijd bij hoort"));
        (void)fputs("<ul>", p->out);
        for (unsigned d = 0; d < POLICY_DUTY_BITS; d++)
            if ((s->duties >> d & 1) != 0)
                client_policy_page_put(p->out, "li", word(p, "duty", policy_words_duty(d)));
        if (s->days_max != 0)
            (void)fprintf(p->out, "<li>%s %u %s</li>", either(p, "At most", "Hooguit"), s->days_max, either(p, "days", "dagen"));
        (void)fputs("</ul></td></tr>\n", p->out);
    }
    (void)fputs("</tbody></table></section>\n", p->out);
}

static void whole(const struct page *p)
{
    const struct policy_words *purposes = &p->q->pack->set[POLICY_SET_PURPOSES];

    intro(p);
    for (size_t i = 0; i < purposes->count; i++) {
        (void)fputs("<section data-t>", p->out);
        client_policy_page_put(p->out, "h2", of_set(p, POLICY_SET_PURPOSES, i));
        table(p, false, i);
        table(p, true, i);
        (void)fputs("</section>\n", p->out);
    }
    every_purpose(p);
    sections(p);
}

static void tell(void *arg, const struct trouble *t)
{
    struct trouble *first = arg;

    if (first != NULL && first->err == OK)
        *first = *t;
}

/* A table that an older pack does not have. */
static enum err sources_of(const char *pack_dir, const struct policy_pack *pack, enum lang lang, struct trouble *t,
    struct policy_sources **out)
{
    char path[PATH_MAX];
    enum err e = file_join(path, sizeof path, pack_dir, "sources.csv");

    if (e != OK || access(path, F_OK) != 0)
        return e;
    return policy_files_sources(pack_dir, pack, lang, tell, t, out);
}

enum err client_cmd_policy_show(const char *pack_dir, enum lang lang, FILE *out, struct trouble *t)
{
    struct client_policy_question q = { .pack = NULL };
    struct policy_sources *sources = NULL;
    struct page p = { .q = &q, .nl = lang == LANG_NL, .out = out };
    enum err e = client_policy_question_pack(&q, pack_dir, lang, t);

    if (e == OK)
        e = sources_of(pack_dir, q.pack, lang, t, &sources);
    if (e == OK) {
        p.sources = sources;
        client_policy_page_open(out, lang, either(&p, "Who may share what", "Wie mag wat delen"), q.pack,
            client_policy_out_is_draft(pack_dir, q.pack));
        whole(&p);
        client_policy_page_close(out, true);
        e = ferror(out) != 0 ? ERR_IO : OK;
    }
    policy_sources_free(sources);
    client_policy_question_close(&q);
    return e;
}

enum err client_cmd_policy_show_put(const char *path, char *text, size_t len, struct trouble *t)
{
    enum err e = OK;

    if (path != NULL)
        e = file_write(path, text, len, 0644, t);
    else if (fwrite(text, 1, len, stdout) != len)
        e = ERR_IO;
    free(text);
    return e;
}

enum err client_cmd_policy_show_run(struct client_run *r)
{
    const char *pack = client_run_text(r, "pack");
    char *text = NULL;
    size_t len = 0;
    FILE *out;
    enum err e;

    if (pack == NULL)
        return client_run_call(r, "policy.show", &r->reply);
    out = open_memstream(&text, &len);
    if (out == NULL)
        return ERR_NOMEM;
    e = client_cmd_policy_show(pack, r->lang, out, r->t);
    if (fclose(out) != 0 && e == OK)
        e = ERR_NOMEM;
    if (e == OK)
        return client_cmd_policy_show_put(client_run_text(r, "out"), text, len, r->t);
    free(text);
    return e;
}
