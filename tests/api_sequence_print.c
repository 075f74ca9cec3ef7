/* SPDX-License-Identifier: BSD-2-Clause */
/* A sequence as C, for the one who has to find out why it fails. */
#include "api_sequence.h"

static const char *const dirs[] = { "ARMDMA_BIDIRECTIONAL", "ARMDMA_TO_DEVICE", "ARMDMA_FROM_DEVICE" };
static const char *const sets[] = { "ARMDMA_OPS_DIRECT", "ARMDMA_OPS_DIRECT_COHERENT", "ARMDMA_OPS_IOMMU",
				    "ARMDMA_OPS_IOMMU_COHERENT", "ARMDMA_OPS_BOUNCE" };

/* What the printer remembers of a slot. */
struct slot {
	enum seq_kind kind;
	unsigned int lines, dir;
};

static void print_new(FILE *out, unsigned int n, const struct slot *s)
{
	unsigned int len = s->lines * SEQ_LINE;

	switch (s->kind) {
	case SEQ_STREAM:
	case SEQ_LIST:
		fprintf(out, "\tpage[%u] = armdma_alloc_pages(m, ARMDMA_GFP_KERNEL | ARMDMA__GFP_ZERO, 1);\n", n);
		fprintf(out, "\tcpu[%u] = armdma_page_address(m, page[%u]);\n", n, n);
		break;
	case SEQ_WC:
		fprintf(out, "\tcpu[%u] = armdma_dma_alloc_wc(dev, %u, &addr[%u], ARMDMA_GFP_KERNEL);\n", n, len, n);
		break;
	case SEQ_OWN:
		fprintf(out, "\tcpu[%u] = armdma_dma_alloc_noncoherent(dev, %u, &addr[%u], %s, ARMDMA_GFP_KERNEL);\n",
			n, len, n, dirs[s->dir]);
		break;
	case SEQ_BLOCK:
		fprintf(out, "\tcpu[%u] = armdma_dma_pool_zalloc(pool, ARMDMA_GFP_KERNEL, &addr[%u]);\n", n, n);
		break;
	default:
		fprintf(out, "\tcpu[%u] = armdma_dma_alloc_coherent(dev, %u, &addr[%u], %s);\n", n, len, n,
			s->kind == SEQ_ATOMIC ? "ARMDMA_GFP_ATOMIC" : "ARMDMA_GFP_KERNEL");
		break;
	}
}

static void print_map(FILE *out, unsigned int n, const struct slot *s)
{
	unsigned int len = s->lines * SEQ_LINE, first = len < 4096 ? len : 4096, two = len > 4096;

	if (s->kind == SEQ_STREAM) {
		fprintf(out, "\taddr[%u] = armdma_dma_map_single(dev, cpu[%u], %u, %s);\n", n, n, len, dirs[s->dir]);
		return;
	}
	fprintf(out, "\tarmdma_sg_init_table(sgl[%u], %u);\n", n, 1 + two);
	fprintf(out, "\tarmdma_sg_set_page(&sgl[%u][0], page[%u], %u, 0);\n", n, n, first);
	if (two)
		fprintf(out, "\tarmdma_sg_set_page(&sgl[%u][1], armdma_nth_page(m, page[%u], 1), %u, 0);\n", n, n,
			len - first);
	fprintf(out, "\tarmdma_dma_map_sg(dev, sgl[%u], %u, %s);\n", n, 1 + two, dirs[s->dir]);
	fprintf(out, "\taddr[%u] = armdma_sg_dma_address(sgl[%u]);\n", n, n);
}

static void print_use(FILE *out, unsigned int n, const struct slot *s, const struct seq_op *op)
{
	unsigned int len = s->lines * SEQ_LINE, from = op->from * SEQ_LINE;
	unsigned int part = ((op->to < s->lines ? op->to : s->lines) - op->from) * SEQ_LINE;
	const char *dir = dirs[s->dir];

	switch (op->what) {
	case SEQ_UNMAP:
		if (s->kind == SEQ_LIST)
			fprintf(out, "\tarmdma_dma_unmap_sg(dev, sgl[%u], %u, %s);\n", n, 1 + (len > 4096), dir);
		else
			fprintf(out, "\tarmdma_dma_unmap_single(dev, addr[%u], %u, %s);\n", n, len, dir);
		break;
	case SEQ_FOR_CPU:
	case SEQ_FOR_DEVICE: {
		const char *side = op->what == SEQ_FOR_CPU ? "cpu" : "device";

		if (s->kind == SEQ_LIST)
			fprintf(out, "\tarmdma_dma_sync_sg_for_%s(dev, sgl[%u], %u, %s);\n", side, n,
				1 + (len > 4096), dir);
		else
			fprintf(out, "\tarmdma_dma_sync_single_range_for_%s(dev, addr[%u], %u, %u, %s);\n", side, n,
				from, part, dir);
		break;
	}
	case SEQ_CPU_WRITE:
		fprintf(out, "\tmemset(cpu[%u] + %u, 0x%02x, %u);\n", n, from, op->value & 0xff, part);
		break;
	case SEQ_CPU_READ:
		fprintf(out, "\tmemcpy(buf, cpu[%u] + %u, %u);	/* what was written last? */\n", n, from, part);
		break;
	case SEQ_DEV_WRITE:
		fprintf(out, "\tmemset(buf, 0x%02x, %u);\n", ~op->value & 0xff, part);
		fprintf(out, "\tarmdma_hw_master_write_sync(hw, \"mdma\", addr[%u] + %u, buf, %u, 100000);\n", n, from,
			part);
		break;
	default:
		fprintf(out, "\tarmdma_hw_master_read_sync(hw, \"mdma\", addr[%u] + %u, buf, %u, 100000);\n", n, from,
			part);
		break;
	}
}

static void print_drop(FILE *out, unsigned int n, const struct slot *s)
{
	unsigned int len = s->lines * SEQ_LINE;

	if (s->kind <= SEQ_LIST)
		fprintf(out, "\tarmdma_free_pages(m, page[%u], 1);	/* unmap it first if it is mapped */\n", n);
	else if (s->kind == SEQ_OWN)
		fprintf(out, "\tarmdma_dma_free_noncoherent(dev, %u, cpu[%u], addr[%u], %s);\n", len, n, n, dirs[s->dir]);
	else if (s->kind == SEQ_BLOCK)
		fprintf(out, "\tarmdma_dma_pool_free(pool, cpu[%u], addr[%u]);\n", n, n);
	else
		fprintf(out, "\tarmdma_dma_free_attrs(dev, %u, cpu[%u], addr[%u], %s);\n", len, n, n,
			s->kind == SEQ_WC ? "ARMDMA_ATTR_WRITE_COMBINE" : "0");
}

static void print_op(FILE *out, struct slot *s, const struct seq_op *op)
{
	unsigned int n = op->slot;

	if (op->nth && (op->what == SEQ_NEW || op->what == SEQ_MAP))
		fprintf(out, "\tarmdma_fail_nth(m, (enum armdma_fail_step)%u, %u);\n", op->step, op->nth);
	if (op->what == SEQ_NEW) {
		*s = (struct slot){ (enum seq_kind)op->kind, op->kind == SEQ_BLOCK ? 4 : op->lines, op->dir };
		print_new(out, n, s);
	} else if (op->what == SEQ_MAP) {
		s->dir = op->dir;
		print_map(out, n, s);
	} else if (op->what == SEQ_DROP) {
		print_drop(out, n, s);
	} else if (op->from < s->lines) {
		print_use(out, n, s, op);
	}
}

void seq_print(const struct seq_op *ops, size_t n, enum armdma_dma_opset set, FILE *out)
{
	struct slot slots[SEQ_SLOTS] = { { SEQ_STREAM, 1, 0 } };

	fprintf(out, "#include <string.h>\n#include <armdma/dma.h>\n#include <armdma/dmapool.h>\n\n"
		     "void reproduce(struct armdma_machine *m, struct armdma_device *dev);\n"
		     "void reproduce(struct armdma_machine *m, struct armdma_device *dev)\n{\n"
		     "\tstruct armdma_hw *hw = armdma_machine_hw(m);\n\tstruct armdma_dma_pool *pool;\n"
		     "\tstruct armdma_scatterlist sgl[%u][2];\n\tstruct armdma_page *page[%u];\n"
		     "\tunsigned char *cpu[%u], buf[8192];\n\tarmdma_dma_t addr[%u];\n\n",
		SEQ_SLOTS, SEQ_SLOTS, SEQ_SLOTS, SEQ_SLOTS);
	fprintf(out, "\tarmdma_dma_set_ops(dev, %s);\n\tpool = armdma_dma_pool_create(\"sequence\", dev, 256, 64, 0);\n",
		sets[set]);
	for (size_t i = 0; i < n; i++)
		print_op(out, &slots[ops[i].slot], &ops[i]);
	fprintf(out, "\t(void)hw;\n\t(void)pool;\n\t(void)sgl;\n\t(void)page;\n\t(void)cpu;\n\t(void)buf;\n\t(void)addr;\n}\n");
}
