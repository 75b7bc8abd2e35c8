/*
 * Whose socket is at the other end of a connection over loopback. TCP doesn't tell, but the kernel
 * gives a socket's inode for its addresses (sock_diag(7), or where that is not to be had, the list
 * of all in /proc/net/tcp), and whose files those inodes are (/proc/PID/fd). The connection is
 * looked at while its client waits for an answer: so the socket is there, and nobody else can have
 * its address.
 *
 * Anybody on the machine can make us ask, as often as he likes. What the child itself asks is
 * answered by a look at its own files. Lists of all sockets or processes are read so often a second
 * and no more: who would need another one is refused. So in a second in which strangers come in
 * numbers, new connections of the child's helpers are refused, too.
 */

#include "runtime/handlers/child.h"

#include "parsers/base/buf.h"

#include "runtime/base/clock.h"
#include "runtime/base/process.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MAX_ANCESTORS = 64, MAX_LISTS = 20, LISTS_MS = 1000 };

bool child_peers_are_told(void)
{
    return access("/proc/net/tcp", R_OK) == 0 && access("/proc/self/fd", R_OK) == 0;
}

/* Returns whether one more list may be read. */
static bool may_list(struct child_peers *peers)
{
    int64_t now_ms = clock_steady_ms();

    if (now_ms >= peers->since_ms + LISTS_MS) {
        peers->since_ms = now_ms;
        peers->lists = 0;
    }
    return peers->lists++ < MAX_LISTS;
}

/* ---- the socket ---- */

/*
 * Asks the kernel for one socket; sockets of IPv6 that are connected by IPv4 are found, too. False:
 * it says that there is none, which it also says where it can't tell.
 */
static bool ask_kernel(const struct sockaddr_in *client, const struct sockaddr_in *server,
                       unsigned long *inode)
{
    struct {
        struct nlmsghdr head;
        struct inet_diag_req_v2 body;
    } question = {
        .head = {.nlmsg_len = sizeof question,
                 .nlmsg_type = SOCK_DIAG_BY_FAMILY,
                 .nlmsg_flags = NLM_F_REQUEST},
        .body = {.sdiag_family = AF_INET,
                 .sdiag_protocol = IPPROTO_TCP,
                 .idiag_states = UINT32_MAX,
                 .id = {.idiag_sport = client->sin_port,
                        .idiag_dport = server->sin_port,
                        .idiag_src = {client->sin_addr.s_addr},
                        .idiag_dst = {server->sin_addr.s_addr},
                        .idiag_cookie = {INET_DIAG_NOCOOKIE, INET_DIAG_NOCOOKIE}}},
    };
    union {
        struct nlmsghdr head;
        char bytes[1024];
    } answer;
    int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_SOCK_DIAG);
    struct inet_diag_msg found;
    bool told = false;

    if (fd < 0)
        return false;
    if (send(fd, &question, sizeof question, 0) == (ssize_t)sizeof question) {
        ssize_t len = recv(fd, &answer, sizeof answer, 0);
        told = len >= (ssize_t)NLMSG_LENGTH(sizeof found) &&
               answer.head.nlmsg_type == SOCK_DIAG_BY_FAMILY;
    }
    close(fd);
    if (!told)
        return false;
    memcpy(&found, answer.bytes + NLMSG_HDRLEN, sizeof found);
    *inode = found.id.idiag_dport == server->sin_port ? found.idiag_inode : 0;
    return true;
}

/* One end of a connection as the kernel writes it: each 32 bits of an address as a number of this
 * machine's byte order. */
static void write_end(struct buf *out, const struct sockaddr_in *a, bool six)
{
    if (six)
        buf_printf(out, "0000000000000000%08" PRIX32, (uint32_t)htonl(0xffff));
    buf_printf(out, "%08" PRIX32 ":%04X", (uint32_t)a->sin_addr.s_addr,
               (unsigned)ntohs(a->sin_port));
}

/* "sl: local remote st tx:rx tr:when retrnsmt uid timeout inode …"; 0: it is no such line. */
static unsigned long inode_in(const char *line, const char *ends)
{
    const char *at = strchr(line, ':');

    if (!at || strncmp(at + 2, ends, strlen(ends)) != 0)
        return 0;
    for (int field = 0; field < 9; field++) {
        while (*at && *at != ' ')
            at++;
        while (*at == ' ')
            at++;
    }
    return strtoul(at, NULL, 10);
}

static unsigned long inode_of(const char *path, const char *ends)
{
    FILE *f = fopen(path, "re");
    char line[512];
    unsigned long inode = 0;

    while (f && !inode && fgets(line, sizeof line, f))
        inode = inode_in(line, ends);
    if (f)
        fclose(f);
    return inode;
}

/* Finds what ask_kernel finds, in the kernel's lists. That of IPv6 is one of them because programs
 * reach 127.0.0.1 by such sockets, too. */
static unsigned long look_through_sockets(const struct sockaddr_in *client,
                                          const struct sockaddr_in *server)
{
    unsigned long inode = 0;

    for (int six = 0; six < 2 && !inode; six++) {
        struct buf ends = {0};

        write_end(&ends, client, six);
        buf_addc(&ends, ' ');
        write_end(&ends, server, six);
        inode = inode_of(six ? "/proc/net/tcp6" : "/proc/net/tcp", buf_str(&ends));
        buf_clear(&ends);
    }
    return inode;
}

/* The socket at `client` that is connected to `server`. 0: there is none, or it may not be looked
 * for. */
static unsigned long socket_between(struct child_peers *peers, const struct sockaddr_in *client,
                                    const struct sockaddr_in *server)
{
    unsigned long inode = 0;

    if (ask_kernel(client, server, &inode)) {
        peers->told = true;
        return inode;
    }
    return !peers->told && may_list(peers) ? look_through_sockets(client, server) : 0;
}

/* ---- processes ---- */

static bool has_open(pid_t pid, unsigned long inode)
{
    char path[64], link[64], want[64];
    bool found = false;
    DIR *folder;

    snprintf(path, sizeof path, "/proc/%ld/fd", (long)pid);
    snprintf(want, sizeof want, "socket:[%lu]", inode);
    folder = opendir(path);
    for (struct dirent *e; folder && !found && (e = readdir(folder));) {
        char file[sizeof path + sizeof e->d_name + 1];
        snprintf(file, sizeof file, "%s/%s", path, e->d_name);
        ssize_t len = readlink(file, link, sizeof link - 1);
        found = len == (ssize_t)strlen(want) && !memcmp(link, want, (size_t)len);
    }
    if (folder)
        closedir(folder);
    return found;
}

/* Returns whether it is of the child's group, or descends from the child. A parent that has ended
 * is no link: the kernel gives its children to another. */
static bool belongs_to(pid_t pid, pid_t child)
{
    struct process_place at;

    for (int i = 0; i < MAX_ANCESTORS && pid > 1; i++, pid = at.parent) {
        if (pid == child)
            return true;
        if (!process_place(pid, &at))
            return false;
        if (at.group == child)
            return true;
    }
    return false;
}

struct seeking {
    pid_t child;
    unsigned long inode;
    bool found;
};

static bool seek_peer(void *user, pid_t pid)
{
    struct seeking *s = user;

    s->found = pid != s->child && belongs_to(pid, s->child) && has_open(pid, s->inode);
    return !s->found;
}

bool child_is_peer(struct child_peers *peers, const struct child *c,
                   const struct sockaddr_in *client, const struct sockaddr_in *server)
{
    unsigned long inode = c->alive ? socket_between(peers, client, server) : 0;
    struct seeking s = {.child = c->pid, .inode = inode, .found = inode && has_open(c->pid, inode)};

    if (inode && !s.found && may_list(peers))
        process_each(seek_peer, &s);
    return s.found;
}
