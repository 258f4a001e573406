/*
 * tests/support/log_sample: a small log with a key of its own, in memory: acts become leaves, and each side gets a receipt that holds.
 * What a hub does, without a hub; so that a test can also make receipts that do not hold.
 */
#ifndef TESTS_SUPPORT_LOG_SAMPLE_H
#define TESTS_SUPPORT_LOG_SAMPLE_H

#include "proto/merkle.h"
#include "proto/msg.h"
#include "proto/region.h"
#include "proto/reply.h"

enum { LOG_SAMPLE_LEAVES = 600 };

struct log_sample {
    uint8_t secret[64];
    char vkey[PROTO_VKEY_MAX], origin[PROTO_VKEY_MAX];
    uint8_t key[32];
    uint64_t size;
    uint64_t previous;                   /* what the next act's side names as the leaf before it; PROTO_NO_LEAF at first */
    uint8_t entry[LOG_SAMPLE_LEAVES][PROTO_LEAF_LEN];
    uint8_t leaf[LOG_SAMPLE_LEAVES][32];
    uint8_t note[PROTO_NOTE_MAX];        /* the checkpoint of the last receipt */
    size_t note_len;
};

void log_sample_init(struct log_sample *l);
/* This log is the region's. */
void log_sample_into(const struct log_sample *l, struct proto_region *r);
/* A leaf without meaning, to make the tree larger. */
void log_sample_fill(struct log_sample *l, size_t count);
/*
 * Log an act: fills the receipt of one side (0 sender, 1 addressee) with this running number, leaf time and result. r->checkpoint borrows
 * l->note until the next call.
 */
void log_sample_act(struct log_sample *l, const struct proto_msg *m, struct proto_blob envelope, uint8_t side, uint64_t number,
    uint64_t time_s, enum proto_refusal result, struct proto_receipt *r);
/* The checkpoint of the tree as it is now, into l->note. */
void log_sample_checkpoint(struct log_sample *l);
/* That the tree of size extends that of old. */
void log_sample_consistency(struct log_sample *l, uint64_t old, uint64_t size, struct proto_merkle_proof *out);
/* Write the log as tlog-tiles into a folder. */
void log_sample_export(struct log_sample *l, const char *folder);

#endif
