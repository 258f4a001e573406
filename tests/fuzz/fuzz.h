/*
 * tests/fuzz: what the targets share. A target is pure: the same bytes, the same result. It asserts what acceptance
 * means, not only that nothing crashed.
 */
#ifndef FUZZ_FUZZ_H
#define FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

/* Always 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* What must hold of every input. */
#define FUZZ_HOLDS(what) do { if (!(what)) abort(); } while (0)

#endif
