/* register derive: hand a whole register to the node, and watch. The node goes on when this ends. */
#include "client/cmds.h"

#include "base/file.h"

#include <poll.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LOOK_MS = 200, BAR = 40 };

static enum err hand_over(struct client_run *r, cJSON **reply)
{
    const char *path = client_run_text(r, "file"), *slash = strrchr(path, '/');
    uint8_t *data = NULL;
    size_t len = 0;
    enum err e = file_read(path, CLIENT_OPT_FILE_MAX, &data, &len, r->t);

    if (e == OK && strlen((char *)data) != len)
        e = trouble_at(r->t, ERR_SYNTAX, path, 0, 0, "there is a NUL byte in it: this is not a text file",
            "er staat een NUL-byte in: dit is geen tekstbestand");
    if (e == OK) {
        json_add_text(r->args, "name", slash != NULL ? slash + 1 : path);
        json_add_text(r->args, "content", (char *)data);
        e = client_run_call(r, "register.derive", reply);
        cJSON_DeleteItemFromObjectCaseSensitive(r->args, "content");
    }
    if (data != NULL)
        sodium_memzero(data, len);
    free(data);
    return e;
}

/* On a terminal, on standard error, over itself. */
static void draw(uint64_t done, uint64_t all)
{
    char bar[BAR + 1];
    uint64_t full = all != 0 ? done * BAR / all : BAR;

    if (isatty(STDERR_FILENO) == 0)
        return;
    for (size_t i = 0; i < BAR; i++)
        bar[i] = i < full ? '#' : '.';
    bar[BAR] = '\0';
    (void)fprintf(stderr, "\r[%s] %llu / %llu ", bar, (unsigned long long)done, (unsigned long long)all);
    (void)fflush(stderr);
}

static void end_line(void)
{
    if (isatty(STDERR_FILENO) != 0)
        (void)fputc('\n', stderr);
}

/* Until none waits, or something stands in the way that will not pass by itself soon: then the reply says what. */
static enum err watch(struct client_run *r, uint64_t all, uint64_t *waiting, cJSON **last)
{
    enum err e = OK;

    while (e == OK && *waiting != 0) {
        const char *note = NULL;
        cJSON *reply = NULL;

        (void)poll(NULL, 0, LOOK_MS);
        e = client_run_call(r, "register.status", &reply);
        if (e == OK)
            e = json_u64(reply, "waiting", waiting);
        if (e == OK) {
            draw(all > *waiting ? all - *waiting : 0, all);
            cJSON_Delete(*last);
            *last = reply;
            if (*waiting != 0 && json_text(reply, "note", &note) == OK)
                break;
        } else {
            cJSON_Delete(reply);
        }
    }
    end_line();
    return e;
}

static enum err class_of(const char *word)
{
    return strcmp(word, "quota") == 0 ? ERR_QUOTA : strcmp(word, "peer") == 0 ? ERR_PEER : ERR_STATE;
}

static void report(struct client_run *r, const cJSON *taken, uint64_t children, uint64_t waiting, const cJSON *last)
{
    const char *note = NULL, *class = "";
    uint64_t known = 0;

    r->reply = cJSON_CreateObject();
    json_add_u64(r->reply, "children", children);
    if (json_u64(taken, "known", &known) == OK)
        json_add_u64(r->reply, "known", known);
    json_add_u64(r->reply, "waiting", waiting);
    if (waiting == 0 || json_text(last, "note", &note) != OK)
        return;
    json_add_text(r->reply, "note", note);
    json_add_text(r->reply, "next", r->lang == LANG_NL ? "het knooppunt gaat vanzelf verder; zie: schakel register status"
                                                       : "the node goes on by itself; see: schakel register status");
    r->result = json_text(last, "class", &class) == OK ? class_of(class) : ERR_STATE;
}

enum err client_cmd_register_derive(struct client_run *r)
{
    cJSON *taken = NULL, *last = NULL;
    uint64_t children = 0, waiting = 0;
    enum err e = hand_over(r, &taken);

    if (e == OK)
        e = json_u64(taken, "children", &children);
    if (e == OK)
        e = json_u64(taken, "waiting", &waiting);
    if (e == OK)
        e = watch(r, waiting > children ? waiting : children, &waiting, &last);
    if (e == OK)
        report(r, taken, children, waiting, last);
    cJSON_Delete(taken);
    cJSON_Delete(last);
    return e;
}
