// Sets of reals: intervals, unions, set-builders and inequalities in one variable in one normal
// form.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "eval/grade/strict/scalar.h"

namespace fuseo1 {

struct Span {
  Expr low;
  Expr high;
  bool low_open = false;
  bool high_open = false;
};

struct RealSet {
  std::vector<Span> spans;  // ascending, apart from each other
  std::string variable;   // the name an inequality speaks about; empty where it is bound or absent
  bool integers = false;  // only the integers of the spans, which end at integers
  bool zero_unclear = false;  // natural numbers: some count 0, some do not
};

// Builds sets from trees. Owns the end points that it computes: keep it while its sets are in use.
class RealSetBuilder {
 public:
  explicit RealSetBuilder(std::int64_t* budget) : budget_(budget) {}

  // The set a node denotes, or nothing where it is no set of reals or cannot be decided.
  std::optional<RealSet> Build(const Expr& e);

  Decision Compare(const RealSet& gold, const RealSet& prediction);

 private:
  using Spans = std::vector<Span>;

  std::optional<RealSet> BuildBothSigns(const Expr& e);
  std::optional<RealSet> BuildRelation(const Expr& e);
  std::optional<RealSet> BuildPart(const Expr& e);
  std::optional<RealSet> Join(const Expr& e, bool intersect);
  std::optional<Spans> Solve(const Expr& left, char relation, const Expr& right,
                             const std::string& variable);
  std::optional<Spans> SolvePolynomial(const Expr& f, char relation, const std::string& variable);
  std::optional<Spans> BothSides(const Expr& inner, char relation, const Expr& bound,
                                 const std::string& variable);
  std::optional<RealSet> Onwards(const Expr& e);
  std::optional<Spans> HalfLine(char relation, const Expr& end);
  std::optional<Spans> Normalise(Spans spans);
  std::optional<Spans> Intersect(const Spans& a, const Spans& b);
  std::optional<Spans> Complement(const Spans& spans);
  std::optional<RealSet> Settle(RealSet set);
  std::optional<RealSet> Integers(const std::string& name);
  std::optional<Rational> Floor(const Expr& e, bool up);

  Expr Constant(const Rational& value);
  Expr Infinity(bool negative);
  Expr Surd(const Rational& a, const Rational& b,
            const Rational& radicand);  // a + b sqrt(radicand)

  std::int64_t* budget_;
  std::deque<Tree> trees_;
};

// Surely a set of reals: a half-open or infinite interval, a union, an inequality, ... A tuple of
// two numbers or a list only may be one.
bool IsSurelyRealSet(const Expr& e);

// The one variable of a relation's operands; empty where there is none or more than one.
std::string OnlyVariable(const Expr& e);

}  // namespace fuseo1
