/* client/desk_print: the answer for each section: yes, not yet or no; why; the next step and whose it is. */
#include "client/desk_print.h"

#include <string.h>

static const char *verdict_label(
    const struct client_paper *p, const char *verdict, const char *yes, enum client_style *style)
{
    bool no = strcmp(verdict, "DENY") == 0;

    *style = no ? CLIENT_RED : CLIENT_YELLOW;
    if (strcmp(verdict, "PERMIT") != 0)
        return no ? client_paper_say(p, "no", "nee") : client_paper_say(p, "not yet", "nog niet");
    *style = CLIENT_GREEN;
    return yes;
}

static const char *whose_label(const struct client_paper *p, const char *whose, const char *holder)
{
    if (strcmp(whose, "you") == 0)
        return client_paper_say(p, "You: ", "U: ");
    if (strcmp(whose, "asker") == 0)
        return client_paper_say(p, "The asker: ", "De vrager: ");
    return strcmp(whose, "holder") == 0 ? holder : "";
}

static bool same_answer(const cJSON *a, const cJSON *b)
{
    static const char *const keys[] = {"verdict", "text", "step", "whose", "then"};

    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (strcmp(client_paper_text(a, keys[i]), client_paper_text(b, keys[i])) != 0)
            return false;
    return true;
}

static bool is_first_of_its_answer(const cJSON *sections, const cJSON *row)
{
    const cJSON *before;

    cJSON_ArrayForEach(before, sections) {
        if (before == row)
            return true;
        if (same_answer(before, row))
            return false;
    }
    return true;
}

static void names_of_answer(const cJSON *sections, const cJSON *row, char out[CLIENT_DESK_TEXT])
{
    const cJSON *other;
    size_t used = 0;

    out[0] = '\0';
    cJSON_ArrayForEach(other, sections)
        if (same_answer(row, other) && used < CLIENT_DESK_TEXT)
            used += (size_t) snprintf(out + used, CLIENT_DESK_TEXT - used, "%s%s", used != 0 ? ", " : "",
                client_paper_text(other, "section"));
}

void client_desk_print_answers(
    const struct client_paper *p, const cJSON *sections, const char *yes, const char *holder)
{
    char names[CLIENT_DESK_TEXT];
    const cJSON *row;

    cJSON_ArrayForEach(row, sections) {
        enum client_style style;
        const char *verdict = client_paper_text(row, "verdict"),
                   *label = verdict_label(p, verdict, yes, &style), *step = client_paper_text(row, "step");
        int at;

        if (!is_first_of_its_answer(sections, row))
            continue;
        names_of_answer(sections, row, names);
        at = client_paper_tab(p, 0, 2);
        at = client_paper_tab(p, at + client_paper_put(p, style, label), CLIENT_PAPER_PAIR);
        client_paper_fill(p, CLIENT_BOLD, at, CLIENT_PAPER_PAIR, names);
        if (strcmp(verdict, "PERMIT") != 0)
            client_paper_line(p, CLIENT_PLAIN, CLIENT_PAPER_PAIR, "%s", "%s", client_paper_text(row, "text"));
        if (step[0] != '\0' && strcmp(verdict, "PERMIT") != 0)
            client_paper_line(p, CLIENT_PLAIN, CLIENT_PAPER_PAIR, "%s%s", "%s%s",
                whose_label(p, client_paper_text(row, "whose"), holder), step);
        if (client_paper_text(row, "then")[0] != '\0')
            client_paper_line(p, CLIENT_PLAIN, CLIENT_PAPER_PAIR, "Needed, too: %s", "Ook nodig: %s", client_paper_text(row, "then"));
        if (client_paper_text(row, "if_no")[0] != '\0')
            client_paper_line(p, CLIENT_PLAIN, CLIENT_PAPER_PAIR, "%s", "%s", client_paper_text(row, "if_no"));
    }
}
