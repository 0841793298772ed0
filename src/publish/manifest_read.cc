#include <fmt/format.h>

#include "base/text.h"
#include "publish/manifest.h"

namespace fuseo1 {
namespace {

// Reads members of one object and remembers the first that is missing or of the wrong kind.
class Reader {
 public:
  Reader(const Json& object, std::string where) : object_(object), where_(std::move(where)) {}

  std::string Text(std::string_view key) {
    const Json* value = Find(key);
    return Expect(value != nullptr && value->is_string(), key, "a text") ? value->get<std::string>()
                                                                         : "";
  }
  std::uint64_t Count(std::string_view key) {
    const Json* value = Find(key);
    return Expect(value != nullptr && value->is_number_unsigned(), key, "a whole number")
               ? value->get<std::uint64_t>()
               : 0;
  }
  bool Bool(std::string_view key) {
    const Json* value = Find(key);
    return Expect(value != nullptr && value->is_boolean(), key, "true or false") &&
           value->get<bool>();
  }
  Hash128 Hash(std::string_view key) {
    Hash128 hash;
    const std::string text = Text(key);
    Expect(Hash128::FromHex(text, &hash), key, "32 hexadecimal digits");
    return hash;
  }
  const Json& Array(std::string_view key) {
    static const Json kEmpty = Json::array();
    const Json* value = Find(key);
    return Expect(value != nullptr && value->is_array(), key, "a list") ? *value : kEmpty;
  }
  const Json& Object(std::string_view key) {
    static const Json kEmpty = Json::object();
    const Json* value = Find(key);
    return Expect(value != nullptr && value->is_object(), key, "an object") ? *value : kEmpty;
  }
  const Json* Find(std::string_view key) const { return FindKey(object_, key); }
  bool Expect(bool condition, std::string_view key, std::string_view what) {
    if (!condition && error_.empty()) {
      error_ = fmt::format("{}: key \"{}\" is missing or not {}", where_, key, what);
    }
    return condition;
  }
  Status Done() const { return error_.empty() ? Status() : Status(InputError(error_)); }

 private:
  const Json& object_;
  std::string where_;
  std::string error_;
};

// A file name that stays in the folder.
bool IsBasename(const std::string& name) {
  return !name.empty() && name != "." && name != ".." && !Contains(name, "/") &&
         name.find('\0') == std::string::npos;
}

Result<ManifestTensor> ParseTensor(const Json& json, std::size_t index, std::size_t shard_count) {
  Reader reader(json, fmt::format("tensor {}", index));
  ManifestTensor tensor;
  tensor.name = reader.Text("name");
  const auto dtype = DTypeFromName(reader.Text("dtype"));
  reader.Expect(dtype.has_value(), "dtype", "a known type");
  tensor.dtype = dtype.value_or(DType::kF32);
  for (const Json& extent : reader.Array("shape")) {
    if (reader.Expect(extent.is_number_unsigned(), "shape", "whole numbers")) {
      tensor.shape.push_back(extent.get<std::uint64_t>());
    }
  }
  const std::uint64_t shard = reader.Count("shard");
  reader.Expect(shard < shard_count, "shard", "the number of a shard");
  tensor.shard = static_cast<int>(shard < shard_count ? shard : 0);
  tensor.offset = reader.Count("offset");
  tensor.bytes = reader.Count("bytes");
  tensor.hash = reader.Hash("xxh3_128");
  FUSEO1_TRY_VOID(reader.Done());
  return tensor;
}

Result<ManifestInput> ParseInput(const Json& json, std::size_t index) {
  Reader reader(json, fmt::format("input {}", index));
  ManifestInput input;
  input.model = reader.Text("model");
  for (const Json& entry : reader.Array("files")) {
    Reader file(entry, fmt::format("input {}, file {}", index, input.files.size()));
    input.files.push_back({.name = file.Text("name"),
                           .bytes = file.Count("bytes"),
                           .header_hash = file.Hash("header_xxh3_128")});
    FUSEO1_TRY_VOID(file.Done());
  }
  FUSEO1_TRY_VOID(reader.Done());
  return input;
}

Status ParseRecipe(const Json& json, Manifest& manifest) {
  Reader recipe(json, "recipe");
  manifest.config_text = recipe.Text("config");
  Reader options(recipe.Object("plan_options"), "plan_options");
  PlanOptions& plan = manifest.plan_options;
  const std::string numerics = options.Text("numerics");
  options.Expect(numerics == "torch" || numerics == "exact", "numerics", "exact or torch");
  plan.numerics = numerics == "torch" ? Numerics::kTorch : Numerics::kExact;
  plan.sce_variant = options.Text("sce_variant");
  plan.default_sce_variant = options.Text("default_sce_variant");
  plan.allow_crimes = options.Bool("allow_crimes");
  plan.unsafe_truncate_embeddings = options.Bool("unsafe_truncate_embeddings");
  plan.shard_bytes = options.Count("shard_bytes");
  manifest.unknown_keys_are_errors = options.Bool("unknown_keys_are_errors");
  if (options.Find("random_seed") != nullptr) {
    plan.random_seed = options.Count("random_seed");
  }
  FUSEO1_TRY_VOID(options.Done());
  return recipe.Done();
}

}  // namespace

Result<Manifest> ParseManifest(std::string_view text) {
  FUSEO1_TRY(const Json json, ParseJson(text, {.max_bytes = kMaxManifestBytes}));
  Reader reader(json, "manifest");
  const std::string format = reader.Text("format");
  reader.Expect(format == "fuseo1-manifest", "format", "\"fuseo1-manifest\"");
  const std::uint64_t version = reader.Count("format_version");
  reader.Expect(version == 1, "format_version", "1, the version that this program reads");
  Manifest manifest;
  Reader program(reader.Object("program"), "program");
  manifest.program_version = program.Text("version");
  FUSEO1_TRY_VOID(reader.Done());
  FUSEO1_TRY_VOID(program.Done());
  const Json& recipe = reader.Object("recipe");
  const Json& shards = reader.Array("shards");
  FUSEO1_TRY_VOID(reader.Done());
  FUSEO1_TRY_VOID(ParseRecipe(recipe, manifest));
  for (const Json& entry : reader.Array("inputs")) {
    FUSEO1_TRY(ManifestInput input, ParseInput(entry, manifest.inputs.size()));
    manifest.inputs.push_back(std::move(input));
  }
  for (const Json& entry : shards) {
    Reader shard(entry, fmt::format("shard {}", manifest.shards.size()));
    manifest.shards.push_back({.name = shard.Text("name"),
                               .bytes = shard.Count("bytes"),
                               .header_hash = shard.Hash("header_xxh3_128")});
    shard.Expect(IsBasename(manifest.shards.back().name), "name", "the name of a file");
    FUSEO1_TRY_VOID(shard.Done());
  }
  FUSEO1_TRY_VOID(reader.Done());
  const Json& tensors = reader.Array("tensors");
  manifest.tensors.reserve(tensors.size());
  for (const Json& entry : tensors) {
    FUSEO1_TRY(ManifestTensor tensor,
               ParseTensor(entry, manifest.tensors.size(), manifest.shards.size()));
    manifest.tensors.push_back(std::move(tensor));
  }
  for (const Json& entry : reader.Array("side_files")) {
    Reader file(entry, fmt::format("side file {}", manifest.side_files.size()));
    manifest.side_files.push_back(
        {.name = file.Text("name"), .bytes = file.Count("bytes"), .hash = file.Hash("xxh3_128")});
    file.Expect(IsBasename(manifest.side_files.back().name), "name", "the name of a file");
    FUSEO1_TRY_VOID(file.Done());
  }
  FUSEO1_TRY_VOID(reader.Done());
  return manifest;
}

}  // namespace fuseo1
