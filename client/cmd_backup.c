/* schakel backup, restore: a copy of this partner's home, and putting it back. */
#include "client/cmds.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/folder.h"
#include "base/kv.h"
#include "client/home.h"
#include "client/pubfile.h"
#include "proto/region.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The store's table is copied as one moment; run is of processes. */
static const char *const apart[] = {"store", "run", "mirror", NULL};
static const char whole_name[] = "whole", restored_name[] = "restored", slots_name[] = "store/slots";

enum { WHOLE_MAX = 4096, SLOTS_MAX = 64 << 20, OWN_FILE_MODE = 0600 };

static enum err path_in(const char *folder, const char *name, char out[CLIENT_PATH_MAX], struct trouble *t)
{
    return file_join(out, CLIENT_PATH_MAX, folder, name) == OK ? OK
                                                                : trouble_at(t, ERR_LONG, folder, 0, 0, "this path is too long", "dit pad is te lang");
}

/*
 * The keys of values that can be erased alone lie beside the store. A key is on disk before the value that needs it: so they are
 * copied after the store, and one that was erased in between leaves a value that does not open any more, as it should be.
 */
static enum err copy_store(struct client_run *r, const char *to)
{
    char store[CLIENT_PATH_MAX], copy[CLIENT_PATH_MAX], slots[CLIENT_PATH_MAX], slots_copy[CLIENT_PATH_MAX];
    uint8_t *data = NULL;
    struct kv *kv = NULL;
    size_t len = 0;
    enum err e = client_home_path(r->home, "store", store, r->t);

    if (e == OK)
        e = path_in(to, "store", copy, r->t);
    if (e == OK)
        e = client_home_path(r->home, slots_name, slots, r->t);
    if (e == OK)
        e = path_in(to, slots_name, slots_copy, r->t);
    if (e == OK)
        e = kv_open_read(store, &kv, r->t);
    if (e == OK)
        e = kv_backup(kv, copy);
    kv_close(kv);
    if (e == OK)
        e = file_read(slots, SLOTS_MAX, &data, &len, r->t);
    if (e == OK)
        e = file_write_new(slots_copy, data, len, OWN_FILE_MODE, r->t);
    free(data);
    return e == OK ? OK
                   : trouble_at(r->t, e, to, 0, 0, "the store could not be copied there (%s)", "de opslag kon daar niet worden gekopieerd (%s)",
                         err_word(e));
}

/* The last thing that is written, when all else is done that can fail. */
static enum err write_whole(struct client_run *r, const char *folder)
{
    char path[CLIENT_PATH_MAX], text[128], when[17];
    int len = snprintf(text, sizeof text, "schakel-backup/v1\ntime %" PRIu64 "\n", clock_now_s());
    enum err e = path_in(folder, whole_name, path, r->t);

    clock_format_nl(clock_now_s(), when);
    r->reply = cJSON_CreateObject();
    json_add_text(r->reply, "made", when);
    json_add_text(r->reply, "folder", folder);
    json_add_text(r->reply, "next", r->lang == LANG_NL
        ? "wat daarna wordt vernietigd staat hier nog in: bewaar het als de machine zelf, en gooi weg wat u niet meer nodig heeft"
        : "what is destroyed from now on is still in it: keep it as you keep the machine, and destroy what you need no more");
    if (e == OK && r->reply == NULL)
        e = ERR_NOMEM;
    return e == OK ? file_write_new(path, text, (size_t)len, OWN_FILE_MODE, r->t) : e;
}

enum err client_cmd_backup(struct client_run *r)
{
    const struct folder_rules rules = {.without = apart};
    const char *folder = client_run_text(r, "folder");
    enum err e;

    if (access(folder, F_OK) == 0)
        return trouble_at(r->t, ERR_EXISTS, folder, 0, 0, "is there already: a backup is made in a new folder", "is er al: een reservekopie komt in een nieuwe map");
    e = folder_copy(r->home, folder, &rules, r->t);
    if (e == OK)
        e = copy_store(r, folder);
    return e == OK ? write_whole(r, folder) : e;
}

static enum err check_backup(struct client_run *r, const char *folder)
{
    char path[CLIENT_PATH_MAX], store[CLIENT_PATH_MAX];
    uint8_t *text = NULL;
    size_t len = 0;
    enum err e = path_in(folder, whole_name, path, r->t);

    if (e == OK)
        e = file_read(path, WHOLE_MAX, &text, &len, NULL);
    if (e == OK && strncmp((const char *)text, "schakel-backup/v1\n", 18) != 0)
        e = ERR_VERSION;
    free(text);
    if (e != OK)
        return trouble_at(r->t, e, folder, 0, 0, "is not a whole backup of a partner: give a folder that schakel backup has finished",
            "is geen hele reservekopie van een partner: geef een map die schakel backup heeft afgemaakt");
    e = client_home_path(r->home, "store", store, r->t);
    if (e == OK && access(store, F_OK) == 0)
        e = trouble_at(r->t, ERR_EXISTS, store, 0, 0, "is there still: stop the node and move it aside first",
            "is er nog: stop het knooppunt en zet hem eerst opzij");
    return e;
}

/* ---- putting back ---- */

/* Another partner's backup would mix two organisations' keys: what is left of a home says whose it is. Its root key may have changed since. */
static enum err handle_of(const char *folder, char handle[33])
{
    struct proto_org_file org;
    enum err e = client_pubfile_home_org(folder, &org, NULL);

    if (e == OK)
        memcpy(handle, org.handle, sizeof org.handle);
    return e;
}

static enum err check_owner(struct client_run *r, const char *folder)
{
    char here[33], there[33];

    if (handle_of(r->home, here) != OK)
        return OK;
    return handle_of(folder, there) == OK && strcmp(here, there) == 0 ? OK
        : trouble_at(r->t, ERR_KEY, folder, 0, 0, "is a backup of another organisation than this home",
              "is een reservekopie van een andere organisatie dan deze map");
}

/* Keys of values and the values together, in one step: one without the other would be a vault that lost something. */
static enum err put_store(struct client_run *r, const char *folder)
{
    const struct folder_rules all = {.without = NULL};
    char from[CLIENT_PATH_MAX], store[CLIENT_PATH_MAX], fresh[CLIENT_PATH_MAX];
    enum err e = path_in(folder, "store", from, r->t);

    if (e == OK)
        e = client_home_path(r->home, "store", store, r->t);
    if (e == OK)
        e = client_home_path(r->home, "store.new", fresh, r->t);
    if (e == OK)
        e = folder_drop(fresh, r->t);
    if (e != OK)
        return e;
    e = folder_copy(from, fresh, &all, r->t);
    if (e == OK)
        e = file_sync_all(r->home, r->t);
    if (e == OK && rename(fresh, store) != 0)
        e = trouble_at(r->t, ERR_IO, store, 0, 0, "cannot be put in its place", "kan niet op zijn plaats worden gezet");
    if (e == OK)
        return file_sync_all(r->home, r->t);
    return folder_drop(fresh, r->t) == OK ? e : ERR_IO;
}

/* The node reads at its start that time has passed which its store does not know of. The store comes last: until then there is no node. */
enum err client_cmd_restore(struct client_run *r)
{
    const struct folder_rules rules = {.without = (const char *const[]){whole_name, "store", NULL}, .keep_newer = 1};
    const char *folder = client_run_text(r, "folder");
    char path[CLIENT_PATH_MAX];
    enum err e = check_backup(r, folder);

    if (e == OK)
        e = check_owner(r, folder);
    if (e == OK)
        e = client_home_path(r->home, restored_name, path, r->t);
    if (e == OK)
        e = file_mkdirs(r->home, r->t);
    if (e == OK)
        e = file_write(path, "restored\n", 9, OWN_FILE_MODE, r->t);
    if (e == OK)
        e = folder_copy(folder, r->home, &rules, r->t);
    if (e == OK)
        e = client_home_path(r->home, "run", path, r->t);
    if (e == OK)
        e = file_mkdirs(path, r->t);
    if (e == OK)
        e = put_store(r, folder);
    if (e != OK)
        return e;
    r->reply = cJSON_CreateObject();
    json_add_text(r->reply, "folder", r->home);
    json_add_text(r->reply, "next", r->lang == LANG_NL
        ? "start het knooppunt; schakel audit complete noemt de nummers van wat na de reservekopie kwam: vraag partners dat opnieuw te sturen"
        : "start the node; schakel audit complete names the numbers of what came after the backup: ask partners to send that again");
    return OK;
}
