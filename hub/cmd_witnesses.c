#include "hub/cli.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/wr.h"
#include "hub/home.h"
#include "hub/origin.h"
#include "hub/outside.h"
#include "proto/region_log.h"
#include "proto/registry.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * A public witness knows a log when those who run it have put in its origin and key; over the wire nobody can (c2sp.org/tlog-witness). So the
 * log under a new origin is unknown to it until its operator was told. What he needs is here, as a list of logs (c2sp.org/tlog-list) that
 * witnesses read. Works whether the hub runs or not.
 */
enum { LIST_MAX = 4096, PUBLIC_FILE_MODE = 0644, DAY_MS = 86400000 };

struct view {
    struct hub_conf conf;
    struct hub_outside_list list;
    struct proto_region region;
    char *region_text;
    size_t region_len;
    char vkey[2][PROTO_NOTE_VKEY_ROOM];   /* of log and registry, under the origin of now */
};

static enum err read_keys(const struct hub_cli *c, struct view *v)
{
    struct proto_note_key key;
    unsigned origin = 1;
    enum err e = hub_origin_read(c->home, &origin, c->t);

    if (e == OK)
        e = proto_region_log_key(&v->region, origin, &key);
    if (e == OK) {
        proto_note_key_encode(&key, v->vkey[0]);
        e = proto_registry_key(&v->region, &key);
    }
    if (e == OK)
        proto_note_key_encode(&key, v->vkey[1]);
    return e;
}

static enum err view_open(const struct hub_cli *c, struct view *v)
{
    enum err e = hub_conf_read(c->home, &v->conf, c->t);

    if (e == OK)
        e = hub_outside_parse(v->conf.witnesses, &v->list, c->t);
    if (e == OK)
        e = hub_home_region(c->home, &v->region_text, &v->region_len, &v->region, c->t);
    return e == OK ? read_keys(c, v) : e;
}

/* ---- how they do ---- */

static const char *text_of(const char *word, enum lang lang)
{
    static const struct { const char *en, *nl; } texts[HUB_OUTSIDE_STATES] = {
        [HUB_OUTSIDE_ASKED] = { "did not answer yet", "antwoordde nog niet" },
        [HUB_OUTSIDE_COSIGNS] = { "cosigns", "tekent mee" },
        [HUB_OUTSIDE_UNKNOWN] = { "DOES NOT KNOW THIS LOG: send who runs it the key below, or is its URL wrong",
            "KENT DIT LOGBOEK NIET: stuur de beheerder ervan de sleutel hieronder, of klopt de URL niet" },
        [HUB_OUTSIDE_OTHER_KEY] = { "KNOWS THIS LOG WITH ANOTHER KEY: send who runs it the key below",
            "KENT DIT LOGBOEK MET EEN ANDERE SLEUTEL: stuur de beheerder ervan de sleutel hieronder" },
        [HUB_OUTSIDE_OTHER_HISTORY] = { "COSIGNED ANOTHER HISTORY OF THIS LOG: was an old copy of this hub put back; call its operator and the partners",
            "TEKENDE EEN ANDERE GESCHIEDENIS VAN DIT LOGBOEK: is een oude kopie van deze hub teruggezet; bel de beheerder ervan en de partners" },
        [HUB_OUTSIDE_NOT_ITS_KEY] = { "COSIGNS WITH ANOTHER KEY THAN THE REGION NAMES, so nobody counts it: two partners and its key of "
            "before change that (schakel partner propose --outsider)",
            "TEKENT MET EEN ANDERE SLEUTEL DAN DE REGIO NOEMT, dus telt het voor niemand: twee partners en zijn sleutel tot nu toe wisselen "
            "die (schakel partner propose --outsider)" },
        [HUB_OUTSIDE_SILENT] = { "does not answer as a witness does: is it up, and is its URL right",
            "antwoordt niet zoals een getuige doet: is hij er, en klopt zijn URL" },
    };

    for (size_t i = 0; i < HUB_OUTSIDE_STATES; i++)
        if (strcmp(word, hub_outside_word((enum hub_outside_state)i)) == 0)
            return lang == LANG_NL ? texts[i].nl : texts[i].en;
    return word;
}

/* What core wrote last; the word for programs, the sentence for people. */
static enum err add_row(struct hub_cli *c, cJSON *rows, const cJSON *from)
{
    const char *witness = NULL, *log = NULL, *state = NULL;
    uint64_t since_s = 0, leaves = 0;
    char when[17];
    cJSON *row;

    if (json_text(from, "witness", &witness) != OK || json_text(from, "log", &log) != OK || json_text(from, "state", &state) != OK
        || json_u64(from, "since", &since_s) != OK || json_u64(from, "leaves", &leaves) != OK)
        return ERR_SYNTAX;
    row = json_push_object(rows);
    json_add_text(row, "witness", witness);
    json_add_text(row, "log", log);
    json_add_text(row, "state", c->json ? state : text_of(state, c->lang));
    clock_format_nl(since_s, when);
    json_add_text(row, "since", when);
    if (c->json)
        json_add_u64(row, "leaves", leaves);
    return OK;
}

static enum err add_rows(struct hub_cli *c)
{
    cJSON *status = NULL, *rows;
    const cJSON *from = NULL, *one;
    uint64_t pid;
    enum err e = hub_home_status(c->home, &status, c->t);

    if (e != OK)
        return e == ERR_NOTFOUND ? OK : e;
    e = json_array(status, "outside", &from);
    if (e == OK) {
        /* Else what is of before reads as if it were of now. */
        json_add_bool(c->reply, "running", hub_home_is_running(status, &pid));
        rows = json_add_array(c->reply, "outside");
        cJSON_ArrayForEach(one, from)
            if (e == OK)
                e = add_row(c, rows, one);
    }
    cJSON_Delete(status);
    return e == ERR_NOTFOUND ? OK : e;
}

/* ---- what to send ---- */

/* One entry a log. The hub asks a witness about each of them once in five seconds at most. */
static enum err write_list(const struct hub_cli *c, const struct view *v)
{
    char text[LIST_MAX];
    int n = snprintf(text, sizeof text, "logs/v0\n\nvkey %s\nqpd %d\ncontact %s\n\nvkey %s\nqpd %d\ncontact %s\n", v->vkey[0],
        DAY_MS / HUB_OUTSIDE_EVERY_MS, v->conf.contact, v->vkey[1], DAY_MS / HUB_OUTSIDE_EVERY_MS, v->conf.contact);

    if (v->conf.contact[0] == '\0')
        return trouble_at(c->t, ERR_CONFIG, "schakel.conf", 0, 0, "who runs a witness wants to know whom to call: set contact = NAME, ADDRESS first",
            "wie een getuige beheert wil weten wie hij kan bellen: zet eerst contact = NAAM, ADRES");
    if (n < 0 || n >= (int)sizeof text)
        return ERR_LONG;
    return file_write(c->output, text, (size_t)n, PUBLIC_FILE_MODE, c->t);
}

enum err hub_cmd_witnesses(struct hub_cli *c)
{
    struct view *v = calloc(1, sizeof *v);
    enum err e = v == NULL ? ERR_NOMEM : view_open(c, v);

    if (e == OK)
        e = add_rows(c);
    if (e == OK && c->output != NULL)
        e = write_list(c, v);
    if (e == OK) {
        json_add_text(c->reply, "log_key", v->vkey[0]);
        json_add_text(c->reply, "registry_key", v->vkey[1]);
        if (c->output != NULL)
            json_add_text(c->reply, "file", c->output);
        if (v->list.count == 0)
            json_add_text(c->reply, "next", c->lang == LANG_NL ? "er zijn geen publieke getuigen: zet ze in schakel.conf (witnesses = NAAM URL)"
                                                              : "there are no public witnesses: put them into schakel.conf (witnesses = NAME URL)");
        else
            json_add_text(c->reply, "next", c->lang == LANG_NL
                    ? "een getuige die een van beide niet kent: stuur de beheerder de lijst van --output; zodra hij hem kent tekent hij vanzelf mee"
                    : "a witness that does not know one of the two: send who runs it the list of --output; once it knows the log it cosigns by itself");
    }
    if (v != NULL)
        free(v->region_text);
    free(v);
    return e;
}
