/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Debugging information, read by libdw (elfutils).
 *
 * The library depends on libc and libbsd alone, so libdw is loaded when the first report is printed, and does without
 * when it is not there.
 */
#include <errno.h>

#include "lib/site/internal.h"

#ifndef HAVE_LIBDWFL

int site_dwarf_lookup(uintptr_t site, struct armdma_site_info *info)
{
	(void)site;
	(void)info;
	return -ENOENT;
}

#else

#include <dlfcn.h>
#include <link.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <bsd/string.h>

#include "lib/site/dwarf.h"

/*
 * Opened once for the process, whose modules and debugging information it describes: no state of any
 * machine. All of it is under the lock.
 */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct site_dw dw;

/* ---- modules of the process ---------------------------------------------- */

static int no_elf(Dwfl_Module *mod, void **data, const char *name, Dwarf_Addr base, char **file,
		  Elf **elf)
{
	(void)mod, (void)data, (void)name, (void)base, (void)file, (void)elf;
	return -1;
}

static Dwfl_Callbacks callbacks = { .find_elf = no_elf };

static void load(void)
{
	void *lib = dlopen("libdw.so.1", RTLD_LAZY | RTLD_LOCAL);
	void *fn;

	dw.tried = true;
	if (!lib)
		return;
#define X(name)                                          \
	fn = dlsym(lib, #name);                          \
	if (!fn)                                         \
		return;                                  \
	memcpy(&dw.name, &fn, sizeof(fn));
	SITE_DW_FUNCTIONS(X)
#undef X
	/* Local files only: the standard look-up may ask a server. */
	callbacks.find_debuginfo = dw.dwfl_build_id_find_debuginfo;
	dw.loaded = true;
}

static int count_module(struct dl_phdr_info *info, size_t size, void *arg)
{
	unsigned long long *counts = arg;

	(void)size;
	counts[0] = info->dlpi_adds;
	counts[1] = info->dlpi_subs;
	return 1;
}

static int add_module(struct dl_phdr_info *info, size_t size, void *arg)
{
	bool *first = arg;
	const char *file = info->dlpi_name;

	(void)size;
	if (*first)
		file = "/proc/self/exe";
	*first = false;
	if (strchr(file, '/'))
		dw.dwfl_report_elf(dw.dwfl, file, file, -1, info->dlpi_addr, true);
	return 0;
}

/* Modules may have come and gone since the last look. */
static void refresh(void)
{
	unsigned long long counts[2] = { 0, 0 };
	bool first = true;

	dl_iterate_phdr(count_module, counts);
	if (dw.dwfl && counts[0] == dw.adds && counts[1] == dw.subs)
		return;
	/* Anew: libdwfl cannot tell a module that stays from one that another file replaced at its place. */
	if (dw.dwfl)
		dw.dwfl_end(dw.dwfl);
	dw.dwfl = dw.dwfl_begin(&callbacks);
	if (!dw.dwfl)
		return;
	dw.adds = counts[0];
	dw.subs = counts[1];
	dw.dwfl_report_begin(dw.dwfl);
	dl_iterate_phdr(add_module, &first);
	dw.dwfl_report_end(dw.dwfl, NULL, NULL);
}

/* ---- attributes ---------------------------------------------------------- */

static bool is_function(Dwarf_Die *die)
{
	int tag = dw.dwarf_tag(die);

	return tag == DW_TAG_subprogram || tag == DW_TAG_inlined_subroutine;
}

/* An inline function of this library's headers, inlined here. */
static bool is_own_inline(Dwarf_Die *die)
{
	const char *file;

	if (dw.dwarf_tag(die) != DW_TAG_inlined_subroutine)
		return false;
	file = dw.dwarf_decl_file(die);
	return file && site_is_own_header(file);
}

/* Where an inlined function was called. */
static void call_place(Dwarf_Die *die, struct armdma_site_info *info)
{
	Dwarf_Attribute attr;
	Dwarf_Word line, index;
	Dwarf_Files *files;
	Dwarf_Die cu;
	const char *file;

	if (dw.dwarf_formudata(dw.dwarf_attr(die, DW_AT_call_line, &attr), &line) ||
	    dw.dwarf_formudata(dw.dwarf_attr(die, DW_AT_call_file, &attr), &index) ||
	    !dw.dwarf_diecu(die, &cu, NULL, NULL) || dw.dwarf_getsrcfiles(&cu, &files, NULL))
		return;
	file = dw.dwarf_filesrc(files, index, NULL, NULL);
	if (!file)
		return;
	strlcpy(info->file, file, sizeof(info->file));
	info->line = (unsigned int)line;
}

static void set_name(Dwarf_Die *die, struct armdma_site_info *info)
{
	const char *name = dw.dwarf_diename(die);

	if (name)
		strlcpy(info->function, name, sizeof(info->function));
}

/* ---- look-up ------------------------------------------------------------- */

Dwarf_Die *site_unit_at(const struct site_dw *d, Dwfl_Module *mod, uintptr_t addr, Dwarf_Addr *bias)
{
	Dwarf_Die *cu = d->dwfl_module_addrdie(mod, addr, bias);

	/* That needs an index of address ranges, which clang does not write. */
	if (!cu)
		while ((cu = d->dwfl_module_nextcu(mod, cu, bias)) && !d->dwarf_haspc(cu, addr - *bias))
			;
	return cu;
}

bool site_scopes_at(const struct site_dw *d, Dwfl_Module *mod, uintptr_t addr,
		    struct site_scopes *sc)
{
	Dwarf_Die *lexical, *cu = site_unit_at(d, mod, addr, &sc->bias);
	int n = cu ? d->dwarf_getscopes(cu, addr - sc->bias, &lexical) : 0;

	if (n <= 0)
		return false;
	/* That goes on with an inlined function's place in the source; we want its place in the code. */
	sc->n = d->dwarf_getscopes_die(&lexical[0], &sc->chain);
	free(lexical);
	if (sc->n <= 0)
		return false;
	sc->cu = *cu;
	for (sc->function = 0; sc->function < sc->n; sc->function++) {
		Dwarf_Die *die = &sc->chain[sc->function];

		if (is_function(die) && !is_own_inline(die))
			break;
	}
	return true;
}

static int place_of(Dwfl_Module *mod, uintptr_t addr, struct armdma_site_info *info)
{
	Dwarf_Addr bias;
	Dwarf_Die *cu = site_unit_at(&dw, mod, addr, &bias);
	Dwarf_Line *line = cu ? dw.dwarf_getsrc_die(cu, addr - bias) : NULL;
	const char *file = line ? dw.dwarf_linesrc(line, NULL, NULL) : NULL;
	int lineno = 0;

	if (!file)
		return -ENOENT;
	dw.dwarf_lineno(line, &lineno);
	strlcpy(info->file, file, sizeof(info->file));
	info->line = lineno > 0 ? (unsigned int)lineno : 0;
	return 0;
}

static int describe(Dwfl_Module *mod, uintptr_t addr, struct armdma_site_info *info)
{
	int ret = place_of(mod, addr, info);
	struct site_scopes sc;

	if (!site_scopes_at(&dw, mod, addr, &sc))
		return ret;
	for (int i = 0; i < sc.function; i++)
		if (is_own_inline(&sc.chain[i]))
			call_place(&sc.chain[i], info);
	if (sc.function < sc.n)
		set_name(&sc.chain[sc.function], info);
	free(sc.chain);
	return ret;
}

static int describe_call(Dwfl_Module *mod, uintptr_t site, struct armdma_site_info *info)
{
	const char *called = NULL;
	uintptr_t jump = 0;
	unsigned int n = site_tail_calls(&dw, mod, site, &jump, &called);
	int ret;

	if (!n)
		return describe(mod, site - 1, info);
	ret = describe(mod, jump, info);
	if (n > 1) {
		/* Which of them it was is not known any more: the function is all there is to say. */
		strlcpy(info->function, called, sizeof(info->function));
		info->line = 0;
	}
	return ret;
}

int site_dwarf_lookup(uintptr_t site, struct armdma_site_info *info)
{
	Dwfl_Module *mod = NULL;
	const char *name;
	int ret = -ENOENT;

	pthread_mutex_lock(&lock);
	if (!dw.tried)
		load();
	if (dw.loaded)
		refresh();
	if (dw.dwfl)
		mod = dw.dwfl_addrmodule(dw.dwfl, site - 1);
	if (mod) {
		name = dw.dwfl_module_addrname(mod, site - 1);
		if (name)
			strlcpy(info->function, name, sizeof(info->function));
		ret = describe_call(mod, site, info);
	}
	pthread_mutex_unlock(&lock);
	return ret;
}

#endif
