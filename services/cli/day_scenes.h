/*
 * cli/day_scenes.h - what the scenes share; each file has the scenes of its subject.
 */
#pragma once

#include "cli/day.h"

/* Two committees, both in the catchment of hcz. */
#define C41 "310115125041"
#define C06 "310115125006"

/* Whose line is cut, and where nobody is left at last. */
#define C50 "310115125050"

/* The people of the roster that we follow, by their numbers. */
#define ZHANG "14100000001" /* alone, insulin         */
#define LI "14100000002"    /* very old, a leg wound  */
#define CHEN "14100000003"  /* married to Wang        */
#define WANG "14100000004"
#define ZHOU "14100000005" /* of the other committee */

enum { MINUTE_MS = 60 * 1000, HOUR_MS = 60 * MINUTE_MS };

/* Who it is that calls: the hotline may ask by number, and that leaves its trace on the log. */
const char *scene_person_of(struct day *day, const char *phone);

/* `person` comes on C41's roster: verified, with that category and class. */
void scene_person(struct day *day, const char *person, const char *category, const char *class);

/* A unit's duty does its part of the kernel for an assignment, and each step is heard. */
void scene_accept(struct day *day, const char *service, const char *unit, const char *assignment);
void scene_complete(struct day *day, const char *service, const char *unit, const char *assignment);

/* Whoever is to verify is satisfied, and the need is closed. */
void scene_close(struct day *day, const char *service, const char *need);

/* `FORMAT` at the end of `service.Message.`: day_say for subjects that are put together. */
void scene_say(struct day *day, const char *post, const char *service, const char *message,
               const char *unit, const char *format, ...) __attribute__((format(printf, 6, 7)));

void play_roster(struct day *day);        /* 0, day_people.c     */
void play_people(struct day *day);        /* F                   */
void play_sheet(struct day *day);         /* G                   */
void play_absence(struct day *day);       /* J                   */
void play_vacancy(struct day *day);       /* J+                  */
void play_silent_person(struct day *day); /* A, day_care.c       */
void play_ladder(struct day *day);        /* A+                  */
void play_child(struct day *day);         /* L                   */
void play_shortage(struct day *day);      /* D, day_town.c       */
void play_opinion(struct day *day);       /* E                   */
void play_festival(struct day *day);      /* H                   */
void play_outbreak(struct day *day);      /* I                   */
void play_calls(struct day *day);         /* N, day_evening.c    */
void play_evening(struct day *day);       /* Z                   */
