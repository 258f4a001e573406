#include "tests/support/home_folder.h"

#include "tests/support/check.h"

#include <ftw.h>
#include <sodium.h>
#include <stdio.h>
#include <unistd.h>

int home_folder_setup(void **state)
{
    struct home_folder *f = calloc(1, sizeof *f);

    if (f == NULL || sodium_init() < 0)
        return -1;
    (void)snprintf(f->path, sizeof f->path, "/tmp/schakel-home-XXXXXX");
    *state = f;
    return mkdtemp(f->path) != NULL ? 0 : -1;
}

static int remove_one(const char *path, const struct stat *s, int flag, struct FTW *w)
{
    (void)s;
    (void)flag;
    (void)w;
    return remove(path);
}

int home_folder_teardown(void **state)
{
    struct home_folder *f = *state;
    int gone = nftw(f->path, remove_one, 16, FTW_DEPTH | FTW_PHYS);

    free(f);
    return gone;
}

const char *home_folder_path(const struct home_folder *f, const char *name)
{
    static char paths[8][256];
    static unsigned next;
    char *path = paths[next++ % 8];

    (void)snprintf(path, sizeof paths[0], "%s/%s", f->path, name);
    return path;
}

void home_folder_flip(const struct home_folder *f, const char *name, size_t at)
{
    FILE *file = fopen(home_folder_path(f, name), "r+be");
    int c;

    assert_non_null(file);
    assert_int_equal(fseek(file, (long)at, SEEK_SET), 0);
    c = fgetc(file);
    assert_int_not_equal(c, EOF);
    assert_int_equal(fseek(file, (long)at, SEEK_SET), 0);
    assert_int_not_equal(fputc(c ^ 0x40, file), EOF);
    assert_int_equal(fclose(file), 0);
}
