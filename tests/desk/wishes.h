/* The parts of wishes.c that stand by themselves. */
#ifndef DESK_TESTS_WISHES_H
#define DESK_TESTS_WISHES_H

#include "drive.h"

/* wishes_house.c: what the office wants of itself. */
void wish_key(struct drive *d, struct drive_job *to);
void wish_rotate(struct drive *d, struct drive_job *to);
void wish_revoke(struct drive *d, struct drive_job *to);
void wish_setting(struct drive *d, struct drive_job *to);
struct str wish_brand(struct drive *d, const struct drive_job *to); /* one that comes and goes */

#endif
