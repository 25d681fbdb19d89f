// SPDX-License-Identifier: Apache-2.0
// Knows whether the last run ended as it should: a file that is there exactly while a run lives.
//
//   no file --start--> {pid, deaths} --end as it should--> no file
//                          | died (the file stays, its process does not)
//                          v next start: deaths + 1; back to 0 once a run has proved itself
#pragma once

#include <QString>

namespace leyden::desktop {

class CrashGuard {
 public:
  /// @param path  of the file; its folder is made
  explicit CrashGuard(const QString& path);
  /// Ends the run as it should.
  ~CrashGuard();
  CrashGuard(const CrashGuard&) = delete;
  CrashGuard& operator=(const CrashGuard&) = delete;

  /// How often in a row runs have died before this one.
  int deaths() const { return m_deaths; }
  /// This run works: should it die later, that is the first death again.
  void proveGood();

 private:
  void write(int deaths) const;

  QString m_path;
  int m_deaths = 0;
};

}  // namespace leyden::desktop
