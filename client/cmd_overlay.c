#include "client/cmd_overlay.h"

#include "base/file.h"
#include "base/text.h"
#include "client/overlay.h"
#include "client/policy_out.h"
#include "client/policy_whole.h"
#include "policy/files.h"
#include "policy/row.h"
#include "server/manifest.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

const struct client_opt client_cmd_overlay_opts[] = {
    {"base", CLIENT_OPT_TEXT, true, {"the folder of the pack it is made from", "de map van het pakket waar het van uitgaat"}, "DIR", NULL},
    {"overlay", CLIENT_OPT_TEXT, true, {"the folder with the rows that differ", "de map met de rijen die afwijken"}, "DIR", NULL},
    {"out", CLIENT_OPT_TEXT, true, {"the folder to make", "de map die wordt gemaakt"}, "DIR", NULL},
    {NULL, CLIENT_OPT_TEXT, false, {NULL, NULL}, NULL, NULL},
};

/* loosen.csv of a folder; NULL when there is none. */
static enum err read_marks(const char *folder, uint8_t **data, size_t *len, struct trouble *t)
{
    char path[PATH_MAX];
    enum err e = file_join(path, sizeof path, folder, "loosen.csv");

    if (e == OK)
        e = file_read(path, POLICY_TABLE_BYTES_MAX, data, len, t);
    return e == ERR_NOTFOUND ? OK : e;
}

enum err client_cmd_overlay_prove(const char *base, const struct policy_pack *region, enum lang lang, csv_report *mistake,
    client_loosened_report *report, void *arg, size_t *count)
{
    struct client_loosen check = {.region = region, .lang = lang, .mistake = mistake, .report = report, .arg = arg};
    struct trouble t = {.lang = lang};
    struct policy_pack *pack = NULL;
    uint8_t *marks = NULL;
    enum err e = policy_files_load(base, lang, mistake, arg, &pack);

    if (e == OK) {
        e = read_marks(base, &marks, &check.marks_len, &t);
        if (e != OK)
            mistake(arg, &t);
    }
    check.base = pack;
    check.marks = marks;
    if (e == OK)
        e = client_loosen_check(&check, count);
    free(marks);
    policy_pack_free(pack);
    return e;
}

static void tell_mistake(void *arg, const struct trouble *t)
{
    client_policy_out_mistake(arg, t);
}

/* What is looser, with the answers of both packs to the smallest example. */
static void tell_looser(void *arg, const struct client_loosened *l)
{
    const struct client_policy_out *o = arg;

    (void) fprintf(o->out, "%s %s: %s (%llu)\n", client_policy_out_either(o, "looser", "soepeler"), l->rule, l->text,
        (unsigned long long) l->places);
    if (l->row[0][0] != '\0')
        (void) fprintf(o->out, "    %s\n    - %s\n    + %s\n", policy_row_header, l->row[0], l->row[1]);
}

/* What could not be proven is not left lying around to be adopted. */
static void undo(const char *folder)
{
    char path[PATH_MAX];

    for (size_t i = 0; i < SERVER_MANIFEST_FILES_MAX; i++)
        if (file_join(path, sizeof path, folder, server_manifest_file(i)) == OK)
            (void) unlink(path);
    (void) rmdir(folder);
}

static enum err prove(struct client_run *r, struct client_policy_out *o)
{
    const char *base = client_run_text(r, "base"), *out = client_run_text(r, "out");
    char hex[2 * POLICY_DIGEST_LEN + 1];
    struct policy_pack *pack = NULL;
    size_t looser = 0;
    enum err e = client_policy_whole(out, r->lang, tell_mistake, o, &pack);

    if (e == OK)
        e = client_cmd_overlay_prove(base, pack, r->lang, tell_mistake, tell_looser, o, &looser);
    if (e == OK && looser != 0)
        e = trouble_at(r->t, ERR_RANGE, out, 0, 0, "looser than the base allows in %zu ways (told above): mark it in loosen.csv of the base, or leave it out",
            "op %zu manieren soepeler dan de basis toestaat (hierboven genoemd): merk het in loosen.csv van de basis, of laat het weg", looser);
    if (e == OK) {
        text_hex(pack->digest, sizeof pack->digest, hex, sizeof hex);
        r->reply = cJSON_CreateObject();
        json_add_text(r->reply, "file", out);
        json_add_text(r->reply, "digest", hex);
        json_add_text(r->reply, "next", "schakel policy adopt propose");
    }
    policy_pack_free(pack);
    return e;
}

enum err client_cmd_overlay(struct client_run *r)
{
    const char *out = client_run_text(r, "out");
    struct client_policy_out o = {.lang = r->lang, .out = stderr};
    enum err e = client_overlay_make(client_run_text(r, "base"), client_run_text(r, "overlay"), out, r->lang, tell_mistake, &o);

    if (e == OK) {
        e = prove(r, &o);
        if (e != OK)
            undo(out);
    }
    return e == OK ? OK : trouble_at(r->t, e, out, 0, 0, "was not made: what is wrong is told above", "is niet gemaakt: wat er fout is staat hierboven");
}
