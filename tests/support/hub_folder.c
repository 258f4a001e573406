#include "hub_folder.h"

#include "check.h"

#include <ftw.h>
#include <stdio.h>
#include <unistd.h>

enum { MAP = 16 << 20 };

void hub_folder_open(struct hub_folder *f)
{
    memset(f, 0, sizeof *f);
    (void)snprintf(f->path, sizeof f->path, "/tmp/hub-folder-XXXXXX");
    assert_non_null(mkdtemp(f->path));
    (void)snprintf(f->file, sizeof f->file, "%s/file", f->path);
    hub_folder_reopen(f);
}

void hub_folder_reopen(struct hub_folder *f)
{
    char store[96];

    (void)snprintf(store, sizeof store, "%s/store", f->path);
    kv_close(f->kv);
    f->kv = NULL;
    assert_err(kv_open(store, MAP, &f->kv, NULL), OK);
}

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
    (void)st;
    (void)flag;
    (void)ftw;
    return remove(path);
}

void hub_folder_close(struct hub_folder *f)
{
    kv_close(f->kv);
    (void)nftw(f->path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}
