// Lists, relations, sets, intervals, tuples and matrices.
#include <algorithm>
#include <utility>

#include "eval/grade/strict/ellipsis.h"
#include "eval/grade/strict/parser.h"

namespace fuseo1 {
namespace {

// Restores parser flags that an inner bracket resets.
template <class T>
class Saved {
 public:
  Saved(T* place, T value) : place_(place), old_(std::exchange(*place, value)) {}
  ~Saved() { *place_ = old_; }
  Saved(const Saved&) = delete;
  Saved& operator=(const Saved&) = delete;

 private:
  T* place_;
  T old_;
};

}  // namespace

char Parser::RelationAt() const {
  const Token& t = Peek();
  if (t.kind == TokenKind::kSymbol && t.text.size() == 1 &&
      (t.text[0] == '=' || t.text[0] == '<' || t.text[0] == '>')) {
    return t.text[0];
  }
  if (t.kind != TokenKind::kCommand) return '\0';
  constexpr std::pair<std::string_view, char> kRelations[] = {
      {"le", 'l'},     {"ge", 'g'},     {"ne", 'n'},         {"approx", '~'},
      {"in", 'e'},     {"notin", 'o'},  {"to", 't'},         {"equiv", 'q'},
      {"cong", 'c'},   {"sim", 's'},    {"simeq", '~'},      {"parallel", 'p'},
      {"perp", 'r'},   {"subset", 'u'}, {"subseteq", 'v'},   {"propto", 'w'},
      {"ll", 'x'},     {"gg", 'y'},     {"Rightarrow", 'i'}, {"Leftrightarrow", 'j'},
      {"mapsto", 'k'}, {"doteq", '~'}};
  for (const auto& [name, code] : kRelations) {
    if (t.text == name) return code;
  }
  return '\0';
}

bool Parser::ParseItems(Items* items) {
  std::vector<std::size_t> ends;  // of the groups that "or" and ";" part
  for (;;) {
    NodeId item = kFailed;
    if (Peek().IsCommand("ldots") && !items->nodes.empty()) {
      ++pos_;
      item = tree_.Add(Op::kDots);
    } else {
      item = ParseRelation();
    }
    if (item == kFailed) return false;
    SpreadChain(item, items);
    if (items->nodes.size() > kMaxAnswerItems) {
      Fail("too-many-items");
      return false;
    }
    bool separated = false;
    while (Peek().Is(",") || Peek().Is(";") || Peek().IsWord("and") || Peek().IsWord("or")) {
      if (Peek().IsWord("or")) items->join = 'o';
      if ((Peek().IsWord("or") || Peek().Is(";")) &&
          (ends.empty() || ends.back() < items->nodes.size())) {
        ends.push_back(items->nodes.size());
      }
      if (Peek().IsWord("and") && items->join == ',') items->join = 'a';
      const bool comma = Peek().Is(",") || Peek().Is(";");
      if (separated && comma) {
        Unexpected();
        return false;
      }
      separated = true;
      ++pos_;
    }
    const bool cell_ends = Peek().Is("&") || Peek().Is("\\\\") || Peek().text.starts_with("end:");
    if (separated && !cell_ends) continue;
    FillDots(&tree_, &items->nodes, kMaxAnswerItems);
    SpreadExclusion(items);
    SpreadName(items);
    if (!ends.empty()) GroupNames(items, ends);
    return true;
  }
}

// x = y = 2 says x = 2 and y = 2.
void Parser::SpreadChain(NodeId item, Items* items) {
  const Node chain = tree_.at(item);
  const bool equalities = chain.op == Op::kRelation && chain.text.size() > 1 &&
                          chain.text.find_first_not_of('=') == std::string::npos;
  const bool named =
      equalities && std::all_of(chain.kids.begin(), chain.kids.end() - 1,
                                [&](NodeId k) { return tree_.at(k).op == Op::kVar; });
  const Op last = named ? tree_.at(chain.kids.back()).op : Op::kVar;
  if (!named || last == Op::kVar || last >= Op::kBaseNumber) {
    items->nodes.push_back(item);
    return;
  }
  for (std::size_t k = 0; k + 1 < chain.kids.size(); ++k)
    items->nodes.push_back(tree_.Add(Op::kRelation, {chain.kids[k], chain.kids.back()}, "="));
}

// x \ne 1, 2 excludes both.
void Parser::SpreadExclusion(Items* items) {
  const Node first = tree_.at(items->nodes[0]);
  if (first.op != Op::kRelation || first.text != "n" || tree_.at(first.kids[0]).op != Op::kVar)
    return;
  for (std::size_t k = 1; k < items->nodes.size(); ++k) {
    if (tree_.at(items->nodes[k]).op >= Op::kBaseNumber) return;
  }
  for (std::size_t k = 1; k < items->nodes.size(); ++k)
    items->nodes[k] = tree_.Add(Op::kRelation, {first.kids[0], items->nodes[k]}, "n");
  if (items->nodes.size() > 1) items->join = 'a';
}

// p = 2, 3 gives both values to p; n = 3, 4, 5, ... is one of these.
void Parser::SpreadName(Items* items) {
  const Node first = tree_.at(items->nodes[0]);
  if (items->nodes.size() > 2 && tree_.at(items->nodes.back()).op == Op::kDots &&
      first.op == Op::kRelation && first.text == "=" && tree_.at(first.kids[0]).op == Op::kVar) {
    items->nodes[0] = first.kids[1];
    const NodeId all = tree_.Add(Op::kSet, std::move(items->nodes));
    items->nodes = {tree_.Add(Op::kRelation, {first.kids[0], all}, "e")};
    return;
  }
  if (items->nodes.size() < 2 || first.op != Op::kRelation || first.text != "=" ||
      tree_.at(first.kids[0]).op != Op::kVar || tree_.at(first.kids[1]).op >= Op::kBaseNumber) {
    return;
  }
  for (std::size_t k = 1; k < items->nodes.size(); ++k) {
    const Op op = tree_.at(items->nodes[k]).op;
    if (op >= Op::kBaseNumber || op == Op::kVar) return;
  }
  for (std::size_t k = 1; k < items->nodes.size(); ++k)
    items->nodes[k] = tree_.Add(Op::kRelation, {first.kids[0], items->nodes[k]}, "=");
}

// x = 1, y = 2 as (x, y) = (1, 2), the names as they are written; kFailed where it is not that.
NodeId Parser::NamedGroup(const std::vector<NodeId>& nodes) {
  std::vector<std::pair<std::string, NodeId>> values;
  for (const NodeId id : nodes) {
    const Node& node = tree_.at(id);
    if (node.op != Op::kRelation || node.text != "=" || tree_.at(node.kids[0]).op != Op::kVar ||
        tree_.at(node.kids[1]).op >= Op::kBaseNumber) {
      return kFailed;
    }
    values.emplace_back(tree_.at(node.kids[0]).text, node.kids[1]);
  }
  auto sorted = values;
  std::sort(sorted.begin(), sorted.end());
  const bool twice =
      std::adjacent_find(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) {
        return a.first == b.first;
      }) != sorted.end();
  if (values.size() < 2 || twice) return kFailed;
  if (sorted.front().first >= "x") values = std::move(sorted);  // of coordinates only
  std::vector<NodeId> names;
  std::vector<NodeId> parts;
  for (const auto& [name, value] : values) {
    names.push_back(tree_.Add(Op::kVar, {}, name));
    parts.push_back(value);
  }
  const NodeId left = tree_.Add(Op::kTuple, std::move(names));
  return tree_.Add(Op::kRelation, {left, tree_.Add(Op::kTuple, std::move(parts))}, "=");
}

// "x = 1, y = 2 or x = 2, y = 1" lists two points, each a group of names.
void Parser::GroupNames(Items* items, const std::vector<std::size_t>& ends) {
  std::vector<NodeId> groups;
  std::size_t begin = 0;
  for (std::size_t k = 0; k <= ends.size(); ++k) {
    const std::size_t end = k < ends.size() ? ends[k] : items->nodes.size();
    if (end <= begin || end > items->nodes.size()) return;
    const NodeId group = NamedGroup({items->nodes.begin() + static_cast<std::ptrdiff_t>(begin),
                                     items->nodes.begin() + static_cast<std::ptrdiff_t>(end)});
    if (group == kFailed) return;
    groups.push_back(group);
    begin = end;
  }
  items->nodes = std::move(groups);
}

NodeId Parser::ParseList() {
  Items items;
  if (!ParseItems(&items)) return kFailed;
  if (items.nodes.size() == 1) return items.nodes[0];
  return tree_.Add(Op::kList, std::move(items.nodes), {}, items.join);
}

NodeId Parser::ParseRelation() {
  if (Peek().Is("=") || RelationAt() == '~') ++pos_;  // "= 5" says 5
  const NodeId first = ParseSetExpression();
  if (first == kFailed) return kFailed;
  std::vector<NodeId> operands = {first};
  std::string relations;
  while (const char code = RelationAt()) {
    ++pos_;
    const NodeId next = ParseSetExpression();
    if (next == kFailed) return kFailed;
    if (Node& set = tree_.at(next);
        (code == 'e' || code == 'o') && set.op == Op::kVar && set.text.size() == 1 &&
        std::string_view("RZNQC").find(set.text[0]) != std::string_view::npos) {
      set.op = Op::kNamedSet;  // x \in Z, without the double stroke
    }
    operands.push_back(next);
    relations.push_back(code);
    if (code == 'q' && (Peek().IsCommand("pmod") || Peek().IsCommand("mod"))) {
      ++pos_;
      const NodeId modulus = ParsePrimary();
      if (modulus == kFailed) return kFailed;
      operands.push_back(modulus);
      relations.push_back('M');
      break;
    }
    if (operands.size() > 32) return Fail("too-many-items");
  }
  if (relations.empty()) return NamedPoint(first);
  if (relations == "q" && tree_.at(first).op == Op::kCall) relations = "=";  // f(x) \equiv 1
  return tree_.Add(Op::kRelation, std::move(operands), std::move(relations));
}

// A(1, 2) names a point, as A = (1, 2) does. P and C count, f, g and h are functions.
NodeId Parser::NamedPoint(NodeId call) {
  Node node = tree_.at(call);
  if (node.op == Op::kMul && node.kids.size() == 2 && tree_.at(node.kids[0]).op == Op::kVar &&
      tree_.at(node.kids[1]).op == Op::kTuple) {  // P(-3, 4)
    node.text = tree_.at(node.kids[0]).text;
    node.kids = std::vector<NodeId>(tree_.at(node.kids[1]).kids);
    node.op = Op::kCall;
  }
  if (node.op != Op::kCall || node.kids.size() < 2 || node.kids.size() > 3 || !EndsItem(0) ||
      node.text[0] < 'A' || node.text[0] > 'Z' ||
      (node.text.size() > 1 && node.text[1] != '_' && node.text[1] != '\'')) {
    return call;
  }
  for (const NodeId kid : node.kids) {
    const Op op = tree_.at(kid).op;
    if (op >= Op::kBaseNumber || op == Op::kVar) return call;
  }
  const NodeId name = tree_.Add(Op::kVar, {}, node.text);
  return tree_.Add(Op::kRelation, {name, tree_.Add(Op::kTuple, node.kids)}, "=");
}

NodeId Parser::ParseSetExpression() {
  NodeId left = ParseRatio();
  while (left != kFailed && Peek().kind == TokenKind::kCommand) {
    const std::string& name = Peek().text;
    const Op op = name == "cup" ? Op::kUnion : name == "cap" ? Op::kIntersection : Op::kDifference;
    if (name != "cup" && name != "cap" && name != "setminus") break;
    ++pos_;
    const bool round = Peek().Is("(");
    const NodeId right = ParseRatio();
    if (right == kFailed) return kFailed;
    if (round && tokens_[pos_ - 1].Is(")") && tree_.at(right).op == Op::kNumber)
      return Fail("not-mathematics");  // (1) is no set
    if (tree_.at(left).op == op && op != Op::kDifference) {
      if (tree_.at(left).kids.size() >= kMaxAnswerItems) return Fail("too-many-items");
      tree_.at(left).kids.push_back(right);
    } else {
      if (++depth_ > kMaxAnswerDepth) return Fail("too-deep");
      left = tree_.Add(op, {left, right});
    }
  }
  return left;
}

NodeId Parser::ParseRatio() {
  const NodeId first = ParseSum();
  if (first == kFailed || colon_stops_ || !Peek().Is(":")) return first;
  std::vector<NodeId> parts = {first};
  while (Take(":")) {
    const NodeId next = ParseSum();
    if (next == kFailed) return kFailed;
    parts.push_back(next);
    if (parts.size() > 16) return Fail("too-many-items");
  }
  return tree_.Add(Op::kRatio, std::move(parts));
}

NodeId Parser::ParseBracket(std::string_view open) {
  const Saved bar(&bar_stops_, false);
  const Saved colon(&colon_stops_, false);
  const Saved bars(&open_bars_, 0);
  const bool angle = open == "langle";
  Items items;
  if (!ParseItems(&items)) return kFailed;
  if (angle) {
    if (!Peek().IsCommand("rangle")) return Unexpected();
    ++pos_;
    return tree_.Add(Op::kAngle, std::move(items.nodes));
  }
  const bool round_close = Peek().Is(")");
  if (!round_close && !Peek().Is("]")) return Unexpected();
  ++pos_;
  const bool round_open = open == "(";
  if (items.nodes.size() == 1) {
    return round_open == round_close ? items.nodes[0] : Fail("not-mathematics");
  }
  if (items.join != ',') {
    return round_open && round_close ? tree_.Add(Op::kList, std::move(items.nodes), {}, items.join)
                                     : Fail("not-mathematics");
  }
  if (round_open != round_close) {
    if (items.nodes.size() != 2) return Fail("not-mathematics");
    return tree_.Add(Op::kInterval, std::move(items.nodes), {}, round_open ? 1 : 2);
  }
  return tree_.Add(round_open ? Op::kTuple : Op::kBracket, std::move(items.nodes));
}

// After "{" or "\{". A plain brace around one item only groups.
NodeId Parser::ParseBrace(bool is_set) {
  const Saved bars(&open_bars_, 0);
  const std::string_view close = is_set ? "\\}" : "}";
  if (Take(close)) return is_set || AtEnd() ? tree_.Add(Op::kEmptySet) : Fail("not-mathematics");
  Items items;
  {
    const Saved bar(&bar_stops_, true);
    const Saved colon(&colon_stops_, is_set || colon_stops_);
    if (!ParseItems(&items)) return kFailed;
  }
  const Saved bar(&bar_stops_, false);
  const Saved colon(&colon_stops_, false);
  if (items.nodes.size() == 1) {
    if (Peek().Is("|") || Peek().IsCommand("mid") || (is_set && Peek().Is(":"))) {
      ++pos_;
      return ParseBuilder(items.nodes[0], close);
    }
    if (!is_set && (Peek().IsCommand("over") || Peek().IsCommand("choose"))) {
      const Op op = Peek().IsCommand("over") ? Op::kDiv : Op::kBinomial;
      ++pos_;
      const NodeId below = ParseSum();
      if (below == kFailed) return kFailed;
      if (!Take(close)) return Unexpected();
      return tree_.Add(op, {items.nodes[0], below});
    }
  }
  if (!Take(close)) return Unexpected();
  if (!is_set && items.nodes.size() == 1) return items.nodes[0];
  // {x = 1, y = 2} is one solution of a system.
  if (const NodeId group = NamedGroup(items.nodes); group != kFailed) return group;
  return tree_.Add(Op::kSet, std::move(items.nodes));
}

NodeId Parser::ParseBuilder(NodeId element, std::string_view close) {
  Items items;
  if (!ParseItems(&items)) return kFailed;
  if (!Take(close)) return Unexpected();
  NodeId condition = items.nodes[0];
  if (items.nodes.size() > 1)
    condition = tree_.Add(Op::kList, std::move(items.nodes), {}, items.join);
  return tree_.Add(Op::kSetBuilder, {element, condition});
}

// Value and condition by rows, in any order.
NodeId Parser::Pieces(const std::vector<NodeId>& cells) {
  std::vector<NodeId> pieces;
  for (std::size_t k = 0; k + 1 < cells.size(); k += 2)
    pieces.push_back(tree_.Add(Op::kPiece, {cells[k], cells[k + 1]}));
  return tree_.Add(Op::kList, std::move(pieces), {}, 'a');
}

NodeId Parser::ParseEnvironment(std::string_view name) {
  const Saved bar(&bar_stops_, false);
  const Saved colon(&colon_stops_, false);
  const Saved bars(&open_bars_, 0);
  std::vector<NodeId> entries;
  std::size_t columns = 0;
  std::size_t row = 0;  // cells of the row so far
  const auto at_close = [&] {
    return Peek().kind == TokenKind::kCommand && Peek().text == "end:" + std::string(name);
  };
  while (!at_close()) {
    const bool condition = name == "cases" && row == 1;
    if (condition && (Peek().IsWord("if") || Peek().IsWord("for") || Peek().IsWord("when"))) ++pos_;
    const NodeId cell = ParseList();
    if (cell == kFailed) return kFailed;
    entries.push_back(cell);
    ++row;
    if (entries.size() > kMaxAnswerItems) return Fail("too-many-items");
    if (Take("&")) continue;
    if (!Take("\\\\") && !at_close()) return Unexpected();
    if (columns != 0 && row != columns) return Fail("not-mathematics");
    columns = row;
    row = 0;
  }
  if (row != 0 || entries.empty()) return Unexpected();
  ++pos_;
  if (name == "cases" || name == "aligned" || name == "align" || name == "gathered" ||
      name == "align*" || name == "split") {
    if (columns == 2 && name == "cases") return Pieces(entries);
    if (columns != 1) return Fail("not-mathematics");
    return entries.size() == 1 ? entries[0] : tree_.Add(Op::kList, std::move(entries), {}, 'a');
  }
  const bool bars_around = name == "vmatrix";
  if (!bars_around && !name.ends_with("matrix") && name != "array") return Fail("not-mathematics");
  const NodeId matrix =
      tree_.Add(Op::kMatrix, std::move(entries), {}, static_cast<std::int32_t>(columns));
  return bars_around ? tree_.Add(Op::kDeterminant, {matrix}) : matrix;
}

}  // namespace fuseo1
