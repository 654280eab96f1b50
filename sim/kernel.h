/* SystemC's entry point, once for the program and for libtoesim. */
#ifndef TOESIM_SIM_KERNEL_H
#define TOESIM_SIM_KERNEL_H

#ifdef __cplusplus
extern "C" {
#endif

/* Runs body inside sc_main(), where models may be made and time may pass; gives what it returns.
 * Once per process: SystemC elaborates once. */
int kernel_run(int (*body)(void *self), void *self);

#ifdef __cplusplus
}
#endif

#endif
