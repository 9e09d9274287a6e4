#include <stdio.h>
#include <time.h>

static void log_line(FILE *log, const char *message)
{
    fprintf(log, "%ld ", (long)time(NULL));
    fputs(message, log);
    fputc('\n', log);
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        log_line(stderr, argv[i]);
    return 0;
}
