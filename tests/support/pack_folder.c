#include "tests/support/pack_folder.h"

#include "tests/support/check.h"
#include "tests/support/policy.h"

#include "base/file.h"
#include "server/adoption.h"

#include <stdio.h>
#include <sys/stat.h>

#define PACK SOURCE_DIR "/policy/packs/nl-jeugd"

static void make_one(const char *folder, const char *file, const char *from, const char *to)
{
    uint8_t *data = NULL;
    char path[512], *text = NULL;
    const char *at;
    size_t len = 0;

    (void)snprintf(path, sizeof path, "%s/%s", PACK, file);
    assert_err(file_read(path, POLICY_TABLE_BYTES_MAX, &data, &len, NULL), OK);
    at = from == NULL ? NULL : strstr((const char *)data, from);
    if (from != NULL && at == NULL)
        fail_msg("\"%s\" does not stand in %s", from, file);
    if (at == NULL)
        text = strdup((const char *)data);
    else
        assert_true(asprintf(&text, "%.*s%s%s", (int)(at - (const char *)data), (const char *)data, to, at + strlen(from)) > 0);
    assert_non_null(text);
    (void)snprintf(path, sizeof path, "%s/%s", folder, file);
    assert_err(file_write(path, text, strlen(text), 0600, NULL), OK);
    free(text);
    free(data);
}

void pack_folder_make(const char *folder, const char *file, const char *from, const char *to)
{
    for (size_t i = 0; i < SERVER_MANIFEST_FILES_MAX; i++) {
        bool is_it = file != NULL && strcmp(file, server_manifest_file(i)) == 0;

        make_one(folder, server_manifest_file(i), is_it ? from : NULL, to);
    }
}

const char *pack_folder_in(const char *home, const char *name, const char *file, const char *from, const char *to)
{
    static char path[512];

    (void)snprintf(path, sizeof path, "%s/%s", home, name);
    assert_true(mkdir(path, 0700) == 0);
    pack_folder_make(path, file, from, to);
    return path;
}

void pack_folder_manifest(const char *folder, const char *version, struct date valid_from)
{
    struct policy_pack *pack = support_policy_pack(folder);
    struct server_manifest m = { .name = "nl-jeugd", .valid_from = valid_from };

    (void)snprintf(m.version, sizeof m.version, "%s", version);
    assert_err(server_manifest_digest(folder, pack, &m, NULL), OK);
    assert_err(server_manifest_write(folder, &m, NULL), OK);
    policy_pack_free(pack);
}

void pack_folder_adopt(
    const char *folder, const struct proto_region *region, const char *handle, const uint8_t root_secret[64], uint64_t made_s)
{
    struct server_manifest m = { .name = "" };
    struct proto_registry_say say;
    char text[PROTO_REGISTRY_NOTE_MAX], note[PROTO_REGISTRY_NOTE_MAX + 1];
    size_t len = 0, note_len = 0;
    bool added = false;

    assert_err(server_manifest_read(folder, &m, NULL), OK);
    server_adoption_say(&m, region, made_s, &say);
    assert_err(proto_registry_say_format(&say, text, sizeof text, &len), OK);
    assert_err(proto_registry_say_sign((const uint8_t *)text, len, handle, root_secret, note, sizeof note - 1, &note_len), OK);
    note[note_len] = '\0';
    assert_err(server_manifest_add(m.adoption, &m.adoptions, note, &added), OK);
    assert_err(server_manifest_write(folder, &m, NULL), OK);
    server_manifest_fini(&m);
}
