/*
 * carebus on one page: what it can be asked to do.
 */
#include <stddef.h>
#include <string.h>

#include "cli/verbs.h"

extern const struct service organisation_service;
extern const struct service registry_service;
extern const struct service hotline_service;
extern const struct service referral_service;
extern const struct service supervision_service;
extern const struct service care_service;
extern const struct service incident_service;
extern const struct service opinion_service;
extern const struct service benefit_service;
extern const struct service supplies_service;
extern const struct service homes_service;

const struct service *const cli_services[] = {
    &organisation_service, &registry_service,    &hotline_service,
    &referral_service,     &supervision_service, &care_service,        &incident_service,
    &opinion_service,      &benefit_service,     &supplies_service,
    &homes_service,        NULL,
};

const struct service *cli_service(const char *name)
{
    for (const struct service *const *service = cli_services; *service != NULL; service++)
        if (strcmp((*service)->name, name) == 0)
            return *service;
    return NULL;
}

const char *cli_service_names(struct cli *cli)
{
    const char *names = cli_services[0]->name;

    for (const struct service *const *service = cli_services + 1; *service != NULL; service++)
        names = arena_print(&cli->arena, "%s %s", names, (*service)->name);
    return names;
}

const struct verb cli_verbs[] = {
    { "init", "DIR", "Makes a new town: keys, permissions, configuration", verb_init,
      "DIR must be no town yet.  --town FOLDER holds its tables (units.csv, permissions.csv ...);\n"
      "--exercise-rate N makes a drill whose clock runs N times faster, --start TIME sets the\n"
      "drill's first moment; --endpoint tcp://127.0.0.1:5800 is where the broker listens (else in\n"
      "DIR/run).  Prints the fingerprints of the broker's keys.\n" },
    { "up", "[--only S,...] [--detach]", "Starts and supervises all processes on one machine",
      verb_up,
      "Runs until Ctrl-C; --detach comes back when the town is up.  A process that ends is "
      "started\n"
      "again after 0.2 s, then later and later, five times in a minute; then it stays down, and is "
      "said.\n" },
    { "down", "", "Stops what `up` started", verb_down,
      "Every process ends cleanly, within seconds; comes back when all have.\n" },
    { "load", "[FOLDER]", "Loads the town's directory, policy, calendar and duties; once",
      verb_load,
      "FOLDER holds units.csv, committees.csv, policy.csv ...; else the tree's services/town.  A town is\n"
      "loaded once; what changes later are commands: carebus --as lgo.head organisation ...\n" },
    { "status", "[--watch]", "Health: broker, services, mailboxes", verb_status,
      "behind: messages that a service has not taken yet; a mailbox is listed while something lies in\n"
      "it, with its unit's link.  --watch: anew every 2 s, until Ctrl-C.\n" },
    { "check", "health|lag|dead|disk [-w N] [-c N]",
      "One line for Nagios and Zabbix, exit 0/1/2/3", verb_check,
      "  health   services that are not there (-w 1 -c 1)\n"
      "  lag      messages that the slowest service is behind (-w 1000 -c 10000)\n"
      "  dead     dead letters of all mailboxes (-w 1 -c 10)\n"
      "  disk     percent used (-w 80 -c 90)\n" },
    { "pub", "SUBJECT --data JSON|@FILE", "Publishes one message", verb_pub,
      "--case ID, --priority P0..P5, --wait stored|outcome, --not-before TIME, --expires TIME.\n"
      "Prints the sequence and the id; with --wait outcome what the service answered.\n" },
    { "sub", "[FILTER...] [--from first|SEQ|TIME|now]", "Follows the log", verb_sub,
      "FILTER is service.Message.unit with * for one token and > for the rest.  --limit N ends "
      "it;\n"
      "--from takes first, now, a sequence, -1h, or 2023-01-18T08:00.  JSON with --json: one a "
      "line.\n" },
    { "log", "[--case ID] [--unit U] [--from ...]", "The log as it is, then the end", verb_log,
      "--case ID, --unit UNIT, --filter F, --from first|SEQ|TIME, --grep TEXT, --limit N.\n" },
    { "trace", "CASE", "One case's timeline", verb_trace,
      "Every message of the case in its order; carebus -u jcb case ls lists the cases.\n" },
    { "why", "ID|SEQ", "Where a message is and what it waits for", verb_why,
      "carebus why 1042, carebus why hcz.cli/1/12: the chain of its causes, and what became of it at\n"
      "each mailbox and subscription, as JSON.\n" },
    { "query", "SERVICE QUESTION [field=value...]", "A live question", verb_query,
      "--for UNIT sets the last token of the subject.  carebus describe SERVICE lists "
      "questions.\n" },
    { "mailbox", "ls|peek|take|ack|return|dead|redrive [UNIT]", "A unit's mailbox", verb_mailbox,
      "  ls                               all mailboxes\n"
      "  peek UNIT [--limit N]            what waits; consumes nothing\n"
      "  dead UNIT                        what was set aside, with its reasons\n"
      "  take UNIT [--count N] [--lease 5m] [--wait 1s]\n"
      "  ack UNIT SEQ TOKEN               done with it, for ever\n"
      "  return UNIT SEQ TOKEN [--delay 10m] [--reason TEXT] [--dead]\n"
      "  redrive UNIT [SEQ]               a dead letter back into its lane; all without SEQ\n" },
    { "case", "ls|show CASE", "Cases, as supervision sees them", verb_case,
      "  ls                               one line each, as -u jcb; fields as supervision cases has them\n"
      "  show CASE                        its timeline, as trace\n" },
    { "overdue", "[--unit U]", "What is late now", verb_overdue,
      "Whose clock ran out and is not met, of all units or of one; as -u jcb, or a unit its own.\n" },
    { "duties", "[--unit U | --summary | --units]", "The duty register: MET, AT_RISK, BREACHED, EXCUSED",
      verb_duties, "Each period of a duty with its unit and its state; --unit U those of one.\n"
      "--summary counts each duty's periods, --units those of each unit.\n" },
    { "findings", "[--unit U] [--open]", "What supervision has found", verb_findings,
      "--open: those that are not closed yet.\n" },
    { "worklist", "UNIT", "What a unit has to do, soonest first, in every service", verb_worklist,
      "carebus -u hcz worklist: its own.  A due time with ! is past.\n" },
    { "organisation", "COMMAND|QUESTION field=value...", "Units, posts, absences, policy",
      verb_organisation, NULL },
    { "registry", "COMMAND|QUESTION field=value...", "The roster", verb_registry, NULL },
    { "hotline", "COMMAND|QUESTION field=value...", "Shifts, calls, tickets", verb_hotline, NULL },
    { "referral", "COMMAND|QUESTION field=value...", "Doctors, medicine, visits", verb_referral, NULL },
    { "supervision", "COMMAND|QUESTION field=value...", "Duties, findings, rates", verb_supervision, NULL },
    { "care", "COMMAND|QUESTION field=value...", "Carers, pairings, the day's contacts, the summary", verb_care, NULL },
    { "contact", "[ls|COMMAND field=value...]", "Who has not been contacted today; and what was found",
      verb_contact,
      "  ls                               whom nobody has reached yet, the most at risk first\n"
      "  RecordContact person=p1 outcome=OK first_hand=yes mode=PHONE\n"
      "  RecordAttempt person=p1 mode=PHONE line=1 result=NO_ANSWER\n"
      "and every other command of care: carebus care --help.\n" },
    { "incident", "COMMAND|QUESTION field=value...", "What breaks out, until it is over", verb_incident, NULL },
    { "opinion", "COMMAND|QUESTION field=value...", "Signals, alerts, answers, channels", verb_opinion, NULL },
    { "benefit", "COMMAND|QUESTION field=value...", "Policies, matches, festival visits", verb_benefit, NULL },
    { "supplies", "COMMAND|QUESTION field=value...", "Goods: stock, orders, vans, who gets what", verb_supplies, NULL },
    { "homes", "COMMAND|QUESTION field=value...", "Homes: daily reports, states, guidance visits", verb_homes, NULL },
    { "roster", "import|export|find ...", "The roster as a committee's sheet", verb_roster,
      "  import FILE [--committee CODE] [--dry-run] [--errors FILE2]\n"
      "  export [FILE] [--committee CODE]\n"
      "  find NAME | --phone P | --id I [--purpose TEXT]\n"
      "CSV in UTF-8 or GB18030; title rows and unknown columns do no harm.  Every row gets a verdict\n"
      "with its cell; the same file again changes nothing.  Without --committee (or -u CODE) each row\n"
      "goes to the committee that its own cell names.  Exit 65: rows were refused; --errors writes\n"
      "them in their own layout with the reason.  An export leaves its trace (Accessed).\n" },
    { "day", "[--scene B] [--stay]", "Plays an example day through the real processes",
      verb_day,
      "The desks of the town say what domain stories A to L say, and wait for what must come of it; where\n"
      "a deadline is waited for, the exercise's clock runs ahead, and at last to the evening, when the day\n"
      "is frozen, signed and rolled up.  Then the timelines, the worklists, the day's summary, the duty\n"
      "register and the bulletin.  With --json: scenes, cases and figures, one object a line.\n"
      "Exit 0: all of it happened as it should.  --stay: the desks stay open until Ctrl-C.\n" },
    { "clock", "[--rate N --until TIME]", "What time it is in the town; lets an exercise's run ahead",
      verb_clock,
      "The clock of an exercise runs N times as fast until that time of the town (+2h, or\n"
      "2023-01-18T20:30), then at its own rate again.  A broker that starts anew forgets the haste.\n" },
    { "verify", "[--replay SERVICE|all]", "Proves the log whole, or a service's store equal to it",
      verb_verify,
      "The log: every record's checksum, the tree and its signed checkpoints.  --replay folds the log\n"
      "anew and compares table by table.  Both while the town runs.  Exit 76: they differ.\n" },
    { "describe", "SERVICE [--dot]", "A service's tables: states, commands, questions",
      verb_describe, "--dot: its states as a graph, for dot -Tsvg.\n" },
    { "config", "check|show", "The configuration, and where each value comes from", verb_config,
      "check reads carebus.conf and says what is wrong with it; show prints every value, with\n"
      "--origin whether it is of the file, of the environment or the usual one.\n" },
    { "completion", "bash", "Completion of the verbs: eval \"$(carebus completion bash)\"",
      verb_completion, "" },
    { "version", "", "The version", verb_version, "" },
    { NULL, NULL, NULL, NULL, NULL },
};
