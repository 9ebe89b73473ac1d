import pyarrow as pa

from biosetu.cli.output import show


def test_a_table_into_a_pipe_is_not_cut_and_markup_is_text(capsys):
    show(pa.table({f"column_number_{k}": ["[/red] some long text of a cell"] for k in range(12)}))
    out = capsys.readouterr().out
    assert out.count("[/red] some long text of a cell") == 12
    assert "…" not in out
