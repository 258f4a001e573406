/*
 * tests/support/own_time: the time of a test that is in one thread both the node that asks and the hub that answers. Where that thread stands still,
 * for the disk or because others have the processor, its time does too: else a question would run out of time before the same thread can answer it.
 */
#ifndef TESTS_SUPPORT_OWN_TIME_H
#define TESTS_SUPPORT_OWN_TIME_H

/* From now on clock_mono_ms goes on by at most a second between two looks of this thread at it; and as the system's again. In a build without
 * the test clock they do nothing. */
void own_time_begin(void);
void own_time_end(void);

#endif
