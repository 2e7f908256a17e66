/* Posts, who holds them, and who is away (S-041 to S-046, S-051, S-052). */
#include <string.h>

#include "organisation/organisation.h"

typedef OrganisationRows__Unit Unit;
typedef OrganisationRows__Staff Staff;
typedef OrganisationRows__Post Post;
typedef OrganisationRows__Mark Mark;

static const char *const kinds[] = {
    "head", "deputy", "first_responsible", "liaison", "duty", "seat", "child", NULL,
};

static bool known_kind(const char *kind)
{
    for (size_t i = 0; kinds[i] != NULL; i++)
        if (strcmp(kinds[i], kind) == 0)
            return true;
    return false;
}

/* Guard: the head of the unit, whoever acts for the head, or the office; S-051: the first responsible
 * person is the head of a committee.  A unit's own system, which names no post, is the unit; but who
 * sits at one of its desks speaks as that post. */
static bool by_head_or_lgo(struct turn *turn, const char *unit)
{
    const char *post = turn_actor_post(turn);
    const Unit *row = turn_load(turn, UNITS, unit);

    if (!by_unit_or_lgo(turn, unit))
        return false;
    if (strcmp(turn_actor_unit(turn), unit) != 0 || post[0] == '\0' || row == NULL
        || row->head_post[0] == '\0' || strcmp(row->head_post, post) == 0)
        return true;
    const Post *head = turn_load(turn, POSTS, row->head_post);
    const Post *own = turn_load(turn, POSTS, post);
    if (own != NULL && strcmp(own->unit, unit) == 0 && strcmp(own->kind, "first_responsible") == 0)
        return true;
    if (head != NULL && turn->actor->person[0] != '\0'
        && strcmp(head->holder, turn->actor->person) == 0)
        return true;
    turn_refuse(turn, TOWN__REFUSAL__NOT_ALLOWED, "%s is for the head of %s", turn->message, unit);
    return false;
}

/* ... or the member of staff in person. */
static bool by_self_or_head(struct turn *turn, const Staff *staff)
{
    bool self = turn->actor->person[0] != '\0' && strcmp(turn->actor->person, staff->staff) == 0;

    return self ? by_unit_or_lgo(turn, staff->unit) : by_head_or_lgo(turn, staff->unit);
}

/* The post's row; refuses UNKNOWN_POST, and NOT_ALLOWED for another unit than its own. */
static const Post *own_post(struct turn *turn, const char *post)
{
    const Post *row = post[0] == '\0' ? NULL : turn_load(turn, POSTS, post);

    if (row == NULL) {
        turn_refuse(turn, ORGANISATION__REFUSAL__UNKNOWN_POST, "no such post");
        return NULL;
    }
    return by_unit_or_lgo(turn, row->unit) ? row : NULL;
}

static const Staff *known_staff(struct turn *turn, const char *staff)
{
    const Staff *row = staff[0] == '\0' ? NULL : turn_load(turn, STAFF, staff);

    if (row == NULL)
        turn_refuse(turn, ORGANISATION__REFUSAL__UNKNOWN_STAFF, "no such staff");
    return row;
}

int on_register_staff(struct turn *turn, const void *message)
{
    const Organisation__RegisterStaff *command = message;

    if (!is_name(turn, command->staff, "staff") || !by_unit_or_lgo(turn, command->unit)
        || known_unit(turn, command->unit) == NULL)
        return turn->outcome;
    Staff *staff = turn_edit(turn, STAFF, command->staff);
    if (turn->outcome == 0 && staff->unit[0] != '\0' && !by_unit_or_lgo(turn, staff->unit))
        return turn->outcome;
    staff->staff = command->staff;
    staff->name = command->name;
    staff->unit = command->unit;
    COPY_LIST(staff, command, phones);

    Organisation__StaffRegistered event = { IS(organisation__staff_registered),
                                            .staff = staff->staff, .unit = staff->unit };
    return turn_emit(turn, staff->unit, &event.base);
}

/* The unit's row knows the two posts on which others lean. */
static void note_post(struct turn *turn, const Post *post)
{
    Unit *unit = turn_edit(turn, UNITS, post->unit);
    Mark *mark = turn_edit(turn, UNIT_POSTS, turn_key(turn, "%s/%s", post->unit, post->post));

    mark->on = true;
    bool heads = strcmp(post->kind, "head") == 0;
    bool first = strcmp(post->kind, "first_responsible") == 0;
    if (heads || (first && unit->head_post[0] == '\0'))
        unit->head_post = post->post;
    if (strcmp(post->kind, "duty") == 0 && unit->duty_post[0] == '\0')
        unit->duty_post = post->post;
}

int on_define_post(struct turn *turn, const void *message)
{
    const Organisation__DefinePost *command = message;

    if (!is_name(turn, command->post, "post") || !by_unit_or_lgo(turn, command->unit)
        || known_unit(turn, command->unit) == NULL)
        return turn->outcome;
    if (!known_kind(command->kind))
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "kind: no such kind of post");
    Post *post = turn_move(turn, POSTS, command->post);
    if (post == NULL)
        return turn->outcome;
    if (post->unit[0] == '\0')
        post->since_ms = turn->now_ms;
    else if (strcmp(post->unit, command->unit) != 0)
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "unit: the post is another unit's");
    post->post = command->post;
    post->unit = command->unit;
    post->name = command->name;
    post->kind = command->kind;
    note_post(turn, post);

    Organisation__PostDefined event = { IS(organisation__post_defined), .post = post->post,
                                        .unit = post->unit, .name = post->name,
                                        .kind = post->kind };
    turn_emit(turn, post->unit, &event.base);
    resolve(turn, post->post);
    return turn->outcome;
}

/* ---- tenures -------------------------------------------------------------------------------------- */

int on_start_tenure(struct turn *turn, const void *message)
{
    const Organisation__StartTenure *command = message;
    const Post *own = own_post(turn, command->post);

    if (own == NULL || !by_head_or_lgo(turn, own->unit))
        return turn->outcome;
    const Staff *staff = known_staff(turn, command->staff);
    if (staff == NULL)
        return turn->outcome;
    /* The log says who held a post at any moment, so a tenure is told when it begins. */
    if (command->from_ms > turn->now_ms)
        return turn_refuse(turn, ORGANISATION__REFUSAL__BAD_PERIOD, "it has not begun");
    Post *post = turn_move(turn, POSTS, command->post);
    if (post == NULL)
        return turn->outcome;
    post->staff = command->staff;
    post->since_ms = command->from_ms == 0 ? turn->now_ms : command->from_ms;
    Unit *unit = turn_edit(turn, UNITS, post->unit);
    unit->held_posts++;
    set_candidate(turn, post->staff, post->post, HOLDS, true);
    if (staff->begun) { /* appointed while ill: the post is held, and its holder away */
        turn_move_as(turn, POSTS, command->post, BEGIN_ABSENCE);
        set_candidate(turn, staff->deputy, post->post, DEPUTISES, true);
    }

    Organisation__TenureStarted event = { IS(organisation__tenure_started), .post = post->post,
                                          .staff = post->staff, .from_ms = post->since_ms,
                                          .unit = post->unit };
    turn_emit(turn, post->unit, &event.base);
    resolve(turn, post->post);
    return turn->outcome;
}

int on_end_tenure(struct turn *turn, const void *message)
{
    const Organisation__EndTenure *command = message;
    const Post *row = own_post(turn, command->post);

    if (row == NULL || !by_head_or_lgo(turn, row->unit))
        return turn->outcome;
    if (command->until_ms > turn->now_ms)
        return turn_refuse(turn, ORGANISATION__REFUSAL__BAD_PERIOD, "it has not ended");
    if (command->staff[0] != '\0' && row->staff[0] != '\0'
        && strcmp(command->staff, row->staff) != 0)
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "staff: does not hold this post");
    const char *staff = row->staff;
    const Staff *leaver = staff[0] == '\0' ? NULL : turn_load(turn, STAFF, staff);
    Post *post = turn_move(turn, POSTS, command->post);
    if (post == NULL)
        return turn->outcome;
    if (leaver != NULL && leaver->begun)
        set_candidate(turn, leaver->deputy, post->post, DEPUTISES, false);
    post->staff = "";
    post->since_ms = turn->now_ms;
    Unit *unit = turn_edit(turn, UNITS, post->unit);
    unit->held_posts--;
    set_candidate(turn, staff, post->post, HOLDS, false);

    Organisation__TenureEnded event = {
        IS(organisation__tenure_ended), .post = post->post, .staff = staff,
        .until_ms = command->until_ms == 0 ? turn->now_ms : command->until_ms, .unit = post->unit
    };
    turn_emit(turn, post->unit, &event.base);
    resolve(turn, post->post);
    return turn->outcome;
}

int on_set_succession(struct turn *turn, const void *message)
{
    const Organisation__SetSuccession *command = message;
    const Post *row = own_post(turn, command->post);

    if (row == NULL)
        return turn->outcome;
    for (size_t i = 0; i < command->n_order; i++)
        if (known_staff(turn, command->order[i]) == NULL)
            return turn->outcome;
    for (size_t i = 0; i < row->n_order; i++)
        set_candidate(turn, row->order[i], row->post, ORDERED, false);
    Post *post = turn_edit(turn, POSTS, command->post);
    COPY_LIST(post, command, order);
    for (size_t i = 0; i < post->n_order; i++)
        set_candidate(turn, post->order[i], post->post, ORDERED, true);

    Organisation__SuccessionSet event = { IS(organisation__succession_set), .post = post->post,
                                          .unit = post->unit };
    COPY_LIST(&event, post, order);
    turn_emit(turn, post->unit, &event.base);
    resolve(turn, post->post);
    return turn->outcome;
}

/* ---- absences ------------------------------------------------------------------------------------- */

/* Moves the staff's posts along the command in hand, and finds who acts for them. */
static void move_posts(struct turn *turn, const char *staff, int32_t word)
{
    struct turn_slice posts = turn_keys(turn, CANDIDATES, turn_text(turn, "%s/", staff));

    for (size_t i = 0; i < posts.count; i++) {
        const Post *post = turn_load(turn, POSTS, posts.keys[i]);
        if (post != NULL && strcmp(post->staff, staff) == 0) {
            Post *moved = turn_move_as(turn, POSTS, posts.keys[i], word);
            if (moved != NULL)
                moved->since_ms = turn->now_ms;
        }
    }
    resolve_for(turn, staff);
}

static void set_deputy(struct turn *turn, const Staff *staff, bool on)
{
    struct turn_slice posts = turn_keys(turn, CANDIDATES, turn_text(turn, "%s/", staff->staff));

    for (size_t i = 0; i < posts.count; i++) {
        const Post *post = turn_load(turn, POSTS, posts.keys[i]);
        if (post != NULL && strcmp(post->staff, staff->staff) == 0)
            set_candidate(turn, staff->deputy, posts.keys[i], DEPUTISES, on);
    }
}

static void begin(struct turn *turn, Staff *staff, int32_t word)
{
    staff->begun = true;
    set_deputy(turn, staff, true);
    move_posts(turn, staff->staff, word);
    if (staff->until_ms == 0)
        return;
    Organisation__EndAbsenceDue end = { IS(organisation__end_absence_due), .staff = staff->staff };
    turn_remind(turn, staff->staff, staff->until_ms, &end.base);
}

int on_declare_absence(struct turn *turn, const void *message)
{
    const Organisation__DeclareAbsence *command = message;
    const Staff *row = known_staff(turn, command->staff);

    if (row == NULL || !by_self_or_head(turn, row))
        return turn->outcome;
    if (row->away)
        return turn_refuse(turn, ORGANISATION__REFUSAL__ALREADY_ABSENT, "is absent already");
    uint64_t from_ms = command->from_ms == 0 ? turn->now_ms : command->from_ms;
    if (command->until_ms != 0
        && (command->until_ms <= from_ms || command->until_ms <= turn->now_ms))
        return turn_refuse(turn, ORGANISATION__REFUSAL__BAD_PERIOD, "it ends before it begins");
    if (command->deputy[0] != '\0' && known_staff(turn, command->deputy) == NULL)
        return turn->outcome;
    if (strcmp(command->deputy, command->staff) == 0)
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "deputy: nobody deputises himself");
    Staff *staff = turn_edit(turn, STAFF, command->staff);
    staff->away = true;
    staff->from_ms = from_ms;
    staff->until_ms = command->until_ms;
    staff->deputy = command->deputy;
    staff->reason_class = command->reason_class;

    Organisation__AbsenceDeclared event = { IS(organisation__absence_declared),
                                            .staff = staff->staff,
                                            .from_ms = staff->from_ms,
                                            .until_ms = staff->until_ms,
                                            .deputy = staff->deputy,
                                            .reason_class = staff->reason_class,
                                            .unit = staff->unit };
    turn_emit(turn, staff->unit, &event.base);
    if (from_ms <= turn->now_ms) {
        begin(turn, staff, DECLARE_ABSENCE);
    } else {
        Organisation__BeginAbsence later = { IS(organisation__begin_absence), .staff = staff->staff,
                                             .from_ms = from_ms };
        turn_remind(turn, staff->staff, from_ms, &later.base);
    }
    return turn->outcome;
}

int on_begin_absence(struct turn *turn, const void *message)
{
    const Organisation__BeginAbsence *command = message;

    if (!by_timer(turn))
        return turn->outcome;
    const Staff *row = known_staff(turn, command->staff);
    if (row == NULL || !row->away || row->begun || row->from_ms != command->from_ms)
        return turn->outcome;
    begin(turn, turn_edit(turn, STAFF, command->staff), BEGIN_ABSENCE);
    return turn->outcome;
}

static int end(struct turn *turn, const char *id, int32_t word)
{
    Staff *staff = turn_edit(turn, STAFF, id);
    bool begun = staff->begun;

    set_deputy(turn, staff, false);
    staff->away = false;
    staff->begun = false;
    staff->from_ms = staff->until_ms = 0;
    staff->deputy = staff->reason_class = "";
    turn_forget(turn, staff->staff, &organisation__begin_absence__descriptor);
    turn_forget(turn, staff->staff, &organisation__end_absence_due__descriptor);

    Organisation__AbsenceEnded event = { IS(organisation__absence_ended), .staff = staff->staff,
                                         .unit = staff->unit };
    turn_emit(turn, staff->unit, &event.base);
    if (begun)
        move_posts(turn, staff->staff, word);
    return turn->outcome;
}

int on_end_absence(struct turn *turn, const void *message)
{
    const Organisation__EndAbsence *command = message;
    const Staff *row = known_staff(turn, command->staff);

    if (row == NULL || !by_self_or_head(turn, row))
        return turn->outcome;
    if (!row->away)
        return turn_refuse(turn, TOWN__REFUSAL__WRONG_STATE, "is not absent");
    return end(turn, command->staff, END_ABSENCE);
}

int on_end_absence_due(struct turn *turn, const void *message)
{
    const Organisation__EndAbsenceDue *command = message;

    if (!by_timer(turn))
        return turn->outcome;
    const Staff *row = known_staff(turn, command->staff);
    if (row == NULL || !row->begun)
        return turn->outcome;
    return end(turn, command->staff, END_ABSENCE_DUE);
}
