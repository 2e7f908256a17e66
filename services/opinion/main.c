#include "opinion/opinion.h"

int main(int argc, char **argv)
{
    return service_main(&opinion_service, argc, argv);
}
