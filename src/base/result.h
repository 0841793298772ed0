// Result<T>: a value, or an Error that says what went wrong, where, what was expected and found, what to do.
//
// Everything that depends on the outside returns a Result. Our code throws nothing; libraries that throw
// are called in one front-door file each, which converts. Values: copyable and movable like T; thread-compatible.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace fuseo1 {

// Each code is one exit code of the program (docs/errors.md).
enum class ErrorCode {
  kUsage = 2,        // flags, the text of a config, a path that is not there
  kInput = 3,        // damaged or hostile input
  kSystem = 4,       // disk, memory, permission, lock
  kNetwork = 5,      // neither cached nor reachable
  kInterrupted = 6,  // stopped by a signal; the same command goes on
  kBug = 70,         // our bug
};

class [[nodiscard]] Error {
 public:
  Error(ErrorCode code, std::string message) : code_(code), message_(std::move(message)) {}

  ErrorCode code() const { return code_; }
  int exit_code() const { return static_cast<int>(code_); }
  const std::string& message() const { return message_; }

  // Puts `where` in front of the message: a file, a tensor, a config key.
  Error In(std::string_view where) && {
    message_.insert(0, std::string(where) + ": ");
    return std::move(*this);
  }

 private:
  ErrorCode code_;
  std::string message_;
};

inline Error UsageError(std::string message) { return {ErrorCode::kUsage, std::move(message)}; }
inline Error InputError(std::string message) { return {ErrorCode::kInput, std::move(message)}; }
inline Error SystemError(std::string message) { return {ErrorCode::kSystem, std::move(message)}; }
inline Error BugError(std::string message) { return {ErrorCode::kBug, std::move(message)}; }

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : value_(std::move(value)) {}           // NOLINT: implicit on purpose
  Result(Error error) : error_(std::move(error)) {}       // NOLINT: implicit on purpose

  bool ok() const { return value_.has_value(); }
  const Error& error() const { return *error_; }
  Error TakeError() && { return *std::move(error_); }

  T& value() & { return *value_; }
  const T& value() const& { return *value_; }
  T&& value() && { return *std::move(value_); }
  T* operator->() { return &*value_; }
  const T* operator->() const { return &*value_; }
  T& operator*() & { return *value_; }
  const T& operator*() const& { return *value_; }

 private:
  std::optional<T> value_;
  std::optional<Error> error_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}  // NOLINT: implicit on purpose

  bool ok() const { return !error_.has_value(); }
  const Error& error() const { return *error_; }
  Error TakeError() && { return *std::move(error_); }

 private:
  std::optional<Error> error_;
};

using Status = Result<void>;

}  // namespace fuseo1

#define FUSEO1_CONCAT_INNER(a, b) a##b
#define FUSEO1_CONCAT(a, b) FUSEO1_CONCAT_INNER(a, b)

// FUSEO1_TRY(const Foo foo, MakeFoo()); declares foo, or returns MakeFoo's error from this function.
#define FUSEO1_TRY(declaration, ...)                                            \
  auto FUSEO1_CONCAT(result_, __LINE__) = (__VA_ARGS__);                        \
  if (!FUSEO1_CONCAT(result_, __LINE__).ok()) {                                 \
    return std::move(FUSEO1_CONCAT(result_, __LINE__)).TakeError();             \
  }                                                                             \
  declaration = std::move(FUSEO1_CONCAT(result_, __LINE__)).value()

// FUSEO1_TRY_VOID(DoIt()); returns the error of a Status or Result, ignores its value.
#define FUSEO1_TRY_VOID(...)                                                    \
  do {                                                                          \
    if (auto fuseo1_status = (__VA_ARGS__); !fuseo1_status.ok()) {              \
      return std::move(fuseo1_status).TakeError();                              \
    }                                                                           \
  } while (false)
