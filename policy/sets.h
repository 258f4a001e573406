/*
 * policy/sets: the tables that name things (kinds, purposes, grounds, sections, events, parameters) into a
 * pack. For the loaders of policy/ only.
 */
#ifndef POLICY_SETS_H
#define POLICY_SETS_H

#include "policy/pack.h"
#include "policy/table.h"

/* One load: the pack in the making, and what may not be trusted in it. */
struct policy_loading {
    struct policy_pack *pack;
    struct policy_report report;
    bool incomplete[POLICY_SETS];  /* its table could not be read, so an unknown name says nothing */
};

/* Open a table of the pack and keep its csv there. False if its rows cannot be read; told. */
MUST_USE bool policy_sets_open(struct policy_loading *loading, const struct policy_tables *tables,
    enum policy_table_id id, const char *const *names, struct policy_table *table);

void policy_sets_kinds(struct policy_loading *loading, const struct policy_tables *tables);
void policy_sets_purposes(struct policy_loading *loading, const struct policy_tables *tables);
void policy_sets_grounds(struct policy_loading *loading, const struct policy_tables *tables);
void policy_sets_sections(struct policy_loading *loading, const struct policy_tables *tables);
void policy_sets_events(struct policy_loading *loading, const struct policy_tables *tables);
void policy_sets_parameters(struct policy_loading *loading, const struct policy_tables *tables);

/*
 * The names of a cell as a mask; tells each that is not of the set. Kinds also take groups and ANY, purposes
 * ANY.
 */
uint64_t policy_sets_mask(struct policy_loading *loading, const struct policy_table *table, size_t column,
    enum policy_set set);

/* What ANY or the name of a group in capitals stands for; 0 for any other word. */
uint64_t policy_sets_group(const struct policy_pack *pack, enum policy_set set, const char *word);

/* One name; POLICY_UNKNOWN if it is not of the set; told. word is as in policy_table_mistake. */
uint8_t policy_sets_name(struct policy_loading *loading, const struct policy_table *table, size_t column,
    enum policy_set set, const char *name, const char *word);

#endif
