#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Writes tests/golden/train: what PyTorch and scikit-learn say about losses, optimizers and metrics.

Needs Debian's python3-torch and python3-sklearn. Run it from anywhere; the files are the same every time.
"""
import pathlib

import numpy as np
import sklearn.metrics
import torch

folder = pathlib.Path(__file__).resolve().parent / "train"
random = np.random.RandomState(7)
torch.use_deterministic_algorithms(True)


def save(name, array):
    path = folder / (name + ".npy")
    path.parent.mkdir(parents=True, exist_ok=True)
    np.save(path, np.ascontiguousarray(array))


def save_loss(name, function, logits, **truth):
    """logits: [sample][position][channel]; function sees them as a leaf and gives the mean loss."""
    leaf = torch.tensor(logits, dtype=torch.float64, requires_grad=True)
    loss = function(leaf)
    loss.backward()
    save(f"loss/{name}.output", logits)
    save(f"loss/{name}.value", np.array([loss.item()]))
    save(f"loss/{name}.gradient", leaf.grad.numpy())
    for key, array in truth.items():
        save(f"loss/{name}.{key}", array)


def losses():
    nn = torch.nn.functional
    samples, positions, classes = 6, 4, 5
    shape = (samples, positions, classes)
    logits = 3 * random.randn(*shape)
    labels = random.randint(0, classes, (samples, positions)).astype(np.int32)
    ignored = labels.copy()
    ignored[random.rand(samples, positions) < 0.3] = -100
    weights = np.array([0.5, 2.0, 1.0, 0.0, 3.25])
    probabilities = random.dirichlet(np.ones(classes), (samples, positions))

    def cross_entropy(truth, **options):
        def function(z):  # PyTorch wants the classes on the second axis
            wanted = torch.tensor(truth).long() if truth.ndim == 2 else torch.tensor(truth).movedim(2, 1)
            return nn.cross_entropy(z.movedim(2, 1), wanted, **options)
        return function

    weight = torch.tensor(weights)
    save("loss/class_weights", weights)
    save_loss("cross_entropy", cross_entropy(labels), logits, labels=labels)
    save_loss("cross_entropy_weighted", cross_entropy(labels, weight=weight), logits, labels=labels)
    save_loss("cross_entropy_ignored", cross_entropy(ignored, weight=weight), logits, labels=ignored)
    save_loss("cross_entropy_values", cross_entropy(probabilities), logits, values=probabilities)
    save_loss("cross_entropy_values_weighted", cross_entropy(probabilities, weight=weight), logits, values=probabilities)

    yes = (random.rand(*shape) < 0.4).astype(np.int32)
    soft = random.rand(*shape)
    wanted, wanted_soft = torch.tensor(yes, dtype=torch.float64), torch.tensor(soft)
    positive = torch.tensor(2.5, dtype=torch.float64)
    both = torch.where(wanted > 0, 2.5, 0.75).double()
    bce = nn.binary_cross_entropy_with_logits
    save_loss("binary_cross_entropy", lambda z: bce(z, wanted), logits, labels=yes)
    save_loss("binary_cross_entropy_positive", lambda z: bce(z, wanted, pos_weight=positive), logits, labels=yes)
    save_loss("binary_cross_entropy_weighted", lambda z: bce(z, wanted, weight=both), logits, labels=yes)
    save_loss("binary_cross_entropy_values", lambda z: bce(z, wanted_soft, pos_weight=positive), logits, values=soft)

    values = random.randn(*shape)
    save_loss("mean_squared_error", lambda z: nn.mse_loss(z, torch.tensor(values)), logits, values=values)


def optimizers():
    """Twenty steps from one start with given gradients; [step][parameter] after each step."""
    steps, count = 20, 11
    start = random.randn(count)
    gradients = random.randn(steps, count) * np.logspace(-4, 2, count)  # sizes as different as in a network
    save("optimizer/start", start)
    save("optimizer/gradients", gradients)
    settings = {
        "sgd": (torch.optim.SGD, dict(lr=0.05)),
        "sgd_decay": (torch.optim.SGD, dict(lr=0.05, weight_decay=0.1)),
        "sgd_momentum": (torch.optim.SGD, dict(lr=0.05, momentum=0.9)),
        "sgd_dampening": (torch.optim.SGD, dict(lr=0.05, momentum=0.8, dampening=0.3, weight_decay=0.02)),
        "sgd_nesterov": (torch.optim.SGD, dict(lr=0.05, momentum=0.9, nesterov=True, weight_decay=0.01)),
        "adam": (torch.optim.Adam, dict(lr=1e-3)),
        "adam_fast": (torch.optim.Adam, dict(lr=0.05, betas=(0.8, 0.95), eps=1e-3)),
        "adam_decay": (torch.optim.Adam, dict(lr=0.01, weight_decay=0.1)),
        "adamw": (torch.optim.AdamW, dict(lr=1e-3)),
        "adamw_decay": (torch.optim.AdamW, dict(lr=0.02, betas=(0.85, 0.98), weight_decay=0.2)),
    }
    for name, (optimizer, options) in settings.items():
        for scalar in (torch.float32, torch.float64):
            parameter = torch.tensor(start, dtype=scalar, requires_grad=True)
            descent = optimizer([parameter], **options)
            trajectory = []
            for gradient in gradients:
                parameter.grad = torch.tensor(gradient, dtype=scalar)
                descent.step()
                trajectory.append(parameter.detach().numpy().copy())
            save(f"optimizer/{name}.{'float' if scalar == torch.float32 else 'double'}", np.array(trajectory))


def scores_of(truth, predicted, classes):
    """[metric][average or class]: precision, recall, specificity, F1; macro, weighted, micro, then each class."""
    options = dict(labels=range(classes), zero_division=0)
    rows = [[], [], [], []]
    for average in ("macro", "weighted", "micro", None):
        p, r, f, _ = sklearn.metrics.precision_recall_fscore_support(truth, predicted, average=average, **options)
        for row, value in zip((rows[0], rows[1], rows[3]), (p, r, f)):
            row.extend(np.atleast_1d(value))
    # scikit-learn has no specificity: it is the recall of "not this class"
    each = [sklearn.metrics.recall_score(truth != c, predicted != c, zero_division=0) for c in range(classes)]
    support = np.bincount(truth, minlength=classes)
    negatives = len(truth) - support
    rows[2] = [np.mean(each), np.average(each, weights=support), np.average(each, weights=negatives)] + each
    return np.array(rows)


def report_of(truth, predicted, names, digits):
    text = sklearn.metrics.classification_report(truth, predicted, labels=range(len(names)), target_names=names,
                                                 digits=digits, zero_division=0)
    # scikit-learn 1.2 calls the accuracy "micro avg" when a class does not occur at all; later releases do not.
    lines = text.split("\n")
    for i, line in enumerate(lines):
        if line.strip().startswith("micro avg"):
            cells = line.rsplit(None, 2)
            width = len(line) - 41  # after the heading: a space, then four columns of 1 + 9
            lines[i] = f"{'accuracy':>{width}}{'':22}{cells[1]:>9} {cells[2]:>9}"
    return "\n".join(lines)


def metrics():
    cases = {
        "binary": (2, 53, ["NORMAL", "PNEUMONIA"], 2, ()),
        "many": (7, 400, [str(c) for c in range(7)], 4, ()),
        "long": (4, 90, ["eosinophil", "an extraordinarily long class name", "lymphocyte", "größer"], 2, ()),
        "missing": (5, 60, ["a", "b", "c", "d", "e"], 3, (1, 3)),  # 1 is never true, 3 neither true nor predicted
        "digits": (3, 40, ["a", "b", "c"], 15, ()),
    }
    for name, (classes, count, names, digits, absent) in cases.items():
        truth = random.choice([c for c in range(classes) if c not in absent], count)
        predicted = np.where(random.rand(count) < 0.6, truth,
                             random.choice([c for c in range(classes) if c not in absent[1:]], count))
        save(f"metric/{name}.truth", truth.astype(np.int32))
        save(f"metric/{name}.predicted", predicted.astype(np.int32))
        save(f"metric/{name}.scores", scores_of(truth, predicted, classes))
        path = folder / "metric" / (name + ".txt")
        path.write_text(report_of(truth, predicted, names, digits), encoding="utf-8")

    for name, classes, count, levels in (("auc_binary", 1, 200, 1000000), ("auc_ties", 1, 150, 8),
                                         ("auc_two", 2, 120, 50), ("auc_many", 5, 250, 1000000), ("auc_many_ties", 4, 90, 5)):
        labels = random.randint(0, max(classes, 2), count)
        if classes == 1:
            scores = np.clip(0.2 * labels[:, None] + random.rand(count, 1), 0, 1)
        else:
            scores = random.rand(count, classes) + 0.3 * np.eye(classes)[labels]
        scores = np.round(scores * levels) / levels
        if classes <= 2:
            area = sklearn.metrics.roc_auc_score(labels, scores[:, -1])
        else:
            area = np.mean([sklearn.metrics.roc_auc_score(labels == c, scores[:, c]) for c in range(classes)])
        save(f"metric/{name}.labels", labels.astype(np.int32))
        save(f"metric/{name}.scores", scores)
        save(f"metric/{name}.area", np.array([area]))


losses()
optimizers()
metrics()
