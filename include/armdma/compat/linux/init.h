/* SPDX-License-Identifier: BSD-2-Clause */
/* Sections of a module. */
#ifndef ARMDMA_COMPAT_LINUX_INIT_H
#define ARMDMA_COMPAT_LINUX_INIT_H

#define __init
#define __exit
#define __initdata
#define __exit_p(fn) (fn)

#endif
