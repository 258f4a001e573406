/*
 * list-entries: what an archive holds, one line for each entry, so that a test can compare the archives of all partners with each other,
 * with the log and with what commands reported. Every entry is checked against its receipt first.
 *
 *     list-entries REGION FOLDER...
 *     NUMBER sent|received KIND LEAF MESSAGE REFERS STATEMENT     (ids in hex, "-" for none; a number that never came: NUMBER - - - - - -)
 */
#include "client/verify.h"

#include "base/file.h"
#include "base/text.h"
#include "client/home.h"
#include "proto/sign.h"

#include <dirent.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

enum { ENTRY_MAX = 3 << 20 };

struct names {
    char message[2 * PROTO_ID_LEN + 1], refers[2 * PROTO_ID_LEN + 1], statement[2 * PROTO_ID_LEN + 1];
};

static void name_id(const uint8_t id[PROTO_ID_LEN], char out[2 * PROTO_ID_LEN + 1])
{
    if (sodium_is_zero(id, PROTO_ID_LEN))
        (void)snprintf(out, 2 * PROTO_ID_LEN + 1, "-");
    else
        text_hex(id, PROTO_ID_LEN, out, 2 * PROTO_ID_LEN + 1);
}

/* The id of the statement inside, if there is one. */
static enum err name_statement(const struct proto_msg *m, char out[2 * PROTO_ID_LEN + 1])
{
    struct proto_statement said;
    struct proto_signed s;
    enum proto_statement_kind kind;
    enum err e;

    (void)snprintf(out, 2 * PROTO_ID_LEN + 1, "-");
    if (m->kind != PROTO_STATEMENT)
        return OK;
    e = proto_sign_decode(m->original.data, m->original.len, &s);
    if (e != OK)
        return e;
    kind = proto_statement_of_type(s.type);
    e = proto_statement_decode(kind, s.body, s.body_len, &said);
    if (e == OK)
        name_id(said.id, out);
    return e;
}

static enum err list_one(const struct proto_region *region, const char *path, uint64_t number)
{
    struct client_entry *entry = malloc(sizeof *entry);
    struct client_archived a;
    struct names n;
    uint8_t *data = NULL;
    size_t len = 0;
    enum err e = entry == NULL ? ERR_NOMEM : file_read(path, ENTRY_MAX, &data, &len, NULL);

    if (e == OK)
        e = client_archive_decode(data, len, &a);
    if (e == OK && a.bad)
        e = ERR_SIGNATURE;
    if (e == OK && a.index == PROTO_NO_LEAF) {
        (void)printf("%" PRIu64 " - - - - - -\n", number);
    } else if (e == OK) {
        e = client_entry_check(region, &a, entry);
        if (e == OK)
            e = name_statement(&entry->msg, n.statement);
        if (e == OK) {
            name_id(entry->msg.head.id, n.message);
            name_id(entry->msg.refers, n.refers);
            (void)printf("%" PRIu64 " %s %s %" PRIu64 " %s %s %s\n", number, a.direction == CLIENT_SENT ? "sent" : "received",
                proto_kind_name((enum proto_kind)a.kind), a.index, n.message, n.refers, n.statement);
        }
    }
    free(data);
    free(entry);
    return e;
}

static enum err list_all(const struct proto_region *region, const char *folder, struct trouble *t)
{
    const struct dirent *d;
    DIR *dir = opendir(folder);
    enum err e = dir == NULL ? ERR_IO : OK;

    while (e == OK && (d = readdir(dir)) != NULL) {
        char path[CLIENT_PATH_MAX];
        size_t len = strlen(d->d_name);

        if (len < 7 || strcmp(d->d_name + len - 6, ".entry") != 0)
            continue;
        e = file_join(path, sizeof path, folder, d->d_name);
        if (e == OK)
            e = list_one(region, path, strtoull(d->d_name, NULL, 10));
        if (e != OK)
            e = trouble_at(t, e, path, 0, 0, "this entry does not hold", "dit stuk klopt niet");
    }
    if (dir != NULL)
        (void)closedir(dir);
    return e == OK ? OK : trouble_at(t, e, folder, 0, 0, "cannot be read", "kan niet worden gelezen");
}

int main(int argc, char **argv)
{
    struct proto_region *region = calloc(1, sizeof *region);
    struct trouble t = { 0 };
    uint8_t *text = NULL;
    size_t len = 0;
    char line[768];
    enum err e;

    if (argc < 3) {
        (void)fprintf(stderr, "usage: list-entries REGION FOLDER...\n");
        return EX_USAGE;
    }
    if (region == NULL || sodium_init() < 0)
        return EX_OSERR;
    e = file_read(argv[1], PROTO_REGION_FILE_MAX, &text, &len, &t);
    if (e == OK)
        e = proto_region_parse(text, len, true, region, &t);
    for (int i = 2; e == OK && i < argc; i++)
        e = list_all(region, argv[i], &t);
    free(text);
    free(region);
    if (e == OK)
        return EX_OK;
    (void)trouble_set(&t, e, "%s", "%s", err_word(e));
    trouble_line(&t, line, sizeof line);
    (void)fprintf(stderr, "list-entries: %s\n", line);
    return err_exit(e);
}
