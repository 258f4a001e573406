/*
 * base/args: options that stand before the command's words move behind them, so that `program --home DIR command` and
 * `program command --home DIR` mean the same.
 */
#ifndef BASE_ARGS_H
#define BASE_ARGS_H

#include <stdbool.h>

/* Reorders argv in place. valued names the options (with --) that take the next word as their value; ends with NULL. */
void args_command_first(int argc, char **argv, const char *const *valued);

/* Is this one of the words behind the program's name? */
bool args_has(int argc, char *const *argv, const char *name);

#endif
