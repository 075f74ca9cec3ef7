/* SPDX-License-Identifier: BSD-2-Clause */
/* Doubly linked lists with a head, embedded in what they link. */
#ifndef ARMDMA_COMPAT_LINUX_LIST_H
#define ARMDMA_COMPAT_LINUX_LIST_H

#include <linux/kernel.h>

#define LIST_HEAD_INIT(name) { &(name), &(name) }
#undef LIST_HEAD	/* of sys/queue.h, whose lists these are not */
#define LIST_HEAD(name) struct list_head name = LIST_HEAD_INIT(name)

ARMDMA_INLINE void INIT_LIST_HEAD(struct list_head *list)
{
	list->next = list;
	list->prev = list;
}
ARMDMA_INLINE void armdma_compat_list_link(struct list_head *entry, struct list_head *prev, struct list_head *next)
{
	next->prev = entry;
	entry->next = next;
	entry->prev = prev;
	prev->next = entry;
}
ARMDMA_INLINE void list_add(struct list_head *entry, struct list_head *head)
{
	armdma_compat_list_link(entry, head, head->next);
}
ARMDMA_INLINE void list_add_tail(struct list_head *entry, struct list_head *head)
{
	armdma_compat_list_link(entry, head->prev, head);
}
ARMDMA_INLINE void armdma_compat_list_unlink(struct list_head *entry)
{
	entry->prev->next = entry->next;
	entry->next->prev = entry->prev;
}
/* A link that is in no list any more points nowhere. */
ARMDMA_INLINE void list_del(struct list_head *entry)
{
	armdma_compat_list_unlink(entry);
	entry->next = NULL;
	entry->prev = NULL;
}
ARMDMA_INLINE void list_del_init(struct list_head *entry)
{
	armdma_compat_list_unlink(entry);
	INIT_LIST_HEAD(entry);
}
ARMDMA_INLINE void list_move(struct list_head *entry, struct list_head *head)
{
	armdma_compat_list_unlink(entry);
	list_add(entry, head);
}
ARMDMA_INLINE void list_move_tail(struct list_head *entry, struct list_head *head)
{
	armdma_compat_list_unlink(entry);
	list_add_tail(entry, head);
}
ARMDMA_INLINE bool list_empty(const struct list_head *head)
{
	return head->next == head;
}
ARMDMA_INLINE bool list_is_last(const struct list_head *entry, const struct list_head *head)
{
	return entry->next == head;
}
ARMDMA_INLINE void list_splice_tail_init(struct list_head *list, struct list_head *head)
{
	if (list_empty(list))
		return;
	list->next->prev = head->prev;
	head->prev->next = list->next;
	list->prev->next = head;
	head->prev = list->prev;
	INIT_LIST_HEAD(list);
}

#define list_entry(ptr, type, member) container_of(ptr, type, member)
#define list_first_entry(head, type, member) list_entry((head)->next, type, member)
#define list_last_entry(head, type, member) list_entry((head)->prev, type, member)
#define list_first_entry_or_null(head, type, member) \
	(list_empty(head) ? NULL : list_first_entry(head, type, member))
#define list_next_entry(pos, member) list_entry((pos)->member.next, __typeof__(*(pos)), member)
#define list_prev_entry(pos, member) list_entry((pos)->member.prev, __typeof__(*(pos)), member)
#define list_for_each(pos, head) for (pos = (head)->next; pos != (head); pos = pos->next)
#define list_for_each_safe(pos, n, head) \
	for (pos = (head)->next, n = pos->next; pos != (head); pos = n, n = pos->next)
#define list_for_each_entry(pos, head, member)                                        \
	for (pos = list_first_entry(head, __typeof__(*pos), member); &pos->member != (head); \
	     pos = list_next_entry(pos, member))
#define list_for_each_entry_reverse(pos, head, member)                                \
	for (pos = list_last_entry(head, __typeof__(*pos), member); &pos->member != (head); \
	     pos = list_prev_entry(pos, member))
#define list_for_each_entry_safe(pos, n, head, member)                                \
	for (pos = list_first_entry(head, __typeof__(*pos), member), n = list_next_entry(pos, member); \
	     &pos->member != (head); pos = n, n = list_next_entry(n, member))

#endif
