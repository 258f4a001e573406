#include "tests/liar/liar.h"

#include "base/jail.h"
#include "base/text.h"
#include "base/wr.h"
#include "hub/home.h"
#include "proto/tlog.h"

#include <fcntl.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LINES = 32, TEXT_MAX = 4096, WORD_MAX = 40, PATH_ROOM = 512, FOLDERS_MAX = 16 };

struct line {
    char name[WORD_MAX], what[WORD_MAX];
    bool bound;
    uint8_t which[LIAR_WHICH];
};

static struct {
    char home[PATH_ROOM], text[TEXT_MAX];
    struct line line[LINES];
    size_t count;
} liar;

void liar_home(const char *home)
{
    /* By this line tools/test knows that no program of a release was linked with this file. */
    if (liar.home[0] == '\0')
        (void)fprintf(stderr, "this program lies when it is told to: it is one of tests/liar\n");
    (void)snprintf(liar.home, sizeof liar.home, "%s", home);
}

const char *liar_folder(void)
{
    return liar.home;
}

/* The lie is read in a role that is let into no more than its own folders; so a program of this folder opens the home too. */
enum err __real_jail_files(const char *program, const struct jail_path *paths, size_t count);
enum err __wrap_jail_files(const char *program, const struct jail_path *paths, size_t count);

enum err __wrap_jail_files(const char *program, const struct jail_path *paths, size_t count)
{
    struct jail_path all[FOLDERS_MAX] = { { liar.home, JAIL_WRITES } };

    if (liar.home[0] == '\0')
        return __real_jail_files(program, paths, count);
    if (count >= FOLDERS_MAX)
        abort();
    memcpy(all + 1, paths, count * sizeof *paths);
    return __real_jail_files(program, all, count + 1);
}

/* An unreadable file is an honest program: a flow that asked for a lie then misses its line in "told". */
void liar_look(void)
{
    char path[PATH_ROOM + 8], text[TEXT_MAX] = "";
    FILE *f;
    size_t n;

    (void)snprintf(path, sizeof path, "%s/lie", liar.home);
    f = fopen(path, "re");
    if (f == NULL)
        return;
    n = fread(text, 1, sizeof text - 1, f);
    text[n] = '\0';
    (void)fclose(f);
    if (strcmp(text, liar.text) == 0)
        return;
    memcpy(liar.text, text, sizeof text);
    liar.count = 0;
    for (char *at = text; *at != '\0' && liar.count < LINES; at += strcspn(at, "\n"), at += *at == '\n') {
        struct line *l = &liar.line[liar.count];

        memset(l, 0, sizeof *l);
        if (sscanf(at, "%39s %39s", l->name, l->what) == 2)
            liar.count++;
    }
}

static void told(const struct line *l)
{
    char path[PATH_ROOM + 8], hex[2 * LIAR_WHICH + 1], text[2 * WORD_MAX + sizeof hex + 4];
    int fd, n;

    text_hex(l->which, sizeof l->which, hex, sizeof hex);
    n = snprintf(text, sizeof text, "%s %s %s\n", l->name, l->what, hex);
    (void)snprintf(path, sizeof path, "%s/told", liar.home);
    fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (fd < 0 || write(fd, text, (size_t)n) != n)
        abort();
    (void)close(fd);
}

const char *liar_about(const char *family, const char *what, const uint8_t which[LIAR_WHICH])
{
    char full[WORD_MAX];
    struct line *fresh = NULL;

    (void)snprintf(full, sizeof full, "%s:%s", family, what);
    for (size_t i = 0; i < liar.count; i++) {
        struct line *l = &liar.line[i];

        if (strcmp(l->what, full) != 0)
            continue;
        if (l->bound && memcmp(l->which, which, LIAR_WHICH) == 0) {
            told(l);
            return l->name;
        }
        if (!l->bound && fresh == NULL)
            fresh = l;
    }
    if (fresh == NULL)
        return NULL;
    fresh->bound = strncmp(fresh->name, "every-", 6) != 0;
    memcpy(fresh->which, which, LIAR_WHICH);
    told(fresh);
    return fresh->name;
}

const char *liar_about_number(const char *family, const char *what, uint64_t number)
{
    uint8_t which[LIAR_WHICH] = { 0 };
    struct wr w;

    wr_init(&w, which + LIAR_WHICH - 8, 8);
    wr_u64(&w, number);
    return wr_end(&w) == OK ? liar_about(family, what, which) : NULL;
}

/* ---- the log's key ---- */

static enum err key_of(const char *log_vkey, enum liar_key which, struct proto_note_key *key, uint8_t secret[64])
{
    uint8_t public[32];
    struct proto_note_key log;
    struct trouble t = { 0 };
    enum err e = proto_note_key_decode(log_vkey, &log);

    *key = log;
    if (e != OK || which == LIAR_LOG_KEY)
        return e != OK ? e : hub_home_secret_get(liar.home, "log", secret, 64, &t);
    (void)crypto_sign_keypair(public, secret);
    return proto_note_key_make(log.name, PROTO_NOTE_ED25519, public, key);
}

enum err liar_checkpoint(const char *log_vkey, enum liar_key which, const struct proto_merkle_head *head, uint8_t *out, size_t cap, size_t *len)
{
    struct proto_tlog_checkpoint c = { .head = *head };
    uint8_t text[PROTO_TLOG_CHECKPOINT_ROOM], secret[64];
    size_t text_len = 0;
    struct proto_note_sig sig;
    struct proto_note_key key;
    struct wr w;
    enum err e = key_of(log_vkey, which, &key, secret);

    if (e == OK) {
        (void)snprintf(c.origin, sizeof c.origin, "%s", key.name);
        e = proto_tlog_checkpoint_encode(&c, text, sizeof text, &text_len);
    }
    if (e == OK)
        e = proto_note_sign(&key, secret, text, text_len, &sig);
    sodium_memzero(secret, sizeof secret);
    if (e != OK)
        return e;
    wr_init(&w, out, cap);
    proto_note_write_text(&w, text, text_len);
    proto_note_write_line(&w, &key, &sig);
    *len = w.len;
    return wr_end(&w);
}
