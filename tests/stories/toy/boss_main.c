#include "toy/toy.h"

int main(int argc, char **argv)
{
    return service_main(&boss_service, argc, argv);
}
