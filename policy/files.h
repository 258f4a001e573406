/*
 * policy/files: the tables of a pack from a folder. The one file of policy/ that reads anything, so that hub,
 * node and commands read a pack in the same way; nothing else of policy/ includes it.
 */
#ifndef POLICY_FILES_H
#define POLICY_FILES_H

#include "policy/pack.h"
#include "policy/sources.h"
#include "policy/texts.h"

/* The raw tables, as they lie in the folder: to be compiled, digested, or carried to others. */
struct policy_files {
    uint8_t *data[POLICY_TABLES];
    size_t len[POLICY_TABLES];
};

/*
 * Read the eight tables of a folder, each at most POLICY_TABLE_BYTES_MAX. A table that is not there is left
 * NULL: policy_pack_load tells it among the other mistakes. Gives the buffers in *out (policy_files_free).
 * ERR_LONG, ERR_IO, ERR_NOMEM: *out is then untouched.
 */
MUST_USE enum err policy_files_read(const char *folder, struct policy_files *out, struct trouble *t);
void policy_files_free(struct policy_files *files);

/* A view of them for policy_pack_load and policy_pack_digest; valid as long as files. */
struct policy_tables policy_files_tables(const struct policy_files *files);

/*
 * Read and compile. Gives *out (policy_pack_free). As policy_files_read and policy_pack_load; all mistakes to
 * report.
 */
MUST_USE enum err policy_files_load(const char *folder, enum lang lang, csv_report *report, void *arg,
    struct policy_pack **out);

/*
 * Read texts.csv of the same folder, the words of that pack for people. Gives *out (policy_texts_free). As
 * policy_texts_load; ERR_NOTFOUND also when the file is not there.
 */
MUST_USE enum err policy_files_texts(const char *folder, const struct policy_pack *pack, enum lang lang,
    csv_report *report, void *arg, struct policy_texts **out);

/* Read sources.csv of the same folder. Gives *out (policy_sources_free). As policy_sources_load. */
MUST_USE enum err policy_files_sources(const char *folder, const struct policy_pack *pack, enum lang lang,
    csv_report *report, void *arg, struct policy_sources **out);

#endif
