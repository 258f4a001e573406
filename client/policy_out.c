#include "client/policy_out.h"

#include "base/file.h"
#include "base/text.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum { PACK_JSON_MAX = 1024 * 1024 };

cJSON *client_policy_out_open(struct client_policy_out *o, const char *list)
{
    cJSON *array;

    o->whole = o->json ? cJSON_CreateObject() : NULL;
    array = json_add_array(o->whole, list);
    o->mistakes = json_add_array(o->whole, "mistakes");
    return array;
}

enum err client_policy_out_close(struct client_policy_out *o, bool ok)
{
    char *text = NULL;
    enum err e = OK;

    if (o->json) {
        json_add_bool(o->whole, "ok", ok);
        e = json_print(o->whole, &text);
        if (e == OK)
            (void)fprintf(o->out, "%s\n", text);
        free(text);
        cJSON_Delete(o->whole);
        o->whole = NULL;
    }
    return e;
}

const char *client_policy_out_either(const struct client_policy_out *o, const char *en, const char *nl)
{
    return o->lang == LANG_NL ? nl : en;
}

void client_policy_out_mistake(void *arg, const struct trouble *t)
{
    struct client_policy_out *o = arg;
    struct trouble told = { .lang = t->lang };
    char line[800], where[PATH_MAX + sizeof t->where];
    bool is_named = o->folder == NULL || strchr(t->where, '/') != NULL;
    cJSON *row;

    (void)snprintf(where, sizeof where, "%s%s%s", is_named ? "" : o->folder, is_named ? "" : "/", t->where);
    (void)trouble_at(&told, t->err, where, t->line, t->column, "%s", "%s", t->text);
    if (!o->json) {
        trouble_line(&told, line, sizeof line);
        (void)fprintf(o->out, "%s\n", line);
        return;
    }
    row = json_push_object(o->mistakes);
    json_add_text(row, "class", err_word(t->err));
    json_add_text(row, "where", told.where);
    json_add_u64(row, "line", t->line);
    json_add_u64(row, "column", t->column);
    json_add_text(row, "text", t->text);
}

void client_policy_out_progress(struct client_policy_out *o, size_t done, size_t all)
{
    unsigned percent = (unsigned)(done * 100 / all);

    if (!o->on_terminal || percent == o->percent)
        return;
    o->percent = percent;
    if (percent < 100)
        (void)fprintf(stderr, "\r%3u %%", percent);
    else
        (void)fprintf(stderr, "\r     \r");
    (void)fflush(stderr);
}

bool client_policy_out_is_draft(const char *folder, const struct policy_pack *pack)
{
    char path[PATH_MAX], digest[2 * POLICY_DIGEST_LEN + 1];
    const char *adopted = NULL;
    uint8_t *data = NULL;
    cJSON *json = NULL;
    size_t len = 0;
    bool draft = true;

    text_hex(pack->digest, sizeof pack->digest, digest, sizeof digest);
    if (file_join(path, sizeof path, folder, "pack.json") == OK
        && file_read(path, PACK_JSON_MAX, &data, &len, NULL) == OK && json_parse(data, len, &json, NULL) == OK
        && json_text(json, "digest", &adopted) == OK)
        draft = strcmp(adopted, digest) != 0;
    cJSON_Delete(json);
    free(data);
    return draft;
}

void client_policy_out_names(const char *const *names, size_t count, uint64_t mask, char *out, size_t out_len)
{
    size_t used = 0;

    (void)snprintf(out, out_len, "%s", (size_t)__builtin_popcountll(mask) == count ? "ANY" : "");
    if (out[0] != '\0')
        return;
    for (size_t i = 0; i < count; i++)
        if ((mask >> i & 1) != 0 && used < out_len)
            used += (size_t)snprintf(out + used, out_len - used, "%s%s", used == 0 ? "" : " ", names[i]);
}
