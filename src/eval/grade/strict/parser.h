// Tokens to a tree: recursive descent, at most kMaxAnswerDepth levels deep. Pure; one parser per
// thread.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "eval/grade/strict/lexer.h"
#include "eval/grade/strict/node.h"

namespace fuseo1 {

inline constexpr int kMaxAnswerDepth = 64;
inline constexpr std::size_t kMaxAnswerItems = 512;  // of one list, set, tuple or matrix

class Parser {
 public:
  explicit Parser(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}

  // Reads the whole answer. False: error() says why ("cut-off", "too-deep", "not-mathematics",
  // ...).
  bool ParseAnswer(Tree* tree);
  std::string_view error() const { return error_; }

 private:
  static constexpr NodeId kFailed = -1;

  const Token& Peek(std::size_t ahead = 0) const {
    return pos_ + ahead < tokens_.size() ? tokens_[pos_ + ahead] : tokens_.back();
  }
  bool AtEnd() const { return Peek().kind == TokenKind::kEnd; }
  bool Take(std::string_view symbol);
  NodeId Fail(std::string_view rule);
  NodeId Unexpected() { return Fail(AtEnd() ? "cut-off" : "not-mathematics"); }
  bool Failed() const { return !error_.empty(); }

  // parse_answer.cc
  NodeId ParseTime();
  NodeId ParseBaseNumber();
  bool WordsAreWhole() const;
  bool ClosesWhole() const;

  // parse_container.cc
  struct Items {
    std::vector<NodeId> nodes;
    char join = ',';
  };
  bool ParseItems(Items* items);
  void SpreadChain(NodeId item, Items* items);
  void SpreadExclusion(Items* items);
  void SpreadName(Items* items);
  NodeId NamedGroup(const std::vector<NodeId>& nodes);
  void GroupNames(Items* items, const std::vector<std::size_t>& ends);
  NodeId ParseList();
  NodeId ParseRelation();
  NodeId NamedPoint(NodeId call);
  NodeId ParseSetExpression();
  NodeId ParseRatio();
  NodeId ParseBracket(std::string_view open);
  NodeId ParseBrace(bool is_set);
  NodeId ParseBuilder(NodeId element, std::string_view close);
  NodeId Pieces(const std::vector<NodeId>& cells);
  NodeId ParseEnvironment(std::string_view name);
  char RelationAt() const;

  // parse_expression.cc
  NodeId ParseSum();
  NodeId SumWithUnit(std::vector<NodeId> terms);
  NodeId ParseTerm();
  NodeId ParseFactor();
  NodeId ParsePostfix(NodeId node);
  NodeId ParseExponent();
  bool StartsFactor() const;
  bool AtDifferential() const;
  bool AfterDifferential() const {
    return in_integral_ && !differential_.empty() && depth_ == integral_depth_;
  }
  NodeId Product(std::vector<NodeId> factors);
  NodeId ParseDots(std::vector<NodeId> terms, std::string_view sign);
  bool GroupsBelow(NodeId factor, const std::vector<NodeId>& above) const;

  // parse_unit.cc
  bool UnitFollows(const std::vector<NodeId>& factors) const;
  bool AtUnitFraction() const;
  bool AtUnitProduct() const;
  bool ParseUnit(Unit* unit, bool* used_letter);
  bool UnitAtom(Unit* unit, bool* is_letter) const;
  NodeId AttachUnit(NodeId value, bool inverse);
  NodeId WithSmallerUnits(NodeId quantity);
  NodeId ParseCurrency();
  bool EndsItem(std::size_t ahead) const;

  // parse_primary.cc
  NodeId ParsePrimary();
  NodeId ParsePrimaryUnguarded();
  NodeId ParseNumber();
  NodeId ParseLetter();
  NodeId ParseCounting(const std::string& name);
  bool ChoosesFrom() const;
  NodeId ParseDecorated(const std::string& prefix);
  NodeId ParseBars(std::string_view close, Op op);
  std::string RawArgument();
  NodeId ParseArgument();  // {group} or one token, as TeX takes it

  // parse_command.cc
  NodeId ParseCommand();
  NodeId ParseFraction();
  NodeId ParseDerivative();
  NodeId ParsePlainDerivative();
  NodeId ParseRoot(const std::string& name);
  NodeId ParseFunction(const std::string& name);
  NodeId ParseFunctionArgument(bool trigonometric);
  NodeId ParseLogarithm();
  NodeId ParseManyArguments(Op op);
  NodeId ParseDiagonal();
  NodeId ParsePolarAngle();
  NodeId Cis(NodeId angle);
  NodeId ParseBigOperator(Op op);
  NodeId ParseIntegral();
  NodeId ParseLimit();
  NodeId Call(Ball::Function function, NodeId argument);

  std::vector<Token> tokens_;
  std::size_t pos_ = 0;
  int depth_ = 0;
  Tree tree_;
  std::string_view error_;
  bool bar_stops_ = false;    // inside {x | ...}: a bar ends the element
  bool colon_stops_ = false;  // likewise a colon
  int open_bars_ = 0;         // a bar closes rather than opens
  bool in_integral_ = false;
  int integral_depth_ = 0;    // the level whose sum and product end at the differential
  std::string differential_;  // the variable after d, once seen
  bool in_limit_ = false;
  int limit_side_ = 0;
};

}  // namespace fuseo1
