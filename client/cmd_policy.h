/*
 * client/cmd_policy: "schakel policy test": a pack against a table of worked cases. Reads files, writes to a
 * stream; needs no home, no node and no keys.
 */
#ifndef CLIENT_CMD_POLICY_H
#define CLIENT_CMD_POLICY_H

#include "client/cmd.h"

#include <stdio.h>

/* All borrowed. */
struct client_cmd_policy {
    const char *pack_dir;   /* a folder with the tables of a pack, and pack.json if it was adopted */
    const char *cases_path; /* NULL: cases.csv in that folder */
    enum lang lang;
    bool json;              /* one object: ok, draft, passed, failed, mismatches, mistakes */
    FILE *out;
};

enum { CLIENT_CMD_POLICY_CASES_MAX = 64 * 1024 * 1024 };

/*
 * Run the cases. Writes each mistake in the tables, each row that cannot be read, each case that gets another
 * answer than it expects (what it got, by which rule, and why in words), whether the pack is a draft, and at
 * the end "N passed, N failed". *failed counts rows that cannot be read too. OK also when cases failed: see
 * *failed. Otherwise the class of the first mistake, *failed untouched, and everything was written to out
 * already.
 */
MUST_USE enum err client_cmd_policy_test(const struct client_cmd_policy *test, size_t *failed);

/*
 * The same for a row of the command table, with its options: policy test PACK [CASES]. ERR_RANGE when a case
 * failed.
 */
extern const struct client_opt client_cmd_policy_opts[];
MUST_USE enum err client_cmd_policy_run(struct client_run *r);

#endif
