// SPDX-License-Identifier: Apache-2.0
#include "sessions/bundle.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>

#include "base/json_dump.h"
#include "sessions/byte_io.h"
#include "sessions/page_record.h"
#include "sessions/xxh3.h"

namespace leyden {
namespace {

using nlohmann::json;
constexpr std::string_view kBundleMagic = "LYBUNDL1";
enum EntryType : uint8_t { kCatalogue = 1, kPage = 2, kTail = 3, kEnd = 255 };
constexpr uint64_t kMaxEntryBytes = kMaxPayloadBytes + (uint64_t{64} << 20);
constexpr uint64_t kMaxMessages = 10'000'000;

struct CloseFile {
  void operator()(std::FILE* f) const { std::fclose(f); }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

std::string hex_of(std::span<const std::byte> bytes) { return to_hex(bytes); }

Bytes from_hex(const std::string& text) {
  Bytes out;
  const auto digit = [](char c) {
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
  };
  for (size_t i = 0; i + 1 < text.size(); i += 2) {
    const int hi = digit(text[i]), lo = digit(text[i + 1]);
    if (hi < 0 || lo < 0) return {};
    out.push_back(static_cast<std::byte>(hi * 16 + lo));
  }
  return out;
}

std::string text_of(const json& object, const char* key) {
  const auto it = object.find(key);
  return it != object.end() && it->is_string() ? it->get<std::string>() : std::string();
}
int64_t number_of(const json& object, const char* key) {
  const auto it = object.find(key);
  return it != object.end() && it->is_number_integer() ? it->get<int64_t>() : 0;
}
std::vector<int32_t> tokens_of(const json& object, const char* key) {
  const Bytes packed = from_hex(text_of(object, key));
  ByteReader r(packed);
  return packed.empty() ? std::vector<int32_t>() : read_tokens(r);
}

// Writing.
class BundleWriter {
 public:
  explicit BundleWriter(std::FILE* file) : file_(file) {}
  Status begin() { return write(as_bytes(kBundleMagic)); }
  Status entry(EntryType type, std::span<const std::byte> content) {
    Bytes head;
    ByteWriter h(head);
    h.fixed<uint8_t>(type);
    h.fixed<uint64_t>(content.size());
    Bytes sum;
    ByteWriter s(sum);
    s.fixed<uint64_t>(xxh3_64(content, xxh3_64(head)));
    LEYDEN_TRY(write(head));
    LEYDEN_TRY(write(content));
    ++entries_;
    return write(sum);
  }
  Status end() {
    Bytes count;
    ByteWriter(count).fixed<uint64_t>(entries_);
    return entry(kEnd, count);
  }
  uint64_t bytes() const { return bytes_; }

 private:
  Status write(std::span<const std::byte> bytes) {
    if (bytes.empty()) return {};
    bytes_ += bytes.size();
    if (std::fwrite(bytes.data(), 1, bytes.size(), file_) != bytes.size())
      return io_error(std::string("bundle: cannot write: ") + std::strerror(errno));
    return {};
  }
  std::FILE* file_;
  uint64_t entries_ = 0, bytes_ = 0;
};

// Reading. `source` gives exactly n bytes or fails.
using Source = std::function<bool(std::byte*, size_t)>;
using Take = std::function<Status(EntryType, Bytes&&)>;

Status read_entries(const Source& source, uint64_t total_bytes, const Take& take) {
  Bytes magic(kBundleMagic.size());
  if (!source(magic.data(), magic.size()) || as_text(magic) != kBundleMagic)
    return corrupt("bundle: not a Leyden bundle");
  uint64_t left = total_bytes - magic.size();
  for (uint64_t entries = 0;; ++entries) {
    Bytes head(9), sum(8);
    if (!source(head.data(), head.size())) return corrupt("bundle: cut short");
    ByteReader h(head);
    const auto type = static_cast<EntryType>(h.fixed<uint8_t>());
    const uint64_t length = h.fixed<uint64_t>();
    if (length > kMaxEntryBytes || length > left) return corrupt("bundle: an entry is longer than the file");
    Bytes content(static_cast<size_t>(length));
    if (!source(content.data(), content.size()) || !source(sum.data(), sum.size()))
      return corrupt("bundle: cut short");
    left -= std::min(left, length + 17);
    ByteReader s(sum);
    if (s.fixed<uint64_t>() != xxh3_64(content, xxh3_64(head)))
      return corrupt("bundle: entry " + std::to_string(entries) + " is damaged");
    if (type == kEnd) {
      ByteReader e(content);
      if (e.fixed<uint64_t>() != entries || !e.ok()) return corrupt("bundle: entries are missing");
      return left == 0 ? Status() : corrupt("bundle: has bytes after its end");
    }
    if (type != kCatalogue && type != kPage && type != kTail)
      return unsupported("bundle: has an entry of a newer kind (" + std::to_string(type) + ")");
    LEYDEN_TRY(take(type, std::move(content)));
  }
}

Status read_bundle_file(const std::string& path, const Take& take) {
  File file(std::fopen(path.c_str(), "rb"));
  if (!file) {
    const int number = errno;
    const std::string why = path + ": " + std::strerror(number);
    return number == ENOENT || number == ENOTDIR ? not_found(why) : io_error(why);
  }
  std::error_code error;
  const uint64_t size = std::filesystem::file_size(path, error);
  if (error || size < kBundleMagic.size()) return corrupt(path + ": not a Leyden bundle");
  return read_entries([&](std::byte* p, size_t n) { return std::fread(p, 1, n, file.get()) == n; }, size,
                      take).with_context(path);
}

/// What an import needs to know besides the pages.
struct Contents {
  json catalogue, tail;
  uint64_t pages = 0;
  PageId last_page;
};

/// One entry into `contents`; pages are verified and must continue each other.
Status absorb(Contents& contents, EntryType type, Bytes&& content, StoredPage* page_out) {
  if (type == kPage) {
    LEYDEN_ASSIGN(StoredPage page, decode_page(content, nullptr));
    if (page.parent != contents.last_page || page.depth != contents.pages)
      return corrupt("bundle: page " + std::to_string(contents.pages) + " does not continue its chain");
    contents.last_page = page.id;
    ++contents.pages;
    if (page_out != nullptr) *page_out = std::move(page);
    return {};
  }
  json& into = type == kCatalogue ? contents.catalogue : contents.tail;
  into = json::parse(as_text(content), nullptr, false);
  if (!into.is_object()) return corrupt("bundle: the catalogue entry is no JSON object");
  return {};
}

Status verify_catalogue(const json& c) {
  if (!c.is_object() || text_of(c, "format") != "leyden.bundle/1")
    return corrupt("bundle: no catalogue of format leyden.bundle/1");
  const auto session = c.find("session"), messages = c.find("messages"), documents = c.find("documents");
  if (session == c.end() || !session->is_object() || messages == c.end() || !messages->is_array() ||
      documents == c.end() || !documents->is_array() || messages->size() > kMaxMessages)
    return corrupt("bundle: the catalogue is incomplete");
  int64_t last = 0;
  for (const json& m : *messages) {
    if (!m.is_object() || number_of(m, "id") <= last || number_of(m, "parent") >= number_of(m, "id") ||
        number_of(m, "parent") < 0)
      return corrupt("bundle: the messages are not in order");
    last = number_of(m, "id");
  }
  for (const json& d : *documents)
    if (!d.is_object() || !d.contains("parts") || !d["parts"].is_array())
      return corrupt("bundle: a document has no parts");
  return {};
}

Result<json> describe(Store& store, const SessionInfo& info) {
  json c = {{"format", "leyden.bundle/1"}};
  c["session"] = {{"title", info.title}, {"uuid", info.uuid}, {"created_at_ms", info.created_at_ms},
                  {"settings", info.settings_json}, {"head", info.head}, {"n_tokens", info.n_tokens}};
  if (info.model != 0) {
    LEYDEN_ASSIGN(const StoredModel model, store.sessions().model(info.model));
    c["model"] = {{"name", model.name}, {"fingerprint", hex_of(as_bytes(model.fingerprint))},
                  {"kv_format", model.kv_format}, {"info", model.info_json},
                  {"layout", model.page_layout.layers != 0 ? hex_of(model.page_layout.serialize()) : ""}};
  }
  c["messages"] = json::array();
  LEYDEN_ASSIGN(const std::vector<StoredMessage> tree, store.sessions().tree(info.id));
  for (const StoredMessage& m : tree)
    c["messages"].push_back({{"id", m.id}, {"parent", m.parent}, {"role", m.role}, {"text", m.text},
                             {"thinking", m.thinking}, {"tokens", hex_of(pack_tokens(m.tokens))},
                             {"extra", m.extra_json}, {"state", static_cast<int>(m.state)},
                             {"created_at_ms", m.created_at_ms}});
  c["documents"] = json::array();
  for (CatalogueId id : info.documents) {
    auto& documents = store.documents();
    LEYDEN_ASSIGN(const DocumentInfo d, documents.info(id));
    LEYDEN_ASSIGN(const std::vector<DocumentPart> parts, documents.parts(id));
    LEYDEN_ASSIGN(const std::vector<int32_t> tokens, documents.tokens(id));
    LEYDEN_ASSIGN(const Bytes map, documents.page_map(id));
    json list = json::array();
    for (const DocumentPart& part : parts) list.push_back({{"label", part.label}, {"text", part.text}});
    c["documents"].push_back({{"title", d.title}, {"source", d.source}, {"parts", std::move(list)},
                              {"tokens", hex_of(pack_tokens(tokens))}, {"page_map", hex_of(map)}});
  }
  return c;
}

Bytes bytes_of(const json& j) {
  const std::string text = dump_json(j);
  return Bytes(as_bytes(text).begin(), as_bytes(text).end());
}

void add_note(BundleReport& report, const std::string& text) {
  report.note += (report.note.empty() ? "" : "; ") + text;
}

Result<BundleReport> write_bundle(Store& store, CatalogueId session, std::FILE* file,
                                  const CancelToken* cancel, const ProgressFn& progress) {
  BundleReport report;
  report.session = session;
  LEYDEN_ASSIGN(const SessionInfo info, store.sessions().session(session));
  LEYDEN_ASSIGN(const json catalogue, describe(store, info));
  report.messages = catalogue["messages"].size();
  report.documents = catalogue["documents"].size();
  BundleWriter out(file);
  LEYDEN_TRY(out.begin());
  LEYDEN_TRY(out.entry(kCatalogue, bytes_of(catalogue)));
  std::string fingerprint;
  uint32_t kv_format = 0;
  if (info.model != 0) {
    LEYDEN_ASSIGN(const StoredModel model, store.sessions().model(info.model));
    fingerprint = model.fingerprint;
    kv_format = model.kv_format;
  }
  LEYDEN_ASSIGN(const ResumeState state, store.sessions().resume_state(session, fingerprint, kv_format));
  if (state.kind == ResumeState::Kind::kReady) {
    Status wrote;
    const PageLayout known = info.model != 0 ? store.sessions().model(info.model)->page_layout : PageLayout{};
    const Status loaded = store.pages().load_chain(state.tip, 1, [&](StoredPage&& page) {
      const bool fits = known.layers != 0 && known.total_bytes() == page.payload.size();
      auto record = encode_page(page, fits ? known : opaque_layout(page.payload.size()), {}, nullptr);
      wrote = record.ok() ? out.entry(kPage, *record) : record.status();
      ++report.pages;
      if (progress) progress({"export", "pages", report.pages, state.full_pages, -1});
      return wrote.ok() && !(cancel != nullptr && cancel->cancelled());
    });
    LEYDEN_TRY(wrote);
    LEYDEN_TRY(loaded);
    if (!state.tail.tokens.empty() || !state.tail.manifest.empty())
      LEYDEN_TRY(out.entry(kTail, bytes_of({{"tokens", hex_of(pack_tokens(state.tail.tokens))},
                                            {"payload", hex_of(state.tail.payload)},
                                            {"manifest", hex_of(state.tail.manifest)},
                                            {"profile", state.tail.numerics_profile}})));
  } else {
    report.note = "without KV" + (state.reason.empty() ? std::string() : ": " + state.reason);
  }
  LEYDEN_TRY(out.end());
  report.bytes = out.bytes();
  return report;
}

}  // namespace

Result<BundleReport> export_bundle(Store& store, CatalogueId session, const std::string& path,
                                   const CancelToken* cancel, const ProgressFn& progress) {
  namespace fs = std::filesystem;
  if (cancel != nullptr && cancel->cancelled()) return cancelled("export: stopped");
  std::error_code error;
  if (const auto there = fs::status(path, error); fs::exists(there) && !fs::is_regular_file(there))
    return io_error(path + ": exists and is not a regular file");
  std::string partial = path + ".XXXXXX";
  const int fd = ::mkostemp(partial.data(), O_CLOEXEC);
  File file(fd < 0 ? nullptr : ::fdopen(fd, "wb"));
  if (!file) return io_error(path + ": cannot create a file in its folder: " + std::strerror(errno));
  auto report = write_bundle(store, session, file.get(), cancel, progress);
  if (report.ok() && (std::fflush(file.get()) != 0 || ::fsync(fd) != 0))
    report = io_error(path + ": cannot write: " + std::strerror(errno));
  file.reset();
  if (report.ok()) {
    fs::rename(partial, path, error);
    if (error) report = io_error(path + ": " + error.message());
  }
  if (!report.ok()) fs::remove(partial, error);
  return report;
}

Result<BundleReport> import_bundle(Store& store, const std::string& path, const CancelToken* cancel,
                                   const ProgressFn& progress) {
  if (store.read_only()) return io_error("import: the store is read-only");
  Contents contents;
  std::error_code ignored;
  const uint64_t file_bytes = std::filesystem::file_size(path, ignored);
  LEYDEN_TRY(read_bundle_file(path, [&](EntryType type, Bytes&& content) -> Status {
    if (cancel != nullptr && cancel->cancelled()) return cancelled("import: stopped");
    return absorb(contents, type, std::move(content), nullptr);
  }));
  LEYDEN_TRY(verify_catalogue(contents.catalogue));
  const json& c = contents.catalogue;
  BundleReport report;
  report.bytes = file_bytes;
  CatalogueId model_id = 0;
  if (c.contains("model") && c["model"].is_object()) {
    const json& m = c["model"];
    StoredModel model;
    model.name = text_of(m, "name");
    model.fingerprint = as_text(from_hex(text_of(m, "fingerprint")));
    model.kv_format = static_cast<uint32_t>(number_of(m, "kv_format"));
    model.info_json = text_of(m, "info");
    const Bytes layout = from_hex(text_of(m, "layout"));
    std::span<const std::byte> rest = layout;
    if (!layout.empty()) {
      if (auto parsed = PageLayout::parse(rest); parsed.ok()) model.page_layout = *parsed;
    }
    LEYDEN_ASSIGN(model_id, store.sessions().add_model(model));
  }
  // Pages first; nothing points at them until the rows below are there.
  if (contents.pages != 0) {
    Contents again;
    LEYDEN_TRY(read_bundle_file(path, [&](EntryType type, Bytes&& content) -> Status {
      if (type != kPage) return {};
      if (cancel != nullptr && cancel->cancelled()) return cancelled("import: stopped");
      StoredPage page;
      LEYDEN_TRY(absorb(again, type, std::move(content), &page));
      if (progress) progress({"import", "pages", again.pages, contents.pages, -1});
      const size_t bytes = page.payload.size();
      while (!store.pages().wait_for_room(bytes, 1000)) {
      }
      return store.pages().put(std::move(page));
    }));
    LEYDEN_TRY(store.pages().flush());
  }

  SessionCatalogue& sessions = store.sessions();
  Transaction transaction(sessions.file().db());
  LEYDEN_TRY(transaction.begun());
  const json& s = c["session"];
  LEYDEN_ASSIGN(report.session, sessions.create({text_of(s, "title"), model_id, text_of(s, "settings")}));
  const Bytes uuid = from_hex(text_of(s, "uuid"));
  if (uuid.size() == 16) {
    LEYDEN_ASSIGN(Statement q, sessions.file().db().prepare("UPDATE OR IGNORE sessions SET uuid=? WHERE id=?"));
    LEYDEN_TRY(q.bind(std::span<const std::byte>(uuid)).bind(report.session).run());
  }
  for (const json& d : c["documents"]) {
    NewDocument document{text_of(d, "title"), text_of(d, "source"), {}, tokens_of(d, "tokens"),
                         from_hex(text_of(d, "page_map"))};
    const std::string_view map(reinterpret_cast<const char*>(document.page_map.data()),
                               document.page_map.size());
    if (!map.empty() && !json::accept(map)) {  // who asks for it does not look again
      document.page_map.clear();
      add_note(report, "document '" + document.title + "' without its page map, which is no JSON");
    }
    for (const json& part : d["parts"])
      if (part.is_object()) document.parts.push_back({text_of(part, "label"), text_of(part, "text")});
    LEYDEN_ASSIGN(const CatalogueId id, store.documents().add(document));
    LEYDEN_TRY(store.documents().attach(report.session, id));
    ++report.documents;
  }
  std::map<int64_t, CatalogueId> renumbered;
  for (const json& m : c["messages"]) {
    StoredMessage message;
    message.role = text_of(m, "role");
    message.text = text_of(m, "text");
    message.thinking = text_of(m, "thinking");
    message.tokens = tokens_of(m, "tokens");
    message.extra_json = text_of(m, "extra");
    message.created_at_ms = number_of(m, "created_at_ms");
    message.state = number_of(m, "state") == 0 ? MessageState::kComplete : MessageState::kInterrupted;
    const int64_t parent = number_of(m, "parent");
    if (parent != 0 && !renumbered.contains(parent)) return corrupt("bundle: a message has no parent");
    if (parent == 0) LEYDEN_TRY(sessions.set_head(report.session, 0));
    else message.parent = renumbered[parent];
    LEYDEN_ASSIGN(renumbered[number_of(m, "id")], sessions.append(report.session, message));
    ++report.messages;
  }
  const int64_t head = number_of(s, "head");
  LEYDEN_TRY(sessions.set_head(report.session, renumbered.contains(head) ? renumbered[head] : 0));
  LEYDEN_TRY(transaction.commit());
  report.pages = contents.pages;
  if (contents.pages != 0 || contents.tail.is_object()) {
    TurnSave save;
    save.session = report.session;
    save.tip = contents.last_page;
    save.n_tokens = static_cast<uint32_t>(number_of(s, "n_tokens"));
    if (contents.tail.is_object()) {
      save.tail.tokens = tokens_of(contents.tail, "tokens");
      save.tail.payload = from_hex(text_of(contents.tail, "payload"));
      save.tail.manifest = from_hex(text_of(contents.tail, "manifest"));
      save.tail.numerics_profile = text_of(contents.tail, "profile");
    }
    LEYDEN_ASSIGN(const TurnSaved saved, sessions.save_turn(save));
    if (!saved.kv_saved) add_note(report, "without KV: " + saved.note);
  }
  return report;
}

Status verify_bundle_bytes(std::span<const std::byte> bytes) {
  Contents contents;
  size_t at = 0;
  LEYDEN_TRY(read_entries(
      [&](std::byte* p, size_t n) {
        if (n > bytes.size() - at) return false;
        std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), n, p);
        at += n;
        return true;
      },
      bytes.size(), [&](EntryType type, Bytes&& content) {
        return absorb(contents, type, std::move(content), nullptr);
      }));
  return verify_catalogue(contents.catalogue);
}

}  // namespace leyden
