#include "client/vault_slots.h"

#include "base/file.h"
#include "base/log.h"
#include "base/secret.h"
#include "base/wr.h"
#include "client/rows.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NONCE_LEN = 24, WRAPPED_LEN = 32 + 16, SLOT_LEN = NONCE_LEN + WRAPPED_LEN, AD_LEN = 12 + 4, SLOTS_MAX = 1 << 24 };

struct list { uint32_t *at; size_t count, cap; };

struct client_slots {
    int fd;
    struct secret *key;
    uint8_t *used;          /* a byte per slot: only for marking and against a slot being freed twice */
    uint32_t count, cap;    /* slots in the file; room in used */
    struct list free, taken, dropped;
};

static enum err list_add(struct list *l, uint32_t slot)
{
    uint32_t *at = client_rows_more(l->at, l->count, &l->cap, sizeof *at);

    if (at == NULL)
        return ERR_NOMEM;
    l->at = at;
    l->at[l->count++] = slot;
    return OK;
}

static enum err grow_used(struct client_slots *s, uint32_t count)
{
    uint32_t cap = s->cap == 0 ? 256 : s->cap;
    uint8_t *used;

    while (cap < count)
        cap *= 2;
    if (cap != s->cap) {
        used = realloc(s->used, cap);
        if (used == NULL)
            return ERR_NOMEM;
        memset(used + s->cap, 0, cap - s->cap);
        s->used = used;
        s->cap = cap;
    }
    return OK;
}

enum err client_slots_open(const char *folder, const uint8_t key[32], struct client_slots **out, struct trouble *t)
{
    char path[512];
    uint8_t copy[32];
    struct stat st;
    struct client_slots *s = calloc(1, sizeof *s);
    enum err e = s == NULL ? ERR_NOMEM : file_join(path, sizeof path, folder, "slots");

    if (s != NULL)
        s->fd = -1;
    if (e == OK && crypto_kdf_derive_from_key(copy, sizeof copy, 1, "schslots", key) != 0)
        abort();
    if (e == OK)
        e = secret_take(copy, sizeof copy, &s->key);
    if (e == OK) {
        s->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        if (s->fd < 0 || fstat(s->fd, &st) != 0 || st.st_size < 0 || st.st_size / SLOT_LEN > SLOTS_MAX)
            e = trouble_at(t, ERR_IO, path, 0, 0, "cannot be opened", "kan niet worden geopend");
    }
    if (e == OK) {
        s->count = (uint32_t)(st.st_size / SLOT_LEN);
        e = grow_used(s, s->count);
    }
    if (e != OK) {
        client_slots_close(s);
        return e;
    }
    *out = s;
    return OK;
}

void client_slots_close(struct client_slots *s)
{
    if (s == NULL)
        return;
    if (s->fd >= 0)
        (void)close(s->fd);
    secret_free(s->key);
    free(s->used);
    free(s->free.at);
    free(s->taken.at);
    free(s->dropped.at);
    free(s);
}

void client_slots_mark(struct client_slots *s, uint32_t slot)
{
    if (slot < s->count)
        s->used[slot] = 1;
}

static enum err write_slot(struct client_slots *s, uint32_t slot, const uint8_t data[SLOT_LEN])
{
    for (size_t done = 0; done < SLOT_LEN;) {
        ssize_t n = pwrite(s->fd, data + done, SLOT_LEN - done, (off_t)slot * SLOT_LEN + (off_t)done);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n < 0 && errno == ENOSPC ? ERR_FULL : ERR_IO;
        done += (size_t)n;
    }
    return OK;
}

static enum err read_slot(const struct client_slots *s, uint32_t slot, uint8_t data[SLOT_LEN])
{
    for (size_t done = 0; done < SLOT_LEN;) {
        ssize_t n = pread(s->fd, data + done, SLOT_LEN - done, (off_t)slot * SLOT_LEN + (off_t)done);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n < 0 ? ERR_IO : ERR_SIGNATURE;
        done += (size_t)n;
    }
    return OK;
}

static enum err erase(struct client_slots *s, uint32_t slot)
{
    static const uint8_t zero[SLOT_LEN];
    enum err e = write_slot(s, slot, zero);

    if (e == OK)
        e = list_add(&s->free, slot);
    if (e == OK)
        s->used[slot] = 0;
    return e;
}

enum err client_slots_ready(struct client_slots *s)
{
    enum err e = OK;

    for (uint32_t i = 0; e == OK && i < s->count; i++)
        if (!s->used[i])
            e = erase(s, i);
    if (e == OK && s->free.count != 0 && fdatasync(s->fd) != 0)
        e = ERR_IO;
    return e;
}

static void associated(uint8_t ad[AD_LEN], uint32_t slot)
{
    struct wr w;

    wr_init(&w, ad, AD_LEN);
    wr_copy(&w, (const uint8_t *)"schakel slot", 12);
    wr_u32(&w, slot);
    if (wr_end(&w) != OK)
        abort();
}

enum err client_slots_take(struct client_slots *s, uint8_t key[32], uint32_t *slot)
{
    uint8_t data[SLOT_LEN], ad[AD_LEN], fresh[32];
    bool reused = s->free.count != 0;
    uint32_t at = reused ? s->free.at[s->free.count - 1] : s->count;
    enum err e = at >= SLOTS_MAX ? ERR_FULL : grow_used(s, at + 1);

    if (e == OK)
        e = list_add(&s->taken, at);
    if (e != OK)
        return e;
    randombytes_buf(fresh, sizeof fresh);
    randombytes_buf(data, NONCE_LEN);
    associated(ad, at);
    if (crypto_aead_xchacha20poly1305_ietf_encrypt(data + NONCE_LEN, NULL, fresh, sizeof fresh, ad, AD_LEN, NULL, data,
            secret_wake(s->key)) != 0)
        abort();
    secret_sleep(s->key);
    e = write_slot(s, at, data);
    if (e == OK) {
        s->used[at] = 1;
        if (reused)
            s->free.count--;
        else
            s->count++;
        memcpy(key, fresh, sizeof fresh);
        *slot = at;
    } else {
        s->taken.count--;
    }
    sodium_memzero(fresh, sizeof fresh);
    return e;
}

enum err client_slots_get(struct client_slots *s, uint32_t slot, uint8_t key[32])
{
    uint8_t data[SLOT_LEN], ad[AD_LEN], plain[32];
    enum err e = slot < s->count ? read_slot(s, slot, data) : ERR_SIGNATURE;

    if (e != OK)
        return e;
    associated(ad, slot);
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(plain, NULL, NULL, data + NONCE_LEN, WRAPPED_LEN, ad, AD_LEN, data,
            secret_wake(s->key)) != 0)
        e = ERR_SIGNATURE;
    secret_sleep(s->key);
    if (e == OK)
        memcpy(key, plain, sizeof plain);
    sodium_memzero(plain, sizeof plain);
    return e;
}

enum err client_slots_drop(struct client_slots *s, uint32_t slot)
{
    return slot < s->count && s->used[slot] ? list_add(&s->dropped, slot) : ERR_SIGNATURE;
}

enum err client_slots_sync(struct client_slots *s)
{
    return s->taken.count == 0 || fdatasync(s->fd) == 0 ? OK : ERR_IO;
}

/* A slot that cannot be overwritten now is overwritten at the next start: nothing points to it. */
void client_slots_settle(struct client_slots *s, bool committed)
{
    struct list *gone = committed ? &s->dropped : &s->taken;
    size_t failed = 0;

    for (size_t i = 0; i < gone->count; i++)
        if (s->used[gone->at[i]] && erase(s, gone->at[i]) != OK)
            failed++;
    if (gone->count != 0 && fdatasync(s->fd) != 0)
        failed++;
    if (failed != 0)
        log_event(LOG_WARN, "slots-not-erased", "step", committed ? "commit" : "abort", NULL);
    s->taken.count = s->dropped.count = 0;
}
