// What a page holds for its reader to ask for: items, answers with their verdicts, prompts; as
// blocks of deflated JSON that the page inflates when they are needed (docs/reports.md describes
// them). One thread at a time.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "eval/store/run_store.h"
#include "report/report.h"

namespace fuseo1 {

// All answers of a page together, before compression; longer ones lose their middle to fit.
inline constexpr std::size_t kPageTextBytes = 24 * kMiB;
inline constexpr std::size_t kMaxShownAnswerBytes = kMiB;

struct PageData {
  std::string index;                // deflated
  std::vector<std::string> blocks;  // deflated, of texts
  std::int64_t answers = 0;
  std::int64_t cut_answers = 0;
  std::size_t answer_limit_bytes = 0;  // that longer ones were cut to; 0: none was cut
};

// `answer_bytes`: the most of an answer, 0 for as many as fit. Errors: those of the stores.
Result<PageData> MakePageData(const Report& report,
                              const std::vector<std::unique_ptr<RunStore>>& stores,
                              std::size_t answer_bytes);

}  // namespace fuseo1
