#include "eval/judge/harness.h"

#include "base/embed.h"

namespace fuseo1 {
namespace {

FUSEO1_EMBED(FunctionalText, FUSEO1_HARNESS_FOLDER "/functional.py")
FUSEO1_EMBED(FunctionalMainText, FUSEO1_HARNESS_FOLDER "/functional_main.py")
FUSEO1_EMBED(CallsMainText, FUSEO1_HARNESS_FOLDER "/calls_main.py")
FUSEO1_EMBED(AssertsText, FUSEO1_HARNESS_FOLDER "/asserts.py")

}  // namespace

const std::string& HarnessText(JudgeMode mode) {
  static const std::string none,
      functional = std::string(FunctionalText()) + std::string(FunctionalMainText()),
      calls = std::string(FunctionalText()) + std::string(CallsMainText()), asserts(AssertsText());
  switch (mode) {
    case JudgeMode::kStdin:
      return none;
    case JudgeMode::kFunctional:
      return functional;
    case JudgeMode::kAsserts:
      return asserts;
    case JudgeMode::kCalls:
      return calls;
  }
  return none;
}

std::string_view PreambleText() {
  return "from string import *;from re import *;from datetime import *;from collections import *;"
         "from heapq import *;from bisect import *;from copy import *;from math import *;from "
         "random import *;"
         "from statistics import *;from itertools import *;from functools import *;from operator "
         "import *;"
         "from io import *;from sys import *;from json import *;from builtins import *;from typing "
         "import *;"
         "import "
         "string,re,datetime,collections,heapq,bisect,copy,math,random,statistics,itertools,"
         "functools,"
         "operator,io,sys,json;sys.setrecursionlimit(50000)\n";
}

}  // namespace fuseo1
