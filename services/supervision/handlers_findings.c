/*
 * Findings: from what was found to what was put right and looked at again.
 */
#include <string.h>

#include "supervision/fields.h"
#include "supervision/supervision.h"

enum {
    FINDING_EVIDENCE = 16, /* messages that one finding names; more add nothing   */
    FINDING_LENGTH = 160,  /* of an id: a unit, a service and the id of an item   */
};

/* Who hears of a finding that waits, one after the other; each once, until it is opened anew. */
static const char *const rungs[] = { "lgo", "lg" };

enum { RUNGS = sizeof(rungs) / sizeof(rungs[0]) };

static bool is_finding(const char *id)
{
    return *id != '\0' && strlen(id) <= FINDING_LENGTH && strchr(id, '/') == NULL;
}

static const char *finding_key(struct turn *turn, const char *finding)
{
    if (is_finding(finding))
        return finding;
    turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "a finding has an id without '/'");
    return "-";
}

/* Nobody is higher than who has it already; a good recheck still settles by itself. */
static bool is_at_the_top(const Finding *finding)
{
    return finding->escalated >= RUNGS
           && finding->state != SUPERVISION_ROWS__FINDING__STATE__RECHECKED;
}

/* The clock that runs from now, by policy; what a clock is called is the rest of its key. */
static void run_clock(struct turn *turn, const char *id, Finding *finding, const char *clock,
                      uint64_t told_ms)
{
    Supervision__ChaseFinding chase = { IS(supervision__chase_finding), .finding = id,
                                        .clock = clock };
    const char *key = turn_text(turn, "supervision.%s", clock);

    finding->clock = clock;
    finding->due_ms = told_ms != 0 ? told_ms : directory_due(turn, key, "", turn->now_ms);
    if (is_at_the_top(finding))
        turn_forget(turn, id, &supervision__chase_finding__descriptor);
    else
        turn_remind(turn, id, finding->due_ms, &chase.base);
}

static void add_evidence(struct turn *turn, Finding *finding, const char *id)
{
    const char **list = turn_array(turn, FINDING_EVIDENCE, sizeof(*list));

    if (list == NULL || finding->n_evidence >= FINDING_EVIDENCE)
        return;
    for (size_t i = 0; i < finding->n_evidence; i++)
        list[i] = finding->evidence[i];
    list[finding->n_evidence++] = id;
    finding->evidence = list;
}

/* To the unit's mailbox, within the finding's case. */
static int say(struct turn *turn, const Finding *finding, const ProtobufCMessage *event)
{
    struct turn_post post = { .unit = finding->unit,
                              .case_id = finding->case_id,
                              .message = event };

    return turn_post(turn, &post);
}

static void state_opened(struct turn *turn, const char *id, const Finding *finding)
{
    Supervision__FindingOpened opened = { IS(supervision__finding_opened),
                                          .finding = id,
                                          .unit = finding->unit,
                                          .duty = finding->duty,
                                          .case_id = finding->case_id,
                                          .n_evidence = finding->n_evidence,
                                          .evidence = finding->evidence,
                                          .due_ms = finding->due_ms,
                                          .text = finding->text };
    say(turn, finding, &opened.base);
}

static void list_under_unit(struct turn *turn, const char *id, const Finding *finding)
{
    Entry *entry = turn_edit(turn, UNIT_FINDINGS, turn_key(turn, "%s/%s", finding->unit, id));
    Case *row = fields_is_id(finding->case_id) ? turn_edit(turn, CASES, finding->case_id) : NULL;

    if (entry != NULL)
        entry->there = true;
    if (row != NULL)
        row->findings++;
}

void findings_found(struct turn *turn, const struct found *found)
{
    if (!fields_is_id(found->unit) || found->matter == NULL)
        return;
    const char *id = turn_text(turn, "F-%s-%s", found->unit, found->matter);
    if (id == NULL || !is_finding(id) || fields_key(turn, "%s/%s", found->unit, id) == NULL)
        return;
    if (!turn_may_move(turn, FINDINGS, id, OPEN_FINDING)) {
        Finding *known =
            turn_edit(turn, FINDINGS, id); /* the same matter: one finding, more proof */
        if (known != NULL && known->state != SUPERVISION_ROWS__FINDING__STATE__CLOSED
            && (known->n_evidence == 0
                || strcmp(known->evidence[known->n_evidence - 1], turn->id) != 0))
            add_evidence(turn, known, turn->id);
        return;
    }
    Finding *finding = turn_move_as(turn, FINDINGS, id, OPEN_FINDING);
    if (finding == NULL)
        return;
    finding->unit = found->unit;
    finding->duty = found->duty;
    finding->case_id = found->case_id;
    finding->text = found->text;
    finding->opened_ms = turn->now_ms;
    add_evidence(turn, finding, turn->id);
    run_clock(turn, id, finding, "explain", 0);
    list_under_unit(turn, id, finding);
    state_opened(turn, id, finding);
}

int on_open_finding(struct turn *turn, const void *message)
{
    const Supervision__OpenFinding *open = message;

    if (!turn_from(turn, "jcb"))
        return turn->outcome;
    if (!directory_unit(turn, open->unit))
        return turn_refuse(turn, SUPERVISION__REFUSAL__UNKNOWN_UNIT, "no unit %s", open->unit);
    if (open->n_evidence == 0 || open->n_evidence > FINDING_EVIDENCE)
        return turn_refuse(turn, SUPERVISION__REFUSAL__NO_EVIDENCE, "1 to %d messages that show it",
                           FINDING_EVIDENCE);
    Finding *finding = turn_move(turn, FINDINGS, finding_key(turn, open->finding));
    if (finding == NULL)
        return turn->outcome;
    finding->unit = open->unit;
    finding->duty = open->duty;
    finding->case_id = open->case_id;
    finding->evidence = open->evidence;
    finding->n_evidence = open->n_evidence;
    finding->text = open->text;
    finding->opened_ms = turn->now_ms;
    run_clock(turn, open->finding, finding, "explain", open->due_ms);
    list_under_unit(turn, open->finding, finding);
    state_opened(turn, open->finding, finding);
    return turn->outcome;
}

/* The finding that its own unit speaks of, moved. */
static Finding *move_by_unit(struct turn *turn, const char *id)
{
    Finding *finding = turn_move(turn, FINDINGS, finding_key(turn, id));

    if (finding == NULL)
        return NULL;
    if (strcmp(turn_actor_unit(turn), finding->unit) != 0) {
        turn_refuse(turn, SUPERVISION__REFUSAL__NOT_ITS_UNIT, "%s is a finding of %s", id,
                    finding->unit);
        return NULL;
    }
    return finding;
}

static Finding *move_by_office(struct turn *turn, const char *id)
{
    return turn_from(turn, "jcb") ? turn_move(turn, FINDINGS, finding_key(turn, id)) : NULL;
}

int on_explain_finding(struct turn *turn, const void *message)
{
    const Supervision__ExplainFinding *explain = message;
    Finding *finding = move_by_unit(turn, explain->finding);

    if (finding == NULL)
        return turn->outcome;
    finding->explanation = explain->text;
    run_clock(turn, explain->finding, finding, "rectify", 0);
    Supervision__FindingExplained explained = { IS(supervision__finding_explained),
                                                .finding = explain->finding,
                                                .unit = finding->unit };
    return say(turn, finding, &explained.base);
}

int on_plan_rectification(struct turn *turn, const void *message)
{
    const Supervision__PlanRectification *plan = message;
    Finding *finding = move_by_unit(turn, plan->finding);

    if (finding == NULL)
        return turn->outcome;
    /* The unit may promise less time than the rule gives, never more. */
    uint64_t latest_ms = directory_due(turn, "supervision.rectify", "", turn->now_ms);
    bool is_promise = plan->due_ms > turn->now_ms && plan->due_ms < latest_ms;
    finding->rectification = plan->text;
    run_clock(turn, plan->finding, finding, "rectify", is_promise ? plan->due_ms : 0);
    Supervision__RectificationPlanned planned = { IS(supervision__rectification_planned),
                                                  .finding = plan->finding, .unit = finding->unit,
                                                  .due_ms = finding->due_ms };
    return say(turn, finding, &planned.base);
}

int on_report_rectified(struct turn *turn, const void *message)
{
    const Supervision__ReportRectified *report = message;
    Finding *finding = move_by_unit(turn, report->finding);

    if (finding == NULL)
        return turn->outcome;
    finding->rectification = report->text;
    run_clock(turn, report->finding, finding, "recheck", 0);
    Supervision__Rectified rectified = { IS(supervision__rectified), .finding = report->finding,
                                         .unit = finding->unit };
    return say(turn, finding, &rectified.base);
}

static void state_reopened(struct turn *turn, const char *id, Finding *finding, const char *reason)
{
    finding->reopened++;
    finding->escalated = 0;
    run_clock(turn, id, finding, "explain", 0);
    Supervision__FindingReopened reopened = { IS(supervision__finding_reopened), .finding = id,
                                              .unit = finding->unit, .reason = reason };
    say(turn, finding, &reopened.base);
}

int on_recheck_finding(struct turn *turn, const void *message)
{
    const Supervision__RecheckFinding *recheck = message;

    if (!turn_from(turn, "jcb"))
        return turn->outcome;
    Finding *finding = turn_move_as(turn, FINDINGS, finding_key(turn, recheck->finding),
                                    recheck->good ? RECHECK_FINDING : FAIL_RECHECK);
    if (finding == NULL)
        return turn->outcome;
    finding->result = recheck->result;
    Supervision__FindingRechecked rechecked = { IS(supervision__finding_rechecked),
                                                .finding = recheck->finding, .unit = finding->unit,
                                                .good = recheck->good };
    say(turn, finding, &rechecked.base);
    if (recheck->good)
        run_clock(turn, recheck->finding, finding, "recheck", 0);
    else
        state_reopened(turn, recheck->finding, finding, recheck->result);
    return turn->outcome;
}

static int state_closed(struct turn *turn, const char *id, Finding *finding)
{
    Supervision__FindingClosed closed = { IS(supervision__finding_closed), .finding = id,
                                          .unit = finding->unit };

    finding->clock = "";
    finding->due_ms = 0;
    finding->closed_ms = turn->now_ms;
    keeping_since(turn, KEPT_FINDING, id, turn->now_ms);
    turn_forget(turn, id, &supervision__chase_finding__descriptor);
    return say(turn, finding, &closed.base);
}

int on_close_finding(struct turn *turn, const void *message)
{
    const Supervision__CloseFinding *close = message;
    Finding *finding = move_by_office(turn, close->finding);

    if (finding == NULL)
        return turn->outcome;
    finding->result = close->text;
    return state_closed(turn, close->finding, finding);
}

int on_reopen_finding(struct turn *turn, const void *message)
{
    const Supervision__ReopenFinding *reopen = message;
    Finding *finding = move_by_office(turn, reopen->finding);

    if (finding != NULL)
        state_reopened(turn, reopen->finding, finding, reopen->reason);
    return turn->outcome;
}

/* To the office first, then to the leader, with whom it stays. */
static int state_escalated(struct turn *turn, const char *id, Finding *finding)
{
    if (is_at_the_top(finding))
        return turn_refuse(turn, TOWN__REFUSAL__OVER_LIMIT, "it is before the leader already");
    const char *unit = rungs[finding->escalated];
    const char *post = directory_post(turn, unit, "head");

    finding->escalated++;
    run_clock(turn, id, finding, "rectify", 0);
    Supervision__FindingEscalated escalated = { IS(supervision__finding_escalated), .finding = id,
                                                .unit = finding->unit,
                                                .to_post = *post != '\0' ? post : unit };
    return say(turn, finding, &escalated.base);
}

int on_escalate_finding(struct turn *turn, const void *message)
{
    const Supervision__EscalateFinding *escalate = message;
    Finding *finding = move_by_office(turn, escalate->finding);

    if (finding == NULL)
        return turn->outcome;
    return state_escalated(turn, escalate->finding, finding);
}

int on_chase_finding(struct turn *turn, const void *message)
{
    const Supervision__ChaseFinding *chase = message;
    const Finding *now = turn_load(turn, FINDINGS, chase->finding);

    if (now != NULL && now->state == SUPERVISION_ROWS__FINDING__STATE__RECHECKED) {
        Finding *finding = turn_move_as(turn, FINDINGS, chase->finding, SETTLE);
        return finding != NULL ? state_closed(turn, chase->finding, finding) : turn->outcome;
    }
    Finding *finding = turn_move(turn, FINDINGS, chase->finding);
    return finding != NULL ? state_escalated(turn, chase->finding, finding) : turn->outcome;
}
