// The compiled catalogs that cmake embeds (veche_catalogs), as bytes. For i18n.cpp and the tests alone.
#pragma once

#include "base/i18n.h"

#include <span>

namespace veche::base {

/// The .mo file of `language`; empty for English, which is the key itself.
std::span<const unsigned char> catalog_bytes(Language language);

}  // namespace veche::base
