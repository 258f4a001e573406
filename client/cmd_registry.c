#include "client/cmd_registry.h"

#include "base/file.h"
#include "base/text.h"
#include "base/wr.h"
#include "proto/limits.h"
#include "proto/registry.h"

#include <stdlib.h>
#include <string.h>

const struct client_opt client_cmd_partner_export_opts[] = {
    {"out", CLIENT_OPT_TEXT, true, {"the file to write", "het bestand dat wordt geschreven"}, "FILE", NULL},
    {NULL, CLIENT_OPT_TEXT, false, {NULL, NULL}, NULL, NULL}};

/* What came from the node so far. */
struct copy {
    uint8_t *leaves;
    size_t len;
    uint64_t count, size;
    uint8_t checkpoint[PROTO_NOTE_MAX];
    size_t checkpoint_len;
};

static enum err take_answer(struct copy *k, const cJSON *reply)
{
    const char *checkpoint = NULL, *leaves = NULL;
    uint64_t count = 0;
    size_t len = 0;
    enum err e = json_text(reply, "checkpoint", &checkpoint);

    if (e == OK)
        e = json_text(reply, "leaves", &leaves);
    if (e == OK)
        e = json_u64(reply, "count", &count);
    if (e == OK)
        e = json_u64(reply, "size", &k->size);
    if (e == OK)
        e = text_unbase64(checkpoint, strlen(checkpoint), k->checkpoint, sizeof k->checkpoint, &k->checkpoint_len);
    if (e == OK)
        e = text_unbase64(leaves, strlen(leaves), k->leaves + k->len, PROTO_REGISTRY_LEAVES_MAX - k->len, &len);
    k->len += len;
    k->count += count;
    return e == OK && count == 0 && k->count < k->size ? ERR_SHORT : e;
}

static enum err ask_all(struct client_run *r, struct copy *k)
{
    enum err e = OK;

    do {
        cJSON *reply = NULL;

        cJSON_DeleteItemFromObject(r->args, "first");
        json_add_u64(r->args, "first", k->count);
        e = client_run_call_as_nobody(r, "registry.leaves", &reply);
        if (e == OK)
            e = take_answer(k, reply);
        cJSON_Delete(reply);
    } while (e == OK && k->count < k->size);
    return e == OK && k->count > PROTO_REGISTRY_MAX ? ERR_FULL : e;
}

static enum err write_copy(struct client_run *r, const struct copy *k, const char *path)
{
    uint8_t *out = malloc(PROTO_REGISTRY_COPY_MAX);
    struct wr w;
    enum err e = out == NULL ? ERR_NOMEM : OK;

    if (e == OK) {
        wr_init(&w, out, PROTO_REGISTRY_COPY_MAX);
        wr_bytes16(&w, k->checkpoint, k->checkpoint_len);
        wr_u16(&w, (uint16_t)k->count);
        wr_copy(&w, k->leaves, k->len);
        e = wr_end(&w);
    }
    if (e == OK)
        e = file_write_changed(path, out, w.len, 0644, r->t);
    free(out);
    return e;
}

enum err client_cmd_registry_write(struct client_run *r, const char *path, uint64_t *count)
{
    struct copy *k = calloc(1, sizeof *k);
    enum err e = k == NULL || (k->leaves = malloc(PROTO_REGISTRY_LEAVES_MAX)) == NULL ? ERR_NOMEM : ask_all(r, k);

    if (e == OK)
        e = write_copy(r, k, path);
    if (e == OK)
        *count = k->count;
    if (k != NULL)
        free(k->leaves);
    free(k);
    return e;
}

enum err client_cmd_partner_export(struct client_run *r)
{
    const char *path = client_run_text(r, "out");
    uint64_t count = 0;
    enum err e = client_cmd_registry_write(r, path, &count);

    if (e == OK) {
        r->reply = cJSON_CreateObject();
        json_add_text(r->reply, "file", path);
        json_add_u64(r->reply, "statements", count);
    }
    return e;
}
