#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Writes tests/golden/train/evaluation: what scikit-learn says about curves, thresholds, calibration and agreement.

Scikit-learn has no thresholds by index or cost, no calibration error, temperature or DeLong's test: the first are read
off its curves, the others follow their definitions in NumPy and SciPy, DeLong's covariance pair by pair. Needs Debian's
python3-sklearn. Run it from anywhere; the files are the same every time.
"""
import pathlib

import numpy as np
import scipy.optimize
import scipy.special
import scipy.stats
import sklearn.calibration
import sklearn.metrics

folder = pathlib.Path(__file__).resolve().parent / "train" / "evaluation"
random = np.random.RandomState(53)


def save(name, array):
    folder.mkdir(parents=True, exist_ok=True)
    array = np.ascontiguousarray(array)
    np.save(folder / (name + ".npy"), array.astype(np.int32) if array.dtype.kind in "ib" else array)


def binary(name, count, levels):
    labels = (random.rand(count) < 0.35).astype(int)
    scores = np.clip(0.3 + 0.15 * labels + 0.25 * random.randn(count), 0, 1)
    return name, labels, np.round(scores * levels) / levels


def curves(name, labels, scores):
    save(name + ".labels", labels)
    save(name + ".scores", scores)
    fpr, tpr, thresholds = sklearn.metrics.roc_curve(labels, scores, drop_intermediate=False)
    save(name + ".roc", np.array([fpr, tpr, np.append(np.inf, thresholds[1:])]))
    precision, recall, thresholds = sklearn.metrics.precision_recall_curve(labels, scores)
    save(name + ".precision_recall", np.array([recall, precision, np.append(thresholds, np.inf)])[:, ::-1])
    allowed = {s: tpr[1 - fpr >= s].max() for s in (0.5, 0.9, 0.99)}
    reached = {s: 1 - fpr[tpr >= s].min() for s in (0.5, 0.9, 1.0)}
    youden = np.argmax(np.round(tpr - fpr, 12))
    positives = labels.sum()
    costs = np.round(5 * positives * (1 - tpr) + 2 * (len(labels) - positives) * fpr, 9)
    cheapest = np.argmin(costs)
    save(name + ".numbers", np.array([
        sklearn.metrics.roc_auc_score(labels, scores), sklearn.metrics.average_precision_score(labels, scores),
        sklearn.metrics.auc(recall, precision), *allowed.values(), *reached.values(),
        tpr[youden], 1 - fpr[youden], tpr[cheapest], 1 - fpr[cheapest]]))


def delong_variance(labels, *scores):
    """The covariance matrix of the areas, from all pairs."""
    positive, negative = [], []
    for score in scores:
        pairs = (np.sign(score[labels == 1][:, None] - score[labels == 0]) + 1) / 2
        positive.append(pairs.mean(axis=1))
        negative.append(pairs.mean(axis=0))
    return np.mean(positive, axis=1), np.atleast_2d(np.cov(positive) / (labels == 1).sum()
                                                    + np.cov(negative) / (labels == 0).sum())


def delong():
    for name, levels in (("delong", 10**6), ("delong_ties", 6)):
        _, labels, first = binary(name, 70, levels)
        second = np.round(np.clip(first + 0.2 * random.randn(70), 0, 1) * levels) / levels
        areas, covariance = delong_variance(labels, first, second)
        assert np.allclose(areas, [sklearn.metrics.roc_auc_score(labels, s) for s in (first, second)])
        half = scipy.stats.norm.ppf(0.95) * np.sqrt(covariance[0, 0])  # 90 %
        error = np.sqrt(covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1])
        z = (areas[0] - areas[1]) / error
        save(name + ".labels", labels)
        save(name + ".first", first)
        save(name + ".second", second)
        save(name + ".numbers", np.array([
            areas[0], max(areas[0] - half, 0), min(areas[0] + half, 1), areas[1], areas[0] - areas[1],
            areas[0] - areas[1] - scipy.stats.norm.ppf(0.975) * error, z, 2 * scipy.stats.norm.sf(abs(z))]))


def calibration():
    count, classes, bins = 240, 4, 10
    logits = 3 * random.randn(count, classes)
    labels = np.array([random.choice(classes, p=scipy.special.softmax(row / 1.8)) for row in logits])
    probabilities = scipy.special.softmax(logits, axis=1)
    probabilities[:20] = np.round(probabilities[:20], 1)  # on the edges of bins
    confidence, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels
    place = np.searchsorted(np.linspace(0, 1, bins + 1)[1:-1], confidence)
    gaps = [(np.sum(place == b) / count, abs(confidence[place == b].mean() - right[place == b].mean()))
            for b in range(bins) if np.any(place == b)]
    kept, promised = sklearn.calibration.calibration_curve(labels == 1, probabilities[:, 1], n_bins=bins)

    def best(losses):
        return scipy.optimize.minimize_scalar(losses, bounds=(0.05, 20), method="bounded", options=dict(xatol=1e-10)).x

    binary = (random.rand(count) < scipy.special.expit(logits[:, 0] / 2.5)).astype(int)
    many = best(lambda t: -np.mean(scipy.special.log_softmax(logits / t, axis=1)[np.arange(count), labels]))
    one = best(lambda t: np.mean(np.logaddexp(0, np.where(binary == 1, -1, 1) * logits[:, 0] / t)))
    save("calibration.logits", logits)
    save("calibration.probabilities", probabilities)
    save("calibration.labels", labels)
    save("calibration.binary", binary)
    save("calibration.curve", np.array([promised, kept]))
    save("calibration.numbers", np.array([sum(w * g for w, g in gaps), max(g for _, g in gaps), many, one]))


def agreement():
    cases = {"agreement": (5, 150, ()), "agreement_absent": (5, 60, (1, 3)), "agreement_binary": (2, 80, ())}
    for name, (classes, count, absent) in cases.items():
        present = [c for c in range(classes) if c not in absent]
        truth = random.choice(present, count)
        predicted = np.where(random.rand(count) < 0.5, truth, np.clip(truth + random.randint(-1, 2, count), 0, classes - 1))
        scores = random.rand(count, classes) + np.eye(classes)[truth] * 0.3
        save(name + ".truth", truth)
        save(name + ".predicted", predicted)
        save(name + ".scores", scores)
        kappa = [sklearn.metrics.cohen_kappa_score(truth, predicted, weights=w, labels=range(classes))
                 for w in (None, "linear", "quadratic")]
        top = [sklearn.metrics.accuracy_score(truth, scores.argmax(axis=1))] + [
            sklearn.metrics.top_k_accuracy_score(truth, scores, k=k, labels=range(classes)) for k in (2, 3)
            if classes > 2]
        save(name + ".numbers", np.array([*kappa, sklearn.metrics.matthews_corrcoef(truth, predicted), *top]))


def several_labels():
    count, labels = 90, 5
    truth = (random.rand(count, labels) < [0.1, 0.5, 0.8, 0.3, 0]).astype(int)  # the last occurs nowhere
    scores = np.round(np.clip(0.35 * truth + 0.7 * random.rand(count, labels), 0, 1), 2)
    scores[:, 2] *= 0.4
    answers = scores > 0.5
    numbers = []
    for average in ("macro", "weighted", "micro"):
        numbers.extend(sklearn.metrics.precision_recall_fscore_support(truth, answers, average=average,
                                                                       zero_division=0)[:3])
    numbers += [sklearn.metrics.accuracy_score(truth, answers), sklearn.metrics.hamming_loss(truth, answers),
                np.mean([sklearn.metrics.roc_auc_score(truth[:, l], scores[:, l]) for l in range(4)]),
                np.mean([sklearn.metrics.average_precision_score(truth[:, l], scores[:, l]) for l in range(4)])]
    save("several_labels.truth", truth)
    save("several_labels.scores", scores)
    save("several_labels.numbers", np.array(numbers))


curves(*binary("smooth", 61, 10**6))
curves(*binary("ties", 97, 9))
delong()
calibration()
agreement()
several_labels()
values = np.sort(random.randn(17))
save("quantiles", np.append(values, np.quantile(values, [0, 0.025, 0.5, 0.9, 1])))
