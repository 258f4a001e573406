#include "client/adopt_log.h"

#include "client/cmd_registry.h"
#include "client/home.h"
#include "server/registry.h"

#include <stdlib.h>
#include <unistd.h>

struct client_adopt_log { struct proto_region region; struct server_registry *registry; };

/* The node's copy in a file, which is how server/registry reads one. */
static enum err read_copy(struct client_run *r, const char *path, const struct proto_region *region, struct client_adopt_log **out)
{
    struct client_adopt_log *l = calloc(1, sizeof *l);
    enum err e = ERR_NOMEM;

    if (l == NULL)
        return e;
    l->region = *region;
    e = server_registry_new(path, &l->region, &l->registry);
    if (e == OK)
        e = server_registry_load(l->registry, r->t);
    if (e == OK)
        *out = l;
    else
        client_adopt_log_free(l);
    return e;
}

enum err client_adopt_log_get(struct client_run *r, const struct proto_region *region, struct client_adopt_log **out)
{
    struct trouble before = *r->t;
    char path[CLIENT_PATH_MAX];
    uint64_t count = 0;
    enum err e = client_home_path(r->home, "registry.asked", path, r->t);

    if (e != OK)
        return e;
    if (client_cmd_registry_write(r, path, &count) == OK) {
        e = read_copy(r, path, region, out);
    } else {
        *r->t = before;
        *out = NULL;
    }
    (void) unlink(path);
    return e;
}

const struct proto_registry *client_adopt_log_fold(const struct client_adopt_log *l)
{
    return server_registry_fold(l->registry);
}

const struct proto_region *client_adopt_log_region(const struct client_adopt_log *l)
{
    return &l->region;
}

void client_adopt_log_free(struct client_adopt_log *l)
{
    if (l != NULL)
        server_registry_free(l->registry);
    free(l);
}
