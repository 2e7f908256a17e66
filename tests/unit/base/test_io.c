/* Files: whole or not at all.  This program's own pwrite and fdatasync misbehave on demand. */
#undef _FORTIFY_SOURCE /* its headers have a pread of their own */

#include "base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "lib/run.h"

static struct {
    size_t shortest; /* a write or read takes at most so many bytes; 0: all         */
    int interrupts;  /* so many calls answer EINTR first                            */
    int fails_after; /* bytes after which a write answers `error`                   */
    int error;
    int syncs; /* how often a sync was asked for; each answers `error` if set */
} odd;

ssize_t pwrite(int fd, const void *data, size_t size, off_t offset)
{
    if (odd.interrupts > 0) {
        odd.interrupts--;
        errno = EINTR;
        return -1;
    }
    if (odd.error != 0 && offset >= odd.fails_after) {
        errno = odd.error;
        return -1;
    }
    if (odd.shortest != 0 && size > odd.shortest)
        size = odd.shortest;
    return syscall(SYS_pwrite64, fd, data, size, offset);
}

ssize_t pread(int fd, void *data, size_t size, off_t offset)
{
    if (odd.interrupts > 0) {
        odd.interrupts--;
        errno = EINTR;
        return -1;
    }
    if (odd.shortest != 0 && size > odd.shortest)
        size = odd.shortest;
    return syscall(SYS_pread64, fd, data, size, offset);
}

int fdatasync(int fd)
{
    odd.syncs++;
    if (odd.error != 0) {
        errno = odd.error;
        return -1;
    }
    return (int)syscall(SYS_fdatasync, fd);
}

static int make(const char *name)
{
    say_set_level(SAY_SILENT);
    int fd = open(test_path(name), O_RDWR | O_CREAT, 0600);
    ck_assert_int_ge(fd, 0);
    return fd;
}

START_TEST(short_writes_and_signals_are_finished)
{
    uint8_t bytes[1000];
    uint8_t again[1100];
    size_t size;

    int fd = make("file");
    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (uint8_t)(i * 3);
    odd.shortest = 7;
    odd.interrupts = 5;
    ck_assert_int_eq(io_write_at(fd, bytes, sizeof(bytes), 50), 0);
    odd.interrupts = 5;
    ck_assert_int_eq(io_read_at(fd, again, sizeof(again), 50, &size), 0);
    ck_assert_uint_eq(size, sizeof(bytes)); /* fewer only at the end of the file */
    ck_assert_mem_eq(again, bytes, sizeof(bytes));
    close(fd);
}
END_TEST

START_TEST(a_write_that_fails_midway_is_a_fault)
{
    uint8_t bytes[1000] = { 0 };

    int fd = make("file");
    odd.shortest = 100;
    odd.fails_after = 500;
    odd.error = ENOSPC;
    ck_assert_int_eq(io_write_at(fd, bytes, sizeof(bytes), 0), -ENOSPC);
    close(fd);
}
END_TEST

START_TEST(a_failed_sync_is_not_tried_again)
{
    int fd = make("file");

    odd.error = EIO;
    ck_assert_int_eq(io_sync(fd), -EIO);
    ck_assert_int_eq(odd.syncs, 1);
    close(fd);
}
END_TEST

static void expect_file(const char *name, const char *wanted)
{
    char *bytes;
    size_t size;

    ck_assert_int_eq(io_read_file(test_path(name), 100, &bytes, &size), 0);
    ck_assert_str_eq(bytes, wanted);
    ck_assert_uint_eq(size, strlen(wanted));
    free(bytes);
}

START_TEST(a_file_is_replaced_whole_or_stays)
{
    struct stat status;

    say_set_level(SAY_SILENT);
    ck_assert_int_eq(io_replace_file(test_path("file"), slice_text("one"), 0600), 0);
    expect_file("file", "one");
    ck_assert_int_eq(stat(test_path("file"), &status), 0);
    ck_assert_uint_eq(status.st_mode & 0777, 0600);
    odd.shortest = 1;
    ck_assert_int_eq(io_replace_file(test_path("file"), slice_text("another"), 0600), 0);
    expect_file("file", "another");
    odd.fails_after = 3;
    odd.error = ENOSPC;
    ck_assert_int_eq(io_replace_file(test_path("file"), slice_text("a third"), 0600), -ENOSPC);
    expect_file("file", "another");
    ck_assert_int_ne(access(test_path("file.new"), F_OK), 0);
    ck_assert_int_eq(io_replace_file(test_path("none/file"), slice_text("x"), 0600), -ENOENT);
}
END_TEST

START_TEST(a_file_is_read_up_to_a_limit)
{
    char *bytes;
    size_t size;

    say_set_level(SAY_SILENT);
    ck_assert_int_eq(io_read_file(test_path("none"), 10, &bytes, &size), IO_ABSENT);
    ck_assert_int_eq(io_read_file(test_path("none/none"), 10, &bytes, &size), IO_ABSENT);
    ck_assert_int_eq(io_replace_file(test_path("file"), slice_text("0123456789"), 0600), 0);
    ck_assert_int_eq(io_read_file(test_path("file"), 9, &bytes, &size), IO_TOO_LARGE);
    ck_assert_int_eq(io_read_file(test_path("file"), 10, &bytes, &size), 0);
    ck_assert_uint_eq(size, 10);
    free(bytes);
    ck_assert_int_eq(io_replace_file(test_path("empty"), slice_text(""), 0600), 0);
    expect_file("empty", "");
    ck_assert_int_eq(io_read_file(test_folder(), 10, &bytes, &size), -EISDIR);
    /* One that says it is empty, and is not. */
    ck_assert_int_eq(io_read_file("/proc/self/smaps", 4 << 20, &bytes, &size), 0);
    ck_assert_uint_gt(size, 3 * 4096);
    ck_assert_uint_eq(strlen(bytes), size);
    free(bytes);
    ck_assert_int_eq(io_read_file("/proc/self/smaps", 8192, &bytes, &size), IO_TOO_LARGE);
}
END_TEST

START_TEST(folders_are_made_private_with_those_above_them)
{
    struct stat status;

    say_set_level(SAY_SILENT);
    ck_assert_int_eq(io_make_directory(test_path("a/b/c")), 0);
    ck_assert_int_eq(io_make_directory(test_path("a/b/c/")), 0);
    ck_assert_int_eq(stat(test_path("a/b"), &status), 0);
    ck_assert_uint_eq(status.st_mode & 0777, 0700);
    ck_assert_int_eq(io_sync_directory(test_path("a/b")), 0);
    ck_assert_int_eq(io_replace_file(test_path("a/file"), slice_text("x"), 0600), 0);
    ck_assert_int_eq(io_make_directory(test_path("a/file")), -ENOTDIR);
    ck_assert_int_eq(io_make_directory(test_path("a/file/b")), -ENOTDIR);
    ck_assert_int_eq(io_sync_directory(test_path("a/file")), -ENOTDIR);
    ck_assert_int_lt(io_make_directory(""), 0);
}
END_TEST

START_TEST(a_lock_holds_until_its_process_ends)
{
    char path[4096];
    char wanted[32];
    int fd;
    int second;
    int status;

    say_set_level(SAY_SILENT);
    strcpy(path, test_path("lock"));
    ck_assert_int_eq(io_lock(path, &fd), 0);
    snprintf(wanted, sizeof(wanted), "%d\n", (int)getpid());
    expect_file("lock", wanted);
    ck_assert_int_eq(io_lock(path, &second), IO_LOCKED);
    expect_file("lock", wanted); /* who has it stays written there */
    io_unlock(fd);
    pid_t child = fork();
    if (child == 0) {
        int held;
        int r = io_lock(path, &held);
        _exit(r);
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
    ck_assert_int_eq(io_lock(path, &fd), 0);
    io_unlock(fd);
}
END_TEST

TESTS(short_writes_and_signals_are_finished, a_write_that_fails_midway_is_a_fault,
      a_failed_sync_is_not_tried_again, a_file_is_replaced_whole_or_stays,
      a_file_is_read_up_to_a_limit, folders_are_made_private_with_those_above_them,
      a_lock_holds_until_its_process_ends)
