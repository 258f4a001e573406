#include "policy/files.h"

#include "base/file.h"
#include "policy/table.h"

#include <limits.h>
#include <stdlib.h>

enum err policy_files_read(const char *folder, struct policy_files *out, struct trouble *t)
{
    struct policy_files files = { .data = { NULL } };
    char path[PATH_MAX];
    enum err e = OK;

    for (enum policy_table_id id = 0; id < POLICY_TABLES && e == OK; id++) {
        struct trouble one = { .lang = t == NULL ? LANG_EN : t->lang };

        e = file_join(path, sizeof path, folder, policy_pack_file(id));
        if (e == OK)
            e = file_read(path, POLICY_TABLE_BYTES_MAX, &files.data[id], &files.len[id], &one);
        else
            (void)trouble_set(
                &one, e, "the name of this folder is too long", "de naam van deze map is te lang");
        if (e == ERR_NOTFOUND)
            e = OK;
        else if (e != OK && t != NULL)
            *t = one;
    }
    if (e == OK)
        *out = files;
    else
        policy_files_free(&files);
    return e;
}

void policy_files_free(struct policy_files *files)
{
    for (size_t i = 0; i < POLICY_TABLES; i++) {
        free(files->data[i]);
        files->data[i] = NULL;
    }
}

struct policy_tables policy_files_tables(const struct policy_files *files)
{
    struct policy_tables tables;

    for (size_t i = 0; i < POLICY_TABLES; i++) {
        tables.table[i].data = files->data[i];
        tables.table[i].len = files->len[i];
    }
    return tables;
}

enum err policy_files_load(
    const char *folder, enum lang lang, csv_report *report, void *arg, struct policy_pack **out)
{
    struct policy_files files = { .data = { NULL } };
    struct trouble t = { .lang = lang };
    struct policy_tables tables;
    enum err e;

    e = policy_files_read(folder, &files, &t);
    if (e != OK) {
        if (report != NULL)
            report(arg, &t);
        return e;
    }
    tables = policy_files_tables(&files);
    e = policy_pack_load(&tables, lang, report, arg, out);
    policy_files_free(&files);
    return e;
}

/* One more table of the folder. Gives *data. What is wrong was told. */
static enum err read_beside(const char *folder, const char *name, const struct policy_report *told, uint8_t **data,
    size_t *len)
{
    struct trouble t = { .lang = told->lang };
    char path[PATH_MAX];
    enum err e = file_join(path, sizeof path, folder, name);

    if (e == OK)
        e = file_read(path, POLICY_TABLE_BYTES_MAX, data, len, &t);
    else
        (void)trouble_set(&t, e, "the name of this folder is too long", "de naam van deze map is te lang");
    if (e != OK && told->report != NULL)
        told->report(told->arg, &t);
    return e;
}

enum err policy_files_texts(const char *folder, const struct policy_pack *pack, enum lang lang,
    csv_report *report, void *arg, struct policy_texts **out)
{
    struct policy_report told = { .lang = lang, .report = report, .arg = arg };
    uint8_t *data = NULL;
    size_t len = 0;
    enum err e = read_beside(folder, "texts.csv", &told, &data, &len);

    if (e == OK)
        e = policy_texts_load(pack, data, len, lang, report, arg, out);
    free(data);
    return e;
}

enum err policy_files_sources(const char *folder, const struct policy_pack *pack, enum lang lang,
    csv_report *report, void *arg, struct policy_sources **out)
{
    struct policy_report told = { .lang = lang, .report = report, .arg = arg };
    uint8_t *data = NULL;
    size_t len = 0;
    enum err e = read_beside(folder, "sources.csv", &told, &data, &len);

    if (e == OK)
        e = policy_sources_load(pack, data, len, lang, report, arg, out);
    free(data);
    return e;
}
