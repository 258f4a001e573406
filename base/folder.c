#include "base/folder.h"

#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_MAX_LEN = 1024, MODE_BITS = 0777 };

static bool is_left_out(const struct folder_rules *rules, const char *name, unsigned depth)
{
    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        return true;
    for (size_t i = 0; depth == 0 && rules->without != NULL && rules->without[i] != NULL; i++)
        if (strcmp(name, rules->without[i]) == 0)
            return true;
    return false;
}

static enum err copy_file(const char *from, const char *to, mode_t mode, const struct folder_rules *rules, struct trouble *t)
{
    if (access(to, F_OK) == 0 && rules->keep_newer)
        return OK;
    return file_copy_new(from, to, mode & MODE_BITS, NULL, t);
}

static enum err copy(const char *from, const char *to, const struct folder_rules *rules, unsigned depth, struct trouble *t);

static enum err copy_entry(const char *from, const char *to, const char *name, const struct folder_rules *rules, unsigned depth,
    struct trouble *t)
{
    char source[PATH_MAX_LEN], target[PATH_MAX_LEN];
    struct stat st;
    enum err e = file_join(source, sizeof source, from, name);

    if (e == OK)
        e = file_join(target, sizeof target, to, name);
    if (e == OK && lstat(source, &st) != 0)
        e = ERR_IO;
    if (e != OK)
        return trouble_at(t, e, from, 0, 0, "cannot be read whole", "is niet helemaal te lezen");
    if (S_ISREG(st.st_mode))
        return copy_file(source, target, st.st_mode, rules, t);
    return S_ISDIR(st.st_mode) ? copy(source, target, rules, depth + 1, t) : OK;
}

static enum err copy(const char *from, const char *to, const struct folder_rules *rules, unsigned depth, struct trouble *t)
{
    const struct dirent *entry;
    DIR *folder = NULL;
    enum err e = depth > FOLDER_DEPTH ? ERR_LONG : file_mkdirs(to, t);

    if (e == OK && (folder = opendir(from)) == NULL)
        e = trouble_at(t, errno == ENOENT ? ERR_NOTFOUND : ERR_IO, from, 0, 0, "this folder cannot be read", "deze map is niet te lezen");
    while (e == OK && (entry = readdir(folder)) != NULL)
        if (!is_left_out(rules, entry->d_name, depth))
            e = copy_entry(from, to, entry->d_name, rules, depth, t);
    if (folder != NULL)
        (void)closedir(folder);
    return e;
}

enum err folder_copy(const char *from, const char *to, const struct folder_rules *rules, struct trouble *t)
{
    return copy(from, to, rules, 0, t);
}

enum err folder_drop(const char *path, struct trouble *t)
{
    char file[PATH_MAX_LEN];
    const struct dirent *entry;
    DIR *folder = opendir(path);

    if (folder == NULL && errno == ENOENT)
        return OK;
    while (folder != NULL && (entry = readdir(folder)) != NULL)
        if (file_join(file, sizeof file, path, entry->d_name) == OK)
            (void)unlink(file);
    if (folder != NULL)
        (void)closedir(folder);
    return rmdir(path) == 0 ? OK : trouble_at(t, ERR_EXISTS, path, 0, 0, "is of a restore that did not end: remove it",
        "is van een poging die niet af was: haal hem weg");
}
