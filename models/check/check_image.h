/* I-CRC and I-SND: what leaves a NIC is what arrives at the other. */
#ifndef TOESIM_CHECK_CHECK_IMAGE_H
#define TOESIM_CHECK_CHECK_IMAGE_H

struct check;
struct probe_event;

void check_image_on_event(struct check *check, const struct probe_event *event);

#endif
