#include "run.h"

#include <sys/ioctl.h>
#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace {

// Newer than some kernel headers that this is built with.
constexpr uint32_t kExitMemoryFault = 39;
struct MemoryFault {
  uint64_t flags;
  uint64_t gpa;
  uint64_t size;
};

// The part of kvm_run that differs from exit to exit.
template <typename T>
const T& Payload(const kvm_run* run) {
  return *reinterpret_cast<const T*>(run->padding);
}

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
  return 0;
}

void VcpuState::Close() {
  if (run_ != nullptr) {
    timer_.Forget(run_);
    ::munmap(run_, vm_->vcpu_mmap_size);
    run_ = nullptr;
  }
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
  PutAnswer();
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
  run_->request_interrupt_window = mailbox_->interrupt_window != 0;
  if (mailbox_->kick != 0) SetImmediateExit(run_);

  for (;;) {
    run_->exit_reason = KVM_EXIT_UNKNOWN;
    if (::ioctl(fd_.get(), KVM_RUN, 0) == 0) return TakeExit();
    int error = errno;
    if (error != EINTR) {
      // KVM reports memory that it cannot reach by an errno and an exit at once.
      if (run_->exit_reason == kExitMemoryFault) return TakeExit();
      return -error;
    }
    if (completing) {
      mailbox_->interrupt_ready = run_->ready_for_interrupt_injection;
      return KVM_EXIT_INTR;
    }
    if (mailbox_->kick != 0 || BudgetTimer::Now() >= deadline_) {
      EndSlice();
      return KVM_EXIT_INTR;
    }
    // Some other signal of the process, or a timer set for an earlier slice.
    error = WatchDeadline();
    if (error != 0) return -error;
  }
}

void VcpuState::PutAnswer() {
  switch (pending_) {
    case Pending::kNone:
      break;
    case Pending::kIoIn: {
      uint8_t* data = reinterpret_cast<uint8_t*>(run_) + run_->io.data_offset;
      const void* answer = run_->io.count == 1 ? static_cast<void*>(&mailbox_->data) : mailbox_->block();
      std::memcpy(data, answer, size_t{run_->io.size} * run_->io.count);
      break;
    }
    case Pending::kMmioRead:
      std::memcpy(run_->mmio.data, &mailbox_->data, sizeof(run_->mmio.data));
      break;
    case Pending::kRdmsr:
      run_->msr.data = mailbox_->data;
      run_->msr.error = mailbox_->msr_error != 0;
      break;
    case Pending::kWrmsr:
      run_->msr.error = mailbox_->msr_error != 0;
      break;
  }
  pending_ = Pending::kNone;
}

int VcpuState::TakeExit() {
  Mailbox& box = *mailbox_;
  switch (run_->exit_reason) {
    case KVM_EXIT_IO:
      return TakeIo();
    case KVM_EXIT_MMIO:
      return TakeMmio();
    case KVM_EXIT_X86_RDMSR:
    case KVM_EXIT_X86_WRMSR:
      pending_ = run_->exit_reason == KVM_EXIT_X86_RDMSR ? Pending::kRdmsr : Pending::kWrmsr;
      box.code = run_->msr.index;
      box.data = run_->msr.data;
      return static_cast<int>(run_->exit_reason);
    default:
      EndSlice();
      TakeControlExit();
      return static_cast<int>(run_->exit_reason);
  }
}

void VcpuState::TakeControlExit() {
  Mailbox& box = *mailbox_;
  box.if_flag = run_->if_flag;
  switch (run_->exit_reason) {
    case KVM_EXIT_HYPERCALL:
      CopyDetails(&run_->hypercall.nr, 7);
      break;
    case KVM_EXIT_DEBUG: {
      const kvm_debug_exit_arch& debug = run_->debug.arch;
      const __u64 details[] = {debug.pc, debug.dr6, debug.dr7, debug.exception};
      CopyDetails(details, 4);
      break;
    }
    case KVM_EXIT_FAIL_ENTRY: {
      const __u64 reason = run_->fail_entry.hardware_entry_failure_reason;
      CopyDetails(&reason, 1);
      break;
    }
    case KVM_EXIT_INTERNAL_ERROR:
      box.code = run_->internal.suberror;
      CopyDetails(run_->internal.data, std::min<size_t>(run_->internal.ndata, 16));
      break;
    case KVM_EXIT_SYSTEM_EVENT:
      box.code = run_->system_event.type;
      break;
    case kExitMemoryFault: {
      const MemoryFault& fault = Payload<MemoryFault>(run_);
      const __u64 details[] = {fault.flags, fault.gpa, fault.size};
      CopyDetails(details, 3);
      break;
    }
    default:
      break;
  }
}

int VcpuState::TakeIo() {
  Mailbox& box = *mailbox_;
  const auto& io = run_->io;
  const size_t bytes = size_t{io.size} * io.count;
  // What the kernel promises; without it the copies would leave the page.
  if (bytes > Mailbox::kBlockSize || io.data_offset > vm_->vcpu_mmap_size ||
      bytes > vm_->vcpu_mmap_size - io.data_offset || io.size > 8) {
    return -EPROTO;
  }
  box.code = io.port;
  box.size = io.size;
  box.count = io.count;
  box.is_write = io.direction == KVM_EXIT_IO_OUT;
  if (!box.is_write) {
    pending_ = Pending::kIoIn;
    return KVM_EXIT_IO;
  }
  const uint8_t* data = reinterpret_cast<const uint8_t*>(run_) + io.data_offset;
  if (io.count == 1) {
    box.data = 0;
    std::memcpy(&box.data, data, bytes);
  } else {
    std::memcpy(box.block(), data, bytes);
  }
  return KVM_EXIT_IO;
}

int VcpuState::TakeMmio() {
  Mailbox& box = *mailbox_;
  box.address = run_->mmio.phys_addr;
  box.size = run_->mmio.len;
  box.is_write = run_->mmio.is_write;
  std::memcpy(&box.data, run_->mmio.data, sizeof(box.data));
  if (!box.is_write) pending_ = Pending::kMmioRead;
  return KVM_EXIT_MMIO;
}

void VcpuState::CopyDetails(const __u64* from, size_t count) {
  std::memcpy(mailbox_->details, from, count * sizeof(uint64_t));
  mailbox_->detail_count = static_cast<uint32_t>(count);
}
