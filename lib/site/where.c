/* SPDX-License-Identifier: BSD-2-Clause */
#include <dlfcn.h>
#include <pthread.h>
#include <stdint.h>

#include "lib/site/where.h"

bool site_on_stack(const void *p)
{
	pthread_attr_t attr;
	void *start;
	size_t size;
	bool on;

	if (pthread_getattr_np(pthread_self(), &attr))
		return false;
	on = !pthread_attr_getstack(&attr, &start, &size) && (uintptr_t)p - (uintptr_t)start < size;
	pthread_attr_destroy(&attr);
	return on;
}

bool site_in_module(const void *p)
{
	Dl_info info;

	return dladdr(p, &info) != 0;
}
