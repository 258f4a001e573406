/*
 * A target over a corpus, once: each file whole, each of its beginnings up to a limit, and each with single bytes
 * changed. For builds without a fuzzer. No file at all is a failure: then nothing was tried.
 */
#include "tests/fuzz/fuzz.h"

#include "base/file.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

enum { FILE_MAX = 1024 * 1024, PREFIXES = 64, CHANGES = 64 };

/* In a block of exactly its size, so that a sanitizer sees one byte too far. */
static void once(const uint8_t *data, size_t len)
{
    uint8_t *copy = malloc(len == 0 ? 1 : len);

    FUZZ_HOLDS(copy != NULL);
    if (len != 0)
        memcpy(copy, data, len);
    (void)LLVMFuzzerTestOneInput(copy, len);
    free(copy);
}

static void whole(uint8_t *data, size_t len)
{
    static const uint8_t bytes[] = { 0, ',', ';', '"', '\n', '\r', '9', 0xff };

    once(data, len);
    for (size_t i = 0; i < PREFIXES && len != 0; i++)
        once(data, len * i / PREFIXES);
    for (size_t i = 0; i < CHANGES && len != 0; i++) {
        size_t at = (len * i / CHANGES + i) % len;
        uint8_t was = data[at];

        data[at] = bytes[i % sizeof bytes];
        once(data, len);
        data[at] = was;
    }
}

int main(int argc, char **argv)
{
    if (sodium_init() < 0 || argc < 2) {
        (void)fprintf(stderr, "usage: %s FILE...\n", argv[0]);
        return 64;
    }
    for (int i = 1; i < argc; i++) {
        uint8_t *data = NULL;
        size_t len = 0;

        if (file_read(argv[i], FILE_MAX, &data, &len, NULL) != OK) {
            (void)fprintf(stderr, "%s cannot be read\n", argv[i]);
            return 66;
        }
        whole(data, len);
        free(data);
    }
    (void)printf("%d inputs, with their beginnings and single bytes changed\n", argc - 1);
    return 0;
}
