/* The entry point of SystemC, shared by the program and libtoesim. */
#ifndef TOESIM_SIM_KERNEL_H
#define TOESIM_SIM_KERNEL_H

#ifdef __cplusplus
extern "C" {
#endif

/* Runs `body` inside sc_main(), where models can be made and simulated time can pass, and returns its result. It can
 * be called once per process, because SystemC elaborates only once. */
int kernel_run(int (*body)(void *self), void *self);

/* Returns the version of the SystemC library that the program runs with. */
const char *kernel_version(void);

#ifdef __cplusplus
}
#endif

#endif
