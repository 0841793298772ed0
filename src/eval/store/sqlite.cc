#include "eval/store/sqlite.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include "base/text.h"

namespace fuseo1 {
namespace {

constexpr int kBusyMilliseconds = 5'000;

Error FromSqlite(sqlite3* db, int code) {
  const std::string words = Printable(db != nullptr ? sqlite3_errmsg(db) : sqlite3_errstr(code));
  const int primary = code & 0xff;
  const char* file = db != nullptr ? sqlite3_db_filename(db, "main") : nullptr;
  const std::string where = file != nullptr ? std::string(file) : "the store";
  if (primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB || primary == SQLITE_CONSTRAINT ||
      primary == SQLITE_ERROR || primary == SQLITE_MISMATCH) {
    return InputError(fmt::format("{}: damaged or not a fuseo1 store: {}", where, words));
  }
  return SystemError(fmt::format("{}: {}", where, words));
}

}  // namespace

Statement::~Statement() { sqlite3_finalize(statement_); }

Statement& Statement::Bind(int parameter, std::string_view text) {
  sqlite3_bind_text64(statement_, parameter, text.data() == nullptr ? "" : text.data(), text.size(),
                      SQLITE_STATIC, SQLITE_UTF8);
  return *this;
}

Statement& Statement::Bind(int parameter, std::int64_t number) {
  sqlite3_bind_int64(statement_, parameter, number);
  return *this;
}

Statement& Statement::Bind(int parameter, std::optional<std::int64_t> number) {
  if (number) {
    return Bind(parameter, *number);
  }
  sqlite3_bind_null(statement_, parameter);
  return *this;
}

Statement& Statement::BindOptional(int parameter, const std::optional<std::string>& text) {
  if (text) {
    return Bind(parameter, std::string_view(*text));
  }
  sqlite3_bind_null(statement_, parameter);
  return *this;
}

Result<bool> Statement::Step() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) {
    return true;
  }
  if (code == SQLITE_DONE) {
    return false;
  }
  Error error = FromSqlite(db_, code);
  Reset();
  return error;
}

Status Statement::Run() {
  while (true) {
    FUSEO1_TRY(const bool more, Step());
    if (!more) {
      Reset();
      return {};
    }
  }
}

void Statement::Reset() {
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

std::string Statement::Text(int column) const {
  const auto* text = static_cast<const char*>(sqlite3_column_blob(statement_, column));
  const int bytes = sqlite3_column_bytes(statement_, column);
  return text == nullptr ? std::string() : std::string(text, static_cast<std::size_t>(bytes));
}

std::optional<std::string> Statement::OptionalText(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL
             ? std::nullopt
             : std::optional<std::string>(Text(column));
}

std::int64_t Statement::Number(int column) const {
  return sqlite3_column_int64(statement_, column);
}

std::optional<std::int64_t> Statement::OptionalNumber(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL
             ? std::nullopt
             : std::optional<std::int64_t>(Number(column));
}

void Database::Closer::operator()(sqlite3* db) const { sqlite3_close_v2(db); }

Result<Database> Database::Open(const std::string& path, bool writable) {
  sqlite3* db = nullptr;
  const int flags =
      (writable ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READWRITE) |
      SQLITE_OPEN_NOMUTEX;
  const int code = sqlite3_open_v2(path.c_str(), &db, flags, nullptr);
  Database database(db);
  if (code != SQLITE_OK) {
    return FromSqlite(db, code);
  }
  sqlite3_extended_result_codes(db, 1);
  sqlite3_busy_timeout(db, kBusyMilliseconds);
  return database;
}

Result<Database> Database::OpenImmutable(const std::string& path) {
  // An absolute path stands behind an empty host.
  std::string uri = path.empty() || path.front() != '/' ? "file:" : "file://";
  for (const char c : path) {
    if (c == '?' || c == '#' || c == '%') {
      uri += fmt::format("%{:02x}", static_cast<unsigned>(c));
    } else {
      uri += c;
    }
  }
  uri += "?immutable=1";
  sqlite3* db = nullptr;
  const int code = sqlite3_open_v2(
      uri.c_str(), &db, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX, nullptr);
  Database database(db);
  if (code != SQLITE_OK) {
    return FromSqlite(db, code);
  }
  sqlite3_extended_result_codes(db, 1);
  return database;
}

Status Database::Execute(const char* sql) {
  const int code = sqlite3_exec(db_.get(), sql, nullptr, nullptr, nullptr);
  return code == SQLITE_OK ? Status() : Status(FromSqlite(db_.get(), code));
}

Result<std::unique_ptr<Statement>> Database::Prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  const int code =
      sqlite3_prepare_v2(db_.get(), sql.data(), static_cast<int>(sql.size()), &statement, nullptr);
  if (code != SQLITE_OK) {
    return FromSqlite(db_.get(), code);
  }
  return std::make_unique<Statement>(statement, db_.get());
}

std::int64_t Database::Changes() const { return sqlite3_changes(db_.get()); }

}  // namespace fuseo1
