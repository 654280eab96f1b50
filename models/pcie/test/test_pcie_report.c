/* Tests how errors are reported to software: AER at both ends, error messages, the root port's
 * registers and its interrupt. It also tests the ranges of the completion timeout (timing 1.7). */
#include "models/hwif/port_regs.h"
#include "models/pcie/codec/tlp_codec.h"
#include "models/pcie/config/pcie_config.h"
#include "models/pcie/config/pcie_rootport.h"
#include "models/pcie/test/fake_pcie.h"
#include "models/pcie/wire/pcie_split.h"
#include "models/test/timing_case.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <string.h>

#define HIGH FAKE_MEM_BASE

static struct fake_pcie *make(bool with_probe)
{
    struct pcie_params params;
    pcie_params_default(&params);
    params.completion_timeout_ps = 50 * PS_PER_US;
    return fake_pcie_create(&params, with_probe);
}

static uint32_t port(const struct fake_pcie *fake, uint32_t offset)
{
    return pcie_link_port_read32(fake->link, offset);
}

static uint32_t endpoint(struct fake_pcie *fake, uint32_t offset)
{
    size_t n = fake_pcie_count(fake, FAKE_READ_DONE);
    pcie_link_cfg_read32(fake->link, offset, fake_pcie_done(fake, 1), fake->loop.now_ps);
    fake_pcie_run(fake, fake->loop.now_ps + 10 * PS_PER_US);
    const struct fake_event *event = fake_pcie_event(fake, FAKE_READ_DONE, n);
    cr_assert(event && event->ok);
    return event->value;
}

static void set_endpoint(struct fake_pcie *fake, uint32_t offset, uint32_t value)
{
    pcie_link_cfg_write32(fake->link, offset, value, (struct pcie_read_done){0}, fake->loop.now_ps);
    fake_pcie_run(fake, fake->loop.now_ps + 10 * PS_PER_US);
}

static void strike(struct fake_pcie *fake, enum pcie_fault fault)
{
    uint64_t now_ps = fake->loop.now_ps;
    pcie_link_inject(fake->link, fault, now_ps);
    fake_pcie_read(fake, HIGH, 64, 7);
    fake_pcie_write(fake, HIGH, 64, 7);
    fake_pcie_run(fake, now_ps + 100 * PS_PER_US);
}

struct fault_row {
    char name[32];
    enum pcie_fault fault;
    uint32_t endpoint_offset, endpoint_bits, port_offset, port_bits;
    uint32_t root_status;
    uint64_t messages;
};

static struct fault_row faults[] = {
    {"bit error in TLPs", PCIE_FAULT_TLP_ERROR, PCIE_SPACE_CORRECTABLE, 1u << 6, PORT_CORRECTABLE,
     1u << 6, 3, 1},
    {"bit error in DLLPs", PCIE_FAULT_DLLP_ERROR, PCIE_SPACE_CORRECTABLE, 1u << 7, PORT_CORRECTABLE,
     1u << 7 | 1u << 12, /* the damaged DLLP was an Ack */ 3, 1},
    {"lost Ack", PCIE_FAULT_ACK_LOST, PCIE_SPACE_CORRECTABLE, 1u << 12, PORT_CORRECTABLE, 1u << 12,
     3, 1},
    {"poisoned", PCIE_FAULT_POISONED, PCIE_SPACE_UNCORRECTABLE, 1u << 12, PORT_UNCORRECTABLE, 0,
     PORT_ROOT_UNCORRECTABLE | PORT_ROOT_NON_FATAL, 1},
    {"no completion", PCIE_FAULT_NO_COMPLETION, PCIE_SPACE_UNCORRECTABLE, 1u << 14,
     PORT_UNCORRECTABLE, 0, PORT_ROOT_UNCORRECTABLE | PORT_ROOT_NON_FATAL, 1},
    {"completer abort", PCIE_FAULT_ABORT, PCIE_SPACE_COMMAND, 1u << 28, PORT_UNCORRECTABLE,
     1u << 15, PORT_ROOT_UNCORRECTABLE | PORT_ROOT_NON_FATAL, 0},
};

ParameterizedTestParameters(pcie_report, each_fault_is_seen_at_both_ends_and_interrupts_once)
{
    return cr_make_param_array(struct fault_row, faults, sizeof faults / sizeof *faults);
}

ParameterizedTest(struct fault_row *row, pcie_report,
                  each_fault_is_seen_at_both_ends_and_interrupts_once)
{
    struct fake_pcie *fake = make(false);
    strike(fake, row->fault);
    cr_assert_eq(endpoint(fake, row->endpoint_offset) & row->endpoint_bits, row->endpoint_bits,
                 "%s", row->name);
    cr_assert_eq(port(fake, row->port_offset), row->port_bits, "%s: %x", row->name,
                 port(fake, row->port_offset));
    cr_assert_eq(port(fake, PORT_ROOT_STATUS), row->root_status, "%s: %x", row->name,
                 port(fake, PORT_ROOT_STATUS));
    cr_assert_eq(pcie_link_stats(fake->link)->messages, row->messages, "%s", row->name);
    cr_assert_eq(fake_pcie_count(fake, FAKE_PORT_EVENT), 1, "%s", row->name);
    pcie_link_port_write32(fake->link, PORT_ROOT_STATUS, PORT_ROOT_ERRORS, fake->loop.now_ps);
    cr_assert_eq(port(fake, PORT_ROOT_STATUS), 0, "cleared by ones");
    strike(fake, row->fault);
    cr_assert_eq(fake_pcie_count(fake, FAKE_PORT_EVENT), 2, "%s: again", row->name);
    fake_pcie_destroy(fake);
}

Test(pcie_report, a_message_comes_behind_the_writes_before_it_and_names_its_sender)
{
    struct fake_pcie *fake = make(true);
    pcie_link_inject(fake->link, PCIE_FAULT_POISONED, 0);
    fake_pcie_read(fake, HIGH, 64, 1);
    fake_pcie_run(fake, 100 * PS_PER_US);
    const struct fake_event *message = NULL;
    for (size_t i = 0; i < fake->count; i++)
        if (fake->events[i].kind == FAKE_TLP && fake->events[i].tlp_kind == PCIE_TLP_MSG)
            message = &fake->events[i];
    cr_assert_not_null(message);
    cr_assert_eq(message->len, 24, "4 DW and framing");
    const struct fake_event *event = fake_pcie_event(fake, FAKE_PORT_EVENT, 0);
    uint64_t arrival_ps = message->now_ps + 3047 + 100000;
    cr_assert(event->now_ps >= arrival_ps && event->now_ps <= arrival_ps + 1, "%lu",
              (unsigned long)event->now_ps);
    cr_assert_eq(port(fake, PORT_ERROR_SOURCE) >> 16, 1u << 8, "01:00.0");
    fake_pcie_destroy(fake);
}

/* A device refuses a posted write, which has no completion: the error is logged and told by a message alone. */
Test(pcie_report, a_write_that_the_device_refuses_is_a_completer_abort)
{
    enum { COMPLETER_ABORT = 1 << 15 };
    struct fake_pcie *fake = make(false);
    set_endpoint(fake, PCIE_CONFIG_DEVCTL, endpoint(fake, PCIE_CONFIG_DEVCTL) | 0xf);
    struct pcie_endpoint device = pcie_link_endpoint(fake->link);
    device.ops->refuse(device.self, fake->loop.now_ps);
    fake_pcie_run(fake, fake->loop.now_ps + 10 * PS_PER_US);
    cr_assert_eq(pcie_link_stats(fake->link)->messages, 1);
    cr_assert_eq(endpoint(fake, PCIE_SPACE_UNCORRECTABLE), COMPLETER_ABORT);
    cr_assert_eq(port(fake, PORT_UNCORRECTABLE), 0, "the port itself has seen no error");
    pcie_link_set_up(fake->link, false, fake->loop.now_ps);
    device.ops->refuse(device.self, fake->loop.now_ps);
    fake_pcie_run(fake, fake->loop.now_ps + 10 * PS_PER_US);
    cr_assert_eq(pcie_link_stats(fake->link)->messages, 1, "a link that is down carries none");
    fake_pcie_destroy(fake);
}

/* An error message is a posted TLP with a header of 4 DW. Its type is 10000b, which routes it to
 * the root complex. */
Test(tlp_codec, an_error_message_has_the_bits_of_the_specification)
{
    struct tlp tlp = {.type = TLP_MSG, .requester = 0x100, .message = TLP_ERR_NONFATAL};
    static const uint8_t bits[16] = {0x30, 0, 0, 0, 1, 0, 0, 0x31};
    uint8_t bytes[TLP_BYTES_MAX];
    size_t len = tlp_encode(&tlp, NULL, bytes);
    cr_assert_eq(len, sizeof bits);
    cr_assert_eq(memcmp(bytes, bits, len), 0);
    cr_assert_eq(len + PCIE_FRAMING_BYTES, pcie_split_wire_bytes(PCIE_TLP_MSG, 0, 0));
    struct tlp back;
    const uint8_t *payload;
    cr_assert_eq(tlp_decode(bytes, len, &back, &payload, NULL), STATUS_OK);
    cr_assert(back.type == TLP_MSG && back.message == TLP_ERR_NONFATAL && back.length_dw == 0);
    bytes[0] = 0x10;
    cr_assert_eq(tlp_decode(bytes, len, &back, &payload, NULL), STATUS_BAD_INPUT, "3 DW");
}

Test(pcie_report, masks_and_enable_bits_keep_it_quiet_but_logged)
{
    struct fake_pcie *fake = make(false);
    set_endpoint(fake, PCIE_SPACE_UNCORRECTABLE_MASK, 1u << 12);
    strike(fake, PCIE_FAULT_POISONED);
    cr_assert_eq(endpoint(fake, PCIE_SPACE_UNCORRECTABLE), 1u << 12);
    cr_assert_eq(pcie_link_stats(fake->link)->messages, 0, "masked");
    set_endpoint(fake, PCIE_SPACE_UNCORRECTABLE_MASK, 0);
    set_endpoint(fake, PCIE_SPACE_DEVCTL, endpoint(fake, PCIE_SPACE_DEVCTL) & 0xfff0);
    strike(fake, PCIE_FAULT_POISONED);
    cr_assert_eq(pcie_link_stats(fake->link)->messages, 0, "not enabled");
    set_endpoint(fake, PCIE_SPACE_COMMAND, PCIE_SPACE_COMMAND_SERR | 6);
    strike(fake, PCIE_FAULT_POISONED);
    cr_assert_eq(pcie_link_stats(fake->link)->messages, 1, "by SERR#");
    cr_assert(endpoint(fake, PCIE_SPACE_COMMAND) & 0x40000000u, "signaled system error");
    cr_assert_eq(fake_pcie_count(fake, FAKE_PORT_EVENT), 1);
    pcie_link_port_write32(fake->link, PORT_ROOT_STATUS, PORT_ROOT_ERRORS, fake->loop.now_ps);
    pcie_link_port_write32(fake->link, PORT_ROOT_COMMAND, 0, fake->loop.now_ps);
    strike(fake, PCIE_FAULT_POISONED);
    cr_assert_eq(port(fake, PORT_ROOT_STATUS) & PORT_ROOT_UNCORRECTABLE, PORT_ROOT_UNCORRECTABLE);
    cr_assert_eq(fake_pcie_count(fake, FAKE_PORT_EVENT), 1, "the port may not interrupt");
    fake_pcie_destroy(fake);
}

Test(pcie_report, severity_decides_between_fatal_and_not)
{
    struct fake_pcie *fake = make(false);
    set_endpoint(fake, PCIE_SPACE_SEVERITY, 1u << 12);
    strike(fake, PCIE_FAULT_POISONED);
    cr_assert_eq(port(fake, PORT_ROOT_STATUS),
                 PORT_ROOT_UNCORRECTABLE | PORT_ROOT_FATAL | PORT_ROOT_FIRST_FATAL);
    cr_assert_eq(endpoint(fake, PCIE_SPACE_DEVCTL) >> 16 & 4, 4, "fatal error detected");
    fake_pcie_destroy(fake);
}

Test(pcie_report, the_port_tells_that_the_link_went_and_came)
{
    struct fake_pcie *fake = make(false);
    fake_pcie_run(fake, 10 * PS_PER_US);
    cr_assert(port(fake, PORT_LINK) & PORT_LINK_ACTIVE);
    pcie_link_set_up(fake->link, false, 10 * PS_PER_US);
    cr_assert_eq(port(fake, PORT_LINK) & PORT_LINK_ACTIVE, 0);
    cr_assert_eq(port(fake, PORT_SLOT) & PORT_SLOT_CHANGED, PORT_SLOT_CHANGED);
    cr_assert_eq(port(fake, PORT_UNCORRECTABLE), 1u << 5, "surprise down");
    cr_assert_eq(port(fake, PORT_ROOT_STATUS),
                 PORT_ROOT_UNCORRECTABLE | PORT_ROOT_FATAL | PORT_ROOT_FIRST_FATAL);
    cr_assert_eq(fake_pcie_count(fake, FAKE_PORT_EVENT), 1);
    pcie_link_port_write32(fake->link, PORT_SLOT, port(fake, PORT_SLOT), fake->loop.now_ps);
    pcie_link_port_write32(fake->link, PORT_ROOT_STATUS, PORT_ROOT_ERRORS, fake->loop.now_ps);
    pcie_link_set_up(fake->link, true, 20 * PS_PER_US);
    cr_assert(port(fake, PORT_LINK) & PORT_LINK_ACTIVE);
    cr_assert_eq(port(fake, PORT_ROOT_STATUS), 0);
    const struct fake_event *up = fake_pcie_event(fake, FAKE_PORT_EVENT, 1);
    cr_assert(up && up->now_ps > 20 * PS_PER_US, "once credits are exchanged");
    fake_pcie_destroy(fake);
}

Test(pcie_report, who_writes_configuration_behind_the_driver_tells_it)
{
    static const enum pcie_fault writes[] = {PCIE_FAULT_RESET, PCIE_FAULT_MASTER_OFF};
    for (int i = 0; i < 2; i++) {
        struct fake_pcie *fake = make(false);
        pcie_link_inject(fake->link, writes[i], 0);
        fake_pcie_run(fake, 10 * PS_PER_US);
        cr_assert_eq(fake_pcie_count(fake, FAKE_PORT_EVENT), 1);
        cr_assert_geq(fake_pcie_event(fake, FAKE_PORT_EVENT, 0)->now_ps,
                      fake_pcie_event(fake, FAKE_FENCE, 0)->now_ps, "the fence is proven by then");
        fake_pcie_destroy(fake);
    }
}

/* A probe must not change any time, because errors are noticed when they happen and not when
 * somebody reads them. */
Test(pcie_report, a_probe_changes_no_time_of_an_error)
{
    uint64_t times[2][40];
    size_t counts[2];
    for (int probe = 0; probe < 2; probe++) {
        struct fake_pcie *fake = make(probe != 0);
        for (uint32_t i = 0; i < 60; i++) {
            fake_pcie_run(fake, i * 613 * PS_PER_NS);
            if (i % 3 == 0) {
                pcie_link_inject(fake->link, (enum pcie_fault)(i / 3 % 3), fake->loop.now_ps);
                pcie_link_port_write32(fake->link, PORT_ROOT_STATUS, PORT_ROOT_ERRORS,
                                       fake->loop.now_ps);
            }
            fake_pcie_write(fake, HIGH + 256 * i, 200, i);
            if (i % 2)
                fake_pcie_read(fake, HIGH, 600, i);
        }
        fake_pcie_run(fake, PS_PER_MS);
        counts[probe] = fake_pcie_count(fake, FAKE_PORT_EVENT);
        cr_assert(counts[probe] > 10 && counts[probe] <= 40, "%zu", counts[probe]);
        for (size_t i = 0; i < counts[probe]; i++)
            times[probe][i] = fake_pcie_event(fake, FAKE_PORT_EVENT, i)->now_ps;
        fake_pcie_destroy(fake);
    }
    cr_assert_eq(counts[0], counts[1]);
    for (size_t i = 0; i < counts[0]; i++)
        cr_assert_eq(times[0][i], times[1][i], "%zu", i);
}

struct timeout_row {
    uint32_t code;
    uint64_t low_us, high_us;
};

static struct timeout_row timeouts[] = {
    {1, 50, 100},        {2, 1000, 10000},       {5, 16000, 55000},       {6, 65000, 210000},
    {9, 260000, 900000}, {10, 1000000, 3500000}, {13, 4000000, 13000000}, {14, 17000000, 64000000},
};

ParameterizedTestParameters(pcie_config, a_completion_timeout_is_in_the_range_of_timing_1_7)
{
    return cr_make_param_array(struct timeout_row, timeouts, sizeof timeouts / sizeof *timeouts);
}

ParameterizedTest(struct timeout_row *row, pcie_config,
                  a_completion_timeout_is_in_the_range_of_timing_1_7)
{
    static struct pcie_config config;
    struct pcie_config_shape shape = {0, 3, 8, 256, 512, 64};
    pcie_config_init(&config, &shape);
    cr_assert_eq(pcie_config_read32(&config, PCIE_SPACE_CAP + 0x24, false) & 0x1f, 0x1f);
    cr_assert_eq(pcie_config_timeout_ps(&config, 12345), 12345, "default range: the device's own");
    (void)pcie_config_write32(&config, PCIE_CONFIG_DEVCTL2, row->code);
    uint64_t low_ps = pcie_config_timeout_ps(&config, 1);
    uint64_t high_ps = pcie_config_timeout_ps(&config, UINT64_C(100) * PS_PER_S);
    timing_case("1.7 completion timeout", row->low_us * PS_PER_US, low_ps);
    timing_case("1.7 completion timeout", row->high_us * PS_PER_US, high_ps);
    cr_assert_eq(low_ps, row->low_us * PS_PER_US);
    cr_assert_eq(high_ps, row->high_us * PS_PER_US);
    (void)pcie_config_write32(&config, PCIE_CONFIG_DEVCTL2, 0x10 | row->code);
    cr_assert_eq(pcie_config_timeout_ps(&config, 1), TIME_NEVER, "disabled");
}

Test(pcie_report, a_longer_range_delays_the_end_of_a_read_and_none_leaves_it_to_the_link)
{
    struct fake_pcie *fake = make(false);
    set_endpoint(fake, PCIE_CONFIG_DEVCTL2, 2);
    uint64_t from_ps = fake->loop.now_ps;
    size_t n = fake_pcie_count(fake, FAKE_READ_DONE);
    pcie_link_inject(fake->link, PCIE_FAULT_NO_COMPLETION, from_ps);
    fake_pcie_read(fake, HIGH, 64, 1);
    fake_pcie_run(fake, from_ps + 2 * PS_PER_MS);
    const struct fake_event *end = fake_pcie_event(fake, FAKE_READ_DONE, n);
    cr_assert(end && !end->ok && end->now_ps >= from_ps + PS_PER_MS, "1 ms instead of 50 us");
    set_endpoint(fake, PCIE_CONFIG_DEVCTL2, 0x10);
    pcie_link_inject(fake->link, PCIE_FAULT_NO_COMPLETION, fake->loop.now_ps);
    fake_pcie_read(fake, HIGH, 64, 2);
    fake_pcie_run(fake, 70 * PS_PER_S);
    cr_assert_null(fake_pcie_event(fake, FAKE_READ_DONE, n + 1));
    pcie_link_set_up(fake->link, false, 70 * PS_PER_S);
    fake_pcie_run(fake, 71 * PS_PER_S);
    cr_assert_not_null(fake_pcie_event(fake, FAKE_READ_DONE, n + 1));
    fake_pcie_destroy(fake);
}
