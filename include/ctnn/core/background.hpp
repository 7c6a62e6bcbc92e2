// SPDX-License-Identifier: MIT
/// \file
/// Threads that work beside the one that trains, and what they wait with.
///
/// The system's own threads: OpenMP has none that outlive a loop, and <thread> costs every file 0.2 s and throws where
/// no thread is to be had. Where there are none, start() says so and the work is done by whoever waits for it. A glibc
/// before 2.34 wants -pthread.
#pragma once

#include <vector>

#include "ctnn/core/shape.hpp"

#if !defined(_WIN32)
#include <pthread.h>
#endif

namespace ctnn::detail {

#if !defined(_WIN32)

/// A lock and the one thing that is waited for.
class monitor_lock {
public:
    monitor_lock() = default;
    monitor_lock(const monitor_lock&) = delete;
    monitor_lock& operator=(const monitor_lock&) = delete;
    ~monitor_lock() {
        pthread_cond_destroy(&changed_);
        pthread_mutex_destroy(&mutex_);
    }
    void lock() { pthread_mutex_lock(&mutex_); }
    void unlock() { pthread_mutex_unlock(&mutex_); }
    /// Lets go of the lock until tell_all(), or sooner. \pre locked by this thread
    void wait() { pthread_cond_wait(&changed_, &mutex_); }
    void tell_all() { pthread_cond_broadcast(&changed_); }

private:
    pthread_mutex_t mutex_ = PTHREAD_MUTEX_INITIALIZER;
    pthread_cond_t changed_ = PTHREAD_COND_INITIALIZER;
};

/// Threads that each call work(), joined at the end of their life. \pre work returns soon after its owner says so
class background_threads {
public:
    background_threads() = default;
    background_threads(const background_threads&) = delete;
    background_threads& operator=(const background_threads&) = delete;
    ~background_threads() { join(); }

    /// Starts as many of `count` threads as the system gives, and says how many. \pre work outlives the threads
    template <class Work>
    extent start(extent count, Work& work) {
        threads_.reserve(static_cast<std::size_t>(count));
        const auto run = [](void* of) -> void* {
            (*static_cast<Work*>(of))();
            return nullptr;
        };
        for (pthread_t thread; count > 0 && pthread_create(&thread, nullptr, run, &work) == 0; --count)
            threads_.push_back(thread);
        return static_cast<extent>(threads_.size());
    }
    void join() {
        for (const pthread_t thread : threads_) pthread_join(thread, nullptr);
        threads_.clear();
    }

private:
    std::vector<pthread_t> threads_;
};

#else

class monitor_lock {
public:
    void lock() {}
    void unlock() {}
    void wait() {}
    void tell_all() {}
};
class background_threads {
public:
    template <class Work>
    extent start(extent, Work&) {
        return 0;
    }
    void join() {}
};

#endif

}  // namespace ctnn::detail
