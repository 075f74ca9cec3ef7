/* SPDX-License-Identifier: BSD-2-Clause */
/* libdw as this room uses it: loaded at run time, so its functions are called through a table. */
#ifndef LIB_SITE_DWARF_H
#define LIB_SITE_DWARF_H

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <elfutils/libdwfl.h>

#include "lib/site/internal.h"

#define SITE_DW_FUNCTIONS(X)     \
	X(dwarf_attr)            \
	X(dwarf_child)           \
	X(dwarf_decl_file)       \
	X(dwarf_diecu)           \
	X(dwarf_diename)         \
	X(dwarf_dieoffset)       \
	X(dwarf_filesrc)         \
	X(dwarf_formaddr)        \
	X(dwarf_formref_die)     \
	X(dwarf_formudata)       \
	X(dwarf_getscopes)       \
	X(dwarf_getscopes_die)   \
	X(dwarf_getsrc_die)      \
	X(dwarf_getsrcfiles)     \
	X(dwarf_hasattr)         \
	X(dwarf_haspc)           \
	X(dwarf_lineno)          \
	X(dwarf_linesrc)         \
	X(dwarf_siblingof)       \
	X(dwarf_tag)             \
	X(dwfl_addrmodule)       \
	X(dwfl_begin)            \
	X(dwfl_build_id_find_debuginfo) \
	X(dwfl_end)              \
	X(dwfl_module_addrdie)   \
	X(dwfl_module_addrname)  \
	X(dwfl_module_getsym)    \
	X(dwfl_module_getsymtab) \
	X(dwfl_module_nextcu)    \
	X(dwfl_report_begin)     \
	X(dwfl_report_elf)       \
	X(dwfl_report_end)

struct site_dw {
	bool tried, loaded;
	Dwfl *dwfl;
	unsigned long long adds, subs;	/* what the dynamic linker had loaded and unloaded */
#define X(name) __typeof__(name) *name;
	SITE_DW_FUNCTIONS(X)
#undef X
};

/* The compilation unit of an address, and the bias of addresses in the process over those in the file. */
Dwarf_Die *site_unit_at(const struct site_dw *dw, Dwfl_Module *mod, uintptr_t addr, Dwarf_Addr *bias);

/* An address with the compilation unit and the scopes around it. */
struct site_scopes {
	Dwarf_Addr bias;
	Dwarf_Die cu;
	Dwarf_Die *chain;	/* innermost first, as compiled; free() */
	int n;
	int function;		/* index of the function that the user wrote, n if none */
};

/* Returns false, and nothing to free, when there is no debugging information. */
bool site_scopes_at(const struct site_dw *dw, Dwfl_Module *mod, uintptr_t addr,
		    struct site_scopes *sc);

/*
 * The function that returns to `site` may not be the one called there: a call in its last statement became a jump.
 * Returns how many such jumps into this library can lead from the call at `site`, and the address of one
 * in *jump; *name: the function called at site. 0: the call there is the one in question.
 */
unsigned int site_tail_calls(const struct site_dw *dw, Dwfl_Module *mod, uintptr_t site,
			     uintptr_t *jump, const char **name);

#endif
