// fuzz_FORMAT [--runs N] [--seed S] FILE|FOLDER ...
//
// Runs the target on every file, then on N mutations of them: a small fuzzer for builds without
// libFuzzer. A run that ends the process leaves its input in fuzz-crash.bin.
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "fuzz/fuzz.h"

namespace {

std::string current_input;

extern "C" void SaveInput(int signal_number) {
  std::FILE* const file = std::fopen("fuzz-crash.bin", "wb");
  if (file != nullptr) {
    std::fwrite(current_input.data(), 1, current_input.size(), file);
    std::fclose(file);
    std::fputs("the input is in fuzz-crash.bin\n", stderr);
  }
  std::signal(signal_number, SIG_DFL);
  std::raise(signal_number);
}

void Collect(const std::filesystem::path& path, std::vector<std::string>* inputs) {
  std::vector<std::filesystem::path> files;
  if (std::filesystem::is_directory(path)) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path)) {
      if (entry.is_regular_file()) {
        files.push_back(entry.path());
      }
    }
    std::sort(files.begin(), files.end());
  } else {
    files.push_back(path);
  }
  for (const auto& file : files) {
    std::ifstream stream(file, std::ios::binary);
    inputs->emplace_back(std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>());
  }
}

class Mutator {
 public:
  Mutator(const std::vector<std::string>& inputs, std::uint64_t seed)
      : inputs_(inputs), random_(seed) {}

  std::string Next() {
    std::string text = inputs_[Below(inputs_.size())];
    for (std::size_t steps = 1 + Below(6); steps > 0; --steps) {
      Step(&text);
    }
    if (Below(8) != 0) {
      fuseo1::fuzz::Repair(&text);
    }
    return text;
  }

 private:
  std::size_t Below(std::size_t limit) {
    return limit == 0 ? 0 : static_cast<std::size_t>(random_() % limit);
  }

  void Step(std::string* text) {
    static constexpr const char* kTokens[] = {
        "{",    "}",  "[", "]",   "\"",   ":",    ",",          "null",
        "true", "-1", "0", "1e9", "\\u0", "\xff", "4294967296", "../",
        "@",    "+",  "/", ".",   " ",    "\n",   "\\",         "18446744073709551615"};
    const std::size_t at = Below(text->size() + 1);
    const std::size_t run = Below(std::min<std::size_t>(text->size() - at, 16) + 1);
    switch (Below(7)) {
      case 0:
        text->erase(at, run);
        break;
      case 1:
        text->insert(at, text->substr(at, run));
        break;
      case 2:
        text->insert(at, kTokens[Below(std::size(kTokens))]);
        break;
      case 3:
        text->replace(at, run, kTokens[Below(std::size(kTokens))]);
        break;
      case 4: {
        const std::string& other = inputs_[Below(inputs_.size())];
        const std::size_t from = Below(other.size() + 1);
        text->insert(at, other.substr(from, Below(64)));
        break;
      }
      case 5:
        if (at < text->size()) {
          (*text)[at] = static_cast<char>((*text)[at] ^ (1 << Below(8)));
        }
        break;
      default:
        if (at < text->size() && (*text)[at] >= '0' && (*text)[at] <= '9') {
          (*text)[at] = static_cast<char>('0' + Below(10));
        } else {
          text->resize(at);
        }
    }
  }

  const std::vector<std::string>& inputs_;
  std::mt19937_64 random_;
};

}  // namespace

int main(int count, char** arguments) {
  std::uint64_t runs = 0;
  std::uint64_t seed = 1;
  std::vector<std::string> inputs;
  for (int i = 1; i < count; ++i) {
    const std::string argument = arguments[i];
    if ((argument == "--runs" || argument == "--seed") && i + 1 < count) {
      (argument == "--runs" ? runs : seed) = std::strtoull(arguments[++i], nullptr, 10);
    } else {
      Collect(argument, &inputs);
    }
  }
  for (const int signal_number : {SIGABRT, SIGSEGV, SIGFPE, SIGILL, SIGBUS, SIGALRM}) {
    std::signal(signal_number, SaveInput);
  }
  const std::size_t files = inputs.size();
  for (const std::string& input : inputs) {
    alarm(10);  // no input may take long
    current_input = input;
    fuseo1::fuzz::FuzzOne(current_input);
  }
  inputs.emplace_back();
  Mutator mutator(inputs, seed);
  for (std::uint64_t run = 0; run < runs; ++run) {
    alarm(10);
    current_input = mutator.Next();
    fuseo1::fuzz::FuzzOne(current_input);
  }
  std::printf("%zu files and %llu mutations with seed %llu: no law broken\n", files,
              static_cast<unsigned long long>(runs), static_cast<unsigned long long>(seed));
  return 0;
}
