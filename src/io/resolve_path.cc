#include "io/resolve_path.h"

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <string_view>

#include "io/errno_error.h"

namespace fuseo1 {
namespace {

constexpr int kMaxLinks = 40;  // the kernel's own limit

// Takes the first component off `rest`, with the slashes around it.
std::string TakeComponent(std::string* rest) {
  const std::size_t begin = std::min(rest->find_first_not_of('/'), rest->size());
  const std::size_t end = std::min(rest->find('/', begin), rest->size());
  std::string component = rest->substr(begin, end - begin);
  rest->erase(0, end);
  return component;
}

void RemoveLast(std::string* path) { path->resize(path->rfind('/')); }

}  // namespace

Result<std::string> ResolvePath(const std::string& path) {
  if (path.empty() || path.find('\0') != std::string::npos) {
    return UsageError("an empty path, or one with a zero byte, names no file");
  }
  std::string rest = path;
  if (path.front() != '/') {
    std::array<char, PATH_MAX> buffer = {};
    if (getcwd(buffer.data(), buffer.size()) == nullptr) {
      return ErrnoError(path, "find the current directory", errno);
    }
    rest = std::string(buffer.data()) + "/" + path;
  }
  std::string resolved;  // without a slash at its end; "" is the root
  int links = 0;
  while (true) {
    const std::string component = TakeComponent(&rest);
    if (component.empty()) {
      break;
    }
    if (component == ".") {
      continue;
    }
    if (component == "..") {
      if (!resolved.empty()) {
        RemoveLast(&resolved);
      }
      continue;
    }
    resolved += '/';
    resolved += component;
    struct stat status = {};
    if (lstat(resolved.c_str(), &status) != 0) {
      if (errno == ENOENT || errno == ENOTDIR) {
        continue;  // from here on nothing exists
      }
      return ErrnoError(path, "resolve it", errno);
    }
    if (!S_ISLNK(status.st_mode)) {
      continue;
    }
    if (++links > kMaxLinks) {
      return ErrnoError(path, "resolve it", ELOOP);
    }
    std::array<char, PATH_MAX> target = {};
    const ssize_t length = readlink(resolved.c_str(), target.data(), target.size());
    if (length < 0) {
      return ErrnoError(path, "resolve it", errno);
    }
    const std::string_view link(target.data(), static_cast<std::size_t>(length));
    if (link.size() + rest.size() > 64 * std::size_t{PATH_MAX}) {
      return ErrnoError(path, "resolve it", ENAMETOOLONG);
    }
    rest.insert(0, link);
    if (!link.empty() && link.front() == '/') {
      resolved.clear();
    } else {
      RemoveLast(&resolved);
    }
  }
  return resolved.empty() ? std::string("/") : resolved;
}

}  // namespace fuseo1
