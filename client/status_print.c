/* client/status: for people: the headline (client/status_head), then the rest by subject. */
#include "client/cmds.h"
#include "client/status_head.h"

#include <string.h>

enum { GROUP_KEYS = 20 };

/* What no group names comes last, so that nothing is kept quiet. */
static const struct group { const char *label, *keys[GROUP_KEYS]; } groups[] = {
    {"status_work", {"to_decide", "to_open", "unconfirmed", "consents_silent", "shares_silent", "pseudonyms_waiting", "pseudonyms_note"}},
    {"status_link", {"hub_reachable", "hub_heard", "outbox", "outbox_oldest", "outbox_trouble", "keyholder_reachable", "clocks_note", "bad_mail", "running"}},
    {"status_log", {"log_trusted", "doubted_by", "log_fresh", "log_origin", "log_kept", "log_lost", "checkpoint_size", "checkpoint_root", "checkpoint_time",
        "cosigns", "witness_key_note", "cosigned_size", "anchored_size", "anchored_time", "witness_heard", "anchor_alarm"}},
    {"status_officer", {"openings_right", "openings_late", "bad_opening", "bad_opening_why", "without_officer"}},
    {"status_registry", {"registry_fresh", "registry_size", "registry_cosigned_size", "registry_anchored_size", "registry_anchored_time",
        "registry_witness_heard"}},
    {"status_node", {"partner", "region", "pack", "pack_next", "disk_note", "mirror_leaves", "mirror_time", "mirror_note", "certs",
        "node_key", "legal_hold", "erasing_note",
        "archive_years", "sessions"}},
};

static void print_group(const struct client_run *r, const struct group *g)
{
    cJSON *outer = cJSON_CreateObject(), *inner = json_add_object(outer, g->label);

    for (size_t i = 0; i < GROUP_KEYS && g->keys[i] != NULL; i++) {
        cJSON *item = cJSON_DetachItemFromObjectCaseSensitive(r->reply, g->keys[i]);

        if (item != NULL && !cJSON_AddItemToObject(inner, g->keys[i], item))
            cJSON_Delete(item);
    }
    if (cJSON_GetArraySize(inner) != 0)
        client_print_reply(r, outer);
    cJSON_Delete(outer);
}

void client_status_print(const struct client_run *r, const cJSON *reply)
{
    struct client_paper p;
    uint64_t waiting = 0;

    client_paper_init(&p, r->lang);
    client_status_head(&p, reply);
    cJSON_DeleteItemFromObjectCaseSensitive(r->reply, "warning");
    cJSON_DeleteItemFromObjectCaseSensitive(r->reply, "overdue");
    if (json_u64(reply, "pseudonyms_waiting", &waiting) == OK && waiting == 0)
        cJSON_DeleteItemFromObjectCaseSensitive(r->reply, "pseudonyms_note");
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++)
        print_group(r, &groups[i]);
    client_print_reply(r, r->reply);
}
