// SPDX-License-Identifier: Apache-2.0
// The part of a web page that one came to read: without menus, banners, side bars and footers.
#pragma once

#include <string_view>

#include "plugins/documents/html_source.h"

namespace leyden::web {

/// Title and text. The text is that of the smallest element that holds most of the page's words
/// outside of links; the whole page's where no such element stands out.
/// @param html  UTF-8. Cost: linear.
documents::HtmlText readable_html(std::string_view html);

}  // namespace leyden::web
