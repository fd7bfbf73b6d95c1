#include "event_watcher.h"

#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace {

// Names the descriptor that wakes the thread up. Watches begin at 1.
constexpr uint64_t kWake = 0;

int Control(int epoll, int operation, int fd, uint64_t id) {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLONESHOT;
  event.data.u64 = id;
  return ::epoll_ctl(epoll, operation, fd, &event) == 0 ? 0 : errno;
}

}  // namespace

EventWatcher::~EventWatcher() { Stop(); }

int EventWatcher::Add(int fd, std::function<void()> ready, uint64_t& id) {
  if (watches_.empty()) {
    const int error = Start();
    if (error != 0) return error;
  }
  id = next_id_++;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    watches_[id] = std::move(ready);
  }
  const int error = Control(epoll_.get(), EPOLL_CTL_ADD, fd, id);
  if (error != 0) Remove(-1, id);
  return error;
}

void EventWatcher::Rearm(int fd, uint64_t id) { Control(epoll_.get(), EPOLL_CTL_MOD, fd, id); }

void EventWatcher::Remove(int fd, uint64_t id) {
  if (fd >= 0) ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
  bool last;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    watches_.erase(id);
    last = watches_.empty();
  }
  if (last) Stop();
}

int EventWatcher::Start() {
  epoll_ = Fd(::epoll_create1(EPOLL_CLOEXEC));
  if (!epoll_.open()) return errno;
  wake_ = Fd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!wake_.open()) return errno;
  const int error = Control(epoll_.get(), EPOLL_CTL_ADD, wake_.get(), kWake);
  if (error != 0) return error;
  stopping_ = false;
  // The process's signals are for its own threads.
  sigset_t all, before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  int failed = 0;
  try {
    thread_ = std::thread([this] { Loop(); });
  } catch (const std::system_error&) {
    failed = EAGAIN;
  }
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return failed;
}

void EventWatcher::Stop() {
  if (!thread_.joinable()) return;
  stopping_ = true;
  ::eventfd_write(wake_.get(), 1);
  thread_.join();
  epoll_.Close();
  wake_.Close();
}

void EventWatcher::Loop() {
  while (!stopping_) {
    epoll_event event{};
    if (::epoll_wait(epoll_.get(), &event, 1, -1) != 1) continue;
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = watches_.find(event.data.u64);
    if (found != watches_.end()) found->second();
  }
}
