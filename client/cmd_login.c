/* login, logout: a session in the node, and its token in HOME/run for the commands that follow. */
#include "client/cmds.h"

#include "client/control.h"

#include <sodium.h>
#include <string.h>

enum err client_cmd_login(struct client_run *r)
{
    const char *token = NULL, *login = NULL;
    cJSON *reply = NULL, *item;
    enum err e;

    if (r->as == NULL)
        return trouble_at(r->t, ERR_USAGE, "--as", 0, 0, "who logs in? schakel login --as LOGIN", "wie meldt zich aan? schakel login --as AANMELDNAAM");
    json_add_text(r->args, "as", r->as);
    r->as = NULL;
    e = client_run_call_as_nobody(r, "login", &reply);
    if (e == OK && (json_text(reply, "token", &token) != OK || json_text(reply, "login", &login) != OK))
        e = trouble_set(r->t, ERR_PEER, "the node's answer was not understood", "het antwoord van het knooppunt is niet te begrijpen");
    if (e == OK)
        e = client_session_write(r->home, login, token, r->t);
    if (e == OK) {
        item = cJSON_DetachItemFromObjectCaseSensitive(reply, "token");
        sodium_memzero(item->valuestring, strlen(item->valuestring));
        cJSON_Delete(item);
        r->reply = reply;
        reply = NULL;
    }
    cJSON_Delete(reply);
    return e;
}

enum err client_cmd_logout(struct client_run *r)
{
    const char *login = NULL;
    enum err e = client_run_call(r, "logout", &r->reply);

    if (e == OK && json_text(r->reply, "login", &login) == OK)
        client_session_remove(r->home, login);
    return e;
}
