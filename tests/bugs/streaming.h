/* SPDX-License-Identifier: BSD-2-Clause */
/* Boards and users of the drivers of B01 to B28. */
#ifndef TESTS_BUGS_STREAMING_H
#define TESTS_BUGS_STREAMING_H

struct bug_run;

void send_frames(struct bug_run *r);		/* three, of which no two are alike, from one piece of memory */
void send_short_frames(struct bug_run *r);	/* of 42 bytes, what ARP takes: the port pads them to 60 */
void send_frames_with_head(struct bug_run *r);	/* the port puts 64 bytes before each */
void send_numbered_frames(struct bug_run *r);	/* the port puts a number into the first word */
void send_one_entry(struct bug_run *r);		/* a list of one page */
void send_pages(struct bug_run *r);		/* a list of four pages, which merge where that is possible */
void receive_pages(struct bug_run *r);
void receive_frame(struct bug_run *r);		/* into the user's memory, which has been used before */
void receive_frames(struct bug_run *r);		/* two, into the same memory */
void receive_until_dry(struct bug_run *r);	/* and one more than the wire has */
void send_through_ring(struct bug_run *r);	/* frames of one length: three, then two that are still in the ring at the end */
void stop_while_running(struct bug_run *r);
void two_rounds(struct bug_run *r);		/* through a ring of four receive buffers */
void exchange_messages(struct bug_run *r);
void poll_small_frames(struct bug_run *r);
void send_command(struct bug_run *r);
void send_bulk(struct bug_run *r);		/* four pages, between which memory is free */
void poll_page(struct bug_run *r);

#endif
