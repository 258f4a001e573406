#include "tests/support/own_time.h"

#include "base/clock.h"

#include <pthread.h>

#ifdef SCHAKEL_TEST_CLOCK
enum { STILL_MS = 1000 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_t whose;
static uint64_t looked_ms, own_ms;

/* Other threads see it go on as far as its own thread will, if it looks now. */
static uint64_t own(uint64_t mono_ms)
{
    uint64_t gone, now;

    pthread_mutex_lock(&lock);
    gone = mono_ms > looked_ms ? mono_ms - looked_ms : 0;
    now = own_ms + (gone < STILL_MS ? gone : STILL_MS);
    if (pthread_equal(pthread_self(), whose) != 0) {
        looked_ms = mono_ms;
        own_ms = now;
    }
    pthread_mutex_unlock(&lock);
    return now;
}

void own_time_begin(void)
{
    clock_mono_own(NULL);
    whose = pthread_self();
    looked_ms = own_ms = clock_mono_ms();
    clock_mono_own(own);
}

void own_time_end(void)
{
    clock_mono_own(NULL);
}
#else
void own_time_begin(void) { }
void own_time_end(void) { }
#endif
