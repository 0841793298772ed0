// The strict grader of mathematical answers: equal or not, and by which rule.
//
// Answers are read as LaTeX, plain text or Unicode into typed values and decided exactly where they
// are rational, by rigorous balls where they are constants, at points where they have variables;
// what cannot be decided is unequal. Nothing in an answer is ever run. All functions are pure, may
// be called from any thread and end within a fixed budget whatever the text says.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace fuseo1 {

struct GradeResult {
  bool equal = false;
  std::string_view rule;  // a static name: what decided, or why nothing could
};

// An answer read once, for comparing it often. Immutable and cheap to copy; share it between
// threads.
class ParsedAnswer {
 public:
  ParsedAnswer() = default;
  explicit ParsedAnswer(std::string_view text);

  // Whether the answer says anything that can be compared; else why not ("empty", "cut-off", ...).
  bool valid() const;
  std::string_view rule() const;

 private:
  friend GradeResult GradeStrict(const ParsedAnswer& gold, const ParsedAnswer& prediction);
  struct Data;
  static std::string_view Fill(std::string_view text, Data* data);
  std::shared_ptr<const Data> data_;
};

GradeResult GradeStrict(const ParsedAnswer& gold, const ParsedAnswer& prediction);
GradeResult GradeStrict(std::string_view gold, std::string_view prediction);

}  // namespace fuseo1
