#include "hub/collect.h"
#include "hub/outside.h"

#include "base/log.h"
#include "base/rd.h"
#include "proto/cosigned.h"
#include "proto/region_witness.h"
#include "proto/witness.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the setting ---- */

static bool is_url(const char *url)
{
    return (strncmp(url, "https://", 8) == 0 && url[8] != '\0') || (strncmp(url, "http://", 7) == 0 && url[7] != '\0');
}

static enum err bad(struct trouble *t, const char *what)
{
    return trouble_at(t, ERR_CONFIG, "schakel.conf", 0, 0, "witnesses = NAME URL, NAME URL: at most %d, with http:// or https://; not: %s",
        "witnesses = NAAM URL, NAAM URL: hoogstens %d, met http:// of https://; niet: %s", HUB_OUTSIDE_MAX, what);
}

/* One "NAME URL". Cuts text. */
static enum err parse_one(char *text, struct hub_outside_list *out, struct trouble *t)
{
    char *save = NULL;
    const char *name = strtok_r(text, " \t", &save), *url = strtok_r(NULL, " \t", &save);

    if (name == NULL)
        return OK;
    if (url == NULL || strtok_r(NULL, " \t", &save) != NULL || !is_url(url) || out->count == HUB_OUTSIDE_MAX
        || strlen(name) > PROTO_NOTE_NAME_MAX || strlen(url) >= HUB_OUTSIDE_URL_MAX)
        return bad(t, name);
    memcpy(out->at[out->count].name, name, strlen(name) + 1);
    memcpy(out->at[out->count++].url, url, strlen(url) + 1);
    return OK;
}

enum err hub_outside_parse(const char *text, struct hub_outside_list *out, struct trouble *t)
{
    struct hub_outside_list *list = calloc(1, sizeof *list);
    char *copy = strdup(text), *save = NULL;
    enum err e = list == NULL || copy == NULL ? ERR_NOMEM : OK;

    for (char *part = e == OK ? strtok_r(copy, ",", &save) : NULL; e == OK && part != NULL; part = strtok_r(NULL, ",", &save))
        e = parse_one(part, list, t);
    if (e == OK)
        *out = *list;
    free(copy);
    free(list);
    return e;
}

enum err hub_outside_check(const struct hub_outside_list *list, const struct proto_region *region, struct trouble *t)
{
    for (size_t i = 0; i < list->count; i++) {
        bool found = false;

        for (uint8_t k = 0; k < region->witness_count; k++) {
            struct proto_note_key key;

            found = found || (region->witness[k].outsider && proto_note_key_decode(region->witness[k].vkey, &key) == OK
                && strcmp(key.name, list->at[i].name) == 0);
        }
        if (!found)
            return trouble_at(t, ERR_CONFIG, "schakel.conf", 0, 0, "witnesses: %s is no witness from outside in the region file",
                "witnesses: %s is geen getuige van buiten in het regiobestand", list->at[i].name);
    }
    return OK;
}

/* ---- core's side ---- */

/* A public witness and one of our logs. */
struct outsider {
    uint64_t size;      /* what it cosigned last, as it says */
    uint64_t at_ms;     /* when to ask next */
    uint64_t line_s;    /* when it last cosigned, and what */
    uint64_t line_size;
    bool again;         /* it said its size: ask at once, and only once */
    enum hub_outside_state state;
    uint64_t since_s;   /* of the state */
    uint64_t wait_ms;   /* it does not know this log: until it is asked again, twice as long each time */
};

struct hub_outside {
    struct hub_outside_list list;
    struct outsider who[HUB_OUTSIDE_MAX][HUB_SIGN_LOGS];
    enum hub_signer_which asked;  /* the log of the question under way */
    uint64_t asked_size;          /* and how many leaves it was about */
    struct server_ipc_in in;
    struct server_ipc_out out;
    bool under_way;
};

enum err hub_outside_open(const struct hub_outside_list *list, int fd, uint64_t now_s, struct hub_outside **out)
{
    struct hub_outside *o = calloc(1, sizeof *o);
    int flags = fcntl(fd, F_GETFL);
    enum err e = o == NULL ? ERR_NOMEM : OK;

    if (e == OK && (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0))
        e = ERR_IO;
    if (e == OK)
        e = server_ipc_in_init(&o->in, fd, SERVER_ROLE_WITNESS, SERVER_ROLE_CORE);
    if (e != OK) {
        free(o);
        return e;
    }
    server_ipc_out_init(&o->out, fd, SERVER_ROLE_CORE, SERVER_ROLE_WITNESS);
    o->list = *list;
    for (size_t i = 0; i < HUB_OUTSIDE_MAX; i++)
        for (size_t k = 0; k < HUB_SIGN_LOGS; k++)
            o->who[i][k].since_s = now_s;
    *out = o;
    return OK;
}

void hub_outside_close(struct hub_outside *o)
{
    if (o == NULL)
        return;
    server_ipc_out_fini(&o->out);
    server_ipc_in_fini(&o->in);
    free(o);
}

void hub_outside_stop(struct hub_outside *o)
{
    if (o != NULL && server_ipc_put(&o->out, SERVER_IPC_STOP, 0, NULL, 0) == OK)
        (void)!server_ipc_flush(&o->out);
}

/* Said when it changes. */
static void enter(const struct hub_core *c, struct hub_outside *o, size_t i, enum hub_signer_which which, enum hub_outside_state state)
{
    struct outsider *w = &o->who[i][which];
    bool good = state == HUB_OUTSIDE_COSIGNS;

    if (w->state == state)
        return;
    w->state = state;
    w->since_s = c->now_s;
    log_event(good ? LOG_INFO : LOG_WARN, good ? "public witness cosigns" : "public witness does not cosign", "witness", o->list.at[i].name, "kind",
        which == HUB_SIGN_REGISTRY ? "registry" : "log", "state", hub_outside_word(state), NULL);
}

/* Nothing was cosigned. */
static enum hub_outside_state state_of(const struct proto_witness_answer *a, enum hub_outside_state before)
{
    switch (a->status) {
    case PROTO_WITNESS_UNKNOWN: return HUB_OUTSIDE_UNKNOWN;
    case PROTO_WITNESS_NOT_SIGNED: return HUB_OUTSIDE_OTHER_KEY;
    case PROTO_WITNESS_NOT_PROVEN: return HUB_OUTSIDE_OTHER_HISTORY;
    /* Its size once more is of a moment; none at all is another root of one size. */
    case PROTO_WITNESS_OTHER_SIZE: return a->size == PROTO_WITNESS_NO_SIZE ? HUB_OUTSIDE_OTHER_HISTORY : before;
    default: return HUB_OUTSIDE_SILENT;
    }
}

/* Its operator must be asked, and perhaps was just now: soon again, then more and more seldom. */
static void wait_for_operator(const struct hub_core *c, struct outsider *w)
{
    w->wait_ms = w->wait_ms == 0 ? HUB_OUTSIDE_UNKNOWN_MS : w->wait_ms * 2 < HUB_OUTSIDE_UNKNOWN_MAX_MS ? w->wait_ms * 2 : HUB_OUTSIDE_UNKNOWN_MAX_MS;
    w->at_ms = c->now_ms + w->wait_ms;
    w->size = 0;
}

/* Is there a line of it under the key that the region names now? Another one counts for nobody (P-125). */
static bool is_counted(const struct hub_witness *log, const char *name)
{
    struct proto_note *n = malloc(sizeof *n);
    bool found = false;

    if (n != NULL && proto_note_parse(log->candidate.note, log->candidate.note_len, n) == OK)
        for (uint8_t i = 0; i < log->region->witness_count; i++) {
            char place[PROTO_NOTE_NAME_MAX + 1];
            struct proto_note_key key;
            uint64_t until_s;

            proto_region_witness_name(log->region, i, place);
            found = found || (log->region->witness[i].outsider && strcmp(place, name) == 0
                && proto_region_witness_key(log->region, i, 0, &key, &until_s) == OK && proto_note_check(n, &key, NULL) == OK);
        }
    free(n);
    return found;
}

/* A line that came: behind the candidate, and judged like one that a node brings. */
static void take_lines(struct hub_core *c, struct hub_outside *o, size_t i, const struct proto_witness_answer *a)
{
    struct hub_witness *log = hub_collect_log(c, o->asked);
    struct outsider *w = &o->who[i][o->asked];
    uint8_t note[PROTO_NOTE_MAX];
    size_t len = 0;
    enum proto_refusal r;

    w->size = o->asked_size;
    if (log->candidate.head.size != o->asked_size)
        return;  /* another is collected for in the meantime: soon it is asked about that one */
    if (proto_cosigned_append(log->candidate.note, log->candidate.note_len, a->lines, a->lines_len, note, sizeof note, &len) != OK)
        return;
    r = hub_witness_take(log, note, len, c->now_s);
    if (r == PROTO_TROUBLE)
        return;
    if (!is_counted(log, o->list.at[i].name)) {
        enter(c, o, i, o->asked, HUB_OUTSIDE_NOT_ITS_KEY);
        wait_for_operator(c, w);
        return;
    }
    w->wait_ms = 0;
    w->line_size = o->asked_size;
    w->line_s = c->now_s;
    enter(c, o, i, o->asked, HUB_OUTSIDE_COSIGNS);
}

static void take_answer(struct hub_core *c, struct hub_outside *o, const struct server_ipc_msg *m)
{
    struct proto_witness_answer a;
    struct outsider *w;
    struct rd r;
    uint8_t i;
    const uint8_t *rest;
    size_t len;

    rd_init(&r, m->body, m->len);
    i = rd_u8(&r);
    len = rd_left(&r);
    rest = rd_view(&r, len);
    o->under_way = false;
    if (rd_end(&r) != OK || i >= o->list.count)
        return;
    w = &o->who[i][o->asked];
    if (proto_witness_answer_decode(rest, len, &a) != OK)
        a = (struct proto_witness_answer){ .status = PROTO_WITNESS_TROUBLE };
    w->at_ms = c->now_ms + (a.status == PROTO_WITNESS_COSIGNED ? HUB_OUTSIDE_EVERY_MS : HUB_OUTSIDE_AFTER_TROUBLE_MS);
    if (a.status == PROTO_WITNESS_COSIGNED) {
        take_lines(c, o, i, &a);
    } else if (a.status == PROTO_WITNESS_OTHER_SIZE && a.size != PROTO_WITNESS_NO_SIZE && a.size != w->size && !w->again) {
        w->size = a.size;
        w->again = true;
        w->at_ms = c->now_ms;
        return;
    } else {
        enter(c, o, i, o->asked, state_of(&a, w->state));
        if (w->state == HUB_OUTSIDE_UNKNOWN)
            wait_for_operator(c, w);
    }
    w->again = false;
}

static const struct hub_signed *newest_of(const struct hub_core *c, enum hub_signer_which which)
{
    return which == HUB_SIGN_REGISTRY ? &c->registry->checkpoint : &c->checkpoint;
}

/* Its line on this candidate is missing, or so old that a witness cosigns anew. */
static bool wants(struct hub_core *c, const struct outsider *w, enum hub_signer_which which)
{
    const struct hub_witness *log = hub_collect_log(c, which);
    const struct hub_signed *newest = newest_of(c, which);

    return c->now_ms >= w->at_ms && newest->note_len != 0
        && (w->again || w->line_s == 0 || w->line_size != log->candidate.head.size || newest->head.size != w->line_size
            || w->line_s + PROTO_COSIGNED_ANEW_S <= c->now_s);
}

static enum err ask(struct hub_core *c, struct hub_outside *o, size_t i, enum hub_signer_which which)
{
    struct outsider *who = &o->who[i][which];
    uint8_t body[1 + HUB_OUTSIDE_REQUEST_MAX];
    enum proto_refusal result = PROTO_ACCEPTED;
    struct kv_txn *x = NULL;
    struct wr w;
    enum err e = kv_begin(c->kv, false, &x);

    if (e != OK)
        return e;
    wr_init(&w, body, sizeof body);
    wr_u8(&w, (uint8_t)i);
    e = hub_collect_body(c, x, which, who->size, &w, &result);
    kv_abort(x);
    if (e == OK)
        e = wr_end(&w);
    if (e != OK)
        return e;
    who->at_ms = c->now_ms + HUB_OUTSIDE_EVERY_MS;
    if (result != PROTO_ACCEPTED && who->size <= newest_of(c, which)->head.size)
        return OK;  /* it got further by others than what is offered now: soon there is a newer one */
    if (result != PROTO_ACCEPTED) {
        /* It says that it cosigned more than there is: then this log is the one that was cut, or it lies. */
        enter(c, o, i, which, HUB_OUTSIDE_OTHER_HISTORY);
        who->at_ms = c->now_ms + HUB_OUTSIDE_AFTER_TROUBLE_MS;
        who->size = 0;
        return OK;
    }
    o->under_way = true;
    o->asked = which;
    o->asked_size = hub_collect_log(c, which)->candidate.head.size;
    return server_ipc_put(&o->out, SERVER_IPC_TO_WITNESS, 0, body, w.len);
}

/* The first that is due: one question at a time. */
static enum err ask_next(struct hub_core *c, struct hub_outside *o)
{
    enum err e = OK;

    for (size_t i = 0; i < o->list.count * HUB_SIGN_LOGS; i++) {
        enum hub_signer_which which = i % HUB_SIGN_LOGS == 0 ? HUB_SIGN_LOG : HUB_SIGN_REGISTRY;

        if (e == OK && !o->under_way && wants(c, &o->who[i / HUB_SIGN_LOGS][which], which))
            e = ask(c, o, i / HUB_SIGN_LOGS, which);
    }
    return e;
}

enum err hub_outside_step(struct hub_core *c)
{
    struct hub_outside *o = c->outside;
    struct server_ipc_msg m;
    enum err e;

    if (o == NULL)
        return OK;
    e = server_ipc_fill(&o->in);
    if (e != OK && e != ERR_BUSY)
        return e;
    while ((e = server_ipc_take(&o->in, &m)) == OK)
        take_answer(c, o, &m);
    if (e != ERR_BUSY)
        return e;
    e = ask_next(c, o);
    if (e == OK)
        e = server_ipc_flush(&o->out);
    return e == ERR_BUSY ? OK : e;
}

/* ---- how it stands ---- */

const char *hub_outside_word(enum hub_outside_state s)
{
    static const char *const words[HUB_OUTSIDE_STATES] = { "asked", "cosigns", "unknown", "other-key", "other-history", "not-its-key", "silent" };

    return words[s];
}

/* Must somebody look? At once when it says why it does not cosign, after an hour when it says nothing. */
static bool is_bad(enum hub_outside_state s, uint64_t since_s, uint64_t now_s)
{
    if (s == HUB_OUTSIDE_ASKED || s == HUB_OUTSIDE_SILENT)
        return since_s + HUB_OUTSIDE_ALARM_S <= now_s;
    return s != HUB_OUTSIDE_COSIGNS;
}

void hub_outside_status(const struct hub_core *c, cJSON *root)
{
    const struct hub_outside *o = c->outside;
    cJSON *rows = o != NULL ? json_add_array(root, "outside") : NULL;
    bool bad = false;

    for (size_t i = 0; o != NULL && i < o->list.count * HUB_SIGN_LOGS; i++) {
        enum hub_signer_which which = i % HUB_SIGN_LOGS == 0 ? HUB_SIGN_LOG : HUB_SIGN_REGISTRY;
        const struct outsider *w = &o->who[i / HUB_SIGN_LOGS][which];
        cJSON *row = json_push_object(rows);

        json_add_text(row, "witness", o->list.at[i / HUB_SIGN_LOGS].name);
        json_add_text(row, "log", (which == HUB_SIGN_REGISTRY ? &c->collect->registry : &c->collect->main)->log.name);
        json_add_text(row, "state", hub_outside_word(w->state));
        json_add_u64(row, "since", w->since_s);
        json_add_u64(row, "leaves", w->line_size);
        bad = bad || is_bad(w->state, w->since_s, c->now_s);
    }
    if (o != NULL)
        json_add_bool(root, "outside_alarm", bad);
}
