/*
 * Calls: taken or missed, classified, and what became of them.
 */
#include <inttypes.h>
#include <string.h>

#include "hotline/hotline.h"
#include "kit/loop.h"

/* Nothing came of it yet: the leader hears of it, as of a draft that nobody submits. */
static void chase(struct turn *turn, const char *call)
{
    Hotline__ChaseCall again = { IS(hotline__chase_call), .call = call };

    turn_remind(turn, call, directory_due(turn, "hotline.draft", "", turn->now_ms), &again.base);
}

static void settle(struct turn *turn, const char *call)
{
    turn_forget(turn, call, &hotline__chase_call__descriptor);
}

void call_forget_card(struct turn *turn, const char *call)
{
    Call *row = turn_load(turn, CALLS, call) != NULL ? turn_edit(turn, CALLS, call) : NULL;

    if (row != NULL)
        row->card = NULL;
}

static int say(struct turn *turn, const Call *call, const ProtobufCMessage *event)
{
    struct turn_post post = { .unit = "dzb", .case_id = call->case_id, .message = event };

    return turn_post(turn, &post);
}

/* ---- taken or missed ---------------------------------------------------------------------------------- */

int on_log_call(struct turn *turn, const void *message)
{
    const Hotline__LogCall *log = message;

    if (!turn_from(turn, "dzb") || !turn_is_who(turn, "staff", log->staff))
        return turn->outcome;
    Shift *shift = shift_at(turn, log->seat);
    Call *call = turn_move(turn, CALLS, hotline_id(turn, log->call));
    if (shift == NULL || call == NULL)
        return turn->outcome;
    call->seat = log->seat;
    call->staff = *log->staff != '\0' ? log->staff : shift->staff;
    call->at_ms = log->at_ms != 0 ? log->at_ms : turn->now_ms;
    call->ring_ms = log->ring_ms;
    call->card = log->card;
    shift->answered++;
    /* GB/T 33358-2016: 15 s from the first ring, as policy says. */
    bool in_time =
        log->ring_ms <= directory_due(turn, "hotline.answer", "", turn->now_ms) - turn->now_ms;
    shift->in_time += in_time;
    line_answered(turn, in_time);
    chase(turn, log->call);
    Hotline__CallLogged logged = { IS(hotline__call_logged), .call = log->call,
                                   .seat = log->seat,        .ring_ms = log->ring_ms,
                                   .at_ms = call->at_ms,     .staff = call->staff };
    return say(turn, call, &logged.base);
}

static void owe_return_call(struct turn *turn, const char *id, const Call *call, bool overdue)
{
    Hotline__ChaseReturnCall again = { IS(hotline__chase_return_call), .call = id };
    uint64_t due_ms = directory_due(turn, "hotline.return_call", "", turn->now_ms);

    turn_remind(turn, id, due_ms, &again.base);
    Hotline__ReturnCallDue due = { IS(hotline__return_call_due), .call = id, .due_ms = due_ms,
                                   .overdue = overdue };
    say(turn, call, &due.base);
}

int on_log_abandoned(struct turn *turn, const void *message)
{
    const Hotline__LogAbandoned *log = message;

    if (!turn_from(turn, "dzb"))
        return turn->outcome;
    Call *call = turn_move(turn, CALLS, hotline_id(turn, log->call));
    if (call == NULL)
        return turn->outcome;
    call->seat = log->seat;
    call->at_ms = log->at_ms != 0 ? log->at_ms : turn->now_ms;
    call->ring_ms = log->ring_ms;
    call->card = log->card;
    if (hotline_is_id(log->seat) && turn_load(turn, SHIFTS, log->seat) != NULL) {
        Shift *shift = turn_edit(turn, SHIFTS, log->seat);
        if (shift != NULL)
            shift->abandoned++;
    }
    line_abandoned(turn);
    Hotline__CallAbandoned abandoned = { IS(hotline__call_abandoned), .call = log->call,
                                         .seat = log->seat, .ring_ms = log->ring_ms,
                                         .at_ms = call->at_ms };
    say(turn, call, &abandoned.base);
    owe_return_call(turn, log->call, call, false);
    return turn->outcome;
}

int on_chase_return_call(struct turn *turn, const void *message)
{
    const Hotline__ChaseReturnCall *chased = message;
    const Call *call = turn_move(turn, CALLS, chased->call);

    if (call != NULL)
        owe_return_call(turn, chased->call, call, true);
    return turn->outcome;
}

/* They were reached: from here on it is a call like any other, under its own id. */
static void log_returned(struct turn *turn, const Hotline__RecordReturnCall *record,
                         const Call *missed)
{
    Call *call = turn_move_as(turn, CALLS, hotline_id(turn, record->new_call), CALL_BACK);

    if (call == NULL)
        return;
    call->seat = missed->seat;
    call->at_ms = record->at_ms != 0 ? record->at_ms : turn->now_ms;
    call->card = missed->card;
    chase(turn, record->new_call);
    Hotline__CallLogged logged = { IS(hotline__call_logged), .call = record->new_call,
                                   .seat = call->seat, .at_ms = call->at_ms };
    say(turn, call, &logged.base);
}

int on_record_return_call(struct turn *turn, const void *message)
{
    const Hotline__RecordReturnCall *record = message;
    bool is_answered = strcmp(record->result, "answered") == 0;

    if (!turn_from(turn, "dzb"))
        return turn->outcome;
    if (!is_answered && strcmp(record->result, "unreachable") != 0)
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "the result is answered or unreachable");
    Call *call = turn_move(turn, CALLS, hotline_id(turn, record->call));
    if (call == NULL)
        return turn->outcome;
    turn_forget(turn, record->call, &hotline__chase_return_call__descriptor);
    call->result = record->result;
    Hotline__ReturnCallRecorded recorded = { IS(hotline__return_call_recorded),
                                             .call = record->call, .result = record->result,
                                             .at_ms = record->at_ms };
    say(turn, call, &recorded.base);
    if (is_answered && *record->new_call != '\0')
        log_returned(turn, record, call);
    call->card = NULL;
    return turn->outcome;
}

int on_chase_call(struct turn *turn, const void *message)
{
    const Hotline__ChaseCall *chased = message;
    const Call *call = turn_move(turn, CALLS, chased->call);

    if (call == NULL)
        return turn->outcome;
    bool is_new = call->state == HOTLINE_ROWS__CALL__STATE__ANSWERED;
    Hotline__CallOverdue overdue = { IS(hotline__call_overdue), .call = chased->call,
                                     .state = is_new ? "ANSWERED" : "CLASSIFIED",
                                     .to_post = hotline_leader(turn) };
    chase(turn, chased->call);
    return say(turn, call, &overdue.base);
}

/* ---- who, when, where, why, what -------------------------------------------------------------------------- */

static bool has_elements(const Hotline__ClassifyCall *classify)
{
    const Town__Card *card = classify->card;
    bool has_name = *classify->person != '\0'
                    || (card != NULL && (*card->name != '\0' || *card->nickname != '\0'));

    return has_name && classify->time_ms != 0 && *classify->place != '\0'
           && *classify->cause != '\0' && *classify->course != '\0';
}

/* S-035: who is in difficulty and unknown becomes a candidate of the roster, with the card that the
 * call has left us. */
static void propose(struct turn *turn, const Hotline__ClassifyCall *classify, Call *call)
{
    const Town__Card *told = classify->card != NULL ? classify->card : call->card;
    Town__Card card = TOWN__CARD__INIT;

    if (told != NULL)
        card = *told;
    call->proposed = *card.person != '\0' ? card.person : turn_text(turn, "hl-%s", classify->call);
    card.person = call->proposed;
    if (card.n_phones == 0 && call->card != NULL) {
        card.n_phones = call->card->n_phones;
        card.phones = call->card->phones;
    }
    if (*call->case_id == '\0')
        call->case_id = *turn->case_id != '\0' ? turn->case_id : turn_new_case(turn);
    Ref *proposal = turn_edit(turn, PROPOSALS, hotline_id(turn, call->proposed));
    Ref *of_case = turn_edit(turn, TICKET_CASES, hotline_id(turn, call->case_id));
    if (proposal == NULL || of_case == NULL)
        return;
    proposal->id = classify->call;
    of_case->id = classify->call;
    of_case->kind = "call";
    Registry__Propose proposed = { IS(registry__propose), .person = call->proposed, .card = &card,
                                   .source = "hotline", .committee = classify->place };
    struct turn_post post = { .service = "registry",
                              .unit = *classify->place != '\0' ? classify->place : "town",
                              .case_id = call->case_id,
                              .message = &proposed.base };
    turn_post(turn, &post);
}

static void keep_what_was_told(struct turn *turn, const Hotline__ClassifyCall *classify, Call *call)
{
    call->kind = classify->kind;
    call->person = loop_person(turn, classify->person);
    call->place = classify->place;
    call->confidential = classify->confidential;
    call->time_ms = classify->time_ms;
    call->cause = classify->cause;
    call->course = classify->course;
    if (*classify->person != '\0') {
        call->card = NULL; /* matched: the registry has it */
        persons_count_call(turn, call->person);
        return;
    }
    if (classify->in_difficulty)
        propose(turn, classify, call);
    if (classify->card != NULL)
        call->card = classify->card;
}

int on_classify_call(struct turn *turn, const void *message)
{
    const Hotline__ClassifyCall *classify = message;

    if (!turn_from(turn, "dzb"))
        return turn->outcome;
    Call *call = turn_move(turn, CALLS, hotline_id(turn, classify->call));
    if (call == NULL)
        return turn->outcome;
    if (classify->nuisance) {
        call = turn_move_as(turn, CALLS, classify->call, DISCARD);
        if (call == NULL)
            return turn->outcome;
        call->card = NULL;
        settle(turn, classify->call);
    } else if (!has_elements(classify)) {
        return turn_refuse(turn, HOTLINE__REFUSAL__NO_ELEMENTS,
                           "姓名 时间 地点 原因 经过: all five");
    } else if (*classify->kind == '\0') {
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "what kind of call it is");
    } else {
        keep_what_was_told(turn, classify, call);
        call_open_incident(turn, classify->call, call);
        if (call->state == HOTLINE_ROWS__CALL__STATE__CLASSIFIED)
            chase(turn, classify->call);
    }
    Hotline__CallClassified classified = {
        IS(hotline__call_classified),   .call = classify->call,
        .kind = classify->kind,         .person = classify->person,
        .place = classify->place,       .confidential = classify->confidential,
        .nuisance = classify->nuisance, .proposed = call->proposed,
        .incident = call->incident
    };
    return say(turn, call, &classified.base);
}

/* The roster has a candidate: the card is in the registry's care now. */
int call_person_proposed(struct turn *turn, const void *message)
{
    const Registry__Proposed *proposed = message;
    const Ref *proposal =
        hotline_is_id(proposed->person) ? turn_load(turn, PROPOSALS, proposed->person) : NULL;

    if (proposal == NULL)
        return turn->outcome;
    call_forget_card(turn, proposal->id);
    turn_drop(turn, PROPOSALS, proposed->person);
    return turn->outcome;
}

int call_request_refused(struct turn *turn, const char *call, const Town__Refused *refused)
{
    const Call *row = turn_load(turn, CALLS, call);

    if (row == NULL)
        return turn->outcome;
    Hotline__CallOverdue overdue = { IS(hotline__call_overdue), .call = call,
                                     .state =
                                         turn_text(turn, "%s: %s", turn->service, refused->code),
                                     .to_post = hotline_leader(turn) };
    return say(turn, row, &overdue.base);
}

/* ---- what became of it ------------------------------------------------------------------------------------- */

int on_answer_online(struct turn *turn, const void *message)
{
    const Hotline__AnswerOnline *answer = message;

    if (!turn_from(turn, "dzb"))
        return turn->outcome;
    if (*answer->knowledge != '\0') {
        const Knowledge *item = turn_load(turn, KNOWLEDGE, hotline_id(turn, answer->knowledge));
        bool stands = item != NULL && item->state == HOTLINE_ROWS__KNOWLEDGE__STATE__PUBLISHED
                      && (item->until_ms == 0 || item->until_ms > turn->now_ms);
        if (!stands)
            return turn_refuse(turn, TOWN__REFUSAL__NOT_FOUND, "no answer %s that still stands",
                               answer->knowledge);
    } else if (*answer->text == '\0') {
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "what was answered");
    }
    Call *call = turn_move(turn, CALLS, hotline_id(turn, answer->call));
    if (call == NULL)
        return turn->outcome;
    call->card = NULL;
    settle(turn, answer->call);
    Hotline__AnsweredOnline answered = { IS(hotline__answered_online), .call = answer->call,
                                         .knowledge = answer->knowledge };
    return say(turn, call, &answered.base);
}

/* By its place on the log: two lines may be called at one time. */
static const char *transfer_key(struct turn *turn, const char *shelf)
{
    return turn_key(turn, "%s/%020" PRIu64, shelf, turn->seq);
}

static Transfer *put_transfer(struct turn *turn, const char *key, const Transfer *what)
{
    Transfer *transfer = turn_edit(turn, TRANSFERS, key);

    if (transfer != NULL)
        *transfer = *what;
    return transfer;
}

int on_log_three_way(struct turn *turn, const void *message)
{
    const Hotline__LogThreeWay *log = message;
    uint64_t at_ms = log->at_ms != 0 ? log->at_ms : turn->now_ms;

    if (!turn_from(turn, "dzb"))
        return turn->outcome;
    if (*log->to == '\0')
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "who was called in");
    Call *call = turn_move(turn, CALLS, hotline_id(turn, log->call));
    if (call == NULL)
        return turn->outcome;
    Transfer transfer = HOTLINE_ROWS__TRANSFER__INIT;
    transfer.call = log->call;
    transfer.to = log->to;
    transfer.at_ms = at_ms;
    transfer.outcome = log->outcome;
    transfer.three_way = true;
    put_transfer(turn, transfer_key(turn, "done"), &transfer);
    Hotline__ThreeWayLogged logged = { IS(hotline__three_way_logged), .call = log->call,
                                       .to = log->to, .at_ms = at_ms };
    return say(turn, call, &logged.base);
}

/* desk.md 2.16: life at risk is transferred first and recorded after, so a call that was only just
 * taken may be transferred too. */
int on_log_transfer(struct turn *turn, const void *message)
{
    const Hotline__LogTransfer *log = message;
    uint64_t at_ms = log->at_ms != 0 ? log->at_ms : turn->now_ms;

    if (!turn_from(turn, "dzb"))
        return turn->outcome;
    if (*log->to == '\0')
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "where to");
    Call *call = turn_move(turn, CALLS, hotline_id(turn, log->call));
    if (call == NULL)
        return turn->outcome;
    Transfer transfer = HOTLINE_ROWS__TRANSFER__INIT;
    transfer.call = log->call;
    transfer.to = log->to;
    transfer.at_ms = at_ms;
    call->transfer = transfer_key(turn, "open");
    put_transfer(turn, call->transfer, &transfer);
    settle(turn, log->call);
    Hotline__TransferLogged logged = { IS(hotline__transfer_logged), .call = log->call,
                                       .to = log->to, .at_ms = at_ms };
    return say(turn, call, &logged.base);
}

int on_record_transfer_outcome(struct turn *turn, const void *message)
{
    const Hotline__RecordTransferOutcome *record = message;

    if (!turn_from(turn, "dzb"))
        return turn->outcome;
    if (*record->outcome == '\0')
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "what came of it");
    Call *call = turn_move(turn, CALLS, hotline_id(turn, record->call));
    if (call == NULL)
        return turn->outcome;
    const Transfer *open = turn_load(turn, TRANSFERS, call->transfer);
    if (open != NULL) {
        Transfer done = *open;
        done.outcome = record->outcome;
        put_transfer(turn, turn_key(turn, "done%s", strchr(call->transfer, '/')), &done);
        turn_drop(turn, TRANSFERS, call->transfer);
    }
    if (*call->ticket == '\0')
        call->card = NULL;
    Hotline__TransferOutcomeRecorded recorded = { IS(hotline__transfer_outcome_recorded),
                                                  .call = record->call, .to = record->to,
                                                  .outcome = record->outcome,
                                                  .at_ms = record->at_ms };
    return say(turn, call, &recorded.base);
}

Call *call_for_ticket(struct turn *turn, const char *call)
{
    if (!hotline_is_id(call) || turn_load(turn, CALLS, call) == NULL) {
        turn_refuse(turn, HOTLINE__REFUSAL__UNKNOWN_CALL, "no call %s", call);
        return NULL;
    }
    settle(turn, call);
    return turn_move(turn, CALLS, call);
}
