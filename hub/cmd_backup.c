#include "hub/backup.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/folder.h"
#include "base/kv.h"
#include "hub/home.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* store is copied as one moment; seeds must not outlive a week; run is of processes. */
static const char *const apart[] = { "store", "seeds", "run", NULL };
static const char whole_name[] = "whole";

enum { OWN_FILE_MODE = 0600, WHOLE_MAX = 4096 };

/* ---- backup ---- */

static enum err copy_store(const char *home, const char *to, struct trouble *t)
{
    char store[HUB_PATH_MAX], copy[HUB_PATH_MAX];
    struct kv *kv = NULL;
    enum err e = hub_home_path(home, "store", store, t);

    if (e == OK)
        e = file_join(copy, sizeof copy, to, "store");
    if (e == OK)
        e = kv_open_read(store, &kv, t);
    if (e == OK)
        e = kv_backup(kv, copy);
    kv_close(kv);
    return e == OK ? OK : trouble_at(t, e, to, 0, 0, "the store could not be copied there (%s)", "de opslag kon daar niet worden gekopieerd (%s)", err_word(e));
}

/* The last word: a folder that has it is a backup. */
static enum err write_whole(struct hub_cli *c, const char *folder)
{
    char path[HUB_PATH_MAX], state[HUB_PATH_MAX], text[256], when[17];
    struct hub_signed last;
    int len;
    enum err e = hub_home_path(folder, "signer/last", state, c->t);

    if (e == OK)
        e = hub_signer_read(state, &last, c->t);
    if (e == OK)
        e = file_join(path, sizeof path, folder, whole_name);
    if (e != OK)
        return e;
    len = snprintf(text, sizeof text, "schakel-hub-backup/v1\ntime %" PRIu64 "\nleaves %" PRIu64 "\n", clock_now_s(), last.head.size);
    e = file_write_new(path, text, (size_t)len, OWN_FILE_MODE, c->t);
    if (e == OK) {
        clock_format_nl(clock_now_s(), when);
        json_add_text(c->reply, "made", when);
        json_add_u64(c->reply, "leaves", last.head.size);
        json_add_text(c->reply, "folder", folder);
        json_add_text(c->reply, "next", c->lang == LANG_NL
            ? "hierin staan de sleutels van de hub: bewaar het als de machine zelf, en gooi weg wat ouder is dan u nodig heeft"
            : "the hub's keys are in it: keep it as you keep the machine, and destroy what is older than you need");
    }
    return e;
}

/* The signer's memory first: what it has signed by then is in a store that is copied later. */
enum err hub_cmd_backup(struct hub_cli *c)
{
    const struct folder_rules rules = { .without = apart };
    enum err e;

    if (access(c->argument, F_OK) == 0)
        return trouble_at(c->t, ERR_EXISTS, c->argument, 0, 0, "is there already: a backup is made in a new folder", "is er al: een reservekopie komt in een nieuwe map");
    e = folder_copy(c->home, c->argument, &rules, c->t);
    if (e == OK)
        e = copy_store(c->home, c->argument, c->t);
    return e == OK ? write_whole(c, c->argument) : e;
}

/* ---- restore ---- */

static enum err check_backup(const struct hub_cli *c)
{
    char path[HUB_PATH_MAX];
    uint8_t *text = NULL;
    size_t len = 0;
    enum err e = file_join(path, sizeof path, c->argument, whole_name);

    if (e == OK)
        e = file_read(path, WHOLE_MAX, &text, &len, NULL);
    if (e == OK && strncmp((const char *)text, "schakel-hub-backup/v1\n", 22) != 0)
        e = ERR_VERSION;
    free(text);
    return e == OK ? OK : trouble_at(c->t, e, c->argument, 0, 0, "is not a whole backup of a hub", "is geen hele reservekopie van een hub");
}

/* A store that is there is not written over, and a hub that runs has one. */
static enum err check_home(const struct hub_cli *c, char store[HUB_PATH_MAX])
{
    enum err e = hub_home_path(c->home, "store", store, c->t);

    if (e == OK && access(store, F_OK) == 0)
        return trouble_at(c->t, ERR_EXISTS, store, 0, 0, "is there still: stop the hub and move it aside first",
            "is er nog: stop de hub en zet hem eerst opzij");
    return e;
}

/* What was signed last, as far as anything here knows: the home's own memory when that survived, else the backup's. */
static enum err signed_last(const struct hub_cli *c, struct hub_signed *last)
{
    char path[HUB_PATH_MAX];
    enum err e = hub_home_path(c->home, "signer/last", path, c->t);

    return e == OK ? hub_signer_read(path, last, c->t) : e;
}

enum err hub_cmd_restore(struct hub_cli *c)
{
    const struct folder_rules rest = { .without = (const char *const[]){ "store", whole_name, NULL }, .keep_newer = 1 }, all = { .without = NULL };
    char store[HUB_PATH_MAX], from[HUB_PATH_MAX], fresh[HUB_PATH_MAX];
    struct hub_signed last;
    uint64_t added = 0;
    enum err e = check_backup(c);

    if (e == OK)
        e = check_home(c, store);
    if (e == OK)
        e = file_join(from, sizeof from, c->argument, "store");
    if (e == OK)
        e = hub_home_path(c->home, "store.new", fresh, c->t);
    if (e == OK && access(fresh, F_OK) == 0)
        e = trouble_at(c->t, ERR_EXISTS, fresh, 0, 0, "is of a restore that did not end: remove it", "is van een poging die niet af was: haal hem weg");
    if (e == OK)
        e = folder_copy(c->argument, c->home, &rest, c->t);
    if (e == OK)
        e = signed_last(c, &last);
    if (e == OK)
        e = folder_copy(from, fresh, &all, c->t);
    if (e == OK)
        e = hub_backup_complete(c->home, fresh, &last, c->mirror, &added, c->t);
    if (e == OK && rename(fresh, store) != 0)
        e = trouble_at(c->t, ERR_IO, store, 0, 0, "cannot be put in its place", "kan niet op zijn plaats worden gezet");
    if (e == OK)
        e = file_sync_all(c->home, c->t);
    if (e == OK) {
        json_add_u64(c->reply, "leaves", last.head.size);
        json_add_u64(c->reply, "from_mirror", added);
        json_add_text(c->reply, "next", c->lang == LANG_NL ? "start de hub; wat na de reservekopie kwam vraagt men opnieuw, en bij elke partner kijkt de privacy officer de breuk na (schakel audit clear)"
            : "start the hub; what came after the backup has to be asked again, and each partner's officer looks into the break (schakel audit clear)");
    }
    return e;
}
