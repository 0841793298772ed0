// The texts that published prompts are made of. Constant; any thread.
#pragma once

#include <string_view>

namespace fuseo1 {

extern const std::string_view kBoxedInstruction;
extern const std::string_view kSkyT1System;
extern const std::string_view kSkyT1ScienceSystem;
extern const std::string_view kR1CodeSystem;
extern const std::string_view kHelpfulSystem;
extern const std::string_view kQwenSystem;
extern const std::string_view kGpqaInstruction;
extern const std::string_view kMmluInstruction;
extern const std::string_view kCodeTask;
extern const std::string_view kCodeStdinFormat;
extern const std::string_view kCodeStarterFormat;

}  // namespace fuseo1
