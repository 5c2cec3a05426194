"""Learning-rate schedules as pure functions of the step, so that a resumed run needs no scheduler state."""

import math

WARM_UP = 0.2
"""Share of the steps in which one_cycle climbs to its peak."""


def learning_rate(name, peak, step, steps):
    """The rate for 0-based step of steps. one_cycle: linear warm-up, then cosine to zero (Smith & Topin 2018, without momentum)."""
    done = min(1.0, step / max(1, steps))
    if name == "constant":
        return peak
    if name == "cosine":
        return peak * 0.5 * (1 + math.cos(math.pi * done))
    if done < WARM_UP:
        return peak * (0.04 + 0.96 * done / WARM_UP)
    return peak * 0.5 * (1 + math.cos(math.pi * (done - WARM_UP) / (1 - WARM_UP)))
