/* SPDX-License-Identifier: BSD-2-Clause */
/* The checker: an observer of both halves that turns events into reports. */
#ifndef LIB_CHECK_H
#define LIB_CHECK_H

struct armdma_error;
struct armdma_machine;

/* 0; -ENOMEM; -EINVAL with *err when ARMDMA_OPTIONS is wrong. */
int check_create(struct armdma_machine *m, struct armdma_error *err);
void check_destroy(struct armdma_machine *m);

/* The machine goes: nothing is hidden from the program any more, and who wants reports is called now if ever. */
void check_settle(struct armdma_machine *m);

#endif
