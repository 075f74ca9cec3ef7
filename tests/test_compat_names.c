/* SPDX-License-Identifier: BSD-2-Clause */
/* Small names of the kernel: numbers, macros, lists, messages. */
#include "compat_rig.h"

#include <linux/atomic.h>
#include <linux/bits.h>
#include <linux/device.h>
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/string.h>
#include <linux/dma-mapping.h>

static void errors_have_linux_numbers_those_inside_the_kernel_too(void **state)
{
	(void)state;
	assert_int_equal(EIO, 5);
	assert_int_equal(ENOMEM, 12);
	assert_int_equal(EINVAL, 22);
	assert_int_equal(ETIMEDOUT, 110);
	assert_int_equal(ERESTARTSYS, 512);
	assert_int_equal(EPROBE_DEFER, 517);
	assert_int_equal(ENOTSUPP, 524);
}

static void errors_travel_in_pointers(void **state)
{
	(void)state;
	assert_true(IS_ERR(ERR_PTR(-EIO)));
	assert_int_equal(PTR_ERR(ERR_PTR(-EIO)), -EIO);
	assert_false(IS_ERR(NULL));
	assert_true(IS_ERR_OR_NULL(NULL));
	assert_false(IS_ERR(state));
	assert_int_equal(PTR_ERR_OR_ZERO(state), 0);
	/* The largest is the last, below it are pointers. */
	assert_true(IS_ERR(ERR_PTR(-MAX_ERRNO)));
	assert_false(IS_ERR(ERR_PTR(-MAX_ERRNO - 1)));
}

struct outer {
	char before[13];
	struct list_head link;
	int n;
};

static void container_of_finds_the_structure_around_a_member(void **state)
{
	struct outer o;

	(void)state;
	assert_ptr_equal(container_of(&o.link, struct outer, link), &o);
	assert_ptr_equal(container_of(&o.n, struct outer, n), &o);
}

static void lists_keep_their_order_and_lose_what_is_deleted(void **state)
{
	LIST_HEAD(head);
	struct outer o[4], *pos, *next;
	int sum = 0, seen = 0;

	(void)state;
	assert_true(list_empty(&head));
	for (int i = 0; i < 4; i++) {
		o[i].n = i + 1;
		list_add_tail(&o[i].link, &head);
	}
	list_for_each_entry(pos, &head, link)
		assert_int_equal(pos->n, ++seen);
	list_for_each_entry_safe(pos, next, &head, link)
		if (pos->n % 2)
			list_del(&pos->link);
	list_for_each_entry(pos, &head, link)
		sum = sum * 10 + pos->n;
	assert_int_equal(sum, 24);
	list_move_tail(&o[1].link, &head);
	assert_ptr_equal(list_first_entry(&head, struct outer, link), &o[3]);
	assert_ptr_equal(list_last_entry(&head, struct outer, link), &o[1]);
}

static void numbers_round_and_split_as_the_kernel_does_it(void **state)
{
	int evaluated = 0;

	(void)state;
	assert_int_equal(ALIGN(5u, 4), 8);
	assert_int_equal(ALIGN_DOWN(7u, 4), 4);
	assert_true(IS_ALIGNED(64, 32));
	assert_int_equal(DIV_ROUND_UP(7, 4), 2);
	assert_int_equal(roundup(7, 3), 9);
	assert_int_equal(round_up(7u, 8u), 8);
	assert_int_equal(ARRAY_SIZE(((int[7]){ 0 })), 7);
	assert_int_equal(upper_32_bits(0x123456789abcdef0ull), 0x12345678);
	assert_int_equal(lower_32_bits(0x123456789abcdef0ull), 0x9abcdef0);
	assert_int_equal(GENMASK(7, 4), 0xf0);
	assert_int_equal(BIT(31), 0x80000000ul);
	assert_int_equal(min(3, 4), 3);
	assert_int_equal(max_t(u8, 300, 40), 44);
	assert_int_equal(clamp(9, 1, 5), 5);
	assert_int_equal(min(++evaluated, 5), 1);
	assert_int_equal(evaluated, 1);
	assert_int_equal(PAGE_SIZE, 4096);
	assert_int_equal(get_order(4097), 1);
	assert_int_equal(PAGE_ALIGN(4097ul), 8192);
	assert_int_equal(DMA_BIT_MASK(32), 0xffffffffull);
	assert_int_equal(DMA_BIT_MASK(64), ~0ull);
	_Static_assert(__same_type(dma_addr_t, u64) && __same_type(phys_addr_t, u64), "printed with %llx");
	assert_int_equal(msecs_to_jiffies(1), 1);
	assert_int_equal(msecs_to_jiffies(200), 20);
	assert_true(time_after(1ul, ~0ul));
}

static void strscpy_terminates_and_says_when_it_cut(void **state)
{
	char buf[4];

	(void)state;
	assert_int_equal(strscpy(buf, "abc", sizeof(buf)), 3);
	assert_string_equal(buf, "abc");
	assert_int_equal(strscpy(buf, "abcd", sizeof(buf)), -E2BIG);
	assert_string_equal(buf, "abc");
	assert_int_equal(strscpy(buf, "x", 0), -E2BIG);
	assert_ptr_equal(memchr_inv("aab", 'a', 3), (char *)memchr("aab", 'b', 3));
	assert_null(memchr_inv(buf, 'a', 0));
}

static void bits_and_counters_change_in_one_step(void **state)
{
	DECLARE_BITMAP(map, 100) = { 0 };
	atomic_t v = ATOMIC_INIT(1);

	(void)state;
	set_bit(70, map);
	assert_true(test_bit(70, map));
	assert_false(test_bit(6, map));
	assert_false(test_and_set_bit(3, map));
	assert_true(test_and_set_bit(3, map));
	assert_true(test_and_clear_bit(3, map));
	assert_false(test_bit(3, map));
	atomic_inc(&v);
	assert_false(atomic_dec_and_test(&v));
	assert_true(atomic_dec_and_test(&v));
}

static void messages_go_to_the_machines_console_with_driver_and_device(void **state)
{
	struct rig *r = *state;
	dma_addr_t addr = 0x12345678;
	u8 mac[6] = { 0, 0x1b, 2, 3, 4, 0xfe };
	char buf[8];

	pr_info("plain %d%% %s\n", 50, "done");
	assert_string_equal(r->log, "plain 50% done");
	dev_err(r->dev, "at %pad, %pa!\n", &addr, &addr);
	assert_string_equal(r->log, " sgdma: at 0x0000000012345678, 0x0000000012345678!");
	pr_err("%-6s|%5.1s|%*d|%02x|%llx|%lu|%zu|%c\n", "ab", "xyz", 4, 7, 10, 0x123456789abull, 5ul, (size_t)6, 'q');
	assert_string_equal(r->log, "ab    |    x|   7|0a|123456789ab|5|6|q");
	pr_err("%pM %pe\n", mac, ERR_PTR(-EIO));
	assert_string_equal(r->log, "00:1b:02:03:04:fe -5");
	assert_int_equal(dev_err_probe(r->dev, -ENODEV, "no clock\n"), -ENODEV);
	assert_string_equal(r->log, " sgdma: error -19: no clock");
	assert_int_equal(r->logs, 5);
	/* Not there yet is no error; what is for debugging only is compiled, but not said. */
	assert_int_equal(dev_err_probe(r->dev, -EPROBE_DEFER, "later\n"), -EPROBE_DEFER);
	dev_dbg(r->dev, "%d\n", 1);
	pr_debug("%d\n", 1);
	assert_int_equal(r->logs, 5);
	assert_int_equal(scnprintf(buf, sizeof(buf), "%s", "much too long"), 7);
	assert_string_equal(buf, "much to");
}

static void a_warning_is_said_and_gives_its_condition_back(void **state)
{
	struct rig *r = *state;

	assert_false(WARN_ON(r->logs));
	assert_int_equal(r->logs, 0);
	assert_true(WARN(r->logs == 0, "%d things\n", 3));
	assert_non_null(strstr(r->log, "3 things"));
	assert_non_null(strstr(r->log, "test_compat_names.c"));
	assert_int_equal(r->reports, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(errors_have_linux_numbers_those_inside_the_kernel_too),
		cmocka_unit_test(errors_travel_in_pointers),
		cmocka_unit_test(container_of_finds_the_structure_around_a_member),
		cmocka_unit_test(lists_keep_their_order_and_lose_what_is_deleted),
		cmocka_unit_test(numbers_round_and_split_as_the_kernel_does_it),
		cmocka_unit_test(strscpy_terminates_and_says_when_it_cut),
		cmocka_unit_test(bits_and_counters_change_in_one_step),
		rig_test(messages_go_to_the_machines_console_with_driver_and_device),
		rig_test(a_warning_is_said_and_gives_its_condition_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
