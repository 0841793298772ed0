// One self-contained page over runs: no request leaves it, nothing in an answer runs in it. Its
// script and style are built in and named by hash in its Content-Security-Policy. One thread at a
// time.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "eval/store/run_store.h"
#include "report/report.h"

namespace fuseo1 {

// `answer_bytes`: the most shown of one answer, 0 for as many as fit. Errors: those of the stores.
Result<std::string> RenderHtml(const Report& report,
                               const std::vector<std::unique_ptr<RunStore>>& stores,
                               std::size_t answer_bytes);

}  // namespace fuseo1
