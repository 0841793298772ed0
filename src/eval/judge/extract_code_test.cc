#include "eval/judge/extract_code.h"

#include <gtest/gtest.h>

namespace fuseo1 {
namespace {

TEST(ExtractCode, TakesTheLastClosedPythonBlock) {
  EXPECT_EQ(ExtractCode("a\n```python\nA\n```\nb\n```py\nB\n```\n"), "B\n");
  EXPECT_EQ(ExtractCode("```python\nA\n```\n```\noutput\n```\n"), "A\n");
  EXPECT_EQ(ExtractCode("```cpp\nA\n```\n```\nB\n```"), "B\n");
  EXPECT_EQ(ExtractCode("```Python3\r\nA\r\n```\r\n"), "A\r\n");
  EXPECT_EQ(ExtractCode("````python\n```\nA\n````"), "```\nA\n");
}

TEST(ExtractCode, AnOpenBlockHidesNoClosedOne) {
  EXPECT_EQ(ExtractCode("```python\nA\n```\ntext\n```python\nB"), "A\n");
  EXPECT_EQ(ExtractCode("```python\nlost\n```python\nA\n```\n"), "A\n");
  EXPECT_EQ(ExtractCode("```python\nA\n```\n```\n"), "A\n");
  EXPECT_EQ(ExtractCode("```python\nA"), "");
  EXPECT_EQ(ExtractCode(""), "");
  EXPECT_EQ(ExtractCode("use `x` and ```inline``` only"), "");
}

TEST(ExtractCode, TakesTheIndentationOfAListOrQuotationAway) {
  EXPECT_EQ(ExtractCode("  ```python\n  A\n    B\nC\n  ```"), "A\n  B\nC\n");
  EXPECT_EQ(ExtractCode("1. So:\n\n   ```python\n   if x:\n       y\n   ```\n"), "if x:\n    y\n");
  EXPECT_EQ(ExtractCode("> ```python\n> if x:\n>     y\n> ```\n"), "if x:\n    y\n");
  // A fence further in is text of the block.
  EXPECT_EQ(
      ExtractCode("```python\ndef f():\n    \"\"\"\n    ```\n    f()\n    ```\n    \"\"\"\n```"),
      "def f():\n    \"\"\"\n    ```\n    f()\n    ```\n    \"\"\"\n");
}

TEST(ExtractCode, ReadsFencesThatShareTheirLine) {
  EXPECT_EQ(ExtractCode("Here it is: ```python\nA\n```"), "A\n");
  EXPECT_EQ(ExtractCode("```python\nA\nprint(1)```\nDone."), "A\nprint(1)");
  EXPECT_EQ(ExtractCode("```{.python}\nA\n```\n```\nB\n```"), "A\n");
  EXPECT_EQ(ExtractCode("```python\nA\n```\nas in `x` ```y``` and ```python"), "A\n");
}

TEST(ExtractCode, LooksAfterTheReasoningFirst) {
  EXPECT_EQ(ExtractCode("```python\nA\n```</think>\n```\nB\n```"), "B\n");
  EXPECT_EQ(ExtractCode("```python\nA\n```<|end_of_thought|>\n```\nB\n```<|end_of_solution|>"),
            "B\n");
  EXPECT_EQ(ExtractCode("<think>\n```python\nA\n```\n</think> so that is it"), "A\n");
}

TEST(ExtractCode, LiveCodeBenchTakesTheTextBetweenTheLastTwoFences) {
  EXPECT_EQ(ExtractCodeLcb("```python\nA\nB\n```\n"), "A\nB");
  EXPECT_EQ(ExtractCodeLcb("```python\nA\n```\ntext\n```python\nB"), "text");
  EXPECT_EQ(ExtractCodeLcb("only ``` one"), "");
  EXPECT_EQ(ExtractCodeLcb("```\n```"), "");
}

}  // namespace
}  // namespace fuseo1
