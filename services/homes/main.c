#include "homes/homes.h"

int main(int argc, char **argv)
{
    return service_main(&homes_service, argc, argv);
}
