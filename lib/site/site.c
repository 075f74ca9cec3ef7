/* SPDX-License-Identifier: BSD-2-Clause */
/* From the return address of a call to function, file and line of the call. */
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <bsd/string.h>

#include "lib/site/internal.h"

/* The dynamic linker's knowledge: module and nearest exported function. */
static int module_lookup(uintptr_t addr, struct armdma_site_info *info)
{
	Dl_info dl;

	if (!dladdr((void *)addr, &dl) || !dl.dli_fname)
		return -ENOENT;
	strlcpy(info->module, dl.dli_fname, sizeof(info->module));
	info->offset = addr - (uintptr_t)dl.dli_fbase;
	if (dl.dli_sname)
		strlcpy(info->function, dl.dli_sname, sizeof(info->function));
	return 0;
}

int armdma_site_lookup(const void *site, struct armdma_site_info *info)
{
	/* The call is before its return address, which may already belong to the next line or function. */
	uintptr_t addr = (uintptr_t)site - 1;

	memset(info, 0, sizeof(*info));
	if (!site || module_lookup(addr, info))
		return -ENOENT;
	site_dwarf_lookup((uintptr_t)site, info);
	return 0;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

const char *armdma_site_format(const void *site, char *buf, size_t len)
{
	struct armdma_site_info info;

	if (!len)
		return buf;
	if (armdma_site_lookup(site, &info)) {
		snprintf(buf, len, "%p", site);
		return buf;
	}
	if (info.file[0] && !info.line)
		snprintf(buf, len, "%s in %s", info.function[0] ? info.function : "?", info.file);
	else if (info.file[0])
		snprintf(buf, len, "%s at %s:%u", info.function[0] ? info.function : "?", info.file,
			 info.line);
	else if (info.function[0])
		snprintf(buf, len, "%s in %s+0x%zx", info.function, base_name(info.module),
			 (size_t)info.offset);
	else
		snprintf(buf, len, "%s+0x%zx", base_name(info.module), (size_t)info.offset);
	return buf;
}

bool site_is_own_header(const char *file)
{
	static const char dir[] = "armdma/";
	size_t len = strlen(file);
	const char *p = file;

	if (len < 2 || strcmp(file + len - 2, ".h"))
		return false;
	while ((p = strstr(p, dir))) {
		const char *rest = p + sizeof(dir) - 1;

		/* armdma/dma.h or armdma/compat/..., not a source tree that happens to be called armdma */
		if ((p == file || p[-1] == '/') &&
		    (!strchr(rest, '/') || !strncmp(rest, "compat/", 7)))
			return true;
		p = rest;
	}
	return false;
}
