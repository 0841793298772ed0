#include "eval/grade/strict/progression.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fuseo1 {
namespace {

constexpr std::size_t kMaxParts = 96;     // of one family in a common period
constexpr std::int64_t kMaxRatio = 24;    // denominators of one period by another
constexpr std::int64_t kPrecision = 256;  // bits: enough to find the integer that is then proved
constexpr std::size_t kMaxFamilyNodes = 400;
constexpr int kMaxCopyDepth = 240;  // of a tree that the parser kept shallow

// One repeating part: a point, or an interval where `high` is set.
struct Part {
  NodeId low = -1;
  NodeId high = -1;
  bool low_open = false;
  bool high_open = false;
  NodeId step = -1;
};

struct Item {
  NodeId low = -1;
  NodeId high = -1;
  bool low_open = false;
  bool high_open = false;
  NodeId modulus = -1;  // of a congruence
};

// What an answer says, still in its own tree.
struct Reading {
  std::vector<Item> items;
  std::string name;
  std::string letter;     // that runs through the integers
  bool declared = false;  // the letter by "k in Z", or congruences
  bool congruence = false;
  bool excludes = false;  // x \ne k\pi
  bool failed = false;
};

bool IsPoint(Op op) { return op < Op::kBaseNumber; }

class Reader {
 public:
  explicit Reader(const Tree& tree) : tree_(tree) {}

  Reading Read() {
    Visit(tree_.root, 0);
    if (out_.items.empty()) out_.failed = true;
    if (!out_.failed) FindLetter();
    return std::move(out_);
  }

 private:
  void Visit(NodeId id, int depth) {
    const Node& node = tree_.at(id);
    if (depth > 4 || out_.items.size() > kMaxParts) out_.failed = true;
    if (out_.failed) return;
    if (IsPoint(node.op)) {
      out_.items.push_back({id});
      return;
    }
    switch (node.op) {
      case Op::kList: {
        std::size_t congruences = 0;
        for (const NodeId kid : node.kids) {
          congruences += tree_.at(kid).op == Op::kRelation && tree_.at(kid).text == "qM" ? 1U : 0U;
        }
        if (congruences > 1 && node.aux != 'o') out_.failed = true;  // all of them at once
        for (const NodeId kid : node.kids) Visit(kid, depth + 1);
        return;
      }
      case Op::kUnion:
        for (const NodeId kid : node.kids) Visit(kid, depth + 1);
        return;
      case Op::kSet:
        if (node.kids.size() != 1) out_.failed = true;
        Visit(node.kids[0], depth + 1);
        return;
      case Op::kSetBuilder: {
        const Node& element = tree_.at(node.kids[0]);
        if (element.op == Op::kVar) {
          Name(element.text);
        } else {
          Visit(node.kids[0], depth + 1);
        }
        Visit(node.kids[1], depth + 1);
        return;
      }
      case Op::kTuple:
      case Op::kBracket:
      case Op::kInterval: {
        if (node.kids.size() != 2) {
          out_.failed = true;
          return;
        }
        const bool tuple = node.op == Op::kTuple;
        const bool half = node.op == Op::kInterval;
        Interval(node.kids[0], node.kids[1], tuple || (half && (node.aux & 1) != 0),
                 tuple || (half && (node.aux & 2) != 0));
        return;
      }
      case Op::kRelation:
        return Relation(node, depth);
      default:
        out_.failed = true;
    }
  }

  void Relation(const Node& node, int depth) {
    const Node& first = tree_.at(node.kids[0]);
    const bool named = first.op == Op::kVar;
    if (node.text == "e" && named) {
      const Node& set = tree_.at(node.kids[1]);
      if (set.op == Op::kNamedSet) {
        if (set.text != "Z" || !out_.letter.empty()) out_.failed = true;
        out_.letter = first.text;
        out_.declared = true;
        return;
      }
      Name(first.text);
      return Visit(node.kids[1], depth + 1);
    }
    if (node.text == "qM" && named && IsPoint(tree_.at(node.kids[1]).op)) {
      Name(first.text);
      Item item{node.kids[1]};
      item.modulus = node.kids[2];
      out_.items.push_back(item);
      out_.declared = out_.congruence = true;
      return;
    }
    if ((node.text == "=" || node.text == "n") && named && IsPoint(tree_.at(node.kids[1]).op)) {
      Name(first.text);
      const bool excludes = node.text == "n";
      if (!out_.items.empty() && excludes != out_.excludes) out_.failed = true;
      out_.excludes = excludes;
      out_.items.push_back({node.kids[1]});
      return;
    }
    if (node.kids.size() == 3 && tree_.at(node.kids[1]).op == Op::kVar) {
      const bool up = node.text.find_first_not_of("<l") == std::string::npos;
      const bool down = node.text.find_first_not_of(">g") == std::string::npos;
      if (up || down) {
        Name(tree_.at(node.kids[1]).text);
        const std::size_t low = up ? 0 : 2;
        Interval(node.kids[low], node.kids[2 - low], node.text[up ? 0 : 1] == (up ? '<' : '>'),
                 node.text[up ? 1 : 0] == (up ? '<' : '>'));
        return;
      }
    }
    out_.failed = true;
  }

  void Interval(NodeId low, NodeId high, bool low_open, bool high_open) {
    if (!IsPoint(tree_.at(low).op) || !IsPoint(tree_.at(high).op)) out_.failed = true;
    out_.items.push_back({low, high, low_open, high_open});
  }

  void Name(const std::string& name) {
    if (!out_.name.empty() && out_.name != name) out_.failed = true;
    if (name.size() > 1 && name.find('_') != std::string::npos) out_.failed = true;  // a sequence
    out_.name = name;
  }

  // Every part must move with one letter, and with nothing else.
  void FindLetter() {
    for (const Item& item : out_.items) {
      if (item.modulus >= 0) continue;
      Traits traits;
      CollectTraits(tree_, item.low, &traits);
      if (item.high >= 0) CollectTraits(tree_, item.high, &traits);
      if (traits.variables.size() != 1 || traits.has_infinity) {
        out_.failed = true;
        return;
      }
      const std::string letter(traits.variables[0]);
      if (out_.letter.empty()) out_.letter = letter;
      if (out_.letter != letter || letter == out_.name) out_.failed = true;
    }
    constexpr std::string_view kLetters[] = {"k", "n", "m", "l", "j", "t", "p", "q", "r", "s", "z"};
    const bool usual =
        std::find(std::begin(kLetters), std::end(kLetters), out_.letter) != std::end(kLetters);
    if (!out_.declared && !usual) out_.failed = true;
  }

  const Tree& tree_;
  Reading out_;
};

class Families {
 public:
  explicit Families(std::int64_t* budget) : budget_(budget) {}

  bool Add(const Tree& tree, const Reading& reading, std::vector<Part>* parts) {
    for (const Item& item : reading.items) {
      std::vector<unsigned> bits;
      CollectSigns(tree, item.low, &bits);
      if (item.high >= 0) CollectSigns(tree, item.high, &bits);
      if (bits.size() > 3) return false;
      for (std::uint32_t choice = 0; choice < (1U << bits.size()); ++choice) {
        std::uint32_t signs = 0;
        for (std::size_t k = 0; k < bits.size(); ++k) {
          if (((choice >> k) & 1U) != 0) signs |= 1U << bits[k];
        }
        if (!AddOne(tree, reading, item, signs, parts)) return false;
      }
    }
    return parts->size() <= kMaxParts;
  }

  // An inexact period, or degrees: a family of angles.
  bool Turns(const Part& part) {
    Number value;
    return Value(part.step, &value) && !value.exact;
  }
  bool IsOne(const Part& part) {
    Number value;
    return Value(part.step, &value) && value.exact && value.rational.Abs() == Rational(1);
  }

  bool Same(const std::vector<Part>& gold, const std::vector<Part>& prediction) {
    std::vector<Rational> ratios[2];
    Rational above(1);  // of the common period: the least common multiple
    Rational below(0);  // and the greatest common divisor of the denominators
    const NodeId unit = gold[0].step;
    for (int side = 0; side < 2; ++side) {
      for (const Part& part : side == 0 ? gold : prediction) {
        const auto ratio = Ratio(part.step, unit);
        if (!ratio) return false;
        const Rational numerator = ratio->Numerator().Abs();
        above = above * numerator / Rational::Gcd(above, numerator);
        below = Rational::Gcd(below, ratio->Denominator());
        ratios[side].push_back(ratio->Abs());
      }
    }
    const Rational period = above / below;
    period_ = tree_.Add(Op::kMul, {tree_.AddNumber(period), unit});
    std::vector<Part> all[2];
    for (int side = 0; side < 2; ++side) {
      const std::vector<Part>& parts = side == 0 ? gold : prediction;
      for (std::size_t i = 0; i < parts.size(); ++i) {
        const auto count = (period / ratios[side][i]).ToInt();
        if (!count || *count < 1 || all[side].size() + static_cast<std::size_t>(*count) > kMaxParts)
          return false;
        for (std::int64_t k = 0; k < *count; ++k) {
          Part part = parts[i];
          const NodeId shift = tree_.Add(Op::kMul, {tree_.AddNumber(Rational(k)), part.step});
          part.low = tree_.Add(Op::kAdd, {part.low, shift});
          if (part.high >= 0) part.high = tree_.Add(Op::kAdd, {part.high, shift});
          all[side].push_back(part);
        }
      }
    }
    return Covers(all[0], all[1]) && Covers(all[1], all[0]);
  }

 private:
  static void CollectSigns(const Tree& tree, NodeId id, std::vector<unsigned>* bits) {
    const Node& node = tree.at(id);
    if (node.op == Op::kPlusMinus) {
      const unsigned bit = tree.has_minus_plus ? 0U : static_cast<unsigned>(node.aux);
      if (std::find(bits->begin(), bits->end(), bit) == bits->end()) bits->push_back(bit);
    }
    for (const NodeId kid : node.kids) CollectSigns(tree, kid, bits);
  }

  // A copy with the letter's value put in and the signs chosen.
  NodeId Copy(const Tree& from, NodeId id, const std::string& letter, std::int64_t value,
              std::uint32_t signs, int depth) {
    if (depth > kMaxCopyDepth) return tree_.AddNumber(Rational(0));
    Node node = from.at(id);
    if (node.op == Op::kVar && node.text == letter) return tree_.AddNumber(Rational(value));
    for (NodeId& kid : node.kids) kid = Copy(from, kid, letter, value, signs, depth + 1);
    if (node.op == Op::kPlusMinus) {
      const unsigned bit = from.has_minus_plus ? 0U : static_cast<unsigned>(node.aux);
      const bool minus = ((signs >> bit) & 1U) != 0;
      return minus != node.flag ? tree_.Add(Op::kNeg, {node.kids[0]}) : node.kids[0];
    }
    if (node.op == Op::kQuantity) {
      tree_.units.push_back(from.units[static_cast<std::size_t>(node.aux)]);
      node.aux = static_cast<std::int32_t>(tree_.units.size()) - 1;
    }
    tree_.nodes.push_back(std::move(node));
    return static_cast<NodeId>(tree_.nodes.size()) - 1;
  }

  NodeId Difference(NodeId a, NodeId b) {
    return tree_.Add(Op::kAdd, {a, tree_.Add(Op::kNeg, {b})});
  }
  bool Equal(NodeId a, NodeId b) {
    return CompareScalars(Expr{&tree_, a}, Expr{&tree_, b}, {}, budget_).equal();
  }
  bool Value(NodeId id, Number* value) {
    EvalOptions options;
    options.precision = kPrecision;
    Evaluator evaluator(tree_, options, budget_);
    return evaluator.Eval(id, value) == EvalStatus::kOk && (value->exact || value->ball.IsReal());
  }

  bool AddOne(const Tree& tree, const Reading& reading, const Item& item, std::uint32_t signs,
              std::vector<Part>* parts) {
    Part part;
    part.low_open = item.low_open;
    part.high_open = item.high_open;
    if (item.modulus >= 0) {
      part.low = Copy(tree, item.low, {}, 0, signs, 0);
      part.step = Copy(tree, item.modulus, {}, 0, signs, 0);
      Number value;
      if (!Value(part.low, &value) || !Value(part.step, &value) || !value.exact ||
          value.rational.IsZero()) {
        return false;
      }
      parts->push_back(part);
      return true;
    }
    NodeId steps[2] = {-1, -1};
    for (const bool low : {true, false}) {
      const NodeId end = low ? item.low : item.high;
      if (end < 0) continue;
      NodeId at[4];
      constexpr std::int64_t kPlaces[] = {0, 1, 2, 7};
      for (int k = 0; k < 4; ++k) at[k] = Copy(tree, end, reading.letter, kPlaces[k], signs, 0);
      const NodeId step = Difference(at[1], at[0]);
      const NodeId seven = tree_.Add(Op::kMul, {tree_.AddNumber(Rational(7)), step});
      Number value;
      if (!Value(step, &value) ||
          (value.exact ? value.rational.IsZero() : value.ball.ContainsZero()))
        return false;
      if (!Equal(Difference(at[2], at[1]), step) || !Equal(Difference(at[3], at[0]), seven))
        return false;
      (low ? part.low : part.high) = at[0];
      steps[low ? 0 : 1] = step;
    }
    if (steps[1] >= 0 && !Equal(steps[0], steps[1])) return false;
    part.step = steps[0];
    parts->push_back(part);
    return true;
  }

  // a / b where it is a rational number of a small denominator.
  std::optional<Rational> Ratio(NodeId a, NodeId b) {
    Number x;
    Number y;
    if (!Value(a, &x) || !Value(b, &y)) return std::nullopt;
    if (x.exact && y.exact) return x.rational / y.rational;
    const NodeId quotient = tree_.Add(Op::kDiv, {a, b});
    for (std::int64_t q = 1; q <= kMaxRatio; ++q) {
      const auto p = Nearest(tree_.Add(Op::kMul, {quotient, tree_.AddNumber(Rational(q))}), true);
      if (!p || p->IsZero()) continue;
      const Rational ratio = *p / Rational(q);
      if (Equal(a, tree_.Add(Op::kMul, {b, tree_.AddNumber(ratio)}))) return ratio;
    }
    return std::nullopt;
  }

  // The integer next to a value; nothing where it cannot be, where `close` asks for that.
  std::optional<Rational> Nearest(NodeId id, bool close) {
    Number value;
    if (!Value(id, &value)) return std::nullopt;
    const Rational half(1, 2);
    if (value.exact) {
      if (close && !value.rational.IsInteger()) return std::nullopt;
      return (value.rational + half).Floor();
    }
    const auto n = Ball::Add(value.ball, Ball(half, kPrecision), kPrecision).Floor();
    if (!n) return std::nullopt;
    const Ball rest = Ball::Subtract(value.ball, Ball(*n, kPrecision), kPrecision);
    return close && !rest.ContainsZero() ? std::nullopt : n;
  }

  bool SamePart(const Part& a, const Part& b) {
    if ((a.high < 0) != (b.high < 0) || a.low_open != b.low_open || a.high_open != b.high_open)
      return false;
    const NodeId gap = tree_.Add(Op::kDiv, {Difference(a.low, b.low), period_});
    const auto turns = Nearest(gap, true);
    if (!turns) return false;
    const NodeId shift = tree_.Add(Op::kMul, {tree_.AddNumber(*turns), period_});
    if (!Equal(a.low, tree_.Add(Op::kAdd, {b.low, shift}))) return false;
    return a.high < 0 || Equal(a.high, tree_.Add(Op::kAdd, {b.high, shift}));
  }

  bool Covers(const std::vector<Part>& wanted, const std::vector<Part>& given) {
    return std::all_of(wanted.begin(), wanted.end(), [&](const Part& a) {
      return std::any_of(given.begin(), given.end(), [&](const Part& b) { return SamePart(a, b); });
    });
  }

  Tree tree_;
  NodeId period_ = -1;
  std::int64_t* budget_;
};

bool MayRepeat(const Tree& tree) {
  return std::any_of(tree.nodes.begin(), tree.nodes.end(), [](const Node& node) {
    return node.op == Op::kPi || (node.op == Op::kNamedSet && node.text == "Z") ||
           (node.op == Op::kRelation && node.text == "qM");
  });
}

bool NamesAngle(const std::string& name) {
  return name == "x" || name == "theta" || name == "alpha" || name == "phi";
}

}  // namespace

std::optional<Decision> CompareProgressions(const Tree& gold, const Tree& prediction,
                                            std::int64_t* budget) {
  if (!MayRepeat(gold) && !MayRepeat(prediction)) return std::nullopt;
  if (gold.nodes.size() > kMaxFamilyNodes || prediction.nodes.size() > kMaxFamilyNodes)
    return std::nullopt;
  const Reading g = Reader(gold).Read();
  if (g.failed) return std::nullopt;
  const Reading p = Reader(prediction).Read();
  if (p.failed || g.excludes != p.excludes) return std::nullopt;
  if (!g.name.empty() && !p.name.empty() && g.name != p.name) return std::nullopt;
  Families families(budget);
  std::vector<Part> a;
  std::vector<Part> b;
  if (!families.Add(gold, g, &a) || !families.Add(prediction, p, &b)) return std::nullopt;
  // Where the letter is not said to be an integer, 2k + 1 is a value for one k: only a name,
  // another letter beside it, or angles tell a family.
  if (!g.declared && !p.declared) {
    const bool angles =
        families.Turns(a[0]) && families.Turns(b[0]) && g.name == p.name && NamesAngle(g.name);
    if (!angles) return std::nullopt;
  } else if (!g.declared || !p.declared) {
    const Reading& bare = g.declared ? p : g;
    const Reading& said = g.declared ? g : p;
    const Part& part = g.declared ? b[0] : a[0];
    if (!families.Turns(part)) {
      if (bare.name.empty() || families.IsOne(part)) return std::nullopt;
      // n = 6k + 1, 6k + 5 is a family by its two parts.
      if (!said.congruence && said.letter == bare.letter && bare.items.size() < 2)
        return std::nullopt;
    }
  }
  if (!families.Same(a, b)) return std::nullopt;
  return Decision{Verdict::kEqual, "same-family"};
}

}  // namespace fuseo1
