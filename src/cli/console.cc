#include "cli/console.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>

#include "base/text.h"

namespace fuseo1 {
namespace {

constexpr int kMaxErrorLines = 12;
constexpr std::size_t kMaxErrorLineBytes = 2000;

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

Status WriteJson(const Json& document) { return WriteOut(DumpJson(document) + "\n"); }

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
