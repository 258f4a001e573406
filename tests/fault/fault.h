/*
 * tests/fault/fault: the nth allocation of our own code fails. Programs in this folder are linked so that malloc, calloc,
 * realloc, reallocarray and strdup of our libraries come here first; what shared libraries allocate does not.
 */
#ifndef TESTS_FAULT_FAULT_H
#define TESTS_FAULT_FAULT_H

#include <stdbool.h>
#include <stddef.h>

/* Let the nth allocation from now on fail, and only that one; 0 for none. */
void fault_set(size_t nth);

/* Whether it came to that since fault_set. Then nothing fails any more. */
bool fault_came(void);

#endif
