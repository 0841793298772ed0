// What a finished plan costs, and what a person should know of it before it runs. One thread.
#pragma once

#include "base/result.h"
#include "io/file_system.h"
#include "plan/merge_plan.h"
#include "plan/placed_models.h"
#include "plan/resolve_parameters.h"

namespace fuseo1 {

// Sets read_bytes and survey_passes, and adds warnings: parameters that no tensor used, weights
// that cancel, models that do not derive from the base, tensors left out.
// Errors: kInput for a tokenizer that tokenizer_source names and that cannot be read, kUsage for
// vocabularies that differ under it.
Status CheckPlan(FileSystem& fs, const PlacedModels& placed, const ParameterResolver& resolver,
                 MergePlan* plan);

// The part of it that reads tokenizers: only under tokenizer_source.
Status CheckTokenizers(FileSystem& fs, const MergePlan& plan);

}  // namespace fuseo1
