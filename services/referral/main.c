#include "referral/referral.h"

int main(int argc, char **argv)
{
    return service_main(&referral_service, argc, argv);
}
