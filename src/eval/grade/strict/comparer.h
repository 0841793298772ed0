// The comparison of two answers by their kinds; its parts call each other on what answers hold.
// For compare*.cc only. One object serves one pair on one thread.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "eval/grade/strict/named.h"
#include "eval/grade/strict/scalar.h"

namespace fuseo1 {

inline const Decision kDifferentKinds{Verdict::kUnequal, "different-kinds"};

class Comparer {
 public:
  explicit Comparer(std::int64_t* budget) : budget_(budget) {}

  Decision Compare(const Expr& gold, const Expr& prediction);

 private:
  // compare.cc
  Decision CompareKinds(const Expr& gold, const Expr& prediction);
  Decision CompareValues(const Expr& gold, const Expr& prediction);
  static std::vector<Expr> Kids(const Expr& e);
  Decision CompareInOrder(const std::vector<Expr>& gold, const std::vector<Expr>& prediction);
  Decision CompareMultisets(const std::vector<Expr>& gold, const std::vector<Expr>& prediction);
  std::optional<Decision> AsVector(const Expr& gold, const Expr& prediction);
  std::optional<Decision> AsUnitVectorSums(const Expr& gold, const Expr& prediction);
  Decision CompareMatrices(const Expr& gold, const Expr& prediction);
  Decision CompareRatioOrTime(const Expr& gold, const Expr& prediction);

  // compare_named.cc
  bool OtherNames(const Named& named, const Expr& other);
  Decision CompareNamedTuples(const Named& g, const Expr& gold, const Named& p,
                              const Expr& prediction);
  Decision CompareNamedList(const Named& tuple, const Expr& other, bool tuple_is_gold);
  std::optional<Decision> CompareBareWithNamed(const Expr& gold, const std::vector<Expr>& g,
                                               const Expr& prediction, const std::vector<Expr>& p);
  std::optional<std::pair<std::vector<Expr>, std::vector<Expr>>> WithoutIndices(
      const std::vector<Expr>& gold, const std::vector<Expr>& prediction);

  // compare_relations.cc
  Decision CompareRelations(const Expr& gold, const Expr& prediction);
  Decision CompareCongruences(const std::vector<Expr>& gold, const std::vector<Expr>& prediction);
  Decision CompareEquations(const Expr& gold, const Expr& prediction);
  Decision CompareInequalities(const Expr& gold, const Expr& prediction);

  std::int64_t* budget_;
  int depth_ = 0;
};

}  // namespace fuseo1
