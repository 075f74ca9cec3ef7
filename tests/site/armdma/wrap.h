/* SPDX-License-Identifier: BSD-2-Clause */
/* Inline wrappers as this library's headers have them: a call site is where they were called. */
#ifndef ARMDMA_TEST_WRAP_H
#define ARMDMA_TEST_WRAP_H

#include <armdma/types.h>

/* Stands for a public function: returns its site. */
const void *armdma_test_record(void);

ARMDMA_INLINE const void *armdma_test_wrap(int *n)
{
	const void *site;

	(*n)++;
	site = armdma_test_record();
	(*n)++;
	return site;
}
ARMDMA_INLINE const void *armdma_test_wrap_twice(int *n)
{
	const void *site = armdma_test_wrap(n);

	(*n)++;
	return site;
}

#endif
