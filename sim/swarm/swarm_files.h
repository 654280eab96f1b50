/* What a seed's results are compared and looked at with. */
#ifndef TOESIM_SIM_SWARM_FILES_H
#define TOESIM_SIM_SWARM_FILES_H

#include <stdbool.h>
#include <stddef.h>

/* True when both files can be read and hold the same bytes. */
bool swarm_files_equal(const char *a, const char *b);

/* True when both folders have the same files with the same bytes, but for perf.json, which has wall times, and
 * run.json, which has the command line.
 * Else name says which file differs. */
bool swarm_folders_equal(const char *a, const char *b, char *name, size_t size);

/* True when each file of a results folder is whole: JSON can be parsed, a CSV ends with a line, the records of
 * a capture fill the file to its last byte, waves can be read, effective.yaml is a scenario. Else name
 * says which is not. */
bool swarm_folder_is_complete(const char *place, char *name, size_t size);

/* Removes a results folder. */
void swarm_remove_folder(const char *place);

#endif
