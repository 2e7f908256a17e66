/*
 * cli/verbs.h - the verbs, by family; one file each.
 */
#pragma once

#include "cli/cli.h"
#include "kit/service.h"

/* The services that this program knows by their tables; NULL at the end. */
extern const struct service *const cli_services[];
const struct service *cli_service(const char *name);
/* Their names in one text, as a hint says them. */
const char *cli_service_names(struct cli *cli);

/* bus.c: the bus as it is. */
int verb_pub(struct cli *cli);
int verb_sub(struct cli *cli);
int verb_log(struct cli *cli);
int verb_query(struct cli *cli);

/* trace.c: one case, one message. */
int verb_trace(struct cli *cli);
int verb_why(struct cli *cli);
int verb_case(struct cli *cli);

/* mailbox.c */
int verb_mailbox(struct cli *cli);

/* command.c: every command of every service, from its own tables. */
int verb_organisation(struct cli *cli);
int verb_registry(struct cli *cli);
int verb_hotline(struct cli *cli);
int verb_referral(struct cli *cli);
int verb_supervision(struct cli *cli);
int verb_benefit(struct cli *cli);
int verb_supplies(struct cli *cli);
int verb_homes(struct cli *cli);
int verb_care(struct cli *cli);
int verb_contact(struct cli *cli);
int verb_incident(struct cli *cli);
int verb_opinion(struct cli *cli);
/* Carries out one command or question of a service, as the arguments say. */
int cli_speak(struct cli *cli, const struct service *service);
int verb_describe(struct cli *cli);
int verb_worklist(struct cli *cli);
/* worklist.c */
int worklist_print(struct cli *cli, const char *unit);
/* A question that has a verb of its own; `argument`: one more, or NULL. */
int cli_ask(struct cli *cli, const char *service, const char *question, const char *argument);

/* duties.c: what supervision sees. */
int verb_overdue(struct cli *cli);
int verb_duties(struct cli *cli);
int verb_findings(struct cli *cli);
/* The type that answers a question of that service; NULL: it is none. */
const ProtobufCMessageDescriptor *cli_answer_to(const struct service *service,
                                                const ProtobufCMessageDescriptor *question);

/* roster.c */
int verb_roster(struct cli *cli);

/* town.c: making a town and running it. */
int verb_init(struct cli *cli);
int verb_load(struct cli *cli);

/* up.c */
int verb_up(struct cli *cli);
int verb_down(struct cli *cli);

/* clock.c */
int verb_clock(struct cli *cli);

/* status.c */
int verb_status(struct cli *cli);
int verb_check(struct cli *cli);
int verb_config(struct cli *cli);
int verb_version(struct cli *cli);
int verb_completion(struct cli *cli);

/* verify.c */
int verb_verify(struct cli *cli);

/* day_verb.c */
int verb_day(struct cli *cli);
