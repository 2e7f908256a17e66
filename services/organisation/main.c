#include "organisation/organisation.h"

int main(int argc, char **argv)
{
    return service_main(&organisation_service, argc, argv);
}
