"""Validation by the Party in the browser: the sheet of every figure held, answered by row or as a workbook."""
