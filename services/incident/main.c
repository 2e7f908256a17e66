#include "incident/incident.h"

int main(int argc, char **argv)
{
    return service_main(&incident_service, argc, argv);
}
