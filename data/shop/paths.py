"""Outlines in the unit square of a drawing (0..100 both ways, y downwards), written as in SVG."""

import re
from itertools import pairwise

import numpy as np

TOKENS = re.compile(r"[MLCQ]|-?\d+(?:\.\d+)?")
NUMBERS = {"M": 2, "L": 2, "C": 6, "Q": 4}
STEPS = np.linspace(0.0, 1.0, 15)[1:, None]
CENTRE = 50.0

Points = np.ndarray
"""Float [points, 2]."""

Number = int | float
"""A coordinate or length in drawing units, or a factor."""


def outline(path: str) -> Points:
    """Points along a path of absolute moves, lines and Bezier curves (M, L, C, Q)."""
    points: list[np.ndarray] = []
    command, numbers = "", []
    for token in TOKENS.findall(path):
        if token in NUMBERS:
            command = token
            continue
        numbers.append(float(token))
        if len(numbers) == NUMBERS[command]:
            points += _segment(points, np.reshape(numbers, (-1, 2)))
            numbers = []
    return np.array(points)


def mirrored(path: str) -> Points:
    """A closed outline from its right half, which runs from the centre line to the centre line."""
    half = outline(path)
    return np.concatenate([half, flipped(half)[::-1]])


def flipped(points: Points) -> Points:
    """The same points on the other side of the centre line."""
    return points * [-1.0, 1.0] + [2 * CENTRE, 0.0]


def ellipse(centre: tuple[Number, Number], radii: tuple[Number, Number]) -> Points:
    """The outline of an upright ellipse."""
    angles = np.linspace(0.0, 2 * np.pi, 48, endpoint=False)
    return np.stack([np.cos(angles), np.sin(angles)], axis=1) * radii + centre


def rectangle(left: Number, top: Number, right: Number, bottom: Number) -> Points:
    """The outline of an upright rectangle."""
    return np.array([(left, top), (right, top), (right, bottom), (left, bottom)], float)


def along(points: Points, count: int) -> Points:
    """`count` points at equal distances along a line, its ends included."""
    gone = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
    stops = np.linspace(0.0, gone[-1], count)
    return np.stack([np.interp(stops, gone, points[:, axis]) for axis in (0, 1)], axis=1)


def _segment(points: list[np.ndarray], controls: np.ndarray) -> list[np.ndarray]:
    """The points of one command, its start left out."""
    if len(controls) == 1:
        return [controls[0]]
    corners = [points[-1], *controls]
    while len(corners) > 1:  # de Casteljau: the Bezier curve as repeated interpolation
        corners = [a * (1 - STEPS) + b * STEPS for a, b in pairwise(corners)]
    return list(corners[0])
