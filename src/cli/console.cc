#include "cli/console.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>
#include <utility>

#include "base/text.h"

namespace fuseo1 {
namespace {

constexpr int kMaxErrorLines = 12;
constexpr std::size_t kMaxErrorLineBytes = 2000;

using Pair = std::pair<std::string_view, std::string_view>;
constexpr std::array kBidirectional = {
    Pair{"\xe2\x80\x8e", "\\u200e"}, Pair{"\xe2\x80\x8f", "\\u200f"},
    Pair{"\xe2\x80\xa8", "\\u2028"}, Pair{"\xe2\x80\xa9", "\\u2029"},
    Pair{"\xe2\x80\xaa", "\\u202a"}, Pair{"\xe2\x80\xab", "\\u202b"},
    Pair{"\xe2\x80\xac", "\\u202c"}, Pair{"\xe2\x80\xad", "\\u202d"},
    Pair{"\xe2\x80\xae", "\\u202e"}, Pair{"\xe2\x81\xa6", "\\u2066"},
    Pair{"\xe2\x81\xa7", "\\u2067"}, Pair{"\xe2\x81\xa8", "\\u2068"},
    Pair{"\xe2\x81\xa9", "\\u2069"}, Pair{"\xd8\x9c", "\\u061c"},
    Pair{"\x7f", "\\u007f"}};

// 0, or the errno that ended the writing.
int WriteAll(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written < 0) {
      if (errno == EINTR) {
        continue;
      }
      return errno;
    }
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

}  // namespace

Status WriteOut(std::string_view text) {
  const int error = WriteAll(STDOUT_FILENO, text);
  if (error == 0 || error == EPIPE) {
    return {};
  }
  return SystemError(std::string("standard output: ") + std::strerror(error));
}

// Characters that change how a terminal shows the rest of the line are written as JSON escapes.
Status WriteJson(const Json& document) {
  std::string text = DumpJson(document) + "\n";
  for (const auto& [shown, escape] : kBidirectional) {
    for (std::size_t at = 0; (at = text.find(shown, at)) != std::string::npos;) {
      text.replace(at, shown.size(), escape);
    }
  }
  return WriteOut(text);
}

void WriteErr(std::string_view text) { (void)WriteAll(STDERR_FILENO, text); }

void PrintError(const Error& error) {
  std::string text = "fuseo1: error: ";
  std::string_view rest = error.message();
  for (int line = 1; !rest.empty(); ++line) {
    const std::size_t end = rest.find('\n');
    const std::string_view words = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
    if (line == kMaxErrorLines && !rest.empty()) {
      text += "  …\n";
      break;
    }
    text += Printable(words, kMaxErrorLineBytes);
    text += '\n';
  }
  if (text.back() != '\n') {
    text += '\n';
  }
  WriteErr(text);
}

bool StderrIsTerminal() {
  const char* terminal = std::getenv("TERM");
  return ::isatty(STDERR_FILENO) == 1 && terminal != nullptr &&
         std::string_view(terminal) != "dumb";
}

int TerminalColumns() {
  winsize size{};
  if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
    return size.ws_col;
  }
  return 80;
}

std::size_t StdoutColumns() {
  winsize size{};
  const bool is_terminal = ::isatty(STDOUT_FILENO) == 1 &&
                           ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return is_terminal ? size.ws_col : 0;
}

}  // namespace fuseo1
