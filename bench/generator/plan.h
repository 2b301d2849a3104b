/* What a plan holds, and what is known of each connection and seat. */
#ifndef PLAN_H
#define PLAN_H
#include <stddef.h>

enum { STEPS = 6, KINDS = 4, RING = 256 };
enum state { DOWN, SHAKING, GREETING, READY };

struct conn {
    int fd, port, kind, steps, step, greeted, came;
    enum state state;
    char *path, *say[STEPS], *wait[STEPS], *held, *beat_head, *beat_tail;
    size_t held_len;
    unsigned long long seq;
    double beat_every, beat_due, again;
};
struct seat {
    int conn, partner;
    char *head, *mid, *tail;
    unsigned sent, acked, delivered;
    double at[RING];
};
struct plan {
    char mode[8], *ping, *pong;
    double warm, seconds, rate;
    int window;
};

extern struct plan plan;
extern struct conn *conns;
extern struct seat *seats;
extern char *kinds[KINDS];
extern int conn_count, seat_count;

void die(const char *format, ...);
void *grown(void *old, size_t count, size_t size);
void read_plan(const char *name);
#endif
