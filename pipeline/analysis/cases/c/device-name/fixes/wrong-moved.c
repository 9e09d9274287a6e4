#include <stdio.h>
#include <string.h>

struct device {
    char name[32];
    int port;
};

void device_rename(struct device *device, const char *name)
{
    sprintf(device->name, "%s", name);
}

int main(int argc, char **argv)
{
    struct device device = {"unnamed", 8080};
    if (argc > 1)
        device_rename(&device, argv[1]);
    printf("%s:%d\n", device.name, device.port);
    return 0;
}
