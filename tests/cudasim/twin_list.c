/* twin_list.c - the one device that the simulator has (see twin.cpp). */
#include "cuda/device.h"
#include "engine/core/backend.h"

#include <stdio.h>
#include <string.h>

int device_list(struct backend_device *list, int room, char *why, size_t why_room)
{
    if (why_room)
        why[0] = '\0';
    if (room < 1)
        return 0;
    memset(list, 0, sizeof *list);
    snprintf(list->id, sizeof list->id, "cuda:0");
    snprintf(list->name, sizeof list->name, "simulated device");
    snprintf(list->detail, sizeof list->detail, "kernels run on the host");
    return 1;
}
