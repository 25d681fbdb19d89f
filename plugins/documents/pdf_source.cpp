// SPDX-License-Identifier: Apache-2.0
#include "plugins/documents/pdf_source.h"

#include <stdio.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <qpdf/QPDF.hh>
#include <qpdf/QPDFOutlineDocumentHelper.hh>
#include <qpdf/QPDFPageDocumentHelper.hh>
#include <qpdf/QPDFPageLabelDocumentHelper.hh>
#include <set>
#include <utility>

#include "plugins/documents/encoding.h"
#include "plugins/documents/program.h"

namespace leyden::documents {

namespace {

constexpr size_t kMaxHeadings = 20'000;
constexpr uint32_t kMaxLevels = 32, kMaxPages = 200'000;
constexpr size_t kMaxText = 256 << 20;
constexpr double kMaxPixels = 40e6;

/// A PDF text string, when it is sane UTF-8 after conversion.
std::string text_of(const std::string& text) {
  std::string clean = clean_text(text);
  std::replace(clean.begin(), clean.end(), '\n', ' ');
  return is_utf8(clean) ? clean : std::string();
}

std::string roman(long long n) {
  static constexpr std::pair<int, const char*> kDigits[] = {
      {1000, "m"}, {900, "cm"}, {500, "d"}, {400, "cd"}, {100, "c"}, {90, "xc"}, {50, "l"},
      {40, "xl"},  {10, "x"},   {9, "ix"},  {5, "v"},    {4, "iv"},  {1, "i"}};
  std::string out;
  for (const auto& [value, digit] : kDigits) {
    for (; n >= value; n -= value) out += digit;
  }
  return out;
}

std::string upper(std::string text) {
  for (char& c : text) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return text;
}

/// A label dictionary of qpdf's: /S style, /P prefix, /St number.
std::string label_of(QPDFObjectHandle label) {
  if (!label.isDictionary()) return {};
  std::string out;
  if (QPDFObjectHandle prefix = label.getKey("/P"); prefix.isString())
    out = text_of(prefix.getUTF8Value());
  const QPDFObjectHandle start = label.getKey("/St");
  long long n = const_cast<QPDFObjectHandle&>(start).isInteger()
                    ? const_cast<QPDFObjectHandle&>(start).getIntValue()
                    : 1;
  n = std::clamp<long long>(n, 1, 100'000);
  QPDFObjectHandle style = label.getKey("/S");
  const std::string kind = style.isName() ? style.getName() : "";
  if (kind == "/D") return out + std::to_string(n);
  if (kind == "/r" && n < 5000) return out + roman(n);
  if (kind == "/R" && n < 5000) return out + upper(roman(n));
  if (kind == "/a" || kind == "/A") {
    const std::string letters(std::min<size_t>(static_cast<size_t>((n - 1) / 26 + 1), 20),
                              static_cast<char>('a' + (n - 1) % 26));
    return out + (kind == "/A" ? upper(letters) : letters);
  }
  return out;
}

class PdfSource : public Source {
 public:
  Status open(const File& file) {
    fd_ = file.fd;
    try {
      return read_structure();
    } catch (const std::exception& e) {
      return corrupt(std::string("no readable PDF: ") + e.what());
    }
  }

  uint32_t n_pages() const override { return static_cast<uint32_t>(pages_.size()); }
  bool has_layout() const override { return true; }

  Result<Page> page(uint32_t number, const Cancelled& cancelled) override {
    if (const auto it = cache_.find(number); it != cache_.end()) {
      Page page = it->second;
      return page;
    }
    // Who reads on page by page gets more pages from one run of the program.
    window_ = number == next_ ? std::min<uint32_t>(window_ * 2, 64) : 1;
    const uint32_t last = std::min<uint32_t>(number + window_, n_pages());
    LEYDEN_ASSIGN(const std::string xhtml,
                  run_program({"pdftotext", "-cropbox", "-bbox-layout", "-f",
                               std::to_string(number + 1), "-l", std::to_string(last), "-", "-"},
                              fd_, kMaxText, cancelled));
    LEYDEN_ASSIGN(std::vector<Page> pages, parse_bbox_layout(xhtml));
    if (pages.size() != last - number) {
      return corrupt("pdftotext gave " + std::to_string(pages.size()) + " pages, expected " +
                     std::to_string(last - number));
    }
    cache_.clear();
    for (size_t i = 0; i < pages.size(); ++i) {
      const uint32_t at = number + static_cast<uint32_t>(i);
      pages[i].label = pages_[at].label;
      if (pages_[at].rotated && pages[i].width > 0) std::swap(pages[i].width, pages[i].height);
      cache_[at] = std::move(pages[i]);
    }
    next_ = last;
    return cache_[number];
  }

  Status image(uint32_t number, double scale, const CreateImage& create,
               const Cancelled& cancelled) override {
    const PageSize& size = pages_[number];
    const double pixels = size.width * size.height * scale * scale;
    if (pixels > kMaxPixels) {
      return out_of_memory("the picture would have " +
                           std::to_string(static_cast<int64_t>(pixels / 1e6)) + " million pixels");
    }
    LEYDEN_ASSIGN(const std::string ppm,
                  run_program({"pdftoppm", "-cropbox", "-f", std::to_string(number + 1), "-l",
                               std::to_string(number + 1), "-r", std::to_string(72 * scale),
                               "-singlefile", "-"},
                              fd_, size_t{3} * 45'000'000, cancelled));
    unsigned width = 0, height = 0, most = 0;
    int header = 0;
    if (::sscanf(ppm.c_str(), "P6 %u %u %u%n", &width, &height, &most, &header) != 3 ||
        most != 255 || width == 0 || height == 0 || width > 100'000 || height > 100'000 ||
        ppm.size() != static_cast<size_t>(header) + 1 + size_t{3} * width * height) {
      return corrupt("pdftoppm drew nothing");
    }
    uint8_t* to = create(width, height);
    if (!to) return out_of_memory("the picture is too large");
    const auto* from = reinterpret_cast<const uint8_t*>(ppm.data()) + header + 1;
    for (size_t i = 0; i < size_t{width} * height; ++i, from += 3, to += 4) {
      to[0] = from[2];
      to[1] = from[1];
      to[2] = from[0];
      to[3] = 255;
    }
    return {};
  }

 private:
  struct PageSize {
    double width = 0, height = 0;
    bool rotated = false;  ///< lies on its side
    std::string label;
  };

  Status read_structure() {
    FILE* stream = ::fdopen(::dup(fd_), "rb");
    if (!stream) return io_error("fdopen failed");
    QPDF pdf;
    pdf.setSuppressWarnings(true);
    pdf.processFile(format.c_str(), stream, true);
    if (pdf.isEncrypted()) notices.push_back("The file is encrypted with an empty password.");
    format = "pdf";
    const std::vector<QPDFObjectHandle>& all = pdf.getAllPages();
    if (all.empty()) return corrupt("no readable PDF: it has no pages");
    if (all.size() > kMaxPages) return unsupported("has " + std::to_string(all.size()) + " pages");
    pages_.resize(all.size());
    std::map<QPDFObjGen, uint32_t> number_of;
    QPDFPageLabelDocumentHelper labels(pdf);
    for (size_t i = 0; i < all.size(); ++i) {
      number_of[all[i].getObjGen()] = static_cast<uint32_t>(i);
      read_size(QPDFPageObjectHelper(all[i]), pages_[i]);
      pages_[i].label =
          labels.hasPageLabels() ? label_of(labels.getLabelForPage(static_cast<long long>(i))) : "";
      if (pages_[i].label.empty()) pages_[i].label = std::to_string(i + 1);
    }
    QPDFObjectHandle about = pdf.getTrailer().getKey("/Info");
    const auto entry = [&](const char* key) {
      QPDFObjectHandle value =
          about.isDictionary() ? about.getKey(key) : QPDFObjectHandle::newNull();
      return value.isString() ? text_of(value.getUTF8Value()) : std::string();
    };
    title = entry("/Title");
    author = entry("/Author");
    try {
      QPDFOutlineDocumentHelper helper(pdf);
      for (QPDFOutlineObjectHelper& item : helper.getTopLevelOutlines())
        add_heading(item, 0, number_of);
    } catch (const std::exception&) {
      notices.push_back("The outline is damaged; what could be read of it is shown.");
    }
    return {};
  }

  static void read_size(QPDFPageObjectHelper page, PageSize& out) {
    QPDFObjectHandle box = page.getCropBox();
    double side[4] = {0, 0, 612, 792};
    if (box.isArray() && box.getArrayNItems() == 4) {
      for (int i = 0; i < 4; ++i) {
        QPDFObjectHandle value = box.getArrayItem(i);
        if (value.isNumber()) side[i] = value.getNumericValue();
      }
    }
    out.width = std::abs(side[2] - side[0]);
    out.height = std::abs(side[3] - side[1]);
    QPDFObjectHandle turn = page.getAttribute("/Rotate", false);
    out.rotated = turn.isInteger() && turn.getIntValue() % 180 != 0;
    if (out.rotated) std::swap(out.width, out.height);
  }

  void add_heading(QPDFOutlineObjectHelper& item, uint32_t level,
                   const std::map<QPDFObjGen, uint32_t>& number_of) {
    if (outline.size() >= kMaxHeadings || level > kMaxLevels) return;
    const auto page = number_of.find(item.getDestPage().getObjGen());
    const uint32_t before = outline.empty() ? 0 : outline.back().page;
    std::string heading = text_of(item.getTitle());
    if (!heading.empty()) {
      outline.push_back(
          {std::move(heading), page == number_of.end() ? before : page->second, level});
    }
    for (QPDFOutlineObjectHelper& kid : item.getKids()) add_heading(kid, level + 1, number_of);
  }

  int fd_ = -1;
  std::vector<PageSize> pages_;
  std::map<uint32_t, Page> cache_;
  uint32_t window_ = 1, next_ = ~0u;
};

}  // namespace

Result<std::unique_ptr<Source>> open_pdf(const File& file) {
  auto source = std::make_unique<PdfSource>();
  LEYDEN_TRY(source->open(file));
  return std::unique_ptr<Source>(std::move(source));
}

}  // namespace leyden::documents
