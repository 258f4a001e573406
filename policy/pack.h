/*
 * policy/pack: a pack's tables to a compiled policy. Reads nothing itself: the caller gives the texts of the
 * tables as buffers (policy/files reads a folder). A loaded pack never changes, so any thread may read it.
 * Hides libcsv and the order of loading; the compiled form is open for the evaluator and for tests.
 */
#ifndef POLICY_PACK_H
#define POLICY_PACK_H

#include "base/clock.h"
#include "base/csv.h"
#include "base/err.h"
#include "policy/model.h"

#include <stddef.h>
#include <stdint.h>

/* The tables of a pack, in the order of loading. */
enum policy_table_id {
    POLICY_TABLE_KINDS = 0, POLICY_TABLE_PURPOSES, POLICY_TABLE_GROUNDS, POLICY_TABLE_SECTIONS,
    POLICY_TABLE_EVENTS, POLICY_TABLE_RULES, POLICY_TABLE_PARAMETERS, POLICY_TABLE_WEIGHING, POLICY_TABLES
};

/* The texts, each borrowed; data NULL when the table is missing. */
struct policy_tables {
    struct {
        const uint8_t *data;
        size_t len;
    } table[POLICY_TABLES];
};

enum { POLICY_DIGEST_LEN = 32, POLICY_TABLE_BYTES_MAX = 1024 * 1024 };

/* What has a name on the wire and an index here. */
enum policy_set {
    POLICY_SET_KINDS = 0, POLICY_SET_PURPOSES, POLICY_SET_GROUNDS, POLICY_SET_SECTIONS, POLICY_SET_EVENTS,
    POLICY_SETS
};

/* One named thing. Both texts belong to the pack; meaning is in the language of the table. */
struct policy_word {
    const char *name, *meaning;
};

struct policy_words {
    size_t count;
    struct policy_word word[64];
};

struct policy_ground {
    bool survives;    /* an objection */
    bool reserved;    /* switched off: no rule may use it */
    bool weigh_all;   /* all questions of the weighing */
    bool officer;     /* the privacy officer is told */
};

struct policy_section {
    enum policy_class class;
    uint32_t duties;
    uint16_t days_max;  /* of access, whatever the rule says; 0 no such limit */
};

struct policy_event_def {
    uint32_t set_by;   /* mask of kinds */
    bool system;       /* computed, never set */
    enum policy_by_requester by_requester;
    enum policy_scope scope;
    uint16_t valid_days;  /* 0 until ended */
};

struct policy_rule {
    const char *id;
    enum policy_mode mode;
    uint32_t requesters, purposes, holders;  /* masks */
    uint64_t sections, events;               /* masks; events: all that it names */
    uint64_t need[POLICY_NEEDS_MAX];         /* one of each is needed */
    uint8_t needs;
    uint8_t ground;      /* POLICY_UNKNOWN for mode N */
    char ground9;
    bool has_ages;
    uint8_t age_min, age_max;
    enum policy_weigh weigh;
    enum policy_eyes eyes;
    enum policy_inform inform;
    uint16_t days;
    uint32_t duties;
};

struct policy_parameter {
    const char *name, *source;
    struct date from;
    uint64_t value;
};

/* Which rules a value admits: for each value of each dimension a set of rules. */
struct policy_rule_set {
    uint64_t word[POLICY_RULE_WORDS];
};

enum { POLICY_AGE_UNKNOWN = POLICY_AGE_MAX + 1, POLICY_AGE_ANY, POLICY_AGE_SLOTS };

/*
 * Indexed by any byte, so that an index that is not in the pack finds no rule instead of somebody else's
 * memory.
 */
struct policy_index {
    struct policy_rule_set requester[256], purpose[256], holder[256], section[256];
    struct policy_rule_set age[POLICY_AGE_SLOTS];
    struct policy_rule_set mode[POLICY_MODES];
    size_t words;  /* of a rule set that are in use */
};

struct policy_pack {
    struct policy_words set[POLICY_SETS];
    const char *group[POLICY_KINDS_MAX];        /* of a kind; "" none */
    bool needs_case[256];                       /* of a purpose; true for one that is not in the pack */
    uint8_t feedback[POLICY_KINDS_MAX][POLICY_PURPOSES_MAX];  /* working days, receiver and purpose; 0 none */
    struct policy_ground ground[POLICY_GROUNDS_MAX];
    struct policy_section section[POLICY_SECTIONS_MAX];
    struct policy_event_def event[POLICY_EVENTS_MAX];
    uint8_t system_event, anon_section;         /* POLICY_UNKNOWN if there is none */
    size_t rules, parameters;
    struct policy_rule rule[POLICY_RULES_MAX];
    struct policy_parameter parameter[POLICY_PARAMETERS_MAX];
    struct policy_index index;
    struct policy_weighing *weighing;           /* policy/weighing.h; not NULL */
    uint8_t digest[POLICY_DIGEST_LEN];
    struct csv *csv[POLICY_TABLES];             /* holds the texts */
};

/* "rules.csv" and so on. Static storage. */
const char *policy_pack_file(enum policy_table_id id);

/*
 * Compile. Gives *out (policy_pack_free). Every mistake goes to report (may be NULL), at most 100 of them,
 * with file, line, column (in characters, from 1) and what was expected; the class of the first is returned
 * and *out is untouched. ERR_NOTFOUND for a missing table, ERR_SYNTAX, ERR_RANGE, ERR_LONG, ERR_EXISTS,
 * ERR_NOMEM.
 */
MUST_USE enum err policy_pack_load(const struct policy_tables *tables, enum lang lang, csv_report *report,
    void *arg, struct policy_pack **out);
void policy_pack_free(struct policy_pack *pack);  /* takes NULL */

/*
 * The digest of a pack: SHA-256 over, for each table in the order of its file name (events.csv, grounds.csv,
 * kinds.csv, parameters.csv, purposes.csv, rules.csv, sections.csv, weighing.csv): the bytes of the file name, a zero byte,
 * and the 32-byte SHA-256 of the file's raw bytes. All tables must be there.
 */
void policy_pack_digest(const struct policy_tables *tables, uint8_t out[POLICY_DIGEST_LEN]);

/* The index of a name, or POLICY_UNKNOWN. */
uint8_t policy_pack_find(const struct policy_pack *pack, enum policy_set set, const char *name);
/* The name at an index; NULL when there is none. Valid as long as the pack. */
const char *policy_pack_name(const struct policy_pack *pack, enum policy_set set, uint8_t index);

/* The index of a rule, or -1. */
int policy_pack_rule(const struct policy_pack *pack, const char *id);

/*
 * The value of a parameter that counts on a day. ERR_NOTFOUND when it has none (yet); *out is then untouched.
 */
MUST_USE enum err policy_pack_parameter(
    const struct policy_pack *pack, const char *name, struct date on, uint64_t *out);

#endif
