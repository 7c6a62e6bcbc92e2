// SPDX-License-Identifier: MIT
/// \file
/// Losses, optimizers, metrics, training.
#pragma once

#include "ctnn/train/evaluate.hpp"
#include "ctnn/train/fit.hpp"
#include "ctnn/train/history.hpp"
#include "ctnn/train/loss/balanced_class_weights.hpp"
#include "ctnn/train/loss/binary_cross_entropy.hpp"
#include "ctnn/train/loss/binary_cross_entropy_with_logits.hpp"
#include "ctnn/train/loss/cross_entropy.hpp"
#include "ctnn/train/loss/cross_entropy_with_logits.hpp"
#include "ctnn/train/loss/mean_squared_error.hpp"
#include "ctnn/train/metric/accuracy.hpp"
#include "ctnn/train/metric/average.hpp"
#include "ctnn/train/metric/confusion_matrix.hpp"
#include "ctnn/train/metric/f1_score.hpp"
#include "ctnn/train/metric/precision.hpp"
#include "ctnn/train/metric/predicted_class.hpp"
#include "ctnn/train/metric/recall.hpp"
#include "ctnn/train/metric/roc_auc.hpp"
#include "ctnn/train/metric/running_mean.hpp"
#include "ctnn/train/metric/specificity.hpp"
#include "ctnn/train/optimizer/adam.hpp"
#include "ctnn/train/optimizer/adamw.hpp"
#include "ctnn/train/optimizer/sgd.hpp"
#include "ctnn/train/pass.hpp"
#include "ctnn/train/progress_bar.hpp"
