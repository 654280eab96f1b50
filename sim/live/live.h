/* A live run. The uplink of the switch is a TAP device, so real programs talk to the simulated server. */
#ifndef TOESIM_SIM_LIVE_H
#define TOESIM_SIM_LIVE_H

#ifdef __cplusplus
extern "C" {
#endif

struct live_options {
    const char *tap;   /* name of the device */
    const char *files; /* folder that HTTP serves; null: no HTTP */
};

#ifdef __cplusplus
}
#endif

#endif
