#include "toy/toy.h"

int main(int argc, char **argv)
{
    return service_main(&toy_service, argc, argv);
}
