#include "base/secret.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

struct secret {
    uint8_t *data;
    size_t len;
    unsigned awake;  /* wakes that still wait for their sleep */
};

enum err secret_copy(const uint8_t *data, size_t len, struct secret **out)
{
    struct secret *s;

    if (sodium_init() < 0)
        abort();
    s = calloc(1, sizeof *s);
    if (s == NULL)
        return ERR_NOMEM;
    s->data = sodium_malloc(len);
    if (s->data == NULL) {
        free(s);
        return ERR_NOMEM;
    }
    s->len = len;
    if (len != 0)
        memcpy(s->data, data, len);
    if (sodium_mprotect_noaccess(s->data) != 0)
        abort();
    *out = s;
    return OK;
}

enum err secret_take(uint8_t *data, size_t len, struct secret **out)
{
    enum err e = secret_copy(data, len, out);

    if (e == OK && len != 0)
        sodium_memzero(data, len);
    return e;
}

const uint8_t *secret_wake(struct secret *s)
{
    if (s->awake++ == 0 && sodium_mprotect_readonly(s->data) != 0)
        abort();
    return s->data;
}

void secret_sleep(struct secret *s)
{
    if (s->awake == 0)
        abort();
    if (--s->awake == 0 && sodium_mprotect_noaccess(s->data) != 0)
        abort();
}

size_t secret_len(const struct secret *s)
{
    return s->len;
}

void secret_free(struct secret *s)
{
    if (s == NULL)
        return;
    /* Wakes it, wipes it and checks that nothing was written beside it. */
    sodium_free(s->data);
    free(s);
}
