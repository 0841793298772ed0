// The one file that sees yaml-cpp. Its events become an arena of raw nodes, in which an alias is an
// index and not a copy, so that a bomb is counted before it is expanded; the arena then becomes the
// tree.
#include "base/yaml.h"

#include <yaml-cpp/depthguard.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <map>
#include <sstream>
#include <unordered_map>
#include <utility>

#include "base/file_guess.h"
#include "base/limits.h"
#include "base/text.h"

namespace fuseo1 {
namespace {

// The only way out of a parser that drives its handler: thrown here, caught below.
struct Refusal {
  Error error;
};

struct RawNode {
  YamlNode scalar;             // kList and kMap: kind and place only
  std::vector<int> children;   // maps: key, value, key, value …
  std::uint64_t expanded = 1;  // nodes, aliases replaced by what they stand for
  int height = 1;
  bool open = false;
  bool is_block_map = false;
};

class Builder : public YAML::EventHandler {
 public:
  Builder(std::string_view file, std::string_view text) : file_(file), text_(text) {}

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ > 1) {
      Refuse(ErrorCode::kUsage, mark,
             "a second YAML document begins here; a config is one document: put each recipe into a "
             "file of its own and merge them in turn (docs/configs.md, \"Several merges\")");
    }
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    // A line without ':' in a block mapping comes as a key whose missing value stands where it
    // does.
    if (!stack_.empty() && mark.pos == last_scalar_pos_ && !nodes_.back().scalar.quoted) {
      const RawNode& parent = nodes_[static_cast<std::size_t>(stack_.back())];
      if (parent.is_block_map && parent.children.size() % 2 == 1) {
        Refuse(ErrorCode::kUsage, mark, "text that belongs to no key: is a ':' missing?");
      }
    }
    // The library's mark is the next token's: what lacks a value is the ':' or '-' before it.
    YAML::Mark place = mark;
    const auto at =
        static_cast<std::size_t>(std::clamp(mark.pos, 0, static_cast<int>(text_.size())));
    const std::size_t before =
        at == 0 ? std::string_view::npos : text_.find_last_not_of(" \t\n", at - 1);
    if (before != std::string_view::npos && (text_[before] == ':' || text_[before] == '-')) {
      const std::string_view gap = text_.substr(before, at - before);
      if (const auto lines = std::count(gap.begin(), gap.end(), '\n'); lines > 0) {
        const std::size_t start = text_.rfind('\n', before);
        place.line -= static_cast<int>(lines);
        place.column =
            static_cast<int>(start == std::string_view::npos ? before : before - start - 1);
      }
    }
    Add(place, anchor, YamlNode{});
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    if (++aliases_ > kMaxYamlAliases) {
      Refuse(ErrorCode::kInput, mark,
             "more than " + std::to_string(kMaxYamlAliases) + " aliases (*name)");
    }
    const auto it = anchors_.find(anchor);
    if (it == anchors_.end()) {
      Refuse(ErrorCode::kUsage, mark, "an alias (*name) of an anchor that is not defined above");
    }
    if (nodes_[static_cast<std::size_t>(it->second)].open) {
      Refuse(ErrorCode::kInput, mark, "an alias (*name) inside the node that it stands for");
    }
    Attach(mark, it->second);
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    Add(mark, anchor, Scalar(mark, tag, value));
    last_scalar_pos_ = mark.pos;
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value /*style*/) override {
    Open(mark, tag, "tag:yaml.org,2002:seq", anchor, YamlKind::kList);
  }
  void OnSequenceEnd() override { Close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value style) override {
    Open(mark, tag, "tag:yaml.org,2002:map", anchor, YamlKind::kMap);
    nodes_.back().is_block_map = style == YAML::EmitterStyle::Block;
  }
  void OnMapEnd() override { Close(); }

  YamlDocument Finish() {
    YamlDocument document;
    if (root_ >= 0) {
      document.root = Expand(root_, &document.warnings);
    }
    return document;
  }

 private:
  [[noreturn]] void Refuse(ErrorCode code, int line, int column, const std::string& words) const {
    throw Refusal{Error(code, YamlPlace(file_, line, column) + ": " + words)};
  }
  [[noreturn]] void Refuse(ErrorCode code, const YAML::Mark& mark, const std::string& words) const {
    Refuse(code, mark.line + 1, mark.column + 1, words);
  }

  // As its author writes it: !!set for tag:yaml.org,2002:set.
  static std::string ShownTag(const std::string& tag) {
    constexpr std::string_view kStandard = "tag:yaml.org,2002:";
    return StartsWith(tag, kStandard) ? Quoted("!!" + tag.substr(kStandard.size()), 80)
                                      : Quoted(tag, 80);
  }

  YamlNode Scalar(const YAML::Mark& mark, const std::string& tag, const std::string& value) const {
    if (tag == "?" || tag.empty()) {
      return ResolveYamlScalar(value);
    }
    YamlNode node;
    node.kind = YamlKind::kText;
    node.quoted = true;
    node.text = value;
    if (tag == "!" || tag == "tag:yaml.org,2002:str") {
      CheckQuoteIsClosed(mark);
      return node;
    }
    YamlNode plain = ResolveYamlScalar(value);
    const bool is_number = plain.kind == YamlKind::kInt || plain.kind == YamlKind::kFloat;
    if ((tag == "tag:yaml.org,2002:int" && plain.kind == YamlKind::kInt) ||
        (tag == "tag:yaml.org,2002:float" && is_number) ||
        (tag == "tag:yaml.org,2002:bool" && plain.kind == YamlKind::kBool) ||
        (tag == "tag:yaml.org,2002:null" && plain.kind == YamlKind::kNull)) {
      return plain;
    }
    if (tag == "tag:yaml.org,2002:float") {
      return node;  // 1e-5: a number to everyone who reads it as one
    }
    Refuse(ErrorCode::kUsage, mark,
           "the tag " + ShownTag(tag) + " does not fit " + Quoted(value, 60) +
               "; a config needs no tags");
  }

  void Open(const YAML::Mark& mark, const std::string& tag, std::string_view standard,
            YAML::anchor_t anchor, YamlKind kind) {
    if (tag != "?" && tag != "!" && !tag.empty() && tag != standard) {
      Refuse(ErrorCode::kUsage, mark,
             "the tag " + ShownTag(tag) + " is not supported; a config needs no tags");
    }
    YamlNode node;
    node.kind = kind;
    const int index = Add(mark, anchor, std::move(node));
    nodes_[static_cast<std::size_t>(index)].open = true;
    stack_.push_back(index);
    CheckDepth(mark, 0);
  }

  void Close() {
    const int index = stack_.back();
    stack_.pop_back();
    RawNode& node = nodes_[static_cast<std::size_t>(index)];
    node.open = false;
    for (const int child : node.children) {
      const RawNode& raw = nodes_[static_cast<std::size_t>(child)];
      node.expanded += raw.expanded;
      node.height = std::max(node.height, raw.height + 1);
    }
  }

  int Add(const YAML::Mark& mark, YAML::anchor_t anchor, YamlNode node) {
    const int index = static_cast<int>(nodes_.size());
    node.line = mark.line + 1;
    node.column = mark.column + 1;
    RawNode raw;
    raw.scalar = std::move(node);
    nodes_.push_back(std::move(raw));
    if (anchor != 0) {
      anchors_[anchor] = index;
    }
    Attach(mark, index);
    return index;
  }

  void Attach(const YAML::Mark& mark, int index) {
    const RawNode& node = nodes_[static_cast<std::size_t>(index)];
    expanded_ += node.expanded;
    if (expanded_ > kMaxYamlExpandedNodes) {
      Refuse(ErrorCode::kInput, mark,
             "more than " + std::to_string(kMaxYamlExpandedNodes) +
                 " nodes, with aliases (*name) replaced by what they stand for");
    }
    CheckDepth(mark, node.height - 1);
    if (stack_.empty()) {
      root_ = index;
    } else {
      nodes_[static_cast<std::size_t>(stack_.back())].children.push_back(index);
    }
  }

  void CheckDepth(const YAML::Mark& mark, int height) const {
    if (static_cast<int>(stack_.size()) + height > kMaxYamlDepth) {
      Refuse(ErrorCode::kInput, mark,
             "nested deeper than " + std::to_string(kMaxYamlDepth) + " levels");
    }
  }

  YamlNode Expand(int index, std::vector<std::string>* warnings) const {
    const RawNode& raw = nodes_[static_cast<std::size_t>(index)];
    YamlNode node = raw.scalar;
    if (node.kind == YamlKind::kList) {
      for (const int child : raw.children) {
        node.items.push_back(Expand(child, warnings));
      }
    } else if (node.kind == YamlKind::kMap) {
      ExpandMap(raw, &node, warnings);
    }
    return node;
  }

  // Members of "<<" come first and lose against the map's own; of equal own keys the last wins.
  void ExpandMap(const RawNode& raw, YamlNode* node, std::vector<std::string>* warnings) const {
    std::unordered_map<std::string, std::size_t> own;
    std::vector<YamlMember> merged;
    for (std::size_t i = 0; i + 1 < raw.children.size(); i += 2) {
      const YamlNode& key = nodes_[static_cast<std::size_t>(raw.children[i])].scalar;
      if (key.kind == YamlKind::kList || key.kind == YamlKind::kMap) {
        Refuse(ErrorCode::kUsage, key.line, key.column,
               "a key must be text, not a list or mapping");
      }
      YamlMember member{key.text, key.line, key.column, Expand(raw.children[i + 1], warnings)};
      if (key.text == "<<" && !key.quoted) {
        Merge(std::move(member), &merged);
        continue;
      }
      const auto [it, is_new] = own.emplace(member.key, node->members.size());
      if (is_new) {
        node->members.push_back(std::move(member));
        continue;
      }
      YamlMember& earlier = node->members[it->second];
      const std::string words = YamlPlace(file_, member.line, member.column) + ": key " +
                                Quoted(member.key) + " occurs twice (first in line " +
                                std::to_string(earlier.line) + "); the last one counts";
      if (std::find(warnings->begin(), warnings->end(), words) == warnings->end() &&
          warnings->size() < 100) {
        warnings->push_back(words);
      }
      earlier = std::move(member);
    }
    for (YamlMember& member : merged) {
      if (own.emplace(member.key, node->members.size()).second) {
        node->members.push_back(std::move(member));
      }
    }
  }

  void Merge(YamlMember from, std::vector<YamlMember>* merged) const {
    std::vector<YamlNode> maps;
    if (from.value.kind == YamlKind::kList) {
      maps = std::move(from.value.items);
    } else {
      maps.push_back(std::move(from.value));
    }
    for (YamlNode& map : maps) {
      if (map.kind != YamlKind::kMap) {
        Refuse(ErrorCode::kUsage, from.line, from.column,
               "\"<<\" takes a mapping or a list of mappings, found " + DescribeYaml(map));
      }
      std::move(map.members.begin(), map.members.end(), std::back_inserter(*merged));
    }
  }

  // The library takes the end of the file for the end of a quoted text.
  void CheckQuoteIsClosed(const YAML::Mark& mark) const {
    const auto start = static_cast<std::size_t>(std::max(mark.pos, 0));
    const char quote = start < text_.size() ? text_[start] : ' ';
    if (quote != '"' && quote != '\'') {
      return;  // a block scalar
    }
    for (std::size_t i = start + 1; i < text_.size(); ++i) {
      if (quote == '"' && text_[i] == '\\') {
        ++i;
      } else if (text_[i] == quote) {
        if (quote == '"' || i + 1 == text_.size() || text_[i + 1] != quote) {
          return;
        }
        ++i;
      }
    }
    Refuse(ErrorCode::kUsage, mark, "a quote is never closed");
  }

  std::string_view file_;
  std::string_view text_;
  std::vector<RawNode> nodes_;
  std::vector<int> stack_;
  std::map<YAML::anchor_t, int> anchors_;
  std::uint64_t expanded_ = 0;
  int aliases_ = 0;
  int documents_ = 0;
  int last_scalar_pos_ = -1;
  int root_ = -1;
};

// What the library says, in words for the author of a config.
std::string Reworded(const std::string& message, std::string_view line) {
  const std::string_view indentation = line.substr(0, line.find_first_not_of(" \t"));
  if (indentation.find('\t') != std::string_view::npos) {
    return "a tab in the indentation: use spaces";
  }
  static const std::map<std::string_view, std::string_view> kWords = {
      {"bad file", "nested too deeply"},
      {"illegal map value",
       "a ':' that no value may follow here: is the indentation right, is a ':' missing in the "
       "line "
       "above, or does text need quotes?"},
      {"illegal map key", "a key that may not stand here: is the indentation right?"},
      {"illegal block entry", "a '-' that may not stand here: is the indentation right?"},
      {"end of map not found",
       "the mapping ends here unexpectedly: is the indentation right, is a ':' missing?"},
      {"end of sequence not found",
       "the list ends here unexpectedly: is the indentation right, is a '-' missing?"},
      {"end of map flow not found", "a '{' is never closed by '}', or a ',' is missing"},
      {"end of sequence flow not found", "a '[' is never closed by ']', or a ',' is missing"},
      {"illegal flow end", "a ']' or '}' that closes nothing"},
      {"unknown token", "a character that may not begin a value; text with it needs quotes"},
      {"illegal EOF in scalar", "a quote is never closed"},
      {"illegal document indicator in scalar", "a quote is never closed before the document ends"},
      {"illegal tab when looking for indentation", "a tab in the indentation: use spaces"},
      {"the referenced anchor is not defined",
       "an alias (*name) of an anchor that is not defined above"},
  };
  const auto it = kWords.find(message);
  return it != kWords.end() ? std::string(it->second) : Printable(message, 120);
}

// The line around a byte.
std::string_view LineAt(std::string_view text, int offset) {
  const std::size_t at = std::min(static_cast<std::size_t>(std::max(offset, 0)), text.size());
  const std::size_t start = at == 0 ? 0 : text.rfind('\n', at - 1) + 1;
  return text.substr(start, text.find('\n', start) - start);
}

// Line and column of a byte, counted as the library counts: from 1, in bytes of the line.
std::pair<int, int> PlaceOf(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, offset);
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const std::size_t start = before.rfind('\n');
  return {static_cast<int>(line),
          static_cast<int>(start == std::string_view::npos ? offset + 1 : offset - start)};
}

// Bytes that no config holds, and more structure than one has: before the library, which queues
// every token of a flow collection, sees the text.
Status CheckRaw(std::string_view text, std::string_view file) {
  std::uint64_t structure = 0;  // nodes, roughly: an item for each ',', key and value for each ':'
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const char next = i + 1 < text.size() ? text[i + 1] : '\n';
    if (c == '[' || c == '{' || c == ',') {
      structure += 1;
    } else if (c == ':' && (next == ' ' || next == '\n')) {
      structure += 2;
    }
    const auto byte = static_cast<unsigned char>(c);
    if ((byte < 0x20 && c != '\n' && c != '\t') || byte == 0x7f) {
      const auto [line, column] = PlaceOf(text, i);
      return InputError(YamlPlace(file, line, column) + ": the byte " +
                        Quoted(std::string_view(&c, 1)) + " is no text: this is not a YAML file");
    }
    if (structure > kMaxYamlExpandedNodes) {
      const auto [line, column] = PlaceOf(text, i);
      return InputError(YamlPlace(file, line, column) + ": more than " +
                        std::to_string(kMaxYamlExpandedNodes) + " nodes");
    }
  }
  if (!IsValidUtf8(text)) {
    std::size_t good = 0;  // the longest valid beginning, by halving
    std::size_t bad = text.size();
    while (good + 1 < bad) {
      const std::size_t middle = good + (bad - good) / 2;
      // A beginning that ends inside a character is as good as the character's start.
      std::size_t cut = middle;
      while (cut > good && (static_cast<unsigned char>(text[cut]) & 0xC0U) == 0x80U) {
        --cut;
      }
      (IsValidUtf8(text.substr(0, cut)) && cut > good ? good : bad) = cut > good ? cut : middle;
    }
    const auto [line, column] = PlaceOf(text, good);
    return InputError(YamlPlace(file, line, column) + ": not UTF-8 text");
  }
  return {};
}

std::string WithLfLineEnds(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\r') {
      out += text[i];
    } else if (i + 1 == text.size() || text[i + 1] != '\n') {
      out += '\n';
    }
  }
  return out;
}

}  // namespace

Result<YamlDocument> ParseYaml(std::string_view text, std::string_view file) {
  if (text.size() > kMaxYamlBytes) {
    return InputError(YamlPlace(file, 1, 1) + ": the file has " + std::to_string(text.size()) +
                      " bytes, a config has at most " + std::to_string(kMaxYamlBytes));
  }
  if (StartsWith(text, "\xEF\xBB\xBF")) {
    text.remove_prefix(3);
  }
  if (const FileGuess guess = GuessFile(text); !guess.what.empty()) {
    return Error(guess.is_text ? ErrorCode::kUsage : ErrorCode::kInput,
                 YamlPlace(file, 1, 1) + ": " + guess.Message("a merge config in YAML"));
  }
  const std::string clean = WithLfLineEnds(text);
  FUSEO1_TRY_VOID(CheckRaw(clean, file));
  Builder builder(file, clean);
  try {
    std::istringstream stream(clean);
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
    return builder.Finish();
  } catch (const Refusal& refusal) {
    return refusal.error;
  } catch (const YAML::DeepRecursion& e) {
    return InputError(YamlPlace(file, e.mark.line + 1, e.mark.column + 1) +
                      ": nested deeper than " + std::to_string(kMaxYamlDepth) + " levels");
  } catch (const YAML::Exception& e) {
    return UsageError(YamlPlace(file, e.mark.line + 1, e.mark.column + 1) + ": " +
                      Reworded(e.msg, LineAt(clean, e.mark.pos)));
  }
}

}  // namespace fuseo1
