// SPDX-License-Identifier: MIT
/// \file
/// Chest-like images that the program draws itself, with and without a nodule, so that training needs no download.
///
/// Both classes show the same anatomy (lungs, heart, ribs, clavicles, diaphragm), vessels, vessel cross-sections and
/// noise, with another patient, exposure and position each time. A positive image has one nodule; a negative one has
/// the same amount of light as a wide, soft haze instead. So neither the mean brightness nor any single pixel tells the
/// classes apart: one has to see a small round spot, at any place, among thin bright dots and crossing ribs.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include <ctnn/ctnn.hpp>

namespace phantoms {
namespace nn = ctnn;

/// Random numbers by the names of what they are for.
class dice {
public:
    dice(nn::seed start, std::uint64_t stream) : random_(start, stream) {}
    double between(double low, double high) { return low + (high - low) * random_.next_uniform(); }
    /// -1 or 1.
    double side() { return random_.next_uniform() < 0.5 ? -1 : 1; }

private:
    nn::random_stream random_;
};

/// 1 far inside, 0 far outside, with an edge as soft as `width`.
inline double inside(double distance, double width) {
    const double steps = distance / width;
    return steps > 8 ? 1 : steps < -8 ? 0 : 1 / (1 + std::exp(-steps));
}
inline double bell(double x) { return std::abs(x) > 4 ? 0 : std::exp(-0.5 * x * x); }
inline double blend(double from, double to, double share) { return from + (to - from) * share; }

/// One patient: the positions of the organs. u runs from the left edge of the image (-1) to the right (1), v from the
/// top (-1) to the bottom (1).
struct anatomy {
    double lung_center, lung_width, lung_height, diaphragm, dome, heart_size, heart_shift, mediastinum;
    double first_rib, rib_spacing, rib_slope, rib_width, rib_light, clavicle;

    explicit anatomy(dice& d)
        : lung_center(d.between(0.40, 0.46)),
          lung_width(d.between(0.27, 0.32)),
          lung_height(d.between(0.70, 0.80)),
          diaphragm(d.between(0.46, 0.60)),
          dome(d.between(0.12, 0.25)),
          heart_size(d.between(0.24, 0.33)),
          heart_shift(d.between(0.08, 0.16)),
          mediastinum(d.between(0.10, 0.15)),
          first_rib(d.between(-0.85, -0.65)),
          rib_spacing(d.between(0.19, 0.24)),
          rib_slope(d.between(0.25, 0.55)),
          rib_width(d.between(0.030, 0.042)),
          rib_light(d.between(0.06, 0.13)),
          clavicle(d.between(-0.74, -0.62)) {}

    /// How much of the position is lung: 0 to 1.
    [[nodiscard]] double lung(double u, double v) const {
        const double t = (std::abs(u) - lung_center) / (lung_width + 0.05 * v);
        const double s = (v + 0.08) / lung_height;
        // |t|^2.5: fuller than an ellipse.
        const double round = inside(1 - t * t * std::sqrt(std::abs(t)) - s * s * std::sqrt(std::abs(s)), 0.07);
        const double lower = diaphragm + (u > 0 ? 0.06 : 0.0) + dome * t * t;  // the liver lifts the right dome
        return round * inside(lower - v, 0.02) * (1 - heart(u, v));
    }
    [[nodiscard]] double heart(double u, double v) const {
        const double x = (u - heart_shift) / (1.1 * heart_size), y = (v - 0.32) / heart_size;
        const double band = inside(mediastinum + 0.04 * std::cos(3 * v) - std::abs(u), 0.03);
        return std::max(inside(1 - x * x - y * y, 0.16), band);
    }
    /// Ribs from the spine outward and downward, and, fainter, their front parts that cross them.
    [[nodiscard]] double ribs(double u, double v) const {
        const double x = std::abs(u);
        double light = 0;
        const double back_ends = inside(x - 0.12, 0.03), front_ends = 0.55 * inside(x - 0.35, 0.05);
        for (int k = 0; k < 8; ++k) {
            const double top = first_rib + k * rib_spacing;
            const double back = top - 0.25 * x + rib_slope * x * x * 1.6;
            const double front = top + 0.42 - 0.75 * rib_slope * x;
            light = std::max(light, bell((v - back) / rib_width) * back_ends);
            light = std::max(light, bell((v - front) / rib_width) * front_ends);
        }
        light = std::max(light, bell((v - clavicle + 0.18 * (x - 0.1)) / 0.035) * inside(x - 0.08, 0.03));
        return rib_light * light;
    }
    [[nodiscard]] double density(double u, double v) const {
        const double body = inside(0.93 + 0.05 * v * v - std::abs(u), 0.02);
        double light = blend(0.04, 0.56 + 0.10 * inside(v - 0.55, 0.08), body);
        light = blend(light, 0.72, body * heart(u, v));
        return blend(light, 0.22, lung(u, v)) + body * ribs(u, v);
    }
};

/// An image of side * side gray values, row by row, and what is drawn onto it.
class drawing {
public:
    drawing(nn::extent side, std::uint64_t sample, nn::seed start)
        : side_(side),
          dice_(start, sample),
          patient_(dice_),
          light_(static_cast<std::size_t>(side * side)),
          zoom_(dice_.between(0.92, 1.08)),
          tilt_(dice_.between(-0.06, 0.06)),
          right_(dice_.between(-0.06, 0.06)),
          down_(dice_.between(-0.06, 0.06)) {
        for (nn::extent y = 0; y < side_; ++y)
            for (nn::extent x = 0; x < side_; ++x) at(x, y) = patient_.density(u_of(x, y), v_of(x, y));
    }

    /// Branches from the hilum outward, and the bright dots of vessels that run toward the viewer.
    void vessels() {
        for (int branch = 0; branch < 14; ++branch) {
            const double s = branch % 2 == 0 ? -1 : 1;
            double u = s * 0.20, v = dice_.between(-0.10, 0.10), angle = dice_.between(-1.3, 1.3);
            const double bend = dice_.between(-0.06, 0.06), light = dice_.between(0.06, 0.13);
            for (int step = 0; step < 22; ++step, angle += bend) {
                u += s * 0.022 * std::cos(angle);
                v += 0.022 * std::sin(angle);
                spot(u, v, 0.7 - 0.02 * step, light * (1 - step / 24.0) * 0.6, 1);
            }
        }
        const int dots = static_cast<int>(dice_.between(3, 9));
        for (int i = 0; i < dots; ++i) {
            const place p = in_lung();
            spot(p.u, p.v, dice_.between(0.5, 0.8), dice_.between(0.15, 0.40), 1);
        }
    }
    /// The finding, or for a negative image the same light spread so widely that it has no edge.
    void finding(bool nodule) {
        const place p = in_lung();
        const double radius = dice_.between(2.6, 5.0), light = dice_.between(0.22, 0.38), wide = dice_.between(7, 11);
        const double stretch = dice_.between(0.8, 1.25);
        if (nodule) disc(p.u, p.v, radius, stretch, light);
        // The integral of a disc is pi r^2, that of a bell 2 pi sigma^2.
        else
            spot(p.u, p.v, wide, light * radius * radius / (2 * wide * wide), stretch);
    }
    /// Exposure, noise of the detector, and 8 bits: values k / 255.
    [[nodiscard]] std::vector<float> developed(nn::seed start, std::uint64_t sample) {
        const double gain = dice_.between(0.85, 1.1), fog = dice_.between(-0.03, 0.06),
                     grain = dice_.between(0.02, 0.04);
        const std::uint64_t of_noise = sample | (std::uint64_t{1} << 40);
        std::vector<float> pixels(light_.size());
        for (std::size_t i = 0; i < pixels.size(); ++i) {
            // The sum of four uniform numbers has the mean 2 and the variance 1/3, and is nearly normal.
            const nn::philox_block b = nn::philox(start.value, of_noise, i);
            double sum = -2;
            for (const std::uint32_t word : b.word) sum += word * (1.0 / 4294967296.0);
            const double value = gain * light_[i] + fog + grain * std::sqrt(3.0) * sum;
            pixels[i] = static_cast<float>(std::floor(255 * std::clamp(value, 0.0, 1.0) + 0.5) / 255);
        }
        return pixels;
    }

private:
    struct place {
        double u, v;
    };

    double& at(nn::extent x, nn::extent y) { return light_[static_cast<std::size_t>(y * side_ + x)]; }
    [[nodiscard]] double centered(nn::extent i) const {
        return (2.0 * static_cast<double>(i) + 1) / static_cast<double>(side_) - 1;
    }
    [[nodiscard]] double u_of(nn::extent x, nn::extent y) const {
        return zoom_ * (centered(x) - right_ + tilt_ * centered(y));
    }
    [[nodiscard]] double v_of(nn::extent x, nn::extent y) const {
        return zoom_ * (centered(y) - down_ - tilt_ * centered(x));
    }

    /// A place well inside a lung, on either side.
    place in_lung() {
        for (int attempt = 0; attempt < 200; ++attempt) {
            const place p{dice_.side() * dice_.between(0.15, 0.75), dice_.between(-0.75, 0.6)};
            if (patient_.lung(p.u, p.v) > 0.9 && patient_.lung(p.u * 1.08, p.v) > 0.6) return p;
        }
        return {-0.45, 0};
    }
    /// Sizes are in pixels of a 64 x 64 image; one unit of u or v is half a side.
    template <class Profile>
    void stamp(double u, double v, double reach, double stretch, const Profile& profile) {
        const double pixel = 2 * zoom_ / 64;
        const double a = u / zoom_ + right_, b = v / zoom_ + down_;  // u_of and v_of solved for x and y
        const double column = (a - tilt_ * b) / (1 + tilt_ * tilt_), row = b + tilt_ * column;
        const double half = 0.5 * static_cast<double>(side_),
                     around = 1 + 1.3 * reach * static_cast<double>(side_) / 64;
        const auto bound = [&](double center, double by) {
            return static_cast<nn::extent>(std::clamp((center + 1) * half + by, 0.0, 2 * half));
        };
        for (nn::extent y = bound(row, -around); y < bound(row, around); ++y) {
            for (nn::extent x = bound(column, -around); x < bound(column, around); ++x) {
                const double du = (u_of(x, y) - u) / pixel * stretch, dv = (v_of(x, y) - v) / pixel / stretch;
                if (du * du + dv * dv < reach * reach) at(x, y) += profile(std::sqrt(du * du + dv * dv));
            }
        }
    }
    void spot(double u, double v, double sigma, double light, double stretch) {
        stamp(u, v, 4 * sigma, stretch, [&](double r) { return light * bell(r / sigma); });
    }
    void disc(double u, double v, double radius, double stretch, double light) {
        stamp(u, v, radius + 4, stretch, [&](double r) { return light * inside(radius - r, 0.35); });
    }

    nn::extent side_;
    dice dice_;
    anatomy patient_;
    std::vector<double> light_;
    double zoom_, tilt_, right_, down_;
};

inline const std::vector<std::string> class_names{"clear", "nodule"};

/// Samples [first, first + count) of the endless series that belongs to a seed; even ones are clear, odd ones have a
/// nodule.
/// \param scaling what makes the network's input of a gray value from 0 to 1
template <nn::static_shape Input>
[[nodiscard]] nn::dataset<Input> draw(nn::seed start, nn::extent first, nn::extent count,
                                      const nn::input_scaling& scaling) {
    static_assert(nn::dims_of<Input>.height() == nn::dims_of<Input>.width() && nn::dims_of<Input>.channels() == 1,
                  "phantoms are square and gray");
    nn::dataset<Input> data;
    data.class_names = class_names;
    for (nn::extent i = first; i < first + count; ++i) {
        const std::uint64_t sample = static_cast<std::uint64_t>(i);
        const bool nodule = i % 2 == 1;
        drawing picture(nn::dims_of<Input>.height(), sample, start);
        picture.vessels();
        picture.finding(nodule);
        for (const float gray : picture.developed(start, sample))
            data.inputs.push_back(static_cast<float>(static_cast<double>(gray) * scaling.factor + scaling.shift));
        data.labels.push_back(nodule ? 1 : 0);
    }
    return data;
}

}  // namespace phantoms
