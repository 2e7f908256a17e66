#include "hotline/hotline.h"

int main(int argc, char **argv)
{
    return service_main(&hotline_service, argc, argv);
}
