#pragma once

#include <linux/kvm.h>

#include <cstddef>
#include <cstdint>
#include <memory>

#include "budget_timer.h"
#include "fd.h"
#include "mailbox.h"
#include "vm.h"
#include "wasm_span.h"

// A vCPU's descriptor, its kvm_run page and its mailbox: all that KVM_RUN needs.
class VcpuState {
 public:
  VcpuState(Fd fd, std::shared_ptr<VmState> vm, WasmSpan mailbox);
  ~VcpuState() { Close(); }
  VcpuState(const VcpuState&) = delete;
  VcpuState& operator=(const VcpuState&) = delete;

  const Fd& fd() const { return fd_; }
  const VmState& vm() const { return *vm_; }
  // Maps the kvm_run page. Returns 0 or an errno.
  int Map();
  void Close();

  // Enters the guest, with the answer to the last exit from the mailbox.
  // `nanoseconds` begins a slice of that length, of which at most kLongestSlice is taken; 0 only completes the
  // instruction that the last exit interrupted, and a negative number goes on with the slice that is under way.
  // Returns the KVM_EXIT_* number; KVM_EXIT_INTR at the end of the slice and after a kick; a negative errno.
  int Run(double nanoseconds);

  // A worker can only be terminated when it comes back to JavaScript, so that nobody gets a longer slice at once.
  static constexpr double kLongestSlice = 50e6;

 private:
  enum class Pending : uint8_t { kNone, kIoIn, kMmioRead, kRdmsr, kWrmsr };

  // Makes the timer stop this vCPU at deadline_. Returns 0 or an errno.
  int WatchDeadline();
  void EndSlice();
  void PutAnswer();
  int TakeExit();
  void TakeControlExit();
  int TakeIo();
  int TakeMmio();
  void CopyDetails(const __u64* from, size_t count);

  Fd fd_;
  std::shared_ptr<VmState> vm_;
  WasmSpan mailbox_span_;
  Mailbox* mailbox_;
  kvm_run* run_ = nullptr;
  // Monotonic time, in nanoseconds, at which the slice ends.
  int64_t deadline_ = 0;
  // The timer of the thread that made this vCPU, which is the only one that can reach it.
  BudgetTimer& timer_ = BudgetTimer::OfThisThread();
  // Whether the timer may be unaware of deadline_.
  bool unwatched_ = true;
  Pending pending_ = Pending::kNone;
};
