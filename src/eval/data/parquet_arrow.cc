// The front door to Arrow: its statuses and exceptions end here. The file is held in memory once
// (at most kMaxParquetBytes), batch after batch is decoded.
#include <arrow/api.h>
#include <arrow/io/memory.h>
#include <fmt/format.h>
#include <parquet/arrow/reader.h>

#include <exception>

#include "base/hash.h"
#include "base/limits.h"
#include "base/text.h"
#include "eval/data/parquet.h"

namespace fuseo1 {
namespace {

constexpr std::uint64_t kMaxParquetBytes = 2 * kGiB;
constexpr std::int64_t kBatchRows = 256;
constexpr int kMaxListDepth = 4;

Error Damaged(const std::string& path, std::string_view what) {
  return InputError(fmt::format("{}: not a readable Parquet file: {}", path, Printable(what, 300)));
}

Json CellValue(const arrow::Array& column, std::int64_t row, int depth);

Json ListValue(const arrow::Array& values, std::int64_t begin, std::int64_t end, int depth) {
  Json list = Json::array();
  for (std::int64_t i = begin; i < end; ++i) {
    list.push_back(CellValue(values, i, depth + 1));
  }
  return list;
}

template <class Column>
Json NumberValue(const arrow::Array& column, std::int64_t row) {
  return static_cast<const Column&>(column).Value(row);
}

Json CellValue(const arrow::Array& column, std::int64_t row, int depth) {
  if (column.IsNull(row) || depth > kMaxListDepth) {
    return nullptr;
  }
  switch (column.type_id()) {
    case arrow::Type::STRING:
      return static_cast<const arrow::StringArray&>(column).GetString(row);
    case arrow::Type::LARGE_STRING:
      return static_cast<const arrow::LargeStringArray&>(column).GetString(row);
    case arrow::Type::BOOL:
      return static_cast<const arrow::BooleanArray&>(column).Value(row);
    case arrow::Type::INT8:
      return NumberValue<arrow::Int8Array>(column, row);
    case arrow::Type::INT16:
      return NumberValue<arrow::Int16Array>(column, row);
    case arrow::Type::INT32:
      return NumberValue<arrow::Int32Array>(column, row);
    case arrow::Type::INT64:
      return NumberValue<arrow::Int64Array>(column, row);
    case arrow::Type::UINT8:
      return NumberValue<arrow::UInt8Array>(column, row);
    case arrow::Type::UINT16:
      return NumberValue<arrow::UInt16Array>(column, row);
    case arrow::Type::UINT32:
      return NumberValue<arrow::UInt32Array>(column, row);
    case arrow::Type::UINT64:
      return NumberValue<arrow::UInt64Array>(column, row);
    case arrow::Type::FLOAT:
      return NumberValue<arrow::FloatArray>(column, row);
    case arrow::Type::DOUBLE:
      return NumberValue<arrow::DoubleArray>(column, row);
    case arrow::Type::DICTIONARY: {
      const auto& words = static_cast<const arrow::DictionaryArray&>(column);
      return CellValue(*words.dictionary(), words.GetValueIndex(row), depth);
    }
    case arrow::Type::LIST: {
      const auto& list = static_cast<const arrow::ListArray&>(column);
      return ListValue(*list.values(), list.value_offset(row), list.value_offset(row + 1), depth);
    }
    case arrow::Type::LARGE_LIST: {
      const auto& list = static_cast<const arrow::LargeListArray&>(column);
      return ListValue(*list.values(), list.value_offset(row), list.value_offset(row + 1), depth);
    }
    default:
      return nullptr;
  }
}

Status ReadBatches(const std::string& path, const std::shared_ptr<arrow::Buffer>& bytes,
                   const std::function<Status(const Json& record)>& row) {
  auto opened = parquet::arrow::OpenFile(std::make_shared<arrow::io::BufferReader>(bytes),
                                         arrow::default_memory_pool());
  if (!opened.ok()) {
    return Damaged(path, opened.status().message());
  }
  std::unique_ptr<parquet::arrow::FileReader> reader = std::move(opened).ValueOrDie();
  reader->set_batch_size(kBatchRows);
  reader->set_use_threads(false);
  auto batches = reader->GetRecordBatchReader();
  if (!batches.ok()) {
    return Damaged(path, batches.status().message());
  }
  while (true) {
    std::shared_ptr<arrow::RecordBatch> batch;
    if (const arrow::Status read = (*batches)->ReadNext(&batch); !read.ok()) {
      return Damaged(path, read.message());
    }
    if (batch == nullptr) {
      return {};
    }
    // Offsets inside the file may lie: everything is checked before a cell is touched.
    if (const arrow::Status valid = batch->ValidateFull(); !valid.ok()) {
      return Damaged(path, valid.message());
    }
    for (std::int64_t i = 0; i < batch->num_rows(); ++i) {
      Json record = Json::object();
      for (int c = 0; c < batch->num_columns(); ++c) {
        record[batch->column_name(c)] = CellValue(*batch->column(c), i, 0);
      }
      FUSEO1_TRY_VOID(row(record));
    }
  }
}

}  // namespace

bool HasParquet() { return true; }

Result<std::string> ReadParquetRows(FileSystem& fs, const std::string& path,
                                    const std::function<Status(const Json& record)>& row) {
  FUSEO1_TRY(const std::string bytes, ReadWholeFile(fs, path, kMaxParquetBytes));
  try {
    FUSEO1_TRY_VOID(ReadBatches(path, arrow::Buffer::Wrap(bytes.data(), bytes.size()), row));
  } catch (const std::exception& thrown) {
    return Damaged(path, thrown.what());
  }
  return HashText(bytes).Hex();
}

}  // namespace fuseo1
