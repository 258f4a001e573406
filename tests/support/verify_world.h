/*
 * tests/support/verify_world: a hub's log in a temporary folder, exported as outsiders get it, and what schakel verify says of it.
 */
#ifndef TESTS_SUPPORT_VERIFY_WORLD_H
#define TESTS_SUPPORT_VERIFY_WORLD_H

#include "tests/support/check.h"
#include "tests/support/home_folder.h"
#include "tests/support/log_sample.h"

#include "base/file.h"
#include "base/wr.h"
#include "client/verify.h"
#include "proto/note.h"
#include "proto/sign.h"

#include <sodium.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LEAVES = 520 };

struct world {
    void *folder;
    struct log_sample log;
    struct proto_region region;
    struct client_log_report report;
    struct client_claims claims;
    struct client_problems problems;
    uint8_t node_secret[64], node_key[32];
};

static inline int setup(void **state)
{
    struct world *w = calloc(1, sizeof *w);

    if (w == NULL || home_folder_setup(&w->folder) != 0)
        return -1;
    log_sample_init(&w->log);
    log_sample_into(&w->log, &w->region);
    (void)crypto_sign_keypair(w->node_key, w->node_secret);
    w->problems.list = cJSON_CreateArray();
    *state = w;
    return 0;
}

static inline int teardown(void **state)
{
    struct world *w = *state;
    int gone = home_folder_teardown(&w->folder);

    client_claims_fini(&w->claims);
    cJSON_Delete(w->problems.list);
    free(w);
    return gone;
}

static inline const char *path(const struct world *w, const char *name)
{
    return home_folder_path(w->folder, name);
}

static inline enum err verify(struct world *w)
{
    return client_verify_log(&w->region, path(w, "log"), &w->claims, &w->report, &w->problems, NULL);
}

/* The problems as "leaf:file " words in one line. */
static inline const char *problems(const struct world *w)
{
    static char text[400];
    const cJSON *row;

    text[0] = '\0';
    cJSON_ArrayForEach(row, w->problems.list)
    {
        const cJSON *leaf = cJSON_GetObjectItemCaseSensitive(row, "leaf"), *file = cJSON_GetObjectItemCaseSensitive(row, "file");
        size_t used = strlen(text);

        (void)snprintf(text + used, sizeof text - used, "%s%s%s ", leaf != NULL ? leaf->valuestring : "", leaf != NULL && file != NULL ? ":" : "",
            file != NULL ? file->valuestring : "");
    }
    return text;
}

#define world_test(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

#endif
