/* Every kind of mistake in a table: its place, and what was expected. Limits of the sets. */
#include "tests/support/check.h"

#include "policy/pack.h"
#include "tests/support/policy.h"

#include <stdio.h>

#define RULE_HEADER \
    "id,requester,purpose,holder,sections,mode,ground,ground9,events,ages,weigh,eyes,inform,days\n"

/* A mistake: the small pack with one text of one table changed. */
struct mistake {
    const char *name;
    enum policy_table_id table;
    const char *from, *to;  /* from NULL: to is the whole table; to NULL: the table is missing */
    enum err err;
    const char *told;       /* all that is told */
};

static const struct mistake mistakes[] = {
    { "a table is missing", POLICY_TABLE_SECTIONS, NULL, NULL, ERR_NOTFOUND,
        "sections.csv: this table is missing\n" },
    { "a table is empty", POLICY_TABLE_KINDS, NULL, "", ERR_SYNTAX,
        "kinds.csv:1: this table is empty; the first row names the columns\n" },
    { "kinds without rows", POLICY_TABLE_KINDS, NULL, "kind,group,meaning\n", ERR_SHORT,
        "kinds.csv: this table has no rows\n" },
    { "the rules are missing", POLICY_TABLE_RULES, NULL, NULL, ERR_NOTFOUND,
        "rules.csv: this table is missing\n" },
    { "the events are missing", POLICY_TABLE_EVENTS, NULL, NULL, ERR_NOTFOUND,
        "events.csv: this table is missing\n" },
    { "the grounds are missing", POLICY_TABLE_GROUNDS, NULL, NULL, ERR_NOTFOUND,
        "grounds.csv: this table is missing\n" },
    { "the purposes are missing", POLICY_TABLE_PURPOSES, NULL, NULL, ERR_NOTFOUND,
        "purposes.csv: this table is missing\n" },
    { "the parameters are missing", POLICY_TABLE_PARAMETERS, NULL, NULL, ERR_NOTFOUND,
        "parameters.csv: this table is missing\n" },
    { "a column is missing", POLICY_TABLE_PURPOSES, "needs_case", "case_needed", ERR_SYNTAX,
        "purposes.csv:1:1: column \"needs_case\" is missing\n"
        "purposes.csv:1:17: column \"case_needed\" is not one of this table\n" },
    { "a column too many", POLICY_TABLE_GROUNDS, NULL,
        "ground,meaning,survives_objection,remark\nLAW,law,yes,\nCONSENT,consent,no,\n", ERR_SYNTAX,
        "grounds.csv:1:35: column \"remark\" is not one of this table\n" },
    { "columns with semicolons", POLICY_TABLE_GROUNDS, NULL,
        "ground;meaning;survives_objection\nLAW;law;maybe\nCONSENT;consent;no\n", ERR_RANGE,
        "grounds.csv:2:9: survives_objection \"maybe\": expected one of: no, yes\n" },
    { "a row of another width", POLICY_TABLE_KINDS, "po,school,primary", "po,school", ERR_SYNTAX,
        "kinds.csv:2: this row has 2 cells, the first row has 3\n" },
    { "a byte order mark does not move columns", POLICY_TABLE_GROUNDS, NULL,
        "\xef\xbb\xbfground,meaning,survives_objection\nLAW,law,maybe\nCONSENT,consent,no\n", ERR_RANGE,
        "grounds.csv:2:9: survives_objection \"maybe\": expected one of: no, yes\n" },
    { "a cell over two lines", POLICY_TABLE_GROUNDS, NULL,
        "ground,meaning,survives_objection\nLAW,\"law, or\n\"\"caf\xc3\xa9\"\"\",maybe\nCONSENT,consent,no\n",
        ERR_RANGE, "grounds.csv:3:11: survives_objection \"maybe\": expected one of: no, yes\n" },
    { "a mistake in the last cell, which is empty", POLICY_TABLE_GROUNDS, NULL,
        "ground,meaning,survives_objection\nCONSENT,consent,no\nLAW,law,", ERR_RANGE,
        "grounds.csv:3:9: survives_objection \"\": expected one of: no, yes\n" },
    { "blanks and quotes before a mistake", POLICY_TABLE_GROUNDS, NULL,
        "ground,meaning,survives_objection\nLAW,law,  \"maybe\"\nCONSENT,consent,no\n", ERR_RANGE,
        "grounds.csv:2:12: survives_objection \"maybe\": expected one of: no, yes\n" },
    { "a table of one column", POLICY_TABLE_PARAMETERS, NULL, "parameter\nhours\n", ERR_SYNTAX,
        "parameters.csv:1:1: column \"value\" is missing\n"
        "parameters.csv:1:1: column \"valid_from\" is missing\n"
        "parameters.csv:1:1: column \"source\" is missing\n" },
    { "of a long cell 80 bytes are shown", POLICY_TABLE_PURPOSES, "help,help,yes",
        "help,help,abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcd",
        ERR_RANGE,
        "purposes.csv:2:11: needs_case "
        "\"abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzab\": "
        "expected one of: no, yes\n" },
    { "a kind in capitals", POLICY_TABLE_KINDS, "po,school", "PO,school", ERR_SYNTAX,
        "kinds.csv:2:1: kind \"PO\": expected a name of small letters, digits and _, a letter first, at most "
        "31\n" },
    { "a kind with a digit first", POLICY_TABLE_KINDS, "po,school", "1po,school", ERR_SYNTAX,
        "kinds.csv:2:1: kind \"1po\": expected a name of small letters, digits and _, a letter first, at "
        "most 31\n" },
    { "a kind with a hyphen", POLICY_TABLE_KINDS, "po,school", "p-o,school", ERR_SYNTAX,
        "kinds.csv:2:1: kind \"p-o\": expected a name of small letters, digits and _, a letter first, at "
        "most 31\n" },
    { "a kind with an accent", POLICY_TABLE_KINDS, "po,school", "p\xc3\xb6,school", ERR_SYNTAX,
        "kinds.csv:2:1: kind \"p\xc3\xb6\": expected a name of small letters, digits and _, a letter first, "
        "at most 31\n" },
    { "a kind without a name", POLICY_TABLE_KINDS, "po,school", ",school", ERR_SYNTAX,
        "kinds.csv:2:1: kind \"\": expected a name of small letters, digits and _, a letter first, at most "
        "31\n" },
    { "a name of 32", POLICY_TABLE_KINDS, "po,school", "abcdefghijklmnopqrstuvwxyz012345,school", ERR_SYNTAX,
        "kinds.csv:2:1: kind \"abcdefghijklmnopqrstuvwxyz012345\": expected a name of small letters, digits "
        "and _, a "
        "letter first, at most 31\n" },
    { "a kind twice", POLICY_TABLE_KINDS, "vo,school", "po,school", ERR_EXISTS,
        "kinds.csv:3:1: kind \"po\": expected a name that is not there already\n" },
    { "a group in capitals", POLICY_TABLE_KINDS, "po,school", "po,SCHOOL", ERR_SYNTAX,
        "kinds.csv:2:4: group \"SCHOOL\": expected the name of a group in small letters, or nothing\n" },
    { "a purpose twice", POLICY_TABLE_PURPOSES, "count,count", "help,count", ERR_EXISTS,
        "purposes.csv:3:1: purpose \"help\": expected a name that is not there already\n" },
    { "needs_case is no answer", POLICY_TABLE_PURPOSES, "help,help,yes", "help,help,ja", ERR_RANGE,
        "purposes.csv:2:11: needs_case \"ja\": expected one of: no, yes\n" },
    { "a ground in small letters", POLICY_TABLE_GROUNDS, "LAW,law", "Law,law", ERR_SYNTAX,
        "grounds.csv:2:1: ground \"Law\": expected a name of capitals, digits and _, a capital first, at "
        "most 31\n" },
    { "a ground twice", POLICY_TABLE_GROUNDS, "CONSENT,", "LAW,", ERR_EXISTS,
        "grounds.csv:3:1: ground \"LAW\": expected a name that is not there already\n" },
    { "a section twice", POLICY_TABLE_SECTIONS, "att,", "ident,", ERR_EXISTS,
        "sections.csv:3:1: section \"ident\": expected a name that is not there already\n"
        "rules.csv:2:33: sections \"att\": expected a section of sections.csv\n" },
    { "a class that is none", POLICY_TABLE_SECTIONS, "att,S2", "att,S5", ERR_RANGE,
        "sections.csv:3:5: class \"S5\": expected one of: S0, S1, S2, S3, S4, SX\n" },
    { "an event twice", POLICY_TABLE_EVENTS, "LRV,away", "VZM,away", ERR_EXISTS,
        "events.csv:3:1: event \"VZM\": expected a name that is not there already\n"
        "rules.csv:2:48: events \"LRV\": expected an event of events.csv\n" },
    { "set by an unknown kind", POLICY_TABLE_EVENTS, "SCHOOL leerplicht,no", "SCHOOL  rmc po,no",
        ERR_NOTFOUND, "events.csv:3:18: set_by \"rmc\": expected a kind or group of kinds.csv, or ANY\n" },
    { "set by nobody", POLICY_TABLE_EVENTS, "SCHOOL leerplicht,no", ",no", ERR_SHORT,
        "events.csv:3:10: set_by \"\": expected a kind or group of kinds.csv, or ANY\n" },
    { "by_requester is no answer", POLICY_TABLE_EVENTS, "leerplicht,no", "leerplicht,maybe", ERR_RANGE,
        "events.csv:3:28: by_requester \"maybe\": expected one of: no, ref, yes\n" },
    { "the system's event is set by somebody", POLICY_TABLE_EVENTS, "system,,", "system,no,", ERR_RANGE,
        "events.csv:4:18: by_requester \"no\": expected nothing: an event of the system is set by nobody\n" },
    { "two events of the system", POLICY_TABLE_EVENTS, "SCHOOL leerplicht,no", "system,", ERR_EXISTS,
        "events.csv:4:11: set_by \"system\": expected one event of the system at most\n" },
    { "a scope that is none", POLICY_TABLE_EVENTS, "no,pair", "no,case", ERR_RANGE,
        "events.csv:3:31: scope \"case\": expected one of: child, purpose, pair\n" },
    { "valid for no days", POLICY_TABLE_EVENTS, "child,90", "child,0", ERR_RANGE,
        "events.csv:2:29: valid_days \"0\": expected a whole number from 1 to 3660\n" },
    { "valid for words", POLICY_TABLE_EVENTS, "child,90", "child,ninety", ERR_SYNTAX,
        "events.csv:2:29: valid_days \"ninety\": expected a whole number from 1 to 3660\n" },
    { "a rule id in small letters", POLICY_TABLE_RULES, "R1,", "r1,", ERR_SYNTAX,
        "rules.csv:2:1: id \"r1\": expected a capital, then capitals, digits and _, at most 31\n" },
    { "a rule id twice", POLICY_TABLE_RULES, "R2,", "R1,", ERR_EXISTS,
        "rules.csv:3:1: id \"R1\": expected an id that is not there already\n" },
    { "an unknown requester", POLICY_TABLE_RULES, "R1,leerplicht,", "R1,rmc leerplicht,", ERR_NOTFOUND,
        "rules.csv:2:4: requester \"rmc\": expected a kind or group of kinds.csv, or ANY\n" },
    { "a group in small letters in a rule", POLICY_TABLE_RULES, "help,SCHOOL", "help,school", ERR_NOTFOUND,
        "rules.csv:2:20: holder \"school\": expected a kind or group of kinds.csv, or ANY\n" },
    { "a group half in capitals", POLICY_TABLE_RULES, "help,SCHOOL", "help,SCHool", ERR_NOTFOUND,
        "rules.csv:2:20: holder \"SCHool\": expected a kind or group of kinds.csv, or ANY\n" },
    { "more than a group's name", POLICY_TABLE_RULES, "help,SCHOOL", "help,SCHOOLS", ERR_NOTFOUND,
        "rules.csv:2:20: holder \"SCHOOLS\": expected a kind or group of kinds.csv, or ANY\n" },
    { "less than a group's name", POLICY_TABLE_RULES, "help,SCHOOL", "help,SCHOO", ERR_NOTFOUND,
        "rules.csv:2:20: holder \"SCHOO\": expected a kind or group of kinds.csv, or ANY\n" },
    { "a word of 64 bytes is not cut to a name", POLICY_TABLE_RULES, "help,SCHOOL",
        "help,aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", ERR_NOTFOUND,
        "rules.csv:2:20: holder \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\": "
        "expected a kind or "
        "group of kinds.csv, or ANY\n" },
    { "an unknown purpose", POLICY_TABLE_RULES, ",help,SCHOOL", ",care,SCHOOL", ERR_NOTFOUND,
        "rules.csv:2:15: purpose \"care\": expected a purpose of purposes.csv, or ANY\n" },
    { "no section", POLICY_TABLE_RULES, ",ident att,", ",,", ERR_SHORT,
        "rules.csv:2:27: sections \"\": expected a section of sections.csv\n" },
    { "ANY is no section", POLICY_TABLE_RULES, ",ident att,", ",ANY,", ERR_NOTFOUND,
        "rules.csv:2:27: sections \"ANY\": expected a section of sections.csv\n" },
    { "an unknown mode", POLICY_TABLE_RULES, ",A,LAW", ",B,LAW", ERR_RANGE,
        "rules.csv:2:37: mode \"B\": expected one of: N, A, C\n"
        "rules.csv:2:39: ground \"LAW\": expected nothing in a rule of mode N\n"
        "rules.csv:2:44: events \"VZM/LRV CASE\": expected nothing in a rule of mode N\n"
        "rules.csv:2:57: ages \"-17\": expected nothing in a rule of mode N\n"
        "rules.csv:2:67: inform \"before\": expected no, no, none and 0 at the end of a rule of mode N\n"
        "rules.csv:2:74: days \"90\": expected no, no, none and 0 at the end of a rule of mode N\n" },
    { "an unknown ground", POLICY_TABLE_RULES, ",A,LAW", ",A,COVENANT", ERR_NOTFOUND,
        "rules.csv:2:39: ground \"COVENANT\": expected a ground of grounds.csv\n" },
    { "no ground", POLICY_TABLE_RULES, ",A,LAW", ",A,", ERR_NOTFOUND,
        "rules.csv:2:39: ground \"\": expected a ground of grounds.csv\n" },
    { "a ground that is switched off", POLICY_TABLE_RULES, ",A,LAW", ",A,WGS", ERR_DENIED,
        "rules.csv:2:39: ground \"WGS\": expected a ground that is not switched off\n" },
    { "no second ground for a special section", POLICY_TABLE_RULES, ",ident att,", ",ident need,", ERR_SHORT,
        "rules.csv:2:44: ground9 \"\": expected a second ground such as 9.2.a, as a section is S3 or S4\n" },
    { "a second ground after j", POLICY_TABLE_RULES, "LAW,,", "LAW,9.2.k,", ERR_SYNTAX,
        "rules.csv:2:43: ground9 \"9.2.k\": expected 9.2.a to 9.2.j, or nothing\n" },
    { "a second ground before a", POLICY_TABLE_RULES, "LAW,,", "LAW,9.2.A,", ERR_SYNTAX,
        "rules.csv:2:43: ground9 \"9.2.A\": expected 9.2.a to 9.2.j, or nothing\n" },
    { "a second ground of another article", POLICY_TABLE_RULES, "LAW,,", "LAW,9.3.a,", ERR_SYNTAX,
        "rules.csv:2:43: ground9 \"9.3.a\": expected 9.2.a to 9.2.j, or nothing\n" },
    { "a second ground of two letters", POLICY_TABLE_RULES, "LAW,,", "LAW,9.2.aa,", ERR_SYNTAX,
        "rules.csv:2:43: ground9 \"9.2.aa\": expected 9.2.a to 9.2.j, or nothing\n" },
    { "a rule gives what is never in the hub", POLICY_TABLE_RULES, ",ident att,A,LAW,,",
        ",ident pgn,A,LAW,9.2.g,", ERR_DENIED,
        "rules.csv:2:27: sections \"ident pgn\": expected no section of class SX, which only mode N may "
        "name\n" },
    { "an unknown event", POLICY_TABLE_RULES, "VZM/LRV CASE", "VZM/ABS CASE", ERR_NOTFOUND,
        "rules.csv:2:48: events \"ABS\": expected an event of events.csv\n" },
    { "an alternative without a name", POLICY_TABLE_RULES, "VZM/LRV CASE", "VZM/ CASE", ERR_NOTFOUND,
        "rules.csv:2:48: events \"\": expected an event of events.csv\n" },
    { "five needs", POLICY_TABLE_RULES, "VZM/LRV CASE", "VZM LRV CASE VZM LRV", ERR_LONG,
        "rules.csv:2:61: events \"LRV\": expected at most 4 things needed at the same time\n" },
    { "an age without a dash", POLICY_TABLE_RULES, ",-17,", ",17,", ERR_RANGE,
        "rules.csv:2:57: ages \"17\": expected ages as 16..22, ..17 or 18.., or nothing for all\n" },
    { "a dash without an age", POLICY_TABLE_RULES, ",-17,", ",-,", ERR_RANGE,
        "rules.csv:2:57: ages \"-\": expected ages as 16..22, ..17 or 18.., or nothing for all\n" },
    { "ages from high to low", POLICY_TABLE_RULES, ",-17,", ",18-17,", ERR_RANGE,
        "rules.csv:2:57: ages \"18-17\": expected ages as 16..22, ..17 or 18.., or nothing for all\n" },
    { "a first age in words", POLICY_TABLE_RULES, ",-17,", ",ten-17,", ERR_RANGE,
        "rules.csv:2:57: ages \"ten-17\": expected ages as 16..22, ..17 or 18.., or nothing for all\n" },
    { "a first age too long", POLICY_TABLE_RULES, ",-17,", ",0016-17,", ERR_RANGE,
        "rules.csv:2:57: ages \"0016-17\": expected ages as 16..22, ..17 or 18.., or nothing for all\n" },
    { "two dots without an age", POLICY_TABLE_RULES, ",-17,", ",..,", ERR_RANGE,
        "rules.csv:2:57: ages \"..\": expected ages as 16..22, ..17 or 18.., or nothing for all\n" },
    { "what a spreadsheet makes of 12-22", POLICY_TABLE_RULES, ",-17,", ",dec-22,", ERR_RANGE,
        "rules.csv:2:57: ages \"dec-22\": expected ages as 16..22, ..17 or 18.., or nothing for all\n" },
    { "three dots", POLICY_TABLE_RULES, ",-17,", ",16...22,", ERR_RANGE,
        "rules.csv:2:57: ages \"16...22\": expected ages as 16..22, ..17 or 18.., or nothing for all\n" },
    { "dots from high to low", POLICY_TABLE_RULES, ",-17,", ",18..17,", ERR_RANGE,
        "rules.csv:2:57: ages \"18..17\": expected ages as 16..22, ..17 or 18.., or nothing for all\n" },
    { "dots before too high an age", POLICY_TABLE_RULES, ",-17,", ",..121,", ERR_RANGE,
        "rules.csv:2:57: ages \"..121\": expected ages as 16..22, ..17 or 18.., or nothing for all\n" },
    { "dots after too long an age", POLICY_TABLE_RULES, ",-17,", ",0016..17,", ERR_RANGE,
        "rules.csv:2:57: ages \"0016..17\": expected ages as 16..22, ..17 or 18.., or nothing for all\n" },
    { "ages with blanks", POLICY_TABLE_RULES, ",-17,", ",16 .. 22,", ERR_RANGE,
        "rules.csv:2:57: ages \"16 .. 22\": expected ages as 16..22, ..17 or 18.., or nothing for all\n" },
    { "a last age too high", POLICY_TABLE_RULES, ",-17,", ",-121,", ERR_RANGE,
        "rules.csv:2:57: ages \"-121\": expected ages as 16..22, ..17 or 18.., or nothing for all\n" },
    { "an unknown weigher", POLICY_TABLE_RULES, "no,no,before", "yes,no,before", ERR_RANGE,
        "rules.csv:2:61: weigh \"yes\": expected one of: no, asker, holder, post\n" },
    { "unknown eyes", POLICY_TABLE_RULES, "no,no,before", "no,asker,before", ERR_RANGE,
        "rules.csv:2:64: eyes \"asker\": expected one of: no, holder, post\n" },
    { "informed at another time", POLICY_TABLE_RULES, "no,no,before", "no,no,during", ERR_RANGE,
        "rules.csv:2:67: inform \"during\": expected one of: none, before, after, defer\n" },
    { "no days of access", POLICY_TABLE_RULES, "before,90", "before,0", ERR_RANGE,
        "rules.csv:2:74: days \"0\": expected a whole number from 1 to 366\n" },
    { "too many days of access", POLICY_TABLE_RULES, "before,90", "before,367", ERR_RANGE,
        "rules.csv:2:74: days \"367\": expected a whole number from 1 to 366\n" },
    { "half a day of access", POLICY_TABLE_RULES, "before,90", "before,0.5", ERR_SYNTAX,
        "rules.csv:2:74: days \"0.5\": expected a whole number from 1 to 366\n" },
    { "an age in a rule that never permits", POLICY_TABLE_RULES, "pgn,N,,,,,no", "pgn,N,,,,-17,no", ERR_RANGE,
        "rules.csv:3:25: ages \"-17\": expected nothing in a rule of mode N\n" },
    { "a parameter in capitals", POLICY_TABLE_PARAMETERS, "hours,16", "Hours,16", ERR_SYNTAX,
        "parameters.csv:2:1: parameter \"Hours\": expected a name of small letters, digits and _, a letter "
        "first, at most "
        "31\n" },
    { "a parameter in words", POLICY_TABLE_PARAMETERS, "hours,16", "hours,many", ERR_SYNTAX,
        "parameters.csv:2:7: value \"many\": expected a whole number from 0 to 1000000\n" },
    { "a parameter from no day", POLICY_TABLE_PARAMETERS, "2020-01-01", "2020-02-30", ERR_SYNTAX,
        "parameters.csv:2:10: valid_from \"2020-02-30\": expected a day as 2026-08-01 or 1-8-2026\n" },
    { "the thirtieth of February in Dutch", POLICY_TABLE_PARAMETERS, "hours,16,2020-01-01", "hours,16,30-2-2020", ERR_SYNTAX,
        "parameters.csv:2:10: valid_from \"30-2-2020\": expected a day as 2026-08-01 or 1-8-2026\n" },
    { "a day with slashes", POLICY_TABLE_PARAMETERS, "hours,16,2020-01-01", "hours,16,1/8/2026", ERR_SYNTAX,
        "parameters.csv:2:10: valid_from \"1/8/2026\": expected a day as 2026-08-01 or 1-8-2026\n" },
    { "a year of two digits", POLICY_TABLE_PARAMETERS, "hours,16,2020-01-01", "hours,16,1-8-26", ERR_SYNTAX,
        "parameters.csv:2:10: valid_from \"1-8-26\": expected a day as 2026-08-01 or 1-8-2026\n" },
    { "a day without a year", POLICY_TABLE_PARAMETERS, "hours,16,2020-01-01", "hours,16,1-8", ERR_SYNTAX,
        "parameters.csv:2:10: valid_from \"1-8\": expected a day as 2026-08-01 or 1-8-2026\n" },
    { "a month in words", POLICY_TABLE_PARAMETERS, "hours,16,2020-01-01", "hours,16,1-aug-2026", ERR_SYNTAX,
        "parameters.csv:2:10: valid_from \"1-aug-2026\": expected a day as 2026-08-01 or 1-8-2026\n" },
    { "three digits of a day", POLICY_TABLE_PARAMETERS, "hours,16,2020-01-01", "hours,16,001-8-2026", ERR_SYNTAX,
        "parameters.csv:2:10: valid_from \"001-8-2026\": expected a day as 2026-08-01 or 1-8-2026\n" },
    { "a number for a day", POLICY_TABLE_PARAMETERS, "hours,16,2020-01-01", "hours,16,46235", ERR_SYNTAX,
        "parameters.csv:2:10: valid_from \"46235\": expected a day as 2026-08-01 or 1-8-2026\n" },
    { "a day without a day", POLICY_TABLE_PARAMETERS, "hours,16,2020-01-01", "hours,16,-8-2026", ERR_SYNTAX,
        "parameters.csv:2:10: valid_from \"-8-2026\": expected a day as 2026-08-01 or 1-8-2026\n" },
    { "a month of 13", POLICY_TABLE_PARAMETERS, "hours,16,2020-01-01", "hours,16,1-13-2026", ERR_SYNTAX,
        "parameters.csv:2:10: valid_from \"1-13-2026\": expected a day as 2026-08-01 or 1-8-2026\n" },
    { "five digits of a year", POLICY_TABLE_PARAMETERS, "hours,16,2020-01-01", "hours,16,1-8-20260", ERR_SYNTAX,
        "parameters.csv:2:10: valid_from \"1-8-20260\": expected a day as 2026-08-01 or 1-8-2026\n" },
    { "a half", POLICY_TABLE_PARAMETERS, "hours,16,2020-01-01", "hours,\"16,5\",2020-01-01", ERR_SYNTAX,
        "parameters.csv:2:8: value \"16,5\": expected a whole number from 0 to 1000000\n" },
    { "a comma without decimals", POLICY_TABLE_PARAMETERS, "hours,16,2020-01-01", "hours,\"16,\",2020-01-01", ERR_SYNTAX,
        "parameters.csv:2:8: value \"16,\": expected a whole number from 0 to 1000000\n" },
    { "a thousand with a dot", POLICY_TABLE_PARAMETERS, "hours,16,2020-01-01", "hours,1.000,2020-01-01", ERR_SYNTAX,
        "parameters.csv:2:7: value \"1.000\": expected a whole number from 0 to 1000000\n" },
    { "a comma alone", POLICY_TABLE_PARAMETERS, "hours,16,2020-01-01", "hours,\",0\",2020-01-01", ERR_SYNTAX,
        "parameters.csv:2:8: value \",0\": expected a whole number from 0 to 1000000\n" },
    { "too many digits before a comma", POLICY_TABLE_PARAMETERS, "hours,16,2020-01-01", "hours,\"000000000000000000000016,0\",2020-01-01", ERR_SYNTAX,
        "parameters.csv:2:8: value \"000000000000000000000016,0\": expected a whole number from 0 to 1000000\n" },
    { "a parameter twice from a day", POLICY_TABLE_PARAMETERS, "2026-08-01", "2020-01-01", ERR_EXISTS,
        "parameters.csv:3:1: parameter \"hours\": expected no second value of a parameter from the same "
        "day\n" },
};

/* The small pack with this change; the caller frees *copy. */
static struct support_policy_texts changed(const struct mistake *m, char **copy)
{
    struct support_policy_texts texts = support_policy_small();
    const char *text = texts.text[m->table], *at;

    *copy = NULL;
    if (m->from == NULL) {
        texts.text[m->table] = m->to;
        return texts;
    }
    at = strstr(text, m->from);
    assert_non_null(at);
    assert_true(asprintf(copy, "%.*s%s%s", (int)(at - text), text, m->to, at + strlen(m->from)) > 0);
    texts.text[m->table] = *copy;
    return texts;
}

static void test_mistake(void **state)
{
    const struct mistake *m = *state;
    static struct policy_pack untouched;
    struct policy_pack *pack = &untouched;
    struct support_policy_texts texts;
    char told[4096], *copy;

    texts = changed(m, &copy);
    assert_err(support_policy_load(&texts, LANG_EN, told, sizeof told, &pack), m->err);
    assert_string_equal(told, m->told);
    assert_err(support_policy_load(&texts, LANG_NL, told, sizeof told, &pack), m->err);
    assert_string_not_equal(told, m->told);
    assert_err(support_policy_load(&texts, LANG_EN, NULL, 0, &pack), m->err);
    assert_ptr_equal(pack, &untouched);
    free(copy);
}

static void test_dutch(void **state)
{
    struct support_policy_texts texts = support_policy_small();
    struct policy_pack *pack = NULL;
    char told[1024];

    (void)state;
    texts.text[POLICY_TABLE_PARAMETERS] = "parameter,value,valid_from,source\nuren,veel,2020-01-01,wet\n";
    assert_err(support_policy_load(&texts, LANG_NL, told, sizeof told, &pack), ERR_SYNTAX);
    assert_string_equal(told,
        "parameters.csv:2:6: value \"veel\": verwacht wordt een geheel getal van 0 tot en met 1000000\n");
}

static void test_all_in_one_run(void **state)
{
    struct support_policy_texts texts = support_policy_small();
    struct policy_pack *pack = NULL;
    char told[4096];

    (void)state;
    texts.text[POLICY_TABLE_SECTIONS] =
        "section,class,content\nident,S1,name\natt,S2,absence\npgn,SX,number\nneed,S9,x\n";
    texts.text[POLICY_TABLE_EVENTS] =
        "event,meaning,set_by,by_requester,scope,valid_days\nVZM,report,SCHOL,ref,child,-1\n";
    texts.text[POLICY_TABLE_RULES] =
        RULE_HEADER "R1,x,help,y,ident z,A,LAW,,VZM/LRV CASE,,no,no,before,1000\n";
    assert_err(support_policy_load(&texts, LANG_EN, told, sizeof told, &pack), ERR_RANGE);
    assert_string_equal(told,
        "sections.csv:5:6: class \"S9\": expected one of: S0, S1, S2, S3, S4, SX\n"
        "events.csv:2:12: set_by \"SCHOL\": expected a kind or group of kinds.csv, or ANY\n"
        "events.csv:2:28: valid_days \"-1\": expected a whole number from 1 to 3660\n"
        "rules.csv:2:4: requester \"x\": expected a kind or group of kinds.csv, or ANY\n"
        "rules.csv:2:11: holder \"y\": expected a kind or group of kinds.csv, or ANY\n"
        "rules.csv:2:19: sections \"z\": expected a section of sections.csv\n"
        "rules.csv:2:32: events \"LRV\": expected an event of events.csv\n"
        "rules.csv:2:36: events \"CASE\": expected an event of events.csv\n"
        "rules.csv:2:55: days \"1000\": expected a whole number from 1 to 366\n");
}

/* Where a table cannot be read its names are not called unknown everywhere else. */
static void test_no_echo(void **state)
{
    static const enum policy_table_id sets[] = { POLICY_TABLE_KINDS, POLICY_TABLE_PURPOSES,
        POLICY_TABLE_GROUNDS, POLICY_TABLE_SECTIONS, POLICY_TABLE_EVENTS };
    struct policy_pack *pack = NULL;
    char told[4096], expected[128];

    (void)state;
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) {
        struct support_policy_texts texts = support_policy_small();

        texts.text[sets[i]] = "";
        (void)snprintf(expected, sizeof expected,
            "%s:1: this table is empty; the first row names the columns\n", policy_pack_file(sets[i]));
        assert_err(support_policy_load(&texts, LANG_EN, told, sizeof told, &pack), ERR_SYNTAX);
        assert_string_equal(told, expected);
    }
}

/* A table of n rows, each with its number between two texts. */
static char *rows(const char *header, const char *before, const char *after, size_t n)
{
    size_t used = strlen(header), room = used + n * (strlen(before) + strlen(after) + 20) + 1;
    char *text = malloc(room);

    assert_non_null(text);
    memcpy(text, header, used + 1);
    for (size_t i = 0; i < n; i++)
        used += (size_t)snprintf(text + used, room - used, "%s%zu%s\n", before, i, after);
    return text;
}

struct limit {
    const char *name;
    enum policy_table_id table;
    const char *header, *before, *after;
    size_t max, base;  /* rows of the small pack that stay in the header */
    const char *told;
};

#define KINDS "kind,group,meaning\npo,school,primary\nvo,school,secondary\nleerplicht,,officer\n"
#define PURPOSES "purpose,meaning,needs_case\nhelp,help,yes\ncount,count,no\n"
#define GROUNDS "ground,meaning,survives_objection\nLAW,law,yes\n"
#define SECTIONS "section,class,content\nident,S1,name\natt,S2,absence\npgn,SX,number\n"
#define EVENTS \
    "event,meaning,set_by,by_requester,scope,valid_days\nVZM,report,SCHOOL,ref,child,90\nLRV,a,ANY,no," \
    "child,\n" \
    "CASE,case,system,,purpose,\n"

static const struct limit limits[] = {
    { "32 kinds", POLICY_TABLE_KINDS, KINDS, "k", ",,x", 32, 3,
        "kinds.csv:34:1: kind \"k29\": expected no more rows: this set is full\n" },
    { "32 purposes", POLICY_TABLE_PURPOSES, PURPOSES, "p", ",x,yes", 32, 2,
        "purposes.csv:34:1: purpose \"p30\": expected no more rows: this set is full\n" },
    { "32 grounds", POLICY_TABLE_GROUNDS, GROUNDS, "G", ",x,yes", 32, 1,
        "grounds.csv:34:1: ground \"G31\": expected no more rows: this set is full\n" },
    { "64 sections", POLICY_TABLE_SECTIONS, SECTIONS, "s", ",S2,x", 64, 3,
        "sections.csv:66:1: section \"s61\": expected no more rows: this set is full\n" },
    { "64 events", POLICY_TABLE_EVENTS, EVENTS, "E", ",x,SCHOOL,no,child,", 64, 3,
        "events.csv:66:1: event \"E61\": expected no more rows: this set is full\n" },
    { "128 parameters", POLICY_TABLE_PARAMETERS, "parameter,value,valid_from,source\n", "p",
        ",1,2020-01-01,x", 128, 0,
        "parameters.csv:130:1: parameter \"p128\": expected no more rows: this set is full\n" },
    { "256 rules", POLICY_TABLE_RULES, RULE_HEADER, "R", ",ANY,help,po,ident,A,LAW,,,,no,no,before,9", 256, 0,
        "rules.csv:258:1: id \"R256\": expected no more rows: at most 256 rules\n" },
};

static void test_limit(void **state)
{
    const struct limit *l = *state;
    struct support_policy_texts texts = support_policy_small();
    struct policy_pack *pack = NULL;
    char told[1024], *text;

    text = rows(l->header, l->before, l->after, l->max - l->base);
    texts.text[l->table] = text;
    assert_err(support_policy_load(&texts, LANG_EN, told, sizeof told, &pack), OK);
    policy_pack_free(pack);
    free(text);
    text = rows(l->header, l->before, l->after, l->max - l->base + 1);
    texts.text[l->table] = text;
    assert_err(support_policy_load(&texts, LANG_EN, told, sizeof told, &pack), ERR_LONG);
    assert_string_equal(told, l->told);
    free(text);
}

static void count_told(void *arg, const struct trouble *t)
{
    size_t *n = arg;

    assert_int_equal(t->err, ERR_RANGE);
    (*n)++;
}

/* A table can hold more mistakes than anybody reads. */
static void test_hundred_told(void **state)
{
    struct support_policy_texts texts = support_policy_small();
    struct policy_tables tables;
    struct policy_pack *pack = NULL;
    size_t n = 0;
    char *text = rows(RULE_HEADER, "R", ",ANY,help,po,ident,A,LAW,,,,no,no,before,367", 150);

    (void)state;
    texts.text[POLICY_TABLE_RULES] = text;
    for (size_t i = 0; i < POLICY_TABLES; i++) {
        tables.table[i].data = (const uint8_t *)texts.text[i];
        tables.table[i].len = strlen(texts.text[i]);
    }
    assert_err(policy_pack_load(&tables, LANG_EN, count_told, &n, &pack), ERR_RANGE);
    assert_int_equal(n, 100);
    free(text);
}

int main(void)
{
    static struct check_list list;

    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++)
        check_add(&list, mistakes[i].name, test_mistake, &mistakes[i]);
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++)
        check_add(&list, limits[i].name, test_limit, &limits[i]);
    check_add(&list, "a mistake in Dutch", test_dutch, NULL);
    check_add(&list, "all mistakes in one run", test_all_in_one_run, NULL);
    check_add(&list, "a table that cannot be read makes no echo", test_no_echo, NULL);
    check_add(&list, "a hundred mistakes are told", test_hundred_told, NULL);
    return check_run(&list, "policy/pack, mistakes");
}
