"""Gaps: what a Party lacks on the way to its targets, by kind, each with its evidence and what would close it."""

from biosetu.alignment.gaps.grouping import collapsed, grouped_rows
from biosetu.alignment.gaps.ranking import EXPLANATION, rank
from biosetu.alignment.gaps.records import Facts, Gap
from biosetu.alignment.gaps.registry import KINDS, find_gaps, label

__all__ = ["EXPLANATION", "KINDS", "Facts", "Gap", "collapsed", "find_gaps", "grouped_rows", "label", "rank"]
