#include "eval/grade/strict/antiderivative.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "eval/grade/strict/inverse.h"

namespace fuseo1 {
namespace {

// The part before "+ C" and its one variable.
struct Antiderivative {
  Tree tree;
  std::string variable;
};

bool IsConstantOfIntegration(const Node& node) {
  const std::string& name = node.text;
  if (node.op != Op::kVar || name.empty() || std::string("CcK").find(name[0]) == std::string::npos)
    return false;
  return name.size() == 1 || (name.size() == 3 && name[1] == '_');
}

std::optional<Antiderivative> Read(const Expr& e) {
  const Node& sum = e.node();
  if (sum.op != Op::kAdd || e.tree->signs > 0 || !e.tree->units.empty()) return std::nullopt;
  Antiderivative out{*e.tree, {}};
  std::vector<NodeId> rest;
  std::string constant;
  for (const NodeId kid : sum.kids) {
    const Node& node = e.tree->at(kid);
    if (constant.empty() && IsConstantOfIntegration(node)) {
      constant = node.text;
    } else {
      rest.push_back(kid);
    }
    Traits traits;
    CollectTraits(*e.tree, kid, &traits);
    // x^2 + 1 + C does not leave its constants to C, so that nothing is taken up there.
    if (traits.variables.empty()) return std::nullopt;
  }
  if (constant.empty() || rest.empty()) return std::nullopt;
  out.tree.root = rest.size() == 1 ? rest[0] : out.tree.Add(Op::kAdd, rest);
  Traits traits;
  CollectTraits(out.tree, out.tree.root, &traits);
  if (traits.variables.size() != 1 || traits.variables[0] == constant) return std::nullopt;
  out.variable = traits.variables[0];
  return out;
}

// f - g at `point`, as a node of `tree`; both must be defined there.
std::optional<NodeId> Gap(const Antiderivative& f, const Antiderivative& g, const Rational& point,
                          Tree* tree, std::int64_t* budget) {
  Tree number;
  number.root = number.AddNumber(point);
  std::vector<NodeId> parts;
  for (const Antiderivative* side : {&f, &g}) {
    EvalOptions options;
    options.real_domain = true;
    Number value;
    if (Evaluator(side->tree, options, budget)
            .EvalAt(side->tree.root, side->variable, point, &value) != EvalStatus::kOk) {
      return std::nullopt;
    }
    auto at_point = Substitute(side->tree, side->variable, Expr{&number, number.root});
    auto joined = Substitute(*tree, {}, Expr{&at_point.first, side->tree.root});
    *tree = std::move(joined.first);
    parts.push_back(joined.second);
  }
  return tree->Add(Op::kAdd, {parts[0], tree->Add(Op::kNeg, {parts[1]})});
}

}  // namespace

Decision CompareAntiderivatives(const Expr& gold, const Expr& prediction, std::int64_t* budget) {
  const auto f = Read(gold);
  auto g = Read(prediction);
  if (!f || !g || f->variable != g->variable) return {};
  for (const Rational& point :
       {Rational(1, 3), Rational(3, 2), Rational(7), Rational(-1, 2), Rational(-4)}) {
    Tree shifted = g->tree;
    const auto gap = Gap(*f, *g, point, &shifted, budget);
    if (!gap) continue;
    shifted.root = shifted.Add(Op::kAdd, {g->tree.root, *gap});
    const Decision d =
        CompareScalars(Expr{&f->tree, f->tree.root}, Expr{&shifted, shifted.root}, {}, budget);
    return d.equal() ? Decision{Verdict::kEqual, "antiderivative"} : Decision{};
  }
  return {};
}

}  // namespace fuseo1
