// SPDX-License-Identifier: Apache-2.0
// Where the model is that a user gets without asking for one.
//
//   LEYDEN_MODEL                                   the user's word is final
//   <folder of libleyden.so>/../../../models/default          build tree: build/<preset>/lib
//   <folder of libleyden.so>/<LEYDEN_MODELS_FROM_LIB>/default  install: lib -> share/leyden/models
#include <dlfcn.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include "capi/convert.h"
#include "capi/guard.h"

namespace leyden::capi {

namespace fs = std::filesystem;

fs::path library_folder() {
  Dl_info info{};
  if (!dladdr(reinterpret_cast<const void*>(&leyden_version), &info) || !info.dli_fname) return {};
  std::error_code error;
  const fs::path real = fs::canonical(info.dli_fname, error);
  return error ? fs::path() : real.parent_path();
}

namespace {

bool is_model(const fs::path& folder) {
  std::error_code error;
  return fs::is_regular_file(folder / "config.json", error);
}

Result<std::string> default_model() {
  if (const char* named = std::getenv("LEYDEN_MODEL"); named && *named) {
    if (is_model(named)) return std::string(named);
    return not_found(std::string("LEYDEN_MODEL is ") + named + ", which has no config.json");
  }
  std::string tried;
  if (const fs::path lib = library_folder(); !lib.empty()) {
    for (const char* way : {"../../../models", LEYDEN_MODELS_FROM_LIB}) {
      const fs::path folder = (lib / way / "default").lexically_normal();
      if (is_model(folder)) return folder.string();
      tried += (tried.empty() ? "" : " or ") + folder.string();
    }
  }
  return not_found("no default model in " + (tried.empty() ? "any place" : tried) +
                   "; name a model folder or set LEYDEN_MODEL");
}

}  // namespace

}  // namespace leyden::capi

using namespace leyden;
using namespace leyden::capi;

leyden_status leyden_default_model_path(leyden_string** out, leyden_error** error) {
  return guard(error, [&]() -> Status {
    LEYDEN_TRY(clear(out));
    LEYDEN_ASSIGN(std::string path, default_model());
    give(out, std::move(path));
    return {};
  });
}
