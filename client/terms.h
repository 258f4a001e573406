/*
 * client/terms: how long the law lets a partner keep what, by the kind of organisation that it is and what an act was for. One table, each row
 * with its source. Where nothing is said here, five years: what an act is worth in a dispute that may still be begun. No state.
 */
#ifndef CLIENT_TERMS_H
#define CLIENT_TERMS_H

#include <stdbool.h>
#include <stdint.h>

/* In the settings `archive_years` may be more than the table, never less than the least. */
enum { CLIENT_TERMS_LEAST_YEARS = 5, CLIENT_TERMS_MOST_YEARS = 48, CLIENT_TERMS_YEAR_S = 366 * 86400 };

/* Of an act for this purpose, in the archive of a partner of this kind. purpose NULL: not known, the longest of this kind. */
uint32_t client_terms_archive_years(const char *kind, const char *purpose);
/* The longest that this kind has, and why, as the law is called: static. */
const char *client_terms_archive_why(const char *kind);
/* Whether an act of that moment may be over at any partner, for any purpose: no term is shorter. */
bool client_terms_may_be_over(uint64_t at_s, uint64_t now_s);

/*
 * At which age of the child a case ends at a partner of this kind, when it is for purposes of that kind's own only (MODEL section 6); 0: at none.
 */
uint8_t client_terms_case_age(const char *kind);
/* Is the purpose one of those? */
bool client_terms_is_own(const char *kind, const char *purpose);

#endif
