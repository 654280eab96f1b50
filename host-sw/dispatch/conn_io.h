/* The application's side of a connection: what it reads and writes, and the doorbells for it. */
#ifndef TOESIM_HOST_DISPATCH_CONN_IO_H
#define TOESIM_HOST_DISPATCH_CONN_IO_H

struct host_sw;
struct dir_entry;
struct nic_record;

/* Rings what changed for every touched connection that is active. */
void conn_io_flush(struct host_sw *sw);
/* Folds counters of a record or event by maximum and calls the application. */
void conn_io_on_progress(struct host_sw *sw, struct dir_entry *entry,
                         const struct nic_record *record);

#endif
