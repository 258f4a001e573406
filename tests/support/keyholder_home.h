/*
 * tests/support/keyholder_home: a keyholder's home made by its own commands, and regions that name it.
 */
#ifndef TESTS_SUPPORT_KEYHOLDER_HOME_H
#define TESTS_SUPPORT_KEYHOLDER_HOME_H

#include "client/cmds.h"
#include "client/keyholder.h"
#include "proto/wire.h"
#include "tests/support/home_folder.h"
#include "tests/support/region_sample.h"

#include <sys/types.h>

#define KEYHOLDER_HOME_PASSPHRASE "a passphrase for tests"

struct keyholder_home {
    struct home_folder folder;
    char home[96], address[32];
    struct region_sample sample;       /* keys of the partners */
    struct proto_keyholder_file f;
    struct proto_region *region;       /* with this keyholder in it */
    struct trouble t;
    cJSON *reply;
    pid_t pid;
    struct wire_client *client;
};

/* Setup and teardown of a cmocka test: init was run; *state is struct keyholder_home. */
int keyholder_home_setup(void **state);
int keyholder_home_teardown(void **state);

/* Run a command here; args is JSON, ' for ". Its reply is in w->reply, its trouble in w->t. */
enum err keyholder_home_run(struct keyholder_home *w, enum err (*command)(struct client_run *r), const char *args);
enum err keyholder_home_init(struct keyholder_home *w, const char *name, const char *address);
enum err keyholder_home_join(struct keyholder_home *w, const char *file);
/* Write a region with this keyholder, signed by the first signers of the sample's partners. The first complete one is w->region. */
void keyholder_home_region(struct keyholder_home *w, const char *file, size_t signers, const char *name);

#endif
