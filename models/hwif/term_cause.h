/* The names of the causes for which connections end (enum nic_term_cause), as reports print them. */
#ifndef TOESIM_HWIF_TERM_CAUSE_H
#define TOESIM_HWIF_TERM_CAUSE_H

#include "models/hwif/nic_desc.h"

/* X(identifier of NIC_TERM_, "name") in the order of their numbers */
/* clang-format off */
#define NIC_TERM_CAUSES(X)                                                                         \
    X(NONE, "orderly") X(REMOTE_RESET, "REMOTE_RESET") X(RTX_EXHAUSTED, "RTX_EXHAUSTED")           \
    X(KEEPALIVE, "KEEPALIVE") X(CTX_ERROR, "CTX_ERROR") X(LOCAL_ABORT, "LOCAL_ABORT")              \
    X(ENGINE_ERROR, "ENGINE_ERROR") X(HANDSHAKE_TIMEOUT, "HANDSHAKE")                              \
    X(UNREACHABLE, "UNREACHABLE") X(PORT_UNREACHABLE, "PORT_UNREACHABLE")
/* clang-format on */

enum {
#define X(id, name) NIC_TERM_INDEX_##id,
    NIC_TERM_CAUSES(X)
#undef X
        NIC_TERM_CAUSE_COUNT,
};
static_assert((int)NIC_TERM_INDEX_PORT_UNREACHABLE == NIC_TERM_PORT_UNREACHABLE, "the order");

#endif
