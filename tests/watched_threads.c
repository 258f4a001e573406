/* nng counts the users of a dialer with atomics that the sanitizer cannot see, as nng is not built with it. The sanitizer asks the program
 * itself, not its libraries: so this is linked into each test of a build that watches threads. */
const char *__tsan_default_suppressions(void);
const char *__tsan_default_suppressions(void)
{
    return "race_top:pthread_mutex_destroy\n";
}
