"""`biosetu plan` with what cannot be used: told with file, row, column, value; right exit code; nothing written."""

import signal
import subprocess
import sys
import time

import pytest

from biosetu.cli.main import run
from biosetu.cli.plan import OBJECTIVES, VALUES
from biosetu.jobs.planning_rasters import Values
from biosetu.planning import Objective

GOOD = {
    "units.csv": "unit,cost,status\n1,1,free\n2,2,in\n3,3,free\n4,4,out\n",
    "features.csv": "feature,share\na,0.5\nb,0.2\n",
    "amounts.csv": "feature,unit,amount\na,1,4\na,2,6\nb,3,8\n",
    "boundaries.csv": "unit1,unit2,length\n1,2,1\n2,3,1\n3,4,1\n",
    "problem.toml": "penalty = 0.1\nseconds = 2\n",
}


@pytest.fixture
def folder(tmp_path):
    for name, text in GOOD.items():
        (tmp_path / "problem" / name).parent.mkdir(exist_ok=True)
        (tmp_path / "problem" / name).write_text(text, encoding="utf-8")
    return tmp_path / "problem"


def solved(folder, *options):
    out = folder.parent / "plan.csv"
    code = run(["plan", "solve", str(folder), "--quiet", "--out", str(out), *options])
    return code, out.exists()


def test_good_problem_is_solved(folder):
    assert solved(folder) == (0, True)


def test_choices_of_the_command_are_those_of_the_work():
    assert (tuple(Values), tuple(Objective)) == (VALUES, OBJECTIVES)


def changed(name, old, new):
    return {name: GOOD[name].replace(old, new)}


BAD_FILES = {
    "unknown unit in amounts": (
        changed("amounts.csv", "b,3,8", "b,9,8"),
        ["amounts.csv, row 4, column unit: is not known ('9')", "Use a unit of the units table"],
    ),
    "unknown feature": (
        changed("amounts.csv", "b,3,8", "c,3,8"),
        ["amounts.csv, row 4, column feature: is not known ('c')"],
    ),
    "unknown unit in boundaries": (
        changed("boundaries.csv", "3,4,1", "3,40,1"),
        ["boundaries.csv, row 4, column unit: is not known ('40')"],
    ),
    "boundaries as a matrix that is not square": (
        {"boundaries.csv": "unit,1,2,3\n1,0,1,0\n2,1,0,1\n"},
        ["boundaries.csv, column unit1: a column is missing", "unit1 or id1 is read"],
    ),
    "negative border": (
        changed("boundaries.csv", "2,3,1", "2,3,-1"),
        ["boundaries.csv, row 3, column length: below 0", "('-1')"],
    ),
    "negative cost": (
        changed("units.csv", "3,3,free", "3,-3,free"),
        ["units.csv, row 4, column cost: below 0", "('-3')", "Write a number of 0 or more"],
    ),
    "cost that is not a number": (
        changed("units.csv", "3,3,free", "3,dear,free"),
        ["units.csv, row 4, column cost: not a number ('dear')"],
    ),
    "nan": (changed("units.csv", "3,3,free", "3,nan,free"), ["units.csv, row 4, column cost: not a number"]),
    "endless": (changed("amounts.csv", "b,3,8", "b,3,inf"), ["amounts.csv, row 4, column amount", "without end"]),
    "unit twice": (changed("units.csv", "3,3,free", "2,3,free"), ["units.csv, row 4, column unit: stands twice ('2')"]),
    "feature twice": (changed("features.csv", "b,0.2", "a,0.2"), ["features.csv, row 3, column feature: stands twice"]),
    "amount twice": (changed("amounts.csv", "a,2,6", "a,1,6"), ["amounts.csv, row 3", "stands twice"]),
    "unit that is not whole": (
        changed("units.csv", "3,3,free", "3.5,3,free"),
        ["units.csv, row 4, column unit: not a whole number ('3.5')"],
    ),
    "unknown status": (changed("units.csv", "3,3,free", "3,3,maybe"), ["row 4, column status", "('maybe')"]),
    "share above 1": (
        changed("features.csv", "a,0.5", "a,50"),
        ["features.csv, row 2, column share: more than all there is ('50.0')", "0.3 for 30 %"],
    ),
    "negative share": (changed("features.csv", "a,0.5", "a,-0.5"), ["features.csv, row 2, column share: below 0"]),
    "absolute target above all there is": (
        {"features.csv": "feature,target\na,50\nb,1\n"},
        ["the target of 50 cannot be met", "40 (80 %) too little", "('a')"],
    ),
    "unknown rule": (
        {"features.csv": "feature,rule\na,best\nb,log-linear\n"},
        ["features.csv, row 2, column rule: not a rule ('best')", "species-area or log-linear"],
    ),
    "no features": ({"features.csv": "feature,share\n"}, ["features.csv: there are no features"]),
    "no units": ({"units.csv": "unit,cost\n"}, ["units.csv: there are no units"]),
    "missing column": ({"features.csv": "name,share\na,1\n"}, ["features.csv, column feature: a column is missing"]),
    "unreadable settings": ({"problem.toml": "penalty = = 1"}, ["problem.toml: the settings cannot be read"]),
    "setting that is no number": (
        {"problem.toml": 'penalty = "much"'},
        ["problem.toml, column penalty: not a number of 0 or more ('much')"],
    ),
    "negative time": ({"problem.toml": "seconds = -1"}, ["problem.toml, column seconds", "('-1')"]),
    "unknown setting": ({"problem.toml": "blm = 1"}, ["problem.toml, column blm: there is no such setting"]),
    "file that is not there": (
        {"problem.toml": '[files]\nunits = "nowhere.csv"'},
        ["problem.toml, column units: there is no such file ('nowhere.csv')"],
    ),
    "two faults": (
        changed("units.csv", "3,3,free", "3,-3,maybe"),
        ["column cost: below 0", "column status: not a status"],
    ),
}


@pytest.mark.parametrize(("files", "told"), BAD_FILES.values(), ids=BAD_FILES)
def test_bad_file_is_told_and_nothing_is_written(folder, capsys, files, told):
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    assert solved(folder) == (1, False)
    said = capsys.readouterr().err
    assert [text for text in told if text not in said] == [], said
    assert "Traceback" not in said
    assert sorted(path.name for path in folder.iterdir()) == sorted(GOOD)


BAD_OPTIONS = {
    "unknown objective": (["--objective", "best"], "minimum-set"),
    "negative penalty": (["--penalty", "-1"], "not a number of 0 or more ('-1.0')"),
    "penalty nan": (["--penalty", "nan"], "nan is no number to work with"),
    "negative gap": (["--gap", "-0.1"], "column gap"),
    "negative time": (["--time-limit", "-5"], "column seconds"),
    "endless time": (["--time-limit", "inf"], "inf is not in the range"),
    "no budget": (["--objective", "maximum-utility"], "needs a budget"),
    "no such format": (["--features", "features.docx"], "there is no such format"),
    "budget of minimum-set": (["--budget", "3"], "--budget would change nothing. Add --objective minimum-shortfall or"),
    "budget of minimum-set by name": (["--budget", "3", "--objective", "minimum-set"], "or leave the budget out"),
    "common budget of minimum-set": (["--common-budget", "3"], "--common-budget would change nothing"),
    "part of borders without a price": (["--penalty", "0", "--edge-factor", "0.5"], "give --penalty too"),
}


@pytest.mark.parametrize(("options", "told"), BAD_OPTIONS.values(), ids=BAD_OPTIONS)
def test_bad_option_is_a_usage_error_and_nothing_is_written(folder, capsys, options, told):
    assert solved(folder, *options) == (2, False)
    assert told in capsys.readouterr().err


@pytest.mark.parametrize("name", ["plan.docx", "plan.tif", "plan.svg", "plan.gpkg"])
def test_output_that_cannot_be_is_refused_before_the_work(folder, capsys, name):
    out = folder.parent / name
    assert run(["plan", "solve", str(folder), "--quiet", "--out", str(out)]) == 2
    assert not out.exists()
    said = capsys.readouterr()
    assert "Use" in said.err or "Give" in said.err
    assert said.out == ""


def test_time_limit_of_nothing_still_gives_a_plan_and_its_bound(folder, capsys):
    assert solved(folder, "--time-limit", "0", "--gap", "0") == (0, True)
    assert "2 of 2 targets are met" in capsys.readouterr().out


def test_file_that_is_no_problem_is_a_usage_error(folder, capsys):
    assert solved(folder / "units.csv")[0] == 2
    assert "give the folder of a problem" in capsys.readouterr().err


def test_unknown_objective_of_the_settings_is_named(folder, capsys):
    (folder / "problem.toml").write_text('objective = "best"\n', encoding="utf-8")
    assert solved(folder) == (2, False)
    assert "There is no objective 'best'" in capsys.readouterr().err


def test_ctrl_c_ends_with_130_and_leaves_nothing(tmp_path):
    folder = tmp_path / "hard"
    folder.mkdir()
    side = 60
    rows = [(r, c, r * side + c + 1) for r in range(side) for c in range(side)]
    (folder / "units.csv").write_text("unit,cost\n" + "".join(f"{n},{1 + (n * 7919) % 101}\n" for *_, n in rows))
    lines = [f"f{j},{n},{1 + (n * (j + 3) * 104729) % 97}\n" for j in range(12) for *_, n in rows if (n * (j + 2)) % 5]
    (folder / "amounts.csv").write_text("feature,unit,amount\n" + "".join(lines))
    (folder / "features.csv").write_text("feature,share\n" + "".join(f"f{j},0.3\n" for j in range(12)))
    edges = [f"{n},{n + 1},1\n" for _, c, n in rows if c + 1 < side] + [f"{n},{n + side},1\n" for n in range(1, 3541)]
    (folder / "boundaries.csv").write_text("unit1,unit2,length\n" + "".join(edges))
    code = "import sys, biosetu.jobs.planning; from biosetu.planning.solve import ready; ready()"
    code += "; print('ready', flush=True); from biosetu.cli.main import run; sys.exit(run(sys.argv[1:]))"
    command = [sys.executable, "-c", code, "plan", "solve", str(folder), "--penalty", "9", "--gap", "0"]
    command += ["--time-limit", "100", "--out", str(tmp_path / "plan.csv")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as work:
        assert work.stdout.readline() == b"ready\n"
        time.sleep(3)
        assert work.poll() is None
        work.send_signal(signal.SIGINT)
        _, said = work.communicate(timeout=60)
    assert work.returncode == 130, said.decode()
    assert b"Stopped" in said
    assert [path.name for path in tmp_path.iterdir()] == ["hard"]


def test_importance_that_no_output_would_show_is_refused(folder, capsys):
    assert run(["plan", "solve", str(folder), "--quiet", "--importance"]) == 2
    assert "--importance is a column of the units: give --out" in capsys.readouterr().err


def test_penalty_without_borders_is_refused_with_what_to_do(folder, capsys):
    (folder / "boundaries.csv").unlink()
    assert solved(folder) == (2, False)
    assert "this problem has none. Add one of boundaries.parquet" in capsys.readouterr().err
    assert solved(folder, "--penalty", "0") == (0, True)


def test_budget_of_the_folder_is_refused_until_an_objective_is_named(folder, capsys):
    (folder / "problem.toml").write_text("budget = 3.0\nseconds = 2\n", encoding="utf-8")
    assert solved(folder) == (2, False)
    assert "--budget would change nothing" in capsys.readouterr().err
    assert solved(folder, "--objective", "minimum-set") == (0, True)
    assert solved(folder, "--objective", "minimum-shortfall") == (0, True)


def test_comparison_refuses_what_its_objective_does_not_use(folder, capsys):
    (folder / "units.csv").write_text("unit,cost,party\n1,1,A\n2,2,A\n3,3,B\n4,4,B\n", encoding="utf-8")
    assert run(["plan", "compare", str(folder), "--quiet", "--common-budget", "3"]) == 2
    assert "--common-budget would change nothing" in capsys.readouterr().err
    assert run(["plan", "compare", str(folder), "--quiet", "--objective", "minimum-shortfall"]) == 2
    assert "minimum-shortfall needs a budget" in capsys.readouterr().err
    assert run(["plan", "compare", str(folder), "--quiet", "--objective", "minimum-shortfall", "--budget", "5"]) == 0


def test_budget_of_a_party_that_has_no_units_is_told(folder, capsys):
    (folder / "units.csv").write_text("unit,cost,party\n1,1,A\n2,2,A\n3,3,B\n4,4,B\n", encoding="utf-8")
    text = "[budget]\nA = 1\nB = 2\nC = 3\n"
    (folder / "problem.toml").write_text(f'objective = "minimum-shortfall"\n{text}', encoding="utf-8")
    assert solved(folder) == (1, False)
    assert "there are no units of this Party ('C')" in capsys.readouterr().err


def test_next_area_without_keeping_refuses_what_is_about_keeping(folder, capsys):
    assert run(["plan", "next", str(folder), "--no-map"]) == 2
    assert "give --keep PARTY too" in capsys.readouterr().err


def test_share_beyond_all_there_is_is_refused(folder, capsys):
    assert run(["plan", "features", str(folder), str(folder / "units.csv"), "--by-column", "x", "--share", "30"]) == 2
    assert "--share" in capsys.readouterr().err
