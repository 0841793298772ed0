// fuseo1 inspect MODEL: tensors, types, sizes, config and tokenizer, from headers only.
#include <fmt/format.h>

#include <iterator>
#include <map>
#include <memory>
#include <vector>

#include "base/limits.h"
#include "base/log.h"
#include "base/text.h"
#include "checkpoint/checkpoint.h"
#include "cli/command.h"
#include "cli/console.h"
#include "cli/layer_name.h"
#include "cli/tokenizer_facts.h"

namespace fuseo1 {
namespace {

struct InspectOptions {
  CommonOptions common;
  std::string model;
  std::string cache_dir;
  bool tensors = false;
};

std::string ShapeText(Shape shape) {
  std::string text;
  for (const std::uint64_t extent : shape) {
    fmt::format_to(std::back_inserter(text), "{}{}", text.empty() ? "" : " x ", extent);
  }
  return text.empty() ? "scalar" : text;
}

std::string HumanCount(std::uint64_t count) {
  std::string text = HumanBytes(count);  // "494 MB": the unit's letter is the count's
  text.pop_back();
  for (const auto& [letter, word] : {std::pair('k', " thousand"), std::pair('M', " million"),
                                     std::pair('G', " billion"), std::pair('T', " trillion")}) {
    if (text.back() == letter) {
      text.pop_back();
      return std::string(Trim(text)) + word;
    }
  }
  return std::string(Trim(text));
}

struct Totals {
  std::uint64_t elems = 0;
  std::uint64_t bytes = 0;
  std::map<std::string_view, std::uint64_t> tensors_of_dtype;
};

Totals Sum(const Checkpoint& model) {
  Totals totals;
  for (const CheckpointTensor& tensor : model.tensors) {
    totals.elems += tensor.shape.Elems();
    totals.bytes += tensor.Bytes();
    ++totals.tensors_of_dtype[DTypeName(tensor.dtype)];
  }
  return totals;
}

std::string ConfigText(const Checkpoint& model) {
  std::string text;
  for (const auto& [key, value] : model.config.items()) {
    if (value.is_primitive()) {
      fmt::format_to(std::back_inserter(text), "{}{} {}", text.empty() ? "" : ", ", Printable(key),
                     Printable(DumpJson(value, -1), 60));
    }
  }
  return text;
}

// Tensors of equal pattern, type and shape are one row.
std::string TensorRows(const Checkpoint& model, bool every_tensor) {
  struct Row {
    std::string pattern;
    const CheckpointTensor* first;
    std::size_t count;
  };
  std::vector<Row> rows;
  std::map<std::string, std::size_t> row_of;
  for (const CheckpointTensor& tensor : model.tensors) {
    const std::string pattern =
        every_tensor ? std::string(tensor.name) : LayerOf(tensor.name).pattern;
    const std::string key =
        fmt::format("{}\n{}\n{}", pattern, DTypeName(tensor.dtype), ShapeText(tensor.shape));
    const auto [entry, is_new] = row_of.try_emplace(key, rows.size());
    if (is_new) {
      rows.push_back({pattern, &tensor, 0});
    }
    ++rows[entry->second].count;
  }
  std::string text;
  for (const Row& row : rows) {
    fmt::format_to(std::back_inserter(text), "  {:<52} {:>5} {:>5} {:<18} {}\n",
                   Printable(row.pattern), row.count == 1 ? "" : fmt::format("{} x", row.count),
                   DTypeName(row.first->dtype), ShapeText(row.first->shape),
                   HumanBytes(row.first->Bytes()));
  }
  return text;
}

std::string Text(const Checkpoint& model, const TokenizerFacts& tokenizer, bool every_tensor) {
  const Totals totals = Sum(model);
  std::string text;
  const auto line = [&text](std::string_view name, const std::string& value) {
    fmt::format_to(std::back_inserter(text), "{:<11}{}\n", name, value);
  };
  line("model", Printable(model.ref.Text()));
  line("size", fmt::format("{} parameters, {} in {} file{}", HumanCount(totals.elems),
                           HumanBytes(totals.bytes), model.files.size(),
                           model.files.size() == 1 ? "" : "s"));
  std::string types;
  for (const auto& [name, count] : totals.tensors_of_dtype) {
    fmt::format_to(std::back_inserter(types), "{}{} {}", types.empty() ? "" : ", ", count, name);
  }
  line("tensors", fmt::format("{} ({})", model.tensors.size(), types));
  line("config", model.has_config ? ConfigText(model) : "none");
  line("tokenizer", tokenizer.Text());
  for (const std::string& warning : model.warnings) {
    line("warning", Printable(warning));
  }
  return text + TensorRows(model, every_tensor);
}

Json Document(const Checkpoint& model, const TokenizerFacts& tokenizer) {
  const Totals totals = Sum(model);
  Json files = Json::array();
  for (const CheckpointFile& file : model.files) {
    files.push_back({{"path", file.path},
                     {"bytes", file.info.bytes},
                     {"header_xxh3_128", file.header_hash.Hex()}});
  }
  Json tensors = Json::array();
  for (const CheckpointTensor& tensor : model.tensors) {
    tensors.push_back({{"name", tensor.name.view()},
                       {"dtype", DTypeName(tensor.dtype)},
                       {"shape", tensor.shape},
                       {"file", tensor.file},
                       {"offset", tensor.offset},
                       {"bytes", tensor.Bytes()}});
  }
  Json dtypes = Json::object();
  for (const auto& [name, count] : totals.tensors_of_dtype) {
    dtypes[std::string(name)] = count;
  }
  return {{"model", model.ref.Text()},
          {"directory", model.directory},
          {"parameters", totals.elems},
          {"bytes", totals.bytes},
          {"tensor_count", model.tensors.size()},
          {"dtypes", std::move(dtypes)},
          {"files", std::move(files)},
          {"config", model.has_config ? model.config : Json()},
          {"tokenizer", tokenizer.Document()},
          {"tensors", std::move(tensors)},
          {"warnings", model.warnings}};
}

Status Run(const InspectOptions& options) {
  ApplyVerbosity(options.common);
  FileSystem& fs = PosixFileSystem();
  FUSEO1_TRY(const ModelRef ref, ParseModelRef(options.model));
  FUSEO1_TRY(const Checkpoint model, OpenCheckpoint(fs, ref, options.cache_dir));
  const TokenizerFacts tokenizer = ReadTokenizerFacts(fs, model.directory);
  return options.common.json ? WriteJson(Document(model, tokenizer))
                             : WriteOut(Text(model, tokenizer, options.tensors));
}

}  // namespace

void AddInspectCommand(CLI::App& root, Invocation& invocation) {
  auto options = std::make_shared<InspectOptions>();
  CLI::App* command =
      AddCommand(root, "inspect", "Show a model's tensors, types, sizes, config and tokenizer",
                 "fuseo1 inspect Qwen/Qwen2.5-0.5B", options->common);
  AddArgument(*command, "MODEL", options->model, "A folder, or a name in the Hugging Face cache");
  command->add_flag("--tensors", options->tensors, "One row for every tensor, not for every kind");
  command
      ->add_option("--transformers-cache", options->cache_dir, "The Hugging Face cache to look in")
      ->type_name("PATH");
  command->callback(
      [options, &invocation] { invocation.run = [options] { return Run(*options); }; });
}

}  // namespace fuseo1
