#include "budget_timer.h"

#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>

namespace {

constexpr int64_t kNsPerSecond = 1'000'000'000;
// How far from the wanted time a timer may fire that was set for an earlier slice.
constexpr int64_t kTolerance = 50'000;

}  // namespace

// What the signal handler reaches.
struct BudgetTimerSignal {
  static thread_local BudgetTimer timer;

  static void Handle(int, siginfo_t* info, void*) {
    // VcpuThread sends it, too, to end a system call. Nobody else has a reason to; whoever does stops no guest.
    if (info->si_code != SI_TIMER) return;
    timer.armed_for_ = 0;
    if (kvm_run* run = timer.run_) *const_cast<volatile __u8*>(&run->immediate_exit) = 1;
  }

  // The number of the signal, or a negative errno. Asked once for the whole process.
  static int Number() {
    static const int number = Install();
    return number;
  }

  static int Install() {
    for (int number = SIGRTMAX; number >= SIGRTMIN; number--) {
      struct sigaction current {};
      if (::sigaction(number, nullptr, &current) != 0) continue;
      if ((current.sa_flags & SA_SIGINFO) != 0 || current.sa_handler != SIG_DFL) continue;
      struct sigaction action {};
      action.sa_sigaction = Handle;
      action.sa_flags = SA_SIGINFO | SA_RESTART | SA_ONSTACK;
      ::sigfillset(&action.sa_mask);
      if (::sigaction(number, &action, nullptr) == 0) return number;
    }
    return -EBUSY;
  }
};

thread_local BudgetTimer BudgetTimerSignal::timer;

BudgetTimer& BudgetTimer::OfThisThread() { return BudgetTimerSignal::timer; }

int BudgetTimer::SignalNumber() { return BudgetTimerSignal::Number(); }

int64_t BudgetTimer::Now() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * kNsPerSecond + now.tv_nsec;
}

void BudgetTimer::Watch(kvm_run* run) {
  run_ = run;
  *const_cast<volatile __u8*>(&run->immediate_exit) = 0;
  // A signal that comes from here on sets it again; one that came before has reset armed_for_, which Arm looks at next.
  std::atomic_signal_fence(std::memory_order_seq_cst);
}

int64_t BudgetTimer::Arm(int64_t deadline) {
  const int64_t armed_for = armed_for_;
  if (armed_for != 0 && std::llabs(armed_for - deadline) <= kTolerance) return armed_for;
  if (!created_) {
    const int error = Create();
    if (error != 0) return -error;
  }
  armed_for_ = deadline;
  std::atomic_signal_fence(std::memory_order_seq_cst);
  itimerspec when{};
  when.it_value.tv_sec = deadline / kNsPerSecond;
  when.it_value.tv_nsec = deadline % kNsPerSecond;
  if (::timer_settime(timer_, TIMER_ABSTIME, &when, nullptr) != 0) return -errno;
  return deadline;
}

void BudgetTimer::Disarm() {
  if (armed_for_ == 0) return;
  const itimerspec never{};
  ::timer_settime(timer_, 0, &never, nullptr);
  armed_for_ = 0;
}

void BudgetTimer::Forget(const kvm_run* run) {
  if (run_ != run) return;
  Disarm();
  run_ = nullptr;
}

int BudgetTimer::Create() {
  const int number = BudgetTimerSignal::Number();
  if (number < 0) return -number;
  sigevent event{};
  event.sigev_notify = SIGEV_THREAD_ID;
  event.sigev_signo = number;
#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid
#endif
  event.sigev_notify_thread_id = static_cast<pid_t>(::syscall(SYS_gettid));
  if (::timer_create(CLOCK_MONOTONIC, &event, &timer_) != 0) return errno;
  created_ = true;
  // A thread may have been started with all signals blocked.
  sigset_t set;
  ::sigemptyset(&set);
  ::sigaddset(&set, number);
  ::pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
  return 0;
}

BudgetTimer::~BudgetTimer() {
  run_ = nullptr;
  if (created_) ::timer_delete(timer_);
}
