#include "client/rotate_witness.h"

#include "base/file.h"
#include "client/home.h"
#include "client/hublink_parts.h"
#include "client/keyfile.h"
#include "client/rotate_files.h"
#include "client/witness.h"
#include "proto/registry_say.h"

#include <stdlib.h>
#include <unistd.h>

/* ---- files ---- */

enum err client_rotate_witness_move(const char *home)
{
    enum err e = client_rotate_files_take(home, "witness");

    return e == OK ? client_home_move(home, CLIENT_WITNESS_ORG, "org.pub") : e;
}

/* ---- at the start ---- */

/* The key is made before its public file: one that waits alone is of a key that took its place already. */
static enum err mend(const char *home)
{
    enum err e = client_home_has(home, "keys/witness.next") ? OK : client_home_move(home, CLIENT_WITNESS_ORG, "org.pub");

    return e == ERR_NOTFOUND ? OK : e;
}

static enum err open_next(struct client_node *n, struct secret *vault_key)
{
    struct client_unlock by = {.key = vault_key};
    struct secret *key = NULL;
    uint8_t public[32];
    enum err e = client_keyfile_open_next(n->home, "witness", &by, &key, public);

    if (e == OK)
        client_witness_next(n, key, public);
    return e == ERR_NOTFOUND ? OK : e;
}

static enum err put(struct client_node *n, const uint8_t *note, size_t len)
{
    struct proto_msg *m = calloc(1, sizeof *m);
    struct vault_txn *x = NULL;
    enum err e = m == NULL ? ERR_NOMEM : client_vault_begin(n->vault, true, &x);

    if (e == OK) {
        m->kind = PROTO_REGISTRY;
        m->original = (struct proto_blob){note, len};
        e = client_outbox_put(n, x, m, NULL, NULL);
    }
    e = client_vault_end(x, e);
    free(m);
    return e;
}

/* Gone when it is in the outbox, which keeps it. */
static enum err send(struct client_node *n)
{
    char path[CLIENT_PATH_MAX];
    uint8_t *data = NULL;
    size_t len = 0;
    enum err e = client_home_path(n->home, CLIENT_WITNESS_SAY, path, NULL);

    if (e == OK)
        e = file_read(path, PROTO_REGISTRY_NOTE_MAX, &data, &len, NULL);
    if (e == ERR_NOTFOUND)
        return OK;
    if (e == OK)
        e = put(n, data, len);
    free(data);
    return e == OK && unlink(path) != 0 ? ERR_IO : e;
}

enum err client_rotate_witness_open(struct client_node *n, struct secret *vault_key, struct trouble *t)
{
    enum err e = mend(n->home);

    if (e == OK && n->witness != NULL)
        e = open_next(n, vault_key);
    if (e == OK)
        e = send(n);
    return e == OK ? OK : trouble_at(t, e, "keys/witness.next", 0, 0, "cannot be used (%s): see schakel org rotate witness",
                              "is niet te gebruiken (%s): zie schakel org rotate witness", err_word(e));
}
