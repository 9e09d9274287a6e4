#include <stdint.h>
#include <stdlib.h>
#include <string.h>

unsigned char *with_header(const unsigned char *body, uint32_t length)
{
    if (length > UINT32_MAX - 8)
        return NULL;
    uint32_t total = length + 8;
    unsigned char *record = malloc(total);
    if (record == NULL)
        return NULL;
    memset(record, 0, 8);
    memcpy(record + 8, body, length);
    return record;
}
