/* SPDX-License-Identifier: BSD-2-Clause */
/* B29 to B56: devices, coherent memory, barriers, lists and lifetimes. Scenarios first, then the table. */
#include "tests/bugs/bug.h"

const struct bug bug_table_2[] = {
	{ 0 }
};
