/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What drivers/iommu/iova.c, lib/genalloc.c, lib/bitmap.c, lib/find_bit.c and lib/rbtree.c of Linux 6.1 ask of the rest of the
 * kernel, for a program: enough that they compile as they are. Memory is malloc's, a CPU is a thread, a spin lock is an atomic
 * exchange, interrupts do not exist. Headers of theirs that are not about allocators come out as this one.
 */
#ifndef TOOLS_IOVA_KERNEL_SHIM_H
#define TOOLS_IOVA_KERNEL_SHIM_H

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int32_t s32;
typedef int64_t s64;
typedef uint32_t __u32;
typedef uint64_t __u64;
typedef u64 dma_addr_t, phys_addr_t;
typedef unsigned int gfp_t;

/* ---- Compiler --------------------------------------------------------------- */

#define __percpu
#define __user
#define __rcu
#define __init
#define __must_check
#define __pure __attribute__((pure))
#define __bitwise
#undef __always_inline
#define __always_inline inline __attribute__((always_inline))
#define __maybe_unused __attribute__((unused))
#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)
#define barrier() __asm__ volatile("" ::: "memory")
#define READ_ONCE(x) (*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, v) (*(volatile __typeof__(x) *)&(x) = (v))
#define IS_ENABLED(x) 0
#define IS_BUILTIN(x) 1
#define IS_REACHABLE(x) 1
#define EXPORT_SYMBOL(x)
#define EXPORT_SYMBOL_GPL(x)
#define MODULE_AUTHOR(x)
#define MODULE_LICENSE(x)
#define BUILD_BUG_ON(x) ((void)sizeof(char[1 - 2 * !!(x)]))
#define BUILD_BUG_ON_ZERO(x) ((int)sizeof(char[1 - 2 * !!(x)]) - 1)
#define BUG() abort()
#define BUG_ON(x) do { if (unlikely(x)) abort(); } while (0)
#define WARN_ON(x) ({ bool warn_ = (x); warn_; })
#define WARN_ON_ONCE(x) WARN_ON(x)
#define pr_err(...) ((void)0)
#define fallthrough __attribute__((fallthrough))

#define container_of(ptr, type, member) ((type *)((char *)(ptr) - offsetof(type, member)))
#define min(a, b) ({ __typeof__(a) a_ = (a); __typeof__(b) b_ = (b); a_ < b_ ? a_ : b_; })
#define max(a, b) ({ __typeof__(a) a_ = (a); __typeof__(b) b_ = (b); a_ > b_ ? a_ : b_; })
#define min_t(t, a, b) min((t)(a), (t)(b))
#define max_t(t, a, b) max((t)(a), (t)(b))
#define swap(a, b) do { __typeof__(a) t_ = (a); (a) = (b); (b) = t_; } while (0)

/* ---- Bits ------------------------------------------------------------------- */

#define BITS_PER_LONG __LONG_WIDTH__
#define BITS_PER_BYTE 8
#define BITS_PER_TYPE(t) (sizeof(t) * 8)
#define BIT(n) (1UL << (n))
#define BIT_MASK(n) (1UL << ((n) % BITS_PER_LONG))
#define BIT_WORD(n) ((n) / BITS_PER_LONG)
#define GENMASK(h, l) ((~0UL << (l)) & (~0UL >> (BITS_PER_LONG - 1 - (h))))
#define DIV_ROUND_UP(n, d) (((n) + (d) - 1) / (d))
#define BITS_TO_LONGS(n) DIV_ROUND_UP(n, BITS_PER_TYPE(long))
#define BITS_TO_U32(n) DIV_ROUND_UP(n, 32)
#define ALIGN(x, a) (((x) + (a) - 1) & ~((__typeof__(x))(a) - 1))
#define __ALIGN_MASK(x, m) (((x) + (m)) & ~(m))
#define ALIGN_DOWN(x, a) ((x) & ~((__typeof__(x))(a) - 1))
#define IS_ALIGNED(x, a) (!((x) & ((__typeof__(x))(a) - 1)))
#define round_up(x, y) ALIGN(x, y)
#define round_down(x, y) ALIGN_DOWN(x, y)
#define __ffs(x) ((unsigned long)__builtin_ctzl(x))
#define ffz(x) __ffs(~(x))
#define __fls(x) ((unsigned long)(BITS_PER_LONG - 1 - __builtin_clzl(x)))
#define fls_long(x) ((x) ? (int)__fls(x) + 1 : 0)
#define hweight_long(x) ((unsigned long)__builtin_popcountl(x))
#define swab(x) __builtin_bswap64(x)
#define is_power_of_2(n) ((n) && !((n) & ((n) - 1)))
#define order_base_2(n) ((n) > 1 ? (unsigned int)fls_long((n) - 1) : 0u)
#define roundup_pow_of_two(n) (1UL << order_base_2(n))
#define for_each_set_bit(bit, addr, size) \
	for ((bit) = find_first_bit(addr, size); (bit) < (size); (bit) = find_next_bit(addr, size, (bit) + 1))

static inline void __set_bit(unsigned long n, unsigned long *p)
{
	p[BIT_WORD(n)] |= BIT_MASK(n);
}

static inline void __clear_bit(unsigned long n, unsigned long *p)
{
	p[BIT_WORD(n)] &= ~BIT_MASK(n);
}

static inline bool test_bit(unsigned long n, const unsigned long *p)
{
	return p[BIT_WORD(n)] >> n % BITS_PER_LONG & 1;
}

#define set_bit __set_bit
#define clear_bit __clear_bit
#define __assign_bit(n, p, v) ((v) ? __set_bit(n, p) : __clear_bit(n, p))
/* find.h's way for maps of one word that the compiler knows the size of. */
#define small_const_nbits(n) (__builtin_constant_p(n) && (n) <= BITS_PER_LONG && (n) > 0)

/* ---- Locks, atomics --------------------------------------------------------- */

typedef struct { int taken; } spinlock_t;
struct mutex { spinlock_t lock; };
typedef struct { long counter; } atomic_long_t;
typedef struct { int counter; } atomic_t;

#define cpu_relax() __builtin_ia32_pause_or_nothing()
#if defined(__x86_64__)
#define __builtin_ia32_pause_or_nothing() __builtin_ia32_pause()
#else
#define __builtin_ia32_pause_or_nothing() barrier()
#endif

static inline void spin_lock(spinlock_t *l)
{
	while (__atomic_exchange_n(&l->taken, 1, __ATOMIC_ACQUIRE))
		while (__atomic_load_n(&l->taken, __ATOMIC_RELAXED))
			cpu_relax();
}

static inline void spin_unlock(spinlock_t *l)
{
	__atomic_store_n(&l->taken, 0, __ATOMIC_RELEASE);
}

#define spin_lock_init(l) ((l)->taken = 0)
#define spin_lock_irqsave(l, flags) do { (flags) = 0; spin_lock(l); } while (0)
#define spin_unlock_irqrestore(l, flags) do { (void)(flags); spin_unlock(l); } while (0)
#define assert_spin_locked(l) ((void)(l))
#define lockdep_assert_held(l) ((void)(l))
#define DEFINE_MUTEX(name) struct mutex name
#define mutex_lock(m) spin_lock(&(m)->lock)
#define mutex_unlock(m) spin_unlock(&(m)->lock)
#define atomic_long_set(a, v) __atomic_store_n(&(a)->counter, v, __ATOMIC_RELAXED)
#define atomic_long_read(a) __atomic_load_n(&(a)->counter, __ATOMIC_RELAXED)
#define atomic_long_add(v, a) __atomic_fetch_add(&(a)->counter, v, __ATOMIC_SEQ_CST)
#define atomic_long_sub(v, a) __atomic_fetch_sub(&(a)->counter, v, __ATOMIC_SEQ_CST)
#define cmpxchg(p, old, new) __sync_val_compare_and_swap(p, old, new)
#define rcu_read_lock() ((void)0)
#define rcu_read_unlock() ((void)0)
#define rcu_assign_pointer(p, v) __atomic_store_n(&(p), v, __ATOMIC_RELEASE)
#define smp_wmb() __atomic_thread_fence(__ATOMIC_RELEASE)
#define in_nmi() 0
#define CONFIG_ARCH_HAVE_NMI_SAFE_CMPXCHG 1

/* ---- Lists ------------------------------------------------------------------ */

struct list_head { struct list_head *next, *prev; };
struct hlist_node { struct hlist_node *next, **pprev; };

static inline void INIT_LIST_HEAD(struct list_head *l)
{
	l->next = l->prev = l;
}

static inline void list_add_rcu(struct list_head *n, struct list_head *head)
{
	n->prev = head;
	n->next = head->next;
	head->next->prev = n;
	rcu_assign_pointer(head->next, n);
}

static inline void list_del(struct list_head *n)
{
	n->prev->next = n->next;
	n->next->prev = n->prev;
}

#define list_entry(ptr, type, member) container_of(ptr, type, member)
#define list_for_each_safe(p, n, head) for (p = (head)->next, n = p->next; p != (head); p = n, n = p->next)
#define list_for_each_entry_rcu(p, head, member)                                                            \
	for (p = list_entry((head)->next, __typeof__(*p), member); &p->member != (head);                    \
	     p = list_entry(p->member.next, __typeof__(*p), member))
#define hlist_entry_safe(ptr, type, member) ((ptr) ? container_of(ptr, type, member) : NULL)

/* ---- Memory, counted -------------------------------------------------------- */

#define PAGE_SHIFT 12
#define PAGE_SIZE (1UL << PAGE_SHIFT)
#define PAGE_MASK (~(PAGE_SIZE - 1))
#define offset_in_page(p) ((unsigned long)(p) & ~PAGE_MASK)
#define GFP_KERNEL 0u
#define GFP_ATOMIC 0u
#define __GFP_NOWARN 0u
#define __GFP_ZERO 0u
#define SLAB_HWCACHE_ALIGN 0

struct kmem_cache;
void *shim_alloc(size_t size);
void shim_free(void *p);
struct kmem_cache *kmem_cache_create(const char *name, unsigned int size, unsigned int align, unsigned int flags, void (*ctor)(void *));
void kmem_cache_destroy(struct kmem_cache *c);
void *shim_cache_alloc(struct kmem_cache *c);
#define kmem_cache_zalloc(c, flags) shim_cache_alloc(c)
#define kmem_cache_free(c, p) shim_free(p)
#define kmalloc(size, flags) shim_alloc(size)
#define kzalloc(size, flags) shim_alloc(size)
#define kcalloc(n, size, flags) shim_alloc((n) * (size))
#define kmalloc_array(n, size, flags) shim_alloc((n) * (size))
#define kmalloc_array_node(n, size, flags, node) shim_alloc((n) * (size))
#define kmalloc_node(size, flags, node) shim_alloc(size)
#define vzalloc_node(size, node) shim_alloc(size)
#define kfree(p) shim_free((void *)(p))
#define kfree_const(p) shim_free((void *)(p))
#define vfree(p) shim_free(p)
char *kstrdup_const(const char *s, gfp_t flags);

/* ---- CPUs: a thread is one, up to shim_nr_cpus ------------------------------- */

extern unsigned int shim_nr_cpus;
extern __thread unsigned int shim_cpu;	/* + 1; 0: not yet given */
unsigned int shim_new_cpu(void);
void *__alloc_percpu(size_t size, size_t align);
void *shim_percpu(void *p, unsigned int cpu);
#define free_percpu(p) shim_free(p)
#define per_cpu_ptr(p, cpu) ((__typeof__(p))shim_percpu(p, cpu))
#define raw_cpu_ptr(p) per_cpu_ptr(p, (shim_cpu ? shim_cpu : shim_new_cpu()) - 1)
#define for_each_possible_cpu(cpu) for ((cpu) = 0; (cpu) < shim_nr_cpus; (cpu)++)
#define for_each_online_cpu(cpu) for_each_possible_cpu(cpu)
#define cache_line_size() 64
#define CPUHP_IOMMU_IOVA_DEAD 0
#define cpuhp_setup_state_multi(state, name, up, down) ((void)(down), 0)
#define cpuhp_remove_multi_state(state) ((void)0)
#define cpuhp_state_add_instance_nocalls(state, node) ((void)(node), 0)
#define cpuhp_state_remove_instance_nocalls(state, node) ((void)(node))

/* ---- Named by functions that nothing here calls: they are left out when linking --- */

struct device;
struct device_node;
struct platform_device { struct device *dev_; };
#define sprintf_like_(...) 0
int scnprintf(char *buf, size_t size, const char *fmt, ...);
int hex_to_bin(unsigned char c);
char *strnchrnul(const char *s, size_t n, int c);
int devm_add_action_or_reset(struct device *dev, void (*fn)(void *), void *p);
void *devres_alloc_(size_t size);
#define devres_alloc(release, size, gfp) ((void)(release), devres_alloc_(size))
void devres_add(struct device *dev, void *res);
void devres_free(void *res);
void *devres_find(struct device *dev, void (*release)(struct device *, void *), int (*match)(struct device *, void *, void *), void *data);
const char *dev_name(const struct device *dev);
void *memdup_user_nul(const void *p, size_t len);
#define isspace(c) ((c) == ' ' || ((c) >= '\t' && (c) <= '\r'))
#define isdigit(c) ((c) >= '0' && (c) <= '9')
#define IS_ERR(p) ((unsigned long)(p) >= (unsigned long)-4095)
#define PTR_ERR(p) ((long)(p))
#define ERR_PTR(e) ((void *)(long)(e))
#define upper_32_bits(n) ((u32)((u64)(n) >> 32))
#define lower_32_bits(n) ((u32)(n))

#endif
