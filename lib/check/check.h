/* SPDX-License-Identifier: BSD-2-Clause */
/* The checker: an observer of both halves that turns events into reports. */
#ifndef LIB_CHECK_H
#define LIB_CHECK_H

struct armdma_error;
#include <armdma/report.h>

struct armdma_machine;

/* 0; -ENOMEM; -EINVAL with *err when ARMDMA_OPTIONS is wrong. */
/* Does somebody want to know about this kind? For what costs something to find out. */
bool check_wants(const struct armdma_machine *m, enum armdma_report_kind kind);
int check_create(struct armdma_machine *m, struct armdma_error *err);
void check_destroy(struct armdma_machine *m);

#endif
