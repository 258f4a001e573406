#include "hub/cli.h"

#include "base/clock.h"
#include "base/file.h"
#include "hub/home.h"
#include "server/probe.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

enum { STATUS_MAX = 65536 };

/* What core wrote last. *running when that process is there still. */
static enum err add_core(struct hub_cli *c, const cJSON *status, bool *running)
{
    static const char *const numbers[] = { "leaves", "taken", "refused", "rounds", "keys", "witnesses", "anchored", "registry",
        "registry_anchored" };
    const char *state = "?", *pack = "";
    uint64_t pid = 0, at_s = 0, n;
    bool full = false, alarm = false, outside = false, can_anchor = false;
    char when[17];

    if (json_text(status, "state", &state) != OK || json_u64(status, "pid", &pid) != OK || json_u64(status, "time", &at_s) != OK
        || pid == 0 || pid > INT32_MAX)
        return ERR_SYNTAX;
    *running = strcmp(state, "running") == 0 && (kill((pid_t)pid, 0) == 0 || errno == EPERM);
    json_add_bool(c->reply, "running", *running);
    if (*running)
        json_add_u64(c->reply, "pid", pid);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (json_u64(status, numbers[i], &n) == OK)
            json_add_u64(c->reply, numbers[i], n);
    for (size_t i = 0; i < 2; i++)
        if (json_text(status, i == 0 ? "pack" : "pack_next", &pack) == OK)
            json_add_text(c->reply, i == 0 ? "pack" : "pack_next", pack);
    if (json_bool(status, "full", &full) == OK)
        json_add_bool(c->reply, "full", full);
    if (json_bool(status, "can_anchor", &can_anchor) == OK)
        json_add_bool(c->reply, "can_anchor", can_anchor);
    if (json_bool(status, "anchor_alarm", &alarm) == OK && alarm)
        json_add_bool(c->reply, "anchor_alarm", alarm);
    if (json_bool(status, "outside_alarm", &outside) == OK && outside)
        json_add_bool(c->reply, "outside_alarm", outside);
    clock_format_nl(at_s, when);
    json_add_text(c->reply, "updated", when);
    return OK;
}

static enum err read_core(struct hub_cli *c, bool *running)
{
    char path[HUB_PATH_MAX];
    uint8_t *data = NULL;
    cJSON *status = NULL;
    size_t len = 0;
    enum err e = hub_home_path(c->home, "run/status.json", path, c->t);

    if (e == OK)
        e = file_read(path, STATUS_MAX, &data, &len, NULL);
    if (e == OK)
        e = json_parse(data, len, &status, c->t);
    if (e == OK)
        e = add_core(c, status, running);
    cJSON_Delete(status);
    free(data);
    return e == ERR_NOTFOUND ? OK : e;
}

/* The first line for people: the worst of what stands below it, and what to do. */
static const char *verdict(const struct hub_cli *c)
{
    static const struct { const char *key; bool bad; const char *en, *nl; } rows[] = {
        { "full", true, "NEEDS ATTENTION: the disk is nearly full, so nothing new is asked or given: make room",
            "VRAAGT AANDACHT: de schijf is bijna vol, dus er wordt niets nieuws gevraagd of gegeven: maak ruimte" },
        { "anchor_alarm", true, "NEEDS ATTENTION: the log was not anchored for a day: see with schakel-hub partners whose node was not heard of, and call them",
            "VRAAGT AANDACHT: het logboek is al een dag niet verankerd: zie met schakel-hub partners van wie niets werd gehoord, en bel hen" },
        { "outside_alarm", true, "NEEDS ATTENTION: a public witness does not cosign: schakel-hub witnesses",
            "VRAAGT AANDACHT: een publieke getuige tekent niet mee: schakel-hub witnesses" },
        { "can_anchor", false, "NEEDS ATTENTION: too few witnesses are named for the log ever to be anchored: more partners, or a keyholder or public witness",
            "VRAAGT AANDACHT: er zijn te weinig getuigen om het logboek ooit te verankeren: meer partners, of een sleutelhouder of publieke getuige" },
    };
    const char *next = "";

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const cJSON *v = cJSON_GetObjectItemCaseSensitive(c->reply, rows[i].key);

        if (cJSON_IsBool(v) && cJSON_IsTrue(v) == rows[i].bad)
            return c->lang == LANG_NL ? rows[i].nl : rows[i].en;
    }
    if (json_text(c->reply, "pack_next", &next) == OK && strstr(next, "adopt") != NULL)
        return c->lang == LANG_NL ? "VRAAGT AANDACHT: een pakket dat gaat gelden is niet hier: schakel-hub adopt MAP"
                                  : "NEEDS ATTENTION: a pack that is to come is not here: schakel-hub adopt FOLDER";
    return c->lang == LANG_NL ? "Alles is in orde: de hub draait en neemt verbindingen aan." : "All is well: the hub runs and takes connections.";
}

/* Exit 0 only when the hub takes connections: scripts wait for that. */
enum err hub_cmd_status(struct hub_cli *c)
{
    struct hub_conf conf;
    struct statvfs disk;
    bool running = false;
    enum err e = hub_conf_read(c->home, &conf, c->t);

    if (e == OK)
        e = read_core(c, &running);
    if (e != OK)
        return e;
    if (!running)
        return trouble_at(c->t, ERR_PEER, c->home, 0, 0, "the hub is not running: start it with `schakel-hub run`",
            "de hub draait niet: start hem met `schakel-hub run`");
    if (!server_probe(conf.listen))
        return trouble_at(c->t, ERR_PEER, conf.listen, 0, 0, "the hub is starting or ending, or takes no connections here: ask again in a moment; its log says what ended it",
            "de hub is aan het starten of stoppen, of neemt hier geen verbindingen aan: vraag het zo nog eens; zijn log zegt wat hem beëindigde");
    json_add_text(c->reply, "verdict", verdict(c));
    json_add_text(c->reply, "address", conf.listen);
    if (statvfs(c->home, &disk) == 0 && disk.f_blocks >= 100)
        json_add_u64(c->reply, "disk_free_percent", disk.f_bavail / (disk.f_blocks / 100));
    return OK;
}
