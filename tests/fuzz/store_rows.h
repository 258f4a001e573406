/*
 * tests/fuzz/store_rows: a store of a hub in memory where that can be, with all its tables open, and one row of it written over. Included once.
 */
#ifndef FUZZ_STORE_ROWS_H
#define FUZZ_STORE_ROWS_H

#include "tests/fuzz/fuzz.h"

#include "base/kv.h"
#include "hub/act.h"
#include "hub/ledger.h"
#include "hub/store_act.h"
#include "hub/store_cert.h"
#include "hub/store_cosigned.h"
#include "hub/store_gone.h"
#include "hub/store_grant.h"
#include "hub/store_mail.h"
#include "hub/store_number.h"
#include "hub/store_opening.h"
#include "hub/store_request.h"
#include "hub/store_statement.h"
#include "hub/tables.h"

#include <ftw.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define STORE_MAP (UINT64_C(16) << 20)

static struct {
    char folder[64];
    struct kv *kv;
    struct kv_txn *x;
    struct hub_tables *t;
    struct hub_store_act *acts;
    struct hub_store_mail *mail;
    struct hub_store_number *numbers;
    struct hub_store_cert *certs;
    struct hub_store_opening *openings;
    struct hub_store_cosigned *cosigned;
    kv_table act, act_id, mails, number, cert, cert_end, opening, cosigned_rows, leaf;
} s;

/* Every table has rows under these. */
static const uint8_t the_id[PROTO_ID_LEN] = { 0x11, 1 }, the_partner[PROTO_PARTNER_LEN] = { 0x22, 2 }, the_other[PROTO_PARTNER_LEN] = { 0x33, 3 },
    the_key[PROTO_KEY_LEN] = { 0x44, 4 };

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
    (void)st;
    (void)flag;
    (void)ftw;
    return remove(path);
}

static void clean_up(void) { (void)nftw(s.folder, remove_one, 16, FTW_DEPTH | FTW_PHYS); }

static void open_tables(void)
{
    const struct { const char *name; kv_table *table; } rows[] = { { "act", &s.act }, { "act_id", &s.act_id }, { "mail", &s.mails },
        { "number", &s.number }, { "cert", &s.cert }, { "cert_end", &s.cert_end }, { "opening", &s.opening }, { "cosigned", &s.cosigned_rows },
        { "leaf", &s.leaf } };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        FUZZ_HOLDS(kv_table_open(s.kv, rows[i].name, rows[i].table) == OK);
    FUZZ_HOLDS(hub_tables_open(s.kv, &s.t) == OK && hub_store_act_open(s.kv, &s.acts) == OK && hub_store_mail_open(s.kv, &s.mail) == OK);
    FUZZ_HOLDS(hub_store_number_open(s.kv, &s.numbers) == OK && hub_store_cert_open(s.kv, &s.certs) == OK);
    FUZZ_HOLDS(hub_store_opening_open(s.kv, &s.openings) == OK && hub_store_cosigned_open(s.kv, &s.cosigned) == OK);
}

static void store_open(void)
{
    char store[80];

    if (s.kv != NULL)
        return;
    FUZZ_HOLDS(sodium_init() >= 0);
    /* In memory where that can be: on a disk a run does nothing but wait. */
    (void)snprintf(s.folder, sizeof s.folder, "%s/fuzz-hub-store-XXXXXX", access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    FUZZ_HOLDS(mkdtemp(s.folder) != NULL);
    (void)atexit(clean_up);
    (void)snprintf(store, sizeof store, "%s/store", s.folder);
    FUZZ_HOLDS(kv_open(store, STORE_MAP, &s.kv, NULL) == OK);
    open_tables();
}

/* The row under this key has these bytes: what was accepted has one form. */
static void is_row(kv_table table, const void *key, size_t key_len, const uint8_t *row, size_t len)
{
    const uint8_t *now = NULL;
    size_t now_len = 0;

    FUZZ_HOLDS(kv_view(s.x, table, key, key_len, &now, &now_len) == OK);
    FUZZ_HOLDS(now_len == len && (len == 0 || memcmp(now, row, len) == 0));
}

/* Output of a call that failed: untouched. */
#define UNTOUCHED(out) FUZZ_HOLDS(is_untouched(&(out), sizeof(out)))
enum { PATTERN = 0xa5 };
static bool is_untouched(const void *out, size_t len)
{
    const uint8_t *p = out;

    for (size_t i = 0; i < len; i++)
        if (p[i] != PATTERN)
            return false;
    return true;
}

#endif
