#include "client/officer.h"

#include "client/home.h"
#include "client/keyfile.h"
#include "client/rows.h"

#include <dirent.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

struct key { uint8_t public[PROTO_KEY_LEN]; struct secret *secret; };

struct client_officer {
    size_t count, cap;
    struct key *key;
    bool has_last;
    struct proto_opening_seal last;    /* of the last encapsulation: the next leaf nearly always has the same */
};

void client_officer_close(struct client_officer *o)
{
    if (o == NULL)
        return;
    for (size_t i = 0; i < o->count; i++)
        secret_free(o->key[i].secret);
    proto_opening_seal_fini(&o->last);
    free(o->key);
    free(o);
}

static enum err take(struct client_officer *o, const uint8_t public[PROTO_KEY_LEN], struct secret *secret)
{
    struct key *more;

    if (secret_len(secret) != PROTO_KEY_LEN)
        return ERR_KEY;
    more = client_rows_more(o->key, o->count, &o->cap, sizeof *more);
    if (more == NULL)
        return ERR_NOMEM;
    o->key = more;
    memcpy(o->key[o->count].public, public, PROTO_KEY_LEN);
    o->key[o->count++].secret = secret;
    return OK;
}

static bool is_officers(const char *name)
{
    size_t len = sizeof "officer" - 1;

    return strncmp(name, "officer", len) == 0 && (name[len] == '\0' || name[len] == '-') && strlen(name) <= CLIENT_KEY_NAME_MAX;
}

static enum err read_keys(struct client_officer *o, DIR *folder, const char *home, struct secret *vault_key, struct trouble *t)
{
    struct client_unlock by = {.key = vault_key};
    const struct dirent *entry;
    enum err e = OK;

    while (e == OK && (entry = readdir(folder)) != NULL) {
        struct secret *secret = NULL;
        uint8_t public[PROTO_KEY_LEN];

        if (!is_officers(entry->d_name))
            continue;
        e = client_keyfile_open(home, entry->d_name, &by, &secret, public, t);
        if (e == OK)
            e = take(o, public, secret);
        if (e != OK)
            secret_free(secret);
    }
    return e;
}

enum err client_officer_open(const char *home, struct secret *vault_key, struct client_officer **out, struct trouble *t)
{
    struct client_officer *o = calloc(1, sizeof *o);
    char path[CLIENT_PATH_MAX];
    DIR *folder = NULL;
    enum err e = o == NULL ? ERR_NOMEM : OK;

    if (e == OK)
        e = client_home_path(home, "keys", path, t);
    if (e == OK && (folder = opendir(path)) == NULL)
        e = ERR_NOTFOUND;
    if (e == OK)
        e = read_keys(o, folder, home, vault_key, t);
    if (e == OK && o->count == 0)
        e = ERR_NOTFOUND;
    if (folder != NULL)
        (void)closedir(folder);
    if (e == OK)
        *out = o;
    else
        client_officer_close(o);
    return e == OK ? OK : trouble_at(t, e, "keys/officer", 0, 0, "the privacy officer's key does not open (%s)",
                              "de sleutel van de privacy officer gaat niet open (%s)", err_word(e));
}

static const struct key *find(const struct client_officer *o, const uint8_t public[PROTO_KEY_LEN])
{
    for (size_t i = 0; i < o->count; i++)
        if (sodium_memcmp(o->key[i].public, public, PROTO_KEY_LEN) == 0)
            return &o->key[i];
    return NULL;
}

static enum err receive(struct client_officer *o, const struct client_node *n, const struct key *k, const struct proto_opening_box *box)
{
    enum err e;

    if (o->has_last && sodium_memcmp(o->last.enc, box->enc, sizeof box->enc) == 0
        && sodium_memcmp(o->last.key, k->public, sizeof k->public) == 0)
        return OK;
    o->has_last = false;
    e = proto_opening_seal_receive(&o->last, n->region.hash, n->me->id, secret_wake(k->secret), box->enc);
    secret_sleep(k->secret);
    o->has_last = e == OK;
    return e == ERR_KEY ? ERR_SIGNATURE : e;
}

enum err client_officer_unseal(struct client_officer *o, const struct client_node *n, const struct proto_opening_item *item,
    struct proto_opening *out)
{
    for (size_t i = 0; i < item->count; i++) {
        const struct key *k = find(o, item->box[i].key);
        enum err e;

        if (k == NULL)
            continue;
        e = receive(o, n, k, &item->box[i]);
        return e == OK ? proto_opening_seal_get(&o->last, &item->at, item->box[i].sealed, out) : e;
    }
    return ERR_KEY;
}
