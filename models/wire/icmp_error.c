#include "models/wire/icmp_error.h"

#include "models/wire/icmp.h"

#include <stddef.h>

/* The hard errors of RFC 9293 3.9.2.2; all other errors are soft. "Prohibited" is hard in both families, because the router
 * will repeat it for each packet (RFC 1812 5.2.7.1; RFC 4443 3.1, where codes 5 and 6 are cases of code 1). */
static enum nic_notice unreachable(uint8_t ip_version, uint8_t code, bool *is_hard)
{
    static const uint8_t v4[] = {
        [0] = NIC_NOTICE_NET_UNREACHABLE,  [2] = NIC_NOTICE_PROTOCOL_UNREACHABLE,
        [3] = NIC_NOTICE_PORT_UNREACHABLE, [6] = NIC_NOTICE_NET_UNREACHABLE,
        [9] = NIC_NOTICE_PROHIBITED,       [10] = NIC_NOTICE_PROHIBITED,
        [11] = NIC_NOTICE_NET_UNREACHABLE, [13] = NIC_NOTICE_PROHIBITED};
    static const uint8_t v6[] = {[0] = NIC_NOTICE_NET_UNREACHABLE,
                                 [1] = NIC_NOTICE_PROHIBITED,
                                 [4] = NIC_NOTICE_PORT_UNREACHABLE,
                                 [5] = NIC_NOTICE_PROHIBITED,
                                 [6] = NIC_NOTICE_PROHIBITED};
    size_t known = ip_version == 4 ? sizeof v4 : sizeof v6;
    uint8_t notice = code < known ? (ip_version == 4 ? v4 : v6)[code] : NIC_NOTICE_NONE;
    *is_hard = notice == NIC_NOTICE_PROTOCOL_UNREACHABLE || notice == NIC_NOTICE_PORT_UNREACHABLE ||
               notice == NIC_NOTICE_PROHIBITED;
    return notice ? (enum nic_notice)notice : NIC_NOTICE_HOST_UNREACHABLE;
}

enum nic_notice icmp_notice(const struct icmp_message *message, uint8_t ip_version, bool *is_hard)
{
    *is_hard = false;
    switch (message->kind) {
    case ICMP_UNREACHABLE:
        return unreachable(ip_version, message->code, is_hard);
    case ICMP_TOO_BIG:
        return NIC_NOTICE_PATH_MTU;
    case ICMP_TIME_EXCEEDED:
        return NIC_NOTICE_TIME_EXCEEDED;
    case ICMP_PARAMETER_PROBLEM:
        return NIC_NOTICE_PARAMETER_PROBLEM;
    default:
        return NIC_NOTICE_NONE;
    }
}
