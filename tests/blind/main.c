/*
 * blind-scan: are the planted numbers and names anywhere in these files and processes? One line of JSON, and an exit code: 0 as it should
 * be, 65 not, 77 the system does not let us look.
 *
 *     blind-scan none LIST WHERE...         nothing of it: no text in any form, and no more four-byte numbers than chance writes
 *     blind-scan some LIST WHERE...         some texts are there
 *     blind-scan all LIST FORMS WHERE...    every text is there in each of these forms (utf-8,hex,... or every)
 *     blind-scan guarded KEYFILE WHERE...   this key (hex) is there, in memory that its own process cannot read
 *     blind-scan encode LIST                all texts in all forms, on standard output
 *     blind-scan canary LIST PORT KIND      the same, sent as a frame of this kind (a number) to a server on this machine
 *     blind-scan relay PORT TARGET FOLDER   pass on to another port of this machine, and write it down
 *
 * WHERE is a file, a folder, or pid:NUMBER for a process and all that it started.
 */
#include "tests/blind/relay.h"
#include "tests/blind/search.h"

#include "base/file.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>

enum { KEY_MAX = 64, KEY_FILE_MAX = 256 };

static enum err look_everywhere(struct search *s, char **where, struct trouble *t)
{
    enum err e = OK;

    for (; e == OK && *where != NULL; where++) {
        uint64_t pid;

        if (strncmp(*where, "pid:", 4) != 0)
            e = search_path(s, *where, t);
        else if (text_u64(*where + 4, INT32_MAX, &pid) != OK || pid == 0)
            e = trouble_at(t, ERR_USAGE, *where, 0, 0, "is no process", "is geen proces");
        else
            e = search_memory(s, (int)pid, t);
    }
    return e;
}

/* Chance scatters around what is expected of it by about the root; six times that is once in many millions of runs. */
static bool is_chance(size_t found, double expected)
{
    double more = (double)found - expected - 3;

    return more <= 0 || more * more <= 36 * expected;
}

static bool is_in(const char *forms, const char *name)
{
    size_t len = strlen(name);

    if (strcmp(forms, "every") == 0)
        return true;
    for (const char *at = forms; (at = strstr(at, name)) != NULL; at += len)
        if ((at == forms || at[-1] == ',') && (at[len] == ',' || at[len] == '\0'))
            return true;
    return false;
}

/* forms NULL: not asked. */
static bool is_as_asked(const char *what, const char *forms, const struct search_found *f, double chance)
{
    bool all = true, any = false;

    if (strcmp(what, "none") == 0)
        return f->texts == 0 && is_chance(f->ints, chance);
    if (strcmp(what, "some") == 0)
        return f->texts != 0;
    for (int i = 0; i < PLANTED_FORMS_ALL; i++)
        if (is_in(forms, planted_form_name((enum planted_form)i))) {
            any = true;
            all = all && f->missing[i] == 0;
        }
    return any && all;
}

static int report(const char *what, const char *forms, const struct search *s)
{
    struct search_found f;
    double chance;
    bool ok;

    search_count(s, &f);
    chance = search_chance(s, &f);
    ok = is_as_asked(what, forms, &f, chance);
    (void)printf("{\"ok\":%s,\"bytes\":%llu,\"texts\":%zu", ok ? "true" : "false", (unsigned long long)f.bytes, f.texts);
    for (int i = 0; i < PLANTED_FORMS_ALL; i++)
        (void)printf(",\"%s\":%zu", planted_form_name((enum planted_form)i), f.forms[i]);
    (void)printf(",\"ints\":%zu,\"ints_by_chance\":%.1f,\"first\":\"%s\"}\n", f.ints, chance, f.first);
    return ok ? EX_OK : EX_DATAERR;
}

/* ---- commands ---- */

static enum err cmd_look(char **argv, int *code, struct trouble *t)
{
    const char *forms = strcmp(argv[1], "all") == 0 ? argv[3] : NULL;
    struct planted *p = calloc(1, sizeof *p);
    struct search *s = NULL;
    enum err e = p == NULL ? ERR_NOMEM : planted_read(argv[2], p, t);

    if (e == OK)
        e = search_new(p, &s);
    if (e == OK)
        e = look_everywhere(s, argv + (forms != NULL ? 4 : 3), t);
    if (e == OK)
        *code = report(argv[1], forms, s);
    search_free(s);
    free(p);
    return e;
}

static enum err cmd_guarded(char **argv, int *code, struct trouble *t)
{
    uint8_t key[KEY_MAX], *text = NULL;
    struct search_found f;
    struct search *s = NULL;
    size_t len = 0;
    enum err e = file_read(argv[2], KEY_FILE_MAX, &text, &len, t);

    if (e == OK && len != 0 && text[len - 1] == '\n')
        text[--len] = '\0';
    if (e == OK && len > 2 * KEY_MAX)
        e = ERR_LONG;
    if (e == OK)
        e = text_unhex((const char *)text, key, len / 2);
    if (e == OK)
        e = search_new_key(key, len / 2, &s);
    if (e == OK)
        e = look_everywhere(s, argv + 3, t);
    if (e == OK) {
        search_count(s, &f);
        (void)printf("{\"ok\":%s,\"bytes\":%llu,\"found\":%llu,\"guarded\":%llu}\n", f.guarded_keys != 0 ? "true" : "false",
            (unsigned long long)f.bytes, (unsigned long long)f.keys, (unsigned long long)f.guarded_keys);
        *code = f.guarded_keys != 0 ? EX_OK : EX_DATAERR;
    }
    search_free(s);
    free(text);
    return e;
}

static enum err port_of(const char *text, uint16_t *out, struct trouble *t)
{
    uint64_t port;

    if (text_u64(text, UINT16_MAX, &port) != OK || port == 0)
        return trouble_at(t, ERR_USAGE, text, 0, 0, "is no port", "is geen poort");
    *out = (uint16_t)port;
    return OK;
}

static enum err cmd_encode(char **argv, int *code, struct trouble *t)
{
    struct planted *p = calloc(1, sizeof *p);
    uint8_t *data = NULL;
    size_t len = 0;
    enum err e = p == NULL ? ERR_NOMEM : planted_read(argv[2], p, t);

    (void)code;
    if (e == OK)
        e = canary_make(p, &data, &len);
    if (e == OK && (fwrite(data, 1, len, stdout) != len || fflush(stdout) != 0))
        e = ERR_IO;
    free(data);
    free(p);
    return e;
}

static enum err cmd_canary(char **argv, int *code, struct trouble *t)
{
    struct planted *p = calloc(1, sizeof *p);
    uint16_t port = 0;
    uint64_t kind = 0;
    enum err e = p == NULL ? ERR_NOMEM : planted_read(argv[2], p, t);

    (void)code;
    if (e == OK)
        e = port_of(argv[3], &port, t);
    if (e == OK && text_u64(argv[4], UINT8_MAX, &kind) != OK)
        e = trouble_at(t, ERR_USAGE, argv[4], 0, 0, "is no kind", "is geen soort");
    if (e == OK)
        e = canary_send(p, port, (uint8_t)kind, t);
    free(p);
    return e;
}

static enum err cmd_relay(char **argv, int *code, struct trouble *t)
{
    uint16_t port = 0, target = 0;
    enum err e = port_of(argv[2], &port, t);

    (void)code;
    if (e == OK)
        e = port_of(argv[3], &target, t);
    return e == OK ? relay_run(port, target, argv[4], t) : e;
}

static const struct command {
    const char *name;
    int words_min;
    enum err (*run)(char **argv, int *code, struct trouble *t);
} commands[] = {
    { "none", 4, cmd_look },       { "some", 4, cmd_look },     { "all", 5, cmd_look },     { "guarded", 4, cmd_guarded },
    { "encode", 3, cmd_encode },   { "canary", 5, cmd_canary }, { "relay", 5, cmd_relay },
};

int main(int argc, char **argv)
{
    struct trouble t = { 0 };
    char line[768];
    int code = EX_OK;

    (void)umask(077);
    for (size_t i = 0; argc > 1 && i < sizeof commands / sizeof *commands; i++) {
        enum err e;

        if (strcmp(argv[1], commands[i].name) != 0 || argc < commands[i].words_min)
            continue;
        e = commands[i].run(argv, &code, &t);
        if (e == OK)
            return code;
        (void)trouble_set(&t, e, "%s", "%s", err_word(e));
        trouble_line(&t, line, sizeof line);
        (void)fprintf(stderr, "blind-scan: %s\n", line);
        return e == ERR_DENIED ? EX_NOPERM : err_exit(e);
    }
    (void)fprintf(stderr, "usage: blind-scan none|some|all|guarded|encode|canary|relay ...; main.c says more\n");
    return EX_USAGE;
}
