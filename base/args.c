#include "base/args.h"

#include <string.h>

static bool takes_next(const char *arg, const char *const *valued)
{
    for (size_t i = 0; valued[i] != NULL; i++)
        if (strcmp(arg, valued[i]) == 0)
            return true;
    return false;
}

/* The first word goes to the end, the others move up. */
static void to_end(int argc, char **argv)
{
    char *first = argv[1];

    for (int i = 1; i + 1 < argc; i++)
        argv[i] = argv[i + 1];
    argv[argc - 1] = first;
}

void args_command_first(int argc, char **argv, const char *const *valued)
{
    int leading = 1;

    while (leading < argc && strncmp(argv[leading], "--", 2) == 0 && argv[leading][2] != '\0')
        leading += takes_next(argv[leading], valued) ? 2 : 1;
    if (leading >= argc)
        return;  /* options only: --help, --version */
    for (int moved = 1; moved < leading; moved++)
        to_end(argc, argv);
}

bool args_has(int argc, char *const *argv, const char *name)
{
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], name) == 0)
            return true;
    return false;
}
