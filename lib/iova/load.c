/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Policies from shared objects.
 *
 * What is loaded stays: spaces and thread caches of it may live anywhere. So it is remembered, and asked for again it is the same.
 */
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/iova/iova.h"

#define PATH_VARIABLE "ARMDMA_IOVA_PATH"
#define MAGAZINE "magazine:"

struct loaded {
	struct loaded *next;
	const struct armdma_iova_policy *policy;
	struct armdma_iova_policy cached;	/* *policy, if it is thread caches over another */
	char name[];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct loaded *all;

static const struct armdma_iova_policy *find_loaded(const char *name)
{
	for (const struct loaded *l = all; l; l = l->next)
		if (!strcmp(l->name, name))
			return l->policy;
	return NULL;
}

static struct loaded *new_loaded(const char *name, struct armdma_error *err)
{
	struct loaded *l = calloc(1, sizeof(*l) + strlen(name) + 1);

	if (l)
		strcpy(l->name, name);
	else
		iova_fail(err, -ENOMEM, "no memory to remember %s", name);
	return l;
}

static void remember(struct loaded *l)
{
	l->next = all;
	all = l;
}

/* ---- One shared object ------------------------------------------------------ */

static const char *missing_call(const struct armdma_iova_policy *p)
{
	return !p->name || !*p->name ? "name" : !p->create ? "create" : !p->destroy ? "destroy" : !p->alloc ? "alloc" :
	       !p->free ? "free" : !p->reserve ? "reserve" : !p->query ? "query" : !p->walk ? "walk" :
	       !p->validate ? "validate" : !p->stats ? "stats" : NULL;
}

static int check_plugin(const struct armdma_iova_plugin *plugin, const char *file, struct armdma_error *err)
{
	const char *missing;

	if (!plugin)
		return iova_fail(err, -ENOEXEC, "%s is no IOVA policy: it has no armdma_iova_plugin (ARMDMA_IOVA_PLUGIN() defines it)",
				 file);
	if (plugin->abi != ARMDMA_IOVA_ABI || plugin->policy_size != sizeof(struct armdma_iova_policy))
		return iova_fail(err, -ENOEXEC, "%s was built for policy interface %u (%u bytes), this library has %u (%zu bytes): build it anew",
				 file, plugin->abi, plugin->policy_size, ARMDMA_IOVA_ABI,
				 sizeof(struct armdma_iova_policy));
	if (!plugin->policies || !plugin->policies[0])
		return iova_fail(err, -ENOEXEC, "%s names no policy in its armdma_iova_plugin", file);
	for (size_t i = 0; plugin->policies[i]; i++) {
		missing = missing_call(plugin->policies[i]);
		if (missing)
			return iova_fail(err, -ENOEXEC, "%s: policy %zu (%s) has no %s", file, i,
					 plugin->policies[i]->name ? plugin->policies[i]->name : "?", missing);
	}
	return 0;
}

/* One of its policies: the first, or the one with that name. */
static int pick(const struct armdma_iova_plugin *plugin, const char *file, const char *name,
		const struct armdma_iova_policy **policy, struct armdma_error *err)
{
	char names[160] = "";
	size_t len = 0;

	for (size_t i = 0; plugin->policies[i]; i++) {
		if (!name || !strcmp(plugin->policies[i]->name, name)) {
			*policy = plugin->policies[i];
			return 0;
		}
		if (len < sizeof(names))
			len += (size_t)snprintf(names + len, sizeof(names) - len, " %s", plugin->policies[i]->name);
	}
	return iova_fail(err, -ENOENT, "%s has no policy %s, but:%s", file, name, names);
}

static int open_object(const char *file, const char *name, const struct armdma_iova_policy **policy,
		       struct armdma_error *err)
{
	void *object = dlopen(file, RTLD_NOW | RTLD_LOCAL);
	const struct armdma_iova_plugin *plugin;
	int ret;

	if (!object)
		return iova_fail(err, -ENOEXEC, "cannot load a policy: %s", dlerror());
	plugin = dlsym(object, "armdma_iova_plugin");
	ret = check_plugin(plugin, file, err);
	if (!ret)
		ret = pick(plugin, file, name, policy, err);
	if (ret)
		dlclose(object);
	return ret;
}

/* ---- Where it is --------------------------------------------------------------- */

static bool exists(const char *path)
{
	FILE *f = fopen(path, "r");

	if (f)
		fclose(f);
	return f;
}

/* "PATH" or "PATH:NAME"; a colon may be part of the path. */
static int load_path(const char *name, const struct armdma_iova_policy **policy, struct armdma_error *err)
{
	const char *colon = strrchr(name, ':');
	char *file;
	int ret;

	if (exists(name))
		return open_object(name, NULL, policy, err);
	if (!colon || strchr(colon, '/'))
		return iova_fail(err, -ENOENT, "%s: no such file", name);
	file = strndup(name, (size_t)(colon - name));
	if (!file)
		return iova_fail(err, -ENOMEM, "no memory for the path %s", name);
	ret = exists(file) ? open_object(file, colon + 1, policy, err) : iova_fail(err, -ENOENT, "%s: no such file", file);
	free(file);
	return ret;
}

/* armdma-iova-NAME.so in a directory of the list. 1 when it is in none. */
static int load_from_dirs(const char *dirs, const char *name, const struct armdma_iova_policy **policy,
			  struct armdma_error *err)
{
	char path[4096];

	for (size_t len; dirs && *dirs; dirs += len + !!dirs[len]) {
		len = strcspn(dirs, ":");
		if (snprintf(path, sizeof(path), "%.*s/armdma-iova-%s.so", (int)len, dirs, name) >= (int)sizeof(path))
			continue;
		if (exists(path))
			return open_object(path, NULL, policy, err);
	}
	return 1;
}

static int load_name(const char *name, const struct armdma_iova_policy **policy, struct armdma_error *err)
{
	char file[256];
	int ret = load_from_dirs(getenv(PATH_VARIABLE), name, policy, err);

	if (ret <= 0)
		return ret;
	snprintf(file, sizeof(file), "armdma-iova-%s.so", name);
	if (!open_object(file, NULL, policy, err))
		return 0;
	return iova_fail(err, -ENOENT, "no policy is called %s, and there is no armdma-iova-%s.so in the directories of "
			 PATH_VARIABLE " or where the dynamic linker looks", name, name);
}

/* ---- Loading --------------------------------------------------------------------- */

static int load_locked(const char *name, const struct armdma_iova_policy **policy, struct armdma_error *err);

static int load_cached(struct loaded *l, struct armdma_error *err)
{
	const struct armdma_iova_policy *below;
	int ret = load_locked(l->name + strlen(MAGAZINE), &below, err);

	l->cached = (struct armdma_iova_policy)IOVA_MAGAZINE(l->name, below);
	l->policy = &l->cached;
	return ret;
}

static int load_new(struct loaded *l, struct armdma_error *err)
{
	if (!strncmp(l->name, MAGAZINE, strlen(MAGAZINE)))
		return load_cached(l, err);
	return strchr(l->name, '/') ? load_path(l->name, &l->policy, err) : load_name(l->name, &l->policy, err);
}

static int load_locked(const char *name, const struct armdma_iova_policy **policy, struct armdma_error *err)
{
	struct loaded *l;
	int ret;

	*policy = armdma_iova_find(name);
	if (!*policy)
		*policy = find_loaded(name);
	if (*policy)
		return 0;
	l = new_loaded(name, err);
	if (!l)
		return -ENOMEM;
	ret = load_new(l, err);
	if (ret) {
		free(l);
		return ret;
	}
	remember(l);
	*policy = l->policy;
	return 0;
}

int armdma_iova_load(const char *name, const struct armdma_iova_policy **policy, struct armdma_error *err)
{
	int ret;

	*policy = NULL;
	if (!name || !*name)
		return iova_fail(err, -ENOENT, "no policy is named");
	pthread_mutex_lock(&lock);
	ret = load_locked(name, policy, err);
	pthread_mutex_unlock(&lock);
	return ret;
}
