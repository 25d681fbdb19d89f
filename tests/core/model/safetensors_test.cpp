// SPDX-License-Identifier: Apache-2.0
// What a well-formed file gives, and every lie a header can tell.
#include "core/model/safetensors.h"

#include <gtest/gtest.h>

#include "tests/core/model/model_fixtures.h"

namespace leyden {
namespace {

using test::safetensors_bytes;

Result<std::vector<SafetensorsEntry>> parse_bytes(const std::string& file) {
  // A copy of exactly this size, so that ASan sees any read past the end.
  const std::vector<std::byte> exact(reinterpret_cast<const std::byte*>(file.data()),
                                     reinterpret_cast<const std::byte*>(file.data()) + file.size());
  return parse_safetensors_header(exact, "x.safetensors");
}

TEST(Safetensors, ReadsWhatIsThere) {
  test::TempDir dir;
  test::Tensors tensors;
  tensors["b"] = {"BF16", {2, 3}, std::string(12, '\1')};
  tensors["a"] = {"F8_E4M3", {5}, "\x38\x39\x3a\x3b\x3c"};
  tensors["empty"] = {"F32", {0, 7}, ""};
  tensors["ids"] = {"I64", {1}, std::string(8, '\0')};
  test::write_file(dir / "x.safetensors", safetensors_bytes(tensors));
  Result<SafetensorsFile> opened = SafetensorsFile::open(dir / "x.safetensors");
  ASSERT_TRUE(opened.ok()) << opened.status().to_string();
  const SafetensorsFile file = std::move(*opened);  // views survive a move
  ASSERT_EQ(file.entries().size(), 4u);
  EXPECT_EQ(file.entries()[0].name, "a");
  const Result<TensorView> a = file.view(*file.find("a"));
  ASSERT_TRUE(a.ok());
  EXPECT_EQ(a->describe(), "F8_E4M3 [5]");
  EXPECT_EQ(std::to_integer<int>(a->data[4]), 0x3c);
  EXPECT_EQ(file.view(*file.find("empty"))->elements(), 0);
  EXPECT_EQ(file.find("c"), nullptr);
  // A dtype that is not computed with hurts only when it is used.
  const Status ids = file.view(*file.find("ids")).status();
  EXPECT_EQ(ids.code(), StatusCode::kUnsupported);
  EXPECT_NE(ids.message().find("\"ids\": expected F32, BF16 or F8_E4M3, found \"I64\""),
            std::string::npos)
      << ids.message();
}

TEST(Safetensors, HeaderMayEndInSpaces) {
  EXPECT_TRUE(parse_bytes(safetensors_bytes("{}    ", "")).ok());
}

struct Lie {
  const char* name;
  std::string file;
  const char* told;  ///< the message contains this
};

void PrintTo(const Lie& lie, std::ostream* out) { *out << lie.name; }

std::string one(const std::string& fields, size_t data_bytes) {
  return safetensors_bytes("{\"t\": {" + fields + "}}", std::string(data_bytes, '\0'));
}

std::string with_length(uint64_t length, const std::string& rest) {
  std::string file;
  for (size_t i = 0; i < 8; ++i) file.push_back(static_cast<char>(length >> (8 * i)));
  return file + rest;
}

const std::vector<Lie>& lies() {
  static const std::vector<Lie> all = {
      {"EmptyFile", "", "found a file of 0 bytes"},
      {"SevenBytes", "1234567", "found a file of 7 bytes"},
      {"LengthOnly", with_length(2, ""), "header length"},
      {"HeaderLongerThanFile", with_length(1000, "{}"), "found 1000"},
      {"HeaderOfAllBits", with_length(~uint64_t{0}, "{}"), "found 18446744073709551615"},
      {"HeaderOfZero", with_length(0, "{}"), "found 0"},
      {"HeaderOverLimit", with_length(100'000'001, "{}" + std::string(1000, ' ')), "header length"},
      {"NoObject", safetensors_bytes("[1, 2]", ""), "begin with"},
      {"Truncated", safetensors_bytes("{\"t\": {\"dtype\": ", ""), "expected JSON"},
      {"TrailingText", safetensors_bytes("{} x", ""), "expected JSON"},
      {"InvalidUtf8", safetensors_bytes("{\"\xff\": {}}", ""), "expected JSON"},
      {"TensorIsANumber", safetensors_bytes("{\"t\": 5}", ""), "found a number"},
      {"TensorIsNull", safetensors_bytes("{\"t\": null}", ""), "found null"},
      {"TensorIsAList", safetensors_bytes("{\"t\": []}", ""), "found an array"},
      {"DeepNesting", safetensors_bytes("{\"t\": {\"shape\": {}}}", ""), "found an object"},
      {"NoDtype", one(R"("shape": [1], "data_offsets": [0, 4])", 4), "no dtype"},
      {"NoShape", one(R"("dtype": "F32", "data_offsets": [0, 4])", 4), "no dtype, shape"},
      {"NoOffsets", one(R"("dtype": "F32", "shape": [1])", 4), "no dtype, shape"},
      {"OneOffset", one(R"("dtype": "F32", "shape": [1], "data_offsets": [0])", 4), "pair"},
      {"ThreeOffsets", one(R"("dtype": "F32", "shape": [1], "data_offsets": [0, 4, 4])", 4),
       "more than two"},
      {"UnknownField", one(R"("dtype": "F32", "stride": [1])", 4), "unknown field \"stride\""},
      {"FieldTwice", one(R"("dtype": "F32", "dtype": "BF16")", 4), "twice"},
      {"NumberAsDtype", one(R"("dtype": 32)", 4), "found a number"},
      {"EmptyDtype", one(R"("dtype": "", "shape": [1], "data_offsets": [0, 4])", 4), "dtype"},
      {"NegativeDimension", one(R"("dtype": "F32", "shape": [-1], "data_offsets": [0, 4])", 4),
       "negative"},
      {"FractionalDimension", one(R"("dtype": "F32", "shape": [1.5], "data_offsets": [0, 4])", 4),
       "1.5"},
      {"HugeDimension",
       one(R"("dtype": "F32", "shape": [99999999999999999999], "data_offsets": [0, 4])", 4),
       "the number"},
      {"DimensionOf64Bits",
       one(R"("dtype": "F32", "shape": [18446744073709551615], "data_offsets": [0, 4])", 4),
       "63 bits"},
      {"TooManyDimensions",
       one(R"("dtype": "F32", "shape": [1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1], "data_offsets": [0, 4])",
           4),
       "16 dimensions"},
      {"ProductOverflows",
       one(R"("dtype": "F32", "shape": [4294967296, 4294967296], "data_offsets": [0, 4])", 4),
       "fits 64 bits"},
      {"ProductWrapsToTheRightSize",
       one(R"("dtype": "F32", "shape": [4611686018427387904, 4], "data_offsets": [0, 0])", 0),
       "fits 64 bits"},
      {"ShapeTooLarge", one(R"("dtype": "F32", "shape": [2], "data_offsets": [0, 4])", 4),
       "expected 8 bytes, found 4"},
      {"WrongDtype", one(R"("dtype": "BF16", "shape": [1], "data_offsets": [0, 4])", 4),
       "expected 2 bytes, found 4"},
      {"HalfAByte", one(R"("dtype": "F4", "shape": [3], "data_offsets": [0, 2])", 2), "fits"},
      {"OffsetsBackwards", one(R"("dtype": "F32", "shape": [1], "data_offsets": [4, 0])", 4),
       "data_offsets [4, 0]"},
      {"OffsetsBeyondEnd", one(R"("dtype": "F32", "shape": [1], "data_offsets": [4, 8])", 4),
       "within the file's 4 data bytes"},
      {"OffsetsOf64Bits",
       one(R"("dtype": "F32", "shape": [1], "data_offsets": [18446744073709551611, 18446744073709551615])",
           4),
       "within"},
      {"GapInFront", one(R"("dtype": "F32", "shape": [1], "data_offsets": [4, 8])", 8), "gap"},
      {"TrailingBytes", one(R"("dtype": "F32", "shape": [1], "data_offsets": [0, 4])", 9),
       "found 9"},
      {"Overlap",
       safetensors_bytes(R"({"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]},
                             "b": {"dtype": "F32", "shape": [1], "data_offsets": [4, 8]}})",
                         std::string(8, '\0')),
       "\"a\" and \"b\" overlap"},
      {"SameBytesTwice",
       safetensors_bytes(R"({"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]},
                             "b": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}})",
                         std::string(4, '\0')),
       "overlap"},
      {"NameTwice",
       safetensors_bytes(R"({"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]},
                             "a": {"dtype": "F32", "shape": [1], "data_offsets": [4, 8]}})",
                         std::string(8, '\0')),
       "comes twice"},
      {"MetadataOfNumbers", safetensors_bytes(R"({"__metadata__": {"n": 1}})", ""), "number"},
      {"MetadataIsText", safetensors_bytes(R"({"__metadata__": "pt"})", ""), "string"},
      {"EndlessName", safetensors_bytes("{\"" + std::string(5000, 'n') + "\": {}}", ""),
       "longer than 4096"},
  };
  return all;
}

class SafetensorsLies : public testing::TestWithParam<Lie> {};

TEST_P(SafetensorsLies, AreCorruptByName) {
  const Result<std::vector<SafetensorsEntry>> parsed = parse_bytes(GetParam().file);
  ASSERT_FALSE(parsed.ok());
  EXPECT_EQ(parsed.status().code(), StatusCode::kCorrupt);
  EXPECT_EQ(parsed.status().message().rfind("x.safetensors: ", 0), 0u) << parsed.status().message();
  EXPECT_NE(parsed.status().message().find(GetParam().told), std::string::npos)
      << parsed.status().message();
  EXPECT_LT(parsed.status().message().size(), 400u);
}

INSTANTIATE_TEST_SUITE_P(Header, SafetensorsLies, testing::ValuesIn(lies()),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(Safetensors, AnyTruncationIsCorrupt) {
  test::Tensors tensors;
  tensors["a"] = {"F32", {3}, std::string(12, '\1')};
  tensors["b"] = {"BF16", {2}, std::string(4, '\2')};
  const std::string whole = safetensors_bytes(tensors);
  ASSERT_TRUE(parse_bytes(whole).ok());
  for (size_t n = 0; n < whole.size(); ++n) EXPECT_FALSE(parse_bytes(whole.substr(0, n)).ok()) << n;
}

TEST(Safetensors, FoldersAndMissingFilesAreNamed) {
  test::TempDir dir;
  EXPECT_EQ(SafetensorsFile::open(dir / "none").status().code(), StatusCode::kNotFound);
  const Status folder = SafetensorsFile::open(dir.path()).status();
  EXPECT_EQ(folder.code(), StatusCode::kIo);
  EXPECT_NE(folder.message().find("regular file"), std::string::npos);
}

}  // namespace
}  // namespace leyden
