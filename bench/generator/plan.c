/* Reads a plan: a file of lines, each with fields separated by tabs; the first field says what the line is.
 *
 *   M mode warm seconds rate window ping pong           what to do: closed, open or hold; a text that is answered with another
 *   K header ...                                         headers of one kind of connection, numbered from 0
 *   C port kind path say wait say wait ...               a connection: after the handshake `say` is sent and `wait` must come
 *                                                        (several, with 0x1f between them: each try says the next one)
 *   S connection partner head mid tail                   a seat: who says something over a connection, to which other seat;
 *                                                        a message is head, id, mid, counter, tail
 *   B connection head tail seconds                       a heartbeat of a connection: head, the last seq seen, tail
 */
#define _GNU_SOURCE
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plan.h"

struct plan plan;
struct conn *conns;
struct seat *seats;
char *kinds[KINDS];
int conn_count, seat_count;
static int kind_count;

void die(const char *format, ...) {
    va_list args;
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    exit(1);
}

void *grown(void *old, size_t count, size_t size) {
    if (count & (count - 1)) return old; /* room doubles at each power of two */
    void *made = realloc(old, (count ? 2 * count : 1) * size);
    if (!made) die("no memory");
    return made;
}

static char *field(char **line) { char *found = strsep(line, "\t"); return found ? found : ""; }

static void read_mode(char **line) {
    snprintf(plan.mode, sizeof plan.mode, "%s", field(line));
    plan.warm = atof(field(line));
    plan.seconds = atof(field(line));
    plan.rate = atof(field(line));
    plan.window = atoi(field(line));
    plan.ping = field(line);
    plan.pong = field(line);
}

static void read_kind(char **line) {
    char *all = calloc(1, strlen(*line ? *line : "") * 2 + 3);
    for (char *header; line && *line && (header = strsep(line, "\t"));) { strcat(all, header); strcat(all, "\r\n"); }
    if (kind_count == KINDS) die("too many kinds");
    kinds[kind_count++] = all;
}

static void read_conn(char **line) {
    conns = grown(conns, (size_t)conn_count, sizeof *conns);
    struct conn *c = &conns[conn_count++];
    memset(c, 0, sizeof *c);
    c->fd = -1;
    c->port = atoi(field(line));
    c->kind = atoi(field(line));
    c->path = field(line);
    while (*line && c->steps < STEPS) { c->say[c->steps] = field(line); c->wait[c->steps++] = field(line); }
}

static void read_seat(char **line) {
    seats = grown(seats, (size_t)seat_count, sizeof *seats);
    struct seat *s = &seats[seat_count++];
    memset(s, 0, sizeof *s);
    s->conn = atoi(field(line));
    s->partner = atoi(field(line));
    s->head = field(line);
    s->mid = field(line);
    s->tail = field(line);
}

static void read_beat(char **line) {
    struct conn *c = &conns[atoi(field(line))];
    c->beat_head = field(line);
    c->beat_tail = field(line);
    c->beat_every = atof(field(line));
}

void read_plan(const char *name) {
    FILE *file = fopen(name, "r");
    if (!file) die("%s: cannot be read", name);
    for (char *line = NULL;; line = NULL) { /* each line stays: fields point into it */
        size_t room = 0;
        ssize_t length = getline(&line, &room, file);
        if (length < 0) break;
        if (line[length - 1] == '\n') line[length - 1] = 0;
        char *rest = line, *what = field(&rest);
        switch (*what) {
        case 'M': read_mode(&rest); break;
        case 'K': read_kind(&rest); break;
        case 'C': read_conn(&rest); break;
        case 'S': read_seat(&rest); break;
        case 'B': read_beat(&rest); break;
        default: die("a line of an unknown kind: %s", what);
        }
    }
    fclose(file);
}
