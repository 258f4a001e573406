/* client/cmd: the list of commands, in the order in which people need them. */
#include "client/cmd.h"

#include "client/paper.h"

#include <string.h>

enum { NAME_COLUMN = 2, TEXT_COLUMN = 24 };

static const struct client_cmd *const tables[] = {client_base_cmds, client_casework_cmds};

/* A command stands under the first group that names it, or the first word of it; what none names comes last. */
static const struct group {
    struct client_words title;
    const char *names[12];
} groups[] = {
    {{"Every day", "Elke dag"}, {"login", "logout", "inbox", "done", "status", "outbox", "passphrase"}},
    {{"Asking and answering", "Vragen en antwoorden"}, {"request", "weigh", "preview", "grant", "refuse", "approve"}},
    {{"Sending and reading", "Sturen en lezen"}, {"send", "open", "informed", "accept", "not-for-us", "access"}},
    {{"Records and cases", "Dossiers en casussen"}, {"record", "case", "policy show"}},
    {{"What is said about a child", "Wat over een kind gezegd is"}, {"event", "consent", "objection", "facts", "statement"}},
    {{"For the privacy officer", "Voor de privacy officer"}, {"audit", "defer", "archive", "verify", "log"}},
    {{"The policy", "Het beleid"}, {"policy"}},
    {{"People and partners", "Mensen en partners"}, {"staff", "partner", "witness"}},
    {{"Setting up and running", "Inrichten en draaien"}, {"org", "region", "hub", "keyholder", "node", "register", "backup", "restore"}},
    {{"Other", "Overig"}, {""}},
};
enum { GROUPS = sizeof groups / sizeof *groups };

static bool begins(const char *name, const char *with)
{
    size_t len = strlen(with);

    return len == 0 || (strncmp(name, with, len) == 0 && (name[len] == ' ' || name[len] == '\0'));
}

static size_t group_of(const char *name)
{
    for (size_t g = 0; g + 1 < GROUPS; g++)
        for (size_t i = 0; i < sizeof groups[g].names / sizeof *groups[g].names && groups[g].names[i] != NULL; i++)
            if (begins(name, groups[g].names[i]))
                return g;
    return GROUPS - 1;
}

static void print_row(const struct client_paper *p, const struct client_cmd *c)
{
    int at = client_paper_tab(p, 0, NAME_COLUMN);

    at = client_paper_tab(p, at + client_paper_put(p, CLIENT_BOLD, c->name), TEXT_COLUMN);
    client_paper_fill(p, CLIENT_PLAIN, at, TEXT_COLUMN, client_paper_say(p, c->help.en, c->help.nl));
}

/* In the order of the names of the group; first: only commands that begin with it, NULL: all. */
static void print_group(const struct client_paper *p, size_t g, const char *first, bool title)
{
    bool is_first = true;

    for (size_t n = 0; n < sizeof groups[g].names / sizeof *groups[g].names && groups[g].names[n] != NULL; n++)
        for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
            for (const struct client_cmd *c = tables[i]; c->name != NULL; c++) {
                if (group_of(c->name) != g || !begins(c->name, groups[g].names[n]) || (first != NULL && !begins(c->name, first)))
                    continue;
                if (title && is_first)
                    client_paper_line(p, CLIENT_DIM, 0, "\n%s", "\n%s", client_paper_say(p, groups[g].title.en, groups[g].title.nl));
                print_row(p, c);
                is_first = false;
            }
}

void client_usage_print(FILE *out, enum lang lang, const char *first)
{
    struct client_paper p;

    client_paper_init(&p, lang);
    p.colour = p.colour && out == stdout;
    p.out = out;
    client_paper_line(&p, CLIENT_PLAIN, 0, "usage: schakel COMMAND [options]", "gebruik: schakel OPDRACHT [opties]");
    if (first != NULL)
        (void) fputc('\n', out);
    for (size_t g = 0; g < GROUPS; g++)
        print_group(&p, g, first, first == NULL);
    client_paper_line(&p, CLIENT_PLAIN, 0, "\nWith any command: --help. In Dutch: --lang nl", "\nBij elke opdracht: --help. In het Engels: --lang en");
}
