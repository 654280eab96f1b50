/* How values lie on the packed ports of a Verilated context cache. */
#ifndef TOESIM_SIM_GLUE_CTX_PORT_PACK_H
#define TOESIM_SIM_GLUE_CTX_PORT_PACK_H

extern "C" {
#include "models/hwif/conn_ctx.h"
#include "models/hwif/ctx_store.h"
}

#include <cstdint>
#include <cstring>

/* A key travels in the constant line's format: addresses and ports first, VLAN and version
 * at 42. */
inline void ctx_key_to_line(const flow_key &key, uint8_t *line)
{
    std::memset(line, 0, CTX_LINE_BYTES);
    std::memcpy(line, &key, 36);
    std::memcpy(line + 42, &key.vlan, sizeof key.vlan);
    line[44] = key.ip_version;
}

/* Writes width bits of a packed port that Verilator made an array of 32-bit words. */
template <class Port> void ctx_put_conn(Port &port, int who, uint32_t conn)
{
    uint64_t wide = static_cast<uint64_t>(conn & 0xffffffu) << (24 * who % 32);
    uint64_t mask = UINT64_C(0xffffff) << (24 * who % 32);
    int word = 24 * who / 32;
    port[word] = (port[word] & ~static_cast<uint32_t>(mask)) | static_cast<uint32_t>(wide);
    if (mask >> 32)
        port[word + 1] = (port[word + 1] & ~static_cast<uint32_t>(mask >> 32)) |
                         static_cast<uint32_t>(wide >> 32);
}
template <class Port> void ctx_put(Port &port, int who, int width, uint64_t value)
{
    uint64_t mask = ((UINT64_C(1) << width) - 1) << (width * who);
    port = static_cast<Port>((port & ~mask) | value << (width * who));
}

#endif
