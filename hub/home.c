#include "hub/home.h"

#include "base/conf.h"
#include "base/file.h"
#include "base/text.h"
#include "hub/forget.h"
#include "policy/files.h"

#include <errno.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_MAX = 65536, SECRET_MAX = 64, OWN_FILE_MODE = 0600 };

static const struct conf_key keys[] = {
    { "listen", CONF_TEXT, offsetof(struct hub_conf, listen), sizeof ((struct hub_conf *)0)->listen, 0, 0 },
    { "pack", CONF_TEXT, offsetof(struct hub_conf, pack), sizeof ((struct hub_conf *)0)->pack, 0, 0 },
    { "plain", CONF_BOOL, offsetof(struct hub_conf, plain), sizeof(bool), 0, 0 },
    { "witnesses", CONF_TEXT, offsetof(struct hub_conf, witnesses), sizeof ((struct hub_conf *)0)->witnesses, 0, 0 },
    { "contact", CONF_TEXT, offsetof(struct hub_conf, contact), sizeof ((struct hub_conf *)0)->contact, 0, 0 },
    { "verify_threads", CONF_U64, offsetof(struct hub_conf, verify_threads), sizeof(uint64_t), 1, 16 },
    { "statement_days", CONF_U64, offsetof(struct hub_conf, statement_days), sizeof(uint64_t), HUB_FORGET_DAYS, HUB_FORGET_DAYS_MAX },
    { "pseudonyms_per_partner", CONF_U64, offsetof(struct hub_conf, pseudonyms_per_partner), sizeof(uint64_t), 0, 1000000 },
    { "pseudonyms_total", CONF_U64, offsetof(struct hub_conf, pseudonyms_total), sizeof(uint64_t), 0, 100000000 },
};

enum err hub_home_path(const char *home, const char *name, char out[HUB_PATH_MAX], struct trouble *t)
{
    enum err e = file_join(out, HUB_PATH_MAX, home, name);

    return e == OK ? OK : trouble_at(t, e, home, 0, 0, "this path is too long", "dit pad is te lang");
}

enum err hub_home_text(const char *home, const char *name, char **out, size_t *len, struct trouble *t)
{
    char path[HUB_PATH_MAX];
    uint8_t *data = NULL;
    size_t n = 0;
    enum err e = hub_home_path(home, name, path, t);

    if (e == OK)
        e = file_read(path, TEXT_MAX, &data, &n, NULL);
    if (e == ERR_NOTFOUND)
        return trouble_at(t, e, path, 0, 0, "this file is missing: give the hub's folder with --home DIR, or make a hub there: schakel-hub init",
            "dit bestand ontbreekt: geef de map van de hub met --home MAP, of maak daar een hub: schakel-hub init");
    if (e != OK)
        return trouble_at(t, e, path, 0, 0, "cannot read this file", "dit bestand is niet te lezen");
    if (memchr(data, '\0', n) != NULL) {
        free(data);
        return trouble_at(t, ERR_SYNTAX, path, 0, 0, "this is not a text file", "dit is geen tekstbestand");
    }
    *out = (char *)data;
    *len = n;
    return OK;
}

enum err hub_conf_read(const char *home, struct hub_conf *out, struct trouble *t)
{
    struct hub_conf conf = { .listen = "127.0.0.1:7610", .verify_threads = 2, .statement_days = HUB_FORGET_DAYS, .pseudonyms_per_partner = 2000,
        .pseudonyms_total = 20000 };
    char *text = NULL;
    size_t len = 0;
    enum err e = hub_home_text(home, "schakel.conf", &text, &len, t);

    if (e == OK)
        e = conf_parse("schakel.conf", (const uint8_t *)text, len, keys, sizeof keys / sizeof *keys, &conf, sizeof conf, t);
    free(text);
    if (e == OK && conf.pack[0] == '\0')
        e = hub_home_path(home, "pack", conf.pack, t);
    if (e == OK)
        *out = conf;
    return e;
}

enum err hub_home_region(const char *home, char **text, size_t *len, struct proto_region *out, struct trouble *t)
{
    char path[HUB_PATH_MAX];
    uint8_t *data = NULL;
    size_t n = 0;
    enum err e = hub_home_path(home, "region", path, t);

    if (e == OK)
        e = file_read(path, PROTO_REGION_FILE_MAX, &data, &n, NULL);
    if (e == ERR_NOTFOUND)
        return trouble_at(t, ERR_STATE, path, 0, 0,
            "this hub has no region yet: let `schakel region make` build one from hub.pub and the founders' files, then "
            "`schakel-hub init --region FILE`",
            "deze hub heeft nog geen regio: laat `schakel region make` er een maken van hub.pub en de bestanden van de oprichters, "
            "daarna `schakel-hub init --region BESTAND`");
    if (e == OK)
        e = proto_region_parse(data, n, true, out, t);
    if (e != OK) {
        free(data);
        return trouble_at(t, e, path, 0, 0, "the region file does not verify", "het regiobestand klopt niet");
    }
    *text = (char *)data;
    *len = n;
    return OK;
}

static void first_mistake(void *arg, const struct trouble *mistake)
{
    struct trouble *t = arg;

    if (t != NULL && t->err == OK)
        *t = *mistake;
}

enum err hub_home_pack(const char *folder, const struct proto_region *region, struct policy_pack **out, struct trouble *t)
{
    struct policy_pack *pack = NULL;
    enum err e = policy_files_load(folder, t != NULL ? t->lang : LANG_EN, first_mistake, t, &pack);

    if (e != OK)
        return trouble_at(t, e, folder, 0, 0, "the policy pack cannot be read: set `pack` in schakel.conf to its folder",
            "het beleidspakket is niet te lezen: zet `pack` in schakel.conf op de map ervan");
    if (sodium_memcmp(pack->digest, region->pack, PROTO_HASH_LEN) != 0) {
        policy_pack_free(pack);
        return trouble_at(t, ERR_CONFIG, folder, 0, 0,
            "this is not the pack that the region adopted: set `pack` in schakel.conf to the folder of that one",
            "dit is niet het pakket dat de regio heeft aangenomen: zet `pack` in schakel.conf op de map daarvan");
    }
    *out = pack;
    return OK;
}

static enum err secret_path(const char *home, const char *name, char out[HUB_PATH_MAX], struct trouble *t)
{
    char inside[64];

    if (snprintf(inside, sizeof inside, "keys/%s", name) >= (int)sizeof inside)
        return ERR_LONG;
    return hub_home_path(home, inside, out, t);
}

enum err hub_home_secret_put(const char *home, const char *name, const uint8_t *secret, size_t len, struct trouble *t)
{
    char hex[2 * SECRET_MAX + 2], path[HUB_PATH_MAX];
    enum err e = secret_path(home, name, path, t);

    if (e != OK || len > SECRET_MAX)
        return e != OK ? e : ERR_LONG;
    text_hex(secret, len, hex, sizeof hex);
    hex[2 * len] = '\n';
    e = file_write_new(path, hex, 2 * len + 1, OWN_FILE_MODE, t);
    sodium_memzero(hex, sizeof hex);
    return e;
}

enum err hub_home_secret_get(const char *home, const char *name, uint8_t *out, size_t out_len, struct trouble *t)
{
    char inside[64], *text = NULL;
    size_t len = 0;
    enum err e;

    if (snprintf(inside, sizeof inside, "keys/%s", name) >= (int)sizeof inside)
        return ERR_LONG;
    e = hub_home_text(home, inside, &text, &len, t);
    if (e != OK)
        return e;
    if (len == 2 * out_len + 1 && text[len - 1] == '\n') {
        text[len - 1] = '\0';
        e = text_unhex(text, out, out_len);
    } else {
        e = ERR_SYNTAX;
    }
    sodium_memzero(text, len);
    free(text);
    return e == OK ? OK : trouble_at(t, e, inside, 0, 0, "this key file is damaged: restore it from a backup",
        "dit sleutelbestand is beschadigd: zet het terug uit een reservekopie");
}

enum err hub_home_status(const char *home, cJSON **out, struct trouble *t)
{
    char path[HUB_PATH_MAX];
    uint8_t *data = NULL;
    size_t len = 0;
    enum err e = hub_home_path(home, "run/status.json", path, t);

    if (e != OK)
        return e;
    e = file_read(path, TEXT_MAX, &data, &len, NULL);
    if (e == OK)
        e = json_parse(data, len, out, NULL);
    free(data);
    return e == OK || e == ERR_NOTFOUND ? e : trouble_at(t, e, path, 0, 0, "is not to be read (%s): a running hub writes it anew each second",
        "is niet te lezen (%s): een draaiende hub schrijft het elke seconde opnieuw", err_word(e));
}

bool hub_home_is_running(const cJSON *status, uint64_t *pid)
{
    const char *state;
    uint64_t id;

    if (json_text(status, "state", &state) != OK || strcmp(state, "running") != 0 || json_u64(status, "pid", &id) != OK || id == 0
        || id > INT32_MAX || (kill((pid_t)id, 0) != 0 && errno != EPERM))
        return false;
    *pid = id;
    return true;
}
