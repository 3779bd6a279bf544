// SPDX-License-Identifier: Apache-2.0
/*
 * The spool when the system fails it.  The linker puts the functions of this file before those of
 * the C library (--wrap), so that any call can be made to fail.
 */
#include "lib/spool/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <uv.h>

#include <cmocka.h>

#include "lib/log.h"
#include "tests/unit/spool_fixture.h"

enum { NUMBERS = 12000 };

/* Which calls fail, and how. */
static struct {
    unsigned calls; /* since it was armed */
    unsigned from;  /* the first that fails, counted from 1; 0 for none */
    unsigned to;    /* the last */
    int error;      /* errno of theirs */
    bool halve;     /* a write that fails writes a half before */
    bool kill;      /* the process ends instead */
    off_t bad_page; /* what cannot be read; 0 for none */
} fault;

static bool fails(void)
{
    fault.calls++;
    return fault.from != 0 && fault.calls >= fault.from && fault.calls <= fault.to;
}

static int fail_now(void)
{
    if (fault.kill) {
        (void)raise(SIGKILL);
    }
    errno = fault.error;
    return -1;
}

static void arm(unsigned from, unsigned to, int error)
{
    fault.calls = 0;
    fault.from = from;
    fault.to = to;
    fault.error = error;
}

static void disarm(void)
{
    memset(&fault, 0, sizeof(fault));
}

ssize_t __real_pwrite(int fd, const void *octets, size_t len, off_t offset);
ssize_t __wrap_pwrite(int fd, const void *octets, size_t len, off_t offset);
ssize_t __wrap_pwrite(int fd, const void *octets, size_t len, off_t offset)
{
    if (!fails()) {
        return __real_pwrite(fd, octets, len, offset);
    }
    if (fault.halve) {
        (void)__real_pwrite(fd, octets, len / 2, offset);
    }
    return fail_now();
}

ssize_t __real_write(int fd, const void *octets, size_t len);
ssize_t __wrap_write(int fd, const void *octets, size_t len);
ssize_t __wrap_write(int fd, const void *octets, size_t len)
{
    if (!fails()) {
        return __real_write(fd, octets, len);
    }
    return fault.halve && !fault.kill ? __real_write(fd, octets, len / 2) : fail_now();
}

ssize_t __real_pread(int fd, void *octets, size_t len, off_t offset);
ssize_t __wrap_pread(int fd, void *octets, size_t len, off_t offset);
ssize_t __wrap_pread(int fd, void *octets, size_t len, off_t offset)
{
    if (fault.bad_page != 0 && offset < fault.bad_page + 4096 &&
        offset + (off_t)len > fault.bad_page) {
        errno = EIO;
        return -1;
    }
    return fails() ? fail_now() : __real_pread(fd, octets, len, offset);
}

int __real_ftruncate(int fd, off_t len);
int __wrap_ftruncate(int fd, off_t len);
int __wrap_ftruncate(int fd, off_t len)
{
    return fails() ? fail_now() : __real_ftruncate(fd, len);
}

/* Nothing here cuts the power. */
int __wrap_fdatasync(int fd);
int __wrap_fdatasync(int fd)
{
    (void)fd;
    return fails() ? fail_now() : 0;
}

int __wrap_fsync(int fd);
int __wrap_fsync(int fd)
{
    (void)fd;
    return fails() ? fail_now() : 0;
}

int __real_renameat(int from_fd, const char *from, int to_fd, const char *to);
int __wrap_renameat(int from_fd, const char *from, int to_fd, const char *to);
int __wrap_renameat(int from_fd, const char *from, int to_fd, const char *to)
{
    return fails() ? fail_now() : __real_renameat(from_fd, from, to_fd, to);
}

int __real_unlinkat(int fd, const char *name, int flags);
int __wrap_unlinkat(int fd, const char *name, int flags);
int __wrap_unlinkat(int fd, const char *name, int flags)
{
    return fails() ? fail_now() : __real_unlinkat(fd, name, flags);
}

int __real_openat(int fd, const char *name, int flags, ...);
int __wrap_openat(int fd, const char *name, int flags, ...);
int __wrap_openat(int fd, const char *name, int flags, ...)
{
    va_list arguments;
    mode_t mode;

    va_start(arguments, flags);
    mode = (flags & O_CREAT) != 0 ? va_arg(arguments, mode_t) : 0;
    va_end(arguments);
    return fails() ? fail_now() : __real_openat(fd, name, flags, mode);
}

/* --- Any call --- */

/* What must be true of the records with these numbers, which need not be those of the spool. */
struct ledger {
    struct spool_fixture *fixture;
    bool taken[NUMBERS];
    bool done[NUMBERS];
    unsigned next;
};

static void ledger_append(struct ledger *ledger, unsigned n)
{
    struct spool_run run = {0};

    (void)spool_try_put(ledger->fixture, ledger->next, n, &run);
    assert_true(run.n <= n);
    for (unsigned i = 0; i < run.n; i++) {
        ledger->taken[ledger->next + i] = true;
    }
    ledger->next += n;
    spool_release(ledger->fixture->spool, run);
}

/* Reads some records and is done with them. */
static void ledger_finish(struct ledger *ledger, unsigned n)
{
    struct spool_entry entry;

    for (unsigned i = 0; i < n && spool_read(ledger->fixture->spool, &entry) == 1; i++) {
        const unsigned number = (unsigned)strtoul(entry.record.value.data, NULL, 10);

        assert_true(ledger->taken[number]);
        ledger->done[number] = true;
        spool_ack(ledger->fixture->spool, (struct spool_run){entry.sequence, 1});
    }
}

/* A little of all that a spool does; every step may fail. */
static void live(struct ledger *ledger)
{
    struct spool_fixture *f = ledger->fixture;

    if (spool_open(&f->spool, &f->settings) != 0) {
        f->spool = NULL;
        return;
    }
    ledger_append(ledger, 1500);
    (void)spool_maintain(f->spool);
    ledger_finish(ledger, 100);
    ledger_append(ledger, 1500); /* in the second life these need another segment */
    ledger_append(ledger, 1);
    (void)spool_maintain(f->spool);
    spool_fixture_close(f);
}

/* All that was taken and not done is there, in order; what was done may be, too. */
static void check_ledger(struct ledger *ledger)
{
    unsigned expected = 0;
    uint64_t sequence;
    int number;

    spool_fixture_open(ledger->fixture);
    while ((number = spool_get(ledger->fixture, &sequence)) != NO_RECORD) {
        for (; expected < (unsigned)number; expected++) {
            assert_true(ledger->done[expected] || !ledger->taken[expected]);
        }
        assert_int_equal(number, expected++);
    }
    for (; expected < ledger->next; expected++) {
        assert_true(ledger->done[expected] || !ledger->taken[expected]);
    }
}

static void remove_files(struct spool_fixture *f)
{
    spool_fixture_close(f);
    assert_int_equal(spool_teardown((void **)&f), 0);
}

/*
 * Two lives, in the second of which one call fails, or all from it on; until there are no more
 * calls.
 */
static void fail_each_call(struct spool_fixture *f, enum spool_sync sync, int error, bool halve,
                           bool only_one)
{
    bool reached = true;

    f->settings.sync = sync;
    for (unsigned call = 1; reached; call++) {
        struct ledger ledger = {.fixture = f};

        live(&ledger);
        fault.halve = halve;
        arm(call, only_one ? call : UINT32_MAX, error);
        live(&ledger);
        reached = fault.calls >= call;
        disarm();
        check_ledger(&ledger);
        remove_files(f);
    }
}

static void test_one_call_fails(void **state)
{
    struct spool_fixture *f = *state;

    log_set_level((enum log_level)(LOG_LEVEL_ERROR + 1));
    spool_fixture_close(f);
    fail_each_call(f, SPOOL_SYNC_NEVER, EIO, false, true);
    fail_each_call(f, SPOOL_SYNC_APPEND, ENOSPC, true, true);
    fail_each_call(f, SPOOL_SYNC_INTERVAL, EIO, true, true);
    fail_each_call(f, SPOOL_SYNC_INTERVAL, EMFILE, false, true);
}

/* Only what cannot be read at all is damage, and that is another test's. */
static void test_all_calls_fail(void **state)
{
    struct spool_fixture *f = *state;

    log_set_level((enum log_level)(LOG_LEVEL_ERROR + 1));
    spool_fixture_close(f);
    fail_each_call(f, SPOOL_SYNC_INTERVAL, ENOSPC, true, false);
    fail_each_call(f, SPOOL_SYNC_APPEND, EACCES, false, false);
}

/* Whether the second life came to its end. */
static bool live_and_be_killed(struct ledger *ledger, unsigned call, bool halve)
{
    const pid_t child = fork();
    int status;

    assert_true(child >= 0);
    if (child == 0) {
        fault.kill = true;
        fault.halve = halve;
        arm(call, UINT32_MAX, 0);
        live(ledger);
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
    return WIFEXITED(status);
}

static void test_killed_at_each_call(void **state)
{
    struct spool_fixture *f = *state;
    struct ledger *ledger =
        mmap(NULL, sizeof(*ledger), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    bool ended = false;

    assert_true(ledger != MAP_FAILED);
    spool_fixture_close(f);
    for (unsigned call = 1; !ended; call++) {
        memset(ledger, 0, sizeof(*ledger));
        ledger->fixture = f;
        live(ledger);
        ended = live_and_be_killed(ledger, call, call % 2 == 0);
        check_ledger(ledger);
        remove_files(f);
    }
    (void)munmap(ledger, sizeof(*ledger));
}

/* --- Faults of a kind --- */

/* A bad sector costs the records in its page. */
static void test_bad_page(void **state)
{
    struct spool_fixture *f = *state;
    uint64_t sequence;
    int last = NO_RECORD;
    int missing = 0;
    int number;

    spool_release(f->spool, spool_put(f, 0, 1000));
    fault.bad_page = 8192;
    while ((number = spool_get(f, &sequence)) != NO_RECORD) {
        missing += number - last - 1;
        last = number;
    }
    disarm();
    assert_int_equal(last, 999);
    assert_in_range(missing, 20, 60);
    assert_int_equal(spool_ask(f).lost[SPOOL_LOSS_DAMAGED], missing);
}

static void limit_file_size(rlim_t octets)
{
    struct rlimit limit;

    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = octets < limit.rlim_max ? octets : limit.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void test_file_too_large(void **state)
{
    struct spool_fixture *f = *state;
    struct spool_run run;
    unsigned number = 0;
    int error = 0;

    (void)signal(SIGXFSZ, SIG_IGN);
    limit_file_size(100003);
    while ((error = spool_try_put(f, number, 10, &run)) == 0) {
        number += 10;
    }
    assert_int_equal(error, UV_EFBIG);
    assert_int_equal(run.n, 0);
    limit_file_size(RLIM_INFINITY);
    spool_put(f, number, 10);
    spool_fixture_crash(f);
    spool_expect(f, 0, (int)number + 9);
}

/* Appends until there is no room, and gets all of it back. */
static void fill_and_drain(struct spool_fixture *f)
{
    struct spool_run run;
    unsigned number = 0;
    int error = 0;

    for (; error == 0; number += (unsigned)run.n) {
        error = spool_try_put(f, number, 100, &run);
        spool_release(f->spool, run);
    }
    assert_int_equal(error, UV_ENOSPC);
    assert_true(number > 5000);
    spool_expect(f, 0, (int)number - 1);
    spool_ack(f->spool, (struct spool_run){0, spool_ask(f).appended});
    (void)spool_maintain(f->spool);
    assert_int_equal(spool_ask(f).in_flight, 0);
}

/* A disk that was full can be filled again. */
static void test_disk_full(void **state)
{
    struct spool_fixture *f = *state;

    spool_fixture_close(f);
    if (mount("none", f->path, "tmpfs", 0, "size=1m") != 0) {
        spool_fixture_open(f);
        skip();
    }
    spool_fixture_open(f);
    for (int i = 0; i < 3; i++) {
        fill_and_drain(f);
    }
    spool_fixture_close(f);
    assert_int_equal(umount(f->path), 0);
    spool_fixture_open(f);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, spool_setup, spool_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_one_call_fails), TEST(test_all_calls_fail), TEST(test_killed_at_each_call),
        TEST(test_bad_page),       TEST(test_file_too_large), TEST(test_disk_full),
    };

    return cmocka_run_group_tests_name("spool_fault", tests, NULL, NULL);
}
