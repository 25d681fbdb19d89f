/* SPDX-License-Identifier: Apache-2.0
 * Everything a plugin should not do, one tool each. Built several times: with HOSTILE_ABI for a
 * wrong ABI, HOSTILE_EXTRA_TOOL for more than the manifest says, HOSTILE_AT_LOAD for mischief
 * before main. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "plugins/leyden_plugin.h"

#ifndef HOSTILE_ABI
#define HOSTILE_ABI LEYDEN_PLUGIN_ABI
#endif

#define TOOL(name) \
  { sizeof(leyden_tool), LEYDEN_TOOL_READ_ONLY, name, "mischief", "{\"type\": \"object\"}", NULL }

static const leyden_tool kTools[] = {
    TOOL("good"),
    TOOL("crash"),
    TOOL("abort"),
    TOOL("hang"),
    TOOL("leak"),
    TOOL("fork_bomb"),
    TOOL("gigabyte"),
    TOOL("utf8"),
    TOOL("socket"),
    TOOL("files"),
    TOOL("exec"),
    TOOL("flood"),
    TOOL("finish_twice"),
    TOOL("kill"),
    TOOL("write_plugin"),
    TOOL("raw_socket_message"),
    TOOL("network_service"),
    TOOL("exit"),
#ifdef HOSTILE_EXTRA_TOOL
    TOOL("surprise"),
#endif
};
enum { kCount = sizeof kTools / sizeof *kTools };

static const leyden_host* the_host;

static uint32_t count(const leyden_plugin* plugin) {
  (void)plugin;
  return kCount;
}

static const leyden_tool* tool(const leyden_plugin* plugin, uint32_t index) {
  (void)plugin;
  return &kTools[index];
}

static void say(const leyden_tool_sink* sink, const char* text) {
  sink->text(sink, text, strlen(text));
}

/* What open() makes of a path: "ok" or the error, and never its content. */
static void try_open(const leyden_tool_sink* sink, const char* path, int flags) {
  char line[400];
  const int fd = open(path, flags, 0600);
  snprintf(line, sizeof line, "%s: %s\n", path, fd >= 0 ? "OPENED" : strerror(errno));
  if (fd >= 0) close(fd);
  say(sink, line);
}

static void try_network(const leyden_tool_sink* sink) {
  const int families[] = {AF_INET, AF_INET6, AF_UNIX, AF_NETLINK};
  for (size_t i = 0; i < sizeof families / sizeof *families; ++i) {
    const int fd = socket(families[i], SOCK_STREAM, 0);
    say(sink, fd >= 0 ? "OPENED a socket\n" : "refused\n");
    if (fd >= 0) close(fd);
  }
  /* Even a descriptor that is there must not become a connection. */
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(80)};
  inet_pton(AF_INET, "127.0.0.1", &to.sin_addr);
  say(sink,
      connect(0, (struct sockaddr*)&to, sizeof to) == 0 ? "OPENED a connection\n" : "refused\n");
}

static void fork_bomb(const leyden_tool_sink* sink) {
  int made = 0;
  for (int i = 0; i < 1000; ++i) {
    const pid_t pid = fork();
    if (pid == 0) {
      for (;;) pause();
    }
    made += pid > 0;
  }
  for (int i = 0; i < 1000; ++i) made += syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0) > 0;
  char line[64];
  snprintf(line, sizeof line, "made %d", made);
  say(sink, line);
}

static void gigabyte(const leyden_tool_sink* sink) {
  static char block[1 << 20];
  memset(block, 'x', sizeof block);
  for (int i = 0; i < 1024; ++i) sink->text(sink, block, sizeof block);
}

static void leak(void) {
  static char* volatile kept;  /* what nobody looks at, a compiler need not allocate */
  for (;;) {
    kept = malloc(16 << 20);
    if (!kept) abort();
    memset(kept, 1, 16 << 20);
  }
}

static void forged_message(void) {
  /* Behind the host's back: descriptor 3 is the control socket. */
  char frame[64] = "LYP1";
  memset(frame + 4, 0xFF, 60);
  for (int i = 0; i < 100; ++i) {
    struct iovec part = {frame, sizeof frame};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    sendmsg(3, &message, MSG_NOSIGNAL);
  }
}

static void call(const leyden_plugin* plugin, uint32_t index, const char* arguments,
                 size_t arguments_size, const leyden_tool_sink* sink) {
  (void)plugin;
  const char* name = kTools[index].name;
  const leyden_call* running = sink->call;
  if (!strcmp(name, "good")) {
    sink->text(sink, arguments, arguments_size);
  } else if (!strcmp(name, "crash")) {
    volatile int* volatile nowhere = NULL;
    *nowhere = 1;
  } else if (!strcmp(name, "abort")) {
    abort();
  } else if (!strcmp(name, "exit")) {
    _exit(0);
  } else if (!strcmp(name, "hang")) {
    for (;;) pause();
  } else if (!strcmp(name, "leak")) {
    leak();
  } else if (!strcmp(name, "fork_bomb")) {
    fork_bomb(sink);
  } else if (!strcmp(name, "gigabyte")) {
    gigabyte(sink);
  } else if (!strcmp(name, "utf8")) {
    sink->text(sink, "good until here \xFF\xFE", 18);
  } else if (!strcmp(name, "socket")) {
    try_network(sink);
  } else if (!strcmp(name, "files")) {
    try_open(sink, "/etc/passwd", O_RDONLY);
    try_open(sink, "/root", O_RDONLY);
    try_open(sink, "/home", O_RDONLY);
    try_open(sink, "/proc/self/environ", O_RDONLY);
    try_open(sink, "/../../etc/shadow", O_RDONLY);
    char path[300];
    snprintf(path, sizeof path, "%.*s", (int)arguments_size, arguments);
    char* begin = strchr(path, '/');
    char* end = begin ? strchr(begin, '"') : NULL;
    if (end) {
      *end = 0;
      try_open(sink, begin, O_RDONLY);
    }
  } else if (!strcmp(name, "write_plugin")) {
    try_open(sink, "/plugin/plugin.json", O_WRONLY);
    try_open(sink, "/plugin/new", O_WRONLY | O_CREAT);
    try_open(sink, "/usr/lib/new", O_WRONLY | O_CREAT);
    try_open(sink, "/new", O_WRONLY | O_CREAT);
  } else if (!strcmp(name, "exec")) {
    char* const argv[] = {"sh", NULL};
    execv("/bin/sh", argv);
    say(sink, "not started");
  } else if (!strcmp(name, "flood")) {
    const leyden_host_log* log = the_host->get_interface(the_host, LEYDEN_HOST_LOG);
    while (!running->cancelled(running)) log->write(the_host, LEYDEN_LOG_INFO, "x", 1);
    sink->finish(sink, LEYDEN_PLUGIN_E_CANCELLED);
    return;
  } else if (!strcmp(name, "finish_twice")) {
    say(sink, "once");
    sink->finish(sink, LEYDEN_PLUGIN_OK);
  } else if (!strcmp(name, "kill")) {
    kill(-1, SIGKILL);
    kill(1, SIGKILL);
    say(sink, "still here");
  } else if (!strcmp(name, "raw_socket_message")) {
    forged_message();
  } else if (!strcmp(name, "network_service")) {
    say(sink, the_host->get_interface(the_host, LEYDEN_HOST_HTTP) ? "HAS IT" : "none");
  }
  sink->finish(sink, LEYDEN_PLUGIN_OK);
}

static const leyden_tools kInterface = {sizeof(leyden_tools), 0, count, tool, call};

static const void* get_interface(const leyden_plugin* plugin, const char* id) {
  (void)plugin;
  return strcmp(id, LEYDEN_PLUGIN_TOOLS) ? NULL : &kInterface;
}

static void destroy(leyden_plugin* plugin) { (void)plugin; }

static leyden_plugin the_plugin = {sizeof(leyden_plugin), 0, NULL, get_interface, destroy};

static leyden_plugin* create(const leyden_host* host) {
  the_host = host;
  return &the_plugin;
}

#ifdef HOSTILE_AT_LOAD
/* Code of a shared object runs before anything of it is called: the walls must stand by then. */
__attribute__((constructor)) static void at_load(void) {
  if (socket(AF_INET, SOCK_STREAM, 0) >= 0 || open("/etc/passwd", O_RDONLY) >= 0) return;
  for (;;) pause();
}
#endif

const leyden_plugin_entry leyden_plugin_main = {sizeof(leyden_plugin_entry), HOSTILE_ABI,
                                                "org.leyden.test.hostile", "1.0.0", create};
