#include "sim/run/recheck.h"

#include "models/base/temp_file.h"
#include "models/process/child.h"
#include "sim/run/stop_signals.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { POLL_MS = 50 };

void recheck_config(struct sim_config *config)
{
    config->lan_switch.policy = PORT_POLICY_NIC0;
    config->capture.captured_ports = false;
    config->action_count = 0;
    config->flood.count = 0;
    config->expect_count = 0;
    config->waves = WAVES_NONE;
    config->write_captures = config->tlp_trace = config->pcie_config = config->cache_time = false;
    config->sample_ps = 0;
    config->write_timeline = config->write_waits = false;
    config->state_hash_ps = 0;
    config->log = (struct log_params){.connection = LOG_ALL_CONNECTIONS};
}

/* Sends all bytes. send() is used instead of write(), because a write to a process that has
 * ended would kill this one. */
static bool send_all(int socket, const void *bytes, size_t size)
{
    for (size_t done = 0; done < size;) {
        ssize_t got = send(socket, (const char *)bytes + done, size - done, MSG_NOSIGNAL);
        if (got <= 0 && errno != EINTR)
            return false;
        done += got > 0 ? (size_t)got : 0;
    }
    return true;
}

/* Receives all bytes. It waits until they are there, or until *stop becomes true; stop may be
 * null. */
static bool receive_all(int socket, void *bytes, size_t size, volatile const int *stop)
{
    for (size_t done = 0; done < size;) {
        struct pollfd wait = {.fd = socket, .events = POLLIN};
        if (stop && *stop)
            return false;
        int ready = poll(&wait, 1, stop ? POLL_MS : -1);
        if (ready < 0 && errno != EINTR)
            return false;
        if (ready <= 0)
            continue;
        ssize_t got = recv(socket, (char *)bytes + done, size - done, 0);
        if (got == 0 || (got < 0 && errno != EINTR))
            return false;
        done += got > 0 ? (size_t)got : 0;
    }
    return true;
}

/* Runs in the child. It waits for the question, and ends if none comes. */
static bool answer(int socket, const struct sim_config *original)
{
    static struct sim_config config;
    struct error err;
    uint64_t count;
    if (!receive_all(socket, &count, sizeof count, NULL) || count > SIZE_MAX / sizeof(uint64_t) / 2)
        return false;
    uint64_t *conversations = calloc(count + 1, sizeof *conversations);
    config = *original;
    recheck_config(&config);
    uint8_t *outcomes = calloc(count + 1, sizeof *outcomes);
    config.capture.copied = config.capture.copy_fd > 0;
    bool ok = conversations && outcomes &&
              receive_all(socket, conversations, count * sizeof *conversations, NULL) &&
              recheck_simulate(&config, conversations, count, outcomes, &err) == STATUS_OK &&
              send_all(socket, outcomes, count);
    free(outcomes);
    free(conversations);
    return ok;
}

static bool can_be_read_twice(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISREG(info.st_mode);
}

/* Makes a file for the copy of the capture, which the child uses too. Returns false if there is
 * none. */
static bool copy_begin(struct sim_config *config)
{
    struct error ignored;
    int fd = temp_file_open(&ignored);
    config->capture.copy_fd = fd > 0 ? fd : 0;
    return fd > 0;
}

void recheck_begin(struct recheck *recheck, struct sim_config *config)
{
    int ends[2];
    *recheck = (struct recheck){0, -1};
    if (config->traffic != TRAFFIC_REPLAY ||
        (!can_be_read_twice(config->capture_path) && !copy_begin(config)) ||
        socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        return;
    (void)fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        (void)close(ends[0]);
        stop_signals_follow_parent();
        _exit(answer(ends[1], config) ? EXIT_SUCCESS : EXIT_FAILURE);
    }
    (void)close(ends[1]);
    if (child < 0)
        (void)close(ends[0]);
    else
        *recheck = (struct recheck){child, ends[0]};
}

bool recheck_ask(struct recheck *recheck, const uint64_t *conversations, size_t count,
                 volatile const int *stop, uint8_t *outcomes)
{
    uint64_t number = count;
    return recheck->child > 0 && send_all(recheck->socket, &number, sizeof number) &&
           send_all(recheck->socket, conversations, count * sizeof *conversations) &&
           receive_all(recheck->socket, outcomes, count, stop);
}

void recheck_end(struct recheck *recheck, struct sim_config *config)
{
    int how;
    if (config->capture.copy_fd > 0)
        (void)close(config->capture.copy_fd);
    config->capture.copy_fd = 0;
    if (recheck->child <= 0)
        return;
    (void)close(recheck->socket);
    (void)kill(recheck->child, SIGTERM);
    (void)child_wait(recheck->child, &how);
    recheck->child = 0;
}
