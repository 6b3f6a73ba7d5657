"""Laplace fits of binomial trials to a Gaussian process on a grid, many kernels at once.

An exponential kernel makes a Markov chain of an axis, so a product of two has a block tridiagonal
precision on the grid: one block per step of the first axis, coupled to the next. All arrays lead
with the axis of kernels, then steps (X), then places (Y); a fit costs O(X Y**3) per kernel.

Source: Rasmussen and Williams (2006), Gaussian Processes for Machine Learning, section 3.4;
Rue and Held (2005), Gaussian Markov Random Fields, section 2.4.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

GAIN = 1e-7
"""Newton's method ends when a step improves the log posterior by less than this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kernels:
    """K kernels on one grid: a constant, a product of exponentials, a part of each cell's own.

    Attributes:
        prior_mean: Logit.
        level_variance: Variance of the constant part.
        nugget: Variance of each cell's own part, shape (K, 1, 1).
        place_precision: Precision of the smooth part along one step, shape (K, Y, Y).
        step_diagonal, step_coupling: Tridiagonal factor along the steps, shapes (K, X) and
            (K, X - 1).
        log_determinant: Of the smooth part's covariance, shape (K,).
    """

    prior_mean: float
    level_variance: float
    nugget: Floats
    place_precision: Floats
    step_diagonal: Floats
    step_coupling: Floats
    log_determinant: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """Laplace's approximation for each kernel.

    Attributes:
        mode: Posterior mode of the logits, shape (K, X, Y).
        variance: Posterior variances of the logits, shape (K, X, Y).
        log_evidence: Of the trials under each kernel, up to a common constant, shape (K,).
        weight: Curvature n p (1 - p) of the likelihood at the mode, shape (K, X, Y).
    """

    mode: Floats
    variance: Floats
    log_evidence: Floats
    weight: Floats


@dataclass(frozen=True, slots=True)
class _Factor:
    inverse: list[Floats]  # of the Schur complement of each step, (K, Y, Y)
    link: list[Floats]  # coupling to the next step times that inverse, (K, Y, Y)
    log_determinant: Floats


def sigmoid(logit: Floats) -> Floats:
    """Accuracies in (0, 1) of logits, without overflow."""
    small = np.exp(-np.abs(logit))
    result: Floats = np.where(logit >= 0, 1.0, small) / (1 + small)
    return result


def kernels(
    steps: Floats,
    places: Floats,
    settings: Sequence[tuple[float, float, float, float]],
    *,
    prior_mean: float,
    level_variance: float,
) -> Kernels:
    """The kernels of some settings (variance, scale along steps, along places, nugget).

    Args:
        steps, places: Strictly ascending positions along the axes, shapes (X,) and (Y,).
        settings: One kernel each.
        prior_mean: Logit.
        level_variance: Variance of the constant part.
    """
    variance, step_scale, place_scale, nugget = np.array(settings, np.float64).T
    step_diagonal, step_coupling, step_log = _chain(steps, step_scale)
    place_diagonal, place_coupling, place_log = _chain(places, place_scale)
    size = places.size
    precision = np.zeros((variance.size, size, size))
    index = np.arange(size)
    precision[:, index, index] = place_diagonal
    precision[:, index[1:], index[:-1]] = place_coupling
    precision[:, index[:-1], index[1:]] = place_coupling
    return Kernels(
        prior_mean=prior_mean,
        level_variance=level_variance,
        nugget=nugget[:, None, None],
        place_precision=precision / variance[:, None, None],
        step_diagonal=step_diagonal,
        step_coupling=step_coupling,
        log_determinant=steps.size * place_log
        + size * step_log
        + steps.size * size * np.log(variance),
    )


def fit(prior: Kernels, sums: Floats, n: Floats) -> Fit:
    """Fits every kernel by damped Newton steps: a step that overshoots is halved.

    Without damping, sharp edges make Newton's method diverge, and diverged fits then win the
    evidence.

    Args:
        prior: The kernels.
        sums: Sum of the scores of each cell, shape (X, Y).
        n: Scored trials of each cell, shape (X, Y); 0 = not measured.
    """
    kinds = prior.nugget.shape[0]
    shape = (kinds, *sums.shape)
    dual = np.zeros(shape)
    mode = np.full(shape, prior.prior_mean)
    value = _log_likelihood(sums, n, mode)
    active = np.arange(kinds)
    for _ in range(200):
        if not active.size:
            break
        part = _take(prior, active)
        target_dual, target_mode = _newton(part, sums, n, mode[active])
        length = np.ones(active.size)
        old_dual, old_mode, old_value = dual[active], mode[active], value[active]
        pending = np.arange(active.size)
        for _ in range(30):
            t = length[pending, None, None]
            new_dual = old_dual[pending] + t * (target_dual[pending] - old_dual[pending])
            new_mode = old_mode[pending] + t * (target_mode[pending] - old_mode[pending])
            new_value = _log_likelihood(sums, n, new_mode) - 0.5 * _sum(
                (new_mode - prior.prior_mean) * new_dual
            )
            improved = new_value >= old_value[pending]
            chosen = active[pending[improved]]
            dual[chosen], mode[chosen] = new_dual[improved], new_mode[improved]
            value[chosen] = new_value[improved]
            pending = pending[~improved]
            if not pending.size:
                break
            length[pending] /= 2
        active = active[value[active] - old_value > GAIN]
    return _approximation(prior, n, mode, value)


def draw_logits(
    prior: Kernels, fitted: Fit, kind: int, count: int, generator: np.random.Generator
) -> Floats:
    """Logit maps drawn from one kernel's posterior, shape (count, X, Y)."""
    one = _take(prior, np.array([kind]))
    weight = fitted.weight[kind : kind + 1]
    shrink = 1 / (1 + one.nugget * weight)
    factor = _factorise(one, weight * shrink)
    correction, precision = _level(one, factor, weight * shrink)
    steps, places = weight.shape[1:]
    noise = generator.standard_normal((steps, places, count))
    deviation = np.empty((steps, places, count))
    for i in range(steps - 1, -1, -1):
        inverse = factor.inverse[i][0]
        deviation[i] = np.linalg.cholesky(inverse) @ noise[i]
        if i < steps - 1:
            deviation[i] -= factor.link[i][0].T @ deviation[i + 1]
    level = generator.standard_normal(count) / np.sqrt(precision[0])
    smooth = deviation + level * correction[0][:, :, None]
    own = np.sqrt(one.nugget[0] * shrink[0])[:, :, None] * generator.standard_normal(noise.shape)
    logits = fitted.mode[kind][:, :, None] + shrink[0][:, :, None] * smooth + own
    return np.moveaxis(logits, -1, 0)


def covariance(prior: Kernels, fitted: Fit, kinds: NDArray[np.int64]) -> Floats:
    """Posterior covariances of the logits for some kernels, shape (kinds, X * Y, X * Y)."""
    chosen = _take(prior, kinds)
    weight = fitted.weight[kinds]
    shrink = 1 / (1 + chosen.nugget * weight)
    precision = weight * shrink
    factor = _factorise(chosen, precision)
    steps, places = weight.shape[1:]
    size = steps * places
    unit = np.broadcast_to(
        np.eye(size).reshape(steps, places, size), (kinds.size, steps, places, size)
    )
    smooth = _solve(factor, unit).reshape(kinds.size, size, size)
    correction, level_precision = _level(chosen, factor, precision)
    flat = correction.reshape(kinds.size, size)
    smooth += flat[:, :, None] * flat[:, None, :] / level_precision[:, None, None]
    scale = shrink.reshape(kinds.size, size)
    result: Floats = smooth * scale[:, :, None] * scale[:, None, :]
    index = np.arange(size)
    result[:, index, index] += (chosen.nugget * shrink).reshape(kinds.size, size)
    return result


def _chain(points: Floats, scales: Floats) -> tuple[Floats, Floats, Floats]:
    """Tridiagonal precision and log determinant of the covariance exp(-|distance| / scale)."""
    correlation = np.exp(-np.diff(points)[None, :] / scales[:, None])
    rest = -np.expm1(-2 * np.diff(points)[None, :] / scales[:, None])  # 1 - correlation**2
    diagonal = np.ones((scales.size, points.size))
    diagonal[:, 1:] += correlation**2 / rest
    diagonal[:, :-1] += correlation**2 / rest
    return diagonal, -correlation / rest, np.log(rest).sum(axis=1)


def _newton(prior: Kernels, sums: Floats, n: Floats, mode: Floats) -> tuple[Floats, Floats]:
    """Where a full Newton step leads: the dual vector and the logits."""
    p = sigmoid(mode)
    weight = n * p * (1 - p)
    shrink = 1 / (1 + prior.nugget * weight)
    precision = weight * shrink
    pull = (weight * (mode - prior.prior_mean) + sums - n * p) * shrink
    factor = _factorise(prior, precision)
    solved = _solve(factor, np.stack([pull, precision], axis=-1))
    correction = 1 - solved[..., 1]
    level_precision = 1 / prior.level_variance + _sum(precision * correction)
    level = _sum(pull - precision * solved[..., 0]) / level_precision
    smooth = solved[..., 0] + level[:, None, None] * correction
    dual = pull - precision * smooth
    return dual, prior.prior_mean + smooth + prior.nugget * dual


def _approximation(prior: Kernels, n: Floats, mode: Floats, value: Floats) -> Fit:
    p = sigmoid(mode)
    weight = n * p * (1 - p)
    shrink = 1 / (1 + prior.nugget * weight)
    precision = weight * shrink
    factor = _factorise(prior, precision)
    correction, level_precision = _level(prior, factor, precision)
    diagonal = np.empty_like(mode)
    block = factor.inverse[-1]
    for i in range(mode.shape[1] - 1, -1, -1):
        if i < mode.shape[1] - 1:
            link = factor.link[i]
            block = factor.inverse[i] + link.transpose(0, 2, 1) @ block @ link
        diagonal[:, i] = np.diagonal(block, axis1=1, axis2=2)
    smooth_variance = diagonal + correction**2 / level_precision[:, None, None]
    log_determinant = (
        -_sum(np.log(shrink))
        + factor.log_determinant
        + prior.log_determinant
        + np.log(prior.level_variance * level_precision)
    )
    return Fit(
        mode=mode,
        variance=shrink**2 * smooth_variance + prior.nugget * shrink,
        log_evidence=value - 0.5 * log_determinant,
        weight=weight,
    )


def _level(prior: Kernels, factor: _Factor, precision: Floats) -> tuple[Floats, Floats]:
    """How the cells follow the constant part, and the posterior precision of that part."""
    correction = 1 - _solve(factor, precision[..., None])[..., 0]
    return correction, 1 / prior.level_variance + _sum(precision * correction)


def _factorise(prior: Kernels, precision: Floats) -> _Factor:
    steps, places = precision.shape[1:]
    index = np.arange(places)
    inverse: list[Floats] = []
    link: list[Floats] = []
    log_determinant = np.zeros(precision.shape[0])
    for i in range(steps):
        block = prior.step_diagonal[:, i, None, None] * prior.place_precision
        block[:, index, index] += precision[:, i]
        if i > 0:
            coupling = prior.step_coupling[:, i - 1, None, None] * prior.place_precision
            towards: Floats = np.matmul(coupling, inverse[-1])
            link.append(towards)
            block -= towards @ coupling
        log_determinant += np.linalg.slogdet(block)[1]
        inverse.append(np.asarray(np.linalg.inv(block), np.float64))
    return _Factor(inverse, link, log_determinant)


def _solve(factor: _Factor, right: Floats) -> Floats:
    """Solves for right-hand sides of shape (K, X, Y, sides)."""
    solution = right.copy()
    steps = right.shape[1]
    for i in range(1, steps):
        solution[:, i] -= factor.link[i - 1] @ solution[:, i - 1]
    for i in range(steps - 1, -1, -1):
        solution[:, i] = factor.inverse[i] @ solution[:, i]
        if i < steps - 1:
            solution[:, i] -= factor.link[i].transpose(0, 2, 1) @ solution[:, i + 1]
    return solution


def _log_likelihood(sums: Floats, n: Floats, mode: Floats) -> Floats:
    return _sum(sums * mode - n * np.logaddexp(0, mode))


def _sum(values: Floats) -> Floats:
    total: Floats = values.sum(axis=(1, 2))
    return total


def _take(prior: Kernels, index: NDArray[np.int64]) -> Kernels:
    if index.size == prior.nugget.shape[0]:
        return prior
    return Kernels(
        prior_mean=prior.prior_mean,
        level_variance=prior.level_variance,
        nugget=prior.nugget[index],
        place_precision=prior.place_precision[index],
        step_diagonal=prior.step_diagonal[index],
        step_coupling=prior.step_coupling[index],
        log_determinant=prior.log_determinant[index],
    )
