/* client/status: for people: what nobody may overlook first and in words, then the rest as a table. */
#include "client/cmds.h"
#include "client/paper.h"

void client_status_print(const struct client_run *r, const cJSON *reply)
{
    struct client_paper p;
    const cJSON *item;

    client_paper_init(&p, r->lang);
    if (client_paper_text(reply, "warning")[0] != '\0')
        client_paper_line(&p, CLIENT_RED, 0, "%s", "%s", client_paper_text(reply, "warning"));
    cJSON_DeleteItemFromObjectCaseSensitive(r->reply, "warning");
    cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(reply, "overdue"))
        if (cJSON_IsString(item))
            client_paper_line(&p, CLIENT_RED, 0, "%s", "%s", item->valuestring);
    cJSON_DeleteItemFromObjectCaseSensitive(r->reply, "overdue");
    client_print_reply(r, r->reply);
}
