// SPDX-License-Identifier: Apache-2.0
#include "app/cli/store_arguments.h"

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "app/cli/interrupt.h"

namespace leyden_cli {

namespace {

namespace fs = std::filesystem;

/// The terminal itself, whatever stdin and stdout are; with echo off until destroyed.
class QuietTerminal {
 public:
  QuietTerminal() : fd_(::open("/dev/tty", O_RDWR | O_CLOEXEC)) {
    if (fd_ < 0 || tcgetattr(fd_, &before_) != 0) {
      throw bad_argument(
          "a passphrase is needed, and there is no terminal to ask on: use "
          "--passphrase-file FILE or LEYDEN_PASSPHRASE");
    }
    termios quiet = before_;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    tcsetattr(fd_, TCSAFLUSH, &quiet);
  }
  ~QuietTerminal() {
    if (fd_ < 0) return;
    tcsetattr(fd_, TCSAFLUSH, &before_);
    show("\n");
    ::close(fd_);
  }
  QuietTerminal(const QuietTerminal&) = delete;
  QuietTerminal& operator=(const QuietTerminal&) = delete;

  void show(const std::string& text) {
    if (::write(fd_, text.data(), text.size()) < 0) throw errno_failure("/dev/tty", "cannot write");
  }
  std::string read_line() {
    std::string line;
    for (char c = 0;;) {
      const ssize_t n = ::read(fd_, &c, 1);
      if (n < 0 && errno == EINTR) {
        stop_if_interrupted();
      } else if (n < 0) {
        throw errno_failure("/dev/tty", "cannot read");
      } else if (n == 0 || c == '\n') {
        return line;
      } else {
        line += c;
      }
    }
  }

 private:
  int fd_;
  termios before_{};
};

void show_notes(const Store& store, const Console& console) {
  const Json notes = made_json([&](leyden_string** out, leyden_error** error) {
    return leyden_store_notes_json(out, store.get(), error);
  });
  for (const Json& n : notes) {
    note(console.json ? Json{{"note", n}}.dump() : "note: " + n.get<std::string>());
  }
}

}  // namespace

void StoreArguments::add_to(CLI::App* command) {
  command
      ->add_option("--store", folder,
                   "Folder that keeps sessions and documents. Default: $XDG_DATA_HOME/leyden, else "
                   "~/.local/share/leyden")
      ->type_name("DIR");
  command
      ->add_option("--passphrase-file", passphrase_file,
                   "The passphrase of an encrypted store is this file's first line. Default: "
                   "$LEYDEN_PASSPHRASE, else asked for on the terminal")
      ->type_name("FILE");
}

std::string StoreArguments::path() const {
  if (!folder.empty()) return folder;
  return made_text([](leyden_string** out, leyden_error** error) {
    return leyden_default_store_path(out, error);
  });
}

bool StoreArguments::exists() const {
  std::error_code error;
  const fs::path at = path();
  return fs::exists(at / "catalogue.db", error) || fs::exists(at / "kv.db", error);
}

Store StoreArguments::open_with(const std::string& passphrase, bool read_only) const {
  leyden_store_options options = LEYDEN_STORE_OPTIONS_INIT;
  options.read_only = read_only ? 1 : 0;
  options.passphrase = passphrase.data();
  options.passphrase_size = passphrase.size();
  const std::string at = path();
  return made<Store>([&](leyden_store** out, leyden_error** error) {
    return leyden_store_open(out, at.data(), at.size(), &options, error);
  });
}

Store StoreArguments::open(const Console& console) const {
  std::string passphrase = given_passphrase();
  Store store;
  try {
    store = open_with(passphrase, false);
  } catch (const Failure& f) {
    // Whether a store is encrypted is known only by opening it.
    const bool asks = f.status == LEYDEN_E_INVALID_ARGUMENT && passphrase.empty() &&
                      f.message.find("passphrase") != std::string::npos;
    if (!asks || !has_terminal()) throw;
    store = open_with(ask_passphrase("Passphrase of " + path() + ": "), false);
  }
  show_notes(store, console);
  return store;
}

Store StoreArguments::open_existing(const Console& console, bool read_only) const {
  if (!exists()) throw Failure{LEYDEN_E_NOT_FOUND, path() + ": there is no store here"};
  if (!read_only) return open(console);
  return open_with(given_passphrase(), true);
}

std::string StoreArguments::given_passphrase() const {
  if (!passphrase_file.empty()) return read_passphrase_file(passphrase_file);
  const char* named = std::getenv("LEYDEN_PASSPHRASE");
  return named ? named : "";
}

std::string read_passphrase_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw errno_failure(path, "cannot open");
  std::string line;
  std::getline(file, line);
  if (!line.empty() && line.back() == '\r') line.pop_back();
  if (line.empty()) throw bad_argument(path + ": expected a passphrase in the first line");
  return line;
}

bool has_terminal() {
  const int fd = ::open("/dev/tty", O_RDWR | O_CLOEXEC);
  if (fd >= 0) ::close(fd);
  return fd >= 0;
}

std::string ask_passphrase(const std::string& prompt) {
  QuietTerminal terminal;
  terminal.show(prompt);
  std::string line = terminal.read_line();
  if (line.empty()) throw bad_argument("the passphrase is empty");
  return line;
}

int64_t find_session(const Store& store, const std::string& name) {
  return made_id([&](int64_t* out, leyden_error** error) {
    return leyden_session_find(out, store.get(), name.data(), name.size(), error);
  });
}

int64_t find_document(const Store& store, const std::string& name) {
  return made_id([&](int64_t* out, leyden_error** error) {
    return leyden_document_find(out, store.get(), name.data(), name.size(), error);
  });
}

}  // namespace leyden_cli
