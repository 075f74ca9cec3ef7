/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What armdma::dtb makes of a board's tree, for sysmmu_dtb_boards_test.sh.
 *
 * board FILE: one line a unit, "sysmmu|master PATH NAME BASE IRQ DETAILS".
 * board --run FILE: a machine of it; data through every port of every master, and a fault on each.
 * board --flip N SEED FILE: N trees with bits flipped at random; none may do harm.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <armdma/dma.h>
#include <armdma/dtb.h>
#include <armdma/iommu.h>

#define MIB (1024u * 1024u)
#define TARGET_OFFSET (8 * MIB)	/* in RAM: where the tests' data goes */

struct file {
	char *data;
	size_t len;
};

static struct file load(const char *path)
{
	struct file f = { NULL, 0 };
	FILE *in = fopen(path, "rb");
	long len;

	if (!in || fseek(in, 0, SEEK_END) || (len = ftell(in)) <= 0 || fseek(in, 0, SEEK_SET))
		goto fail;
	f.data = malloc((size_t)len);
	f.len = (size_t)len;
	if (!f.data || fread(f.data, 1, f.len, in) != f.len)
		goto fail;
	fclose(in);
	return f;
fail:
	perror(path);
	exit(2);
}

static void on_note(void *ctx, const char *line)
{
	(void)ctx;
	fprintf(stderr, "note: %s\n", line);
}

static void print_irq(uint32_t irq)
{
	if (irq < ARMDMA_NR_IRQS)
		printf(" spi:%u", irq);
	else
		printf(" combiner:%u:%u", (irq - ARMDMA_NR_IRQS) / 8, (irq - ARMDMA_NR_IRQS) % 8);
}

static void print_sysmmu(const struct armdma_sysmmu_config *mmu, const struct armdma_dtb_unit *u)
{
	printf("sysmmu %s %s 0x%llx", u->path, mmu->name, (unsigned long long)mmu->reg_base);
	print_irq(mmu->irq);
	printf(" version=0x%08x%s pd=%s clocks=%u:%s\n", mmu->version, u->version_assumed ? "(assumed)" : "",
	       mmu->power_domain, u->nr_clocks, u->nr_clocks ? u->clocks[0].name : "");
}

static void print_master(const struct armdma_device_config *dev, const struct armdma_dtb_unit *u)
{
	printf("master %s %s 0x%llx", u->path, dev->name, (unsigned long long)dev->reg_base);
	print_irq(dev->irq);
	printf(" %s %s", dev->kind == ARMDMA_DEV_FIMC ? "fimc" : "master", dev->sysmmu);
	for (int n = 0; n < ARMDMA_MAX_PORTS - 1 && dev->more_sysmmus[n][0]; n++)
		printf(",%s", dev->more_sysmmus[n]);
	putchar('\n');
}

static int show(struct file f)
{
	struct armdma_dtb_options opt = { .disabled = true, .note = on_note };
	static struct armdma_dtb d;
	struct armdma_error err = { "" };

	if (armdma_dtb_read(&d, f.data, f.len, &opt, &err)) {
		fprintf(stderr, "%s\n", err.msg);
		return 1;
	}
	printf("soc %s ram 0x%llx %llu\n", d.cfg.soc, (unsigned long long)d.cfg.ram_base,
	       (unsigned long long)(d.cfg.ram_size / MIB));
	for (uint32_t i = 0; i < d.nr_units; i++) {
		if (d.units[i].sysmmu)
			print_sysmmu(&d.cfg.sysmmus[i], &d.units[i]);
		else
			print_master(&d.cfg.devices[i - d.cfg.nr_sysmmus], &d.units[i]);
	}
	return 0;
}

/* ---- Running ---------------------------------------------------------------------- */

struct repair {
	struct armdma_domain *domain;
	armdma_phys_t pa;
	unsigned int faults;
};

static int on_fault(void *ctx, const struct armdma_fault *f)
{
	struct repair *r = ctx;

	r->faults++;
	return armdma_iommu_map(r->domain, f->iova & ARMDMA_PAGE_MASK, r->pa, ARMDMA_PAGE_SIZE,
				ARMDMA_IOMMU_READ | ARMDMA_IOMMU_WRITE);
}

/* A page through one port: the first access faults, its handler maps the page. */
static int run_port(struct armdma_machine *m, const char *port, struct repair *r, unsigned int n)
{
	struct armdma_hw *hw = armdma_machine_hw(m);
	armdma_dma_t iova = 0x20000000u + n * 0x100000u;
	uint8_t data[256], got[256];
	unsigned int before = r->faults;
	int ret;

	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(7 * i + n + 1);
	r->pa = armdma_hw_config(hw)->ram_base + TARGET_OFFSET + n * 0x1000u;
	ret = armdma_hw_master_write_sync(hw, port, iova, data, sizeof(data), 1000000);
	if (!ret)
		ret = armdma_hw_phys_read(hw, r->pa, got, sizeof(got));
	if (!ret && (memcmp(data, got, sizeof(data)) || r->faults != before + 1))
		ret = -EIO;
	if (ret)
		fprintf(stderr, "%s: %s, %u faults\n", port, strerror(-ret), r->faults - before);
	return ret;
}

static int run_master(struct armdma_machine *m, const struct armdma_device_config *cfg, unsigned int *nr)
{
	struct armdma_device *dev = armdma_device_find(m, cfg->name);
	struct repair r = { .domain = armdma_domain_alloc(m) };
	int ret = dev && r.domain ? armdma_domain_attach(r.domain, dev) : -ENODEV;
	char port[ARMDMA_NAME_LEN];

	if (ret) {
		fprintf(stderr, "%s: attach: %s\n", cfg->name, strerror(-ret));
		return ret;
	}
	armdma_domain_set_fault_handler(r.domain, on_fault, &r);
	for (unsigned int n = 0; !ret && n < ARMDMA_MAX_PORTS; n++) {
		if (n && !cfg->more_sysmmus[n - 1][0])
			break;
		if (n)
			snprintf(port, sizeof(port), "%.13s:%u", cfg->name, n);
		else
			snprintf(port, sizeof(port), "%s", cfg->name);
		ret = run_port(m, port, &r, (*nr)++);
	}
	armdma_domain_detach(r.domain, dev);
	armdma_domain_free(r.domain);
	return ret;
}

static int run(struct file f)
{
	struct armdma_dtb_options opt = { .disabled = true, .ram_size = 64 * MIB };
	const struct armdma_config *cfg;
	struct armdma_error err = { "" };
	struct armdma_machine *m;
	unsigned int ports = 0;
	int ret;

	if (armdma_machine_from_dtb(&m, f.data, f.len, &opt, &err)) {
		fprintf(stderr, "%s\n", err.msg);
		return 1;
	}
	cfg = armdma_hw_config(armdma_machine_hw(m));
	ret = 0;
	for (uint32_t i = 0; !ret && i < cfg->nr_devices; i++)
		if (cfg->devices[i].sysmmu[0])
			ret = run_master(m, &cfg->devices[i], &ports);
	printf("%u ports\n", ports);
	armdma_machine_destroy(m);
	return ret ? 1 : 0;
}

/* ---- Damage ------------------------------------------------------------------------ */

static uint32_t next(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 4;
}

static int flip(struct file f, unsigned int rounds, uint32_t seed)
{
	static struct armdma_dtb d;
	unsigned int accepted = 0;
	char *bad = malloc(f.len);

	if (!bad)
		return 2;
	for (unsigned int i = 0; i < rounds; i++) {
		struct armdma_error err = { "" };
		int ret;

		memcpy(bad, f.data, f.len);
		for (unsigned int k = 0; k <= i % 8; k++)
			bad[next(&seed) % f.len] ^= (char)(1u << next(&seed) % 8);
		ret = armdma_dtb_read(&d, bad, f.len, NULL, &err);
		accepted += !ret;
		if (ret ? (ret != -EINVAL && ret != -E2BIG) || !err.msg[0] : armdma_config_check(&d.cfg, NULL) != 0) {
			fprintf(stderr, "round %u: %d \"%s\"\n", i, ret, err.msg);
			free(bad);
			return 1;
		}
	}
	printf("%u of %u damaged trees are still trees\n", accepted, rounds);
	free(bad);
	return 0;
}

int main(int argc, char **argv)
{
	struct file f;
	int ret = 2;

	if (argc < 2)
		return 2;
	f = load(argv[argc - 1]);
	if (argc == 2)
		ret = show(f);
	else if (argc == 3 && !strcmp(argv[1], "--run"))
		ret = run(f);
	else if (argc == 5 && !strcmp(argv[1], "--flip"))
		ret = flip(f, (unsigned int)strtoul(argv[2], NULL, 0), (uint32_t)strtoul(argv[3], NULL, 0));
	free(f.data);
	return ret;
}
