#include "base/jail.h"

#include "base/file.h"
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stdbool.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* As the newest kernels know it; an older one takes the struct when what it does not know is zero (Debian 12 has version 2 and its header). */
struct rules { uint64_t files, net, scope; };

#define BIT(n) ((uint64_t)1 << (n))
#define TRUNCATE BIT(14)        /* version 3 */
#define DEVICES BIT(15)         /* version 5 */
#define CONNECT_TCP BIT(1)      /* version 4, in net */
#define OUTSIDE (BIT(0) | BIT(1))  /* version 6, in scope: abstract sockets and signals to who is not in here */

#define READ (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define WRITE (READ | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_REMOVE_FILE | TRUNCATE)
#define GROW (WRITE | LANDLOCK_ACCESS_FS_MAKE_DIR)
#define VERSION_1 (BIT(13) - 1)

enum { TRUNCATE_SINCE = 3, CONNECT_SINCE = 4, DEVICES_SINCE = 5, SCOPE_SINCE = 6 };

/* All that can be forbidden is. REFER (version 2) is forbidden unless it is allowed, named or not. */
static struct rules rules_of(long version, bool dials)
{
    struct rules r = { .files = VERSION_1 };

    if (version >= TRUNCATE_SINCE)
        r.files |= TRUNCATE;
    if (version >= DEVICES_SINCE)
        r.files |= DEVICES;
    if (version >= CONNECT_SINCE && !dials)
        r.net = CONNECT_TCP;
    if (version >= SCOPE_SINCE)
        r.scope = OUTSIDE;
    return r;
}

static enum err allow(int rules, uint64_t known, const struct jail_path *p)
{
    struct landlock_path_beneath_attr one = { .allowed_access = (p->may == JAIL_GROWS ? GROW : p->may == JAIL_WRITES ? WRITE : READ) & known };
    enum err e = p->may == JAIL_SYSTEM ? OK : file_mkdirs(p->path, NULL);

    if (e != OK)
        return e;
    one.parent_fd = open(p->path, O_PATH | O_CLOEXEC | O_DIRECTORY);
    if (one.parent_fd < 0)
        return p->may == JAIL_SYSTEM && (errno == ENOENT || errno == ENOTDIR) ? OK : ERR_IO;
    if (syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &one, 0) != 0)
        e = ERR_IO;
    (void)close(one.parent_fd);
    return e;
}

static enum err shut(const char *program, const struct jail_path *paths, size_t count, bool dials)
{
    /* What a sanitizer reads of its own process when it reports something. */
    static const struct jail_path watched = { "/proc", JAIL_SYSTEM };
    long version = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    struct rules all;
    enum err e = OK;
    int rules;

    if (version < 1) {
        log_event(LOG_ERROR, "this system has no Landlock, so a part that is taken over may open what its user may", "role", program, NULL);
        return OK;
    }
#ifdef SCHAKEL_COVERAGE
    return OK;  /* the counts are written at the end of the process, where the build lies */
#endif
    /* Else the first line of a log would read the time zone's file, and not be allowed to. */
    tzset();
    all = rules_of(version, dials);
    rules = (int)syscall(SYS_landlock_create_ruleset, &all, sizeof all, 0);
    if (rules < 0)
        return ERR_IO;
    for (size_t i = 0; e == OK && i < count; i++)
        e = allow(rules, all.files, &paths[i]);
    if (e == OK && jail_is_watched())
        e = allow(rules, all.files, &watched);
    if (e == OK && syscall(SYS_landlock_restrict_self, rules, 0) != 0)
        e = ERR_IO;
    (void)close(rules);
    return e;
}

enum err jail_files(const char *program, const struct jail_path *paths, size_t count)
{
    return shut(program, paths, count, false);
}

enum err jail_files_dialling(const char *program, const struct jail_path *paths, size_t count)
{
    return shut(program, paths, count, true);
}
