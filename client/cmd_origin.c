#include "client/cmd_origin.h"

#include "base/file.h"
#include "base/text.h"
#include "proto/originfile.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

/* What this partner's node has seen last of the log that is lost: it must run, also while the hub is away. */
static enum err ask_node(struct client_run *r, struct proto_merkle_head *out)
{
    cJSON *reply = NULL;
    const char *hex = NULL;
    enum err e = client_run_call_as_nobody(r, "status", &reply);

    if (e == OK)
        e = json_u64(reply, "checkpoint_size", &out->size);
    if (e == OK)
        e = json_text(reply, "checkpoint_root", &hex);
    if (e == OK)
        e = text_unhex(hex, out->root, sizeof out->root);
    cJSON_Delete(reply);
    return e;
}

static bool is_other(const struct proto_merkle_head *mine, uint64_t size, const uint8_t root[PROTO_HASH_LEN])
{
    return mine->size == size && size != 0 && sodium_memcmp(mine->root, root, PROTO_HASH_LEN) != 0;
}

/* Roots of one size that differ are two histories, whichever of the two sizes it is. */
static enum err check_roots(struct client_run *r, const struct proto_merkle_head *mine, const struct proto_registry_say *s)
{
    if (!is_other(mine, s->seen, s->digest) && !is_other(mine, s->kept, s->root))
        return OK;
    return trouble_at(r->t, ERR_STATE, "root", 0, 0,
        "this node has seen another root of that size: the hub has told two stories, or this is the file of another hub. Do not sign; call the other partners",
        "dit knooppunt zag een andere wortel van die grootte: de hub heeft twee verhalen verteld, of dit is het bestand van een andere hub. Teken "
        "niet; bel de andere partners");
}

enum err client_cmd_origin_fill(struct client_run *r, const char *path, struct proto_registry_say *s)
{
    struct proto_originfile f;
    struct proto_merkle_head mine;
    uint8_t *data = NULL;
    size_t len = 0;
    enum err e = file_read(path, PROTO_ORIGINFILE_MAX, &data, &len, r->t);

    if (e == OK)
        e = proto_originfile_parse(data, len, &f, r->t);
    free(data);
    if (e == OK && sodium_memcmp(f.region, s->region, sizeof f.region) != 0)
        e = trouble_at(r->t, ERR_KEY, path, 0, 0, "is for another region", "is voor een andere regio");
    if (e == OK)
        e = ask_node(r, &mine);
    if (e != OK)
        return e;
    s->origin = f.number;
    s->seen = f.what.seen.size;
    s->kept = f.what.kept.size;
    memcpy(s->digest, f.what.seen.root, sizeof s->digest);
    memcpy(s->root, f.what.kept.root, sizeof s->root);
    e = check_roots(r, &mine, s);
    if (e == OK && mine.size > s->seen) {
        s->seen = mine.size;
        memcpy(s->digest, mine.root, sizeof s->digest);
    }
    return e;
}

enum err client_cmd_origin_check(struct client_run *r, const struct proto_registry_say *s)
{
    struct proto_merkle_head mine;
    enum err e = ask_node(r, &mine);

    if (e == OK)
        e = check_roots(r, &mine, s);
    if (e == OK && mine.size > s->seen)
        e = trouble_at(r->t, ERR_STATE, "seen", 0, 0,
            "this names %llu leaves and this node has seen %llu: propose it anew from here (schakel partner propose --new-origin), and let the other sign",
            "dit noemt %llu bladen en dit knooppunt zag er %llu: stel het hier opnieuw voor (schakel partner propose --new-origin), en laat de ander tekenen",
            (unsigned long long)s->seen, (unsigned long long)mine.size);
    return e;
}

void client_cmd_origin_describe(struct client_run *r, const struct proto_registry_say *s)
{
    json_add_u64(r->reply, "origin", s->origin);
    json_add_u64(r->reply, "seen", s->seen);
    json_add_hex(r->reply, "digest", s->digest, sizeof s->digest);
    json_add_u64(r->reply, "kept", s->kept);
    json_add_u64(r->reply, "lost", s->seen - s->kept);
    json_add_hex(r->reply, "root", s->root, sizeof s->root);
}
