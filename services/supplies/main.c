#include "supplies/supplies.h"

int main(int argc, char **argv)
{
    return service_main(&supplies_service, argc, argv);
}
