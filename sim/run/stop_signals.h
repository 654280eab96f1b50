/* The signals that end a run in an orderly way: SIGINT, SIGTERM, SIGHUP and SIGXCPU. */
#ifndef TOESIM_SIM_STOP_SIGNALS_H
#define TOESIM_SIM_STOP_SIGNALS_H

/* A program that a signal ends has this exit status plus the signal's number, as in a shell. */
enum { STOP_SIGNAL_STATUS = 128 };

/* From now on the first of these signals only sets the flag. A second one ends the program at once,
 * but for SIGXCPU, which the kernel repeats every second while the results are written. */
void stop_signals_catch(void);

/* The flag: 0, or the number of the first signal. */
volatile const int *stop_signals_flag(void);

/* "SIGTERM", for messages. */
const char *stop_signals_name(int number);

/* Makes a write beyond the file size limit fail, as on a full disk, instead of ending the program. */
void stop_signals_ignore_file_size(void);

/* In a forked child: it ends in order too when its parent dies. */
void stop_signals_follow_parent(void);

#endif
