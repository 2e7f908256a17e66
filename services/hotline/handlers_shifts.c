/*
 * Shifts: who sits at the line, and the alarm when nobody does (S-061).
 */
#include <string.h>

#include "hotline/hotline.h"

enum { ID_LENGTH = 60 }; /* of our own ids: several stand in one key */

bool hotline_is_id(const char *id)
{
    return turn_is_id(id) && strlen(id) <= ID_LENGTH;
}

const char *hotline_id(struct turn *turn, const char *id)
{
    if (hotline_is_id(id))
        return id;
    turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "an id has 1 to %d letters, digits, `-_.:`",
                ID_LENGTH);
    return "-";
}

const char *hotline_leader(struct turn *turn)
{
    const char *post = directory_post(turn, "dzb", "duty");

    return *post != '\0' ? post : directory_post(turn, "dzb", "head");
}

/* ---- the line as a whole ------------------------------------------------------------------------------ */

static void line_is_empty(struct turn *turn, Line *line, const char *seat)
{
    Hotline__AlarmEmptySeat alarm = { IS(hotline__alarm_empty_seat), .seat = seat,
                                      .since_ms = turn->now_ms };

    line->empty_since_ms = turn->now_ms;
    line->seat = seat;
    turn_remind(turn, "line", directory_due(turn, "hotline.seat_empty", "", turn->now_ms),
                &alarm.base);
}

static void seat_opens(struct turn *turn)
{
    Line *line = turn_edit(turn, LINE, "line");

    if (line == NULL)
        return;
    line->open_seats++;
    line->empty_since_ms = 0;
    turn_forget(turn, "line", &hotline__alarm_empty_seat__descriptor);
}

static void seat_closes(struct turn *turn, const char *seat)
{
    Line *line = turn_edit(turn, LINE, "line");

    if (line == NULL)
        return;
    if (line->open_seats > 0)
        line->open_seats--;
    if (line->open_seats == 0)
        line_is_empty(turn, line, seat);
}

/* From the first hour of the campaign somebody sits there. */
int line_campaign_opened(struct turn *turn, const void *message)
{
    Line *line = turn_edit(turn, LINE, "line");

    (void)message;
    if (line != NULL && line->open_seats == 0)
        line_is_empty(turn, line, "");
    return turn->outcome;
}

int on_alarm_empty_seat(struct turn *turn, const void *message)
{
    const Hotline__AlarmEmptySeat *alarm = message;
    const Line *line = turn_load(turn, LINE, "line");

    if (line == NULL || line->open_seats > 0)
        return turn->outcome;
    Hotline__SeatEmpty empty = { IS(hotline__seat_empty), .seat = alarm->seat,
                                 .since_ms = alarm->since_ms };
    return turn_emit(turn, "lgo", &empty.base);
}

/* ---- a shift -------------------------------------------------------------------------------------------- */

Shift *shift_at(struct turn *turn, const char *seat)
{
    const Shift *shift = turn_load(turn, SHIFTS, hotline_id(turn, seat));

    if (shift == NULL || shift->state != HOTLINE_ROWS__SHIFT__STATE__OPEN) {
        turn_refuse(turn, HOTLINE__REFUSAL__NO_SHIFT, "%s has no open shift", seat);
        return NULL;
    }
    return turn_edit(turn, SHIFTS, seat);
}

/* Eight hours, as policy says: who sits there longer is to be relieved. */
static void run_shift(struct turn *turn, const char *seat)
{
    Hotline__ChaseShift chase = { IS(hotline__chase_shift), .seat = seat };

    turn_remind(turn, seat, directory_due(turn, "hotline.shift", "", turn->now_ms), &chase.base);
}

int on_chase_shift(struct turn *turn, const void *message)
{
    const Hotline__ChaseShift *chase = message;
    const Shift *shift = turn_load(turn, SHIFTS, chase->seat);

    if (shift == NULL || shift->state != HOTLINE_ROWS__SHIFT__STATE__OPEN)
        return turn->outcome;
    run_shift(turn, chase->seat);
    Hotline__ShiftOverdue overdue = { IS(hotline__shift_overdue), .seat = chase->seat,
                                      .staff = shift->staff, .since_ms = shift->since_ms,
                                      .to_post = hotline_leader(turn) };
    return turn_emit(turn, "dzb", &overdue.base);
}

static bool names_somebody(struct turn *turn, const char *staff)
{
    if (*staff != '\0')
        return turn_is_who(turn, "staff", staff);
    turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "who takes the seat");
    return false;
}

int on_open_shift(struct turn *turn, const void *message)
{
    const Hotline__OpenShift *open = message;

    if (!turn_from(turn, "dzb") || !names_somebody(turn, open->staff))
        return turn->outcome;
    Shift *shift = turn_move(turn, SHIFTS, hotline_id(turn, open->seat));
    if (shift == NULL)
        return turn->outcome;
    shift->staff = open->staff;
    shift->since_ms = turn->now_ms;
    shift->note = open->note;
    seat_opens(turn);
    run_shift(turn, open->seat);
    Hotline__ShiftOpened opened = { IS(hotline__shift_opened), .seat = open->seat,
                                    .staff = open->staff, .n_open_urgent = open->n_open_urgent,
                                    .open_urgent = open->open_urgent };
    return turn_emit(turn, "dzb", &opened.base);
}

struct handover {
    const Hotline__HandOver *message;
    const char *missing;
    struct turn *turn;
};

static bool is_listed(void *context, const char *key, const void *row)
{
    struct handover *handover = context;

    (void)row;
    for (size_t i = 0; i < handover->message->n_open_urgent; i++)
        if (strcmp(handover->message->open_urgent[i], key) == 0)
            return true;
    handover->missing = turn_text(handover->turn, "%s", key);
    return false;
}

int on_hand_over(struct turn *turn, const void *message)
{
    const Hotline__HandOver *hand = message;
    struct handover handover = { .message = hand, .turn = turn };

    if (!turn_from(turn, "dzb") || !names_somebody(turn, hand->staff))
        return turn->outcome;
    /* Open and urgent at one time: a page at most, and the one who leaves has to read it. */
    turn_each(turn, URGENT, "", is_listed, &handover);
    if (handover.missing != NULL)
        return turn_refuse(turn, HOTLINE__REFUSAL__NO_HANDOVER_LIST,
                           "the list lacks %s, which is open and urgent", handover.missing);
    Shift *shift = turn_move(turn, SHIFTS, hotline_id(turn, hand->seat));
    if (shift == NULL)
        return turn->outcome;
    const char *from = shift->staff;
    shift->staff = hand->staff;
    shift->since_ms = turn->now_ms;
    shift->note = hand->note;
    run_shift(turn, hand->seat);
    Hotline__ShiftHandedOver handed = { IS(hotline__shift_handed_over),
                                        .seat = hand->seat,
                                        .from_staff = from,
                                        .staff = hand->staff,
                                        .n_open_urgent = hand->n_open_urgent,
                                        .open_urgent = hand->open_urgent };
    return turn_emit(turn, "dzb", &handed.base);
}

int on_close_shift(struct turn *turn, const void *message)
{
    const Hotline__CloseShift *close = message;

    if (!turn_from(turn, "dzb"))
        return turn->outcome;
    Shift *shift = turn_move(turn, SHIFTS, hotline_id(turn, close->seat));
    if (shift == NULL)
        return turn->outcome;
    shift->note = close->note;
    seat_closes(turn, close->seat);
    turn_forget(turn, close->seat, &hotline__chase_shift__descriptor);
    Hotline__ShiftClosed closed = { IS(hotline__shift_closed), .seat = close->seat,
                                    .staff = shift->staff };
    return turn_emit(turn, "dzb", &closed.base);
}
