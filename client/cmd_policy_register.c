#include "client/cmd_policy_register.h"

#include "base/csv.h"
#include "client/cmd_policy_show.h"
#include "client/policy_out.h"
#include "client/policy_page.h"
#include "client/policy_question.h"
#include "policy/duty.h"

#include <stdlib.h>
#include <string.h>

const struct client_opt client_cmd_policy_register_opts[] = {
    { .name = "pack", .type = CLIENT_OPT_TEXT, .required = true, .value = "DIR",
        .help = { "the folder of the pack; a draft will do", "de map van het pakket; een concept mag ook" } },
    { .name = "kind", .type = CLIENT_OPT_TEXT, .value = "KIND",
        .help = { "of this kind of partner; else of all", "van deze soort partner; anders van alle" } },
    { .name = "controller", .type = CLIENT_OPT_TEXT, .value = "TEXT",
        .help = { "name and contact of the controller and of its data protection officer",
            "naam en contact van de verwerkingsverantwoordelijke en van de functionaris gegevensbescherming" } },
    { .name = "html", .type = CLIENT_OPT_FLAG,
        .help = { "a page to print; else a table (CSV)", "een pagina om te printen; anders een tabel (CSV)" } },
    { .name = "out", .type = CLIENT_OPT_TEXT, .value = "FILE", .help = { "write it here", "schrijf het hierheen" } },
    { .name = NULL },
};

enum { PARTNER, CONTROLLER, PURPOSE, ACTIVITY, PEOPLE, DATA, OTHERS, ABROAD, GROUNDS, TERM, SECURITY, RULES, COLUMNS };
enum { CELL_MAX = 8192 };

static const char *const heads[COLUMNS][2] = {
    [PARTNER] = { "Kind of organisation", "Soort organisatie" },
    [CONTROLLER] = { "Controller and contact", "Verwerkingsverantwoordelijke en contact" },
    [PURPOSE] = { "Purpose", "Doel" },
    [ACTIVITY] = { "What is done", "Wat er gebeurt" },
    [PEOPLE] = { "Whose data", "Van wie de gegevens zijn" },
    [DATA] = { "Categories of data", "Categorieën van gegevens" },
    [OTHERS] = { "Received from, or given to", "Ontvangen van, of gegeven aan" },
    [ABROAD] = { "Outside the EU", "Buiten de EU" },
    [GROUNDS] = { "Grounds", "Grondslagen" },
    [TERM] = { "Time limits", "Bewaartermijnen" },
    [SECURITY] = { "Security", "Beveiliging" },
    [RULES] = { "Rules of the pack", "Regels van het pakket" },
};

/* Article 30(1)(g), in general terms; SECURITY.md says it in full. */
static const char *const security[2] = {
    "Each organisation keeps its own records, encrypted. What is shared is sealed for the receiver; the hub cannot read it. "
    "Each asking, granting and opening is written in a log that cannot be changed unseen. Access ends by itself. People "
    "log in by name, with a role.",
    "Elke organisatie houdt haar eigen dossiers, versleuteld. Wat gedeeld wordt, is verzegeld voor de ontvanger; het "
    "knooppunt kan het niet lezen. Elk vragen, toekennen en openen staat in een logboek dat niet ongemerkt kan worden "
    "veranderd. De toegang eindigt vanzelf. Mensen melden zich aan op naam, met een rol." };

/* Whose data a section holds besides the young person's. */
enum { OF_YOUTH = 1, OF_PARENTS = 2, OF_STAFF = 4 };
static const struct {
    const char *section;
    uint8_t people;
} also[] = { { "ident", OF_PARENTS }, { "guard", OF_PARENTS }, { "family", OF_PARENTS }, { "fin", OF_PARENTS },
    { "own_words", OF_PARENTS }, { "safety", OF_PARENTS }, { "care", OF_PARENTS }, { "smw_note", OF_PARENTS },
    { "known", OF_STAFF }, { "care_fact", OF_STAFF }, { "status", OF_STAFF }, { "plan", OF_STAFF }, { "log", OF_STAFF },
    { "weigh", OF_STAFF } };
static const char *const people_words[3][2] = { { "young people", "jongeren" },
    { "parents and representatives", "ouders en vertegenwoordigers" },
    { "professionals who are the contact", "professionals die contactpersoon zijn" } };

struct making {
    const struct client_cmd_policy_register *reg;
    struct client_policy_question q;
    bool nl;
    size_t rows;
    char cell[COLUMNS][CELL_MAX];
    char quoted[2 * CELL_MAX + 8];
};

/* One activity: a kind and a purpose, as the receiver or as the holder. */
struct activity {
    uint8_t kind, purpose;
    bool receives;
    uint64_t sections;
    uint32_t others;
    uint32_t grounds;
    uint16_t days;
    bool shown_only;   /* some of it is shown and not kept */
    bool any;
};

static void add(char cell[CELL_MAX], const char *separator, const char *text)
{
    size_t used = strlen(cell);

    (void)snprintf(cell + used, CELL_MAX - used, "%s%s", used == 0 ? "" : separator, text);
}

static void add_set(struct making *m, size_t column, enum policy_set set, const char *group, uint64_t mask)
{
    for (size_t i = 0; i < m->q.pack->set[set].count; i++)
        if ((mask >> i & 1) != 0)
            add(m->cell[column], "; ",
                policy_texts_get(m->q.texts, m->reg->lang, group, m->q.pack->set[set].word[i].name));
}

/* Sections about a person; counts and texts without a name are no personal data (recital 26). */
static uint64_t personal(const struct policy_pack *pack)
{
    uint64_t mask = 0;

    for (size_t i = 0; i < pack->set[POLICY_SET_SECTIONS].count; i++)
        if (pack->section[i].class != POLICY_S0)
            mask |= UINT64_C(1) << i;
    return mask;
}

static void gather(struct making *m, struct activity *a)
{
    const struct policy_pack *pack = m->q.pack;
    uint64_t about = personal(pack);

    for (size_t i = 0; i < pack->rules; i++) {
        const struct policy_rule *r = &pack->rule[i];
        uint32_t own = a->receives ? r->requesters : r->holders, other = a->receives ? r->holders : r->requesters;

        if (r->mode == POLICY_MODE_N || (own >> a->kind & 1) == 0 || (r->purposes >> a->purpose & 1) == 0
            || (r->sections & about) == 0)
            continue;
        a->any = true;
        a->sections |= r->sections & about;
        a->others |= other;
        a->grounds |= UINT32_C(1) << r->ground;
        if (r->days > a->days)
            a->days = r->days;
        add(m->cell[RULES], " ", r->id);
    }
    for (size_t i = 0; i < pack->set[POLICY_SET_SECTIONS].count; i++)
        if ((a->sections >> i & 1) != 0 && (pack->section[i].duties & POLICY_DUTY_VIEW_ONLY) != 0)
            a->shown_only = true;
}

static void whose(struct making *m, const struct activity *a)
{
    uint8_t people = OF_YOUTH;

    for (size_t i = 0; i < sizeof also / sizeof *also; i++) {
        uint8_t section = policy_pack_find(m->q.pack, POLICY_SET_SECTIONS, also[i].section);

        if (section < POLICY_SECTIONS_MAX && (a->sections >> section & 1) != 0)
            people |= also[i].people;
    }
    for (size_t i = 0; i < 3; i++)
        if ((people >> i & 1) != 0)
            add(m->cell[PEOPLE], "; ", people_words[i][m->nl]);
}

static void term(struct making *m, const struct activity *a)
{
    char text[256];

    if (a->receives && m->nl)
        (void)snprintf(text, sizeof text, "toegang hooguit %u dagen, daarna vernietigt het programma de kopie%s; logboek en afweging 5 jaar",
            a->days, a->shown_only ? "; een deel is alleen te lezen en wordt niet bewaard" : "");
    else if (a->receives)
        (void)snprintf(text, sizeof text, "access at most %u days, then the program destroys the copy%s; log and weighing 5 years",
            a->days, a->shown_only ? "; some of it can only be read and is not kept" : "");
    else
        (void)snprintf(text, sizeof text, "%s", m->nl ? "het eigen dossier volgens de eigen wet; logboek, toestemming en afweging 5 jaar"
                                                      : "the own file under its own law; log, consent and weighing 5 years");
    add(m->cell[TERM], "", text);
}

static void fill(struct making *m, const struct activity *a)
{
    const char *controller = m->reg->controller;

    add_set(m, PARTNER, POLICY_SET_KINDS, "kind", UINT64_C(1) << a->kind);
    add(m->cell[CONTROLLER], "", controller != NULL ? controller : m->nl ? "(vul in)" : "(fill in)");
    add_set(m, PURPOSE, POLICY_SET_PURPOSES, "purpose", UINT64_C(1) << a->purpose);
    add(m->cell[ACTIVITY], "", a->receives ? (m->nl ? "ontvangen" : "receiving") : (m->nl ? "geven" : "giving"));
    whose(m, a);
    add_set(m, DATA, POLICY_SET_SECTIONS, "section", a->sections);
    add_set(m, OTHERS, POLICY_SET_KINDS, "kind", a->others);
    add(m->cell[ABROAD], "", m->nl ? "het pakket kent er geen; vul in waar de machines staan"
                                 : "the pack knows of none; fill in where the machines are");
    add_set(m, GROUNDS, POLICY_SET_GROUNDS, "ground", a->grounds);
    term(m, a);
    add(m->cell[SECURITY], "", security[m->nl]);
}

/* ---- out ---- */

/* Semicolons for a Dutch Excel, commas for an English one. */
static enum err table_line(struct making *m, const char *const cells[COLUMNS])
{
    for (size_t i = 0; i < COLUMNS; i++) {
        enum err e;

        m->quoted[0] = '\0';
        e = csv_quote(cells[i], m->quoted, sizeof m->quoted);
        if (e != OK)
            return e;
        (void)fprintf(m->reg->out, "%s%s", i == 0 ? "" : m->nl ? ";" : ",", m->quoted);
    }
    (void)fputs("\r\n", m->reg->out);
    return OK;
}

static void html_line(struct making *m)
{
    (void)fprintf(m->reg->out, "<tr>");
    for (size_t i = 0; i < COLUMNS; i++) {
        if (i == SECURITY || i == CONTROLLER)  /* the same in each row: told above the table */
            continue;
        (void)fputs(i == PARTNER ? "<th scope=\"row\" data-l=\"" : "<td data-l=\"", m->reg->out);
        client_policy_page_text(m->reg->out, heads[i][m->nl]);
        (void)fputs("\">", m->reg->out);
        client_policy_page_text(m->reg->out, m->cell[i]);
        (void)fputs(i == PARTNER ? "</th>" : "</td>", m->reg->out);
    }
    (void)fputs("</tr>\n", m->reg->out);
}

static enum err activity(struct making *m, uint8_t kind, uint8_t purpose, bool receives)
{
    struct activity a = { .kind = kind, .purpose = purpose, .receives = receives };
    const char *cells[COLUMNS];

    for (size_t i = 0; i < COLUMNS; i++) {
        m->cell[i][0] = '\0';
        cells[i] = m->cell[i];
    }
    gather(m, &a);
    if (!a.any)
        return OK;
    fill(m, &a);
    m->rows++;
    if (!m->reg->html)
        return table_line(m, cells);
    html_line(m);
    return OK;
}

static enum err rows(struct making *m, uint8_t only)
{
    enum err e = OK;

    for (uint8_t k = 0; k < m->q.pack->set[POLICY_SET_KINDS].count; k++)
        for (uint8_t p = 0; e == OK && (only == POLICY_UNKNOWN || only == k) && p < m->q.pack->set[POLICY_SET_PURPOSES].count;
             p++) {
            e = activity(m, k, p, true);
            if (e == OK)
                e = activity(m, k, p, false);
        }
    return e;
}

static enum err csv_whole(struct making *m, uint8_t only)
{
    const char *cells[COLUMNS];
    enum err e;

    for (size_t i = 0; i < COLUMNS; i++)
        cells[i] = heads[i][m->nl];
    (void)fputs("\xef\xbb\xbf", m->reg->out);  /* for a spreadsheet that would guess another alphabet */
    e = table_line(m, cells);
    return e == OK ? rows(m, only) : e;
}

static enum err html_whole(struct making *m, uint8_t only)
{
    FILE *out = m->reg->out;
    enum err e;

    client_policy_page_open(out, m->reg->lang, m->nl ? "Register van verwerkingen (AVG artikel 30)"
                                                     : "Record of processing activities (GDPR article 30)",
        m->q.pack, client_policy_out_is_draft(m->reg->pack_dir, m->q.pack));
    client_policy_page_put(out, "h2", heads[CONTROLLER][m->nl]);
    client_policy_page_put(out, "p", m->reg->controller != NULL ? m->reg->controller : m->nl ? "(vul in)" : "(fill in)");
    client_policy_page_put(out, "h2", heads[SECURITY][m->nl]);
    client_policy_page_put(out, "p", security[m->nl]);
    client_policy_page_put(out, "h2", m->nl ? "Verwerkingen" : "Activities");
    (void)fputs("<table class=\"even\"><thead><tr>", out);
    for (size_t i = 0; i < COLUMNS; i++)
        if (i != SECURITY && i != CONTROLLER)
            client_policy_page_put(out, "th scope=\"col\"", heads[i][m->nl]);
    (void)fputs("</tr></thead><tbody>\n", out);
    e = rows(m, only);
    (void)fputs("</tbody></table>\n", out);
    client_policy_page_close(out, false);
    return e;
}

enum err client_cmd_policy_register(const struct client_cmd_policy_register *reg, struct trouble *t)
{
    struct making *m = calloc(1, sizeof *m);
    uint8_t only = POLICY_UNKNOWN;
    enum err e = m == NULL ? ERR_NOMEM : OK;

    if (e == OK) {
        m->reg = reg;
        m->nl = reg->lang == LANG_NL;
        e = client_policy_question_pack(&m->q, reg->pack_dir, reg->lang, t);
    }
    if (e == OK && reg->kind != NULL) {
        only = policy_pack_find(m->q.pack, POLICY_SET_KINDS, reg->kind);
        if (only == POLICY_UNKNOWN)
            e = trouble_at(t, ERR_NOTFOUND, "--kind", 0, 0, "%s is not a kind of this pack; they are in kinds.csv",
                "%s is geen soort van dit pakket; ze staan in kinds.csv", reg->kind);
    }
    if (e == OK)
        e = reg->html ? html_whole(m, only) : csv_whole(m, only);
    if (e == OK && ferror(reg->out) != 0)
        e = ERR_IO;
    if (m != NULL)
        client_policy_question_close(&m->q);
    free(m);
    return e;
}

enum err client_cmd_policy_register_run(struct client_run *r)
{
    struct client_cmd_policy_register reg = { .pack_dir = client_run_text(r, "pack"),
        .kind = client_run_text(r, "kind"),
        .controller = client_run_text(r, "controller"),
        .html = cJSON_GetObjectItemCaseSensitive(r->args, "html") != NULL,
        .lang = r->lang };
    char *text = NULL;
    size_t len = 0;
    enum err e;

    reg.out = open_memstream(&text, &len);
    if (reg.out == NULL)
        return ERR_NOMEM;
    e = client_cmd_policy_register(&reg, r->t);
    if (fclose(reg.out) != 0 && e == OK)
        e = ERR_NOMEM;
    if (e == OK)
        return client_cmd_policy_show_put(client_run_text(r, "out"), text, len, r->t);
    free(text);
    return e;
}
