// Edits of token lists, for the files of lexer_*.cc only.
#pragma once

#include <initializer_list>
#include <string_view>
#include <vector>

#include "eval/grade/strict/lexer.h"

namespace fuseo1 {

// How many tokens the words take at `at`, one each; two letters may spell a word of two. 0: they do
// not stand there.
std::size_t Phrase(const std::vector<Token>& in, std::size_t at,
                   std::initializer_list<std::string_view> words);

bool IsPlainWord(const Token& token, std::string_view word);

// A token in the place of another.
Token Made(const Token& place, TokenKind kind, std::string_view text);

void Replace(std::vector<Token>* in, std::size_t at, std::size_t count, TokenKind kind,
             std::string_view text);

void EraseFront(std::vector<Token>* in, std::size_t count);

// Names of sets, congruences, conditions on letters: "all real numbers", "(mod 5)", "for integer
// k".
void FinishSets(std::vector<Token>* in);

// What says nothing about the value: "The answer is", \therefore, "exactly".
void DropNoise(std::vector<Token>* in);

// Congruences: "(mod 5)", "4 | n", "n is divisible by 4".
void FinishCongruences(std::vector<Token>* in);

// "n is even", "all odd n", "odd integers n" as congruences of the letter.
void ReadParity(std::vector<Token>* in);

// A condition in brackets or after "for" at the end becomes a further item.
void FinishConditions(std::vector<Token>* in);

}  // namespace fuseo1
