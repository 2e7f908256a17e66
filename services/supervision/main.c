#include "supervision/supervision.h"

int main(int argc, char **argv)
{
    return service_main(&supervision_service, argc, argv);
}
