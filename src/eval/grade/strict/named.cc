#include "eval/grade/strict/named.h"

#include <algorithm>
#include <set>
#include <utility>

#include "eval/grade/strict/words.h"

namespace fuseo1 {
namespace {

bool IsUpperLetter(const Node& n) {
  return n.op == Op::kVar && !n.text.empty() && n.text[0] >= 'A' && n.text[0] <= 'Z' &&
         (n.text.size() == 1 || n.text[1] == '_' || n.text[1] == '\'');
}

// The name a node is, or "": a letter, f(x), AB, |AB|, \angle ABC, a word, (x, y).
std::string NameOf(const Expr& e, std::vector<std::string>* parts) {
  const Node& node = e.node();
  switch (node.op) {
    case Op::kVar:
      if (node.text.starts_with("overline(") && node.text.size() == 12)
        return node.text.substr(9, 2);  // the segment AB
      return node.text;
    case Op::kWord:
      return ToLowerAscii(node.text);
    case Op::kE:
      return {};
    case Op::kCall: {
      std::string name = node.text + "(";
      for (const NodeId kid : node.kids) {
        const Node& argument = e.tree->at(kid);
        if (argument.op != Op::kVar && argument.op != Op::kNumber && argument.op != Op::kWord)
          return {};
        name += argument.op == Op::kNumber ? "#" + std::to_string(argument.number.Hash())
                                           : argument.text;
        name += ",";
      }
      return name + ")";
    }
    case Op::kFunc: {  // \cos A, \sin\theta; not of a plain variable
      const Node& argument = e.tree->at(node.kids[0]);
      const bool angle = IsUpperLetter(argument) || argument.text == "theta" ||
                         argument.text == "alpha" || argument.text == "beta" ||
                         argument.text.starts_with("angle ");
      if (argument.op != Op::kVar || !angle) return {};
      return "function " + std::to_string(static_cast<int>(node.function)) + argument.text;
    }
    case Op::kMul: {
      std::string name;
      if (node.kids.size() == 2 && e.tree->at(node.kids[0]).text == "m" &&
          e.tree->at(node.kids[1]).text.starts_with("angle ")) {
        return e.tree->at(node.kids[1]).text;  // m\angle ABC
      }
      for (const NodeId kid : node.kids) {
        const Node& letter = e.tree->at(kid);
        if (!IsUpperLetter(letter)) return {};
        name += letter.text;
      }
      return name;
    }
    case Op::kUnion:
    case Op::kIntersection: {  // A \cap B = {1, 2}
      std::vector<std::string> letters;
      for (const NodeId kid : node.kids) {
        if (!IsUpperLetter(e.tree->at(kid))) return {};
        letters.push_back(e.tree->at(kid).text);
      }
      std::sort(letters.begin(), letters.end());
      std::string name = node.op == Op::kUnion ? "cup" : "cap";
      for (const std::string& letter : letters) name += " " + letter;
      return name;
    }
    case Op::kAbs: {
      std::vector<std::string> inner;
      const std::string name = NameOf(e.With(node.kids[0]), &inner);
      const bool segment =
          e.tree->at(node.kids[0]).op != Op::kWord && name.size() > 1 && inner.empty();
      return segment ? name : std::string();  // |AB| is the length that AB says too
    }
    case Op::kRatio: {  // AB : BC
      std::string name;
      for (const NodeId kid : node.kids) {
        std::vector<std::string> inner;
        const std::string part = NameOf(e.With(kid), &inner);
        if (part.empty() || !inner.empty()) return {};
        name += part + ":";
      }
      return name;
    }
    case Op::kPow: {  // A^{-1}
      const Node& exponent = e.tree->at(node.kids[1]);
      const bool inverse = exponent.op == Op::kNeg && e.tree->at(exponent.kids[0]).number == 1;
      return inverse && IsUpperLetter(e.tree->at(node.kids[0]))
                 ? e.tree->at(node.kids[0]).text + "^-1"
                 : std::string();
    }
    case Op::kMatrix:
      if (node.aux != 1) return {};
      [[fallthrough]];
    case Op::kTuple: {
      std::string name = "(";
      for (const NodeId kid : node.kids) {
        if (e.tree->at(kid).op != Op::kVar) return {};
        parts->push_back(e.tree->at(kid).text);
        name += parts->back() + ",";
      }
      return name + ")";
    }
    default:
      return {};
  }
}

bool Mentions(const Tree& tree, NodeId id, const std::string& name) {
  const Node& node = tree.at(id);
  if (node.op == Op::kVar && node.text == name) return true;
  return std::any_of(node.kids.begin(), node.kids.end(),
                     [&](NodeId kid) { return Mentions(tree, kid, name); });
}

bool IsScalar(const Tree& tree, NodeId id) { return tree.at(id).op < Op::kBaseNumber; }

bool IsConstant(const Expr& e) {
  Traits traits;
  CollectTraits(*e.tree, e.id, &traits);
  return traits.variables.empty();
}

}  // namespace

Named StripName(const Expr& e, std::int64_t* budget) {
  Named out;
  out.value = e;
  const Node& node = e.node();
  if (node.op != Op::kRelation) return out;
  std::vector<std::string> unused;
  if (node.text == "e" && e.tree->at(node.kids[1]).op == Op::kSet &&
      (e.tree->at(node.kids[0]).op == Op::kVar || e.tree->at(node.kids[0]).op == Op::kTuple) &&
      !NameOf(e.With(node.kids[0]), &unused).empty()) {
    out.name = NameOf(e.With(node.kids[0]), &unused);  // x in {1, 2} lists the values of x
    out.value = e.With(node.kids[1]);
    return out;
  }
  if (node.text.find_first_not_of("=~") != std::string::npos) return out;
  std::size_t first = 0;
  std::size_t last = node.kids.size() - 1;
  std::vector<std::string> parts;
  std::string name = NameOf(e.With(node.kids[0]), &parts);
  if (!name.empty() && !Mentions(*e.tree, node.kids.back(), name)) {
    first = 1;
  } else {
    parts.clear();
    name = last == 1 ? NameOf(e.With(node.kids[1]), &parts) : std::string();
    if (!name.empty() && !Mentions(*e.tree, node.kids[0], name)) {
      last = 0;
    } else {
      name.clear();
      parts.clear();
      for (const NodeId kid : node.kids) {
        if (!IsScalar(*e.tree, kid) || !IsConstant(e.With(kid))) return out;
      }
    }
  }
  // Every further member must say the same; "~" may round to the digits it shows.
  for (std::size_t k = first; k + 1 <= last && e.tree->signs == 0; ++k) {
    const Expr a = e.With(node.kids[k]);
    const Expr b = e.With(node.kids[k + 1]);
    if (!IsScalar(*e.tree, a.id) || !IsScalar(*e.tree, b.id)) continue;
    CompareOptions options;
    const auto tolerance = node.text[k] == '~' ? DecimalTolerance(*e.tree, b.id) : std::nullopt;
    options.tolerance = tolerance ? &*tolerance : nullptr;
    if (CompareScalars(a, b, options, budget).verdict == Verdict::kUnequal)
      out.contradictory = true;
  }
  const bool rounds = node.text.find('~', first == 0 ? 0 : 1) != std::string::npos;
  out.name = name;
  out.parts = parts;
  out.value = e.With(node.kids[last == 0 ? 0 : rounds ? first : last]);
  return out;
}

std::optional<Expr> AskedValue(const Expr& gold, const Expr& prediction) {
  const Node& node = prediction.node();
  if (node.op != Op::kRelation || node.text != "=" || prediction.tree->signs > 0 ||
      !IsScalar(*gold.tree, gold.id) || !IsConstant(gold)) {
    return std::nullopt;
  }
  const Expr asked = prediction.With(node.kids[0]);
  const Expr value = prediction.With(node.kids[1]);
  if (!IsScalar(*asked.tree, asked.id) || !IsScalar(*value.tree, value.id) || !IsConstant(value))
    return std::nullopt;
  Traits traits;
  CollectTraits(*asked.tree, asked.id, &traits);
  if (traits.variables.size() < 2 || traits.has_series || traits.has_i) return std::nullopt;
  for (const std::string_view name : traits.variables) {
    if (name.empty() || name[0] == 'x' || name[0] == 'y' || name[0] == 'z') return std::nullopt;
  }
  return value;
}

std::optional<Expr> IdentityValue(const Expr& gold, const Expr& prediction, std::int64_t* budget) {
  const Node& node = prediction.node();
  if (node.op != Op::kRelation || node.text.find_first_not_of('=') != std::string::npos ||
      prediction.tree->signs > 0 || !IsScalar(*gold.tree, gold.id) || IsConstant(gold)) {
    return std::nullopt;
  }
  for (std::size_t k = 0; k < node.kids.size(); ++k) {
    if (!IsScalar(*prediction.tree, node.kids[k])) return std::nullopt;
    if (k > 0 && !CompareScalars(prediction.With(node.kids[k - 1]), prediction.With(node.kids[k]),
                                 {}, budget)
                      .equal()) {
      return std::nullopt;
    }
  }
  return prediction.With(node.kids.back());
}

std::vector<std::vector<Expr>> OrdersOfNamed(const std::vector<Expr>& items, bool is_gold,
                                             bool* bare, std::int64_t* budget) {
  std::vector<std::pair<std::string, Expr>> named;
  std::set<std::string> stems;  // x_1 and x_2 only count values of x
  std::size_t letters = 0;
  *bare = true;
  for (const Expr& item : items) {
    Named one = StripName(item, budget);
    if (!one.name.empty()) *bare = false;
    if (!one.parts.empty()) return {};
    letters += one.name.size() == 1 ? 1U : 0U;
    stems.insert(one.name.substr(0, one.name.find('_')));
    named.emplace_back(std::move(one.name), std::move(one.value));
  }
  if (stems.size() != items.size() || items.size() < 2 || stems.count({}) > 0) return {};
  const auto values = [&] {
    std::vector<Expr> out;
    for (const auto& [name, value] : named) out.push_back(value);
    return out;
  };
  std::vector<std::vector<Expr>> orders;
  const bool in_letters = letters == items.size();
  if (is_gold || !in_letters) orders.push_back(values());
  std::stable_sort(named.begin(), named.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  if (in_letters) orders.push_back(values());
  return orders;
}

}  // namespace fuseo1
