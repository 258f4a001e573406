/* client/calls: why a command could not be done, or not at once, and how to go on. */
#include "client/calls.h"

#include "client/certs.h"
#include "client/hublink.h"
#include "client/outbox.h"
#include "client/witness.h"

#include <string.h>

void client_calls_explain(const struct client_node *n, struct trouble *t, enum err e)
{
    if (e == ERR_NOTFOUND && t->err == OK)
        client_certs_say_missing(n, t);
    if (e == ERR_FULL && client_vault_space(n->vault) != CLIENT_SPACE_ENOUGH)
        (void)trouble_set(t, e, "the disk of this node is full: nothing was stored, and nothing sent. Make room on the disk of %s and do it again; "
            "what comes in waits at the hub until then",
            "de schijf van dit knooppunt is vol: er is niets bewaard en niets verstuurd. Maak ruimte op de schijf van %s "
            "en doe het opnieuw; wat binnenkomt wacht zolang bij de hub", n->home);
    if (e == ERR_NOMEM)
        (void)trouble_set(t, e, "this node has no memory left for it: do it again in a minute, or with less at once (fewer rows, a smaller file). "
            "Does it stay so, give the machine more memory and start the node again",
            "dit knooppunt heeft hier geen geheugen voor: doe het over een minuut opnieuw, "
            "of met minder tegelijk (minder rijen, een kleiner bestand). Blijft het zo, geef de machine dan meer geheugen en start het knooppunt opnieuw");
}

const char *client_calls_why_queued(const struct client_node *n, const struct client_call *c, char *buf, size_t cap)
{
    bool nl = c->trouble.lang == LANG_NL;
    const char *refusal = NULL;

    if (client_certs_is_mute(n))
        return client_certs_text(n, c->trouble.lang, buf, cap);
    for (size_t i = 0; refusal == NULL && i < c->waiting_count; i++)
        refusal = client_outbox_refusal(n, c->waiting[i], c->trouble.lang);
    if (refusal != NULL)
        return refusal;
    if (client_link_is_down(n))
        return nl ? "de hub is nu niet bereikbaar; het wordt verstuurd zodra het kan." : "the hub cannot be reached now; it will be sent as soon as it can.";
    if (client_witness_text(n, c->trouble.lang, buf, cap) != NULL)
        return buf;
    return nl ? "de hub heeft nog niet geantwoord; het gaat vanzelf verder." : "the hub has not answered yet; it goes on by itself.";
}

/* With little room left: what discloses or fills, for all that stops something must find room (as at the hub). */
static bool can_wait(const char *command)
{
    static const char *const names[] = {"record.import", "record.put", "request.new", "send", "grant", "weigh"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i], command) == 0)
            return true;
    return false;
}

enum err client_calls_check_room(const struct client_node *n, const struct client_command *row, struct trouble *t)
{
    if (!row->writes || client_vault_space(n->vault) == CLIENT_SPACE_ENOUGH || !can_wait(row->name))
        return OK;
    return trouble_set(t, ERR_FULL,
        "the disk of this node is nearly full: it stores nothing new and asks and gives nothing until there is room on the disk of %s. "
        "Withdrawals, objections and reports still go",
        "de schijf van dit knooppunt is bijna vol: er wordt niets nieuws bewaard, gevraagd of gegeven tot er ruimte is op de schijf van %s. "
        "Intrekkingen, bezwaren en meldingen gaan nog wel", n->home);
}
