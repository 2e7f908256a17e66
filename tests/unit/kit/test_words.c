#include <string.h>

#include "hotline.pb-c.h"
#include "kit/words.h"
#include "lib/run.h"
#include "referral.pb-c.h"
#include "town.pb-c.h"

static const ProtobufCMessageDescriptor *of(const char *subject)
{
    return words_of_subject(slice_text(subject));
}

START_TEST(a_subject_names_its_body)
{
    ck_assert_ptr_eq(of("referral.Schedule.hcz"), &referral__schedule__descriptor);
    ck_assert_ptr_eq(of("hotline.ClassifyCall.dzb"), &hotline__classify_call__descriptor);
    /* a service's own word goes before the shared one */
    ck_assert_ptr_eq(of("hotline.Problem.dzb"), &hotline__problem__descriptor);
}
END_TEST

START_TEST(the_words_of_the_kernel_belong_to_every_service)
{
    ck_assert_ptr_eq(of("referral.Dispatch.hcz"), &town__dispatch__descriptor);
    ck_assert_ptr_eq(of("hotline.NeedClosed.310115125041"), &town__need_closed__descriptor);
    ck_assert_ptr_eq(of("care.Refused.dzb"), &town__refused__descriptor);
}
END_TEST

START_TEST(what_is_no_word_is_none)
{
    static const char *const subjects[] = { "",
                                            "referral",
                                            "referral.Schedule",
                                            "referral.Schedul.hcz",
                                            "referral.Scheduled2.hcz",
                                            "hotline.Schedule.dzb",
                                            "referral..hcz",
                                            ".Schedule.hcz",
                                            "referral.schedule.hcz" };

    for (size_t i = 0; i < sizeof(subjects) / sizeof(subjects[0]); i++)
        ck_assert_msg(of(subjects[i]) == NULL, "%s", subjects[i]);
}
END_TEST

START_TEST(every_word_is_found_by_its_name_and_they_are_in_order)
{
    const ProtobufCMessageDescriptor *type;
    const char *last = "";
    unsigned count = 0;

    for (; (type = words_at(count)) != NULL; count++) {
        ck_assert_str_lt(last, type->name);
        ck_assert_ptr_eq(words_of(slice_text(type->package_name), slice_text(type->short_name)),
                         type);
        last = type->name;
    }
    ck_assert_uint_gt(count, 300);
}
END_TEST

TESTS(a_subject_names_its_body, the_words_of_the_kernel_belong_to_every_service,
      what_is_no_word_is_none, every_word_is_found_by_its_name_and_they_are_in_order)
