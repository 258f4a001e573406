/* client/desk_print: the questions of a weighing with the answers to pick, and what was kept. */
#include "client/desk_print.h"

#include <string.h>

static void print_pick(const struct client_paper *p, const cJSON *pick)
{
    int at = client_paper_tab(p, 0, 8);

    at = client_paper_tab(p, at + client_paper_put(p, CLIENT_PLAIN, pick->string), 26);
    client_paper_fill(p, CLIENT_DIM, at, 26, cJSON_IsString(pick) ? pick->valuestring : "");
}

static void print_question(const struct client_paper *p, const cJSON *row)
{
    const cJSON *number = cJSON_GetObjectItemCaseSensitive(row, "question"),
                *picks = cJSON_GetObjectItemCaseSensitive(row, "picks"), *pick;
    const char *last = client_paper_text(row, "last");

    client_paper_line(p, CLIENT_BOLD, 0, "%4d  %s", "%4d  %s", cJSON_IsNumber(number) ? number->valueint : 0,
        client_paper_text(row, "text"));
    cJSON_ArrayForEach(pick, picks)
        print_pick(p, pick);
    if (last[0] != '\0')
        client_paper_line(p, CLIENT_DIM, 6, "last time: %s", "vorige keer: %s", last);
}

static void print_questions(const struct client_paper *p, const cJSON *args, const cJSON *reply)
{
    const cJSON *questions = cJSON_GetObjectItemCaseSensitive(reply, "questions"), *row;
    bool known = client_paper_true(reply, "known");
    const char *lacking = client_paper_text(args, "purpose")[0] == '\0'
        ? client_paper_say(p, "--purpose, --sections and --to", "--purpose, --sections en --to")
        : client_paper_say(p, "--sections and --to", "--sections en --to");

    if (known && cJSON_GetArraySize(questions) == 0) {
        client_paper_line(p, CLIENT_PLAIN, 0, "Nothing has to be weighed for this by you.",
            "Hiervoor hoeft u niets af te wegen.");
        if (!client_paper_true(args, "send") && client_paper_text(args, "request")[0] == '\0')
            client_paper_line(p, CLIENT_PLAIN, 0, "That is for asking them. To send it to them: add --send",
                "Dat is als u het aan hen vraagt. Gaat u het sturen: voeg --send toe");
        return;
    }
    if (known)
        client_paper_line(p, CLIENT_PLAIN, 0, "These must be answered:", "Deze vragen moet u beantwoorden:");
    else if (cJSON_GetArraySize(questions) == 0)
        client_paper_line(p, CLIENT_PLAIN, 0, "Nothing has to be weighed for this by you, whoever you ask.",
            "Hiervoor hoeft u niets af te wegen, aan wie u het ook vraagt.");
    else
        client_paper_line(p, CLIENT_PLAIN, 0,
            "These may be asked of you. Exactly those that you must answer show when you add %s.",
            "Deze vragen kunnen aan u gesteld worden. Precies de vragen die u moet beantwoorden ziet u met %s erbij.",
            lacking);
    cJSON_ArrayForEach(row, questions)
        print_question(p, row);
    if (cJSON_GetArraySize(questions) != 0)
        client_paper_line(p, CLIENT_PLAIN, 0,
        "Answer with --answer NUMBER=TEXT for each: your own words, or a word of the list.",
        "Antwoord met --answer NUMMER=TEKST voor elke vraag: eigen woorden, of een woord uit de lijst.");
}

void client_desk_print_weigh(const struct client_paper *p, const cJSON *args, const cJSON *reply)
{
    char id[9];

    if (cJSON_GetObjectItemCaseSensitive(reply, "questions") != NULL)
        print_questions(p, args, reply);
    else
        client_paper_line(p, CLIENT_PLAIN, 0, "Kept. Give it with --weigh %s when you ask, grant or send.",
            "Bewaard. Geef het mee met --weigh %s als u vraagt, toekent of stuurt.",
            client_paper_id(reply, "weighing", id));
}
