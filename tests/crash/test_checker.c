/*
 * The checker is worth what it catches: a history that is whole, and the same history damaged in one
 * place, at least twice a rule.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crash/checker/checker.h"
#include "lib/run.h"

static const char whole[] = "# two commands, a refusal, a timer, a question, a mailbox\n"
                            "invoke vc/1/1 toy.OpenNeed.c41 aa\n"
                            "ok vc/1/1 1\n"
                            "invoke vc/1/2 toy.Accept.c41 bb\n"
                            "ok vc/1/2 2\n"
                            "invoke hcz/1/1 toy.Complete.hcz cc\n"
                            "unknown hcz/1/1\n"
                            "invoke hcz/1/2 toy.Complete.hcz dd\n"
                            "refused hcz/1/2 FULL\n"
                            "invoke hcs/1/1 toy.Complete.hcs ee\n"
                            "unknown hcs/1/1\n"
                            "stored 1 1000 vc/1/1 toy.OpenNeed.c41 aa - 0\n"
                            "stored 2 1001 vc/1/2 toy.Accept.c41 bb - 0\n"
                            "stored 3 1001 toy/1/1 toy.NeedOpened.c41 e1 vc/1/1 0\n"
                            "stored 4 1002 toy/1/2 toy.Accepted.c41 e2 vc/1/2 0\n"
                            "stored 6 1003 hcz/1/1 toy.Complete.hcz cc - 0\n"
                            "stored 7 1004 toy/1/3 toy.NeedClosed.c41 e3 hcz/1/1 0\n"
                            "stored 8 5000 toy/1/4 toy.Due.c41 t1 vc/1/1 4600\n"
                            "stored 9 5001 toy/1/5 toy.Expired.c41 e4 toy/1/4 0\n"
                            "stored 10 5002 toy/1/6 toy.Accessed.vc a1 - 0\n"
                            "serves toy toy.OpenNeed.*\n"
                            "serves toy toy.Complete.*\n"
                            "upto toy 10\n"
                            "effect toy 1 vc/1/1 aa\n"
                            "effect toy 2 vc/1/2 bb\n"
                            "effect toy 6 hcz/1/1 cc\n"
                            "effect toy 8 toy/1/4 t1\n"
                            "emits toy\n"
                            "emit toy vc/1/1 e1\n"
                            "emit toy vc/1/2 e2\n"
                            "emit toy hcz/1/1 e3\n"
                            "emit toy toy/1/4 e4\n"
                            "emit toy toy/1/4 e5\n"
                            "unsent toy 1\n"
                            "answers toy.OpenNeed.*\n"
                            "answers toy.Accept.*\n"
                            "answers toy.Complete.*\n"
                            "stock masks 10 5 3 12\n"
                            "arrow toy NONE OPEN\n"
                            "arrow toy OPEN TAKEN\n"
                            "arrow toy TAKEN DONE\n"
                            "move toy Z7 NONE OPEN\n"
                            "move toy Z7 OPEN TAKEN\n"
                            "move toy Z7 TAKEN DONE\n"
                            "pending toy 9000\n"
                            "end 6000\n"
                            "accessed 10 q1\n"
                            "answer q1\n"
                            "collects hcz toy.NeedOpened.*\n"
                            "collects hcz toy.NeedClosed.*\n"
                            "leased hcz 3 100\n"
                            "leased hcz 3 101\n"
                            "receipt hcz 3 100 refused\n"
                            "receipt hcz 3 101 ok\n"
                            "leased hcz 7 102\n"
                            "dead_letter hcz 7\n"
                            "checkpoint 5 r5\n"
                            "checkpoint 9 r9\n"
                            "checkpoint 9 r9\n"
                            "heard s1 3\n"
                            "heard s1 4\n"
                            "heard s1 9\n"
                            "replay toy equal\n";

/* `old` becomes `new`; an empty `old`: `new` comes at the end. */
static const struct damage {
    int rule;
    const char *old;
    const char *new;
} damages[] = {
    { 1, "stored 1 1000 vc/1/1 toy.OpenNeed.c41 aa - 0\n", "" },   /* lost            */
    { 1, "ok vc/1/2 2\n", "ok vc/1/2 3\n" },                       /* at another seq  */
    { 1, "", "stored 11 6000 vc/1/2 toy.Accept.c41 bb - 0\n" },    /* stored twice    */
    { 1, "effect toy 1 vc/1/1 aa\n", "" },                         /* no effect       */
    { 1, "", "effect toy 6 hcz/1/1 cc\n" },                        /* effect twice    */
    { 2, "", "stored 11 6000 hcz/1/1 toy.Complete.hcz cc - 0\n" }, /* unknown, twice  */
    { 2, "", "stored 11 6000 hcz/1/2 toy.Complete.hcz dd - 0\n" }, /* refused, stored */
    { 2, "refused hcz/1/2 FULL\n", "refused hcz/1/2 -\n" },        /* no reason       */
    { 2, "unknown hcs/1/1\n", "" },                                /* nothing told    */
    { 3, "invoke vc/1/1 toy.OpenNeed.c41 aa\n", "" },              /* no such call    */
    { 3, "effect toy 2 vc/1/2 bb\n", "effect toy 2 vc/1/2 bc\n" }, /* another message */
    { 3, "", "effect toy 12 vc/1/9 aa\n" },                        /* of nothing      */
    { 3, "stored 2 1001 vc/1/2 toy.Accept.c41 bb", "stored 2 1001 vc/1/2 toy.Accept.c42 bb" },
    { 4, "stored 3 1001 toy/1/1", "stored 3 1001 toy/1/2" }, /* a gap           */
    { 4, "stored 6 1003", "stored 4 1003" },                 /* a seq twice     */
    { 4, "stored 7 1004", "stored 7 1002" },                 /* time goes back  */
    { 4, "effect toy 2 vc/1/2 bb\neffect toy 6 hcz/1/1 cc\n",
      "effect toy 6 hcz/1/1 cc\neffect toy 2 vc/1/2 bb\n" },              /* out of order    */
    { 5, "emit toy vc/1/2 e2\n", "" },                                    /* nobody said it  */
    { 5, "stored 7 1004 toy/1/3 toy.NeedClosed.c41 e3 hcz/1/1 0\n", "" }, /* never left      */
    { 5, "", "stored 11 6000 toy/1/7 toy.NeedOpened.c41 e1 vc/1/1 0\n" }, /* left twice      */
    { 5, "unsent toy 1\n", "unsent toy 0\n" },                            /* lost in between */
    { 6, "stored 4 1002 toy/1/2 toy.Accepted.c41 e2 vc/1/2 0\n", "" },    /* no outcome      */
    { 6, "stored 7 1004 toy/1/3 toy.NeedClosed.c41 e3 hcz/1/1 0\n",
      "stored 7 1004 boss/1/1 boss.NeedClosed.c41 e3 hcz/1/1 0\n" }, /* another's       */
    { 7, "stock masks 10 5 3 12\n", "stock masks 10 5 3 13\n" },
    { 7, "stock masks 10 5 3 12\n", "stock masks 1 1 3 -1\n" },
    { 7, "move toy Z7 OPEN TAKEN\n", "move toy Z7 OPEN DONE\n" },     /* no such arrow   */
    { 7, "move toy Z7 OPEN TAKEN\n", "" },                            /* was not in it   */
    { 8, "stored 8 5000 toy/1/4", "stored 8 4599 toy/1/4" },          /* too early       */
    { 8, "", "stored 11 6000 toy/1/7 toy.Due.c41 t1 vc/1/1 4600\n" }, /* twice           */
    { 2, "toy.Accepted.c41 e2", "toy.Refused.vc e2" },                /* refused, with effect */
    { 8, "pending toy 9000\n", "pending toy 5999\n" },                /* forgotten       */
    { 9, "accessed 10 q1\n", "" },                                    /* no trace        */
    { 9, "accessed 10 q1\n", "accessed 9 q1\n" },                     /* not on the log  */
    { 9, "", "answer q2\n" },
    { 10, "receipt hcz 3 101 ok\n", "" },                            /* never done      */
    { 10, "receipt hcz 3 100 refused\n", "receipt hcz 3 100 ok\n" }, /* an old token    */
    { 10, "leased hcz 3 101\n", "leased hcz 3 99\n" },               /* token goes back */
    { 10, "", "receipt hcz 7 102 ok\n" },                            /* dead and done   */
    { 11, "checkpoint 9 r9\ncheckpoint 9 r9\n", "checkpoint 9 r9\ncheckpoint 9 r8\n" },
    { 11, "", "checkpoint 5 r6\n" },
    { 12, "heard s1 4\nheard s1 9\n", "heard s1 9\nheard s1 4\n" },
    { 12, "heard s1 9\n", "heard s1 5\n" }, /* not on the log  */
    { 13, "effect toy 8 toy/1/4 t1\n", "effect toy 8 toy/1/4 t2\n" },
    { 13, "", "invoke hcz/1/1 toy.Complete.hcz xx\n" },
    { 14, "replay toy equal\n", "replay toy different\n" },
    { 14, "", "replay boss different\n" },
    { 0, "end 6000\n", "end\n" },
    { 0, "", "what is this\n" },
};

enum { DAMAGES = sizeof(damages) / sizeof(damages[0]) };

START_TEST(a_whole_history_is_clean)
{
    struct verdict verdict;
    char *text = strdup(whole);

    checker_judge(text, &verdict);
    free(text);
    ck_assert_msg(verdict.violations == 0, "%s", verdict.first);
    ck_assert_uint_eq(verdict.lines, 62);
}
END_TEST

START_TEST(every_damage_is_caught_by_its_rule)
{
    unsigned of_rule[CHECKER_RULES] = { 0 };

    for (unsigned i = 0; i < DAMAGES; i++) {
        const struct damage *damage = &damages[i];
        struct verdict verdict;
        char *text = calloc(1, sizeof(whole) + strlen(damage->new) + 1);
        const char *place =
            damage->old[0] == '\0' ? whole + strlen(whole) : strstr(whole, damage->old);
        ck_assert_msg(place != NULL, "damage %u is of nothing", i);
        memcpy(text, whole, (size_t)(place - whole));
        strcat(text, damage->new);
        strcat(text, place + strlen(damage->old));
        checker_judge(text, &verdict);
        free(text);
        ck_assert_msg(verdict.of_rule[damage->rule] > 0, "damage %u (H%d: %s) is not caught", i,
                      damage->rule, damage->new[0] == '\0' ? damage->old : damage->new);
        of_rule[damage->rule]++;
    }
    for (int rule = 0; rule < CHECKER_RULES; rule++)
        ck_assert_msg(of_rule[rule] >= 2, "H%d has %u damaged histories", rule, of_rule[rule]);
}
END_TEST

TESTS(a_whole_history_is_clean, every_damage_is_caught_by_its_rule)
