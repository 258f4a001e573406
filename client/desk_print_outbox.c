/* client/desk_print: what still has to go out. */
#include "client/desk_print.h"

#include "client/texts.h"

#include <string.h>

static void print_item(const struct client_paper *p, const cJSON *item)
{
    const char *to = client_paper_text(item, "to"), *child = client_paper_text(item, "child");
    char left[160], right[32], id[9];

    client_paper_format(p, left, sizeof left, "%s%s%s", "%s%s%s", client_texts_kind(client_paper_text(item, "kind"), p->lang),
        to[0] != '\0' ? client_paper_say(p, " to ", " aan ") : "", to);
    (void) snprintf(
        right, sizeof right, "%s  %s", client_paper_text(item, "since"), client_paper_id(item, "id", id));
    client_paper_head(p, left, right);
    if (child[0] != '\0')
        client_paper_line(p, CLIENT_PLAIN, 2, "%s", "%s", child);
    client_paper_line(p, client_paper_true(item, "refused") ? CLIENT_RED : CLIENT_DIM, 2, "%s", "%s",
        client_paper_text(item, "why"));
    if (client_paper_true(item, "refused"))
        client_paper_line(p, CLIENT_PLAIN, 2,
            "The hub refused it and it is tried again every ten minutes. Ask who runs the hub why; if it "
            "must not go any more: schakel"
            " outbox drop --item %s",
            "De hub weigerde dit en het wordt elke tien minuten opnieuw geprobeerd. Vraag de beheerder van "
            "de hub waarom; hoeft het niet"
            " meer: schakel outbox drop --item %s",
            id);
}

void client_desk_print_outbox(const struct client_paper *p, const cJSON *args, const cJSON *reply)
{
    const cJSON *items = cJSON_GetObjectItemCaseSensitive(reply, "items"), *item;

    (void) args;
    if (cJSON_GetArraySize(items) == 0)
        client_paper_line(
            p, CLIENT_PLAIN, 0, "Nothing waits: everything went out.", "Er wacht niets: alles is weg.");
    cJSON_ArrayForEach(item, items)
        print_item(p, item);
    client_desk_print_more(p, reply);
}

/* What ends something keeps it ended here; the end of an objection never began to count. */
void client_desk_print_dropped(const struct client_paper *p, const cJSON *args, const cJSON *reply)
{
    const char *to = client_paper_text(reply, "to");
    char id[9];

    (void) args;
    client_paper_line(p, CLIENT_PLAIN, 0,
        "Dropped: %s. It is not sent again, and %s will not know of it: phone them.",
        "Eruit gehaald: %s. Het wordt niet meer verstuurd, en %s hoort het niet: bel hen.",
        client_paper_id(reply, "item", id), to);
    if (strcmp(client_paper_text(reply, "kind"), "objection-end") == 0)
        client_paper_line(p, CLIENT_PLAIN, 0, "The objection still counts, here and there.",
            "Het bezwaar blijft gelden, hier en daar.");
    else
        client_paper_line(p, CLIENT_PLAIN, 0, "Here it keeps counting: nothing leaves against it.",
            "Hier blijft het gelden: er gaat niets weg dat ertegen ingaat.");
}
