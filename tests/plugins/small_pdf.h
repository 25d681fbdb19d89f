// SPDX-License-Identifier: Apache-2.0
// PDF files made for tests: n pages of text, an outline, page labels.
#pragma once

#include <string>
#include <vector>

namespace leyden::plugins {

/// Each page 600 x 800 points, with "Page <i> says hello." at (100, 700) from the bottom left, 12
/// points Helvetica, and lines of filler below. Outline: a heading for every tenth page. Labels:
/// the first two pages are i, ii, then 1, 2, ...
inline std::string small_pdf(size_t n_pages, const std::string& page_entries = "") {
  std::vector<std::string> objects;  // numbers from 1
  const auto number = [](size_t n) { return std::to_string(n); };
  const size_t n_headings = (n_pages + 9) / 10;
  const size_t first_page = 5, first_heading = first_page + 2 * n_pages;
  std::string kids;
  for (size_t i = 0; i < n_pages; ++i) kids += number(first_page + 2 * i) + " 0 R ";
  objects.push_back(
      "<</Type/Catalog/Pages 2 0 R/Outlines 4 0 R/PageLabels<</Nums[0<</S/r>>2<</S/D>>]>>>>");
  objects.push_back("<</Type/Pages/Count " + number(n_pages) + "/Kids[" + kids + "]>>");
  objects.push_back("<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>");
  objects.push_back("<</Type/Outlines/Count " + number(n_headings) + "/First " +
                    number(first_heading) + " 0 R/Last " + number(first_heading + n_headings - 1) +
                    " 0 R>>");
  for (size_t i = 0; i < n_pages; ++i) {
    std::string text = "BT /F 12 Tf 100 700 Td (Page " + number(i + 1) + " says hello.) Tj";
    for (int line = 0; line < 30; ++line)
      text += " 0 -18 Td (Some filler words stand in line " + number(size_t(line)) + ".) Tj";
    text += " ET";
    objects.push_back(
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Resources<</Font<</F 3 0 R>>>>/Contents " +
        number(first_page + 2 * i + 1) + " 0 R" + page_entries + ">>");
    objects.push_back("<</Length " + number(text.size()) + ">>\nstream\n" + text + "\nendstream");
  }
  for (size_t i = 0; i < n_headings; ++i) {
    std::string item = "<</Title(Chapter " + number(i + 1) + ")/Parent 4 0 R/Dest[" +
                       number(first_page + 20 * i) + " 0 R/Fit]";
    if (i > 0) item += "/Prev " + number(first_heading + i - 1) + " 0 R";
    if (i + 1 < n_headings) item += "/Next " + number(first_heading + i + 1) + " 0 R";
    objects.push_back(item + ">>");
  }
  std::string out = "%PDF-1.4\n", xref;
  for (size_t i = 0; i < objects.size(); ++i) {
    std::string offset = number(out.size());
    xref += std::string(10 - offset.size(), '0') + offset + " 00000 n \n";
    out += number(i + 1) + " 0 obj\n" + objects[i] + "\nendobj\n";
  }
  const size_t start = out.size();
  out += "xref\n0 " + number(objects.size() + 1) + "\n0000000000 65535 f \n" + xref +
         "trailer\n<</Size " + number(objects.size() + 1) +
         "/Root 1 0 R/Info<</Title(A small book)/Author(Nobody)>>>>\nstartxref\n" + number(start) +
         "\n%%EOF\n";
  return out;
}

}  // namespace leyden::plugins
