/*
 * carebus-sim-town - T01 with all the real services: their turns and handlers over a store in
 * memory, desks that play scenes, every fault, and the replay check (H14) after each seed.
 */
#include <stdio.h>

#include "base/log.h"
#include "sim/town/town.h"

int main(int argc, char **argv)
{
    say_set_level(SAY_SILENT);
    if (town_open() != 0)
        return 66;
    int status = sim_main(&town_cast, argc, argv);
    town_close();
    return status;
}
