#include "net/small_thread.h"

namespace veche::net {

base::Result<std::unique_ptr<SmallThread>> SmallThread::start(std::string name, std::size_t stack_bytes,
                                                              std::function<void()> body) {
  std::unique_ptr<SmallThread> thread(new SmallThread(std::move(name), std::move(body)));
  pthread_attr_t attributes;
  ::pthread_attr_init(&attributes);
  int error = ::pthread_attr_setstacksize(&attributes, stack_bytes);
  if (error == 0) error = ::pthread_create(&thread->thread_, &attributes, run, thread.get());
  ::pthread_attr_destroy(&attributes);
  if (error != 0) return base::fail("thread " + thread->name_, base::errno_text(error));
  thread->started_ = true;
  return thread;
}

void* SmallThread::run(void* self) {
  const auto& thread = *static_cast<const SmallThread*>(self);
  ::pthread_setname_np(::pthread_self(), thread.name_.c_str());
  thread.body_();
  return nullptr;
}

SmallThread::~SmallThread() {
  if (started_) ::pthread_join(thread_, nullptr);
}

}  // namespace veche::net
