/*
 * A vault as it lies on a disk, changed there by who has no key: sealed rows, and the file with the keys of those that can be erased alone. The first
 * byte says what is changed (the file of keys, or which row), the next where, and how: bytes over it, or all of it. What must hold: the vault opens or
 * says why not; under each key there is what was put there, or nothing that can be read; and what can be erased is gone.
 */
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/same.h"

#include "base/kv.h"
#include "base/rd.h"
#include "client/vault.h"

#include <ftw.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ROWS = 6, KEY_LEN = 16, TEXT = 40, BOX_MAX = 256, SLOTS_MAX = 8192, MAP = 16 << 20 };

static const uint8_t vault_key[32] = { 9 };
static const enum client_table tables[] = { CLIENT_T_RECORD, CLIENT_T_SHARE, CLIENT_T_CASE };
static const char *const names[] = { "record", "share", "case" };   /* as the vault names them in its store */
enum { TABLES = sizeof tables / sizeof *tables };

static struct {
    char folder[64], store[80], slots[96];
    uint8_t slot[SLOTS_MAX];
    size_t slots_len;
    struct { uint8_t box[BOX_MAX]; size_t len; } row[TABLES][ROWS];
} v;

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
    (void)st;
    (void)flag;
    (void)ftw;
    return remove(path);
}

static void clean_up(void) { (void)nftw(v.folder, remove_one, 16, FTW_DEPTH | FTW_PHYS); }

static void text_of(size_t t, size_t i, uint8_t text[TEXT]) { memset(text, (int)(16 * t + i + 1), TEXT); }

static void key_of(size_t i, uint8_t key[KEY_LEN]) { memset(key, (int)i + 1, KEY_LEN); }

/* ---- as it lies there ---- */

static void raw(void (*with)(struct kv_txn *x, kv_table table, size_t t), bool writes)
{
    struct kv *kv = NULL;
    struct kv_txn *x = NULL;
    kv_table table[TABLES];

    FUZZ_HOLDS(kv_open(v.store, MAP, &kv, NULL) == OK);
    for (size_t t = 0; t < TABLES; t++)
        FUZZ_HOLDS(kv_table_open(kv, names[t], &table[t]) == OK);
    FUZZ_HOLDS(kv_begin(kv, writes, &x) == OK);
    for (size_t t = 0; t < TABLES; t++)
        with(x, table[t], t);
    if (writes)
        FUZZ_HOLDS(kv_commit(x) == OK);
    else
        kv_abort(x);
    kv_close(kv);
}

static void take(struct kv_txn *x, kv_table table, size_t t)
{
    uint8_t key[KEY_LEN];
    const uint8_t *value;

    for (size_t i = 0; i < ROWS; i++) {
        key_of(i, key);
        FUZZ_HOLDS(kv_view(x, table, key, sizeof key, &value, &v.row[t][i].len) == OK && v.row[t][i].len <= BOX_MAX);
        memcpy(v.row[t][i].box, value, v.row[t][i].len);
    }
}

static void put_back(struct kv_txn *x, kv_table table, size_t t)
{
    uint8_t key[KEY_LEN];

    for (size_t i = 0; i < ROWS; i++) {
        key_of(i, key);
        FUZZ_HOLDS(kv_put(x, table, key, sizeof key, v.row[t][i].box, v.row[t][i].len) == OK);
    }
}

static void write_slots(const uint8_t *data, size_t len)
{
    FILE *f = fopen(v.slots, "we");

    FUZZ_HOLDS(f != NULL && fwrite(data, 1, len, f) == len && fclose(f) == 0);
}

static void prepare(void)
{
    struct trouble t = { .lang = LANG_EN };
    struct vault *vault = NULL;
    struct vault_txn *x = NULL;
    uint8_t key[KEY_LEN], text[TEXT];
    FILE *f;

    if (v.slots_len != 0)
        return;
    FUZZ_HOLDS(randombytes_set_implementation(&counted) == 0 && sodium_init() >= 0);
    (void)snprintf(v.folder, sizeof v.folder, "%s/fuzz-sealed-XXXXXX", access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    FUZZ_HOLDS(mkdtemp(v.folder) != NULL);
    (void)atexit(clean_up);
    (void)snprintf(v.store, sizeof v.store, "%s/store", v.folder);
    (void)snprintf(v.slots, sizeof v.slots, "%s/slots", v.store);
    FUZZ_HOLDS(client_vault_open(v.store, vault_key, &vault, &t) == OK && client_vault_begin(vault, true, &x) == OK);
    for (size_t k = 0; k < TABLES * ROWS; k++) {
        key_of(k % ROWS, key);
        text_of(k / ROWS, k % ROWS, text);
        FUZZ_HOLDS(client_vault_put(x, tables[k / ROWS], key, sizeof key, text, sizeof text) == OK);
    }
    FUZZ_HOLDS(client_vault_commit(x) == OK);
    client_vault_close(vault);
    raw(take, false);
    f = fopen(v.slots, "re");
    FUZZ_HOLDS(f != NULL && (v.slots_len = fread(v.slot, 1, sizeof v.slot, f)) != 0 && fclose(f) == 0);
}

/* ---- changed ---- */

static struct rd bytes;
static size_t which_table, which_row;

static size_t over(uint8_t *data, size_t len, size_t cap)
{
    size_t at = rd_u16(&bytes), n = rd_left(&bytes);
    bool whole = at >= 32768;

    at = whole || len == 0 ? 0 : at % len;
    n = n < cap - at ? n : cap - at;
    rd_copy(&bytes, data + at, n);
    return whole ? n : at + n > len ? at + n : len;
}

static void change_row(struct kv_txn *x, kv_table table, size_t t)
{
    uint8_t box[BOX_MAX], key[KEY_LEN];
    size_t len;

    if (t != which_table)
        return;
    memcpy(box, v.row[t][which_row].box, sizeof box);
    len = over(box, v.row[t][which_row].len, sizeof box);
    key_of(which_row, key);
    FUZZ_HOLDS(kv_put(x, table, key, sizeof key, box, len) == OK);
}

static void change_slots(void)
{
    static uint8_t slots[SLOTS_MAX];

    memcpy(slots, v.slot, v.slots_len);
    write_slots(slots, over(slots, v.slots_len, sizeof slots));
}

/* ---- what must hold ---- */

static void judge(struct vault_txn *x)
{
    uint8_t key[KEY_LEN], text[TEXT], *got;

    for (size_t k = 0; k < TABLES * ROWS; k++) {
        size_t len = 0;
        enum err e;
        bool has = true;

        got = NULL;
        key_of(k % ROWS, key);
        text_of(k / ROWS, k % ROWS, text);
        e = client_vault_get(x, tables[k / ROWS], key, sizeof key, &got, &len);
        FUZZ_HOLDS(e == OK ? len == sizeof text && memcmp(got, text, len) == 0 : got == NULL && (e == ERR_SIGNATURE || e == ERR_VERSION || e == ERR_SHORT));
        free(got);
        if (client_vault_delete(x, tables[k / ROWS], key, sizeof key) == OK)
            FUZZ_HOLDS(client_vault_has(x, tables[k / ROWS], key, sizeof key, &has) == OK && !has);
        else
            FUZZ_HOLDS(e != OK);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct trouble t = { .lang = LANG_EN };
    struct vault *vault = NULL;
    struct vault_txn *x = NULL;
    uint8_t what;

    prepare();
    drawn = 0;
    rd_init(&bytes, data, len);
    what = rd_u8(&bytes);
    which_table = what / ROWS % (TABLES + 1);
    which_row = what % ROWS;
    if (which_table == TABLES)
        change_slots();
    else
        raw(change_row, true);
    if (client_vault_open(v.store, vault_key, &vault, &t) == OK) {
        FUZZ_HOLDS(client_vault_begin(vault, true, &x) == OK);
        judge(x);
        client_vault_abort(x);
        client_vault_close(vault);
    } else {
        FUZZ_HOLDS(vault == NULL && t.text[0] != '\0');
    }
    raw(put_back, true);
    write_slots(v.slot, v.slots_len);
    return 0;
}
