// SPDX-License-Identifier: MIT
/// \file
/// Batches of a data set in an announced order, written ahead by threads of their own while the network trains.
#pragma once

#include <exception>
#include <utility>
#include <vector>

#include "ctnn/core/background.hpp"
#include "ctnn/data/batch_memory.hpp"

namespace ctnn {

/// Hands out the batches of an epoch. Which thread writes a sample changes nothing: samples are functions of themselves
/// and the epoch, and each has its place.
///
///     threads   that write ahead; 0, or where the system gives none: next() writes its batch itself
///     weights   one for each sample of the data set, or none: handed out with them
///     ahead     how many batches may wait beside the one in use; each is memory of a whole batch
///
/// One lock and one condition; who has nothing to do sleeps. The destructor lets each thread finish its sample. What a
/// data set throws while a thread writes, std::bad_alloc above all, comes out of the next() that wants the sample.
/// \pre the data set outlives the loader and does not change
template <class Data>
class batch_loader {
public:
    batch_loader(const Data& data, extent batch, extent threads = 0, extent ahead = 2,
                 std::span<const double> weights = {})
        : batch_(batch) {
        const extent slots = threads > 0 ? 1 + ahead : 1;
        slots_.reserve(static_cast<std::size_t>(slots));
        for (extent s = 0; s < slots; ++s) slots_.emplace_back(data, batch, weights);
        written_.assign(slots_.size(), 0);
        if (threads > 0) threads_.start(threads, *this);
    }
    batch_loader(const batch_loader&) = delete;
    batch_loader& operator=(const batch_loader&) = delete;
    ~batch_loader() {
        lock_.lock();
        stops_ = true;
        lock_.tell_all();
        lock_.unlock();
        threads_.join();
    }

    /// Announces the samples order[0 .. count) of an epoch; batches announced before that were not taken are forgotten.
    /// \pre order stays as it is until the last of them is taken, the next begin(), or the end
    void begin(const extent* order, extent count, extent epoch) {
        lock_.lock();
        claimed_ = count_;  // nobody takes up more of the old epoch
        while (writing_ > 0) lock_.wait();
        order_ = order;
        count_ = count;
        epoch_ = epoch;
        claimed_ = taken_ = 0;
        failed_ = nullptr;
        written_.assign(slots_.size(), 0);
        lock_.tell_all();
        lock_.unlock();
    }

    /// The next batch of `batch` samples, or of those that are left; valid until the next call. Throws what the data
    /// set threw at a sample of it; begin() begins anew then. \pre there is one
    [[nodiscard]] detail::batch_memory<Data>& next() {
        lock_.lock();
        if (taken_ > 0) written_[slot_of(taken_ - 1)] = 0;
        const extent b = taken_++, first = b * batch_, end = first + batch_ < count_ ? first + batch_ : count_;
        lock_.tell_all();
        std::exception_ptr failed;
        while (written_[slot_of(b)] < end - first && !failed)
            if (claimed_ < end)
                write_next();
            else if (writing_ > 0 || !failed_)
                lock_.wait();
            else
                failed = failed_;  // the sample that lacks
        lock_.unlock();
        if (failed) std::rethrow_exception(failed);
        return slots_[slot_of(b)];
    }

    /// What each thread does.
    void operator()() {
        lock_.lock();
        while (!stops_)
            if (claimed_ < count_ && !failed_ &&
                claimed_ / batch_ < (taken_ > 0 ? taken_ - 1 : 0) + static_cast<extent>(slots_.size()))
                write_next();
            else
                lock_.wait();
        lock_.unlock();
    }

private:
    [[nodiscard]] std::size_t slot_of(extent b) const { return static_cast<std::size_t>(b) % slots_.size(); }

    /// Takes the next sample and writes it, without the lock meanwhile. \pre locked, and there is one
    void write_next() {
        const extent i = claimed_++, sample = order_[i], epoch = epoch_;
        const std::size_t slot = slot_of(i / batch_);
        ++writing_;
        lock_.unlock();
        std::exception_ptr failed = fill(slot, i % batch_, sample, epoch);
        lock_.lock();
        --writing_;
        if (failed)
            failed_ = std::move(failed);
        else
            ++written_[slot];
        if (writing_ == 0 || written_[slot] == batch_) lock_.tell_all();
    }

    /// Writes a sample. No exception leaves a thread: that would end the program. Without exceptions it ends anyway.
    [[nodiscard]] std::exception_ptr fill(std::size_t slot, extent place, extent sample, extent epoch) {
#if defined(__cpp_exceptions)
        try {
            slots_[slot].fill(place, sample, epoch);
        } catch (...) {
            return std::current_exception();
        }
#else
        slots_[slot].fill(place, sample, epoch);
#endif
        return nullptr;
    }

    extent batch_;
    std::vector<detail::batch_memory<Data>> slots_;
    detail::monitor_lock lock_;
    // All below is read and changed with the lock alone.
    std::vector<extent> written_;  // samples of each slot's batch
    const extent* order_ = nullptr;
    extent count_ = 0, epoch_ = 0;
    extent claimed_ = 0;  // samples that somebody writes or has written
    extent taken_ = 0;    // batches handed out
    extent writing_ = 0;  // samples being written
    bool stops_ = false;
    std::exception_ptr failed_;  // what a data set threw since begin()
    detail::background_threads threads_;
};

}  // namespace ctnn
