// LaTeX commands and the plain names of functions.
#include <utility>

#include "eval/grade/strict/parser.h"

namespace fuseo1 {
namespace {

using Function = Ball::Function;

struct FunctionRow {
  std::string_view name;
  Function function;
  Function inverse;  // for \sin^{-1}; the function itself where it has none
};
constexpr FunctionRow kFunctions[] = {
    {"sin", Function::kSin, Function::kAsin},
    {"cos", Function::kCos, Function::kAcos},
    {"tan", Function::kTan, Function::kAtan},
    {"cot", Function::kCot, Function::kCot},
    {"sec", Function::kSec, Function::kSec},
    {"csc", Function::kCsc, Function::kCsc},
    {"arcsin", Function::kAsin, Function::kAsin},
    {"arccos", Function::kAcos, Function::kAcos},
    {"arctan", Function::kAtan, Function::kAtan},
    {"sinh", Function::kSinh, Function::kAsinh},
    {"cosh", Function::kCosh, Function::kAcosh},
    {"tanh", Function::kTanh, Function::kAtanh},
    {"arcsinh", Function::kAsinh, Function::kAsinh},
    {"arccosh", Function::kAcosh, Function::kAcosh},
    {"arctanh", Function::kAtanh, Function::kAtanh},
    {"ln", Function::kLog, Function::kLog},
    {"exp", Function::kExp, Function::kExp},
};

const FunctionRow* FindFunction(std::string_view name) {
  for (const FunctionRow& row : kFunctions) {
    if (row.name == name) return &row;
  }
  return nullptr;
}

}  // namespace

NodeId Parser::Call(Ball::Function function, NodeId argument) {
  const NodeId node = tree_.Add(Op::kFunc, {argument});
  tree_.at(node).function = function;
  return node;
}

NodeId Parser::ParseCommand() {
  const std::string name = Peek().text;
  ++pos_;
  if (name == "frac") return ParseFraction();
  if (name == "sqrt" || name == "uroot" || name == "cbrt" || name == "cuberoot" ||
      name == "fourthroot") {
    return ParseRoot(name);
  }
  if (name == "binom") {
    if (Peek().Is("(")) return ParseManyArguments(Op::kBinomial);
    const NodeId n = ParseArgument();
    const NodeId k = n == kFailed ? kFailed : ParseArgument();
    return k == kFailed ? kFailed : tree_.Add(Op::kBinomial, {n, k});
  }
  if (name == "pi") return tree_.Add(Op::kPi);
  if (name == "infty") return tree_.Add(Op::kInfinity);
  if (name == "emptyset") return tree_.Add(Op::kEmptySet);
  if (name == "R") return tree_.Add(Op::kNamedSet, {}, "R");
  if (name.starts_with("bb")) {
    std::string set = name.substr(2);
    if (Peek().Is("^") && (Peek(1).Is("+") || Peek(1).Is("-") || Peek(1).Is("*"))) {
      set += Peek(1).text;
      pos_ += 2;
    } else if (Peek().Is("^") && Peek(1).Is("{") && Peek(3).Is("}")) {
      set += Peek(2).text;
      pos_ += 4;
    } else if (Peek().Is("_")) {
      ++pos_;
      set += "_" + RawArgument();
    }
    return Failed() ? kFailed : tree_.Add(Op::kNamedSet, {}, set);
  }
  if (name == "lfloor" || name == "lceil") {
    const NodeId inside = ParseList();
    if (inside == kFailed) return kFailed;
    if (!Peek().IsCommand(name == "lfloor" ? "rfloor" : "rceil")) return Unexpected();
    ++pos_;
    return tree_.Add(name == "lfloor" ? Op::kFloor : Op::kCeil, {inside});
  }
  if (name == "langle") return ParseBracket("langle");
  if (name == "det") {
    const NodeId matrix = ParsePrimary();
    if (matrix == kFailed) return kFailed;
    return tree_.at(matrix).op == Op::kMatrix ? tree_.Add(Op::kDeterminant, {matrix})
                                              : Unexpected();
  }
  if (name.starts_with("begin:")) return ParseEnvironment(std::string_view(name).substr(6));
  if (name == "log" || name == "lg") {
    --pos_;
    return ParseLogarithm();
  }
  if (FindFunction(name) != nullptr || name == "arccot") return ParseFunction(name);
  if (name == "cis") {  // cos x + i sin x
    const NodeId angle = ParseFunctionArgument(true);
    return angle == kFailed ? kFailed : Cis(angle);
  }
  if (name == "diag") return ParseDiagonal();
  if (name == "gcd") return ParseManyArguments(Op::kGcd);
  if (name == "lcm") return ParseManyArguments(Op::kLcm);
  if (name == "max") return ParseManyArguments(Op::kMax);
  if (name == "min") return ParseManyArguments(Op::kMin);
  if (name == "abs") return ParseManyArguments(Op::kAbs);
  if (name == "floor") return ParseManyArguments(Op::kFloor);
  if (name == "ceil") return ParseManyArguments(Op::kCeil);
  if (name == "factorial") return ParseManyArguments(Op::kFactorial);
  if (name == "sgn") return ParseManyArguments(Op::kSign);
  if (name == "Re" || name == "Im") return ParseManyArguments(name == "Re" ? Op::kRe : Op::kIm);
  if (name == "sum") return ParseBigOperator(Op::kSum);
  if (name == "prod") return ParseBigOperator(Op::kProduct);
  if (name == "int") return ParseIntegral();
  if (name == "lim") return ParseLimit();
  if (name == "overline" || name == "bar" || name == "vec" || name == "hat" || name == "tilde" ||
      name == "dot" || name == "ddot" || name == "overarc" || name == "overleftrightarrow" ||
      name == "widearc") {
    return ParseDecorated(name == "bar" ? "overline" : name);
  }
  if (name == "angle" || name == "triangle") {
    std::string letters = name + " ";
    while (Peek().kind == TokenKind::kLetter || Peek().kind == TokenKind::kNumber) {
      letters += Peek().text;
      ++pos_;
      if (Take("_")) letters += "_" + RawArgument();
      if (Failed() || letters.size() > 512) return kFailed;
    }
    if (name == "angle" && letters.size() == 9 && letters[8] < letters[6])
      std::swap(letters[6], letters[8]);  // \angle CBA is \angle ABC
    return letters.size() > name.size() + 1 ? tree_.Add(Op::kVar, {}, letters) : Unexpected();
  }
  --pos_;
  return Unexpected();
}

NodeId Parser::ParseFraction() {
  if (const NodeId derivative = ParseDerivative(); derivative != kFailed) return derivative;
  if (Peek().kind == TokenKind::kNumber && Peek().text.size() > 2 && !Peek().is_decimal) {
    return Fail("ambiguous-fraction");  // \frac123
  }
  // \frac{d}{dx} f asks for a derivative, which is not taken here.
  const std::string& head = Peek(1).text;
  const std::string& foot = Peek(4).text;
  if (Peek().Is("{") && (head == "d" || head == "partial") && Peek(2).Is("}") && Peek(3).Is("{") &&
      foot == head && Peek(5).kind == TokenKind::kLetter) {
    return Fail("not-mathematics");
  }
  const NodeId above = ParseArgument();
  const NodeId below = above == kFailed ? kFailed : ParseArgument();
  return below == kFailed ? kFailed : tree_.Add(Op::kDiv, {above, below});
}

// \frac{d^2 y}{d x^2} is one name, not a quotient of products: below the line stands d, one letter
// and perhaps a power, nothing else.
NodeId Parser::ParseDerivative() {
  if (!Peek().Is("{") || in_integral_) return kFailed;
  std::string text;
  std::size_t i = 1;
  for (int part = 0; part < 2; ++part) {
    const std::string head = Peek(i).text;
    if (Peek(i).kind != TokenKind::kLetter || (head != "d" && head != "partial")) return kFailed;
    std::size_t tokens = 0;
    std::size_t letters = 0;
    int open = 1;
    while (open > 0) {
      const Token& t = Peek(i++);
      if (t.kind == TokenKind::kEnd || t.Is("+") || t.Is("-") || text.size() > 64) return kFailed;
      if (t.kind == TokenKind::kLetter) ++letters;
      if (t.Is("{")) {
        ++open;
      } else if (t.Is("}")) {
        --open;
      } else {
        text += t.text;
        ++tokens;
      }
    }
    if (letters < 2 || (part == 1 && (letters != 2 || (tokens != 2 && tokens != 4))))
      return kFailed;
    if (part == 0) {
      if (!Peek(i).Is("{")) return kFailed;
      ++i;
      text += "/";
    }
  }
  pos_ += i;
  return tree_.Add(Op::kVar, {}, text);
}

// dy/dx and d^2y/dx^2 in a line, where nothing touches them.
NodeId Parser::ParsePlainDerivative() {
  if (Peek().text != "d" || in_integral_) return kFailed;
  std::string text;
  std::size_t i = 0;
  for (int part = 0; part < 2; ++part) {
    if (Peek(i).kind != TokenKind::kLetter || Peek(i).text != "d") return kFailed;
    text += part == 0 ? "d" : "/d";
    ++i;
    for (int piece = 0; piece < 2; ++piece) {  // above ^2 y, below x ^2
      const bool power = (part == 0) == (piece == 0);
      if (power && Peek(i).Is("^") && Peek(i + 1).kind == TokenKind::kNumber) {
        text += "^" + Peek(i + 1).text;
        i += 2;
      } else if (!power) {
        if (Peek(i).kind != TokenKind::kLetter) return kFailed;
        text += Peek(i).text;
        ++i;
      }
    }
    if (part == 0 && !Peek(i++).Is("/")) return kFailed;
  }
  const Token& next = Peek(i);
  if (next.kind == TokenKind::kLetter && next.space == Space::kNone) return kFailed;
  pos_ += i;
  return tree_.Add(Op::kVar, {}, text);
}

NodeId Parser::ParseRoot(const std::string& name) {
  NodeId index = kFailed;
  if (name == "sqrt" && Take("[")) {
    index = ParseSum();
    if (index == kFailed) return kFailed;
    if (!Take("]")) return Unexpected();
  } else {
    index = tree_.AddNumber(Rational(name == "cbrt" || name == "cuberoot" ? 3
                                     : name == "fourthroot"               ? 4
                                                                          : 2));
  }
  NodeId radicand = kFailed;
  if (Peek().kind == TokenKind::kNumber) {
    // TeX takes one digit, the writer of \sqrt12 meant two: nobody can tell.
    if (name == "sqrt" && Peek().text.size() > 1) return Fail("ambiguous-root");
    radicand = tree_.AddNumber(Peek().value);
    ++pos_;
  } else {
    radicand = ParsePrimary();
  }
  return radicand == kFailed ? kFailed : tree_.Add(Op::kRoot, {radicand, index});
}

// A bracket, or the factors up to the next operator or function: \sin 2x \cos x is sin(2x) cos(x).
NodeId Parser::ParseFunctionArgument(bool trigonometric) {
  if (Peek().Is("(") || Peek().Is("[") || Peek().Is("{") || Peek().Is("abs("))
    return ParsePrimary();
  bool negative = false;
  if (Peek().Is("-")) {
    negative = true;
    ++pos_;
  }
  std::vector<NodeId> factors;
  bool constant = true;
  do {
    const bool is_function =
        Peek().kind == TokenKind::kCommand &&
        (FindFunction(Peek().text) != nullptr || Peek().text == "log" || Peek().text == "lg");
    if (is_function && !factors.empty()) break;
    if (AtDifferential()) break;
    const NodeId factor = ParsePostfix(ParsePrimary());
    if (factor == kFailed) return kFailed;
    const Op op = tree_.at(factor).op;
    constant = constant && (op == Op::kNumber || op == Op::kPi);
    factors.push_back(factor);
    if (factors.size() > 64) return Fail("too-many-items");
    // \sin\theta(x+1) multiplies by the bracket; \ln x(x+1) and \sin 2(x+1) do not say so.
    if (trigonometric && op == Op::kVar && Peek().Is("(")) break;
  } while (StartsFactor() && Peek().kind != TokenKind::kNumber);
  if (factors.empty()) return Unexpected();
  NodeId argument = Product(std::move(factors));
  if (constant && Peek().Is("/") && Peek(1).kind == TokenKind::kNumber) {  // \cos 2\pi/3
    ++pos_;
    const NodeId below = tree_.AddNumber(Peek().value);
    ++pos_;
    argument = tree_.Add(Op::kDiv, {argument, below});
  }
  return negative ? tree_.Add(Op::kNeg, {argument}) : argument;
}

NodeId Parser::ParseFunction(const std::string& name) {
  NodeId exponent = kFailed;
  if (Take("^")) {
    exponent = ParseExponent();
    if (exponent == kFailed) return kFailed;
  }
  const NodeId argument = ParseFunctionArgument(name != "ln" && name != "exp");
  if (argument == kFailed) return kFailed;
  if (name == "arccot") {  // pi/2 - arctan x
    const NodeId half_pi = tree_.Add(Op::kDiv, {tree_.Add(Op::kPi), tree_.AddNumber(Rational(2))});
    return tree_.Add(Op::kAdd, {half_pi, tree_.Add(Op::kNeg, {Call(Function::kAtan, argument)})});
  }
  const FunctionRow* row = FindFunction(name);
  if (exponent == kFailed) return Call(row->function, argument);
  const Node& power = tree_.at(exponent);
  const bool inverse = power.op == Op::kNeg && tree_.at(power.kids[0]).op == Op::kNumber &&
                       tree_.at(power.kids[0]).number == Rational(1);
  if (inverse) {
    return row->inverse == row->function ? Fail("not-mathematics") : Call(row->inverse, argument);
  }
  return tree_.Add(Op::kPow, {Call(row->function, argument), exponent});
}

// \log_b x, \lg x (base ten); \log x without a base stays open: ten for some writers, e for others.
NodeId Parser::ParseLogarithm() {
  const bool decimal = Peek().text == "lg";
  ++pos_;
  NodeId base = decimal ? tree_.AddNumber(Rational(10)) : kFailed;
  NodeId exponent = kFailed;
  for (int k = 0; k < 2; ++k) {
    if (!decimal && base == kFailed && Take("_")) {
      if (Peek().kind == TokenKind::kNumber) {
        // \log_28 is ambiguous unless a bracket or space closes the base.
        if (Peek().text.size() > 1 && Peek(1).space == Space::kNone && !Peek(1).Is("(") &&
            !Peek(1).Is("{") && !Peek(1).Is("^") && Peek(1).kind != TokenKind::kLetter &&
            Peek(1).kind != TokenKind::kCommand) {
          base = ParseArgument();
        } else {
          base = tree_.AddNumber(Peek().value);
          ++pos_;
        }
      } else {
        base = ParsePrimary();
      }
      if (base == kFailed) return kFailed;
    } else if (exponent == kFailed && Take("^")) {
      exponent = ParseExponent();
      if (exponent == kFailed) return kFailed;
    }
  }
  const NodeId argument = ParseFunctionArgument(false);
  if (argument == kFailed) return kFailed;
  const NodeId log =
      base == kFailed ? tree_.Add(Op::kFreeLog, {argument}) : tree_.Add(Op::kLog, {argument, base});
  return exponent == kFailed ? log : tree_.Add(Op::kPow, {log, exponent});
}

NodeId Parser::ParseManyArguments(Op op) {
  const std::string_view close = Peek().Is("(")     ? ")"
                                 : Peek().Is("{")   ? "}"
                                 : Peek().Is("\\{") ? "\\}"
                                                    : "";
  if (close.empty()) return Unexpected();
  ++pos_;
  Items items;
  if (!ParseItems(&items)) return kFailed;
  if (!Take(close)) return Unexpected();
  const bool one = op == Op::kAbs || op == Op::kFloor || op == Op::kCeil || op == Op::kFactorial ||
                   op == Op::kSign || op == Op::kRe || op == Op::kIm;
  const std::size_t wanted = one ? 1 : op == Op::kBinomial ? 2 : items.nodes.size();
  if (items.nodes.size() != wanted) return Fail("not-mathematics");
  return tree_.Add(op, std::move(items.nodes));
}

// diag(1, 2): the matrix with these entries and noughts beside them.
NodeId Parser::ParseDiagonal() {
  Items items;
  if (!Take("(")) return Unexpected();
  if (!ParseItems(&items)) return kFailed;
  if (!Take(")")) return Unexpected();
  const std::size_t n = items.nodes.size();
  if (n * n > kMaxAnswerItems) return Fail("too-many-items");
  std::vector<NodeId> entries;
  for (std::size_t k = 0; k < n * n; ++k)
    entries.push_back(k % (n + 1) == 0 ? items.nodes[k / n] : tree_.AddNumber(Rational(0)));
  return tree_.Add(Op::kMatrix, std::move(entries), {}, static_cast<std::int32_t>(n));
}

// r\angle 60^\circ, a number of that argument: r cis 60^\circ.
NodeId Parser::ParsePolarAngle() {
  ++pos_;
  const bool negative = Take("-");
  NodeId angle = ParsePostfix(ParsePrimary());
  if (angle == kFailed) return kFailed;
  if (negative) angle = tree_.Add(Op::kNeg, {angle});
  return Cis(angle);
}

NodeId Parser::Cis(NodeId angle) {
  const NodeId sine = tree_.Add(Op::kMul, {tree_.Add(Op::kI), Call(Function::kSin, angle)});
  return tree_.Add(Op::kAdd, {Call(Function::kCos, angle), sine});
}

// \sum_{k=1}^{n} and \prod alike; the body is the product that follows.
NodeId Parser::ParseBigOperator(Op op) {
  std::string variable;
  NodeId low = kFailed;
  NodeId high = kFailed;
  for (int k = 0; k < 2; ++k) {
    if (low == kFailed && Take("_")) {
      if (!Take("{") || Peek().kind != TokenKind::kLetter) return Unexpected();
      variable = Peek().text;
      ++pos_;
      if (!Take("=")) return Unexpected();
      low = ParseSum();
      if (low == kFailed) return kFailed;
      if (!Take("}")) return Unexpected();
    } else if (high == kFailed && Take("^")) {
      high = ParseExponent();
      if (high == kFailed) return kFailed;
    }
  }
  if (low == kFailed || high == kFailed) return Unexpected();
  const std::size_t before = tree_.nodes.size();
  const NodeId body = ParseTerm();
  if (body == kFailed) return kFailed;
  for (std::size_t k = before; variable == "i" && k < tree_.nodes.size();
       ++k) {  // the index, not the root of -1
    if (tree_.nodes[k].op == Op::kI) {
      tree_.nodes[k].op = Op::kVar;
      tree_.nodes[k].text = "i";
    }
  }
  return tree_.Add(op, {low, high, body}, variable);
}

NodeId Parser::ParseIntegral() {
  NodeId low = kFailed;
  NodeId high = kFailed;
  for (int k = 0; k < 2; ++k) {
    if (low == kFailed && Take("_")) {
      const bool negative = Take("-");
      low = ParseArgument();
      if (low == kFailed) return kFailed;
      if (negative) low = tree_.Add(Op::kNeg, {low});
    } else if (high == kFailed && Take("^")) {
      high = ParseExponent();
      if (high == kFailed) return kFailed;
    }
  }
  if (low == kFailed || high == kFailed) return Unexpected();
  const bool outer = std::exchange(in_integral_, true);
  const int outer_depth = std::exchange(integral_depth_, depth_);
  const std::string outer_variable = std::exchange(differential_, {});
  const NodeId body = ParseSum();
  const std::string variable = std::exchange(differential_, outer_variable);
  in_integral_ = outer;
  integral_depth_ = outer_depth;
  if (body == kFailed) return kFailed;
  if (variable.empty()) return Unexpected();
  return tree_.Add(Op::kIntegral, {low, high, body}, variable);
}

NodeId Parser::ParseLimit() {
  if (!Take("_") || !Take("{") || Peek().kind != TokenKind::kLetter) return Unexpected();
  const std::string variable = Peek().text;
  ++pos_;
  if (!Peek().IsCommand("to")) return Unexpected();
  ++pos_;
  const bool outer = std::exchange(in_limit_, true);
  limit_side_ = 0;
  const NodeId target = ParseSum();
  in_limit_ = outer;
  if (target == kFailed) return kFailed;
  if (!Take("}")) return Unexpected();
  const int side = limit_side_;
  const NodeId body = ParseTerm();
  return body == kFailed ? kFailed : tree_.Add(Op::kLimit, {target, body}, variable, side);
}

}  // namespace fuseo1
