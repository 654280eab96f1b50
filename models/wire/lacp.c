#include "models/wire/lacp.h"

#include "models/wire/bytes.h"

enum { SUBTYPE_LACP = 1, SUBTYPE_MARKER = 2, VERSION = 1 };
enum { TLV_ACTOR = 1, TLV_PARTNER = 2, TLV_COLLECTOR = 3, TLV_INFORMATION = 1, TLV_RESPONSE = 2 };
enum { PORT_TLV_BYTES = 20, COLLECTOR_TLV_BYTES = 16, MARKER_TLV_BYTES = 16 };

/* Places in the frame; a TLV's value begins two bytes behind its type. */
enum { TYPE_AT = 12, SUBTYPE_AT = 14, VERSION_AT = 15, ACTOR_AT = 16 };
enum { PARTNER_AT = ACTOR_AT + PORT_TLV_BYTES, COLLECTOR_AT = PARTNER_AT + PORT_TLV_BYTES };
enum { MARKER_AT = 16 };

static const uint8_t slow_address[6] = {0x01, 0x80, 0xc2, 0x00, 0x00, 0x02};

static void build_header(uint8_t *frame, const uint8_t source[6], uint8_t subtype)
{
    memset(frame, 0, LACP_FRAME_BYTES);
    memcpy(frame, slow_address, sizeof slow_address);
    memcpy(frame + sizeof slow_address, source, 6);
    be16_store(frame + TYPE_AT, SLOW_ETHER_TYPE);
    frame[SUBTYPE_AT] = subtype;
    frame[VERSION_AT] = VERSION;
}

static void build_port(uint8_t *tlv, uint8_t type, const struct lacp_port *port)
{
    tlv[0] = type;
    tlv[1] = PORT_TLV_BYTES;
    be16_store(tlv + 2, port->system_priority);
    memcpy(tlv + 4, port->system, sizeof port->system);
    be16_store(tlv + 10, port->key);
    be16_store(tlv + 12, port->port_priority);
    be16_store(tlv + 14, port->port);
    tlv[16] = port->state;
}

void lacp_build(uint8_t frame[LACP_FRAME_BYTES], const uint8_t source[6],
                const struct lacp_pdu *pdu)
{
    build_header(frame, source, SUBTYPE_LACP);
    build_port(frame + ACTOR_AT, TLV_ACTOR, &pdu->actor);
    build_port(frame + PARTNER_AT, TLV_PARTNER, &pdu->partner);
    frame[COLLECTOR_AT] = TLV_COLLECTOR;
    frame[COLLECTOR_AT + 1] = COLLECTOR_TLV_BYTES;
    be16_store(frame + COLLECTOR_AT + 2, pdu->collector_max_delay);
}

void lacp_build_marker(uint8_t frame[LACP_FRAME_BYTES], const uint8_t source[6], bool is_response,
                       const struct lacp_marker *marker)
{
    build_header(frame, source, SUBTYPE_MARKER);
    uint8_t *tlv = frame + MARKER_AT;
    tlv[0] = is_response ? TLV_RESPONSE : TLV_INFORMATION;
    tlv[1] = MARKER_TLV_BYTES;
    be16_store(tlv + 2, marker->port);
    memcpy(tlv + 4, marker->system, sizeof marker->system);
    be32_store(tlv + 10, marker->transaction);
}

static void parse_port(const uint8_t *tlv, struct lacp_port *port)
{
    port->system_priority = be16_load(tlv + 2);
    memcpy(port->system, tlv + 4, sizeof port->system);
    port->key = be16_load(tlv + 10);
    port->port_priority = be16_load(tlv + 12);
    port->port = be16_load(tlv + 14);
    port->state = tlv[16];
}

static bool is_tlv(const uint8_t *tlv, uint8_t type, uint8_t bytes)
{
    return tlv[0] == type && tlv[1] == bytes;
}

static enum slow_kind parse_pdu(const uint8_t *frame, struct lacp_pdu *pdu)
{
    if (!is_tlv(frame + ACTOR_AT, TLV_ACTOR, PORT_TLV_BYTES) ||
        !is_tlv(frame + PARTNER_AT, TLV_PARTNER, PORT_TLV_BYTES) ||
        !is_tlv(frame + COLLECTOR_AT, TLV_COLLECTOR, COLLECTOR_TLV_BYTES))
        return SLOW_OTHER;
    if (pdu) {
        parse_port(frame + ACTOR_AT, &pdu->actor);
        parse_port(frame + PARTNER_AT, &pdu->partner);
        pdu->collector_max_delay = be16_load(frame + COLLECTOR_AT + 2);
    }
    return SLOW_LACP;
}

static enum slow_kind parse_marker(const uint8_t *frame, struct lacp_marker *marker)
{
    const uint8_t *tlv = frame + MARKER_AT;
    if (tlv[0] != TLV_INFORMATION && tlv[0] != TLV_RESPONSE)
        return SLOW_OTHER;
    if (marker) {
        marker->port = be16_load(tlv + 2);
        memcpy(marker->system, tlv + 4, sizeof marker->system);
        marker->transaction = be32_load(tlv + 10);
    }
    return tlv[0] == TLV_INFORMATION ? SLOW_MARKER : SLOW_MARKER_RESPONSE;
}

enum slow_kind lacp_parse(const uint8_t *frame, uint32_t len, struct lacp_pdu *pdu,
                          struct lacp_marker *marker)
{
    if (len <= SUBTYPE_AT || be16_load(frame + TYPE_AT) != SLOW_ETHER_TYPE)
        return SLOW_NONE;
    if (len < LACP_FRAME_BYTES)
        return SLOW_OTHER;
    switch (frame[SUBTYPE_AT]) {
    case SUBTYPE_LACP:
        return parse_pdu(frame, pdu);
    case SUBTYPE_MARKER:
        return parse_marker(frame, marker);
    default:
        return SLOW_OTHER;
    }
}
