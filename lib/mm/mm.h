/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory management, the part that other rooms of lib/ see beside armdma/mm.h. */
#ifndef LIB_MM_H
#define LIB_MM_H

#include <armdma/mm.h>

/* Set m->mm up over the RAM of the configuration. 0 or -ENOMEM. Cheap: nothing of the size of RAM is touched. */
int mm_create(struct armdma_machine *m);
/* Frees all bookkeeping, whatever is still allocated. NULL-safe. */
void mm_destroy(struct armdma_machine *m);

#endif
