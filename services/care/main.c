#include "care/care.h"

int main(int argc, char **argv)
{
    return service_main(&care_service, argc, argv);
}
