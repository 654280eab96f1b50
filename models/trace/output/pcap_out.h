/* Writes the captures of a run: nic0.pcap, nic1.pcap (nanoseconds) and team.pcapng (interface per
 * port). */
#ifndef TOESIM_TRACE_PCAP_OUT_H
#define TOESIM_TRACE_PCAP_OUT_H

#include "models/base/probe.h"
#include "models/base/status.h"

#ifdef __cplusplus
extern "C" {
#endif

struct pcap_out; /* opaque; a probe listener for FRAME_RX and FRAME_TX */

/* Creates dir/nic0.pcap, dir/nic1.pcap, dir/team.pcapng under temporary names. Null and err
 * (STATUS_ENVIRONMENT) when that fails. No date, host or path is written. Frames are padded to 60
 * bytes as on the wire. */
struct pcap_out *pcap_out_create(const char *dir, struct error *err);
struct probe_listener pcap_out_listener(struct pcap_out *out);

/* Flushes, checks for write errors (full disk), renames to the final names, frees. */
enum status pcap_out_close(struct pcap_out *out, struct error *err);

#ifdef __cplusplus
}
#endif

#endif
