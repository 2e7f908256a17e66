/*
 * crash/checker/checker.h - judges a history: what was called, what was answered, what lies on the log,
 * and what the stores hold in the end (proof.md 4).
 *
 * A history is text, a line for each fact, in any order but where the order is the fact.  It is
 * judged apart from the run that wrote it, so old histories can be judged again.  `-` stands for
 * what is empty.  A line that is not understood is itself a violation.
 *
 *     invoke ID SUBJECT DIGEST        somebody published this                     H1 H2 H3 H13
 *     ok ID SEQ                       ... and was told that it is durable
 *     refused ID CODE                 ... or that it was not stored
 *     unknown ID                      ... or nothing
 *     stored SEQ TIME ID SUBJECT DIGEST CAUSE DUE     the log, in order           H4 H13
 *     serves SERVICE FILTER           the effects of these subjects are told
 *     upto SERVICE SEQ                ... as far as it had come when it was stopped
 *     effect SERVICE SEQ ID DIGEST    in the order in which they were made        H1 H3 H4
 *     emits SERVICE                   what its turns derive is told, in order
 *     emit SERVICE CAUSE DIGEST                                                   H5
 *     unsent SERVICE COUNT            of these, the last so many are still in its outbox
 *     answers FILTER                  these commands have an outcome              H6
 *     dead SERVICE ID                 a dead letter
 *     stock NAME START IN OUT NOW                                                 H7
 *     arrow SERVICE FROM TO           a move that its tables know
 *     move SERVICE KEY FROM TO        a move that was made, in order              H7
 *     pending SERVICE DUE             a timer that waits in the end               H8
 *     end TIME                        log time in the end
 *     answer REF                      an answer with personal data left           H9
 *     accessed SEQ REF
 *     collects MAILBOX FILTER                                                     H10
 *     leased MAILBOX SEQ TOKEN
 *     receipt MAILBOX SEQ TOKEN ok|refused|unknown
 *     dead_letter MAILBOX SEQ
 *     checkpoint SIZE ROOT                                                        H11
 *     heard SESSION SEQ               in the order in which it was heard          H12
 *     replay SERVICE equal|different                                              H14
 */
#pragma once

#include <stdint.h>

enum { CHECKER_RULES = 15 };

struct verdict {
    uint32_t lines;
    uint32_t violations;
    uint32_t of_rule[CHECKER_RULES]; /* H1 is [1]; [0]: lines that are not understood */
    char first[256];                 /* the first violation, as a line                */
};

/* Judges `text` (a whole history; changed while it is read). */
void checker_judge(char *text, struct verdict *ret_verdict);
