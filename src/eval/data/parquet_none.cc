// The program without Arrow: says what is missing.
#include <fmt/format.h>

#include "eval/data/parquet.h"

namespace fuseo1 {

bool HasParquet() { return false; }

Result<std::string> ReadParquetRows(FileSystem& /*fs*/, const std::string& path,
                                    const std::function<Status(const Json& record)>& /*row*/) {
  return UsageError(
      fmt::format("{}: this fuseo1 was built without Arrow and reads no Parquet; install the "
                  "pinned pyarrow and "
                  "build again, or convert the file to JSON lines",
                  path));
}

}  // namespace fuseo1
