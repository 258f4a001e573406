#include "tests/support/policy_edit.h"

#include "base/file.h"
#include "policy/files.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static void tell(void *arg, const struct trouble *t)
{
    char line[1024];

    (void)arg;
    trouble_line(t, line, sizeof line);
    print_error("%s\n", line);
}

char *support_policy_replace(const char *text, const char *from, const char *to)
{
    const char *at = strstr(text, from);
    char *out = NULL;

    if (at == NULL || strstr(at + 1, from) != NULL)
        fail_msg("\"%s\" does not stand there once", from);
    assert_true(asprintf(&out, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from)) >= 0);
    return out;
}

struct policy_pack *support_policy_edited(
    const char *folder, const struct support_policy_edit *edits, size_t n)
{
    struct policy_pack *pack = NULL;
    struct policy_tables tables;
    struct policy_files files;

    assert_true(policy_files_read(folder, &files, NULL) == OK);
    for (size_t i = 0; i < n; i++) {
        uint8_t **data = &files.data[edits[i].table];
        char *text = support_policy_replace((const char *)*data, edits[i].from, edits[i].to);

        free(*data);
        *data = (uint8_t *)text;
        files.len[edits[i].table] = strlen(text);
    }
    tables = policy_files_tables(&files);
    if (policy_pack_load(&tables, LANG_EN, tell, NULL, &pack) != OK)
        fail_msg("the pack does not load");
    policy_files_free(&files);
    return pack;
}

struct policy_invariants *support_policy_invariants(const char *folder, const struct policy_pack *pack)
{
    struct policy_invariants *out = NULL;
    uint8_t *data = NULL;
    char path[512];
    size_t len = 0;

    (void)snprintf(path, sizeof path, "%s/invariants.csv", folder);
    assert_true(file_read(path, POLICY_TABLE_BYTES_MAX, &data, &len, NULL) == OK);
    if (policy_invariants_load(pack, data, len, LANG_EN, tell, NULL, &out) != OK)
        fail_msg("the invariants do not load");
    free(data);
    return out;
}

/* A name in a folder. */
static const char *in(const char *folder, const char *name, char path[512])
{
    (void)snprintf(path, 512, "%s/%s", folder, name);
    return path;
}

void support_policy_copy(const char *from, const char *to, const struct support_policy_edit *edit)
{
    struct policy_files files;
    uint8_t *data = NULL;
    char path[512], *text;
    size_t len = 0;

    assert_true(policy_files_read(from, &files, NULL) == OK);
    for (enum policy_table_id id = 0; id < POLICY_TABLES; id++) {
        text = edit != NULL && id == edit->table
            ? support_policy_replace((const char *)files.data[id], edit->from, edit->to)
            : strdup((const char *)files.data[id]);
        assert_true(file_write(in(to, policy_pack_file(id), path), text, strlen(text), 0600, NULL) == OK);
        free(text);
    }
    policy_files_free(&files);
    assert_true(file_read(in(from, "invariants.csv", path), POLICY_TABLE_BYTES_MAX, &data, &len, NULL) == OK);
    assert_true(file_write(in(to, "invariants.csv", path), data, len, 0600, NULL) == OK);
    free(data);
    (void)unlink(in(to, "pack.json", path));
}

int support_policy_remove(const char *folder)
{
    char path[512];

    for (enum policy_table_id id = 0; id < POLICY_TABLES; id++)
        (void)unlink(in(folder, policy_pack_file(id), path));
    (void)unlink(in(folder, "invariants.csv", path));
    (void)unlink(in(folder, "pack.json", path));
    return rmdir(folder);
}
