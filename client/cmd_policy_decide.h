/*
 * client/cmd_policy_decide: "schakel policy decide" and "schakel policy explain": one question to a pack, its facts as
 * JSON, the answers as JSON or as sentences. Reads files, writes to a stream; needs no home, no node and no keys.
 * Works on drafts and on old packs: an old decision is explained with the pack whose digest it carries.
 */
#ifndef CLIENT_CMD_POLICY_DECIDE_H
#define CLIENT_CMD_POLICY_DECIDE_H

#include "client/cmd.h"
#include "client/explain.h"
#include "client/policy_family.h"

#include <stdio.h>

/* All borrowed. */
struct client_cmd_policy_decide {
    const char *pack_dir;
    const char *facts_path;      /* NULL or "-": standard input */
    enum client_reader reader;   /* to the asker nobody is named, and the holder's steps are "at the holder" */
    enum client_family family;   /* NONE; else the answer is for this reader, and reader counts for nothing */
    enum lang lang;
    FILE *out;
};

/*
 * One object: ok, pack (its digest), draft, asker, purpose, holder, on, reader, sections (client/policy_answer, or
 * client/policy_family with "rights" behind them). The
 * class of the first mistake with trouble: of the pack's tables (of many the first) or of the facts. Nothing was
 * written then.
 */
MUST_USE enum err client_cmd_policy_decide(const struct client_cmd_policy_decide *ask, struct trouble *t);

/* The same as sentences. */
MUST_USE enum err client_cmd_policy_explain(const struct client_cmd_policy_decide *ask, struct trouble *t);

/* For the rows of the command table. With --json explain prints what decide does. */
extern const struct client_opt client_cmd_policy_decide_opts[];
MUST_USE enum err client_cmd_policy_decide_run(struct client_run *r);
MUST_USE enum err client_cmd_policy_explain_run(struct client_run *r);

#endif
