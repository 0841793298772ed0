#include "cli/process.h"

#include <fcntl.h>
#include <malloc.h>
#include <sys/time.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <exception>
#include <initializer_list>
#include <new>

namespace fuseo1 {
namespace {

constexpr int kLargeBlockBytes = 4 << 20;
constexpr int kKeptBytes = 8 << 20;
constexpr int kGrowthBytes = 1 << 20;
constexpr int kSystemExit = 4;
constexpr int kInterruptedExit = 6;
constexpr int kBugExit = 70;
constexpr suseconds_t kGraceMicroseconds = 800'000;  // beside one second

std::atomic<bool> g_stop{false};
std::atomic<bool> g_scope_open{false};
static_assert(std::atomic<bool>::is_always_lock_free, "used in a signal handler");

// Everything below that a handler calls is async-signal-safe on Linux.
void Say(const char* text) {
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, text, std::strlen(text));
}

[[noreturn]] void EndInterrupted() {
  Say("\nfuseo1: error: interrupted; run the same command again to go on\n");
  ::_exit(kInterruptedExit);
}

void OnSignal(int /*signal*/) {
  if (!g_scope_open.load() || g_stop.exchange(true)) {
    EndInterrupted();
  }
  const itimerval grace{.it_interval = {}, .it_value = {1, kGraceMicroseconds}};
  ::setitimer(ITIMER_REAL, &grace, nullptr);
}

void OnAlarm(int /*signal*/) { EndInterrupted(); }

void Handle(int signal, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  ::sigaction(signal, &action, nullptr);
}

void OpenStandardStreams() {
  for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(descriptor, F_GETFD) == -1) {
      // open() gives the lowest free number, which is this one.
      [[maybe_unused]] const int opened = ::open("/dev/null", O_RDWR);
    }
  }
}

[[noreturn]] void OnNoMemory() {
  Say("fuseo1: error: out of memory: the system gives no more; lower --memory or --threads, or "
      "raise the limit\n");
  ::_exit(kSystemExit);
}

[[noreturn]] void OnTerminate() {
  Say("fuseo1: error: a bug in fuseo1 (an exception reached nobody); please report it\n");
  ::_exit(kBugExit);
}

}  // namespace

void PrepareProcess() {
  OpenStandardStreams();
  std::set_new_handler(OnNoMemory);
  std::set_terminate(OnTerminate);
  // Large blocks go back to the system when they are freed. By default the limit grows with every
  // large block freed, and headers of many tensors would leave holes.
  ::mallopt(M_MMAP_THRESHOLD, kLargeBlockBytes);
  // Each tensor takes and frees the same small ones: what it frees stays for the next.
  ::mallopt(M_TRIM_THRESHOLD, kKeptBytes);
  ::mallopt(M_TOP_PAD, kGrowthBytes);
  Handle(SIGPIPE, SIG_IGN);
  Handle(SIGXFSZ, SIG_IGN);
  Handle(SIGINT, OnSignal);
  Handle(SIGTERM, OnSignal);
  Handle(SIGALRM, OnAlarm);
  struct sigaction hangup {};
  if (::sigaction(SIGHUP, nullptr, &hangup) != 0 || hangup.sa_handler != SIG_IGN) {
    Handle(SIGHUP, OnSignal);
  }
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGALRM}) {
    sigaddset(&signals, signal);
  }
  ::sigprocmask(SIG_UNBLOCK, &signals, nullptr);
}

StopScope::StopScope() { g_scope_open = true; }

StopScope::~StopScope() {
  g_scope_open = false;
  const itimerval none{};
  ::setitimer(ITIMER_REAL, &none, nullptr);
}

const std::atomic<bool>* StopScope::stop() const { return &g_stop; }

}  // namespace fuseo1
