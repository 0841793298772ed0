// A small front door to SQLite: statements that bind and step, errors as Result. One thread at a
// time.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace fuseo1 {

class Statement {
 public:
  Statement(sqlite3_stmt* statement, sqlite3* db) : statement_(statement), db_(db) {}
  ~Statement();
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  // Parameters are numbered from 1; text must live until the next Reset.
  Statement& Bind(int parameter, std::string_view text);
  Statement& Bind(int parameter, std::int64_t number);
  Statement& Bind(int parameter, std::optional<std::int64_t> number);
  Statement& BindOptional(int parameter, const std::optional<std::string>& text);

  // True for a row, false at the end. kInput where the file is damaged, kSystem otherwise.
  Result<bool> Step();
  Status Run();  // Step to the end, then Reset
  void Reset();

  std::string Text(int column) const;
  std::optional<std::string> OptionalText(int column) const;
  std::int64_t Number(int column) const;
  std::optional<std::int64_t> OptionalNumber(int column) const;

 private:
  sqlite3_stmt* statement_;
  sqlite3* db_;
};

class Database {
 public:
  // Creates the file where it is missing and `writable`.
  static Result<Database> Open(const std::string& path, bool writable);
  // A file that nobody can write: neither locks nor a log are looked for beside it.
  static Result<Database> OpenImmutable(const std::string& path);

  Status Execute(const char* sql);
  Result<std::unique_ptr<Statement>> Prepare(std::string_view sql);
  // Rows changed by the last statement.
  std::int64_t Changes() const;

 private:
  struct Closer {
    void operator()(sqlite3* db) const;
  };
  explicit Database(sqlite3* db) : db_(db) {}
  std::unique_ptr<sqlite3, Closer> db_;
};

}  // namespace fuseo1
