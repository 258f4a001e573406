#include "hub/cli.h"

#include "base/clock.h"
#include "hub/home.h"
#include "server/probe.h"

#include <string.h>
#include <sys/statvfs.h>

/* What core wrote last; nothing when no hub ever ran here. */
static enum err add_core(struct hub_cli *c, bool *running)
{
    static const char *const numbers[] = { "leaves", "taken", "refused", "rounds", "keys", "witnesses", "anchored", "registry",
        "registry_anchored" };
    static const char *const texts[] = { "pack", "pack_next" }, *const flags[] = { "full", "can_anchor" },
        *const alarms[] = { "anchor_alarm", "outside_alarm" };
    cJSON *status = NULL;
    const char *text;
    uint64_t pid = 0, n;
    bool is_so;
    char when[17];
    enum err e = hub_home_status(c->home, &status, c->t);

    if (e != OK)
        return e == ERR_NOTFOUND ? OK : e;
    *running = hub_home_is_running(status, &pid);
    json_add_bool(c->reply, "running", *running);
    if (*running)
        json_add_u64(c->reply, "pid", pid);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (json_u64(status, numbers[i], &n) == OK)
            json_add_u64(c->reply, numbers[i], n);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (json_text(status, texts[i], &text) == OK)
            json_add_text(c->reply, texts[i], text);
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        if (json_bool(status, flags[i], &is_so) == OK)
            json_add_bool(c->reply, flags[i], is_so);
    for (size_t i = 0; i < sizeof alarms / sizeof *alarms; i++)
        if (json_bool(status, alarms[i], &is_so) == OK && is_so)
            json_add_bool(c->reply, alarms[i], true);
    if (json_u64(status, "time", &n) == OK) {
        clock_format_nl(n, when);
        json_add_text(c->reply, "updated", when);
    }
    cJSON_Delete(status);
    return OK;
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
        e = add_core(c, &running);
    if (e != OK)
        return e;
    if (!running)
        return trouble_at(c->t, ERR_PEER, c->home, 0, 0, "the hub is not running: start it with `schakel-hub run`",
            "de hub draait niet: start hem met `schakel-hub run`");
    if (!server_probe(conf.listen))
        return trouble_at(c->t, ERR_PEER, conf.listen, 0, 0,
            "the hub is starting or ending, or takes no connections here: ask again in a moment; its log says what ended it",
            "de hub is aan het starten of stoppen, of neemt hier geen verbindingen aan: vraag het zo nog eens; zijn log zegt wat hem beëindigde");
    json_add_text(c->reply, "verdict", verdict(c));
    json_add_text(c->reply, "address", conf.listen);
    if (statvfs(c->home, &disk) == 0 && disk.f_blocks >= 100)
        json_add_u64(c->reply, "disk_free_percent", disk.f_bavail / (disk.f_blocks / 100));
    return OK;
}
