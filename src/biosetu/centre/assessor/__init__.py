"""Red List assessments made in the centre: occurrences, parameters, category and reasons; saved as versions."""
