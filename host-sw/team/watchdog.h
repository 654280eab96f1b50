/*
 * Notices a NIC that completes no command any more, also if no connection is on it, as the watchdog of a network device
 * in Linux does. A NIC whose commands wait for half of team.host.command_timeout gets a NOP, which a NIC that is alive
 * completes whatever its other commands wait for. At the end of the time the NIC is lost (recovery.h).
 */
#ifndef TOESIM_HOST_TEAM_WATCHDOG_H
#define TOESIM_HOST_TEAM_WATCHDOG_H

#include <stdbool.h>
#include <stdint.h>

struct host_sw;

/* Sets the time at which watchdog_run() has to run next. The step calls this after its last command. */
void watchdog_arm(struct host_sw *sw);

/* Asks the NICs that are slow, and hands those that are lost to recovery.c. Returns true if there was any work. */
bool watchdog_run(struct host_sw *sw, uint64_t now_ps);

/* Tells the NICs that the host is alive, and asks each NIC that has nothing to complete for a sign of life. Returns
 * false. */
bool watchdog_heartbeat(struct host_sw *sw, uint64_t now_ps);

/* Returns true if a NIC still has time to complete its commands, or if it is being fenced. */
bool watchdog_waits(const struct host_sw *sw);

#endif
