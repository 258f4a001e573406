#include "client/mirror.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/jail.h"
#include "base/log.h"
#include "base/rd.h"
#include "base/wr.h"
#include "client/logcopy.h"

#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum { SOON_S = 5, LATE_S = 60, WRONG_S = 600, READ_AGAIN_S = 3600, BLOCK_MAX = 2 * CLIENT_PATH_MAX + 8, FREE_PERCENT = 5, LINE_MAX_LEN = 720 };

struct start { enum lang lang; char home[CLIENT_PATH_MAX], folder[CLIENT_PATH_MAX]; };

/* ---- in the parent ---- */

enum err client_mirror_folder(const char *home, const struct client_conf *conf, char out[CLIENT_PATH_MAX], struct trouble *t)
{
    const char *name = conf->mirror_folder[0] != '\0' ? conf->mirror_folder : "mirror";
    size_t len = strlen(name);

    if (name[0] != '/')
        return client_home_path(home, name, out, t);
    if (len >= CLIENT_PATH_MAX)
        return trouble_at(t, ERR_LONG, "mirror_folder", 0, 0, "this path is too long", "dit pad is te lang");
    memcpy(out, name, len + 1);
    return OK;
}

enum err client_mirror_start(const char *home, const struct client_conf *conf, enum lang lang, struct proc *out, struct trouble *t)
{
    char folder[CLIENT_PATH_MAX];
    uint8_t block[BLOCK_MAX];
    struct wr w;
    enum err e = client_mirror_folder(home, conf, folder, t);

    if (e != OK)
        return e;
    wr_init(&w, block, sizeof block);
    wr_u8(&w, (uint8_t)lang);
    wr_bytes16(&w, (const uint8_t *)home, strlen(home));
    wr_bytes16(&w, (const uint8_t *)folder, strlen(folder));
    e = wr_end(&w);
    if (e == OK)
        e = proc_start("mirror", block, w.len, NULL, 0, out);
    return e == OK ? OK : trouble_set(t, e, "the copy of the log could not be started (%s)", "de kopie van het logboek kon niet worden gestart (%s)", err_word(e));
}

/* ---- in the child ---- */

static void read_path(struct rd *r, char out[CLIENT_PATH_MAX])
{
    size_t len = 0;
    const uint8_t *at = rd_bytes16(r, CLIENT_PATH_MAX - 1, &len);

    if (at != NULL) {
        memcpy(out, at, len);
        out[len] = '\0';
    }
}

static enum err read_start(struct start *out)
{
    uint8_t *block = NULL;
    size_t len = 0;
    struct rd r;
    enum err e = proc_start_block(&block, &len);

    if (e != OK)
        return e;
    rd_init(&r, block, len);
    out->lang = rd_u8(&r) == LANG_NL ? LANG_NL : LANG_EN;
    read_path(&r, out->home);
    read_path(&r, out->folder);
    free(block);
    return rd_end(&r);
}

unsigned client_mirror_wait_s(enum err e, bool was_whole)
{
    switch (e) {
    case OK:
    case ERR_PEER:
    case ERR_BUSY:
    case ERR_EXPIRED:
        return SOON_S;
    case ERR_STATE:  /* a node that has just begun was shown no registry yet */
        return was_whole ? WRONG_S : SOON_S;
    case ERR_FULL:
    case ERR_IO:
    case ERR_NOMEM:
        return LATE_S;
    default:
        return WRONG_S;
    }
}

bool client_mirror_is_quiet(enum err e, bool was_whole)
{
    return e == ERR_PEER || e == ERR_BUSY || (e == ERR_STATE && !was_whole);
}

enum err client_mirror_room(const char *folder, struct trouble *t)
{
    struct statvfs disk;

    if (statvfs(folder, &disk) != 0 || disk.f_blocks == 0 || disk.f_bavail / (disk.f_blocks / 100 + 1) >= FREE_PERCENT)
        return OK;
    return trouble_at(t, ERR_FULL, folder, 0, 0, "the disk is nearly full: nothing is copied until there is room",
        "de schijf is bijna vol: er wordt niets gekopieerd tot er ruimte is");
}

/* A round. fresh: read what is in the folder first; becomes false when that is known to be whole. */
static enum err copy(struct client_run *r, const struct start *s, struct client_logcopy *c, bool *fresh)
{
    uint64_t statements = 0;
    enum err e = *fresh ? client_logcopy_read(c) : OK;

    if (e == OK)
        e = client_mirror_room(s->folder, r->t);
    if (e == OK)
        e = client_logcopy_more(c, &statements);
    *fresh = e != OK;
    return e;
}

/* The vault shows it in `status`. What cannot be told is told next time. */
static void tell(struct client_run *r, const struct client_logcopy *c, enum err e, const struct trouble *t)
{
    struct trouble ignored = {.lang = r->lang}, *kept = r->t;
    char line[LINE_MAX_LEN] = "";
    cJSON *reply = NULL, *args = r->args;

    r->t = &ignored;
    r->args = cJSON_CreateObject();
    json_add_u64(r->args, "leaves", c == NULL ? 0 : client_logcopy_size(c));
    json_add_bool(r->args, "ok", e == OK);
    if (e != OK)
        trouble_line(t, line, sizeof line);
    json_add_text(r->args, "note", line);
    if (client_run_call_as_nobody(r, "mirror.told", &reply) == OK)
        cJSON_Delete(reply);
    cJSON_Delete(r->args);
    r->args = args;
    r->t = kept;
    cJSON_Delete(r->details);
    r->details = NULL;
}

static void log_change(enum err e, bool was_whole, enum err *last)
{
    if (e != *last && !client_mirror_is_quiet(e, was_whole))
        log_event(e == OK ? LOG_INFO : LOG_WARN, e == OK ? "mirror-is-whole" : "mirror-not-kept", "err", err_word(e), NULL);
    *last = e;
}

/*
 * The region is read, and then it reaches its own folder alone: of the home only the control socket, which is no file to the kernel. For its folder
 * it waits.
 */
static enum err close_in(struct client_run *r, const struct start *s, const char *program, struct client_logcopy **c)
{
    const struct jail_path paths[] = {{s->folder, JAIL_GROWS}};
    enum err e = ERR_NOTFOUND;

    while (e != OK) {
        struct trouble t = {.lang = s->lang};

        r->t = &t;
        e = file_mkdirs(s->folder, &t);
        if (e == OK)
            e = client_logcopy_open(r, s->folder, c);
        if (e == OK)
            break;
        tell(r, NULL, e, &t);
        (void)sleep(LATE_S);
    }
    e = jail_files(program, paths, sizeof paths / sizeof *paths);
    return e == OK ? jail_calls_but_local(program) : e;
}

int client_mirror_run(const char *program)
{
    struct start *s = calloc(1, sizeof *s);
    struct client_run r = {.passphrase_fd = -1};
    struct client_logcopy *c = NULL;
    uint64_t read_s = 0;
    bool fresh = true, was_whole = false;
    enum err e, last = ERR_NOTFOUND;

    proc_harden();
    log_init(program, LOG_INFO);
    e = s == NULL ? ERR_NOMEM : read_start(s);
    if (e == OK) {
        r.home = s->home;
        r.lang = s->lang;
        r.args = cJSON_CreateObject();
        e = r.args == NULL ? ERR_NOMEM : close_in(&r, s, program, &c);
    }
    if (e != OK) {
        cJSON_Delete(r.args);
        free(s);
        return err_exit(e);
    }
    /* SIGTERM ends it wherever it is: what is in the folder is whole after each write. */
    for (;;) {
        struct trouble t = {.lang = s->lang};

        r.t = &t;
        fresh = fresh || clock_mono_ms() / 1000 >= read_s + READ_AGAIN_S;
        if (fresh)
            read_s = clock_mono_ms() / 1000;
        e = copy(&r, s, c, &fresh);
        was_whole = was_whole || e == OK;
        log_change(e, was_whole, &last);
        tell(&r, c, e, &t);
        (void)sleep(client_mirror_wait_s(e, was_whole));
    }
}
