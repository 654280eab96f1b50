/* I-CRC and I-SND: the image that arrives at a NIC is the one that left the other. */
#ifndef TOESIM_CHECK_CHECK_IMAGE_H
#define TOESIM_CHECK_CHECK_IMAGE_H

struct check;
struct probe_event;

void check_image_on_event(struct check *check, const struct probe_event *event);

#endif
