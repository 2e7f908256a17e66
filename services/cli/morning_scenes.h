/*
 * cli/morning_scenes.h - what the scenes share; each file has the scenes of its subject.
 */
#pragma once

#include "cli/morning.h"

/* Two committees, both in the catchment of hcz. */
#define C41 "310115125041"
#define C06 "310115125006"

enum { MINUTE_MS = 60 * 1000, HOUR_MS = 60 * MINUTE_MS };

/* `person` comes on C41's roster: verified, with that category and class. */
void scene_person(struct morning *morning, const char *person, const char *category,
                  const char *class);

/* A unit's duty does its part of the kernel for an assignment, and each step is heard. */
void scene_accept(struct morning *morning, const char *service, const char *unit,
                  const char *assignment);
void scene_complete(struct morning *morning, const char *service, const char *unit,
                    const char *assignment);

/* Whoever is to verify is satisfied, and the need is closed. */
void scene_close(struct morning *morning, const char *service, const char *need);

/* `FORMAT` at the end of `service.Message.`: morning_say for subjects that are put together. */
void scene_say(struct morning *morning, const char *post, const char *service, const char *message,
               const char *unit, const char *format, ...) __attribute__((format(printf, 6, 7)));

void play_silent_person(struct morning *morning); /* A, morning_care.c   */
void play_ladder(struct morning *morning);        /* A+                  */
void play_child(struct morning *morning);         /* L                   */
void play_shortage(struct morning *morning);      /* D, morning_town.c   */
void play_opinion(struct morning *morning);       /* E                   */
void play_festival(struct morning *morning);      /* H                   */
void play_outbreak(struct morning *morning);      /* I                   */
