#include "host-sw/driver/nic_driver.h"

#include "models/base/memory.h"

#include "models/hwif/nic_regs.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { READY_TRIES = 1000, FIRST_WITH_CAPABILITIES = 2 /* version of the interface */ };
#define NO_COOKIE NIC_DRIVER_NO_COOKIE
#define NO_REQUEST UINT32_MAX
#define NO_CONN UINT32_MAX /* a list is of no single connection */

static void write_reg(struct nic_driver *driver, uint32_t reg, uint32_t value)
{
    ring_write_reg(driver->bus, driver->nic, reg, value);
}

/* Sets up the command ring, or only its counts if commands are pushed. */
static bool set_up_commands(struct nic_driver *driver, const struct nic_driver_params *params)
{
    struct host_ring *ring = &driver->commands;
    uint32_t log2 = driver->window.lines ? driver->window.log2_slots : params->log2_cmd;
    driver->ring_cookies = calloc((size_t)1 << log2, sizeof *driver->ring_cookies);
    memory_check(driver->ring_cookies);
    if (!driver->window.lines)
        return host_ring_init(ring, driver->bus, driver->nic, NIC_REG_CMD_RING,
                              NIC_REG_CMD_PRODUCER, log2, sizeof(struct nic_cmd));
    *ring = (struct host_ring){.place = {.bus = driver->bus, .log2_entries = log2}};
    return true;
}

static bool set_up_rings(struct nic_driver *driver, const struct nic_driver_params *params)
{
    struct nic_bus bus = driver->bus;
    unsigned nic = driver->nic;
    driver->posted = calloc(driver->pool->count, sizeof *driver->posted);
    memory_check(driver->posted);
    return set_up_commands(driver, params) &&
           host_ring_init(&driver->buffers, bus, nic, NIC_REG_BUFFER_RING, NIC_REG_BUFFER_PRODUCER,
                          params->log2_buffer, sizeof(struct nic_buffer)) &&
           nic_ring_init(&driver->records, bus, nic, NIC_REG_RECORD_RING, NIC_REG_RECORD_CONSUMER,
                         NIC_REG_ARM_RECORD, params->log2_record, sizeof(struct nic_record),
                         offsetof(struct nic_record, flags)) &&
           nic_ring_init(&driver->events, bus, nic, NIC_REG_EVENT_RING, NIC_REG_EVENT_CONSUMER,
                         NIC_REG_ARM_EVENT, params->log2_event, sizeof(struct nic_event),
                         offsetof(struct nic_event, flags));
}

static void set_station(struct nic_driver *driver, const struct nic_driver_params *params)
{
    const uint8_t *mac = params->mac;
    write_reg(driver, NIC_REG_NIC_ID, driver->nic);
    write_reg(driver, NIC_REG_MTU, params->mtu_bytes);
    write_reg(driver, NIC_REG_MAC_LO,
              (uint32_t)mac[0] | (uint32_t)mac[1] << 8 | (uint32_t)mac[2] << 16 |
                  (uint32_t)mac[3] << 24);
    write_reg(driver, NIC_REG_MAC_HI, (uint32_t)mac[4] | (uint32_t)mac[5] << 8);
    write_reg(driver, NIC_REG_HEARTBEAT_US, params->heartbeat_us);
    write_reg(driver, NIC_REG_CHALLENGE_RATE, params->challenge_rate);
    write_reg(driver, NIC_REG_CHALLENGE_KEY, params->challenge_key);
    for (int i = NIC_LOOKUP_KEY_WORDS - 1; i >= 0; i--)
        write_reg(driver, NIC_REG_LOOKUP_KEY, params->lookup_key[i]);
}

/* Reads whether the NIC has a capability. The call blocks for a read. */
static bool can(const struct nic_driver *driver, enum nic_capability capability)
{
    struct nic_bus bus = driver->bus;
    return driver->sizes.version >= FIRST_WITH_CAPABILITIES &&
           (bus.ops->mmio_read32(bus.self, driver->nic, NIC_REG_CAPABILITIES) &
            (uint32_t)capability) != 0;
}

/* Tells the NIC where to write checkpoints. A NIC without the capability writes none. */
static void set_checkpoints(struct nic_driver *driver, const struct nic_driver_params *params)
{
    if (params->checkpoint_lines == 0 || !can(driver, NIC_CAPABILITY_CHECKPOINT))
        return;
    write_reg(driver, NIC_REG_CHECKPOINT_LO, (uint32_t)params->checkpoints_address);
    write_reg(driver, NIC_REG_CHECKPOINT_HI, (uint32_t)(params->checkpoints_address >> 32));
    write_reg(driver, NIC_REG_CHECKPOINT_LINES, params->checkpoint_lines);
}

enum nic_probe_result nic_driver_begin(struct nic_driver *driver, struct nic_bus bus, unsigned nic,
                                       const struct nic_driver_params *params,
                                       struct buffer_pool *pool)
{
    *driver = (struct nic_driver){.bus = bus, .nic = nic, .pool = pool, .request_free = NO_REQUEST};
    return nic_probe_begin(bus, nic, &params->probe, &driver->sizes);
}

enum nic_probe_result nic_driver_enable(struct nic_driver *driver,
                                        const struct nic_driver_params *params)
{
    struct nic_bus bus = driver->bus;
    driver->conn_max = bus.ops->mmio_read32(bus.self, driver->nic, NIC_REG_CONN_MAX);
    driver->link_up = (bus.ops->mmio_read32(bus.self, driver->nic, NIC_REG_LINK) & 1) != 0;
    driver->records_first = params->asks_records && can(driver, NIC_CAPABILITY_RECORDED);
    driver->takes_tuples = params->uses_tuples && can(driver, NIC_CAPABILITY_TUPLE);
    if (params->pushes &&
        !push_window_init(&driver->window, bus, driver->nic, driver->sizes.version))
        return NIC_PROBE_NO_PUSH;
    if (params->uses_slots)
        image_slots_init(&driver->slots, bus, driver->nic, driver->sizes.version);
    if (params->list_max && !command_lists_init(&driver->lists, bus, driver->nic,
                                                driver->sizes.version, params->list_max))
        return NIC_PROBE_NO_LISTS;
    set_station(driver, params);
    set_checkpoints(driver, params);
    if (params->asks_hash && can(driver, NIC_CAPABILITY_FLOW_HASH))
        write_reg(driver, NIC_REG_FLOW_HASH, 1);
    if (!set_up_rings(driver, params))
        return NIC_PROBE_NO_MEMORY;
    clock_sync_start(&driver->clock, bus, driver->nic);
    write_reg(driver, NIC_REG_CONTROL,
              NIC_CONTROL_ENABLE | (params->pushes ? (uint32_t)NIC_CONTROL_PUSH : 0));
    driver->up = true;
    nic_driver_flush(driver);
    bus.ops->step_end(bus.self);
    return NIC_PROBE_OK;
}

enum nic_probe_result nic_driver_start(struct nic_driver *driver, struct nic_bus bus, unsigned nic,
                                       const struct nic_driver_params *params,
                                       struct buffer_pool *pool)
{
    enum nic_probe_result result = nic_driver_begin(driver, bus, nic, params, pool);
    if (result != NIC_PROBE_OK)
        return result;
    for (int i = 0; i < READY_TRIES; i++)
        if (nic_probe_is_ready(bus, nic, &driver->clock.is_free))
            return nic_driver_enable(driver, params);
    return NIC_PROBE_NOT_READY;
}

bool nic_driver_has_rings(const struct nic_driver *driver)
{
    return driver->records.place.base != 0 && driver->events.place.base != 0;
}

void nic_driver_stop(struct nic_driver *driver)
{
    if (!driver->up)
        return;
    write_reg(driver, NIC_REG_CONTROL, 0);
    /* The read completes after the posted write has reached the NIC, so the NIC writes nothing to our rings after it.
     */
    (void)driver->bus.ops->mmio_read32(driver->bus.self, driver->nic, NIC_REG_STATUS);
    driver->up = false;
}

void nic_driver_free(struct nic_driver *driver)
{
    ring_place_free(&driver->commands.place);
    push_window_free(&driver->window);
    command_lists_free(&driver->lists);
    ring_place_free(&driver->buffers.place);
    ring_place_free(&driver->records.place);
    ring_place_free(&driver->events.place);
    free(driver->requests);
    free(driver->ring_cookies);
    free(driver->posted);
    free(driver->backlog);
    *driver = (struct nic_driver){0};
}

static void note_progress(struct nic_driver *driver)
{
    driver->progress_ps = driver->bus.ops->now_ps(driver->bus.self);
    driver->asked = false;
}

/* Takes a free request. The table doubles when it is full, so nothing is allocated in steady state. */
static uint32_t request_alloc(struct nic_driver *driver)
{
    if (driver->request_free == NO_REQUEST) {
        uint32_t count = driver->request_count ? 2 * driver->request_count : 64;
        driver->requests = realloc(driver->requests, count * sizeof *driver->requests);
        memory_check(driver->requests);
        for (uint32_t i = count; i > driver->request_count; i--) {
            driver->requests[i - 1] = (struct nic_request){.next_free = driver->request_free};
            driver->request_free = i - 1;
        }
        driver->request_count = count;
    }
    uint32_t cookie = driver->request_free;
    driver->request_free = driver->requests[cookie].next_free;
    if (driver->outstanding++ == 0)
        note_progress(driver);
    return cookie;
}

/* Frees the entries of the command ring that can be reused. An entry is free when the NIC is known to have fetched the
 * command and has answered its request. A command without a completion is known to be fetched when any later command
 * completes. */
static void retire_commands(struct nic_driver *driver)
{
    struct host_ring *ring = &driver->commands;
    uint32_t mask = (1u << ring->place.log2_entries) - 1;
    while ((int32_t)(driver->fetched - ring->consumer) > 0) {
        uint32_t cookie = driver->ring_cookies[ring->consumer & mask];
        if (cookie != NO_COOKIE && driver->requests[cookie].used &&
            driver->requests[cookie].ring_index == ring->consumer)
            return;
        ring->consumer++;
    }
}

static void push_command(struct nic_driver *driver, const struct nic_cmd *cmd)
{
    struct host_ring *ring = &driver->commands;
    uint32_t mask = (1u << ring->place.log2_entries) - 1;
    driver->ring_cookies[ring->producer & mask] = cmd->cookie;
    if (cmd->cookie != NO_COOKIE)
        driver->requests[cmd->cookie].ring_index = ring->producer;
    driver->bus.ops->charge(driver->bus.self, CPU_COST_COMMAND, 1);
    if (driver->window.lines)
        push_window_put(&driver->window, ring->producer++, cmd);
    else
        host_ring_push(ring, cmd);
}

/* Writes the lines of the commands that were pushed since the last call, or rings one doorbell for those in the ring. */
static void flush_commands(struct nic_driver *driver)
{
    struct host_ring *ring = &driver->commands;
    if (!driver->window.lines) {
        host_ring_flush(ring);
        return;
    }
    push_window_write(&driver->window, ring->rung, ring->producer);
    ring->rung = ring->producer;
}

static void backlog_append(struct nic_driver *driver, const struct nic_cmd *cmd)
{
    if (driver->backlog_tail == driver->backlog_capacity) {
        size_t waiting = driver->backlog_tail - driver->backlog_head;
        if (driver->backlog_head > driver->backlog_capacity / 2) {
            memmove(driver->backlog, driver->backlog + driver->backlog_head,
                    waiting * sizeof *driver->backlog);
        } else {
            size_t capacity = driver->backlog_capacity ? 2 * driver->backlog_capacity : 64;
            struct nic_cmd *grown = malloc(capacity * sizeof *grown);
            memory_check(grown);
            if (waiting)
                memcpy(grown, driver->backlog + driver->backlog_head, waiting * sizeof *grown);
            free(driver->backlog);
            driver->backlog = grown;
            driver->backlog_capacity = capacity;
        }
        driver->backlog_head = 0;
        driver->backlog_tail = waiting;
    }
    driver->backlog[driver->backlog_tail++] = *cmd;
}

/* Notes that the command asks for a completion, and gives the command its cookie. */
static void expect_completion(struct nic_driver *driver, struct nic_cmd *cmd, uint64_t buffer)
{
    cmd->cookie = request_alloc(driver);
    driver->requests[cmd->cookie] = (struct nic_request){
        .op = cmd->op,
        .used = true,
        .gen = cmd->gen,
        .has_slot = (cmd->flags & NIC_CMD_FLAG_SLOT) != 0,
        .grants = (cmd->flags & NIC_CMD_FLAG_SLOT) != 0 && cmd->frame_time_ps != 0,
        .slot = cmd->slot,
        .conn = cmd->conn,
        .buffer = buffer,
        .frame_id = cmd->frame_id};
    /* The command is not in the ring yet, so its index is one that no entry can have now. */
    uint32_t entries = 1u << driver->commands.place.log2_entries;
    driver->requests[cmd->cookie].ring_index = driver->commands.producer - 1 - entries;
}

/* Puts the command into the ring, behind those that wait for room. */
static void enter(struct nic_driver *driver, const struct nic_cmd *cmd)
{
    bool waits = driver->backlog_head != driver->backlog_tail;
    if (!waits && host_ring_space(&driver->commands) > 0)
        push_command(driver, cmd);
    else
        backlog_append(driver, cmd);
}

/* Issues the open list of this kind. A list always has a completion, because its memory is in use until then. */
static void close_list(struct nic_driver *driver, uint32_t kind)
{
    struct nic_cmd cmd;
    uint32_t number = command_lists_close(&driver->lists, kind, &cmd);
    if (number == COMMAND_LIST_NONE)
        return;
    uint32_t entries = 1u << driver->commands.place.log2_entries;
    const struct nic_cmd *first = &driver->lists.lists[number].entry[0];
    if (cmd.count == 1 &&
        (first->cookie != NO_COOKIE || host_ring_space(&driver->commands) > entries / 2)) {
        enter(driver, first); /* a list of one would only be one more fetch */
        command_lists_end(&driver->lists, number);
        return;
    }
    cmd.conn = NO_CONN;
    cmd.frame_id = number;
    expect_completion(driver, &cmd, 0);
    enter(driver, &cmd);
}

static void close_lists(struct nic_driver *driver)
{
    for (uint32_t kind = 0; driver->lists.open_count > 0 && kind < COMMAND_LIST_KINDS; kind++)
        close_list(driver, kind);
}

static bool issue(struct nic_driver *driver, struct nic_cmd cmd, uint64_t buffer)
{
    close_lists(driver);
    /* A ring that is full of commands without completions would stay full, because only completions show that commands
     * were fetched. So the command asks for a completion if the ring is half full, or if commands wait in the backlog,
     * which may enter the ring all at once. */
    uint32_t entries = 1u << driver->commands.place.log2_entries;
    bool waits = driver->backlog_head != driver->backlog_tail;
    if (waits || host_ring_space(&driver->commands) <= entries / 2)
        cmd.flags &= (uint8_t)~NIC_CMD_FLAG_NO_COMPLETION;
    cmd.cookie = NO_COOKIE;
    if ((cmd.flags & NIC_CMD_FLAG_NO_COMPLETION) == 0)
        expect_completion(driver, &cmd, buffer);
    assert(buffer == 0 || cmd.cookie != NO_COOKIE);
    if (buffer)
        buffer_pool_ref(driver->pool, buffer);
    enter(driver, &cmd);
    return cmd.cookie != NO_COOKIE;
}

static bool issue_in_list(struct nic_driver *driver, struct nic_cmd cmd)
{
    if (driver->lists.max == 0)
        return issue(driver, cmd, 0);
    if (command_lists_have_other(&driver->lists, &cmd))
        close_lists(driver);
    cmd.cookie = NO_COOKIE;
    if ((cmd.flags & NIC_CMD_FLAG_NO_COMPLETION) == 0)
        expect_completion(driver, &cmd, 0);
    uint32_t kind = command_list_kind(&cmd);
    if (!command_lists_add(&driver->lists, &cmd)) {
        close_lists(driver); /* the command waits for none of them */
        enter(driver, &cmd);
    } else if (command_lists_is_full(&driver->lists, kind)) {
        close_list(driver, kind);
    }
    return cmd.cookie != NO_COOKIE;
}

/* Returns the lock of the command ring, and of all that belongs to it. */
static enum host_lock_id lock_of(const struct nic_driver *driver)
{
    return (enum host_lock_id)(HOST_LOCK_COMMANDS + driver->nic);
}

bool nic_driver_command(struct nic_driver *driver, struct nic_cmd cmd, uint64_t buffer)
{
    nic_bus_lock(driver->bus, lock_of(driver));
    bool completes = issue(driver, cmd, buffer);
    nic_bus_unlock(driver->bus, lock_of(driver));
    return completes;
}

bool nic_driver_command_in_list(struct nic_driver *driver, struct nic_cmd cmd)
{
    nic_bus_lock(driver->bus, lock_of(driver));
    bool completes = issue_in_list(driver, cmd);
    nic_bus_unlock(driver->bus, lock_of(driver));
    return completes;
}

bool nic_driver_list_result(struct nic_driver *driver, const struct nic_request *request,
                            uint32_t index, const struct nic_event *done, struct nic_event *each)
{
    assert(command_list_is(request->op));
    uint32_t number = (uint32_t)request->frame_id;
    if (command_lists_result(&driver->lists, number, index, done, each))
        return true;
    command_lists_end(&driver->lists, number);
    return false;
}

uint32_t nic_driver_next_command(const struct nic_driver *driver)
{
    return driver->commands.producer + (uint32_t)(driver->backlog_tail - driver->backlog_head);
}

bool nic_driver_is_in_ring(const struct nic_driver *driver, uint32_t index)
{
    return (int32_t)(driver->commands.producer - index) > 0;
}

static bool complete(struct nic_driver *driver, const struct nic_event *event,
                     struct nic_request *request)
{
    if (event->cookie >= driver->request_count || !driver->requests[event->cookie].used)
        return false;
    struct nic_request *answered = &driver->requests[event->cookie];
    *request = *answered;
    if ((int32_t)(answered->ring_index + 1 - driver->fetched) > 0)
        driver->fetched = answered->ring_index + 1;
    answered->used = false;
    answered->next_free = driver->request_free;
    driver->request_free = event->cookie;
    if (request->buffer)
        buffer_pool_unref(driver->pool, request->buffer);
    if (request->has_slot)
        image_slots_give_back(&driver->slots, request->slot);
    if (request->grants)
        image_slots_end_grant(&driver->slots);
    retire_commands(driver);
    assert(driver->outstanding > 0);
    driver->outstanding--;
    note_progress(driver);
    return true;
}

bool nic_driver_complete(struct nic_driver *driver, const struct nic_event *event,
                         struct nic_request *request)
{
    nic_bus_lock(driver->bus, lock_of(driver));
    bool is_known = complete(driver, event, request);
    nic_bus_unlock(driver->bus, lock_of(driver));
    return is_known;
}

bool nic_driver_abandon(struct nic_driver *driver, struct nic_request *request)
{
    assert(!driver->up);
    for (uint32_t i = 0; i < driver->request_count; i++) {
        if (!driver->requests[i].used)
            continue;
        *request = driver->requests[i];
        driver->requests[i].used = false;
        driver->outstanding--;
        if (request->buffer)
            buffer_pool_unref(driver->pool, request->buffer);
        return true;
    }
    driver->backlog_head = driver->backlog_tail = 0;
    return false;
}

void nic_driver_on_buffer(struct nic_driver *driver, uint64_t buffer)
{
    uint8_t *posted = &driver->posted[buffer_pool_index(driver->pool, buffer)];
    assert(*posted && driver->buffers.consumer != driver->buffers.producer);
    *posted = 0;
    driver->buffers.consumer++;
}

void nic_driver_take_buffers(struct nic_driver *driver)
{
    assert(!driver->up);
    for (uint32_t i = 0; driver->posted && i < driver->pool->count; i++) {
        if (!driver->posted[i])
            continue;
        driver->posted[i] = 0;
        buffer_pool_unref(driver->pool, driver->pool->base + (uint64_t)i * NIC_BUFFER_BYTES);
    }
}

void nic_driver_flush(struct nic_driver *driver)
{
    if (!driver->up)
        return;
    close_lists(driver);
    while (driver->backlog_head != driver->backlog_tail && host_ring_space(&driver->commands) > 0)
        push_command(driver, &driver->backlog[driver->backlog_head++]);
    while (host_ring_space(&driver->buffers) > 0) {
        struct nic_buffer buffer = {buffer_pool_take(driver->pool)};
        if (buffer.address == 0)
            break;
        driver->posted[buffer_pool_index(driver->pool, buffer.address)] = 1;
        host_ring_push(&driver->buffers, &buffer);
    }
    nic_ring_release(&driver->records);
    nic_ring_release(&driver->events);
    host_ring_flush(&driver->buffers);
    flush_commands(driver);
}

void nic_driver_flush_commands(struct nic_driver *driver)
{
    if (driver->up)
        flush_commands(driver);
}

void nic_driver_ring_conn(struct nic_driver *driver, const struct nic_doorbell *doorbell)
{
    driver->bus.ops->charge(driver->bus.self, CPU_COST_DOORBELL, 1);
    driver->bus.ops->mmio_write(driver->bus.self, driver->nic, NIC_REG_CONN_DOORBELL, doorbell,
                                sizeof *doorbell);
}
