// The value of an expression at one point: exact where it is rational, else a ball of the asked
// precision.
//
// Every step costs from a budget, so that no answer can take long; sizes of exact numbers are
// capped before they are computed. An Evaluator is used by one thread; trees are only read.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "eval/grade/strict/node.h"

namespace fuseo1 {

inline constexpr std::int64_t kMaxExactBits = 36'000;      // 10,000 digits and some
inline constexpr std::int64_t kMaxBallPrecision = 40'000;  // bits
inline constexpr std::int64_t kGradeBudget = 300'000;      // steps of about 0.1 us

enum class EvalStatus : std::uint8_t {
  kOk,
  kUndefined,  // x/0, log 0
  kNonReal,    // outside the natural real domain
  kTooLarge,
  kUndecided,  // the budget or the precision does not tell
};

struct Number {
  bool exact = true;
  Rational rational;
  Ball ball;
};

struct EvalOptions {
  std::int64_t precision = 64;
  bool real_domain = false;  // roots and logarithms of negative numbers are outside the domain
  bool integer_points = false;
  bool degrees_are_radians =
      false;                // a degree sign outside trigonometry is pi/180, else it is ignored
  int point = 0;            // which assignment of the free variables
  std::uint32_t signs = 0;  // bit k: the k-th plus-minus is a minus
};

class Evaluator {
 public:
  Evaluator(const Tree& tree, const EvalOptions& options, std::int64_t* budget)
      : tree_(tree), options_(options), budget_(budget) {}

  EvalStatus Eval(NodeId id, Number* out);
  // Eval with `variable` bound to an exact value.
  EvalStatus EvalAt(NodeId id, const std::string& variable, const Rational& value, Number* out) {
    Number number;
    number.rational = value;
    return BodyAt(id, variable, number, options_.precision, out);
  }

  // How many bits could tell two values apart that this one was built from: sizes of all its exact
  // parts.
  std::int64_t height_bits() const { return height_bits_; }
  bool too_large_for_proof() const { return too_large_; }  // a huge exact number was only bounded
  bool approximate() const {
    return approximate_;
  }  // a series, integral or limit was computed numerically

  static Rational VariableValue(std::string_view name, const EvalOptions& options);

 private:
  using Function = Ball::Function;

  EvalStatus EvalNode(const Node& node, Number* out);
  EvalStatus Sum(const Node& node, Number* out);
  EvalStatus Product(const Node& node, Number* out);
  EvalStatus Divide(const Number& a, const Number& b, Number* out);
  EvalStatus Power(const Number& base, const Number& exponent, Number* out);
  EvalStatus ExpLog(const Number& base, const Number& exponent, Number* out);
  EvalStatus Root(const Number& radicand, std::int64_t index, Number* out);
  EvalStatus Apply(Function function, const Number& argument, Number* out);
  EvalStatus Logarithm(const Number& argument, const Number& base, Number* out);
  EvalStatus Factorial(const Number& n, bool twice, Number* out);
  EvalStatus Choose(const Number& n, const Number& k, bool ordered, Number* out);
  EvalStatus Round(const Number& value, bool up, Number* out);
  EvalStatus Extremum(const Node& node, Number* out);
  EvalStatus Divisor(const Node& node, Number* out);
  EvalStatus CallFunction(const Node& node, Number* out);
  EvalStatus Determinant(const Node& node, Number* out);

  // evaluate_series.cc
  EvalStatus Series(const Node& node, Number* out);
  EvalStatus InfiniteSum(const Node& node, std::int64_t low, Number* out);
  EvalStatus Integral(const Node& node, Number* out);
  EvalStatus Limit(const Node& node, Number* out);
  EvalStatus BodyAt(NodeId body, const std::string& variable, const Number& value,
                    std::int64_t precision, Number* out);

  Ball ToBall(const Number& number);
  EvalStatus Finish(Ball ball, Number* out);
  EvalStatus Exact(Rational value, Number* out);
  bool Spend(std::int64_t steps);
  EvalStatus ChargeSize(const Number& number);
  void Add(const Number& a, const Number& b, Number* out);
  void Multiply(const Number& a, const Number& b, Number* out);
  static Number Negated(const Number& a);
  int SignOf(const Number& a) const;  // of a real number; 0 for zero and for unknown

  const Tree& tree_;
  EvalOptions options_;
  std::int64_t* budget_;
  std::vector<std::pair<std::string, Number>> bound_;
  std::int64_t height_bits_ = 0;
  bool too_large_ = false;
  bool approximate_ = false;
  int trigonometry_ = 0;
};

}  // namespace fuseo1
