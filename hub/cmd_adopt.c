/* schakel-hub adopt: keep a pack that the partners adopted. A hub that runs sees it, and decides with it from its day. */
#include "hub/cli.h"

#include "base/clock.h"
#include "base/text.h"
#include "hub/home.h"
#include "server/packs.h"
#include "server/registry.h"

#include <stdio.h>
#include <stdlib.h>

/* Every mistake on a line of its own; the first becomes the answer. */
static void tell(void *arg, const struct trouble *t)
{
    struct hub_cli *c = arg;
    char line[800];

    if (c->t->err == OK)
        *c->t = *t;
    else if (!c->json) {
        trouble_line(t, line, sizeof line);
        (void)fprintf(stderr, "%s\n", line);
    }
}

static enum err describe(const struct hub_cli *c, const uint8_t digest[POLICY_DIGEST_LEN])
{
    char hex[2 * POLICY_DIGEST_LEN + 1], day[11], path[SERVER_PACKS_PATH_MAX];
    struct server_manifest m = { .name = "" };
    enum err e = server_packs_path(c->home, digest, path);

    if (e == OK)
        e = server_manifest_read(path, &m, c->t);
    if (e != OK)
        return e;
    text_hex(digest, POLICY_DIGEST_LEN, hex, sizeof hex);
    date_format(m.valid_from, day);
    json_add_text(c->reply, "name", m.name);
    json_add_text(c->reply, "version", m.version);
    json_add_text(c->reply, "valid_from", day);
    json_add_text(c->reply, "digest", hex);
    server_manifest_fini(&m);
    return OK;
}

/* The hub's own copy of the registry: who was revoked has adopted nothing. Gives *out, which folds into *live; nothing before the first start. */
static enum err open_registry(const struct hub_cli *c, const struct proto_region *region, struct proto_region **live, struct server_registry **out)
{
    char path[HUB_PATH_MAX];
    enum err e = server_registry_place(c->home, path, sizeof path);

    if (e == OK && (*live = malloc(sizeof **live)) == NULL)
        e = ERR_NOMEM;
    if (e == OK) {
        **live = *region;
        e = server_registry_new(path, *live, out);
    }
    return e == OK ? server_registry_load(*out, c->t) : e;
}

enum err hub_cmd_adopt(struct hub_cli *c)
{
    struct proto_region *region = calloc(1, sizeof *region), *live = NULL;
    struct server_registry *registry = NULL;
    struct server_packs_taking k = { .home = c->home, .folder = c->argument, .region = region, .lang = c->lang, .report = tell, .arg = c };
    uint8_t digest[POLICY_DIGEST_LEN];
    char *text = NULL;
    size_t len = 0;
    enum err e = region == NULL ? ERR_NOMEM : hub_home_region(c->home, &text, &len, region, c->t);

    if (e == OK)
        e = open_registry(c, region, &live, &registry);
    if (e == OK)
        k.registry = server_registry_fold(registry);
    if (e == OK)
        e = server_packs_take(&k, digest);
    if (e == OK)
        e = describe(c, digest);
    server_registry_free(registry);
    free(live);
    free(text);
    free(region);
    return e;
}
