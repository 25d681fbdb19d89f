// SPDX-License-Identifier: Apache-2.0
// EPUB 2 and 3: the chapters of the spine, each beginning a page.
#pragma once

#include <memory>

#include "base/status.h"
#include "plugins/documents/source.h"

namespace leyden::documents {

Result<std::unique_ptr<Source>> open_epub(const File& file, const Cancelled& cancelled);

}  // namespace leyden::documents
