/* SPDX-License-Identifier: BSD-2-Clause */
/* The checker: an observer of both halves that turns events into reports. */
#ifndef LIB_CHECK_H
#define LIB_CHECK_H

struct armdma_machine;

int check_create(struct armdma_machine *m);
void check_destroy(struct armdma_machine *m);

#endif
