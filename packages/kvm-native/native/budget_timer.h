#pragma once

#include <linux/kvm.h>
#include <time.h>

#include <cstdint>

// Ends KVM_RUN when its time is up. One POSIX timer a thread, whose signal goes to that very thread and sets
// `immediate_exit` in the kvm_run page of the vCPU that the thread is running: KVM_RUN then returns EINTR, also if the
// signal came just before the guest was entered.
//
// The signal is a real-time one, the highest that nobody in the process had a handler for when the first VM ran (Node
// uses none of them). Handlers of other signals are left alone; those signals only make KVM_RUN return early, and it is
// entered again.
class BudgetTimer {
 public:
  // The calling thread's.
  static BudgetTimer& OfThisThread();

  // Monotonic time in nanoseconds.
  static int64_t Now();
  // The signal, or a negative errno. Sent by anybody else than a timer it only takes a thread out of KVM_RUN.
  static int SignalNumber();

  // From now on `run` is what the timer stops. Clears its `immediate_exit`.
  void Watch(kvm_run* run);
  bool watches(const kvm_run* run) const { return run_ == run; }
  // The timer is to fire at `deadline`. Returns when it really will: a timer that is already set for about that time is
  // left as it is, because setting one is a system call. Returns a negative errno if there is no timer to be had.
  int64_t Arm(int64_t deadline);
  // The timer is not to fire any more.
  void Disarm();
  // `run` is about to be unmapped.
  void Forget(const kvm_run* run);

  ~BudgetTimer();
  BudgetTimer(const BudgetTimer&) = delete;
  BudgetTimer& operator=(const BudgetTimer&) = delete;

 private:
  BudgetTimer() = default;
  int Create();

  friend struct BudgetTimerSignal;

  kvm_run* volatile run_ = nullptr;
  // When the timer fires; 0 if it is not set.
  volatile int64_t armed_for_ = 0;
  timer_t timer_{};
  bool created_ = false;
};
