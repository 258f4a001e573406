/* client/desk_print: the inbox, cases, own records, and what the pack allows. */
#include "client/desk_print.h"

#include <string.h>

/* ---- inbox ---- */

static const struct {
    const char *kind, *en, *nl;
} titles[] = {
    {"request", "Request from", "Verzoek van"},
    {"share", "Shared by", "Gedeeld door"},
    {"offer", "Sent by", "Gestuurd door"},
    {"event", "Report from", "Melding van"},
    {"invitation", "Invitation from", "Uitnodiging van"},
    {"withdrawal", "Consent withdrawn, with", "Toestemming ingetrokken, met"},
    {"refusal", "Refused by", "Geweigerd door"},
    {"objection", "Objection, told by", "Bezwaar, gemeld door"},
    {"weigh", "To be weighed, with", "Af te wegen, met"},
    {"second", "For a second person, with", "Voor een tweede persoon, met"},
    {"tell", "Tell the family, of", "Vertel het gezin, over"},
    {"notice", "You are told, with", "U krijgt bericht, met"},
    {"unanswered", "Not answered, with", "Niet beantwoord, met"},
    {"approval", "To be sent to", "Te sturen aan"},
    {"done", "Done, with", "Klaar, met"},
    {"waiting", "You wait for", "U wacht op"},
};

static void item_title(const struct client_paper *p, const cJSON *item)
{
    const char *kind = client_paper_text(item, "kind"), *text = kind;
    char left[160], right[64], when[32], id[9];

    for (size_t i = 0; i < sizeof titles / sizeof *titles; i++)
        if (strcmp(titles[i].kind, kind) == 0)
            text = client_paper_say(p, titles[i].en, titles[i].nl);
    /* The same kind of item and another hand: no family withdrew anything. */
    if (strcmp(kind, "withdrawal") == 0 && strcmp(client_paper_text(item, "reason"), "taken_back") == 0)
        text = client_paper_say(p, "Access ended by", "Toegang beëindigd door");
    client_paper_when(p, item, when);
    (void) snprintf(left, sizeof left, "%s %s", text, client_paper_text(item, "from"));
    (void) snprintf(
        right, sizeof right, "%s%s%s", when, when[0] != '\0' ? "  " : "", client_paper_id(item, "id", id));
    client_paper_head(p, left, right);
}

/* Its title does not say it all. */
static bool says_itself(const char *kind)
{
    static const char *const kinds[] = {"weigh", "second", "tell", "notice", "withdrawal", "approval", "unanswered"};

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kinds[i], kind) == 0)
            return true;
    return false;
}

static void item_subject(const struct client_paper *p, const cJSON *item)
{
    const char *event = client_paper_text(item, "event"), *name = client_paper_text(item, "purpose"),
               *note = client_paper_text(item, "note");
    char purpose[CLIENT_DESK_TEXT], sections[CLIENT_DESK_TEXT], child[CLIENT_DESK_TEXT];

    client_paper_line(p, CLIENT_PLAIN, 2, "%s", "%s", client_desk_print_child(p, item, child));
    if (event[0] != '\0')
        client_paper_line(
            p, CLIENT_PLAIN, 2, "%s: %s", "%s: %s", event, client_paper_word(p, "event", event));
    client_desk_print_purpose(p, name, purpose);
    client_paper_list(cJSON_GetObjectItemCaseSensitive(item, "sections"), sections, sizeof sections);
    if (name[0] != '\0')
        client_paper_line(
            p, CLIENT_PLAIN, 2, "%s%s%s", "%s%s%s", purpose, sections[0] != '\0' ? ": " : "", sections);
    if (note[0] != '\0')
        client_paper_line(p, CLIENT_PLAIN, 2, "\"%s\"", "\"%s\"", note);
    if (client_paper_text(item, "other_pack")[0] != '\0')
        client_paper_line(p, CLIENT_YELLOW, 2, "%s", "%s", client_paper_text(item, "other_pack"));
    if (says_itself(client_paper_text(item, "kind")))
        client_paper_line(p, CLIENT_PLAIN, 2, "%s", "%s", client_paper_text(item, "text"));
}

/* Hours count where a clock runs. */
static void item_last(const struct client_paper *p, const cJSON *item)
{
    const char *before = client_paper_text(item, "before");

    if (client_paper_true(item, "late"))
        client_paper_pair(p, client_paper_say(p, "Too late", "Te laat"), before);
    else if (before[0] != '\0')
        client_paper_pair(p, client_paper_say(p, "Before", "Voor"), before);
    else
        client_desk_print_reason(p, client_paper_say(p, "Reason", "Reden"), client_paper_text(item, "reason"), true);
    client_paper_pair(p, client_paper_say(p, "In words", "Uitleg"), client_paper_text(item, "answer"));
    client_paper_pair(p, client_paper_say(p, "Last day", "Uiterlijk"), client_paper_text(item, "due"));
}

static void item_next(const struct client_paper *p, const cJSON *item)
{
    char purposes[CLIENT_DESK_TEXT], id[9], text[64];

    if (strcmp(client_paper_text(item, "kind"), "done") == 0)
        return;
    if (client_paper_true(item, "tell_first"))
        client_paper_pair(p, client_paper_say(p, "First", "Eerst"),
            client_paper_say(p,
                "tell the young person and the parents what you will read and why; give that day with "
                "--informed",
                "vertel de jongere en de ouders wat u gaat lezen en waarom; geef die dag op met --informed"));
    item_last(p, item);
    client_paper_pair(p, client_paper_say(p, "Next", "Verder"), client_paper_text(item, "next"));
    client_paper_list(cJSON_GetObjectItemCaseSensitive(item, "purposes"), purposes, sizeof purposes);
    client_paper_pair(p, client_paper_say(p, "Purposes", "Doelen"), purposes);
    (void) snprintf(text, sizeof text, "schakel done --item %s", client_paper_id(item, "id", id));
    if (client_paper_true(item, "until_done"))
        client_paper_pair(p, client_paper_say(p, "Or done", "Of klaar"), text);
}

/* "--- To answer ---" before the first of a group. */
static void group_title(const struct client_paper *p, const cJSON *item, const char *before)
{
    static const struct {
        const char *group, *en, *nl;
    } names[] = {{"answer", "To answer", "Te beantwoorden"}, {"read", "New to read", "Nieuw om te lezen"},
        {"report", "Reports", "Meldingen"}, {"done", "Nothing to do", "Niets te doen"}};
    const char *group = client_paper_text(item, "group");

    for (size_t i = 0; strcmp(group, before) != 0 && i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i].group, group) == 0)
            client_paper_line(p, CLIENT_DIM, 0, "--- %s ---", "--- %s ---",
                client_paper_say(p, names[i].en, names[i].nl));
}

void client_desk_print_inbox(const struct client_paper *p, const cJSON *args, const cJSON *reply)
{
    const cJSON *items = cJSON_GetObjectItemCaseSensitive(reply, "items"), *item;

    if (cJSON_GetArraySize(items) == 0) {
        client_desk_print_none(p, args, "Nothing waits for you.", "Er wacht niets op u.");
        if (!client_paper_true(args, "all"))
            client_paper_line(
                p, CLIENT_DIM, 0, "What is done: schakel inbox --all", "Wat klaar is: schakel inbox --all");
        return;
    }
    cJSON_ArrayForEach(item, items) {
        if (item != items->child)
            (void) fputc('\n', p->out);
        group_title(p, item, item != items->child ? client_paper_text(item->prev, "group") : "");
        item_title(p, item);
        item_subject(p, item);
        item_next(p, item);
    }
    client_desk_print_more(p, reply);
}

/* ---- cases ---- */

static const char *member_state(const struct client_paper *p, const char *state)
{
    static const struct {
        const char *state, *nl;
    } names[] = {{"invited", "uitgenodigd"}, {"opened", "opende"}, {"accepted", "doet mee"},
        {"declined", "niet"}, {"left", "vertrokken"}};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i].state, state) == 0)
            return client_paper_say(p, state, names[i].nl);
    return state;
}

/* One line per purpose: its members and what each did. */
static void print_members(const struct client_paper *p, const cJSON *members)
{
    const cJSON *m, *other;
    char purpose[CLIENT_DESK_TEXT], text[2 * CLIENT_DESK_TEXT];

    cJSON_ArrayForEach(m, members) {
        const char *name = client_paper_text(m, "purpose");
        size_t used;
        bool first = true;

        for (other = members->child; other != m; other = other->next)
            first = first && strcmp(client_paper_text(other, "purpose"), name) != 0;
        if (!first)
            continue;
        client_desk_print_purpose(p, name, purpose);
        used = (size_t) snprintf(text, sizeof text, "%s:", purpose);
        cJSON_ArrayForEach(other, members)
            if (strcmp(client_paper_text(other, "purpose"), name) == 0 && used < sizeof text)
                used += (size_t) snprintf(text + used, sizeof text - used, "%s %s (%s)",
                    text[used - 1] == ':' ? "" : ",", client_paper_text(other, "partner"),
                    member_state(p, client_paper_text(other, "state")));
        client_paper_line(p, CLIENT_PLAIN, 2, "%s", "%s", text);
    }
}

void client_desk_print_cases(const struct client_paper *p, const cJSON *args, const cJSON *reply)
{
    const cJSON *cases = cJSON_GetObjectItemCaseSensitive(reply, "cases"), *one;
    char id[9], child[CLIENT_DESK_TEXT];

    (void) args;
    if (cJSON_GetArraySize(cases) == 0)
        client_desk_print_none(p, args, "No cases yet. To open one: schakel case open --help",
            "Nog geen casussen. Openen: schakel case open --help");
    cJSON_ArrayForEach(one, cases) {
        client_paper_head(p, client_desk_print_child(p, one, child), client_paper_id(one, "case", id));
        print_members(p, cJSON_GetObjectItemCaseSensitive(one, "members"));
    }
    client_desk_print_more(p, reply);
}

/* What to type next, with what is known filled in. */
static void opened_next(const struct client_paper *p, const char *id, const char *purpose, bool named)
{
    size_t first = strcspn(purpose, ", ");
    char text[CLIENT_DESK_TEXT];

    client_paper_format(p, text, sizeof text,
        "schakel request new --case %s --to PARTNER --purpose %.*s --sections SECTION,...",
        "schakel request new --case %s --to PARTNER --purpose %.*s --sections ONDERDEEL,...", id, (int) first,
        purpose);
    client_paper_pair(p, client_paper_say(p, "To ask", "Vragen"), text);
    (void) snprintf(text, sizeof text, "schakel policy show --purpose %.*s", (int) first, purpose);
    client_paper_pair(p, client_paper_say(p, "What may", "Wat mag"), text);
    (void) snprintf(
        text, sizeof text, "schakel case invite --case %s --partner PARTNER --purpose %.*s", id, (int) first, purpose);
    client_paper_pair(p, client_paper_say(p, "To invite", "Uitnodigen"), text);
    if (!named)
        client_paper_pair(p, client_paper_say(p, "Who it is", "Wie het is"),
            client_paper_say(p, "there is no record of this child here: ask for the section ident",
                "van dit kind is hier geen dossier: vraag het onderdeel ident"));
}

void client_desk_print_opened(const struct client_paper *p, const cJSON *args, const cJSON *reply)
{
    const char *purpose = client_paper_text(reply, "purpose");
    char id[9], child[CLIENT_DESK_TEXT], words[CLIENT_DESK_TEXT];

    (void) args;
    client_desk_print_queued(p, reply);
    client_paper_head(p,
        client_paper_true(reply, "already")
            ? client_paper_say(p, "This case is there already", "Deze casus is er al")
            : client_paper_say(p, "Case opened", "Casus geopend"),
        client_paper_id(reply, "case", id));
    client_paper_pair(p, client_paper_say(p, "Child", "Kind"), client_desk_print_child(p, reply, child));
    client_desk_print_purpose(p, purpose, words);
    client_paper_pair(p, client_paper_say(p, "Purpose", "Doel"), words);
    opened_next(p, id, purpose, strncmp(client_paper_text(reply, "child"), "child ", 6) != 0);
}

/* ---- own records ---- */

void client_desk_print_children(const struct client_paper *p, const cJSON *args, const cJSON *reply)
{
    const cJSON *children = cJSON_GetObjectItemCaseSensitive(reply, "children"), *one;
    char sections[CLIENT_DESK_TEXT], child[CLIENT_DESK_TEXT];
    int widest = 0;

    (void) args;
    if (cJSON_GetArraySize(children) == 0)
        client_desk_print_none(p, args, "No records yet. To take them in: schakel record import FILE.csv",
            "Nog geen dossiers. Overnemen: schakel record import BESTAND.csv");
    cJSON_ArrayForEach(one, children)
        if (client_paper_width(client_desk_print_child(p, one, child)) > widest)
            widest = client_paper_width(child);
    widest = widest > p->width / 2 ? p->width / 2 : widest;
    cJSON_ArrayForEach(one, children) {
        int at = client_paper_put(p, CLIENT_PLAIN, client_desk_print_child(p, one, child));

        client_paper_list(cJSON_GetObjectItemCaseSensitive(one, "sections"), sections, sizeof sections);
        client_paper_fill(p, CLIENT_DIM, client_paper_tab(p, at, widest + 2), widest + 2, sections);
    }
    client_desk_print_more(p, reply);
}

void client_desk_print_record(const struct client_paper *p, const cJSON *args, const cJSON *reply)
{
    char child[CLIENT_DESK_TEXT];

    (void) args;
    client_paper_head(p, client_desk_print_child(p, reply, child), "");
    client_desk_print_content(p, cJSON_GetObjectItemCaseSensitive(reply, "sections"), true);
}

void client_desk_print_import(const struct client_paper *p, const cJSON *args, const cJSON *reply)
{
    uint64_t children = 0, sections = 0;

    (void) args;
    if (json_u64(reply, "imported", &children) == OK && json_u64(reply, "sections", &sections) == OK)
        client_paper_line(p, CLIENT_PLAIN, 0, "Taken in: %llu children, %llu sections.",
            "Overgenomen: %llu kinderen, %llu onderdelen.", (unsigned long long) children,
            (unsigned long long) sections);
}

/* ---- the pack ---- */

static void print_words(const struct client_paper *p, const char *title, const cJSON *words)
{
    const cJSON *one;
    int widest = 0;

    client_paper_head(p, title, "");
    cJSON_ArrayForEach(one, words)
        if (client_paper_width(one->string) > widest)
            widest = client_paper_width(one->string);
    cJSON_ArrayForEach(one, words) {
        int at = client_paper_tab(p, 0, 2);

        at = client_paper_tab(p, at + client_paper_put(p, CLIENT_PLAIN, one->string), 4 + widest);
        client_paper_fill(p, CLIENT_DIM, at, 4 + widest, cJSON_IsString(one) ? one->valuestring : "");
    }
}

static void append(char *out, size_t out_len, const char *text)
{
    size_t used = strlen(out);

    (void) snprintf(out + used, out_len - used, "%s%s", used != 0 ? "; " : "", text);
}

/* "after VZM, LRV; consent; you weigh first" */
static void print_may(const struct client_paper *p, const cJSON *row)
{
    const char *kind = client_paper_text(row, "kind"), *weigh = client_paper_text(row, "weigh");
    char names[CLIENT_DESK_TEXT], events[CLIENT_DESK_TEXT], one[CLIENT_DESK_TEXT + 32],
        needs[2 * CLIENT_DESK_TEXT] = "";

    client_paper_list(cJSON_GetObjectItemCaseSensitive(row, "sections"), names, sizeof names);
    client_paper_list(cJSON_GetObjectItemCaseSensitive(row, "events"), events, sizeof events);
    client_paper_format(p, one, sizeof one, "reported: %s", "gemeld: %s", events);
    if (events[0] != '\0')
        append(needs, sizeof needs, one);
    if (client_paper_true(row, "consent"))
        append(needs, sizeof needs, client_paper_say(p, "consent", "toestemming"));
    if (strcmp(weigh, "asker") == 0)
        append(needs, sizeof needs, client_paper_say(p, "you weigh first", "u weegt eerst af"));
    if (strcmp(weigh, "holder") == 0)
        append(
            needs, sizeof needs, client_paper_say(p, "the holder weighs first", "de houder weegt eerst af"));
    if (client_paper_true(row, "second"))
        append(needs, sizeof needs, client_paper_say(p, "a second person there", "een tweede persoon daar"));
    client_paper_line(p, CLIENT_BOLD, 2, "%s", "%s", names);
    client_paper_line(
        p, CLIENT_PLAIN, 4, "of: %s (%s)", "van: %s (%s)", client_paper_word(p, "kind", kind), kind);
    client_paper_line(p, CLIENT_PLAIN, 4, "needed: %s", "nodig: %s",
        needs[0] != '\0' ? needs : client_paper_say(p, "nothing more", "verder niets"));
}

void client_desk_print_policy(const struct client_paper *p, const cJSON *args, const cJSON *reply)
{
    const cJSON *words = cJSON_GetObjectItemCaseSensitive(reply, "words"),
                *may = cJSON_GetObjectItemCaseSensitive(reply, "may"), *row;
    char purpose[CLIENT_DESK_TEXT], left[CLIENT_DESK_TEXT + 64];

    (void) args;
    if (may == NULL) {
        print_words(
            p, client_paper_say(p, "Purposes", "Doelen"), cJSON_GetObjectItemCaseSensitive(words, "purpose"));
        print_words(p, client_paper_say(p, "Sections", "Onderdelen"),
            cJSON_GetObjectItemCaseSensitive(words, "section"));
        print_words(p, client_paper_say(p, "Events", "Gebeurtenissen"),
            cJSON_GetObjectItemCaseSensitive(words, "event"));
        print_words(p, client_paper_say(p, "Questions of a weighing", "Vragen van een afweging"),
            cJSON_GetObjectItemCaseSensitive(words, "question"));
        client_paper_line(p, CLIENT_DIM, 0,
            "What you can ask for one purpose: schakel policy show --purpose PURPOSE",
            "Wat u voor een doel kunt vragen: schakel policy show --purpose DOEL");
        return;
    }
    client_desk_print_purpose(p, client_paper_text(reply, "purpose"), purpose);
    client_paper_format(p, left, sizeof left, "You can ask for: %s", "U kunt vragen voor: %s", purpose);
    client_paper_line(p, CLIENT_BOLD, 0, "%s", "%s", left);
    if (cJSON_GetArraySize(may) == 0)
        client_paper_line(p, CLIENT_PLAIN, 2, "Nothing, of any partner in this region.",
            "Niets, van geen partner in deze regio.");
    cJSON_ArrayForEach(row, may)
        print_may(p, row);
}
