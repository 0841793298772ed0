#include "eval/commands/metrics_json.h"

#include <fmt/format.h>

#include "base/text.h"

namespace fuseo1 {
namespace {

void AddConsensus(const Consensus& consensus, Json& json) {
  json[fmt::format("cons@{}", consensus.samples_per_item)] = consensus.score.value;
  json["cons_stderr"] = consensus.score.standard_error;
  json["cons_ci95"] = {consensus.score.ci95.low, consensus.score.ci95.high};
  json["tied_items"] = consensus.tied_items;
  json["tie_expected"] = consensus.tie_expected;
}

std::string Percent(double share) { return fmt::format("{:.1f}", share * 100); }

std::string EstimateText(const Estimate& estimate) {
  return fmt::format("{} % ± {} (95 % interval {} to {})", Percent(estimate.value),
                     Percent(estimate.standard_error), Percent(estimate.ci95.low),
                     Percent(estimate.ci95.high));
}

std::string GroupText(std::string_view title, const std::map<std::string, MetricSet>& groups) {
  std::string text;
  for (const auto& [name, metrics] : groups) {
    text += fmt::format("  {} {}: {} % of {} items\n", title, Printable(name, 60),
                        Percent(metrics.pass_at_1.value), metrics.items);
  }
  return text;
}

}  // namespace

Json MetricsJson(const MetricSet& metrics) {
  Json json = {{"items", metrics.items},
               {"samples", metrics.samples},
               {"pass@1", metrics.pass_at_1.value},
               {"stderr", metrics.pass_at_1.standard_error},
               {"ci95", {metrics.pass_at_1.ci95.low, metrics.pass_at_1.ci95.high}}};
  for (const auto& [k, estimate] : metrics.pass_at_k) {
    json[fmt::format("pass@{}", k)] = estimate.value;
  }
  if (metrics.consensus) {
    AddConsensus(*metrics.consensus, json);
  }
  if (metrics.published_consensus) {
    Json published = Json::object();
    AddConsensus(*metrics.published_consensus, published);
    json["published_vote"] = published;
  }
  json["unparsed_rate"] = metrics.unparsed_rate;
  json["truncation_rate"] = metrics.truncation_rate;
  json["timeout_rate"] = metrics.timeout_rate;
  if (metrics.mean_completion_tokens) {
    json["mean_completion_tokens"] = *metrics.mean_completion_tokens;
  }
  for (const auto& [key, groups] : {std::pair("by_difficulty", &metrics.by_difficulty),
                                    std::pair("by_subject", &metrics.by_subject)}) {
    for (const auto& [name, group] : *groups) {
      json[key][name] = MetricsJson(group);
    }
  }
  return json;
}

std::string MetricsText(const BenchmarkDef& benchmark, const MetricSet& metrics) {
  std::string text =
      fmt::format("{}: {} items, {} samples\n", benchmark.title, metrics.items, metrics.samples);
  text += fmt::format("  pass@1: {}\n", EstimateText(metrics.pass_at_1));
  for (const auto& [k, estimate] : metrics.pass_at_k) {
    if ((k & (k - 1)) == 0) {
      text += fmt::format("  pass@{}: {}\n", k, EstimateText(estimate));
    }
  }
  if (metrics.consensus && metrics.consensus->samples_per_item > 1) {
    text += fmt::format("  cons@{}: {}; {} tied items, with ties shared {} %\n",
                        metrics.consensus->samples_per_item, EstimateText(metrics.consensus->score),
                        metrics.consensus->tied_items, Percent(metrics.consensus->tie_expected));
    text += fmt::format("  cons@{} by the published vote: {} %\n",
                        metrics.published_consensus->samples_per_item,
                        Percent(metrics.published_consensus->score.value));
  }
  text += fmt::format("  unparsed {} %, truncated {} %, timed out {} %\n",
                      Percent(metrics.unparsed_rate), Percent(metrics.truncation_rate),
                      Percent(metrics.timeout_rate));
  if (metrics.mean_completion_tokens) {
    text += fmt::format("  tokens per answer: {:.0f}\n", *metrics.mean_completion_tokens);
  }
  return text + GroupText("difficulty", metrics.by_difficulty) +
         GroupText("subject", metrics.by_subject);
}

}  // namespace fuseo1
