/*
 * client/record: case records by child and section, as this partner keeps them. A section's content is one JSON object of short texts
 * ("field": "value"), at most 64 KiB. Lives in the vault only; what may leave is decided elsewhere (client/desk).
 */
#ifndef CLIENT_RECORD_H
#define CLIENT_RECORD_H

#include "client/node.h"

enum { CLIENT_SECTION_MAX = 65536, CLIENT_FIELD_MAX = 4096, CLIENT_IMPORT_ROWS_MAX = 20000 };

/* Replace a section's content: obj is an object of texts. ERR_RANGE for an unknown section or one of class SX, ERR_LONG. */
MUST_USE enum err client_record_put(struct client_node *n, struct vault_txn *x, const struct proto_subject_id *who, const char *section,
    const cJSON *obj, struct trouble *t);
/* Gives *out (cJSON_Delete). ERR_NOTFOUND. */
MUST_USE enum err client_record_get(struct client_node *n, struct vault_txn *x, const struct proto_subject_id *who, const char *section,
    cJSON **out);
/* One text field of a section into out; ERR_NOTFOUND when section or field is not there, ERR_LONG. */
MUST_USE enum err client_record_field(struct client_node *n, struct vault_txn *x, const struct proto_subject_id *who, const char *section,
    const char *field, char *out, size_t out_len);
/* Names of the sections that are there. */
MUST_USE enum err client_record_sections(struct client_node *n, struct vault_txn *x, const struct proto_subject_id *who,
    struct proto_sections *out);
/* "Lisa Voorbeeld (2012-01-01)" from the own record, or "child 3f2a91c0" when this partner has no name. out_len 128 is enough. */
void client_record_label(struct client_node *n, struct vault_txn *x, const struct proto_subject_id *who, char *out, size_t out_len);

/* Each child there is a record of, in no order that says anything, until it returns false. */
typedef bool client_record_each(void *arg, const struct proto_subject_id *who);
MUST_USE enum err client_record_children(struct client_node *n, struct vault_txn *x, client_record_each *each, void *arg);

/* What a file says, checked as a whole before anything is stored: nothing is half imported. */
struct client_import_row { char number[10]; cJSON *sections; };  /* {"ident": {"name": ...}, ...} */
struct client_import { size_t count; struct client_import_row *row; };
/*
 * CSV: a column "number" (citizen number) and columns "section.field"; an empty cell is left out. JSON: an array of
 * {"number": "...", "section": {"field": "value"}}. All mistakes are added to mistakes (array of "line: text"), at most 100. Gives *out.
 */
MUST_USE enum err client_import_read(const struct policy_pack *pack, enum lang lang, const char *name, const uint8_t *data, size_t len,
    cJSON *mistakes, struct client_import *out, struct trouble *t);
void client_import_fini(struct client_import *im);

#endif
