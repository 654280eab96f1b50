/* Tests publication to each kind of file that a path can name. The expected results follow open(2) and rename(2) of
 * POSIX. */
#include "models/base/publish.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <unistd.h>

static char base[64], path[128], other[128];
static struct publish file;
static struct error err;

static void make_base(void)
{
    (void)strcpy(base, "/tmp/toesim-publish-XXXXXX");
    cr_assert_not_null(mkdtemp(base));
    (void)snprintf(path, sizeof path, "%s/out", base);
    (void)snprintf(other, sizeof other, "%s/other", base);
}

static void remove_base(void)
{
    char command[128];
    (void)snprintf(command, sizeof command, "rm -rf %s", base);
    cr_assert_eq(system(command), 0);
}

TestSuite(publish, .init = make_base, .fini = remove_base, .timeout = 3600);

static void put(const char *name, const char *text)
{
    FILE *stream = fopen(name, "w");
    cr_assert_not_null(stream);
    (void)fputs(text, stream);
    cr_assert_eq(fclose(stream), 0);
}

static void expect_text(const char *name, const char *text)
{
    char found[256];
    FILE *stream = fopen(name, "r");
    cr_assert_not_null(stream, "%s", name);
    size_t len = fread(found, 1, sizeof found - 1, stream);
    (void)fclose(stream);
    found[len] = '\0';
    cr_expect_str_eq(found, text);
}

static void publish_text(const char *name, const char *text)
{
    cr_assert_eq(publish_open(&file, name, &err), STATUS_OK, "%s", err.text);
    (void)fputs(text, file.stream);
    cr_assert_eq(publish_close(&file, &err), STATUS_OK, "%s", err.text);
    cr_assert_null(file.stream);
}

static unsigned entries(void)
{
    unsigned count = 0;
    DIR *folder = opendir(base);
    cr_assert_not_null(folder);
    while (readdir(folder))
        count++;
    (void)closedir(folder);
    return count - 2;
}

Test(publish, a_new_file_appears_when_it_is_closed)
{
    (void)umask(022);
    struct stat info;
    cr_assert_eq(publish_open(&file, path, &err), STATUS_OK, "%s", err.text);
    (void)fputs("text", file.stream);
    (void)fflush(file.stream);
    cr_expect_neq(access(path, F_OK), 0);
    cr_assert_eq(publish_close(&file, &err), STATUS_OK, "%s", err.text);
    expect_text(path, "text");
    cr_assert_eq(stat(path, &info), 0);
    cr_expect_eq(info.st_mode & 07777, 0644);
    cr_expect_eq(entries(), 1);
}

Test(publish, a_regular_file_is_replaced_and_keeps_its_permissions)
{
    struct stat before, after;
    put(path, "old and longer");
    cr_assert_eq(chmod(path, 0640), 0);
    cr_assert_eq(stat(path, &before), 0);
    cr_assert_eq(link(path, other), 0);
    publish_text(path, "new");
    expect_text(path, "new");
    expect_text(other, "old and longer"); /* the old file was replaced, not overwritten */
    cr_assert_eq(stat(path, &after), 0);
    cr_expect_eq(after.st_mode, before.st_mode);
    cr_expect_neq(after.st_ino, before.st_ino);
}

Test(publish, a_discarded_file_leaves_what_was_there)
{
    put(path, "old");
    cr_assert_eq(publish_open(&file, path, &err), STATUS_OK, "%s", err.text);
    (void)fputs("new", file.stream);
    publish_discard(&file);
    expect_text(path, "old");
    cr_expect_eq(entries(), 1);
}

Test(publish, a_link_stays_and_the_file_behind_it_is_replaced)
{
    struct stat info;
    put(other, "old");
    cr_assert_eq(symlink("other", path), 0); /* relative to the folder of the link */
    publish_text(path, "new");
    expect_text(other, "new");
    cr_assert_eq(lstat(path, &info), 0);
    cr_expect(S_ISLNK(info.st_mode));
    cr_expect_eq(entries(), 2);
}

Test(publish, a_link_to_nothing_makes_its_target)
{
    struct stat info;
    char middle[128];
    (void)snprintf(middle, sizeof middle, "%s/middle", base);
    cr_assert_eq(symlink(middle, path), 0);
    cr_assert_eq(symlink("other", middle), 0);
    publish_text(path, "new");
    expect_text(other, "new");
    cr_assert_eq(lstat(path, &info), 0);
    cr_expect(S_ISLNK(info.st_mode));
}

Test(publish, a_circle_of_links_is_refused)
{
    cr_assert_eq(symlink("other", path), 0);
    cr_assert_eq(symlink("out", other), 0);
    cr_expect_eq(publish_open(&file, path, &err), STATUS_ENVIRONMENT);
    cr_expect_eq(entries(), 2);
}

Test(publish, a_folder_is_refused)
{
    cr_assert_eq(mkdir(path, 0777), 0);
    cr_expect_eq(publish_check(path, &err), STATUS_BAD_INPUT);
    cr_expect_eq(publish_open(&file, path, &err), STATUS_BAD_INPUT);
    cr_expect(strstr(err.text, "is a folder"), "%s", err.text);
    cr_assert_eq(symlink("out", other), 0);
    cr_expect_eq(publish_open(&file, other, &err), STATUS_BAD_INPUT);
    cr_expect_eq(entries(), 2);
}

Test(publish, a_pipe_is_written_to_and_stays)
{
    struct stat info;
    char found[16] = "";
    cr_assert_eq(mkfifo(path, 0600), 0);
    int reader = open(path, O_RDWR | O_NONBLOCK);
    cr_assert_geq(reader, 0);
    publish_text(path, "through");
    cr_expect_eq(read(reader, found, sizeof found - 1), 7);
    cr_expect_str_eq(found, "through");
    cr_assert_eq(lstat(path, &info), 0);
    cr_expect(S_ISFIFO(info.st_mode));
    cr_expect_eq(entries(), 1);
}

/* The test makes its own devices, so that a fault cannot harm those of the machine. The null device is 1:3, and the
 * full device is 1:7. */
Test(publish, a_device_is_written_to_and_stays)
{
    struct stat info;
    if (mknod(path, S_IFCHR | 0666, makedev(1, 3)) != 0)
        cr_skip_test("only root makes devices");
    int probe = open(path, O_WRONLY);
    if (probe < 0)
        cr_skip_test("this file system has no devices");
    (void)close(probe);
    publish_text(path, "nowhere");
    cr_assert_eq(lstat(path, &info), 0);
    cr_expect(S_ISCHR(info.st_mode));
    cr_expect_eq(entries(), 1);
    cr_assert_eq(mknod(other, S_IFCHR | 0666, makedev(1, 7)), 0);
    cr_assert_eq(publish_open(&file, other, &err), STATUS_OK, "%s", err.text);
    (void)fputs("too much", file.stream);
    cr_expect_eq(publish_close(&file, &err), STATUS_ENVIRONMENT);
    cr_expect(strstr(err.text, "No space left"), "%s", err.text);
    cr_expect_eq(entries(), 2);
}

Test(publish, a_socket_is_written_to_and_stays)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct stat info;
    char found[16] = "";
    (void)strcpy(address.sun_path, path);
    int listening = socket(AF_UNIX, SOCK_STREAM, 0);
    cr_assert_eq(bind(listening, (struct sockaddr *)&address, sizeof address), 0);
    cr_assert_eq(listen(listening, 1), 0);
    publish_text(path, "through");
    int reader = accept(listening, NULL, NULL);
    cr_expect_eq(read(reader, found, sizeof found - 1), 7);
    cr_expect_str_eq(found, "through");
    cr_assert_eq(lstat(path, &info), 0);
    cr_expect(S_ISSOCK(info.st_mode));
}

/* The disk is full for a while only. The refused bytes are missing from the file, so publish_close() must still report
 * the error, although errno does not hold it any more. */
Test(publish, a_write_that_failed_in_the_middle_is_told_with_its_reason)
{
    enum { LIMIT = 4096, BYTES = 65536 };
    static const char bytes[BYTES] = {0};
    struct rlimit before, small;
    (void)signal(SIGXFSZ, SIG_IGN);
    cr_assert_eq(publish_open(&file, path, &err), STATUS_OK, "%s", err.text);
    cr_assert_eq(getrlimit(RLIMIT_FSIZE, &before), 0);
    small = (struct rlimit){LIMIT, before.rlim_max};
    cr_assert_eq(setrlimit(RLIMIT_FSIZE, &small), 0);
    (void)fwrite(bytes, 1, sizeof bytes, file.stream);
    cr_assert_eq(setrlimit(RLIMIT_FSIZE, &before), 0);
    (void)fputs("the rest", file.stream);
    errno = 0;
    cr_assert_eq(publish_close(&file, &err), STATUS_ENVIRONMENT);
    cr_assert(strstr(err.text, strerror(EFBIG)), "%s", err.text);
    cr_assert_eq(access(path, F_OK), -1);
}

/* The output of the process is already a file or a socket, as in `command --output /dev/stdout >file`. */
Test(publish, our_own_output_is_written_on)
{
    char name[64], found[16] = "";
    put(path, "before ");
    int fd = open(path, O_WRONLY | O_APPEND);
    (void)snprintf(name, sizeof name, "/dev/fd/%d", fd);
    publish_text(name, "between ");
    cr_expect_eq(write(fd, "after", 5), 5);
    expect_text(path, "before between after");
    cr_expect_eq(entries(), 1);

    int pair[2];
    cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    (void)snprintf(name, sizeof name, "/dev/fd/%d", pair[0]);
    publish_text(name, "through");
    cr_expect_eq(read(pair[1], found, sizeof found - 1), 7);
    cr_expect_str_eq(found, "through");
}

Test(publish, a_missing_folder_and_a_long_path_are_refused)
{
    static char name[PUBLISH_PATH_MAX + 2];
    (void)strcat(path, "/deeper");
    cr_expect_eq(publish_open(&file, path, &err), STATUS_ENVIRONMENT);
    cr_expect(strstr(err.text, "No such file"), "%s", err.text);
    memset(name, 'x', sizeof name - 1);
    cr_expect_eq(publish_open(&file, name, &err), STATUS_BAD_INPUT);
    cr_expect_eq(entries(), 0);
}
