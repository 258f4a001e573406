/*
 * server/manifest: pack.json, which says what a folder of tables is: its name and version, from which day it counts, the
 * digest of each table, and who adopted it. Whether an adoption counts is judged by the registry (server/packs). Any thread.
 *
 *   {"format":"schakel-pack/v1", "name":"nl-jeugd", "version":"2026.1", "valid_from":"2026-12-01",
 *    "digest":"<hex, of policy_pack_digest>", "tables":{"events.csv":"<hex, SHA-256 of the file>", ...},
 *    "adopted_by":["<registry statement: act pack>", ...], "advice":["<server/advice>", ...]}
 *
 * tables names the eight, and texts.csv, invariants.csv, cases.csv and loosen.csv where they are. Unknown keys are mistakes.
 */
#ifndef SERVER_MANIFEST_H
#define SERVER_MANIFEST_H

#include "base/clock.h"
#include "base/csv.h"
#include "policy/files.h"
#include "proto/registry_say.h"

enum { SERVER_MANIFEST_BYTES_MAX = 1024 * 1024, SERVER_MANIFEST_FILES_MAX = POLICY_TABLES + 5, SERVER_MANIFEST_NOTES_MAX = 64 };

/* Texts of notes are ours. */
struct server_manifest {
    char name[PROTO_NAME_TEXT_MAX + 1], version[PROTO_REGISTRY_WORD_MAX + 1];
    struct date valid_from;                     /* in the Netherlands */
    uint8_t digest[POLICY_DIGEST_LEN];
    bool has[SERVER_MANIFEST_FILES_MAX];        /* by server_manifest_file */
    uint8_t file[SERVER_MANIFEST_FILES_MAX][POLICY_DIGEST_LEN];
    size_t adoptions, advices;
    char *adoption[SERVER_MANIFEST_NOTES_MAX], *advice[SERVER_MANIFEST_NOTES_MAX];
};

/* The files of a pack: the eight tables in the order of enum policy_table_id, then those that decide nothing. Static. */
const char *server_manifest_file(size_t index);

/* Read the text. t says line or what is wrong. Gives *out (server_manifest_fini). ERR_SYNTAX, ERR_RANGE, ERR_LONG, ERR_NOMEM. */
MUST_USE enum err server_manifest_parse(const uint8_t *data, size_t len, struct server_manifest *out, struct trouble *t);
/* The text for people, with a newline at its end. Gives *out (free()). ERR_NOMEM. */
MUST_USE enum err server_manifest_format(const struct server_manifest *m, char **out);
void server_manifest_fini(struct server_manifest *m);

/* FOLDER/pack.json. ERR_NOTFOUND: there is none, so the pack is a draft. */
MUST_USE enum err server_manifest_read(const char *folder, struct server_manifest *out, struct trouble *t);
MUST_USE enum err server_manifest_write(const char *folder, const struct server_manifest *m, struct trouble *t);

/* Fill digest and file of m from what lies in the folder; pack is what was loaded from there. ERR_IO, ERR_LONG, ERR_NOMEM. */
MUST_USE enum err server_manifest_digest(const char *folder, const struct policy_pack *pack, struct server_manifest *m, struct trouble *t);
/*
 * Are the files of the folder those that m names? Each that is not is told, with the next step. ERR_STATE: some are not; the pack is
 * then a draft.
 */
MUST_USE enum err server_manifest_check(const char *folder, const struct policy_pack *pack, const struct server_manifest *m, enum lang lang,
    csv_report *report, void *arg);

/* Add a note that is not there yet (copied). *added says whether it was new. ERR_FULL, ERR_NOMEM. */
MUST_USE enum err server_manifest_add(char **list, size_t *count, const char *note, bool *added);

#endif
