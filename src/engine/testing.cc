#include "engine/testing.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

#include "base/check.h"
#include "io/safetensors.h"
#include "tensor/rounding.h"

namespace fuseo1::testing {
namespace {

namespace stdfs = std::filesystem;

std::uint64_t Elems(const TestTensor& tensor) {
  std::uint64_t elems = 1;
  for (const std::uint64_t side : tensor.shape) {
    elems *= side;
  }
  return elems;
}

// Around 0.05 with deltas of a few percent between the models, as fine-tunes have them.
std::string RandomValues(const TestTensor& tensor, std::uint32_t shared_seed,
                         std::uint32_t own_seed) {
  std::minstd_rand shared(shared_seed);
  std::minstd_rand own(own_seed);
  std::string bytes;
  const auto draw = [](std::minstd_rand& random) {
    return static_cast<float>(random() % 20001) / 10000.0F - 1.0F;
  };
  for (std::uint64_t i = 0; i < Elems(tensor); ++i) {
    const float value = 0.05F * draw(shared) + 0.002F * draw(own);
    if (tensor.dtype == DType::kBF16) {
      const std::uint16_t bits = Bf16FromFloat(value);
      bytes.append(reinterpret_cast<const char*>(&bits), sizeof(bits));
    } else if (tensor.dtype == DType::kF32) {
      bytes.append(reinterpret_cast<const char*>(&value), sizeof(value));
    } else {
      const auto whole = static_cast<std::int64_t>(i);
      bytes.append(reinterpret_cast<const char*>(&whole),
                   static_cast<std::size_t>(DTypeBits(tensor.dtype)) / 8);
    }
  }
  return bytes;
}

Checkpoint WriteModel(FileSystem& fs, const std::string& folder, int model, const TestMerge& merge,
                      Interner& interner) {
  std::vector<TensorSpec> specs;
  for (const TestTensor& tensor : merge.tensors) {
    specs.push_back({tensor.name, tensor.dtype, tensor.shape});
  }
  const SafetensorsLayout layout = LayOutSafetensors(specs);
  std::string contents = SafetensorsHeaderText(specs);
  contents.resize(layout.file_bytes);
  Checkpoint checkpoint;
  checkpoint.ref.path = fmt::format("model-{}", model);
  checkpoint.directory = fmt::format("{}/model-{}", folder, model);
  for (std::size_t i = 0; i < merge.tensors.size(); ++i) {
    const std::string bytes =
        RandomValues(merge.tensors[i], merge.random_seed + static_cast<std::uint32_t>(i),
                     1000 * static_cast<std::uint32_t>(model + 1) + static_cast<std::uint32_t>(i));
    contents.replace(layout.offsets[i], bytes.size(), bytes);
    checkpoint.tensors.push_back({.name = interner.Intern(merge.tensors[i].name),
                                  .shape = interner.Intern(merge.tensors[i].shape),
                                  .offset = layout.offsets[i],
                                  .file = 0,
                                  .dtype = merge.tensors[i].dtype});
  }
  const std::string path = checkpoint.directory + "/model.safetensors";
  FUSEO1_CHECK(fs.MakeDirectories(checkpoint.directory).ok());
  FUSEO1_CHECK(WriteFileDurably(fs, path, contents).ok());
  const auto info = fs.Info(path);
  FUSEO1_CHECK(info.ok());
  checkpoint.files.push_back({path, *info, layout.header_hash});
  return checkpoint;
}

std::shared_ptr<const Params> DefaultParams(const MethodDef& method, std::size_t inputs) {
  auto params = std::make_shared<Params>();
  for (const ParamDef& def : method.params) {
    if (def.type == ParamType::kText) {
      params->SetText(def.name, std::string(def.text));
    } else if (def.scope == ParamScope::kTensor) {
      params->Set(def.name, def.unset_allowed ? std::nullopt
                            : def.name == "t" ? std::optional<double>(0.4)
                                              : std::optional<double>(def.number));
    } else {
      Params::Numbers values;
      for (std::size_t k = 0; k < inputs; ++k) {
        values.push_back(def.required ? std::optional<double>(0.5 + static_cast<double>(k) / 8)
                         : def.name == "density" ? std::optional<double>(0.6)
                                                 : std::optional<double>(def.number));
      }
      params->SetPerInput(def.name, values);
    }
  }
  return params;
}

}  // namespace

MergePlan MakePlan(FileSystem& fs, const std::string& folder, const TestMerge& merge) {
  MergePlan plan;
  plan.method = FindMethod(merge.method);
  FUSEO1_CHECK(plan.method != nullptr);
  plan.config_text = "merge_method: " + merge.method + "\n";
  plan.seed = 42;
  plan.interner = std::make_shared<Interner>();
  plan.base_model = merge.base;
  for (int model = 0; model < merge.models; ++model) {
    plan.models.push_back(WriteModel(fs, folder, model, merge, *plan.interner));
  }
  plan.params = {DefaultParams(*plan.method, static_cast<std::size_t>(merge.models))};
  std::vector<std::vector<TensorSpec>> shards(1);
  std::uint64_t in_shard = 0;
  for (std::size_t t = 0; t < merge.tensors.size(); ++t) {
    const TestTensor& tensor = merge.tensors[t];
    TensorJob job;
    job.name = plan.interner->Intern(tensor.name);
    job.shape = plan.interner->Intern(tensor.shape);
    job.dtype = tensor.dtype;
    job.torch_dtype = tensor.dtype;
    job.fate = IsFloat(tensor.dtype) ? TensorFate::kMerge : TensorFate::kCopy;
    job.base = merge.base;
    job.base_configured = merge.base >= 0;
    job.params = plan.params[0].get();
    std::vector<JobInput> inputs;
    for (int model = 0; model < merge.models; ++model) {
      const CheckpointTensor& stored = plan.models[static_cast<std::size_t>(model)].tensors[t];
      inputs.push_back({stored.offset, 0, static_cast<std::uint16_t>(model), stored.dtype});
    }
    job.inputs = plan.interner->arena().Keep(std::span<const JobInput>(inputs));
    if (merge.shard_bytes > 0 && in_shard > 0 && in_shard + job.Bytes() > merge.shard_bytes) {
      shards.emplace_back();
      in_shard = 0;
    }
    in_shard += job.Bytes();
    job.shard = static_cast<int>(shards.size()) - 1;
    shards.back().push_back({job.name, job.dtype, job.shape.span()});
    plan.read_bytes += job.Bytes() * job.inputs.size();
    plan.jobs.push_back(job);
  }
  std::size_t job_index = 0;
  for (std::size_t s = 0; s < shards.size(); ++s) {
    const SafetensorsLayout layout = LayOutSafetensors(shards[s]);
    const std::string name =
        shards.size() == 1 ? "model.safetensors"
                           : fmt::format("model-{:05}-of-{:05}.safetensors", s + 1, shards.size());
    plan.shards.push_back({name, layout.header_bytes, layout.header_hash, layout.file_bytes});
    plan.output_bytes += layout.file_bytes;
    for (const std::uint64_t offset : layout.offsets) {
      plan.jobs[job_index++].offset = offset;
    }
  }
  return plan;
}

TemporaryFolder::TemporaryFolder() {
  std::string path = (stdfs::temp_directory_path() / "fuseo1-test-XXXXXX").string();
  FUSEO1_CHECK(mkdtemp(path.data()) != nullptr);
  path_ = path;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  stdfs::remove_all(path_, ignored);
}

std::vector<std::pair<std::string, std::string>> FolderContents(const std::string& folder) {
  std::vector<std::pair<std::string, std::string>> contents;
  for (const auto& entry : stdfs::directory_iterator(folder)) {
    std::ifstream in(entry.path(), std::ios::binary);
    contents.emplace_back(entry.path().filename().string(),
                          std::string(std::istreambuf_iterator<char>(in), {}));
  }
  std::sort(contents.begin(), contents.end());
  return contents;
}

}  // namespace fuseo1::testing
