// Rows of a Parquet file as JSON records, through Arrow C++ where the program was built with it.
// Any thread.
#pragma once

#include <functional>
#include <string>

#include "base/json.h"
#include "io/file_system.h"

namespace fuseo1 {

// Built with Arrow.
bool HasParquet();

// Calls `row` for every row, in order: columns of text, numbers, truth values and lists of them;
// others are left out. Returns the fingerprint of the file's bytes. Errors: kInput for a damaged
// file, kUsage with what is missing where the program was built without Arrow, and whatever `row`
// returns.
Result<std::string> ReadParquetRows(FileSystem& fs, const std::string& path,
                                    const std::function<Status(const Json& record)>& row);

}  // namespace fuseo1
