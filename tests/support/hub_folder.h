/*
 * tests/support/hub_folder: a temporary folder with a store in it, made and removed for one test.
 */
#ifndef TESTS_SUPPORT_HUB_FOLDER_H
#define TESTS_SUPPORT_HUB_FOLDER_H

#include "base/kv.h"

struct hub_folder {
    char path[64], file[96];   /* file: a name in it that nobody has */
    struct kv *kv;
};

void hub_folder_open(struct hub_folder *f);
void hub_folder_close(struct hub_folder *f);
/* The store closed and opened again. */
void hub_folder_reopen(struct hub_folder *f);

#endif
