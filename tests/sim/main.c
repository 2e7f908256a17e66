/*
 * carebus-sim - T01: the bus and its peers in one thread, every fault, and a judge.
 */
#include "sim/sim.h"

int main(int argc, char **argv)
{
    return sim_main(&sim_toys, argc, argv);
}
