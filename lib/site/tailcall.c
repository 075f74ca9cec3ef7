/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tail calls: an optimising compiler turns a call in the last statement of a function into a jump, and the return
 * address is then in that function's caller. Debugging information still tells: it lists the calls of
 * each function, with the function called and whether the call is such a jump (DWARF 5 DW_TAG_call_site; as a GNU
 * extension in DWARF 4).
 */
#ifdef HAVE_LIBDWFL

#include <stdlib.h>
#include <string.h>

#include "lib/site/dwarf.h"

#define MAX_DEPTH 4	/* tail calls of functions that tail-call */

struct search {
	const struct site_dw *dw;
	Dwfl_Module *mod;
	unsigned int found;
	uintptr_t jump;
};

static bool is_call_site(const struct site_dw *dw, Dwarf_Die *die)
{
	int tag = dw->dwarf_tag(die);

	return tag == DW_TAG_call_site || tag == DW_TAG_GNU_call_site;
}

/* An address attribute, or 0. */
static Dwarf_Addr address_of(const struct site_dw *dw, Dwarf_Die *die, unsigned int name)
{
	Dwarf_Attribute attr;
	Dwarf_Addr addr;

	if (dw->dwarf_formaddr(dw->dwarf_attr(die, name, &attr), &addr))
		return 0;
	return addr;
}

static Dwarf_Addr return_pc(const struct site_dw *dw, Dwarf_Die *call)
{
	Dwarf_Addr pc = address_of(dw, call, DW_AT_call_return_pc);

	return pc ? pc : address_of(dw, call, DW_AT_low_pc);
}

/* An address inside the call instruction. */
static Dwarf_Addr call_pc(const struct site_dw *dw, Dwarf_Die *call)
{
	Dwarf_Addr pc = address_of(dw, call, DW_AT_call_pc);

	return pc ? pc : return_pc(dw, call) - 1;
}

static bool is_tail_call(const struct site_dw *dw, Dwarf_Die *call)
{
	return dw->dwarf_hasattr(call, DW_AT_call_tail_call) ||
	       dw->dwarf_hasattr(call, DW_AT_GNU_tail_call);
}

/* The function called, unless the call goes through a pointer. */
static bool callee_of(const struct site_dw *dw, Dwarf_Die *call, Dwarf_Die *callee)
{
	Dwarf_Attribute attr;

	return dw->dwarf_formref_die(dw->dwarf_attr(call, DW_AT_call_origin, &attr), callee) ||
	       dw->dwarf_formref_die(dw->dwarf_attr(call, DW_AT_abstract_origin, &attr), callee);
}

static bool is_library_function(const char *name)
{
	return !strncmp(name, "armdma_", 7);
}

/* The call in the scopes below die that returns to pc. */
static bool find_call(const struct site_dw *dw, Dwarf_Die *die, Dwarf_Addr pc, Dwarf_Die *call)
{
	Dwarf_Die child;
	int ret = dw->dwarf_child(die, &child);

	for (; !ret; ret = dw->dwarf_siblingof(&child, &child)) {
		if (is_call_site(dw, &child)) {
			if (return_pc(dw, &child) == pc) {
				*call = child;
				return true;
			}
		} else if (find_call(dw, &child, pc, call)) {
			return true;
		}
	}
	return false;
}

/* Is die the code of the function whose abstract description or declaration is at `origin`? */
static bool is_code_of(const struct site_dw *dw, Dwarf_Die *die, Dwarf_Off origin)
{
	static const unsigned int refs[] = { DW_AT_abstract_origin, DW_AT_specification };
	Dwarf_Attribute attr;
	Dwarf_Die ref;

	if (dw->dwarf_tag(die) != DW_TAG_subprogram ||
	    (!dw->dwarf_hasattr(die, DW_AT_low_pc) && !dw->dwarf_hasattr(die, DW_AT_ranges)))
		return false;
	if (dw->dwarf_dieoffset(die) == origin)
		return true;
	for (size_t i = 0; i < sizeof(refs) / sizeof(refs[0]); i++)
		if (dw->dwarf_formref_die(dw->dwarf_attr(die, refs[i], &attr), &ref) &&
		    dw->dwarf_dieoffset(&ref) == origin)
			return true;
	return false;
}

static bool code_in_unit(const struct site_dw *dw, Dwarf_Die *cu, Dwarf_Die *function,
			 Dwarf_Die *code)
{
	Dwarf_Off origin = dw->dwarf_dieoffset(function);
	int ret = dw->dwarf_child(cu, code);

	for (; !ret; ret = dw->dwarf_siblingof(code, code))
		if (is_code_of(dw, code, origin))
			return true;
	return false;
}

/* A function of another unit is found by its symbol. */
static bool code_by_symbol(const struct search *s, const char *name, Dwarf_Die *cu, Dwarf_Die *code)
{
	const struct site_dw *dw = s->dw;
	int n = dw->dwfl_module_getsymtab(s->mod);
	struct site_scopes sc;
	bool found = false;
	GElf_Sym sym;

	for (int i = 1; i < n; i++) {
		const char *symbol = dw->dwfl_module_getsym(s->mod, i, &sym, NULL);

		if (!symbol || GELF_ST_TYPE(sym.st_info) != STT_FUNC || !sym.st_size ||
		    strcmp(symbol, name))
			continue;
		if (!site_scopes_at(dw, s->mod, (uintptr_t)sym.st_value, &sc))
			return false;
		/* The last function around it is the one that is not inlined. */
		for (int k = 0; k < sc.n; k++) {
			if (dw->dwarf_tag(&sc.chain[k]) == DW_TAG_subprogram) {
				*code = sc.chain[k];
				*cu = sc.cu;
				found = true;
			}
		}
		free(sc.chain);
		return found;
	}
	return false;
}

static void count_jumps(struct search *s, Dwarf_Die *cu, Dwarf_Die *function, Dwarf_Addr bias,
			int depth);

static void count_jumps_below(struct search *s, Dwarf_Die *cu, Dwarf_Die *die, Dwarf_Addr bias,
			      int depth)
{
	const struct site_dw *dw = s->dw;
	Dwarf_Die child, callee;
	int ret = dw->dwarf_child(die, &child);

	for (; !ret; ret = dw->dwarf_siblingof(&child, &child)) {
		const char *name;

		if (!is_call_site(dw, &child)) {
			count_jumps_below(s, cu, &child, bias, depth);
			continue;
		}
		if (!is_tail_call(dw, &child) || !callee_of(dw, &child, &callee))
			continue;
		name = dw->dwarf_diename(&callee);
		if (!name)
			continue;
		if (is_library_function(name)) {
			s->found++;
			s->jump = (uintptr_t)(call_pc(dw, &child) + bias);
		} else {
			count_jumps(s, cu, &callee, bias, depth + 1);
		}
	}
}

static void count_jumps(struct search *s, Dwarf_Die *cu, Dwarf_Die *function, Dwarf_Addr bias,
			int depth)
{
	const char *name = s->dw->dwarf_diename(function);
	Dwarf_Die code, unit = *cu;

	if (depth > MAX_DEPTH || !name)
		return;
	if (code_in_unit(s->dw, cu, function, &code) || code_by_symbol(s, name, &unit, &code))
		count_jumps_below(s, &unit, &code, bias, depth);
}

unsigned int site_tail_calls(const struct site_dw *dw, Dwfl_Module *mod, uintptr_t site,
			     uintptr_t *jump, const char **name)
{
	struct search s = { .dw = dw, .mod = mod };
	Dwarf_Die call, callee, *function = NULL;
	struct site_scopes sc;

	if (!site_scopes_at(dw, mod, site - 1, &sc))
		return 0;
	for (int i = 0; i < sc.n; i++)
		if (dw->dwarf_tag(&sc.chain[i]) == DW_TAG_subprogram)
			function = &sc.chain[i];
	if (function && find_call(dw, function, site - sc.bias, &call) &&
	    callee_of(dw, &call, &callee)) {
		*name = dw->dwarf_diename(&callee);
		if (*name && !is_library_function(*name))
			count_jumps(&s, &sc.cu, &callee, sc.bias, 0);
	}
	free(sc.chain);
	*jump = s.jump;
	return s.found;
}

#else
typedef int site_no_tail_calls;	/* ISO C wants a declaration */
#endif
