#include "eval/grade/strict/expand.h"

#include <algorithm>
#include <utility>

namespace fuseo1 {
namespace {

constexpr std::size_t kMaxExpanded = 1024;

void CollectSigns(const Tree& tree, NodeId id, std::vector<unsigned>* bits) {
  const Node& node = tree.at(id);
  if (node.op == Op::kPlusMinus) {
    const unsigned bit = tree.has_minus_plus ? 0U : static_cast<unsigned>(node.aux);
    if (std::find(bits->begin(), bits->end(), bit) == bits->end()) bits->push_back(bit);
  }
  for (const NodeId kid : node.kids) CollectSigns(tree, kid, bits);
}

}  // namespace

Items Expand(const Expr& e) {
  Items out;
  const Node& node = e.node();
  std::vector<NodeId> roots = {e.id};
  if (node.op == Op::kList || node.op == Op::kSet) {
    roots = node.kids;
    out.many = true;
  }
  if (node.op == Op::kEmptySet) {
    roots.clear();
    out.many = true;
  }
  for (const NodeId root : roots) {
    std::vector<unsigned> bits;
    if (e.tree->signs > 0 && e.signs == 0) CollectSigns(*e.tree, root, &bits);
    if (!bits.empty()) out.many = true;
    for (std::uint32_t choice = 0; choice < (1U << bits.size()); ++choice) {
      Expr item = e.With(root);
      for (std::size_t k = 0; k < bits.size(); ++k) {
        if (((choice >> k) & 1U) != 0) item.signs |= 1U << bits[k];
      }
      // The bit above all signs says "already expanded", so that the plus choice is not expanded
      // again.
      if (!bits.empty()) item.signs |= 1U << 31U;
      if (out.items.size() < kMaxExpanded) out.items.push_back(std::move(item));
    }
  }
  return out;
}

std::optional<Tree> ChainAsList(const Expr& e) {
  const Node chain = e.node();
  if (chain.op != Op::kRelation || chain.text.size() < 2 ||
      chain.text.find_first_not_of("<>lg") != std::string::npos) {
    return std::nullopt;
  }
  Tree tree = *e.tree;
  std::vector<NodeId> links;
  for (std::size_t k = 0; k + 1 < chain.kids.size(); ++k) {
    links.push_back(
        tree.Add(Op::kRelation, {chain.kids[k], chain.kids[k + 1]}, chain.text.substr(k, 1)));
  }
  tree.root = tree.Add(Op::kList, std::move(links), {}, 'a');
  return tree;
}

}  // namespace fuseo1
