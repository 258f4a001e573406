/*
 * client/record: case records by child and section, as this partner keeps them. A section's content is one JSON object of short texts
 * ("field": "value"), at most 64 KiB. Lives in the vault only; what may leave is decided elsewhere (client/desk).
 */
#ifndef CLIENT_RECORD_H
#define CLIENT_RECORD_H

#include "client/node.h"

/* CLIENT_FIELDS_MAX and CLIENT_FIELD_NAME_MAX: what base/json reads back. */
enum { CLIENT_SECTION_MAX = 65536, CLIENT_FIELD_MAX = 4096, CLIENT_FIELDS_MAX = 64, CLIENT_FIELD_NAME_MAX = 63, CLIENT_IMPORT_ROWS_MAX = 20000 };

/* What is wrong with one field; err OK: nothing. Static texts, to be told behind the field's name. */
struct client_record_fault { enum err err; const char *en, *nl; };
/*
 * Name and length; and what decides who must consent (ident.birth_date, guard.custody, guard.incapable) must be empty or readable: a birth
 * date that nobody can read would later be an age that nobody knows. ERR_SYNTAX, ERR_LONG.
 */
struct client_record_fault client_record_check_field(const char *section, const char *field, const char *value);

/*
 * Replace a section's content: obj is an object of texts, at most CLIENT_FIELDS_MAX. ERR_RANGE for an unknown section or one of class SX,
 * ERR_SYNTAX, ERR_LONG.
 */
MUST_USE enum err client_record_put(struct client_node *n, struct vault_txn *x, const struct proto_subject_id *who, const char *section,
    const cJSON *obj, struct trouble *t);
/* Gives *out (cJSON_Delete). ERR_NOTFOUND. */
MUST_USE enum err client_record_get(struct client_node *n, struct vault_txn *x, const struct proto_subject_id *who, const char *section,
    cJSON **out);
/* One text field of a section into out; ERR_NOTFOUND when section or field is not there, ERR_LONG. */
MUST_USE enum err client_record_field(struct client_node *n, struct vault_txn *x, const struct proto_subject_id *who, const char *section,
    const char *field, char *out, size_t out_len);
/* All of the child's record, erased. OK when there is none. */
MUST_USE enum err client_record_drop(struct client_node *n, struct vault_txn *x, const struct proto_subject_id *who);
/* Names of the sections that are there. */
MUST_USE enum err client_record_sections(struct client_node *n, struct vault_txn *x, const struct proto_subject_id *who,
    struct proto_sections *out);
/* "Lisa Voorbeeld (2012-01-01)" from the own record, or "child 3f2a91c0" when this partner has no name. out_len 128 is enough. */
void client_record_label(struct client_node *n, struct vault_txn *x, const struct proto_subject_id *who, char *out, size_t out_len);

/* Each child there is a record of, in no order that says anything, until it returns false. */
typedef bool client_record_each(void *arg, const struct proto_subject_id *who);
MUST_USE enum err client_record_children(struct client_node *n, struct vault_txn *x, client_record_each *each, void *arg);

/* What a file says, checked as a whole before anything is stored: nothing is half imported. */
struct client_import_row { char number[10]; cJSON *sections; uint32_t at; };  /* {"ident": {"name": ...}, ...}; at: line, or item of JSON */
struct client_import { size_t count; struct client_import_row *row; };
/*
 * CSV: a column "number" (citizen number) and columns "section.field"; an empty cell is left out. JSON: an array of
 * {"number": "...", "section": {"field": "value"}}. All mistakes are added to mistakes (array of {"file","line","column","text"}; line and column
 * from 1, 0: none), at most 100; t tells the first and how many there are. A child stands in a file once.
 * Gives *out. ERR_SYNTAX, ERR_LONG, ERR_NOMEM; *out is then untouched.
 */
MUST_USE enum err client_import_read(const struct policy_pack *pack, enum lang lang, const char *name, const uint8_t *data, size_t len,
    cJSON *mistakes, struct client_import *out, struct trouble *t);
void client_import_fini(struct client_import *im);

#endif
