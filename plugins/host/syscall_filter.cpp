// SPDX-License-Identifier: Apache-2.0
#include "plugins/host/syscall_filter.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <string_view>

#if !defined(SECCOMP_USER_NOTIF_FLAG_CONTINUE)
#define SECCOMP_USER_NOTIF_FLAG_CONTINUE 1
#endif

namespace leyden::plugins {

namespace {

constexpr const char* kAllowed[] = {
    // memory, threads, time
    "brk", "mmap", "munmap", "mprotect", "mremap", "madvise", "mincore", "msync", "membarrier",
    "rseq", "futex", "futex_waitv", "set_robust_list", "get_robust_list", "set_tid_address",
    "gettid", "getpid", "getppid", "getpgrp", "getpgid", "getsid", "sched_yield",
    "sched_getaffinity", "sched_getparam", "sched_getscheduler", "sched_get_priority_max",
    "sched_get_priority_min", "getpriority", "getcpu", "clock_gettime", "clock_getres",
    "clock_nanosleep", "nanosleep", "gettimeofday", "time", "times", "getitimer", "setitimer",
    "alarm", "timer_create", "timer_settime", "timer_gettime", "timer_delete", "arch_prctl", "exit",
    "exit_group", "restart_syscall", "getrandom", "uname", "sysinfo", "getrusage", "getrlimit",
    "prlimit64", "prctl", "capget",
    // signals of its own
    "rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "rt_sigpending", "rt_sigsuspend",
    "rt_sigtimedwait", "sigaltstack", "tgkill", "pause",
    // descriptors it has, and files it can see
    "read", "write", "readv", "writev", "pread64", "pwrite64", "preadv", "pwritev", "lseek",
    "close", "close_range", "dup", "dup2", "dup3", "fcntl", "ioctl", "fstat", "stat", "lstat",
    "newfstatat", "statx", "fstatfs", "statfs", "access", "faccessat", "faccessat2", "getdents64",
    "getcwd", "chdir", "fchdir", "readlink", "readlinkat", "poll", "ppoll", "select", "pselect6",
    "epoll_create1", "epoll_ctl", "epoll_wait", "epoll_pwait", "eventfd2", "pipe", "pipe2",
    "memfd_create", "ftruncate", "fallocate", "fadvise64", "fsync", "fdatasync", "umask", "mkdir",
    "mkdirat", "unlink", "unlinkat", "rmdir", "rename", "renameat", "renameat2", "chmod", "fchmod",
    "fchmodat", "utimensat", "flock", "copy_file_range", "sendfile", "splice",
    // the one socket it was given
    "sendmsg", "recvmsg", "recvfrom", "getsockopt", "shutdown",
    // who it is
    "getuid", "geteuid", "getgid", "getegid", "getresuid", "getresgid", "getgroups"};

/// What gets reported when it is tried.
constexpr const char* kReported[] = {"socket",
                                     "socketpair",
                                     "connect",
                                     "bind",
                                     "listen",
                                     "accept",
                                     "accept4",
                                     "sendto",
                                     "sendmmsg",
                                     "ptrace",
                                     "process_vm_readv",
                                     "process_vm_writev",
                                     "pidfd_open",
                                     "pidfd_getfd",
                                     "kill",
                                     "tkill",
                                     "mount",
                                     "umount2",
                                     "move_mount",
                                     "fsopen",
                                     "open_tree",
                                     "pivot_root",
                                     "chroot",
                                     "unshare",
                                     "setns",
                                     "bpf",
                                     "perf_event_open",
                                     "io_uring_setup",
                                     "userfaultfd",
                                     "keyctl",
                                     "add_key",
                                     "request_key",
                                     "init_module",
                                     "finit_module",
                                     "kexec_load",
                                     "reboot",
                                     "swapon",
                                     "setuid",
                                     "setgid",
                                     "setresuid",
                                     "setresgid",
                                     "capset",
                                     "link",
                                     "linkat",
                                     "symlink",
                                     "symlinkat",
                                     "mknod",
                                     "mknodat",
                                     "chown",
                                     "fchownat",
                                     "truncate",
                                     "open_by_handle_at",
                                     "name_to_handle_at",
                                     "fanotify_init",
                                     "inotify_init1",
                                     "personality",
                                     "quotactl",
                                     "acct",
                                     "settimeofday",
                                     "clock_settime",
                                     "sethostname",
                                     "setpgid",
                                     "setsid"};

constexpr const char* kStarting[] = {"fork", "vfork", "execve", "execveat"};
constexpr const char* kOpening[] = {"open", "openat", "openat2", "creat"};
constexpr uint64_t kNewNamespace = CLONE_NEWNS | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET |
                                   CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP;

struct FilterCloser {
  void operator()(void* filter) const { seccomp_release(filter); }
};

/// A set of rules under way; keeps the first failure.
class Rules {
 public:
  explicit Rules(scmp_filter_ctx filter) : filter_(filter) {}

  template <typename... Conditions>
  void add(uint32_t action, const char* name, Conditions... conditions) {
    const int number = seccomp_syscall_resolve_name(name);
    if (number < 0) return;  // this processor or library does not know it: the default holds
    const int rc = seccomp_rule_add(filter_, action, number, sizeof...(conditions), conditions...);
    if (rc != 0 && status_.ok()) {
      status_ = unsupported(std::string("sandbox: system call filter, ") + name + ": " +
                            std::strerror(-rc));
    }
  }
  Status status() const { return status_; }

 private:
  scmp_filter_ctx filter_;
  Status status_;
};

/// A text in the memory of the process that asks; "?" when it cannot be read. Read up to the end of
/// its page first, as the next one may not be there.
std::string read_path(pid_t pid, uint64_t address) {
  std::array<char, 4096> buffer{};
  const size_t in_page = 4096 - address % 4096;
  iovec to{buffer.data(), std::min<size_t>(in_page, 512)};
  iovec from{reinterpret_cast<void*>(address), to.iov_len};
  const ssize_t n = ::process_vm_readv(pid, &to, 1, &from, 1, 0);
  if (n <= 0) return "?";
  return {buffer.data(), ::strnlen(buffer.data(), static_cast<size_t>(n))};
}

/// Places that exist in the sandbox, or that libraries look at as a matter of course.
bool ordinary(std::string_view path) {
  if (path == "?" || path.find("..") != std::string_view::npos) return false;
  if (!path.starts_with('/')) return true;
  for (const std::string_view place :
       {"/usr/", "/lib", "/etc/ld.so", "/etc/fonts", "/etc/localtime", "/plugin", "/tmp", "/dev/",
        "/var/cache/fontconfig", "/etc/ssl/openssl.cnf", "/etc/gcrypt", "/proc/self",
        "/proc/cpuinfo", "/proc/meminfo", "/proc/filesystems", "/sys/devices/system/cpu",
        "/etc/poppler", "/run/user"}) {
    if (path.starts_with(place)) return true;
  }
  return false;
}

const char* family_name(uint64_t family) {
  switch (family) {
    case AF_UNIX:
      return "AF_UNIX";
    case AF_INET:
      return "AF_INET";
    case AF_INET6:
      return "AF_INET6";
    case AF_NETLINK:
      return "AF_NETLINK";
    case AF_PACKET:
      return "AF_PACKET";
    default:
      return "another family";
  }
}

}  // namespace

Result<Fd> filter_system_calls(const FilterPolicy& policy) {
  const std::unique_ptr<void, FilterCloser> filter(seccomp_init(SCMP_ACT_ERRNO(EPERM)));
  if (!filter) return unsupported("sandbox: no system call filter here");
  Rules rules(filter.get());
  for (const char* name : kAllowed) rules.add(SCMP_ACT_ALLOW, name);
  for (const char* name : kReported) rules.add(SCMP_ACT_NOTIFY, name);
  for (const char* name : kOpening) {
    rules.add(policy.watch_files ? SCMP_ACT_NOTIFY : SCMP_ACT_ALLOW, name);
  }
  // The C library falls back on clone, whose flags can be seen here.
  rules.add(SCMP_ACT_ERRNO(ENOSYS), "clone3");
  rules.add(
      SCMP_ACT_ALLOW, "clone",
      SCMP_A0(SCMP_CMP_MASKED_EQ, uint64_t{CLONE_THREAD} | kNewNamespace, uint64_t{CLONE_THREAD}));
  if (policy.may_run_programs) {
    rules.add(SCMP_ACT_ALLOW, "clone",
              SCMP_A0(SCMP_CMP_MASKED_EQ, uint64_t{CLONE_THREAD} | kNewNamespace, uint64_t{0}));
    for (const char* name : kStarting) rules.add(SCMP_ACT_ALLOW, name);
    for (const char* name : {"wait4", "waitid"}) rules.add(SCMP_ACT_ALLOW, name);
  } else {
    rules.add(SCMP_ACT_NOTIFY, "clone",
              SCMP_A0(SCMP_CMP_MASKED_EQ, uint64_t{CLONE_THREAD}, uint64_t{0}));
    for (const char* name : kStarting) rules.add(SCMP_ACT_NOTIFY, name);
  }
  LEYDEN_TRY(rules.status());
  if (const int rc = seccomp_load(filter.get()); rc != 0) {
    return unsupported(std::string("sandbox: system call filter: ") + std::strerror(-rc));
  }
  Fd listener(seccomp_notify_fd(filter.get()));
  if (!listener) return unsupported("sandbox: system call filter has no listener");
  Fd own(::fcntl(listener.get(), F_DUPFD_CLOEXEC, 3));
  (void)listener.release();  // the filter's, closed with it
  return own;
}

void answer_system_call(int listener, const std::function<void(const std::string&)>& report) {
  seccomp_notif* question = nullptr;
  seccomp_notif_resp* answer = nullptr;
  if (seccomp_notify_alloc(&question, &answer) != 0) return;
  std::string tried;
  if (seccomp_notify_receive(listener, question) == 0) {
    answer->id = question->id;
    answer->error = -EPERM;
    const std::unique_ptr<char, decltype(&std::free)> name(
        seccomp_syscall_resolve_num_arch(question->data.arch, question->data.nr), &std::free);
    const std::string_view call = name ? name.get() : "?";
    const auto& args = question->data.args;
    if (call == "open" || call == "openat" || call == "openat2" || call == "creat") {
      const bool first = call == "open" || call == "creat";
      const std::string path = read_path(static_cast<pid_t>(question->pid), args[first ? 0 : 1]);
      // What the path really leads to is decided by the mount namespace, not here.
      answer->error = 0;
      answer->flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
      if (!ordinary(path)) tried = "open " + path;
    } else if (call == "socket" || call == "socketpair") {
      tried = std::string(call) + "(" + family_name(args[0]) + ")";
    } else {
      tried = std::string(call);
    }
    if (!tried.empty()) report(tried);
    seccomp_notify_respond(listener, answer);
  }
  seccomp_notify_free(question, answer);
}

}  // namespace leyden::plugins
