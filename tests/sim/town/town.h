/*
 * sim/town/town.h - a real town in the simulator: all services with their handlers over a store in
 * memory, and desks that play scenes.
 */
#pragma once

#include "kit/kit.h"
#include "sim/sim.h"

enum { TOWN_SCENES_AT_ONCE = 6, TOWN_RATE = 300 };

/* The log and the stores of a town that has been opened; made once.  0, or the town's tables are
 * wrong. */
int town_open(void);
void town_close(void);
extern struct sim_cast town_cast;
const struct service *town_service(unsigned index); /* NULL: no more */
void town_image(const char *name, char path[64]);   /* of the opened town: to be copied */

/* service.c: a node for each; the rest of its life is as services/kit/service.c has it. */
void service_new(struct sim *sim, const struct service *service);

/* speaker.c: a desk that says what it has to say, each in its time. */
struct node *speaker_new(struct sim *sim, const char *source);
void speaker_line(struct sim *sim, struct node *node, uint64_t at_us, const char *post,
                  const char *person, const char *subject, const char *priority, const char *json);

/* scenes.c: some scenes, mixed. */
int scenes_open(const char *path);
void scenes_close(void);
void scenes_enter(struct sim *sim);
void scenes_judge(struct sim *sim);
