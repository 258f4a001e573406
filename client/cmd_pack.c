#include "client/cmd_pack.h"

#include "base/file.h"
#include "client/home.h"
#include "policy/files.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

/* The first mistake in a table or the texts becomes the trouble. */
static void tell(void *arg, const struct trouble *t)
{
    struct trouble *first = arg;

    if (first->err == OK)
        *first = *t;
}

static enum err check(struct client_run *r, const struct proto_region *region, const char *folder)
{
    struct policy_pack *pack = NULL;
    struct policy_texts *texts = NULL;
    enum err e = policy_files_load(folder, r->lang, tell, r->t, &pack);

    if (e == OK && sodium_memcmp(pack->digest, region->pack, PROTO_HASH_LEN) != 0)
        e = trouble_at(r->t, ERR_CONFIG, folder, 0, 0,
            "is not the policy pack that this region adopted: its digest differs (schakel region show)",
            "is niet het beleidspakket dat deze regio heeft aangenomen: de digest is anders (schakel region "
            "show)");
    if (e == OK)
        e = policy_files_texts(folder, pack, r->lang, tell, r->t, &texts);
    policy_texts_free(texts);
    policy_pack_free(pack);
    return e;
}

static enum err copy(struct client_run *r, const char *folder, const char *name)
{
    char from[CLIENT_PATH_MAX], in_home[128], to[CLIENT_PATH_MAX];
    uint8_t *data = NULL;
    size_t len = 0;
    enum err e = file_join(from, sizeof from, folder, name);

    (void) snprintf(in_home, sizeof in_home, "pack/%s", name);
    if (e == OK)
        e = client_home_path(r->home, in_home, to, r->t);
    if (e == OK)
        e = file_read(from, POLICY_TABLE_BYTES_MAX, &data, &len, r->t);
    if (e == OK)
        e = file_write(to, data, len, 0644, r->t);
    free(data);
    return e;
}

enum err client_cmd_pack_take(struct client_run *r, const struct proto_region *region, const char *folder)
{
    char path[CLIENT_PATH_MAX];
    enum err e = check(r, region, folder);

    if (e == OK)
        e = client_home_path(r->home, "pack", path, r->t);
    if (e == OK)
        e = file_mkdirs(path, r->t);
    for (enum policy_table_id id = 0; e == OK && id < POLICY_TABLES; id++)
        e = copy(r, folder, policy_pack_file(id));
    return e == OK ? copy(r, folder, "texts.csv") : e;
}
