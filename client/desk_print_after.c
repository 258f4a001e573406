/* client/desk_print: what is still to be done about what was shared, and a second person's look afterwards. */
#include "client/desk_print.h"

#include <string.h>

/* "Before 2026-11-24 00:00: a second person here looks at it, or access closes. To do: ..." */
static void print_clock(const struct client_paper *p, const cJSON *clock)
{
    const char *done = client_paper_text(clock, "done"), *next = client_paper_text(clock, "next");
    char text[CLIENT_DESK_TEXT];
    bool late = client_paper_true(clock, "late");

    if (done[0] != '\0')
        client_paper_format(p, text, sizeof text, late ? "%s: done on %s, too late" : "%s: done on %s",
            late ? "%s: gedaan op %s, te laat" : "%s: gedaan op %s", client_paper_text(clock, "text"), done);
    else
        client_paper_format(p, text, sizeof text, late ? "%s: too late since %s" : "%s: before %s",
            late ? "%s: te laat sinds %s" : "%s: voor %s", client_paper_text(clock, "text"), client_paper_text(clock, "before"));
    client_paper_pair(p, client_paper_say(p, "Afterwards", "Daarna"), text);
    client_paper_pair(p, client_paper_say(p, "To do", "Te doen"), next);
}

static void print_later(const struct client_paper *p, const cJSON *later)
{
    char text[CLIENT_DESK_TEXT];

    client_paper_format(p, text, sizeof text, "until the end of %s, said the privacy officer on %s: %s",
        "tot en met %s, zei de privacy officer op %s: %s", client_paper_text(later, "until"), client_paper_text(later, "given"),
        client_paper_text(later, "why"));
    client_paper_pair(p, client_paper_say(p, "May wait", "Mag wachten"), text);
}

void client_desk_print_clocks(const struct client_paper *p, const cJSON *args, const cJSON *reply)
{
    const cJSON *one;

    (void) args;
    cJSON_ArrayForEach(one, cJSON_GetObjectItemCaseSensitive(reply, "clocks"))
        print_clock(p, one);
    cJSON_ArrayForEach(one, cJSON_GetObjectItemCaseSensitive(reply, "later"))
        print_later(p, one);
    client_paper_pair(p, client_paper_say(p, "Why later", "Waarom later"), client_paper_text(reply, "told_late"));
}

void client_desk_print_looked(const struct client_paper *p, const cJSON *args, const cJSON *reply)
{
    const char *from = client_paper_text(reply, "from"), *with = from[0] != '\0' ? from : client_paper_text(reply, "to");
    char left[160], child[CLIENT_DESK_TEXT], purpose[CLIENT_DESK_TEXT], sections[CLIENT_DESK_TEXT];

    (void) args;
    client_desk_print_queued(p, reply);
    client_paper_format(p, left, sizeof left, "You looked at what was shared with %s", "U keek mee naar wat is gedeeld met %s", with);
    client_paper_head(p, left, client_paper_text(reply, "looked"));
    client_paper_line(p, CLIENT_PLAIN, 2, "%s", "%s", client_desk_print_child(p, reply, child));
    client_desk_print_purpose(p, client_paper_text(reply, "purpose"), purpose);
    client_paper_list(cJSON_GetObjectItemCaseSensitive(reply, "sections"), sections, sizeof sections);
    client_paper_line(p, CLIENT_PLAIN, 2, "%s: %s", "%s: %s", purpose, sections);
    client_paper_pair(p, client_paper_say(p, "Last day", "Tot en met"), client_paper_text(reply, "until"));
    client_paper_pair(p, client_paper_say(p, "Note", "Bericht"), client_paper_text(reply, "note"));
    (void) fputc('\n', p->out);
    client_paper_line(p, CLIENT_DIM, 0, "Your record has this of it now:", "Uw dossier heeft hier nu dit over:");
    client_desk_print_content(p, cJSON_GetObjectItemCaseSensitive(reply, "was_shared"), false);
}
