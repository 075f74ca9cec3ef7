/* SPDX-License-Identifier: BSD-2-Clause */
/* The commands of armdma-iova. Each takes its own argument vector (argv[0] is its name) and returns an exit status. */
#ifndef TOOLS_IOVA_CMD_H
#define TOOLS_IOVA_CMD_H

int cmd_import(int argc, char **argv);
int cmd_record(int argc, char **argv);
int cmd_generate(int argc, char **argv);
int cmd_show(int argc, char **argv);
int cmd_replay(int argc, char **argv);
int cmd_sweep(int argc, char **argv);
int cmd_merge(int argc, char **argv);
int cmd_report(int argc, char **argv);

/* How this program was called: for lines that call it again. */
extern const char *cmd_program;

#endif
