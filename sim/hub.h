/* SPDX-License-Identifier: BSD-2-Clause */
/* Life of the event hub. */
#ifndef SIM_HUB_H
#define SIM_HUB_H

struct event_hub;

void hub_init(struct event_hub *hub, const uint64_t *now);
void hub_fini(struct event_hub *hub);

#endif
