#include "hub/backup.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/folder.h"
#include "base/kv.h"
#include "base/text.h"
#include "hub/home.h"
#include "hub/ledger.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* store is copied as one moment; seeds must not outlive a week; run is of processes. */
static const char *const apart[] = { "store", "seeds", "run", NULL };
static const char whole_name[] = "whole";

enum { OWN_FILE_MODE = 0600 };

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

/* What was signed while the signer's memory was copied and the store was not is in the store too: that says how much there is. */
static enum err count_leaves(const char *folder, uint64_t *leaves, struct trouble *t)
{
    char path[HUB_PATH_MAX];
    struct hub_ledger_reader *log = NULL;
    struct kv_txn *x = NULL;
    struct kv *kv = NULL;
    enum err e = file_join(path, sizeof path, folder, "store");

    if (e == OK)
        e = kv_open_as(path, KV_ALONE, &kv, t);
    if (e == OK)
        e = hub_ledger_reader_open(kv, &log);
    if (e == OK)
        e = kv_begin(kv, false, &x);
    if (e == OK)
        e = hub_ledger_read_size(log, x, leaves);
    kv_abort(x);
    hub_ledger_reader_close(log);
    kv_close(kv);
    return e == OK ? OK : trouble_at(t, e, path, 0, 0, "the copy of the store is not to be read (%s)", "de kopie van de opslag is niet te lezen (%s)", err_word(e));
}

/* The last word: a folder that has it is a backup. */
static enum err write_whole(struct hub_cli *c, const char *folder)
{
    char path[HUB_PATH_MAX], text[256], when[17], hex[2 * FILE_DIGEST_LEN + 1];
    uint8_t digest[FILE_DIGEST_LEN];
    uint64_t leaves = 0;
    int len;
    enum err e = count_leaves(folder, &leaves, c->t);

    if (e == OK)
        e = file_join(path, sizeof path, folder, HUB_BACKUP_STORE);
    if (e == OK)
        e = file_digest(path, digest, c->t);
    if (e == OK)
        e = file_join(path, sizeof path, folder, whole_name);
    if (e != OK)
        return e;
    text_hex(digest, sizeof digest, hex, sizeof hex);
    len = snprintf(text, sizeof text, HUB_BACKUP_WHOLE "time %" PRIu64 "\nleaves %" PRIu64 "\n" HUB_BACKUP_DIGEST "%s\n", clock_now_s(),
        leaves, hex);
    e = file_write_new(path, text, (size_t)len, OWN_FILE_MODE, c->t);
    if (e == OK) {
        clock_format_nl(clock_now_s(), when);
        json_add_text(c->reply, "made", when);
        json_add_u64(c->reply, "leaves", leaves);
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
        return trouble_at(c->t, ERR_EXISTS, c->argument, 0, 0, "is there already: a backup is made in a new folder",
            "is er al: een reservekopie komt in een nieuwe map");
    e = folder_copy(c->home, c->argument, &rules, c->t);
    if (e == OK)
        e = copy_store(c->home, c->argument, c->t);
    return e == OK ? write_whole(c, c->argument) : e;
}
