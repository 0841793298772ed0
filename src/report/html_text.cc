#include "report/html_text.h"

#include "base/text.h"

namespace fuseo1 {

std::string HtmlText(std::string_view text, std::size_t max_bytes) {
  std::string out;
  for (const char c : Printable(text, max_bytes)) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

}  // namespace fuseo1
