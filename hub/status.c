#include "hub/core.h"
#include "hub/collect.h"
#include "hub/outside.h"

#include "base/file.h"
#include "base/json.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { EVERY_MS = 1000, STATUS_FILE_MODE = 0600 };

static void add_partners(const struct hub_core *c, cJSON *root)
{
    cJSON *seen = json_add_object(root, "seen");

    for (size_t i = 0; i < c->region->partner_count; i++)
        if (c->seen_s[i] != 0)
            json_add_u64(seen, c->region->partner[i].handle, c->seen_s[i]);
}

/* Which pack counts, and one that was adopted for later; without its tables here nobody can decide with it. */
static void add_packs(const struct hub_core *c, cJSON *root)
{
    char hex[2 * POLICY_DIGEST_LEN + 1], day[11], text[2 * POLICY_DIGEST_LEN + 64];
    struct server_packs_next next;

    text_hex(server_packs_at(c->packs, c->now_s)->digest, POLICY_DIGEST_LEN, hex, sizeof hex);
    json_add_text(root, "pack", hex);
    if (!server_packs_coming(c->packs, c->now_s, &next))
        return;
    text_hex(next.digest, sizeof next.digest, hex, sizeof hex);
    date_format(clock_date_nl(next.from_s), day);
    (void)snprintf(text, sizeof text, "%s %s%s", day, hex, next.is_here ? "" : " (schakel-hub adopt FOLDER)");
    json_add_text(root, "pack_next", text);
}

/* At most once a second, and when the state changes: people look at it, no program waits for it. */
void hub_status_write(struct hub_core *c, const char *state)
{
    bool running = strcmp(state, "running") == 0;
    char *text = NULL;
    cJSON *root;

    if (c->config.status == NULL || (running && c->status_ms != 0 && c->now_ms - c->status_ms < EVERY_MS))
        return;
    c->status_ms = c->now_ms;
    root = cJSON_CreateObject();
    json_add_text(root, "state", state);
    json_add_u64(root, "pid", (uint64_t)getppid());
    json_add_u64(root, "time", c->now_s);
    json_add_u64(root, "leaves", c->checkpoint.head.size);
    json_add_u64(root, "taken", c->acts_taken);
    json_add_u64(root, "refused", c->acts_refused);
    json_add_u64(root, "rounds", c->rounds);
    json_add_u64(root, "keys", hub_certs_count(c->certs));
    json_add_bool(root, "full", c->full);
    hub_collect_status(c, root);
    hub_outside_status(c, root);
    add_packs(c, root);
    add_partners(c, root);
    if (json_print(root, &text) == OK)
        (void)!file_write(c->config.status, text, strlen(text), STATUS_FILE_MODE, NULL);
    free(text);
    cJSON_Delete(root);
}
