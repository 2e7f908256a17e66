/*
 * care: those who care (S-053: five working bodies; S-091, S-092: programmes as sources), and what
 * happens to their people when they are ill (S-046).
 */
#include <string.h>

#include "care/care.h"

#define K(state) CARE_ROWS__CARER__STATE__##state

/* ---- who can take somebody --------------------------------------------------------------------------- */

/* The least loaded of a kind comes first. */
void list_spare(struct turn *turn, const char *id, Carer *row)
{
    const char *key = row->state == K(ACTIVE) ? turn_key(turn, "%s/%d/%04u/%s", row->committee,
                                                         row->kind, row->load + row->stand_ins, id)
                                              : "";

    if (strcmp(row->spare, key) == 0)
        return;
    if (row->spare[0] != '\0')
        turn_drop(turn, SPARE, row->spare);
    if (key[0] != '\0') {
        CareRows__Mark *mark = turn_edit(turn, SPARE, key);
        mark->on = true;
    }
    row->spare = key;
}

static void count_carer(struct turn *turn, const char *committee, bool one_more)
{
    Committee *row = know_committee(turn, committee);

    row->carers = one_more ? row->carers + 1 : row->carers - (row->carers > 0);
}

const Carer *carer_of(struct turn *turn, const char *id)
{
    const Carer *carer = turn_is_id(id) ? turn_load(turn, CARERS, id) : NULL;

    if (carer == NULL)
        turn_refuse(turn, CARE__REFUSAL__UNKNOWN_CARER, "no such carer");
    return carer;
}

/* The committee's own, or the office's word. */
static bool by_committee(struct turn *turn, const char *committee)
{
    const char *unit = turn_actor_unit(turn);

    if (strcmp(unit, committee) != 0 && strcmp(unit, "sjb") != 0)
        turn_refuse(turn, CARE__REFUSAL__NOT_THE_COMMITTEE, "the carer is not %s's", unit);
    return turn->outcome == 0;
}

/* The row of a carer of the sender, to be changed; NULL: refused. */
static Carer *own_carer(struct turn *turn, const char *id)
{
    const Carer *carer = carer_of(turn, id);

    return carer == NULL || !by_committee(turn, carer->committee) ? NULL
                                                                  : turn_edit(turn, CARERS, id);
}

/* ---- register and retire -------------------------------------------------------------------------------- */

/* Whose id it is already: another committee's carer goes over when they have retired there, or by the
 * office's word, and with nobody left to care for. */
static bool may_take_over(struct turn *turn, const Carer *known, const char *committee)
{
    if (known == NULL || strcmp(known->committee, committee) == 0)
        return turn->outcome == 0;
    if (known->state != K(RETIRED) && strcmp(turn_actor_unit(turn), "sjb") != 0)
        turn_refuse(turn, CARE__REFUSAL__NOT_THE_COMMITTEE, "the carer is another committee's");
    else if (known->load > 0 || known->stand_ins > 0)
        turn_refuse(turn, TOWN__REFUSAL__WRONG_STATE, "the carer has people there");
    return turn->outcome == 0;
}

int on_register_carer(struct turn *turn, const void *message)
{
    const Care__RegisterCarer *told = message;
    const Carer *known = turn_is_id(told->carer) ? turn_load(turn, CARERS, told->carer) : NULL;

    if (!turn_is_id(told->carer) || told->kind <= CARE__CARER_KIND__CARER_KIND_ABSENT
        || told->kind > CARE__CARER_KIND__VOLUNTEER)
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "carer, kind: an id, one of five");
    if (!turn_is_who(turn, "carer", told->carer))
        return turn->outcome;
    if (!directory_committee(turn, told->committee))
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "committee: which one?");
    if (!by_committee(turn, told->committee) || !may_take_over(turn, known, told->committee))
        return turn->outcome;
    bool was_active = known != NULL && known->state == K(ACTIVE);
    const char *before = known == NULL ? "" : known->committee;
    Carer *row = turn_move(turn, CARERS, told->carer);
    if (row == NULL)
        return turn->outcome;
    if (before[0] != '\0' && strcmp(before, told->committee) != 0)
        turn_drop(turn, CARERS_OF, turn_key(turn, "%s/%s", before, told->carer));
    if (was_active)
        count_carer(turn, before, false);
    row->kind = (int32_t)told->kind;
    row->committee = told->committee;
    row->card = told->card;
    row->languages = told->languages;
    row->n_languages = told->n_languages;
    row->programme = told->programme;
    if (row->state == K(ACTIVE))
        count_carer(turn, row->committee, true);
    list_spare(turn, told->carer, row);
    CareRows__Mark *mark =
        turn_edit(turn, CARERS_OF, turn_key(turn, "%s/%s", row->committee, told->carer));
    mark->on = true;
    Care__CarerRegistered event = { IS(care__carer_registered), .carer = told->carer,
                                    .kind = told->kind, .committee = told->committee,
                                    .programme = told->programme };
    return turn_emit(turn, told->committee, &event.base);
}

int on_retire_carer(struct turn *turn, const void *message)
{
    const Care__RetireCarer *told = message;

    Carer *carer = own_carer(turn, told->carer);
    if (carer == NULL)
        return turn->outcome;
    bool was_active = carer->state == K(ACTIVE);
    if (told->reason[0] == '\0')
        return turn_refuse(turn, CARE__REFUSAL__NO_REASON, "why? (S-096: a fixed volunteer)");
    Carer *row = turn_move(turn, CARERS, told->carer);
    if (row == NULL)
        return turn->outcome;
    if (was_active)
        count_carer(turn, row->committee, false);
    row->from_ms = 0;
    row->until_ms = 0;
    list_spare(turn, told->carer, row);
    turn_drop(turn, CARERS_OF, turn_key(turn, "%s/%s", row->committee, told->carer));
    turn_forget(turn, told->carer, &care__begin_carer_absence__descriptor);
    turn_forget(turn, told->carer, &care__end_carer_absence_due__descriptor);
    Care__CarerRetired event = { IS(care__carer_retired), .carer = told->carer,
                                 .reason = told->reason };
    turn_emit(turn, row->committee, &event.base);
    settle_pairings(turn, told->carer, "");
    return turn->outcome;
}

bool erase_carer(struct turn *turn, const char *id)
{
    if (turn_load(turn, CARERS, id) == NULL)
        return false;
    Carer *row = turn_edit(turn, CARERS, id);
    if (row->state == K(ACTIVE))
        count_carer(turn, row->committee, false);
    row->state = K(RETIRED);
    list_spare(turn, id, row);
    turn_drop(turn, CARERS_OF, turn_key(turn, "%s/%s", row->committee, id));
    turn_forget(turn, id, &care__begin_carer_absence__descriptor);
    turn_forget(turn, id, &care__end_carer_absence_due__descriptor);
    turn_drop(turn, CARERS, id);
    return true;
}

/* ---- absent and back -------------------------------------------------------------------------------------- */

static void begin_absence(struct turn *turn, const char *id)
{
    Carer *row = turn_move_as(turn, CARERS, id, BEGIN_CARER_ABSENCE);

    if (row == NULL)
        return;
    count_carer(turn, row->committee, false);
    list_spare(turn, id, row);
    Care__CarerAbsent event = { IS(care__carer_absent), .carer = id, .from_ms = row->from_ms,
                                .until_ms = row->until_ms };
    turn_emit(turn, row->committee, &event.base);
    settle_pairings(turn, id, "");
}

static void set_end(struct turn *turn, const char *id, uint64_t until_ms)
{
    Care__EndCarerAbsenceDue end = { IS(care__end_carer_absence_due), .carer = id };

    if (until_ms == 0)
        turn_forget(turn, id, end.base.descriptor);
    else
        turn_remind(turn, id, until_ms, &end.base);
}

int on_declare_carer_absent(struct turn *turn, const void *message)
{
    const Care__DeclareCarerAbsent *told = message;

    Carer *carer = own_carer(turn, told->carer);
    if (carer == NULL)
        return turn->outcome;
    if (told->until_ms != 0 && (told->until_ms <= turn->now_ms || told->until_ms <= told->from_ms))
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "until_ms: is past");
    bool later = told->from_ms > turn->now_ms;
    Carer *row = turn_move(turn, CARERS, told->carer);
    if (row == NULL)
        return turn->outcome;
    bool absent = row->state == K(ABSENT);
    row->from_ms = absent ? row->from_ms : later ? told->from_ms : turn->now_ms;
    row->until_ms = told->until_ms;
    set_end(turn, told->carer, told->until_ms);
    if (!absent && later) {
        Care__BeginCarerAbsence begin = { IS(care__begin_carer_absence), .carer = told->carer };
        turn_remind(turn, told->carer, told->from_ms, &begin.base);
        Care__CarerAbsent event = { IS(care__carer_absent), .carer = told->carer,
                                    .from_ms = told->from_ms, .until_ms = told->until_ms };
        return turn_emit(turn, row->committee, &event.base);
    }
    /* What was announced for later is overtaken by what is so now. */
    turn_forget(turn, told->carer, &care__begin_carer_absence__descriptor);
    if (!absent)
        begin_absence(turn, told->carer);
    return turn->outcome;
}

/* What was announced does not come to pass. */
int on_cancel_carer_absence(struct turn *turn, const void *message)
{
    const Care__CancelCarerAbsence *told = message;

    if (own_carer(turn, told->carer) == NULL)
        return turn->outcome;
    Carer *row = turn_move(turn, CARERS, told->carer);
    if (row == NULL)
        return turn->outcome;
    if (row->from_ms <= turn->now_ms)
        return turn_refuse(turn, TOWN__REFUSAL__NOT_FOUND, "no absence is announced");
    Care__CarerAbsenceCancelled event = { IS(care__carer_absence_cancelled), .carer = told->carer,
                                          .from_ms = row->from_ms, .until_ms = row->until_ms };
    row->from_ms = 0;
    row->until_ms = 0;
    set_end(turn, told->carer, 0);
    turn_forget(turn, told->carer, &care__begin_carer_absence__descriptor);
    return turn_emit(turn, row->committee, &event.base);
}

int on_begin_carer_absence(struct turn *turn, const void *message)
{
    const Care__BeginCarerAbsence *told = message;

    if (!turn->is_timer)
        return turn_refuse(turn, TOWN__REFUSAL__NOT_ALLOWED, "only the clock begins it");
    begin_absence(turn, told->carer);
    return turn->outcome;
}

static int end_absence(struct turn *turn, const char *id)
{
    Carer *row = turn_move(turn, CARERS, id);

    if (row == NULL)
        return turn->outcome;
    Care__CarerReturned event = { IS(care__carer_returned), .carer = id, .from_ms = row->from_ms,
                                  .until_ms = turn->now_ms };
    row->from_ms = 0;
    row->until_ms = 0;
    set_end(turn, id, 0);
    count_carer(turn, row->committee, true);
    list_spare(turn, id, row);
    turn_emit(turn, row->committee, &event.base);
    settle_pairings(turn, id, "");
    return turn->outcome;
}

int on_end_carer_absence(struct turn *turn, const void *message)
{
    const Care__EndCarerAbsence *told = message;

    return own_carer(turn, told->carer) == NULL ? turn->outcome : end_absence(turn, told->carer);
}

int on_end_carer_absence_due(struct turn *turn, const void *message)
{
    const Care__EndCarerAbsenceDue *told = message;

    if (!turn->is_timer)
        return turn_refuse(turn, TOWN__REFUSAL__NOT_ALLOWED, "only the clock ends it");
    return end_absence(turn, told->carer);
}

/* ---- too few ---------------------------------------------------------------------------------------------- */

/* S-09D 广泛动员社会力量，落实结对志愿者: how many are wanted. */
void say_gap(struct turn *turn, const char *committee)
{
    const Committee *row = turn_load(turn, COMMITTEES, committee);
    uint64_t load = directory_number(turn, "care.load", "");

    if (row == NULL || load == 0 || turn->outcome != 0)
        return;
    uint32_t wanted = (uint32_t)((row->people + load - 1) / load);
    if (row->carers >= wanted)
        return;
    Care__RecruitmentGap event = { IS(care__recruitment_gap), .committee = committee,
                                   .people = row->people, .carers = row->carers,
                                   .short_by = wanted - row->carers };
    turn_emit(turn, committee, &event.base);
}
