#include "hub/backup_registry.h"

#include "base/file.h"
#include "hub/home.h"
#include "server/registry.h"

#include <sodium.h>
#include <stdlib.h>

/* One pass over the copies. */
struct taking {
    struct hub_registry *registry;
    struct kv_txn *x;
    const struct hub_signed *last;
    struct trouble *t;
    size_t copies;          /* that were whole */
};

static bool is_signed_root(const struct taking *k)
{
    struct proto_merkle_head head;

    proto_registry_head(k->registry->fold, &head);
    return sodium_memcmp(head.root, k->last->head.root, sizeof head.root) == 0;
}

static enum err other_history(const struct taking *k)
{
    return trouble_at(k->t, ERR_SIGNATURE, "registry", 0, 0, "these statements do not give the root that was signed",
        "deze verklaringen geven niet de wortel die is ondertekend");
}

/* Where what was signed ends, the root must be the one that was signed. */
static enum err append_one(struct taking *k, const uint8_t *leaf, size_t len)
{
    uint64_t index = proto_registry_size(k->registry->fold);
    enum proto_registry_why why;
    enum err e = hub_store_registry_put(k->registry->store, k->x, index, leaf, len);

    if (e == OK)
        e = proto_registry_append(k->registry->fold, leaf, len, &why);
    return e == OK && index + 1 == k->last->head.size && !is_signed_root(k) ? other_history(k) : e;
}

/* An older copy than what is there already has nothing for us. */
static enum err take_data(struct taking *k, const uint8_t *data, size_t len)
{
    struct proto_registry_more more;
    struct proto_merkle_head head;
    const uint8_t *checkpoint, *leaf;
    size_t checkpoint_len, leaf_len;
    enum err e = proto_registry_copy_read(data, len, &checkpoint, &checkpoint_len, &more);

    if (e != OK || more.count < proto_registry_size(k->registry->fold))
        return e;
    e = proto_registry_copy_skip(&more, proto_registry_size(k->registry->fold));
    if (e == OK)
        e = proto_registry_check(k->registry->fold, checkpoint, checkpoint_len, &more, &head);
    while (e == OK && more.count != 0) {
        e = proto_registry_copy_next(&more, &leaf, &leaf_len);
        if (e == OK)
            e = append_one(k, leaf, leaf_len);
    }
    k->copies += e == OK ? 1 : 0;
    return e;
}

static enum err take_file(struct taking *k, const char *folder, const char *name)
{
    char path[HUB_PATH_MAX];
    uint8_t *data = NULL;
    size_t len = 0;
    enum err e = OK;

    if (folder != NULL)
        e = file_join(path, sizeof path, folder, name);
    if (e == OK)
        e = file_read(folder != NULL ? path : name, PROTO_REGISTRY_COPY_MAX, &data, &len, NULL);
    if (e == OK)
        e = take_data(k, data, len);
    free(data);
    if (e == OK || (e == ERR_NOTFOUND && folder != NULL))
        return OK;
    return trouble_at(k->t, e, folder != NULL ? path : name, 0, 0,
        "is no copy of this registry (%s): take one from any partner (schakel partner export) or from the keyholder's folder",
        "is geen kopie van dit register (%s): neem er een van een partner (schakel partner export) of uit de map van de sleutelhouder",
        err_word(e));
}

static enum err check_enough(const struct taking *k, const struct hub_backup_sources *from)
{
    uint64_t have = proto_registry_size(k->registry->fold), need = k->last->head.size;

    if (have < need)
        return trouble_at(k->t, ERR_STATE, "registry", 0, 0,
            "the backup has %llu statements of the registry and %llu were signed: give a copy that has them (--registry FILE), from any "
            "partner (schakel partner export) or from the keyholder's folder",
            "de reservekopie heeft %llu verklaringen van het register en er zijn er %llu ondertekend: geef een kopie die ze heeft (--registry "
            "BESTAND), van een partner (schakel partner export) of uit de map van de sleutelhouder",
            (unsigned long long)have, (unsigned long long)need);
    if (from->memory_is_old && k->copies == 0)
        return trouble_at(k->t, ERR_STATE, "registry", 0, 0,
            "what the hub signed last is lost, and a revocation since the backup may be: give a copy of the registry (--registry FILE), from "
            "any partner (schakel partner export) or from the keyholder's folder",
            "wat de hub het laatst ondertekende is weg, en wat sinds de reservekopie is ingetrokken misschien ook: geef een kopie van het "
            "register (--registry BESTAND), van een partner (schakel partner export) of uit de map van de sleutelhouder");
    return OK;
}

/*
 * The home's own copy comes last: it is the hub's own word only, does not count as one that was given, and when it is damaged the others will
 * do.
 */
enum err hub_backup_registry_append(struct hub_registry *r, struct kv_txn *x, const struct hub_backup_sources *from, uint64_t *added,
    struct trouble *t)
{
    struct taking k = { .registry = r, .x = x, .last = &from->last_registry, .t = t };
    uint64_t before = proto_registry_size(r->fold);
    size_t given;
    enum err e = OK;

    if (before == k.last->head.size && before != 0 && !is_signed_root(&k))
        return other_history(&k);
    if (from->registry != NULL)
        e = take_file(&k, NULL, from->registry);
    if (e == OK && from->mirror != NULL)
        e = take_file(&k, from->mirror, "registry");
    given = k.copies;
    if (e == OK && proto_registry_size(r->fold) < k.last->head.size)
        e = take_file(&k, from->home, SERVER_REGISTRY_FILE);
    /* Of a home of before. */
    if (e == OK && proto_registry_size(r->fold) < k.last->head.size)
        e = take_file(&k, from->home, "registry");
    k.copies = given;
    if (e == OK)
        e = check_enough(&k, from);
    if (e == OK)
        *added = proto_registry_size(r->fold) - before;
    return e;
}
