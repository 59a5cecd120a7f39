"""Gradients against the functions that they should be the gradients of."""

from graphdiff.check.gradients import check_gradients as check_gradients
from graphdiff.check.report import Report as Report
from graphdiff.check.report import WrongGradientError as WrongGradientError
