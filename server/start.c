#include "server/start.h"

#include "base/rd.h"
#include "base/wr.h"

#include <stdlib.h>
#include <string.h>

struct proto_blob server_start_text(const char *text)
{
    return (struct proto_blob){ .data = (const uint8_t *)text, .len = strlen(text) + 1 };
}

struct proto_blob server_start_number(uint64_t n, uint8_t room[8])
{
    struct wr w;

    wr_init(&w, room, 8);
    wr_u64(&w, n);
    return (struct proto_blob){ .data = room, .len = 8 };
}

enum err server_start_encode(const struct proto_blob *parts, size_t count, uint8_t **out, size_t *len)
{
    size_t need = 1;
    uint8_t *data;
    struct wr w;
    enum err e;

    if (count > SERVER_START_MAX)
        abort();
    for (size_t i = 0; i < count; i++)
        need += 4 + parts[i].len;
    data = malloc(need);
    if (data == NULL)
        return ERR_NOMEM;
    wr_init(&w, data, need);
    wr_u8(&w, (uint8_t)count);
    for (size_t i = 0; i < count; i++)
        wr_bytes32(&w, parts[i].data, parts[i].len);
    e = wr_end(&w);
    if (e != OK) {
        free(data);
        return e;
    }
    *out = data;
    *len = w.len;
    return OK;
}

enum err server_start_decode(const uint8_t *data, size_t len, struct proto_blob *parts, size_t count)
{
    struct proto_blob got[SERVER_START_MAX];
    struct rd r;

    rd_init(&r, data, len);
    if (rd_u8(&r) != count || count > SERVER_START_MAX)
        return ERR_SYNTAX;
    for (size_t i = 0; i < count; i++)
        got[i].data = rd_bytes32(&r, len, &got[i].len);
    if (rd_end(&r) != OK)
        return ERR_SYNTAX;
    memcpy(parts, got, count * sizeof *parts);
    return OK;
}

const char *server_start_as_text(const struct proto_blob *part)
{
    if (part->len == 0 || memchr(part->data, '\0', part->len) != part->data + part->len - 1)
        return NULL;
    return (const char *)part->data;
}

enum err server_start_as_number(const struct proto_blob *part, uint64_t *out)
{
    struct rd r;
    uint64_t n;

    rd_init(&r, part->data, part->len);
    n = rd_u64(&r);
    if (rd_end(&r) != OK)
        return ERR_SYNTAX;
    *out = n;
    return OK;
}
