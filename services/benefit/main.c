#include "benefit/benefit.h"

int main(int argc, char **argv)
{
    return service_main(&benefit_service, argc, argv);
}
