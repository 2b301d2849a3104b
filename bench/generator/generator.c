/* The load generator: many WebSockets on one thread, so cheap that what it talks to is what limits.
 *
 * It knows no product: a plan (plan.c) says whom to connect, what to say and what must come back. An id is 22 characters that name the
 * seat and the message, so that what comes back is known without a table.
 *
 * closed: each pair has one message under way, answered as soon as it is delivered. open: `rate` messages a second, timed from when
 * each was due. hold: connect all, come back whenever a connection is lost. Facts go to standard output as JSON, one a line.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "plan.h"

enum { EVENTS = 512, ID = 22, READ = 1 << 18, A_SOURCE = 10000, AGAIN_MS = 20, AWAY_MS = 250, CALM = 4, OR = 0x1f };

struct samples { float *us; size_t count, room; };

static int ready, under_way, cursor, ep, closed_with;
static struct samples ways, receipts;
static unsigned long long sent, delivered, acked, odd, again, refused, lost, away, counted;
static int talking, counting;
static double lost_at, first_back;
static char scratch[READ];

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void keep(struct samples *in, double seconds) {
    in->us = grown(in->us, in->count, sizeof *in->us);
    in->us[in->count++] = (float)(seconds * 1e6);
}

/* --- sending ------------------------------------------------------------------------------------------------------------- */

static void leave(struct conn *c) {
    if (c->state == READY) ready--; else under_way--;
    if (c->fd >= 0) close(c->fd);
    c->fd = -1;
    c->state = DOWN;
    c->held_len = 0;
    c->again = now() + AGAIN_MS / 1e3;
    if (!lost_at) lost_at = now();
}

static void put(struct conn *c, const char *bytes, size_t length) {
    while (length) {
        ssize_t done = send(c->fd, bytes, length, MSG_NOSIGNAL);
        if (done < 0 && errno == EAGAIN) {
            struct pollfd until = {c->fd, POLLOUT, 0};
            if (poll(&until, 1, 1000) == 1) continue;
        }
        if (done < 0) return; /* the reader will see that it is gone */
        bytes += done;
        length -= (size_t)done;
    }
}

/* One text or control frame; the mask is four zeros, so that masking costs us nothing and the server what it always does. */
static void put_frame(struct conn *c, int opcode, const char *text, size_t length) {
    static char frame[1 << 15];
    size_t at = 2;
    if (length + 8 > sizeof frame) die("a frame of %zu bytes", length);
    frame[0] = (char)(0x80 | opcode);
    frame[1] = (char)(0x80 | (length < 126 ? length : 126));
    if (length >= 126) { frame[at++] = (char)(length >> 8); frame[at++] = (char)length; }
    memset(frame + at, 0, 4);
    memcpy(frame + at + 4, text, length);
    put(c, frame, at + 4 + length);
}

static void say(int seat, double due) {
    static char text[1 << 14];
    struct seat *s = &seats[seat];
    int length = snprintf(text, sizeof text, "%ss%07dm%012uA%s%u%s", s->head, seat, s->sent, s->mid, s->sent, s->tail);
    s->at[s->sent++ % RING] = due;
    sent++;
    put_frame(&conns[s->conn], 1, text, (size_t)length);
}

static void greet(struct conn *c) {
    while (c->step < c->steps && c->state == GREETING) {
        const char *text = c->say[c->step];
        for (int tried = 0; tried < c->came && strchr(text, OR); tried++) text = strchr(text, OR) + 1; /* what is good once has others */
        if (*text) put_frame(c, 1, text, strcspn(text, (char[]){OR, 0}));
        if (*c->wait[c->step]) return;
        c->step++;
    }
    if (c->state != GREETING) return;
    c->state = READY;
    ready++;
    under_way--;
    if (lost_at && !first_back) first_back = now();
    if (c->beat_every) c->beat_due = now() + c->beat_every * (double)(c - conns) / conn_count;
}

static void come(struct conn *c) {
    struct sockaddr_in from = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + (uint32_t)((c - conns) / A_SOURCE))};
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)c->port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int on = 1;
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (c->fd < 0) die("no more descriptors: %s", strerror(errno));
    setsockopt(c->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    c->state = SHAKING;
    c->came += c->greeted;
    c->step = c->greeted = 0;
    under_way++;
    fcntl(c->fd, F_SETFL, O_NONBLOCK);
    if (bind(c->fd, (struct sockaddr *)&from, sizeof from) || (connect(c->fd, (struct sockaddr *)&to, sizeof to) && errno != EINPROGRESS)) {
        leave(c);
        return;
    }
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLONESHOT, .data.u32 = (uint32_t)(c - conns)};
    epoll_ctl(ep, EPOLL_CTL_ADD, c->fd, &event);
}

static void shake(struct conn *c) {
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = (uint32_t)(c - conns)};
    epoll_ctl(ep, EPOLL_CTL_MOD, c->fd, &event);
    int length = snprintf(scratch, sizeof scratch,
                          "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                          "Sec-WebSocket-Key: YmVuY2hiZW5jaGJlbmNoYg==\r\nSec-WebSocket-Version: 13\r\n%s\r\n",
                          c->path, c->port, kinds[c->kind]);
    put(c, scratch, (size_t)length);
}

/* --- what comes ---------------------------------------------------------------------------------------------------------- */

static void receipt(struct seat *s, unsigned message, double at) {
    if (message < s->acked) { again++; return; }
    if (message > s->acked) odd++;
    s->acked = message + 1;
    acked++;
    if (counting) keep(&receipts, at - s->at[message % RING]);
}

static void delivery(struct seat *s, unsigned message, double at) {
    if (message < s->delivered) { again++; return; } /* told again, as in a range: whoever shows it knows it by its number */
    if (message > s->delivered) odd++;               /* lost, or overtaken */
    s->delivered = message + 1;
    delivered++;
    if (counting) { keep(&ways, at - s->at[message % RING]); counted++; }
    if (talking && plan.mode[0] == 'c') say(s->partner, at);
}

static void look_for_ids(struct conn *c, char *text, double at) {
    for (char *found = text; (found = strstr(found, "\"id\":\"s")); found += ID) {
        unsigned seat = 0, message = 0;
        found += 6;
        if (sscanf(found, "s%7um%12uA", &seat, &message) != 2 || (int)seat >= seat_count) continue;
        struct seat *s = &seats[seat];
        if (&conns[seats[s->partner].conn] == c) delivery(s, message, at);
        else if (&conns[s->conn] == c) receipt(s, message, at);
    }
}

static void hear(struct conn *c, char *text) {
    double at = now();
    if (*plan.ping && !strcmp(text, plan.ping)) { put_frame(c, 1, plan.pong, strlen(plan.pong)); return; }
    for (char *seq = text; (seq = strstr(seq, "\"seq\":"));) {
        unsigned long long number = strtoull(seq += 6, NULL, 10);
        if (number > c->seq) c->seq = number;
    }
    if (strstr(text, "\"refused\"")) refused++;
    if (c->state == GREETING && strstr(text, c->wait[c->step])) { c->step++; greet(c); }
    look_for_ids(c, text, at);
}

/* Take whole frames from the front; return how many bytes they were. */
static size_t take_frames(struct conn *c, char *bytes, size_t length) {
    size_t at = 0;
    while (c->state >= GREETING && length - at >= 2) {
        unsigned char *f = (unsigned char *)bytes + at;
        size_t head = 2, size = f[1] & 0x7f;
        if (size == 126) { head = 4; if (length - at < 4) break; size = (size_t)f[2] << 8 | f[3]; }
        else if (size == 127) { head = 10; if (length - at < 10) break; size = 0; for (int i = 2; i < 10; i++) size = size << 8 | f[i]; }
        if (length - at < head + size) break;
        int opcode = f[0] & 0x0f;
        char *payload = bytes + at + head, after = payload[size];
        at += head + size;
        payload[size] = 0;
        if (opcode == 9) put_frame(c, 10, payload, size);
        else if (opcode == 8) {
            closed_with = size < 2 ? 0 : f[head] << 8 | f[head + 1];
            lost++;
            away++;
            leave(c);
            c->again += AWAY_MS / 1e3;
            return at;
        }
        else if (opcode < 3) hear(c, payload);
        payload[size] = after;
    }
    return at;
}

static size_t take_answer(struct conn *c, char *bytes, size_t length) {
    char *end = memmem(bytes, length, "\r\n\r\n", 4);
    if (!end) return 0;
    if (length < 12 || memcmp(bytes + 9, "101", 3)) {
        static int told;
        if (!told++) fprintf(stderr, "refused: %.*s\n", (int)(end - bytes), bytes);
        leave(c);
        return length;
    }
    c->state = GREETING;
    c->greeted = 1;
    greet(c);
    return (size_t)(end - bytes) + 4;
}

static void hold_rest(struct conn *c, const char *bytes, size_t length) {
    if (!length) { free(c->held); c->held = NULL; c->held_len = 0; return; }
    char *rest = malloc(length);
    memcpy(rest, bytes, length);
    free(c->held);
    c->held = rest;
    c->held_len = length;
}

static void read_from(struct conn *c) {
    static char *all;
    static size_t room;
    ssize_t got = recv(c->fd, scratch, sizeof scratch, 0);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) { lost++; leave(c); return; }
    size_t length = c->held_len + (size_t)got, used = 0;
    if (length + 1 > room) all = realloc(all, room = 2 * length + 1);
    if (c->held_len) memcpy(all, c->held, c->held_len);
    memcpy(all + c->held_len, scratch, (size_t)got);
    if (c->state == SHAKING) used = take_answer(c, all, length);
    if (c->state >= GREETING) used += take_frames(c, all + used, length - used);
    if (c->state == DOWN) { hold_rest(c, NULL, 0); return; }
    hold_rest(c, all + used, length - used);
}

static void turn(int ms) {
    struct epoll_event events[EVENTS];
    int count = epoll_wait(ep, events, EVENTS, ms);
    for (int i = 0; i < count; i++) {
        struct conn *c = &conns[events[i].data.u32];
        if (c->state == SHAKING && events[i].events & EPOLLOUT) { shake(c); continue; }
        if (c->state != DOWN) read_from(c);
    }
}

/* --- the scenes ---------------------------------------------------------------------------------------------------------- */

static void come_in(void) {
    double at = now();
    for (int tried = 0; under_way < plan.window && tried < conn_count; tried++, cursor = (cursor + 1) % conn_count)
        if (conns[cursor].state == DOWN && conns[cursor].again <= at) come(&conns[cursor]);
}

static void beat(void) {
    static int next;
    double at = now();
    for (int looked = 0; looked < 64; looked++, next = (next + 1) % conn_count) {
        struct conn *c = &conns[next];
        if (c->state != READY || !c->beat_every || c->beat_due > at) continue;
        char text[256];
        int length = snprintf(text, sizeof text, "%s%llu%s", c->beat_head, c->seq, c->beat_tail);
        put_frame(c, 1, text, (size_t)length);
        c->beat_due += c->beat_every;
    }
}

static int by_size(const void *a, const void *b) { float x = *(const float *)a, y = *(const float *)b; return (x > y) - (x < y); }

static void print_samples(const char *name, struct samples *of) {
    qsort(of->us, of->count, sizeof *of->us, by_size);
    printf(", \"%s\": {", name);
    double parts[] = {0.5, 0.99, 0.999, 1};
    const char *names[] = {"p50", "p99", "p999", "most"};
    for (int i = 0; i < 4 && of->count; i++) {
        size_t at = (size_t)(parts[i] * (double)of->count);
        printf("%s\"%s\": %.0f", i ? ", " : "", names[i], of->us[at < of->count ? at : of->count - 1]);
    }
    printf("}");
}

static double used(void) {
    struct rusage r;
    getrusage(RUSAGE_SELF, &r);
    return (double)(r.ru_utime.tv_sec + r.ru_stime.tv_sec) + (double)(r.ru_utime.tv_usec + r.ru_stime.tv_usec) / 1e6;
}

static void talk(void) {
    double begun = now(), from = begun + plan.warm, until = from + plan.seconds, cpu = 0, next = begun;
    int turn_of = 0, open = plan.mode[0] == 'o';
    talking = 1;
    for (int seat = 0; !open && seat < seat_count; seat++) if (seats[seat].partner > seat) say(seat, now());
    while (now() < until) {
        if (!counting && now() >= from) { counting = 1; cpu = used(); printf("{\"event\": \"begin\"}\n"); }
        for (; open && next <= now(); next += 1 / plan.rate) { say(turn_of, next); turn_of = (turn_of + 1) % seat_count; }
        double left = open ? (next - now()) * 1e3 : 10;
        turn(left > 10 ? 10 : left < 0 ? 0 : (int)left);
        beat();
    }
    cpu = used() - cpu;
    counting = talking = 0;
    printf("{\"event\": \"end\"}\n");
    double heard = now(); /* what is still under way may come, until nothing has come for a while */
    for (unsigned long long before = 0; (delivered < sent || acked < sent) && now() < heard + CALM;) {
        turn(10);
        if (before != delivered + acked) { before = delivered + acked; heard = now(); }
    }
    printf("{\"event\": \"talked\", \"seconds\": %.3f, \"cpu\": %.3f, \"counted\": %llu, \"sent\": %llu, \"delivered\": %llu, \"acked\": %llu, "
           "\"odd\": %llu, \"again\": %llu, \"refused\": %llu, \"lost\": %llu", plan.seconds, cpu, counted, sent, delivered, acked, odd, again, refused, lost);
    print_samples("delivery", &ways);
    print_samples("receipt", &receipts);
    printf("}\n");
}

static void hold(void) {
    struct pollfd over = {0, POLLIN | POLLHUP, 0};
    for (int all = 1; poll(&over, 1, 0) == 0;) {
        come_in();
        turn(5);
        beat();
        if (all && ready < conn_count) all = 0;
        if (!all && ready == conn_count) {
            all = 1;
            printf("{\"event\": \"back\", \"seconds\": %.3f, \"after_first\": %.3f, \"turned away\": %llu}\n", now() - lost_at,
                   now() - first_back, away);
            away = 0;
            lost_at = first_back = 0;
        }
    }
}

int main(int argc, char **argv) {
    if (argc != 2) die("usage: generator PLAN");
    setvbuf(stdout, NULL, _IOLBF, 0);
    read_plan(argv[1]);
    ep = epoll_create1(EPOLL_CLOEXEC);
    double begun = now();
    for (double patience = begun + 60 + conn_count / 50.0; ready < conn_count;) {
        if (now() > patience) die("only %d of %d came in; one was closed with %d", ready, conn_count, closed_with);
        come_in();
        turn(5);
    }
    printf("{\"event\": \"ready\", \"connections\": %d, \"seconds\": %.3f}\n", ready, now() - begun);
    lost_at = first_back = 0;
    lost = away = 0;
    if (plan.mode[0] == 'h') hold(); else { for (double calm = now() + 1; now() < calm;) turn(5); talk(); }
    return 0;
}
