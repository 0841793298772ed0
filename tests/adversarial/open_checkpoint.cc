// Opens the model that it is given and ends with the error's exit code. Between two opens of names
// that exist nowhere, so that a trace of its system calls shows which files the model cost.
#include <fcntl.h>

#include <cstdio>

#include "checkpoint/checkpoint.h"

int main(int count, char** arguments) {
  if (count != 2) {
    return 2;
  }
  fuseo1::ModelRef ref;
  ref.path = arguments[1];
  open("/fuseo1-trace-begins", O_RDONLY | O_CLOEXEC);
  const auto checkpoint = fuseo1::OpenCheckpoint(fuseo1::PosixFileSystem(), ref);
  open("/fuseo1-trace-ends", O_RDONLY | O_CLOEXEC);
  if (!checkpoint.ok()) {
    std::fprintf(stderr, "%s\n", checkpoint.error().message().c_str());
    return checkpoint.error().exit_code();
  }
  return 0;
}
