/* The application's side of a connection. This part reads and writes the rings and sends the doorbells. */
#ifndef TOESIM_HOST_DISPATCH_CONN_IO_H
#define TOESIM_HOST_DISPATCH_CONN_IO_H

struct host_sw;
struct dir_entry;
struct nic_record;

/* Tells the owner of every touched connection that is active what has changed, by doorbells or commands. A connection
 * at rest is brought back if it has work. */
void conn_io_flush(struct host_sw *sw);
/* Takes over the counters of a record or event where they have grown, and notes the calls to the application. */
void conn_io_on_progress(struct host_sw *sw, struct dir_entry *entry,
                         const struct nic_record *record);

#endif
