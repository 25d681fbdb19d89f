// SPDX-License-Identifier: Apache-2.0
#include "core/text/tokenizer.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <system_error>

#include "core/text/added_tokens.h"
#include "core/text/bpe.h"
#include "core/text/pre_tokenizer.h"
#include "core/text/token_table.h"
#include "core/text/tokenizer_json.h"
#include "core/text/unicode_class.h"
#include "core/text/utf8.h"

namespace leyden {

struct Tokenizer::Parts {
  TokenTable table;
  std::vector<bool> is_added;
  std::vector<bool> is_special;
  std::vector<bool> is_whole;  // by id: a piece with this token's bytes is this token
  bool merges_make_added = false;
  PreTokenizer pre_tokenizer;
  AddedTokenMatcher matcher;
  Bpe bpe;

  explicit Parts(TokenizerSpec* spec, PreTokenizer pre);
  Status invalid_id(int32_t id, size_t position) const;
};

Tokenizer::Parts::Parts(TokenizerSpec* spec, PreTokenizer pre)
    : table(spec->tokens,
            [&] {
              std::vector<bool> yields = spec->is_byte_level;  // pieces look for byte-level tokens
              yields.flip();
              return yields;
            }()),
      is_added(std::move(spec->is_added)),
      is_special(std::move(spec->is_special)),
      is_whole(spec->tokens.size(), false),
      pre_tokenizer(std::move(pre)),
      matcher(std::move(spec->added_tokens)) {
  for (const Bpe::Merge& m : spec->merges) {
    merges_make_added = merges_make_added || is_added[static_cast<size_t>(m.result)];
  }
  bpe = Bpe(spec->byte_ids, std::move(spec->merges));
  // Which tokens come out alone when their own bytes are encoded: those need no merging later.
  Bpe::Scratch scratch;
  std::vector<int32_t> ids;
  for (int32_t id = 0; id < table.size(); ++id) {
    const size_t i = static_cast<size_t>(id);
    if (!spec->is_byte_level[i] || is_added[i]) continue;
    ids.clear();
    if (!spec->ignore_merges) bpe.encode(table.bytes(id), &scratch, &ids);
    is_whole[i] = spec->ignore_merges || (ids.size() == 1 && ids[0] == id);
  }
}

Status Tokenizer::Parts::invalid_id(int32_t id, size_t position) const {
  return invalid_argument("decode: expected ids of tokens, vocabulary size " +
                          std::to_string(table.size()) + ", got " + std::to_string(id) +
                          " at position " + std::to_string(position));
}

Tokenizer::Tokenizer(std::unique_ptr<const Parts> parts) : parts_(std::move(parts)) {}
Tokenizer::~Tokenizer() = default;

Result<std::shared_ptr<const Tokenizer>> Tokenizer::parse(std::string_view json,
                                                          const std::string& name) {
  LEYDEN_ASSIGN(TokenizerSpec spec, parse_tokenizer_json(json, name));
  LEYDEN_ASSIGN(PreTokenizer pre, PreTokenizer::create(spec.pre_tokenizer, name));
  UnicodeClasses::get();  // pay for the table now
  return std::shared_ptr<const Tokenizer>(
      new Tokenizer(std::make_unique<const Parts>(&spec, std::move(pre))));
}

Result<std::shared_ptr<const Tokenizer>> Tokenizer::load(const std::filesystem::path& path) {
  const std::string name = path.string();
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status))
    return not_found(name + ": expected a tokenizer.json, found none");
  if (!std::filesystem::is_regular_file(status)) {
    return io_error(name + ": expected a regular file, found something else");
  }
  const uintmax_t bytes = std::filesystem::file_size(path, error);
  if (error) return io_error(name + ": cannot be read: " + error.message());
  if (bytes > kMaxTokenizerFileBytes) {
    return unsupported(name + ": expected at most " + std::to_string(kMaxTokenizerFileBytes) +
                       " bytes, found " + std::to_string(bytes));
  }
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(name.c_str(), "rb"),
                                                             &std::fclose);
  if (file == nullptr) return io_error(name + ": cannot be opened: " + std::strerror(errno));
  std::string json(static_cast<size_t>(bytes), '\0');
  if (std::fread(json.data(), 1, json.size(), file.get()) != json.size()) {
    return io_error(name + ": expected " + std::to_string(bytes) + " bytes, found fewer");
  }
  return parse(json, name);
}

namespace {

// Appends the ids of the pieces that a pre-tokenizer finds.
class PieceEncoder final : public PieceSink {
 public:
  PieceEncoder(const TokenTable& table, const std::vector<bool>& is_whole, const Bpe& bpe,
               std::vector<int32_t>* out)
      : table_(table), is_whole_(is_whole), bpe_(bpe), out_(out) {}

  void piece(std::string_view piece) override {
    const int32_t id = table_.find(piece);
    if (id >= 0 && is_whole_[static_cast<size_t>(id)]) {
      out_->push_back(id);
    } else {
      bpe_.encode(piece, &scratch_, out_);
    }
  }

 private:
  const TokenTable& table_;
  const std::vector<bool>& is_whole_;
  const Bpe& bpe_;
  Bpe::Scratch scratch_;
  std::vector<int32_t>* out_;
};

}  // namespace

std::vector<int32_t> Tokenizer::encode(std::string_view text, AddedTokens added) const {
  std::string repaired;
  if (utf8_valid_prefix(text) != text.size()) {
    repaired = utf8_replace_invalid(text);
    text = repaired;
  }
  std::vector<int32_t> ids;
  ids.reserve(text.size() / 4 + 8);
  PieceEncoder encoder(parts_->table, parts_->is_whole, parts_->bpe, &ids);
  if (added == AddedTokens::kMatch) {
    for (const AddedTokenMatcher::Part& part : parts_->matcher.split(text)) {
      if (part.id >= 0) {
        ids.push_back(part.id);
      } else {
        parts_->pre_tokenizer.split(part.text, &encoder);
      }
    }
    return ids;
  }
  if (!text.empty()) parts_->pre_tokenizer.split(text, &encoder);
  if (!parts_->merges_make_added) return ids;
  std::vector<int32_t> plain;  // an odd vocabulary, where merges spell an added token
  plain.reserve(ids.size());
  for (const int32_t id : ids) parts_->bpe.append_split(id, parts_->is_added, &plain);
  return plain;
}

Result<std::string> Tokenizer::decode(std::span<const int32_t> ids) const {
  std::string bytes;
  for (size_t i = 0; i < ids.size(); ++i) {
    if (!parts_->table.has(ids[i])) return parts_->invalid_id(ids[i], i);
    bytes += parts_->table.bytes(ids[i]);
  }
  return bytes;
}

int32_t Tokenizer::vocab_size() const { return parts_->table.size(); }

bool Tokenizer::has_token(int32_t id) const { return parts_->table.has(id); }

std::optional<int32_t> Tokenizer::token_id(std::string_view bytes) const {
  for (const AddedTokenMatcher::Part& part : parts_->matcher.split(bytes)) {
    if (part.id >= 0 && part.text == bytes && parts_->table.bytes(part.id) == bytes) return part.id;
  }
  const int32_t id = bytes.empty() ? TokenTable::kNone : parts_->table.find(bytes);
  if (id == TokenTable::kNone) return std::nullopt;
  return id;
}

std::string_view Tokenizer::token_bytes(int32_t id) const {
  return parts_->table.has(id) ? parts_->table.bytes(id) : std::string_view();
}

bool Tokenizer::is_added(int32_t id) const {
  return parts_->table.has(id) && parts_->is_added[static_cast<size_t>(id)];
}

bool Tokenizer::is_special(int32_t id) const {
  return parts_->table.has(id) && parts_->is_special[static_cast<size_t>(id)];
}

StreamDecoder::StreamDecoder(std::shared_ptr<const Tokenizer> tokenizer)
    : tokenizer_(std::move(tokenizer)) {}

Result<std::string> StreamDecoder::push(int32_t id) {
  LEYDEN_ASSIGN(const std::string bytes, tokenizer_->decode(std::span(&id, 1)));
  pending_ += bytes;
  std::string out;
  std::string_view rest = pending_;
  while (!rest.empty()) {
    const size_t valid = utf8_valid_prefix(rest);
    out += rest.substr(0, valid);
    rest.remove_prefix(valid);
    if (rest.empty()) break;
    const Utf8Step step = utf8_step(rest);
    if (step.kind == Utf8Kind::kIncomplete) break;
    out += kReplacementCharacter;
    rest.remove_prefix(step.bytes);
  }
  pending_ = std::string(rest);
  return out;
}

std::string StreamDecoder::finish() {
  std::string out = pending_.empty() ? std::string() : std::string(kReplacementCharacter);
  pending_.clear();
  return out;
}

}  // namespace leyden
