/*
 * base/clock: the only file that asks the time. Seconds since 1970-01-01 UTC, and civil days in the
 * Netherlands (Europe/Amsterdam: EU rule of 1996, computed here so that no zone files are needed).
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include "base/err.h"

#include <stdint.h>

/* Wall clock in seconds. In builds with SCHAKEL_TEST_CLOCK the environment's SCHAKEL_CLOCK_OFFSET_S
 * (signed seconds) is added; release builds ignore it, and a test proves that. */
uint64_t clock_now_s(void);

/* Monotonic milliseconds, for waits and measuring only; never stored. */
uint64_t clock_mono_ms(void);

#ifdef SCHAKEL_TEST_CLOCK
/* From now on clock_mono_ms gives what this makes of it, in any thread; NULL: itself. It must not go back. */
void clock_mono_own(uint64_t (*own)(uint64_t mono_ms));
#endif

/*
 * For how long something is waited for whose answer may just be slow: ms. In builds with SCHAKEL_TEST_CLOCK as many times as long as the
 * environment's SCHAKEL_TEST_PATIENCE says, 1 to 99: whole programs are tested on machines that do nothing for seconds.
 */
uint32_t clock_patience_ms(uint32_t ms);

/* A civil date. Plain value. */
struct date { int year, month, day; };

/* The Dutch civil date at a moment; the same for all moments from 2^48 - 1 on. */
struct date clock_date_nl(uint64_t at_s);

/* The moment at which this civil day begins in the Netherlands (00:00 local); 0 before 2 January 1970. */
uint64_t clock_midnight_nl(struct date d);

/* Add days (may be negative). */
struct date date_add_days(struct date d, int days);

/* Whole years from birth to on; somebody born on 29 February has a birthday on 1 March in other years. */
int date_age_years(struct date birth, struct date on);

/* < 0, 0, > 0 as a is before, on, after b. */
int date_compare(struct date a, struct date b);

/* "YYYY-MM-DD", exactly 10 characters, a real date of years 1900 to 2199. ERR_SYNTAX, ERR_RANGE. */
MUST_USE enum err date_parse(const char *text, struct date *out);

/* out holds at least 11. A year past 9999 reads 9999-12-31. */
void date_format(struct date d, char out[11]);

/* "YYYY-MM-DD HH:MM" in Dutch civil time, for people. out holds at least 17. */
void clock_format_nl(uint64_t at_s, char out[17]);

#endif
