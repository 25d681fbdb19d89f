// SPDX-License-Identifier: Apache-2.0
#include "plugins/host/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstring>

namespace leyden::plugins {

namespace {

namespace fs = std::filesystem;

// A user inside the sandbox. Real root outside becomes `nobody` there, so that limits that root is
// exempt from hold and nothing that belongs to root can be changed.
constexpr unsigned kInsideId = 1000, kNobody = 65534;

Status refused(const std::string& step) {
  return unsupported("sandbox: " + step + ": " + std::strerror(errno));
}

Status write_file(const char* path, const std::string& text) {
  const int fd = ::open(path, O_WRONLY | O_CLOEXEC);
  if (fd < 0) return refused(path);
  const ssize_t n = ::write(fd, text.data(), text.size());
  const int error = errno;
  ::close(fd);
  errno = error;
  return n == static_cast<ssize_t>(text.size()) ? Status() : refused(path);
}

std::string id_map(unsigned outside) {
  return std::to_string(kInsideId) + " " + std::to_string(outside) + " 1\n";
}

/// Read-only, with the flags that the mount it was taken from is locked to.
Status make_read_only(const std::string& target) {
  struct statvfs info {};
  if (::statvfs(target.c_str(), &info) != 0) return refused("statvfs " + target);
  unsigned long flags = MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV;
  if (info.f_flag & ST_NOEXEC) flags |= MS_NOEXEC;
  if (info.f_flag & ST_NOATIME) flags |= MS_NOATIME;
  if (info.f_flag & ST_NODIRATIME) flags |= MS_NODIRATIME;
  if (info.f_flag & ST_RELATIME) flags |= MS_RELATIME;
  if (::mount(nullptr, target.c_str(), nullptr, flags, nullptr) != 0) {
    return refused("read-only " + target);
  }
  return {};
}

constexpr const char* kOld = "/old";  // where the old root is while the new one is filled

/// Shows a path of the old root at `target`; what is not there is passed over.
Status show(const fs::path& path, const fs::path& target) {
  std::error_code error;
  const fs::path source = fs::path(kOld) / path.relative_path();
  if (fs::is_symlink(source, error)) {  // /lib -> usr/lib, as on Debian
    const fs::path to = fs::read_symlink(source, error);
    if (!error && to.is_relative()) {
      fs::create_directories(target.parent_path(), error);
      fs::create_symlink(to, target, error);
      return error ? io_error("sandbox: " + target.string() + ": " + error.message()) : Status();
    }
  }
  if (!fs::exists(source, error)) return {};
  if (fs::is_directory(source, error)) {
    fs::create_directories(target, error);
  } else {
    fs::create_directories(target.parent_path(), error);
    const Fd fd(::open(target.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0644));
    if (!fd) return refused("create " + target.string());
  }
  if (::mount(source.c_str(), target.c_str(), nullptr, MS_BIND | MS_REC, nullptr) != 0) {
    return refused("show " + path.string());
  }
  // A device stays usable on a read-only mount, but not on one without devices.
  return path.string().starts_with("/dev/") ? Status() : make_read_only(target.string());
}

Status build_root(const SandboxPolicy& policy) {
  if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) {
    return refused("private /");
  }
  // The new root is a tmpfs over /tmp that then changes places with the old one; so nothing of the
  // old one is hidden while it is filled.
  if (::mount("tmpfs", "/tmp", "tmpfs", MS_NOSUID | MS_NODEV, "size=1m,mode=755") != 0) {
    return refused("tmpfs");
  }
  if (::mkdir("/tmp/old", 0700) != 0 || ::chdir("/tmp") != 0) return refused("mkdir");
  if (::syscall(SYS_pivot_root, ".", "old") != 0) return refused("pivot_root");
  if (::chdir("/") != 0) return refused("chdir");
  for (const char* shown :
       {"/usr/lib", "/usr/lib64", "/usr/local/lib", "/lib", "/lib64", "/usr/share/fonts",
        "/usr/share/fontconfig", "/usr/share/poppler", "/usr/share/xml/fontconfig",
        "/usr/share/icu", "/etc/fonts", "/etc/ld.so.cache", "/etc/ld.so.conf",
        "/var/cache/fontconfig", "/usr/local/share/fonts", "/dev/null", "/dev/zero", "/dev/urandom",
        "/dev/random"}) {
    LEYDEN_TRY(show(shown, shown));
  }
  for (const std::string& program : policy.programs) {
    LEYDEN_TRY(show("/usr/bin/" + program, "/usr/bin/" + program));
  }
  LEYDEN_TRY(show(policy.plugin_folder, kPluginMount));
  if (::mkdir("/tmp", 0755) != 0 ||
      ::mount("tmpfs", "/tmp", "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC,
              "size=64m,mode=1777,nr_inodes=4096") != 0) {
    return refused("tmpfs /tmp");
  }
  // Let go of the old root: nothing of it can be reached any more.
  if (::umount2(kOld, MNT_DETACH) != 0 || ::rmdir(kOld) != 0) {
    return refused("umount of the old root");
  }
  if (::mount(nullptr, "/", nullptr, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV,
              nullptr) != 0) {
    return refused("read-only /");
  }
  return ::chdir("/tmp") == 0 ? Status() : refused("chdir /tmp");
}

Status limit(int what, uint64_t value, const char* name) {
  const rlimit both{value, value};
  return ::setrlimit(static_cast<__rlimit_resource>(what), &both) == 0 ? Status() : refused(name);
}

Status set_limits(const SandboxPolicy& policy) {
  LEYDEN_TRY(limit(RLIMIT_CORE, 0, "RLIMIT_CORE"));
  LEYDEN_TRY(limit(RLIMIT_NOFILE, 256, "RLIMIT_NOFILE"));
  LEYDEN_TRY(limit(RLIMIT_FSIZE, uint64_t{200} << 20, "RLIMIT_FSIZE"));  // memory files too
  if (policy.namespaces) {  // counted for this user in this namespace only
    LEYDEN_TRY(limit(RLIMIT_NPROC, 64, "RLIMIT_NPROC"));
  }
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  LEYDEN_TRY(limit(RLIMIT_AS, policy.memory_bytes, "RLIMIT_AS"));
#endif
  return {};
}

Status drop_capabilities() {
  for (int cap = 0; cap <= CAP_LAST_CAP; ++cap) ::prctl(PR_CAPBSET_DROP, cap, 0, 0, 0);
  ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct none[2] = {};
  if (::syscall(SYS_capset, &header, none) != 0) return refused("capset");
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return refused("no_new_privs");
  return {};
}

}  // namespace

Status leave_namespaces() {
  const unsigned uid = ::geteuid(), gid = ::getegid();
  const bool root = uid == 0;
  if (::unshare(CLONE_NEWUSER) != 0) return refused("user namespace");
  if (::unshare(CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS) != 0) {
    return refused("namespaces");
  }
  if (auto deny = write_file("/proc/self/setgroups", "deny"); !deny.ok()) return deny;
  // Root outside may map any id; elsewhere only one's own.
  if (!root || !write_file("/proc/self/uid_map", id_map(kNobody)).ok()) {
    LEYDEN_TRY(write_file("/proc/self/uid_map", id_map(uid)));
  }
  if (!root || !write_file("/proc/self/gid_map", id_map(kNobody)).ok()) {
    LEYDEN_TRY(write_file("/proc/self/gid_map", id_map(gid)));
  }
  return {};
}

Status enter_sandbox(const SandboxPolicy& policy) {
  if (policy.namespaces) {
    LEYDEN_TRY(build_root(policy));
    // With id maps that do not hold our old ids these make us the user inside.
    if (::setresgid(kInsideId, kInsideId, kInsideId) != 0) return refused("setresgid");
    if (::setresuid(kInsideId, kInsideId, kInsideId) != 0) return refused("setresuid");
  }
  LEYDEN_TRY(set_limits(policy));
  LEYDEN_TRY(drop_capabilities());
  // Changing ids has cleared both. The watching host reads the names of files that are opened.
  ::prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  return {};
}

fs::path plugin_folder_inside(const SandboxPolicy& policy) {
  return policy.namespaces ? fs::path(kPluginMount) : policy.plugin_folder;
}

}  // namespace leyden::plugins
