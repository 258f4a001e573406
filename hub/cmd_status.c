#include "hub/cli.h"

#include "base/clock.h"
#include "base/file.h"
#include "hub/home.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

enum { STATUS_MAX = 65536 };

/* What core wrote last; with the process gone it is what was, and "running" says so. */
static enum err add_core(struct hub_cli *c, const cJSON *status)
{
    static const char *const numbers[] = { "leaves", "taken", "refused", "rounds", "keys" };
    const char *state = "?";
    uint64_t pid = 0, at_s = 0, n;
    bool full = false, alive;
    char when[17];

    if (json_text(status, "state", &state) != OK || json_u64(status, "pid", &pid) != OK || json_u64(status, "time", &at_s) != OK)
        return ERR_SYNTAX;
    alive = strcmp(state, "running") == 0 && pid != 0 && (kill((pid_t)pid, 0) == 0 || errno == EPERM);
    json_add_bool(c->reply, "running", alive);
    if (alive)
        json_add_u64(c->reply, "pid", pid);
    else
        json_add_text(c->reply, "state", strcmp(state, "running") == 0 ? "failed" : state);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (json_u64(status, numbers[i], &n) == OK)
            json_add_u64(c->reply, numbers[i], n);
    if (json_bool(status, "full", &full) == OK)
        json_add_bool(c->reply, "full", full);
    clock_format_nl(at_s, when);
    json_add_text(c->reply, "updated", when);
    return OK;
}

enum err hub_cmd_status(struct hub_cli *c)
{
    char path[HUB_PATH_MAX];
    struct statvfs disk;
    uint8_t *data = NULL;
    cJSON *status = NULL;
    size_t len = 0;
    enum err e = hub_home_path(c->home, "run/status.json", path, c->t);

    if (e != OK)
        return e;
    e = file_read(path, STATUS_MAX, &data, &len, NULL);
    if (e == ERR_NOTFOUND) {
        json_add_bool(c->reply, "running", false);
        json_add_text(c->reply, "next", "schakel-hub run");
        e = OK;
    } else if (e == OK) {
        e = json_parse(data, len, &status, c->t);
        if (e == OK)
            e = add_core(c, status);
    }
    if (e == OK && statvfs(c->home, &disk) == 0 && disk.f_blocks >= 100)
        json_add_u64(c->reply, "disk_free_percent", disk.f_bavail / (disk.f_blocks / 100));
    cJSON_Delete(status);
    free(data);
    return e;
}
