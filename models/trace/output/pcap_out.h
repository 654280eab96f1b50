/* Writes the captures of a run: nic0.pcap and nic1.pcap with nanosecond stamps, and team.pcapng with one interface per
 * port. */
#ifndef TOESIM_TRACE_PCAP_OUT_H
#define TOESIM_TRACE_PCAP_OUT_H

#include "models/base/probe.h"
#include "models/base/status.h"

#ifdef __cplusplus
extern "C" {
#endif

struct pcap_out; /* opaque; a probe listener for FRAME_RX and FRAME_TX */

/* Creates dir/nic0.pcap, dir/nic1.pcap, dir/team.pcapng under temporary names. Returns null and
 * sets `err` (STATUS_ENVIRONMENT) if that fails. The files contain no date, host or path, so that equal runs give equal
 * files. Frames are padded to 60 bytes as on the wire. */
struct pcap_out *pcap_out_create(const char *dir, struct error *err);
struct probe_listener pcap_out_listener(struct pcap_out *out);

/* Flushes the files, checks for write errors such as a full disk, renames them to their final names, and frees `out`. */
enum status pcap_out_close(struct pcap_out *out, struct error *err);

#ifdef __cplusplus
}
#endif

#endif
