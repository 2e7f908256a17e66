/*
 * care: the city's programmes are sources of carers beside the committee's own (S-091 老伙伴计划,
 * S-092 科技助老平台, S-010 on the mechanism that is there already): each brings its name along.
 */
#include "stories/care_town.h"

extern const struct service care_service;

START_TEST(a_carer_comes_from_a_programme)
{
    struct story *story = care_story(&care_service, "2023-01-18T06:00");

    vc_says(story, "RegisterCarer",
            "{'carer': 'v1', 'kind': 'VOLUNTEER', 'committee': '" C41
            "', 'programme': '科技助老平台',"
            " 'card': {'name': '王秀英', 'phones': [{'number': '13900000001'}]}}");
    ck_assert_str_eq(story_last(story, "care.CarerRegistered." C41),
                     "{\"carer\": \"v1\", \"kind\": \"VOLUNTEER\", \"committee\": "
                     "\"310115125041\", \"programme\": \"科技助老平台\"}");
    person_of(story, C41, "r1", "");
    pair_of(story, "r1", "v1");
    ck_assert_ptr_nonnull(
        strstr(story_ask(story, C41, "care.Load." C41, "{'committee': '" C41 "'}"),
               "\"programme\": \"科技助老平台\""));
    story_close(story);
}
END_TEST

TESTS(a_carer_comes_from_a_programme)
