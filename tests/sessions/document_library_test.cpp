// SPDX-License-Identifier: Apache-2.0
#include "sessions/document_library.h"

#include <gtest/gtest.h>

#include "tests/sessions/store_fixture.h"

namespace leyden {
namespace {

TEST(AnyWordExpression, TakesTheWordsThatMatter) {
  EXPECT_EQ(any_word_expression("When are the keys of the boathouse changed?"),
            "\"keys\" OR \"boathouse\" * OR \"chang\" *");
  EXPECT_EQ(any_word_expression("who"), "\"who\"");
  EXPECT_EQ(any_word_expression("a \"b OR c*"), "\"a\" OR \"b\" OR \"or\" OR \"c\"");
  EXPECT_EQ(any_word_expression(" ?! "), "");
}

class LibraryStore : public ::testing::TestWithParam<const char*> {
 protected:
  ScratchFolder folder_;
  std::shared_ptr<Store> store_ = open_store(store_options(folder_ / "s", GetParam()));
};

TEST_P(LibraryStore, RanksPagesByRareWordsAndReadsThem) {
  NewDocument rules;
  rules.title = "Harbour rules";
  rules.parts = {{"p. 1", "Boats are moored at night in the harbour."},
                 {"p. 2", "The access code of the boathouse is 8812. Ask the harbour master."}};
  NewDocument kitchen;
  kitchen.title = "Kitchen rules";
  kitchen.parts = {
      {"p. 1", "The harbour kitchen is cleaned by the harbour crew, in the harbour, daily."}};
  const auto id = store_->documents().add(rules);
  ASSERT_TRUE(id.ok()) << id.status().to_string();
  DocumentLibrary library(store_);
  EXPECT_EQ(library.candidates("harbour kitchen", 5)->size(), 2u);
  ASSERT_TRUE(store_->documents().add(kitchen).ok());
  EXPECT_EQ(library.candidates("harbour kitchen", 5)->size(), 3u)
      << "a document added later is not seen";
  const auto pages =
      library.candidates("What is the access code of the boathouse at the harbour?", 5);
  ASSERT_TRUE(pages.ok()) << pages.status().to_string();
  ASSERT_EQ(pages->size(), 3u);
  EXPECT_EQ((*pages)[0].document, *id);
  EXPECT_EQ((*pages)[0].part, 1u);
  EXPECT_EQ((*pages)[0].label, "p. 2");
  EXPECT_EQ((*pages)[0].text, rules.parts[1].text);
  EXPECT_EQ(library.find("Kitchen rules")->n_parts, 1u);
  EXPECT_EQ(library.part(*id, 0)->text, rules.parts[0].text);
  EXPECT_EQ(library.part(*id, 2).status().code(), StatusCode::kNotFound);
  EXPECT_EQ(library.documents()->size(), 2u);
  EXPECT_TRUE(library.candidates("zebra", 5)->empty());
}
INSTANTIATE_TEST_SUITE_P(Stores, LibraryStore, ::testing::Values("", "secret"));

}  // namespace
}  // namespace leyden
