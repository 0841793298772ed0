#include "publish/chat_templates.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"

namespace fuseo1 {
namespace {

constexpr std::size_t kMinTemplateBytes = 20;

struct NamedTemplate {
  std::string_view name;
  std::string_view text;
};

// Written from the prompt formats that the model families publish. Each writes a BOS only where the
// format has one, and opens the assistant's turn where add_generation_prompt asks for it.
constexpr std::array<NamedTemplate, 5> kTemplates = {{
    {"alpaca",
     "{%- for message in messages -%}\n"
     "{%- if message['role'] == 'user' -%}\n"
     "{{- '### Instruction:\\n' + message['content'] + '\\n\\n' -}}\n"
     "{%- elif message['role'] == 'assistant' -%}\n"
     "{{- '### Response:\\n' + message['content'] + eos_token + '\\n\\n' -}}\n"
     "{%- else -%}\n"
     "{{- message['content'] + '\\n\\n' -}}\n"
     "{%- endif -%}\n"
     "{%- endfor -%}\n"
     "{%- if add_generation_prompt -%}\n"
     "{{- '### Response:\\n' -}}\n"
     "{%- endif -%}"},
    {"chatml",
     "{%- for message in messages -%}\n"
     "{{- '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>\\n' -}}\n"
     "{%- endfor -%}\n"
     "{%- if add_generation_prompt -%}\n"
     "{{- '<|im_start|>assistant\\n' -}}\n"
     "{%- endif -%}"},
    {"exaone",
     "{%- if messages and messages[0]['role'] != 'system' -%}\n"
     "{{- '[|system|][|endofturn|]\\n' -}}\n"
     "{%- endif -%}\n"
     "{%- for message in messages -%}\n"
     "{{- '[|' + message['role'] + '|]' + message['content'] -}}\n"
     "{%- if message['role'] == 'user' -%}\n"
     "{{- '\\n' -}}\n"
     "{%- else -%}\n"
     "{{- '[|endofturn|]\\n' -}}\n"
     "{%- endif -%}\n"
     "{%- endfor -%}\n"
     "{%- if add_generation_prompt -%}\n"
     "{{- '[|assistant|]' -}}\n"
     "{%- endif -%}"},
    {"llama3",
     "{{- bos_token -}}\n"
     "{%- for message in messages -%}\n"
     "{{- '<|start_header_id|>' + message['role'] + '<|end_header_id|>\\n\\n' -}}\n"
     "{{- message['content'] | trim + '<|eot_id|>' -}}\n"
     "{%- endfor -%}\n"
     "{%- if add_generation_prompt -%}\n"
     "{{- '<|start_header_id|>assistant<|end_header_id|>\\n\\n' -}}\n"
     "{%- endif -%}"},
    {"mistral",
     "{{- bos_token -}}\n"
     "{%- set turn = namespace(system='') -%}\n"
     "{%- for message in messages -%}\n"
     "{%- if message['role'] == 'system' -%}\n"
     "{%- set turn.system = message['content'] + '\\n\\n' -%}\n"
     "{%- elif message['role'] == 'user' -%}\n"
     "{{- '[INST] ' + turn.system + message['content'] + ' [/INST]' -}}\n"
     "{%- set turn.system = '' -%}\n"
     "{%- else -%}\n"
     "{{- ' ' + message['content'] + eos_token -}}\n"
     "{%- endif -%}\n"
     "{%- endfor -%}"},
}};

}  // namespace

std::optional<std::string_view> BuiltinTemplate(std::string_view name) {
  for (const NamedTemplate& known : kTemplates) {
    if (known.name == name) {
      return known.text;
    }
  }
  return std::nullopt;
}

Result<std::optional<std::string>> ResolveChatTemplate(
    std::string_view setting, const std::vector<std::string>& templates_of_models) {
  if (setting == "auto") {
    std::string best;
    std::ptrdiff_t best_count = 0;
    std::vector<std::string_view> stripped;
    for (const std::string& text : templates_of_models) {
      stripped.push_back(Trim(text));
    }
    for (const std::string_view text : stripped) {
      const auto count = std::count(stripped.begin(), stripped.end(), text);
      if (!text.empty() && count > best_count) {
        best = text;
        best_count = count;
      }
    }
    return best.empty() ? std::optional<std::string>() : best;
  }
  if (const auto builtin = BuiltinTemplate(setting)) {
    return std::optional<std::string>(*builtin);
  }
  if (setting.size() < kMinTemplateBytes || !Contains(setting, "{")) {
    return UsageError(fmt::format(
        "chat_template: {} is neither \"auto\", nor alpaca, chatml, exaone, llama3 or mistral, nor "
        "the text of a template (at least {} bytes, with a '{{')",
        Quoted(setting), kMinTemplateBytes));
  }
  return std::optional<std::string>(setting);
}

}  // namespace fuseo1
