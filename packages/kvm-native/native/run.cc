#include "run.h"

#include <sys/ioctl.h>
#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>

namespace {

// Newer than some kernel headers that this is built with.
constexpr uint32_t kExitMemoryFault = 39;

void SetImmediateExit(kvm_run* run) { *const_cast<volatile __u8*>(&run->immediate_exit) = 1; }

}  // namespace

VcpuState::VcpuState(Fd fd, std::shared_ptr<VmState> vm, WasmSpan mailbox)
    : fd_(std::move(fd)),
      vm_(std::move(vm)),
      mailbox_span_(std::move(mailbox)),
      mailbox_(reinterpret_cast<Mailbox*>(mailbox_span_.data())) {}

int VcpuState::Map() {
  void* page = ::mmap(nullptr, vm_->vcpu_mmap_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd_.get(), 0);
  if (page == MAP_FAILED) return errno;
  run_ = static_cast<kvm_run*>(page);
  return MapDirtyRing();
}

void VcpuState::Close() {
  // It is in KVM_RUN, maybe, and comes back.
  thread_.reset();
  if (run_ != nullptr) {
    timer_.Forget(run_);
    ::munmap(run_, vm_->vcpu_mmap_size);
    run_ = nullptr;
  }
  UnmapDirtyRing();
  fd_.Close();
}

int VcpuState::WatchDeadline() {
  timer_.Watch(run_);
  unwatched_ = false;
  if (BudgetTimer::Now() >= deadline_) {
    SetImmediateExit(run_);
    return 0;
  }
  const int64_t fires_at = timer_.Arm(deadline_);
  if (fires_at < 0) return static_cast<int>(-fires_at);
  deadline_ = fires_at;
  return 0;
}

// A signal that came later would only disturb what this thread does next.
void VcpuState::EndSlice() {
  timer_.Disarm();
  unwatched_ = true;
}

int VcpuState::Run(double nanoseconds) {
  if (!fd_.open() || !vm_->fd.open()) return -EBADF;
  if (thread_ != nullptr) return -EBUSY;
  PutCopy();
  // In the copy, because the timer writes the other one.
  const bool only_complete = mailbox_->run[offsetof(kvm_run, immediate_exit)] != 0;
  return TakeCopy(Enter(only_complete ? 0 : nanoseconds));
}

int VcpuState::Enter(double nanoseconds) {
  const bool completing = !(nanoseconds > 0) && !(nanoseconds < 0);
  if (completing) {
    SetImmediateExit(run_);
    unwatched_ = true;
  } else {
    if (nanoseconds > 0) {
      deadline_ = BudgetTimer::Now() + static_cast<int64_t>(std::min(nanoseconds, kLongestSlice));
      unwatched_ = true;
    }
    // It is also unaware if another vCPU of this thread ran in between.
    if (unwatched_ || !timer_.watches(run_)) {
      const int error = WatchDeadline();
      if (error != 0) return -error;
    }
  }
  if (mailbox_->kick != 0) SetImmediateExit(run_);

  for (;;) {
    run_->exit_reason = KVM_EXIT_UNKNOWN;
    if (::ioctl(fd_.get(), KVM_RUN, 0) == 0) return Exited();
    int error = errno;
    if (error != EINTR) {
      // KVM reports memory that it cannot reach by an errno and an exit at once.
      if (run_->exit_reason == kExitMemoryFault) return Exited();
      return -error;
    }
    if (completing) return KVM_EXIT_INTR;
    if (mailbox_->kick != 0 || BudgetTimer::Now() >= deadline_) {
      EndSlice();
      return KVM_EXIT_INTR;
    }
    // Some other signal of the process, or a timer set for an earlier slice.
    error = WatchDeadline();
    if (error != 0) return -error;
  }
}

int VcpuState::StartThread(std::shared_ptr<Crew> crew) {
  if (!fd_.open() || !vm_->fd.open()) return -EBADF;
  if (thread_ != nullptr) return -EBUSY;
  int error = 0;
  auto thread = std::make_unique<VcpuThread>(std::move(crew), *this, error);
  if (error != 0) return -error;
  thread_ = std::move(thread);
  return static_cast<int>(thread_->index());
}

void VcpuState::LeaveGuest() { SetImmediateExit(run_); }

int VcpuState::RunInThread(const std::atomic<bool>& leave) {
  PutCopy();
  for (;;) {
    *const_cast<volatile __u8*>(&run_->immediate_exit) = 0;
    // Whoever sets it does so before LeaveGuest: either that comes behind this, or it is seen here.
    std::atomic_thread_fence(std::memory_order_seq_cst);
    if (leave) LeaveGuest();
    run_->exit_reason = KVM_EXIT_UNKNOWN;
    if (::ioctl(fd_.get(), KVM_RUN, 0) == 0) return TakeCopy(static_cast<int>(run_->exit_reason));
    const int error = errno;
    if (error == EINTR && leave) return TakeCopy(KVM_EXIT_INTR);
    // Some signal; or a vCPU that waited to be started has heard of it.
    if (error == EINTR || error == EAGAIN) continue;
    return TakeCopy(run_->exit_reason == kExitMemoryFault ? static_cast<int>(kExitMemoryFault) : -error);
  }
}

// Nothing runs on behind an exit that asks nothing.
int VcpuState::Exited() {
  switch (run_->exit_reason) {
    case KVM_EXIT_IO:
    case KVM_EXIT_MMIO:
    case KVM_EXIT_X86_RDMSR:
    case KVM_EXIT_X86_WRMSR:
      break;
    default:
      EndSlice();
  }
  return static_cast<int>(run_->exit_reason);
}
