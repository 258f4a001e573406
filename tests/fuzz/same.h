/*
 * tests/fuzz/same: clock and chance for a target whose runs must be the same each time; its link options wrap clock_now_s and clock_mono_ms
 * (tests/fuzz/CMakeLists.txt). Included once.
 */
#ifndef FUZZ_SAME_H
#define FUZZ_SAME_H

#include <sodium.h>
#include <string.h>

/* ---- time: what the bytes say ---- */

uint64_t __wrap_clock_now_s(void);
uint64_t __wrap_clock_mono_ms(void);

static uint64_t now_s;

uint64_t __wrap_clock_now_s(void) { return now_s; }
uint64_t __wrap_clock_mono_ms(void) { return now_s * 1000; }

/* ---- chance: the same each time ---- */

static uint64_t drawn;

static const char *chance_name(void) { return "counted"; }
static void chance_buf(void *const buf, const size_t size)
{
    static const unsigned char key[crypto_stream_chacha20_KEYBYTES] = { 7 };
    unsigned char nonce[crypto_stream_chacha20_NONCEBYTES];

    drawn++;
    memcpy(nonce, &drawn, sizeof nonce);
    (void)crypto_stream_chacha20(buf, size, nonce, key);
}
static uint32_t chance(void)
{
    uint32_t n;

    chance_buf(&n, sizeof n);
    return n;
}
static randombytes_implementation counted = { .implementation_name = chance_name, .random = chance, .buf = chance_buf };

#endif
