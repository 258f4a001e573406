/*
 * tests/support/home_folder: a temporary folder for one test, and away again.
 */
#ifndef TESTS_SUPPORT_HOME_FOLDER_H
#define TESTS_SUPPORT_HOME_FOLDER_H

#include <stddef.h>

struct home_folder { char path[64]; };

/* Setup and teardown of a cmocka test; *state is the folder. */
int home_folder_setup(void **state);
int home_folder_teardown(void **state);

/* FOLDER/name, in one of a few static buffers: good until the eighth call after. */
const char *home_folder_path(const struct home_folder *f, const char *name);
/* Flip one byte of a file; fails the test when it is shorter. */
void home_folder_flip(const struct home_folder *f, const char *name, size_t at);

#endif
