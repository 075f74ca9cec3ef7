/* SPDX-License-Identifier: BSD-2-Clause */
/* The smallest user of armdma::dtb: bytes that are no tree are refused. */
#include <errno.h>
#include <stdio.h>

#include <armdma/dtb.h>

int main(void)
{
	struct armdma_error err = { "" };
	struct armdma_machine *m;

	if (armdma_machine_from_dtb(&m, "no tree", 8, NULL, &err) != -EINVAL)
		return 1;
	printf("consumer_dtb: %s\n", err.msg);
	return 0;
}
