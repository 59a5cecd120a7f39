"""Each budget is met by what NumPy really holds, at the price of operations."""

from tests.examples.scripts import run


def test_script():
    printed = run("memory_budget")
    table = [line.split() for line in printed.splitlines() if "%  " in line]
    rows = [[float(word.strip("%").replace(",", "")) for word in row] for row in table]
    assert len(rows) == 5
    all_kept = rows[0][3]
    for part, total, again, counted, measured, _ in rows[1:]:
        assert total == rows[0][1] + again
        assert counted <= part / 100 * all_kept
        assert measured < 1.15 * part / 100 * all_kept
    assert [row[2] for row in rows] == sorted(row[2] for row in rows)
    assert "# recomputed" in printed
    assert "del " in printed
