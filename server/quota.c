#include "server/quota.h"

#include "base/file.h"
#include "base/rd.h"
#include "base/wr.h"
#include "proto/region.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * A row for each partner, row 0 for all together: 16 partner | u32 day | u32 count | 8 check. A row is written in place: it lies in
 * one sector, and a row whose check does not fit counts as used up today rather than as unused.
 */
enum { ROW_LEN = 32, CHECK_LEN = 8, ROWS = PROTO_PARTNERS_MAX + 1, FILE_LEN = ROWS * ROW_LEN, DAY_S = 86400, QUOTA_FILE_MODE = 0600 };

struct row {
    uint8_t partner[PROTO_PARTNER_LEN];
    uint32_t day, count;
};

struct server_quota {
    int fd;
    uint32_t per_partner, total;
    struct row row[ROWS];
};

static void row_encode(const struct row *row, uint8_t out[ROW_LEN])
{
    uint8_t hash[crypto_hash_sha256_BYTES];
    struct wr w;

    wr_init(&w, out, ROW_LEN);
    wr_copy(&w, row->partner, sizeof row->partner);
    wr_u32(&w, row->day);
    wr_u32(&w, row->count);
    (void)crypto_hash_sha256(hash, out, ROW_LEN - CHECK_LEN);
    wr_copy(&w, hash, CHECK_LEN);
}

/* ERR_SYNTAX when the row's check does not fit. */
static enum err row_decode(const uint8_t in[ROW_LEN], struct row *out)
{
    uint8_t again[ROW_LEN];
    struct row row;
    struct rd r;

    rd_init(&r, in, ROW_LEN);
    rd_copy(&r, row.partner, sizeof row.partner);
    row.day = rd_u32(&r);
    row.count = rd_u32(&r);
    row_encode(&row, again);
    if (sodium_memcmp(again, in, ROW_LEN) != 0)
        return ERR_SYNTAX;
    *out = row;
    return OK;
}

static enum err create(const char *path, struct trouble *t)
{
    static const struct row empty;
    uint8_t data[FILE_LEN];
    enum err e;

    for (size_t i = 0; i < ROWS; i++)
        row_encode(&empty, data + i * ROW_LEN);
    /* Who looks how much was asked (keyholder status) may have made it in between: then it is there. */
    e = file_write_new(path, data, sizeof data, QUOTA_FILE_MODE, NULL);
    return e == OK || e == ERR_EXISTS ? OK : trouble_at(t, e, path, 0, 0, "cannot be written", "kan niet worden geschreven");
}

static enum err load(struct server_quota *q, const char *path, struct trouble *t)
{
    uint8_t *data = NULL;
    size_t len = 0;
    enum err e = file_read(path, FILE_LEN, &data, &len, NULL);

    if (e == ERR_NOTFOUND) {
        e = create(path, t);
        if (e == OK)
            e = file_read(path, FILE_LEN, &data, &len, NULL);
    }
    if (e == OK && len != FILE_LEN)
        e = ERR_SYNTAX;
    for (size_t i = 0; e == OK && i < ROWS; i++)
        e = row_decode(data + i * ROW_LEN, &q->row[i]);
    free(data);
    if (e == OK && (q->fd = open(path, O_RDWR | O_CLOEXEC)) < 0)
        e = ERR_IO;
    if (e != OK)
        (void)trouble_at(t, e, path, 0, 0, "the file of quotas is damaged: move it away, and the counting begins again today",
            "het bestand met quota is beschadigd: zet het opzij, dan begint het tellen vandaag opnieuw");
    return e;
}

enum err server_quota_open(const char *path, uint32_t per_partner, uint32_t total, struct server_quota **out, struct trouble *t)
{
    struct server_quota *q = calloc(1, sizeof *q);
    enum err e;

    if (q == NULL)
        return ERR_NOMEM;
    q->fd = -1;
    q->per_partner = per_partner;
    q->total = total;
    e = load(q, path, t);
    if (e == OK)
        *out = q;
    else
        server_quota_close(q);
    return e;
}

void server_quota_close(struct server_quota *q)
{
    if (q == NULL)
        return;
    if (q->fd >= 0)
        (void)close(q->fd);
    free(q);
}

/* This partner's row, else the first that is free. */
static struct row *find(struct server_quota *q, const uint8_t partner[PROTO_PARTNER_LEN])
{
    static const uint8_t nobody[PROTO_PARTNER_LEN];

    for (size_t i = 1; i < ROWS; i++)
        if (memcmp(q->row[i].partner, partner, PROTO_PARTNER_LEN) == 0)
            return &q->row[i];
    for (size_t i = 1; i < ROWS; i++)
        if (memcmp(q->row[i].partner, nobody, PROTO_PARTNER_LEN) == 0)
            return &q->row[i];
    return NULL;
}

uint32_t server_quota_used(const struct server_quota *q, const uint8_t *partner, uint64_t at_s)
{
    const struct row *row = &q->row[0];

    if (partner != NULL) {
        size_t i = 1;

        while (i < ROWS && memcmp(q->row[i].partner, partner, PROTO_PARTNER_LEN) != 0)
            i++;
        if (i == ROWS)
            return 0;
        row = &q->row[i];
    }
    return row->day >= (uint32_t)(at_s / DAY_S) ? row->count : 0;
}

static enum err write_row(struct server_quota *q, const struct row *row)
{
    uint8_t data[ROW_LEN];
    size_t done = 0;
    off_t at = (off_t)((size_t)(row - q->row) * ROW_LEN);

    row_encode(row, data);
    while (done < sizeof data) {
        ssize_t n = pwrite(q->fd, data + done, sizeof data - done, at + (off_t)done);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return ERR_IO;
        done += (size_t)n;
    }
    return OK;
}

enum err server_quota_take(struct server_quota *q, const uint8_t partner[PROTO_PARTNER_LEN], uint32_t n, uint64_t at_s, uint32_t most)
{
    uint32_t per_partner = most > q->per_partner ? most : q->per_partner;
    uint32_t more = per_partner - q->per_partner, total = more < UINT32_MAX - q->total ? q->total + more : UINT32_MAX;
    uint32_t day = (uint32_t)(at_s / DAY_S), used, used_total;
    struct row *mine = find(q, partner), *all = &q->row[0];
    enum err e;

    if (mine == NULL)
        return ERR_QUOTA;
    /* A clock that went back does not give a day again. */
    used = mine->day >= day ? mine->count : 0;
    used_total = all->day >= day ? all->count : 0;
    if (n > per_partner || used > per_partner - n || n > total || used_total > total - n)
        return ERR_QUOTA;
    memcpy(mine->partner, partner, PROTO_PARTNER_LEN);
    mine->day = mine->day > day ? mine->day : day;
    mine->count = used + n;
    all->day = all->day > day ? all->day : day;
    all->count = used_total + n;
    e = write_row(q, mine);
    if (e == OK)
        e = write_row(q, all);
    return e == OK && fdatasync(q->fd) != 0 ? ERR_IO : e;
}
