from biosetu.problems import SHOWN, DataError, Problem


def test_problem_names_file_row_column_value_and_remedy() -> None:
    problem = Problem("not a year", "Write four digits", file="a.csv", row=3, column="year", value="20x4")
    assert str(problem) == "a.csv, row 3, column year: not a year ('20x4'). Write four digits"


def test_problem_that_is_a_whole_sentence_ends_in_one_full_stop() -> None:
    assert str(Problem("The value cannot be read: write a number.", "")) == "The value cannot be read: write a number."
    assert str(Problem("Not so.", "Write four digits.")) == "Not so. Write four digits."


def test_data_error_lists_all_problems_and_counts_the_rest() -> None:
    error = DataError(Problem(f"m{i}", "r") for i in range(SHOWN + 5))
    assert len(error.problems) == SHOWN + 5
    assert str(error).endswith("… and 5 more")
