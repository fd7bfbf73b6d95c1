#pragma once

#include <linux/kvm.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "budget_timer.h"
#include "fd.h"
#include "mailbox.h"
#include "vcpu_thread.h"
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
  // Maps the kvm_run page, and the ring of dirty pages if the VM has such. Returns 0 or an errno.
  int Map();
  void Close();

  // Enters the guest, with the answer to the last exit from the mailbox.
  // `nanoseconds` begins a slice of that length, of which at most kLongestSlice is taken; 0 only completes the
  // instruction that the last exit interrupted, and a negative number goes on with the slice that is under way.
  // Returns the KVM_EXIT_* number; KVM_EXIT_INTR at the end of the slice and after a kick; a negative errno.
  int Run(double nanoseconds);

  // Gives the vCPU a thread of its own, which from now on is the only one to enter it: Run refuses with EBUSY. It lasts
  // until Close. Returns the vCPU's number in the crew, or a negative errno.
  int StartThread(std::shared_ptr<Crew> crew);
  bool InGuest() const { return thread_ != nullptr && thread_->InGuest(); }
  // For that thread: enters the guest, with the answer to the last exit from the mailbox, until it exits or `leave` is set.
  // If it is set from the beginning, that only completes the instruction that the last exit interrupted. Returns the
  // KVM_EXIT_* number, KVM_EXIT_INTR for `leave`, or a negative errno.
  int RunInThread(const std::atomic<bool>& leave);
  // For others, after they have set `leave`, and before they signal the thread.
  void LeaveGuest();

  // Takes what the ring of coalesced writes has, at most `room` of `struct kvm_coalesced_mmio`. Returns how many, or a
  // negative errno.
  int TakeCoalesced(uint8_t* out, size_t room);
  // Whether it has something: all that this vCPU wrote before its last exit, at least.
  bool HasCoalesced() const;

  // Takes what this vCPU's ring of dirty pages has, at most `room` of `struct kvm_dirty_gfn`. Returns as TakeCoalesced does.
  int TakeDirty(uint8_t* out, size_t room);

  // A worker can only be terminated when it comes back to JavaScript, so that nobody gets a longer slice at once.
  static constexpr double kLongestSlice = 50e6;

 private:
  int MapDirtyRing();
  void UnmapDirtyRing();
  // Makes the timer stop this vCPU at deadline_. Returns 0 or an errno.
  int WatchDeadline();
  void EndSlice();
  int Exited();
  // The guest's part of Run, between the answers and the exit. Returns as Run does.
  int Enter(double nanoseconds);
  // What JavaScript wrote into the copy of kvm_run to the kernel, and back.
  void PutCopy();
  int TakeCopy(int result);
  // Whether the data of an I/O exit lie where they should. Sets io_offset_ and io_bytes_.
  bool CheckIo();

  Fd fd_;
  std::shared_ptr<VmState> vm_;
  WasmSpan mailbox_span_;
  Mailbox* mailbox_;
  kvm_run* run_ = nullptr;
  // The ring of dirty pages, or null, and how many were taken from it.
  void* dirty_ring_ = nullptr;
  size_t dirty_ring_size_ = 0;
  size_t dirty_next_ = 0;
  // Monotonic time, in nanoseconds, at which the slice ends.
  int64_t deadline_ = 0;
  // The timer of the thread that made this vCPU, which is the only one that can reach it.
  BudgetTimer& timer_ = BudgetTimer::OfThisThread();
  // Whether the timer may be unaware of deadline_.
  bool unwatched_ = true;
  // Whether the last exit waits for what a port reads.
  bool reading_ = false;
  // Where the data of the last I/O exit are in the kvm_run mapping, and how long.
  size_t io_offset_ = 0;
  size_t io_bytes_ = 0;
  std::unique_ptr<VcpuThread> thread_;
};
